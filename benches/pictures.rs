//! How many thumbnails, previews and copies a second, of the photos in a folder.
//!
//! ```text
//! cargo bench --bench pictures -- FOLDER TIMES JOBS [COPIES]
//! ```
//!
//! Every photo is there as many TIMES, each with a few bytes of its own behind its end, so that none is a
//! duplicate. JPEG copies of the folder's photos go to the folder COPIES, to be compared with what others decode.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, clippy::exit)] // a script's helper

#[path = "../fixtures/builder.rs"]
#[allow(dead_code, unused_imports)] // the bench needs only some of it
mod builder;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use builder::{Export, Part, Photo};
use windfall::category::photos::media::{self, Format};
use windfall::library::catalog::{Catalog, Detail, StoredFile};
use windfall::picture::{self, Encoding, Limits, Previews, Wanted};
use windfall::run::import::{Run, import};
use windfall::stage::discover::search::Strangers;
use windfall::{Settings, Watch};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [folder, times, jobs, rest @ ..] = words.as_slice() else {
        // `cargo bench` without a name runs this too
        return eprintln!("pictures FOLDER TIMES JOBS [COPIES]");
    };
    let (times, jobs): (u64, NonZeroUsize) = (times.parse().unwrap(), jobs.parse().unwrap());
    let mut photos: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    photos.retain(|path| path.is_file());
    photos.sort();
    if let Some(copies) = rest.first() {
        copy(&photos, Path::new(copies));
    }
    let scratch = tempfile::tempdir().unwrap();
    let library = imported(&photos, times, scratch.path(), jobs);
    let mut files: Vec<StoredFile> = Vec::new();
    let mut take = |file: StoredFile| {
        files.extend(picture::can_draw(file.content.format).then_some(file));
        ControlFlow::Continue(())
    };
    Catalog::read(&library).unwrap().each_file(Detail::WithoutEvidence, &mut take).unwrap();
    let items: Vec<&StoredFile> = files.iter().collect();
    for (what, previews) in
        [("thumbnails", Previews::Found), ("previews", Previews::Made), ("nothing new", Previews::Found)]
    {
        let wanted = Wanted { items: &items, stays: &|_| true, previews };
        let watch = Watch { progress: &(), cancel: &AtomicBool::new(false) };
        let begun = Instant::now();
        let drawn = picture::make(&library, &wanted, watch, jobs).unwrap();
        let (count, seconds) = (drawn.len() as f64, begun.elapsed().as_secs_f64());
        let there = drawn.iter().filter(|drawn| drawn.thumbnail).count();
        println!(
            "{what}: {count} photos in {seconds:.2} s, {:.1} a second; {there} thumbnails",
            count / seconds
        );
    }
}

fn imported(photos: &[PathBuf], times: u64, scratch: &Path, jobs: NonZeroUsize) -> PathBuf {
    let mut part = Part::new();
    for n in 0..times {
        for path in photos {
            let mut bytes = std::fs::read(path).unwrap();
            // a box that says nothing, for formats of boxes
            bytes.extend([0, 0, 0, 16]);
            bytes.extend(b"free");
            bytes.extend(n.to_be_bytes());
            let name = path.file_name().unwrap().to_string_lossy();
            part = part.photo(Photo::new(&format!("{n}-{name}"), bytes));
        }
    }
    let parts = scratch.join("parts");
    std::fs::create_dir(&parts).unwrap();
    let inputs = Export::new("iCloud Photos").part(part).write_zips(&parts);
    let library = scratch.join("library");
    let run = Run {
        inputs: &inputs,
        strangers: Strangers::Refused,
        jobs,
        watch: Watch { progress: &(), cancel: &AtomicBool::new(false) },
    };
    import(&run, &library, &|_| Settings::standard(chrono_tz::Tz::UTC)).unwrap();
    library
}

fn copy(photos: &[PathBuf], folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let limits = Limits::of_this_machine();
    for path in photos {
        let bytes = std::fs::read(path).unwrap();
        let format: Format = media::read(&mut std::io::Cursor::new(&bytes), bytes.len() as u64).format;
        let begun = Instant::now();
        let name = path.file_name().unwrap().to_string_lossy();
        match picture::jpeg(path, format, &Encoding::default(), &limits) {
            Ok(jpeg) => {
                println!("{name}: {:.2} s, {} kB", begun.elapsed().as_secs_f64(), jpeg.len() / 1000);
                std::fs::write(folder.join(format!("{name}.jpg")), jpeg).unwrap();
            }
            Err(error) => println!("{name} {error}"),
        }
    }
}
