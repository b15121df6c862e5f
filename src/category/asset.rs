//! What a category decided, as the pipeline sees it: assets with a wish for their place, and what a template
//! may show of them. Whether a name is taken, and what the owner chose, is for the plan.

use chrono::{DateTime, FixedOffset, Utc};

use crate::category::photos::{self, Album, AlbumId, AssetId, Role};
use crate::contents::{Arena, ContentId};
use crate::place::Place;

/// All assets and collections that a category decided.
#[derive(Clone, Copy)]
pub enum Assets<'a> {
    /// Photos, videos and albums, and what bytes said.
    Photos(&'a photos::Matched, &'a photos::Heard),
}

impl<'a> Assets<'a> {
    pub fn iter(self) -> impl Iterator<Item = Asset<'a>> {
        match self {
            Assets::Photos(matched, heard) => {
                matched.assets.iter().map(move |asset| Asset::Photo(asset, heard))
            }
        }
    }

    /// The asset that a collection names.
    pub fn get(self, asset: AssetId) -> Asset<'a> {
        match self {
            Assets::Photos(matched, heard) => Asset::Photo(&matched.assets[asset], heard),
        }
    }

    pub fn collections(self) -> &'a Arena<AlbumId, Album> {
        match self {
            Assets::Photos(matched, _) => &matched.albums,
        }
    }
}

/// An asset of some category.
#[derive(Clone, Copy)]
pub enum Asset<'a> {
    /// A photo or video, and what bytes said.
    Photo(&'a photos::Asset, &'a photos::Heard),
}

/// Where an asset wants to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// In the dated tree.
    Dated,
    /// In the folder of a collection, because the dated tree does not have it.
    Collection(AlbumId),
}

/// What keeps an asset apart from the others, wherever it wants to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apart {
    /// Its owner hid it.
    Hidden,
    /// Its owner deleted it, and it is still there.
    RecentlyDeleted,
}

/// One file of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'a> {
    pub content: ContentId,
    /// The name that its owner knows.
    pub name: &'a str,
    pub stem: Stem,
}

/// Whose file stem a resource has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stem {
    /// That of the primary, as the halves of a Live Photo do.
    OfAsset,
    Own,
}

/// What a template can show of an asset besides its time and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields<'a> {
    /// `photo`, `video` or `other`.
    pub kind: &'a str,
    pub make: Option<&'a str>,
    pub model: Option<&'a str>,
    /// Where it was taken.
    pub place: Option<&'a Place>,
}

impl<'a> Asset<'a> {
    /// Its files, the primary first.
    pub fn resources(self) -> impl Iterator<Item = Resource<'a>> + Clone {
        match self {
            Asset::Photo(asset, _) => asset.resources().map(|resource| Resource {
                content: resource.content,
                name: &resource.name,
                stem: if resource.role == Role::Companion { Stem::Own } else { Stem::OfAsset },
            }),
        }
    }

    /// The file that stands for it.
    pub fn primary(self) -> Resource<'a> {
        match self {
            Asset::Photo(asset, _) => {
                let primary = &asset.primary;
                Resource { content: primary.content, name: &primary.name, stem: Stem::OfAsset }
            }
        }
    }

    /// When it was made, on a local clock.
    pub fn time(self) -> Option<DateTime<FixedOffset>> {
        match self {
            Asset::Photo(asset, _) => asset.captured().time,
        }
    }

    /// The modification time that its files get: the capture, else the import into iCloud.
    pub fn modified(self) -> Option<DateTime<Utc>> {
        match self {
            Asset::Photo(asset, _) => {
                asset.captured().time.map(|time| time.to_utc()).or(asset.primary.imported)
            }
        }
    }

    pub fn wish(self) -> Wish {
        match self {
            Asset::Photo(asset, _) => asset.home.map_or(Wish::Dated, Wish::Collection),
        }
    }

    pub fn apart(self) -> impl Iterator<Item = Apart> {
        let (hidden, deleted) = match self {
            Asset::Photo(asset, _) => (asset.hidden, asset.deleted),
        };
        let deleted = deleted.then_some(Apart::RecentlyDeleted);
        deleted.into_iter().chain(hidden.then_some(Apart::Hidden))
    }

    pub fn fields(self) -> Fields<'a> {
        match self {
            Asset::Photo(asset, heard) => {
                let primary = &asset.primary;
                let said = &heard.said[primary.content];
                let camera = &said.embedded.camera;
                Fields {
                    kind: primary.kind.template_word(),
                    make: camera.make(),
                    model: camera.model(),
                    place: said.place.as_deref(),
                }
            }
        }
    }
}
