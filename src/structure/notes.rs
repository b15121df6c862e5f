//! What notes look like: their forms, how deep they lie, and whether their texts have as many places for files as
//! there are files.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::category::notes::body;
use crate::category::notes::path::{Area, Home, Shape, Use};

/// Notes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Notes {
    /// How many files of text.
    pub texts: u64,
    /// Texts that cannot be read.
    pub unread: u64,
    /// Texts with a date in their names, as until about 2024.
    pub dated_names: u64,
    /// Texts with a number in their names, because notes share a title.
    pub numbered_names: u64,
    /// Texts in the folder of what was deleted.
    pub recently_deleted: u64,
    /// Texts with nothing but white space.
    pub empty_texts: u64,
    /// Texts with a line that ends in CR LF.
    pub texts_with_crlf: u64,
    /// Texts that are not UTF-8.
    pub texts_in_another_encoding: u64,
    /// Items of checklists.
    pub unchecked_items: u64,
    /// Items that are done.
    pub checked_items: u64,
    /// Lines that begin with a dash or an asterisk.
    pub list_items: u64,
    /// Lines with more than one TAB at their beginning.
    pub nested_lines: u64,
    /// How many folders above its own a note has, and how many notes have so many.
    pub depths: BTreeMap<usize, u64>,
    /// U+FFFC in all texts: places of pictures, files, tables.
    pub objects: u64,
    /// Files of notes.
    pub attachments: u64,
    /// Attachments that are called `Attachment` or `Attachment-N`.
    pub numbered_attachments: u64,
    /// Attachments in a folder of their own in that of the note.
    pub attachments_in_folders: u64,
    /// Endings of those files.
    pub extensions: BTreeMap<String, u64>,
    /// Folders of notes in which both are the same number, and are not 0.
    pub folders_that_agree: u64,
    /// Folders with more places than files.
    pub folders_with_more_objects: u64,
    /// Folders with more files than places.
    pub folders_with_more_attachments: u64,
    /// Of those that do not agree, the ones with several texts.
    pub folders_of_several_that_differ: u64,
    /// Folders with files and no text.
    pub folders_without_text: u64,
}

/// What one folder of notes holds.
#[derive(Debug, Default)]
struct Folder {
    texts: u64,
    objects: u64,
    attachments: u64,
}

/// Adds up notes by their paths and texts.
pub struct Counting {
    shape: Shape,
    folders: BTreeMap<Home, Folder>,
    notes: Notes,
}

impl Counting {
    /// Of these paths, in which texts and files of notes are.
    pub fn of<'p>(paths: impl Iterator<Item = &'p str> + Clone) -> Self {
        Counting { shape: Shape::of(paths), folders: BTreeMap::new(), notes: Notes::default() }
    }

    /// Adds a file of a note.
    pub fn file(&mut self, path: &str, extension: String) {
        let Use::Attachment(home, name) = self.shape.part(path) else { return };
        self.notes.attachments += 1;
        self.notes.attachments_in_folders += u64::from(name.contains('/'));
        self.notes.numbered_attachments += u64::from(name.starts_with("Attachment"));
        *self.notes.extensions.entry(extension).or_default() += 1;
        self.folders.entry(home).or_default().attachments += 1;
    }

    /// Adds the text of a note; `None` if it cannot be read.
    pub fn text(&mut self, path: &str, bytes: Option<&[u8]>) {
        let Use::Body(home, mark) = self.shape.part(path) else { return };
        let notes = &mut self.notes;
        notes.texts += 1;
        notes.dated_names += u64::from(mark.created.is_some());
        notes.numbered_names += u64::from(mark.number > 0);
        notes.recently_deleted += u64::from(home.area == Area::RecentlyDeleted);
        let depth = home.folder.split('/').filter(|name| !name.is_empty()).count();
        *notes.depths.entry(depth).or_default() += 1;
        let folder = self.folders.entry(home).or_default();
        folder.texts += 1;
        let Some(bytes) = bytes else {
            notes.unread += 1;
            return;
        };
        let text = body::text(bytes);
        let gist = body::gist(bytes);
        notes.empty_texts += u64::from(text.trim().is_empty());
        notes.texts_with_crlf += u64::from(text.contains("\r\n"));
        notes.texts_in_another_encoding += u64::from(std::str::from_utf8(bytes).is_err());
        notes.unchecked_items += text.matches("\t◦\t").count() as u64;
        notes.checked_items += text.matches("\t✓\t").count() as u64;
        let lines = |wanted: &dyn Fn(&str) -> bool| text.lines().filter(|line| wanted(line)).count() as u64;
        notes.list_items += lines(&|line| line.starts_with("- ") || line.starts_with("* "));
        notes.nested_lines += lines(&|line| line.starts_with("\t\t"));
        notes.objects += gist.objects as u64;
        folder.objects += gist.objects as u64;
    }

    /// All together.
    pub fn finish(self) -> Notes {
        let mut notes = self.notes;
        for folder in self.folders.values() {
            let (objects, attachments) = (folder.objects, folder.attachments);
            notes.folders_that_agree += u64::from(folder.texts > 0 && objects > 0 && objects == attachments);
            notes.folders_with_more_objects += u64::from(objects > attachments);
            notes.folders_with_more_attachments += u64::from(folder.texts > 0 && attachments > objects);
            notes.folders_of_several_that_differ += u64::from(folder.texts > 1 && objects != attachments);
            notes.folders_without_text += u64::from(folder.texts == 0);
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::Counting;

    #[test]
    fn places_and_files() {
        let texts = [
            ("Notes/Boat/Spare parts/Spare parts.txt", "Spare parts\n\n\t◦\trope\n\t✓\tsail\n\u{fffc}\n"),
            ("Notes/Idea/Idea.txt", "\u{fffc}"),
            ("Notes/Idea/Idea-1.txt", ""),
            ("Recently Deleted/Plan/Plan-2021-03-04T05:06:07Z.txt", "Plan\r\n"),
        ];
        let files = ["Notes/Boat/Spare parts/Attachment.png", "Notes/Sketch/sketches/1.png"];
        let mut counting = Counting::of(texts.iter().map(|(path, _)| *path).chain(files));
        texts.iter().for_each(|(path, text)| counting.text(path, Some(text.as_bytes())));
        files.iter().for_each(|path| counting.file(path, "png".to_owned()));
        let notes = counting.finish();
        assert_eq!(
            (notes.texts, notes.dated_names, notes.numbered_names, notes.recently_deleted),
            (4, 1, 1, 1)
        );
        assert_eq!((notes.objects, notes.attachments, notes.numbered_attachments), (2, 2, 1));
        assert_eq!(
            (notes.folders_that_agree, notes.folders_with_more_objects, notes.folders_without_text),
            (1, 1, 1)
        );
        assert_eq!(
            (notes.unchecked_items, notes.checked_items, notes.empty_texts, notes.texts_with_crlf),
            (1, 1, 1, 1)
        );
        assert_eq!((notes.depths[&0], notes.depths[&1], notes.extensions["png"]), (3, 1, 2));
    }
}
