//! Tables in every state of repair: rows as their owner meant them, and every line accounted for.

use proptest::prelude::{any, prop, proptest};

use super::{Cells, Column, Form, Header, Holds, Lines, Sheet, looks_like, read};
use crate::apple::stamp;
use crate::apple::table::yes_or_no;

const FORM: Form<4> = Form([
    Column { names: &["title"], holds: Holds::Text(|_| true) },
    Column { names: &["createdon"], holds: Holds::Value(stamp::looks_like_one) },
    Column { names: &["pinned"], holds: Holds::Value(|text| yes_or_no(text).is_some()) },
    Column {
        names: &["contenthash", "hash"],
        holds: Holds::Value(|text| text.chars().all(char::is_alphanumeric)),
    },
]);

const S: &str = "02-25-2024 18:09:10";

fn row(cells: &mut Cells<'_, 4>) -> Result<String, &'static str> {
    if cells.verbatim(0).is_none() || cells.text(1).is_empty() {
        return Err("it says nothing");
    }
    let (stamp, flag) = (cells.stamp(1, "Created On"), cells.flag(2, "Pinned"));
    let flag = flag.map_or("?", |flag| if flag { "yes" } else { "no" });
    let dated = if stamp.is_some() { "dated" } else { "undated" };
    Ok(format!("{}|{dated}|{flag}|{}", cells.verbatim(0).unwrap_or_default(), cells.text(3)))
}

fn sheet(text: &str) -> Sheet<String> {
    read(text.replace("$S", S).as_bytes(), &FORM, 1 << 30, row).expect("it has room")
}

#[test]
fn rows_whatever_became_of_commas_and_quotes() {
    for (text, rows) in [
        ("Title, Created On, Pinned, Hash\nLeeks,$S,No,\n", &["Leeks|dated|no|"][..]),
        (
            "Title, Created On, Pinned, Hash\nLeeks, beans, dill,$S,Yes,h\n",
            &["Leeks, beans, dill|dated|yes|h"],
        ),
        ("Title, Created On, Pinned, Hash\n\"Leeks, beans\",$S,Yes,h\n", &["Leeks, beans|dated|yes|h"]),
        ("Title, Created On, Pinned, Hash\nSay \"hi\",$S,No,\n", &["Say \"hi\"|dated|no|"]),
        ("Title, Created On, Pinned, Hash\n\"Hi\", he said,$S,No,\n", &["\"Hi\", he said|dated|no|"]),
        ("Title, Created On, Pinned, Hash\n\"Say \"\"a, b\"\"\",$S,No,\n", &["Say \"a, b\"|dated|no|"]),
        ("Title, Created On, Pinned, Hash\nSay \"a, b\" c,$S,No,\n", &["Say \"a, b\" c|dated|no|"]),
        ("Title, Created On, Pinned, Hash\n$S, a day,$S,No,\n", &["02-25-2024 18:09:10, a day|dated|no|"]),
        ("Title, Created On, Pinned, Hash\n,$S,,\n", &["|dated|?|"]),
        // columns in another order, unknown ones between, some missing
        ("Pinned,Created On,X,Title\nno,$S,x,Leeks, beans\n", &["Leeks, beans|dated|no|"]),
        ("Title,Created On\nLeeks,$S\n", &["Leeks|dated|?|"]),
        ("Title,Created On,Pinned\nLeeks,$S,Yes\n", &["Leeks|dated|yes|"]),
        // a row with more cells than its header
        ("Title,Created On,Pinned\nLeeks,$S,Yes,hash\n", &["Leeks|dated|yes|"]),
        // and with fewer
        ("Title, Created On, Pinned, Hash\nLeeks,$S\n", &["Leeks|dated|?|"]),
        // a title of two lines, and a quote that none ends
        ("Title, Created On, Pinned, Hash\n\"Leeks\nbeans\",$S,No,\n", &["Leeks\nbeans|dated|no|"]),
        (
            "Title,Created On,Pinned\n\"Leeks,$S,No\nb\",$S,Yes\nc,$S,No\n",
            &["\"Leeks|dated|no", "b\"|dated|yes", "c|dated|no"],
        ),
        // other separators, no header, a header in a language nobody knows
        ("Title;Created On;Pinned\nLeeks, beans;$S;No\n", &["Leeks, beans|dated|no|"]),
        ("Leeks,$S,No,\nBeans,$S,No,\n", &["Leeks|dated|no|", "Beans|dated|no|"]),
        ("Titel,Erstellt,Markiert,Prüfsumme\nLeeks,$S,No,\n", &["Leeks|dated|no|"]),
    ] {
        let sheet = sheet(text);
        let short: Vec<&str> = sheet.rows.iter().map(|row| row.as_str()).collect();
        let rows: Vec<String> = rows
            .iter()
            .map(|row| if row.matches('|').count() < 3 { format!("{row}|") } else { row.to_string() })
            .collect();
        assert_eq!(short, rows, "{text:?}");
        assert!(sheet.lines.add_up(), "{text:?} {:?}", sheet.lines);
        assert_eq!(sheet.lines.bad, 0, "{text:?}");
    }
}

#[test]
fn every_line_became_something() {
    let none = Lines::default();
    for (text, lines) in [
        ("", none),
        ("\n\n", Lines { lines: 2, physical: 2, blank: 2, ..none }),
        ("Title,Created On\n", Lines { lines: 1, physical: 1, header: 1, ..none }),
        (
            "Notes of Ann\nas of today\n\nTitle,Created On\r\na,$S\r\nTitle,Created On\r\n,\r\nb,$S\r\nTotal 2\r\n",
            Lines { lines: 9, physical: 9, header: 2, rows: 2, preamble: 2, footer: 1, blank: 2, ..none },
        ),
        (
            "Title,Created On\na,$S\nodd\nb,$S\nCut of",
            Lines { lines: 5, physical: 5, header: 1, rows: 2, bad: 2, ..none },
        ),
        ("Title,Created On\n\"a\n\nb\",$S\n", Lines { lines: 2, physical: 4, header: 1, rows: 1, ..none }),
        ("Title,Created On\na,\n", Lines { lines: 2, physical: 2, header: 1, bad: 1, ..none }),
    ] {
        assert_eq!(sheet(text).lines, lines, "{text:?}");
    }
}

#[test]
fn headers_and_faults() {
    assert_eq!(sheet("a,$S,no,\n").header, Header::Absent);
    assert_eq!(sheet("Title,Hash\n").header, Header::Named);
    assert_eq!(sheet("Titel,Datum\n").header, Header::Unknown);
    let odd = sheet("Title,Created On,Pinned\na,02-30-2024 10:00:00,perhaps\n");
    assert_eq!(odd.rows, ["a|undated|?|"]);
    assert_eq!(odd.faults[0].line, 2);
    assert!(
        odd.faults[0].message.contains("`Created On` is not a date")
            && odd.faults[0].message.contains("perhaps")
    );
    assert!(looks_like(b"x\nTitle, Created On, Pinned, Hash\n", &FORM));
    assert!(!looks_like(b"Title, Created On, Pinned\n", &FORM), "so few may be another form's");
}

#[test]
fn a_table_of_any_size_is_read_as_its_pieces_are() {
    const HEADER: &str = "Title,Created On,Pinned\r\n";
    let (long, longest) = ("x".repeat(200_000), "y".repeat(1_100_000));
    let piece = format!(
        "Leeks, beans {long},$S,No\r\n\"a\r\n\r\nb\",$S,Yes\n\n\"c {long},$S,No\nd\",$S,Yes\rodd\n{HEADER}\u{e9}{longest}\ne,$S,Yes\n,\n"
    );
    let alone = sheet(&format!("{HEADER}{piece}"));
    let all = sheet(&format!("{HEADER}{}Cut of", piece.repeat(9)));
    assert_eq!((alone.rows.len(), alone.lines.bad), (5, 2));
    assert!(all.rows.chunks(5).all(|rows| rows == alone.rows));
    let Lines { lines, physical, header, rows, blank, bad, .. } = alone.lines;
    let expected = Lines {
        lines: 9 * (lines - 1) + 2,
        physical: 9 * (physical - 1) + 2,
        header: 9 * (header - 1) + 1,
        rows: 9 * rows,
        blank: 9 * blank,
        bad: 9 * bad + 1,
        ..Lines::default()
    };
    assert_eq!(all.lines, expected);
    let at: Vec<u64> = all.faults.iter().map(|fault| fault.line).collect();
    assert_eq!(at.last(), Some(&expected.physical));
    assert_eq!(at[2], at[0] + physical - 1, "counted through the file");
}

#[test]
fn a_line_out_of_all_proportion_costs_itself() {
    let endless = "endless,".repeat(3 << 20);
    let text = format!("Title,Created On\n{endless}\ra,{S}\n");
    let sheet = read(text.as_bytes(), &FORM, 1 << 20, row).expect("it has room");
    assert_eq!((sheet.rows.len(), sheet.lines.bad, sheet.lines.lines), (1, 1, 3));
}

#[test]
fn memory_is_bounded() {
    let text = format!("Title,Created On\n{}", format!("a,{S}\n").repeat(1_000));
    assert!(read(text.as_bytes(), &FORM, 50_000, row).is_err());
    let wide = format!("Title,Created On\n{},{S}\n", ",".repeat(5_000));
    assert_eq!(sheet(&wide).lines.bad, 1);
}

proptest! {
    #[test]
    fn any_bytes_are_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let sheet = read(bytes.as_slice(), &FORM, 1 << 20, row).expect("it has room");
        assert!(sheet.lines.add_up(), "{:?}", sheet.lines);
        assert_eq!(sheet.rows.len() as u64, sheet.lines.rows);
    }

    #[test]
    fn any_near_table_is_accounted_for(body in r#"([a",; \n]|02-25-2024 18:09:10|Title|Created On|Yes){0,40}"#) {
        let sheet = sheet(&format!("Title, Created On, Pinned\n{body}"));
        assert!(sheet.lines.add_up(), "{:?}", sheet.lines);
    }

    #[test]
    fn any_title_is_read_back_unquoted(title in r#"[a-c," ]{0,12}"#) {
        let sheet = sheet(&format!("Title, Created On, Pinned, Hash\nx{title}x,$S,No,h\n"));
        assert_eq!(sheet.rows, [format!("x{title}x|dated|no|h")]);
    }

    #[test]
    fn any_title_is_read_back_quoted(title in r#"[a-c,"\n ]{0,12}"#) {
        let quoted = format!("\"x{}x\"", title.replace('"', "\"\""));
        let sheet = sheet(&format!("Title, Created On, Pinned, Hash\n{quoted},$S,No,h\n"));
        let lines_fit = title.matches('\n').count() < 8;
        assert!(!lines_fit || sheet.rows == [format!("x{title}x|dated|no|h")], "{:?}", sheet.rows);
    }
}
