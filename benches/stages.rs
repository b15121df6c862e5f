//! How long the stages take: `cargo bench --bench stages`. For whole runs beside other tools see
//! `compare.py`.

#[path = "../fixtures/builder.rs"]
mod builder;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use builder::Export;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use windfall::export::archive::{Archive, Window};
use windfall::export::details;
use windfall::import::{Chosen, Run, check, import};
use windfall::plan::{AlbumForm, Hidden, Memories, RecentlyDeleted, Settings};
use windfall::template::{DEFAULT_LAYOUT, DEFAULT_NAME, Purpose, Template};

fn main() {
    divan::main();
}

/// An export of so many photos, written once for a benchmark.
struct Written {
    folder: tempfile::TempDir,
    zips: Vec<PathBuf>,
    bytes: u64,
}

fn written(photos: usize) -> Written {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let zips = Export::bulk(7, photos, 20_000..60_000, 2).write_zips(folder.path());
    let bytes = zips.iter().map(|zip| zip.metadata().map_or(0, |m| m.len())).sum();
    Written { folder, zips, bytes }
}

fn settings() -> Settings {
    Settings {
        layout: Template::parse(DEFAULT_LAYOUT, Purpose::Layout).expect("the default layout"),
        name: Template::parse(DEFAULT_NAME, Purpose::Name).expect("the default name"),
        zone: chrono_tz::Tz::UTC,
        albums: AlbumForm::Auto,
        memories: Memories::Catalog,
        hidden: Hidden::Apart,
        recently_deleted: RecentlyDeleted::Apart,
        sidecars: None,
    }
}

/// Listing the central directories.
#[divan::bench]
fn index(bencher: Bencher) {
    let export = written(2_000);
    bencher.counter(ItemsCount::new(2_000u32)).bench(|| {
        let open = |zip: &PathBuf| {
            let file = std::fs::File::open(zip).expect("a part");
            Archive::open(Window::file(file).expect("a part")).expect("an archive").entries.len()
        };
        export.zips.iter().map(open).sum::<usize>()
    });
}

/// Reading rows.
#[divan::bench]
fn rows(bencher: Bencher) {
    let mut text = String::from(
        "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n",
    );
    for n in 0..10_000 {
        text.push_str(&format!(
            "IMG_{n}.HEIC,AW2cWT2PxzWixMKuuNMTHJ8CJ3sH,no,no,no,\"Sunday March 3,2024 9:05 AM GMT\",4,\"Sunday March 3,2024 9:06 AM GMT\"\n"
        ));
    }
    bencher.counter(ItemsCount::new(10_000u32)).bench(|| details::parse(text.as_bytes()).rows.len());
}

/// Discover, ingest and match, without a library.
#[divan::bench(sample_count = 10)]
fn checked(bencher: Bencher) {
    let export = written(2_000);
    let cancel = AtomicBool::new(false);
    bencher.counter(BytesCount::new(export.bytes)).bench(|| {
        check(&Run { inputs: &export.zips, jobs: 2, progress: &(), cancel: &cancel }).expect("a check")
    });
}

/// The whole import into a new library.
#[divan::bench(sample_count = 10)]
fn imported(bencher: Bencher) {
    let export = written(2_000);
    let (cancel, settings) = (AtomicBool::new(false), settings());
    bencher
        .counter(BytesCount::new(export.bytes))
        .with_inputs(|| tempfile::tempdir_in(export.folder.path()).expect("a library"))
        .bench_values(|library| {
            let run = Run { inputs: &export.zips, jobs: 2, progress: &(), cancel: &cancel };
            let chosen = |_: &dyn Fn(&str) -> Option<String>| Chosen {
                settings: settings.clone(),
                remember: Vec::new(),
            };
            import(&run, library.path(), &chosen).expect("an import")
        });
}

/// The second import of the same parts.
#[divan::bench(sample_count = 10)]
fn imported_again(bencher: Bencher) {
    let export = written(2_000);
    let (cancel, settings) = (AtomicBool::new(false), settings());
    let library = export.folder.path().join("library");
    let run = Run { inputs: &export.zips, jobs: 2, progress: &(), cancel: &cancel };
    let chosen =
        |_: &dyn Fn(&str) -> Option<String>| Chosen { settings: settings.clone(), remember: Vec::new() };
    import(&run, &library, &chosen).expect("an import");
    bencher.counter(ItemsCount::new(2_000u32)).bench(|| import(&run, &library, &chosen).expect("an import"));
}
