//! The journal of a run: what was read, planned, placed and derived, in that order, and each only when the bytes are
//! durable. Each call is one transaction.
//!
//! Ids are handed in and out ([`Ids`]), so that nothing is looked up again for each of 100,000 files.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::params;

use crate::category;
use crate::category::photos::time::local_text;
use crate::contents::{ArchiveId, Contents, Entry, EntryId, Identity};
use crate::error::Error;
use crate::library::catalog::findings::time_text;
use crate::library::catalog::put::{Put, PutContents, put_files};
use crate::library::catalog::{Catalog, Ids};
use crate::library::path::LibraryPath;
use crate::library::record::{
    AlbumRecord, Derived, DerivedRecord, FileRecord, Novelty, Placement, ReadEntry,
};

impl Catalog {
    /// Records new exports, parts and archives, which get their ids. New parts are unfinished until
    /// [`record_finished`](Self::record_finished).
    pub fn record_archives(&mut self, contents: &Contents, ids: &mut Ids) -> Result<(), Error> {
        self.write(|tx| {
            // labels that a killed run gave may change places
            for (index, id) in &ids.exports {
                tx.execute(
                    "UPDATE exports SET label = 'export ' || id WHERE id = ?1 AND label <> ?2",
                    params![id, contents.exports[*index].label],
                )?;
            }
            for (index, export) in contents.exports.pairs() {
                let built = export.built.map(|t| t.format("%Y-%m-%dT%H:%M:%S").to_string());
                match ids.exports.get(&index) {
                    Some(id) => {
                        // a rebuilt catalog learns name and total from the archives
                        tx.execute(
                            "UPDATE exports SET name = ?2, total = ?3, built = ?4, label = ?5 \
                             WHERE id = ?1 AND (name, total, built, label) IS NOT (?2, ?3, ?4, ?5)",
                            params![id, export.name, export.total, built, export.label],
                        )?;
                    }
                    None => {
                        tx.execute(
                            "INSERT INTO exports (name, total, built, label, category) VALUES (?1, ?2, ?3, ?4, ?5)",
                            params![export.name, export.total, built, export.label, export.category.as_str()],
                        )?;
                        ids.exports.insert(index, tx.last_insert_rowid());
                    }
                }
            }
            for (index, part) in contents.parts.pairs() {
                if let Slot::Vacant(slot) = ids.parts.entry(index) {
                    tx.execute(
                        "INSERT INTO parts (export, number, unfinished) VALUES (?1, ?2, 1)",
                        params![ids.exports[&part.export], part.number],
                    )?;
                    slot.insert(tx.last_insert_rowid());
                }
            }
            for (index, archive) in contents.archives.pairs() {
                if let Slot::Vacant(slot) = ids.archives.entry(index) {
                    let (size, directory) = match &archive.identity {
                        Identity::Zip { size, directory } => {
                            (Some(*size), Some(directory.to_hex().to_string()))
                        }
                        Identity::Folder => (None, None),
                    };
                    tx.execute(
                        "INSERT INTO archives (name, size, directory) VALUES (?1, ?2, ?3)",
                        params![archive.name, size, directory],
                    )?;
                    slot.insert(tx.last_insert_rowid());
                }
            }
            Ok(())
        })
    }

    /// Records that a run has ended which was given these parts.
    pub fn record_finished(&mut self, parts: &[i64]) -> Result<(), Error> {
        self.write(|tx| {
            let mut finish = tx.prepare("UPDATE parts SET unfinished = 0 WHERE id = ?1 AND unfinished")?;
            parts.iter().try_for_each(|part| finish.execute([part]).map(|_| ()))
        })
    }

    /// Records entries whose bytes are durable, in staging or in the library. Bytes that the catalog does not know
    /// yet are recorded as staged.
    pub fn record_read(
        &mut self,
        contents: &Contents,
        read: &[ReadEntry],
        ids: &mut Ids,
    ) -> Result<(), Error> {
        self.write(|tx| {
            let mut insert = Put::into(
                tx,
                "entries (archive, position, part, path, inner, sort, size, modified, content) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            let mut put = PutContents::into(tx)?;
            let mut stage = tx.prepare_cached("INSERT OR IGNORE INTO staged (content) VALUES (?1)")?;
            let mut first_new = None;
            for item in read {
                let entry = &contents.entries[item.entry];
                let content = match (&item.novelty, ids.contents.get(item.content)) {
                    (Novelty::Fresh(fresh), None) => {
                        let id = put.insert(&fresh.content, &fresh.said)?;
                        ids.contents.insert(item.content, id);
                        first_new.get_or_insert(id);
                        id
                    }
                    (Novelty::Again, Some(id)) => {
                        stage.execute([id])?;
                        *id
                    }
                    (_, Some(id)) => *id,
                    (_, None) => continue,
                };
                insert.execute(params![
                    ids.archives[&entry.archive],
                    entry.position,
                    ids.parts[&entry.part],
                    entry.path,
                    entry.inner(),
                    category::word(entry.category, entry.sort),
                    entry.size,
                    entry.modified.map(local_text),
                    content
                ])?;
            }
            // ids ascend
            if let Some(first) = first_new {
                tx.execute(
                    "INSERT OR IGNORE INTO staged (content) SELECT id FROM contents WHERE id >= ?1",
                    [first],
                )?;
            }
            Ok(())
        })
    }

    /// Records what entries and exports are by what is known today.
    pub fn record_reclaimed(
        &mut self,
        contents: &Contents,
        reclaimed: &[EntryId],
        ids: &Ids,
    ) -> Result<(), Error> {
        self.write(|tx| {
            let mut entry = tx.prepare_cached(
                "UPDATE entries SET sort = ?3, inner = ?4 WHERE archive = ?1 AND position = ?2",
            )?;
            for id in reclaimed {
                let one = &contents.entries[*id];
                let Some(archive) = ids.archives.get(&one.archive) else { continue };
                entry.execute(params![
                    archive,
                    one.position,
                    category::word(one.category, one.sort),
                    one.inner()
                ])?;
            }
            let mut export =
                tx.prepare_cached("UPDATE exports SET category = ?2 WHERE id = ?1 AND category <> ?2")?;
            for (id, known) in contents.exports.pairs() {
                if let Some(row) = ids.exports.get(&id) {
                    export.execute(params![row, known.category.as_str()])?;
                }
            }
            Ok(())
        })
    }

    pub fn forget_entries(&mut self, entries: &[Entry], ids: &Ids) -> Result<(), Error> {
        self.write(|tx| {
            let mut delete = tx.prepare_cached("DELETE FROM entries WHERE archive = ?1 AND position = ?2")?;
            for entry in entries {
                delete.execute(params![ids.archives[&entry.archive], entry.position])?;
            }
            Ok(())
        })
    }

    /// Records archives whose every entry was read.
    pub fn record_complete(&mut self, archives: &[i64]) -> Result<(), Error> {
        self.write(|tx| {
            let mut update = tx.prepare_cached("UPDATE archives SET complete = 1 WHERE id = ?1")?;
            for id in archives {
                update.execute([id])?;
            }
            Ok(())
        })
    }

    /// Archives of which every entry was read.
    pub fn complete_archives(&self, ids: &Ids) -> Result<HashSet<ArchiveId>, Error> {
        let complete: HashSet<i64> = self.query(|c| {
            let mut statement = c.prepare("SELECT id FROM archives WHERE complete = 1")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })?;
        let archives = ids.archives.iter().filter(|(_, id)| complete.contains(*id));
        Ok(archives.map(|(archive, _)| *archive).collect())
    }

    /// Records which contents wait in staging, and that no others do.
    pub fn record_staged(&mut self, contents: &[i64]) -> Result<(), Error> {
        self.write(|tx| {
            tx.execute("DELETE FROM staged", [])?;
            let mut insert = tx.prepare_cached("INSERT INTO staged (content) VALUES (?1)")?;
            contents.iter().try_for_each(|id| insert.execute([id]).map(|_| ()))
        })
    }

    /// Records the plan, before the first rename.
    pub fn record_plan(&mut self, plan: &[Placement], ids: &Ids) -> Result<(), Error> {
        self.write(|tx| {
            let mut insert = tx
                .prepare_cached("INSERT INTO plan (path, area, content, modified) VALUES (?1, ?2, ?3, ?4)")?;
            for placement in plan {
                insert.execute(params![
                    placement.path.as_str(),
                    placement.area.as_str(),
                    ids.contents.get(placement.content),
                    placement.modified.map(|t| t.to_rfc3339()),
                ])?;
            }
            Ok(())
        })
    }

    /// Forgets placements that were given up.
    pub fn clear_plan(&mut self) -> Result<(), Error> {
        self.write(|tx| tx.execute("DELETE FROM plan", []).map(|_| ()))
    }

    /// Forgets files that are gone and stand elsewhere in the library; their albums and what was derived from them
    /// follow.
    pub fn record_superseded(&mut self, superseded: &[(LibraryPath, LibraryPath)]) -> Result<(), Error> {
        self.write(|tx| {
            let mut delete = tx.prepare("DELETE FROM files WHERE path = ?1")?;
            let mut members = tx.prepare("UPDATE OR REPLACE memberships SET path = ?2 WHERE path = ?1")?;
            let mut derived = tx.prepare("UPDATE derived SET target = ?2 WHERE target = ?1")?;
            for (gone, stands) in superseded {
                delete.execute([gone.as_str()])?;
                members.execute([gone.as_str(), stands.as_str()])?;
                derived.execute([gone.as_str(), stands.as_str()])?;
            }
            Ok(())
        })
    }

    /// Records files that are durable under their final names, with all that is known of them.
    pub fn record_files(&mut self, files: &[FileRecord], ids: &Ids) -> Result<(), Error> {
        self.write(|tx| put_files(tx, files, ids).map(|_| ()))
    }

    /// The same for files whose bytes were put in the place of others just now, and read back: nothing is wrong with
    /// them any more.
    pub fn record_mended(
        &mut self,
        files: &[FileRecord],
        ids: &Ids,
        read: DateTime<Utc>,
    ) -> Result<(), Error> {
        self.write(|tx| {
            put_files(tx, files, ids)?;
            let mut end = tx.prepare(
                "UPDATE files SET verified = ?2, damage = NULL, damage_found = NULL WHERE path = ?1",
            )?;
            let read = time_text(read);
            files.iter().try_for_each(|file| end.execute(params![file.path.as_str(), read]).map(|_| ()))
        })
    }

    /// The same for files that were placed and not read back.
    pub fn record_placed(&mut self, files: &[FileRecord], ids: &Ids) -> Result<(), Error> {
        self.write(|tx| {
            // a file that was gone may have had its record all the while
            let known = put_files(tx, files, ids)?;
            let mut end = tx.prepare(
                "UPDATE files SET verified = NULL, damage = NULL, damage_found = NULL \
                 WHERE path = ?1 AND (verified NOTNULL OR damage NOTNULL)",
            )?;
            known.iter().try_for_each(|path| end.execute([path.as_str()]).map(|_| ()))
        })
    }

    /// Replaces the albums and their members.
    pub fn record_albums(&mut self, albums: &[AlbumRecord]) -> Result<(), Error> {
        self.write(|tx| {
            tx.execute_batch("DELETE FROM memberships; DELETE FROM albums")?;
            let mut member = tx.prepare_cached(
                "INSERT OR IGNORE INTO memberships (album, position, path) VALUES (?1, ?2, ?3)",
            )?;
            for album in albums {
                tx.execute(
                    "INSERT INTO albums (kind, key, title, folder, story) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![album.kind.as_str(), album.key, album.title, album.folder, album.story],
                )?;
                let id = tx.last_insert_rowid();
                for (position, path) in album.files.iter().enumerate() {
                    member.execute(params![id, position, path])?;
                }
            }
            Ok(())
        })
    }

    /// Records derived files, each with the BLAKE3 of its own bytes.
    pub fn record_derived(&mut self, derived: &[(&Derived, Option<blake3::Hash>)]) -> Result<(), Error> {
        self.put_derived(derived.iter().map(|(item, blake3)| {
            let target = item.form.target().cloned();
            (&item.path, DerivedRecord::of_photos(item.form.kind(), target, *blake3))
        }))
    }

    /// Records which bytes files are about to get that are made of originals and details. Until
    /// [`record_recognised`](Self::record_recognised) says that they have them, they may have their former ones.
    pub fn record_making(&mut self, made: &BTreeMap<LibraryPath, DerivedRecord>) -> Result<(), Error> {
        self.write(|tx| {
            let mut insert = tx.prepare(
                "INSERT INTO derived (path, kind, pending, category) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (path) DO UPDATE SET pending = excluded.pending",
            )?;
            for (path, DerivedRecord { kind, blake3, category, .. }) in made {
                let pending = blake3.map(|hash| hash.to_hex().to_string());
                insert.execute(params![path.as_str(), kind.as_str(), pending, category.as_str()])?;
            }
            Ok(())
        })
    }

    /// Records derived files that were recognised, or recorded before.
    pub fn record_recognised(&mut self, derived: &BTreeMap<LibraryPath, DerivedRecord>) -> Result<(), Error> {
        self.put_derived(derived.iter().map(|(path, record)| (path, record.clone())))
    }

    fn put_derived<'a>(
        &mut self,
        derived: impl Iterator<Item = (&'a LibraryPath, DerivedRecord)>,
    ) -> Result<(), Error> {
        self.write(|tx| {
            let hex = |hash: Option<blake3::Hash>| hash.map(|hash| hash.to_hex().to_string());
            let mut insert = Put::into(
                tx,
                "derived (path, kind, target, blake3, pending, category) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for (path, DerivedRecord { kind, target, blake3, pending, category }) in derived {
                insert.execute(params![
                    path.as_str(),
                    kind.as_str(),
                    target.as_ref().map(LibraryPath::as_str),
                    hex(blake3),
                    hex(pending),
                    category.as_str(),
                ])?;
            }
            Ok(())
        })
    }

    /// Forgets derived files that are gone, or that belong to the owner now.
    pub fn forget_derived(&mut self, paths: &[&LibraryPath]) -> Result<(), Error> {
        self.write(|tx| {
            let mut delete = tx.prepare_cached("DELETE FROM derived WHERE path = ?1")?;
            paths.iter().try_for_each(|path| delete.execute([path.as_str()]).map(|_| ()))
        })
    }
}
