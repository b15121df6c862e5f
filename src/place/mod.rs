//! Places: which country, region and town a position lies in, as words of a person.
//!
//! Neither the network nor the machine is asked. The country is that of the time zone whose borders the position is
//! within, for a map of zones has true borders and a list of towns has none; towns are looked for only inside it. At
//! sea there is no place.
//!
//! A photo taken in Passy should say Paris, and one taken in a village half an hour from Paris should not. So the town
//! is not simply the nearest one: every town reaches as far as its people need room, and the position belongs to the
//! one that it is deepest in, or least far outside of. That town is of the same region as the nearest one, or else
//! New York would reach across the river into New Jersey. Where the nearest town is more than 50 km away there are only
//! a region and a country.
//!
//! Borders are those of OpenStreetMap, names those of GeoNames.
//! Where states dispute a border, these words repeat what those two say.

mod borders;
mod table;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

pub use borders::zone;
use table::{COLUMNS, Country, ROWS, RegionId, TABLE, Town, column, row};

/// Whose work the borders and names are; whatever ships or shows them has to say it.
pub const CREDIT: &str = "Time zones and borders © OpenStreetMap contributors, Open Database License (ODbL) 1.0. \
    Names of places by GeoNames (geonames.org), CC BY 4.0.";

/// A town further away than this, in km, is not named: nobody would say that they were there.
const FAR: f64 = 50.0;
/// The town that tells the region is at most this far away.
const FARTHEST: f64 = 200.0;
/// Most positions have a town this near, and then no other needs to be looked at.
const NEAR: f64 = 20.0;
/// Of latitude, anywhere.
const KM_PER_DEGREE: f64 = 111.2;
/// The kilometres that a town reaches, for each square root of its people: nine for Paris, a fifth for a village.
const REACH: f64 = 0.006;
/// No town has forty million people.
const WIDEST_REACH: f64 = 38.0;

/// How finely positions are told apart, in parts of a degree: 11 metres.
const STEPS: f64 = 10_000.0;
/// How many positions are remembered.
const MOST_REMEMBERED: usize = 50_000;

/// A place on earth, in degrees, north and east positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// −90 to 90.
    pub latitude: f64,
    /// −180 to 180.
    pub longitude: f64,
}

/// What a person calls a position; English.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// `Switzerland`.
    pub country: Cow<'static, str>,
    /// ISO 3166-1 alpha-2: `CH`.
    pub country_code: Cow<'static, str>,
    /// The first division of the country: a state, a canton, a province.
    pub region: Option<Cow<'static, str>>,
    /// The town that it lies in, or the nearest one within 50 km.
    pub city: Option<Cow<'static, str>>,
}

impl Place {
    /// `Zürich, Zurich, Switzerland`, without what is not known or was just said: `Oslo, Norway`.
    pub fn words(&self) -> String {
        let words = [self.city.as_deref(), self.region.as_deref(), Some(self.country.as_ref())];
        let mut words: Vec<&str> = words.into_iter().flatten().collect();
        words.dedup();
        words.join(", ")
    }
}

/// The place of a position; `None` at sea, and where there is no such position.
pub fn at(position: Position) -> Option<Arc<Place>> {
    let Position { latitude, longitude } = position;
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        return None;
    }
    // what is asked is the rounded position, so that no answer depends on what was asked before
    let (y, x) = ((latitude * STEPS).round(), (longitude * STEPS).round());
    let key = (y as i32, x as i32);
    if let Some(place) = Remembered::all().by_position.get(&key) {
        return place.clone();
    }
    let place = look_up(Position { latitude: y / STEPS, longitude: x / STEPS });
    Remembered::all().add(key, place)
}

/// Answers, because photos are taken many at a place.
#[derive(Default)]
struct Remembered {
    /// By rounded position.
    by_position: HashMap<(i32, i32), Option<Arc<Place>>>,
    /// Each place once.
    places: HashSet<Arc<Place>>,
}

impl Remembered {
    fn all() -> MutexGuard<'static, Remembered> {
        static REMEMBERED: LazyLock<Mutex<Remembered>> = LazyLock::new(Mutex::default);
        REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&mut self, key: (i32, i32), place: Option<Place>) -> Option<Arc<Place>> {
        if self.by_position.len() >= MOST_REMEMBERED {
            *self = Remembered::default();
        }
        let place = place.map(|place| match self.places.get(&place) {
            Some(known) => known.clone(),
            None => Arc::new(place),
        });
        self.places.extend(place.clone());
        self.by_position.insert(key, place.clone());
        place
    }
}

fn look_up(position: Position) -> Option<Place> {
    let codes = TABLE.countries_of(zone(position)?.name());
    let in_country = |town: &Town| TABLE.region(town.region).is_some_and(|(code, _)| codes.contains(&code));
    let nearest = [NEAR, FARTHEST].into_iter().find_map(|most| {
        let towns = within(position, most).filter(|(_, town)| in_country(town));
        towns.min_by(|(one, _), (other, _)| one.total_cmp(other))
    });
    let Some((distance, nearest)) = nearest else {
        // a zone of several countries with no town near is of the first, which is the one that `zone.tab` gives it
        return TABLE.country(codes.first()?).map(|country| named(country, None, None));
    };
    let (code, region) = TABLE.region(nearest.region)?;
    let city = (distance <= FAR).then(|| city(position, distance, nearest.region)).flatten();
    Some(named(TABLE.country(code)?, region, city))
}

/// The town of this region that the position is deepest in, or least far outside of. `nearest` is the distance of the
/// nearest.
fn city(position: Position, nearest: f64, region: RegionId) -> Option<&'static str> {
    let outside = |(distance, town): &(f64, &Town)| distance - reach(town);
    let towns = within(position, nearest + WIDEST_REACH).filter(|(_, town)| town.region == region);
    let (_, town) = towns.min_by(|one, other| outside(one).total_cmp(&outside(other)))?;
    Some(TABLE.name(town))
}

fn named(country: Country, region: Option<&'static str>, city: Option<&'static str>) -> Place {
    Place {
        country: country.name.into(),
        country_code: country.code.into(),
        region: region.map(Cow::from),
        city: city.map(Cow::from),
    }
}

fn reach(town: &Town) -> f64 {
    REACH * f64::from(town.population).sqrt()
}

/// The towns at most so many kilometres away, each with its distance.
fn within(position: Position, most: f64) -> impl Iterator<Item = (f64, &'static Town)> {
    let degrees = most / KM_PER_DEGREE;
    let (south, north) = (position.latitude - degrees, position.latitude + degrees);
    let poleward = south.abs().max(north.abs());
    // near a pole every meridian is near
    let width = if poleward < 89.0 { degrees / poleward.to_radians().cos() } else { 180.0 };
    let squares = move |row| {
        let (west, east) = (position.longitude - width, position.longitude + width);
        let ranges = match (west < -180.0, east >= 180.0) {
            (true, true) => [0..COLUMNS, 0..0],
            (true, false) => [column(west + 360.0)..COLUMNS, 0..column(east) + 1],
            (false, true) => [column(west)..COLUMNS, 0..column(east - 360.0) + 1],
            (false, false) => [column(west)..column(east) + 1, 0..0],
        };
        ranges.into_iter().flat_map(move |columns| TABLE.towns(row, columns))
    };
    let rows = row(south.max(-90.0))..(row(north.min(90.0)) + 1).min(ROWS);
    let near = rows.flat_map(squares);
    near.map(move |town| (distance(position, town), town)).filter(move |(distance, _)| *distance <= most)
}

/// In kilometres, along a great circle.
fn distance(from: Position, town: &Town) -> f64 {
    let (y, other_y) = (from.latitude.to_radians(), f64::from(town.latitude).to_radians());
    let half = |one: f64, other: f64| ((one - other) / 2.0).sin().powi(2);
    let x = half(from.longitude.to_radians(), f64::from(town.longitude).to_radians());
    let haversine = half(y, other_y) + y.cos() * other_y.cos() * x;
    2.0 * haversine.sqrt().min(1.0).asin().to_degrees() * KM_PER_DEGREE
}
