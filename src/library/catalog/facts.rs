//! What the catalog knows of bytes as something to look at, for runs and for listings alike.

use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::Row;

use crate::category::photos::media::{Camera, Cameras, Pixels, Position};
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

/// Reads [`Facts`] row by row. 100,000 photos come from a dozen cameras and a hundred places, so each is held once.
#[derive(Default)]
pub(super) struct FactsReader {
    cameras: Cameras,
    places: HashSet<Arc<Place>>,
}

impl FactsReader {
    /// The facts in a row, whose columns begin with that of number `first`.
    pub(super) fn read(&mut self, row: &Row<'_>, first: usize) -> rusqlite::Result<Facts> {
        let position = match (row.get(first)?, row.get(first + 1)?) {
            (Some(latitude), Some(longitude)) => Some(Position { latitude, longitude }),
            _ => None,
        };
        let pixels = match (row.get(first + 2)?, row.get(first + 3)?) {
            (Some(width), Some(height)) => Pixels::new(width, height),
            _ => None,
        };
        let camera = Camera::new(row.get(first + 5)?, row.get(first + 6)?);
        Ok(Facts {
            position,
            pixels,
            duration: row.get(first + 4)?,
            camera: self.cameras.share(camera),
            // a catalog of an earlier version, which is only read, has no words yet
            place: self.place(row, first + 7)?.or_else(|| position.and_then(place::at)),
        })
    }

    fn place(&mut self, row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Arc<Place>>> {
        let text =
            |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(first + column)?.map(Into::into));
        let (Some(country), Some(country_code)) = (text(0)?, text(1)?) else { return Ok(None) };
        let place = Place { country, country_code, region: text(2)?, city: text(3)? };
        if let Some(known) = self.places.get(&place) {
            return Ok(Some(known.clone()));
        }
        let place = Arc::new(place);
        self.places.insert(place.clone());
        Ok(Some(place))
    }
}
