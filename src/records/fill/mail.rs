//! The table `messages`, and what is searched of them.

use std::collections::HashMap;
use std::io::{BufReader, Read};

use crate::apple::text;
use crate::category::mail::form::{Form, HEAD, emlx};
use crate::category::mail::mbox::{Slices, unquoted};
use crate::category::mail::{LARGEST_READ, Message};
use crate::category::recognise::Sort;
use crate::contents::EntryId;
use crate::records::fill::newer::{Key, Newer};
use crate::records::fill::{Reading, Stood};
use crate::records::{self, Mail};

pub fn fill(reading: &mut Reading<'_, '_>) -> rusqlite::Result<()> {
    let mut newer = Newer::default();
    let decided = &reading.filling.decided.mail.files;
    let folders: HashMap<EntryId, &str> =
        decided.iter().map(|file| (file.entry, file.folder.as_str())).collect();
    for file in reading.standing(Sort::Message) {
        let mut head = Vec::new();
        let Ok(opened) = reading.open.open(file.content) else { continue };
        if opened.take(HEAD as u64).read_to_end(&mut head).is_err() {
            continue;
        }
        let form = Form::of(file.entry.inner(), &head).unwrap_or(Form::Message);
        let folder = folders.get(&file.id).copied().unwrap_or_else(|| folder(file.path, form));
        let items = match form {
            Form::Mbox => many(reading, &file, folder, &mut newer)?,
            Form::Message | Form::Emlx => one(reading, &file, form, folder, &mut newer)?,
        };
        reading.items.insert(file.content, items);
    }
    Ok(())
}

/// A message that is a file of its own. It stands in the library, and so it has a row, whatever other exports have.
fn one(
    reading: &mut Reading<'_, '_>,
    file: &Stood<'_>,
    form: Form,
    folder: &str,
    newer: &mut Newer,
) -> rusqlite::Result<u64> {
    let content = &reading.filling.contents.distinct[file.content];
    let mut bytes = Vec::new();
    let opened = reading.open.open(file.content);
    if opened.and_then(|opened| opened.take(LARGEST_READ as u64).read_to_end(&mut bytes)).is_err() {
        return Ok(0);
    }
    let inner = emlx(&bytes).filter(|_| form == Form::Emlx);
    newer.counts(file.export, Key::said(&content.blake3));
    let row = Mail {
        said: &Message::read(inner.map_or(bytes.as_slice(), |inner| inner.message)),
        file: records::File { path: file.path, size: content.size, blake3: content.blake3 },
        folder,
        flags: inner.and_then(|inner| inner.flags),
        mbox_offset: None,
    };
    reading.records.message(&row)?;
    Ok(1)
}

/// The messages of an mbox. What a newer export has as well is there.
fn many(
    reading: &mut Reading<'_, '_>,
    file: &Stood<'_>,
    folder: &str,
    newer: &mut Newer,
) -> rusqlite::Result<u64> {
    let Ok(opened) = reading.open.open(file.content) else { return Ok(0) };
    let mut slices = Slices::new(BufReader::new(opened), LARGEST_READ);
    let mut items = 0;
    while let Some(Ok(slice)) = slices.next() {
        items += 1;
        let blake3 = blake3::hash(&slice.bytes);
        if !newer.counts(file.export, Key::said(&blake3)) {
            continue;
        }
        let size = slice.range.end - slice.range.start;
        let row = Mail {
            said: &Message::read(&unquoted(&slice.bytes, slices.quoting())),
            file: records::File { path: file.path, size, blake3 },
            folder,
            flags: None,
            mbox_offset: Some(slice.range.start),
        };
        reading.records.message(&row)?;
    }
    Ok(items)
}

/// The folder of a message by where it stands, if nobody knows another: that of its file, or the mbox that it is in.
fn folder(path: &str, form: Form) -> &str {
    let below = path.strip_prefix("Mail/").unwrap_or(path);
    match form {
        Form::Mbox => below.strip_suffix(".mbox").unwrap_or(below),
        Form::Message | Form::Emlx => text::above(below),
    }
}

#[cfg(test)]
mod tests {
    use super::folder;
    use crate::category::mail::form::Form;

    #[test]
    fn the_folder_of_a_message() {
        for (path, form, expected) in [
            ("Mail/INBOX/a.eml", Form::Message, "INBOX"),
            ("Mail/Work/Boat/a.emlx", Form::Emlx, "Work/Boat"),
            ("Mail/a.eml", Form::Message, ""),
            ("Mail/Work/Boat.mbox", Form::Mbox, "Work/Boat"),
            ("Elsewhere/a.eml", Form::Message, "Elsewhere"),
        ] {
            assert_eq!(folder(path, form), expected, "{path}");
        }
    }
}
