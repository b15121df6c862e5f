//! Everything that a mirror is to have, from what stands in the library and what its catalog knows. Pure.
//!
//! Links, lists and copies of albums are not among it: what they are in the mirror depends on its drive.

use std::collections::{BTreeMap, HashMap};

use crate::library::catalog::Known;
use crate::library::layout::{self, FORGOTTEN, INTERNAL};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::record::{DerivedKind, DerivedRecord};
use crate::mirror::decide::{Wanted, Worth};
use crate::mirror::scan::{Nature, Seen};
use crate::problem::{Code, Problem};

/// What the catalog of a library knows.
pub struct Catalogued<'a> {
    /// Its files, by path.
    pub files: &'a [Known],
    /// What was left out on purpose and is kept.
    pub forgotten: &'a [Known],
    pub derived: &'a BTreeMap<LibraryPath, DerivedRecord>,
    /// The texts of the lists that nobody changed.
    pub lists: &'a HashMap<LibraryPath, String>,
}

/// What a mirror is to have: files of the catalog in its order, then all others. Also says what cannot go along.
pub fn wanted(catalogued: &Catalogued<'_>, seen: BTreeMap<String, Seen>) -> (Vec<Wanted>, Vec<Problem>) {
    let mut standing = Standing { seen, aliases: None };
    let mut wanted = Vec::with_capacity(standing.seen.len());
    for known in catalogued.files {
        let (alias, source) = standing.take(&known.path);
        wanted.push(original(known, known.path.clone(), alias, source));
    }
    for known in catalogued.forgotten {
        let folder = format!("{INTERNAL}/{FORGOTTEN}/");
        let path = if known.path.starts_with(&folder) { known.path.clone() } else { folder + &known.path };
        // a path that leads elsewhere is not in the folder, and one that is gone was left out on purpose
        if let (alias, Some(source)) = standing.take(&path) {
            wanted.push(original(known, path, alias, Some(source)));
        }
    }
    for (path, record) in catalogued.derived {
        standing.withdraw(path, record, catalogued.lists);
    }
    let mut problems = Vec::new();
    for (path, source) in standing.seen {
        if source.nature == Nature::Strange {
            let message = "it is a pipe or a device, and not copied";
            problems.push(Problem::new(Code::UnsupportedEntry, message).as_warning().with_entry(path));
            continue;
        }
        let worth = match source.nature {
            Nature::Link => Worth::Link,
            _ if is_remade(&path) => Worth::Remade,
            _ => Worth::Own,
        };
        let size = source.size;
        wanted.push(Wanted { path, alias: None, worth, blake3: None, size, source: Some(source) });
    }
    (wanted, problems)
}

fn original(known: &Known, path: String, alias: Option<String>, source: Option<Seen>) -> Wanted {
    let (blake3, size) = (Some(known.blake3), known.size);
    Wanted { path, alias, worth: Worth::Original, blake3, size, source }
}

/// Whether Windfall makes it again whenever it is asked to.
pub fn is_remade(path: &str) -> bool {
    let internal = path.strip_prefix(INTERNAL).and_then(|below| below.strip_prefix('/'));
    let is_forgotten = |below: &str| below.strip_prefix(FORGOTTEN).is_some_and(|rest| rest.starts_with('/'));
    layout::is_of_page(path) || internal.is_some_and(|below| !is_forgotten(below))
}

struct Standing {
    seen: BTreeMap<String, Seen>,
    /// Paths by what they fold to.
    aliases: Option<HashMap<String, String>>,
}

impl Standing {
    /// Takes what stands at a path, under its own spelling or the one that the file system made of it.
    fn take(&mut self, path: &str) -> (Option<String>, Option<Seen>) {
        if let Some(seen) = self.seen.remove(path) {
            return (None, Some(seen));
        }
        let seen = &self.seen;
        let aliases = self
            .aliases
            .get_or_insert_with(|| seen.keys().map(|path| (name::fold(path), path.clone())).collect());
        let Some(alias) = aliases.get(&name::fold(path)) else { return (None, None) };
        // another spelling may have been taken by now
        match self.seen.remove_entry(alias) {
            Some((alias, seen)) => (Some(alias), Some(seen)),
            None => (None, None),
        }
    }

    /// Leaves out a link, list or copy as Windfall made it. Sidecars and what else is made go along like any file.
    fn withdraw(&mut self, path: &LibraryPath, record: &DerivedRecord, lists: &HashMap<LibraryPath, String>) {
        let Some(seen) = self.seen.get(path.as_str()) else { return };
        let is_as_made = match record.kind {
            DerivedKind::Symlink => seen.nature == Nature::Link,
            DerivedKind::Hardlink | DerivedKind::Copy => seen.nature == Nature::File,
            DerivedKind::List => lists.contains_key(path),
            DerivedKind::Sidecar | DerivedKind::Made => false,
        };
        if is_as_made {
            self.seen.remove(path.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalogued, wanted};
    use crate::library::catalog::Known;
    use crate::library::path::LibraryPath;
    use crate::library::record::{DerivedKind, DerivedRecord};
    use crate::mirror::decide::Worth;
    use crate::mirror::scan::{Moment, Nature, Seen};
    use std::collections::{BTreeMap, HashMap};

    fn known(path: &str) -> Known {
        Known { path: path.to_owned(), blake3: blake3::hash(path.as_bytes()), size: 3 }
    }

    #[test]
    fn everything_goes_along_but_albums_and_devices() {
        let files = [known("2024/a.jpg"), known("2024/gone.jpg"), known("2024/é.jpg")];
        let forgotten =
            [known(".windfall/forgotten/b.jpg"), known("c.jpg"), known("nowhere.jpg"), known("../x")];
        let at = |path: &str| LibraryPath::parse(path).unwrap();
        let record = |kind| DerivedRecord::of_photos(kind, Some(at("2024/a.jpg")), None);
        let derived: BTreeMap<_, _> = [
            ("2024/a.jpg.xmp", DerivedKind::Sidecar),
            ("Albums/Lake.m3u8", DerivedKind::List),
            ("Albums/Mine.m3u8", DerivedKind::List),
            ("Albums/Lake/a.jpg", DerivedKind::Symlink),
            ("Albums/Lake/b.jpg", DerivedKind::Symlink),
            ("Albums/Lake/c.jpg", DerivedKind::Copy),
        ]
        .into_iter()
        .map(|(path, kind)| (at(path), record(kind)))
        .collect();
        let lists = HashMap::from([(at("Albums/Lake.m3u8"), String::new())]);
        let catalogued =
            Catalogued { files: &files, forgotten: &forgotten, derived: &derived, lists: &lists };
        let seen = |nature| Seen { nature, size: 3, modified: Moment(1) };
        let standing = [
            ("2024/a.jpg", Nature::File),
            ("2024/a.jpg.xmp", Nature::File),
            ("2024/e\u{301}.jpg", Nature::File),
            ("Albums/Lake.m3u8", Nature::File),
            ("Albums/Mine.m3u8", Nature::File),
            ("Albums/Lake/a.jpg", Nature::Link),
            ("Albums/Lake/b.jpg", Nature::File),
            ("Albums/Lake/c.jpg", Nature::File),
            (".windfall/forgotten/b.jpg", Nature::File),
            (".windfall/forgotten/c.jpg", Nature::File),
            (".windfall/forgotten/unknown.jpg", Nature::File),
            (".windfall/thumbnails/ab/c.jpg", Nature::File),
            ("windfall-report.html", Nature::File),
            ("notes.txt", Nature::File),
            ("link", Nature::Link),
            ("pipe", Nature::Strange),
        ];
        let standing = standing.into_iter().map(|(path, sort)| (path.to_owned(), seen(sort))).collect();
        let (wanted, problems) = wanted(&catalogued, standing);
        let said: Vec<(&str, Worth, bool)> =
            wanted.iter().map(|file| (&*file.path, file.worth, file.source.is_some())).collect();
        assert_eq!(
            said,
            [
                ("2024/a.jpg", Worth::Original, true),
                ("2024/gone.jpg", Worth::Original, false),
                ("2024/é.jpg", Worth::Original, true),
                (".windfall/forgotten/b.jpg", Worth::Original, true),
                (".windfall/forgotten/c.jpg", Worth::Original, true),
                (".windfall/forgotten/unknown.jpg", Worth::Own, true),
                (".windfall/thumbnails/ab/c.jpg", Worth::Remade, true),
                ("2024/a.jpg.xmp", Worth::Own, true),
                ("Albums/Lake/b.jpg", Worth::Own, true),
                ("Albums/Mine.m3u8", Worth::Own, true),
                ("link", Worth::Link, true),
                ("notes.txt", Worth::Own, true),
                ("windfall-report.html", Worth::Remade, true),
            ]
        );
        assert_eq!(wanted[2].alias.as_deref(), Some("2024/e\u{301}.jpg"));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].entry.as_deref(), Some("pipe"));
    }
}
