//! Texts, files and rows put together to notes.

use chrono_tz::Tz;

use super::{Delivered, Notes, Placing, notes};
use crate::category::notes::body::{Gist, gist};
use crate::category::notes::path::Shape;
use crate::category::notes::rows::Matched;
use crate::category::notes::{list, sharing};
use crate::contents::{ContentId, Id};

const HEADER: &str =
    "Title, Created On, Modified On, Pinned, Deleted, Drawing/Handwriting, ContentHash at Import\n";

/// The notes of these paths, each with its text, and of these lists.
fn export(files: &[(&str, &str)], details: &str, shared: &str) -> Notes {
    let shape = Shape::of(files.iter().map(|(path, _)| *path));
    let delivered: Vec<Delivered> = files
        .iter()
        .enumerate()
        .map(|(at, (path, _))| Delivered {
            path: shape.inner(path).into(),
            used: shape.part(path),
            content: ContentId::at(at),
        })
        .collect();
    let rows = list::read(format!("{HEADER}{details}").as_bytes(), 1 << 20).expect("it has room").rows;
    let header = "File Name, Shared On, Last Modified Date, Participants Details\n";
    let shared =
        sharing::read_shared(format!("{header}{shared}").as_bytes(), 1 << 20).expect("it has room").rows;
    let said = |content: ContentId| {
        files.get(content.index()).map_or_else(Gist::default, |(_, text)| gist(text.as_bytes()))
    };
    notes(&delivered, &rows, &shared, said, Tz::America__Los_Angeles)
}

#[test]
fn a_note_with_everything() {
    let found = export(
        &[
            ("w/Notes/Boat/Spare parts/Spare parts.txt", "Spare parts\n\n\u{fffc} and \u{fffc}"),
            ("w/Notes/Boat/Spare parts/Attachment-1.pdf", ""),
            ("w/Notes/Boat/Spare parts/Attachment.png", ""),
            ("w/Notes Details.csv", ""),
        ],
        "Spare parts,02-25-2024 18:09:10,07-04-2024 14:15:16,Yes,No,No,h=\n",
        "Boat/Spare parts/Spare parts.txt,07-01-2024 11:12:13,07-04-2024 14:15:16,Name:Ann; Permission:READ_ONLY\nGone/Gone.txt,,,\n",
    );
    let [note] = found.notes.as_slice() else { panic!("one note: {found:?}") };
    assert_eq!(note.created.rfc3339().as_deref(), Some("2024-02-26T02:09:10Z"));
    assert_eq!(note.modified.rfc3339().as_deref(), Some("2024-07-04T21:15:16Z"));
    assert_eq!((note.pinned, note.is_deleted(), note.hash.as_ref()), (true, false, "h="));
    assert_eq!(note.source(), "Notes/Boat/Spare parts/Spare parts.txt");
    let names: Vec<&str> = note.attachments.iter().map(|file| file.name.as_ref()).collect();
    assert_eq!(
        (names.as_slice(), note.placing),
        (&["Attachment.png", "Attachment-1.pdf"][..], Placing::InText)
    );
    assert_eq!(note.people[0].called(), Some("Ann"));
    assert_eq!(found.pointing_nowhere, [1]);
    assert!(!note.is_unplaced());
}

#[test]
fn twins() {
    let files = [
        ("Notes/Idea/Idea.txt", "Idea\n\n\u{fffc}"),
        ("Notes/Idea/Idea-1.txt", "Idea\n\n\u{fffc}\u{fffc}"),
        ("Notes/Idea/Attachment-10.png", ""),
        ("Notes/Idea/Attachment-9.png", ""),
        ("Notes/Idea/Attachment.png", ""),
    ];
    let rows = "Idea,02-25-2024 18:09:10,02-25-2024 18:09:10,No,No,No,\nIdea,02-26-2024 18:09:10,02-25-2024 18:09:10,No,No,No,\n";
    let found = export(&files, rows, "");
    let names =
        |note: &super::Note| note.attachments.iter().map(|file| file.name.to_string()).collect::<Vec<_>>();
    let [first, second] = found.notes.as_slice() else { panic!("two notes") };
    assert_eq!((first.mark.number, second.mark.number), (0, 1));
    assert_eq!(
        (names(first), names(second)),
        (vec!["Attachment.png".into()], vec!["Attachment-9.png".into(), "Attachment-10.png".into()])
    );
    // what both rows say is so; what they say differently is not known
    assert!(matches!(&first.matched, Matched::OneOf(rows) if rows.as_ref() == [0, 1]));
    assert_eq!((first.created.utc, first.modified.utc.is_some()), (None, true));

    let found = export(&files[..4], rows, "");
    assert!(found.notes.iter().all(|note| note.placing == Placing::Shared && note.attachments.len() == 2));
    assert!(found.notes.iter().all(super::Note::is_unplaced));
}

#[test]
fn one_row_for_two_notes_dates_neither() {
    let files = [("Notes/Idea/Idea.txt", "Idea"), ("Notes/Idea/Idea-1.txt", "Idea")];
    let found = export(&files, "Idea,02-25-2024 18:09:10,02-25-2024 18:09:10,Yes,No,No,\n", "");
    for note in &found.notes {
        assert_eq!((note.created.utc, note.modified.utc, note.pinned), (None, None, false));
        assert!(matches!(&note.matched, Matched::OneOf(rows) if rows.as_ref() == [0]));
    }
}

#[test]
fn notes_without_text_without_title_and_in_form_a() {
    let found = export(
        &[
            ("Notes/Scrawl/sketches/a.png", ""),
            ("Notes/Empty/Empty.txt", ""),
            ("Notes/Blank/Blank.txt", "\nx"),
            ("Notes/Old/Old-2021-03-04T05:06:07Z.txt", "Old\n\nx"),
            ("Recently Deleted/Idea/Idea.txt", "Another first line"),
        ],
        "Scrawl,02-25-2024 18:09:10,,No,No,Yes,\nBlank: a?,02-25-2024 18:09:10,,No,No,No,\nIdea,,,No,Yes,No,\n",
        "",
    );
    let told: Vec<_> = found
        .notes
        .iter()
        .map(|note| {
            (note.title.as_ref(), note.drawing, note.is_deleted(), note.created.rfc3339().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Blank", false, false, String::new()),
            ("Empty", false, false, String::new()),
            ("Old", false, false, "2021-03-04T05:06:07Z".to_owned()),
            ("Scrawl", true, false, "2024-02-26T02:09:10Z".to_owned()),
            ("Another first line", false, true, String::new()),
        ]
    );
    assert_eq!(found.matching.missing, [1]);
    assert_eq!(found.notes[3].placing, Placing::AtEnd);
}

#[test]
fn the_same_file_in_two_parts_is_one() {
    let mut found = export(&[("Notes/A/A.txt", "A"), ("Notes/A/x.png", "")], "", "");
    assert_eq!(found.notes.len(), 1);
    let note = found.notes.remove(0);
    let twice: Vec<Delivered> = [
        ("Notes/Cafe\u{301}/Cafe\u{301}.txt", 0),
        ("Notes/Caf\u{e9}/Caf\u{e9}.txt", 0),
        ("Notes/Caf\u{e9}/Caf\u{e9}.txt", 1),
    ]
    .iter()
    .map(|(path, content)| Delivered {
        path: (*path).into(),
        used: Shape::of([*path].into_iter()).part(path),
        content: ContentId::at(*content),
    })
    .collect();
    assert_eq!(
        notes(&twice, &[], &[], |_| gist(b"x"), Tz::UTC).notes.len(),
        2,
        "other bytes are another note"
    );
    assert_eq!(note.attachments.len(), 1);
}

#[test]
fn five_notes_of_one_title_two_of_them_deleted() {
    let files = [
        ("Notes/Idea/Idea.txt", "Idea"),
        ("Notes/Idea/Idea-1.txt", "Idea"),
        ("Notes/Home/Idea/Idea.txt", "Idea"),
        ("Recently Deleted/Idea/Idea.txt", "Idea"),
        ("Recently Deleted/Idea/Idea-1.txt", "Idea"),
    ];
    let row = |day: u32, deleted: &str| {
        format!("Idea,02-{day}-2024 18:09:10,02-{day}-2024 18:09:10,No,{deleted},No,\n")
    };
    let rows: String =
        (11..14).map(|day| row(day, "No")).chain((14..16).map(|day| row(day, "Yes"))).collect();
    let shared = "Home/Idea/Idea.txt,,02-12-2024 18:09:10,Name:Ann\n";
    let found = export(&files, &rows, shared);
    let told: Vec<_> = found
        .notes
        .iter()
        .map(|note| {
            (note.source(), found.matching.rows_of(0).len(), note.created.rfc3339().unwrap_or_default())
        })
        .collect();
    let unknown = String::new;
    assert_eq!(
        told,
        [
            ("Notes/Idea/Idea.txt", 2, unknown()),
            ("Notes/Idea/Idea-1.txt", 2, unknown()),
            // what is shared is named by its path, and the date there is that of one row only
            ("Notes/Home/Idea/Idea.txt", 2, "2024-02-13T02:09:10Z".to_owned()),
            ("Recently Deleted/Idea/Idea.txt", 2, unknown()),
            ("Recently Deleted/Idea/Idea-1.txt", 2, unknown()),
        ]
    );
    assert_eq!((found.matching.missing.len(), found.matching.unlisted.len()), (0, 0));
}
