//! What the owner may choose for a library, the words in which the library remembers it, and the defaults.
//!
//! The time zone has no default here: it is the machine's, which only the caller knows.

use std::collections::HashMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::category::{Choices, Mbox, Packages, Wanted};
use crate::library::template::{Purpose, Template};

/// The names under which a library remembers its settings.
pub mod name {
    /// The template for the folders of the dated tree.
    pub const LAYOUT: &str = "layout";
    /// The template for the stems of files.
    pub const NAME: &str = "name";
    /// The time zone for files without one.
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
    /// The categories that are imported.
    pub const ONLY: &str = "only";
    /// The time zone of Apple's clocks without one.
    pub const APPLE_ZONE: &str = "apple_time_zone";
    /// Whether mail is also written as mbox files.
    pub const MBOX: &str = "mbox";
    /// Whether packages that come as zips are unpacked.
    pub const PACKAGES: &str = "unpack_packages";
    /// The layout before the last arrangement.
    pub const LAYOUT_BEFORE: &str = "layout_before_arrange";
    /// The name before the last arrangement.
    pub const NAME_BEFORE: &str = "name_before_arrange";
}

/// A choice that has a word on the command line and in the catalog.
pub trait Word: Copy + PartialEq + 'static {
    /// All choices with their words.
    const WORDS: &'static [(Self, &'static str)];

    /// The word of this choice.
    fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(choice, _)| *choice == self).map_or("", |(_, word)| word)
    }

    /// The choice with this word.
    fn from_name(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(choice, _)| *choice)
    }
}

/// How albums appear in the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlbumForm {
    /// Symbolic links where the file system has them, otherwise lists.
    Auto,
    /// Relative symbolic links.
    Symlink,
    /// Hard links.
    Hardlink,
    /// A copy of each file in the album's folder.
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

/// Which programs sidecars are for.
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

impl Word for Mbox {
    const WORDS: &'static [(Self, &'static str)] = &[(Mbox::Written, "yes"), (Mbox::No, "no")];
}

impl Word for Packages {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Packages::Unpacked, "yes"), (Packages::AsDelivered, "no")];
}

/// Who chose the time zone for files without one. The words are those of the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ZoneFrom {
    /// The owner, for this run.
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

/// What the owner chose for a library, which remembers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The template for the folders of the dated tree.
    pub layout: Template,
    /// The template for the stems of files.
    pub name: Template,
    /// The time zone for files without one.
    pub zone: Tz,
    /// Who chose the time zone.
    pub zone_from: ZoneFrom,
    /// How albums appear.
    pub albums: AlbumForm,
    /// Whether memories appear as folders.
    pub memories: Memories,
    /// Where hidden media go.
    pub hidden: Hidden,
    /// Where recently deleted media go.
    pub recently_deleted: RecentlyDeleted,
    /// Which sidecars are written beside the files, if any.
    pub sidecars: Option<SidecarForm>,
    /// What concerns the categories other than photos.
    pub categories: Choices,
}

impl Settings {
    /// The defaults, with this time zone.
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
            categories: Choices::default(),
        }
    }

    /// What a library remembers, and the defaults where it remembers nothing. The time zone is the default: it counts
    /// for what is new, and nothing is.
    pub fn of(remembered: &RememberedSettings) -> Self {
        let usual = Settings::standard(Tz::UTC);
        let template =
            |name, purpose| remembered.text(name).and_then(|text| Template::parse(text, purpose).ok());
        let zone = |name| remembered.text(name).and_then(|text| text.parse().ok());
        let wanted = remembered.text(name::ONLY).and_then(|text| Wanted::parse(text).ok());
        Settings {
            layout: template(name::LAYOUT, Purpose::Layout).unwrap_or(usual.layout),
            name: template(name::NAME, Purpose::Name).unwrap_or(usual.name),
            zone: usual.zone,
            zone_from: ZoneFrom::Library,
            albums: remembered.choice(name::ALBUMS).unwrap_or(usual.albums),
            memories: remembered.choice(name::MEMORIES).unwrap_or(usual.memories),
            hidden: remembered.choice(name::HIDDEN).unwrap_or(usual.hidden),
            recently_deleted: remembered.choice(name::RECENTLY_DELETED).unwrap_or(usual.recently_deleted),
            sidecars: remembered.choice(name::SIDECARS).unwrap_or(usual.sidecars),
            categories: Choices {
                zone: zone(name::APPLE_ZONE).unwrap_or(usual.categories.zone),
                mbox: remembered.choice(name::MBOX).unwrap_or(usual.categories.mbox),
                packages: remembered.choice(name::PACKAGES).unwrap_or(usual.categories.packages),
                wanted: wanted.unwrap_or(usual.categories.wanted),
            },
        }
    }

    /// The words in which a library remembers them.
    pub fn remembered(&self) -> RememberedSettings {
        let words = [
            (name::LAYOUT, self.layout.to_string()),
            (name::NAME, self.name.to_string()),
            (name::TIME_ZONE, self.zone.name().to_owned()),
            (name::ALBUMS, self.albums.as_str().to_owned()),
            (name::MEMORIES, self.memories.as_str().to_owned()),
            (name::HIDDEN, self.hidden.as_str().to_owned()),
            (name::RECENTLY_DELETED, self.recently_deleted.as_str().to_owned()),
            (name::SIDECARS, self.sidecars.as_str().to_owned()),
            (name::ONLY, self.categories.wanted.to_string()),
            (name::APPLE_ZONE, self.categories.zone.name().to_owned()),
            (name::MBOX, self.categories.mbox.as_str().to_owned()),
            (name::PACKAGES, self.categories.packages.as_str().to_owned()),
        ];
        words.into_iter().map(|(name, word)| (name.to_owned(), word)).collect()
    }
}

/// The settings that a library remembers, as words by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RememberedSettings(HashMap<String, String>);

impl RememberedSettings {
    /// The text remembered under a name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The choice remembered under a name.
    pub fn choice<T: Word>(&self, name: &str) -> Option<T> {
        T::from_name(self.text(name)?)
    }

    /// All names with their texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

impl FromIterator<(String, String)> for RememberedSettings {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(words: I) -> Self {
        RememberedSettings(words.into_iter().collect())
    }
}
