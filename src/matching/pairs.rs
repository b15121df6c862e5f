//! Halves to Live Photos, and companions to their stills.
//!
//! In: media with their names, rows and embedded metadata. Out: [`Pairs`] and [`Companions`].
//! Never: joins halves whose identifiers differ.
//! The one surprise: a pair is made by Apple's content identifier wherever the halves are; by name
//! only with guards, because camera counters wrap and `IMG_0861.MOV` may be another year's video
//! (immich-go #1281).

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{NaiveDateTime, TimeDelta};

use crate::contents::Content;
use crate::matching::assets::Medium;
use crate::media::{Format, Kind};

/// A movie larger than this is not the movie of a Live Photo, when only names say so.
const LARGEST_MOVIE: u64 = 60_000_000;
/// How far the dates of two halves may lie apart, when only names say that they belong together.
const SAME_TAKE: TimeDelta = TimeDelta::seconds(120);

/// Which movie belongs to which still; indices into the media.
#[derive(Default)]
pub(super) struct Pairs {
    /// Of every still of a Live Photo, its movie.
    pub(super) movie: HashMap<usize, usize>,
    /// Of every paired movie, the still that it stands beside.
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
    let stills: Vec<usize> = (0..media.len())
        .filter(|&m| media[m].kind == Kind::Photo && media[m].format.is_still_of_live_photo())
        .collect();
    let movies: Vec<usize> = (0..media.len()).filter(|&m| media[m].format.is_movie_of_live_photo()).collect();
    let mut pairs = Pairs::default();
    pair_by_identifier(media, &stills, &movies, &mut pairs);
    pair_by_name(media, &stills, &movies, &mut pairs);
    pairs
}

fn pair_by_identifier(media: &[Medium<'_>], stills: &[usize], movies: &[usize], pairs: &mut Pairs) {
    let mut of: HashMap<&str, Vec<usize>> = HashMap::new();
    for &still in stills {
        if let Some(id) = &media[still].content.embedded.content_identifier {
            of.entry(id).or_default().push(still);
        }
    }
    let mut candidates = Vec::new();
    for &movie in movies {
        let Some(id) = &media[movie].content.embedded.content_identifier else { continue };
        for &still in of.get(id.as_ref()).into_iter().flatten() {
            let beside = share_stem(&media[still], &media[movie]);
            let same_stem = beside || media[still].stem() == media[movie].stem();
            let apart = media[still].is_shared() != media[movie].is_shared();
            candidates.push((apart, !beside, !same_stem, !is_heic(&media[still]), still, movie));
        }
    }
    candidates.sort();
    for (_, not_beside, _, _, still, movie) in candidates {
        let free = !pairs.first_still.contains_key(&movie);
        // bytes that two stills name as their movie, each beside its own copy
        let second = !not_beside && media[movie].entries.len() > 1;
        if !pairs.movie.contains_key(&still) && (free || second) {
            pairs.join(still, movie);
        }
    }
}

/// Where a medium's name stands: part, folder and stem.
type Stem<'a> = (usize, &'a str, String);

/// The media that bear one of these stems; the others are many, and are not indexed.
fn by_stem<'a>(
    media: &'a [Medium<'_>],
    among: impl Iterator<Item = usize>,
    wanted: &HashSet<Stem<'a>>,
) -> HashMap<Stem<'a>, Vec<usize>> {
    let mut at: HashMap<Stem<'a>, Vec<usize>> = HashMap::new();
    if wanted.is_empty() {
        return at;
    }
    for index in among {
        for stem in media[index].stems().into_iter().filter(|stem| wanted.contains(stem)) {
            at.entry(stem).or_default().push(index);
        }
    }
    at
}

fn pair_by_name(media: &[Medium<'_>], stills: &[usize], movies: &[usize], pairs: &mut Pairs) {
    let small = |m: &&usize| media[**m].content.size <= LARGEST_MOVIE;
    let movies: Vec<usize> =
        movies.iter().filter(small).filter(|m| !pairs.first_still.contains_key(m)).copied().collect();
    let wanted = movies.iter().flat_map(|&m| media[m].stems()).collect();
    let stills = stills.iter().filter(|s| !pairs.movie.contains_key(s)).copied();
    let at = by_stem(media, stills, &wanted);
    let mut candidates = Vec::new();
    for &movie in &movies {
        for key in media[movie].stems() {
            for &still in at.get(&key).into_iter().flatten() {
                if may_be_one(&media[still], &media[movie]) {
                    let same_name = media[still].stem() == media[movie].stem();
                    candidates.push((!same_name, !is_heic(&media[still]), still, movie));
                }
            }
        }
    }
    candidates.sort();
    candidates.dedup();
    for (_, _, still, movie) in candidates {
        let free = !pairs.first_still.contains_key(&movie);
        let second = media[movie].entries.len() > 1 && share_stem(&media[still], &media[movie]) && {
            let first = pairs.first_still.get(&movie).map(|&s| &media[s]);
            first.is_some_and(|first| !share_stem(first, &media[still]))
        };
        if !pairs.movie.contains_key(&still) && (free || second) {
            pairs.join(still, movie);
        }
    }
}

fn is_heic(medium: &Medium<'_>) -> bool {
    matches!(medium.format, Format::Heic | Format::Heif)
}

fn share_stem(a: &Medium<'_>, b: &Medium<'_>) -> bool {
    let stems = a.stems();
    b.stems().iter().any(|stem| stems.contains(stem))
}

/// The guards of a pair by name: identifiers that do not differ, rows or embedded times close.
fn may_be_one(still: &Medium<'_>, movie: &Medium<'_>) -> bool {
    let ids = (&still.content.embedded.content_identifier, &movie.content.embedded.content_identifier);
    if let (Some(a), Some(b)) = ids
        && a != b
    {
        return false;
    }
    if let (Some(a), Some(b)) = (still.created(), movie.created()) {
        return (a - b).abs() <= SAME_TAKE;
    }
    embedded_apart(still.content, movie.content).is_none_or(|apart| apart <= SAME_TAKE)
}

/// How far the embedded times of two files lie apart, where both have one. A local time and a UTC
/// instant are compared up to a zone offset, a multiple of 15 minutes.
fn embedded_apart(still: &Content, movie: &Content) -> Option<TimeDelta> {
    let local = |c: &Content| c.embedded.exif.or(c.embedded.quicktime);
    let instant = |c: &Content| -> Option<NaiveDateTime> {
        let with_offset =
            local(c).and_then(|l| Some(l.time - TimeDelta::seconds(l.offset?.local_minus_utc().into())));
        with_offset.or_else(|| local(c).is_none().then_some(c.embedded.utc).flatten())
    };
    if let (Some(a), Some(b)) = (local(still), local(movie)) {
        return Some((a.time - b.time).abs());
    }
    if let (Some(a), Some(b)) = (instant(still), instant(movie)) {
        return Some((a - b).abs());
    }
    let quarter = 15 * 60;
    let (local, utc) = match (local(still), local(movie)) {
        (Some(l), None) => (l.time, movie.embedded.utc?),
        (None, Some(l)) => (l.time, still.embedded.utc?),
        _ => return None,
    };
    let apart = (local - utc).num_seconds();
    if !(-12 * 3600 - 120..=14 * 3600 + 120).contains(&apart) {
        return Some(TimeDelta::seconds(apart.abs()));
    }
    let rest = apart.rem_euclid(quarter);
    Some(TimeDelta::seconds(rest.min(quarter - rest)))
}

/// Which files go with which still; indices into the media.
#[derive(Default)]
pub(super) struct Companions {
    /// Of every companion, its still.
    pub(super) of: HashMap<usize, usize>,
    /// Of every still, its companions.
    pub(super) with: BTreeMap<usize, Vec<usize>>,
}

/// Adjustments and RAW files go with the still of their stem and folder.
pub(super) fn companions(media: &[Medium<'_>], pairs: &Pairs) -> Companions {
    let mut companions = Companions::default();
    let is_companion = |m: &Medium<'_>| m.kind == Kind::Adjustment || m.is_raw();
    // RAW files first, so that an adjustment of a RAW that is itself a companion finds its still
    let (raws, adjustments): (Vec<usize>, Vec<usize>) =
        (0..media.len()).filter(|&m| is_companion(&media[m])).partition(|&m| media[m].is_raw());
    let stems = |index: usize| -> Vec<Stem<'_>> {
        let mut stems = media[index].stems();
        let originals: Vec<_> =
            stems.iter().filter_map(|(p, f, s)| Some((*p, *f, original_stem(s)?))).collect();
        stems.extend(originals);
        stems
    };
    let may_have = |&m: &usize| {
        !matches!(media[m].kind, Kind::Adjustment | Kind::Other) && !pairs.first_still.contains_key(&m)
    };
    let wanted = raws.iter().chain(&adjustments).flat_map(|&index| stems(index)).collect();
    let at = by_stem(media, (0..media.len()).filter(may_have), &wanted);
    for index in raws.into_iter().chain(adjustments) {
        let medium = &media[index];
        let still = stems(index)
            .iter()
            .flat_map(|key| at.get(key).into_iter().flatten().copied())
            .filter(|&s| s != index && !companions.of.contains_key(&s))
            .filter(|&s| !(medium.is_raw() && (media[s].is_raw() || media[s].kind == Kind::Video)))
            .min_by_key(|&s| {
                let m = &media[s];
                (m.kind != Kind::Photo, m.is_raw(), !is_heic(m), s)
            });
        if let Some(still) = still {
            companions.of.insert(index, still);
            companions.with.entry(still).or_default().push(index);
        }
    }
    companions
}

/// `IMG_O1853` names the original adjustment of `IMG_1853`.
pub(crate) fn original_stem(stem: &str) -> Option<String> {
    let (head, tail) = stem.split_once("_o")?;
    tail.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("{head}_{tail}"))
}
