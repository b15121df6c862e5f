//! The borders of time zones, which are those of countries and their parts.
//!
//! They (crate `tzf-rs`) are made from OpenStreetMap and are under the Open Database License (ODbL) 1.0: whatever ships
//! them must say "© OpenStreetMap contributors, ODbL 1.0".

use std::sync::LazyLock;

use chrono_tz::Tz;
use tzf_rs::EmbeddedFinder;

use crate::place::Position;

/// Opened for the first photo that needs it, which takes about 10 ms and 6 MB.
static BORDERS: LazyLock<EmbeddedFinder> = LazyLock::new(EmbeddedFinder::new);

/// The time zone at a position, if it is on land or in territorial waters. The nautical zones at sea (`Etc/GMT+3`)
/// count as none, because nobody sets a camera by them.
pub fn zone(position: Position) -> Option<Tz> {
    let name = BORDERS.get_tz_name(position.longitude, position.latitude);
    if name.starts_with("Etc/") { None } else { name.parse().ok() }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::zone;
    use crate::place::Position;

    #[test]
    fn land_has_a_zone_and_the_sea_has_none() {
        let cases = [
            (47.3769, 8.5417, Some(Tz::Europe__Zurich)),
            (34.6648, -86.4704, Some(Tz::America__Chicago)),
            (-33.8688, 151.2093, Some(Tz::Australia__Sydney)),
            (30.0, -40.0, None),
        ];
        for (latitude, longitude, expected) in cases {
            assert_eq!(zone(Position { latitude, longitude }), expected, "{latitude}, {longitude}");
        }
    }
}
