//! In which order files are renamed so that none takes the place of another. Pure.
//!
//! Where a file is to stand, another may stand that goes elsewhere itself: that one goes first. Files that change
//! places in a circle have no first one. They are one step, which ends as a whole or not at all.

use std::collections::HashMap;

use crate::library::path::{LibraryPath, PathKey};

/// What is renamed without anything between that somebody else could see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The file of this number; its place is free by then.
    One(usize),
    /// Files that change places: each goes where the one after it stands, the last where the first stands.
    Circle(Vec<usize>),
}

/// The order for these moves, each from where a file stands to where it is to stand. No two begin or end at one place.
pub fn order<'a>(moves: impl Iterator<Item = (&'a LibraryPath, &'a LibraryPath)>) -> Vec<Step> {
    let keys: Vec<(PathKey, PathKey)> =
        moves.map(|(old, new)| (PathKey::of(old), PathKey::of(new))).collect();
    let standing: HashMap<PathKey, usize> = keys.iter().enumerate().map(|(n, (old, _))| (*old, n)).collect();
    // what stands where this one goes; a name that only changes its case stands in nobody's way
    let in_the_way = |n: usize| standing.get(&keys[n].1).copied().filter(|&other| other != n);
    let mut is_ordered = vec![false; keys.len()];
    let mut steps = Vec::new();
    for first in 0..keys.len() {
        let mut chain = Vec::new();
        let mut next = Some(first).filter(|&n| !is_ordered[n]);
        while let Some(n) = next {
            is_ordered[n] = true;
            chain.push(n);
            next = in_the_way(n).filter(|&other| !is_ordered[other]);
        }
        let closes = |chain: &[usize]| {
            let (Some(&first), Some(&last)) = (chain.first(), chain.last()) else { return false };
            chain.len() > 1 && in_the_way(last) == Some(first)
        };
        if closes(&chain) {
            steps.push(Step::Circle(chain));
        } else {
            steps.extend(chain.into_iter().rev().map(Step::One));
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::{Step, order};
    use crate::library::path::LibraryPath;

    /// The steps, told by what goes where.
    fn told(moves: &[(&str, &str)]) -> Vec<String> {
        let path = |text: &&str| LibraryPath::parse(text).unwrap();
        let paths: Vec<_> = moves.iter().map(|(old, new)| (path(old), path(new))).collect();
        let told = |n: &usize| format!("{}>{}", moves[*n].0, moves[*n].1);
        let steps = order(paths.iter().map(|(old, new)| (old, new)));
        let step = |step: &Step| match step {
            Step::One(n) => told(n),
            Step::Circle(circle) => format!("({})", circle.iter().map(told).collect::<Vec<_>>().join(" ")),
        };
        steps.iter().map(step).collect()
    }

    /// From and to.
    type Way = (&'static str, &'static str);

    #[test]
    fn nothing_goes_where_something_stands() {
        let cases: [(&[Way], &[&str]); 8] = [
            (&[], &[]),
            (&[("a", "x/a"), ("b", "x/b")], &["a>x/a", "b>x/b"]),
            (&[("a", "b"), ("b", "c"), ("c", "d")], &["c>d", "b>c", "a>b"]),
            (&[("c", "d"), ("b", "c"), ("a", "b")], &["c>d", "b>c", "a>b"]),
            (&[("a", "b"), ("b", "a")], &["(a>b b>a)"]),
            (&[("a", "b"), ("x", "y"), ("b", "c"), ("c", "a")], &["(a>b b>c c>a)", "x>y"]),
            (&[("a", "A"), ("b", "a b")], &["a>A", "b>a b"]),
            // as one system after the other sees it
            (&[("a", "B"), ("b", "A")], &["(a>B b>A)"]),
        ];
        for (moves, expected) in cases {
            assert_eq!(told(moves), expected, "{moves:?}");
        }
    }
}
