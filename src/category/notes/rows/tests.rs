//! Rows and notes of one title in every combination, and what finds what.

use super::{Known, Matched, Matching, matching};
use crate::category::dated::Written;
use crate::category::notes::list::Row;
use crate::category::notes::path::{Area, Home, Mark};
use chrono_tz::Tz;
use proptest::prelude::{prop, proptest};

fn row(text: &str) -> Row {
    let (title, rest) = text.split_once('@').unwrap_or((text, ""));
    let flag = |mark| rest.contains(mark).then_some(true);
    let created = if rest.contains('1') { "07-01-2024 05:00:00" } else { "07-02-2024 05:00:00" };
    Row {
        line: 0,
        title: title.into(),
        created: Written::new(created),
        modified: Written::new(rest.trim_matches(|c: char| !c.is_ascii_uppercase())),
        pinned: None,
        deleted: if rest.contains('?') { None } else { Some(flag('d').is_some()) },
        drawing: flag('w'),
        hash: "".into(),
    }
}

/// `title@…`: `d` deleted, `w` without text, `1` made on July 1, `=line` another first line, capitals a shared date.
fn matched(rows: &[&str], notes: &[&str]) -> Matching {
    let rows: Vec<Row> = rows.iter().map(|text| row(text)).collect();
    let parts: Vec<(Home, Mark, Option<String>, Option<String>)> = notes
        .iter()
        .map(|text| {
            let (title, rest) = text.split_once('@').unwrap_or((text, ""));
            let (rest, line) = rest.split_once('=').map_or((rest, title), |(rest, line)| (rest, line));
            let area = if rest.contains('d') { Area::RecentlyDeleted } else { Area::Notes };
            let created = rest.contains('1').then(|| "2024-07-01T12:00:00Z".parse().expect("a time"));
            let shared: String = rest.chars().filter(char::is_ascii_uppercase).collect();
            (
                Home { area, folder: "".into(), title: title.into() },
                Mark { number: 0, created },
                (!rest.contains('w')).then(|| line.to_owned()),
                Some(shared).filter(|shared| !shared.is_empty()),
            )
        })
        .collect();
    let notes: Vec<Known> = parts
        .iter()
        .map(|(home, mark, line, shared)| Known {
            home,
            mark: *mark,
            first_line: line.as_deref(),
            shared_modified: shared.as_deref(),
        })
        .collect();
    matching(&rows, &notes, Tz::America__Los_Angeles)
}

fn pairs(matching: &Matching) -> Vec<String> {
    let of = |matched: &Matched| match matched {
        Matched::Nothing => "-".to_owned(),
        Matched::Row(row, rule) => format!("{row} {rule:?}"),
        Matched::OneOf(rows) => format!("{rows:?}"),
    };
    matching.notes.iter().map(of).collect()
}

#[test]
fn rows_find_their_notes() {
    let long = "a title that is long enough to be cut by some file system somewhere";
    let cut = &long[..62];
    let cases: [(&[&str], &[&str], &[&str]); 16] = [
        (&["a", "b"], &["b", "a"], &["1 Title", "0 Title"]),
        (&["a", "a@d"], &["a@d", "a"], &["1 Title", "0 Title"]),
        (&["https://x.org/a  b"], &["https:||x.org|a b"], &["0 Title"]),
        (&["Cafe\u{301}"], &["Café"], &["0 Title"]),
        (&["a", "A"], &["A", "a"], &["1 Title", "0 Title"]),
        (&["IDEA"], &["idea"], &["0 Folded"]),
        (&["a@?"], &["a@d"], &["0 Title"]),
        (&["a@d"], &["a"], &["-"]),
        (&["a", "a"], &["a", "a"], &["[0, 1]", "[0, 1]"]),
        (&["a@1", "a"], &["a", "a@1"], &["1 Title", "0 Created"]),
        (&["a@1", "a@1"], &["a", "a@1"], &["[0, 1]", "[0, 1]"]),
        (&["a@X", "a@Y", "a@Z"], &["a@Y", "a", "a"], &["1 Shared", "[0, 2]", "[0, 2]"]),
        (&["a@w", "a"], &["a", "a@w"], &["1 Title", "0 Title"]),
        (&["a new first line"], &["old@=a new first line"], &["0 FirstLine"]),
        (&["a: \"b\"?", "CafÃ©"], &["a_ b_", "Café"], &["0 Loose", "1 Loose"]),
        (&[long, "b"], &[cut, "c"], &["0 Cut", "-"]),
    ];
    for (rows, notes, expected) in cases {
        assert_eq!(pairs(&matched(rows, notes)), expected, "{rows:?} {notes:?}");
    }
}

#[test]
fn what_is_missing_and_what_is_not_listed() {
    let some = matched(&["a", "a", "a", "b", "e"], &["a", "a", "c", "e", "e"]);
    assert_eq!((some.missing.as_slice(), some.unlisted.as_slice()), (&[3][..], &[2][..]));
    assert_eq!(some.groups.len(), 2);
    assert_eq!((some.groups[0].rows.len(), some.groups[0].notes.len()), (3, 2));
    assert_eq!(some.rows_of(0), [0, 1, 2]);
    assert_eq!(some.rows_of(2), [] as [usize; 0]);
}

proptest! {
    #[test]
    fn no_row_and_no_note_is_lost_or_used_twice(
        rows in prop::collection::vec("[aA]{0,2}(@[dw1?X]{0,2})?", 0..8),
        notes in prop::collection::vec("[aA]{0,2}(@[dw1X]{0,2}(=a)?)?", 0..8),
    ) {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
        let found = matched(&rows, &notes);
        let mut used = found.missing.clone();
        used.extend(found.groups.iter().flat_map(|group| group.rows.iter().copied()));
        used.extend(found.notes.iter().filter_map(|one| match one { Matched::Row(row, _) => Some(*row), _ => None }));
        used.sort_unstable();
        assert_eq!(used, (0..rows.len()).collect::<Vec<_>>());
        let mut seen = found.unlisted.clone();
        seen.extend(found.groups.iter().flat_map(|group| group.notes.iter().copied()));
        let alone = |one: &Matched| matches!(one, Matched::Row(..));
        seen.extend((0..notes.len()).filter(|note| alone(&found.notes[*note])));
        seen.sort_unstable();
        assert_eq!(seen, (0..notes.len()).collect::<Vec<_>>());
    }
}

#[test]
fn ten_thousand_notes_of_one_title_are_no_trouble() {
    let rows = vec!["a@1"; 10_000];
    assert_eq!(matched(&rows, &rows).groups.len(), 1);
}
