//! `Other/` and the kept details to placements.
//!
//! In: the planner, after every medium has its path. Out: placements of what is no medium, added to the
//! plan. Pure. Never: merges two files of one path; equal bytes at one path are one file.
//! The one surprise: an entry that is only remembered keeps its path and is not placed again.

use std::collections::HashMap;

use super::{Area, Placement, Planner, Target, stamp};
use crate::contents::{Entry, Role};
use crate::names::{self, LibraryPath};
use crate::problem::{Code, Problem};

impl Planner<'_> {
    /// `Other/` and the kept details: by path and bytes, never merged.
    pub(super) fn others(&mut self) {
        let mut placed: HashMap<LibraryPath, usize> = HashMap::new();
        for index in 0..self.contents.entries.len() {
            let entry = &self.contents.entries[index];
            let Some(content) = entry.content() else { continue };
            let (area, folder) = match entry.role {
                Role::Other => (Area::Other, LibraryPath::new(["Other"])),
                role if role.is_details() => (Area::Details, self.details_folder(entry)),
                _ => continue,
            };
            let wanted = entry
                .inner()
                .split('/')
                .filter(|c| !c.is_empty())
                .fold(folder, |at, component| at.join(component));
            let (stem, extension) = names::split(wanted.file_name());
            let (stem, extension) = (stem.to_owned(), extension.to_owned());
            let Some(folder) = wanted.parent() else { continue };
            let mut n = 1;
            let path = loop {
                let target = Target::new(folder.join(&names::with_suffix(&stem, &extension, n)));
                let is_free = self.is_free(&target, content);
                let Target { path, key } = target;
                if placed.get(&path) == Some(&content) || self.held.has_kept(&path, self.hash(content)) {
                    break path;
                }
                if is_free {
                    if entry.given {
                        placed.insert(path.clone(), content);
                        self.planned.insert(key);
                        let modified = stamp(entry);
                        self.plan.placements.push(Placement { path: path.clone(), area, content, modified });
                        self.note_renamed_other(entry, area, &path);
                    }
                    break path;
                }
                n += 1;
            };
            self.plan.kept.insert(index, path);
        }
    }

    fn note_renamed_other(&mut self, entry: &Entry, area: Area, path: &LibraryPath) {
        let mut components = entry.inner().split('/').filter(|c| !c.is_empty());
        if area != Area::Other || components.all(names::is_portable) {
            return;
        }
        self.plan.problems.push(
            Problem::new(
                Code::Renamed,
                format!("`{}` is a path that some systems cannot hold; it stands as `{path}`", entry.inner()),
            )
            .in_archive(&self.contents.archives[entry.archive].name)
            .with_entry(entry.path.as_ref()),
        );
    }

    fn details_folder(&self, entry: &Entry) -> LibraryPath {
        let part = &self.contents.parts[entry.part];
        let label = &self.contents.exports[part.export].label;
        LibraryPath::internal(["details", label, &format!("Part {}", part.number)])
    }
}
