//! Recall: the photos and albums of a library as its catalog has them, without the lists of Apple's that once said it.
//!
//! An import matches everything anew because new lists may say new things. Where nothing new was said, the records
//! say what the last match came to, and they alone know the dates that an earlier time zone decided. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::category::photos::albums::give_homes;
use crate::category::photos::media::Kind;
use crate::category::photos::time::{Captured, CapturedFrom, Rule};
use crate::category::photos::{Album, Asset, AssetId, Matched, Resource, Role, Sort};
use crate::contents::{Class, ContentSet, Contents, Excerpt};
use crate::library::numbers;
use crate::library::path::LibraryPath;
use crate::library::record::{AlbumRecord, Area, FileRecord};

/// What the records of a library's files and albums come to. Of two files with the same bytes only the first counts.
pub fn recall(
    contents: &Contents,
    files: &BTreeMap<LibraryPath, FileRecord>,
    albums: &[AlbumRecord],
) -> Matched {
    let mut seen = ContentSet::default();
    let media: BTreeMap<&LibraryPath, &FileRecord> =
        files.iter().filter(|(_, file)| file.area == Area::Media && seen.add(*file.delivered())).collect();
    let followers = Followers::of(&media);
    let sharing = Sharing::of(contents);
    let mut matched = Matched::default();
    let mut by_path: HashMap<&str, AssetId> = HashMap::new();
    for (path, file) in &media {
        if followers.leader.contains_key(path) {
            continue;
        }
        let others: &[(&LibraryPath, Role)] = followers.of.get(path).map_or(&[], Vec::as_slice);
        let asset = matched.assets.next();
        let paths = || std::iter::once(*path).chain(others.iter().map(|(path, _)| *path));
        by_path.extend(paths().map(|path| (path.as_str(), asset)));
        matched.assets.push(Asset {
            is_shared_only: paths().all(|path| sharing.is_only_shared(media[path])),
            primary: resource(file, Role::Primary),
            others: others.iter().map(|(path, role)| resource(media[path], *role)).collect(),
            favorite: file.favorite,
            hidden: file.hidden,
            deleted: file.deleted,
            home: None,
        });
    }
    matched.albums = albums.iter().map(|album| recalled(album, &by_path)).collect();
    let Matched { assets, albums, .. } = &mut matched;
    give_homes(albums, assets);
    matched
}

/// Which files stand with another: movies with their still, adjustments and RAW files with the photo.
#[derive(Default)]
struct Followers<'a> {
    leader: HashMap<&'a LibraryPath, &'a LibraryPath>,
    /// The movie first, then companions.
    of: HashMap<&'a LibraryPath, Vec<(&'a LibraryPath, Role)>>,
}

impl<'a> Followers<'a> {
    fn of(media: &BTreeMap<&'a LibraryPath, &'a FileRecord>) -> Self {
        let mut followers = Followers::default();
        let is_movie = |file: &FileRecord| file.kind == Some(Kind::Video);
        let movies = media.iter().filter(|(_, file)| is_movie(file));
        let movies = movies.filter_map(|(path, file)| Some((*path, file.live_photo.as_ref()?, Role::Movie)));
        let companions = media
            .iter()
            .filter_map(|(path, file)| Some((*path, file.companion_of.as_ref()?, Role::Companion)));
        for (path, leader, role) in movies.chain(companions) {
            let Some((&leader, record)) = media.get_key_value(leader) else { continue };
            let is_free = leader != path
                && !followers.leader.contains_key(path)
                && !followers.leader.contains_key(leader)
                && !followers.of.contains_key(path);
            let has_movie =
                || followers.of.get(leader).is_some_and(|of| of.iter().any(|(_, role)| *role == Role::Movie));
            if is_free && (role == Role::Companion || !is_movie(record) && !has_movie()) {
                followers.leader.insert(path, leader);
                followers.of.entry(leader).or_default().push((path, role));
            }
        }
        followers
    }
}

/// Which bytes came with shared albums, and which also otherwise.
#[derive(Default)]
struct Sharing {
    shared: ContentSet,
    others: ContentSet,
}

impl Sharing {
    fn of(contents: &Contents) -> Self {
        let mut sharing = Sharing::default();
        for entry in contents.entries.iter().filter(|entry| entry.class == Class::Resource) {
            let Some(content) = entry.content() else { continue };
            let came =
                if Sort::of(entry) == Sort::Shared { &mut sharing.shared } else { &mut sharing.others };
            came.add(content);
        }
        sharing
    }

    fn is_only_shared(&self, file: &FileRecord) -> bool {
        self.shared.contains(*file.delivered()) && !self.others.contains(*file.delivered())
    }
}

fn resource(file: &FileRecord, role: Role) -> Resource {
    let unnamed = || {
        let name = file.path.file_name();
        numbers::unnumbered(name).map_or_else(|| name.to_owned(), |(name, _)| name)
    };
    Resource {
        // an edit stands for what it was made of
        content: *file.delivered(),
        role,
        kind: file.kind.unwrap_or(Kind::Other),
        name: file.original_name.as_deref().map_or_else(|| (&*unnamed()).into(), Excerpt::from),
        captured: Captured::recorded(
            file.captured,
            file.captured_from.unwrap_or(CapturedFrom::None),
            file.rule.unwrap_or(Rule::Undated),
        ),
        imported: file.imported_to_icloud,
        view_count: file.view_count,
        contributed_by_me: file.contributed_by_me,
        proved: file.proved,
    }
}

/// An album with the assets of its files, each once.
fn recalled(album: &AlbumRecord, by_path: &HashMap<&str, AssetId>) -> Album {
    let mut once = HashSet::new();
    let members = album.files.iter().filter_map(|path| by_path.get(path.as_str()).copied());
    Album {
        kind: album.kind,
        key: album.key.clone(),
        title: album.title.clone(),
        members: members.filter(|member| once.insert(*member)).collect(),
        story: album.story.clone(),
    }
}
