//! Fills `Records.sqlite` with what the library holds of every category but photos.
//!
//! It reads what stands in the library, whichever export brought it, and decides one thing: of several exports the
//! newest version of a row counts ([`newer`]). Texts are read one file at a time. What cannot be read has no row here,
//! and a problem elsewhere.

mod calendars;
mod contacts;
mod drive;
mod mail;
mod newer;
mod notes;
mod sources;
mod tables;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempPath;

use crate::category::others;
use crate::category::outcome::{Made, Open, Standing};
use crate::category::recognise::Sort;
use crate::contents::{Category, ContentId, Contents, Entry, EntryId, ExportId};
use crate::library::layout;
use crate::problem::Problem;
use crate::records::elsewhere::{self, Elsewhere};
use crate::records::{Bookmarked, Records};

/// What rows are made of.
#[derive(Clone, Copy)]
pub struct Filling<'a> {
    pub contents: &'a Contents,
    pub decided: &'a others::Decided,
    pub standing: &'a Standing<'a>,
    /// A folder for the file until it is whole.
    pub scratch: &'a Path,
}

/// `Records.sqlite` before it has its name.
pub struct Database {
    path: TempPath,
    elsewhere: Vec<Elsewhere>,
    /// Tables that it cannot hold.
    pub problems: Vec<Problem>,
}

impl<'a> Filling<'a> {
    /// Writes the database; `None` where the library holds nothing but photos.
    ///
    /// # Errors
    /// If it cannot be written, or what it is made of cannot be read.
    pub fn database(self, open: &dyn Open) -> io::Result<Option<Database>> {
        if !self.contents.entries.iter().any(|entry| is_delivered(entry).is_some()) {
            return Ok(None);
        }
        let (path, problems) = self.write(open)?;
        let elsewhere = match self.decided.wants(Category::Records) {
            true => elsewhere::files(&open_again(&path)?).map_err(as_io)?,
            false => Vec::new(),
        };
        Ok(Some(Database { path, elsewhere, problems }))
    }

    /// Writes the file, which is not called so yet.
    fn write(self, open: &dyn Open) -> io::Result<(TempPath, Vec<Problem>)> {
        let begun =
            tempfile::Builder::new().make_in(self.scratch, |path| Records::create(path).map_err(as_io))?;
        let (records, path) = begun.into_parts();
        let mut reading =
            Reading { filling: self, open, records, items: HashMap::new(), problems: Vec::new() };
        reading.fill().map_err(as_io)?;
        let Reading { records, problems, .. } = reading;
        match records.finish().map_err(as_io)?.first() {
            None => Ok((path, problems)),
            Some(unaccounted) => Err(io::Error::other(unaccounted.to_string())),
        }
    }
}

impl Database {
    /// The database, and the files for other programs that are made of it. If it could not be written, that is what
    /// comes of making it.
    pub fn made(written: &io::Result<Option<Database>>) -> Vec<Made<'_>> {
        match written {
            Ok(None) => Vec::new(),
            Ok(Some(database)) => database.files(),
            Err(error) => {
                let (kind, why) = (error.kind(), error.to_string());
                let refuse = move |_: &dyn Open, _: &mut dyn Write| Err(io::Error::new(kind, why.clone()));
                vec![Made::new(Category::Records, layout::RECORDS, refuse)]
            }
        }
    }

    fn files(&self) -> Vec<Made<'_>> {
        let whole = Made::new(Category::Records, layout::RECORDS, |_, to| {
            io::copy(&mut File::open(&self.path)?, to).map(|_| ())
        });
        let elsewhere = self.elsewhere.iter().map(|file| {
            Made::new(Category::Records, file.path.as_str(), |_, to| file.write(&open_again(&self.path)?, to))
        });
        std::iter::once(whole).chain(elsewhere).collect()
    }
}

/// Opens a database that is written.
fn open_again(path: &Path) -> io::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(as_io)
}

/// What SQLite says, for those who ask whether a drive is full.
fn as_io(error: rusqlite::Error) -> io::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => io::Error::new(io::ErrorKind::StorageFull, error),
        _ => io::Error::other(error),
    }
}

/// That something cannot be read again, for those who write to SQLite.
fn as_sql(error: io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

/// What an entry is, if its bytes are here and it is not one of photos.
fn is_delivered(entry: &Entry) -> Option<(Sort, ContentId)> {
    let sort = Sort::of(entry).filter(|_| !entry.class.is_left_out())?;
    Some((sort, entry.content()?))
}

/// A file that stands in the library.
#[derive(Clone, Copy)]
struct Stood<'a> {
    path: &'a str,
    id: EntryId,
    /// Which export brought it last.
    export: ExportId,
    entry: &'a Entry,
    content: ContentId,
}

/// The file while it is filled.
struct Reading<'a, 'o> {
    filling: Filling<'a>,
    open: &'o dyn Open,
    records: Records,
    /// How many items there are in what has no lines.
    items: HashMap<ContentId, u64>,
    /// Tables that it cannot hold.
    problems: Vec<Problem>,
}

impl<'a> Reading<'a, '_> {
    fn fill(&mut self) -> rusqlite::Result<()> {
        notes::fill(self)?;
        drive::fill(self)?;
        contacts::fill(self)?;
        calendars::fill(self)?;
        mail::fill(self)?;
        for file in &self.filling.decided.bookmarks.files {
            for bookmark in &file.bookmarks {
                self.records.bookmark(&Bookmarked { bookmark, source: &file.name })?;
            }
        }
        tables::fill(self)?;
        sources::fill(self)
    }

    /// The files of this sort, those of the newest export first, and in the order of their paths. Where several exports
    /// brought a file it is of the newest.
    fn standing(&self, wanted: Sort) -> Vec<Stood<'a>> {
        let Filling { contents, standing, .. } = self.filling;
        let mut found: BTreeMap<&str, Stood<'a>> = BTreeMap::new();
        for (id, entry) in contents.entries.pairs() {
            let Some((_, content)) = is_delivered(entry).filter(|(sort, _)| *sort == wanted) else {
                continue;
            };
            let Some(path) = standing(id) else { continue };
            let stood = Stood { path, id, export: contents.export_of(entry), entry, content };
            let newest = found.entry(path).or_insert(stood);
            if newest.export < stood.export {
                *newest = stood;
            }
        }
        let mut files: Vec<Stood<'a>> = found.into_values().collect();
        files.sort_by_key(|file| Reverse(file.export));
        files
    }
}
