//! What the owner may choose of a library.
//!
//! In: nothing. Out: [`Settings`], and those that hold where nobody chose. Never: reads an option or
//! what a library remembers.
//! The one surprise: the zone has no default here; it is the machine's, and only the caller knows it.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::library::template::{DEFAULT_LAYOUT, DEFAULT_NAME, Purpose, Template, TemplateError};
use crate::sidecar;

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

/// Where recently deleted media go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecentlyDeleted {
    /// Below `Recently Deleted/`.
    Apart,
    /// Nowhere.
    Skip,
}

/// Whether Apple's automatic collections appear in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memories {
    /// Only in the catalog.
    Catalog,
    /// Below `Memories/`, in the form of the albums.
    Folders,
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
    pub sidecars: Option<sidecar::Form>,
}

impl Settings {
    /// Those that hold where nobody chose.
    ///
    /// # Errors
    /// Never, as long as the default templates are templates.
    pub fn standard(zone: Tz) -> Result<Self, TemplateError> {
        Ok(Settings {
            layout: Template::parse(DEFAULT_LAYOUT, Purpose::Layout)?,
            name: Template::parse(DEFAULT_NAME, Purpose::Name)?,
            zone,
            zone_from: ZoneFrom::Option,
            albums: AlbumForm::Auto,
            memories: Memories::Catalog,
            hidden: Hidden::Apart,
            recently_deleted: RecentlyDeleted::Apart,
            sidecars: None,
        })
    }
}
