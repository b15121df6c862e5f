//! The notes of several exports as one set.
//!
//! Every export is a full snapshot, so the newest that has a note decides what it says, and what only an older one
//! has stays. A note is the same by area, folder, title and created stamp; where a stamp is unknown, by order. Within one
//! export nothing is merged.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, NaiveDateTime, Utc};
use unicode_normalization::UnicodeNormalization;

use crate::apple::stamp::{self, Stamp};
use crate::category::dated::Basis;
use crate::category::notes::note::{Note, Notes};
use crate::category::notes::path::Area;
use crate::category::notes::title;

/// Which note of which export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// From the oldest.
    pub export: usize,
    /// Its index in that export.
    pub note: usize,
}

/// One note, whatever exports have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct United {
    /// The note as it is: of the newest export that has it.
    pub newest: At,
    /// As older exports have it, the newest of them first.
    pub older: Vec<At>,
}

impl United {
    /// The note in every export that has it, the newest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = At> {
        std::iter::once(self.newest).chain(self.older.iter().copied())
    }
}

/// The notes of these exports, the oldest first. Sorted by area, folder and title, and so independent of the run.
pub fn unite(exports: &[Notes]) -> Vec<United> {
    let mut all: BTreeMap<(Area, String, String), Vec<Same<'_>>> = BTreeMap::new();
    for (export, notes) in exports.iter().enumerate() {
        let mut of_export: BTreeMap<_, Vec<(At, &Note)>> = BTreeMap::new();
        for (note, of) in notes.notes.iter().enumerate() {
            let folder: String = of.home.folder.nfc().collect();
            let key = (of.home.area, folder, title::exact(&of.home.title));
            of_export.entry(key).or_default().push((At { export, note }, of));
        }
        for (key, notes) in of_export {
            join(all.entry(key).or_default(), notes);
        }
    }
    let united = all.into_values().flatten().map(|same| {
        let mut places = same.places.into_iter().rev();
        places.next().map(|newest| United { newest, older: places.collect() })
    });
    united.flatten().collect()
}

/// What a clock showed and the instant that another export states for it, of notes that both have: with a
/// [`Trial`](crate::category::trial::Trial) they tell where the clock stood.
pub fn clocks(exports: &[Notes], united: &[United]) -> Vec<(NaiveDateTime, DateTime<Utc>)> {
    let note = |at: At| exports.get(at.export).and_then(|notes| notes.notes.get(at.note));
    let mut clocks = Vec::new();
    for one in united {
        let notes = || one.all().filter_map(note);
        let Some(stated) = notes().find_map(|note| note.mark.created) else { continue };
        clocks.extend(notes().filter_map(|note| match stamp::parse(&note.created.raw) {
            Ok(Some(Stamp::Clock(time))) => Some((time, stated)),
            _ => None,
        }));
    }
    clocks
}

/// A note of earlier exports.
struct Same<'a> {
    /// The oldest first.
    places: Vec<At>,
    last: &'a Note,
}

/// Joins the notes of one name in one export to those of the exports before.
fn join<'a>(before: &mut Vec<Same<'a>>, notes: Vec<(At, &'a Note)>) {
    let mut by_stamp: BTreeMap<DateTime<Utc>, VecDeque<usize>> = BTreeMap::new();
    let mut undated = VecDeque::new();
    for (index, same) in before.iter().enumerate() {
        match same.last.created.utc {
            Some(created) => by_stamp.entry(created).or_default().push_back(index),
            None => undated.push_back(index),
        }
    }
    let mut left = Vec::new();
    for (at, note) in notes {
        let same = note.created.utc.and_then(|created| by_stamp.get_mut(&created)?.pop_front());
        match same.and_then(|index| before.get_mut(index)) {
            Some(same) => same.add(at, note),
            None => left.push((at, note)),
        }
    }
    let mut dated: VecDeque<usize> = by_stamp.into_values().flatten().collect();
    dated.make_contiguous().sort_unstable();
    let mut new = Vec::new();
    for (at, note) in left {
        let first = match (note.created.utc, undated.front(), dated.front()) {
            (Some(_), ..) => undated.pop_front(),
            (None, Some(undated_first), Some(dated_first)) if dated_first < undated_first => {
                dated.pop_front()
            }
            (None, Some(_), _) => undated.pop_front(),
            (None, None, _) => dated.pop_front(),
        };
        match first.and_then(|index| before.get_mut(index)) {
            Some(same) => same.add(at, note),
            None => new.push((at, note)),
        }
    }
    let mut open = undated.into_iter().chain(dated);
    // the only one left on both sides, dated by a list in one export and by its file's name in the other
    if let ([(at, note)], Some(index), None) = (new.as_slice(), open.next(), open.next())
        && let Some(same) = before.get_mut(index)
        && same.last.created.basis != note.created.basis
        && [same.last.created.basis, note.created.basis].contains(&Basis::Stated)
    {
        same.add(*at, note);
        return;
    }
    before.extend(new.into_iter().map(|(at, note)| Same { places: vec![at], last: note }));
}

impl<'a> Same<'a> {
    fn add(&mut self, at: At, note: &'a Note) {
        self.places.push(at);
        self.last = note;
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::Tz;

    use super::{At, clocks, unite};
    use crate::category::dated::Written;
    use crate::category::notes::body::gist;
    use crate::category::notes::note::{Delivered, Notes, notes};
    use crate::category::notes::path::Shape;
    use crate::category::trial::Trial;
    use crate::contents::{ContentId, Id};

    /// Notes at these paths, made at these times by the list.
    fn export(files: &[(&str, &str)]) -> Notes {
        let shape = Shape::of(files.iter().map(|(path, _)| *path));
        let delivered: Vec<Delivered> = files
            .iter()
            .map(|(path, _)| Delivered {
                path: (*path).into(),
                used: shape.part(path),
                content: ContentId::at(0),
            })
            .collect();
        let mut found = notes(&delivered, &[], &[], |_| gist(b"x"), Tz::UTC);
        for note in &mut found.notes {
            let (_, created) = files.iter().find(|(path, _)| *path == note.source()).expect("its file");
            if !created.is_empty() {
                note.created = Written::new(created).read_in(Tz::America__Los_Angeles);
            }
        }
        found
    }

    fn told(exports: &[Notes]) -> Vec<String> {
        let at = |at: At| format!("{}:{}", at.export, exports[at.export].notes[at.note].source());
        unite(exports).iter().map(|one| one.all().map(at).collect::<Vec<_>>().join(" ")).collect()
    }

    const JULY: &str = "07-01-2024 05:00:00";

    #[test]
    fn the_newest_decides_and_nothing_goes() {
        let first = export(&[("Notes/A/A.txt", JULY), ("Notes/B/B.txt", ""), ("Notes/F/A/A.txt", JULY)]);
        let second =
            export(&[("Notes/A/A.txt", JULY), ("Recently Deleted/B/B.txt", ""), ("Notes/C/C.txt", "")]);
        assert_eq!(
            told(&[first, second]),
            [
                "1:Notes/A/A.txt 0:Notes/A/A.txt",
                "0:Notes/B/B.txt",
                "1:Notes/C/C.txt",
                "0:Notes/F/A/A.txt",
                "1:Recently Deleted/B/B.txt",
            ]
        );
        assert!(told(&[]).is_empty());
    }

    #[test]
    fn notes_of_one_title_are_told_by_their_stamps_else_by_order() {
        let [a, b] = [("Notes/A/A.txt", JULY), ("Notes/A/A-1.txt", "07-02-2024 05:00:00")];
        let swapped = [("Notes/A/A.txt", b.1), ("Notes/A/A-1.txt", a.1)];
        assert_eq!(
            told(&[export(&[a, b]), export(&swapped)]),
            ["1:Notes/A/A-1.txt 0:Notes/A/A.txt", "1:Notes/A/A.txt 0:Notes/A/A-1.txt"]
        );
        let unknown = [("Notes/A/A.txt", ""), ("Notes/A/A-1.txt", "")];
        assert_eq!(
            told(&[export(&[a, b]), export(&unknown)]),
            ["1:Notes/A/A.txt 0:Notes/A/A.txt", "1:Notes/A/A-1.txt 0:Notes/A/A-1.txt"]
        );
        assert_eq!(
            told(&[export(&[a]), export(&[("Notes/A/A.txt", b.1)])]).len(),
            2,
            "two notes of one title"
        );
    }

    #[test]
    fn both_forms_of_a_note_are_one_and_tell_the_zone() {
        let old = export(&[("Notes/A/A-2024-07-01T12_00_00Z.txt", "")]);
        for (stamp, is_right) in [(JULY, true), ("07-01-2024 12:00:00", false)] {
            let exports = [old.clone(), export(&[("Notes/A/A.txt", stamp)])];
            let united = unite(&exports);
            assert_eq!(united.len(), 1, "{stamp}");
            let mut trial = Trial::of(Tz::America__Los_Angeles);
            for (time, instant) in clocks(&exports, &united) {
                assert_eq!(instant, "2024-07-01T12:00:00Z".parse::<DateTime<chrono::Utc>>().expect("a time"));
                trial.stated(time, instant);
            }
            assert_eq!((trial.confirmed, trial.against), (u64::from(is_right), u64::from(!is_right)));
        }
    }
}
