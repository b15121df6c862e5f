//! What is wrong or uncertain about rows and lists, named as far as there is room.
//!
//! Apple's lists have a few hundred lines. A hostile one has a million, each wrong, below a path of sixty
//! thousand letters; so of each kind as many are named as fit into some megabytes, and the rest are counted.

use std::collections::BTreeMap;

use crate::problem::{Code, Problem, Severity};

/// Bytes that the problems of one code may take: some 25,000 of usual length.
const ROOM: usize = 8 << 20;

/// A name from outside is quoted up to this many bytes.
const QUOTED: usize = 200;

/// Problems of rows and lists.
#[derive(Debug, Default)]
pub struct Doubts {
    named: Vec<Problem>,
    taken: BTreeMap<Code, usize>,
    more: BTreeMap<(Code, Severity), u64>,
}

impl Doubts {
    /// Adds a problem of the usual severity, if it has room.
    pub fn add(&mut self, code: Code, tell: impl FnOnce() -> Problem) {
        self.add_as(code, code.severity(), tell);
    }

    /// Adds a problem of this severity, if it has room.
    pub fn add_as(&mut self, code: Code, severity: Severity, tell: impl FnOnce() -> Problem) {
        let taken = self.taken.entry(code).or_default();
        if *taken >= ROOM {
            *self.more.entry((code, severity)).or_default() += 1;
            return;
        }
        let problem = Problem { code, severity, ..tell() };
        let texts = [Some(&problem.message), problem.archive.as_ref(), problem.entry.as_ref()];
        *taken += size_of::<Problem>() + texts.into_iter().flatten().map(String::len).sum::<usize>();
        self.named.push(problem);
    }

    /// All of them, and for each kind that had no room for all, how many more there are.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.named;
        for ((code, severity), more) in self.more {
            let message = format!("{more} more like these are not listed one by one");
            problems.push(Problem { severity, ..Problem::new(code, message) });
        }
        problems
    }
}

/// A name from outside as a message quotes it.
pub fn quoted(name: &str) -> String {
    if name.len() <= QUOTED {
        return format!("`{name}`");
    }
    let end = name.floor_char_boundary(QUOTED);
    format!("`{}…`", name.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Doubts, ROOM, quoted};
    use crate::problem::{Code, Problem, Severity};

    #[test]
    fn what_has_no_room_is_counted_and_leaves_other_kinds_theirs() {
        let mut doubts = Doubts::default();
        let text = "x".repeat(ROOM / 4);
        let missing = || Problem::new(Code::MissingMedia, text.as_str());
        for _ in 0..9 {
            doubts.add(Code::MissingMedia, missing);
        }
        doubts.add_as(Code::MissingMedia, Severity::Warning, missing);
        doubts.add(Code::AmbiguousRow, || Problem::new(Code::AmbiguousRow, "which?"));
        let told: Vec<_> = doubts.into_problems().into_iter().map(|p| (p.code, p.severity)).collect();
        let (error, warning) = (Severity::Error, Severity::Warning);
        let mut expected = vec![(Code::MissingMedia, error); 4];
        expected.push((Code::AmbiguousRow, warning));
        expected.extend([(Code::MissingMedia, error), (Code::MissingMedia, warning)]);
        assert_eq!(told, expected);
    }

    #[test]
    fn long_names_are_quoted_in_part() {
        assert_eq!(quoted("IMG_1.JPG"), "`IMG_1.JPG`");
        let long = quoted(&"é".repeat(1000));
        assert_eq!((long.chars().count(), long.ends_with("é…`")), (103, true));
    }
}
