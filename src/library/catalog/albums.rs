//! Albums as the catalog keeps them, and the titles of each file's albums.

use std::collections::HashMap;

use crate::category::photos::AlbumKind;
use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::record::AlbumRecord;

impl Catalog {
    /// The albums of every file, by its path: the kind and title of each.
    pub fn titles_by_path(&self) -> Result<HashMap<String, Vec<(String, String)>>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT path, kind, title FROM memberships JOIN albums ON albums.id = album ORDER BY path, kind, title",
            )?;
            let mut titles: HashMap<String, Vec<(String, String)>> = HashMap::new();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                titles.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
            }
            Ok(titles)
        })
    }

    /// Albums with their files, sorted by kind and title.
    pub fn albums(&self) -> Result<Vec<AlbumRecord>, Error> {
        self.query(|c| {
            let mut members: HashMap<i64, Vec<String>> = HashMap::new();
            let mut statement = c.prepare("SELECT album, path FROM memberships ORDER BY album, position")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                members.entry(row.get(0)?).or_default().push(row.get(1)?);
            }
            let mut statement = c.prepare(
                "SELECT id, kind, key, title, folder, story FROM albums ORDER BY kind, title, key",
            )?;
            let mut rows = statement.query([])?;
            let mut albums = Vec::new();
            while let Some(row) = rows.next()? {
                let Some(kind) = AlbumKind::from_name(row.get_ref(1)?.as_str()?) else { continue };
                albums.push(AlbumRecord {
                    kind,
                    key: row.get(2)?,
                    title: row.get(3)?,
                    folder: row.get(4)?,
                    story: row.get(5)?,
                    files: members.remove(&row.get(0)?).unwrap_or_default(),
                });
            }
            Ok(albums)
        })
    }
}
