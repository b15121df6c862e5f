//! Which form the albums of a library take in its mirror. Pure.
//!
//! The mirror's drive may have links where the library's has none, and the other way round. What cannot be as it is
//! in the library becomes a list; lists that the library has only because its drive has no links become links.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::apple::text;
use crate::category::photos::AlbumKind;
use crate::library::drive::Links;
use crate::library::path::LibraryPath;
use crate::library::record::{AlbumRecord, Derived, DerivedForm, DerivedKind, DerivedRecord};
use crate::library::settings::AlbumForm;
use crate::library::{layout, name};

/// The beginning of every list.
const HEAD: &str = "#EXTM3U";

/// The albums of a library as they stand there.
pub struct Standing<'a> {
    /// Links, lists and copies.
    pub derived: &'a BTreeMap<LibraryPath, DerivedRecord>,
    /// The texts of the lists that nobody changed.
    pub lists: &'a HashMap<LibraryPath, String>,
    pub albums: &'a [AlbumRecord],
    /// What the owner chose.
    pub form: Option<AlbumForm>,
}

/// The albums of a mirror.
#[derive(Debug, Default, PartialEq)]
pub struct Albums {
    pub derived: Vec<Derived>,
    /// How many links became lines of lists.
    pub listed: u64,
}

/// The links, lists and copies that a mirror gets on a drive with such links. `is_taken` says which paths, folded,
/// belong to files.
pub fn albums(standing: &Standing<'_>, links: Links, is_taken: &dyn Fn(&str) -> bool) -> Albums {
    let mut made = Made { names: HashSet::new(), is_taken, albums: Albums::default() };
    let mut to_list: BTreeMap<LibraryPath, Vec<&LibraryPath>> = BTreeMap::new();
    let mut to_link: Vec<(&LibraryPath, &str)> = Vec::new();
    for (path, record) in standing.derived {
        let form = match (record.kind, &record.target) {
            (DerivedKind::Symlink, Some(target)) if links.symbolic => DerivedForm::Symlink(target.clone()),
            (DerivedKind::Hardlink, Some(target)) if links.hard => DerivedForm::Hardlink(target.clone()),
            (DerivedKind::Symlink | DerivedKind::Hardlink, Some(target)) => {
                if let Some(folder) = path.parent() {
                    to_list.entry(folder).or_default().push(target);
                }
                continue;
            }
            (DerivedKind::Copy, Some(target)) => DerivedForm::Copy(target.clone()),
            (DerivedKind::List, _) => match standing.lists.get(path) {
                Some(text) if links.symbolic && standing.form.is_none_or(|form| form == AlbumForm::Auto) => {
                    to_link.push((path, text));
                    continue;
                }
                Some(text) => DerivedForm::Text(text.clone()),
                None => continue,
            },
            _ => continue,
        };
        made.add(path.clone(), form);
    }
    for (folder, targets) in to_list {
        made.list(&folder, &order(standing.albums, &folder), targets);
    }
    for (list, text) in to_link {
        made.links(list, text);
    }
    made.albums
}

/// The places of an album's files in it.
fn order<'a>(albums: &'a [AlbumRecord], folder: &LibraryPath) -> HashMap<&'a str, usize> {
    let is_of = |album: &&AlbumRecord| {
        let top = match album.kind {
            AlbumKind::Album => layout::ALBUMS,
            AlbumKind::Memory => layout::MEMORIES,
            AlbumKind::Shared => layout::SHARED_ALBUMS,
            AlbumKind::Subscribed => return false,
        };
        album.folder.as_ref().is_some_and(|of| *folder == LibraryPath::new([top, of]))
    };
    let files = albums.iter().find(is_of).map_or(&[][..], |album| &album.files);
    files.iter().enumerate().map(|(position, path)| (path.as_str(), position)).collect()
}

struct Made<'a> {
    /// Names given so far, folded.
    names: HashSet<String>,
    is_taken: &'a dyn Fn(&str) -> bool,
    albums: Albums,
}

impl Made<'_> {
    fn add(&mut self, path: LibraryPath, form: DerivedForm) {
        self.names.insert(name::fold(path.as_str()));
        self.albums.derived.push(Derived { path, form });
    }

    /// The first name in a folder that nothing has.
    fn free(&self, place: Option<&LibraryPath>, stem: &str, extension: &str) -> LibraryPath {
        let at = |n| {
            let name = name::with_suffix(stem, extension, n);
            place.map_or_else(|| LibraryPath::new([&name]), |place| place.join(&name))
        };
        let is_free = |path: &LibraryPath| {
            let key = name::fold(path.as_str());
            !self.names.contains(&key) && !(self.is_taken)(&key)
        };
        (1..).map(at).find(is_free).unwrap_or_else(|| at(1))
    }

    fn list(&mut self, folder: &LibraryPath, order: &HashMap<&str, usize>, mut targets: Vec<&LibraryPath>) {
        targets.sort_by_key(|target| (order.get(target.as_str()).copied().unwrap_or(usize::MAX), *target));
        self.albums.listed += targets.len() as u64;
        let top = folder.parent();
        let from = top.as_ref().map_or("", LibraryPath::as_str);
        let mut text = format!("{HEAD}\n");
        for target in targets {
            text.push_str(&name::relative(from, target.as_str()));
            text.push('\n');
        }
        let path = self.free(top.as_ref(), folder.file_name(), "m3u8");
        self.add(path, DerivedForm::Text(text));
    }

    fn links(&mut self, list: &LibraryPath, text: &str) {
        let top = list.parent();
        let from = top.as_ref().map_or("", LibraryPath::as_str);
        let (stem, _) = text::split(list.file_name());
        let place = top.as_ref().map_or_else(|| LibraryPath::new([stem]), |top| top.join(stem));
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        for target in lines.filter_map(|line| LibraryPath::at(from, line)) {
            let (stem, extension) = text::split(target.file_name());
            let path = self.free(Some(&place), stem, extension);
            self.add(path, DerivedForm::Symlink(target));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Albums, Standing, albums};
    use crate::category::photos::AlbumKind;
    use crate::library::drive::Links;
    use crate::library::path::LibraryPath;
    use crate::library::record::{AlbumRecord, DerivedForm, DerivedKind, DerivedRecord};
    use crate::library::settings::AlbumForm;
    use std::collections::{BTreeMap, HashMap};

    const BOTH: Links = Links { symbolic: true, hard: true };
    const NONE: Links = Links { symbolic: false, hard: false };

    fn path(text: &str) -> LibraryPath {
        LibraryPath::parse(text).unwrap()
    }

    /// A link, list or copy: its path, what it is, and its target.
    fn derived(of: &[(&str, DerivedKind, Option<&str>)]) -> BTreeMap<LibraryPath, DerivedRecord> {
        let record = |kind, target: Option<&str>| DerivedRecord::of_photos(kind, target.map(path), None);
        of.iter().map(|(at, kind, target)| (path(at), record(*kind, *target))).collect()
    }

    fn lake() -> Vec<AlbumRecord> {
        vec![AlbumRecord {
            kind: AlbumKind::Album,
            key: "Lake".to_owned(),
            title: "Lake".to_owned(),
            folder: Some("Lake".to_owned()),
            story: None,
            files: vec!["2024/b.jpg".to_owned(), "2024/a.jpg".to_owned()],
        }]
    }

    fn made(
        of: &[(&str, DerivedKind, Option<&str>)],
        lists: &[(&str, &str)],
        form: Option<AlbumForm>,
        links: Links,
        taken: &[&str],
    ) -> Albums {
        let lists: HashMap<_, _> = lists.iter().map(|(at, text)| (path(at), (*text).to_owned())).collect();
        let (derived, albums_of) = (derived(of), lake());
        let standing = Standing { derived: &derived, lists: &lists, albums: &albums_of, form };
        albums(&standing, links, &|path| taken.contains(&path))
    }

    fn words(albums: &Albums) -> Vec<String> {
        let word = |form: &DerivedForm| match form {
            DerivedForm::Symlink(target) => format!("-> {target}"),
            DerivedForm::Hardlink(target) => format!("=> {target}"),
            DerivedForm::Copy(target) => format!("copy of {target}"),
            DerivedForm::Text(text) | DerivedForm::Sidecar(text) => text.replace('\n', "|"),
        };
        albums.derived.iter().map(|made| format!("{} {}", made.path, word(&made.form))).collect()
    }

    const LINKS: [(&str, DerivedKind, Option<&str>); 3] = [
        ("Albums/Lake/a.jpg", DerivedKind::Symlink, Some("2024/a.jpg")),
        ("Albums/Lake/b.jpg", DerivedKind::Symlink, Some("2024/b.jpg")),
        ("2024/a.jpg.xmp", DerivedKind::Sidecar, None),
    ];
    const LIST: &str = "#EXTM3U\n../2024/b.jpg\n../2024/a.jpg\n";

    #[test]
    fn a_drive_with_links_gets_what_the_library_has() {
        let mirror = made(&LINKS, &[], Some(AlbumForm::Auto), BOTH, &[]);
        assert_eq!(words(&mirror), ["Albums/Lake/a.jpg -> 2024/a.jpg", "Albums/Lake/b.jpg -> 2024/b.jpg"]);
        assert_eq!(mirror.listed, 0);
    }

    #[test]
    fn a_drive_without_links_gets_lists_in_the_albums_order() {
        for kind in [DerivedKind::Symlink, DerivedKind::Hardlink] {
            let links = LINKS.map(|(at, _, target)| (at, kind, target));
            let mirror = made(&links[..2], &[], Some(AlbumForm::Auto), NONE, &[]);
            assert_eq!(words(&mirror), [format!("Albums/Lake.m3u8 {}", LIST.replace('\n', "|"))]);
            assert_eq!(mirror.listed, 2);
        }
        let taken = made(&LINKS, &[], None, NONE, &["albums/lake.m3u8"]);
        assert_eq!(taken.derived[0].path.as_str(), "Albums/Lake (2).m3u8");
        let copies = [("Albums/Lake/a.jpg", DerivedKind::Copy, Some("2024/a.jpg"))];
        let mirror = made(&copies, &[], Some(AlbumForm::Copy), NONE, &[]);
        assert_eq!(words(&mirror), ["Albums/Lake/a.jpg copy of 2024/a.jpg"]);
    }

    #[test]
    fn lists_become_links_where_nobody_asked_for_lists() {
        let list = [("Albums/Lake.m3u8", DerivedKind::List, None)];
        let twice = format!("{LIST}../2023/A.jpg\n../../outside\n");
        let lists = [("Albums/Lake.m3u8", twice.as_str())];
        let mirror = made(&list, &lists, Some(AlbumForm::Auto), BOTH, &[]);
        assert_eq!(
            words(&mirror),
            [
                "Albums/Lake/b.jpg -> 2024/b.jpg",
                "Albums/Lake/a.jpg -> 2024/a.jpg",
                "Albums/Lake/A (2).jpg -> 2023/A.jpg",
            ]
        );
        for (form, links) in [(AlbumForm::List, BOTH), (AlbumForm::Auto, NONE)] {
            let mirror = made(&list, &lists, Some(form), links, &[]);
            assert_eq!(words(&mirror), [format!("Albums/Lake.m3u8 {}", twice.replace('\n', "|"))]);
        }
        // one that its owner changed goes along as a file of theirs
        assert_eq!(made(&list, &[], Some(AlbumForm::Auto), BOTH, &[]), Albums::default());
    }
}
