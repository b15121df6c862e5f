//! The versions of the schema, and the way from each to the next.
//!
//! A catalog is brought up to date when it is opened for writing, in one transaction: after a crash it has the old
//! version or the new one. Whoever only reads migrates nothing; temporary views then make an older catalog look like a
//! current one.

use rusqlite::{Connection, Transaction};

use crate::library::catalog::words::SENTENCES;

/// The version of the schema, in `PRAGMA user_version` and in the settings as `schema_version`.
pub(super) const VERSION: i64 = 3;

type Step = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// The steps from each version to the next, beginning with the first.
const STEPS: [Step; 2] = [from_1_to_2, from_2_to_3];

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
    tx.execute_batch(include_str!("schema-2-to-3.sql"))
}

/// Makes a catalog of version `found` look like a current one to a connection that may only read. Rules need no
/// view, because the sentences of version 1 are understood wherever a rule is read.
pub(super) fn show_as_current(connection: &Connection, found: i64) -> rusqlite::Result<()> {
    if found == VERSION {
        return Ok(());
    }
    // what version 2 has and version 1 has not
    let (of_contents, of_files) =
        if found == 1 { ("NULL AS exif_standard, ", "NULL AS modified, ") } else { ("", "") };
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.execute_batch(&format!(
        "CREATE TEMP VIEW contents AS SELECT *, {of_contents} NULL AS width, NULL AS height, NULL AS duration, \
         NULL AS country_code, NULL AS country, NULL AS region, NULL AS city FROM main.contents; \
         CREATE TEMP VIEW files AS SELECT *, {of_files} 'photos' AS category FROM main.files"
    ))?;
    if found > 1 {
        return Ok(());
    }
    connection.execute_batch(
        "CREATE TEMP VIEW exports AS SELECT id, name, total, built, label, 'photos' AS category FROM main.exports; \
         CREATE TEMP VIEW entries AS SELECT archive, position, part, path, inner, role AS sort, size, modified, \
         content FROM main.entries; \
         CREATE TEMP VIEW derived AS SELECT path, form AS kind, target, blake3 FROM main.derived; \
         CREATE TEMP VIEW unchanged AS SELECT mark AS state, report FROM main.unchanged",
    )
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::migrate;
    use crate::category::photos::time::Rule;
    use crate::library::catalog::words::SENTENCES;

    /// As much of version 1 as the step to version 2 touches.
    const VERSION_1: &str = "
        CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE exports (id INTEGER PRIMARY KEY, name TEXT NOT NULL, total INTEGER NOT NULL, built TEXT,
                              label TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE contents (id INTEGER PRIMARY KEY, blake3 TEXT NOT NULL) STRICT;
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
}
