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
    standing: &dyn Fn(ContentId) -> Option<LibraryPath>,
    time: &dyn Fn(Asset<'_>) -> Time,
) -> Fitting {
    let mut planner = Planner::new(contents, held, settings);
    planner.folders(assets.collections());
    let mut fitting = Fitting::default();
    for asset in assets.iter() {
        let time = time(asset);
        let folder = planner.folder(asset, time, assets.collections());
        let stays = planner.is_excluded(asset);
        for resource in asset.resources() {
            let Some(path) = standing(resource.content) else { continue };
            if stays || planner.fits(asset, resource, time, &folder, &path) {
                fitting.fits.insert(resource.content, path);
            } else {
                fitting.misplaced.push(resource.content);
            }
        }
    }
    fitting
}

impl Planner<'_> {
    fn fits(
        &self,
        asset: Asset<'_>,
        resource: Resource<'_>,
        time: Time,
        folder: &LibraryPath,
        path: &LibraryPath,
    ) -> bool {
        let is_in = |folder: &LibraryPath| {
            path.parent().is_some_and(|parent| PathKey::of(&parent) == PathKey::of(folder))
        };
        // a name that says nothing but the original one is as right as it was, and its owner may have given another
        if !is_in(folder) || self.settings.name == Template::standard_name() {
            return is_in(folder);
        }
        let (own, extension) = text::split(resource.name);
        let original = if resource.stem == Stem::Own { own } else { text::split(asset.primary().name).0 };
        let stem = self.stem(asset, time, original);
        let at = |n| PathKey::of(&folder.join(&name::with_suffix(&stem, extension, n)));
        let numbers = [1].into_iter().chain(unnumbered(path.file_name()).map(|(_, number)| number));
        numbers.into_iter().any(|number| at(number) == PathKey::of(path))
    }
}
