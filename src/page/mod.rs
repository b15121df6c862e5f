//! The page: a library as one HTML file that opens anywhere, without network, years later.
//!
//! It has the certificate, the library in numbers, the problems and what to do about them, and, if it lies
//! inside the library, a gallery of relative links. It is made from the catalog alone; only thumbnails need
//! the photos. It names no absolute path, and replaces no file that Windfall did not write.
//!
//! The page forbids itself every request except for files beside it. Its style and script run by a nonce that
//! is a hash of the whole content, so the same library gives the same page and nothing in the content can
//! know the nonce.

mod certificate;
mod figures;
mod holdings;
mod problems;
mod shown;
mod timeline;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use askama::Template;
use chrono::Utc;

use crate::category::photos::media::Kind;
use crate::error::Error;
use crate::library::catalog::{Catalog, StoredFile};
use crate::library::{layout, name};
use crate::page::certificate::{Certificate, certificate};
use crate::page::figures::{Bar, cameras, collection_word, count, counted, day, kinds, size, years};
use crate::page::holdings::{Holdings, kind};
use crate::page::problems::{Problems, problems};
use crate::page::shown::Shown;
use crate::page::timeline::{Timeline, timeline};
use crate::picture::{self, Previews, Wanted};
use crate::place;
use crate::progress::Watch;

/// What every page of ours says in its first lines.
const MARK: &str = "<meta name=\"generator\" content=\"Windfall ";

/// Whether the page shows what is hidden and recently deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HiddenPhotos {
    /// It shows none of them.
    #[default]
    LeftOut,
    /// It shows them among the others.
    Shown,
}

/// What the page should be.
#[derive(Debug, Clone, Default)]
pub struct PageOptions {
    /// Where it is written; by default `windfall-report.html` in the library. Elsewhere it has no gallery.
    pub output: Option<PathBuf>,
    /// Whether it shows hidden and recently deleted photos.
    pub hidden: HiddenPhotos,
    /// Whether photos that browsers cannot show get previews.
    pub previews: Previews,
}

/// Writes the page of a library; says where it is. `jobs` threads make thumbnails.
///
/// # Errors
/// If the catalog cannot be read, if a file that is no page of ours stands in the place, if the
/// page cannot be written, or if the owner interrupts. A photo that cannot be drawn is no error.
pub fn write(
    library: &Path,
    options: &PageOptions,
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<PathBuf, Error> {
    let holdings = Holdings::of(&Catalog::read(library)?)?;
    let place = options.output.clone().unwrap_or_else(|| library.join(layout::PAGE));
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    refuse_foreign(&place)?;
    let shown = Shown::of(&holdings, options.hidden);
    let gallery = match is_same(&folder, library) {
        true => {
            let in_library: HashSet<blake3::Hash> = holdings.files.iter().map(|f| f.content.blake3).collect();
            let stays = |photo: &blake3::Hash| in_library.contains(photo);
            let wanted = Wanted { items: &shown.items, stays: &stays, previews: options.previews };
            Some(shown.data(&picture::make(library, &wanted, watch, jobs)?))
        }
        false => None,
    };
    let html = render(&holdings, &shown, options.hidden, gallery.as_deref())
        .map_err(|error| Error::io("write", &place)(io::Error::other(error)))?;
    if watch.is_cancelled() {
        return Err(Error::Interrupted);
    }
    picture::replace(&folder, &place, html.as_bytes()).map_err(Error::io("write", &place))?;
    Ok(place)
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
    credit: &'static str,
    written: String,
    nonce: &'a str,
    style: &'static str,
    script: &'static str,
    title: String,
    span: String,
    certificate: Certificate,
    problems: Problems,
    timeline: Timeline,
    kinds: Vec<Bar>,
    years: Vec<Bar>,
    cameras: Vec<Bar>,
    total: String,
    saved: Option<String>,
    albums: Vec<AlbumLine<'a>>,
    not_shown: Vec<String>,
    undated: u64,
    runs: Vec<RunLine>,
    items: u64,
    favorites: u64,
    videos: u64,
    live: u64,
    data: Option<&'a str>,
}

fn render(
    holdings: &Holdings,
    shown: &Shown<'_>,
    hidden: HiddenPhotos,
    gallery: Option<&str>,
) -> Result<String, askama::Error> {
    let problems = problems(holdings, hidden);
    let of = |is: &dyn Fn(&StoredFile) -> bool| shown.items.iter().filter(|item| is(item)).count() as u64;
    let photos = of(&|item| kind(item) == Kind::Photo);
    let videos = of(&|item| kind(item) == Kind::Video);
    let bytes = shown.files.iter().map(|file| file.content.size).fold(0, u64::saturating_add);
    let mut page = Page {
        version: env!("CARGO_PKG_VERSION"),
        credit: place::CREDIT,
        written: day(&Utc::now().to_rfc3339()),
        nonce: "",
        style: include_str!("page.css"),
        script: include_str!("page.js"),
        title: format!("{} and {}", counted(photos, "photo", "photos"), counted(videos, "video", "videos")),
        span: span(shown),
        certificate: certificate(holdings, &problems),
        problems,
        timeline: timeline(&shown.months),
        kinds: kinds(&shown.files),
        years: years(&shown.files),
        cameras: cameras(&shown.items),
        total: format!("{} in {}", size(bytes), counted(shown.files.len() as u64, "file", "files")),
        saved: saved(holdings),
        albums: album_lines(shown),
        not_shown: not_shown(shown),
        undated: of(&|item| item.captured.is_none()),
        runs: holdings.runs.iter().map(run_line).collect(),
        items: shown.items.len() as u64,
        favorites: of(&|item| item.favorite),
        videos,
        live: of(&|item| kind(item) == Kind::Photo && item.live_photo.is_some()),
        data: gallery,
    };
    let nonce = blake3::hash(page.render()?.as_bytes()).to_hex();
    page.nonce = nonce.get(..32).unwrap_or_default();
    page.render()
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
        let replies =
            [(album.collection.comments, "comment", "comments"), (album.collection.likes, "like", "likes")];
        let said = replies.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| counted(n, one, many));
        AlbumLine {
            number,
            kind: collection_word(album.collection.kind),
            title: name::display(&album.collection.title),
            count: count(album.items.len() as u64),
            replies: said.collect::<Vec<_>>().join(", "),
        }
    };
    shown.albums.iter().enumerate().map(line).collect()
}

fn not_shown(shown: &Shown<'_>) -> Vec<String> {
    [
        (shown.hidden, "hidden photo or video", "hidden photos and videos"),
        (shown.deleted, "recently deleted photo or video", "recently deleted photos and videos"),
        (shown.albums_left_out, "album that holds only such", "albums that hold only such"),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, many)| counted(number, one, many))
    .collect()
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
