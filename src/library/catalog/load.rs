//! Reads rows of the catalog into [`Remembered`], everything that a run has to know.
//!
//! Entries come back as not given ([`Entry::given`]). Discovery marks those that this run's inputs hold.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use rusqlite::{Connection, Row};

use crate::apple::fingerprint::Fingerprint;
use crate::category::photos::media::{Embedded, Format, Kind, LocalTime, Standard};
use crate::category::photos::time::{CapturedFrom, Evidence, local_time};
use crate::category::photos::{AlbumKind, Said};
use crate::category::{self, Heard};
use crate::contents::{
    Archive, ArchiveId, ByContent, Bytes, Category, Content, ContentId, Contents, Entry, Export, ExportId,
    Identity, Inner, Part, PartId,
};
use crate::library::catalog::facts::{FACTS, FactsReader};
use crate::library::catalog::words::{self, Unknown, known_word};
use crate::library::catalog::{Detail, Forgotten, albums, findings, forgotten, moves};
use crate::library::path::LibraryPath;
use crate::library::record::{Area, Damage, DerivedKind, DerivedRecord, FileRecord, Placement};

/// Ids in the catalog of what is in [`Contents`].
#[derive(Debug, Default)]
pub struct Ids {
    pub exports: HashMap<ExportId, i64>,
    pub parts: HashMap<PartId, i64>,
    pub archives: HashMap<ArchiveId, i64>,
    pub contents: ByContent<i64>,
}

/// Everything that a run has to know from the catalog.
#[derive(Debug, Default)]
pub struct Remembered {
    pub delivered: Delivered,
    /// What the library holds of what was delivered.
    pub recorded: Recorded,
}

/// What the catalog knows of what Apple delivered.
#[derive(Debug, Default)]
pub struct Delivered {
    /// What was delivered, without the text of details.
    pub contents: Contents,
    /// What contents said of themselves, without what details say.
    pub heard: Heard,
    pub ids: Ids,
    /// Archives whose every entry was read.
    pub complete: HashSet<ArchiveId>,
    /// Parts that only killed runs were given: what is wrong with them nobody was told.
    pub unfinished: BTreeSet<PartId>,
}

/// What the catalog knows of the library.
#[derive(Debug, Default)]
pub struct Recorded {
    pub files: BTreeMap<LibraryPath, FileRecord>,
    /// Contents that wait in staging.
    pub staged: Vec<ContentId>,
    /// What an interrupted run has still to place.
    pub plan: Vec<Placement>,
    /// Links, lists, copies and sidecars.
    pub derived: BTreeMap<LibraryPath, DerivedRecord>,
    /// Folder names of albums, by kind and key.
    pub album_folders: HashMap<(AlbumKind, String), String>,
    /// What was left out on purpose.
    pub forgotten: Vec<Forgotten>,
    /// Where the owner put files.
    pub owners: HashSet<LibraryPath>,
    /// What is known to be wrong with files.
    pub damage: BTreeMap<LibraryPath, Damage>,
}

impl Remembered {
    /// The hashes and sizes of contents that wait in staging.
    pub fn staged(&self) -> HashMap<blake3::Hash, u64> {
        let content = |&id: &ContentId| &self.delivered.contents.distinct[id];
        self.recorded.staged.iter().map(content).map(|content| (content.blake3, content.size)).collect()
    }
}

/// Records of files, each with the catalog's id of its bytes.
pub(super) type Records = Vec<FileRecord<i64>>;

/// The columns of `files`, in the order in which they are written and read.
pub(super) const FILES: &str = "path, area, content, kind, original_name, proved, captured, captured_from, rule, evidence, \
    imported_to_icloud, favorite, hidden, deleted, view_count, contributed_by_me, live_photo, companion_of, modified, \
    category, original";
/// How many columns that is.
pub(super) const FILE_COLUMNS: usize = 21;

/// Reads everything but the records of files. Also gives the contents by their ids.
pub(super) fn load(connection: &Connection) -> rusqlite::Result<(Remembered, ById<ContentId>)> {
    let mut known = Remembered::default();
    let exports = exports(connection, &mut known)?;
    let parts = parts(connection, &mut known, &exports)?;
    let archives = archives(connection, &mut known)?;
    let contents = contents(connection, &mut known)?;
    entries(connection, &mut known, &archives, &parts, &contents)?;
    plan(connection, &mut known, &contents)?;
    known.recorded.derived = derived(connection)?;
    album_folders(connection, &mut known)?;
    known.recorded.forgotten = forgotten::load(connection, &contents)?;
    known.recorded.owners = moves::owners_places(connection)?;
    known.recorded.damage = findings::damage(connection)?;
    Ok((known, contents))
}

/// The records of files with known bytes, by path.
pub(super) fn files(records: Records, contents: &ById<ContentId>) -> BTreeMap<LibraryPath, FileRecord> {
    let placed = |record: FileRecord<i64>| {
        let content = contents.get(record.content)?;
        let original = record.original.as_deref().and_then(|id| contents.get(*id));
        Some((record.path.clone(), record.with(content, original)))
    };
    // a map made of all at once is dense; grown one by one in order, it would be half empty
    records.into_iter().filter_map(placed).collect()
}

/// Indices by ids of the catalog, which have to be added in ascending order.
pub(super) struct ById<I>(Vec<(i64, I)>);

impl<I> Default for ById<I> {
    fn default() -> Self {
        ById(Vec::new())
    }
}

impl<I: Copy> ById<I> {
    pub(super) fn get(&self, id: i64) -> Option<I> {
        let at = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(self.0[at].1)
    }
}

/// How many rows a table has, to allocate for them once.
fn count(connection: &Connection, table: &str) -> rusqlite::Result<usize> {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
}

fn exports(connection: &Connection, known: &mut Remembered) -> rusqlite::Result<ById<ExportId>> {
    let mut by_id = ById::default();
    let mut statement =
        connection.prepare("SELECT id, name, total, built, label, category FROM exports ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let index = known.delivered.contents.exports.next();
        by_id.0.push((row.get(0)?, index));
        known.delivered.ids.exports.insert(index, row.get(0)?);
        known.delivered.contents.exports.push(Export {
            name: row.get(1)?,
            category: known_word(5, row.get_ref(5)?.as_str()?, Category::from_name)?,
            total: row.get(2)?,
            built: time(row, 3)?,
            label: row.get(4)?,
        });
    }
    Ok(by_id)
}

fn parts(
    connection: &Connection,
    known: &mut Remembered,
    exports: &ById<ExportId>,
) -> rusqlite::Result<ById<PartId>> {
    let mut by_id = ById::default();
    let mut statement = connection.prepare("SELECT id, export, number, unfinished FROM parts ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Some(export) = exports.get(row.get(1)?) else { continue };
        let index = known.delivered.contents.parts.next();
        by_id.0.push((row.get(0)?, index));
        known.delivered.ids.parts.insert(index, row.get(0)?);
        known.delivered.contents.parts.push(Part { export, number: row.get(2)? });
        if row.get(3)? {
            known.delivered.unfinished.insert(index);
        }
    }
    Ok(by_id)
}

fn archives(connection: &Connection, known: &mut Remembered) -> rusqlite::Result<ById<ArchiveId>> {
    let mut by_id = ById::default();
    let mut statement =
        connection.prepare("SELECT id, name, size, directory, complete FROM archives ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let directory: Option<String> = row.get(3)?;
        let identity = match (row.get(2)?, directory.and_then(|d| blake3::Hash::from_hex(d).ok())) {
            (Some(size), Some(directory)) => Identity::Zip { size, directory },
            _ => Identity::Folder,
        };
        let index = known.delivered.contents.archives.next();
        by_id.0.push((row.get(0)?, index));
        known.delivered.ids.archives.insert(index, row.get(0)?);
        if row.get(4)? {
            known.delivered.complete.insert(index);
        }
        known.delivered.contents.archives.push(Archive { name: row.get(1)?, identity });
    }
    Ok(by_id)
}

fn contents(connection: &Connection, known: &mut Remembered) -> rusqlite::Result<ById<ContentId>> {
    let count = count(connection, "contents")?;
    known.delivered.contents.distinct.reserve_exact(count);
    known.delivered.heard.photos.said.reserve_exact(count);
    known.delivered.ids.contents = ByContent::with_capacity(count);
    let mut by_id = ById(Vec::with_capacity(count));
    let mut facts = FactsReader::default();
    let mut statement = connection.prepare(&format!(
        "SELECT id, blake3, size, crc32, fingerprint, cut_short, format, exif_time, exif_offset, \
         quicktime_time, quicktime_offset, utc_time, content_identifier, exif_standard, {FACTS} \
         FROM contents ORDER BY id",
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Ok(blake3) = blake3::Hash::from_hex(row.get_ref(1)?.as_str()?) else { continue };
        let index = known.delivered.contents.distinct.next();
        by_id.0.push((row.get(0)?, index));
        known.delivered.ids.contents.insert(index, row.get(0)?);
        let facts = facts.read(row, 14)?;
        let embedded = Embedded {
            format: row.get_ref(6)?.as_str_or_null()?.map_or(Format::Unknown, Format::from_name),
            exif: local(row, 7)?,
            standard: match row.get_ref(13)?.as_str_or_null()? {
                Some(word) => known_word(13, word, Standard::from_name)?,
                None => Standard::Exif,
            },
            quicktime: local(row, 9)?,
            utc: time(row, 11)?,
            position: facts.position,
            camera: facts.camera,
            pixels: facts.pixels,
            duration: facts.duration,
            content_identifier: row.get(12)?,
        };
        known.delivered.contents.distinct.push(Content { blake3, size: row.get(2)?, crc32: row.get(3)? });
        known.delivered.heard.photos.said.push(Said {
            fingerprint: row.get_ref(4)?.as_str_or_null()?.and_then(Fingerprint::parse),
            cut_short: row.get(5)?,
            embedded,
            place: facts.place,
        });
    }
    let mut statement = connection.prepare("SELECT content FROM staged ORDER BY content")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        known.recorded.staged.extend(by_id.get(row.get(0)?));
    }
    Ok(by_id)
}

fn entries(
    connection: &Connection,
    known: &mut Remembered,
    archives: &ById<ArchiveId>,
    parts: &ById<PartId>,
    contents: &ById<ContentId>,
) -> rusqlite::Result<()> {
    known.delivered.contents.entries.reserve_exact(count(connection, "entries")?);
    let mut statement = connection
        .prepare("SELECT archive, position, part, path, inner, sort, size, modified, content FROM entries")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (Some(archive), Some(part), Some(content)) =
            (archives.get(row.get(0)?), parts.get(row.get(2)?), contents.get(row.get(8)?))
        else {
            continue;
        };
        let export = known.delivered.contents.exports[known.delivered.contents.parts[part].export].category;
        let of_word = |word: &str| category::of_word(export, word);
        let (category, class, sort) = known_word(5, row.get_ref(5)?.as_str()?, of_word)?;
        known.delivered.contents.entries.push(Entry {
            archive,
            part,
            position: row.get(1)?,
            path: row.get_ref(3)?.as_str()?.into(),
            inner: Inner::of(row.get_ref(3)?.as_str()?, row.get_ref(4)?.as_str()?),
            category,
            class,
            sort,
            size: row.get(6)?,
            crc32: Some(known.delivered.contents.distinct[content].crc32),
            modified: time(row, 7)?,
            given: false,
            bytes: Bytes::Sound(content),
        });
    }
    Ok(())
}

/// Reads the records of files, whose bytes are not yet looked up among [`Contents`].
pub(super) fn records(connection: &Connection, unknown: Unknown) -> rusqlite::Result<Records> {
    let mut statement = connection.prepare(&format!("SELECT {FILES} FROM files"))?;
    let mut rows = statement.query([])?;
    let mut records = Vec::with_capacity(count(connection, "files")?);
    while let Some(row) = rows.next()? {
        records.extend(record(row, unknown, Detail::Whole)?);
    }
    Ok(records)
}

/// The record in a row that begins with [`FILES`]. `None` if its path leads where no file of a library can be.
pub(super) fn record(
    row: &Row<'_>,
    unknown: Unknown,
    detail: Detail,
) -> rusqlite::Result<Option<FileRecord<i64>>> {
    let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null()?);
    let Some(path) = text(0)?.and_then(library_path) else { return Ok(None) };
    let evidence = if detail == Detail::Whole { text(9)? } else { None };
    let evidence: Option<Vec<Evidence>> = evidence.and_then(|json| serde_json::from_str(json).ok());
    let instant = |text: Option<&str>| text.and_then(|t| DateTime::parse_from_rfc3339(t).ok());
    Ok(Some(FileRecord {
        path,
        area: unknown.or_other(known_word(1, text(1)?.unwrap_or_default(), Area::from_name), Area::Other)?,
        content: row.get(2)?,
        kind: named(row, 3, unknown, Kind::from_name, Some(Kind::Other))?,
        original_name: text(4)?.map(Box::from),
        proved: row.get(5)?,
        captured: instant(text(6)?),
        captured_from: named(row, 7, unknown, CapturedFrom::from_name, None)?,
        rule: named(row, 8, unknown, words::rule, None)?,
        evidence: evidence.map(Vec::into_boxed_slice),
        imported_to_icloud: instant(text(10)?).map(|t| t.to_utc()),
        favorite: row.get(11)?,
        hidden: row.get(12)?,
        deleted: row.get(13)?,
        view_count: row.get(14)?,
        contributed_by_me: row.get(15)?,
        live_photo: text(16)?.and_then(library_path),
        companion_of: text(17)?.and_then(library_path),
        modified: instant(text(18)?).map(|t| t.to_utc()),
        category: unknown
            .or_other(known_word(19, text(19)?.unwrap_or_default(), Category::from_name), Category::Photos)?,
        original: row.get::<_, Option<i64>>(20)?.map(Box::new),
    }))
}

/// The value that the word of a column stands for, if there is a word.
fn named<T>(
    row: &Row<'_>,
    column: usize,
    unknown: Unknown,
    from_name: impl FnOnce(&str) -> Option<T>,
    other: Option<T>,
) -> rusqlite::Result<Option<T>> {
    let Some(word) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
    unknown.or_other(known_word(column, word, from_name).map(Some), other)
}

fn plan(connection: &Connection, known: &mut Remembered, contents: &ById<ContentId>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "SELECT path, area, content, modified FROM plan WHERE NOT EXISTS \
         (SELECT 1 FROM files WHERE files.path = plan.path AND files.content = plan.content) ORDER BY path",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (Some(path), Some(content)) =
            (library_path(&row.get::<_, String>(0)?), contents.get(row.get(2)?))
        else {
            continue;
        };
        let modified: Option<String> = row.get(3)?;
        known.recorded.plan.push(Placement {
            path,
            area: known_word(1, row.get_ref(1)?.as_str()?, Area::from_name)?,
            content,
            modified: modified
                .and_then(|t| DateTime::parse_from_rfc3339(&t).ok())
                .map(|t| t.with_timezone(&Utc)),
            // the run that finishes it asks the lists again
            is_executable: false,
        });
    }
    Ok(())
}

/// Links, lists, copies, sidecars and what else is made.
pub(super) fn derived(connection: &Connection) -> rusqlite::Result<BTreeMap<LibraryPath, DerivedRecord>> {
    let mut derived = BTreeMap::new();
    let mut statement =
        connection.prepare("SELECT path, kind, target, blake3, pending, category FROM derived")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let target: Option<String> = row.get(2)?;
        let hash = |column| -> rusqlite::Result<Option<blake3::Hash>> {
            let hex = row.get_ref(column)?.as_str_or_null()?;
            Ok(hex.and_then(|hex| blake3::Hash::from_hex(hex).ok()))
        };
        if let Some(path) = library_path(&row.get::<_, String>(0)?) {
            let record = DerivedRecord {
                kind: known_word(1, row.get_ref(1)?.as_str()?, DerivedKind::from_name)?,
                target: target.as_deref().and_then(library_path),
                blake3: hash(3)?,
                pending: hash(4)?,
                category: known_word(5, row.get_ref(5)?.as_str()?, Category::from_name)?,
            };
            derived.insert(path, record);
        }
    }
    Ok(derived)
}

fn album_folders(connection: &Connection, known: &mut Remembered) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT kind, key, folder FROM albums")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // an album without a folder too: the run would replace one of an unknown kind
        let kind = albums::kind(row, 0)?;
        if let Some(folder) = row.get(2)? {
            known.recorded.album_folders.insert((kind, row.get(1)?), folder);
        }
    }
    Ok(())
}

/// A path as this program writes it. Any other is not followed.
pub(super) fn library_path(text: &str) -> Option<LibraryPath> {
    LibraryPath::recorded(text).ok()
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<NaiveDateTime>> {
    Ok(row.get_ref(column)?.as_str_or_null()?.and_then(|text| local_time(text).ok()))
}

fn local(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<LocalTime>> {
    let offset: Option<i32> = row.get(column + 1)?;
    Ok(time(row, column)?.map(|time| LocalTime { time, offset: offset.and_then(FixedOffset::east_opt) }))
}
