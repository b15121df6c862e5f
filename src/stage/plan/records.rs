//! What the catalog is to say of every file and every album: what was matched and planned, written down.
//!
//! A recorded date stays while its evidence is the same, because another `--time-zone` counts only for what
//! is placed from now on. Files whose bytes no entry speaks of, neither of this run nor remembered, keep the
//! record they have.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;

use crate::category::outcome::{Wishes, time_of};
use crate::category::photos::media::Kind;
use crate::category::photos::time::{CapturedFrom, Evidence, Sources, capture};
use crate::category::photos::{Album, AlbumId, Asset, AssetId, Matched, Resource, Role};
use crate::category::{self, Heard};
use crate::contents::{ByContent, Category, ContentId, Contents, Entry, EntryId};
use crate::library::path::LibraryPath;
use crate::library::record::{AlbumRecord, Area, FileRecord, Placement};
use crate::stage::plan::Plan;

/// What is known of files, ready to be asked file by file: half a million records are never held at
/// once.
pub struct Records<'a> {
    heard: &'a Heard,
    matched: &'a Matched,
    plan: &'a Plan,
    standing: &'a BTreeMap<LibraryPath, FileRecord>,
    /// For what carries none.
    zone: Tz,
    by_content: ByContent<(AssetId, u32)>,
    contents: &'a Contents,
    wishes: &'a Wishes,
    /// The first entry of every file that is no medium.
    kept: HashMap<&'a LibraryPath, EntryId>,
    /// Movies that stand beside another still.
    borrowed: HashMap<ContentId, ContentId>,
}

/// The files of the library that belong to one.
struct Neighbours {
    live_photo: Option<LibraryPath>,
    companion_of: Option<LibraryPath>,
}

impl<'a> Records<'a> {
    /// Prepares the records of the files that stand or will stand by this plan; `standing` are those of the
    /// files that stood before, `zone` is the one for what carries none.
    pub fn new(
        contents: &'a Contents,
        heard: &'a Heard,
        matched: &'a Matched,
        wishes: &'a Wishes,
        plan: &'a Plan,
        standing: &'a BTreeMap<LibraryPath, FileRecord>,
        zone: Tz,
    ) -> Self {
        Records {
            heard,
            matched,
            plan,
            standing,
            zone,
            by_content: matched.by_content(),
            contents,
            wishes,
            kept: kept(contents, plan),
            borrowed: matched.shared_movies.iter().copied().collect(),
        }
    }

    /// The record of a file that was planned.
    pub fn of(&self, placement: &Placement, unplaced: &HashSet<LibraryPath>) -> FileRecord {
        let record = FileRecord::plain(placement.path.clone(), placement.area, placement.content);
        self.renewed(record, unplaced)
    }

    /// A record with what is known now. It names no file that could not be placed.
    pub fn renewed(&self, record: FileRecord, unplaced: &HashSet<LibraryPath>) -> FileRecord {
        if record.area != Area::Media {
            return self.renewed_other(record);
        }
        let Some(&(asset, resource)) = self.by_content.get(*record.delivered()) else { return record };
        let asset = &self.matched.assets[asset];
        let resource = asset.resource(resource);
        let neighbours = self.neighbours(asset, resource, unplaced);
        FileRecord {
            // the file
            kind: Some(resource.kind),
            original_name: Some((&*resource.name).into()),
            proved: record.proved || resource.proved,
            // its time
            captured: match Self::leader(asset, resource) {
                Some(leader) => self.captured(self.before(leader), leader),
                None => self.captured(Some(&record), resource),
            },
            captured_from: Some(resource.captured.from),
            rule: Some(resource.captured.rule),
            evidence: Some(self.evidence(resource)),
            // what Photos says of it
            imported_to_icloud: resource.imported,
            favorite: asset.favorite,
            hidden: asset.hidden,
            deleted: asset.deleted,
            view_count: resource.view_count,
            contributed_by_me: resource.contributed_by_me,
            // what it belongs to
            live_photo: neighbours.live_photo,
            companion_of: neighbours.companion_of,
            // an edit has the time that its owner's program gave it
            modified: record.original.as_ref().and(record.modified),
            original: record.original,
            path: record.path,
            area: record.area,
            content: record.content,
            category: record.category,
        }
    }

    /// The record of a file that stands by its path: its category's, and nothing of Photos.
    fn renewed_other(&self, record: FileRecord) -> FileRecord {
        let Some(&id) = self.kept.get(&record.path) else { return record };
        let entry = &self.contents.entries[id];
        let wish = self.wishes.get(&id);
        let kind = self.heard.photos.said[record.content].embedded.format.kind(entry.name());
        let is_photos = entry.category == Category::Photos;
        let kind = if is_photos || record.area == Area::Details { record.kind } else { Some(kind) };
        let record = match kind {
            Some(Kind::Photo | Kind::Video) if !is_photos => self.dated_alone(record, entry),
            _ => record,
        };
        FileRecord {
            original_name: Some(entry.name().into()),
            category: entry.category,
            kind,
            proved: record.proved || wish.is_some_and(|wish| wish.is_proved),
            // what was not dated by anything has the stamp of its entry, which the entry knows
            modified: match record.original {
                Some(_) => record.modified,
                None => wish
                    .and_then(|wish| wish.modified)
                    .or(record.modified.filter(|given| time_of(entry) != Some(*given))),
            },
            ..record
        }
    }

    /// The record of a picture or movie that is none of iCloud Photos, with the time that it carries itself.
    fn dated_alone(&self, record: FileRecord, entry: &Entry) -> FileRecord {
        let embedded = &self.heard.photos.said[record.content].embedded;
        let captured = capture(&Sources {
            embedded,
            row: None,
            imported: None,
            built: self.contents.exports[self.contents.export_of(entry)].built,
            names: &[entry.name()],
            fallback: self.zone,
        });
        let evidence = captured.evidence(embedded);
        let is_same = record.rule == Some(captured.rule) && record.evidence.as_ref() == Some(&evidence);
        FileRecord {
            captured: record.captured.filter(|_| is_same).or(captured.time),
            captured_from: Some(captured.from),
            rule: Some(captured.rule),
            evidence: Some(evidence),
            ..record
        }
    }

    fn neighbours(&self, asset: &Asset, resource: &Resource, unplaced: &HashSet<LibraryPath>) -> Neighbours {
        let path = |content: ContentId| {
            self.plan.paths.get(content).filter(|path| !unplaced.contains(*path)).cloned()
        };
        let primary = || path(asset.primary.content);
        match resource.role {
            Role::Primary => {
                let own = asset.movie().and_then(|movie| path(movie.content));
                let borrowed = || path(*self.borrowed.get(&resource.content)?);
                Neighbours { live_photo: own.or_else(borrowed), companion_of: None }
            }
            Role::Movie => Neighbours { live_photo: primary(), companion_of: None },
            Role::Companion => Neighbours { live_photo: None, companion_of: primary() },
        }
    }

    /// When an asset was made, as its record says or will say: the primary's time.
    pub fn time(&self, asset: category::Asset<'_>) -> Option<DateTime<FixedOffset>> {
        let category::Asset::Photo(asset, _) = asset;
        let primary = &asset.primary;
        let leader = Self::leader(asset, primary).unwrap_or(primary);
        self.captured(self.before(leader), leader)
    }

    /// Whether the time of a medium is the one that was decided now, and not one of the same evidence that
    /// its record has from another `--time-zone`.
    pub fn is_dated_now(&self, asset: &Asset, resource: &Resource) -> bool {
        let leader = Self::leader(asset, resource).unwrap_or(resource);
        let clock = |time: Option<DateTime<FixedOffset>>| time.map(|time| (time, *time.offset()));
        clock(self.captured(self.before(leader), leader)) == clock(leader.captured.time)
    }

    /// The record that the library had of a medium.
    fn before(&self, resource: &Resource) -> Option<&FileRecord> {
        self.plan.paths.get(resource.content).and_then(|path| self.standing.get(path))
    }

    fn evidence(&self, resource: &Resource) -> Box<[Evidence]> {
        resource.captured.evidence(&self.heard.photos.said[resource.content].embedded)
    }

    /// The time that a record has, if the evidence is still the same: another `--time-zone` counts for
    /// what is placed from now on, not for what said the same before.
    fn captured(&self, before: Option<&FileRecord>, resource: &Resource) -> Option<DateTime<FixedOffset>> {
        let is_same = |record: &&FileRecord| {
            record.rule == Some(resource.captured.rule)
                && record.evidence.as_ref().is_some_and(|evidence| *evidence == self.evidence(resource))
        };
        before.filter(is_same).and_then(|record| record.captured).or(resource.captured.time)
    }

    /// The half whose time this one has.
    fn leader<'b>(asset: &'b Asset, resource: &Resource) -> Option<&'b Resource> {
        match resource.captured.from {
            CapturedFrom::Still => Some(&asset.primary),
            CapturedFrom::Movie => asset.movie(),
            _ => None,
        }
    }
}

/// Records of all albums, with those of their files that stand.
pub fn album_records(matched: &Matched, plan: &Plan, unplaced: &HashSet<LibraryPath>) -> Vec<AlbumRecord> {
    let files = |album: &Album| {
        let resources = album.members.iter().flat_map(|&m| matched.assets[m].resources());
        let paths = resources.filter_map(|r| plan.paths.get(r.content));
        paths.filter(|path| !unplaced.contains(*path)).map(|path| path.as_str().to_owned()).collect()
    };
    let record = |(id, album): (AlbumId, &Album)| AlbumRecord {
        kind: album.kind,
        key: album.key.clone(),
        title: album.title.clone(),
        folder: plan.folders.get(&id).cloned(),
        story: album.story.clone(),
        files: files(album),
    };
    matched.albums.pairs().map(record).collect()
}

/// The first entry of every file that is no medium.
fn kept<'a>(contents: &'a Contents, plan: &'a Plan) -> HashMap<&'a LibraryPath, EntryId> {
    let mut kept = HashMap::with_capacity(plan.kept.len());
    for id in contents.entries.ids() {
        if let Some(path) = plan.kept.get(&id) {
            kept.entry(path).or_insert(id);
        }
    }
    kept
}
