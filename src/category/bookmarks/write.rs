//! The two files that are made of all bookmarks: a Netscape bookmark file, which Safari, Chrome, Firefox, Edge and the
//! programs that keep bookmarks import, and a table.
//!
//! The same bookmarks give the same bytes; nothing of the day of writing is in them. Folders keep their order, and two
//! of one name in one place are one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use chrono::SecondsFormat;

use crate::category::bookmarks::{Bookmark, File, Stamp};

/// The folder of what its owner deleted.
const DELETED: &str = "Recently deleted";

const HEAD: &str = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n\
                    <META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=UTF-8\">\n\
                    <TITLE>Bookmarks</TITLE>\n\
                    <H1>Bookmarks</H1>\n\
                    <DL><p>\n";

/// A folder to be written.
#[derive(Default)]
struct Node<'f> {
    name: &'f str,
    favourites: bool,
    reading_list: bool,
    /// By position among all nodes, in order of appearance.
    folders: Vec<usize>,
    bookmarks: Vec<&'f Bookmark>,
}

/// All folders; the first holds the others.
struct Tree<'f> {
    nodes: Vec<Node<'f>>,
    known: BTreeMap<(usize, &'f str), usize>,
}

impl<'f> Tree<'f> {
    /// The folder at a path, which is made if it is not there.
    fn at(&mut self, path: impl IntoIterator<Item = &'f str>) -> usize {
        path.into_iter().fold(0, |parent, name| {
            if let Some(known) = self.known.get(&(parent, name)) {
                return *known;
            }
            let new = self.nodes.len();
            self.nodes.push(Node { name, ..Node::default() });
            self.nodes[parent].folders.push(new);
            self.known.insert((parent, name), new);
            new
        })
    }

    fn of(files: &'f [Arc<File>]) -> Self {
        let mut tree = Tree { nodes: vec![Node::default()], known: BTreeMap::new() };
        for file in files {
            for folder in &file.folders {
                let at = tree.at(folder.path.names());
                // what lies in the favourites is marked by the folder around it
                let is_outermost = folder.path.depth() == 1;
                tree.nodes[at].favourites |= folder.favourites && is_outermost;
                tree.nodes[at].reading_list |= folder.reading_list && is_outermost;
            }
            for bookmark in file.bookmarks.iter().filter(|bookmark| !bookmark.deleted) {
                let at = match &bookmark.folder {
                    Some(path) => tree.at(path.names()),
                    None => tree.at([file.name.as_str()]),
                };
                tree.nodes[at].bookmarks.push(bookmark);
            }
        }
        let deleted: Vec<&Bookmark> =
            files.iter().flat_map(|file| &file.bookmarks).filter(|bookmark| bookmark.deleted).collect();
        if !deleted.is_empty() {
            let at = tree.at([DELETED]);
            tree.nodes[at].bookmarks.extend(deleted);
        }
        tree
    }
}

/// One file for every browser. Folders stay as they were; bookmarks without any stand in a folder named like their
/// file, deleted ones in `Recently deleted`. Every address is in it, also those that a page must not show as links.
///
/// # Errors
/// If `to` refuses.
pub fn html(files: &[Arc<File>], to: &mut dyn Write) -> io::Result<()> {
    let tree = Tree::of(files);
    to.write_all(HEAD.as_bytes())?;
    write_folder(&tree, 0, 1, to)?;
    to.write_all(b"</DL><p>\n")
}

/// As deep as folders are read.
fn write_folder(tree: &Tree<'_>, at: usize, depth: usize, to: &mut dyn Write) -> io::Result<()> {
    let node = &tree.nodes[at];
    let indent = "    ".repeat(depth);
    for bookmark in &node.bookmarks {
        write_bookmark(bookmark, &indent, to)?;
    }
    for folder in &node.folders {
        let Node { name, favourites, reading_list, .. } = &tree.nodes[*folder];
        let mark = match (favourites, reading_list) {
            (true, _) => " PERSONAL_TOOLBAR_FOLDER=\"true\"",
            (_, true) => " id=\"com.apple.ReadingList\"",
            _ => "",
        };
        write!(to, "{indent}<DT><H3{mark}>{}</H3>\n{indent}<DL><p>\n", escaped(name))?;
        write_folder(tree, *folder, depth + 1, to)?;
        writeln!(to, "{indent}</DL><p>")?;
    }
    Ok(())
}

fn write_bookmark(bookmark: &Bookmark, indent: &str, to: &mut dyn Write) -> io::Result<()> {
    let seconds =
        |stamp: &Option<Stamp>| stamp.as_ref().and_then(|stamp| stamp.utc).map(|utc| utc.timestamp());
    let modified = seconds(&bookmark.modified);
    write!(to, "{indent}<DT><A HREF=\"{}\"", escaped(&bookmark.url))?;
    // importers know the time of making only, so that of the last change stands for it
    if let Some(added) = seconds(&bookmark.added).or(modified) {
        write!(to, " ADD_DATE=\"{added}\"")?;
    }
    if let Some(modified) = modified {
        write!(to, " LAST_MODIFIED=\"{modified}\"")?;
    }
    writeln!(to, ">{}</A>", escaped(&bookmark.title))?;
    if !bookmark.note.is_empty() {
        writeln!(to, "{indent}<DD>{}", escaped(&bookmark.note))?;
    }
    Ok(())
}

/// Text for HTML, on one line.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\n', '\r', '\t']) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\n' => written.push_str("&#10;"),
            '\r' => written.push_str("&#13;"),
            '\t' => written.push_str("&#9;"),
            c => written.push(c),
        }
    }
    Cow::Owned(written)
}

/// All bookmarks as a table: UTF-8, a header, folders joined by `/`, times in UTC, `yes` and `no`.
///
/// # Errors
/// If `to` refuses.
pub fn csv(files: &[Arc<File>], to: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(to);
    let header = ["title", "url", "folder", "modified_utc", "favourite", "deleted", "reading_list", "note"];
    let yes_or_no = |is: bool| if is { "yes" } else { "no" };
    table.write_record(header)?;
    for bookmark in files.iter().flat_map(|file| &file.bookmarks) {
        let folder = bookmark.folder_text().unwrap_or_default();
        let utc = bookmark.stamp().and_then(|stamp| stamp.utc);
        let modified = utc.map(|utc| utc.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default();
        table.write_record([
            &bookmark.title,
            &bookmark.url,
            &folder,
            &modified,
            yes_or_no(bookmark.favourite),
            yes_or_no(bookmark.deleted),
            yes_or_no(bookmark.reading_list),
            &bookmark.note,
        ])?;
    }
    table.flush()
}
