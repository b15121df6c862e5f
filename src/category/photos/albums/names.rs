//! Which assets a name means, per export: the row's name first, then its spelling in another case, then that of
//! the entry. Where it means several, the deleted ones drop out, then those whose movie alone has that name.
//!
//! Names that no list asks for are not held; there are as many as photos.

use std::collections::{HashMap, HashSet};

use crate::apple::text;
use crate::category::photos::rows::Rows;
use crate::category::photos::{Asset, AssetId, Heard, List, Role, Sort};
use crate::contents::{Arena, ByContent, ContentId, ContentSet, Contents, Entry, ExportId};

/// What a name means, per export, as far as albums ask for it.
struct Meant<'a, Id> {
    /// By the name that counts: the row's, else the entry's.
    proper: HashMap<(ExportId, &'a str), Vec<Id>>,
    proper_folded: HashMap<(ExportId, String), Vec<Id>>,
    /// By the name of the entry where the row gives another.
    entry: HashMap<(ExportId, String), Vec<Id>>,
}

impl<Id> Default for Meant<'_, Id> {
    fn default() -> Self {
        Meant { proper: HashMap::new(), proper_folded: HashMap::new(), entry: HashMap::new() }
    }
}

/// The names that media bear, each with the assets that it means.
pub struct Names<'a> {
    means: Meant<'a, AssetId>,
    pub(super) asset_of: ByContent<AssetId>,
}

impl<'a> Names<'a> {
    /// Indexes the names of all media that some album names.
    pub fn new(
        contents: &'a Contents,
        heard: &Heard,
        rows: &Rows<'a>,
        assets: &Arena<AssetId, Asset>,
    ) -> Self {
        let mut asset_of = ByContent::default();
        let mut movies = ContentSet::default();
        for (id, asset) in assets.pairs() {
            for resource in asset.resources() {
                asset_of.insert(resource.content, id);
                if resource.role == Role::Movie {
                    movies.add(resource.content);
                }
            }
        }
        let asked = asked(contents, heard);
        if asked.is_empty() {
            return Names { means: Meant::default(), asset_of };
        }
        let Meant { proper, proper_folded, entry } = Meant::of(contents, rows, &asked);
        let meant = |contents: Vec<ContentId>| assets_of(&contents, &asset_of, &movies, assets);
        let means = Meant {
            proper: proper.into_iter().map(|(key, contents)| (key, meant(contents))).collect(),
            proper_folded: proper_folded.into_iter().map(|(key, contents)| (key, meant(contents))).collect(),
            entry: entry.into_iter().map(|(key, contents)| (key, meant(contents))).collect(),
        };
        Names { means, asset_of }
    }

    /// The assets that an album entry names: several where it is ambiguous.
    pub(super) fn find<'s>(&'s self, export: ExportId, name: &'s str) -> &'s [AssetId] {
        let Meant { proper, proper_folded, entry } = &self.means;
        let folded = || text::match_key(name);
        proper
            .get(&(export, name))
            .or_else(|| proper_folded.get(&(export, folded())))
            .or_else(|| entry.get(&(export, folded())))
            .map_or(&[][..], Vec::as_slice)
    }
}

impl<'a> Meant<'a, ContentId> {
    fn of(contents: &'a Contents, rows: &Rows<'a>, asked: &HashSet<(ExportId, String)>) -> Self {
        let mut means = Meant::default();
        // copies lie side by side in the order of exports, and the rows of their bytes are asked once
        let mut listed: ByContent<(ExportId, bool)> = ByContent::default();
        for entry in contents.entries.iter().filter(|e| matches!(Sort::of(e), Sort::Photo | Sort::Deleted)) {
            let Some(content) = entry.content() else { continue };
            let export = contents.export_of(entry);
            let is_listed = match listed.get(content) {
                Some((of, is_listed)) if *of == export => *is_listed,
                _ => {
                    let is_listed = means.add_rows(contents, rows, asked, content, export);
                    listed.insert(content, (export, is_listed));
                    is_listed
                }
            };
            let key = (export, text::match_key(entry.name()));
            if !asked.contains(&key) {
                continue;
            }
            if is_listed {
                means.entry.entry(key).or_default().push(content);
            } else {
                means.proper.entry((export, entry.name())).or_default().push(content);
                means.proper_folded.entry(key).or_default().push(content);
            }
        }
        means
    }

    /// Takes the names that the rows of these bytes give them; whether there are any.
    fn add_rows(
        &mut self,
        contents: &'a Contents,
        rows: &Rows<'a>,
        asked: &HashSet<(ExportId, String)>,
        content: ContentId,
        export: ExportId,
    ) -> bool {
        let mut is_listed = false;
        for at in rows.of_export(contents, content, export) {
            is_listed = true;
            let key = (export, text::match_key(&at.row.name));
            if asked.contains(&key) {
                self.proper.entry((export, &at.row.name)).or_default().push(content);
                self.proper_folded.entry(key).or_default().push(content);
            }
        }
        is_listed
    }
}

/// The assets that a name of these contents means. Where there are several, those in Recently Deleted drop
/// out, then those of which it names no more than the movie of a Live Photo.
fn assets_of(
    contents: &[ContentId],
    asset_of: &ByContent<AssetId>,
    movies: &ContentSet,
    assets: &Arena<AssetId, Asset>,
) -> Vec<AssetId> {
    let meant = contents.iter().filter_map(|&c| Some((*asset_of.get(c)?, movies.contains(c))));
    let mut meant: Vec<(AssetId, bool)> = meant.collect();
    meant.sort_unstable();
    // what is named as a photo and as its movie is named as a photo
    meant.dedup_by_key(|(asset, _)| *asset);
    if meant.iter().any(|(asset, _)| !assets[*asset].deleted) {
        meant.retain(|(asset, _)| !assets[*asset].deleted);
    }
    if meant.iter().any(|(_, is_movie)| !is_movie) {
        meant.retain(|(_, is_movie)| !is_movie);
    }
    meant.into_iter().map(|(asset, _)| asset).collect()
}

/// What albums and memories name: export and folded name.
fn asked(contents: &Contents, heard: &Heard) -> HashSet<(ExportId, String)> {
    let lists = contents.entries.iter().filter(|e| matches!(Sort::of(e), Sort::Album | Sort::Memory));
    let named = |entry: &Entry| match heard.list(entry) {
        Some(List::Names(named)) => {
            let export = contents.export_of(entry);
            named.iter().map(|name| (export, text::match_key(name))).collect()
        }
        _ => Vec::new(),
    };
    lists.flat_map(named).collect()
}
