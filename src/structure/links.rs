//! What pages of links look like: how many, in how many folders, and which marks they have.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::apple::table::decode;

/// Marks that browsers give links and folders; any other could be a piece of somebody's text.
const MARKS: [&str; 14] = [
    "ADD_DATE",
    "FEEDURL",
    "FOLDED",
    "HREF",
    "ICON",
    "ICON_URI",
    "ID",
    "LAST_CHARSET",
    "LAST_MODIFIED",
    "LAST_VISIT",
    "PERSONAL_TOOLBAR_FOLDER",
    "SHORTCUTURL",
    "TAGS",
    "UNFILED_BOOKMARKS_FOLDER",
];

/// Pages of bookmarks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Links {
    /// How many pages.
    pub files: u64,
    /// Files that begin as browsers write bookmarks.
    pub files_as_browsers_write: u64,
    /// Of all pages together, as the rest.
    pub links: u64,
    /// Headings of folders.
    pub folders: u64,
    /// Whether Apple's name for the reading list comes.
    pub names_the_reading_list: bool,
    /// Attributes of links and folders.
    pub marks: BTreeMap<&'static str, u64>,
}

impl Links {
    /// Adds a page.
    pub fn add(&mut self, bytes: &[u8]) {
        let text = decode(bytes).to_ascii_uppercase();
        let count = |wanted: &str| text.matches(wanted).count() as u64;
        self.files += 1;
        self.files_as_browsers_write +=
            u64::from(text.trim_start().starts_with("<!DOCTYPE NETSCAPE-BOOKMARK-FILE"));
        self.links += count("<A ");
        self.folders += count("<H3");
        self.names_the_reading_list |= text.contains("COM.APPLE.READINGLIST");
        for mark in MARKS {
            let times = count(&format!(" {mark}="));
            if times > 0 {
                *self.marks.entry(mark).or_default() += times;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Links;

    #[test]
    fn a_page() {
        let mut links = Links::default();
        links.add(
            b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p><DT><H3 FOLDED>News</H3>\n<DL><p>\n\
              <DT><A HREF=\"https://a.example/\" ADD_DATE=\"1600000000\">A</A>\n</DL><p>",
        );
        assert_eq!((links.files, links.files_as_browsers_write, links.links, links.folders), (1, 1, 1, 1));
        assert_eq!(links.marks.into_iter().collect::<Vec<_>>(), [("ADD_DATE", 1), ("HREF", 1)]);
    }
}
