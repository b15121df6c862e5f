//! Groups of photos that look alike. Pure: the same photos in any order come to the same groups.
//!
//! Photos are taken in order, best first. Each joins the group of the photo that it looks most like, of those that are
//! better and in no other's group; one that looks like none may be the first of a group of its own. So every photo
//! of a group looks like the best of it, and no chain of small steps leads from a face to a sunset.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, FixedOffset};

use super::kinship::{
    Kinship, Moment, area, follow_each_other, has_camera, is_from_shared_album, is_screenshot,
    is_taken_apart, kinship, original_name, stem,
};
use super::look::{Part, View};
use super::near::Near;
use super::{Group, Member, Photo, Sight};

/// Hashes that differ in more bits are of other pictures.
pub const MOST_BITS: u32 = 8;
/// An edit may differ from its original in so many, because names and times say that it is one.
const MOST_BITS_OF_AN_EDIT: u32 = 24;
/// A crop may differ in so many: there are ten of each photo, so chance has ten times the opportunity.
const MOST_BITS_OF_A_CROP: u32 = 6;
/// The least agreement of the grains.
const LEAST_AGREEMENT: f64 = 0.9;
const LEAST_AGREEMENT_OF_A_CROP: f64 = 0.95;

/// Of one name and one moment there are no more originals that an edit is looked for among.
const MOST_NAMESAKES: usize = 16;

/// Groups of two and more, by the path of the best in each.
pub fn groups(photos: &[Photo<'_>]) -> Vec<Group> {
    let mut order: Vec<(usize, &Photo<'_>)> = photos.iter().enumerate().collect();
    let names: HashSet<String> = photos.iter().map(|photo| stem(photo.name).to_lowercase()).collect();
    order.sort_by_cached_key(|(_, photo)| standing(photo, &names));
    let mut firsts = Firsts { photos, near: Near::default(), views: Vec::new(), by_name: HashMap::new() };
    let mut joined: HashMap<usize, Vec<(usize, Sight)>> = HashMap::new();
    for (index, photo) in order {
        match firsts.like(photo) {
            Some((first, sight)) => joined.entry(first).or_default().push((index, sight)),
            None => firsts.add(index, photo),
        }
    }
    let mut groups: Vec<Group> =
        joined.into_iter().map(|(first, others)| group(photos, first, others)).collect();
    groups.sort_by_key(|group| group.members.first().and_then(|best| photos.get(best.index)).map(|p| p.path));
    groups
}

/// The order of photos, best first: original over edit over screenshot, more pixels, favourite, from the owner's own
/// library, as a camera wrote it; then by path.
fn standing<'p>(photo: &Photo<'p>, names: &HashSet<String>) -> (u8, Reverse<u64>, bool, bool, bool, &'p str) {
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
    /// What the numbers in `near` stand for: which of its views, of which photo. Better photos come first.
    views: Vec<(usize, usize)>,
    /// By their names without the ending, in lower case, and their time.
    by_name: HashMap<(String, DateTime<FixedOffset>), Vec<usize>>,
}

impl Firsts<'_, '_> {
    fn add(&mut self, index: usize, photo: &Photo<'_>) {
        for (number, view) in photo.look.views.iter().enumerate() {
            let Ok(id) = u32::try_from(self.views.len()) else { return };
            self.near.insert(view.hash, id);
            self.views.push((index, number));
        }
        if let Some(captured) = photo.captured {
            self.by_name.entry((stem(photo.name).to_lowercase(), captured)).or_default().push(index);
        }
    }

    /// The first that a photo looks most like.
    fn like(&self, photo: &Photo<'_>) -> Option<(usize, Sight)> {
        self.original_of(photo).or_else(|| {
            // a crop that fits is no crop where the whole fits too
            let key = |(id, _, sight): &(u32, usize, Sight)| (sight.part == Part::Crop, sight.distance, *id);
            let mut best: Option<(u32, usize, Sight)> = None;
            for own in photo.look.as_copy() {
                self.near.each(own.hash, MOST_BITS, &mut |id| {
                    let Some((index, sight)) = self.seen(id, own, photo) else { return };
                    let found = (id, index, sight);
                    if best.as_ref().is_none_or(|best| key(&found) < key(best)) {
                        best = Some(found);
                    }
                });
            }
            best.map(|(_, index, sight)| (index, sight))
        })
    }

    /// The first that one of the numbers in `near` stands for, if this view of a photo looks like that.
    fn seen(&self, id: u32, own: &View, photo: &Photo<'_>) -> Option<(usize, Sight)> {
        let (index, number) = *self.views.get(usize::try_from(id).ok()?)?;
        let first = self.photos.get(index)?;
        let sight = sight(first.look.views.get(number)?, own)?;
        // a crop says when and by what the whole was taken, or nothing
        (sight.part != Part::Crop || !is_taken_apart(first, photo)).then_some((index, sight))
    }

    /// The original of an edit, by its name and time. An edit may be cropped anyhow, and hardly look like it.
    fn original_of(&self, edit: &Photo<'_>) -> Option<(usize, Sight)> {
        let named = self.by_name.get(&(original_name(edit.name)?, edit.captured?))?;
        let sights = named.iter().take(MOST_NAMESAKES).filter_map(|index| {
            let theirs = self.photos.get(*index)?.look.views.iter();
            let sights =
                theirs.flat_map(|theirs| edit.look.as_copy().map(move |own| Sight::new(theirs, own)));
            let closest = sights.min_by_key(|sight| sight.distance)?;
            (closest.distance <= MOST_BITS_OF_AN_EDIT).then_some((*index, closest))
        });
        // of equals the first, which is the better one
        sights.min_by_key(|(_, sight)| sight.distance)
    }
}

/// How one view looks like another, if it does.
pub fn sight(theirs: &View, own: &View) -> Option<Sight> {
    let sight = Sight::new(theirs, own);
    let (most, least) = match sight.part {
        Part::Crop => (MOST_BITS_OF_A_CROP, LEAST_AGREEMENT_OF_A_CROP),
        Part::Whole | Part::Inside => (MOST_BITS, LEAST_AGREEMENT),
    };
    (sight.distance <= most && theirs.is_shaped_as(own) && sight.agreement >= least).then_some(sight)
}

fn group(photos: &[Photo<'_>], first: usize, others: Vec<(usize, Sight)>) -> Group {
    let members: Vec<usize> = std::iter::once(first).chain(others.iter().map(|(index, _)| *index)).collect();
    let in_one_go = in_one_go(photos, first, members);
    let kinships: BTreeSet<Kinship> = others
        .iter()
        .filter_map(|(index, sight)| {
            let (best, photo) = photos.get(first).zip(photos.get(*index))?;
            let moment = if in_one_go.contains(index) { Moment::InOneGo } else { Moment::Another };
            Some(kinship(best, photo, *sight, moment))
        })
        .collect();
    let member = |(index, distance): (usize, u32)| Member { index, distance, pixels: photos[index].pixels };
    let others = others.into_iter().map(|(index, sight)| (index, sight.distance));
    Group { kinships, members: std::iter::once((first, 0)).chain(others).map(member).collect() }
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
        [one, other] => {
            photos.get(*one).zip(photos.get(*other)).is_some_and(|(a, b)| follow_each_other(a, b))
        }
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

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use proptest::prelude::*;

    use super::groups;
    use crate::alike::look::{Look, Part, View};
    use crate::alike::{Kinship, Photo};
    use crate::category::photos::media::{Camera, Format};

    /// A photo as a case names it.
    #[derive(Clone)]
    struct Case {
        path: &'static str,
        /// Photos of one scene look alike.
        scene: u64,
        /// Bits of the hash that differ from the scene's.
        turned: Range<u32>,
        captured: &'static str,
        camera: Camera,
        pixels: (u32, u32),
        format: Format,
        favorite: bool,
        /// Shows a part of the scene.
        is_crop: bool,
        is_framed: bool,
    }

    fn iphone() -> Camera {
        Camera::new(Some("Apple".into()), Some("iPhone 15 Pro".into()))
    }

    /// A photo by a telephone.
    fn taken(path: &'static str, captured: &'static str) -> Case {
        Case {
            path,
            scene: 1,
            turned: 0..0,
            captured,
            camera: iphone(),
            pixels: (4032, 3024),
            format: Format::Heic,
            favorite: false,
            is_crop: false,
            is_framed: false,
        }
    }

    /// A file that says nothing of itself.
    fn bare(path: &'static str, pixels: (u32, u32)) -> Case {
        Case { camera: Camera::default(), captured: "", pixels, format: Format::Jpeg, ..taken(path, "") }
    }

    fn noise(seed: u64) -> u64 {
        let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }

    fn view(part: Part, scene: u64, turned: Range<u32>) -> View {
        let mut seed = scene;
        let grain = std::array::from_fn(|_| {
            seed = noise(seed);
            (seed >> 60) as i8 * 8 - 60
        });
        View { part, hash: turned.fold(noise(scene), |hash, bit| hash ^ 1 << bit), shape: 1.33, grain }
    }

    fn look(case: &Case) -> Look {
        let scene = if case.is_crop { case.scene + 1000 } else { case.scene };
        let shown = view(Part::Whole, scene, case.turned.clone());
        match case.is_framed {
            true => Look {
                views: vec![view(Part::Whole, scene + 5000, 0..0), View { part: Part::Inside, ..shown }],
            },
            false => Look { views: vec![shown, view(Part::Crop, scene + 1000, 0..0)] },
        }
    }

    fn photo(case: &Case) -> Photo<'_> {
        Photo {
            path: case.path,
            name: case.path.rsplit('/').next().unwrap(),
            look: look(case),
            captured: case.captured.parse().ok(),
            camera: &case.camera,
            pixels: Some(case.pixels),
            format: case.format,
            favorite: case.favorite,
        }
    }

    /// Paths with their distances.
    type Told = Vec<(&'static str, u32)>;

    /// The groups in words: paths with their distances, best first, and why.
    fn told(cases: &[Case]) -> Vec<(Told, Vec<Kinship>)> {
        let photos: Vec<Photo<'_>> = cases.iter().map(photo).collect();
        let member = |member: &crate::alike::Member| (cases[member.index].path, member.distance);
        groups(&photos)
            .iter()
            .map(|group| {
                (group.members.iter().map(member).collect(), group.kinships.iter().copied().collect())
            })
            .collect()
    }

    #[test]
    fn how_two_came_to_be() {
        let first = || taken("2024/a.HEIC", "2024-03-03T10:05:17.250+01:00");
        let same = "2024-03-03T10:05:17.250+01:00";
        let cases: [(&str, Case, Option<Kinship>); 20] = [
            ("a burst", taken("2024/b.HEIC", "2024-03-03T10:05:17.350+01:00"), Some(Kinship::Burst)),
            ("ten seconds", taken("2024/b.HEIC", "2024-03-03T10:05:27.250+01:00"), Some(Kinship::Burst)),
            ("eleven", taken("2024/b.HEIC", "2024-03-03T10:05:28.250+01:00"), Some(Kinship::Again)),
            (
                "another clock, one moment",
                taken("2024/b.HEIC", "2024-03-03T09:05:18+00:00"),
                Some(Kinship::Burst),
            ),
            (
                "another camera",
                Case { camera: Camera::new(Some("Canon".into()), None), ..taken("2024/b.HEIC", same) },
                Some(Kinship::Again),
            ),
            ("no camera, smaller", bare("2024/b.jpg", (1600, 1200)), Some(Kinship::Smaller)),
            ("no camera, as large", bare("2024/b.jpg", (4032, 3024)), Some(Kinship::OtherFormat)),
            (
                "smaller, with its date",
                Case { pixels: (2016, 1512), ..taken("2024/b.HEIC", same) },
                Some(Kinship::Smaller),
            ),
            (
                "as JPEG, with its date",
                Case { format: Format::Jpeg, ..taken("2024/b.JPG", same) },
                Some(Kinship::OtherFormat),
            ),
            ("saved again", taken("2024/b.HEIC", same), Some(Kinship::Resaved)),
            ("of a shared album", bare("Shared Albums/Trip/b.jpg", (2048, 1536)), Some(Kinship::Shared)),
            (
                "a screenshot",
                Case { format: Format::Png, is_framed: true, ..bare("2024/IMG_7.PNG", (1290, 2796)) },
                Some(Kinship::Screenshot),
            ),
            (
                "a screenshot by its name",
                Case { is_framed: true, ..bare("2024/Screenshot 2024-03-03.jpg", (1000, 2000)) },
                Some(Kinship::Screenshot),
            ),
            (
                "a crop",
                Case { is_crop: true, turned: 0..2, ..bare("2024/b.jpg", (1080, 1080)) },
                Some(Kinship::Cropped),
            ),
            ("hardly a crop", Case { is_crop: true, turned: 0..8, ..bare("2024/b.jpg", (1080, 1080)) }, None),
            (
                "another shot that looks like a crop",
                Case { is_crop: true, ..taken("2024/b.HEIC", "2024-03-03T11:05:17+01:00") },
                None,
            ),
            ("eight bits", Case { turned: 0..8, ..bare("2024/b.jpg", (1600, 1200)) }, Some(Kinship::Smaller)),
            ("nine bits", Case { turned: 0..9, ..bare("2024/b.jpg", (1600, 1200)) }, None),
            ("another scene", Case { scene: 2, ..taken("2024/b.HEIC", same) }, None),
            ("another grain", Case { scene: 3, turned: 0..0, ..taken("2024/b.HEIC", same) }, None),
        ];
        for (what, other, expected) in cases {
            let (path, distance) = (other.path, other.turned.len() as u32);
            let found = told(&[other, first()]);
            let expected: Vec<_> = expected
                .map(|kinship| (vec![("2024/a.HEIC", 0), (path, distance)], vec![kinship]))
                .into_iter()
                .collect();
            assert_eq!(found, expected, "{what}");
        }
    }

    #[test]
    fn the_best_comes_first() {
        let time = "2024-03-03T10:05:17+01:00";
        let plain = |path| taken(path, time);
        let cases = [
            ("more pixels", Case { pixels: (8064, 6048), ..plain("z.HEIC") }, plain("a.HEIC")),
            ("a favourite", Case { favorite: true, ..plain("z.HEIC") }, plain("a.HEIC")),
            (
                "pixels before a favourite",
                plain("z.HEIC"),
                Case { favorite: true, pixels: (640, 480), ..plain("a.HEIC") },
            ),
            ("what the camera wrote", plain("z.HEIC"), bare("a.HEIC", (4032, 3024))),
            ("the owner's before a shared album's", plain("T.HEIC"), plain("Shared Albums/Trip/a.HEIC")),
            (
                "an original before its edit",
                Case { pixels: (4032, 3000), ..plain("x/IMG_1853.HEIC") },
                plain("x/IMG_E1853.HEIC"),
            ),
            (
                "a photo before its screenshot",
                Case { pixels: (640, 480), ..plain("z.HEIC") },
                Case { format: Format::Png, is_framed: true, ..bare("a.PNG", (1290, 2796)) },
            ),
            ("by path", plain("a.HEIC"), plain("b.HEIC")),
        ];
        for (what, best, other) in cases {
            let paths = vec![(best.path, 0), (other.path, 0)];
            for cases in [[best.clone(), other.clone()], [other, best]] {
                let found = told(&cases);
                assert_eq!(found.len(), 1, "{what}");
                assert_eq!(found[0].0, paths, "{what}");
            }
        }
    }

    #[test]
    fn a_screen_that_was_taken_twice_is_no_screenshot_of_a_photo() {
        let screen = |path, captured| Case { format: Format::Png, captured, ..bare(path, (1290, 2796)) };
        let cases =
            [screen("a.PNG", "2024-03-03T10:05:17+01:00"), screen("b.PNG", "2024-03-04T10:05:17+01:00")];
        assert_eq!(told(&cases), [(vec![("a.PNG", 0), ("b.PNG", 0)], vec![Kinship::Again])]);
    }

    #[test]
    fn an_edit_is_known_by_its_name_and_moment_however_it_looks() {
        let time = "2024-03-03T10:05:17+01:00";
        let original = taken("2024/IMG_1853.HEIC", time);
        let edit = Case { turned: 0..20, ..taken("2024/IMG_E1853.HEIC", time) };
        let expected = vec![("2024/IMG_1853.HEIC", 0), ("2024/IMG_E1853.HEIC", 20)];
        assert_eq!(told(&[edit.clone(), original.clone()]), [(expected, vec![Kinship::Edit])]);
        // a number comes again after ten thousand photos
        let stranger = Case { captured: "2019-03-03T10:05:17+01:00", ..edit };
        assert_eq!(told(&[stranger, original]), []);
    }

    #[test]
    fn a_burst_is_one_group_however_long_it_is() {
        let times: Vec<String> =
            (0..120).map(|n| format!("2024-03-03T10:{:02}:{:02}+01:00", n * 9 / 60, n * 9 % 60)).collect();
        let paths: Vec<String> = (0..120).map(|n| format!("2024/IMG_{n:04}.HEIC")).collect();
        let camera = iphone();
        let cases: Vec<Case> =
            (0..120).map(|n| Case { turned: 0..n % 9, ..taken("2024/a.HEIC", "") }).collect();
        let photos: Vec<Photo<'_>> = cases
            .iter()
            .zip(times.iter().zip(&paths))
            .map(|(case, (time, path))| Photo {
                path,
                captured: time.parse().ok(),
                camera: &camera,
                ..photo(case)
            })
            .collect();
        let found = groups(&photos);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].members.len(), 120);
        assert_eq!(found[0].kinships.iter().copied().collect::<Vec<_>>(), [Kinship::Burst]);
    }

    #[test]
    fn no_chain_leads_from_one_picture_to_another() {
        let step = |path, turned| Case { turned, ..bare(path, (1600, 1200)) };
        let cases = [step("a.jpg", 0..0), step("b.jpg", 0..6), step("c.jpg", 0..12), step("d.jpg", 0..18)];
        let expected = [
            (vec![("a.jpg", 0), ("b.jpg", 6)], vec![Kinship::Resaved]),
            (vec![("c.jpg", 0), ("d.jpg", 6)], vec![Kinship::Resaved]),
        ];
        assert_eq!(told(&cases), expected);
    }

    #[test]
    fn a_copy_joins_the_photo_that_it_looks_most_like() {
        let cases = [
            Case { turned: 0..10, ..taken("b.HEIC", "2024-03-03T10:10:00+01:00") },
            taken("a.HEIC", "2024-03-03T10:05:17+01:00"),
            Case { turned: 0..8, ..bare("c.jpg", (1600, 1200)) },
        ];
        assert_eq!(told(&cases), [(vec![("b.HEIC", 0), ("c.jpg", 2)], vec![Kinship::Smaller])]);
    }

    #[test]
    fn several_reasons_are_all_said() {
        let cases = [
            taken("a.HEIC", "2024-03-03T10:05:17.1+01:00"),
            taken("b.HEIC", "2024-03-03T10:05:17.9+01:00"),
            bare("c.jpg", (1600, 1200)),
        ];
        let photos: Vec<Photo<'_>> = cases.iter().map(photo).collect();
        assert_eq!(
            groups(&photos)[0].reason(),
            "a burst: the same camera within seconds; a smaller, re-saved copy"
        );
    }

    proptest! {
        #[test]
        fn groups_are_the_same_in_any_order_and_part_the_photos(
            photos in prop::collection::vec((0_u64..4, 0_u32..12, 0_u32..3, any::<bool>(), 0_i64..40), 0..40),
            order in any::<u64>(),
        ) {
            let paths: Vec<String> = (0..photos.len()).map(|n| format!("2024/IMG_{n:02}.JPG")).collect();
            let camera = iphone();
            let all: Vec<(String, Photo<'_>)> = photos.iter().zip(&paths).map(|((scene, bits, size, favorite, second), path)| {
                let case = Case { scene: *scene, turned: 0..*bits, ..taken("2024/a.HEIC", "") };
                let start: chrono::DateTime<chrono::FixedOffset> = "2024-03-03T10:05:00+01:00".parse().unwrap();
                let photo = Photo {
                    path,
                    name: path,
                    look: look(&case),
                    captured: Some(start + chrono::TimeDelta::seconds(*second)),
                    camera: &camera,
                    pixels: Some((1000 << size, 750 << size)),
                    format: Format::Jpeg,
                    favorite: *favorite,
                };
                (path.clone(), photo)
            }).collect();
            let told = |photos: &[(String, Photo<'_>)]| {
                let seen: Vec<Photo<'_>> = photos.iter().map(|(_, photo)| photo.clone()).collect();
                groups(&seen).into_iter().map(|group| {
                    let members: Vec<_> = group.members.iter().map(|m| (photos[m.index].0.clone(), m.distance)).collect();
                    (members, group.kinships)
                }).collect::<Vec<_>>()
            };
            let expected = told(&all);
            let mut shuffled = all.clone();
            shuffled.sort_by_key(|(path, _)| noise(order ^ u64::from(path.bytes().fold(0_u32, |sum, b| sum.wrapping_mul(31).wrapping_add(u32::from(b))))));
            prop_assert_eq!(told(&shuffled), expected.clone());
            let mut members: Vec<&String> = expected.iter().flat_map(|(members, _)| members).map(|(path, _)| path).collect();
            let count = members.len();
            members.sort();
            members.dedup();
            prop_assert_eq!(members.len(), count);
            prop_assert!(expected.iter().all(|(members, kinships)| members.len() > 1 && !kinships.is_empty()));
            prop_assert!(expected.iter().flat_map(|(members, _)| members).all(|(_, distance)| *distance <= 8));
        }
    }
}
