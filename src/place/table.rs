//! The table of countries, regions and towns that lies in the binary, unpacked when it is first asked.
//!
//! Countries, regions and towns are those of GeoNames (geonames.org, CC BY 4.0): towns of 1,000 people and more, and
//! capitals. Which country a time zone is in is told by `zone.tab` of the IANA Time Zone Database, which is in the
//! public domain. `pack.py` made the table and says how it is laid out.

use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;

static PACKED: &[u8] = include_bytes!("places.deflate");

/// Unpacked for the first photo with a position, which takes about 30 ms and 8 MB of memory.
pub static TABLE: LazyLock<Table> = LazyLock::new(|| Table::unpacked(PACKED).unwrap_or_default());

/// Rows and columns of squares that have a side of one degree.
pub const ROWS: usize = 180;
pub const COLUMNS: usize = 360;
/// Columns of the table that have a byte for each town.
const PLANES: usize = 7;

/// An index into the regions of a [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionId(u16);

/// A country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2, and `XK` for Kosovo.
    pub code: &'static str,
    /// English.
    pub name: &'static str,
}

/// A town of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Town {
    pub latitude: f32,
    pub longitude: f32,
    pub population: f32,
    pub region: RegionId,
    /// Its line among the names.
    index: u32,
}

/// Countries, regions and towns, and how towns are found by where they are.
#[derive(Debug, Default)]
pub struct Table {
    countries: HashMap<&'static str, &'static str>,
    /// Country code and name, which may be empty.
    regions: Vec<(&'static str, &'static str)>,
    /// The codes of the countries that a zone is in.
    zones: HashMap<&'static str, Vec<&'static str>>,
    names: Vec<&'static str>,
    towns: Vec<Town>,
    /// Where the towns of each square begin, row by row, and at last where all end.
    squares: Vec<usize>,
}

impl Table {
    /// `None` if the bytes are no table, which a test rules out for those in the binary.
    fn unpacked(packed: &[u8]) -> Option<Table> {
        let mut raw = Vec::new();
        DeflateDecoder::new(packed).read_to_end(&mut raw).ok()?;
        let number = |at: usize| Some(u32::from_le_bytes(raw.get(at..at + 4)?.try_into().ok()?) as usize);
        let (count, length) = (number(0)?, number(4)?);
        // it lives as long as the program, once, so that nobody has to copy a name
        let text: &'static str = String::from_utf8(raw.get(8..8 + length)?.to_vec()).ok()?.leak();
        let blocks: Vec<&'static str> = text.split('\0').collect();
        let [countries, regions, zones, names] = blocks.as_slice() else { return None };
        let pairs = |block: &'static str| block.lines().filter_map(|line| line.split_once('\t'));
        let planes = raw.get(8 + length..).filter(|planes| planes.len() == count * PLANES)?;
        let mut table = Table {
            countries: pairs(countries).collect(),
            regions: pairs(regions).collect(),
            zones: pairs(zones).map(|(zone, codes)| (zone, codes.split(',').collect())).collect(),
            names: names.lines().collect(),
            towns: (0..count).map(|index| town(planes, count, index)).collect(),
            squares: Vec::new(),
        };
        if table.names.len() != count || table.towns.iter().any(|town| table.region(town.region).is_none()) {
            return None;
        }
        let squares: Vec<usize> = table
            .towns
            .iter()
            .map(|town| square(row(town.latitude.into()), column(town.longitude.into())))
            .collect();
        if !squares.is_sorted() {
            return None;
        }
        table.squares =
            (0..=ROWS * COLUMNS).map(|at| squares.partition_point(|square| *square < at)).collect();
        Some(table)
    }

    /// The codes of the countries that a time zone is in: one but for few zones, none if it is unknown.
    pub fn countries_of(&self, zone: &str) -> &[&'static str] {
        self.zones.get(zone).map_or(&[], Vec::as_slice)
    }

    pub fn country(&self, code: &str) -> Option<Country> {
        self.countries.get_key_value(code).map(|(code, name)| Country { code, name })
    }

    /// The code of a region's country, and its name unless it has none.
    pub fn region(&self, region: RegionId) -> Option<(&'static str, Option<&'static str>)> {
        let (code, name) = self.regions.get(usize::from(region.0))?;
        Some((code, Some(*name).filter(|name| !name.is_empty())))
    }

    pub fn name(&self, town: &Town) -> &'static str {
        self.names.get(town.index as usize).copied().unwrap_or_default()
    }

    /// The towns in neighbouring squares of one row.
    pub fn towns(&self, row: usize, columns: Range<usize>) -> &[Town] {
        let begin = |column| self.squares.get(square(row, column)).copied().unwrap_or_default();
        self.towns.get(begin(columns.start)..begin(columns.end)).unwrap_or_default()
    }
}

/// The row of squares that a latitude is in.
pub fn row(latitude: f64) -> usize {
    ((latitude + 90.0) as usize).min(ROWS - 1)
}

/// The column of squares that a longitude is in.
pub fn column(longitude: f64) -> usize {
    ((longitude + 180.0) as usize).min(COLUMNS - 1)
}

fn square(row: usize, column: usize) -> usize {
    row * COLUMNS + column
}

fn town(planes: &[u8], count: usize, index: usize) -> Town {
    let byte = |plane: usize| planes.get(plane * count + index).copied().unwrap_or_default();
    let word = |plane| u16::from_be_bytes([byte(plane), byte(plane + 1)]);
    Town {
        latitude: f32::from(word(0)) / 65536.0 * 180.0 - 90.0,
        longitude: f32::from(word(2)) / 65536.0 * 360.0 - 180.0,
        population: (f32::from(byte(6)) / 8.0).exp2(),
        region: RegionId(word(4)),
        index: index as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::{PACKED, Table};

    #[test]
    fn the_table_in_the_binary_is_whole() {
        let table = Table::unpacked(PACKED).unwrap();
        assert!(table.towns.len() > 140_000 && table.countries.len() > 240, "{}", table.towns.len());
        for (code, _) in &table.regions {
            assert!(table.country(code).is_some(), "{code}");
        }
        for (zone, codes) in &table.zones {
            assert!(!codes.is_empty() && codes.iter().all(|code| table.country(code).is_some()), "{zone}");
        }
        let names = table.names.iter().chain(table.countries.values());
        for name in names.chain(table.regions.iter().map(|(_, name)| name)) {
            assert!(!name.contains(char::is_control) && name.trim() == *name, "{name:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_table_are_refused() {
        for length in [0, 1, 100, PACKED.len() / 2, PACKED.len() - 1] {
            assert!(Table::unpacked(&PACKED[..length]).is_none(), "{length}");
        }
    }
}
