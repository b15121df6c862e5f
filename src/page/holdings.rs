//! Holdings: what the catalog says that the page shows.
//!
//! In: an open catalog. Out: [`Holdings`], with the paths in the order of their bytes. Never:
//! touches a file of the library, or follows a path that no library can have.
//! The one surprise: hidden and deleted items are read too, because the certificate counts them;
//! [`Holdings::is_private`] tells what must not be named.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Row};
use serde_json::Value;

use crate::category::photos::AlbumKind;
use crate::category::photos::media::Kind;
use crate::error::Error;
use crate::library::catalog::{Catalog, known_word};
use crate::library::path::LibraryPath;
use crate::library::record::Area;
use crate::library::settings::Memory;
use crate::stage::report::missing_parts;

/// A file of the library.
#[derive(Debug, Clone)]
pub struct Holding {
    /// Relative to the library.
    pub path: LibraryPath,
    /// What kind of place that is.
    pub area: Area,
    /// The name that its row or entry gave it.
    pub original_name: Option<String>,
    /// Of media.
    pub kind: Kind,
    /// A row carries its fingerprint.
    pub proved: bool,
    /// A row speaks of it.
    pub listed: bool,
    /// Local time and offset, RFC 3339.
    pub captured: Option<String>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Hidden in Photos.
    pub hidden: bool,
    /// In Recently Deleted.
    pub deleted: bool,
    /// The other half.
    pub live_photo: Option<String>,
    /// The still of an adjustment or RAW.
    pub companion_of: Option<String>,
    /// Of its bytes.
    pub blake3: String,
    /// Bytes.
    pub size: u64,
    /// What it is by content, in the catalog's word.
    pub format: String,
    /// Maker and model.
    pub camera: Option<String>,
}

/// An album, memory or shared album.
#[derive(Debug, Clone)]
pub struct Collection {
    /// Whose it is.
    pub kind: AlbumKind,
    /// Its true title.
    pub title: String,
    /// Its files, in order.
    pub paths: Vec<String>,
    /// Comments of a shared album, without likes.
    pub comments: u64,
    /// Likes of a shared album.
    pub likes: u64,
}

/// An export and its parts.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Apple's name.
    pub name: String,
    /// The day on which Apple built it.
    pub built: Option<String>,
    /// Parts that Apple announced, if a name says it.
    pub expected: Option<u32>,
    /// Numbers of the parts that the library has seen.
    pub found: Vec<u32>,
}

impl Delivery {
    /// Numbers of the parts that the library has not seen.
    pub fn missing(&self) -> Vec<u32> {
        let found: HashSet<u32> = self.found.iter().copied().collect();
        missing_parts(self.expected, |number| found.contains(&number))
    }
}

/// Files and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Sum {
    /// Counts `files` of `size` bytes each.
    pub fn add(&mut self, files: u64, size: u64) {
        self.files = self.files.saturating_add(files);
        self.bytes = self.bytes.saturating_add(size.saturating_mul(files));
    }
}

/// What became of the entries that were read whole; the parts add up to `all`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Entries read to their end.
    pub all: Sum,
    /// Stand in the library.
    pub placed: Sum,
    /// Further copies of bytes that stand in the library.
    pub copies: Sum,
    /// Apple's lists.
    pub details: Sum,
    /// Left out, or not placed yet.
    pub left_out: Sum,
}

/// One run of the past.
#[derive(Debug, Clone)]
pub struct PastRun {
    /// `import` and the like.
    pub command: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// What it reported.
    pub report: Value,
}

impl PastRun {
    /// The problems that it reported.
    pub fn problems(&self) -> impl Iterator<Item = &Value> {
        self.report.get("problems").and_then(Value::as_array).into_iter().flatten()
    }
}

/// All of it.
pub struct Holdings {
    /// Files, sorted by path.
    pub files: Vec<Holding>,
    /// Albums, sorted by kind and title.
    pub collections: Vec<Collection>,
    /// Exports, oldest first.
    pub deliveries: Vec<Delivery>,
    /// The balance.
    pub delivered: Delivered,
    /// Runs, newest first.
    pub runs: Vec<PastRun>,
    /// Archives and entries with problems that were read whole at some time, and the BLAKE3 of
    /// their bytes.
    pub read: HashMap<(String, String), String>,
    /// What the library remembers.
    pub settings: Memory,
}

impl Holdings {
    /// Reads a catalog.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn of(catalog: &Catalog) -> Result<Self, Error> {
        let settings = catalog.settings()?;
        catalog.query(|c| {
            let runs = runs(c)?;
            Ok(Holdings {
                files: files(c)?,
                collections: collections(c)?,
                deliveries: deliveries(c)?,
                delivered: delivered(c)?,
                read: read(c, &runs)?,
                runs,
                settings,
            })
        })
    }

    /// Media of the library.
    pub fn media(&self) -> impl Iterator<Item = &Holding> {
        self.files.iter().filter(|f| f.area == Area::Media)
    }

    /// Whether a file is hidden or recently deleted.
    pub fn is_private(file: &Holding) -> bool {
        file.hidden || file.deleted
    }
}

fn files(connection: &Connection) -> rusqlite::Result<Vec<Holding>> {
    let mut statement = connection.prepare(
        "SELECT path, area, kind, proved, imported_to_icloud IS NOT NULL, captured, favorite, hidden, deleted, \
         live_photo, companion_of, blake3, contents.size, format, make, model, original_name \
         FROM files JOIN contents ON contents.id = files.content ORDER BY path",
    )?;
    let mut rows = statement.query([])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let Ok(path) = LibraryPath::recorded(&row.get::<_, String>(0)?) else { continue };
        files.push(holding(row, path)?);
    }
    Ok(files)
}

fn holding(row: &Row<'_>, path: LibraryPath) -> rusqlite::Result<Holding> {
    let proved: bool = row.get(3)?;
    let dated = |text: &String| text.len() >= 16 && text.is_ascii();
    Ok(Holding {
        path,
        area: known_word(1, row.get_ref(1)?.as_str()?, Area::from_name)?,
        kind: match row.get_ref(2)?.as_str_or_null()? {
            Some(word) => known_word(2, word, Kind::from_name)?,
            None => Kind::Other,
        },
        proved,
        listed: proved || row.get(4)?,
        captured: row.get::<_, Option<String>>(5)?.filter(dated),
        favorite: row.get(6)?,
        hidden: row.get(7)?,
        deleted: row.get(8)?,
        live_photo: row.get(9)?,
        companion_of: row.get(10)?,
        blake3: row.get(11)?,
        size: row.get(12)?,
        format: row.get::<_, Option<String>>(13)?.unwrap_or_default(),
        camera: camera(row.get(14)?, row.get(15)?),
        original_name: row.get(16)?,
    })
}

/// `Apple iPhone 15`, `Canon EOS 5D`: many cameras repeat their maker in the model.
fn camera(make: Option<String>, model: Option<String>) -> Option<String> {
    let make = make.unwrap_or_default().trim().to_owned();
    let model = model.unwrap_or_default().trim().to_owned();
    let maker = make.split_whitespace().next().unwrap_or_default();
    let repeats = model.to_lowercase().starts_with(&maker.to_lowercase());
    let name = match (make.is_empty(), model.is_empty()) {
        (true, true) => return None,
        (_, true) => make,
        (false, false) if !repeats => format!("{make} {model}"),
        _ => model,
    };
    Some(name)
}

fn collections(connection: &Connection) -> rusqlite::Result<Vec<Collection>> {
    let mut members: HashMap<i64, Vec<String>> = HashMap::new();
    let mut statement = connection.prepare("SELECT album, path FROM memberships ORDER BY album, position")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        members.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    let mut statement =
        connection.prepare("SELECT id, kind, title, story FROM albums ORDER BY kind, title, key")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(kind) = AlbumKind::from_name(&row.get::<_, String>(1)?) else { continue };
        let (comments, likes) = row.get::<_, Option<String>>(3)?.map_or((0, 0), |story| replies(&story));
        let paths = members.remove(&row.get(0)?).unwrap_or_default();
        found.push(Collection { kind, title: row.get(2)?, paths, comments, likes });
    }
    Ok(found)
}

/// Comments and likes of a shared album. Whose they are, and what they say, stays in the catalog.
fn replies(story: &str) -> (u64, u64) {
    let story: Value = serde_json::from_str(story).unwrap_or_default();
    let list =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let replies: Vec<Value> =
        list(&story, "photos").iter().flat_map(|photo| list(photo, "comments")).collect();
    let is_like = |reply: &&Value| reply.get("isLike").and_then(Value::as_bool) == Some(true);
    let likes = replies.iter().filter(is_like).count();
    ((replies.len() - likes) as u64, likes as u64)
}

fn deliveries(connection: &Connection) -> rusqlite::Result<Vec<Delivery>> {
    let mut statement = connection.prepare(
        "SELECT exports.id, name, total, built, number FROM exports LEFT JOIN parts ON parts.export = exports.id \
         ORDER BY built, exports.id, number",
    )?;
    let mut rows = statement.query([])?;
    let mut found: Vec<(i64, Delivery)> = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if found.last().is_none_or(|(last, _)| *last != id) {
            let built: Option<String> = row.get(3)?;
            let built = built.and_then(|text| text.get(..10).map(str::to_owned));
            found.push((id, Delivery { name: row.get(1)?, built, expected: row.get(2)?, found: Vec::new() }));
        }
        if let (Some((_, delivery)), Some(number)) = (found.last_mut(), row.get::<_, Option<u32>>(4)?) {
            delivery.found.push(number);
        }
    }
    Ok(found.into_iter().map(|(_, delivery)| delivery).collect())
}

fn delivered(connection: &Connection) -> rusqlite::Result<Delivered> {
    let mut statement = connection.prepare(
        "SELECT size, given, coalesce(placed, 0), coalesce(details, 0) FROM contents \
         JOIN (SELECT content, count(*) AS given FROM entries GROUP BY content) e ON e.content = contents.id \
         LEFT JOIN (SELECT content, sum(area <> 'details') AS placed, sum(area = 'details') AS details \
                    FROM files GROUP BY content) f ON f.content = contents.id",
    )?;
    let mut rows = statement.query([])?;
    let mut sums = Delivered::default();
    while let Some(row) = rows.next()? {
        let size: u64 = row.get(0)?;
        let (given, placed, details): (u64, u64, u64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let stands = placed > 0 || details > 0;
        let placed = placed.min(given);
        let details = details.min(given - placed);
        let rest = given - placed - details;
        sums.all.add(given, size);
        sums.placed.add(placed, size);
        sums.details.add(details, size);
        if stands { &mut sums.copies } else { &mut sums.left_out }.add(rest, size);
    }
    Ok(sums)
}

fn runs(connection: &Connection) -> rusqlite::Result<Vec<PastRun>> {
    let mut statement = connection.prepare("SELECT command, started, report FROM runs ORDER BY id DESC")?;
    let run = |row: &Row<'_>| {
        let report = serde_json::from_str(&row.get::<_, String>(2)?).unwrap_or_default();
        Ok(PastRun { command: row.get(0)?, started: row.get(1)?, report })
    };
    statement.query_map([], run)?.collect()
}

/// Only what a problem names is looked up: a library may have a million entries.
fn read(connection: &Connection, runs: &[PastRun]) -> rusqlite::Result<HashMap<(String, String), String>> {
    let places: HashSet<(&str, &str)> = runs
        .iter()
        .flat_map(PastRun::problems)
        .filter_map(|p| Some((p.get("archive")?.as_str()?, p.get("entry")?.as_str()?)))
        .collect();
    let mut found = HashMap::new();
    if places.is_empty() {
        return Ok(found);
    }
    let mut statement = connection.prepare(
        "SELECT archives.name, entries.path, blake3 FROM entries JOIN archives ON archives.id = entries.archive \
         JOIN contents ON contents.id = entries.content",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let place = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        if places.contains(&place) {
            found.insert((place.0.to_owned(), place.1.to_owned()), row.get(2)?);
        }
    }
    Ok(found)
}
