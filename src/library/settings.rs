//! What the owner may choose of a library, the words in which the library remembers it, and what holds where
//! nobody chose.
//!
//! The surprise: the zone has no default here; it is the machine's, and only the caller knows it.

use std::collections::HashMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::library::template::Template;

/// The names under which a library remembers what was chosen.
pub mod name {
    /// The folders of the dated tree.
    pub const LAYOUT: &str = "layout";
    /// The stems of files.
    pub const NAME: &str = "name";
    /// The zone for what carries none.
    pub const TIME_ZONE: &str = "time_zone";
    /// The form of albums.
    pub const ALBUMS: &str = "albums";
    /// Whether memories are folders.
    pub const MEMORIES: &str = "memories";
    /// Where hidden media go.
    pub const HIDDEN: &str = "hidden";
    /// Where recently deleted media go.
    pub const RECENTLY_DELETED: &str = "recently_deleted";
    /// The form of sidecars.
    pub const SIDECARS: &str = "sidecars";
}

/// A choice that has a word, on the command line and in the catalog.
pub trait Word: Copy + PartialEq + 'static {
    /// All choices with their words.
    const WORDS: &'static [(Self, &'static str)];

    /// The word of this choice.
    fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(choice, _)| *choice == self).map_or("", |(_, word)| word)
    }

    /// The choice of that word.
    fn from_name(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(choice, _)| *choice)
    }
}

/// How albums appear in the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlbumForm {
    /// Symbolic links where the file system has them, lists where it has not.
    Auto,
    /// Relative symbolic links.
    Symlink,
    /// Hard links.
    Hardlink,
    /// Copies.
    Copy,
    /// `Albums/<album>.m3u8`.
    List,
    /// Nothing but the catalog.
    None,
}

impl Word for AlbumForm {
    const WORDS: &'static [(Self, &'static str)] = &[
        (AlbumForm::Auto, "auto"),
        (AlbumForm::Symlink, "symlink"),
        (AlbumForm::Hardlink, "hardlink"),
        (AlbumForm::Copy, "copy"),
        (AlbumForm::List, "list"),
        (AlbumForm::None, "none"),
    ];
}

/// Where hidden media go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// Below `Hidden/`.
    Apart,
    /// Among the others.
    Mixed,
    /// Nowhere.
    Skip,
}

impl Word for Hidden {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Hidden::Apart, "apart"), (Hidden::Mixed, "mixed"), (Hidden::Skip, "skip")];
}

/// Where recently deleted media go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecentlyDeleted {
    /// Below `Recently Deleted/`.
    Apart,
    /// Nowhere.
    Skip,
}

impl Word for RecentlyDeleted {
    const WORDS: &'static [(Self, &'static str)] =
        &[(RecentlyDeleted::Apart, "apart"), (RecentlyDeleted::Skip, "skip")];
}

/// Whether Apple's automatic collections appear in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memories {
    /// Only in the catalog.
    Catalog,
    /// Below `Memories/`, in the form of the albums.
    Folders,
}

impl Word for Memories {
    const WORDS: &'static [(Self, &'static str)] = &[(Memories::Folders, "yes"), (Memories::Catalog, "no")];
}

/// For which programs sidecars are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SidecarForm {
    /// `NAME.EXT.xmp`, which Immich, digiKam, darktable and osxphotos read.
    Xmp,
    /// `NAME.EXT.xmp` in the dialect that PhotoPrism reads.
    PhotoPrism,
    /// `NAME.EXT.json`, from which immich-go uploads.
    ImmichGo,
}

impl SidecarForm {
    /// All of them.
    pub const ALL: [SidecarForm; 3] = [SidecarForm::Xmp, SidecarForm::PhotoPrism, SidecarForm::ImmichGo];
}

impl Word for SidecarForm {
    const WORDS: &'static [(Self, &'static str)] = &[
        (SidecarForm::Xmp, "xmp"),
        (SidecarForm::PhotoPrism, "photoprism"),
        (SidecarForm::ImmichGo, "immich-go"),
    ];
}

impl Word for Option<SidecarForm> {
    const WORDS: &'static [(Self, &'static str)] = &[
        (None, "none"),
        (Some(SidecarForm::Xmp), "xmp"),
        (Some(SidecarForm::PhotoPrism), "photoprism"),
        (Some(SidecarForm::ImmichGo), "immich-go"),
    ];
}

/// Who named the zone for what carries none; the words of the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ZoneFrom {
    /// The owner, of this run.
    Option,
    /// The library, from an earlier run.
    Library,
    /// The variable `TZ`.
    #[serde(rename = "TZ")]
    Variable,
    /// The system.
    System,
    /// Nobody: it is UTC.
    None,
}

/// What the owner chose; the library remembers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Folders of the dated tree.
    pub layout: Template,
    /// File stems.
    pub name: Template,
    /// For what carries no zone.
    pub zone: Tz,
    /// Who named it.
    pub zone_from: ZoneFrom,
    /// How albums appear.
    pub albums: AlbumForm,
    /// Whether memories appear like albums.
    pub memories: Memories,
    /// Where hidden media go.
    pub hidden: Hidden,
    /// Where recently deleted media go.
    pub recently_deleted: RecentlyDeleted,
    /// What is written beside the files for other programs.
    pub sidecars: Option<SidecarForm>,
}

impl Settings {
    /// Those that hold where nobody chose.
    pub fn standard(zone: Tz) -> Self {
        Settings {
            layout: Template::standard_layout(),
            name: Template::standard_name(),
            zone,
            zone_from: ZoneFrom::Option,
            albums: AlbumForm::Auto,
            memories: Memories::Catalog,
            hidden: Hidden::Apart,
            recently_deleted: RecentlyDeleted::Apart,
            sidecars: None,
        }
    }

    /// What a library remembers of them.
    pub fn memory(&self) -> Memory {
        let words = [
            (name::LAYOUT, self.layout.to_string()),
            (name::NAME, self.name.to_string()),
            (name::TIME_ZONE, self.zone.name().to_owned()),
            (name::ALBUMS, self.albums.as_str().to_owned()),
            (name::MEMORIES, self.memories.as_str().to_owned()),
            (name::HIDDEN, self.hidden.as_str().to_owned()),
            (name::RECENTLY_DELETED, self.recently_deleted.as_str().to_owned()),
            (name::SIDECARS, self.sidecars.as_str().to_owned()),
        ];
        words.into_iter().map(|(name, word)| (name.to_owned(), word)).collect()
    }
}

/// What a library remembers, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory(HashMap<String, String>);

impl Memory {
    /// The text that is remembered under this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The choice that is remembered under this name.
    pub fn choice<T: Word>(&self, name: &str) -> Option<T> {
        T::from_name(self.text(name)?)
    }

    /// All names with their texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

impl FromIterator<(String, String)> for Memory {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(words: I) -> Self {
        Memory(words.into_iter().collect())
    }
}
