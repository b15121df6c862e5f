//! iCloud Bookmarks in both forms, as one file for every browser.

use super::{Scene, numbers, problems};
use crate::builder::{BookmarkPage, BookmarkTable, Export, Language, Outer, Part, export};

fn delivery(part: Part) -> Export {
    export(Outer::Bookmarks, Language::English).part(part)
}

fn tables() -> Part {
    let one = BookmarkTable::new()
        .link("Example, a", "https://example.org/a?b=1&c=2", "2019-03-04 19:08")
        .favourite("Harbour", "https://harbour.example", "2020-01-01 12:00")
        .deleted("Old", "https://old.example", "2018-01-01 12:00");
    let two = BookmarkTable::new().link("", "javascript:alert(1)", "2019-03-04 19:08");
    Part::new().nested(
        "iCloud Bookmarks.zip",
        Part::new().entry("Bookmarks_1.csv", one.bytes()).entry("Bookmarks_2.csv", two.bytes()),
    )
}

#[test]
fn tables_become_one_file_for_every_browser() {
    let scene = Scene::of([&delivery(tables())]);
    let report = scene.import();
    assert_eq!(scene.tree(), ["Bookmarks/bookmarks.csv", "Bookmarks/bookmarks.html"]);
    let html = scene.text("Bookmarks/bookmarks.html");
    assert!(html.starts_with("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n"), "{html}");
    for link in [
        "<A HREF=\"https://example.org/a?b=1&amp;c=2\" ADD_DATE=\"1551726480\"",
        "<A HREF=\"https://harbour.example\" ADD_DATE=\"1577880000\"",
        "<A HREF=\"javascript:alert(1)\"",
    ] {
        assert!(html.contains(link), "{link} in {html}");
    }
    let (before, after) = html.split_once("Recently deleted").expect("a folder of deleted ones");
    assert!(!before.contains("old.example") && after.contains("old.example"), "{html}");
    assert_eq!(
        numbers(&report, "bookmarks"),
        [Some(4), None, numbers(&report, "bookmarks")[2], Some(0), Some(2)]
    );
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(
        scene.rows("SELECT title, url, modified_utc, favourite, deleted, folder, reading_list FROM bookmarks ORDER BY url"),
        [
            "Example, a|https://example.org/a?b=1&c=2|2019-03-04T19:08:00Z|0|0|-|0",
            "Harbour|https://harbour.example|2020-01-01T12:00:00Z|1|0|-|0",
            "Old|https://old.example|2018-01-01T12:00:00Z|0|1|-|0",
            "-|javascript:alert(1)|2019-03-04T19:08:00Z|0|0|-|0",
        ]
    );
    // the tables are details, out of an archive that lies in the part
    assert_eq!(
        scene.details(),
        [
            "iCloud Bookmarks 2024-05-01/Part 1/Bookmarks_1.csv",
            "iCloud Bookmarks 2024-05-01/Part 1/Bookmarks_2.csv",
        ]
    );
}

#[test]
fn a_page_keeps_its_folders() {
    let page = BookmarkPage::new()
        .link("Top", "https://top.example", 1_500_000_000)
        .folder("News")
        .folder("Sea &amp; sky")
        .link("Tides", "https://tides.example/?a=1&b=2", 1_600_000_000)
        .up()
        .folder("Empty")
        .up()
        .up()
        .reading_list()
        .link("Later", "https://later.example", 1_650_000_000);
    let scene = Scene::of([&delivery(Part::new().entry("Bookmarks.html", page.bytes()))]);
    let report = scene.import();
    assert_eq!(scene.tree()[..2], ["Bookmarks/bookmarks.csv", "Bookmarks/bookmarks.html"]);
    assert_eq!(numbers(&report, "bookmarks")[0], Some(3));
    assert_eq!(
        scene.rows("SELECT title, folder, reading_list FROM bookmarks ORDER BY title"),
        ["Later|Reading List|1", "Tides|News/Sea & sky|0", "Top|-|0"]
    );
    let html = scene.text("Bookmarks/bookmarks.html");
    for text in ["News", "Sea &amp; sky", "Empty", "https://tides.example/?a=1&amp;b=2"] {
        assert!(html.contains(text), "{text} in {html}");
    }
}

#[test]
fn both_forms_in_one_delivery_both_count() {
    let page = BookmarkPage::new()
        .folder("News")
        .link("Example", "https://example.org/a?b=1&c=2", 1_600_000_000)
        .up();
    let scene = Scene::of([&delivery(tables().entry("Bookmarks.html", page.bytes()))]);
    let report = scene.import();
    assert_eq!(numbers(&report, "bookmarks")[0], Some(5), "within one export nothing is merged");
    assert_eq!(scene.rows("SELECT count(*) FROM bookmarks WHERE url LIKE 'https://example.org/a%'"), ["2"]);
}
