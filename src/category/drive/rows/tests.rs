//! Rows and files of one name in every combination, and what finds what.

use super::{Known, Matched, Matching, matching};
use crate::category::drive::hash::Scheme;
use crate::category::drive::list::{Date, Hash, Packed, Row, Rows};
use base64::Engine;
use proptest::prelude::{prop, proptest};

/// `name@size#content`: what follows `#` stands for the bytes.
fn parts(text: &str) -> (&str, Option<u64>, Option<&str>) {
    let (text, content) = text.split_once('#').map_or((text, None), |(text, content)| (text, Some(content)));
    let (name, size) = text.split_once('@').unwrap_or((text, ""));
    (name, size.parse().ok(), content)
}

fn push(list: &mut Packed, text: &str) {
    let (title, size, content) = parts(text);
    let hash = content.map(|content| {
        use sha2::Digest;
        base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(content))
    });
    list.push(&Row {
        title,
        base_hash: Hash::of(&hash.unwrap_or_default()),
        kind: "File",
        size,
        created: Date::of(""),
        modified: Date::of(""),
        opened: Date::of(""),
        favourite: None,
        executable: None,
        package_signature: "",
    });
}

fn matched(rows: &[&str], files: &[&str]) -> Matching {
    let mut list = Packed::default();
    rows.iter().for_each(|text| push(&mut list, text));
    let files: Vec<Known> = files
        .iter()
        .map(|text| {
            let (path, size, content) = parts(text);
            Known {
                path,
                size: size.unwrap_or(0),
                hash: content.map(|content| Scheme::Plain.of(content.as_bytes())),
            }
        })
        .collect();
    matching(&Rows::Of(&list), &files)
}

fn pairs(matching: &Matching) -> Vec<String> {
    let of = |matched: &Matched| match matched {
        Matched::Nothing => "-".to_owned(),
        Matched::Row(row, rule) => format!("{row} {}", rule.as_str()),
        Matched::OneOf(rows) => format!("{rows:?}"),
        Matched::InPackage(row) => format!("in {row}"),
    };
    matching.files.iter().map(of).collect()
}

#[test]
fn rows_find_their_files() {
    let cases: [(&[&str], &[&str], &[&str]); 15] = [
        (&["a@1", "b@1"], &["x/b@1", "y/a@1"], &["1 name-and-size", "0 name-and-size"]),
        (&["a@1", "a@2"], &["x/a@2", "y/a@1"], &["1 name-and-size", "0 name-and-size"]),
        (&["Cafe\u{301}@1"], &["Café@1"], &["0 name-and-size"]),
        (&["a@1"], &["a@2"], &["0 name"]),
        (&["a"], &["a@2"], &["0 name"]),
        // the other file of this name may be in a part that is missing
        (&["a@1", "a@2"], &["x/a@1", "y/a@3"], &["0 name-and-size", "[1]"]),
        (&["a@1", "a@1"], &["x/a@1", "y/a@1"], &["[0, 1]", "[0, 1]"]),
        (&["a@1#p", "a@1#q"], &["x/a@1#q", "y/a@1#p"], &["1 hash", "0 hash"]),
        (&["a@1#p", "a@1#p"], &["x/a@1#p", "y/a@1#p"], &["[0, 1]", "[0, 1]"]),
        (&["A.TXT@1"], &["a.txt@1"], &["0 folded-name-and-size"]),
        (&["a: b?@1"], &["a_ b_@1"], &["0 folded-name-and-size"]),
        (&["S.band@9"], &["x/S.band.zip@7"], &["0 package-as-zip"]),
        (&["S.band@9"], &["x/S.band/a@1", "x/S.band/b/a@1"], &["in 0", "in 0"]),
        (&["S.band@9"], &["x/S.band/a@1", "y/S.band/a@1"], &["-", "-"]),
        (&["S.band@9", "a@1"], &["x/S.band/a@1", "b@1"], &["1 name-and-size", "-"]),
    ];
    for (rows, files, expected) in cases {
        assert_eq!(pairs(&matched(rows, files)), expected, "{rows:?} {files:?}");
    }
}

#[test]
fn what_is_missing_and_what_is_not_listed() {
    let some = matched(&["a@1", "a@1", "a@1", "b@1", "S.key@1"], &["x/a@1", "y/a@1", "c@1", "S.key/x@1"]);
    assert_eq!((some.missing.as_slice(), some.unlisted.as_slice()), (&[3][..], &[2][..]));
    assert_eq!(some.packages, [(4, "S.key".into())]);
    assert_eq!((some.groups[0].rows.len(), some.groups[0].files.len(), some.matched()), (3, 2, 3));
    assert_eq!((some.rows_of(0), some.rows_of(3)), (&[0, 1, 2][..], &[][..]));
}

#[test]
fn a_hundred_thousand_of_one_name_are_no_trouble() {
    let many = vec!["a@1"; 100_000];
    assert_eq!(matched(&many, &many).matched(), 100_000);
}

proptest! {
    #[test]
    fn no_row_and_no_file_is_lost_or_used_twice(
        rows in prop::collection::vec(r"[aA]{1,2}(\.key)?@[12](#[pq])?", 0..8),
        files in prop::collection::vec(r"([xa]\.key/)?[aA]{1,2}(\.key)?(\.zip)?@[12](#[pq])?", 0..8),
    ) {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let found = matched(&rows, &files);
        let mut used = found.missing.clone();
        used.extend(found.groups.iter().flat_map(|group| group.rows.iter().copied()));
        used.extend(found.packages.iter().map(|(row, _)| *row));
        used.extend(found.files.iter().filter_map(|one| match one { Matched::Row(row, _) => Some(*row), _ => None }));
        used.sort_unstable();
        assert_eq!(used, (0..rows.len()).collect::<Vec<_>>());
        let mut seen = found.unlisted.clone();
        seen.extend(found.groups.iter().flat_map(|group| group.files.iter().copied()));
        let alone = |one: &Matched| matches!(one, Matched::Row(..) | Matched::InPackage(_));
        seen.extend((0..files.len()).filter(|file| alone(&found.files[*file])));
        seen.sort_unstable();
        assert_eq!(seen, (0..files.len()).collect::<Vec<_>>());
    }
}
