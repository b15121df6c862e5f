//! What tells one library from all others, wherever it and its mirrors stand.
//!
//! A library gets its id when it is first mirrored. It follows from the library's first run, so that a drive that
//! nobody can write to any more can be mirrored too, and copies made by hand before are known for what they are.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Which library a catalog is of, and what it has lived through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    /// The same for a library and its mirrors, and for no other.
    pub id: String,
    /// When its runs began, oldest first.
    pub runs: Vec<String>,
}

/// What a catalog is to that of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinship {
    /// It knows nothing that the library does not know.
    Mirror,
    /// It is of the same origin, and has had imports that the library has not.
    Ahead,
    /// It is another library.
    Stranger,
}

impl Lineage {
    /// What another catalog is to this one.
    pub fn kinship(&self, other: &Lineage) -> Kinship {
        if self.id != other.id {
            return Kinship::Stranger;
        }
        // a catalog made anew has forgotten the runs before it, so nobody can say who is ahead
        let comparable = self.runs.first().is_some_and(|first| other.runs.first() == Some(first));
        match other.runs.iter().all(|run| self.runs.contains(run)) {
            false if comparable => Kinship::Ahead,
            _ => Kinship::Mirror,
        }
    }
}

/// The id of a library of which nobody has asked for it, by its first run if it remembers one.
pub fn id(first_run: Option<[&str; 3]>) -> String {
    let mut hasher = blake3::Hasher::new();
    match first_run {
        Some(words) => words.iter().for_each(|word| _ = hasher.update(word.as_bytes()).update(&[0])),
        // the standard library's own hashes are seeded by the system's randomness
        None => {
            (0..4).for_each(|_| _ = hasher.update(&RandomState::new().build_hasher().finish().to_le_bytes()))
        }
    }
    hasher.finalize().to_hex().as_str()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kinship, Lineage, id};

    fn lineage(id: &str, runs: &[&str]) -> Lineage {
        Lineage { id: id.to_owned(), runs: runs.iter().map(|&run| run.to_owned()).collect() }
    }

    #[test]
    fn a_mirror_never_knows_more_than_its_library() {
        let library = lineage("a", &["1", "2"]);
        for (other, expected) in [
            (lineage("a", &["1", "2"]), Kinship::Mirror),
            (lineage("a", &["1"]), Kinship::Mirror),
            (lineage("a", &[]), Kinship::Mirror),
            (lineage("a", &["1", "2", "3"]), Kinship::Ahead),
            (lineage("a", &["1", "other"]), Kinship::Ahead),
            // a catalog that was made anew
            (lineage("a", &["rebuilt"]), Kinship::Mirror),
            (lineage("b", &["1", "2"]), Kinship::Stranger),
        ] {
            assert_eq!(library.kinship(&other), expected, "{other:?}");
        }
        let rebuilt = lineage("a", &["rebuilt"]);
        assert_eq!(rebuilt.kinship(&lineage("a", &["1", "2", "3"])), Kinship::Mirror);
    }

    #[test]
    fn the_first_run_tells_libraries_apart() {
        let first = ["import", "2024-03-03T09:05:00Z", "{}"];
        assert_eq!(id(Some(first)), id(Some(first)));
        assert_ne!(id(Some(first)), id(Some(["import", "2024-03-03T09:05:01Z", "{}"])));
        assert_eq!(id(Some(first)).len(), 32);
        assert_ne!(id(None), id(None));
    }
}
