//! Media to assets: what the rows say of each medium, and when each asset was taken. Never names a library path.
//!
//! Flags and dates belong to the asset, not to a file. The still's row decides for its movie even where the
//! movie's own row says otherwise, because the halves of one Live Photo do differ.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::apple::text;
use crate::category::photos::by_name::scheme_b_base;
use crate::category::photos::doubts::{Doubts, quoted};
use crate::category::photos::listed::Listed;
use crate::category::photos::lists::details::Row;
use crate::category::photos::media::{Format, Kind};
use crate::category::photos::pairs::{Companions, Pairs, companions, pair};
use crate::category::photos::rows::{RowAt, Rows};
use crate::category::photos::time::{Captured, CapturedFrom, Sources, capture};
use crate::category::photos::{Asset, AssetId, Heard, Resource, Role, Said, Sort};
use crate::contents::{Arena, ByContent, Class, Content, ContentId, Contents, Entry, Excerpt, PartId};
use crate::problem::{Code, Problem};
use crate::threads;

/// More rows that disagree about one file are counted, not listed.
const MOST_SAID: usize = 20;

/// The assets, before albums are known.
#[derive(Debug, Default)]
pub struct Gathered {
    /// In canonical order of their primaries.
    pub assets: Arena<AssetId, Asset>,
    /// Still and movie (contents) where the movie's bytes stand with another still.
    pub shared_movies: Vec<(ContentId, ContentId)>,
    /// What was wrong or uncertain.
    pub problems: Vec<Problem>,
}

/// What the rows of one content come to.
#[derive(Debug, Clone, Copy)]
struct Told<'a> {
    /// The row that gives name, date and views.
    first: &'a Row,
    imported: Option<DateTime<Utc>>,
    favorite: Option<bool>,
    hidden: Option<bool>,
    deleted: Option<bool>,
    /// Whether they give it dates of different days.
    is_disputed: bool,
}

/// One content that is a medium, with its entries and what its rows come to.
pub(super) struct Medium<'a> {
    pub(super) content: &'a Content,
    pub(super) said: &'a Said,
    pub(super) entries: &'a [&'a Entry],
    told: Option<Told<'a>>,
    pub(super) kind: Kind,
    pub(super) format: Format,
}

impl Medium<'_> {
    /// Which content it is.
    fn index(&self) -> ContentId {
        self.entries[0].content().unwrap_or_default()
    }

    /// The name that its row gives it, else its entry's.
    pub(super) fn name(&self) -> &str {
        self.told.map_or_else(|| self.entries[0].name(), |told| &told.first.name)
    }

    /// The same, sharing the memory of the row or of the entry.
    fn shared_name(&self) -> Excerpt {
        let entry = self.entries[0];
        self.told.map_or_else(|| Excerpt::end_of(&entry.path, entry.name()), |told| told.first.name.clone())
    }

    pub(super) fn stem(&self) -> String {
        text::match_key(text::split(self.name()).0)
    }

    /// The stems by which a companion or a movie may belong to it, per folder.
    pub(super) fn stems(&self) -> Vec<(PartId, &str, String)> {
        let mut stems = Vec::new();
        for entry in self.entries {
            let stem = |name: &str| (entry.part, entry.folder(), text::match_key(text::split(name).0));
            stems.push(stem(entry.name()));
            match self.told {
                Some(told) if *told.first.name == *entry.name() => {}
                Some(told) => stems.push(stem(&told.first.name)),
                None => stems.extend(scheme_b_base(entry.name()).map(|base| stem(&base))),
            }
        }
        stems.sort();
        stems.dedup();
        stems
    }

    pub(super) fn created(&self) -> Option<DateTime<Utc>> {
        self.told.and_then(|told| told.first.created)
    }

    pub(super) fn is_raw(&self) -> bool {
        self.format.is_raw(self.name())
    }

    pub(super) fn is_shared(&self) -> bool {
        self.entries.iter().all(|e| Sort::of(e) == Sort::Shared)
    }
}

/// Builds the assets.
pub fn build<'a>(contents: &'a Contents, heard: &'a Heard, rows: &Rows<'a>, zone: Tz) -> Gathered {
    let entries = by_bytes(contents);
    let media = collect(contents, heard, &entries, rows);
    let pairs = pair(&media);
    let companions = companions(&media, &pairs);
    let lists = Listed::new(contents, heard);

    let leads = |m: &usize| !pairs.first_still.contains_key(m) && !companions.of.contains_key(m);
    let stills: Vec<usize> = (0..media.len()).filter(leads).collect();
    let mut gathered = Gathered::default();
    gathered.assets.reserve_exact(stills.len());
    let asset =
        |&still: &usize| asset(&media, (still, &followers(still, &pairs, &companions)), rows, &lists, zone);
    gathered.assets.extend(threads::abreast(&stills, asset));
    let elsewhere = |still: &usize| {
        let movie = pairs.movie.get(still).filter(|movie| pairs.first_still[movie] != *still)?;
        Some((media[*still].index(), media[*movie].index()))
    };
    gathered.shared_movies = stills.iter().filter_map(elsewhere).collect();
    gathered.problems = disputed(contents, rows, &media);
    gathered.problems.extend(unlisted(contents, rows, &media, &pairs));
    gathered
}

/// The media that a still leads: its movie first.
fn followers(still: usize, pairs: &Pairs, companions: &Companions) -> Vec<(usize, Role)> {
    let movie = pairs.movie.get(&still).filter(|movie| pairs.first_still[movie] == still);
    let companions = companions.with.get(&still).into_iter().flatten();
    movie
        .map(|&movie| (movie, Role::Movie))
        .into_iter()
        .chain(companions.map(|&c| (c, Role::Companion)))
        .collect()
}

/// Entries of media, those of the same bytes side by side, in the order of their first.
fn by_bytes(contents: &Contents) -> Vec<&Entry> {
    let mut first = ByContent::with_capacity(contents.distinct.len());
    let mut entries: Vec<(usize, &Entry)> = Vec::new();
    for entry in contents.entries.iter().filter(|e| e.class == Class::Resource) {
        if let Some(content) = entry.content() {
            entries.push((*first.slot(content).get_or_insert(entries.len()), entry));
        }
    }
    entries.sort_by_key(|(first, _)| *first);
    let mut entries: Vec<&Entry> = entries.into_iter().map(|(_, entry)| entry).collect();
    entries.shrink_to_fit();
    entries
}

fn collect<'a>(
    contents: &'a Contents,
    heard: &'a Heard,
    entries: &'a [&'a Entry],
    rows: &Rows<'a>,
) -> Vec<Medium<'a>> {
    let of_same_bytes: Vec<&[&Entry]> = entries.chunk_by(|a, b| a.content() == b.content()).collect();
    let medium = |entries: &&'a [&'a Entry]| {
        let index = entries[0].content()?;
        let (content, said) = (&contents.distinct[index], &heard.said[index]);
        let told = told(contents, rows.of(index));
        let format = said.embedded.format;
        let medium = Medium { content, said, entries, told, kind: Kind::Other, format };
        Some(Medium { kind: format.kind(medium.name()), ..medium })
    };
    let mut media = Vec::with_capacity(of_same_bytes.len());
    media.extend(threads::abreast(&of_same_bytes, medium).flatten());
    media
}

/// What several rows say together. Those of the newest export decide; among them the earliest date gives name,
/// dates and views, favourite if any says so, hidden and deleted only if all do.
fn told<'a>(contents: &Contents, claims: impl Iterator<Item = RowAt<'a>> + Clone) -> Option<Told<'a>> {
    let claims = newest(contents, claims);
    let first = first(&claims)?;
    let dates = || claims.iter().filter_map(|at| at.row.created);
    let spread = dates().max().zip(dates().min()).map(|(latest, earliest)| latest - earliest);
    let any = |flag: fn(&RowAt<'a>) -> Option<bool>| -> Option<bool> {
        claims.iter().filter_map(flag).reduce(|a, b| a || b)
    };
    let all = |flag: fn(&RowAt<'a>) -> Option<bool>| -> Option<bool> {
        claims.iter().filter_map(flag).reduce(|a, b| a && b)
    };
    Some(Told {
        first: first.row,
        imported: first.row.imported.or_else(|| claims.iter().filter_map(|at| at.row.imported).min()),
        favorite: any(|at| at.row.favorite),
        hidden: all(|at| at.row.hidden),
        deleted: all(|at| at.row.deleted),
        is_disputed: spread.is_some_and(|spread| spread > TimeDelta::days(1)),
    })
}

/// The rows of the newest export that has any.
fn newest<'a>(contents: &Contents, claims: impl Iterator<Item = RowAt<'a>> + Clone) -> Vec<RowAt<'a>> {
    let newest = claims.clone().map(|at| at.export(contents)).max();
    claims.filter(|at| Some(at.export(contents)) == newest).collect()
}

/// The row with the earliest date, else the first.
fn first<'a>(claims: &[RowAt<'a>]) -> Option<RowAt<'a>> {
    claims.iter().min_by_key(|at| at.row.created.map_or((1, None), |t| (0, Some(t)))).copied()
}

/// One warning for each medium whose rows give it dates of different days.
fn disputed(contents: &Contents, rows: &Rows<'_>, media: &[Medium<'_>]) -> Vec<Problem> {
    let mut problems = Doubts::default();
    for medium in media.iter().filter(|medium| medium.told.is_some_and(|told| told.is_disputed)) {
        let claims = newest(contents, rows.of(medium.index()));
        let Some(first) = first(&claims) else { continue };
        problems.add(Code::ConflictingRows, || {
            let date = |at: &RowAt<'_>| {
                let created = at.row.created?.format("%Y-%m-%d %H:%M UTC");
                Some(format!("{} {created}", quoted(&at.row.name)))
            };
            let mut said: Vec<String> = claims.iter().take(MOST_SAID).filter_map(date).collect();
            said.dedup();
            if claims.len() > MOST_SAID {
                said.push(format!("and {} more", claims.len() - MOST_SAID));
            }
            let message =
                format!("Apple lists several dates for it: {}; the earliest was used", said.join(", "));
            Problem::new(Code::ConflictingRows, message)
                .in_archive(&contents.archives[first.details.archive].name)
                .with_entry(first.details.path.as_ref())
        });
    }
    problems.into_problems()
}

/// The asset that a medium leads, with these others.
fn asset(
    media: &[Medium<'_>],
    (leader, others): (usize, &[(usize, Role)]),
    rows: &Rows<'_>,
    lists: &Listed<'_>,
    zone: Tz,
) -> Asset {
    let own = |m: &Medium<'_>| -> Captured {
        let entry_names: Vec<&str> =
            std::iter::once(m.name()).chain(m.entries.iter().map(|e| e.name())).collect();
        capture(&Sources {
            embedded: &m.said.embedded,
            row: m.created(),
            imported: m.told.and_then(|told| told.imported),
            built: m.entries.iter().filter_map(|e| built(lists.contents, e)).min(),
            names: &entry_names,
            fallback: zone,
        })
    };
    let resource = |m: &Medium<'_>, role: Role, captured: Captured| Resource {
        content: m.index(),
        role,
        kind: m.kind,
        name: m.shared_name(),
        captured,
        imported: m.told.and_then(|told| told.imported),
        view_count: m.told.and_then(|told| told.first.view_count),
        contributed_by_me: lists.contributed(m),
        proved: rows.proved.contains(m.index()),
    };
    let primary = &media[leader];
    let mut captured = own(primary);
    let movie = others.iter().find(|(_, role)| *role == Role::Movie).map(|(m, _)| own(&media[*m]));
    if let Some(movie) = movie.as_ref().filter(|m| captured.time.is_none() && m.time.is_some()) {
        captured = captured.follow_movie(movie);
    }
    let follower = |&(m, role): &(usize, Role)| {
        let m = &media[m];
        let leads = role == Role::Movie && captured.from == CapturedFrom::Movie;
        let follows = !leads && captured.time.is_some();
        resource(m, role, if follows { own(m).follow_still(&captured) } else { own(m) })
    };
    let members = || std::iter::once(primary).chain(others.iter().map(|(m, _)| &media[*m]));
    let speaks = members().find(|m| m.told.is_some()).unwrap_or(primary);
    let (favorite, hidden, deleted) = flags(speaks, primary, lists);
    Asset {
        is_shared_only: members().all(Medium::is_shared),
        others: others.iter().map(follower).collect(),
        primary: resource(primary, Role::Primary, captured),
        favorite,
        hidden,
        deleted,
        home: None,
    }
}

/// The year since which Apple builds exports.
const FIRST_EXPORTS: i32 = 2018;

/// When the export of an entry was built, if that is known. Archives that somebody packed again may bear
/// no stamps, which is the first day of 1980, or those of a clock that was never set.
fn built(contents: &Contents, entry: &Entry) -> Option<NaiveDateTime> {
    contents.exports[contents.export_of(entry)].built.filter(|built| built.year() >= FIRST_EXPORTS)
}

fn flags(speaks: &Medium<'_>, primary: &Medium<'_>, lists: &Listed<'_>) -> (bool, bool, bool) {
    let told = speaks.told;
    let has = |sort: Sort| primary.entries.iter().any(|e| Sort::of(e) == sort);
    let deleted = match told.and_then(|told| told.deleted) {
        // a copy that lives on in Photos/ beside the deleted one is not deleted
        Some(deleted) => deleted && !(has(Sort::Photo) && has(Sort::Deleted)),
        None => has(Sort::Deleted) && !has(Sort::Photo),
    };
    (
        told.and_then(|told| told.favorite).unwrap_or_else(|| lists.names_any(&lists.favorites, primary)),
        told.and_then(|told| told.hidden).unwrap_or_else(|| lists.names_any(&lists.hidden, primary)),
        deleted,
    )
}

/// One warning for each medium of a detailed export that no row speaks of; not for the movie of a
/// listed still, not for adjustments, which Apple never lists.
fn unlisted(contents: &Contents, rows: &Rows<'_>, media: &[Medium<'_>], pairs: &Pairs) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, medium) in media.iter().enumerate() {
        let of_listed_still = pairs.first_still.get(&index).is_some_and(|s| media[*s].told.is_some());
        if medium.told.is_some() || of_listed_still || medium.kind == Kind::Adjustment {
            continue;
        }
        let entry = medium.entries.iter().find(|e| {
            e.given && Sort::of(e) != Sort::Shared && rows.detailed.contains(&contents.export_of(e))
        });
        if let Some(entry) = entry {
            problems.push(
                Problem::new(
                    Code::UnlistedMedia,
                    "Apple's lists do not name it: it arrived whole and is kept, with the date that it carries itself",
                )
                .in_archive(&contents.archives[entry.archive].name)
                .with_entry(entry.path.as_ref()),
            );
        }
    }
    problems
}
