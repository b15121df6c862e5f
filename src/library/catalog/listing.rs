//! The files of a library as the catalog lists them, each with what is known of its bytes. They come one after the other,
//! because a library may have half a million.
//!
//! Rows live no longer than their statement, so files come by a callback and not as an iterator. A file whose path could
//! lead outside the library, or whose bytes are unknown, is not listed; `verify` names it.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use rusqlite::{Connection, Params};

use crate::apple::fingerprint::Fingerprint;
use crate::category;
use crate::category::photos::media::{Camera, Format, Pixels, Position};
use crate::contents::Class;
use crate::error::Error;
use crate::library::catalog::facts::{FACTS, Facts, FactsReader};
use crate::library::catalog::load::{self, FILE_COLUMNS, FILES};
use crate::library::catalog::{Catalog, Unknown, findings, known_word};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, Damage, FileRecord};
use crate::place::Place;

/// What the catalog says of the bytes of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Their id in the catalog.
    pub id: i64,
    pub size: u64,
    pub blake3: blake3::Hash,
    /// Computed for media only.
    pub fingerprint: Option<Fingerprint>,
    pub format: Format,
    pub position: Option<Position>,
    /// How large it is as a person sees it.
    pub pixels: Option<Pixels>,
    /// How long a movie is, in seconds.
    pub duration: Option<f64>,
    pub camera: Camera,
    /// What a person calls the position.
    pub place: Option<Arc<Place>>,
    /// When they were last read and agreed.
    pub verified: Option<DateTime<Utc>>,
    /// What is known to be wrong with them.
    pub damage: Option<Damage>,
    /// What Apple delivered, where an edit of its owner's stands in its place.
    pub original: Option<Box<Original>>,
}

/// Bytes that stand nowhere in the library, because its owner edited the file and kept the edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Original {
    /// Their id in the catalog.
    pub id: i64,
    pub blake3: blake3::Hash,
}

impl Stored {
    /// The catalog's id of what Apple delivered, whatever stands there now.
    pub fn delivered_id(&self) -> i64 {
        self.original.as_ref().map_or(self.id, |original| original.id)
    }
}

/// A file of the library with what is known of its bytes.
pub type StoredFile = FileRecord<Stored>;

/// How much of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    Whole,
    /// Everything but what each source said of the capture time.
    WithoutEvidence,
}

/// Where a copy of a file's bytes was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    /// The catalog's id of the bytes.
    pub content: i64,
    /// The kind of place in the library for such an entry.
    pub area: Area,
    pub inner: &'a str,
    pub archive: &'a str,
    pub entry: &'a str,
    /// The time that the archive states.
    pub modified: Option<NaiveDateTime>,
}

/// A path at which the catalog has something.
#[derive(Debug)]
pub struct OnRecord {
    pub path: Box<str>,
    /// Of a file its area, and its size in bytes; nothing of what is derived.
    pub file: Option<(Area, u64)>,
    /// Whether something is known to be wrong with it.
    pub is_harmed: bool,
}

impl Catalog {
    /// Visits every file, by path, until `visit` breaks.
    ///
    /// # Errors
    /// If SQLite refuses, or a record says what this version does not know.
    pub fn each_file(
        &self,
        detail: Detail,
        visit: &mut dyn FnMut(StoredFile) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        self.query(|c| stored(c, "ORDER BY path", [], detail, visit))
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Result<Option<StoredFile>, Error> {
        let mut found = None;
        self.query(|c| {
            stored(c, "WHERE path = ?1", [path], Detail::Whole, &mut |file| {
                found = Some(file);
                ControlFlow::Break(())
            })
        })?;
        Ok(found)
    }

    /// The path of a file outside `.windfall` that one of these texts names. A path as it is recorded, or that of a
    /// link or copy of a file, comes before one that differs in case or normalisation.
    pub fn path_of(&self, texts: &[String]) -> Result<Option<String>, Error> {
        self.query(|c| {
            let mut exact = c.prepare(
                "SELECT path FROM files WHERE path = ?1 AND area <> 'details' \
                 UNION ALL SELECT target FROM derived WHERE path = ?1 AND target IS NOT NULL",
            )?;
            for text in texts {
                if let Some(row) = exact.query([text])?.next()? {
                    return row.get(0).map(Some);
                }
            }
            let keys: Vec<String> = texts.iter().map(|text| name::fold(text)).collect();
            for all in [
                "SELECT path, path FROM files WHERE area <> 'details' ORDER BY path",
                "SELECT path, target FROM derived WHERE target IS NOT NULL ORDER BY path",
            ] {
                let mut all = c.prepare(all)?;
                let mut rows = all.query([])?;
                while let Some(row) = rows.next()? {
                    if keys.contains(&name::fold(row.get_ref(0)?.as_str()?)) {
                        return row.get(1).map(Some);
                    }
                }
            }
            Ok(None)
        })
    }

    /// Visits every entry that the bytes with this id, or all bytes, were read from. Entries of details are left
    /// out.
    pub fn each_source(&self, content: Option<i64>, visit: &mut dyn FnMut(Source<'_>)) -> Result<(), Error> {
        self.query(|c| {
            let words = |class| {
                let quoted: Vec<String> = category::words(class).map(|word| format!("'{word}'")).collect();
                quoted.join(", ")
            };
            let (media, others) = (words(Class::Resource), words(Class::Other));
            let mut statement = c.prepare(&format!(
                "SELECT content, sort IN ({media}), inner, name, path, modified \
                 FROM entries JOIN archives ON archives.id = archive \
                 WHERE sort IN ({media}, {others}) AND (?1 IS NULL OR content = ?1)",
            ))?;
            let mut rows = statement.query([content])?;
            while let Some(row) = rows.next()? {
                visit(Source {
                    content: row.get(0)?,
                    area: if row.get(1)? { Area::Media } else { Area::Other },
                    inner: row.get_ref(2)?.as_str()?,
                    archive: row.get_ref(3)?.as_str()?,
                    entry: row.get_ref(4)?.as_str()?,
                    modified: load::time(row, 5)?,
                });
            }
            Ok(())
        })
    }

    /// The companions of every still that has any, sorted by path.
    pub fn companions(&self) -> Result<HashMap<String, Vec<String>>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT companion_of, path FROM files WHERE companion_of IS NOT NULL ORDER BY path",
            )?;
            let mut companions: HashMap<String, Vec<String>> = HashMap::new();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                companions.entry(row.get(0)?).or_default().push(row.get(1)?);
            }
            Ok(companions)
        })
    }

    /// Every path at which the catalog has something, in order.
    pub fn all_paths(&self) -> Result<Vec<OnRecord>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT path, area, size, damage NOTNULL FROM files JOIN contents ON contents.id = files.content \
                 UNION ALL SELECT path, NULL, NULL, 0 FROM derived ORDER BY path",
            )?;
            let on_record = |row: &rusqlite::Row<'_>| {
                let file = match row.get_ref(1)?.as_str_or_null()? {
                    Some(area) => Some((known_word(1, area, Area::from_name)?, row.get(2)?)),
                    None => None,
                };
                Ok(OnRecord { path: row.get_ref(0)?.as_str()?.into(), file, is_harmed: row.get(3)? })
            };
            statement.query_map([], on_record)?.collect()
        })
    }

    /// Whether the catalog has something at a path.
    pub fn has_path(&self, path: &LibraryPath) -> Result<bool, Error> {
        self.query(|c| {
            let mut statement = c.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM files WHERE path = ?1) OR EXISTS (SELECT 1 FROM derived WHERE path = ?1)",
            )?;
            statement.query_row([path.as_str()], |row| row.get(0))
        })
    }
}

/// The number of the first column that is about the bytes; before it stands what was found of them.
const BYTES: usize = FILE_COLUMNS + 4;

/// Visits the files chosen by `which`, the end of the statement.
fn stored(
    connection: &Connection,
    which: &str,
    values: impl Params,
    detail: Detail,
    visit: &mut dyn FnMut(StoredFile) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    // columns are read by position: looking them up by name for each row takes longer than all the rest
    let mut statement = connection.prepare(&format!(
        "SELECT {FILES}, verified, damage, damage_found, original_blake3, size, blake3, fingerprint, format, {FACTS} \
         FROM files JOIN contents ON contents.id = content \
         LEFT JOIN (SELECT id AS original_id, blake3 AS original_blake3 FROM contents) ON original_id = original \
         {which}"
    ))?;
    let mut facts = FactsReader::default();
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        let Some(file) = load::record(row, Unknown::Stops, detail)? else { continue };
        let column = |n: usize| row.get_ref(BYTES + n);
        let Ok(blake3) = blake3::Hash::from_hex(column(1)?.as_str()?) else { continue };
        let Facts { position, pixels, duration, camera, place } = facts.read(row, BYTES + 4)?;
        let original = match (file.original.as_deref(), row.get_ref(FILE_COLUMNS + 3)?.as_str_or_null()?) {
            (Some(&id), Some(hex)) => {
                blake3::Hash::from_hex(hex).ok().map(|blake3| Box::new(Original { id, blake3 }))
            }
            _ => None,
        };
        let bytes = Stored {
            id: file.content,
            size: row.get(BYTES)?,
            blake3,
            fingerprint: column(2)?.as_str_or_null()?.and_then(Fingerprint::parse),
            format: column(3)?.as_str_or_null()?.map_or(Format::Unknown, Format::from_name),
            position,
            pixels,
            duration,
            camera,
            place,
            verified: findings::time(row, FILE_COLUMNS)?,
            damage: findings::one(row, FILE_COLUMNS + 1)?,
            original,
        };
        // Apple's checksum is that of what was delivered, and nobody knows what stands there while something is wrong
        let proved = file.proved && bytes.original.is_none() && bytes.damage.is_none();
        if visit(FileRecord { proved, ..file.with(bytes, None) }).is_break() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
impl StoredFile {
    /// A file of nine bytes, of which little else is known.
    pub fn sample(path: &str, kind: crate::category::photos::media::Kind) -> Self {
        let path = LibraryPath::parse(path).unwrap();
        let bytes = Stored {
            id: 1,
            size: 9,
            blake3: blake3::hash(path.as_str().as_bytes()),
            fingerprint: None,
            format: Format::Heic,
            position: None,
            pixels: None,
            duration: None,
            camera: Camera::new(Some("Apple".into()), Some("iPhone 15 Pro".into())),
            place: None,
            verified: None,
            damage: None,
            original: None,
        };
        let record = FileRecord::plain(path, Area::Media, crate::contents::ContentId::default());
        FileRecord { kind: Some(kind), ..record }.with(bytes, None)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::{Detail, StoredFile};
    use crate::Error;
    use crate::category::photos::media::{Format, Kind};
    use crate::category::photos::time::{CapturedFrom, Rule};
    use crate::contents::ContentId;
    use crate::error::CatalogFaultKind;
    use crate::library::catalog::{Catalog, Ids};
    use crate::library::path::LibraryPath;
    use crate::library::record::{Area, FileRecord};

    fn path(text: &str) -> LibraryPath {
        LibraryPath::parse(text).unwrap()
    }

    /// A catalog of one still, its movie and a file of no category.
    fn catalog(folder: &tempfile::TempDir) -> (Catalog, FileRecord) {
        let mut catalog = Catalog::open_file(folder.path().join("catalog.sqlite")).unwrap();
        let hex = blake3::hash(b"a photo").to_hex();
        let sql = format!(
            "INSERT INTO contents (id, blake3, size, crc32, format, make) VALUES (7, '{hex}', 9, 1, 'heic', 'Apple');
             INSERT INTO archives (id, name) VALUES (1, 'iCloud Photos Part 1 of 1.zip');
             INSERT INTO entries (archive, position, part, path, inner, sort, size, content) VALUES
                 (1, 0, 1, 'P/Photos/A.HEIC', 'Photos/A.HEIC', 'photo', 9, 7),
                 (1, 1, 1, 'P/Notes/a.txt', 'Notes/a.txt', 'other', 9, 7),
                 (1, 2, 1, 'P/Photos/Photo Details.csv', 'Photos/Photo Details.csv', 'details', 9, 7)"
        );
        catalog.connection.execute_batch(&sql).unwrap();
        let still = FileRecord {
            kind: Some(Kind::Photo),
            original_name: Some("A.HEIC".into()),
            proved: true,
            captured: "2024-03-03T10:05:17.250+01:00".parse().ok(),
            captured_from: Some(CapturedFrom::ExifAndRow),
            rule: Some(Rule::OffsetFromRow),
            evidence: Some([].into()),
            imported_to_icloud: "2024-03-04T00:00:00Z".parse().ok(),
            favorite: true,
            view_count: Some(3),
            contributed_by_me: Some(false),
            live_photo: Some(path("2024/A.MOV")),
            ..FileRecord::plain(path("2024/A.HEIC"), Area::Media, ContentId::default())
        };
        let movie = FileRecord {
            deleted: true,
            hidden: true,
            companion_of: Some(still.path.clone()),
            ..FileRecord::plain(path("2024/A.MOV"), Area::Media, ContentId::default())
        };
        let mut ids = Ids::default();
        ids.contents.insert(ContentId::default(), 7);
        catalog.record_files(&[still.clone(), movie], &ids).unwrap();
        (catalog, still)
    }

    fn all(catalog: &Catalog, detail: Detail) -> Vec<StoredFile> {
        let mut files = Vec::new();
        let visit = &mut |file| {
            files.push(file);
            ControlFlow::Continue(())
        };
        catalog.each_file(detail, visit).unwrap();
        files
    }

    #[test]
    fn a_record_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, still) = catalog(&folder);
        let files = all(&catalog, Detail::Whole);
        let bytes = &files[0].content;
        assert_eq!((bytes.id, bytes.size, bytes.blake3), (7, 9, blake3::hash(b"a photo")));
        assert_eq!(
            (bytes.format, bytes.camera.make(), bytes.camera.model()),
            (Format::Heic, Some("Apple"), None)
        );
        assert!(files[0].clone().with(ContentId::default(), None).says_the_same(&still), "{:#?}", files[0]);
        assert_eq!(catalog.file("2024/A.MOV").unwrap().as_ref(), Some(&files[1]));
        assert_eq!(catalog.file("2024/B.MOV").unwrap(), None);
        assert_eq!(catalog.companions().unwrap()["2024/A.HEIC"], ["2024/A.MOV"]);
        let without = all(&catalog, Detail::WithoutEvidence).remove(0);
        assert_eq!(without.evidence, None);
        assert_eq!(FileRecord { evidence: files[0].evidence.clone(), ..without }, files[0]);
    }

    #[test]
    fn what_leads_outside_or_has_no_bytes_is_not_listed() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, _) = catalog(&folder);
        for (path, content) in [("../outside.jpg", 7), (".windfall/catalog.sqlite", 7), ("2024/lost.jpg", 99)]
        {
            let insert = "INSERT INTO files (path, area, content) VALUES (?1, 'media', ?2)";
            catalog.connection.execute(insert, rusqlite::params![path, content]).unwrap();
        }
        assert_eq!(all(&catalog, Detail::Whole).len(), 2);
        assert_eq!(catalog.file("../outside.jpg").unwrap(), None);
    }

    #[test]
    fn a_word_of_a_newer_version_stops_it() {
        for column in ["area", "kind", "captured_from", "rule"] {
            let folder = tempfile::tempdir().unwrap();
            let (catalog, _) = catalog(&folder);
            catalog.connection.execute(&format!("UPDATE files SET {column} = 'painting'"), []).unwrap();
            let error = catalog.file("2024/A.HEIC").unwrap_err();
            let Error::Catalog { source, .. } = error else { panic!("{column}: {error}") };
            assert_eq!(source.kind(), CatalogFaultKind::UnknownWord, "{column}: {source}");
        }
    }

    #[test]
    fn a_listing_ends_when_its_reader_does() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, _) = catalog(&folder);
        let mut seen = 0;
        let visit = &mut |_| {
            seen += 1;
            ControlFlow::Break(())
        };
        catalog.each_file(Detail::Whole, visit).unwrap();
        assert_eq!(seen, 1);
    }

    #[test]
    fn sources_are_media_or_others_and_no_lists() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, _) = catalog(&folder);
        let sources = |content| {
            let mut sources = Vec::new();
            catalog.each_source(content, &mut |s| sources.push((s.area, s.inner.to_owned()))).unwrap();
            sources
        };
        let both = [(Area::Media, "Photos/A.HEIC".to_owned()), (Area::Other, "Notes/a.txt".to_owned())];
        assert_eq!(
            (sources(None), sources(Some(7)), sources(Some(8))),
            (both.to_vec(), both.to_vec(), vec![])
        );
    }

    #[test]
    fn a_file_is_found_by_any_spelling_of_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, _) = catalog(&folder);
        let link = "INSERT INTO derived (path, kind, target) VALUES ('Albums/Lake/A.HEIC', 'symlink', '2024/A.HEIC')";
        catalog.connection.execute(link, []).unwrap();
        for text in ["2024/A.HEIC", "2024/a.heic", "Albums/Lake/A.HEIC"] {
            let found = catalog.path_of(&["none".to_owned(), text.to_owned()]).unwrap();
            assert_eq!(found.as_deref(), Some("2024/A.HEIC"), "{text}");
        }
        assert_eq!(catalog.path_of(&["none".to_owned()]).unwrap(), None);
    }
}
