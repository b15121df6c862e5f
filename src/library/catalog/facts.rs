//! What the catalog knows of bytes as something to look at, for runs and for listings alike.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::{Row, params};

use crate::category::photos::media::{Camera, Cameras, Pixels, Position};
use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::catalog::load::library_path;
use crate::library::path::LibraryPath;
use crate::place::{self, Place};

/// The columns of `contents` that [`Facts`] are read from, in their order.
pub(super) const FACTS: &str =
    "latitude, longitude, width, height, duration, make, model, country, country_code, region, city";

/// What is known of bytes as a picture or a movie.
pub(super) struct Facts {
    pub(super) position: Option<Position>,
    pub(super) pixels: Option<Pixels>,
    pub(super) duration: Option<f64>,
    pub(super) camera: Camera,
    pub(super) place: Option<Arc<Place>>,
}

/// Reads [`Facts`] row by row. 100,000 photos come from a dozen cameras and a hundred places, so each is held once, and
/// as rows that follow each other mostly name the same, no text is copied for most.
#[derive(Default)]
pub(super) struct FactsReader {
    cameras: Cameras,
    places: HashSet<Arc<Place>>,
    /// Those of the row before.
    camera: Camera,
    place: Option<Arc<Place>>,
}

impl FactsReader {
    /// The facts in a row, whose columns begin with that of number `first`.
    pub(super) fn read(&mut self, row: &Row<'_>, first: usize) -> rusqlite::Result<Facts> {
        let position = match (row.get(first)?, row.get(first + 1)?) {
            (Some(latitude), Some(longitude)) => Some(Position { latitude, longitude }),
            _ => None,
        };
        let side = |column| {
            Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.and_then(|n| n.try_into().ok()))
        };
        let pixels = side(first + 2)?.zip(side(first + 3)?);
        let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(first + column)?.as_str_or_null()?);
        self.name_camera(text(5)?, text(6)?);
        self.name_place([text(7)?, text(8)?, text(9)?, text(10)?]);
        Ok(Facts {
            position,
            pixels: pixels.and_then(|(width, height)| Pixels::new(width, height)),
            duration: row.get(first + 4)?,
            camera: self.camera.clone(),
            // a catalog of an earlier version, which is only read, has no words yet
            place: self.place.clone().or_else(|| position.and_then(place::at)),
        })
    }

    fn name_camera(&mut self, make: Option<&str>, model: Option<&str>) {
        if (self.camera.make(), self.camera.model()) != (make, model) {
            self.camera = self.cameras.share(Camera::new(make.map(Box::from), model.map(Box::from)));
        }
    }

    fn name_place(&mut self, texts: [Option<&str>; 4]) {
        let [Some(country), Some(country_code), region, city] = texts else {
            self.place = None;
            return;
        };
        if self.place.as_deref().is_some_and(|place| texts_of(place) == texts) {
            return;
        }
        let owned = |text: &str| Cow::Owned(text.to_owned());
        let (country, country_code) = (owned(country), owned(country_code));
        let place = Place { country, country_code, region: region.map(owned), city: city.map(owned) };
        let known = self.places.get(&place).cloned();
        self.place = known.or_else(|| {
            let place = Arc::new(place);
            self.places.insert(place.clone());
            Some(place)
        });
    }
}

/// How large a picture is as a person sees it, and how many seconds a movie lasts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measures {
    pub pixels: Option<Pixels>,
    pub duration: Option<f64>,
}

impl Catalog {
    /// Photos and videos that were read and agreed and of which nobody has measures, each with the id of its bytes.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn unmeasured(&self) -> Result<Vec<(LibraryPath, i64)>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT path, content FROM files JOIN contents ON contents.id = files.content \
                 WHERE kind IN ('photo', 'video') AND damage IS NULL AND verified NOTNULL \
                 AND width IS NULL AND duration IS NULL",
            )?;
            let mut rows = statement.query([])?;
            let mut unmeasured = Vec::new();
            while let Some(row) = rows.next()? {
                if let Some(path) = library_path(row.get_ref(0)?.as_str()?) {
                    unmeasured.push((path, row.get(1)?));
                }
            }
            Ok(unmeasured)
        })
    }

    /// Records measures of bytes. An import depends on none of them.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_measures(&mut self, measured: &[(i64, Measures)]) -> Result<(), Error> {
        if measured.is_empty() {
            return Ok(());
        }
        self.transact(|tx| {
            let mut update =
                tx.prepare("UPDATE contents SET width = ?2, height = ?3, duration = ?4 WHERE id = ?1")?;
            for (content, Measures { pixels, duration }) in measured {
                let (width, height) = (pixels.map(|pixels| pixels.width), pixels.map(|pixels| pixels.height));
                update.execute(params![content, width, height, duration])?;
            }
            Ok(())
        })
    }
}

/// As they stand in the columns.
fn texts_of(place: &Place) -> [Option<&str>; 4] {
    let Place { country, country_code, region, city } = place;
    [Some(country), Some(country_code), region.as_deref(), city.as_deref()]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{FACTS, Facts, FactsReader};
    use crate::category::Said;
    use crate::category::photos::media::{Camera, Embedded, Pixels, Position};
    use crate::contents::Content;
    use crate::library::catalog::Catalog;
    use crate::library::catalog::put::PutContents;
    use crate::place::Place;

    fn read(catalog: &Catalog) -> Vec<Facts> {
        let mut statement =
            catalog.connection.prepare(&format!("SELECT id, {FACTS} FROM contents ORDER BY id")).unwrap();
        let mut reader = FactsReader::default();
        let rows = statement.query_map([], |row| reader.read(row, 1)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn facts_come_back_as_they_were_recorded_and_share_their_texts() {
        let folder = tempfile::tempdir().unwrap();
        let mut catalog = Catalog::open_file(folder.path().join("catalog.sqlite")).unwrap();
        let lake = Place {
            country: "Switzerland".into(),
            country_code: "CH".into(),
            region: Some("Zurich".into()),
            city: None,
        };
        let embedded = Embedded {
            position: Some(Position { latitude: 47.25, longitude: -8.625 }),
            pixels: Pixels::new(4032, 3024),
            duration: Some(1.91),
            camera: Camera::new(Some("Apple".into()), None),
            ..Embedded::default()
        };
        let known = Said { embedded, place: Some(Arc::new(lake.clone())), ..Said::default() };
        let content = Content { blake3: blake3::hash(b"a photo"), size: 9, crc32: 1 };
        let other = Place { city: Some("Zürich".into()), ..lake.clone() };
        let elsewhere = Said { place: Some(Arc::new(other.clone())), ..known.clone() };
        let all = [&known, &Said::default(), &known, &elsewhere];
        catalog
            .write(|tx| {
                let mut put = PutContents::into(tx)?;
                all.iter().try_for_each(|said| put.insert(&content, said).map(|_| ()))
            })
            .unwrap();
        let facts = read(&catalog);
        assert_eq!(facts.len(), 4);
        assert_eq!(facts[3].place.as_deref(), Some(&other));
        for known in [&facts[0], &facts[2]] {
            assert_eq!(known.position, Some(Position { latitude: 47.25, longitude: -8.625 }));
            assert_eq!((known.pixels, known.duration), (Pixels::new(4032, 3024), Some(1.91)));
            assert_eq!(known.camera.name(), Some("Apple"));
            assert_eq!(known.place.as_deref(), Some(&lake));
        }
        assert!(Arc::ptr_eq(facts[0].place.as_ref().unwrap(), facts[2].place.as_ref().unwrap()));
        let Facts { position, pixels, duration, camera, place } = &facts[1];
        assert_eq!((position, pixels, duration, camera.name(), place), (&None, &None, &None, None, &None));
    }

    #[test]
    fn sizes_that_nobody_wrote_are_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open_file(folder.path().join("catalog.sqlite")).unwrap();
        let sql = "INSERT INTO contents (blake3, size, crc32, width, height) VALUES \
                   ('', 9, 1, 0, 9), ('', 9, 1, -4, 9), ('', 9, 1, 9, NULL), ('', 9, 1, 9, 4294967296)";
        catalog.connection.execute_batch(sql).unwrap();
        assert!(read(&catalog).iter().all(|facts| facts.pixels.is_none()));
    }
}
