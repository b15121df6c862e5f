//! Groups of photos that look alike. Pure: the same photos in any order come to the same groups.
//!
//! Photos are taken in order, best first. Each joins the group of the photo that it looks most like, of those that are
//! better and in no other's group; one that looks like none may be the first of a group of its own. So every photo
//! of a group looks like the best of it, and no chain of small steps leads from a face to a sunset.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::kinship::{
    Kinship, area, follow_each_other, has_camera, is_from_shared_album, is_screenshot, kinship, original_name,
    stem,
};
use super::look::{Part, View};
use super::near::Near;
use super::{Group, Photo, Sight};

/// Hashes that differ in more bits are of other pictures.
pub const MOST_BITS: u32 = 8;
/// An edit may differ from its original in so many, because names and times say that it is one.
const MOST_BITS_OF_AN_EDIT: u32 = 24;
/// The least agreement of the grains.
const LEAST_AGREEMENT: f64 = 0.9;

/// Groups of two and more, by the path of the best in each.
pub fn groups(photos: &[Photo<'_>]) -> Vec<Group> {
    let mut order: Vec<usize> = (0..photos.len()).collect();
    let names: HashSet<String> = photos.iter().map(|photo| stem(photo.name).to_lowercase()).collect();
    order.sort_by_cached_key(|index| photos.get(*index).map(|photo| standing(photo, &names)));
    let mut firsts = Firsts { photos, near: Near::default(), views: Vec::new(), by_name: HashMap::new() };
    let mut joined: HashMap<usize, Vec<(usize, Sight)>> = HashMap::new();
    for (rank, &index) in order.iter().enumerate() {
        let Some(photo) = photos.get(index) else { continue };
        match firsts.like(photo) {
            Some((first, sight)) => joined.entry(first).or_default().push((index, sight)),
            None => firsts.add(index, rank, photo),
        }
    }
    let mut groups: Vec<Group> = joined.into_iter().map(|(first, others)| group(photos, first, others)).collect();
    groups.sort_by_key(|group| group.members.first().and_then(|best| photos.get(best.index)).map(|p| p.path));
    groups
}

/// The order of photos, best first: original over edit over screenshot, more pixels, favourite, from the owner's own
/// library, as a camera wrote it; then by path.
fn standing<'p>(
    photo: &Photo<'p>,
    names: &HashSet<String>,
) -> (u8, Reverse<u64>, bool, bool, bool, &'p str) {
    let is_edit = original_name(photo.name).is_some_and(|original| names.contains(&original));
    let rank = match (is_screenshot(photo), is_edit) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    };
    (rank, Reverse(area(photo)), !photo.favorite, is_from_shared_album(photo), !has_camera(photo), photo.path)
}

/// Photos that are the first of their groups, so far.
struct Firsts<'a, 'p> {
    photos: &'a [Photo<'p>],
    near: Near,
    /// What the numbers in `near` stand for: a photo, its place in the order, and which of its views.
    views: Vec<(usize, usize, usize)>,
    /// By their names without the ending, in lower case.
    by_name: HashMap<String, Vec<usize>>,
}

impl Firsts<'_, '_> {
    fn add(&mut self, index: usize, rank: usize, photo: &Photo<'_>) {
        for (number, view) in photo.look.views.iter().enumerate() {
            let Ok(id) = u32::try_from(self.views.len()) else { return };
            self.near.insert(view.hash, id);
            self.views.push((index, rank, number));
        }
        self.by_name.entry(stem(photo.name).to_lowercase()).or_default().push(index);
    }

    /// The first that a photo looks most like.
    fn like(&self, photo: &Photo<'_>) -> Option<(usize, Sight)> {
        if let Some(found) = self.original_of(photo) {
            return Some(found);
        }
        let mut best: Option<((bool, u32, usize), usize, Sight)> = None;
        for own in photo.look.as_copy() {
            self.near.each(own.hash, MOST_BITS, &mut |id| {
                let at = usize::try_from(id).ok().and_then(|id| self.views.get(id));
                let Some(&(index, rank, number)) = at else { return };
                let theirs = self.photos.get(index).and_then(|photo| photo.look.views.get(number));
                let Some(sight) = theirs.and_then(|theirs| sight(theirs, own)) else { return };
                // a crop that fits is no crop where the whole fits too
                let key = (sight.part == Part::Crop, sight.distance, rank);
                if best.as_ref().is_none_or(|(least, ..)| key < *least) {
                    best = Some((key, index, sight));
                }
            });
        }
        best.map(|(_, index, sight)| (index, sight))
    }

    /// The original of an edit, by its name and time. An edit may be cropped anyhow, and hardly look like it.
    fn original_of(&self, edit: &Photo<'_>) -> Option<(usize, Sight)> {
        let named = self.by_name.get(&original_name(edit.name)?)?;
        let sights = named.iter().filter_map(|index| {
            let original = self.photos.get(*index)?;
            let is_of_it = original.captured == edit.captured && edit.captured.is_some();
            let sights = original.look.views.iter().flat_map(|theirs| {
                edit.look.as_copy().map(move |own| Sight::new(theirs, own))
            });
            let closest = sights.min_by_key(|sight| sight.distance)?;
            (is_of_it && closest.distance <= MOST_BITS_OF_AN_EDIT).then_some((*index, closest))
        });
        sights.min_by_key(|(index, sight)| (sight.distance, self.photos.get(*index).map(|photo| photo.path)))
    }
}

/// How one view looks like another, if it does.
fn sight(theirs: &View, own: &View) -> Option<Sight> {
    let sight = Sight::new(theirs, own);
    (theirs.is_shaped_as(own) && sight.distance <= MOST_BITS && sight.agreement >= LEAST_AGREEMENT)
        .then_some(sight)
}

fn group(photos: &[Photo<'_>], first: usize, others: Vec<(usize, Sight)>) -> Group {
    let members: Vec<usize> = std::iter::once(first).chain(others.iter().map(|(index, _)| *index)).collect();
    let in_one_go = in_one_go(photos, first, members);
    let kinships: BTreeSet<Kinship> = others
        .iter()
        .filter_map(|(index, sight)| {
            let (best, photo) = photos.get(first).zip(photos.get(*index))?;
            Some(kinship(best, photo, *sight, in_one_go.contains(index)))
        })
        .collect();
    let others = others.into_iter().map(|(index, sight)| super::Member { index, distance: sight.distance });
    let first = super::Member { index: first, distance: 0 };
    Group { kinships, members: std::iter::once(first).chain(others).collect() }
}

/// Those of a group that one camera took in one row with the first, each within seconds of the one before.
fn in_one_go(photos: &[Photo<'_>], first: usize, mut members: Vec<usize>) -> HashSet<usize> {
    members.retain(|index| {
        let pair = photos.get(first).zip(photos.get(*index));
        pair.is_some_and(|(first, other)| first.camera == other.camera && other.captured.is_some())
    });
    members.sort_by_key(|index| photos.get(*index).map(|photo| (photo.captured, photo.path)));
    let Some(start) = members.iter().position(|index| *index == first) else { return HashSet::new() };
    let follows = |pair: &[usize]| match pair {
        [one, other] => photos.get(*one).zip(photos.get(*other)).is_some_and(|(a, b)| follow_each_other(a, b)),
        _ => false,
    };
    let (before, after) = members.split_at(start);
    let mut row: Vec<usize> = vec![first];
    let before: Vec<usize> = std::iter::once(first).chain(before.iter().rev().copied()).collect();
    for side in [before.as_slice(), after] {
        row.extend(side.windows(2).take_while(|pair| follows(pair)).filter_map(|pair| pair.last()));
    }
    row.into_iter().collect()
}
