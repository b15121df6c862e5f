//! Thumbnails and previews of whole libraries: which there are, made once, swept when they are of no use, and
//! what is said where there is none.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::SystemTime;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::builder::{Export, Part, Photo, Row};
use crate::support::{Scratch, command, said};
use windfall::library::catalog::{Catalog, Detail, StoredFile};
use windfall::picture::{self, Drawn, Previews, Wanted, WhyNone};
use windfall::{Error, Phase, Progress, Watch};

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media").join(name);
    std::fs::read(path).unwrap()
}

fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 128]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG that claims 50,000 × 50,000 pixels.
fn bomb() -> Vec<u8> {
    let mut png = encoded(4, 4, ImageFormat::Png);
    png[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
    let checksum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

/// A library of every sort of picture, sound and broken.
fn library() -> Scratch {
    let scratch = Scratch::new();
    let row = || Row::created("2024-03-03 09:05");
    let photos: Vec<(&str, Vec<u8>)> = vec![
        ("large.JPG", encoded(900, 600, ImageFormat::Jpeg)),
        ("small.PNG", encoded(30, 20, ImageFormat::Png)),
        ("scan.TIFF", encoded(3000, 1500, ImageFormat::Tiff)),
        ("dog.HEIC", fixture("heic/empty_icc.heic")),
        ("raw.CR2", fixture("raw/sample.cr2")),
        ("clip.MP4", fixture("video/h264.mp4")),
        ("hevc.MP4", fixture("video/udta.auth.mp4")),
        ("damaged.PNG", encoded(300, 200, ImageFormat::Png)[..300].to_vec()),
        ("huge.PNG", bomb()),
    ];
    let photos = photos.into_iter().map(|(name, bytes)| Photo::new(name, bytes).row(row()));
    scratch
        .import(&Export::new("iCloud Photos").part(Part::new().photos(photos)).write_zips(&scratch.parts()));
    scratch
}

fn files(scratch: &Scratch) -> Vec<StoredFile> {
    let mut files = Vec::new();
    let mut take = |file: StoredFile| {
        files.extend(file.kind.is_some().then_some(file));
        ControlFlow::Continue(())
    };
    Catalog::read(&scratch.library()).unwrap().each_file(Detail::Whole, &mut take).unwrap();
    files
}

fn try_make(
    scratch: &Scratch,
    previews: Previews,
    watch: Watch<'_>,
) -> Result<BTreeMap<String, Drawn>, Error> {
    let files = files(scratch);
    let items: Vec<&StoredFile> = files.iter().collect();
    let stays = |photo: &blake3::Hash| files.iter().any(|file| file.content.blake3 == *photo);
    let wanted = Wanted { items: &items, stays: &stays, previews };
    let drawn = picture::make(&scratch.library(), &wanted, watch, NonZeroUsize::new(2).unwrap())?;
    // which there are, whoever made them
    let drawn = drawn.into_iter().map(|drawn| Drawn { new: 0, ..drawn });
    Ok(items.iter().map(|item| item.path.file_name().to_owned()).zip(drawn).collect())
}

fn make(scratch: &Scratch, previews: Previews) -> BTreeMap<String, Drawn> {
    try_make(scratch, previews, Watch { progress: &(), cancel: &AtomicBool::new(false) }).unwrap()
}

/// The pictures in a folder, each with the time when it was written.
fn kept(scratch: &Scratch, folder: &str) -> BTreeMap<PathBuf, SystemTime> {
    let files = walkdir::WalkDir::new(scratch.library().join(".windfall").join(folder)).into_iter();
    let files = files.filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_owned(), entry.metadata().unwrap().modified().unwrap())).collect()
}

fn size(scratch: &Scratch, name: &str, folder: &str) -> (u32, u32) {
    let files = files(scratch);
    let file = files.iter().find(|file| file.path.file_name() == name).unwrap();
    let path = picture::thumbnail(&file.content.blake3).replace("thumbnails", folder);
    let path = scratch.library().join(path);
    image::image_dimensions(path).unwrap()
}

fn failed(drawn: &Drawn) -> Option<&str> {
    match &drawn.why_none {
        Some(WhyNone::Failed(words)) => Some(words),
        _ => None,
    }
}

#[test]
fn thumbnails_are_of_the_photo_itself_and_what_has_none_says_why() {
    let scratch = library();
    let made = make(&scratch, Previews::Found);
    assert_eq!(size(&scratch, "large.JPG", "thumbnails"), (400, 267));
    assert_eq!(size(&scratch, "small.PNG", "thumbnails"), (30, 20), "nothing is blown up");
    assert_eq!(size(&scratch, "scan.TIFF", "thumbnails"), (400, 200));
    assert_eq!(size(&scratch, "raw.CR2", "thumbnails"), (400, 300));
    #[cfg(feature = "heic")]
    {
        assert_eq!(size(&scratch, "dog.HEIC", "thumbnails"), (400, 351));
        assert_eq!(size(&scratch, "hevc.MP4", "thumbnails"), (185, 400));
    }
    assert!(made.values().all(|drawn| !drawn.preview && drawn.thumbnail == drawn.why_none.is_none()));
    assert_eq!(made["clip.MP4"].why_none, Some(WhyNone::Kind));
    assert!(failed(&made["damaged.PNG"]).unwrap().starts_with("is damaged"), "{made:?}");
    assert_eq!(failed(&made["huge.PNG"]), Some("is too large to be drawn"));
}

#[test]
fn a_second_run_draws_nothing_and_says_the_same() {
    struct Counting(Mutex<Vec<(Phase, u64)>>);
    impl Progress for Counting {
        fn begin(&self, phase: Phase, files: u64, _bytes: u64) {
            self.0.lock().unwrap().push((phase, files));
        }
    }
    let scratch = library();
    let first = make(&scratch, Previews::Found);
    let before = kept(&scratch, "thumbnails");
    let counting = Counting(Mutex::default());
    let never = AtomicBool::new(false);
    let second = try_make(&scratch, Previews::Found, Watch { progress: &counting, cancel: &never }).unwrap();
    assert_eq!(second, first);
    assert_eq!(kept(&scratch, "thumbnails"), before);
    // that one is too large says nothing about the next machine
    assert_eq!(*counting.0.lock().unwrap(), [(Phase::Thumbnails, 1)]);
}

#[test]
fn previews_are_made_when_asked_for_and_found_ever_after() {
    let scratch = library();
    make(&scratch, Previews::Found);
    let thumbnails = kept(&scratch, "thumbnails");
    assert_eq!(kept(&scratch, "previews").len(), 0);
    let made = make(&scratch, Previews::Made);
    let with: Vec<&str> = made.iter().filter(|(_, drawn)| drawn.preview).map(|(name, _)| &**name).collect();
    let expected: &[&str] = if cfg!(feature = "heic") {
        &["dog.HEIC", "raw.CR2", "scan.TIFF"]
    } else {
        &["raw.CR2", "scan.TIFF"]
    };
    assert_eq!(with, expected, "browsers show the others");
    assert_eq!(size(&scratch, "scan.TIFF", "previews"), (2048, 1024));
    assert_eq!(size(&scratch, "raw.CR2", "previews"), (1600, 1200));
    assert_eq!(kept(&scratch, "thumbnails"), thumbnails);
    let previews = kept(&scratch, "previews");
    assert_eq!(make(&scratch, Previews::Found), made);
    assert_eq!(make(&scratch, Previews::Made), made);
    assert_eq!(kept(&scratch, "previews"), previews);
}

#[test]
fn blurred_thumbnails_of_0_1_0_are_made_anew_and_what_is_of_no_photo_goes() {
    let scratch = library();
    let made = make(&scratch, Previews::Made);
    let all = kept(&scratch, "thumbnails");
    let folder = scratch.library().join(".windfall/thumbnails");
    let small = files(&scratch).into_iter().find(|file| file.path.file_name() == "large.JPG").unwrap();
    let small = scratch.library().join(picture::thumbnail(&small.content.blake3));
    let old = encoded(240, 160, ImageFormat::Jpeg);
    std::fs::write(&small, &old).unwrap();
    // as 0.1.0 leaves it
    std::fs::remove_file(folder.join("recipe")).unwrap();
    let nobody = folder.join("00").join(format!("{}.jpg", "0".repeat(64)));
    let owners = folder.join("00/notes.txt");
    std::fs::create_dir_all(folder.join("00")).unwrap();
    std::fs::write(&nobody, &old).unwrap();
    std::fs::write(&owners, "mine").unwrap();

    assert_eq!(make(&scratch, Previews::Found), made);
    assert_eq!(size(&scratch, "large.JPG", "thumbnails"), (400, 267));
    assert!(!nobody.exists() && owners.exists());
    assert_eq!(kept(&scratch, "thumbnails").len(), all.len() + 1, "and the owner's own file");
}

#[test]
fn a_photo_that_the_drive_damaged_is_drawn_once_it_is_whole_again() {
    let scratch = library();
    let photo = files(&scratch).into_iter().find(|file| file.path.file_name() == "small.PNG").unwrap();
    let path = photo.path.to_path(&scratch.library());
    let sound = std::fs::read(&path).unwrap();
    std::fs::write(&path, vec![7; sound.len()]).unwrap();
    assert!(failed(&make(&scratch, Previews::Found)["small.PNG"]).is_some());
    std::fs::write(&path, sound).unwrap();
    assert!(make(&scratch, Previews::Found)["small.PNG"].thumbnail);
}

/// Wants to stop as soon as a few pictures were looked at.
#[derive(Default)]
struct Impatient {
    looked_at: AtomicUsize,
    wants_to_stop: AtomicBool,
}

impl Progress for Impatient {
    fn file(&self, _archive: &str) {
        let looked_at = self.looked_at.fetch_add(1, Ordering::Relaxed) + 1;
        self.wants_to_stop.store(looked_at >= 4, Ordering::Relaxed);
    }
}

#[test]
fn what_an_interrupted_run_made_is_whole_and_stays() {
    let scratch = library();
    let impatient = Impatient::default();
    let watch = Watch { progress: &impatient, cancel: &impatient.wants_to_stop };
    let stopped = try_make(&scratch, Previews::Made, watch);
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    let made: BTreeMap<_, _> =
        kept(&scratch, "thumbnails").into_iter().chain(kept(&scratch, "previews")).collect();
    let is_picture = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "jpg");
    let pictures: Vec<&PathBuf> = made.keys().filter(is_picture).collect();
    assert!(!pictures.is_empty(), "{made:?}");
    for path in pictures {
        image::open(path).unwrap();
    }
    assert!(made.keys().all(|path| !path.file_name().unwrap().to_string_lossy().starts_with(".new-")));
    make(&scratch, Previews::Made);
    let after: BTreeMap<_, _> =
        kept(&scratch, "thumbnails").into_iter().chain(kept(&scratch, "previews")).collect();
    for (path, time) in made {
        assert_eq!(after.get(&path), Some(&time), "{}", path.display());
    }
}

#[test]
fn the_command_makes_previews_and_names_what_it_cannot_draw() {
    let scratch = library();
    let output = command().arg("report").arg(scratch.library()).arg("--previews").output().unwrap();
    let words = said(&output);
    assert!(output.status.success(), "{words}");
    assert_eq!(words.matches("2 photos have no thumbnail").count(), 1, "{words}");
    assert!(!words.contains("panicked"), "{words}");
    assert!(kept(&scratch, "previews").len() > 1);
    let output = command().arg("report").arg(scratch.library()).arg("--verbose").output().unwrap();
    let words = said(&output);
    for name in ["damaged.PNG: no thumbnail: it is damaged", "huge.PNG: no thumbnail: it is too large"] {
        assert!(words.contains(name), "{words}");
    }
}
