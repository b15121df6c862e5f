//! `.windfall/details/<export>/forgotten.csv`: what was left out on purpose, so that no import brings back what its
//! owner did not want. Where nothing is forgotten, there is none.

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
use crate::library::catalog::{Forgotten, ForgottenRecord, category_of};
use crate::library::layout;
use crate::library::path::LibraryPath;

/// A line, as it is written.
#[derive(Serialize, Deserialize)]
struct Line {
    /// Where it stood.
    path: String,
    blake3: String,
    size: u64,
    crc32: u32,
    fingerprint: Option<String>,
    /// Where it is kept; nothing: it was deleted.
    kept: Option<String>,
    forgotten: String,
    went_with: Option<String>,
    /// What the catalog said of it.
    record: String,
}

pub(super) fn keep(library: &Path, all: &[ForgottenRecord]) -> Result<(), Error> {
    let text = text(all).map_err(Error::io("write what is forgotten in", library))?;
    put(library, layout::FORGOTTEN_TABLE, (!all.is_empty()).then_some(&text))
}

/// What stands beside the catalog: every line of every table that can be understood, each once.
pub fn kept(library: &Path) -> Vec<ForgottenRecord> {
    let mut all = BTreeMap::new();
    for place in places(library, layout::FORGOTTEN_TABLE).unwrap_or_default() {
        if !is_file(&place) {
            continue;
        }
        let Ok(file) = File::open(place) else { continue };
        let lines = ReaderBuilder::new().flexible(true).from_reader(file).into_deserialize::<Line>();
        for record in lines.filter_map(Result::ok).filter_map(understood) {
            let key = (record.bytes.path.clone(), *record.bytes.content.blake3.as_bytes());
            all.insert(key, record);
        }
    }
    all.into_values().collect()
}

fn text(all: &[ForgottenRecord]) -> io::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    for ForgottenRecord { bytes, said, when, record } in all {
        let text = |path: &Option<LibraryPath>| path.as_ref().map(LibraryPath::to_string);
        writer.serialize(Line {
            path: bytes.path.to_string(),
            blake3: bytes.content.blake3.to_hex().to_string(),
            size: bytes.content.size,
            crc32: bytes.content.crc32,
            fingerprint: said.fingerprint.map(|fingerprint| fingerprint.to_string()),
            kept: text(&bytes.kept),
            forgotten: when.clone(),
            went_with: text(&bytes.with),
            record: record.clone(),
        })?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn understood(line: Line) -> Option<ForgottenRecord> {
    let path = |text: Option<String>| text.and_then(|text| LibraryPath::recorded(&text).ok());
    Some(ForgottenRecord {
        bytes: Forgotten {
            content: Content {
                blake3: blake3::Hash::from_hex(line.blake3).ok()?,
                size: line.size,
                crc32: line.crc32,
            },
            path: LibraryPath::parse(&line.path).ok()?,
            kept: path(line.kept),
            with: path(line.went_with),
            category: category_of(&line.record),
        },
        said: Said {
            fingerprint: line.fingerprint.as_deref().and_then(Fingerprint::parse),
            ..Said::default()
        },
        when: line.forgotten,
        record: line.record,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{keep, kept};
    use crate::apple::fingerprint;
    use crate::category::Said;
    use crate::contents::{Category, Content};
    use crate::library::catalog::{Forgotten, ForgottenRecord};
    use crate::library::path::LibraryPath;

    fn record(path: &str, kept: Option<&str>) -> ForgottenRecord {
        let at = |text: &str| LibraryPath::recorded(text).unwrap();
        let mut print = fingerprint::Hasher::new();
        print.update(path.as_bytes());
        let content = Content { blake3: blake3::hash(path.as_bytes()), size: 7, crc32: 9 };
        ForgottenRecord {
            bytes: Forgotten {
                content,
                path: at(path),
                kept: kept.map(at),
                with: None,
                category: Category::Photos,
            },
            said: Said { fingerprint: Some(print.finish()), ..Said::default() },
            when: "2024-05-01T10:00:00Z".into(),
            record: r#"{"file":{"path":"a, \"b\""}}"#.into(),
        }
    }

    #[test]
    fn what_is_forgotten_comes_back_as_it_was_kept() {
        let library = tempfile::tempdir().unwrap();
        let export = library.path().join(".windfall/details/iCloud Photos");
        fs::create_dir_all(&export).unwrap();
        fs::write(export.join("origins.csv"), "").unwrap();
        assert_eq!(kept(library.path()), []);
        let all =
            [record("2024/a.jpg", Some(".windfall/forgotten/2024/a.jpg")), record("2024/b, c.jpg", None)];
        keep(library.path(), &all).unwrap();
        assert_eq!(kept(library.path()), all);
        // a line that is damaged costs itself
        let table = export.join("forgotten.csv");
        let text = fs::read_to_string(&table).unwrap().replace("2024/a.jpg,", "../a.jpg,");
        fs::write(&table, text).unwrap();
        assert_eq!(kept(library.path()), all[1..]);
        keep(library.path(), &[]).unwrap();
        assert!(!table.exists());
    }
}
