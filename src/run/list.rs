//! List: what the library holds, a value per file, and why one file is where it is.
//!
//! In: a library's catalog. Out: [`Listed`] for each file in the order of the paths' bytes, the
//! JSON of the design field for field, or a [`Brief`]; [`Story`] for one. Never: reads a file of the
//! library, writes, prints.
//! The one surprise: files come by a callback and not as an iterator or a vector, because a
//! library may have half a million of them and SQLite's rows live no longer than their statement.
//! Titles, companions and sources, which files share, are read before the first.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Component, Path};

use chrono::DateTime;
use rusqlite::{Connection, Row, named_params};
use serde::Serialize;

use crate::apple::text;
use crate::category::photos::AlbumKind;
use crate::category::photos::time::Evidence;
use crate::error::Error;
use crate::library::catalog::{Catalog, known_word};
use crate::library::layout;
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::record::Area;

/// A file of the library.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// Relative to the library, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub blake3: String,
    /// Apple's checksum of these bytes; media only.
    pub fingerprint: Option<String>,
    /// A row carries that checksum.
    pub proved: bool,
    /// `photo`, `video`, `adjustment` or `other`.
    pub kind: String,
    /// The name that its row or entry gave it.
    pub original_name: Option<String>,
    /// RFC 3339, where it was taken.
    pub captured: Option<String>,
    /// Which source decided.
    pub captured_from: String,
    /// RFC 3339.
    pub imported_to_icloud: Option<String>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Hidden in Photos.
    pub hidden: bool,
    /// In Recently Deleted.
    pub deleted: bool,
    /// By its row.
    pub view_count: Option<u64>,
    /// Titles of the owner's albums, sorted.
    pub albums: Vec<String>,
    /// Titles of Apple's collections, sorted.
    pub memories: Vec<String>,
    /// Titles of shared albums, sorted.
    pub shared_albums: Vec<String>,
    /// Path of the other half.
    pub live_photo: Option<String>,
    /// Of a still, the paths of its adjustments and RAW files.
    pub companions: Vec<String>,
    /// By the shared library's list.
    pub contributed_by_me: Option<bool>,
    /// What each source said of the capture time.
    pub evidence: Vec<Evidence>,
    /// Every copy that was read, sorted.
    pub sources: Vec<Origin>,
}

/// Where a copy of a file's bytes was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// File name of the archive or folder, nested `Outer.zip/Inner.zip`.
    pub archive: String,
    /// Path inside, verbatim.
    pub entry: String,
}

/// Why a file is where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// What the list says of it.
    pub file: Listed,
    /// The rule that decided its date, in words.
    pub rule: Option<String>,
    /// Of each piece of evidence, in its order, how many seconds it is away from the decision;
    /// `None` where it names no instant of its own or the file is undated.
    pub distances: Vec<Option<i64>>,
    /// Of an adjustment or a RAW file, the still that it belongs to.
    pub companion_of: Option<String>,
}

/// Calls `visit` for every file, media and others but not the kept details, until it breaks.
///
/// # Errors
/// If there is no catalog, or SQLite refuses.
pub fn files(library: &Path, visit: &mut dyn FnMut(Listed) -> ControlFlow<()>) -> Result<(), Error> {
    let catalog = Catalog::read(library)?;
    let mut titles = catalog.titles_by_path()?;
    catalog.query(|connection| {
        let shared = Shared::read(connection, None)?;
        let mut statement = connection.prepare(&format!("{FILES} ORDER BY path"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut file = listed(row, &shared)?;
            file.add_titles(titles.remove(&file.path).unwrap_or_default());
            if visit(file).is_break() {
                break;
            }
        }
        Ok(())
    })
}

/// What a line for people, or for a checksum program, says of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brief<'a> {
    /// Relative to the library, with `/`.
    pub path: &'a str,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub blake3: &'a str,
    /// A row carries Apple's checksum of these bytes.
    pub proved: bool,
    /// RFC 3339, where it was taken.
    pub captured: Option<&'a str>,
}

/// As [`files`], with less and in a fifth of the time.
///
/// # Errors
/// If there is no catalog, or SQLite refuses.
pub fn briefs(library: &Path, visit: &mut dyn FnMut(&Brief<'_>) -> ControlFlow<()>) -> Result<(), Error> {
    Catalog::read(library)?.query(|connection| {
        let mut statement = connection.prepare(
            "SELECT path, size, blake3, proved, captured FROM files JOIN contents ON contents.id = content \
             WHERE area <> 'details' ORDER BY path",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let brief = Brief {
                path: row.get_ref(0)?.as_str()?,
                size: row.get(1)?,
                blake3: row.get_ref(2)?.as_str()?,
                proved: row.get(3)?,
                captured: row.get_ref(4)?.as_str_or_null()?,
            };
            if visit(&brief).is_break() {
                break;
            }
        }
        Ok(())
    })
}

/// One file's story. `path` may begin with the library's own path, and may name a link of an
/// album, which stands for its target.
///
/// # Errors
/// If the library has no such file, or no catalog.
pub fn explain(library: &Path, path: &Path) -> Result<Story, Error> {
    let catalog = Catalog::read(library)?;
    let wanted = candidates(library, path);
    let found = catalog.query(|connection| find(connection, &wanted))?;
    let Some(found) = found else { return Err(Error::NoSuchFile(path.display().to_string())) };
    let titles = catalog.titles_by_path()?.remove(&found).unwrap_or_default();
    catalog.query(|connection| {
        let content =
            connection.query_row("SELECT content FROM files WHERE path = ?1", [&found], |row| row.get(0))?;
        let shared = Shared::read(connection, Some(content))?;
        let mut statement = connection.prepare(&format!("{FILES} AND path = :path"))?;
        statement.query_row(named_params! { ":path": found }, |row| {
            let mut file = listed(row, &shared)?;
            file.add_titles(titles);
            let decided = file.captured.as_deref().and_then(|t| DateTime::parse_from_rfc3339(t).ok());
            let distance = |evidence: &Evidence| evidence.distance(decided?);
            Ok(Story {
                rule: row.get(11)?,
                distances: file.evidence.iter().map(distance).collect(),
                companion_of: row.get(19)?,
                file,
            })
        })
    })
}

/// The paths inside the library that an owner may mean, likeliest first.
fn candidates(library: &Path, path: &Path) -> Vec<String> {
    let mut candidates = vec![slashed(path)];
    candidates.extend(path.strip_prefix(library).ok().map(slashed));
    // the folder is resolved and the name is not: it may be an album's link
    let resolved = path.parent().zip(path.file_name()).and_then(|(folder, name)| {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let whole = folder.canonicalize().ok()?.join(name);
        Some(slashed(whole.strip_prefix(library.canonicalize().ok()?).ok()?))
    });
    candidates.extend(resolved);
    candidates
}

fn slashed(path: &Path) -> String {
    let steps = path.components().filter(|step| *step != Component::CurDir);
    steps.map(|step| step.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The file of the first candidate that is one, exactly or but for case and normalisation.
fn find(connection: &Connection, candidates: &[String]) -> rusqlite::Result<Option<String>> {
    let mut exact = connection.prepare(
        "SELECT path FROM files WHERE path = ?1 AND area <> 'details' \
         UNION ALL SELECT target FROM derived WHERE path = ?1 AND target IS NOT NULL",
    )?;
    for candidate in candidates {
        if let Some(row) = exact.query([candidate])?.next()? {
            return row.get(0).map(Some);
        }
    }
    let keys: Vec<String> = candidates.iter().map(|c| name::fold(c)).collect();
    let mut all = connection.prepare("SELECT path FROM files WHERE area <> 'details' ORDER BY path")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let path: String = row.get(0)?;
        if keys.contains(&name::fold(&path)) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// By position: SQLite looks names up anew for each row, which takes longer than all the rest.
const FILES: &str = "SELECT path, area, content, size, blake3, fingerprint, proved, kind, original_name, captured, \
    captured_from, rule, evidence, imported_to_icloud, favorite, hidden, deleted, view_count, live_photo, \
    companion_of, contributed_by_me \
    FROM files JOIN contents ON contents.id = content WHERE area <> 'details'";

/// What must be known before the first file.
struct Shared {
    companions: HashMap<String, Vec<String>>,
    /// Copies among the media, by content.
    media: HashMap<i64, Vec<Origin>>,
    /// Copies among the others, with the path that they would have in the library.
    others: HashMap<i64, Vec<(LibraryPath, Origin)>>,
}

impl Shared {
    /// Of all contents, or of one.
    fn read(connection: &Connection, content: Option<i64>) -> rusqlite::Result<Self> {
        let mut shared = Shared { companions: HashMap::new(), media: HashMap::new(), others: HashMap::new() };
        let mut statement = connection
            .prepare("SELECT companion_of, path FROM files WHERE companion_of IS NOT NULL ORDER BY path")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            shared.companions.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        let mut statement = connection.prepare(
            "SELECT content, role, inner, name, path FROM entries JOIN archives ON archives.id = archive \
             WHERE role IN ('photo', 'deleted', 'shared', 'other') AND (?1 IS NULL OR content = ?1)",
        )?;
        let mut rows = statement.query([content])?;
        while let Some(row) = rows.next()? {
            let content = row.get(0)?;
            let origin = Origin { archive: row.get(3)?, entry: row.get(4)? };
            if row.get_ref(1)?.as_str()? == "other" {
                let path = other_path(row.get_ref(2)?.as_str()?);
                shared.others.entry(content).or_default().push((path, origin));
            } else {
                shared.media.entry(content).or_default().push(origin);
            }
        }
        Ok(shared)
    }

    fn sources(&self, area: Area, content: i64, path: &str) -> Vec<Origin> {
        let mut sources: Vec<Origin> = match area {
            Area::Media => self.media.get(&content).cloned().unwrap_or_default(),
            Area::Other | Area::Details => {
                let copies = self.others.get(&content).map(Vec::as_slice).unwrap_or_default();
                let mut own: Vec<_> = copies.iter().filter(|(at, _)| is_counted(at.as_str(), path)).collect();
                // its owner moved it: any copy of these bytes may be it
                if own.is_empty() {
                    own = copies.iter().collect();
                }
                own.into_iter().map(|(_, origin)| origin.clone()).collect()
            }
        };
        sources.sort();
        sources
    }
}

fn other_path(inner: &str) -> LibraryPath {
    let steps = inner.split('/').filter(|step| !step.is_empty());
    LibraryPath::new(std::iter::once(layout::OTHER).chain(steps))
}

/// Whether `path` is the planned path `wanted`, or that with ` (2)`, ` (3)` … in its name.
fn is_counted(wanted: &str, path: &str) -> bool {
    let split = |path: &str| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (stem, extension) = text::split(name);
        (folder.to_owned(), stem.to_owned(), extension.to_owned())
    };
    let (folder, stem, extension) = split(wanted);
    let (at, counted, ending) = split(path);
    let suffix = counted.strip_prefix(stem.as_str()).map(|rest| rest.trim_matches([' ', '(', ')']));
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    folder == at && extension == ending && suffix.is_some_and(is_number)
}

fn listed(row: &Row<'_>, shared: &Shared) -> rusqlite::Result<Listed> {
    let path: String = row.get(0)?;
    let area = known_word(1, row.get_ref(1)?.as_str()?, Area::from_name)?;
    let evidence: Option<String> = row.get(12)?;
    let text = |column: usize, absent: &str| -> rusqlite::Result<String> {
        Ok(row.get::<_, Option<String>>(column)?.unwrap_or_else(|| absent.to_owned()))
    };
    Ok(Listed {
        size: row.get(3)?,
        blake3: row.get(4)?,
        fingerprint: row.get(5)?,
        proved: row.get(6)?,
        kind: text(7, "other")?,
        original_name: row.get(8)?,
        captured: row.get(9)?,
        captured_from: text(10, "none")?,
        imported_to_icloud: row.get(13)?,
        favorite: row.get(14)?,
        hidden: row.get(15)?,
        deleted: row.get(16)?,
        view_count: row.get(17)?,
        albums: Vec::new(),
        memories: Vec::new(),
        shared_albums: Vec::new(),
        live_photo: row.get(18)?,
        companions: shared.companions.get(&path).cloned().unwrap_or_default(),
        contributed_by_me: row.get(20)?,
        evidence: evidence.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
        sources: shared.sources(area, row.get(2)?, &path),
        path,
    })
}

impl Listed {
    /// Titles with the word of their kind, sorted by both.
    fn add_titles(&mut self, titles: Vec<(String, String)>) {
        for (kind, title) in titles {
            match AlbumKind::from_name(&kind) {
                Some(AlbumKind::Album) => self.albums.push(title),
                Some(AlbumKind::Memory) => self.memories.push(title),
                Some(AlbumKind::Shared | AlbumKind::Subscribed) => self.shared_albums.push(title),
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{candidates, is_counted, other_path};
    use std::path::Path;

    #[test]
    fn an_owner_may_name_a_file_in_several_ways() {
        let library = Path::new("/drive/Photos");
        for named in ["2024/a.jpg", "./2024/a.jpg", "/drive/Photos/2024/a.jpg"] {
            assert!(candidates(library, Path::new(named)).contains(&"2024/a.jpg".to_owned()), "{named}");
        }
    }

    #[test]
    fn a_file_of_other_knows_its_own_copies() {
        let wanted = other_path("Extra//notes:1.txt");
        assert_eq!(wanted.as_str(), "Other/Extra/notes_1.txt");
        for (path, expected) in [
            ("Other/Extra/notes_1.txt", true),
            ("Other/Extra/notes_1 (2).txt", true),
            ("Other/Extra/notes_1 (2).csv", false),
            ("Other/Extra/notes_1 b.txt", false),
            ("Other/notes_1.txt", false),
        ] {
            assert_eq!(is_counted(wanted.as_str(), path), expected, "{path}");
        }
    }
}
