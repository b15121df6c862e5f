//! Paths for `Other/` and for the kept details, once every medium has its own. Equal bytes at one path are
//! one file; two different files of one path are never merged.
//!
//! An entry that is only remembered is where its bytes stand, and is not placed again.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use blake3::Hash;
use unicode_normalization::UnicodeNormalization;

use crate::apple::text;
use crate::category::outcome::{Earlier, Wished, Wishes, time_of};
use crate::category::unsorted;
use crate::contents::{Category, Class, Contents, Entry, EntryId};
use crate::library::numbers::Numbers;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, Placement};
use crate::library::{layout, name};
use crate::problem::{Code, Problem};
use crate::stage::plan::{Planner, Standing, Target};
use crate::stage::survey::{Held, MovedByOwner};

/// Where another choice has put a file that is to move.
fn left(wish: Option<&Wished>, hash: Hash, standing: &Standing) -> Option<LibraryPath> {
    let Some(Earlier::Leaves(place)) = wish?.earlier.as_ref() else { return None };
    standing_at(place, hash, standing).map(|(_, path)| path.clone())
}

/// Where another choice has put a file that is to stay there.
fn staying<'s>(wish: Option<&Wished>, hash: Hash, standing: &'s Standing) -> Option<(u64, &'s LibraryPath)> {
    let Some(Earlier::Stays(place)) = wish?.earlier.as_ref() else { return None };
    standing_at(place, hash, standing)
}

fn standing_at<'s>(place: &str, hash: Hash, standing: &'s Standing) -> Option<(u64, &'s LibraryPath)> {
    let path = LibraryPath::new(place.split('/'));
    let (stem, extension) = text::split(path.file_name());
    standing.find(hash, &path.parent()?, stem, extension)
}

/// Where bytes are kept, in the order of the paths.
fn by_hash(held: &Held) -> HashMap<Hash, Vec<&LibraryPath>> {
    let mut by_hash: HashMap<Hash, Vec<&LibraryPath>> = HashMap::new();
    for (path, hash) in &held.kept {
        by_hash.entry(*hash).or_default().push(path);
    }
    by_hash.values_mut().for_each(|paths| paths.sort());
    by_hash
}

/// Files that their owner put elsewhere. Each is that of one path, however many exports have it.
struct Moved {
    free: MovedByOwner,
    claimed: HashMap<(PathKey, Hash), LibraryPath>,
}

impl Moved {
    /// Where the file is now that would stand at this path, if its owner put it elsewhere.
    fn claim(&mut self, key: PathKey, hash: Hash, name: &str) -> Option<LibraryPath> {
        if let Some(path) = self.claimed.get(&(key, hash)) {
            return Some(path.clone());
        }
        let free = self.free.get_mut(&hash)?;
        let is_its =
            |(_, called): &(_, Option<Box<str>>)| called.as_deref().is_none_or(|called| called == name);
        let at = free.iter().position(is_its)?;
        let (path, _) = free.remove(at);
        self.claimed.insert((key, hash), path.clone());
        Some(path)
    }
}

/// Whether two entries of the same bytes are two files of their owner's: their export has them at two paths. What a zip
/// has decomposed and a folder composed is one path in two archives, and two in one.
fn are_two(contents: &Contents, one: EntryId, other: EntryId) -> bool {
    let (one, other) = (&contents.entries[one], &contents.entries[other]);
    if one.inner() == other.inner() || contents.export_of(one) != contents.export_of(other) {
        return false;
    }
    let is_original = one.class == Class::Other && other.class == Class::Other;
    is_original && (one.archive == other.archive || !one.inner().nfc().eq(other.inner().nfc()))
}

impl Planner<'_> {
    /// `Other/` and the kept details: by path and bytes, never merged.
    pub(super) fn others(&mut self, wishes: &Wishes) {
        let mut standing = Standing::of(self.held.kept.iter().map(|(path, hash)| (path, *hash)));
        let forgotten = self.held.forgotten_files.iter().map(|(path, hash)| (path, *hash));
        let forgotten = Standing::of(forgotten);
        let mut numbers: Numbers<PathKey> = Numbers::default();
        let mut moved = Moved { free: self.held.moved.clone(), claimed: HashMap::new() };
        let mut leaving: HashSet<LibraryPath> = HashSet::new();
        // which entry is the file at a path
        let mut claimed: HashMap<LibraryPath, EntryId> = HashMap::new();
        let held = self.held;
        // only a place that has changed asks for it
        let by_hash = LazyCell::new(|| by_hash(held));
        for (index, entry) in self.contents.entries.pairs() {
            let Some(content) = entry.content() else { continue };
            let wish = wishes.get(&index);
            let Some((area, folder, name)) = self.place_of(entry, wish) else { continue };
            let hash = self.hash(content);
            let (stem, extension) = text::split(&name);
            let is_forgotten = match entry.category {
                Category::Photos => self.held.forgotten.contains(&hash),
                _ => {
                    self.held.forgotten_unsorted.contains(&hash)
                        || forgotten.find(hash, &folder, stem, extension).is_some()
                }
            };
            if area == Area::Other && is_forgotten {
                self.plan.excluded.insert(content);
                continue;
            }
            let at = |n| Target::new(folder.join(&name::with_suffix(stem, extension, n)));
            let n = numbers.first_free(at(1).key, |n| self.is_free(&at(n), content));
            let old = self.old_place(entry, hash, &standing).or_else(|| left(wish, hash, &standing));
            let old = old.filter(|old| leaving.insert(old.clone()));
            let other = |path: &LibraryPath| {
                claimed.get(path).copied().filter(|first| are_two(self.contents, *first, index))
            };
            let named = (stem, extension);
            // what an entry of long ago has may be this one's: nobody knows whether its own file was ever placed
            let is_sure =
                |path: &LibraryPath| other(path).is_some_and(|other| self.contents.entries[other].given);
            let same = standing
                .find_but(hash, &folder, named, |path| other(path).is_some())
                .or_else(|| standing.find_but(hash, &folder, named, is_sure));
            let same = same.filter(|(k, _)| *k < n);
            if let Some((_, path)) = same.or_else(|| staying(wish, hash, &standing)) {
                claimed.entry(path.clone()).or_insert(index);
                self.plan.reclaimed.extend(old.filter(|old| old != path).map(|old| (old, path.clone())));
                self.plan.kept.insert(index, path.clone());
                continue;
            }
            if area == Area::Other
                && let Some(path) = moved.claim(at(1).key, hash, entry.name())
            {
                self.plan.kept.insert(index, path);
                continue;
            }
            // nobody brings it again: it is where its bytes are, if they still are
            if !entry.given && old.is_none() {
                let top = folder.as_str().split('/').next();
                let elsewhere = by_hash.get(&hash).into_iter().flatten();
                let mut alike = elsewhere.filter(|path| path.as_str().split('/').next() == top);
                if let Some(path) = alike.next() {
                    self.plan.kept.insert(index, (*path).clone());
                }
                continue;
            }
            let adopted = self.foreign.find(hash, &folder, stem, extension);
            let adopted = adopted.filter(|&(k, _)| k < n && self.is_free(&at(k), content));
            let Target { path, key } = at(adopted.map_or(n, |(k, _)| k));
            standing.add(&path, hash);
            claimed.insert(path.clone(), index);
            self.planned.insert(key);
            let modified = wish.and_then(|wish| wish.modified).or_else(|| time_of(entry));
            let is_executable = wish.is_some_and(|wish| wish.is_executable);
            self.plan.placements.push(Placement {
                path: path.clone(),
                area,
                content,
                modified,
                is_executable,
            });
            self.note_renamed_other(entry, area, &path);
            self.plan.reclaimed.extend(old.map(|old| (old, path.clone())));
            self.plan.kept.insert(index, path);
        }
    }

    /// Where an earlier version kept an entry that it took for something else, if it still stands there.
    fn old_place(&self, entry: &Entry, hash: Hash, standing: &Standing) -> Option<LibraryPath> {
        let before = self.held.reclaimed.get(&(entry.archive, entry.position))?;
        let content = entry.content()?;
        if before.class == Class::Resource {
            // photos may have the same bytes, and keep them
            return self.held.media.get(&hash).filter(|_| !self.plan.paths.contains(content)).cloned();
        }
        let export = &self.contents.exports[self.contents.export_of(entry)];
        let above = (!before.of_photos).then_some(export.name.as_str());
        let below = before.inner.split('/').filter(|component| !component.is_empty());
        let top = match before.class {
            Class::Other => LibraryPath::new([layout::OTHER]),
            _ => return None,
        };
        let place = LibraryPath::new(above.into_iter().chain(below));
        let folder = place.parent().map_or(top.clone(), |folder| top.below(&folder));
        let (stem, extension) = text::split(place.file_name());
        standing.find(hash, &folder, stem, extension).map(|(_, path)| path.clone())
    }

    /// What kind of place an entry that is no resource has, in which folder, under which name.
    fn place_of(&self, entry: &Entry, wish: Option<&Wished>) -> Option<(Area, LibraryPath, String)> {
        if let Some(wish) = wish.filter(|_| entry.class == Class::Other) {
            let path = LibraryPath::new(wish.path.split('/'));
            return Some((Area::Other, path.parent()?, path.file_name().to_owned()));
        }
        let (area, top, below) = match entry.class {
            Class::Other => {
                let place = LibraryPath::new(unsorted::place(self.contents, entry));
                (Area::Other, LibraryPath::new([layout::OTHER]), place)
            }
            Class::Details => {
                let place = LibraryPath::new(entry.inner().split('/').filter(|c| !c.is_empty()));
                (Area::Details, self.details_folder(entry), place)
            }
            Class::Resource | Class::Placeholder | Class::Ignored | Class::Excluded => return None,
        };
        let folder = below.parent().map_or(top.clone(), |folder| top.below(&folder));
        Some((area, folder, below.file_name().to_owned()))
    }

    fn note_renamed_other(&mut self, entry: &Entry, area: Area, path: &LibraryPath) {
        let mut components = entry.inner().split('/').filter(|c| !c.is_empty());
        let has_own_name = matches!(entry.category, Category::Photos | Category::Drive);
        if area != Area::Other || !has_own_name || components.all(name::is_portable) {
            return;
        }
        self.plan.problems.push(
            Problem::new(
                Code::Renamed,
                format!(
                    "some systems cannot store the path `{}`; it is in the library as `{path}`",
                    entry.inner()
                ),
            )
            .in_archive(&self.contents.archives[entry.archive].name)
            .with_entry(entry.path.as_ref()),
        );
    }

    fn details_folder(&self, entry: &Entry) -> LibraryPath {
        let part = &self.contents.parts[entry.part];
        let label = &self.contents.exports[part.export].label;
        LibraryPath::internal([layout::DETAILS, label, &format!("Part {}", part.number)])
    }
}
