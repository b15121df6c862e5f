//! Laws that hold for every export: nothing is lost, nothing depends on order or threads, nothing
//! happens twice. Exports are drawn at random; what fails is shrunk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, SharedAlbum, jpeg, mov};
use crate::support::{Depth, Scratch, contents};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq};
use proptest::sample::select;
use proptest::test_runner::{FileFailurePersistence, TestCaseResult, TestRunner};
use windfall::library::name;
use windfall::stage::report::Report;

/// One medium of a drawn export.
#[derive(Debug, Clone)]
struct Draw {
    seed: u64,
    name: &'static str,
    part: usize,
    folder: Folder,
    row: Option<RowDraw>,
    dated: bool,
    album: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Folder {
    Photos,
    Deleted,
    Shared,
}

#[derive(Debug, Clone, Copy)]
struct RowDraw {
    day: u32,
    checksum: Option<bool>,
    favorite: bool,
    hidden: bool,
}

fn draws() -> impl Strategy<Value = Vec<Draw>> {
    // few names and few contents, so that names clash and bytes repeat
    let names = [
        "IMG_1.JPG",
        "img_1.jpg",
        "IMG_1.MOV",
        "IMG_1-1.MOV",
        "IMG_2.JPG",
        "CON.jpg",
        "e\u{301}té.jpg",
        "été.jpg",
    ];
    let row = (1..28u32, any::<Option<bool>>(), any::<bool>(), any::<bool>())
        .prop_map(|(day, checksum, favorite, hidden)| RowDraw { day, checksum, favorite, hidden });
    let folder =
        select(vec![Folder::Photos, Folder::Photos, Folder::Photos, Folder::Deleted, Folder::Shared]);
    let album = select(vec![None, None, Some("Lake"), Some("lake"), Some("A/B: \u{1F600}")]);
    let one = (
        0..12u64,
        select(names.to_vec()),
        0..3usize,
        folder,
        proptest::option::of(row),
        any::<bool>(),
        album,
    );
    let one = one.prop_map(|(seed, name, part, folder, row, dated, album)| Draw {
        seed,
        name,
        part,
        folder,
        row,
        dated,
        album,
    });
    proptest::collection::vec(one, 1..14)
}

fn bytes(draw: &Draw) -> Vec<u8> {
    let time = format!("20{:02}:0{}:05 10:00:00", 10 + draw.seed % 3, 1 + draw.seed % 9);
    if draw.name.ends_with("MOV") {
        mov(draw.seed, &Movie::new().size(3000))
    } else if draw.dated {
        jpeg(draw.seed, &Exif::taken(&time))
    } else {
        jpeg(draw.seed, &Exif::none())
    }
}

fn export(draws: &[Draw]) -> Export {
    let mut export = Export::new("iCloud Photos");
    for number in 0..3 {
        let mut part = Part::new();
        let mut albums: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut shared: Vec<&Draw> = Vec::new();
        for draw in draws.iter().filter(|d| d.part == number) {
            let mut photo = Photo::new(draw.name, bytes(draw));
            if let Some(row) = draw.row {
                let mut built = Row::created(&format!("2015-03-{:02} 08:15", row.day));
                built = match row.checksum {
                    Some(true) => built,
                    Some(false) => built.opaque_checksum(),
                    None => built.wrong_checksum(),
                };
                built = if row.favorite { built.favorite() } else { built };
                built = if row.hidden { built.hidden() } else { built };
                photo = photo.row(built);
            }
            if let Some(album) = draw.album {
                albums.entry(album).or_default().push(draw.name);
            }
            match draw.folder {
                Folder::Photos => part = part.photo(photo),
                Folder::Deleted => part = part.deleted(photo),
                Folder::Shared => shared.push(draw),
            }
        }
        for (title, entries) in albums {
            part = part.album(&title.replace('/', "_"), entries);
        }
        if !shared.is_empty() {
            let fill = |album: SharedAlbum, draw: &&Draw| album.photo(draw.name, bytes(draw));
            part = part.shared_album(shared.iter().fold(SharedAlbum::new("Shared"), fill));
        }
        export = export.part(part);
    }
    export
}

fn hashes(library: &Path) -> BTreeSet<String> {
    contents(library).into_values().filter(|v| !v.starts_with("->")).map(|v| v[..64].to_owned()).collect()
}

fn sum(report: &Report) -> u64 {
    let e = report.entries;
    e.imported + e.duplicate + e.already_present + e.details + e.excluded + e.ignored + e.failed
}

/// Tries a law. Each case is a few whole imports, some thousand times the work of a case of the pure laws: of the
/// cases that `PROPTEST_CASES` asks for, one in a thousand is tried, and never fewer than an ordinary run tries.
/// `proptest!` would try them all, whatever its configuration says.
fn holds<S: Strategy>(drawn: S, law: impl Fn(S::Value) -> TestCaseResult) {
    const ORDINARILY: u32 = 48;
    let asked = std::env::var_os("PROPTEST_CASES").map_or(0, |_| ProptestConfig::default().cases);
    let kept = FileFailurePersistence::WithSource("proptest-regressions");
    let config = ProptestConfig {
        cases: ORDINARILY.max(asked / 1_000),
        max_shrink_iters: 200,
        failure_persistence: Some(Box::new(kept)),
        source_file: Some(file!()),
        ..ProptestConfig::default()
    };
    if let Err(failed) = TestRunner::new(config).run(&drawn, law) {
        panic!("{failed}");
    }
}

#[test]
fn every_medium_is_in_the_library_once_and_only_there() {
    holds(draws(), |draws| {
        let scratch = Scratch::new();
        let report = scratch.import(&export(&draws).write_zips(&scratch.parts()));
        let wanted: BTreeSet<String> = draws.iter().map(|d| blake3::hash(&bytes(d)).to_string()).collect();
        prop_assert_eq!(hashes(&scratch.library()), wanted.clone());
        let files = contents(&scratch.library()).values().filter(|v| !v.starts_with("->")).count();
        prop_assert_eq!(files, wanted.len(), "a medium stands twice: {:#?}", scratch.tree());
        prop_assert_eq!(sum(&report), report.entries.total);
        prop_assert_eq!(report.entries.failed, 0);
        let paths = contents(&scratch.library());
        let keys: BTreeSet<String> = paths.keys().map(|path| name::fold(path)).collect();
        prop_assert_eq!(keys.len(), paths.len(), "two paths are one file somewhere: {:#?}", scratch.tree());
        Ok(())
    });
}

#[test]
fn neither_order_nor_threads_nor_unzipping_change_the_tree() {
    holds((draws(), any::<u64>()), |(draws, order)| {
        let export = export(&draws);
        let scratch = Scratch::new();
        let mut zips = export.write_zips(&scratch.parts());
        scratch.import(&zips);
        let rotation = order as usize % zips.len();
        zips.rotate_left(rotation);
        let mut other = Scratch::new();
        other.jobs = 1 + (order % 5) as usize;
        other.import(&zips);
        prop_assert_eq!(contents(&scratch.library()), contents(&other.library()));
        let again = other.import(&zips);
        prop_assert_eq!(contents(&scratch.library()), contents(&other.library()));
        prop_assert_eq!(again.entries.already_present + again.entries.ignored, again.entries.total);
        prop_assert_eq!(again.bytes.read, 0);
        Ok(())
    });
}

#[test]
fn a_run_without_anything_to_do_says_what_a_whole_run_says() {
    holds((draws(), any::<bool>()), |(draws, unzipped)| {
        let scratch = Scratch::new();
        let export = export(&draws);
        let parts = scratch.parts();
        let inputs = if unzipped { export.write_folders(&parts) } else { export.write_zips(&parts) };
        scratch.import(&inputs);
        let before = contents(&scratch.library());
        // a dry run always runs whole
        let mut whole = scratch.dry_run(&inputs);
        let (mut again, depth) = scratch.import_again(&inputs);
        prop_assert_eq!(depth, Depth::Glance);
        whole.dry_run = false;
        (whole.elapsed_seconds, again.elapsed_seconds) = (0.0, 0.0);
        prop_assert_eq!(whole, again);
        prop_assert_eq!(before, contents(&scratch.library()));
        Ok(())
    });
}

#[test]
fn parts_imported_one_by_one_hold_the_same_media() {
    holds(draws(), |draws| {
        let export = export(&draws);
        let scratch = Scratch::new();
        let zips = export.write_zips(&scratch.parts());
        for zip in &zips {
            match scratch.try_import(std::slice::from_ref(zip)) {
                Ok(_) | Err(windfall::Error::NoExport(_)) => {} // a part without entries is none
                Err(error) => prop_assert!(false, "{error}"),
            }
        }
        let wanted: BTreeSet<String> = draws.iter().map(|d| blake3::hash(&bytes(d)).to_string()).collect();
        prop_assert_eq!(hashes(&scratch.library()), wanted);
        let before = contents(&scratch.library());
        let again = scratch.import(&zips);
        prop_assert_eq!(again.entries.imported, 0);
        prop_assert_eq!(before, contents(&scratch.library()));
        Ok(())
    });
}

#[test]
fn a_dry_run_says_what_a_run_does() {
    holds(draws(), |draws| {
        let scratch = Scratch::new();
        let zips = export(&draws).write_zips(&scratch.parts());
        let mut dry = scratch.dry_run(&zips);
        prop_assert!(!scratch.library().exists());
        let mut real = scratch.import(&zips);
        real.dry_run = true;
        (dry.elapsed_seconds, real.elapsed_seconds) = (0.0, 0.0);
        prop_assert_eq!(dry, real);
        Ok(())
    });
}
