//! Bookmarks by folder, and the reading list.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::category::bookmarks::Bookmark;
use crate::contents::Category;
use crate::page::figures::counted;
use crate::page::sections::{Section, listed};

/// A bookmark as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BookmarkShown {
    pub title: String,
    /// As it was delivered, whatever its scheme.
    pub url: String,
    /// The folders that it lies in, `/` between them; empty outside all.
    pub folder: String,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub favourite: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reading_list: bool,
    /// Deleted by its owner, and still delivered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

#[derive(Serialize)]
struct Data<'a> {
    bookmarks: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    #[serde(flatten)]
    shown: &'a BookmarkShown,
    /// Whether its address may be a link; else it is text.
    link: bool,
}

impl Section {
    /// The section of these bookmarks, in the order given. `left_out` more are deleted and not shown.
    pub fn bookmarks(bookmarks: &[BookmarkShown], left_out: u64) -> Self {
        let link = |url: &str| Bookmark { url: url.to_owned(), ..Bookmark::default() }.is_link();
        let data =
            Data { bookmarks: bookmarks.iter().map(|shown| One { shown, link: link(&shown.url) }).collect() };
        let folders: BTreeSet<&str> =
            bookmarks.iter().map(|one| one.folder.as_str()).filter(|folder| !folder.is_empty()).collect();
        let to_read = bookmarks.iter().filter(|one| one.reading_list).count() as u64;
        let line = listed(&[
            (folders.len() as u64, "folder", "folders"),
            (to_read, "on the reading list", "on the reading list"),
        ]);
        let title = counted(bookmarks.len() as u64, "bookmark", "bookmarks");
        Section::new(Category::Bookmarks, title, line, &data).without(
            left_out,
            "deleted bookmark",
            "deleted bookmarks",
        )
    }
}
