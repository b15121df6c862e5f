//! `arrange`: moves the library's own unchanged files to where a template, or the rules of today, want them, and back.
//!
//! What goes where is the pure `Arrangement`; this finds out which files nobody has touched, puts the moves on record
//! and has them carried out. Without a template only those move that a later export hid, showed, deleted or dated
//! otherwise.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::contents::{ContentSet, litter};
use crate::error::Error;
use crate::library::catalog::{Catalog, Delivered, Errand, Move, NewMove, Remembered};
use crate::library::choices;
use crate::library::drive::{self, hash_file};
use crate::library::given::Given;
use crate::library::layout;
use crate::library::path::LibraryPath;
use crate::library::record::{AlbumRecord, Area, DerivedKind, FileRecord, Harm};
use crate::library::settings::{RememberedSettings, Settings, name};
use crate::library::spelling::Spelling;
use crate::library::template::Template;
use crate::library::tree::Tree;
use crate::problem::{Code, Problem};
use crate::run::counts::Counts;
use crate::run::moves::{Run, carry_out, open};
use crate::stage::arrange::{Arrangement, Arranging, Relocation, Scope};
use crate::stage::recall::recall;
use crate::stage::survey::{Before, is_as_placed};

/// What the owner wants otherwise.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Another layout for the folders.
    pub layout: Option<Template>,
    /// Other names for the files.
    pub name: Option<Template>,
}

/// What was moved, or would be.
#[derive(Debug, Default, Serialize)]
pub struct Arranged {
    /// Photos, videos and what belongs to them that were moved, and that stand where they should; links, lists, copies
    /// and sidecars that were made and removed.
    #[serde(flatten)]
    pub counts: Counts,
    /// Each of those that were moved.
    pub moves: Vec<Way>,
}

/// From where a file was moved, and to where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    /// Where it stood.
    pub from: LibraryPath,
    /// Where it stands now.
    pub to: LibraryPath,
}

/// Says what an arrangement would move. Changes nothing.
///
/// # Errors
/// If there is no catalog, or it cannot be read.
pub fn rehearse(run: &Run<'_>, wanted: &Wanted) -> Result<Arranged, Error> {
    let catalog = Catalog::read(run.library)?;
    let looked = Looked::at(run.library, &catalog)?;
    let settings = wanted.over(Settings::of(&catalog.settings()?));
    let decided = looked.decide(run, &settings, wanted.scope())?;
    Ok(decided.told(run.library, &looked))
}

/// Moves files, and remembers the templates.
///
/// # Errors
/// If it is no library or in use, the drive is full, or the owner interrupts.
pub fn arrange(run: &Run<'_>, wanted: &Wanted) -> Result<Arranged, Error> {
    let library = run.library;
    let (_lock, mut catalog) = open(run)?;
    let looked = Looked::at(library, &catalog)?;
    looked.remember_moves(&mut catalog)?;
    let before = Settings::of(&catalog.settings()?);
    let settings = wanted.over(before.clone());
    let decided = looked.decide(run, &settings, wanted.scope())?;
    let told = decided.told(library, &looked);
    let chosen = [
        (name::LAYOUT, settings.layout.to_string()),
        (name::NAME, settings.name.to_string()),
        (name::LAYOUT_BEFORE, before.layout.to_string()),
        (name::NAME_BEFORE, before.name.to_string()),
    ];
    let moves = decided.arrangement.moves();
    let words = |chosen: &[(&str, String)]| -> RememberedSettings {
        chosen.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect()
    };
    if moves.is_empty() {
        // the arrangement before this one can still be taken back
        catalog.remember(&words(&chosen[..2]))?;
        choices::keep(library, &catalog)?;
        return Ok(told);
    }
    catalog.begin_moves(Errand::Arrange, &moves, &looked.delivered.ids.contents, &words(&chosen))?;
    carried_out(run, &mut catalog, told)
}

/// Takes the last arrangement back, for what still stands where it was put.
///
/// # Errors
/// As [`arrange`].
pub fn undo(run: &Run<'_>) -> Result<Arranged, Error> {
    let library = run.library;
    let (_lock, mut catalog) = open(run)?;
    let looked = Looked::at(library, &catalog)?;
    looked.remember_moves(&mut catalog)?;
    let last = catalog.last_arrangement()?;
    if last.is_empty() {
        return Ok(Arranged::default());
    }
    let decided = looked.back(run, last)?;
    let told = decided.told(library, &looked);
    let remembered = catalog.settings()?;
    let again = [(name::LAYOUT, name::LAYOUT_BEFORE), (name::NAME, name::NAME_BEFORE)];
    let again = again
        .iter()
        .filter_map(|(name, before)| Some(((*name).to_owned(), remembered.text(before)?.to_owned())));
    let again: RememberedSettings = again.collect();
    catalog.begin_moves(
        Errand::Undo,
        &decided.arrangement.moves(),
        &looked.delivered.ids.contents,
        &again,
    )?;
    carried_out(run, &mut catalog, told)
}

fn carried_out(run: &Run<'_>, catalog: &mut Catalog, mut told: Arranged) -> Result<Arranged, Error> {
    let moved = carry_out(run, catalog)?;
    let refused: HashSet<&LibraryPath> = moved.refused.iter().map(|(going, _)| &going.old).collect();
    told.moves.retain(|way| !refused.contains(&way.from));
    let arrived = told.moves.len() as u64;
    let counts = &mut told.counts;
    counts.kept += counts.moved - arrived;
    counts.moved = arrived;
    counts.made = moved.made();
    counts.removed = moved.removed;
    counts.problems.extend(moved.problems);
    counts.problems.sort();
    Ok(told)
}

impl Wanted {
    fn scope(&self) -> Scope {
        match self {
            Wanted { layout: None, name: None } => Scope::Misplaced,
            _ => Scope::Everything,
        }
    }

    fn over(&self, settings: Settings) -> Settings {
        Settings {
            layout: self.layout.clone().unwrap_or(settings.layout),
            name: self.name.clone().unwrap_or(settings.name),
            ..settings
        }
    }
}

impl Arrangement {
    /// Spells folders as they stand. What would only be spelled otherwise stays where it is.
    fn spell(&mut self, library: &Path) {
        let mut spelling = Spelling::of(library);
        for all in [&mut self.files, &mut self.derived] {
            all.iter_mut().for_each(|going| going.new = spelling.path(&going.new));
            all.retain(|going| going.new != going.old);
        }
    }

    /// In the order in which they are put on record.
    fn moves(&self) -> Vec<NewMove> {
        let all = self.files.iter().chain(&self.derived);
        all.map(|Relocation { old, new, content }| NewMove {
            old: old.clone(),
            new: Some(new.clone()),
            content: *content,
        })
        .collect()
    }
}

/// The library as it stands.
struct Looked {
    delivered: Delivered,
    before: Before,
    albums: Vec<AlbumRecord>,
    given: Given,
}

/// What is to be moved, and what stays although it should be.
struct Decided {
    arrangement: Arrangement,
    problems: Vec<Problem>,
}

impl Looked {
    fn at(library: &Path, catalog: &Catalog) -> Result<Self, Error> {
        let Remembered { delivered, recorded } = catalog.load()?;
        let before =
            Before::new(library, Tree::walk(library)?, recorded, &delivered.contents, &HashSet::new());
        // an album names its files as the catalog does, which learns of the owner's moves only now
        let moved: BTreeMap<&str, &LibraryPath> =
            before.moved.iter().map(|(from, to)| (from.as_str(), to)).collect();
        let mut albums = catalog.albums()?;
        for file in albums.iter_mut().flat_map(|album| &mut album.files) {
            if let Some(to) = moved.get(file.as_str()) {
                *file = to.to_string();
            }
        }
        let given = Given::of(&delivered.contents, before.files.values());
        Ok(Looked { delivered, before, albums, given })
    }

    fn remember_moves(&self, catalog: &mut Catalog) -> Result<(), Error> {
        if self.before.moved.is_empty() {
            return Ok(());
        }
        catalog.record_moved(&self.before.moved)
    }

    /// Plans, and plans anew without those that turn out to be changed, until all that move are as they were placed.
    fn decide(&self, run: &Run<'_>, settings: &Settings, scope: Scope) -> Result<Decided, Error> {
        let Delivered { contents, heard, .. } = &self.delivered;
        let matched = recall(contents, &self.before.files, &self.albums);
        let arranging = Arranging {
            contents,
            heard: &heard.photos,
            matched: &matched,
            before: &self.before,
            settings,
            links: drive::expect_links(run.library),
        };
        let mut fixed = ContentSet::default();
        let mut looked_at = ContentSet::default();
        let mut problems: Vec<Problem> = self
            .before
            .harmed()
            .filter(|(_, harm)| *harm != Harm::Missing)
            .map(|(record, _)| stays(&record.path))
            .collect();
        loop {
            let mut arrangement = arranging.arrangement(scope, &fixed);
            let mut is_sound = true;
            for Relocation { old, .. } in &arrangement.files {
                let record = &self.before.files[old];
                if !looked_at.add(*record.delivered()) {
                    continue;
                }
                if run.watch.is_cancelled() {
                    return Err(Error::Interrupted);
                }
                if !is_as_placed(run.library, record, contents, &self.given) {
                    fixed.add(*record.delivered());
                    problems.push(stays(old));
                    is_sound = false;
                }
            }
            if is_sound {
                arrangement.spell(run.library);
                arrangement.derived.retain(|going| {
                    let is_ours = self.is_as_derived(run.library, going);
                    problems.extend((!is_ours).then(|| stays(&going.old)));
                    is_ours
                });
                return Ok(Decided { arrangement, problems });
            }
        }
    }

    /// The last arrangement backwards.
    fn back(&self, run: &Run<'_>, last: Vec<Move>) -> Result<Decided, Error> {
        let contents = &self.delivered.contents;
        let mut decided = Decided { arrangement: Arrangement::default(), problems: Vec::new() };
        let went = last.into_iter().filter_map(|Move { old, new, blake3, .. }| Some((old, new?, blake3)));
        for (old, new, blake3) in went {
            if run.watch.is_cancelled() {
                return Err(Error::Interrupted);
            }
            // another photo may have got a name that was free since
            let is_it = |record: &&FileRecord| {
                let known =
                    [record.content, *record.delivered()].map(|content| contents.distinct[content].blake3);
                blake3.is_none_or(|blake3| known.contains(&blake3))
            };
            if let Some(record) = self.before.files.get(&new).filter(is_it) {
                if is_as_placed(run.library, record, contents, &self.given) {
                    let content = Some(record.content);
                    decided.arrangement.files.push(Relocation { old: new, new: old, content });
                } else {
                    decided.problems.push(stays(&new));
                }
            } else if let Some(record) = self.before.derived.get(&new) {
                let target = record.target.as_ref().filter(|_| record.kind != DerivedKind::Symlink);
                let content = target.and_then(|target| Some(self.before.files.get(target)?.content));
                let going = Relocation { old: new, new: old, content };
                match self.is_as_derived(run.library, &going) {
                    true => decided.arrangement.derived.push(going),
                    false => decided.problems.push(stays(&going.old)),
                }
            } else if self.before.lost.iter().any(|record| record.path == new) || self.is_gone(&new) {
                let message = "it does not stand where the last arrangement put it, so it is not taken back";
                decided.problems.push(Problem::new(Code::MovedFile, message).with_entry(new.as_str()));
            }
        }
        Ok(decided)
    }

    /// Whether a file was moved away by its owner since.
    fn is_gone(&self, path: &LibraryPath) -> bool {
        self.before.moved.iter().any(|(from, _)| from == path)
            || self.before.harmed().any(|(record, _)| record.path == *path)
    }

    /// Whether something derived is as it was made.
    fn is_as_derived(&self, library: &Path, Relocation { old, content, .. }: &Relocation) -> bool {
        let Some(record) = self.before.derived.get(old) else { return false };
        let path = old.to_path(library);
        let Ok(metadata) = fs::symlink_metadata(&path) else { return false };
        let target = record.target.as_ref().and_then(|target| self.before.files.get(target));
        match (record.kind, content, target) {
            (DerivedKind::Symlink, ..) => metadata.is_symlink(),
            (DerivedKind::Hardlink | DerivedKind::Copy, Some(content), Some(target)) => {
                let bytes = &self.delivered.contents.distinct[*content];
                let has_time = has_time(&metadata, target, &self.given);
                metadata.is_file()
                    && metadata.len() == bytes.size
                    && (has_time || hash_file(&path) == Some(bytes.blake3))
            }
            _ => metadata.is_file() && record.blake3.is_some() && hash_file(&path) == record.blake3,
        }
    }
}

/// Whether a file, or a copy of it, has the time that the file was given.
fn has_time(metadata: &fs::Metadata, record: &FileRecord, given: &Given) -> bool {
    metadata.modified().is_ok_and(|time| given.has(record, time))
}

fn stays(path: &LibraryPath) -> Problem {
    Problem::new(Code::ChangedFile, "somebody changed this file since it was placed, so it stays where it is")
        .as_warning()
        .with_entry(path.as_str())
}

impl Decided {
    /// In words and numbers, before anything is moved.
    fn told(&self, library: &Path, looked: &Looked) -> Arranged {
        let files = &self.arrangement.files;
        let media = looked.before.files.values().filter(|file| file.area == Area::Media).count() as u64;
        let mut problems = self.problems.clone();
        problems.extend(self.strangers(library, looked));
        problems.sort();
        let mut moves: Vec<Way> =
            files.iter().map(|going| Way { from: going.old.clone(), to: going.new.clone() }).collect();
        moves.sort_by(|a, b| a.from.cmp(&b.from));
        let moved = moves.len() as u64;
        let kept = media.saturating_sub(moved);
        Arranged { counts: Counts { moved, kept, problems, ..Counts::default() }, moves }
    }

    /// Files that no import put into the folders that others leave.
    fn strangers(&self, library: &Path, looked: &Looked) -> Vec<Problem> {
        let folders: BTreeSet<LibraryPath> =
            self.arrangement.files.iter().filter_map(|going| going.old.parent()).collect();
        let changed: HashSet<&LibraryPath> = looked.before.harmed().map(|(record, _)| &record.path).collect();
        let is_stranger = |path: &&LibraryPath| {
            path.parent().is_some_and(|folder| folders.contains(&folder))
                && !looked.before.derived.contains_key(*path)
                && !changed.contains(*path)
                && !litter::is_ignored(path.as_str())
                && !layout::is_of_page(path.as_str())
                && !fs::symlink_metadata(path.to_path(library)).is_ok_and(|metadata| metadata.is_dir())
        };
        let message = "no import put this file here, so it stays where it is";
        let strangers = looked.before.strange().filter(is_stranger);
        strangers.map(|path| Problem::new(Code::ExtraFile, message).with_entry(path.as_str())).collect()
    }
}
