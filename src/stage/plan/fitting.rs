//! Which files of the library stand where the plan would put them today, whatever number their name has.
//!
//! An import never moves what has a path. A later export may hide a photo, show, delete or date it otherwise; then its
//! file stands where the rules of an earlier day put it.

use crate::apple::text;
use crate::category::{Asset, Assets, Resource, Stem};
use crate::contents::{ByContent, ContentId, Contents};
use crate::library::name;
use crate::library::numbers::unnumbered;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::settings::Settings;
use crate::library::template::Template;
use crate::stage::plan::{Planner, Time};
use crate::stage::survey::Held;
use crate::threads;

/// The media that stand where they should, and those that do not.
#[derive(Debug, Default)]
pub struct Fitting {
    /// Where each stands.
    pub fits: ByContent<LibraryPath>,
    /// In the order of the assets.
    pub misplaced: Vec<ContentId>,
}

/// Compares where media stand with where they should. `standing` says where each stands, `time` what an asset's record
/// says of its time, which a later time zone does not change.
pub fn fitting(
    contents: &Contents,
    assets: Assets<'_>,
    held: &Held,
    settings: &Settings,
    standing: &(dyn Fn(ContentId) -> Option<LibraryPath> + Sync),
    time: &(dyn Fn(Asset<'_>) -> Time + Sync),
) -> Fitting {
    let mut planner = Planner::new(contents, held, settings);
    planner.folders(assets.collections());
    let named =
        if settings.name == Template::standard_name() { Named::ByOriginal } else { Named::ByTemplate };
    let compare = |asset: Asset<'_>| {
        let time = time(asset);
        let folder = planner.folder(asset, time, assets.collections());
        let stays = planner.is_excluded(asset);
        let one = |resource: Resource<'_>| {
            let path = standing(resource.content)?;
            let fits = stays || planner.fits(asset, resource, (time, named), &folder, &path);
            Some((resource.content, path, fits))
        };
        asset.resources().filter_map(one).collect::<Vec<_>>()
    };
    let mut fitting = Fitting::default();
    let all: Vec<Asset<'_>> = assets.iter().collect();
    for (content, path, fits) in threads::abreast(&all, |asset| compare(*asset)).flatten() {
        match fits {
            true => fitting.fits.insert(content, path),
            false => fitting.misplaced.push(content),
        }
    }
    fitting
}

/// What the names of media are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    ByOriginal,
    ByTemplate,
}

impl Planner<'_> {
    fn fits(
        &self,
        asset: Asset<'_>,
        resource: Resource<'_>,
        (time, named): (Time, Named),
        folder: &LibraryPath,
        path: &LibraryPath,
    ) -> bool {
        // keys are dear, and mostly it is the very folder
        let is_in_it = path
            .parent()
            .is_some_and(|parent| parent == *folder || PathKey::of(&parent) == PathKey::of(folder));
        // a name that says nothing but the original one is as right as it was, and its owner may have given another
        if !is_in_it || named == Named::ByOriginal {
            return is_in_it;
        }
        let (own, extension) = text::split(resource.name);
        let original = if resource.stem == Stem::Own { own } else { text::split(asset.primary().name).0 };
        let stem = self.stem(asset, time, original);
        let at = |n| PathKey::of(&folder.join(&name::with_suffix(&stem, extension, n)));
        let numbers = [1].into_iter().chain(unnumbered(path.file_name()).map(|(_, number)| number));
        numbers.into_iter().any(|number| at(number) == PathKey::of(path))
    }
}
