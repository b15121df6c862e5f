//! Threads that have each other's copies, with much and with little room, and threads that fall.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Write;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::Worker;
use super::settle::Arrival;
use crate::apple::fingerprint::Fingerprint;
use crate::apple::zip::{Window, ZipArchive};
use crate::contents::ContentSet;
use crate::library::record::Novelty;
use crate::library::staging::Staging;
use crate::progress::Watch;
use crate::stage::discover::Inputs;
use crate::stage::discover::container::Source;
use crate::stage::ingest::tasks::Tasks;
use crate::stage::ingest::{Message, Reading, Wanted, build};

#[test]
fn nobody_waits_for_bytes_of_a_thread_that_panicked() {
    let inputs = Inputs::default();
    let held = ContentSet::default();
    let cancel = AtomicBool::new(false);
    let reading = reading(None, &held, 1, &cancel);
    let worker = Worker::new(&inputs, &reading, Default::default(), 0);
    let hash = blake3::hash(b"a");
    worker.stock().arriving.insert(hash);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _arrival = Arrival { worker: &worker, hash };
        panic!("a parser or a drive");
    }));
    assert!(panicked.is_err());
    assert_eq!(worker.stock().arriving, HashSet::new());
}

#[test]
fn threads_that_have_each_others_copies_come_to_an_end_with_any_room() {
    let folder = tempfile::tempdir().unwrap();
    // eight copies of each, nearly side by side, so that several threads have one of them open
    let texts: Vec<Vec<u8>> =
        (0..40).map(|at| vec![at as u8; [0, 70, 5_000, 200_000][at % 4] + at]).collect();
    let order: Vec<usize> = (0..texts.len() * 8).map(|at| (at / 16 * 2 + at % 2) % texts.len()).collect();
    let prints: HashSet<String> = texts.iter().map(|text| Fingerprint::of(text).to_string()).collect();
    for method in [CompressionMethod::Deflated, CompressionMethod::Stored] {
        let zip = write_zip(folder.path(), order.iter().map(|&at| texts[at].as_slice()), method);
        let inputs = inputs(&zip);
        for (jobs, held, most) in [(2, 1 << 18, 16), (3, 600_000, 16), (4, 32 << 20, 16), (3, 1 << 18, 1)] {
            let library = tempfile::tempdir().unwrap();
            let staging = Staging::open(library.path(), &HashMap::new()).unwrap();
            let (safe, cancel) = (ContentSet::default(), AtomicBool::new(false));
            let reading = reading(Some(&staging), &safe, jobs, &cancel);
            let tasks = Tasks::of(&inputs.contents, reading.jobs);
            let mut worker = Worker::new(&inputs, &reading, Default::default(), order.len());
            (worker.held, worker.most) = (held, most);
            let (fresh, copies) = run(&worker, &tasks);
            assert_eq!(
                (fresh.len(), copies),
                (texts.len(), order.len() - texts.len()),
                "{method:?} {jobs} {held}"
            );
            assert_eq!(fresh.into_iter().collect::<HashSet<_>>(), prints);
            assert_eq!(staging.waiting().len(), texts.len());
            let (contents, said) = worker.into_contents();
            let known: HashSet<String> =
                said.iter().filter_map(|said| said.fingerprint).map(|print| print.to_string()).collect();
            assert_eq!((contents.len(), known), (texts.len(), prints.clone()));
        }
    }
}

/// Runs all threads of a pass: the fingerprints of new bytes, and how many entries were copies.
fn run(worker: &Worker<'_>, tasks: &Tasks) -> (Vec<String>, usize) {
    let (sender, receiver) = sync_channel(4);
    let (mut fresh, mut copies) = (Vec::new(), 0);
    std::thread::scope(|threads| {
        for _ in 0..worker.reading.jobs.get() {
            let sender = sender.clone();
            threads.spawn(move || worker.work(tasks, &sender));
        }
        drop(sender);
        for message in receiver {
            let Message::Sound { read, .. } = message else { panic!("an entry failed") };
            match read.novelty {
                Novelty::Fresh(new) => fresh.push(new.said.fingerprint.unwrap().to_string()),
                _ => copies += 1,
            }
        }
    });
    (fresh, copies)
}

fn reading<'a>(
    staging: Option<&'a Staging>,
    held: &'a ContentSet,
    jobs: usize,
    cancel: &'a AtomicBool,
) -> Reading<'a> {
    let jobs = NonZeroUsize::new(jobs).unwrap();
    Reading { staging, wanted: Wanted::Everything, held, jobs, watch: Watch { progress: &(), cancel } }
}

fn write_zip<'a>(
    folder: &Path,
    files: impl Iterator<Item = &'a [u8]>,
    method: CompressionMethod,
) -> ZipArchive {
    let path = folder.join("Part 1.zip");
    let mut writer = ZipWriter::new(File::create(&path).unwrap());
    for (at, bytes) in files.enumerate() {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(format!("{at}.bin"), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
    ZipArchive::open(Window::file(File::open(&path).unwrap()).unwrap()).unwrap()
}

fn inputs(archive: &ZipArchive) -> Inputs {
    let files = archive.entries.iter();
    let files = files.map(|file| build::File { path: &file.name, size: file.size, crc32: Some(file.crc32) });
    let zip = ZipArchive::open(Window::file(archive.file().try_clone().unwrap()).unwrap()).unwrap();
    build::inputs(Source::Zip(Arc::new(zip)), files)
}
