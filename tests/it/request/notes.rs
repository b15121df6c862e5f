//! iCloud Notes: Markdown for each note with its files in place, both forms, and what lists say that is not so.

use super::{Scene, entries, messages, numbers, picture, problems, zipped};
use crate::builder::{Export, Language, Note, Notes, Outer, Part, Sheet, export, person};
use unicode_normalization::UnicodeNormalization;

const A: &str = "02-25-2024 18:09:10";
const B: &str = "07-04-2024 14:15:16";

fn notes(notes: Notes) -> Export {
    export(Outer::Notes, Language::English).part(Part::new().files(notes))
}

fn scene(all: Notes) -> Scene {
    Scene::of([&notes(all)])
}

#[test]
fn a_note_becomes_a_text_that_reads_anywhere() {
    let ann = person("Ann Berg", "a*****@example.com");
    let parts = "These fit:\n\n\t◦\trope\n\t\t◦\tthin\n\t✓\tpaint\n\n\u{fffc}\n";
    let scene = scene(
        Notes::new()
            .note(Note::new("Boat/Spare parts", parts).dated(A, B).pinned().file("Attachment.png", picture()))
            .note(
                Note::new("Garden plan", "# no heading\n5 * 6 * 7 = 42\n\n\nhttps://example.org/a_b_c\n")
                    .dated("02-25-2023 08:01:02", "10-19-2024 19:20:21"),
            )
            .deleted(Note::new("Idea", "").dated(A, A))
            .shared("Boat/Spare parts/Spare parts.txt", B, &[ann]),
    );
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        [
            "Notes/Boat/Spare parts.assets/Attachment.png",
            "Notes/Boat/Spare parts.md",
            "Notes/Garden plan.md",
            "Notes/Recently Deleted/Idea.md",
        ]
    );
    assert_eq!(
        scene.text("Notes/Boat/Spare parts.md"),
        "---\ntitle: \"Spare parts\"\ncreated: 2024-02-26T02:09:10Z\nmodified: 2024-07-04T21:15:16Z\npinned: true\n\
         shared_with: [\"Ann Berg\"]\nsource: \"Notes/Boat/Spare parts/Spare parts.txt\"\n---\n\n# Spare parts\n\n\
         These fit:\n\n- [ ] rope\n  - [ ] thin\n- [x] paint\n\n![](Spare%20parts.assets/Attachment.png)\n"
    );
    assert_eq!(
        scene.text("Notes/Garden plan.md"),
        "---\ntitle: \"Garden plan\"\ncreated: 2023-02-25T16:01:02Z\nmodified: 2024-10-20T02:20:21Z\n\
         source: \"Notes/Garden plan/Garden plan.txt\"\n---\n\n# Garden plan\n\n\
         \\# no heading  \n5 * 6 * 7 = 42\n\n\nhttps://example.org/a_b_c\n"
    );
    assert_eq!(
        scene.text("Notes/Recently Deleted/Idea.md"),
        "---\ntitle: \"Idea\"\ncreated: 2024-02-26T02:09:10Z\nmodified: 2024-02-26T02:09:10Z\ndeleted: true\n\
         source: \"Recently Deleted/Idea/Idea.txt\"\n---\n\n# Idea\n"
    );
    assert_eq!(scene.bytes("Notes/Boat/Spare parts.assets/Attachment.png"), picture());
    assert_eq!(scene.modified("Notes/Boat/Spare parts.md"), "2024-07-04T21:15:16Z");
    assert_eq!(
        scene.details(),
        [
            "iCloud Notes 2024-05-01/Part 1/Notes Details.csv",
            "iCloud Notes 2024-05-01/Part 1/Notes/Boat/Spare parts/Spare parts.txt",
            "iCloud Notes 2024-05-01/Part 1/Notes/Garden plan/Garden plan.txt",
            "iCloud Notes 2024-05-01/Part 1/Recently Deleted/Idea/Idea.txt",
            "iCloud Notes 2024-05-01/Part 1/Shared Notes Info.csv",
        ]
    );
    assert_eq!(numbers(&report, "notes"), [Some(3), Some(3), Some(3), Some(1), Some(3)]);
    assert_eq!(entries(&report, &["total", "imported", "details", "failed"]), [6, 1, 5, 0]);
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(report["exports"][0]["category"], "notes");
    assert_eq!(report["media"]["photos"], 0, "a picture in a note is no photo of the library's");
    let listed = scene.0.list();
    assert_eq!(listed.len(), 1, "originals have lines, what was made has none");
    assert_eq!((&listed[0]["category"], &listed[0]["kind"]), (&"notes".into(), &"photo".into()));
    let again = scene.run(&["import", "parts", "--to", "lib"]);
    assert!(again.out().contains("Notes: 3 of 3 that Apple lists are here"), "{}", again.out());
    let verified = scene.run(&["verify", "lib", "--against", "parts", "--json"]);
    assert_eq!(
        (verified.code(), &verified.json()["safe_to_delete"]),
        (0, &true.into()),
        "{}",
        verified.out()
    );
}

#[test]
fn the_older_form_has_its_time_in_the_name() {
    for stamp in ["2021-03-04T05:06:07Z", "2021-03-04T05_06_07Z"] {
        let scene = scene(
            Notes::new()
                .note(Note::new("Old/Plan", "see \u{fffc}\n").stamped(stamp).file("boat.jpg", "a picture"))
                .deleted(Note::new("Gone", "x\n").stamped(stamp)),
        );
        let report = scene.import();
        let expected =
            ["Notes/Old/Plan.assets/boat.jpg", "Notes/Old/Plan.md", "Notes/Recently Deleted/Gone.md"];
        assert_eq!(scene.tree(), expected, "{stamp}");
        let text = scene.text("Notes/Old/Plan.md");
        let front = format!(
            "---\ntitle: \"Plan\"\ncreated: 2021-03-04T05:06:07Z\nsource: \"Notes/Old/Plan/Plan-{stamp}.txt\"\n---\n\n"
        );
        assert_eq!(text, format!("{front}# Plan\n\nsee ![](Plan.assets/boat.jpg)\n"));
        assert_eq!(numbers(&report, "notes"), [Some(2), None, Some(0), Some(1), Some(2)]);
        assert_eq!(problems(&report), [""; 0]);
    }
}

#[test]
fn titles_of_every_kind_find_their_rows() {
    let long = "x".repeat(300);
    let composed = "Café";
    let decomposed: String = composed.nfd().collect();
    let titles =
        ["Leeks, beans, dill", "a|b: \"c\"?", "🎉 party", "..|", "trailing.", &long[..120], composed, "CON"];
    let mut all = Notes::new();
    for title in titles {
        let folder = if title == composed { decomposed.as_str() } else { title };
        all = all.note(Note::new(folder, "text\n").titled(&title.replace('|', "/")).dated(A, B));
    }
    let scene = scene(all);
    let report = scene.import();
    assert_eq!(numbers(&report, "notes"), [Some(8), Some(8), Some(8), Some(0), Some(8)], "{report}");
    let mut tree: Vec<String> = scene.tree().iter().map(|path| path.nfc().collect()).collect();
    tree.sort();
    assert_eq!(
        tree,
        [
            "Notes/Café.md",
            "Notes/Leeks, beans, dill.md",
            "Notes/_._.md",
            "Notes/_CON.md",
            "Notes/a_b_ _c__.md",
            "Notes/trailing..md",
            &format!("Notes/{}.md", &long[..120]),
            "Notes/🎉 party.md",
        ]
    );
    for path in tree.iter().filter(|path| !path.contains("Caf")) {
        let text = scene.text(path);
        assert!(
            text.contains("created: 2024-02-26T02:09:10Z\nmodified: 2024-07-04T21:15:16Z\n"),
            "{path}: {text}"
        );
    }
    assert!(scene.text("Notes/a_b_ _c__.md").starts_with("---\ntitle: \"a/b: \\\"c\\\"?\"\n"));
}

#[test]
fn five_notes_of_one_title() {
    let [one, two, three] = [1, 2, 3].map(|n| format!("0{n}-01-2024 10:00:00"));
    let scene = scene(
        Notes::new()
            .note(Note::new("Idea", "first\n").dated(&one, &one))
            .note(Note::new("Idea", "second\n").twin(1).dated(&two, &two))
            .note(Note::new("Idea", "third\n").twin(2).dated(&three, &three))
            .deleted(Note::new("Idea", "gone\n").dated(&one, &one))
            .deleted(Note::new("Idea", "gone too\n").twin(1).dated(&two, &two)),
    );
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        [
            "Notes/Idea (2).md",
            "Notes/Idea (3).md",
            "Notes/Idea.md",
            "Notes/Recently Deleted/Idea (2).md",
            "Notes/Recently Deleted/Idea.md",
        ]
    );
    assert_eq!(numbers(&report, "notes")[..3], [Some(5), Some(5), Some(5)]);
    // three rows and three notes, and nothing tells which is whose
    assert!(problems(&report).iter().all(|problem| problem == "warning ambiguous-row"), "{report}");
    assert!(!problems(&report).is_empty());
    let text = scene.text("Notes/Idea (3).md");
    assert!(!text.contains("created:") && text.ends_with("# Idea\n\nthird\n"), "{text}");
}

#[test]
fn files_stand_where_they_are_read_or_at_the_end() {
    let twelve: Vec<String> = (0..12)
        .map(|n| if n == 0 { "Attachment.png".to_owned() } else { format!("Attachment-{n}.png") })
        .collect();
    let many = Note::new("Many", &"\u{fffc}\n\n".repeat(12)).dated(A, B);
    let many = twelve.iter().rev().fold(many, |note, name| note.file(name, name));
    let scene = scene(
        Notes::new()
            .note(many)
            .note(Note::new("Table", "before \u{fffc} after\n").dated(A, B))
            .note(
                Note::new("Loose", "text\n")
                    .dated(A, B)
                    .file("Attachment.pdf", "%PDF")
                    .file("Attachment-1.txt", "t"),
            )
            .note(Note::without_text("Sketch").dated(A, B).drawing().file("sketches/1.png", "s"))
            .note(Note::new("Empty", "").body("").dated(A, B))
            .note(Note::new("Windows", "").body("Windows\r\n\r\none\r\ntwo\r\n").dated(A, B))
            .note(Note::new("Boat", "x\n").dated(A, B))
            .note(Note::new("Boat/Boat", "y\n").dated(A, B)),
    );
    let report = scene.import();
    let links: String = twelve.iter().map(|name| format!("![](Many.assets/{name})\n\n")).collect();
    let text = |path: &str| scene.text(path).split_once("---\n\n").unwrap().1.to_owned();
    assert_eq!(text("Notes/Many.md").trim_end(), format!("# Many\n\n{links}").trim_end());
    assert_eq!(text("Notes/Table.md"), "# Table\n\nbefore <!-- attachment --> after\n");
    assert_eq!(
        text("Notes/Loose.md"),
        "# Loose\n\ntext\n\n## Attachments\n\n- [Attachment.pdf](Loose.assets/Attachment.pdf)\n\
         - [Attachment-1.txt](Loose.assets/Attachment-1.txt)\n"
    );
    assert_eq!(scene.text("Notes/Loose.assets/Attachment-1.txt"), "t");
    assert_eq!(scene.text("Notes/Sketch.assets/sketches/1.png"), "s");
    assert!(text("Notes/Sketch.md").contains("Sketch.assets/sketches/1.png"));
    assert_eq!(text("Notes/Empty.md"), "# Empty\n");
    assert_eq!(text("Notes/Windows.md"), "# Windows\n\none  \ntwo\n");
    assert_eq!(
        (text("Notes/Boat.md"), text("Notes/Boat/Boat.md")),
        ("# Boat\n\nx\n".into(), "# Boat\n\ny\n".into())
    );
    assert_eq!(numbers(&report, "notes"), [Some(8), Some(8), Some(8), Some(15), Some(8)]);
    assert!(problems(&report).iter().all(|problem| problem.starts_with("warning")), "{report}");
    assert!(!problems(&report).is_empty(), "nobody knows where the files of `Loose` belong");
}

#[test]
fn one_file_in_two_notes_stands_in_both() {
    let note = |title: &str| Note::new(title, "\u{fffc}\n").dated(A, B).file("Attachment.png", picture());
    let scene = scene(Notes::new().note(note("One")).note(note("Two")));
    let report = scene.import();
    assert_eq!(entries(&report, &["imported", "duplicate", "details"]), [2, 0, 3]);
    for path in ["Notes/One.assets/Attachment.png", "Notes/Two.assets/Attachment.png"] {
        assert_eq!(scene.bytes(path), picture());
        assert_eq!(scene.listed(path)["category"], "notes");
    }
}

#[test]
fn what_lies_in_a_note_is_its_owners() {
    let apples = zipped(Part::new().files(Notes::new().note(Note::new("x", "x\n").dated(A, A))));
    let note = Note::new("Old", "\u{fffc}\n\n\u{fffc}\n\n\u{fffc}\n").dated(A, B);
    let note = note
        .file("Attachment.zip", apples.clone())
        .file("Attachment-1.png", "")
        .file("Attachment-2.part", "half a download?");
    let scene = scene(Notes::new().note(note));
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        [
            "Notes/Old.assets/Attachment-1.png",
            "Notes/Old.assets/Attachment-2.part",
            "Notes/Old.assets/Attachment.zip",
            "Notes/Old.md",
        ]
    );
    assert_eq!(scene.bytes("Notes/Old.assets/Attachment.zip"), apples);
    assert_eq!(numbers(&report, "notes"), [Some(1), Some(1), Some(1), Some(3), Some(1)]);
    assert_eq!(problems(&report), [""; 0]);
}

#[test]
fn what_lists_and_texts_do_not_agree_on_is_named() {
    let missing = scene(
        Notes::new()
            .note(Note::new("Here", "x\n").dated(A, B))
            .line("Lost one,02-25-2024 18:09:10,02-25-2024 18:09:10,No,No,No,"),
    );
    let report = missing.import_with_errors();
    assert_eq!(problems(&report), ["error missing-item"]);
    assert!(messages(&report, "missing-item").contains("Lost one"), "{report}");
    assert_eq!(numbers(&report, "notes"), [Some(1), Some(2), Some(1), Some(0), Some(1)]);
    let said = missing.run(&["import", "parts", "--to", "lib"]);
    assert!(said.out().contains("Notes: 1 of 2 that Apple lists is here"), "{}", said.out());

    let unlisted = scene(
        Notes::new()
            .note(Note::new("Here", "x\n").dated(A, B))
            .note(Note::new("New", "y\n"))
            .note(Note::new("Newer", "z\n")),
    );
    let report = unlisted.import();
    assert_eq!(problems(&report), ["warning unlisted-item"], "one for the category, with its names");
    let said = messages(&report, "unlisted-item");
    assert!(said.contains("New") && said.contains("Newer"), "{said}");

    // a drawing has no text, and a note without one is not missing
    let drawing = scene(
        Notes::new()
            .note(Note::new("x", "x\n").dated(A, B))
            .line("Sketch,02-25-2024 18:09:10,02-25-2024 18:09:10,No,No,Yes,"),
    );
    assert_eq!(problems(&drawing.import()), [""; 0]);

    let nowhere = scene(Notes::new().note(Note::new("x", "x\n").dated(A, B)).shared(
        "Boat/Lost/Lost.txt",
        B,
        &[person("Ann", "a*@b.c")],
    ));
    assert_eq!(problems(&nowhere.import()), ["warning unlisted-item"]);

    // two texts and one row: no date is guessed
    let ambiguous =
        scene(Notes::new().note(Note::new("Idea", "a\n").dated(A, B)).note(Note::new("Idea", "b\n").twin(1)));
    let report = ambiguous.import();
    assert!(problems(&report).contains(&"warning ambiguous-row".to_owned()), "{report}");
    assert!(
        ["Notes/Idea.md", "Notes/Idea (2).md"].iter().all(|path| !ambiguous.text(path).contains("created:"))
    );
}

#[test]
fn the_list_in_other_dialects() {
    let note = || Notes::new().note(Note::new("Leeks, beans", "x\n").dated(A, B).no_flags());
    let short = "Title, Created On, Modified On, Pinned, Deleted, Drawing/Handwriting";
    let plain = "Title,Created On,Modified On,Pinned,Deleted,Drawing/Handwriting,ContentHash at Import";
    type Dialect = fn(Sheet) -> Sheet;
    let dialects: [(&str, Dialect); 5] = [
        ("bom and crlf", |list| list.bom().crlf()),
        ("utf-16", Sheet::utf16le),
        ("header twice", Sheet::header_again),
        ("an empty line", |list| list.line("")),
        ("as it is", |list| list),
    ];
    let said = |notes: Notes| {
        let scene = scene(notes);
        let report = scene.import();
        (scene.text("Notes/Leeks, beans.md"), numbers(&report, "notes"), problems(&report))
    };
    let expected = said(note());
    assert!(expected.0.contains("created: 2024-02-26T02:09:10Z"), "{}", expected.0);
    for (name, dialect) in dialects {
        assert_eq!(said(note().twisted(dialect)), expected, "{name}");
    }
    for header in [short, plain] {
        assert_eq!(said(note().twisted(|list| list.header(header))), expected, "{header}");
    }
}

#[test]
fn a_text_of_5_megabytes() {
    let body = format!("Long\n\n{}", "a line of text\n".repeat(350_000));
    let scene = scene(Notes::new().note(Note::new("Long", "").body(&body).dated(A, B)));
    scene.import();
    let text = scene.text("Notes/Long.md");
    assert_eq!(text.lines().filter(|line| line.trim_end() == "a line of text").count(), 350_000);
}
