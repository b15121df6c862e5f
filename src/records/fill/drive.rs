//! The table `drive_files`.

use crate::records::fill::{Filling, Reading};
use crate::records::{Drive, File};

pub fn fill(reading: &mut Reading<'_, '_>) -> rusqlite::Result<()> {
    let Filling { contents, decided, standing, .. } = reading.filling;
    let mut files: Vec<_> =
        decided.drive.files.iter().filter_map(|file| Some((standing(file.entry)?, file))).collect();
    files.sort_unstable_by_key(|(path, _)| *path);
    for (path, file) in files {
        let content = &contents.distinct[file.content];
        let listed = file.listed.as_ref().map(|said| said.read_in(decided.zone));
        reading.records.drive_file(&Drive {
            file: File { path, size: content.size, blake3: content.blake3 },
            title: contents.entries[file.entry].name(),
            listed: listed.as_ref(),
            is_proved: file.is_proved,
        })?;
    }
    Ok(())
}
