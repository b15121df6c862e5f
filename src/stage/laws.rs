//! Laws of the pure core, over exports and libraries that are drawn at random: nothing is lost, nothing depends
//! on the order of inputs, no two files share a place, nothing happens twice, and the sums of the report hold.
//!
//! How often each is tried is said in [`tried`]. Few names, few bytes and few days are drawn, so that names clash,
//! bytes repeat and halves find each other.

use std::collections::{BTreeMap, HashMap, HashSet};

use blake3::Hash;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::{Index, select};

use crate::category::photos::build::{Built, row, tried};
use crate::category::photos::lists::details::Row;
use crate::contents::{Bytes, Class, ContentId, EntryId, steps};
use crate::library::name;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, DerivedKind};
use crate::library::settings::{AlbumForm, Hidden, Memories, RecentlyDeleted};
use crate::stage::plan::build::{Before, Planned};
use crate::stage::report::build::counted;
use crate::stage::report::{Counted, Entries};

const FOLDERS: [&str; 7] =
    ["Photos", "Photos", "Photos/More", "Recently Deleted", "My Albums/Lake", "My Albums/lake", "Docs:"];

const NAMES: [&str; 14] = [
    "IMG_1.HEIC",
    "IMG_1.MOV",
    "IMG_1.AAE",
    "IMG_1.DNG",
    "IMG_O1.AAE",
    "IMG_1-1.MOV",
    "IMG_1 (2).HEIC",
    "img_1.heic",
    "CON.jpg",
    "what?.jpg",
    "what_.jpg",
    "e\u{301}te\u{301}.jpg",
    "\u{e9}t\u{e9}.jpg",
    "trailing. .jpg",
];

/// One file of an export.
#[derive(Debug, Clone)]
struct File {
    part: u32,
    path: String,
    /// A text that stands for them.
    bytes: String,
    /// Tells what those bytes say.
    number: u32,
    day: u32,
    is_given: bool,
}

/// One row of the details of a part.
#[derive(Debug, Clone)]
struct Line {
    part: u32,
    name: &'static str,
    /// Whose checksum it states.
    of: Option<Index>,
    day: u32,
    is_hidden: bool,
    is_deleted: bool,
}

/// An export.
#[derive(Debug, Clone)]
struct Draw {
    files: Vec<File>,
    lines: Vec<Line>,
    album: Vec<&'static str>,
}

/// Files of a library, by what they are, with a number for their bytes.
type Standing = Vec<(u8, &'static str, &'static str, u32)>;

fn files() -> impl Strategy<Value = Vec<File>> {
    let one = (1..4_u32, select(&FOLDERS[..]), select(&NAMES[..]), 0..9_u32, 0..10_u32);
    let one = one.prop_map(|(part, folder, name, number, luck)| {
        let (_, extension) = name.rsplit_once('.').unwrap_or_default();
        let bytes = match luck {
            0 => "!".to_owned(),
            1 => String::new(),
            // what is called a movie is one everywhere
            _ => format!("{}{number}", extension.to_lowercase()),
        };
        File { part, path: format!("{folder}/{name}"), bytes, number, day: number % 4, is_given: luck != 2 }
    });
    vec(one, 1..10).prop_map(|mut files| {
        // a path holds one file
        let mut seen = HashSet::new();
        files.retain(|file| seen.insert((file.part, file.path.clone())));
        files
    })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let of = proptest::option::of(any::<Index>());
    let one = (1..4_u32, select(&NAMES[..]), of, 1..4_u32, any::<bool>(), any::<bool>());
    let one = one.prop_map(|(part, name, of, day, is_hidden, is_deleted)| Line {
        part,
        name,
        of,
        day,
        is_hidden,
        is_deleted,
    });
    vec(one, 0..5)
}

fn draws() -> impl Strategy<Value = Draw> {
    (files(), lines(), vec(select(&NAMES[..]), 0..3)).prop_map(|(files, lines, album)| Draw {
        files,
        lines,
        album,
    })
}

fn libraries() -> impl Strategy<Value = Before> {
    let folder = select(&["2024/2024-03", "Undated", "Hidden/Undated", "Other/Docs_", "Albums/Lake"][..]);
    let extension = select(&["HEIC", "MOV", "jpg", "AAE"][..]);
    let standing = vec((0..4_u8, folder, select(&NAMES[..]), 0..9_u32), 0..4);
    let choices = (
        select(&[Hidden::Apart, Hidden::Mixed, Hidden::Skip][..]),
        select(&[RecentlyDeleted::Apart, RecentlyDeleted::Skip][..]),
        select(&[AlbumForm::Auto, AlbumForm::Copy, AlbumForm::List, AlbumForm::None][..]),
        select(&[Memories::Catalog, Memories::Folders][..]),
        select(&["{year}/{year}-{month}", "{kind}", "All"][..]),
    );
    (standing, extension, choices).prop_map(|(standing, extension, choices)| {
        library(&standing, extension).template(choices.4, "{original}").with(|settings| {
            (settings.hidden, settings.recently_deleted) = (choices.0, choices.1);
            (settings.albums, settings.memories) = (choices.2, choices.3);
        })
    })
}

fn library(standing: &Standing, extension: &str) -> Before {
    let (mut paths, mut numbers) = (HashSet::new(), HashSet::new());
    let mut before = Before::empty();
    for (what, folder, file, number) in standing {
        let path = LibraryPath::new(folder.split('/')).join(file);
        // neither a place nor bytes have two records
        if !paths.insert(PathKey::of(&path)) || !numbers.insert(number) {
            continue;
        }
        let (path, bytes) = (path.as_str(), format!("{}{number}", extension.to_lowercase()));
        before = match what {
            0 => before.photo(path, &bytes),
            1 => before.settled(path, &bytes),
            2 => before.kept(path, &bytes),
            _ => before.foreign(path, &bytes),
        };
    }
    before
}

impl Draw {
    fn built(&self) -> Built {
        self.in_order(&self.files, [1, 2, 3])
    }

    /// The export, its files and parts given in this order.
    fn in_order(&self, files: &[File], parts: [u32; 3]) -> Built {
        let mut built = Built::bare();
        for part in parts {
            built = built.part(part);
            built = files.iter().filter(|file| file.part == part).fold(built, File::add);
            let lines = self.lines.iter().filter(|line| line.part == part).map(|line| self.row(line));
            let lines: Vec<Row> = lines.collect();
            if !lines.is_empty() {
                built = built.rows("Photos/Photo Details.csv", lines);
            }
            if part == 1 {
                built = built.album("Lake", &self.album).memory("Lake", &self.album);
            }
        }
        built
    }

    fn row(&self, line: &Line) -> Row {
        let mut row = row(line.name).at(&format!("2024-03-0{} 10:00", line.day));
        row = if let Some(of) = &line.of { row.of(&of.get(&self.files).bytes) } else { row };
        row = if line.is_hidden { row.hidden() } else { row };
        if line.is_deleted { row.gone() } else { row }
    }
}

impl File {
    fn add(built: Built, file: &File) -> Built {
        let mut built = built.file(&file.path, &file.bytes);
        // what a file says of itself is in its bytes
        if !matches!(file.bytes.as_str(), "" | "!") {
            built = if file.day > 0 { built.taken(&format!("2024-03-0{} 10:00", file.day)) } else { built };
            built = match file.number % 3 {
                0 => built,
                identifier => built.live(&identifier.to_string()),
            };
        }
        if file.is_given { built } else { built.remembered() }
    }
}

proptest! {
    #![proptest_config(tried(2_000))]

    /// Every resource and every other file that is whole has a path or is left out by an option, and never both;
    /// every entry is counted in one state, and none of them failed but what could not be read.
    #[test]
    fn nothing_is_lost(draw in draws(), before in libraries()) {
        let planned = before.plan(draw.built());
        let Planned { contents, matched, plan, .. } = &planned;
        for (id, entry) in contents.entries.pairs().filter(|(_, entry)| entry.given) {
            let Some(content) = entry.content() else { continue };
            let (has_path, is_left_out) = match entry.class {
                Class::Resource => (plan.paths.contains(content), plan.excluded.contains(&content)),
                Class::Other | Class::Details => (plan.kept.contains_key(&id), false),
                Class::Placeholder | Class::Ignored | Class::Excluded => continue,
            };
            prop_assert!(has_path != is_left_out, "{}", entry.path);
        }
        let resources: Vec<ContentId> =
            matched.assets.iter().flat_map(|asset| asset.resources()).map(|r| r.content).collect();
        let distinct: HashSet<&ContentId> = resources.iter().collect();
        prop_assert_eq!(resources.len(), distinct.len(), "a file of two assets");
        let placed: HashSet<ContentId> =
            plan.placements.iter().filter(|p| p.area == Area::Media).map(|p| p.content).collect();
        prop_assert!(placed.iter().all(|content| distinct.contains(content)));
        let unread = contents.entries.iter().filter(|e| e.given && e.bytes == Bytes::Failed).count();
        let counts = counted(planned, &before, &HashSet::new()).entries;
        prop_assert_eq!(counts.failed, unread as u64);
    }

    /// Neither the order in which inputs are given nor that of the files in them changes the plan.
    #[test]
    fn order_changes_nothing(
        (draw, files, parts) in draws().prop_flat_map(|draw| {
            let files = Just(draw.files.clone()).prop_shuffle();
            (Just(draw), files, Just(vec![1, 2, 3]).prop_shuffle())
        }),
        before in libraries(),
    ) {
        let one = before.plan(draw.built());
        let other = before.plan(draw.in_order(&files, [parts[0], parts[1], parts[2]]));
        prop_assert_eq!(one.told(), other.told());
        prop_assert_eq!(one.details(), other.details());
        prop_assert_eq!(one.plan.problems, other.plan.problems);
        prop_assert_eq!(one.matched.problems, other.matched.problems);
    }

    /// What is planned can stand on every system, and nowhere are two files one: neither among each other nor
    /// with what stands already, unless that is the same file.
    #[test]
    fn no_two_files_share_a_place(draw in draws(), before in libraries()) {
        let Planned { contents, plan, .. } = before.plan(draw.built());
        let hash = |content: ContentId| contents.distinct[content].blake3;
        let at: HashMap<&LibraryPath, Hash> = plan.paths.iter().map(|(c, path)| (path, hash(c))).collect();
        let placed = plan.placements.iter().map(|p| (&p.path, Some(hash(p.content))));
        let derived = plan.derived.iter().map(|derived| {
            let copied = (derived.form.kind() == DerivedKind::Copy).then(|| derived.form.target()).flatten();
            (&derived.path, copied.map(|of| at[of]))
        });
        let mut keys = HashSet::new();
        for (path, bytes) in placed.chain(derived) {
            prop_assert!(keys.insert(name::fold(path.as_str())), "{} stands twice", path);
            let below = path.as_str().trim_start_matches(".windfall/details/");
            prop_assert!(below.split('/').all(name::is_portable), "{} is not portable", path);
            let is_adopted = bytes.is_some_and(|bytes| before.held.is_adoptable(path, bytes));
            prop_assert!(is_adopted || !before.held.taken.contains(&PathKey::of(path)), "{} is taken", path);
        }
    }

    /// Where a plan was carried out, the same inputs place nothing, and derive what stands.
    #[test]
    fn nothing_happens_twice(draw in draws(), before in libraries()) {
        let planned = before.plan(draw.built());
        let before = before.after(&planned);
        let again = before.plan(draw.built());
        prop_assert_eq!(&again.plan.placements, &Vec::new());
        prop_assert_eq!(&again.plan.derived, &planned.plan.derived);
        prop_assert_eq!(&again.plan.withdrawn, &Vec::new());
        let kept = |planned: &Planned| -> BTreeMap<EntryId, LibraryPath> {
            let is_given = |entry: &EntryId| planned.contents.entries[*entry].given;
            planned.plan.kept.clone().into_iter().filter(|(entry, _)| is_given(entry)).collect()
        };
        prop_assert_eq!(kept(&again), kept(&planned));
        prop_assert_eq!(&again.plan.excluded, &planned.plan.excluded);
        prop_assert!(again.plan.paths.iter().eq(planned.plan.paths.iter()));
        let present = counted(again, &before, &HashSet::new()).entries;
        prop_assert_eq!((present.imported, present.duplicate, present.details), (0, 0, 0));
    }
}

proptest! {
    #![proptest_config(tried(5_000))]

    /// Whatever was found, stood and was not placed: every entry is in one state, and so are its bytes.
    #[test]
    fn sums_hold(
        files in vec((select(&["Photos", "Recently Deleted", "Docs"][..]), 0..3_u8, 0..5_u8, any::<u32>()), 0..6),
        standing in vec(0..5_u8, 0..3),
        unplaced in vec(any::<bool>(), 6),
        skips in any::<bool>(),
    ) {
        let mut built = Built::new();
        for (folder, name, bytes, size) in &files {
            let bytes = if *bytes == 4 { "!".to_owned() } else { bytes.to_string() };
            built = built.file(&format!("{folder}/{name}.jpg"), &bytes).sized(u64::from(*size));
        }
        let mut before = Before::empty();
        if skips {
            before = before.with(|settings| settings.recently_deleted = RecentlyDeleted::Skip);
        }
        before = standing.iter().fold(before, |before, n| before.photo(&format!("{n}.jpg"), &n.to_string()));
        let planned = before.plan(built);
        let placements = planned.plan.placements.iter().zip(&unplaced);
        let unplaced = placements.filter(|(_, is_unplaced)| **is_unplaced).map(|(p, _)| p.path.clone()).collect();
        let Counted { entries, sizes, .. } = counted(planned, &before, &unplaced);
        prop_assert_eq!(entries.total, files.len() as u64);
        prop_assert_eq!(sizes.total, files.iter().map(|file| u64::from(file.3)).sum::<u64>());
        for Entries { total, imported, duplicate, already_present, details, excluded, ignored, failed } in [entries, sizes] {
            prop_assert_eq!(imported + duplicate + already_present + details + excluded + ignored + failed, total);
        }
        prop_assert!(unplaced.is_empty() || entries.failed > 0);
    }
}

/// So few that even work that grows with the square is done in time to be counted.
const FEW: usize = 400;

/// What a hostile export of `count` files makes.
struct Grown {
    steps: u64,
    placed: usize,
}

fn grown(count: usize, file: impl Fn(Built, usize) -> Built, listed: Option<&str>) -> Grown {
    let mut built = (0..count).fold(Built::new(), file);
    if let Some(name) = listed {
        // a row for each minute: no two say the same
        let rows = (0..count)
            .map(|n| row(name).at(&format!("2024-03-{:02} {:02}:{:02}", 1 + n / 1440, n / 60 % 24, n % 60)));
        built = built.rows("Photos/Photo Details.csv", rows).album("Lake", &[name]);
    }
    let (steps, planned) = steps::counted(|| Before::empty().plan(built));
    let placed = planned.plan.placements.iter().filter(|p| p.area != Area::Details).count();
    Grown { steps, placed }
}

/// Four times the files take four times the steps, and some more to sort them; sixteen times would be the square.
fn assert_grows(
    what: &str,
    file: impl Fn(Built, usize) -> Built,
    listed: Option<&str>,
    placed: Option<usize>,
) {
    let few = grown(FEW, &file, listed);
    let many = grown(4 * FEW, &file, listed);
    assert_eq!((few.placed, many.placed), (placed.unwrap_or(FEW), placed.unwrap_or(4 * FEW)), "{what}");
    assert!(few.steps >= FEW as u64, "{what}: {} steps are not all", few.steps);
    assert!(
        many.steps < 6 * few.steps,
        "{what}: {} steps, and for four times as many {}",
        few.steps,
        many.steps
    );
}

#[test]
fn work_grows_with_the_input_and_not_with_its_square() {
    let bytes = |n: usize| n.to_string();
    let one_name = |built: Built, n: usize| built.file("Photos/A.JPG", &bytes(n));
    assert_grows("one name", one_name, Some("A.JPG"), None);
    let dated = |built: Built, n: usize| one_name(built, n).taken("2024-03-03 10:05");
    assert_grows("one name and one moment", dated, Some("a.jpg"), None);
    let ending = |n: usize| if n.is_multiple_of(2) { "HEIC" } else { "MOV" };
    let one_stem = |built: Built, n: usize| built.file(&format!("Photos/A.{}", ending(n)), &bytes(n));
    assert_grows("one stem", one_stem, Some("A.HEIC"), None);
    let live = |built: Built, n: usize| built.file(&format!("Photos/{n}.{}", ending(n)), &bytes(n)).live("X");
    assert_grows("one identifier", live, None, None);
    let edits = |built: Built, n: usize| match n {
        0 => built.file("Photos/A.HEIC", "still"),
        n => built.file("Photos/A.AAE", &bytes(n)),
    };
    assert_grows("one still with all edits", edits, None, None);
    let numbered = |built: Built, n: usize| built.file(&format!("Photos/A ({n}).JPG"), &bytes(n % 2));
    assert_grows("copies under numbers", numbered, None, Some(2));
    let renamed = |built: Built, n: usize| built.file(&format!("Photos/A-{}.JPG", n % 1_000), &bytes(n));
    assert_grows("Apple's numbers", renamed, Some("A.JPG"), None);
    let other = |built: Built, n: usize| built.file("Docs/a.txt", &bytes(n));
    assert_grows("one path beside the photos", other, None, None);
    let shared = |built: Built, n: usize| built.file(&format!("My Albums/{}/A.JPG", n % 7), &bytes(n));
    assert_grows("one name in shared albums", shared, None, None);
}
