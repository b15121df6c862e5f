//! The page, as a file and in a real browser.
//!
//! The browser is Chromium under one of its usual names, or what `CHROMIUM` names.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use crate::builder::{
    Exif, Export, Movie, Part, Photo, Row, SharedAlbum, SharedAlbums, damage, jpeg, mov, png,
};
use crate::support::{Scratch, contents};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;
use windfall::category::photos::media::Kind;
use windfall::library::filter::HiddenAndDeleted;
use windfall::library::record::Area;
use windfall::page::{PageOptions, write};
use windfall::{Error, Phase, Progress, Watch};

static NEVER: AtomicBool = AtomicBool::new(false);

fn watch(cancel: &AtomicBool) -> Watch<'_> {
    Watch { progress: &(), cancel }
}

fn example() -> Scratch {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/example");
    let scratch = Scratch::new();
    scratch.import(&[folder]);
    scratch
}

fn report(scratch: &Scratch, hidden: HiddenAndDeleted) -> String {
    let options = PageOptions { hidden, ..PageOptions::default() };
    let written = write(&scratch.library(), &options, watch(&NEVER), NonZeroUsize::MIN).unwrap();
    assert_eq!(written.path, scratch.library().join("windfall-report.html"));
    std::fs::read_to_string(written.path).unwrap()
}

fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("type=\"application/json\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

fn paths(data: &Value) -> Vec<String> {
    let folders = texts(&data["folders"]);
    let folder = data["folder"].as_array().unwrap().iter();
    let folder = folder.map(|index| folders[usize::try_from(index.as_u64().unwrap()).unwrap()]);
    folder.zip(texts(&data["name"])).map(|(folder, name)| format!("{folder}/{name}")).collect()
}

/// The names of the thumbnails that a page knows, which it has in base64, one after the other.
pub fn thumbnail_names(data: &Value) -> Vec<String> {
    let keys = data["thumbnail"].as_str().unwrap().as_bytes().chunks(43).filter(|key| !key.starts_with(b" "));
    let names = keys.map(|key| STANDARD_NO_PAD.decode(key).unwrap());
    names.map(|name| name.iter().map(|byte| format!("{byte:02x}")).collect()).collect()
}

fn thumbnails(library: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let files = walkdir::WalkDir::new(library.join(".windfall/thumbnails")).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file() && entry.file_name() != "recipe");
    files.map(|entry| (entry.path().to_owned(), entry.metadata().unwrap().modified().unwrap())).collect()
}

#[test]
fn the_page_says_what_the_catalog_says() {
    let scratch = example();
    let records = scratch.records();
    let media = || records.values().filter(|r| r.area == Area::Media);
    let movies = media().filter(|r| r.kind == Some(Kind::Video) && r.live_photo.is_some()).count();
    let all = media().filter(|r| matches!(r.kind, Some(Kind::Photo | Kind::Video))).count() - movies;
    let private = media().filter(|r| r.hidden || r.deleted).count();
    assert!(private > 0 && movies > 0);

    let page = report(&scratch, HiddenAndDeleted::LeftOut);
    let shown = data(&page);
    assert_eq!(paths(&shown).len(), all - private);
    let months: u64 =
        shown["months"].as_array().unwrap().iter().map(|month| month[1].as_u64().unwrap()).sum();
    assert_eq!(months, (all - private) as u64);
    for record in media().filter(|r| r.hidden || r.deleted) {
        assert!(!page.contains(record.path.file_name()), "{}", record.path);
    }
    let proved = media().filter(|r| r.proved).count();
    assert!(page.contains(&format!("{proved} files are exactly what was in iCloud")), "{proved}");
    assert!(page.contains("Nothing is missing."));
    assert!(page.contains("OpenStreetMap contributors") && page.contains("GeoNames"));

    let with_hidden = report(&scratch, HiddenAndDeleted::Included);
    let shown = data(&with_hidden);
    assert_eq!(paths(&shown).len(), all);
    let live = shown["live"].as_object().unwrap().values().map(|movie| movie.as_str().unwrap().to_owned());
    for path in paths(&shown).into_iter().chain(live) {
        assert!(scratch.library().join(&path).is_file(), "{path}");
    }
    for hash in thumbnail_names(&shown) {
        let file = format!(".windfall/thumbnails/{}/{hash}.jpg", &hash[..2]);
        assert!(scratch.library().join(&file).is_file(), "{file}");
    }
    let albums = shown["albums"].as_array().unwrap();
    assert_eq!(albums.len(), 4);
    for album in albums {
        let members = album[2].as_array().unwrap();
        assert!(members.iter().all(|index| index.as_u64().unwrap() < all as u64), "{album}");
    }
}

#[test]
fn a_page_is_whole_and_names_no_other_place() {
    let scratch = example();
    let before = contents(&scratch.library());
    let page = report(&scratch, HiddenAndDeleted::Included);
    // the name of a language, which nobody asks for
    let asks = page.replace("http://www.w3.org/2000/svg", "");
    for foreign in ["http:", "https:", "//cdn", "fetch(", "import(", "@import", "url("] {
        assert!(!asks.contains(foreign), "{foreign}");
    }
    let library = scratch.library();
    assert!(!page.contains(library.to_str().unwrap()));
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("unsafe-inline") && !page.contains(" style=") && !page.contains(" onclick="));

    let made = thumbnails(&library);
    assert!(made.len() >= 3, "{made:?}");
    assert_eq!(report(&scratch, HiddenAndDeleted::Included), page);
    assert_eq!(thumbnails(&library), made, "a second run does nothing");
    let mut after = contents(&library);
    after.remove("windfall-report.html");
    after.retain(|path, _| !path.starts_with("windfall-report/"));
    assert_eq!(after, before, "media are never touched");
}

#[test]
fn elsewhere_it_has_no_gallery_and_never_replaces_what_is_not_ours() {
    let scratch = example();
    let output = scratch.path("certificate.html");
    let options = PageOptions {
        output: Some(output.clone()),
        hidden: HiddenAndDeleted::Included,
        ..PageOptions::default()
    };
    for _ in 0..2 {
        let written = write(&scratch.library(), &options, watch(&NEVER), NonZeroUsize::MIN).unwrap();
        assert_eq!(written.path, output);
    }
    let page = std::fs::read_to_string(&output).unwrap();
    assert!(page.contains("Certificate of completeness") && !page.contains("application/json"));
    assert_eq!(thumbnails_made(&scratch), 0);

    std::fs::write(&output, "<p>mine</p>").unwrap();
    let refused = write(&scratch.library(), &options, watch(&NEVER), NonZeroUsize::MIN).unwrap_err();
    assert!(matches!(&refused, Error::NotAPage(path) if *path == output), "{refused}");
    assert!(refused.hint().unwrap().contains("--output"));
    assert_eq!(std::fs::read_to_string(&output).unwrap(), "<p>mine</p>");
    std::fs::create_dir(scratch.path("folder")).unwrap();
    let folder = PageOptions { output: Some(scratch.path("folder")), ..PageOptions::default() };
    assert!(matches!(
        write(&scratch.library(), &folder, watch(&NEVER), NonZeroUsize::MIN),
        Err(Error::NotAPage(_))
    ));
    let nowhere = PageOptions { output: Some(scratch.path("none/page.html")), ..PageOptions::default() };
    let lost = write(&scratch.library(), &nowhere, watch(&NEVER), NonZeroUsize::MIN).unwrap_err();
    assert!(lost.hint().unwrap().starts_with("check the path"), "{lost}");
    assert!(matches!(
        write(&scratch.path("parts"), &PageOptions::default(), watch(&NEVER), NonZeroUsize::MIN),
        Err(Error::NotALibrary(_))
    ));
}

fn thumbnails_made(scratch: &Scratch) -> usize {
    let folder = scratch.library().join(".windfall/thumbnails");
    if folder.exists() { thumbnails(&scratch.library()).len() } else { 0 }
}

const HOSTILE: &str = "</script><script>document.title='owned'</script>\"'&\u{2028}<!--";

const MARKUP: &str = "<img src=x onerror=document.title='owned'>";

fn hostile() -> Scratch {
    let scratch = Scratch::new();
    let exif = || Exif::taken("2024:03:03 10:05:17").offset("+01:00").camera("<b>Make", MARKUP);
    let photo = |n: u64| jpeg(n, &exif());
    let row = || Row::created("2024-03-03 09:05");
    let name = "a'b&c (1) #%41.JPG";
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new(name, photo(1)).row(row().favorite()))
            .photo(Photo::new("IMG_2.JPG", photo(2)).row(row()))
            .photo(Photo::new("secret.JPG", photo(3)).row(row().hidden()))
            .photo(Photo::new("clip.MOV", mov(4, &Movie::new().created("2023-02-01T00:00:00+0000"))))
            .photo(Photo::new("plain.PNG", png(5, &Exif::default(), &[])))
            .album("Lake \"week\" <b>", [name, "IMG_2.JPG"])
            .album("Only secrets", ["secret.JPG"])
            .shared_albums(SharedAlbums::new([SharedAlbum::new(HOSTILE)
                .folder("shared")
                .photo("S.JPG", photo(6))
                .comment("S.JPG", HOSTILE)])),
    );
    scratch.import(&export.write_zips(&scratch.parts()));
    scratch
}

#[test]
fn hostile_names_stay_text() {
    let scratch = hostile();
    let page = report(&scratch, HiddenAndDeleted::LeftOut);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<b>Lake") && !page.contains('\u{2028}'));
    let shown = data(&page);
    let titles: Vec<&str> =
        shown["albums"].as_array().unwrap().iter().map(|album| album[1].as_str().unwrap()).collect();
    assert!(titles.contains(&HOSTILE) && titles.contains(&"Lake \"week\" <b>"), "{titles:?}");
    assert!(!page.contains("Only secrets") && !page.contains("secret.JPG"));
    assert!(page.contains("1 hidden is not shown, nor 1 album that holds only such"));
    let cameras = texts(&shown["cameras"]);
    assert_eq!(cameras, [format!("<b>Make {MARKUP}")]);
    let said = shown["people"].as_object().unwrap().values().next().unwrap();
    assert_eq!(said[0][2][0][1].as_str().unwrap(), HOSTILE, "{said}");
    assert!(!page.contains("@example.com"), "nobody's address is shown");
}

#[test]
fn albums_of_one_title_are_two_in_an_address() {
    let scratch = Scratch::new();
    let photo = |n: u64| jpeg(n, &Exif::taken("2024:03:03 10:05:17").offset("+01:00"));
    let part = Part::new()
        .photo(Photo::new("IMG_1.JPG", photo(1)))
        .photo(Photo::new("IMG_2.JPG", photo(2)))
        .album("Lake & sea", ["IMG_1.JPG"])
        .memory("Lake & sea", ["IMG_2.JPG"]);
    scratch.import(&Export::new("iCloud Photos").part(part).write_zips(&scratch.parts()));
    let page = report(&scratch, HiddenAndDeleted::LeftOut);
    for (number, address) in
        ["#album=Lake%20%26%20sea", "#album=Lake%20%26%20sea%20%282%29"].iter().enumerate()
    {
        assert!(page.contains(&format!("href=\"{address}\" data-album=\"{number}\"")), "{address}");
    }
    let keys: Vec<Value> = data(&page)["albums"].as_array().unwrap().iter().map(|a| a[3].clone()).collect();
    assert_eq!(keys, ["Lake & sea", "Lake & sea (2)"]);
}

#[test]
fn every_number_is_of_the_same_things() {
    let scratch = example();
    let write = |hidden| {
        let options = PageOptions { hidden, ..PageOptions::default() };
        write(&scratch.library(), &options, watch(&NEVER), NonZeroUsize::MIN).unwrap()
    };
    let first = write(HiddenAndDeleted::LeftOut);
    assert_eq!(
        first.shown,
        "14 photos and 1 video; 1 hidden and 1 recently deleted are not shown; besides, 2 notes, 3 files, 2 contacts, \
         2 events, 2 messages, 2 bookmarks and 3 plays; 1 recently deleted note is not shown"
    );
    let page = std::fs::read_to_string(&first.path).unwrap();
    assert!(page.contains("<title>14 photos and 1 video, "), "{page}");
    assert!(page.contains("<h1>14 photos and 1 video</h1>"));
    assert!(page.contains("1 hidden and 1 recently deleted are not shown"));
    assert!(page.contains("16 photos and 1 video (2 not shown here) in 18 files"), "{page}");
    assert!(page.contains(
        "The library holds 16 photos and 1 video; 1 of the photos is a Live Photo, with its movie"
    ));
    assert!(page.contains("2 of all these are hidden or recently deleted."));
    assert_eq!(paths(&data(&page)).len(), 15);

    let again = write(HiddenAndDeleted::LeftOut);
    assert_eq!((again.made, again.moved, again.removed), (0, 0, 0));
    assert_eq!(again.kept, first.made);
    let all = write(HiddenAndDeleted::Included);
    assert!(all.shown.starts_with("16 photos and 1 video; besides, 3 notes, "), "{}", all.shown);
    assert!(all.made > 0, "the page is another one");
}

#[test]
fn what_is_missing_is_said_until_it_is_there() {
    let scratch = Scratch::new();
    let photo = |n: u64| jpeg(n, &Exif::taken("2024:03:03 10:05:17").offset("+01:00"));
    let row = || Row::created("2024-03-03 09:05");
    let export = Export::new("iCloud Photos")
        .part(
            Part::new()
                .photo(Photo::new("IMG_1.JPG", photo(1)).row(row()))
                .photo(Photo::new("IMG_3.JPG", photo(3)).row(row())),
        )
        .part(Part::new().photo(Photo::new("IMG_2.JPG", photo(2)).row(row())));
    let zips = export.write_zips(&scratch.parts());
    let sound = std::fs::read(&zips[0]).unwrap();
    damage::flip_byte(&zips[0], "Photos/IMG_3.JPG");
    scratch.import(&zips[..1]);
    let page = report(&scratch, HiddenAndDeleted::LeftOut);
    assert!(page.contains("missing or damaged.") && page.contains("part 2 missing"), "{page}");
    assert!(page.contains("damaged-entry") && page.contains("missing-part"));

    // the newest run had another archive and no problem; the damage stands nevertheless
    scratch.import(&zips[1..]);
    let page = report(&scratch, HiddenAndDeleted::LeftOut);
    assert!(page.contains("1 thing is missing or damaged."), "{page}");
    assert!(page.contains("damaged-entry") && !page.contains("missing-part"));

    std::fs::write(&zips[0], sound).unwrap();
    scratch.import(&zips[..1]);
    let page = report(&scratch, HiddenAndDeleted::LeftOut);
    assert!(page.contains("Nothing is missing.") && !page.contains("damaged-entry"), "{page}");
}

#[test]
fn what_lies_among_the_deleted_is_not_named_although_it_cannot_be_read() {
    let photo = |n: u64| jpeg(n, &Exif::taken("2024:03:03 10:05:17").offset("+01:00"));
    for folder in ["Recently Deleted", "recently deleted"] {
        let scratch = Scratch::new();
        let path = format!("{folder}/secret.JPG");
        let shown = Photo::new("IMG_1.JPG", photo(1)).row(Row::created("2024-03-03 09:05"));
        let export = Export::new("iCloud Photos").part(Part::new().photo(shown).entry(&path, photo(2)));
        let zips = export.write_zips(&scratch.parts());
        damage::flip_byte(&zips[0], &path);
        scratch.import(&zips);
        let page = report(&scratch, HiddenAndDeleted::LeftOut);
        assert!(!page.contains("secret.JPG") && page.contains("1 more about hidden"), "{folder}: {page}");
        assert!(report(&scratch, HiddenAndDeleted::Included).contains("secret.JPG"), "{folder}");
    }
}

/// Wants to stop as soon as thumbnails are made.
struct Impatient(AtomicBool);

impl Progress for Impatient {
    fn begin(&self, phase: Phase, _files: u64, _bytes: u64) {
        self.0.fetch_or(phase == Phase::Thumbnails, Ordering::Relaxed);
    }
}

#[test]
fn an_interrupted_page_is_none() {
    let scratch = example();
    let before = contents(&scratch.library());
    let impatient = Impatient(AtomicBool::new(false));
    let stop = Watch { progress: &impatient, cancel: &impatient.0 };
    let options = PageOptions::default();
    let stopped = write(&scratch.library(), &options, stop, NonZeroUsize::MIN);
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    assert_eq!(contents(&scratch.library()), before);

    let page = report(&scratch, HiddenAndDeleted::Included);
    let elsewhere = PageOptions { output: Some(scratch.path("page.html")), ..PageOptions::default() };
    for options in [&options, &elsewhere] {
        let stopped = write(&scratch.library(), options, watch(&AtomicBool::new(true)), NonZeroUsize::MIN);
        assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    }
    assert!(!scratch.path("page.html").exists());
    assert_eq!(std::fs::read_to_string(scratch.library().join("windfall-report.html")).unwrap(), page);
}

fn chromium() -> PathBuf {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["chromium", "chromium-browser", "google-chrome", "chrome"].map(PathBuf::from);
    let is_there = |name: &PathBuf| Command::new(name).arg("--version").output().is_ok();
    named.into_iter().chain(usual).find(is_there).expect("no Chromium; `tests/run` installs what tests need")
}

struct Opened {
    dom: String,
    console: String,
    requests: Vec<String>,
}

/// Opens a page in a browser that knows no network, and waits until it is drawn.
fn open(chromium: &Path, scratch: &Scratch, page: &Path) -> Opened {
    let profile = tempfile::tempdir().unwrap();
    let log = scratch.path("net-log.json");
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-dev-shm-usage", "--enable-logging=stderr", "--window-size=1200,4000"])
        .args(["--virtual-time-budget=8000", "--dump-dom", "--host-resolver-rules=MAP * ~NOTFOUND"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let console = stderr.lines().filter(|line| line.contains("CONSOLE")).collect::<Vec<_>>().join("\n");
    Opened {
        dom: String::from_utf8_lossy(&output.stdout).into_owned(),
        console,
        requests: requests(&std::fs::read_to_string(&log).unwrap_or_default()),
    }
}

/// Addresses that were asked for, but for those of the browser's own errands.
fn requests(log: &str) -> Vec<String> {
    const OWN: [&str; 3] = [".google.com", ".googleapis.com", ".gvt1.com"];
    let is_own = |url: &str| {
        let host = url.split('/').nth(2).unwrap_or_default();
        OWN.iter().any(|domain| host.ends_with(domain))
    };
    let urls = log.split("\"url\":\"").skip(1).filter_map(|rest| rest.split_once('"'));
    urls.map(|(url, _)| url.to_owned()).filter(|url| !url.starts_with("file:") && !is_own(url)).collect()
}

#[test]
#[ignore = "needs Chromium"]
fn a_request_would_be_noticed() {
    let chromium = chromium();
    let scratch = Scratch::new();
    let page = scratch.path("page.html");
    std::fs::write(&page, "<img src=\"http://elsewhere.invalid/x.png\">").unwrap();
    let opened = open(&chromium, &scratch, &page);
    assert!(opened.requests.iter().any(|url| url.contains("elsewhere.invalid")), "{:?}", opened.requests);
}

#[test]
#[ignore = "needs Chromium"]
fn a_browser_shows_it_without_an_error_or_a_request() {
    let chromium = chromium();
    for scratch in [example(), hostile()] {
        let page = report(&scratch, HiddenAndDeleted::Included);
        let items = paths(&data(&page)).len();
        let opened = open(&chromium, &scratch, &scratch.library().join("windfall-report.html"));
        assert_eq!(opened.console, "");
        assert!(opened.dom.contains(&format!("data-ready=\"{items}\"")), "{}", opened.dom);
        let (_, grid) = opened.dom.split_once("id=\"months\"").unwrap();
        assert_eq!(grid.matches("class=\"tile").count(), items);
        assert_eq!(opened.requests, [] as [&str; 0]);
        assert!(!opened.dom.contains("<title>owned"));
        let pictures = thumbnail_names(&data(&page)).len();
        assert!(pictures > 0);
        assert!(opened.dom.matches("alt=\"").count() >= pictures);
    }
}

/// Plays scenes with a page in a real browser; `tests/browser/page.py` has them.
pub fn play(scenes: &str, page: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/page.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(scenes)
        .arg(page)
        .env("CHROMIUM", chromium())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "needs Chromium"]
fn it_is_used_by_keyboard_by_click_and_by_finger() {
    let scratch = example();
    report(&scratch, HiddenAndDeleted::Included);
    play("everything", &scratch.library().join("windfall-report.html"));
}

#[test]
#[ignore = "needs Chromium"]
fn hostile_texts_do_nothing_in_a_browser() {
    let scratch = hostile();
    report(&scratch, HiddenAndDeleted::Included);
    play("hostile", &scratch.library().join("windfall-report.html"));
}

#[test]
#[ignore = "needs Chromium"]
fn a_page_says_what_to_do_where_its_photos_are_not() {
    let scratch = example();
    report(&scratch, HiddenAndDeleted::Included);
    let alone = scratch.path("alone.html");
    std::fs::copy(scratch.library().join("windfall-report.html"), &alone).unwrap();
    play("alone", &alone);
}
