//! What Apple's own lists say of media by their names: favourites, hidden ones, and who contributed to a shared
//! library. They count for what has no row.

use std::collections::{HashMap, HashSet};

use crate::apple::text;
use crate::category::photos::assets::Medium;
use crate::category::photos::{Heard, List, Sort};
use crate::contents::{Contents, Entry, ExportId, PartId};

/// The lists that speak of media without a row: `Favorites.csv`, `Hidden.csv`, and the shared
/// library's contributions.
pub(super) struct Listed<'a> {
    pub(super) favorites: HashSet<(ExportId, String)>,
    pub(super) hidden: HashSet<(ExportId, String)>,
    contributed: HashMap<(ExportId, String), Contributed>,
    pub(super) contents: &'a Contents,
}

/// Whether the owner contributed the media of one name.
struct Contributed {
    /// What the first line of each part's list says.
    by_part: HashMap<PartId, bool>,
    /// What all lines say, if they say the same.
    by_all: Option<bool>,
}

impl<'a> Listed<'a> {
    pub(super) fn new(contents: &'a Contents, heard: &Heard) -> Self {
        let mut lists = Listed {
            favorites: HashSet::new(),
            hidden: HashSet::new(),
            contributed: HashMap::new(),
            contents,
        };
        for entry in &contents.entries {
            let export = contents.export_of(entry);
            match heard.list(entry) {
                Some(List::Names(named)) if Sort::of(entry) == Sort::Album => {
                    let list = match automatic(entry) {
                        Some(Automatic::Favorites) => &mut lists.favorites,
                        Some(Automatic::Hidden) => &mut lists.hidden,
                        None => continue,
                    };
                    list.extend(named.iter().map(|name| (export, text::match_key(name))));
                }
                Some(List::Contributions(named)) => {
                    for (name, mine) in named {
                        let key = (export, text::match_key(name));
                        let first = || Contributed { by_part: HashMap::new(), by_all: Some(*mine) };
                        let said = lists.contributed.entry(key).or_insert_with(first);
                        said.by_part.entry(entry.part).or_insert(*mine);
                        said.by_all = said.by_all.filter(|all| all == mine);
                    }
                }
                _ => {}
            }
        }
        lists
    }

    pub(super) fn names_any(&self, list: &HashSet<(ExportId, String)>, medium: &Medium<'_>) -> bool {
        let named = |entry: &&Entry, name: &str| {
            list.contains(&(self.contents.export_of(entry), text::match_key(name)))
        };
        !list.is_empty() && medium.entries.iter().any(|e| named(e, e.name()) || named(e, medium.name()))
    }

    /// The list of the same part first; else of the whole export, if it says one thing only.
    pub(super) fn contributed(&self, medium: &Medium<'_>) -> Option<bool> {
        if self.contributed.is_empty() {
            return None;
        }
        medium.entries.iter().find_map(|entry| {
            let key = (self.contents.export_of(entry), text::match_key(medium.name()));
            let said = self.contributed.get(&key)?;
            said.by_part.get(&entry.part).copied().or(said.by_all)
        })
    }
}

/// Albums that Photos makes by itself and that repeat what the rows say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automatic {
    /// `Favorites.csv`.
    Favorites,
    /// `Hidden.csv`.
    Hidden,
}

/// Whether this entry is one of Photos' own lists and not an album.
pub fn automatic(entry: &Entry) -> Option<Automatic> {
    match text::match_key(entry.name()).as_str() {
        "favorites.csv" => Some(Automatic::Favorites),
        "hidden.csv" => Some(Automatic::Hidden),
        _ => None,
    }
}
