//! Stand-ins: the lines that the tables of origins lack.
//!
//! Each takes its file as it stands: called what it is called now, and of the export whose row carries its
//! fingerprint, else of the only one or of none. All are of an archive that there never was ([`REBUILT`]), and go when the
//! true entry is seen again.
//!
//! A shared album says what it is by the folder of its members alone, so its links and lists are read for them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use crate::apple::fingerprint::Fingerprint;
use crate::category::of_place;
use crate::category::photos::lists::List;
use crate::category::photos::lists::details::Checksum;
use crate::category::photos::{AlbumKind, Heard, Sort};
use crate::contents::{Archive, Category, Class, ContentId, Identity, Inner, REBUILT};
use crate::library::origins::Origin;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, Placement};
use crate::library::{layout, name};
use crate::run::rebuild::kept::{KeptDetails, Meaning};
use crate::run::rebuild::sorted::Sorted;
use crate::run::verify::on_drive::Reread;

/// Lines, and Apple's folders of shared albums with the library's.
#[derive(Debug, Default)]
pub struct StandIns {
    /// As those of [`Told`](super::told::Told).
    pub lines: Vec<(String, Origin)>,
    /// For the plan.
    pub album_folders: HashMap<(AlbumKind, String), String>,
}

impl StandIns {
    /// Of all files that no table names; `default` is the part of what nothing tells.
    pub fn new(
        library: &Path,
        sorted: &Sorted,
        kept: &BTreeMap<LibraryPath, KeptDetails>,
        reread: &Reread,
        default: &(String, u32),
    ) -> Self {
        let mut stand_ins = StandIns::default();
        if sorted.untold.is_empty() {
            return stand_ins;
        }
        let Listed { parts, folders } = Listed::of(kept, reread);
        let mut add =
            |path: &LibraryPath, content, (label, part): &(String, u32), what: Meaning, inner: &str| {
                let (category, class, sort) = what;
                let bytes = &reread.contents.distinct[content];
                let line = Origin {
                    file: path.clone(),
                    blake3: bytes.blake3,
                    size: bytes.size,
                    part: *part,
                    archive: Archive { name: REBUILT.to_owned(), identity: Identity::Folder },
                    complete: false,
                    position: u32::try_from(stand_ins.lines.len()).unwrap_or(u32::MAX),
                    path: path.as_str().into(),
                    inner: Inner::of(path.as_str(), inner),
                    category,
                    class,
                    sort,
                    modified: None,
                };
                stand_ins.lines.push((label.clone(), line));
            };
        let told: HashSet<ContentId> =
            sorted.told.iter().filter(|f| f.area == Area::Media).map(|f| f.content).collect();
        let members = sorted.members(library);
        for (folder, path, content) in members.iter().filter(|(.., content)| !told.contains(content)) {
            let key = folders.get(&name::fold(folder)).unwrap_or(folder);
            stand_ins.album_folders.insert((AlbumKind::Shared, key.clone()), folder.clone());
            add(
                path,
                *content,
                default,
                of_photos(Sort::Shared),
                &format!("My Albums/{key}/{}", path.file_name()),
            );
        }
        for Placement { path, area, content, .. } in &sorted.untold {
            let (top, below) = path.as_str().split_once('/').unwrap_or(("", path.as_str()));
            if *area != Area::Media {
                match kept.get(path) {
                    Some(KeptDetails { label, number, sort, inner, other }) => {
                        let what = other.unwrap_or_else(|| of_photos(*sort));
                        add(path, *content, &(label.clone(), *number), what, inner);
                    }
                    None => {
                        let of_place = of_place(path.as_str());
                        // a folder of attachments is called after its note, as its folder at Apple's was
                        let inner = path.as_str().replace(".assets/", "/");
                        match of_place {
                            Some((category, sort)) => {
                                add(path, *content, default, (category, Class::Other, sort), &inner);
                            }
                            None => add(path, *content, default, of_photos(Sort::Other), below),
                        }
                    }
                }
                continue;
            }
            let listed = reread.heard.photos.said[*content].fingerprint.and_then(|f| parts.get(&f));
            if listed.is_none() && top == layout::SHARED_ALBUMS && below.contains('/') {
                continue;
            }
            let (folder, sort) = match top {
                layout::RECENTLY_DELETED => ("Recently Deleted", Sort::Deleted),
                _ => ("Photos", Sort::Photo),
            };
            for part in listed.unwrap_or(&BTreeSet::from([default.clone()])) {
                add(path, *content, part, of_photos(sort), &format!("{folder}/{path}"));
            }
        }
        stand_ins
    }
}

fn of_photos(sort: Sort) -> Meaning {
    (Category::Photos, sort.class(), sort.into())
}

/// What Apple's lists tell of files that no table names.
#[derive(Default)]
struct Listed {
    /// The parts with a row that carries a fingerprint.
    parts: HashMap<Fingerprint, BTreeSet<(String, u32)>>,
    /// Apple's folder of each shared album, by the name that the album has in the library.
    folders: HashMap<String, String>,
}

impl Listed {
    fn of(kept: &BTreeMap<LibraryPath, KeptDetails>, reread: &Reread) -> Self {
        let mut listed = Listed::default();
        let Heard { lists, .. } = &reread.heard.photos;
        for (path, KeptDetails { label, number, inner, sort, .. }) in kept {
            match reread.index(path).and_then(|content| lists.get(&(content, *sort))) {
                Some(List::Rows(details)) if *sort == Sort::Details => {
                    for row in &details.rows {
                        if let Checksum::Fingerprint(stated) = &row.checksum {
                            listed.parts.entry(*stated).or_default().insert((label.clone(), *number));
                        }
                    }
                }
                Some(List::Album(info)) => {
                    let folder = inner.rsplit('/').nth(1).unwrap_or_default();
                    let title = info.album_name.as_deref().filter(|title| !title.trim().is_empty());
                    let name = name::fold(&name::portable(title.unwrap_or(folder)));
                    listed.folders.insert(name, folder.to_owned());
                }
                _ => {}
            }
        }
        listed
    }
}
