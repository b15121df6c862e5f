//! The tables `notes`, `note_attachments` and `note_participants`.

use crate::records::fill::{Filling, Reading};
use crate::records::{File, Noted};

pub fn fill(reading: &mut Reading<'_, '_>) -> rusqlite::Result<()> {
    let Filling { contents, decided, standing, .. } = reading.filling;
    for kept in &decided.notes.notes {
        let attachments = kept.note.attachments.iter().zip(kept.paths(standing));
        let files: Vec<File<'_>> = attachments
            .filter_map(|(file, path)| {
                let content = &contents.distinct[file.content];
                Some(File { path: path?, size: content.size, blake3: content.blake3 })
            })
            .collect();
        let row = Noted { note: &kept.note, path: &kept.place.markdown, files: &files };
        reading.records.note(&row)?;
    }
    Ok(())
}
