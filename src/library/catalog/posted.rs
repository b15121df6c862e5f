//! What people of shared albums have to do with the files of the library.
//!
//! A story names media as they are called in the folder of their album. A photo of the owner's that somebody shared has
//! another name in the library, and another photo may have that one; so it is the entries that a file came from that tell.

use std::collections::{HashMap, HashSet};

use crate::apple::text::match_key;
use crate::category::photos::{AlbumKind, Sort};
use crate::contents::REBUILT;
use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::numbers::unnumbered;
use crate::library::path::LibraryPath;
use crate::library::posted::{Posted, Story};

impl Catalog {
    /// What people have to do with each file, or with one, by its path and sorted by the titles of the albums.
    pub fn posted(&self, file: Option<&LibraryPath>) -> Result<HashMap<String, Vec<Posted>>, Error> {
        self.query(|c| {
            let mut stories = HashMap::new();
            let mut statement =
                c.prepare("SELECT key, title, story FROM albums WHERE kind = ?1 AND story NOTNULL")?;
            let mut rows = statement.query([AlbumKind::Shared.as_str()])?;
            while let Some(row) = rows.next()? {
                let (key, title): (String, String) = (row.get(0)?, row.get(1)?);
                let story = Story::read(&key, &title, row.get_ref(2)?.as_str()?);
                stories.insert(key, story);
            }
            let mut posted: HashMap<String, Vec<Posted>> = HashMap::new();
            if stories.is_empty() {
                return Ok(posted);
            }
            // no index leads from bytes to files, and SQLite would look through all of these for each entry
            let mut told: HashMap<i64, Vec<Posted>> = HashMap::new();
            let mut seen = HashSet::new();
            let mut statement = c.prepare(
                "SELECT content, inner, name FROM entries JOIN archives ON archives.id = archive \
                 WHERE sort = ?1 ORDER BY inner",
            )?;
            let mut rows = statement.query([Sort::Shared.as_str()])?;
            while let Some(row) = rows.next()? {
                let mut steps = row.get_ref(1)?.as_str()?.rsplit('/');
                let (Some(name), Some(folder)) = (steps.next(), steps.next()) else { continue };
                // an entry that stands in for a lost one is called as its file is here
                let is_guessed = row.get_ref(2)?.as_str()? == REBUILT;
                let plain = || unnumbered(name).filter(|_| is_guessed);
                let found = stories
                    .get(folder)
                    .and_then(|story: &Story| story.of(name).or_else(|| story.of(&plain()?.0)));
                let content: i64 = row.get(0)?;
                // every export has the same album again
                if let Some(found) = found
                    && seen.insert((content, folder.to_owned(), match_key(name)))
                {
                    told.entry(content).or_default().push(found);
                }
            }
            told.values_mut().for_each(|all| all.sort_by(|a, b| (&a.album, &a.key).cmp(&(&b.album, &b.key))));
            let mut statement = c.prepare(
                "SELECT path, ifnull(original, content) FROM files \
                 WHERE area = 'media' AND (?1 IS NULL OR path = ?1)",
            )?;
            let mut rows = statement.query([file.map(LibraryPath::as_str)])?;
            while let Some(row) = rows.next()? {
                if let Some(all) = told.get(&row.get(1)?) {
                    posted.insert(row.get(0)?, all.clone());
                }
            }
            Ok(posted)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::library::catalog::Catalog;
    use crate::library::path::LibraryPath;

    #[test]
    fn it_is_the_entry_that_tells_and_not_the_name_in_the_library() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open_file(folder.path().join("catalog.sqlite")).unwrap();
        // `2024/B.JPG` is what the album calls `A.JPG`; the album's `B.JPG` stands elsewhere, edited by its owner
        let story = r#"{"photos":[{"name":"A.JPG","contributor":{"fullName":"Kari"}},
                                  {"name":"B.JPG","contributor":{"fullName":"Ola"}}]}"#;
        let sql = format!(
            "INSERT INTO albums (id, kind, key, title, story) VALUES (1, 'shared', 'Trip', 'Our trip', '{story}');
             INSERT INTO archives (id, name) VALUES (1, 'P.zip/iCloud Shared Albums.zip'), (2, 'rebuilt from the library');
             INSERT INTO entries (archive, position, part, path, inner, sort, size, content) VALUES
                 (1, 0, 1, '', 'My Albums/Trip/a.jpg', 'shared', 9, 7),
                 (1, 1, 1, '', 'My Albums/Trip/B.JPG', 'shared', 9, 8),
                 (1, 2, 1, '', 'My Albums/Trip/A (2).JPG', 'shared', 9, 9),
                 (2, 0, 1, '', 'My Albums/Trip/B (2).JPG', 'shared', 9, 10),
                 (1, 3, 1, '', 'Photos/A.JPG', 'photo', 9, 11);
             INSERT INTO files (path, area, content, original) VALUES
                 ('2024/B.JPG', 'media', 7, NULL), ('2024/C.JPG', 'media', 20, 8), ('2024/D.JPG', 'media', 9, NULL),
                 ('2024/E.JPG', 'media', 10, NULL), ('2024/A.JPG', 'media', 11, NULL)"
        );
        catalog.connection.execute_batch(&sql).unwrap();
        let all = catalog.posted(None).unwrap();
        let by = |path: &str| all.get(path).map(|posted| posted[0].by.as_deref().unwrap_or_default());
        for (path, expected) in [
            ("2024/B.JPG", Some("Kari")),
            ("2024/C.JPG", Some("Ola")),
            ("2024/D.JPG", None),
            ("2024/E.JPG", Some("Ola")),
            ("2024/A.JPG", None),
        ] {
            assert_eq!(by(path), expected, "{path}");
        }
        let one = catalog.posted(Some(&LibraryPath::parse("2024/C.JPG").unwrap())).unwrap();
        assert_eq!(one.len(), 1);
        assert_eq!(one["2024/C.JPG"], all["2024/C.JPG"]);
    }
}
