//! What the plan makes of an export and of a library, as tables of cases over values made of a few words.

use chrono::{DateTime, Utc};

use crate::category::photos::AlbumKind;
use crate::category::photos::build::{Built, row};
use crate::category::photos::media::Camera;
use crate::library::record::DerivedForm;
use crate::library::settings::{AlbumForm, Hidden, Memories, RecentlyDeleted};
use crate::stage::plan::build::{Before, at};

const DETAILS: &str = "Photos/Photo Details.csv";
const MARCH: &str = "2024-03-03 10:05";
const APRIL: &str = "2024-04-01 12:00";

/// What it is about, the inputs, the library, and what the plan says.
type Case = (&'static str, Built, Before, &'static [&'static str]);

fn check<const N: usize>(cases: [Case; N]) {
    for (label, built, before, expected) in cases {
        assert_eq!(before.plan(built).told(), expected, "{label}");
    }
}

fn new() -> Built {
    Built::new()
}

fn empty() -> Before {
    Before::empty()
}

/// A photo of March under this name.
fn photo(name: &str, bytes: &str) -> Built {
    new().file(&format!("Photos/{name}"), bytes).taken(MARCH)
}

#[test]
fn names_are_those_that_rows_and_files_have() {
    check([
        ("its own", photo("IMG_1.HEIC", "a"), empty(), &["2024/2024-03/IMG_1.HEIC = a"]),
        (
            "its row's",
            new().file("Photos/a.heic", "a").rows(DETAILS, [row("IMG_1.HEIC").of("a").at(MARCH)]),
            empty(),
            &["2024/2024-03/IMG_1.HEIC = a"],
        ),
        (
            "once for copies",
            photo("A.JPG", "a").part(2).file("Photos/B.JPG", "a"),
            empty(),
            &["2024/2024-03/A.JPG = a"],
        ),
        ("undated", new().file("Photos/A.JPG", "a"), empty(), &["Undated/A.JPG = a"]),
        ("without an extension", photo("README", "a"), empty(), &["2024/2024-03/README = a"]),
        (
            "a name that means a device",
            photo("CON.jpg", "a"),
            empty(),
            &["2024/2024-03/_CON.jpg = a", "renamed"],
        ),
        (
            "a name that Windows cannot hold",
            photo("what?.jpg", "a"),
            empty(),
            &["2024/2024-03/what_.jpg = a", "renamed"],
        ),
        (
            "another normalisation is no other name",
            photo("e\u{301}te\u{301}.jpg", "a"),
            empty(),
            &["2024/2024-03/\u{e9}t\u{e9}.jpg = a"],
        ),
        (
            "nothing of what failed",
            photo("A.JPG", "a").file("Photos/B.JPG", "!"),
            empty(),
            &["2024/2024-03/A.JPG = a"],
        ),
        ("nothing of what is empty", new().file("Photos/B.JPG", "").file(".DS_Store", "a"), empty(), &[]),
        ("nothing of what is only remembered", photo("A.JPG", "a").remembered(), empty(), &[]),
    ]);
}

#[test]
fn an_over_long_name_keeps_room_for_its_number() {
    let long = format!("{}.jpg", "x".repeat(400));
    let planned = empty().plan(photo(&long, "a").part(2).file(&format!("Photos/{long}"), "b").taken(APRIL));
    let names: Vec<&str> = planned.plan.placements.iter().map(|p| p.path.file_name()).collect();
    assert!(names.iter().all(|name| name.len() <= 255 && name.ends_with("x.jpg")), "{names:?}");
    let planned = empty().plan(photo(&long, "a").part(2).file(&format!("Photos/{long}"), "b").taken(MARCH));
    let names: Vec<&str> = planned.plan.placements.iter().map(|p| p.path.file_name()).collect();
    assert!(names.iter().all(|name| name.len() <= 255), "{names:?}");
    assert_eq!(names.iter().filter(|name| name.ends_with("x (2).jpg")).count(), 1, "{names:?}");
}

#[test]
fn names_that_clash_are_counted_in_the_order_of_capture() {
    check([
        (
            "the earlier first, whatever its part",
            photo("A.JPG", "late").part(2).file("Photos/A.JPG", "early").taken("2024-03-01 08:00"),
            empty(),
            &["2024/2024-03/A.JPG = early", "2024/2024-03/A (2).JPG = late"],
        ),
        (
            "of one instant by their bytes",
            photo("A.JPG", "a").part(2).file("Photos/A.JPG", "b").taken(MARCH),
            empty(),
            &["2024/2024-03/A.JPG = b", "2024/2024-03/A (2).JPG = a"],
        ),
        (
            "by case",
            photo("a.jpg", "a").file("Photos/A.JPG", "b").taken("2024-03-04 10:00"),
            empty(),
            &["2024/2024-03/a.jpg = a", "2024/2024-03/A (2).JPG = b"],
        ),
        (
            "by normalisation",
            photo("\u{e9}.jpg", "a").file("Photos/e\u{301}.jpg", "b").taken("2024-03-04 10:00"),
            empty(),
            &["2024/2024-03/\u{e9}.jpg = a", "2024/2024-03/\u{e9} (2).jpg = b"],
        ),
        (
            "with what only becomes the same",
            photo("a_.jpg", "a").file("Photos/a?.jpg", "b").taken("2024-03-04 10:00"),
            empty(),
            &["2024/2024-03/a_.jpg = a", "2024/2024-03/a_ (2).jpg = b", "renamed"],
        ),
        (
            "over a number that somebody has",
            photo("A (2).JPG", "two")
                .part(2)
                .file("Photos/A.JPG", "one")
                .taken("2024-03-04 10:00")
                .part(3)
                .file("Photos/A.JPG", "three")
                .taken("2024-03-05 10:00"),
            empty(),
            &["2024/2024-03/A (2).JPG = two", "2024/2024-03/A.JPG = one", "2024/2024-03/A (3).JPG = three"],
        ),
        (
            "not in another month",
            photo("A.JPG", "a").part(2).file("Photos/A.JPG", "b").taken(APRIL),
            empty(),
            &["2024/2024-03/A.JPG = a", "2024/2024-04/A.JPG = b"],
        ),
    ]);
}

#[test]
fn the_files_of_an_asset_keep_one_stem() {
    let live = || photo("IMG_1.HEIC", "still").live("X").file("Photos/IMG_1.MOV", "movie").live("X");
    let earlier = |built: Built, name: &str, bytes: &str| {
        built.part(2).file(&format!("Photos/{name}"), bytes).taken("2024-03-01 08:00")
    };
    check([
        (
            "a Live Photo",
            live(),
            empty(),
            &["2024/2024-03/IMG_1.HEIC = still", "2024/2024-03/IMG_1.MOV = movie"],
        ),
        (
            "of another name",
            photo("IMG_1.HEIC", "still").live("X").file("Photos/IMG_7.MOV", "movie").live("X"),
            empty(),
            &["2024/2024-03/IMG_1.HEIC = still", "2024/2024-03/IMG_1.MOV = movie"],
        ),
        (
            "both halves, where one of them clashes",
            earlier(live(), "IMG_1.MOV", "video"),
            empty(),
            &[
                "2024/2024-03/IMG_1.MOV = video",
                "2024/2024-03/IMG_1 (2).HEIC = still",
                "2024/2024-03/IMG_1 (2).MOV = movie",
            ],
        ),
        (
            "a companion",
            photo("IMG_1.HEIC", "still").file("Photos/IMG_1.AAE", "edit").file("Photos/IMG_1.DNG", "raw"),
            empty(),
            &[
                "2024/2024-03/IMG_1.HEIC = still",
                "2024/2024-03/IMG_1.DNG = raw",
                "2024/2024-03/IMG_1.AAE = edit",
            ],
        ),
        (
            "a companion keeps the name of its own",
            photo("IMG_1.HEIC", "still").file("Photos/IMG_O1.AAE", "edit"),
            empty(),
            &["2024/2024-03/IMG_1.HEIC = still", "2024/2024-03/IMG_O1.AAE = edit"],
        ),
        (
            "two companions of one name stand in each other's way",
            photo("IMG_1.HEIC", "still").file("Photos/IMG_1.AAE", "b").file("Photos/IMG_1.aae", "c"),
            empty(),
            &[
                "2024/2024-03/IMG_1.HEIC = still",
                "2024/2024-03/IMG_1.AAE = b",
                "2024/2024-03/IMG_1 (2).aae = c",
            ],
        ),
        (
            "a half that comes later stands beside the other",
            live(),
            empty().photo("Old/Lake.HEIC", "still"),
            &["Old/Lake.MOV = movie"],
        ),
        (
            "also where its name is taken",
            live(),
            empty().photo("Old/Lake.HEIC", "still").foreign("Old/lake.mov", "mine"),
            &["Old/Lake (2).MOV = movie"],
        ),
    ]);
}

#[test]
fn what_is_hidden_or_deleted_stands_apart_among_others_or_nowhere() {
    let hidden = || photo("A.JPG", "a").rows(DETAILS, [row("A.JPG").of("a").at(MARCH).hidden()]);
    let deleted = || new().file("Recently Deleted/A.JPG", "a").taken(MARCH);
    let undated = || new().file("Photos/A.JPG", "a").rows(DETAILS, [row("A.JPG").of("a").hidden()]);
    let choose = |hidden: Hidden, deleted: RecentlyDeleted| {
        empty().with(|settings| (settings.hidden, settings.recently_deleted) = (hidden, deleted))
    };
    let (apart, mixed) =
        (|| choose(Hidden::Apart, RecentlyDeleted::Apart), || choose(Hidden::Mixed, RecentlyDeleted::Apart));
    let skip = || choose(Hidden::Skip, RecentlyDeleted::Skip);
    let both = || {
        new()
            .file("Recently Deleted/A.JPG", "a")
            .taken(MARCH)
            .rows(DETAILS, [row("A.JPG").of("a").hidden().gone()])
    };
    check([
        ("hidden, apart", hidden(), apart(), &["Hidden/2024/2024-03/A.JPG = a"]),
        ("hidden, mixed", hidden(), mixed(), &["2024/2024-03/A.JPG = a"]),
        ("hidden, skip", hidden(), skip(), &["without a"]),
        ("hidden and undated", undated(), apart(), &["Hidden/Undated/A.JPG = a"]),
        ("deleted, apart", deleted(), apart(), &["Recently Deleted/2024/2024-03/A.JPG = a"]),
        ("deleted, mixed", deleted(), mixed(), &["Recently Deleted/2024/2024-03/A.JPG = a"]),
        ("deleted, skip", deleted(), skip(), &["without a"]),
        ("deleted and hidden", both(), apart(), &["Recently Deleted/2024/2024-03/A.JPG = a"]),
        (
            "with both halves",
            photo("A.HEIC", "a")
                .live("X")
                .file("Photos/A.MOV", "b")
                .live("X")
                .rows(DETAILS, [row("A.HEIC").of("a").hidden()]),
            skip(),
            &["without a", "without b"],
        ),
        ("what stands stays", hidden(), skip().photo("2024/A.JPG", "a"), &[]),
        (
            "a copy in Photos is not deleted",
            deleted().file("Photos/A.JPG", "a"),
            apart(),
            &["2024/2024-03/A.JPG = a"],
        ),
    ]);
}

#[test]
fn what_only_shared_albums_have_stands_with_the_album_that_sorts_first() {
    check([
        (
            "one",
            new().file("My Albums/Lake/A.JPG", "a").taken(MARCH),
            empty(),
            &["Shared Albums/Lake/A.JPG = a"],
        ),
        (
            "of two the first, and a link in the other",
            new().file("My Albums/Lake/A.JPG", "a").file("My Albums/Boat/A.JPG", "a"),
            empty(),
            &["Shared Albums/Boat/A.JPG = a", "Shared Albums/Lake/A.JPG -> Shared Albums/Boat/A.JPG"],
        ),
        (
            "a copy in Photos is the one that stays",
            new().file("My Albums/Lake/A.JPG", "a").taken(MARCH).file("Photos/A.JPG", "a"),
            empty(),
            &["2024/2024-03/A.JPG = a", "Shared Albums/Lake/A.JPG -> 2024/2024-03/A.JPG"],
        ),
        (
            "clashes are counted there as well",
            new()
                .file("My Albums/Lake/A.JPG", "a")
                .taken(MARCH)
                .file("My Albums/Lake/a.jpg", "b")
                .taken(APRIL),
            empty(),
            &["Shared Albums/Lake/A.JPG = a", "Shared Albums/Lake/a (2).jpg = b"],
        ),
        (
            "titles that are one folder",
            new()
                .file("My Albums/Lake/A.JPG", "a")
                .taken(MARCH)
                .file("My Albums/lake/B.JPG", "b")
                .taken(APRIL),
            empty(),
            &["Shared Albums/Lake/A.JPG = a", "Shared Albums/lake (2)/B.JPG = b"],
        ),
        (
            "a folder once given stays",
            new().file("My Albums/Lake/A.JPG", "a").taken(MARCH),
            {
                let mut before = empty();
                before.held.album_folders.insert((AlbumKind::Shared, "Lake".into()), "Lake week".into());
                before
            },
            &["Shared Albums/Lake week/A.JPG = a"],
        ),
    ]);
}

#[test]
fn what_has_a_path_keeps_it() {
    check([
        ("what stands", photo("A.JPG", "a"), empty().photo("Mine/B.JPG", "a"), &[]),
        ("what is settled", photo("A.JPG", "a"), empty().settled("Mine/B.JPG", "a"), &["Mine/B.JPG = a"]),
        (
            "what is settled where somebody else stands now",
            photo("A.JPG", "a"),
            empty().settled("Mine/B.JPG", "a").foreign("Mine/b.jpg", "mine"),
            &["2024/2024-03/A.JPG = a"],
        ),
        (
            "what is settled comes before new names",
            new()
                .file("Photos/A.JPG", "late")
                .taken("2024-03-09 10:00")
                .part(2)
                .file("Photos/A.JPG", "early")
                .taken("2024-03-01 10:00"),
            empty().settled("2024/2024-03/A.JPG", "late"),
            &["2024/2024-03/A.JPG = late", "2024/2024-03/A (2).JPG = early"],
        ),
        (
            "what is settled and only remembered is not placed",
            photo("A.JPG", "a").remembered(),
            empty().settled("Mine/B.JPG", "a"),
            &[],
        ),
        (
            "what is gone may come back to its name",
            photo("A.JPG", "another"),
            empty().settled("2024/2024-03/A.JPG", "a"),
            &["2024/2024-03/A (2).JPG = another"],
        ),
        (
            "what is settled and left out is not placed",
            photo("A.JPG", "a").rows(DETAILS, [row("A.JPG").of("a").hidden()]),
            empty().settled("Mine/B.JPG", "a").with(|settings| settings.hidden = Hidden::Skip),
            &["without a"],
        ),
        (
            "nobody's file is in the way",
            photo("A.JPG", "a"),
            empty().foreign("2024/2024-03/a.jpg", "mine"),
            &["2024/2024-03/A (2).JPG = a"],
        ),
        (
            "nobody's file with these bytes is adopted",
            photo("A.JPG", "a"),
            empty().foreign("2024/2024-03/A.JPG", "a"),
            &["2024/2024-03/A.JPG = a"],
        ),
        (
            "also under a number",
            photo("A.JPG", "a"),
            empty()
                .foreign("2024/2024-03/A.JPG", "mine")
                .foreign("2024/2024-03/A (2).JPG", "mine too")
                .foreign("2024/2024-03/A (3).JPG", "a"),
            &["2024/2024-03/A (3).JPG = a"],
        ),
        (
            "not under a number that is not reached",
            photo("A.JPG", "a"),
            empty().foreign("2024/2024-03/A (2).JPG", "a"),
            &["2024/2024-03/A.JPG = a"],
        ),
        (
            "in another case it is not the same file",
            photo("A.JPG", "a"),
            empty().foreign("2024/2024-03/a.jpg", "a"),
            &["2024/2024-03/A (2).JPG = a"],
        ),
    ]);
}

#[test]
fn what_is_no_medium_keeps_its_path_and_its_bytes() {
    let one = || new().file("Docs/a.txt", "1");
    let two = |bytes: &str| one().part(2).file("Docs/a.txt", bytes);
    check([
        ("a path", one(), empty(), &["Other/Docs/a.txt = 1"]),
        ("equal bytes are one file", two("1"), empty(), &["Other/Docs/a.txt = 1"]),
        ("other bytes are another", two("2"), empty(), &["Other/Docs/a.txt = 1", "Other/Docs/a (2).txt = 2"]),
        (
            "equal bytes of another path are not merged",
            one().file("Docs/b.txt", "1"),
            empty(),
            &["Other/Docs/a.txt = 1", "Other/Docs/b.txt = 1"],
        ),
        (
            "paths that are one somewhere",
            one().file("docs/A.TXT", "2"),
            empty(),
            &["Other/Docs/a.txt = 1", "Other/docs/A (2).TXT = 2"],
        ),
        (
            "each path is a file of its own, whatever its bytes",
            new().file("Docs/a.txt", "1").file("docs/A.TXT", "1"),
            empty(),
            &["Other/Docs/a.txt = 1", "Other/docs/A (2).TXT = 1"],
        ),
        (
            "so are two normalisations in one archive",
            new().file("Docs/\u{e9}.txt", "1").file("Docs/e\u{301}.txt", "1"),
            empty(),
            &["Other/Docs/\u{e9}.txt = 1", "Other/Docs/\u{e9} (2).txt = 1"],
        ),
        (
            "which stand where they stand",
            new().file("Docs/\u{e9}.txt", "1").file("Docs/e\u{301}.txt", "1"),
            empty().kept("Other/Docs/\u{e9}.txt", "1").kept("Other/Docs/\u{e9} (2).txt", "1"),
            &[],
        ),
        ("what stands is not placed", one(), empty().kept("Other/Docs/a.txt", "1"), &[]),
        (
            "nor under its number",
            two("2"),
            empty().kept("Other/Docs/a.txt", "1").kept("Other/Docs/a (2).txt", "2"),
            &[],
        ),
        (
            "other bytes stand there",
            one(),
            empty().kept("Other/Docs/a.txt", "0"),
            &["Other/Docs/a (2).txt = 1"],
        ),
        (
            "nobody's file with these bytes is adopted",
            one(),
            empty().foreign("Other/Docs/a.txt", "0").foreign("Other/Docs/a (2).txt", "1"),
            &["Other/Docs/a (2).txt = 1"],
        ),
        ("what is only remembered is not placed", one().remembered(), empty(), &[]),
        (
            "and has no place that others would have to leave it",
            one().remembered().part(2).file("Docs/a.txt", "2"),
            empty(),
            &["Other/Docs/a.txt = 2"],
        ),
        (
            "a path that some systems cannot hold",
            new().file("Docs:/a?.txt", "1"),
            empty(),
            &["Other/Docs_/a_.txt = 1", "renamed"],
        ),
    ]);
}

#[test]
fn details_are_kept_below_their_export_and_part() {
    let details = |built: Built| empty().plan(built).details();
    // the text of a list is where it was delivered
    let part = |n: u32, path: &str| format!("iCloud Photos 0/Part {n}/{path}");
    let kept = |n: u32, path: &str| format!(".windfall/details/{}", part(n, path));
    let one = |n: u32| format!("{} = {}", kept(n, DETAILS), part(n, DETAILS));
    assert_eq!(details(new().rows(DETAILS, []).part(2).rows(DETAILS, [])), [one(1), one(2)]);
    let spelled = format!("{} = {}", kept(1, "Albums/Lake_.csv"), part(1, "Albums/Lake?.csv"));
    assert_eq!(details(new().album("Lake?", &[])), [spelled]);
    let before = empty().kept(&kept(1, DETAILS), &part(1, DETAILS));
    assert!(before.plan(new().rows(DETAILS, [])).details().is_empty());
}

#[test]
fn templates_say_where_and_how() {
    let built = || photo("IMG_1.HEIC", "a").live("X").file("Photos/IMG_1.MOV", "b").live("X");
    let of = |layout: &str, name: &str| empty().template(layout, name);
    let canon = || {
        photo("IMG_1.JPG", "a")
            .saying(|said| said.camera = Camera::new(Some("Canon".into()), Some("EOS/5D".into())))
    };
    check([
        (
            "by day",
            built(),
            of("{year}/{month}/{day}", "{original}"),
            &["2024/03/03/IMG_1.HEIC = a", "2024/03/03/IMG_1.MOV = b"],
        ),
        ("all in one", built(), of("All", "{original}"), &["All/IMG_1.HEIC = a", "All/IMG_1.MOV = b"]),
        (
            "a name of the time",
            built(),
            of("%Y", "%Y%m%d-%H%M"),
            &["2024/20240303-1005.HEIC = a", "2024/20240303-1005.MOV = b"],
        ),
        (
            "names of one minute are counted",
            photo("A.JPG", "a").file("Photos/B.JPG", "b").taken(MARCH),
            of("%Y", "%H%M"),
            &["2024/1005.JPG = b", "2024/1005 (2).JPG = a"],
        ),
        (
            "no camera",
            built(),
            of("{make}", "{original}"),
            &["Unknown/IMG_1.HEIC = a", "Unknown/IMG_1.MOV = b"],
        ),
        ("a slash in a field", canon(), of("{make}/{model}", "{original}"), &["Canon/EOS_5D/IMG_1.JPG = a"]),
        ("its kind", built(), of("{kind}", "{original}"), &["photo/IMG_1.HEIC = a", "photo/IMG_1.MOV = b"]),
        (
            "undated, whatever they say",
            new().file("Photos/A.JPG", "a"),
            of("{kind}", "%Y"),
            &["Undated/A.JPG = a"],
        ),
        (
            "of what has a path they say nothing",
            built(),
            of("{kind}", "%Y").photo("Old/A.HEIC", "a"),
            &["Old/A.MOV = b"],
        ),
    ]);
}

#[test]
fn albums_are_links_copies_lists_or_nothing() {
    let built =
        || photo("A.HEIC", "a").live("X").file("Photos/A.MOV", "b").live("X").album("Lake", &["A.HEIC"]);
    let form = |form: AlbumForm| standing().with(|settings| settings.albums = form);
    let lists: &[&str] = &["Albums/Lake.m3u8 lists ../2024/A.HEIC, ../2024/A.MOV"];
    let links: &[&str] = &["Albums/Lake/A.HEIC -> 2024/A.HEIC", "Albums/Lake/A.MOV -> 2024/A.MOV"];
    check([
        ("auto", built(), form(AlbumForm::Auto), links),
        ("symlink", built(), form(AlbumForm::Symlink), links),
        (
            "hardlink",
            built(),
            form(AlbumForm::Hardlink),
            &["Albums/Lake/A.HEIC => 2024/A.HEIC", "Albums/Lake/A.MOV => 2024/A.MOV"],
        ),
        (
            "copy",
            built(),
            form(AlbumForm::Copy),
            &["Albums/Lake/A.HEIC copies 2024/A.HEIC", "Albums/Lake/A.MOV copies 2024/A.MOV"],
        ),
        ("list", built(), form(AlbumForm::List), lists),
        ("none", built(), form(AlbumForm::None), &[]),
        ("auto without links", built(), form(AlbumForm::Auto).on_exfat(), lists),
        ("symlink without links", built(), form(AlbumForm::Symlink).on_exfat(), lists),
        ("hardlink without links", built(), form(AlbumForm::Hardlink).on_exfat(), lists),
        (
            "copy without links",
            built(),
            form(AlbumForm::Copy).on_exfat(),
            &["Albums/Lake/A.HEIC copies 2024/A.HEIC", "Albums/Lake/A.MOV copies 2024/A.MOV"],
        ),
        (
            "an album of nothing is no list",
            photo("A.HEIC", "a").album("Lake", &[]),
            form(AlbumForm::List),
            &[],
        ),
    ]);
}

/// A library that holds the photo `a` and its movie `b`.
fn standing() -> Before {
    empty().photo("2024/A.HEIC", "a").photo("2024/A.MOV", "b")
}

#[test]
fn an_album_is_a_folder_that_holds_each_of_its_files_once() {
    let hidden = |built: Built| built.rows(DETAILS, [row("A.HEIC").of("a").at(MARCH).hidden()]);
    let lake = |built: Built| built.album("Lake", &["A.HEIC"]);
    let link = || DerivedForm::Symlink(at("2024/A.HEIC"));
    check([
        (
            "two files of one name",
            photo("A.HEIC", "a").part(2).file("Photos/A.HEIC", "c").taken(APRIL).album("Lake", &["A.HEIC"]),
            empty().photo("2024/A.HEIC", "a").photo("2025/a.heic", "c"),
            &["Albums/Lake/A.HEIC -> 2024/A.HEIC", "Albums/Lake/a (2).heic -> 2025/a.heic"],
        ),
        (
            "a title that some systems cannot hold",
            photo("A.HEIC", "a").album("Lake: week", &["A.HEIC"]),
            standing(),
            &["Albums/Lake_ week/A.HEIC -> 2024/A.HEIC"],
        ),
        (
            "titles that are one folder somewhere",
            photo("A.HEIC", "a").album("LAKE", &["A.HEIC"]).album("Lake", &["A.HEIC"]),
            standing(),
            &["Albums/LAKE/A.HEIC -> 2024/A.HEIC", "Albums/Lake (2)/A.HEIC -> 2024/A.HEIC"],
        ),
        (
            "a link that stands stays, whatever its name",
            lake(photo("A.HEIC", "a")),
            standing().derived("Albums/Lake/old.HEIC", &link()),
            &["Albums/Lake/old.HEIC -> 2024/A.HEIC"],
        ),
        (
            "a link that nobody recorded and that leads there is ours",
            lake(photo("A.HEIC", "a")),
            standing().foreign_link("Albums/Lake/A.HEIC", "../../2024/A.HEIC"),
            &["Albums/Lake/A.HEIC -> 2024/A.HEIC"],
        ),
        (
            "one that leads elsewhere is the owner's",
            lake(photo("A.HEIC", "a")),
            standing().foreign_link("Albums/Lake/A.HEIC", "../../2023/A.HEIC"),
            &["Albums/Lake/A (2).HEIC -> 2024/A.HEIC"],
        ),
        ("a hidden photo is in none", hidden(lake(photo("A.HEIC", "a"))), standing(), &[]),
        (
            "but among others",
            hidden(lake(photo("A.HEIC", "a"))),
            standing().with(|settings| settings.hidden = Hidden::Mixed),
            &["Albums/Lake/A.HEIC -> 2024/A.HEIC"],
        ),
        (
            "its link of an earlier run goes",
            hidden(lake(photo("A.HEIC", "a"))),
            standing().derived("Albums/Lake/A.HEIC", &link()),
            &["Albums/Lake/A.HEIC goes"],
        ),
        (
            "a list that loses its last line loses it on the drive",
            hidden(lake(photo("A.HEIC", "a"))),
            standing()
                .with(|settings| settings.albums = AlbumForm::List)
                .derived("Albums/Lake.m3u8", &DerivedForm::Text("#EXTM3U\n../2024/A.HEIC\n".into())),
            &["Albums/Lake.m3u8 lists "],
        ),
        (
            "a memory stays in the catalog",
            photo("A.HEIC", "a").memory("Summer", &["A.HEIC"]),
            standing(),
            &[],
        ),
        (
            "unless it is wanted",
            photo("A.HEIC", "a").memory("Summer", &["A.HEIC"]),
            standing().with(|settings| settings.memories = Memories::Folders),
            &["Memories/Summer/A.HEIC -> 2024/A.HEIC"],
        ),
    ]);
}

#[test]
fn a_file_bears_the_time_of_its_capture() {
    let time = |built: Built| -> Option<DateTime<Utc>> { empty().plan(built).plan.placements[0].modified };
    let shown = |built: Built| time(built).map(|time| time.format("%F %R").to_string());
    let imported = |row| crate::category::photos::lists::details::Row {
        imported: Some("2020-05-05T05:05:00Z".parse().unwrap()),
        ..row
    };
    assert_eq!(shown(photo("A.JPG", "a")).as_deref(), Some(MARCH));
    assert_eq!(
        shown(new().file("Photos/A.JPG", "a").rows(DETAILS, [imported(row("A.JPG").of("a"))])).as_deref(),
        Some("2020-05-05 05:05"),
        "undated: the day on which it came to iCloud"
    );
    assert_eq!(shown(new().file("Photos/A.JPG", "a")), None);
}
