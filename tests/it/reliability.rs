//! What holds when a run is killed, a call fails, a drive is full or knows no links. Every test
//! here runs the real command; `docs/reliability.md` says what is promised and how to run more.
#![cfg(unix)] // signals

mod by_hand;
#[cfg(target_os = "linux")]
mod drives;
mod faults;
mod healing;
pub mod kills;
#[cfg(target_os = "linux")]
mod traced;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::builder::{
    Exif, Export, Movie, Pack, Part, Photo, Row, SharedAlbum, SharedAlbums, aae, jpeg, mov,
};
use crate::support::{self, differences, link, relative, said};
use blake3::Hash;
use tempfile::TempDir;
use windfall::contents::ContentId;
use windfall::library::catalog::{Catalog, Remembered};

/// Everything an import does, in a few files: names that clash, a duplicate, Live Photos, albums, a
/// deflated and a stored nested archive, `Other`, hidden and deleted media.
fn export() -> Export {
    let shared = |n: u64, pack| {
        let album = SharedAlbum::new("Trip").photo(&format!("S{n}.JPG"), jpeg(500 + n, &Exif::none()));
        SharedAlbums::new([album]).pack(pack)
    };
    let mut export = Export::new("iCloud Photos");
    for (part, pack) in [(0, Pack::deflated()), (1, Pack::stored())] {
        let mut filled = Part::new().shared_albums(shared(part, pack));
        for n in 0..4 {
            let seed = part * 4 + n;
            let id = format!("LIVE-{seed}");
            let taken = format!("2024:03:0{} 10:00:00", 1 + part);
            let row = Row::created(&format!("2024-03-0{} 10:00", 1 + part));
            let still = jpeg(seed, &Exif::taken(&taken).offset("+00:00").live(&id));
            filled = filled.photo(Photo::new(&format!("IMG_{n}.JPG"), still).row(row.clone()));
            if n == 0 {
                let movie = mov(seed, &Movie::new().live(&id).size(300_000));
                filled = filled
                    .photo(Photo::new("IMG_0.MOV", movie).row(row))
                    .photo(Photo::new("IMG_0.AAE", aae(seed)).row(Row::created("2024-03-01 10:00")));
            }
        }
        export = export.part(
            filled
                .photo(Photo::new("same.JPG", jpeg(99, &Exif::none())).row(Row::created("2020-01-01 10:00")))
                .photo(
                    Photo::new("secret.JPG", jpeg(200 + part, &Exif::none()))
                        .row(Row::created("2021-01-01 10:00").hidden()),
                )
                .deleted(
                    Photo::new("gone.JPG", jpeg(300 + part, &Exif::none()))
                        .row(Row::created("2022-01-01 10:00")),
                )
                .album("Lake", ["IMG_1.JPG", "IMG_0.JPG"])
                .entry("guide.pdf", format!("guide {part}")),
        );
    }
    export
}

/// Files by path: BLAKE3 and time, or where a link leads.
type Tree = BTreeMap<String, String>;

/// The parts, and what a run that nothing disturbs makes of them.
struct Bench {
    folder: TempDir,
    zips: Vec<PathBuf>,
    tree: Tree,
    known: HashSet<Hash>,
    bytes_read: u64,
    time: Duration,
    options: Vec<&'static str>,
}

impl Bench {
    fn new() -> Self {
        Self::with(&[])
    }

    /// A bench whose runs have these options.
    fn with(options: &[&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let parts = folder.path().join("parts");
        fs::create_dir(&parts).unwrap();
        fs::write(folder.path().join("canary"), "alive").unwrap();
        let zips = export().write_zips(&parts);
        let mut bench = Bench {
            folder,
            zips,
            tree: Tree::new(),
            known: HashSet::new(),
            bytes_read: 0,
            time: Duration::ZERO,
            options: options.to_vec(),
        };
        let trial = bench.trial();
        let start = Instant::now();
        let report = trial.import();
        let time = start.elapsed();
        let tree = tree(&trial.library);
        let known = hashes(&trial.library);
        drop(trial);
        (bench.tree, bench.known, bench.time) = (tree, known, time);
        bench.bytes_read = report["bytes"]["read"].as_u64().unwrap();
        bench
    }

    /// A library that is not there yet.
    fn trial(&self) -> Trial<'_> {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let library = folder.path().join("library");
        Trial { bench: self, library, _folder: Some(folder) }
    }

    /// A library at a place of its own.
    fn trial_at(&self, library: PathBuf) -> Trial<'_> {
        Trial { bench: self, library, _folder: None }
    }

    fn assert_outside_unchanged(&self) {
        assert_eq!(fs::read(self.folder.path().join("canary")).unwrap(), b"alive");
        let parts = fs::read_dir(self.folder.path().join("parts")).unwrap();
        assert_eq!(parts.count(), self.zips.len(), "something lies beside the parts");
    }
}

/// One library, from its first run to a whole one.
struct Trial<'b> {
    bench: &'b Bench,
    library: PathBuf,
    _folder: Option<TempDir>,
}

impl Trial<'_> {
    fn arguments(&self, command: &mut Command) {
        command.arg("import").args(&self.bench.zips).arg("--to").arg(&self.library);
        command.args(["--json", "--jobs", "2"]).args(&self.bench.options);
    }

    fn command(&self) -> Command {
        let mut command = support::command();
        self.arguments(&mut command);
        command
    }

    /// A run that must end well; gives its report.
    fn import(&self) -> serde_json::Value {
        let output = self.command().output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Whatever happened: only whole files under final names, and a catalog that does not lead them.
    fn assert_holds(&self, what: &str) -> Remembered {
        self.bench.assert_outside_unchanged();
        let strange: Vec<Hash> = hashes(&self.library).difference(&self.bench.known).copied().collect();
        assert!(
            strange.is_empty(),
            "{what}: files that are not whole: {strange:?} {:#?}",
            tree(&self.library)
        );
        let known = catalog(&self.library);
        let contents = &known.delivered.contents.distinct;
        let is = |path: PathBuf, content: ContentId| {
            fs::read(path).is_ok_and(|bytes| blake3::hash(&bytes) == contents[content].blake3)
        };
        for (path, record) in &known.recorded.files {
            let on_disk = path.to_path(&self.library);
            assert!(is(on_disk, record.content), "{what}: `{path}` is recorded and not there");
        }
        for path in known.recorded.derived.keys() {
            let on_disk = path.to_path(&self.library);
            assert!(fs::symlink_metadata(on_disk).is_ok(), "{what}: `{path}` is recorded and not there");
        }
        let staging = self.library.join(".windfall/staging");
        for &content in &known.recorded.staged {
            let hex = contents[content].blake3.to_hex();
            let placed = known
                .recorded
                .plan
                .iter()
                .filter(|p| p.content == content)
                .map(|p| p.path.to_path(&self.library));
            let stands = placed
                .chain([staging.join(&hex[..2]).join(hex.as_str())])
                .chain(
                    known
                        .recorded
                        .files
                        .iter()
                        .filter(|(_, r)| r.content == content)
                        .map(|(p, _)| p.to_path(&self.library)),
                )
                .any(|path| is(path, content));
            // a run that ends drops what nobody will place before it says so
            assert!(
                stands || known.recorded.plan.is_empty(),
                "{what}: {hex} is recorded as staged and not there"
            );
        }
        known
    }

    /// The next run reads nothing again that was recorded, and ends in the tree of an undisturbed one.
    fn assert_finishes(&self, what: &str) {
        let known = catalog(&self.library);
        let entries = known.delivered.contents.entries.iter().filter(|entry| entry.content().is_some());
        let recorded: u64 = entries.map(|entry| entry.size).sum();
        let output = self.command().output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{what}: {}", said(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let read = report["bytes"]["read"].as_u64().unwrap();
        assert!(
            read + recorded <= self.bench.bytes_read,
            "{what}: read {read} of {}, though {recorded} were recorded",
            self.bench.bytes_read
        );
        assert_eq!(report["entries"]["failed"], 0, "{what}");
        self.assert_whole(what);
    }

    /// The next run brings all bytes of an undisturbed one: an input that could not be read for a while
    /// is like one that came later, and takes the next free name.
    fn assert_reaches_bytes(&self, what: &str) {
        self.import();
        let found = hashes(&self.library);
        let lacks =
            |file: &&String| self.bench.known.difference(&found).any(|h| file.contains(h.to_hex().as_str()));
        let lost: Vec<_> = self.bench.tree.iter().filter(|(_, file)| lacks(file)).collect();
        assert!(lost.is_empty(), "{what}: {lost:#?} are not in {:#?}", tree(&self.library));
    }

    /// The tree of an undisturbed run and nothing else.
    fn assert_whole(&self, what: &str) {
        assert_eq!(differences(&tree(&self.library), &self.bench.tree), [""; 0], "{what}");
        let own: BTreeSet<String> = fs::read_dir(self.library.join(".windfall"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert!(own.iter().eq(["catalog.sqlite", "details", "lock"]), "{what}: litter: {own:?}");
        self.assert_holds(what);
    }
}

/// What the catalog says, read from a copy: the next run has to find it as it was left.
fn catalog(library: &Path) -> Remembered {
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir(copy.path().join(".windfall")).unwrap();
    for name in ["catalog.sqlite", "catalog.sqlite-journal"] {
        let from = library.join(".windfall").join(name);
        if from.exists() {
            fs::copy(from, copy.path().join(".windfall").join(name)).unwrap();
        }
    }
    Catalog::open(copy.path()).unwrap().load().unwrap()
}

fn files(library: &Path) -> impl Iterator<Item = walkdir::DirEntry> {
    let internal = library.join(".windfall");
    let details = internal.join("details");
    let walk = walkdir::WalkDir::new(library).into_iter().filter_map(Result::ok);
    walk.filter(move |entry| {
        let path = entry.path();
        !entry.file_type().is_dir() && (!path.starts_with(&internal) || path.starts_with(&details))
    })
}

fn tree(library: &Path) -> Tree {
    let timeless = |path: &str| path.ends_with(".m3u8") || path.starts_with(".windfall");
    files(library)
        .map(|entry| {
            let path = relative(entry.path(), library);
            let what = link(entry.path()).unwrap_or_else(|| {
                let modified = entry.metadata().unwrap().modified().unwrap();
                let time = (!timeless(&path)).then_some(modified);
                format!("{} {time:?}", blake3::hash(&fs::read(entry.path()).unwrap()))
            });
            (path, what)
        })
        .collect()
}

fn hashes(library: &Path) -> HashSet<Hash> {
    // the table of origins speaks of what has come so far, and of a run that failed it says less
    let is_table = |entry: &walkdir::DirEntry| entry.file_name() == "origins.csv";
    let plain = files(library).filter(|entry| entry.file_type().is_file() && !is_table(entry));
    plain.map(|entry| blake3::hash(&fs::read(entry.path()).unwrap())).collect()
}

/// A number that a longer run is asked for with.
fn asked(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}
