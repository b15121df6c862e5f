//! Plan: which bytes go to which path, and which links and lists the albums become.
//!
//! [`Plan`] is a plain value that a dry run prints and [`place`](crate::stage::place) carries out. It never
//! changes or moves what the library has: a path, once given, is kept. Pure.
//!
//! Names that clash are numbered in the order of capture instant and BLAKE3, not of the inputs, so the same
//! photos always get the same names.

mod albums;
#[cfg(test)]
pub(crate) mod build;
mod fitting;
mod others;
pub mod records;
mod standing;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use blake3::Hash;
use chrono::{DateTime, FixedOffset};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::apple::text;
use crate::category::outcome::{Wishes, time_of};
use crate::category::{self, Album, AlbumId, AlbumKind, Apart, Asset, Assets, Resource, Stem, Wish};
use crate::contents::{Arena, ByContent, Class, ContentId, Contents, EntryId};
use crate::library::numbers::Numbers;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, Derived, Placement};
use crate::library::settings::{Hidden, RecentlyDeleted, Settings};
use crate::library::template::Fields;
use crate::library::{layout, name};
use crate::problem::{Code, Problem};
use crate::stage::survey::Held;
use crate::threads::ABREAST;

pub use albums::form_on;
pub use fitting::{Fitting, fitting};
use standing::Standing;

/// The list of actions that turns an export into library files.
#[derive(Debug, Default)]
pub struct Plan {
    /// New files, in the order in which names were given.
    pub placements: Vec<Placement>,
    /// The path of every medium that stands or will stand in the library.
    pub paths: ByContent<LibraryPath>,
    /// The path of every entry that is kept in `Other/` or among the details.
    pub kept: HashMap<EntryId, LibraryPath>,
    /// Files that an earlier version kept elsewhere because it did not understand them: from where, and to where.
    pub reclaimed: Vec<(LibraryPath, LibraryPath)>,
    /// Contents that an option leaves out, or that the owner wants left out.
    pub excluded: HashSet<ContentId>,
    /// The folder of every album that has one.
    pub folders: HashMap<AlbumId, String>,
    /// Links, lists and copies for albums.
    pub derived: Vec<Derived>,
    /// Links and copies of earlier runs that are to go.
    pub withdrawn: Vec<LibraryPath>,
    /// Names that were rewritten.
    pub problems: Vec<Problem>,
}

/// Makes the plan.
pub fn plan(
    contents: &Contents,
    assets: Assets<'_>,
    wishes: &Wishes,
    held: &Held,
    settings: &Settings,
) -> Plan {
    let mut planner = Planner::new(contents, held, settings);
    planner.folders(assets.collections());
    let mut order: Vec<Asset<'_>> = assets.iter().collect();
    order.par_sort_by_cached_key(|asset| {
        let instant = asset.time().map_or((1, None), |t| (0, Some(t.to_utc())));
        (instant, contents.distinct[asset.primary().content].blake3.as_bytes().to_owned())
    });
    // what has a path keeps it, and what is gone may come back to its own; only then are new names given
    for asset in &order {
        planner.keep(*asset);
    }
    planner.planned.extend(held.reserved.values().map(PathKey::of));
    // where each would stand is asked side by side; the names are given in their order
    for some in order.chunks(ABREAST) {
        let new: Vec<Option<New<'_>>> =
            some.par_iter().map(|asset| planner.new_of(*asset, assets.collections())).collect();
        for (asset, new) in some.iter().zip(new) {
            new.into_iter().for_each(|new| planner.place(*asset, new));
        }
    }
    planner.others(wishes);
    planner.albums(assets);
    planner.withdraw(assets);
    planner.plan
}

fn first_given_entries(contents: &Contents) -> ByContent<EntryId> {
    let mut first = ByContent::with_capacity(contents.distinct.len());
    for (index, entry) in contents.entries.pairs().filter(|(_, e)| e.given && e.class == Class::Resource) {
        if let Some(content) = entry.content() {
            first.slot(content).get_or_insert(index);
        }
    }
    first
}

/// When an asset was made, if anything tells.
type Time = Option<DateTime<FixedOffset>>;

/// A path and its collision key, made once: it is asked for several times.
struct Target {
    path: LibraryPath,
    key: PathKey,
}

impl Target {
    fn new(path: LibraryPath) -> Self {
        Target { key: PathKey::of(&path), path }
    }

    /// The `n`th path that a name may have in a folder.
    fn nth(folder: &LibraryPath, stem: &str, extension: &str, n: u64) -> Self {
        Target::new(folder.join(&name::with_suffix(stem, extension, n)))
    }
}

/// What of an asset has no path.
struct New<'a> {
    /// What is to have none.
    left_out: Vec<ContentId>,
    folder: LibraryPath,
    named: Vec<Named<'a>>,
}

/// A resource that needs a path, and the one that it gets if nothing stands there.
struct Named<'a> {
    resource: Resource<'a>,
    stem: String,
    extension: &'a str,
    first: Target,
}

impl<'a> Named<'a> {
    fn new(resource: Resource<'a>, stem: String, extension: &'a str, folder: &LibraryPath) -> Self {
        let first = Target::nth(folder, &stem, extension, 1);
        Named { resource, stem, extension, first }
    }

    /// The `n`th path that it may have.
    fn at(&self, folder: &LibraryPath, n: u64) -> Target {
        Target::nth(folder, &self.stem, self.extension, n)
    }
}

struct Planner<'a> {
    contents: &'a Contents,
    held: &'a Held,
    settings: &'a Settings,
    /// The first entry of every medium in this run's inputs.
    entry_of: ByContent<EntryId>,
    /// Collision keys of the paths that this plan has given.
    planned: HashSet<PathKey>,
    /// How far was counted, by the collision keys of the names without a number.
    numbers: Numbers<Vec<PathKey>>,
    /// The same, of links and copies in albums.
    links: Numbers<PathKey>,
    /// Files that no import recorded.
    foreign: Standing,
    /// Links that no import recorded.
    foreign_links: Standing,
    plan: Plan,
}

impl<'a> Planner<'a> {
    fn new(contents: &'a Contents, held: &'a Held, settings: &'a Settings) -> Self {
        Planner {
            contents,
            held,
            settings,
            entry_of: first_given_entries(contents),
            planned: HashSet::new(),
            numbers: Numbers::default(),
            links: Numbers::default(),
            foreign: Standing::of(held.foreign.iter().map(|(path, hash)| (path, *hash))),
            foreign_links: Standing::of(
                held.foreign_links.iter().map(|(path, to)| (path, albums::link_to(to))),
            ),
            plan: Plan::default(),
        }
    }
}

impl Planner<'_> {
    fn hash(&self, content: ContentId) -> Hash {
        self.contents.distinct[content].blake3
    }

    /// What stands in the library keeps its path; what a record or an unfinished plan names goes
    /// where that says.
    fn keep(&mut self, asset: Asset<'_>) {
        for resource in asset.resources() {
            let hash = self.hash(resource.content);
            if let Some(path) = self.held.media.get(&hash) {
                self.plan.paths.insert(resource.content, path.clone());
            } else if let Some(target) = self.held.reserved.get(&hash).cloned().map(Target::new)
                && self.entry_of.contains(resource.content)
                && !self.is_excluded(asset)
                && !self.is_forgotten(asset, resource)
                && self.is_free(&target, resource.content)
            {
                self.take(target, Area::Media, resource.content, asset);
            }
        }
    }

    fn is_excluded(&self, asset: Asset<'_>) -> bool {
        asset.apart().any(|apart| match apart {
            Apart::Hidden => self.settings.hidden == Hidden::Skip,
            Apart::RecentlyDeleted => self.settings.recently_deleted == RecentlyDeleted::Skip,
        })
    }

    /// Whether the owner wants these bytes left out, or the photo that they belong to.
    fn is_forgotten(&self, asset: Asset<'_>, resource: Resource<'_>) -> bool {
        let forgotten = &self.held.forgotten;
        !forgotten.is_empty()
            && (forgotten.contains(&self.hash(resource.content))
                || forgotten.contains(&self.hash(asset.primary().content)))
    }

    /// What keeps an asset out of the folders of the others.
    fn apart(&self, asset: Asset<'_>) -> Option<Apart> {
        let is_mixed = |apart: &Apart| *apart == Apart::Hidden && self.settings.hidden == Hidden::Mixed;
        asset.apart().find(|apart| !is_mixed(apart))
    }

    fn is_without_path(&self, resource: &Resource<'_>) -> bool {
        !self.plan.paths.contains(resource.content) && self.entry_of.contains(resource.content)
    }

    /// What of an asset has no path, and which it would get: beside what has one, else where the layout says. It does
    /// not depend on other assets.
    fn new_of<'b>(&self, asset: Asset<'b>, collections: &Arena<AlbumId, Album>) -> Option<New<'b>> {
        let (left_out, new): (Vec<Resource<'_>>, Vec<Resource<'_>>) = asset
            .resources()
            .filter(|resource| self.is_without_path(resource))
            .partition(|resource| self.is_excluded(asset) || self.is_forgotten(asset, *resource));
        if left_out.is_empty() && new.is_empty() {
            return None;
        }
        let anchor = asset.resources().find_map(|r| self.plan.paths.get(r.content));
        let beside = anchor.and_then(|path| Some((path.parent()?, text::split(path.file_name()).0)));
        let (folder, anchor_stem) = match beside {
            Some((folder, stem)) => (folder, stem),
            None => (self.folder(asset, asset.time(), collections), ""),
        };
        let named = new.into_iter().map(|resource| {
            let (own_stem, extension) = text::split(resource.name);
            let own = resource.stem == Stem::Own;
            let stem = match own || anchor_stem.is_empty() {
                false => anchor_stem.to_owned(),
                true => self.stem(
                    asset,
                    asset.time(),
                    if own { own_stem } else { text::split(asset.primary().name).0 },
                ),
            };
            Named::new(resource, stem, extension, &folder)
        });
        let named = named.collect();
        Some(New { left_out: left_out.iter().map(|resource| resource.content).collect(), folder, named })
    }

    /// Gives what is new of an asset the first names that are free for all of it.
    fn place(&mut self, asset: Asset<'_>, New { left_out, folder, named }: New<'_>) {
        self.plan.excluded.extend(left_out);
        let is_free = |named: &Named<'_>| self.is_free(&named.first, named.resource.content);
        if are_few_and_distinct(&named) && named.iter().all(is_free) {
            for Named { resource, first, .. } in named {
                self.note_renamed(resource, &first.path);
                self.take(first, Area::Media, resource.content, asset);
            }
            return;
        }
        let n = self.number(&folder, &named);
        for named in &named {
            let content = named.resource.content;
            let mut target = named.at(&folder, n);
            // two companions of one name stand in each other's way
            if !self.is_free(&target, content) {
                let n = self.number(&folder, std::slice::from_ref(named));
                target = named.at(&folder, n);
            }
            self.note_renamed(named.resource, &target.path);
            self.take(target, Area::Media, content, asset);
        }
    }

    /// The first number with which all of these are free, or that of a file that nobody recorded and that
    /// holds exactly the bytes of the first.
    fn number(&mut self, folder: &LibraryPath, named: &[Named<'_>]) -> u64 {
        // if an adjustment has a hundred copies, one speaks for all
        let mut keys = Vec::new();
        let mut distinct: Vec<&Named<'_>> = Vec::new();
        let mut seen = HashSet::new();
        for named in named {
            let key = named.first.key;
            if seen.insert(key) {
                keys.push(key);
                distinct.push(named);
            }
        }
        let (planned, held, contents) = (&self.planned, self.held, self.contents);
        let is_free = |n: u64| {
            distinct.iter().all(|named| {
                let hash = contents.distinct[named.resource.content].blake3;
                is_free(planned, held, &named.at(folder, n), hash)
            })
        };
        let first = self.numbers.first_free(keys, is_free);
        let stands = named.first().filter(|_| first > 1).and_then(|named| {
            self.foreign.find(self.hash(named.resource.content), folder, &named.stem, named.extension)
        });
        stands.map(|(n, _)| n).filter(|&n| n < first && is_free(n)).unwrap_or(first)
    }

    /// A path is free if nothing stands there, or exactly these bytes.
    fn is_free(&self, target: &Target, content: ContentId) -> bool {
        is_free(&self.planned, self.held, target, self.hash(content))
    }

    fn is_taken(&self, path: &LibraryPath) -> bool {
        let key = PathKey::of(path);
        self.planned.contains(&key) || self.held.taken.contains(&key)
    }

    /// Where an asset of this time stands.
    fn folder(&self, asset: Asset<'_>, time: Time, collections: &Arena<AlbumId, Album>) -> LibraryPath {
        let apart = self.apart(asset).map(|apart| match apart {
            Apart::Hidden => layout::HIDDEN,
            Apart::RecentlyDeleted => layout::RECENTLY_DELETED,
        });
        if let Wish::Collection(home) = asset.wish()
            && apart.is_none()
            && collections.get(home).is_some_and(|album| album.kind == AlbumKind::Shared)
        {
            let folder = self.plan.folders.get(&home).cloned().unwrap_or_default();
            return LibraryPath::new([layout::SHARED_ALBUMS, &folder]);
        }
        let mut components: Vec<String> = apart.into_iter().map(str::to_owned).collect();
        match time {
            None => components.push(layout::UNDATED.to_owned()),
            Some(time) => components.extend(self.settings.layout.render(&fields(asset, time, ""))),
        }
        LibraryPath::new(components)
    }

    fn stem(&self, asset: Asset<'_>, time: Time, original: &str) -> String {
        let render = |time| self.settings.name.render(&fields(asset, time, original)).into_iter().next();
        time.and_then(render).unwrap_or_else(|| name::portable(original).into_owned())
    }

    fn note_renamed(&mut self, resource: Resource<'_>, path: &LibraryPath) {
        if name::is_portable(resource.name) {
            return;
        }
        let Some(&entry) = self.entry_of.get(resource.content) else { return };
        let entry = &self.contents.entries[entry];
        self.plan.problems.push(
            Problem::new(
                Code::Renamed,
                format!(
                    "some systems cannot store the name `{}`; it is in the library as `{path}`",
                    resource.name
                ),
            )
            .in_archive(&self.contents.archives[entry.archive].name)
            .with_entry(entry.path.as_ref()),
        );
    }

    fn take(&mut self, Target { path, key }: Target, area: Area, content: ContentId, asset: Asset<'_>) {
        let entry = self.entry_of.get(content).map(|&e| &self.contents.entries[e]);
        let modified = asset.modified().or_else(|| entry.and_then(time_of));
        self.planned.insert(key);
        self.plan.paths.insert(content, path.clone());
        self.plan.placements.push(Placement { path, area, content, modified, is_executable: false });
    }
}

/// As nearly all assets are: one to four files, each of another name.
fn are_few_and_distinct(named: &[Named<'_>]) -> bool {
    let is_new = |(n, this): (usize, &Named<'_>)| {
        named.iter().take(n).all(|before| before.first.key != this.first.key)
    };
    named.len() <= 4 && named.iter().enumerate().all(is_new)
}

fn is_free(planned: &HashSet<PathKey>, held: &Held, Target { path, key }: &Target, hash: Hash) -> bool {
    !planned.contains(key) && (!held.taken.contains(key) || held.is_adoptable(path, hash))
}

fn fields<'a>(asset: Asset<'a>, time: DateTime<FixedOffset>, original: &'a str) -> Fields<'a> {
    let category::Fields { kind, make, model, place } = asset.fields();
    let original = if original.is_empty() { text::split(asset.primary().name).0 } else { original };
    Fields { time, kind, make, model, place, original }
}
