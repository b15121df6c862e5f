//! A library before an import, and what the plan makes of it, for the tests of the pure stages: made of a few
//! words, without a drive.
//!
//! Texts stand for bytes, as in [`Built`]. What a plan says is told in lines, so that a table can state it.

use std::collections::HashMap;

use blake3::Hash;
use chrono_tz::Tz;

use crate::category::Assets;
use crate::category::photos::build::Built;
use crate::category::photos::{Matched, matched};
use crate::contents::{ContentId, Contents};
use crate::library::drive::Links;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, DerivedForm, DerivedRecord};
use crate::library::settings::Settings;
use crate::library::template::{Purpose, Template};
use crate::stage::plan::{Plan, plan};
use crate::stage::survey::Held;

/// A library and what its owner chose.
#[derive(Debug)]
pub(crate) struct Before {
    pub(crate) held: Held,
    pub(crate) settings: Settings,
}

impl Before {
    /// A library with nothing in it, on a drive that has links.
    pub(crate) fn empty() -> Self {
        let links = Links { symbolic: true, hard: true };
        let held = Held { links, ..Held::default() };
        Before { held, settings: Settings::standard(Tz::UTC) }
    }

    /// The owner chose something else.
    pub(crate) fn with(mut self, choose: impl FnOnce(&mut Settings)) -> Self {
        choose(&mut self.settings);
        self
    }

    /// These folders and this name.
    pub(crate) fn template(self, layout: &str, name: &str) -> Self {
        self.with(|settings| {
            settings.layout = Template::parse(layout, Purpose::Layout).unwrap();
            settings.name = Template::parse(name, Purpose::Name).unwrap();
        })
    }

    /// On a drive without links.
    pub(crate) fn on_exfat(mut self) -> Self {
        self.held.links = Links { symbolic: false, hard: false };
        self
    }

    /// A photo that an import placed.
    pub(crate) fn photo(mut self, path: &str, bytes: &str) -> Self {
        self.held.media.insert(hash(bytes), at(path));
        self.taken(path)
    }

    /// A photo that has a path and does not stand there: lost, or not yet placed.
    pub(crate) fn settled(mut self, path: &str, bytes: &str) -> Self {
        self.held.reserved.insert(hash(bytes), at(path));
        self
    }

    /// A file of `Other/`, or kept details.
    pub(crate) fn kept(mut self, path: &str, bytes: &str) -> Self {
        self.held.kept.insert(at(path), hash(bytes));
        self.taken(path)
    }

    /// A file that no import recorded.
    pub(crate) fn foreign(mut self, path: &str, bytes: &str) -> Self {
        self.held.foreign.insert(at(path), hash(bytes));
        self.taken(path)
    }

    /// A link that no import recorded.
    pub(crate) fn foreign_link(mut self, path: &str, to: &str) -> Self {
        self.held.foreign_links.insert(at(path), to.into());
        self.taken(path)
    }

    /// What an import derived.
    pub(crate) fn derived(mut self, path: &str, form: &DerivedForm) -> Self {
        let blake3 = form.text().map(hash);
        let target = form.target().cloned();
        let path = at(path);
        if let (Some(folder), Some(target)) = (path.parent(), &target) {
            self.held.derived_to.insert((folder, target.clone()), path.clone());
        }
        let text = path.to_string();
        self.held.derived.insert(path, DerivedRecord::of_photos(form.kind(), target, blake3));
        self.taken(&text)
    }

    fn taken(mut self, path: &str) -> Self {
        self.held.taken.insert(PathKey::of(&at(path)));
        self
    }

    /// What the plan makes of these inputs.
    pub(crate) fn plan(&self, built: Built) -> Planned {
        let texts = built.texts();
        let (contents, photos) = built.done();
        let matched = matched(&contents, &photos, self.settings.zone);
        let plan = plan(
            &contents,
            Assets::Photos(&matched, &photos),
            &crate::category::outcome::Wishes::new(),
            &self.held,
            &self.settings,
        );
        Planned { contents, matched, plan, texts }
    }

    /// The library after that was carried out.
    pub(crate) fn after(mut self, planned: &Planned) -> Self {
        for placement in &planned.plan.placements {
            self.held.foreign.remove(&placement.path);
            let (path, bytes) = (placement.path.as_str(), &planned.texts[&placement.content]);
            self =
                if placement.area == Area::Media { self.photo(path, bytes) } else { self.kept(path, bytes) };
        }
        for derived in &planned.plan.derived {
            self.held.foreign.remove(&derived.path);
            self = self.derived(derived.path.as_str(), &derived.form);
        }
        for (album, folder) in &planned.plan.folders {
            let album = &planned.matched.albums[*album];
            self.held.album_folders.insert((album.kind, album.key.clone()), folder.clone());
        }
        self
    }
}

/// A plan, and what it was made of.
pub(crate) struct Planned {
    pub(crate) contents: Contents,
    pub(crate) matched: Matched,
    pub(crate) plan: Plan,
    pub(crate) texts: HashMap<ContentId, String>,
}

impl Planned {
    /// Placements, what is derived, withdrawn and left out, and the codes of problems, a line each; of the kept
    /// details nothing.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut told = self.placed(|area| area != Area::Details);
        told.extend(self.plan.derived.iter().map(|derived| match &derived.form {
            DerivedForm::Symlink(to) => format!("{} -> {to}", derived.path),
            DerivedForm::Hardlink(to) => format!("{} => {to}", derived.path),
            DerivedForm::Copy(of) => format!("{} copies {of}", derived.path),
            DerivedForm::Text(text) | DerivedForm::Sidecar(text) => {
                let lines: Vec<&str> = text.lines().skip(1).collect();
                format!("{} lists {}", derived.path, lines.join(", "))
            }
        }));
        told.extend(self.plan.withdrawn.iter().map(|path| format!("{path} goes")));
        let mut excluded: Vec<&str> = self.plan.excluded.iter().map(|c| self.texts[c].as_str()).collect();
        excluded.sort_unstable();
        told.extend(excluded.iter().map(|bytes| format!("without {bytes}")));
        told.extend(self.plan.problems.iter().map(|problem| problem.code.as_str().to_owned()));
        told
    }

    /// Which details are kept where, a line each.
    pub(crate) fn details(&self) -> Vec<String> {
        self.placed(|area| area == Area::Details)
    }

    fn placed(&self, is_wanted: impl Fn(Area) -> bool) -> Vec<String> {
        let placements = self.plan.placements.iter().filter(|placement| is_wanted(placement.area));
        placements.map(|p| format!("{} = {}", p.path, self.texts[&p.content])).collect()
    }
}

fn hash(bytes: &str) -> Hash {
    blake3::hash(bytes.as_bytes())
}

/// A path of a library.
pub(crate) fn at(path: &str) -> LibraryPath {
    LibraryPath::recorded(path).unwrap()
}
