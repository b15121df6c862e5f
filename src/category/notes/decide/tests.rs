//! Exports of notes made of a few words, and what they come to.

use std::collections::HashMap;
use std::io::{self, Cursor, Read};

use chrono_tz::Tz;
use proptest::prelude::{prop, proptest};

use super::{Decided, Heard, decide, hear};
use crate::category::Choices;
use crate::category::delivery::Delivered;
use crate::category::outcome::{Count, Hearing, Open};
use crate::category::recognise::{Beside, Shape, Sort};
use crate::category::trial::Proof;
use crate::contents::{
    Archive, Bytes, Category, Class, Content, ContentId, Contents, Entry, EntryId, Export, Id, Identity,
    Inner, Part,
};
use crate::library::name::{fold, is_portable};

const HEADER: &str =
    "Title, Created On, Modified On, Pinned, Deleted, Drawing/Handwriting, ContentHash at Import\n";
const A: &str = "02-25-2024 18:09:10";
const B: &str = "07-04-2024 14:15:16";
const OBJECT: &str = "\u{fffc}";

/// The text of a file that arrived damaged.
const DAMAGED: &str = "!";

/// Deliveries, and the bytes in them.
#[derive(Default)]
struct Scene {
    contents: Contents,
    bytes: Vec<String>,
    /// Files that cannot be read any more.
    gone: Vec<ContentId>,
}

impl Open for Scene {
    fn open(&self, content: ContentId) -> io::Result<Box<dyn Read + Send>> {
        let bytes = self.bytes.get(content.index()).filter(|_| !self.gone.contains(&content));
        let bytes = bytes.ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(bytes.clone())))
    }
}

impl Scene {
    /// An export of one part.
    fn of(files: &[(&str, &str)]) -> Self {
        Scene::default().export("2024-08-01T22:03:00", 1).part(1, "iCloud Notes.zip", files)
    }

    /// One more export, newer than those before it.
    fn export(mut self, built: &str, total: u32) -> Self {
        let built = Some(built.parse().expect("a time"));
        let export = Export {
            name: "iCloud Notes".into(),
            category: Category::Notes,
            total: Some(total),
            built,
            label: format!("iCloud Notes {}", self.contents.exports.len()),
        };
        self.contents.exports.push(export);
        self
    }

    /// One more archive of that export.
    fn part(mut self, number: u32, name: &str, files: &[(&str, &str)]) -> Self {
        let export = self.contents.exports.ids().last().expect("an export");
        let part = self.contents.parts.push(Part { export, number });
        let archive = self.contents.archives.push(Archive { name: name.into(), identity: Identity::Folder });
        let head = |_: &str| None;
        let shape = Shape::of(
            name,
            Delivered::Archive,
            Beside::Part(Category::Notes),
            files.iter().map(|(path, _)| *path),
            &head,
        );
        for (position, (path, text)) in (0..).zip(files) {
            let found = shape.classify(path);
            let bytes = if *text == DAMAGED { Bytes::Failed } else { Bytes::Sound(self.content(text)) };
            self.contents.entries.push(Entry {
                archive,
                part,
                position,
                path: (*path).into(),
                inner: Inner::of(path, &found.inner),
                category: found.category,
                class: found.class,
                sort: found.sort,
                size: text.len() as u64,
                crc32: None,
                modified: Some("2024-08-01T22:00:00".parse().expect("a time")),
                given: true,
                bytes,
            });
        }
        self
    }

    fn content(&mut self, text: &str) -> ContentId {
        if let Some(known) = self.bytes.iter().position(|known| known == text) {
            return ContentId::at(known);
        }
        self.bytes.push(text.to_owned());
        let (blake3, size) = (blake3::hash(text.as_bytes()), text.len() as u64);
        self.contents.distinct.push(Content { blake3, size, crc32: 0 })
    }

    /// All so far is only known to the library.
    fn remembered(mut self) -> Self {
        self.contents.entries.iter_mut().for_each(|entry| entry.given = false);
        self
    }

    /// These bytes cannot be read any more.
    fn without(mut self, text: &str) -> Self {
        let content = self.content(text);
        self.gone.push(content);
        self
    }

    fn hearing(&self) -> Hearing<'_> {
        Hearing::new(&self.contents, self)
    }

    fn heard(&self) -> Heard {
        hear(&mut self.hearing())
    }

    fn decided(&self) -> Decided {
        decide(&self.contents, &self.heard(), &Choices::default())
    }

    /// The path and text of each file that is made, if all files stand where they want to.
    fn made(&self) -> Vec<(String, String)> {
        let decided = self.decided();
        let standing = |entry: EntryId| decided.wishes.get(&entry).map(|wish| wish.path.as_str());
        let made = decided.made(&standing);
        let text = |made: &crate::category::outcome::Made<'_>| {
            let mut text = Vec::new();
            made.write(self, &mut text).expect("it can be made");
            String::from_utf8(text).expect("text")
        };
        made.iter().map(|made| (made.path.clone(), text(made))).collect()
    }

    /// The paths of files that stand, each with its bytes.
    fn files(&self) -> Vec<(String, String)> {
        let decided = self.decided();
        let mut files: Vec<_> = decided
            .wishes
            .iter()
            .map(|(entry, wish)| {
                let content = self.contents.entries[*entry].content().expect("it was read");
                (wish.path.clone(), self.bytes[content.index()].clone())
            })
            .collect();
        files.sort();
        files.dedup();
        files
    }

    /// `code: message` of all problems.
    fn problems(&self) -> Vec<String> {
        let problems = self.decided().problems;
        problems.iter().map(|problem| format!("{}: {}", problem.code.as_str(), problem.message)).collect()
    }

    fn numbers(&self) -> (u64, Option<u64>, u64, u64) {
        let Count { items, listed, matched, files, .. } = self.decided().count.expect("there are notes");
        (items, listed, matched, files)
    }
}

fn list(rows: &[&str]) -> String {
    format!("{HEADER}{}\n", rows.join("\n"))
}

fn row(title: &str) -> String {
    format!("{title},{A},{B},No,No,No,")
}

/// The part of a Markdown below its front matter.
fn below(markdown: &str) -> &str {
    markdown.split_once("---\n\n").map_or(markdown, |(_, below)| below)
}

#[test]
fn an_export_of_all_kinds() {
    let details = list(&[
        &format!("Spare parts,{A},{B},Yes,No,No,"),
        &row("Leeks, beans, dill"),
        &format!("Gone,{A},{B},No,Yes,No,"),
        &format!("Sketch,{A},{B},No,No,Yes,"),
        &row("Boat"),
    ]);
    let shared = "File Name, Shared On, Last Modified Date, Participants Details\n\
                  Boat/Spare parts/Spare parts.txt,,,Name:Ann\n";
    let text = format!("Spare parts\n\n{OBJECT} and\n{OBJECT}\n");
    let scene = Scene::of(&[
        ("w/Notes Details.csv", &details),
        ("w/Shared Notes Info.csv", shared),
        ("w/Notes/Boat/Spare parts/Spare parts.txt", &text),
        ("w/Notes/Boat/Spare parts/Attachment.png", "png"),
        ("w/Notes/Boat/Spare parts/Attachment-1.pdf", "pdf"),
        ("w/Notes/Leeks, beans, dill/Leeks, beans, dill.txt", "Leeks, beans, dill\r\n\r\nx\r\n"),
        ("w/Recently Deleted/Gone/Gone.txt", ""),
        ("w/Notes/Sketch/sketches/1.png", "png"),
        ("w/Notes/Boat/Boat.txt", "Boat\n"),
    ]);
    let dates = "created: 2024-02-26T02:09:10Z\nmodified: 2024-07-04T21:15:16Z\n";
    let made = |path: &str, title: &str, more: &str, source: &str, text: &str| {
        let dates = dates.to_owned() + more;
        (
            path.to_owned(),
            format!("---\ntitle: \"{title}\"\n{dates}source: \"{source}\"\n---\n\n# {title}\n{text}"),
        )
    };
    assert_eq!(
        scene.made(),
        [
            made("Notes/Boat.md", "Boat", "", "Notes/Boat/Boat.txt", ""),
            made(
                "Notes/Boat/Spare parts.md",
                "Spare parts",
                "pinned: true\nshared_with: [\"Ann\"]\n",
                "Notes/Boat/Spare parts/Spare parts.txt",
                "\n![](Spare%20parts.assets/Attachment.png) and  \n[Attachment-1.pdf](Spare%20parts.assets/Attachment-1.pdf)\n",
            ),
            made(
                "Notes/Leeks, beans, dill.md",
                "Leeks, beans, dill",
                "",
                "Notes/Leeks, beans, dill/Leeks, beans, dill.txt",
                "\nx\n",
            ),
            made(
                "Notes/Recently Deleted/Gone.md",
                "Gone",
                "deleted: true\n",
                "Recently Deleted/Gone/Gone.txt",
                ""
            ),
            made(
                "Notes/Sketch.md",
                "Sketch",
                "",
                "Notes/Sketch/sketches/1.png",
                "\n## Attachments\n\n- ![](Sketch.assets/sketches/1.png)\n",
            ),
        ]
    );
    let file = |path: &str, bytes: &str| (path.to_owned(), bytes.to_owned());
    assert_eq!(
        scene.files(),
        [
            file("Notes/Boat/Spare parts.assets/Attachment-1.pdf", "pdf"),
            file("Notes/Boat/Spare parts.assets/Attachment.png", "png"),
            file("Notes/Sketch.assets/sketches/1.png", "png"),
        ],
        "the same picture stands in both notes"
    );
    assert_eq!(scene.numbers(), (5, Some(5), 5, 3));
    assert!(scene.problems().is_empty(), "{:?}", scene.problems());
    let decided = scene.decided();
    let made = decided.made(&|_| None);
    assert_eq!(made[0].modified.map(|time| time.to_rfc3339()).as_deref(), Some("2024-07-04T21:15:16+00:00"));
    assert!(decided.trial.as_ref().is_some_and(|trial| trial.stamps == 10 && trial.against == 0));
}

#[test]
fn wrappers_of_every_shape_give_the_same() {
    let details = list(&[&row("Plan"), &row("x")]);
    let files = [
        ("Notes Details.csv", details.as_str()),
        ("Notes/Notes/Plan/Plan.txt", "Plan\n\ntext"),
        ("Notes/Notes/Plan/Attachments/a.png", "a"),
        ("Recently Deleted/x/x.txt", "x\n"),
    ];
    let of = |wrapper: &str, name: &str| {
        let paths: Vec<String> = files.iter().map(|(path, _)| format!("{wrapper}{path}")).collect();
        let files: Vec<(&str, &str)> =
            paths.iter().zip(files).map(|(path, (_, text))| (path.as_str(), text)).collect();
        let scene = Scene::default().export("2024-08-01T22:03:00", 1).part(1, name, &files);
        (scene.made(), scene.files(), scene.numbers(), scene.problems())
    };
    let expected = of("iCloud Notes/", "iCloud Notes.zip");
    assert_eq!(expected.0[0].0, "Notes/Notes/Plan.md");
    for (wrapper, name) in [
        ("", "iCloud Notes.zip"),
        ("iCloud Notes/iCloud Notes/", "x.zip"),
        ("Notizen von iCloud/", "Notizen von iCloud (1).zip"),
        ("", "iCloud Notes"),
    ] {
        assert_eq!(of(wrapper, name), expected, "{wrapper}");
    }
}

#[test]
fn a_text_in_one_part_and_its_files_in_another() {
    let scene = || {
        Scene::default().export("2024-08-01T22:03:00", 2).part(
            1,
            "iCloud Notes Part 1 of 2.zip",
            &[
                ("p1/Notes Details.csv", &list(&[&row("Plan"), &row("Lost")])),
                ("p1/Notes/Plan/Plan.txt", &format!("Plan\n\n{OBJECT}\n")),
            ],
        )
    };
    // what another part may have is not missed, nor is a file of a text
    assert_eq!((scene().problems(), scene().numbers()), (vec![], (1, Some(2), 1, 0)));
    let files = &[("p2/Notes/Plan/Attachments/a.png", "a")];
    let whole = scene().part(2, "iCloud Notes Part 2 of 2.zip", files);
    assert_eq!(below(&whole.made()[0].1), "# Plan\n\n![](Plan.assets/a.png)\n");
    // what is missing for good is said once the last part is here, wherever the list is
    let later = scene().remembered().part(2, "iCloud Notes Part 2 of 2.zip", files);
    assert_eq!((later.problems(), later.numbers()), (whole.problems(), (1, None, 1, 1)));
    let problems = whole.problems();
    assert!(
        problems.len() == 1 && problems[0].starts_with("missing-item: line 3: the note `Lost`"),
        "{problems:?}"
    );
}

#[test]
fn two_copies_of_a_part_are_one() {
    let details = list(&[&row("Plan")]);
    let files = [
        ("w/Notes Details.csv", details.as_str()),
        ("w/Notes/Plan/Plan.txt", "Plan\n\n\u{fffc}"),
        ("w/Notes/Plan/Attachment.png", "a"),
    ];
    let once = Scene::of(&files);
    let twice = Scene::of(&files).part(1, "iCloud Notes (1).zip", &files);
    assert_eq!(twice.made(), once.made());
    assert_eq!((twice.numbers(), twice.problems()), (once.numbers(), vec![]));
    assert_eq!(twice.decided().wishes.len(), 2, "both entries are the file");
}

/// Form A of 2021, and form B of 2024, of which each has a note that the other has not.
fn two_exports() -> Scene {
    let details = list(&["Plan,03-03-2021 21:06:07,02-25-2024 18:09:10,No,No,No,", &row("New")]);
    Scene::default()
        .export("2021-09-01T22:03:00", 1)
        .part(
            1,
            "iCloud Notes.zip",
            &[
                ("w/Notes/Plan/Plan-2021-03-04T05:06:07Z.txt", "Plan\n\nfirst \u{fffc}"),
                ("w/Notes/Plan/Attachments/a.png", "then"),
                ("w/Notes/Old/Old-2021-03-04T05_06_07Z.txt", "Old\n"),
            ],
        )
        .export("2024-08-01T22:03:00", 1)
        .part(
            1,
            "iCloud Notes.zip",
            &[
                ("w/Notes Details.csv", &details),
                ("w/Notes/Plan/Plan.txt", "Plan\n\nsecond \u{fffc}"),
                ("w/Notes/Plan/Attachment.png", "now"),
                ("w/Notes/New/New.txt", "New\n"),
            ],
        )
}

#[test]
fn two_exports_are_one_set_of_notes() {
    let scene = two_exports();
    let paths: Vec<String> = scene.made().into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["Notes/New.md", "Notes/Old.md", "Notes/Plan.md"]);
    assert_eq!(
        scene.made()[2].1,
        "---\ntitle: \"Plan\"\ncreated: 2021-03-04T05:06:07Z\nmodified: 2024-02-26T02:09:10Z\n\
         source: \"Notes/Plan/Plan.txt\"\n---\n\n# Plan\n\nsecond ![](Plan.assets/Attachment.png)\n"
    );
    let files: Vec<String> = scene.files().into_iter().map(|(path, _)| path).collect();
    assert_eq!(files, ["Notes/Plan.assets/Attachment.png", "Notes/Plan.assets/a.png"], "no file is lost");
    assert_eq!((scene.numbers(), scene.problems()), ((3, Some(2), 2, 2), vec![]));
    let trial = scene.decided().trial.expect("there are dates");
    assert_eq!((trial.confirmed, trial.against), (1, 0), "the name of the older file states the instant");
}

#[test]
fn what_the_library_remembers_is_not_counted_or_blamed() {
    let lost = list(&[&row("Plan"), &row("Lost")]);
    let first = || {
        Scene::of(&[("w/Notes Details.csv", &lost), ("w/Notes/Plan/Plan.txt", "Plan\n\n\u{fffc}")])
            .remembered()
    };
    let alone = first().decided();
    assert_eq!((alone.count, alone.problems.len(), alone.notes.len()), (None, 0, 1));
    let newer = list(&[&row("New")]);
    let scene = first().export("2025-01-01T10:00:00", 1).part(
        1,
        "x.zip",
        &[("Notes Details.csv", &newer), ("Notes/New/New.txt", "New\n")],
    );
    assert_eq!((scene.numbers(), scene.problems(), scene.made().len()), ((1, Some(1), 1, 0), vec![], 2));
    // what one export lists and lacks, another one has
    let scene = first().export("2025-01-01T10:00:00", 1).part(
        1,
        "x.zip",
        &[("Notes Details.csv", &lost), ("Notes/Lost/Lost.txt", "Lost\n"), ("Notes/Plan/Plan.txt", "Plan\n")],
    );
    assert_eq!((scene.numbers(), scene.problems()), ((2, Some(2), 2, 0), vec![]));
}

#[test]
fn what_is_missing_in_two_lists_is_missing_once() {
    let details = list(&[&row("Plan"), &row("Lost"), &row("Lost")]);
    let part = [("Notes Details.csv", details.as_str()), ("Notes/Plan/Plan.txt", "Plan\n")];
    let scene = Scene::of(&part).export("2025-01-01T10:00:00", 1).part(1, "y.zip", &part);
    assert_eq!(scene.numbers(), (1, Some(3), 1, 0));
    assert_eq!(scene.problems().len(), 2, "{:?}", scene.problems());
    // a row of the older list whose note only the newer export has
    let older = [("Notes Details.csv", details.as_str()), ("Notes/Lost/Lost.txt", "Lost\n")];
    let newer = list(&[&row("Plan")]);
    let newer = [("Notes Details.csv", newer.as_str()), ("Notes/Plan/Plan.txt", "Plan\n")];
    let scene = Scene::of(&older).export("2025-01-01T10:00:00", 1).part(1, "y.zip", &newer);
    let problems = scene.problems();
    assert!(
        problems.iter().any(|p| p.starts_with("missing-item: lines 3 and 4: 1 of the 2 notes called `Lost`"))
    );
    assert!(!problems.iter().any(|problem| problem.contains("`Plan`")), "{problems:?}");
    assert_eq!(scene.numbers(), (2, Some(3), 2, 0));
}

#[test]
fn each_doubt_is_said() {
    let plan = ("Notes/Plan/Plan.txt", "Plan\n");
    let said = |rows: &[&str], files: &[(&str, &str)]| {
        let details = list(rows);
        Scene::of(&[&[("Notes Details.csv", details.as_str())], files].concat()).problems()
    };
    let dated = |title: &str, day: u32| format!("{title},02-{day}-2024 18:09:10,{B},No,No,No,");
    let is = |found: Vec<String>, expected: &[&str]| {
        assert_eq!(found.len(), expected.len(), "{found:#?} {expected:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found} {expected}");
        }
    };
    is(said(&[&row("Plan")], &[plan]), &[]);
    is(
        said(&[&row("Plan"), &row("Lost")], &[plan]),
        &["missing-item: line 3: the note `Lost` is listed, but"],
    );
    // a drawing has neither text nor files, and what is damaged is said already
    is(said(&[&row("Plan"), &format!("Sketch,{A},{B},No,No,Yes,")], &[plan]), &[]);
    is(said(&[&row("Plan"), &row("Bad")], &[plan, ("Notes/Bad/Bad.txt", DAMAGED)]), &[]);
    is(
        said(&[&row("Plan")], &[plan, ("Notes/F/New/New.txt", "New\n"), ("Notes/Old/Old.txt", "Old\n")]),
        &[
            "unlisted-item: 2 notes arrived whole and are kept, but Apple's list does not name them, so nothing tells \
           their dates: `F/New`, `Old`",
        ],
    );
    let twins = [plan, ("Notes/Plan/Plan-1.txt", "Plan\n\n1"), ("Notes/Other/Plan/Plan.txt", "Plan\n\n2")];
    let rows = [dated("Plan", 10), dated("Plan", 11), dated("Plan", 12)];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    is(
        said(&rows, &twins),
        &[
            "ambiguous-row: lines 2, 3 and 4: `Plan` could mean `Notes/Other/Plan/Plan.txt`, `Notes/Plan/Plan-1.txt` or \
           `Notes/Plan/Plan.txt`; no date was guessed",
        ],
    );
    // rows that all say the same leave no doubt, unless there are too few
    let same = [row("Plan"), row("Plan"), row("Plan")];
    let same: Vec<&str> = same.iter().map(String::as_str).collect();
    is(said(&same, &twins), &[]);
    is(said(&same[..2], &twins), &["ambiguous-row: lines 2 and 3: `Plan` could mean "]);
    is(
        said(&rows, &twins[..2]),
        &[
            "ambiguous-row: lines 2, 3 and 4: `Plan` could mean `Notes/Plan/Plan-1.txt` or",
            "missing-item: lines 2, 3 and 4: 1 of the 3 notes called `Plan` is in none of the parts; see whether",
        ],
    );
    is(
        said(
            &[&row("Plan"), "Odd,13-45-2024 10:00:00,,maybe,No,No,"],
            &[plan, ("Notes/Odd/Odd.txt", "Odd\n")],
        ),
        &[
            "bad-row: line 3: its `Created On` is not a date: `13-45-2024 10:00:00`; its `Pinned` is neither yes nor no",
        ],
    );
    is(
        said(&[&row("T")], &[("Notes/T/T.txt", "T\n\n\u{fffc} \u{fffc}")]),
        &["ambiguous-row: its text has 2 places for pictures, files or tables, and Apple delivered none"],
    );
    is(
        said(&[&row("T")], &[("Notes/T/T.txt", "T\n"), ("Notes/T/Attachment.txt", "T")]),
        &["ambiguous-row: its text does not say where its 1 file belongs: it is linked at its end"],
    );
    is(
        said(
            &[&row("T")],
            &[("Notes/T/T.txt", "T\n\u{fffc}"), ("Notes/T/a.png", "a"), ("Notes/T/b.png", "b")],
        ),
        &[
            "ambiguous-row: its text has 1 place for pictures, files or tables, and Apple delivered 2 files: nobody",
        ],
    );
    let shared = "File Name, Shared On, Last Modified Date, Participants Details\n\
                  Lost/Lost.txt,,,Name:Ann\nGone/Gone.txt,,,Name:Bo\n";
    is(
        said(&[&row("Plan")], &[plan, ("Shared Notes Info.csv", shared)]),
        &[
            "unlisted-item: 2 shared notes are named by a path where no note lies, so nothing is known of them but the \
           people: `Lost/Lost.txt` (line 2) and `Gone/Gone.txt` (line 3)",
        ],
    );
    // an export without any list blames nothing
    is(Scene::of(&[("Notes/Plan/Plan.txt", "Plan\n")]).problems(), &[]);
}

#[test]
fn twins_keep_their_files_apart_where_that_is_certain() {
    let rows = list(&[&row("Idea"), &row("Idea")]);
    let one = format!("Idea\n\none {OBJECT}\n");
    let two = format!("Idea\n\ntwo {OBJECT}{OBJECT}\n");
    let files = [
        ("Notes Details.csv", rows.as_str()),
        ("Notes/Idea/Idea.txt", one.as_str()),
        ("Notes/Idea/Idea-1.txt", two.as_str()),
        ("Notes/Idea/Attachment.png", "0"),
        ("Notes/Idea/Attachment-1.png", "1"),
        ("Notes/Idea/Attachment-2.png", "2"),
    ];
    let texts = |scene: &Scene| {
        let made = scene.made();
        made.iter().map(|(path, text)| format!("{path}: {}", below(text))).collect::<Vec<_>>()
    };
    assert_eq!(
        texts(&Scene::of(&files)),
        [
            "Notes/Idea (2).md: # Idea\n\ntwo ![](Idea%20%282%29.assets/Attachment-1.png)![](Idea%20%282%29.assets/Attachment-2.png)\n",
            "Notes/Idea.md: # Idea\n\none ![](Idea.assets/Attachment.png)\n",
        ]
    );
    let end = "\n## Attachments\n\n- ![](Idea.assets/Attachment.png)\n- ![](Idea.assets/Attachment-1.png)\n";
    let mark = "<!-- attachment -->";
    assert_eq!(
        texts(&Scene::of(&files[..5])),
        [
            format!("Notes/Idea (2).md: # Idea\n\ntwo {mark}{mark}\n{end}"),
            format!("Notes/Idea.md: # Idea\n\none {mark}\n{end}"),
        ]
    );
    assert_eq!(Scene::of(&files[..5]).files().len(), 2);
}

#[test]
fn a_later_export_takes_no_name_and_no_file() {
    let first = [("Notes/idea/idea.txt", "idea\n\n\u{fffc}"), ("Notes/idea/Attachment.png", "old")];
    let second = [
        ("Notes/Idea/Idea.txt", "Idea\n\n\u{fffc}"),
        ("Notes/Idea/Attachment.png", "another"),
        ("Notes/idea/idea.txt", "idea\n\nnow \u{fffc}"),
        ("Notes/idea/Attachment.png", "new"),
    ];
    let scene = Scene::of(&first).export("2025-01-01T10:00:00", 1).part(1, "x.zip", &second);
    let made = scene.made();
    let made: Vec<_> = made.iter().map(|(path, text)| (path.as_str(), below(text))).collect();
    assert_eq!(
        made,
        [
            ("Notes/Idea (2).md", "# Idea\n\n![](Idea%20%282%29.assets/Attachment.png)\n"),
            ("Notes/idea.md", "# idea\n\nnow ![](idea.assets/Attachment.png)\n"),
        ]
    );
    // which of two files of one name gets a number is for the plan
    let files = scene.files();
    let files: Vec<_> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_str())).collect();
    assert_eq!(
        files,
        [
            ("Notes/Idea (2).assets/Attachment.png", "another"),
            ("Notes/idea.assets/Attachment.png", "new"),
            ("Notes/idea.assets/Attachment.png", "old"),
        ]
    );
}

#[test]
fn an_older_text_stands_in_for_one_that_did_not_arrive() {
    let older = [("Notes/A/A.txt", "A\n\nold \u{fffc}"), ("Notes/A/Attachment.png", "old")];
    let text = |scene: &Scene| below(&scene.made()[0].1).to_owned();
    let missing = Scene::of(&older).export("2025-01-01T10:00:00", 2).part(
        2,
        "iCloud Notes Part 2 of 2.zip",
        &[("Notes/A/Attachment.png", "new")],
    );
    assert_eq!(text(&missing), "# A\n\nold ![](A.assets/Attachment.png)\n");
    assert_eq!(missing.files().len(), 2, "nothing is lost");
    let damaged = [("Notes/A/A.txt", DAMAGED), ("Notes/A/Attachment.png", "new")];
    let damaged = Scene::of(&older).export("2025-01-01T10:00:00", 1).part(1, "x.zip", &damaged);
    assert_eq!(text(&damaged), text(&missing));
    let whole = missing.part(1, "iCloud Notes Part 1 of 2.zip", &[("Notes/A/A.txt", "A\n\nnow \u{fffc}")]);
    assert_eq!(text(&whole), "# A\n\nnow ![](A.assets/Attachment.png)\n");
}

#[test]
fn links_lead_to_where_files_stand() {
    let scene = Scene::of(&[("Notes/A/A.txt", "A\n\n\u{fffc}"), ("Notes/A/Attachment.png", "a")]);
    let decided = scene.decided();
    let mut text = Vec::new();
    let made = decided.made(&|_| Some("Pictures/moved.png"));
    made[0].write(&scene, &mut text).expect("it can be made");
    assert!(String::from_utf8_lossy(&text).ends_with("![](../Pictures/moved.png)\n"));
}

#[test]
fn a_text_that_cannot_be_read_is_an_error_and_no_empty_note() {
    let files = [("Notes/A/A.txt", "A\n"), ("Notes/B/B.txt", "B\n")];
    let scene = Scene::of(&files).without("A\n");
    let mut hearing = scene.hearing();
    let heard = hear(&mut hearing);
    assert_eq!(hearing.unheard.len(), 1);
    let decided = decide(&scene.contents, &heard, &Choices::default());
    let made = decided.made(&|_| None);
    let written: Vec<bool> = made.iter().map(|made| made.write(&scene, &mut io::sink()).is_ok()).collect();
    assert_eq!((written, decided.count.map(|count| count.items)), (vec![false, true], Some(2)));
}

#[test]
fn dates_refute_a_zone() {
    let rows = list(&[
        "A,03-10-2024 02:30:00,02-25-2024 18:09:10,No,No,No,",
        "B,02-25-2024 18:09:10,08-02-2024 20:00:00,No,No,No,",
    ]);
    let files = [("Notes Details.csv", rows.as_str()), ("Notes/A/A.txt", "A\n"), ("Notes/B/B.txt", "B\n")];
    let scene = Scene::of(&files);
    let proofs = |zone: Tz| {
        let choices = Choices { zone, ..Choices::default() };
        let trial = decide(&scene.contents, &scene.heard(), &choices).trial.expect("there are dates");
        trial.refuted.iter().map(|refuted| refuted.proof).collect::<Vec<_>>()
    };
    assert_eq!(proofs(Tz::America__Los_Angeles), [Proof::Skipped, Proof::AfterBuilt]);
    assert_eq!(proofs(Tz::UTC), [Proof::AfterBuilt]);
    assert_eq!(proofs(Tz::Pacific__Kiritimati), []);
    // another export states the instant of a date: it confirms one zone and no other
    let both = two_exports();
    let choices = Choices { zone: Tz::UTC, ..Choices::default() };
    let trial = decide(&both.contents, &both.heard(), &choices).trial.expect("there are dates");
    assert_eq!((trial.confirmed, both.decided().trial.map(|trial| trial.confirmed)), (0, Some(1)));
}

#[test]
fn another_zone_makes_another_note() {
    let rows = list(&[&row("A")]);
    let scene = Scene::of(&[("Notes Details.csv", &rows), ("Notes/A/A.txt", "A\n")]);
    let choices = Choices { zone: Tz::UTC, ..Choices::default() };
    let decided = decide(&scene.contents, &scene.heard(), &choices);
    let kept = &decided.notes[0];
    assert_eq!(kept.note.created.rfc3339().as_deref(), Some("2024-02-25T18:09:10Z"));
    assert_eq!(kept.note.created.basis.to_string(), "assumed:UTC");
    let made = decided.made(&|_| None);
    assert_eq!(made[0].modified.map(|time| time.to_rfc3339()).as_deref(), Some("2024-07-04T14:15:16+00:00"));
}

#[test]
fn lists_are_heard_line_by_line_and_once() {
    let rows = list(&[&row("A"), "", "Total,1"]);
    let files = [("Notes Details.csv", rows.as_str()), ("Notes/A/A.txt", "A\n")];
    let heard = Scene::of(&files).part(1, "copy.zip", &files).heard();
    let lines: Vec<_> = heard.details.values().map(|sheet| sheet.lines).collect();
    assert_eq!((lines.len(), heard.texts.len()), (1, 1));
    assert!(lines[0].add_up() && lines[0].lines == 4 && lines[0].rows == 1, "{lines:?}");
}

#[test]
fn lists_of_two_parts_with_the_same_rows_count_once() {
    let first = list(&[&row("A"), &row("B")]);
    let second = list(&[&row("B"), &row("C")]);
    let scene = Scene::default()
        .export("2024-08-01T22:03:00", 2)
        .part(
            1,
            "1.zip",
            &[("Notes Details.csv", &first), ("Notes/A/A.txt", "A\n"), ("Notes/B/B.txt", "B\n")],
        )
        .part(2, "2.zip", &[("Notes Details.csv", &second), ("Notes/C/C.txt", "C\n")]);
    assert_eq!((scene.numbers(), scene.problems()), ((3, Some(3), 3, 0), vec![]));
}

proptest! {
    #[test]
    fn every_file_has_one_portable_place_and_every_text_a_note(
        paths in prop::collection::vec(
            r"(w/)?(Notes/|Recently Deleted/)?([aAé:]{1,2}/)?(a|A|b:|\.\.)/((a|A|b:|\.\.)(-1)?\.txt|Attachment(-[0-9])?\.png|sketches/x)",
            0..12,
        ),
        rows in prop::collection::vec("[aAb:.]{0,3}(,02-25-2024 18:09:10){0,2}(,Yes|,No){0,3}", 0..6),
    ) {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let details = list(&rows);
        let mut files: HashMap<&str, &str> = paths.iter().map(|path| (path.as_str(), path.as_str())).collect();
        files.insert("w/Notes Details.csv", &details);
        let mut files: Vec<(&str, &str)> = files.into_iter().collect();
        files.sort_unstable();
        let scene = Scene::of(&files);
        let decided = scene.decided();
        let mut texts = 0;
        for (id, entry) in scene.contents.entries.pairs() {
            let wish = decided.wishes.get(&id);
            match Sort::of(entry) {
                Some(Sort::NoteFile) => {
                    let path = &wish.expect("a place").path;
                    assert!(path.starts_with("Notes/") && path.split('/').all(is_portable), "{path}");
                }
                sort => {
                    assert!(wish.is_none(), "{}", entry.path);
                    texts += usize::from(sort == Some(Sort::NoteText) && entry.class == Class::Details);
                }
            }
        }
        let made = scene.made();
        let mut keys: Vec<String> = made.iter().map(|(path, _)| fold(path)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), made.len());
        let with_text = decided.notes.iter().filter(|kept| kept.note.body.is_some()).count();
        assert_eq!(with_text, texts);
    }
}
