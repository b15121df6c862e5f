//! Albums to links, lists and copies, once every file has its path. Hidden and deleted assets are not named,
//! unless the owner wants hidden ones mixed with the others.
//!
//! A link that nobody recorded counts as ours if it leads exactly where it should. A run may have been
//! stopped between making it and recording it.

use std::collections::{BTreeMap, HashSet};

use blake3::Hash;

use crate::apple::text;
use crate::category::{Album, AlbumId, AlbumKind, Asset, Assets, Stem};
use crate::contents::Arena;
use crate::library::drive::Links;
use crate::library::numbers::Numbers;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Derived, DerivedForm, DerivedRecord};
use crate::library::settings::{AlbumForm, Memories};
use crate::library::{layout, name};
use crate::stage::plan::Planner;

impl Planner<'_> {
    /// Gives every album the name of its folder; one that has one keeps it.
    pub(super) fn folders(&mut self, albums: &Arena<AlbumId, Album>) {
        let mut used: HashSet<(AlbumKind, String)> = HashSet::new();
        let mut numbers = Numbers::default();
        let mut new: BTreeMap<(AlbumKind, &str, &str), AlbumId> = BTreeMap::new();
        for (index, album) in albums.pairs().filter(|(_, a)| a.kind != AlbumKind::Subscribed) {
            match self.held.album_folders.get(&(album.kind, album.key.clone())) {
                Some(folder) => {
                    used.insert((album.kind, name::fold(folder)));
                    self.plan.folders.insert(index, folder.clone());
                }
                None => {
                    new.insert((album.kind, &album.title, &album.key), index);
                }
            }
        }
        for ((kind, title, _), index) in new {
            let portable = name::portable(title);
            let at = |n| name::with_suffix(&portable, "", n);
            let is_free = |n| !used.contains(&(kind, name::fold(&at(n))));
            let folder = at(numbers.first_free((kind, name::fold(&portable)), is_free));
            used.insert((kind, name::fold(&folder)));
            self.plan.folders.insert(index, folder);
        }
    }

    pub(super) fn albums(&mut self, assets: Assets<'_>) {
        for (index, album) in assets.collections().pairs() {
            let Some(folder) = self.plan.folders.get(&index).cloned() else { continue };
            let top = match album.kind {
                AlbumKind::Album => layout::ALBUMS,
                AlbumKind::Shared => layout::SHARED_ALBUMS,
                AlbumKind::Memory if self.settings.memories == Memories::Folders => layout::MEMORIES,
                AlbumKind::Memory | AlbumKind::Subscribed => continue,
            };
            let place = LibraryPath::new([top, &folder]);
            let files = self.members(assets, album, &place);
            match self.form() {
                AlbumForm::None | AlbumForm::Auto => {}
                AlbumForm::List => self.list(&LibraryPath::new([top]), &folder, &files),
                form => self.links(&place, &files, form),
            }
        }
    }

    fn form(&self) -> AlbumForm {
        form_on(self.held.links, self.settings.albums)
    }

    /// Library files of an album's members with their bytes, both halves of a Live Photo; what
    /// stands in the album's own folder needs no link.
    fn members(&self, assets: Assets<'_>, album: &Album, place: &LibraryPath) -> Vec<(LibraryPath, Hash)> {
        let mut files = Vec::new();
        let mut once = HashSet::new();
        for asset in album.members.iter().map(|&member| assets.get(member)) {
            if self.apart(asset).is_some() {
                continue;
            }
            for resource in asset.resources().filter(|r| r.stem == Stem::OfAsset) {
                if let Some(path) = self.plan.paths.get(resource.content)
                    && path.parent().as_ref() != Some(place)
                    && once.insert(resource.content)
                {
                    files.push((path.clone(), self.hash(resource.content)));
                }
            }
        }
        files
    }

    /// Links and copies of earlier runs whose photo is hidden or deleted by now.
    pub(super) fn withdraw(&mut self, assets: Assets<'_>) {
        let wanted: HashSet<&LibraryPath> = self.plan.derived.iter().map(|d| &d.path).collect();
        let apart = assets.iter().filter(|asset| self.apart(*asset).is_some()).flat_map(Asset::resources);
        let apart: HashSet<&LibraryPath> =
            apart.filter_map(|resource| self.plan.paths.get(resource.content)).collect();
        let is_stale = |path: &LibraryPath, record: &DerivedRecord| {
            record.kind.is_of_album()
                && record.target.as_ref().is_some_and(|target| apart.contains(target))
                && !wanted.contains(path)
        };
        let stale = self.held.derived.iter().filter(|(path, record)| is_stale(path, record));
        self.plan.withdrawn = stale.map(|(path, _)| path.clone()).collect();
    }

    fn links(&mut self, place: &LibraryPath, files: &[(LibraryPath, Hash)], form: AlbumForm) {
        for (file, hash) in files {
            let (stem, extension) = text::split(file.file_name());
            let form = match form {
                AlbumForm::Hardlink => DerivedForm::Hardlink(file.clone()),
                AlbumForm::Copy => DerivedForm::Copy(file.clone()),
                _ => DerivedForm::Symlink(file.clone()),
            };
            let path = match self.held.derived_to(place, file) {
                Some(path) => path.clone(),
                None => self.free_for(place, stem, extension, &form, *hash),
            };
            self.planned.insert(PathKey::of(&path));
            self.plan.derived.push(Derived { path, form });
        }
    }

    /// The first name that nothing has, or exactly what is to stand there: a run that was
    /// interrupted may have made it and not recorded it.
    fn free_for(
        &mut self,
        place: &LibraryPath,
        stem: &str,
        extension: &str,
        form: &DerivedForm,
        hash: Hash,
    ) -> LibraryPath {
        let at = |n| place.join(&name::with_suffix(stem, extension, n));
        let (planned, held) = (&self.planned, self.held);
        let is_taken = |path: &LibraryPath| {
            let key = PathKey::of(path);
            planned.contains(&key) || held.taken.contains(&key)
        };
        let first = self.links.first_free(PathKey::of(&at(1)), |n| !is_taken(&at(n)));
        let ours = match form {
            DerivedForm::Symlink(file) => {
                let leads = link_to(&name::relative(place.as_str(), file.as_str()));
                self.foreign_links.find(leads, place, stem, extension)
            }
            _ => self.foreign.find(hash, place, stem, extension),
        };
        let ours = ours.filter(|(n, path)| *n < first && !self.is_planned(path));
        ours.map_or_else(|| at(first), |(_, path)| path.clone())
    }

    fn list(&mut self, top: &LibraryPath, folder: &str, files: &[(LibraryPath, Hash)]) {
        let mut text = String::from("#EXTM3U\n");
        for (file, _) in files {
            text.push_str(&name::relative(top.as_str(), file.as_str()));
            text.push('\n');
        }
        let recorded = (1..)
            .map(|n| top.join(&name::with_suffix(folder, "m3u8", n)))
            .take_while(|path| self.is_taken(path))
            .find(|path| self.held.derived.contains_key(path) && !self.is_planned(path));
        // a list that has lost its last line loses it on the drive as well
        if files.is_empty() && recorded.is_none() {
            return;
        }
        let hash = blake3::hash(text.as_bytes());
        let form = DerivedForm::Text(text);
        let path = recorded.unwrap_or_else(|| self.free_for(top, folder, "m3u8", &form, hash));
        self.planned.insert(PathKey::of(&path));
        self.plan.derived.push(Derived { path, form });
    }

    fn is_planned(&self, path: &LibraryPath) -> bool {
        self.planned.contains(&PathKey::of(path))
    }
}

/// The form that albums take on a drive with these links, where the owner wants this one.
pub fn form_on(links: Links, wanted: AlbumForm) -> AlbumForm {
    match wanted {
        AlbumForm::Auto | AlbumForm::Symlink if links.symbolic => AlbumForm::Symlink,
        AlbumForm::Hardlink if links.hard => AlbumForm::Hardlink,
        AlbumForm::Auto | AlbumForm::Symlink | AlbumForm::Hardlink => AlbumForm::List,
        form => form,
    }
}

/// What a link is that leads there.
pub(super) fn link_to(target: &str) -> Hash {
    blake3::hash(target.as_bytes())
}
