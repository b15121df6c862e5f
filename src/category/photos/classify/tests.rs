//! Which paths make a part, and what each of them is for.

use super::{Delivered, Shape, is_ignored};
use crate::category::photos::Sort;
use crate::category::recognise::{self, Beside};
use proptest::prelude::{prop, proptest};

/// Lists whose beginnings are asked for: those called so hold this.
fn head(path: &str) -> Option<Vec<u8>> {
    let text = match path.rsplit('/').next()? {
        "Lake.csv" => "Images\r\nIMG_1.HEIC\r\n",
        "Seen.csv" => "IMG_1.HEIC\nIMG_2.MOV\n",
        "renamed.csv" => "imgName,fileChecksum,favorite,hidden,deleted\nIMG_1.HEIC,,no,no,no\n",
        "empty.csv" => "",
        _ => "Artist,Title\nA,B\n",
    };
    Some(text.as_bytes().to_vec())
}

fn shape(name: &str, delivered: Delivered, paths: &[&str]) -> Shape {
    let paths = paths.iter().copied().filter(|path| !is_ignored(path));
    Shape::of(
        name,
        delivered,
        recognise::Shape::of(name, delivered, Beside::Nothing, paths.clone(), &|_| None).category(),
        paths,
        &head,
    )
}

struct Found {
    wrapper: String,
    inner: String,
    sort: Sort,
}

fn classify(name: &str, paths: &[&str]) -> Vec<Found> {
    let shape = shape(name, Delivered::Archive, paths);
    let found = paths.iter().map(|path| shape.classify(path, 1));
    found
        .map(|c| Found { wrapper: c.wrapper.to_owned(), inner: c.inner.into_owned(), sort: c.sort })
        .collect()
}

#[test]
fn only_evidence_makes_a_part() {
    use Delivered::{Archive, Folder};
    for (name, delivered, paths, is_part) in [
        ("x.zip", Archive, &["Photos/a.jpg", "Photos/Photo Details.csv"][..], true),
        ("x.zip", Archive, &["a.jpg", "Photo Details-2.csv"], true),
        ("x.zip", Archive, &["Photos/a.jpg", "Photos/renamed.csv"], true),
        ("x.zip", Archive, &["My Albums/Lake/AlbumInfo.json"], true),
        ("x.zip", Archive, &["w/iCloud Shared Albums-1.zip"], true),
        ("x.zip", Archive, &["w/Photos/a.jpg", "w/Albums/Lake.csv"], true),
        ("x.zip", Archive, &["w/Memories/b.csv", "w/Albums/Seen.csv"], true),
        ("iCloud Photos Part 1 of 2.zip", Archive, &["Photos/a.jpg"], true),
        ("iCloud Fotos Teil 1 von 2", Folder, &["Recently Deleted/a.jpg"], true),
        ("x.zip", Archive, &["iCloud Photos Part 1 of 2/Photos/a.jpg"], true),
        ("iCloud Photos (1).zip", Archive, &["a.jpg"], true),
        // a bare name proves nothing
        ("Photos.zip", Archive, &["Photos/a.jpg", "Albums/x.jpg", "Memories/c.mp4"], false),
        ("Photos-001.zip", Archive, &["Photos/a.jpg"], false),
        ("theme.zip", Archive, &["theme/photos/bg.jpg", "theme/albums/readme.txt"], false),
        ("x.zip", Archive, &["Albums/Lake.csv"], false),
        ("x.zip", Archive, &["Photos/a.jpg", "Albums/Records.csv"], false),
        ("x.zip", Archive, &["Photos/a.jpg", "Albums/empty.csv"], false),
        ("Photos Part 1 of 2.zip", Archive, &["Photos/a.jpg"], false),
        ("iCloud Photos Part 1 of 2.zip", Archive, &["a.jpg"], false),
        // iCloud for Windows calls its folder so
        ("iCloud Photos", Folder, &["Photos/a.jpg"], false),
        ("Downloads", Folder, &["Photos/a.jpg", "iCloud Shared Albums.zip"], false),
        // Apple's, and an owner's folders in it
        (
            "iCloud Drive Part 1 of 2.zip",
            Archive,
            &["w/Drive/Drive Details.csv", "w/Drive/Photos/a.jpg"],
            false,
        ),
        ("iCloud Drive Part 2 of 2.zip", Archive, &["iCloud Drive Part 2 of 2/Drive/Photos/a.jpg"], false),
        (
            "iCloud Notes Part 1 of 2.zip",
            Archive,
            &["w/Notes Details.csv", "w/Recently Deleted/a/a.txt"],
            false,
        ),
    ] {
        assert_eq!(shape(name, delivered, paths).is_part(), is_part, "{name} {paths:?}");
    }
}

#[test]
fn apples_folders_are_found_below_any_wrapper() {
    for (wrapper, name) in [
        ("iCloud Photos Part 1 of 2/", "iCloud Photos Part 1 of 2.zip"),
        ("iCloud 照片 第 1 部分（共 2 部分）/", "x.zip"),
        ("part1/", "iCloud Photos Part 1 of 2.zip"),
        ("", "iCloud Photos.zip"),
        ("Downloads/old/iCloud Photos Part 1 of 2/", "everything.zip"),
        ("Photos/", "x.zip"),
    ] {
        let paths: Vec<String> =
            ["Photos/IMG_1.HEIC", "Photos/Photo Details.csv", "Albums/Lake.csv", "guide.pdf"]
                .iter()
                .map(|p| format!("{wrapper}{p}"))
                .collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let found = classify(name, &paths);
        let sorts: Vec<Sort> = found.iter().map(|c| c.sort).collect();
        assert_eq!(sorts, [Sort::Photo, Sort::Details, Sort::Album, Sort::Other], "{wrapper}");
        let inner: Vec<&str> = found.iter().map(|c| c.inner.as_str()).collect();
        let expected = ["Photos/IMG_1.HEIC", "Photos/Photo Details.csv", "Albums/Lake.csv", "guide.pdf"];
        assert_eq!(inner, expected, "{wrapper}");
    }
}

#[test]
fn evidence_speaks_only_of_what_lies_below() {
    let found =
        classify("backup.zip", &["Photos/holiday.jpg", "old/iCloud Photos Part 1 of 1/Photos/IMG_1.JPG"]);
    let sorts: Vec<Sort> = found.iter().map(|c| c.sort).collect();
    assert_eq!(sorts, [Sort::Other, Sort::Photo]);
    assert_eq!(found[0].inner, "Photos/holiday.jpg");
}

#[test]
fn a_wrapper_may_be_called_photos() {
    let found = classify("Photos.zip", &["Photos/Photos/IMG_1.HEIC", "Photos/Albums/Lake.csv"]);
    assert_eq!((found[0].wrapper.as_str(), found[0].inner.as_str()), ("Photos", "Photos/IMG_1.HEIC"));
    assert_eq!(found[1].sort, Sort::Album);
}

#[test]
fn a_flat_download_holds_photos() {
    let found = classify("iCloud Photos.zip", &["iCloud Photos/IMG_1.HEIC", "iCloud Photos/readme.txt"]);
    assert_eq!(found[0].sort, Sort::Photo);
    assert_eq!(found[0].inner, "IMG_1.HEIC");
    assert_eq!(found[1].sort, Sort::Other);
}

#[test]
fn a_list_is_never_a_medium() {
    let found = classify("x.zip", &["Photos/Photo Details.csv", "Photos/own.csv", "Photos/renamed.csv"]);
    let sorts: Vec<Sort> = found.iter().map(|c| c.sort).collect();
    assert_eq!(sorts, [Sort::Details, Sort::Other, Sort::Details]);
}

#[test]
fn shared_albums_are_found_with_and_without_their_folder() {
    let found = classify(
        "iCloud Shared Albums.zip",
        &[
            "My Albums/Trip/IMG_1.JPG",
            "My Albums/Trip/AlbumInfo.json",
            "Subscribed Albums.json",
            "Lake/AlbumInfo.json",
            "Lake/a.jpg",
        ],
    );
    let sorts: Vec<Sort> = found.iter().map(|c| c.sort).collect();
    assert_eq!(sorts, [Sort::Shared, Sort::AlbumInfo, Sort::Subscribed, Sort::AlbumInfo, Sort::Shared]);
}

#[test]
fn what_the_owner_wants_all_the_same_are_photos_and_videos() {
    let shape = Shape::loose();
    let sorts: Vec<Sort> = ["Photos/a.jpg", "b.MOV", "list.csv", "letter.pdf", "Albums/c.HEIC"]
        .iter()
        .map(|path| shape.classify(path, 1).sort)
        .collect();
    assert_eq!(sorts, [Sort::Photo, Sort::Photo, Sort::Ignored, Sort::Ignored, Sort::Photo]);
}

#[test]
fn litter_is_ignored_and_empty_media_are_placeholders() {
    let paths = [
        "Photos/Photo Details.csv",
        "Photos/.DS_Store",
        "__MACOSX/Photos/._IMG_1.JPG",
        "Photos/._IMG_1.JPG",
        "Photos/@eaDir/IMG_1.JPG/SYNOPHOTO_THUMB_M.jpg",
        "Photos/@eaDir/IMG_1.JPG@SynoEAStream",
        ".windfall-copy/thumbnails/ab/abc.jpg",
        "Photos/.@__thumb/IMG_1.JPG",
        "Photos/SYNOFILE_THUMB_M.jpg",
        "Photos/IMG_1.JPG:Zone.Identifier",
        "$RECYCLE.BIN/S-1/IMG_1.JPG",
        "Photos/IMG_1.JPG",
    ];
    let shape = shape("x.zip", Delivered::Archive, &paths);
    let sorts: Vec<Sort> = paths.iter().skip(1).map(|p| shape.classify(p, 0).sort).collect();
    assert_eq!(sorts[..10], [Sort::Ignored; 10]);
    assert_eq!(sorts[10], Sort::Placeholder);
    assert_eq!(shape.classify("Photos/.IMG_2.HEIC.icloud", 180).sort, Sort::Placeholder);
    assert!(!is_ignored("Photos/é:zone") && !is_ignored("é"));
}

proptest! {
    #[test]
    fn what_paths_prove_does_not_depend_on_their_order(
        paths in prop::collection::vec(
            "(iCloud Photos Part 1 of 2/|w/|/)?(Photos/|photo\u{17f}/|Albums/|My Albums/|Recently Deleted/){0,3}(a\\.jpg|Photo Details\\.csv|Lake\\.csv|AlbumInfo\\.json)",
            0..9,
        ),
    ) {
        let mut paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let seen = |paths: &[&str]| {
            let shape = shape("x.zip", Delivered::Archive, paths);
            let mut found: Vec<String> =
                paths.iter().map(|path| format!("{:?}", shape.classify(path, 1))).collect();
            found.sort();
            (found, shape.wrappers().map(str::to_owned).collect::<Vec<_>>())
        };
        let before = seen(&paths);
        paths.reverse();
        assert_eq!(seen(&paths), before);
        paths.sort_unstable();
        assert_eq!(seen(&paths), before);
    }
}
