//! The versions of the schema, and the way from each to the next.
//!
//! A catalog is brought up to date when it is opened for writing, in one transaction: after a crash it has the old
//! version or the new one. Whoever only reads migrates nothing; temporary views then make an older catalog look like a
//! current one.

use rusqlite::{Connection, Transaction, params};

use crate::library::catalog::words::SENTENCES;
use crate::place::{self, Position};

/// The version of the schema, in `PRAGMA user_version` and in the settings as `schema_version`.
pub(super) const VERSION: i64 = 6;

type Step = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// The steps from each version to the next, beginning with the first.
const STEPS: [Step; 5] = [from_1_to_2, from_2_to_3, from_3_to_4, from_4_to_5, from_5_to_6];

/// Brings a catalog of version `found`, 0 if it is empty, to the current version.
pub(super) fn migrate(tx: &Transaction<'_>, found: i64) -> rusqlite::Result<()> {
    match usize::try_from(found).ok().and_then(|found| found.checked_sub(1)) {
        None => tx.execute_batch(include_str!("schema.sql"))?,
        Some(done) => STEPS.iter().skip(done).try_for_each(|step| step(tx))?,
    }
    tx.execute(
        "INSERT OR REPLACE INTO settings (name, value) VALUES ('schema_version', ?1)",
        [VERSION.to_string()],
    )?;
    tx.pragma_update(None, "user_version", VERSION)
}

fn from_1_to_2(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(include_str!("schema-1-to-2.sql"))?;
    let mut rename = tx.prepare("UPDATE files SET rule = ?1 WHERE rule = ?2")?;
    SENTENCES.iter().try_for_each(|(rule, sentence)| rename.execute([rule.as_str(), sentence]).map(|_| ()))
}

fn from_2_to_3(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(include_str!("schema-2-to-3.sql"))?;
    name_places(tx)
}

fn from_3_to_4(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(include_str!("schema-3-to-4.sql"))
}

fn from_4_to_5(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(include_str!("schema-4-to-5.sql"))
}

fn from_5_to_6(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(include_str!("schema-5-to-6.sql"))
}

/// Says what a person calls each position, which version 2 knew without its name.
fn name_places(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut select =
        tx.prepare("SELECT id, latitude, longitude FROM contents WHERE latitude + longitude NOTNULL")?;
    let mut update = tx.prepare(
        "UPDATE contents SET country_code = ?2, country = ?3, region = ?4, city = ?5 WHERE id = ?1",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (id, latitude, longitude): (i64, f64, f64) = row.try_into()?;
        if let Some(place) = place::at(Position { latitude, longitude }) {
            update.execute(params![id, place.country_code, place.country, place.region, place.city])?;
        }
    }
    Ok(())
}

/// What versions brought, each as an older catalog shows it: columns to `contents`, columns to `files`, and what else.
const SINCE: [(i64, &str, &str, &str); 4] = [
    (
        2,
        ", NULL AS exif_standard",
        ", NULL AS modified",
        "CREATE TEMP VIEW exports AS SELECT id, name, total, built, label, 'photos' AS category FROM main.exports; \
         CREATE TEMP VIEW entries AS SELECT archive, position, part, path, inner, role AS sort, size, modified, \
         content FROM main.entries; \
         CREATE TEMP VIEW unchanged AS SELECT mark AS state, report FROM main.unchanged;",
    ),
    (
        3,
        ", NULL AS width, NULL AS height, NULL AS duration, NULL AS country_code, NULL AS country, NULL AS region, \
         NULL AS city",
        ", 'photos' AS category",
        "",
    ),
    (
        4,
        "",
        ", NULL AS verified, NULL AS damage, NULL AS damage_found, NULL AS original",
        "CREATE TEMP VIEW forgotten AS SELECT NULL AS content, NULL AS path, NULL AS kept, NULL AS forgotten, \
         NULL AS went_with, NULL AS record WHERE 0; \
         CREATE TEMP VIEW moves AS SELECT NULL AS run, NULL AS position, NULL AS command, NULL AS old, NULL AS new, \
         NULL AS content, NULL AS done WHERE 0;",
    ),
    (6, "", "", "CREATE TEMP VIEW parts AS SELECT *, 0 AS unfinished FROM main.parts;"),
];

/// Makes a catalog of version `found` look like a current one to a connection that may only read. Rules need no
/// view, because the sentences of version 1 are understood wherever a rule is read.
pub(super) fn show_as_current(connection: &Connection, found: i64) -> rusqlite::Result<()> {
    if found == VERSION {
        return Ok(());
    }
    let (mut of_contents, mut of_files, mut others) = (String::new(), String::new(), String::new());
    for (_, contents, files, other) in SINCE.iter().filter(|(since, ..)| found < *since) {
        of_contents.push_str(contents);
        of_files.push_str(files);
        others.push_str(other);
    }
    if found < 5 {
        let kind = if found < 2 { "form" } else { "kind" };
        others.push_str(&format!(
            "CREATE TEMP VIEW derived AS SELECT path, {kind} AS kind, target, blake3, NULL AS pending, \
             'photos' AS category FROM main.derived;"
        ));
    }
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.execute_batch(&format!(
        "CREATE TEMP VIEW contents AS SELECT *{of_contents} FROM main.contents; \
         CREATE TEMP VIEW files AS SELECT *{of_files} FROM main.files; {others}"
    ))
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, params};

    use super::migrate;
    use crate::category::photos::time::Rule;
    use crate::library::catalog::words::SENTENCES;

    /// As much of version 1 as the steps to the current version touch.
    const VERSION_1: &str = "
        CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE exports (id INTEGER PRIMARY KEY, name TEXT NOT NULL, total INTEGER NOT NULL, built TEXT,
                              label TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE parts (id INTEGER PRIMARY KEY, export INTEGER NOT NULL, number INTEGER NOT NULL) STRICT;
        CREATE TABLE contents (id INTEGER PRIMARY KEY, blake3 TEXT NOT NULL, latitude REAL, longitude REAL) STRICT;
        CREATE TABLE files (path TEXT PRIMARY KEY, rule TEXT) STRICT, WITHOUT ROWID;
        CREATE TABLE entries (path TEXT NOT NULL, role TEXT NOT NULL) STRICT;
        CREATE TABLE derived (path TEXT PRIMARY KEY, form TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE unchanged (mark TEXT NOT NULL, report TEXT NOT NULL) STRICT;";

    #[test]
    fn sentences_become_names() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(VERSION_1).unwrap();
        for (rule, sentence) in SENTENCES {
            let row = [rule.as_str(), sentence];
            connection.execute("INSERT INTO files (path, rule) VALUES (?1, ?2)", row).unwrap();
        }
        connection.execute("INSERT INTO files (path) VALUES ('without')", []).unwrap();
        let tx = connection.transaction().unwrap();
        migrate(&tx, 1).unwrap();
        tx.commit().unwrap();
        let mut statement = connection.prepare("SELECT path, rule FROM files").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let rows: Vec<(String, Option<String>)> = rows.map(Result::unwrap).collect();
        assert_eq!(rows.len(), SENTENCES.len() + 1);
        for (path, rule) in rows {
            assert_eq!(rule.as_deref().and_then(Rule::from_name).map(Rule::as_str), rule.as_deref());
            assert_eq!(rule.unwrap_or("without".to_owned()), path);
        }
    }

    #[test]
    fn positions_get_their_places() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(VERSION_1).unwrap();
        let cases = [
            (Some(67.9324), Some(13.0887), Some("NO Norway, Nordland, Gravdal")),
            (Some(23.5), Some(1.5), Some("DZ Algeria, -, -")),
            (Some(0.0), Some(0.0), None),
            (Some(1e300), Some(f64::INFINITY), None),
            (Some(67.9324), None, None),
            (None, None, None),
        ];
        for (latitude, longitude, _) in cases {
            let row = params!["", latitude, longitude];
            connection
                .execute("INSERT INTO contents (blake3, latitude, longitude) VALUES (?1, ?2, ?3)", row)
                .unwrap();
        }
        let tx = connection.transaction().unwrap();
        migrate(&tx, 1).unwrap();
        tx.commit().unwrap();
        let words = "SELECT country_code || ' ' || country || ', ' || ifnull(region, '-') || ', ' || ifnull(city, '-') \
                     FROM contents ORDER BY id";
        let mut statement = connection.prepare(words).unwrap();
        let found: Vec<Option<String>> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let expected: Vec<Option<&str>> = cases.iter().map(|(_, _, words)| *words).collect();
        assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    }
}
