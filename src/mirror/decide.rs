//! What is to become of one file of the library in its mirror. Pure: what stands there, what the mirror remembers of
//! it and, where that is not enough, what its bytes are, give the answer.
//!
//! A good copy is never given up for anything worse. What somebody else put or changed in the mirror stays. What
//! turns out to be bad is put aside and not destroyed.

use blake3::Hash;

use crate::mirror::memory::Line;
use crate::mirror::scan::{Moment, Nature, Seen};

/// Whose a file of the library is, and so how much its former bytes are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The catalog knows its bytes.
    Original,
    /// The owner's, or a sidecar: whatever stands there counts.
    Own,
    /// Windfall makes it again whenever it is asked to: thumbnails, the page, the tables beside the catalog.
    Remade,
    /// A link that the owner made.
    Link,
}

/// A file that the mirror is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where, with `/`.
    pub path: String,
    /// The spelling in which the library's drive has it, if it is another.
    pub alias: Option<String>,
    pub worth: Worth,
    /// The bytes that it has to have, where that is known.
    pub blake3: Option<Hash>,
    /// How many those are, by the catalog if that knows them.
    pub size: u64,
    /// What stands in the library.
    pub source: Option<Seen>,
}

impl Wanted {
    /// What stands in the library, if as far as one can see that is what is wanted.
    pub fn sound_source(&self) -> Option<Seen> {
        self.source.filter(|seen| seen.nature == Nature::File && seen.size == self.size)
    }

    /// The time that it has in the library.
    pub fn modified(&self) -> Option<Moment> {
        self.sound_source().map(|seen| seen.modified)
    }

    /// Whether this is what was written. Where nobody knows its bytes, its size and its very time have to tell: both
    /// are of the library's drive.
    fn is(&self, line: &Line) -> bool {
        match self.blake3 {
            Some(blake3) => blake3 == line.blake3,
            None => line.size == self.size && self.modified() == Some(line.modified),
        }
    }
}

/// What the bytes of the mirror's file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    Are(Hash),
    /// The drive does not give them.
    Unreadable,
}

/// What is known of the mirror's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Here<'a> {
    pub seen: Option<Seen>,
    pub line: Option<&'a Line>,
    /// `verify` found it damaged.
    pub is_suspect: bool,
    /// What its bytes are, once somebody has looked.
    pub bytes: Option<Bytes>,
}

/// What is to become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is there.
    There,
    /// It is there, and the mirror does not know so yet: other time, no line.
    Adopt,
    /// Nothing is there.
    Bring,
    /// Something of ours is there that the library has given up.
    Renew(Former),
    /// Nobody knows before its bytes are read, here and, where the catalog does not know them, in the library.
    Look,
    /// Somebody changed it in the mirror.
    Edited,
    /// Something else has its name.
    Taken,
}

/// What becomes of the mirror's file whose place is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Former {
    /// It is bad: put aside with the bad ones.
    Bad,
    /// It is good, and perhaps nowhere else: put aside.
    Good,
    /// Nobody needs it.
    Spent,
}

/// Decides.
pub fn decide(wanted: &Wanted, here: &Here<'_>) -> Decision {
    let Some(seen) = here.seen else { return Decision::Bring };
    if wanted.worth == Worth::Remade {
        return remade(wanted, here, seen);
    }
    if seen.nature != Nature::File {
        return Decision::Taken;
    }
    let former = match wanted.worth {
        Worth::Original => Former::Good,
        Worth::Own | Worth::Remade | Worth::Link => Former::Spent,
    };
    let is_untouched = here.line.is_some_and(|line| line.is_of(&seen));
    match (here.line, here.bytes) {
        (Some(line), _) if is_untouched && !here.is_suspect => match wanted.is(line) {
            true if is_of_its_time(wanted, line) => Decision::There,
            true => Decision::Adopt,
            false => Decision::Renew(former),
        },
        // what is of another size needs no reading to be another
        (None, None) if seen.size != wanted.size => Decision::Taken,
        (_, None) => Decision::Look,
        (_, Some(Bytes::Are(hash))) if wanted.blake3 == Some(hash) => Decision::Adopt,
        (Some(line), Some(Bytes::Are(hash))) if line.blake3 == hash => match wanted.is(line) {
            true => Decision::Adopt,
            false => Decision::Renew(former),
        },
        (_, Some(Bytes::Unreadable)) => Decision::Renew(Former::Bad),
        (Some(_), _) if is_untouched => Decision::Renew(Former::Bad),
        (Some(_), _) => Decision::Edited,
        // size and time are those of the library's file, and a failing drive changes neither
        (None, _) if wanted.worth == Worth::Original && has_its_time(wanted, seen) => {
            Decision::Renew(Former::Bad)
        }
        (None, _) => Decision::Taken,
    }
}

/// What can be made again is brought wherever it differs, and nobody reads it to find that out.
fn remade(wanted: &Wanted, here: &Here<'_>, seen: Seen) -> Decision {
    if seen.nature != Nature::File {
        return Decision::Taken;
    }
    if seen.size == wanted.size && has_its_time(wanted, seen) {
        return Decision::There;
    }
    match here.line {
        Some(line) if line.is_of(&seen) && wanted.is(line) => Decision::There,
        _ => Decision::Renew(Former::Spent),
    }
}

fn has_its_time(wanted: &Wanted, seen: Seen) -> bool {
    wanted.modified().is_some_and(|modified| modified.is_near(seen.modified))
}

/// Whether the library's file still has the time that it had when it was brought.
fn is_of_its_time(wanted: &Wanted, line: &Line) -> bool {
    wanted.modified().is_none_or(|modified| modified.is_near(line.modified))
}

#[cfg(test)]
mod tests {
    use super::Decision::{Adopt, Bring, Edited, Look, Renew, Taken, There};
    use super::{Bytes, Decision, Former, Here, Wanted, Worth, decide};
    use crate::mirror::memory::Line;
    use crate::mirror::scan::{Moment, Nature, Seen};
    use blake3::{Hash, hash};

    fn seen(size: u64, modified: i64) -> Seen {
        Seen { nature: Nature::File, size, modified: Moment(modified * 1_000_000) }
    }

    fn wanted(worth: Worth, blake3: Option<Hash>, size: u64, modified: i64) -> Wanted {
        let source = Some(seen(size, modified));
        Wanted { path: "a".to_owned(), alias: None, worth, blake3, size, source }
    }

    fn line(bytes: &[u8], modified: i64) -> Line {
        let modified = Moment(modified * 1_000_000);
        let here = modified;
        Line { size: bytes.len() as u64, modified, here, blake3: hash(bytes) }
    }

    /// A line, what stands there, what its bytes are, and what is decided.
    type Case<'a> = (Option<&'a [u8]>, (u64, i64), Option<&'a [u8]>, Decision);

    fn assert_all(wanted: &Wanted, suspect: bool, cases: &[Case<'_>]) {
        for (written, (size, modified), bytes, expected) in cases {
            let line = written.map(|written| line(written, 50_000));
            let here = Here {
                seen: Some(seen(*size, *modified)),
                line: line.as_ref(),
                is_suspect: suspect,
                bytes: bytes.map(|bytes| Bytes::Are(hash(bytes))),
            };
            assert_eq!(decide(wanted, &here), *expected, "{wanted:?} {here:?}");
        }
    }

    #[test]
    fn an_original() {
        let original = wanted(Worth::Original, Some(hash(b"good")), 4, 50_000);
        let nothing = Here { seen: None, line: None, is_suspect: false, bytes: None };
        assert_eq!(decide(&original, &nothing), Bring);
        assert_all(
            &original,
            false,
            &[
                (Some(b"good"), (4, 51_000), None, There),
                // the library's is another by now: edited and accepted, or moved here
                (Some(b"past"), (4, 50_000), None, Renew(Former::Good)),
                // somebody wrote to it
                (Some(b"good"), (4, 90_000), None, Look),
                (Some(b"good"), (4, 90_000), Some(b"good"), Adopt),
                (Some(b"good"), (4, 90_000), Some(b"mine"), Edited),
                (Some(b"good"), (9, 90_000), Some(b"much more"), Edited),
                (Some(b"past"), (4, 90_000), Some(b"past"), Renew(Former::Good)),
                (Some(b"past"), (4, 90_000), Some(b"good"), Adopt),
                // no run remembers it
                (None, (4, 50_000), None, Look),
                (None, (4, 90_000), Some(b"good"), Adopt),
                (None, (4, 90_000), Some(b"mine"), Taken),
                (None, (9, 90_000), None, Taken),
                (None, (4, 50_000), Some(b"roTt"), Renew(Former::Bad)),
            ],
        );
        // what `verify` found is looked at once more
        assert_all(
            &original,
            true,
            &[
                (Some(b"good"), (4, 50_000), None, Look),
                (Some(b"good"), (4, 50_000), Some(b"good"), Adopt),
                (Some(b"good"), (4, 50_000), Some(b"roTt"), Renew(Former::Bad)),
                (Some(b"good"), (4, 90_000), Some(b"mine"), Edited),
            ],
        );
        let line = line(b"good", 50_000);
        let unreadable = Here {
            seen: Some(seen(4, 90_000)),
            line: Some(&line),
            is_suspect: false,
            bytes: Some(Bytes::Unreadable),
        };
        assert_eq!(decide(&original, &unreadable), Renew(Former::Bad));
    }

    #[test]
    fn an_original_whose_date_was_corrected_gets_its_new_time() {
        let later = wanted(Worth::Original, Some(hash(b"good")), 4, 99_000);
        assert_all(&later, false, &[(Some(b"good"), (4, 50_000), None, Adopt)]);
    }

    #[test]
    fn what_is_gone_in_the_library_stays_in_the_mirror() {
        let gone = Wanted { source: None, ..wanted(Worth::Original, Some(hash(b"good")), 4, 50_000) };
        assert_all(
            &gone,
            false,
            &[(Some(b"good"), (4, 50_000), None, There), (None, (4, 50_000), Some(b"good"), Adopt)],
        );
    }

    #[test]
    fn what_is_the_owners() {
        let own = wanted(Worth::Own, None, 4, 50_000);
        assert_all(
            &own,
            false,
            &[
                (Some(b"mine"), (4, 50_000), None, There),
                // changed in the mirror and not in the library
                (Some(b"mine"), (6, 90_000), None, Look),
                (Some(b"mine"), (6, 90_000), Some(b"theirs"), Edited),
                // only touched
                (Some(b"mine"), (4, 90_000), Some(b"mine"), Adopt),
                (None, (6, 50_000), None, Taken),
                (None, (4, 50_000), None, Look),
            ],
        );
        // the library has a newer one
        let newer = wanted(Worth::Own, None, 5, 70_000);
        assert_all(
            &newer,
            false,
            &[
                (Some(b"mine"), (4, 50_000), None, Renew(Former::Spent)),
                (Some(b"mine"), (4, 90_000), Some(b"mine"), Renew(Former::Spent)),
                (Some(b"mine"), (6, 90_000), Some(b"theirs"), Edited),
            ],
        );
        // once the library's was read too
        let read = wanted(Worth::Own, Some(hash(b"mine")), 4, 50_000);
        assert_all(
            &read,
            false,
            &[
                (None, (4, 90_000), Some(b"mine"), Adopt),
                (None, (4, 50_000), Some(b"them"), Taken),
                // a run was killed when it had moved it here
                (Some(b"past"), (4, 90_000), Some(b"mine"), Adopt),
            ],
        );
    }

    #[test]
    fn what_can_be_made_again() {
        let remade = wanted(Worth::Remade, None, 4, 50_000);
        assert_all(
            &remade,
            false,
            &[
                (None, (4, 50_000), None, There),
                (None, (4, 90_000), None, Renew(Former::Spent)),
                (Some(b"mine"), (4, 50_000), None, There),
                (Some(b"mine"), (6, 90_000), None, Renew(Former::Spent)),
            ],
        );
    }

    #[test]
    fn a_link_in_the_place_of_a_file_is_left_alone() {
        for worth in [Worth::Original, Worth::Own, Worth::Remade] {
            let link = Seen { nature: Nature::Link, ..seen(4, 50_000) };
            let here = Here { seen: Some(link), line: None, is_suspect: false, bytes: None };
            assert_eq!(decide(&wanted(worth, Some(hash(b"good")), 4, 50_000), &here), Taken);
        }
    }
}
