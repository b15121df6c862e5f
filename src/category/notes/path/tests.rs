//! What the paths of both forms are for.

use super::{Area, Shape, Use, reading_order};
use proptest::prelude::{any, prop, proptest};

fn said(paths: &[&str]) -> Vec<String> {
    let shape = Shape::of(paths.iter().copied());
    let place = |home: &super::Home| {
        let area = if home.area == Area::Notes { "N" } else { "D" };
        format!("{area}:{}:{}", home.folder, home.title)
    };
    paths
        .iter()
        .map(|path| match shape.part(path) {
            Use::List(kind) => format!("{kind:?}"),
            Use::Body(home, mark) => match mark.created {
                Some(created) => format!("body {} {} {}", place(&home), mark.number, created.timestamp()),
                None => format!("body {} {}", place(&home), mark.number),
            },
            Use::Attachment(home, name) => format!("file {} {name}", place(&home)),
            Use::Other => "other".to_owned(),
        })
        .collect()
}

#[test]
fn form_b() {
    for wrapper in ["iCloud Notes/", "", "iCloud Notes/iCloud Notes/", "Notes iCloud/", "備忘錄/"] {
        let table = [
            ("Notes Details.csv", "Details"),
            ("Shared Notes Info.csv", "Shared"),
            ("Subscribed Notes Info (1).csv", "Subscribed"),
            ("Notes/Garden plan/Garden plan.txt", "body N::Garden plan 0"),
            ("Notes/Boat/Spare parts/Spare parts.txt", "body N:Boat:Spare parts 0"),
            ("Notes/Boat/Spare parts/Attachment-1.jpeg", "file N:Boat:Spare parts Attachment-1.jpeg"),
            ("Notes/Boat/Spare parts/Attachment-2.txt", "file N:Boat:Spare parts Attachment-2.txt"),
            ("Notes/Boat/Spare parts/sketches/a.png", "file N:Boat:Spare parts sketches/a.png"),
            ("Notes/Boat/Boat.txt", "body N::Boat 0"),
            ("Notes/Boat/Attachment.pdf", "file N::Boat Attachment.pdf"),
            ("Notes/Boat/Scrawl/Attachment.png", "file N:Boat:Scrawl Attachment.png"),
            ("Notes/Scribble/sketches/x.png", "file N::Scribble sketches/x.png"),
            ("Notes/Deck/Deck.txt", "body N::Deck 0"),
            ("Notes/Deck/Deck-2.txt", "body N::Deck 2"),
            ("Notes/Deck-2/Deck-2.txt", "body N::Deck-2 0"),
            ("Notes/Deck/Deck 2.txt", "file N::Deck Deck 2.txt"),
            ("Notes/CAFÉ/Cafe\u{301}.TXT", "body N::CAFÉ 0"),
            ("Recently Deleted/Idea/Idea.txt", "body D::Idea 0"),
            ("recently deleted/Boat/Idea/Idea-1.txt", "body D:Boat:Idea 1"),
            ("Notes/A/B/C/C.txt", "body N:A/B:C 0"),
            ("Notes/Dr. No/Dr. No..txt", "body N::Dr. No 0"),
            ("Notes/stray.png", "other"),
            ("iCloud Notes - Guide.pdf", "other"),
        ];
        let paths: Vec<String> = table.iter().map(|(path, _)| format!("{wrapper}{path}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        assert_eq!(said(&paths), table.map(|(_, said)| said), "{wrapper}");
        let without_lists = &paths[3..21];
        assert_eq!(
            said(without_lists),
            table[3..21].iter().map(|(_, said)| *said).collect::<Vec<_>>(),
            "{wrapper}"
        );
    }
}

#[test]
fn form_a() {
    let at = 1_614_834_367;
    for (path, expected) in [
        ("iCloud Notes/Notes/Home/Ideas/Ideas-2021-03-04T05:06:07Z.txt", format!("body N:Home:Ideas 0 {at}")),
        ("iCloud Notes/Home/Ideas/Ideas-2021-03-04T05_06_07Z.txt", format!("body N:Home:Ideas 0 {at}")),
        ("iCloud Notes/Home/Ideas/Ideas-2021-03-04T05-06-07Z-1.txt", format!("body N:Home:Ideas 1 {at}")),
        ("Notes/Ideas/Ideas-2021-03-04T05\u{f022}06\u{f022}07.250Z.txt", format!("body N::Ideas 0 {at}")),
        ("Recently Deleted/Ideas/Ideas-2021-03-04T05_06_07Z.txt", format!("body D::Ideas 0 {at}")),
        (
            "Notes/Ideas/Ideas-2021-13-04T05_06_07Z.txt",
            "file N::Ideas Ideas-2021-13-04T05_06_07Z.txt".to_owned(),
        ),
    ] {
        assert_eq!(said(&[path])[0], expected, "{path}");
    }
    assert_eq!(
        said(&[
            "w/Notes/H/Ideas/Ideas-2021-03-04T05:06:07Z.txt",
            "w/Notes/H/Ideas/Attachments/a.png",
            "w/Notes/H/Ideas/Attachments/Attachments.txt",
        ])[1..],
        ["file N:H:Ideas a.png", "file N:H:Ideas Attachments.txt"]
    );
}

#[test]
fn names_that_were_cut() {
    let title = "a very long title ".repeat(8);
    let (folder, stem) = (&title[..120], &title[..116]);
    let paths = [format!("Notes/{folder}/{stem}.txt"), format!("Notes/{folder}/{stem}-1.txt")];
    let said = said(&[&paths[0], &paths[1]]);
    assert!(said[0].ends_with(" 0") && said[1].ends_with(" 1"), "{said:?}");
}

#[test]
fn attachments_are_read_in_their_order() {
    let order = [
        "Attachment.png",
        "Attachment-1.jpeg",
        "Attachment-2",
        "Attachment-9.pdf",
        "Attachment-10.pdf",
        "a.txt",
        "scan 2.png",
        "scan 10.png",
        "sketches/a.png",
    ];
    let mut names = order;
    names.reverse();
    names.sort_by_cached_key(|name| reading_order(name));
    assert_eq!(names, order);
}

proptest! {
    #[test]
    fn any_path_is_for_something(paths in prop::collection::vec(any::<String>(), 0..6), near in r"(Notes|a|a-1|\.txt|/|é|Attachments|-2021-03-04T05_06_07Z){0,9}") {
        let all = || paths.iter().map(String::as_str).chain([near.as_str()]);
        let shape = Shape::of(all());
        for path in all() {
            let _ = (shape.part(path), shape.inner(path), reading_order(path));
        }
    }
}
