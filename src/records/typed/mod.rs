//! The tables for people: what the raw tables say, in one form for all years and dialects.
//!
//! Each room makes the tables of one kind of data, and views of them. They ask the raw tables through [`Raw`], which
//! gives NULL where a year has no such column, and no row where there is no such table. Of several exports the newest
//! version of a row with a key counts; within one export nothing is merged.

mod account;
mod books;
mod games;
mod money;
mod music;
mod places;
mod podcasts;
mod said;
mod staged;
mod store;
mod usage;
mod watched;

use std::borrow::Cow;

use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension};

use crate::records::Records;
use crate::records::columns::Headers;
use crate::records::raw::{PREFIX, quoted, table};

/// The statements that make every table and view.
const TABLES: &[&str] = &[
    account::TABLES,
    places::TABLES,
    games::TABLES,
    music::TABLES,
    store::TABLES,
    watched::TABLES,
    podcasts::TABLES,
    books::TABLES,
];

/// What their columns are called in what Apple delivered.
pub fn headers() -> impl Iterator<Item = &'static (&'static str, &'static [(&'static str, &'static str)])> {
    let all: [Headers; 8] = [
        account::HEADERS,
        places::HEADERS,
        games::HEADERS,
        music::HEADERS,
        store::HEADERS,
        watched::HEADERS,
        podcasts::HEADERS,
        books::HEADERS,
    ];
    all.into_iter().flatten()
}

/// Makes all of them, empty.
///
/// # Errors
/// If the database cannot be written.
pub fn create(connection: &Connection) -> rusqlite::Result<()> {
    TABLES.iter().try_for_each(|tables| connection.execute_batch(tables))
}

/// Makes their rows. The raw tables have to be there.
///
/// # Errors
/// If the database cannot be written.
pub fn fill(records: &Records, zone: Tz) -> rusqlite::Result<()> {
    let raw = Raw { connection: &records.connection, zone };
    account::fill(raw)?;
    places::fill(raw)?;
    games::fill(raw)?;
    usage::fill(raw)?;
    music::fill(raw)?;
    store::fill(raw)?;
    watched::fill(raw)?;
    podcasts::fill(raw)?;
    books::fill(raw)
}

/// The raw tables.
#[derive(Clone, Copy)]
pub struct Raw<'c> {
    pub connection: &'c Connection,
    /// The zone of Apple's clocks that state none.
    pub zone: Tz,
}

impl Raw<'_> {
    /// Whether there is a table of this kind, in any export.
    ///
    /// # Errors
    /// If the database cannot be read. That is true of everything here.
    pub fn has(self, kind: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        let found = self.connection.prepare_cached(sql)?.query_row([table(kind)], |_| Ok(()));
        Ok(found.optional()?.is_some())
    }

    /// The kinds of tables whose names begin so, in order.
    pub fn kinds(self, start: &str) -> rusqlite::Result<Vec<String>> {
        let sql = "SELECT substr(name, 1 + length(?2)) FROM sqlite_schema \
                   WHERE type = 'table' AND substr(name, 1, length(?1)) = ?1 ORDER BY name";
        let mut asked = self.connection.prepare_cached(sql)?;
        asked.query_map([&table(start), PREFIX], |row| row.get(0))?.collect()
    }

    /// A query, in brackets, of the rows of a kind of table: these columns, NULL where it has none of that name, and
    /// `_export`, `_entry`, `_line`, `row` (unique, in the order of export, file and line) and `rank` (the place of the
    /// newest export that has the row; the oldest is 0). Lines that are no rows are not among them. Without such a table
    /// it has no rows.
    pub fn rows(self, kind: &str, columns: &[&str]) -> rusqlite::Result<String> {
        let table = table(kind);
        let sql = "SELECT name FROM pragma_table_info(?1)";
        let known: Vec<String> = self
            .connection
            .prepare_cached(sql)?
            .query_map([&table], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        if known.is_empty() {
            let nothing: Vec<String> =
                columns.iter().map(|name| format!("NULL AS {}", quoted(name))).collect();
            let own = "NULL AS _export, NULL AS _entry, NULL AS _line, NULL AS \"row\", NULL AS rank";
            return Ok(format!("(SELECT {}, {own} WHERE 0)", nothing.join(", ")));
        }
        let has = |name: &str| known.iter().any(|known| known == name);
        let columns: Vec<Cow<'_, str>> = columns
            .iter()
            .map(|name| match has(name) {
                true => format!("raw.{}", quoted(name)).into(),
                false => format!("NULL AS {}", quoted(name)).into(),
            })
            .collect();
        Ok(format!(
            "(SELECT {}, raw._export, raw._entry, raw._line, raw.rowid AS \"row\", exports.rank AS rank \
             FROM {} AS raw JOIN temp.exports AS exports ON exports.name = raw._last_export \
             WHERE raw._extra IS NULL)",
            columns.join(", "),
            quoted(&table)
        ))
    }

    /// A query, in brackets, of those rows of a query that count: of rows with the same `key` (expressions, with commas
    /// between them) all that the newest export has that has any. `rows` must have a `rank`.
    pub fn newest(rows: &str, key: &str) -> String {
        format!(
            "(SELECT * FROM (SELECT *, max(rank) OVER (PARTITION BY {key}) AS newest_rank FROM {rows}) \
             WHERE rank = newest_rank)"
        )
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::BufReader;
    use std::path::PathBuf;

    use chrono_tz::Tz;
    use rusqlite::Connection;
    use rusqlite::types::ValueRef;
    use tempfile::TempDir;

    use crate::category::tables::survey::Survey;
    use crate::records::Records;
    use crate::records::raw::File;

    /// A database of delivered files; each is its export, its path and its bytes, those of the oldest export first.
    pub(crate) struct Written {
        pub connection: Connection,
        _folder: TempDir,
    }

    impl Written {
        pub(crate) fn of(files: &[(&str, &str, &[u8])]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path: PathBuf = folder.path().join("Records.sqlite");
            let mut records = Records::create(&path).unwrap();
            let name = |entry: &str| entry.rsplit('/').next().unwrap().to_owned();
            let surveys: Vec<Survey> = files
                .iter()
                .map(|(_, entry, bytes)| Survey::of(&name(entry), *bytes).unwrap().expect("a table"))
                .collect();
            let mut exports: Vec<&str> = Vec::new();
            let mut delivered = Vec::new();
            for ((export, entry, bytes), survey) in files.iter().zip(&surveys) {
                let rank = exports.iter().position(|known| known == export).unwrap_or_else(|| {
                    exports.push(export);
                    exports.len() - 1
                });
                let open =
                    Box::new(|| Ok(Box::new(BufReader::new(*bytes)) as Box<dyn std::io::BufRead + '_>));
                delivered.push(File { export, rank, entry, survey, open });
            }
            let refused = records.raw_tables(&delivered, Tz::America__Los_Angeles).unwrap();
            assert_eq!(refused, []);
            super::fill(&records, Tz::America__Los_Angeles).unwrap();
            assert_eq!(records.finish().unwrap(), []);
            Written { connection: Connection::open(path).unwrap(), _folder: folder }
        }

        /// The rows of a query, `|` between cells and `-` for NULL.
        pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
            let mut asked = self.connection.prepare(sql).unwrap();
            let columns = asked.column_count();
            let cell = |value: ValueRef<'_>| match value {
                ValueRef::Null => "-".to_owned(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
            };
            let rows = asked.query_map([], |row| {
                let cells: Vec<String> =
                    (0..columns).map(|at| row.get_ref(at).map(cell)).collect::<Result<_, _>>()?;
                Ok(cells.join("|"))
            });
            rows.unwrap().collect::<Result<_, _>>().unwrap()
        }
    }

    const PLAYS: &str = "Event Type, Song Name,Event End Timestamp,Rating\n\
        PLAY_END,\"North, Window\",2025-03-01T18:03:12.480Z,N/A\nPLAY_END,,2025-03-02T18:03:12Z,5\n";

    #[test]
    fn a_raw_table_has_every_cell_as_it_was() {
        let written = Written::of(&[("media", "a/Apple Music Play Activity.csv", PLAYS.as_bytes())]);
        assert_eq!(
            written.rows("SELECT * FROM raw_apple_music_play_activity"),
            [
                "PLAY_END|North, Window|2025-03-01T18:03:12.480Z|2025-03-01T18:03:12Z|stated|N/A|-|media|a/Apple Music Play Activity.csv|2|media",
                "PLAY_END|-|2025-03-02T18:03:12Z|2025-03-02T18:03:12Z|stated|5|-|media|a/Apple Music Play Activity.csv|3|media",
            ]
        );
        let columns = "SELECT position, name, header, type FROM _columns WHERE \"table\" = 'raw_apple_music_play_activity'";
        assert_eq!(
            written.rows(columns)[1..4],
            [
                "2|song_name|Song Name|TEXT",
                "3|event_end_timestamp|Event End Timestamp|TEXT",
                "4|event_end_timestamp_utc|Event End Timestamp|TEXT",
            ]
        );
    }

    #[test]
    fn identical_rows_of_two_exports_are_one() {
        let older = "A,B\n1,x\n1,x\n2,y\n";
        let newer = "B,A\nx,1\nz,3\nx,1\nx,1\n";
        let written = Written::of(&[("one", "t.csv", older.as_bytes()), ("two", "t.csv", newer.as_bytes())]);
        assert_eq!(
            written.rows("SELECT b, a, _export, _line, _last_export FROM raw_t"),
            ["x|1|one|2|two", "x|1|one|3|two", "y|2|one|4|one", "z|3|two|3|two", "x|1|two|5|two"]
        );
    }

    #[test]
    fn odd_lines_are_kept_whole() {
        let written = Written::of(&[("one", "t.csv", b"A,B\n1,x\n1,2,3\n4,5\n")]);
        assert_eq!(written.rows("SELECT a, b, _extra FROM raw_t"), ["1|x|-", "-|-|1,2,3", "4|5|-"]);
    }
}
