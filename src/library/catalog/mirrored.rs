//! Second copies of a library, as its catalog sees them: which library this is, what a mirror is to hold, and the
//! catalog that a mirror gets.
//!
//! A mirror's catalog is its library's, but for what concerns the drive that it stands on: when its bytes were last
//! read there and what was wrong with them, and which form its albums have.

use std::collections::{BTreeMap, HashMap};

use blake3::Hash;
use rusqlite::{OptionalExtension, Row, params};

use crate::error::Error;
use crate::library::catalog::{Catalog, load};
use crate::library::lineage::{self, Lineage};
use crate::library::path::LibraryPath;
use crate::library::record::DerivedRecord;

/// The setting that says which library this is.
const ID: &str = "library_id";

/// A file with the bytes that it should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Where it should stand.
    pub path: String,
    pub blake3: Hash,
    pub size: u64,
}

/// What is known of the bytes of a file on its drive: when they last agreed, and what was wrong with them since when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    pub verified: Option<String>,
    pub damage: Option<String>,
    pub damage_found: Option<String>,
}

impl Catalog {
    /// Which library this is.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn lineage(&self) -> Result<Lineage, Error> {
        let id = self.settings()?.text(ID).map(str::to_owned);
        self.query(|c| {
            let mut statement = c.prepare("SELECT started FROM runs ORDER BY id")?;
            let runs = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            let words = |row: &Row<'_>| Ok([row.get::<_, String>(0)?, row.get(1)?, row.get(2)?]);
            let first = "SELECT command, started, report FROM runs ORDER BY id LIMIT 1";
            let first = c.query_row(first, [], words).optional()?;
            let first = first.as_ref().map(|words| words.each_ref().map(String::as_str));
            Ok(Lineage { id: id.unwrap_or_else(|| lineage::id(first)), runs })
        })
    }

    /// Remembers which library this is. The next import depends on it in nothing.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn remember_lineage(&mut self, lineage: &Lineage) -> Result<(), Error> {
        if self.settings()?.text(ID) == Some(&lineage.id) {
            return Ok(());
        }
        self.transact(|tx| {
            tx.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)", [ID, &lineage.id])
                .map(drop)
        })
    }

    /// All files whose bytes the catalog knows, by path, and then those that are forgotten and kept.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn all_known(&self) -> Result<(Vec<Known>, Vec<Known>), Error> {
        let files = self.known(
            "SELECT path, blake3, size FROM files JOIN contents ON contents.id = files.content ORDER BY path",
        )?;
        let forgotten = self.known(
            "SELECT kept, blake3, size FROM forgotten JOIN contents ON contents.id = forgotten.content \
             WHERE kept IS NOT NULL ORDER BY kept",
        )?;
        let is_inside = |file: &Known| LibraryPath::recorded(&file.path).is_ok();
        Ok((files.into_iter().filter(is_inside).collect(), forgotten))
    }

    fn known(&self, question: &str) -> Result<Vec<Known>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(question)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let Ok(blake3) = Hash::from_hex(row.get_ref(1)?.as_str()?) else { continue };
                found.push(Known { path: row.get(0)?, blake3, size: row.get(2)? });
            }
            Ok(found)
        })
    }

    /// Links, lists, copies and sidecars.
    ///
    /// # Errors
    /// If SQLite refuses, or one is of a kind that this version does not know.
    pub fn derived(&self) -> Result<BTreeMap<LibraryPath, DerivedRecord>, Error> {
        self.query(load::derived)
    }

    /// The bytes that were left out on purpose and are kept nowhere.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn gone_on_purpose(&self) -> Result<Vec<Hash>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT DISTINCT blake3 FROM forgotten JOIN contents ON contents.id = content \
                 WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.content = forgotten.content)",
            )?;
            let hashes = statement.query_map([], |row| row.get::<_, String>(0))?;
            Ok(hashes
                .collect::<Result<Vec<_>, _>>()?
                .iter()
                .filter_map(|hex| Hash::from_hex(hex).ok())
                .collect())
        })
    }

    /// What is known of the bytes of each file on the drive of this catalog. Files of which nothing is known are left
    /// out.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn readings(&self) -> Result<HashMap<String, (Hash, Reading)>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT path, blake3, verified, damage, damage_found FROM files \
                 JOIN contents ON contents.id = files.content WHERE verified IS NOT NULL OR damage IS NOT NULL",
            )?;
            let mut rows = statement.query([])?;
            let mut found = HashMap::new();
            while let Some(row) = rows.next()? {
                let Ok(blake3) = Hash::from_hex(row.get_ref(1)?.as_str()?) else { continue };
                let reading =
                    Reading { verified: row.get(2)?, damage: row.get(3)?, damage_found: row.get(4)? };
                found.insert(row.get(0)?, (blake3, reading));
            }
            Ok(found)
        })
    }

    /// Turns the copy of a library's catalog into that of a mirror: what waits on the library's drive does not wait
    /// here, `readings` is what is known of the bytes here, and `derived` is what stands here.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn become_mirror(
        &mut self,
        readings: &HashMap<String, (Hash, Reading)>,
        derived: &BTreeMap<LibraryPath, DerivedRecord>,
    ) -> Result<(), Error> {
        self.write(|tx| {
            tx.execute_batch(
                "DELETE FROM staged; DELETE FROM plan; DELETE FROM derived; \
                 UPDATE files SET verified = NULL, damage = NULL, damage_found = NULL \
                 WHERE verified IS NOT NULL OR damage IS NOT NULL",
            )?;
            let mut update = tx.prepare(
                "UPDATE files SET verified = ?3, damage = ?4, damage_found = ?5 \
                 WHERE path = ?1 AND (SELECT blake3 FROM contents WHERE id = files.content) = ?2",
            )?;
            for (path, (blake3, Reading { verified, damage, damage_found })) in readings {
                update.execute(params![path, blake3.to_hex().as_str(), verified, damage, damage_found])?;
            }
            Ok(())
        })?;
        self.record_recognised(derived)
    }
}
