//! The page: a library as one HTML file that opens anywhere, without network, years later.
//!
//! It leads with photos: favourites, what was taken on this day, albums, then all by years and months, which a
//! viewer shows as large as the screen. The certificate is one line that opens; numbers and problems follow. All of
//! it is in the one file but for the pictures, to which it has relative links, so only a page inside the library has
//! any, and for the [`sections`] of all other categories, which stand in a folder beside it. Photos are known from the
//! catalog alone; only thumbnails need them. The page names no absolute path, and replaces no file that Windfall did
//! not write.
//!
//! The page forbids itself every request except for files beside it. Its style and script run by a nonce that
//! is a hash of the whole content, so the same library gives the same page and nothing in the content can
//! know the nonce.

pub mod address;
mod certificate;
mod copies;
mod figures;
mod folder;
mod found;
mod gallery;
mod holdings;
mod json;
mod look_alike;
mod problems;

mod sections;
mod shown;
mod timeline;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use askama::Template;
use chrono::Utc;
use serde::Serialize;

use crate::error::Error;
use crate::library::catalog::{Catalog, StoredFile};
use crate::library::files::{Company, holds, replace};
use crate::library::filter::HiddenAndDeleted;
use crate::library::{layout, name};
use crate::page::address::find;
use crate::page::certificate::{Certificate, certificate};
use crate::page::figures::{
    Bar, cameras, collection_word, count, counted, day, kinds, photos_and_videos, places, size, years,
};
use crate::page::found::Found;
use crate::page::gallery::Beside;
use crate::page::holdings::{Collection, Holdings};
use crate::page::problems::{Problems, problems};
use crate::page::sections::Section;
use crate::page::shown::Shown;
use crate::page::timeline::{Timeline, timeline};
use crate::picture::{self, Drawn, Previews, Wanted, WhyNone};
use crate::place;
use crate::problem::{Code, Problem};
use crate::progress::Watch;

pub use copies::{Copies, write_beside};

/// What the page does in a browser, piece after piece; nothing of it is known to whatever else runs there.
const SCRIPT: &str = concat!(
    include_str!("map.js"),
    include_str!("similar.js"),
    "(() => {\n'use strict';\n",
    include_str!("words.js"),
    include_str!("library.js"),
    include_str!("state.js"),
    include_str!("tiles.js"),
    include_str!("grid.js"),
    include_str!("strips.js"),
    include_str!("zoom.js"),
    include_str!("panel.js"),
    include_str!("viewer.js"),
    include_str!("start.js"),
    "})();\n",
);
const STYLE: &str = concat!(
    include_str!("page.css"),
    include_str!("gallery.css"),
    include_str!("viewer.css"),
    include_str!("map.css")
);

/// What every page of ours says in its first lines.
const MARK: &str = "<meta name=\"generator\" content=\"Windfall ";

/// What a page is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Library,
    /// A folder of copies, for somebody who need not know of the library.
    Copies,
}

/// What the page should be.
#[derive(Debug, Clone, Default)]
pub struct PageOptions {
    /// Where it is written; by default `windfall-report.html` in the library. Elsewhere it has no gallery.
    pub output: Option<PathBuf>,
    /// Whether it shows hidden and recently deleted photos.
    pub hidden: HiddenAndDeleted,
    /// Whether photos that browsers cannot show get previews.
    pub previews: Previews,
}

/// What a page says that shows hidden photos too.
pub(crate) const SHOWS_HIDDEN: &str = "<meta name=\"windfall-hidden\" content=\"shown\">";

/// The page that stands in a library, as its owner wanted it: after files were moved, it has to be made again.
pub(crate) fn standing(library: &Path) -> Option<PageOptions> {
    let place = library.join(layout::PAGE);
    if !fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    let mut head = Vec::new();
    File::open(place).ok()?.take(1024).read_to_end(&mut head).ok()?;
    let head = String::from_utf8_lossy(&head);
    let hidden =
        if head.contains(SHOWS_HIDDEN) { HiddenAndDeleted::Included } else { HiddenAndDeleted::LeftOut };
    head.contains(MARK).then(|| PageOptions { hidden, ..PageOptions::default() })
}

/// What became of a page, as JSON in the form of all verbs that make something.
#[derive(Debug, Serialize)]
pub struct Written {
    /// Where it is.
    #[serde(skip)]
    pub path: PathBuf,
    /// What it shows, in words: `2,950 photos and 3 videos; 87 hidden are not shown`.
    #[serde(skip)]
    pub shown: String,
    /// Files that were written: the page, and small pictures.
    pub made: u64,
    /// Always 0: a page moves nothing.
    pub moved: u64,
    /// Sections of the page that the library has no more.
    pub removed: u64,
    /// Files that were there and are as they should be.
    pub kept: u64,
    /// What went wrong on the way.
    pub problems: Vec<Problem>,
}

/// Writes the page of a library. `jobs` threads make thumbnails.
///
/// # Errors
/// If the catalog cannot be read, if a file that is no page of ours stands in the place, if the
/// page cannot be written, or if the owner interrupts. A photo that cannot be drawn is no error.
pub fn write(
    library: &Path,
    options: &PageOptions,
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<Written, Error> {
    let catalog = Catalog::read(library)?;
    let holdings = Holdings::of(&catalog)?;
    let found = found::sections(library, &catalog, &holdings, options.hidden)?;
    let path = options.output.clone().unwrap_or_else(|| library.join(layout::PAGE));
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    refuse_foreign(&path)?;
    let shown = Shown::of(&holdings, options.hidden);
    let is_inside = is_same(&folder, library);
    if is_inside {
        folder::refuse_others(&path)?;
    }
    let pictures = match is_inside {
        true => {
            let in_library: HashSet<blake3::Hash> = holdings.files.iter().map(|f| f.content.blake3).collect();
            let stays = |photo: &blake3::Hash| in_library.contains(photo);
            let wanted = Wanted { items: &shown.items, stays: &stays, previews: options.previews };
            let drawn = picture::make(library, &wanted, watch, jobs)?;
            Some((drawn, look_alike::groups(library, &shown.items, watch, jobs)?))
        }
        false => None,
    };
    // a library without any photo has no gallery either
    let has_photos = holdings.items().next().is_some() || found.sections.is_empty();
    let gallery = pictures.as_ref().filter(|_| has_photos).map(|(pictures, similar)| Gallery {
        data: gallery::data(&shown, &Beside { pictures, similar, own: layout::INTERNAL }),
        similar: similar.len() as u64,
    });
    let (pictures, _) = pictures.unwrap_or_default();
    let problems = undrawn(&shown, &pictures);
    let others = Others { found: &found, folder: is_inside.then(|| folder::name(&path)) };
    let html =
        render(Subject::Library, &holdings, &shown, options.hidden, &problems, gallery.as_ref(), &others)
            .map_err(|error| Error::io("write", &path)(io::Error::other(error)))?;
    if watch.is_cancelled() {
        return Err(Error::Interrupted);
    }
    let there: u64 = pictures.iter().map(|drawn| u64::from(drawn.thumbnail) + u64::from(drawn.preview)).sum();
    let new: u64 = pictures.iter().map(|drawn| drawn.new).sum();
    // elsewhere nothing is Windfall's own
    let own = if is_inside { layout::internal(library) } else { folder };
    let sections = match is_inside {
        true => folder::write(&own, &path, &found.sections, mark(options.hidden))?,
        false => folder::Counts::default(),
    };
    let is_new = put(&own, &path, &html)?;
    Ok(Written {
        path,
        shown: in_words(&shown, &found.sections),
        made: new + u64::from(is_new) + sections.made,
        moved: 0,
        removed: sections.removed,
        kept: there - new + u64::from(!is_new) + sections.kept,
        problems,
    })
}

/// How many photos of a library would get a preview now, so that its page shows them large.
///
/// # Errors
/// If the catalog cannot be read.
pub fn previews_to_make(library: &Path) -> Result<u64, Error> {
    let holdings = Holdings::of(&Catalog::read(library)?)?;
    let shown = Shown::of(&holdings, HiddenAndDeleted::LeftOut);
    Ok(picture::previews_to_make(library, shown.items.iter().copied()))
}

/// Puts a page in its place, unless it stands there already; says whether it did. `own` is on the same drive.
fn put(own: &Path, place: &Path, html: &str) -> Result<bool, Error> {
    put_written(own, place, &|to| to.write_all(html.as_bytes()))
}

/// The same with what is written, however long it is.
fn put_written(
    own: &Path,
    place: &Path,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> Result<bool, Error> {
    if File::open(place).is_ok_and(|before| holds(before, write)) {
        return Ok(false);
    }
    replace(own, place, Company::Others, write).map_err(Error::io("write", place))?;
    Ok(true)
}

/// The photos that should have a picture and have none, each with a word why.
fn undrawn(shown: &Shown<'_>, pictures: &[Drawn]) -> Vec<Problem> {
    let one = |(item, drawn): (&&StoredFile, &Drawn)| match &drawn.why_none {
        Some(WhyNone::Failed(why)) => {
            let message = format!("it has no picture on the page: it {}", one_line(why));
            Some(Problem::new(Code::Unreadable, message).as_warning().with_entry(item.path.as_str()))
        }
        Some(WhyNone::Kind) | None => None,
    };
    shown.items.iter().zip(pictures).filter_map(one).collect()
}

/// Words of decoders may have lines.
fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `2,950 photos and 3 videos; 87 hidden are not shown; besides, 120 notes and 8 files; 2 deleted notes are not shown`.
fn in_words(shown: &Shown<'_>, sections: &[Section]) -> String {
    let mut words = vec![title(shown, sections)];
    words.extend(Some(not_shown(shown)).filter(|words| !words.is_empty()));
    if !shown.items.is_empty() && !sections.is_empty() {
        words.push(format!("besides, {}", titles(sections)));
    }
    words.extend(sections.iter().filter_map(|section| section.left_out.clone()));
    words.join("; ")
}

/// `120 notes, 8 files and 2 contacts`.
fn titles(sections: &[Section]) -> String {
    let titles: Vec<&str> = sections.iter().map(|section| section.title.as_str()).collect();
    match titles.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        titles => titles.concat(),
    }
}

/// What a page is called: by its photos, and where it has none by what else it has.
fn title(shown: &Shown<'_>, sections: &[Section]) -> String {
    let (photos, videos) = holdings::photos_and_videos(&shown.items);
    match (photos + videos, sections) {
        (0, [_, ..]) => titles(sections),
        _ => photos_and_videos(photos, videos),
    }
}

/// What a page says in its head if it shows hidden ones too.
fn mark(hidden: HiddenAndDeleted) -> &'static str {
    if hidden == HiddenAndDeleted::Included { SHOWS_HIDDEN } else { "" }
}

fn is_same(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one).ok().zip(fs::canonicalize(other).ok()).is_some_and(|(one, other)| one == other)
}

/// A person's own file is never replaced, whatever its name.
fn refuse_foreign(place: &Path) -> Result<(), Error> {
    let Ok(metadata) = fs::symlink_metadata(place) else { return Ok(()) };
    if !metadata.is_file() {
        return Err(Error::NotAPage(place.to_owned()));
    }
    let mut head = Vec::new();
    let file = File::open(place).map_err(Error::io("read", place))?;
    file.take(1024).read_to_end(&mut head).map_err(Error::io("read", place))?;
    match String::from_utf8_lossy(&head).contains(MARK) {
        true => Ok(()),
        false => Err(Error::NotAPage(place.to_owned())),
    }
}

/// An album in words.
struct AlbumLine<'a> {
    number: usize,
    kind: &'static str,
    title: std::borrow::Cow<'a, str>,
    /// What finds its items in the page.
    find: String,
    count: String,
    replies: String,
}

/// A past run in words.
struct RunLine {
    command: String,
    day: String,
    sum: String,
}

#[derive(Template)]
#[template(path = "page.html", config = "src/page/askama.toml")]
struct Page<'a> {
    version: &'static str,
    /// A line for whoever makes the page again.
    shows_hidden: &'static str,
    credit: &'static str,
    written: String,
    nonce: String,
    style: &'static str,
    script: &'static str,
    title: String,
    span: String,
    /// What a library says of itself; copies say nothing.
    certificate: Option<Certificate>,
    problems: Problems,
    timeline: Timeline,
    kinds: Vec<Bar>,
    years: Vec<Bar>,
    cameras: Vec<Bar>,
    places: Vec<Bar>,
    total: String,
    saved: Option<String>,
    albums: Vec<AlbumLine<'a>>,
    album_count: u64,
    not_shown: String,
    undated: u64,
    runs: Vec<RunLine>,
    /// How many items say where they were taken.
    positions: u64,
    /// How many groups look alike.
    similar: u64,
    data: Option<&'a str>,
    others: &'a Others<'a>,
    /// It stands outside of its library.
    is_alone: bool,
}

/// What the library has besides photos.
struct Others<'a> {
    found: &'a Found,
    /// The name of the folder beside the page in which the sections are; `None` where there is none.
    folder: Option<String>,
}

/// The photos of a page.
struct Gallery {
    /// As JSON.
    data: String,
    /// How many groups look alike.
    similar: u64,
}

fn render(
    subject: Subject,
    holdings: &Holdings,
    shown: &Shown<'_>,
    hidden: HiddenAndDeleted,
    undrawn: &[Problem],
    gallery: Option<&Gallery>,
    others: &Others<'_>,
) -> Result<String, askama::Error> {
    let mut problems = problems(holdings, hidden);
    let certificate =
        (subject == Subject::Library).then(|| certificate(holdings, &problems, shown.hidden + shown.deleted));
    problems.groups.extend(problems::undrawn(undrawn));
    let bytes = shown.files.iter().map(|file| file.content.size).fold(0, u64::saturating_add);
    let has_position = |item: &&&StoredFile| item.content.position.is_some();
    let mut page = Page {
        version: env!("CARGO_PKG_VERSION"),
        shows_hidden: mark(hidden),
        credit: place::CREDIT,
        written: day(&Utc::now().to_rfc3339()),
        nonce: String::new(),
        style: STYLE,
        script: SCRIPT,
        title: title(shown, &others.found.sections),
        span: span(shown),
        certificate,
        problems,
        timeline: timeline(&shown.months),
        kinds: kinds(&shown.files),
        years: years(&shown.items, &shown.files),
        cameras: cameras(&shown.items),
        places: places(&shown.items),
        total: format!("{} in {}", size(bytes), counted(shown.files.len() as u64, "file", "files")),
        saved: saved(holdings),
        albums: album_lines(shown),
        album_count: shown.albums.len() as u64,
        not_shown: not_shown(shown),
        undated: shown.items.iter().filter(|item| item.captured.is_none()).count() as u64,
        runs: holdings.runs.iter().map(run_line).collect(),
        positions: shown.items.iter().filter(has_position).count() as u64,
        similar: gallery.map_or(0, |gallery| gallery.similar),
        data: gallery.map(|gallery| gallery.data.as_str()),
        is_alone: subject == Subject::Library && others.folder.is_none(),
        others,
    };
    nonced(|nonce| {
        page.nonce = nonce.to_owned();
        page.render()
    })
}

/// Fills a template with a nonce that is a hash of all that it says.
fn nonced(mut fill: impl FnMut(&str) -> Result<String, askama::Error>) -> Result<String, askama::Error> {
    let hash = blake3::hash(fill("")?.as_bytes());
    fill(&nonce_of(&hash))
}

/// The nonce of a page whose hash without it is this.
fn nonce_of(hash: &blake3::Hash) -> String {
    hash.to_hex().chars().take(32).collect()
}

/// `2003 – 2026`.
fn span(shown: &Shown<'_>) -> String {
    let years: Vec<&str> = shown.months.iter().filter_map(|month| month.key.get(..4)).collect();
    match (years.last(), years.first()) {
        (Some(first), Some(last)) if first != last => format!("{first} – {last}"),
        (Some(only), _) => (*only).to_owned(),
        _ => String::new(),
    }
}

fn saved(holdings: &Holdings) -> Option<String> {
    let copies = holdings.delivered.copies;
    (copies.files > 0).then(|| {
        format!(
            "{} delivered more than once. Each is kept once, which saves {}.",
            counted(copies.files, "file was", "files were"),
            size(copies.bytes)
        )
    })
}

fn album_lines<'a>(shown: &Shown<'a>) -> Vec<AlbumLine<'a>> {
    let line = |(number, album): (usize, &shown::Album<'a>)| {
        let Collection { comments, likes, .. } = album.collection;
        let replies = [(*comments, "comment", "comments"), (*likes, "like", "likes")];
        let said = replies.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| counted(n, one, many));
        AlbumLine {
            number,
            kind: collection_word(album.collection.kind),
            title: name::display(&album.collection.title),
            find: find("album", &album.key),
            count: count(album.items.len() as u64),
            replies: said.collect::<Vec<_>>().join(", "),
        }
    };
    shown.albums.iter().enumerate().map(line).collect()
}

/// `87 hidden and 3 recently deleted are not shown`; nothing if all is shown.
fn not_shown(shown: &Shown<'_>) -> String {
    let counts = [(shown.hidden, "hidden"), (shown.deleted, "recently deleted")];
    let words = counts.into_iter().filter(|(number, _)| *number > 0);
    let words: Vec<String> = words.map(|(number, what)| format!("{} {what}", count(number))).collect();
    let albums = match shown.albums_left_out {
        0 => String::new(),
        albums => {
            format!(", nor {}", counted(albums, "album that holds only such", "albums that hold only such"))
        }
    };
    let is = if shown.hidden + shown.deleted == 1 { "is" } else { "are" };
    match words.is_empty() {
        true => String::new(),
        false => format!("{} {is} not shown{albums}", words.join(" and ")),
    }
}

fn run_line(run: &holdings::PastRun) -> RunLine {
    let sum = run.report.entries.map(|entries| {
        format!("{} looked at, {} new", counted(entries.total, "file", "files"), count(entries.imported))
    });
    let problems = run.report.problems.len() as u64;
    let problems = (problems > 0).then(|| counted(problems, "problem", "problems"));
    let sum = [sum, problems].into_iter().flatten().collect::<Vec<_>>().join(", ");
    RunLine { command: name::display(run.command.as_str()).into_owned(), day: day(&run.started), sum }
}
