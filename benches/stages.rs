//! How long the stages take: `cargo bench --bench stages`. For whole runs beside other tools see
//! `compare.py`.

#[path = "../fixtures/builder.rs"]
#[allow(dead_code, unused_imports)] // the bench needs only some of it
mod builder;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use builder::Export;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use windfall::Watch;
use windfall::apple::zip::{Window, ZipArchive};
use windfall::category::Assets;
use windfall::category::outcome::Wishes;
use windfall::category::photos::lists::details;
use windfall::category::photos::{Matched, matched};
use windfall::contents::{ArchiveId, ContentSet};
use windfall::library::catalog::{Catalog, Delivered, Ids};
use windfall::library::layout::INTERNAL;
use windfall::library::record::Placement;
use windfall::library::settings::Settings;
use windfall::library::staging::Staging;
use windfall::run::check::check;
use windfall::run::import::{Run, import};
use windfall::stage::discover::container::Container;
use windfall::stage::discover::search::{Strangers, Surroundings, search};
use windfall::stage::discover::{Inputs, gather};
use windfall::stage::ingest::{Reading, Wanted, ingest};
use windfall::stage::place::{Placing, place};
use windfall::stage::plan::records::Records;
use windfall::stage::plan::{Plan, plan};
use windfall::stage::survey::Held;

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
    Settings::standard(chrono_tz::Tz::UTC)
}

/// Listing the central directories.
#[divan::bench]
fn index(bencher: Bencher) {
    let export = written(2_000);
    bencher.counter(ItemsCount::new(2_000u32)).bench(|| {
        let open = |zip: &PathBuf| {
            let file = std::fs::File::open(zip).expect("a part");
            ZipArchive::open(Window::file(file).expect("a part")).expect("an archive").entries.len()
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
    bencher
        .counter(ItemsCount::new(10_000u32))
        .bench(|| details::parse(text.as_bytes(), usize::MAX).map(|d| d.rows.len()));
}

/// A library on its way: every stage leaves here what the next one takes.
struct Journey {
    library: tempfile::TempDir,
    staging: Staging,
    catalog: Catalog,
    inputs: Inputs,
    ids: Ids,
}

struct Nothing;

impl Surroundings for Nothing {
    fn known_exports(&self) -> Vec<(String, Option<u32>, windfall::Category)> {
        Vec::new()
    }

    fn spool(&self) -> io::Result<File> {
        tempfile::tempfile()
    }

    fn spool_place(&self) -> PathBuf {
        std::env::temp_dir()
    }

    fn remembered(&self, _: &Container, _: &str, _: u64) -> Option<ArchiveId> {
        None
    }
}

impl Journey {
    fn new(export: &Written) -> Self {
        let library = tempfile::tempdir_in(export.folder.path()).expect("a library");
        std::fs::create_dir(library.path().join(INTERNAL)).expect("a library");
        let staging = Staging::open(library.path(), &HashMap::new()).expect("staging");
        let catalog = Catalog::open(library.path()).expect("a catalog");
        let found = search(&export.zips, Strangers::Refused, None, &Nothing).expect("an export");
        let inputs = gather(found, Delivered::default());
        Journey { library, staging, catalog, inputs, ids: Ids::default() }
    }

    fn ingested(mut self) -> Self {
        let Journey { staging, catalog, inputs, ids, .. } = &mut self;
        catalog.record_archives(&inputs.contents, ids).expect("a record");
        let reading = Reading {
            staging: Some(staging),
            wanted: Wanted::Everything,
            held: &ContentSet::default(),
            jobs: NonZeroUsize::MIN.saturating_add(1),
            watch: Watch { progress: &(), cancel: &AtomicBool::new(false) },
        };
        ingest(inputs, &reading, &mut |contents, batch| catalog.record_read(contents, batch, ids))
            .expect("a tally");
        self
    }

    fn placed(mut self, matched: &Matched, plan: &Plan) -> Self {
        let Journey { library, staging, catalog, inputs, ids } = &mut self;
        let (held, standing, cancel) = (HashMap::new(), BTreeMap::new(), AtomicBool::new(false));
        let placing = Placing {
            library: library.path(),
            staging,
            held: &held,
            watch: Watch { progress: &(), cancel: &cancel },
        };
        let wishes = Wishes::new();
        let facts = Records::new(
            &inputs.contents,
            &inputs.heard,
            matched,
            &wishes,
            plan,
            &standing,
            chrono_tz::Tz::UTC,
        );
        let describe = |placement: &Placement| facts.of(placement, &HashSet::new());
        place(&placing, &plan.placements, &inputs.contents, &describe, catalog, ids).expect("a library");
        self
    }
}

/// The one pass over the bytes: hashes, metadata, staging, records.
#[divan::bench(sample_count = 10)]
fn ingested(bencher: Bencher) {
    let export = written(2_000);
    bencher
        .counter(BytesCount::new(export.bytes))
        .with_inputs(|| Journey::new(&export))
        .bench_values(Journey::ingested);
}

/// Rows to media, halves to pairs, names to albums, sources to times.
#[divan::bench(name = "match")]
fn match_all(bencher: Bencher) {
    let journey = Journey::new(&written(10_000)).ingested();
    bencher
        .counter(ItemsCount::new(10_000u32))
        .bench(|| matched(&journey.inputs.contents, &journey.inputs.heard.photos, chrono_tz::Tz::UTC));
}

/// Every medium to its path.
#[divan::bench(name = "plan")]
fn plan_all(bencher: Bencher) {
    let journey = Journey::new(&written(10_000)).ingested();
    let (contents, heard, settings) = (&journey.inputs.contents, &journey.inputs.heard, settings());
    let matched = matched(contents, &heard.photos, settings.zone);
    bencher.counter(ItemsCount::new(10_000u32)).bench(|| {
        plan(contents, Assets::Photos(&matched, &heard.photos), &Wishes::new(), &Held::default(), &settings)
    });
}

/// Renames, times and records.
#[divan::bench(sample_count = 10)]
fn placed(bencher: Bencher) {
    let export = written(2_000);
    let settings = settings();
    bencher
        .counter(ItemsCount::new(2_000u32))
        .with_inputs(|| {
            let journey = Journey::new(&export).ingested();
            let Inputs { contents, heard, .. } = &journey.inputs;
            let matched = matched(contents, &heard.photos, settings.zone);
            let plan = plan(
                contents,
                Assets::Photos(&matched, &heard.photos),
                &Wishes::new(),
                &Held::default(),
                &settings,
            );
            (journey, matched, plan)
        })
        .bench_values(|(journey, matched, plan)| journey.placed(&matched, &plan));
}

/// Discover, ingest and match, without a library.
#[divan::bench(sample_count = 10)]
fn checked(bencher: Bencher) {
    let export = written(2_000);
    let cancel = AtomicBool::new(false);
    bencher.counter(BytesCount::new(export.bytes)).bench(|| {
        check(&Run {
            inputs: &export.zips,
            strangers: Strangers::Refused,
            jobs: NonZeroUsize::MIN.saturating_add(1),
            watch: Watch { progress: &(), cancel: &cancel },
        })
        .expect("a check")
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
            let run = Run {
                inputs: &export.zips,
                strangers: Strangers::Refused,
                jobs: NonZeroUsize::MIN.saturating_add(1),
                watch: Watch { progress: &(), cancel: &cancel },
            };
            import(&run, library.path(), &|_| settings.clone()).expect("an import")
        });
}

/// The second import of the same parts.
#[divan::bench(sample_count = 10)]
fn imported_again(bencher: Bencher) {
    let export = written(2_000);
    let (cancel, settings) = (AtomicBool::new(false), settings());
    let library = export.folder.path().join("library");
    let run = Run {
        inputs: &export.zips,
        strangers: Strangers::Refused,
        jobs: NonZeroUsize::MIN.saturating_add(1),
        watch: Watch { progress: &(), cancel: &cancel },
    };
    import(&run, &library, &|_| settings.clone()).expect("an import");
    bencher
        .counter(ItemsCount::new(2_000u32))
        .bench(|| import(&run, &library, &|_| settings.clone()).expect("an import"));
}
