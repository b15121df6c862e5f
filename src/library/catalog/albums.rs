//! Albums as the catalog keeps them, and the titles of each file's albums.

use std::collections::HashMap;

use rusqlite::Row;

use crate::category::photos::AlbumKind;
use crate::error::Error;
use crate::library::catalog::{Catalog, known_word};
use crate::library::record::AlbumRecord;

impl Catalog {
    /// The albums of every file, by its path: the kind and title of each.
    ///
    /// # Errors
    /// If SQLite refuses, or an album is of a kind that this version does not know.
    pub fn titles_by_path(&self) -> Result<HashMap<String, Vec<(AlbumKind, String)>>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT path, kind, title FROM memberships JOIN albums ON albums.id = album ORDER BY path, kind, title",
            )?;
            let mut titles: HashMap<String, Vec<(AlbumKind, String)>> = HashMap::new();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                titles.entry(row.get(0)?).or_default().push((kind(row, 1)?, row.get(2)?));
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
                albums.push(AlbumRecord {
                    kind: kind(row, 1)?,
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

/// The kind of album that a column says.
pub(super) fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<AlbumKind> {
    known_word(column, row.get_ref(column)?.as_str()?, AlbumKind::from_name)
}

#[cfg(test)]
mod tests {
    use crate::Error;
    use crate::category::photos::AlbumKind;
    use crate::error::CatalogFaultKind;
    use crate::library::catalog::Catalog;

    /// A catalog of one album with one file.
    fn catalog(folder: &tempfile::TempDir, kind: &str) -> Catalog {
        let catalog = Catalog::open_file(folder.path().join("catalog.sqlite")).unwrap();
        let sql = format!(
            "INSERT INTO albums (id, kind, key, title) VALUES (1, '{kind}', 'Lake', 'Lake'); \
             INSERT INTO memberships (album, position, path) VALUES (1, 0, '2024/A.HEIC')"
        );
        catalog.connection.execute_batch(&sql).unwrap();
        catalog
    }

    #[test]
    fn a_file_knows_its_albums() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = catalog(&folder, "shared");
        assert_eq!(
            catalog.titles_by_path().unwrap()["2024/A.HEIC"],
            [(AlbumKind::Shared, "Lake".to_owned())]
        );
        assert_eq!(catalog.albums().unwrap()[0].files, ["2024/A.HEIC"]);
    }

    #[test]
    fn a_kind_of_a_newer_version_stops_it() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = catalog(&folder, "exhibition");
        let errors = [
            catalog.titles_by_path().map(drop).unwrap_err(),
            catalog.albums().map(drop).unwrap_err(),
            catalog.load().map(drop).unwrap_err(),
        ];
        for error in errors {
            let Error::Catalog { source, .. } = error else { panic!("{error}") };
            assert_eq!(source.kind(), CatalogFaultKind::UnknownWord);
        }
    }
}
