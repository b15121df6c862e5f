//! The raw tables: every table that Apple delivered, under its newest name, each cell as it was.
//!
//! First it is planned which tables there will be and with which columns, for files of several years have different ones;
//! then the rows of each file are added, those of the oldest export first. Where several exports have the same row it is
//! there once, and says which export had it first and which last: of identical rows there are as many as the export has
//! that has most.
//!
//! A cell is text, `N/A` too; only an empty one is NULL. A column of which every value is a date has two more beside it
//! that say which instant it is and on what ground.

mod plan;

use std::borrow::Cow;
use std::io::{self, BufRead};

use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, Statement, params};

use crate::apple::text;
use crate::category::tables::delivered::{self, Says, Stopped};
use crate::category::tables::kind::Known;
use crate::category::tables::survey::{Survey, Surveyed};
use crate::records::Records;
use crate::records::cell::{Text, Time, number};
use plan::{PlannedColumn, PlannedTable, keys, plan};

/// How the names of all raw tables begin, and of no other table.
pub const PREFIX: &str = "raw_";

/// Columns that each raw table has behind those of its own.
const OWN: [&str; 5] = ["_extra", "_export", "_entry", "_line", "_last_export"];

/// SQLite holds no more columns.
const MOST_COLUMNS: usize = delivered::MOST_COLUMNS + OWN.len();

const TOO_WIDE: &str = "with the columns that this table has in other exports it has more than a table of a database may \
                        have; it is kept in `.windfall/details` alone";

/// A delivered file of tables.
pub struct File<'a> {
    /// What its export is called; unlike that of any other.
    pub export: &'a str,
    /// The place of its export among all, the oldest is 0.
    pub rank: usize,
    /// Its path in the archive, below the wrapper.
    pub entry: &'a str,
    pub survey: &'a Survey,
    pub open: Opens<'a>,
}

/// Opens a file.
pub type Opens<'a> = Box<dyn Fn() -> io::Result<Box<dyn BufRead + 'a>> + 'a>;

/// A table that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which of the files it is of.
    pub file: usize,
    pub why: String,
}

impl Records {
    /// Adds the raw tables of these files, those of the oldest export first; clocks of no stated zone are read in `zone`.
    /// Gives what cannot be made.
    ///
    /// # Errors
    /// If the database cannot be written, or a file that could be read before cannot be read now.
    pub fn raw_tables(&mut self, files: &[File<'_>], zone: Tz) -> rusqlite::Result<Vec<Refused>> {
        let connection = &self.connection;
        connection.execute_batch(
            "CREATE TEMP TABLE exports (name TEXT PRIMARY KEY, rank INTEGER NOT NULL) STRICT, WITHOUT ROWID;
             CREATE TEMP TABLE seen (hash BLOB, nth INTEGER, row INTEGER, PRIMARY KEY (hash, nth))
             STRICT, WITHOUT ROWID;
             CREATE TEMP TABLE counts (hash BLOB PRIMARY KEY, export INTEGER, count INTEGER) STRICT, WITHOUT ROWID;",
        )?;
        let mut rank = connection.prepare("INSERT OR IGNORE INTO temp.exports VALUES (?1, ?2)")?;
        for file in files {
            rank.execute(params![file.export, number(file.rank)])?;
        }
        drop(rank);
        let mut plans = plan(files);
        let mut refused = Vec::new();
        for plan in plans.values_mut() {
            plan.name_columns();
            plan.is_too_wide |= plan.width() > MOST_COLUMNS;
            if !plan.is_too_wide {
                self.create_raw(plan)?;
            }
        }
        for (at, file) in files.iter().enumerate() {
            let mut targets: Vec<Option<Target<'_>>> = Vec::new();
            for part in &file.survey.parts {
                let plan = plans.get(&file.survey.known.table(&part.name)).filter(|plan| !plan.is_too_wide);
                // what is too wide alone is known before
                if plan.is_none() && !part.is_too_wide() {
                    refused.push(Refused { file: at, why: TOO_WIDE.to_owned() });
                }
                targets.push(plan.map(|plan| Target::new(&self.connection, plan, file, part)).transpose()?);
            }
            if targets.iter().any(Option::is_some) {
                fill(file, &mut targets, zone)?;
            }
        }
        Ok(refused)
    }

    fn create_raw(&self, plan: &PlannedTable) -> rusqlite::Result<()> {
        let columns: Vec<String> = plan
            .names()
            .map(|(name, _)| format!("{} {}", quoted(name), if name == "_line" { "INTEGER" } else { "TEXT" }))
            .collect();
        let sql = format!("CREATE TABLE {} ({}) STRICT", quoted(&plan.name), columns.join(", "));
        self.connection.execute_batch(&sql)?;
        for (position, (name, header)) in (1_i64..).zip(plan.names()) {
            let kind = if name == "_line" { "INTEGER" } else { "TEXT" };
            self.insert(
                "INSERT INTO _columns (\"table\", position, name, header, type) VALUES (?1, ?2, ?3, ?4, ?5)",
                &[&plan.name, &position, &name, &header, &kind],
            )?;
        }
        Ok(())
    }
}

/// A table that rows of one file go to.
struct Target<'c> {
    connection: &'c Connection,
    plan: &'c PlannedTable,
    insert: Statement<'c>,
    slots: Vec<Slot<'c>>,
    export: &'c str,
    entry: &'c str,
    rank: i64,
}

/// Where the cells of a column of the part go.
struct Slot<'c> {
    column: &'c PlannedColumn,
    /// Which parameter it is, from 1.
    parameter: usize,
}

impl<'c> Target<'c> {
    fn new(
        connection: &'c Connection,
        plan: &'c PlannedTable,
        file: &'c File<'_>,
        part: &Surveyed,
    ) -> rusqlite::Result<Self> {
        let parameters = vec!["?"; plan.width()].join(", ");
        let insert =
            connection.prepare(&format!("INSERT INTO {} VALUES ({parameters})", quoted(&plan.name)))?;
        let mut parameter = 1;
        let all: Vec<usize> = plan
            .columns
            .iter()
            .map(|column| {
                let at = parameter;
                parameter += if column.beside.is_some() { 3 } else { 1 };
                at
            })
            .collect();
        let slot = |key| {
            let at = *plan.by_key.get(&key)?;
            Some(Slot { column: plan.columns.get(at)?, parameter: *all.get(at)? })
        };
        let slots = keys(&file.survey.known, part).into_iter().filter_map(slot).collect();
        let rank = number(file.rank);
        Ok(Target { connection, plan, insert, slots, export: file.export, entry: file.entry, rank })
    }

    fn add(&mut self, line: u64, says: &Says<'_>, zone: Tz) -> rusqlite::Result<()> {
        let again = if self.plan.has_several { Some(self.again(says)?) } else { None };
        if let Some(Again { row: Some(row), .. }) = again {
            let sql = format!("UPDATE {} SET _last_export = ?1 WHERE rowid = ?2", quoted(&self.plan.name));
            self.connection.prepare_cached(&sql)?.execute(params![self.export, row])?;
            return Ok(());
        }
        self.insert.clear_bindings();
        let extra = self.plan.width() + 1 - OWN.len();
        match says {
            Says::Cells(cells) => {
                for (at, cell) in *cells {
                    let Some(slot) = self.slots.get(*at) else { continue };
                    self.insert.raw_bind_parameter(slot.parameter, Text::new(cell))?;
                    if slot.column.beside.is_some() {
                        let time = Time::read(cell, &slot.column.header, zone);
                        self.insert.raw_bind_parameter(slot.parameter + 1, time.utc)?;
                        self.insert.raw_bind_parameter(slot.parameter + 2, time.basis)?;
                    }
                }
            }
            Says::Odd(raw) => self.insert.raw_bind_parameter(extra, Text::new(raw).required())?,
        }
        self.insert.raw_bind_parameter(extra + 1, self.export)?;
        self.insert.raw_bind_parameter(extra + 2, self.entry)?;
        self.insert.raw_bind_parameter(extra + 3, number(line))?;
        self.insert.raw_bind_parameter(extra + 4, self.export)?;
        self.insert.raw_execute()?;
        if let Some(Again { hash, nth, .. }) = again {
            let row = self.connection.last_insert_rowid();
            let sql = "INSERT INTO temp.seen VALUES (?1, ?2, ?3)";
            self.connection.prepare_cached(sql)?.execute(params![hash, nth, row])?;
        }
        Ok(())
    }

    /// Whether an older export has this row as often as this one has had it so far.
    fn again(&self, says: &Says<'_>) -> rusqlite::Result<Again> {
        let hash = self.hash(says);
        let count = "INSERT INTO temp.counts VALUES (?1, ?2, 1) ON CONFLICT (hash) DO UPDATE SET \
                     count = iif(export = excluded.export, count + 1, 1), export = excluded.export RETURNING count";
        let nth =
            self.connection.prepare_cached(count)?.query_row(params![hash, self.rank], |row| row.get(0))?;
        let seen = "SELECT row FROM temp.seen WHERE hash = ?1 AND nth = ?2";
        let row = self
            .connection
            .prepare_cached(seen)?
            .query_row(params![hash, nth], |row| row.get(0))
            .optional()?;
        Ok(Again { hash, nth, row })
    }

    /// The hash of a row of this table: of its cells with their columns.
    fn hash(&self, says: &Says<'_>) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        let mut add = |bytes: &[u8]| {
            hasher.update(&bytes.len().to_le_bytes());
            hasher.update(bytes);
        };
        add(self.plan.name.as_bytes());
        match says {
            Says::Cells(cells) => {
                let cells =
                    cells.iter().filter_map(|(at, cell)| Some((self.slots.get(*at)?.parameter, cell)));
                let mut cells: Vec<(usize, &Cow<'_, str>)> = cells.collect();
                cells.sort_unstable_by_key(|(parameter, _)| *parameter);
                for (parameter, cell) in cells {
                    add(&parameter.to_le_bytes());
                    add(cell.as_bytes());
                }
            }
            Says::Odd(raw) => add(raw.as_bytes()),
        }
        let mut hash = [0; 16];
        hasher.finalize_xof().fill(&mut hash);
        hash
    }
}

/// The `nth` row of its export that says the same, and where an older export's stands.
struct Again {
    hash: [u8; 16],
    nth: i64,
    row: Option<i64>,
}

/// Reads a file and adds its rows.
fn fill(file: &File<'_>, targets: &mut [Option<Target<'_>>], zone: Tz) -> rusqlite::Result<()> {
    let as_sql = |error: io::Error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
    let source = (file.open)().map_err(as_sql)?;
    let mut failed = None;
    let mut each = |_: &[delivered::Part], row: delivered::Row<'_>| -> io::Result<()> {
        let Some(Some(target)) = targets.get_mut(row.part) else { return Ok(()) };
        target.add(row.line, &row.says, zone).map_err(|error| {
            failed = Some(error);
            io::Error::other("the database refuses a row")
        })
    };
    let by_name = Known::by_name(text::file_name(file.entry));
    let read = delivered::read(file.survey.form, &by_name, source, &mut each);
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Err(Stopped::Source(error) | Stopped::Asker(error))) => Err(as_sql(error)),
        (None, Err(Stopped::Refused(why))) => Err(as_sql(io::Error::other(why))),
        (None, Ok(_)) => Ok(()),
    }
}

/// What the raw table of a kind is called.
pub fn table(kind: &str) -> String {
    format!("{PREFIX}{kind}")
}

/// A name as SQL has it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
