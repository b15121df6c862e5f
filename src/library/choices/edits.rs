//! `.windfall/details/<export>/edits.csv`: which edits are the library's own, so that no import puts the original beside
//! them again. Where no edit was kept, there is none.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

use csv::{ReaderBuilder, WriterBuilder};
use serde::{Deserialize, Serialize};

use super::{is_file, places, put};
use crate::apple::fingerprint::Fingerprint;
use crate::category::Said;
use crate::contents::Content;
use crate::error::Error;
use crate::library::catalog::KeptEdit;
use crate::library::layout;
use crate::library::path::LibraryPath;

/// A line, as it is written.
#[derive(Serialize, Deserialize)]
struct Line {
    path: String,
    /// Of the edit.
    blake3: String,
    original_blake3: String,
    original_size: u64,
    original_crc32: u32,
    original_fingerprint: Option<String>,
}

pub(super) fn keep(library: &Path, all: &[KeptEdit]) -> Result<(), Error> {
    let text = text(all).map_err(Error::io("write the edits of", library))?;
    put(library, layout::EDITS, (!all.is_empty()).then_some(&text))
}

/// What stands beside the catalog: every line of every table that can be understood, the last one of each file.
pub fn kept(library: &Path) -> Vec<KeptEdit> {
    let mut all = BTreeMap::new();
    let files = places(library, layout::EDITS).unwrap_or_default().into_iter().filter(|place| is_file(place));
    for file in files.filter_map(|place| File::open(place).ok()) {
        let lines = ReaderBuilder::new().flexible(true).from_reader(file).into_deserialize::<Line>();
        let edits = lines.filter_map(Result::ok).filter_map(understood);
        all.extend(edits.map(|edit| (edit.path.clone(), edit)));
    }
    all.into_values().collect()
}

fn text(all: &[KeptEdit]) -> io::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    for KeptEdit { path, blake3, original, said } in all {
        writer.serialize(Line {
            path: path.to_string(),
            blake3: blake3.to_hex().to_string(),
            original_blake3: original.blake3.to_hex().to_string(),
            original_size: original.size,
            original_crc32: original.crc32,
            original_fingerprint: said.fingerprint.map(|fingerprint| fingerprint.to_string()),
        })?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn understood(line: Line) -> Option<KeptEdit> {
    let fingerprint = line.original_fingerprint.as_deref().and_then(Fingerprint::parse);
    Some(KeptEdit {
        path: LibraryPath::parse(&line.path).ok()?,
        blake3: blake3::Hash::from_hex(line.blake3).ok()?,
        original: Content {
            blake3: blake3::Hash::from_hex(line.original_blake3).ok()?,
            size: line.original_size,
            crc32: line.original_crc32,
        },
        said: Said { fingerprint, ..Said::default() },
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{keep, kept};
    use crate::category::Said;
    use crate::contents::Content;
    use crate::library::catalog::KeptEdit;
    use crate::library::path::LibraryPath;

    fn edit(path: &str) -> KeptEdit {
        let hash = |text: &str| blake3::hash(text.as_bytes());
        KeptEdit {
            path: LibraryPath::recorded(path).unwrap(),
            blake3: hash("edit"),
            original: Content { blake3: hash(path), size: 7, crc32: 9 },
            said: Said::default(),
        }
    }

    #[test]
    fn edits_come_back_as_they_were_kept() {
        let library = tempfile::tempdir().unwrap();
        let export = library.path().join(".windfall/details/iCloud Photos");
        fs::create_dir_all(&export).unwrap();
        fs::write(export.join("origins.csv"), "").unwrap();
        assert_eq!(kept(library.path()), []);
        let all = [edit("2024/a.jpg"), edit("2024/b, c.jpg")];
        keep(library.path(), &all).unwrap();
        assert_eq!(kept(library.path()), all);
        // a line that is damaged costs itself
        let table = export.join("edits.csv");
        let text = fs::read_to_string(&table).unwrap().replace("2024/a.jpg,", "../a.jpg,");
        fs::write(&table, text).unwrap();
        assert_eq!(kept(library.path()), all[1..]);
        keep(library.path(), &[]).unwrap();
        assert!(!table.exists());
    }
}
