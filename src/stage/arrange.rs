//! Arrange: where the library's own files go by the rules of today, and from where. Pure.
//!
//! An arrangement is what the plan of an import would be if the files that may move stood nowhere. Everything else
//! keeps its place, and its name is taken: files that somebody changed, that nobody imported, that are gone. Links and
//! copies in albums go from the name of the old file to that of the new one, and sidecars with their file.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::category::Assets;
use crate::category::outcome::Wishes;
use crate::category::photos::{Heard, Matched};
use crate::contents::{
    Archive, Bytes, Category, Class, ContentId, ContentSet, Contents, Entry, Export, Identity, Inner, Part,
};
use crate::library::drive::Links;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, DerivedKind, FileRecord};
use crate::library::settings::Settings;
use crate::sidecar;
use crate::stage::plan::{Fitting, fitting, plan};
use crate::stage::survey::{Before, Held};

/// Which files may move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All, because the owner gave a template.
    Everything,
    /// Those that do not stand where the rules want them, whatever number their name has.
    Misplaced,
}

/// From where, and to where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocation {
    pub old: LibraryPath,
    pub new: LibraryPath,
    /// Its bytes; of what repeats a file, those of that file; of a link or a sidecar, none.
    pub content: Option<ContentId>,
}

/// What goes where.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// Photos, videos and what belongs to them.
    pub files: Vec<Relocation>,
    /// Links, copies and sidecars.
    pub derived: Vec<Relocation>,
}

/// What an arrangement is made of.
pub struct Arranging<'a> {
    pub contents: &'a Contents,
    pub heard: &'a Heard,
    pub matched: &'a Matched,
    pub before: &'a Before,
    pub settings: &'a Settings,
    pub links: Links,
}

impl Arranging<'_> {
    /// Where files go. `fixed` are the bytes of those that stay whatever the rules say.
    pub fn arrangement(&self, scope: Scope, fixed: &ContentSet) -> Arrangement {
        let standing = standing(self.before);
        let free = self.free(scope, fixed, &standing);
        let held = self.held(&standing, &free);
        let contents = self.given(&free);
        let plan =
            plan(&contents, Assets::Photos(self.matched, self.heard), &Wishes::new(), &held, self.settings);
        let mut new: HashMap<&LibraryPath, &LibraryPath> = HashMap::new();
        let mut arrangement = Arrangement::default();
        for placement in plan.placements.iter().filter(|placement| placement.area == Area::Media) {
            let Some(old) = standing.get(&placement.content).filter(|old| **old != placement.path) else {
                continue;
            };
            new.insert(old, &placement.path);
            arrangement.files.push(Relocation {
                old: old.clone(),
                new: placement.path.clone(),
                content: Some(self.before.files[old].content),
            });
        }
        arrangement.derived.extend(self.links(&plan.derived, &new));
        arrangement.derived.extend(self.sidecars(&new, &held));
        arrangement
    }

    /// The bytes of files that may move.
    fn free(
        &self,
        scope: Scope,
        fixed: &ContentSet,
        standing: &BTreeMap<ContentId, LibraryPath>,
    ) -> ContentSet {
        let may = |content: &ContentId| !fixed.contains(*content);
        match scope {
            Scope::Everything => standing.keys().copied().filter(may).collect(),
            Scope::Misplaced => self.misplaced(standing).into_iter().filter(may).collect(),
        }
    }

    /// What stands elsewhere than the rules of today want it, and was not put there by the owner.
    fn misplaced(&self, standing: &BTreeMap<ContentId, LibraryPath>) -> Vec<ContentId> {
        let held = Held { album_folders: self.before.album_folders.clone(), ..Held::default() };
        let assets = Assets::Photos(self.matched, self.heard);
        let place = |content| standing.get(&content).cloned();
        let Fitting { mut misplaced, .. } =
            fitting(self.contents, assets, &held, self.settings, &place, &|asset| asset.time());
        misplaced
            .retain(|content| standing.get(content).is_some_and(|path| !self.before.owners.contains(path)));
        misplaced
    }

    /// The library as it is without the files that may move.
    fn held(&self, standing: &BTreeMap<ContentId, LibraryPath>, free: &ContentSet) -> Held {
        let Before { files, lost, derived, .. } = self.before;
        let moving: HashSet<&LibraryPath> =
            standing.iter().filter(|(content, _)| free.contains(**content)).map(|(_, path)| path).collect();
        let files = files.keys().filter(|path| !moving.contains(path));
        let lost = lost.iter().map(|record| &record.path);
        let others = self.before.strange().filter(|path| !derived.contains_key(path));
        let taken = files.chain(lost).chain(others).map(PathKey::of);
        let stays = standing.iter().filter(|(content, _)| !free.contains(**content));
        Held {
            media: stays
                .map(|(content, path)| (self.contents.distinct[*content].blake3, path.clone()))
                .collect(),
            taken: taken.collect(),
            album_folders: self.before.album_folders.clone(),
            links: self.links,
            ..Held::default()
        }
    }

    /// What an import that brings the free files once more would be given.
    fn given(&self, free: &ContentSet) -> Contents {
        let mut contents = Contents { distinct: self.contents.distinct.clone(), ..Contents::default() };
        let export = contents.exports.push(Export {
            name: String::new(),
            category: Category::Photos,
            total: None,
            built: None,
            label: String::new(),
        });
        let part = contents.parts.push(Part { export, number: 1 });
        let archive = contents.archives.push(Archive { name: String::new(), identity: Identity::Folder });
        for (position, content) in (0..).zip(free.contents()) {
            contents.entries.push(Entry {
                archive,
                part,
                position,
                path: "".into(),
                inner: Inner::of("", ""),
                category: Category::Photos,
                class: Class::Resource,
                sort: crate::category::photos::Sort::Photo.into(),
                size: contents.distinct[content].size,
                crc32: None,
                modified: None,
                given: true,
                bytes: Bytes::Sound(content),
            });
        }
        contents
    }

    /// Links and copies that get another name; `new` says where files go.
    fn links(
        &self,
        planned: &[crate::library::record::Derived],
        new: &HashMap<&LibraryPath, &LibraryPath>,
    ) -> Vec<Relocation> {
        let old: HashMap<&LibraryPath, &LibraryPath> = new.iter().map(|(old, new)| (*new, *old)).collect();
        let mut standing: HashMap<(LibraryPath, &LibraryPath), &LibraryPath> = HashMap::new();
        for (path, record) in self.before.derived.iter().filter(|(_, r)| r.kind.is_of_album()) {
            if let (Some(folder), Some(target)) = (path.parent(), &record.target) {
                standing.insert((folder, target), path);
            }
        }
        let mut links = Vec::new();
        for derived in planned {
            let (Some(folder), Some(target)) = (derived.path.parent(), derived.form.target()) else {
                continue;
            };
            let target = old.get(target).copied().unwrap_or(target);
            let Some(&path) = standing.get(&(folder, target)).filter(|path| ***path != derived.path) else {
                continue;
            };
            let repeats = self.before.derived[path].kind != DerivedKind::Symlink;
            let content = self.before.files.get(target).filter(|_| repeats).map(|file| file.content);
            links.push(Relocation { old: path.clone(), new: derived.path.clone(), content });
        }
        links
    }

    /// Sidecars of files that go elsewhere.
    fn sidecars(&self, new: &HashMap<&LibraryPath, &LibraryPath>, held: &Held) -> Vec<Relocation> {
        let sidecars = self.before.derived.iter().filter(|(_, record)| record.kind == DerivedKind::Sidecar);
        let moved = sidecars.filter_map(|(path, _)| {
            let subject = sidecar::subject(path)?;
            let ending = path.as_str().strip_prefix(subject.as_str())?.strip_prefix('.')?;
            let new = new.get(&subject)?.with_added_extension(ending);
            (!held.taken.contains(&PathKey::of(&new))).then(|| Relocation {
                old: path.clone(),
                new,
                content: None,
            })
        });
        moved.collect()
    }
}

/// Where media stand, by the bytes that Apple delivered; of several files the first.
fn standing(before: &Before) -> BTreeMap<ContentId, LibraryPath> {
    let mut standing = BTreeMap::new();
    let media = before.files.values().filter(|file: &&FileRecord| file.area == Area::Media);
    for file in media {
        standing.entry(*file.delivered()).or_insert_with(|| file.path.clone());
    }
    standing
}
