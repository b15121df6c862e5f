//! Lists of photos in every state of repair, row by row.

use super::{
    BadRow, Checksum, Details, Header, MOST_BAD, MOST_ROWS, Row, is_details_name, is_shared_library_name,
    looks_like_details, order,
};
use crate::apple::fingerprint::Fingerprint;
use crate::contents::Excerpt;
use crate::problem::Code;
use chrono::{DateTime, Utc};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};

const HEADER: &str = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate";
const SUM: &str = "AW2cWT2PxzWixMKuuNMTHJ8CJ3sH";
const TAKEN: &str = "Sunday March 3,2024 9:05 AM GMT";
const IMPORTED: &str = "Sunday March 3,2024 9:06 AM GMT";

fn parse(bytes: &[u8]) -> Details {
    super::parse(bytes, usize::MAX).expect("not too many rows")
}

fn at(rfc3339: &str) -> Option<DateTime<Utc>> {
    Some(rfc3339.parse().expect("a date of the tests"))
}

/// The row that Apple's sample line gives.
fn sample(line: u32, name: &str) -> Row {
    Row {
        line,
        name: name.into(),
        checksum: Checksum::Fingerprint(Fingerprint::parse(SUM).expect("a fingerprint")),
        favorite: Some(true),
        hidden: Some(false),
        deleted: Some(false),
        created: at("2024-03-03T09:05:00Z"),
        imported: at("2024-03-03T09:06:00Z"),
        view_count: Some(4),
    }
}

fn bare(line: u32, name: &str) -> Row {
    let imported = None;
    let checksum = Checksum::Absent;
    Row {
        checksum,
        favorite: None,
        hidden: None,
        deleted: None,
        imported,
        view_count: None,
        ..sample(line, name)
    }
}

fn line(name: &str) -> String {
    format!("{name},{SUM},yes,no,no,\"{TAKEN}\",4,\"{IMPORTED}\"")
}

fn clean(header: Header, rows: Vec<Row>) -> Details {
    Details { rows, header, ..Details::default() }
}

#[test]
fn one_row_in_every_state_of_repair() {
    let unquoted = format!("IMG_1.HEIC,{SUM},yes,no,no,{TAKEN},4,{IMPORTED}");
    let semicolons = line("IMG_1.HEIC")
        .replace("\",", "\";")
        .replace(",\"", ";\"")
        .replace(",yes,no,no", ";yes;no;no")
        .replace("IC,", "IC;");
    for text in [
        format!("{HEADER}\n{}\n", line("IMG_1.HEIC")),
        format!("{HEADER}\n{}", line("IMG_1.HEIC")),
        format!("{HEADER}\r\n{}\r\n", line("IMG_1.HEIC")),
        format!("{HEADER}\r{}\r", line("IMG_1.HEIC")),
        format!("{HEADER}\n{}\n\n\n", line("\"IMG_1.HEIC\"")),
        format!("\u{feff}{HEADER}\n{}", line("IMG_1.HEIC")),
        format!("{}\n{}\0\0\0", HEADER.to_uppercase(), line("IMG_1.HEIC")),
        format!("{}\n{}", HEADER.replace(',', "\" , \""), line("IMG_1.HEIC")),
        format!("Img Name{}\n{}", &HEADER[7..], line("IMG_1.HEIC")),
        format!("file{}\n{}", &HEADER[7..], line("IMG_1.HEIC")),
        format!("{HEADER}\n{unquoted}"),
        format!("{HEADER}\n{}", line("IMG_1.HEIC").replace("\",4", ",4")),
        format!("{HEADER}\n\"{}", line("IMG_1.HEIC")),
        format!("{HEADER}\n{}\"", line("IMG_1.HEIC")),
        format!("{HEADER}\n{},", line("IMG_1.HEIC")),
        format!("{HEADER},keywords\n{},lake", line("IMG_1.HEIC")),
        format!("{HEADER},keywords\n{}", line("IMG_1.HEIC")),
        format!("{}\n{semicolons}", HEADER.replace(',', ";")),
        format!(
            "{}\n{}",
            HEADER.replace(',', "\t"),
            unquoted.replace(',', "\t").replace("3\t2024", "3,2024")
        ),
        format!("\"{HEADER}\n{}", line("IMG_1.HEIC")),
    ] {
        assert_eq!(parse(text.as_bytes()), clean(Header::Named, vec![sample(2, "IMG_1.HEIC")]), "{text}");
        assert!(looks_like_details(text.as_bytes()) || text.starts_with("file"), "{text}");
    }
    let utf16: Vec<u8> = format!("{HEADER}\r\n{}", line("\"été, 照.HEIC\""))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [utf16.clone(), [&[0xff, 0xfe], utf16.as_slice()].concat()] {
        assert_eq!(parse(&bytes), clean(Header::Named, vec![sample(2, "été, 照.HEIC")]));
        assert!(looks_like_details(&bytes));
    }
    let latin = [HEADER.as_bytes(), b"\nf\xeate.jpg,", line("").trim_start_matches(',').as_bytes()].concat();
    assert_eq!(parse(&latin).rows, [sample(2, "fête.jpg")]);
}

#[test]
fn columns_are_found_by_name() {
    let text = format!(
        "importDate,people,HIDDEN, imgName ,originalCreationDate\n\"{IMPORTED}\",A,yes,IMG_1.HEIC,\"{TAKEN}\"\n,,no,IMG_2.HEIC"
    );
    let first = Row { hidden: Some(true), imported: at("2024-03-03T09:06:00Z"), ..bare(2, "IMG_1.HEIC") };
    let second = Row { hidden: Some(false), created: None, ..bare(3, "IMG_2.HEIC") };
    assert_eq!(parse(text.as_bytes()), clean(Header::Named, vec![first, second]));
}

#[test]
fn files_without_a_known_header_go_by_position() {
    let old = format!("IMG_1.JPG,\"{TAKEN}\"");
    let eight = line("IMG_1.JPG");
    let untitled = line("no extension");
    for (text, header, row) in [
        (old.clone(), Header::Absent, bare(1, "IMG_1.JPG")),
        (format!("name,date taken\n{old}"), Header::Unknown, bare(2, "IMG_1.JPG")),
        (format!("imgName,originalCreationDate\n{old}"), Header::Named, bare(2, "IMG_1.JPG")),
        (format!("IMG_1.JPG,{TAKEN}"), Header::Absent, bare(1, "IMG_1.JPG")),
        (format!("no extension,\"{TAKEN}\""), Header::Absent, bare(1, "no extension")),
        (format!("lake, 2.JPG,\"{TAKEN}\""), Header::Absent, bare(1, "lake, 2.JPG")),
        ("IMG_1.JPG,".to_owned(), Header::Absent, Row { created: None, ..bare(1, "IMG_1.JPG") }),
        ("IMG_1.JPG".to_owned(), Header::Absent, Row { created: None, ..bare(1, "IMG_1.JPG") }),
        (eight.clone(), Header::Absent, sample(1, "IMG_1.JPG")),
        (untitled, Header::Absent, sample(1, "no extension")),
        (eight.replace('"', ""), Header::Absent, sample(1, "IMG_1.JPG")),
        (format!("a,b,c,d,e,f,g,h\n{eight}"), Header::Unknown, sample(2, "IMG_1.JPG")),
        (format!("sep=,\n{HEADER}\n{eight}"), Header::Named, sample(3, "IMG_1.JPG")),
    ] {
        assert_eq!(parse(text.as_bytes()), clean(header, vec![row]), "{text}");
    }
}

#[test]
fn files_without_rows() {
    for (text, header) in [
        ("", Header::Absent),
        ("\n\r\n", Header::Absent),
        ("\u{feff}", Header::Absent),
        (HEADER, Header::Named),
    ] {
        assert_eq!(parse(text.as_bytes()), clean(header, Vec::new()), "{text:?}");
    }
}

#[test]
fn names_are_kept_as_they_are() {
    for (written, name) in [
        (" leading.jpg", " leading.jpg"),
        ("\"a, b.jpg\"", "a, b.jpg"),
        ("\"say \"\"hi\"\".jpg\"", "say \"hi\".jpg"),
        ("\"two\nlines.jpg\"", "two\nlines.jpg"),
        ("5\" tv.jpg", "5\" tv.jpg"),
        ("a, b.jpg", "a, b.jpg"),
        ("June 5,2019 party.jpg", "June 5,2019 party.jpg"),
        ("\"a, 5\" b.jpg\"", "a, 5\" b.jpg"),
        ("\u{1f3d4}\u{fe0f}.HEIC", "\u{1f3d4}\u{fe0f}.HEIC"),
        ("IMG_1", "IMG_1"),
    ] {
        let details = parse(format!("{HEADER}\n{}\n", line(written)).as_bytes());
        assert_eq!(details, clean(Header::Named, vec![sample(2, name)]), "{written}");
    }
}

#[test]
fn values_that_cannot_be_read_cost_themselves_only() {
    let text = format!(
        "{HEADER}\n\
             a.jpg,,maybe,,NO,garbage,-1,\n\
             b.jpg,BG2cWT2PxzWixMKuuNMTHJ8CJ3sH,1,true,x,,,\"Thursday January 1,1970 12:00 AM GMT\"\n\
             ,{SUM},yes,no,no,,,\n\
             c.jpg\n"
    );
    let details = parse(text.as_bytes());
    let empty = Row {
        favorite: Some(false),
        hidden: Some(false),
        deleted: Some(false),
        created: None,
        ..bare(2, "a.jpg")
    };
    let opaque = Checksum::Opaque("BG2cWT2PxzWixMKuuNMTHJ8CJ3sH".into());
    let second = Row {
        line: 3,
        name: "b.jpg".into(),
        checksum: opaque,
        favorite: Some(true),
        hidden: Some(true),
        ..empty.clone()
    };
    assert_eq!(details.rows, [empty, second, Row { created: None, ..bare(5, "c.jpg") }]);
    let bad = |line, message: &str| BadRow { line, message: message.to_owned() };
    assert_eq!(
        details.bad,
        [
            bad(
                2,
                "its `favorite` is neither yes nor no: `maybe`; its `originalCreationDate` is not a date: `garbage`; its `viewCount` is not a number: `-1`"
            ),
            bad(3, "its `deleted` is neither yes nor no: `x`"),
            bad(4, "it names no file"),
        ]
    );
}

#[test]
fn a_damaged_line_costs_itself_only() {
    let (before, after) = (line("\"a,b.jpg\""), line("c.jpg"));
    let empty_dates = format!("c.jpg,{SUM},yes,no,no,\"\",4,\"\"");
    for damaged in [
        "\"",
        "\"\"\"",
        "\",",
        "x,\"",
        "\"x.jpg,y",
        "x.jpg,y,no,no,no,\",4,\"",
        "x.jpg,y,no,no,no,\"\",4,\"",
        "\u{0}",
        ",,,,,,,,,,,,",
        "\"x\"y\"",
    ] {
        for after in [&after, &empty_dates] {
            let details = parse(format!("{HEADER}\n{before}\n{damaged}\n{after}\n{after}\n").as_bytes());
            let names: Vec<_> =
                details.rows.iter().filter(|row| row.line != 3).map(|row| (row.line, &*row.name)).collect();
            assert_eq!(names, [(2, "a,b.jpg"), (4, "c.jpg"), (5, "c.jpg")], "{damaged}");
            assert!(
                details
                    .rows
                    .iter()
                    .filter(|row| row.line != 3)
                    .all(|row| matches!(row.checksum, Checksum::Fingerprint(_)))
            );
        }
    }
}

#[test]
fn a_second_header_and_records_without_measure_are_no_rows() {
    let text = format!(
        "{HEADER}\n{0}\n\u{feff}{HEADER}\n{0}\n{1}\n{2}\n{0}",
        line("a.jpg"),
        "x".repeat(2 << 20),
        ",".repeat(2000)
    );
    let details = parse(text.as_bytes());
    assert_eq!(details.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 7]);
    assert_eq!(details.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [5, 6]);
}

#[test]
fn what_is_said_about_bad_rows_is_bounded() {
    let details = parse(format!("{HEADER}\n{}", ",x\n".repeat(MOST_BAD + 5)).as_bytes());
    assert_eq!((details.rows.len(), details.bad.len(), details.more_bad), (0, MOST_BAD, 5));
    let long = parse(format!("imgName,importDate\na.jpg,{}\n", "é".repeat(100_000)).as_bytes());
    assert!(long.bad[0].message.len() < 200);
}

#[test]
fn a_file_of_too_many_rows_is_not_read() {
    let text = format!("{HEADER}\n{}", "a,,,\n".repeat(MOST_ROWS + 1));
    assert_eq!(super::parse(text.as_bytes(), usize::MAX).map_err(|(code, _)| code), Err(Code::LimitExceeded));
    assert_eq!(parse(&text.as_bytes()[..text.len() - 5]).rows.len(), MOST_ROWS);
}

#[test]
fn names_of_details_files() {
    let mut names = [
        "x.csv",
        "Photo Details-10.csv",
        "Photo Details-2 copy.csv",
        "Photo Details-2.csv",
        "photo details (1).CSV",
        "Photo Details.csv",
    ];
    assert!(names[1..].iter().all(|name| is_details_name(name)));
    names.sort_by_key(|name| order(name));
    assert_eq!(
        names,
        [
            "Photo Details.csv",
            "photo details (1).CSV",
            "Photo Details-2 copy.csv",
            "Photo Details-2.csv",
            "Photo Details-10.csv",
            "x.csv"
        ]
    );
    for name in [
        "Photo Details-99999999999999999999999.csv",
        "Photo Details-1 copy 2.csv",
        "Photo Details 2.csv",
        "Photo Details(1).csv",
    ] {
        assert!(is_details_name(name), "{name}");
    }
    for name in [
        "Photo Details",
        "Photo Details-.csv",
        "Photo Details-x.csv",
        "My Photo Details.csv",
        "Photo Detailsé.csv",
        "Shared Library Details.csv",
        "",
    ] {
        assert!(!is_details_name(name), "{name}");
    }
    assert!(
        is_shared_library_name("Shared Library Details-3 copy.csv")
            && !is_shared_library_name("Photo Details.csv")
    );
}

#[test]
fn details_are_known_by_their_header() {
    for text in
        ["imgName,favorite,hidden", "viewCount;importDate;IMGNAME", "\n\nimgName,fileChecksum,favorite,hid"]
    {
        assert!(looks_like_details(text.as_bytes()), "{text}");
    }
    for text in [
        "",
        "imgName",
        "imgName,contributedByMe",
        "imgName,favorite",
        "Images\nIMG_1.JPG",
        "name,favorite,hidden,deleted",
        "\u{89}PNG",
    ] {
        assert!(!looks_like_details(text.as_bytes()), "{text}");
    }
}

fn any_name() -> impl Strategy<Value = Excerpt> {
    "[ ,\"'\\PCa-zé照0-9.\u{a0}-]{1,20}(\r?\n[a-z\",]{0,5}){0,2}\\.jpg".prop_map(|name| name.as_str().into())
}

fn any_row() -> impl Strategy<Value = Row> {
    let instant = || {
        prop::option::of(
            (1i64..100_000_000)
                .prop_map(|minute| DateTime::from_timestamp(minute * 60, 0).expect("in range")),
        )
    };
    let checksum = prop_oneof![
        Just(Checksum::Absent),
        "[a-z/+]{1,40}".prop_map(|text| Checksum::Opaque(text.into())),
        any::<u64>().prop_map(|seed| Checksum::Fingerprint(Fingerprint::of(&seed.to_le_bytes()))),
    ];
    let flags = [any::<bool>(), any::<bool>(), any::<bool>()];
    (any_name(), checksum, flags, instant(), instant(), any::<Option<u64>>()).prop_map(
        |(name, checksum, flags, created, imported, view_count)| {
            let [favorite, hidden, deleted] = flags.map(Some);
            Row { line: 2, name, checksum, favorite, hidden, deleted, created, imported, view_count }
        },
    )
}

fn written(row: &Row) -> Vec<u8> {
    let flag = |flag: Option<bool>| if flag == Some(true) { "yes" } else { "no" }.to_owned();
    let date = |date: Option<DateTime<Utc>>| {
        date.map(|date| date.format("%A %B %-d,%Y %-I:%M %p GMT").to_string()).unwrap_or_default()
    };
    let checksum = match &row.checksum {
        Checksum::Absent => String::new(),
        Checksum::Fingerprint(fingerprint) => fingerprint.to_string(),
        Checksum::Opaque(text) => text.to_string(),
    };
    let views = row.view_count.map(|count| count.to_string()).unwrap_or_default();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER.split(',')).expect("into memory");
    let values = [
        row.name.to_string(),
        checksum,
        flag(row.favorite),
        flag(row.hidden),
        flag(row.deleted),
        date(row.created),
        views,
        date(row.imported),
    ];
    writer.write_record(values).expect("into memory");
    writer.into_inner().expect("into memory")
}

proptest! {
    #[test]
    fn a_row_survives_being_written(row in any_row()) {
        let next = Row { line: 0, ..sample(0, "next.jpg") };
        let bytes = [written(&row), line("next.jpg").into_bytes()].concat();
        let mut details = parse(&bytes);
        if let Some(last) = details.rows.last_mut() {
            last.line = 0;
        }
        prop_assert_eq!(details, clean(Header::Named, vec![row, next]));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = (parse(&bytes), looks_like_details(&bytes));
    }

    #[test]
    fn no_near_miss_panics(body in "([,;\t\"\r\n]|imgName|favorite|hidden|yes|2024 9:05|March 3|IMG_1.JPG|é|\u{0}){0,60}", headed in any::<bool>()) {
        let text = if headed { format!("{HEADER}\n{body}") } else { body };
        let _ = (parse(text.as_bytes()), looks_like_details(text.as_bytes()));
    }

    #[test]
    fn no_name_panics(name in any::<String>()) {
        let _ = (is_details_name(&name), order(&name));
    }
}
