//! Notes, to read and to search.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::apple::text;
use crate::contents::Category;
use crate::page::figures::counted;
use crate::page::sections::markdown::{self, Block};
use crate::page::sections::{Section, listed};

/// A note as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteShown {
    /// What Apple calls it; the heading of its text counts more.
    pub title: String,
    /// The folders that it lies in, `/` between them.
    pub folder: String,
    /// Where its Markdown stands in the library.
    pub path: String,
    /// RFC 3339.
    pub created: Option<String>,
    /// RFC 3339.
    pub modified: Option<String>,
    pub pinned: bool,
    /// In Recently Deleted.
    pub deleted: bool,
    /// With whom it is shared, as far as Apple says.
    pub shared_with: Vec<String>,
    pub attachments: u64,
    /// The Markdown that stands there; `None` if the file is gone.
    pub markdown: Option<String>,
}

#[derive(Serialize)]
struct Data {
    notes: Vec<Note>,
}

#[derive(Serialize)]
struct Note {
    title: String,
    folder: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pinned: bool,
    #[serde(skip_serializing_if = "is_false")]
    deleted: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    people: Vec<String>,
    #[serde(skip_serializing_if = "is_zero")]
    attachments: u64,
    /// `null` if its file is gone.
    text: Option<Vec<Block>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Section {
    /// The section of these notes: pinned ones first, then the newest. `left_out` more are recently deleted and not shown.
    pub fn notes(mut notes: Vec<NoteShown>, left_out: u64) -> Self {
        let changed = |note: &NoteShown| note.modified.clone().or(note.created.clone());
        notes.sort_by(|a, b| {
            (a.deleted, !a.pinned)
                .cmp(&(b.deleted, !b.pinned))
                .then_with(|| changed(b).cmp(&changed(a)))
                .then_with(|| a.path.cmp(&b.path))
        });
        let folders: BTreeSet<&str> =
            notes.iter().filter(|note| !note.deleted).map(|note| note.folder.as_str()).collect();
        let attachments = notes.iter().map(|note| note.attachments).fold(0, u64::saturating_add);
        let (folders, number) = (folders.len() as u64, notes.len() as u64);
        let line = listed(&[(folders, "folder", "folders"), (attachments, "attachment", "attachments")]);
        let data = Data { notes: notes.into_iter().map(Note::of).collect() };
        Section::new(Category::Notes, counted(number, "note", "notes"), line, &data).without(
            left_out,
            "recently deleted note",
            "recently deleted notes",
        )
    }
}

impl Note {
    fn of(note: NoteShown) -> Self {
        let folder = text::above(&note.path);
        let text = note.markdown.map(|markdown| markdown::read(&markdown, folder));
        let heading = text.as_ref().and_then(|text| text.title.clone());
        Note {
            title: heading.unwrap_or(note.title),
            folder: note.folder,
            path: note.path,
            created: note.created,
            modified: note.modified,
            pinned: note.pinned,
            deleted: note.deleted,
            people: note.shared_with,
            attachments: note.attachments,
            text: text.map(|text| text.blocks),
        }
    }
}
