//! Where photos and videos say that they were taken.

use std::collections::HashMap;

use crate::category::photos::media::Position;
use crate::error::Error;
use crate::library::catalog::Catalog;

impl Catalog {
    /// The positions of bytes that have one, by their id in the catalog. What is no place on earth is left out.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn positions(&self) -> Result<HashMap<i64, Position>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT id, latitude, longitude FROM contents WHERE latitude IS NOT NULL AND longitude IS NOT NULL",
            )?;
            let mut rows = statement.query([])?;
            let mut found = HashMap::new();
            while let Some(row) = rows.next()? {
                let position = Position { latitude: row.get(1)?, longitude: row.get(2)? };
                if position.latitude.abs() <= 90.0 && position.longitude.abs() <= 180.0 {
                    found.insert(row.get(0)?, position);
                }
            }
            Ok(found)
        })
    }
}
