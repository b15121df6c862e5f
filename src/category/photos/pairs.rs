//! Halves to Live Photos, and companions to their stills. Halves whose identifiers differ are never joined.
//!
//! Apple's content identifier makes a pair wherever the halves are. A name makes one only under conditions,
//! because camera counters wrap and `IMG_0861.MOV` may be another year's video (immich-go #1281).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::ops::RangeInclusive;

use chrono::{NaiveDateTime, TimeDelta};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::category::photos::Said;
use crate::category::photos::assets::Medium;
use crate::category::photos::media::{Format, Kind, LocalTime};
use crate::contents::PartId;

/// A movie larger than this is not the movie of a Live Photo, when only names say so.
const LARGEST_MOVIE: u64 = 60_000_000;
/// How far the dates of two halves may lie apart, when only names say that they belong together.
const SAME_TAKE: TimeDelta = TimeDelta::seconds(120);
/// How far clocks are ahead of UTC, in seconds, with what may lie between two halves.
const ZONES: RangeInclusive<i64> = -12 * 3600 - 120..=14 * 3600 + 120;
/// Movies of one name in one folder that a still is compared with; of more nobody can tell by their names
/// which is its own, unless it is among these.
const MOST_LOOKS: usize = 64;

/// Which movie belongs to which still; indices into the media.
#[derive(Default)]
pub(super) struct Pairs {
    /// The movie of every still that is half of a Live Photo.
    pub(super) movie: HashMap<usize, usize>,
    /// The still beside which each paired movie stands.
    pub(super) first_still: HashMap<usize, usize>,
}

impl Pairs {
    fn join(&mut self, still: usize, movie: usize) {
        self.movie.insert(still, movie);
        let first = self.first_still.entry(movie).or_insert(still);
        *first = (*first).min(still);
    }
}

/// Finds the halves of Live Photos.
pub(super) fn pair(media: &[Medium<'_>]) -> Pairs {
    let mut stills: Vec<usize> = (0..media.len())
        .filter(|&m| media[m].kind == Kind::Photo && media[m].format.is_still_of_live_photo())
        .collect();
    let mut movies: Vec<usize> =
        (0..media.len()).filter(|&m| media[m].format.is_movie_of_live_photo()).collect();
    let mut pairs = Pairs::default();
    pair_by_identifier(media, &stills, &movies, &mut pairs);
    stills.retain(|still| !pairs.movie.contains_key(still));
    movies.retain(|movie| {
        media[*movie].content.size <= LARGEST_MOVIE && !pairs.first_still.contains_key(movie)
    });
    pair_by_name(media, &stills, &movies, &mut pairs);
    pairs
}

/// A still or movie, and the places where it may find its other half.
struct Half<K> {
    medium: usize,
    places: Vec<K>,
}

/// Movies that wait for their stills, by the places where they may find one.
struct Waiting<'a, K> {
    media: &'a [Medium<'a>],
    free: HashMap<&'a K, BTreeSet<usize>>,
    places: HashMap<usize, &'a [K]>,
    copies: Copies,
}

impl<'a, K: Eq + Hash> Waiting<'a, K> {
    fn new(media: &'a [Medium<'a>], movies: &'a [Half<K>], copies: Copies) -> Self {
        let mut free: HashMap<&K, BTreeSet<usize>> = HashMap::new();
        for movie in movies {
            movie.places.iter().for_each(|place| _ = free.entry(place).or_default().insert(movie.medium));
        }
        let places = movies.iter().map(|movie| (movie.medium, movie.places.as_slice())).collect();
        Waiting { media, free, places, copies }
    }

    /// Gives each still, in this order, the first movie of its places that may be its half.
    fn join(&mut self, stills: &[Half<K>], may_be_one: &dyn Fn(usize, usize) -> bool, pairs: &mut Pairs) {
        for still in stills {
            if pairs.movie.contains_key(&still.medium) {
                continue;
            }
            let first = |free: &BTreeSet<usize>| {
                free.iter().copied().take(MOST_LOOKS).find(|&movie| may_be_one(still.medium, movie))
            };
            let here = still.places.iter().filter_map(|place| self.free.get(place));
            if let Some(movie) = here.filter_map(first).min() {
                pairs.join(still.medium, movie);
                self.take(movie, still);
            }
        }
    }

    fn take(&mut self, movie: usize, still: &Half<K>) {
        let stays = self.copies == Copies::EachBesideItsStill && self.media[movie].entries.len() > 1;
        let everywhere = self.places.get(&movie).copied().unwrap_or_default();
        for place in if stays { &still.places } else { everywhere } {
            self.free.get_mut(place).map(|free| free.remove(&movie));
        }
    }
}

/// Whether the copies of a movie can be halves of several stills.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copies {
    AreOne,
    EachBesideItsStill,
}

/// Where several halves have one identifier, those that stand side by side belong together, then those of one
/// stem; shared albums have halves of their own.
fn pair_by_identifier(media: &[Medium<'_>], stills: &[usize], movies: &[usize], pairs: &mut Pairs) {
    let of = |is_movie: bool, halves: &[usize]| -> Vec<(&str, bool, usize)> {
        let identifier = |&half: &usize| media[half].said.embedded.content_identifier.as_deref();
        halves.iter().filter_map(|half| Some((identifier(half)?, is_movie, *half))).collect()
    };
    let mut halves = of(false, stills);
    halves.append(&mut of(true, movies));
    halves.sort_unstable();
    for halves in halves.chunk_by(|(a, ..), (b, ..)| a == b) {
        let (stills, movies) = halves.split_at(halves.partition_point(|(_, is_movie, _)| !is_movie));
        match (stills, movies) {
            ([], _) | (_, []) => {}
            ([(.., still)], [(.., movie)]) => pairs.join(*still, *movie),
            _ => {
                let mut stills: Vec<usize> = stills.iter().map(|(.., still)| *still).collect();
                stills.sort_by_key(|&still| (!is_heic(&media[still]), still));
                let movies: Vec<usize> = movies.iter().map(|(.., movie)| *movie).collect();
                pair_several(media, &stills, &movies, pairs);
            }
        }
    }
}

fn pair_several(media: &[Medium<'_>], stills: &[usize], movies: &[usize], pairs: &mut Pairs) {
    for apart in [false, true] {
        let beside = |m: usize, shared| media[m].stems().into_iter().map(|stem| (shared, stem)).collect();
        pair_at(media, stills, movies, apart, Copies::EachBesideItsStill, &beside, pairs);
        let same_stem = |m: usize, shared| vec![(shared, media[m].stem())];
        pair_at(media, stills, movies, apart, Copies::AreOne, &same_stem, pairs);
        pair_at(media, stills, movies, apart, Copies::AreOne, &|_, shared| vec![shared], pairs);
    }
}

/// Joins halves of one identifier that have one of these places in common; of which only one half lies in
/// a shared album if they are to be `apart`.
fn pair_at<K: Eq + Hash>(
    media: &[Medium<'_>],
    stills: &[usize],
    movies: &[usize],
    apart: bool,
    copies: Copies,
    places: &dyn Fn(usize, bool) -> Vec<K>,
    pairs: &mut Pairs,
) {
    let half = |medium, shared| Half { medium, places: places(medium, shared) };
    let movies = movies.iter().filter(|m| !pairs.first_still.contains_key(m));
    let movies: Vec<Half<K>> = movies.map(|&m| half(m, media[m].is_shared())).collect();
    let stills = stills.iter().filter(|s| !movies.is_empty() && !pairs.movie.contains_key(s));
    let stills: Vec<Half<K>> = stills.map(|&s| half(s, media[s].is_shared() != apart)).collect();
    Waiting::new(media, &movies, copies).join(&stills, &|_, _| true, pairs);
}

/// Where a medium's name stands: part, folder and stem.
type Stem<'a> = (PartId, &'a str, String);

fn pair_by_name(media: &[Medium<'_>], stills: &[usize], movies: &[usize], pairs: &mut Pairs) {
    if movies.is_empty() {
        return;
    }
    let half = |&medium: &usize| Half { medium, places: media[medium].stems() };
    let movies: Vec<Half<Stem<'_>>> = movies.iter().map(half).collect();
    let wanted: HashSet<&Stem<'_>> = movies.iter().flat_map(|movie| &movie.places).collect();
    // the others are many, and are not held
    let beside_a_movie = |still: &Half<Stem<'_>>| still.places.iter().any(|stem| wanted.contains(stem));
    let mut stills: Vec<Half<Stem<'_>>> = stills.par_iter().map(half).filter(beside_a_movie).collect();
    stills.sort_by_key(|still| (!is_heic(&media[still.medium]), still.medium));
    let mut waiting = Waiting::new(media, &movies, Copies::EachBesideItsStill);
    for of_one_name in [true, false] {
        let may_be_one = |still: usize, movie: usize| {
            let (still, movie) = (&media[still], &media[movie]);
            (still.stem() == movie.stem()) == of_one_name && may_be_one(still, movie)
        };
        waiting.join(&stills, &may_be_one, pairs);
    }
}

fn is_heic(medium: &Medium<'_>) -> bool {
    matches!(medium.format, Format::Heic | Format::Heif)
}

/// The guards of a pair by name: identifiers that do not differ, rows or embedded times close.
fn may_be_one(still: &Medium<'_>, movie: &Medium<'_>) -> bool {
    let ids = (&still.said.embedded.content_identifier, &movie.said.embedded.content_identifier);
    if let (Some(a), Some(b)) = ids
        && a != b
    {
        return false;
    }
    if let (Some(a), Some(b)) = (still.created(), movie.created()) {
        return (a - b).abs() <= SAME_TAKE;
    }
    embedded_apart(still.said, movie.said).is_none_or(|apart| apart <= SAME_TAKE)
}

/// How far the embedded times of two files lie apart, where both have one.
fn embedded_apart(still: &Said, movie: &Said) -> Option<TimeDelta> {
    let local = |said: &Said| said.embedded.exif.or(said.embedded.quicktime);
    match (local(still), local(movie)) {
        (Some(still), Some(movie)) => Some((still.time - movie.time).abs()),
        (Some(still), None) => Some(apart(still, movie.embedded.utc?)),
        (None, Some(movie)) => Some(apart(movie, still.embedded.utc?)),
        (None, None) => Some((still.embedded.utc? - movie.embedded.utc?).abs()),
    }
}

/// How far a local time lies from an instant; without its offset, from the nearest that some zone could have.
fn apart(local: LocalTime, utc: NaiveDateTime) -> TimeDelta {
    const QUARTER: i64 = 15 * 60;
    let ahead = local.time - utc;
    if let Some(offset) = local.offset {
        return (ahead - TimeDelta::seconds(offset.local_minus_utc().into())).abs();
    }
    let ahead = ahead.num_seconds();
    TimeDelta::seconds(match ZONES.contains(&ahead) {
        true => ahead.rem_euclid(QUARTER).min((-ahead).rem_euclid(QUARTER)),
        false => ahead.abs(),
    })
}

/// Which files go with which still; indices into the media.
#[derive(Default)]
pub(super) struct Companions {
    /// The still of every companion.
    pub(super) of: HashMap<usize, usize>,
    /// The companions of every still that has any.
    pub(super) with: BTreeMap<usize, Vec<usize>>,
}

/// Adjustments and RAW files go with the still of their stem and folder.
pub(super) fn companions(media: &[Medium<'_>], pairs: &Pairs) -> Companions {
    let mut companions = Companions::default();
    let is_companion = |m: &Medium<'_>| m.kind == Kind::Adjustment || m.is_raw();
    let (raws, adjustments): (Vec<usize>, Vec<usize>) =
        (0..media.len()).filter(|&m| is_companion(&media[m])).partition(|&m| media[m].is_raw());
    // RAW files first, so that an adjustment of a RAW that is itself a companion finds its still
    for group in [raws, adjustments] {
        let firsts = firsts(media, pairs, &companions, &group);
        for index in group {
            let still = companion_stems(media, index).iter().filter_map(|stem| firsts.get(stem)).min();
            // a RAW goes with a picture of another kind, or stands for itself
            let is_raw = media[index].is_raw();
            let Some(&(is_video, is_raw_too, _, still)) = still else { continue };
            if !is_raw || !is_video && !is_raw_too {
                companions.of.insert(index, still);
                companions.with.entry(still).or_default().push(index);
            }
        }
    }
    companions
}

/// A still by its rank among those of its stem: photos, then HEIC ones, then in order.
type Ranked = (bool, bool, bool, usize);

/// The first still of each stem that one of these companions has.
fn firsts<'a>(
    media: &'a [Medium<'_>],
    pairs: &Pairs,
    companions: &Companions,
    of: &[usize],
) -> HashMap<Stem<'a>, Ranked> {
    let mut firsts = HashMap::new();
    let wanted: HashSet<Stem<'_>> = of.iter().flat_map(|&index| companion_stems(media, index)).collect();
    let may_have = |m: &usize| {
        let is_still = !matches!(media[*m].kind, Kind::Adjustment | Kind::Other);
        is_still && !pairs.first_still.contains_key(m) && !companions.of.contains_key(m)
    };
    // the others are many, and are not held
    for index in (0..media.len()).filter(|m| !wanted.is_empty() && may_have(m)) {
        let medium = &media[index];
        let rank = (medium.kind != Kind::Photo, medium.is_raw(), !is_heic(medium), index);
        for stem in medium.stems().into_iter().filter(|stem| wanted.contains(stem)) {
            let first = firsts.entry(stem).or_insert(rank);
            *first = rank.min(*first);
        }
    }
    firsts
}

/// The stems of the stills that a companion may belong to.
fn companion_stems<'a>(media: &'a [Medium<'_>], index: usize) -> Vec<Stem<'a>> {
    let mut stems = media[index].stems();
    let originals: Vec<_> = stems.iter().filter_map(|(p, f, s)| Some((*p, *f, original_stem(s)?))).collect();
    stems.extend(originals);
    stems
}

/// `IMG_O1853` names the original adjustment of `IMG_1853`.
fn original_stem(stem: &str) -> Option<String> {
    let (head, tail) = stem.split_once("_o")?;
    tail.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("{head}_{tail}"))
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, NaiveDateTime};

    use super::apart;
    use crate::category::photos::media::LocalTime;

    #[test]
    fn a_local_time_is_compared_up_to_a_zone() {
        let at = |time: &str| -> NaiveDateTime { format!("2024-03-{time}").parse().unwrap() };
        let table = [
            ("03T10:00:00", None, "03T10:00:00", 0),
            ("03T10:00:30", None, "03T09:00:00", 30),
            ("03T09:59:30", None, "03T09:00:00", 30),
            ("03T15:45:00", None, "03T10:00:00", 0),
            ("03T10:07:00", None, "03T10:00:00", 420),
            ("04T00:00:00", None, "03T10:00:00", 0),
            ("04T00:03:00", None, "03T10:00:00", 14 * 3600 + 180),
            ("02T21:00:00", None, "03T10:00:00", 13 * 3600),
            ("03T11:00:00", Some(3600), "03T10:00:00", 0),
            ("03T12:00:00", Some(3600), "03T10:00:00", 3600),
        ];
        for (local, offset, utc, seconds) in table {
            let local = LocalTime { time: at(local), offset: offset.and_then(FixedOffset::east_opt) };
            assert_eq!(apart(local, at(utc)).num_seconds(), seconds, "{local:?} and {utc}");
        }
    }
}
