//! Small tables of every dialect, and what they come to.

use std::borrow::Cow;
use std::fmt::Write;

use proptest::prelude::{any, prop, proptest};

use super::{Counted, Encoding, Failed, Lines, Piece, Reach, Windows, read, read_in};

/// One piece a line, and what the lines are: header, rows, preamble, footer, blank, bad.
fn shown(pieces: &mut String, piece: &Piece<'_>) {
    let done = match piece {
        Piece::Header { table, title, columns } => {
            let title = title.map(|title| format!(" {title:?}")).unwrap_or_default();
            writeln!(pieces, "{table}{title} [{}]", columns.join("|"))
        }
        Piece::Row { table, line, cells } => writeln!(pieces, "{line}: {table} {}", cells.join("|")),
        Piece::Odd { table, line, raw } => writeln!(pieces, "{line}: {table} odd {raw:?}"),
    };
    done.unwrap();
}

fn knows(cells: &[Cow<'_, str>]) -> bool {
    cells.iter().any(|cell| cell == "Known")
}

fn counted(bytes: &[u8], size: usize, reach: Reach) -> (String, Counted) {
    let mut pieces = String::new();
    let counted = read_in(Windows::of_size(size, reach, bytes), ',', &knows, &mut |piece| {
        shown(&mut pieces, &piece);
        Ok::<_, ()>(())
    });
    (pieces, counted.unwrap())
}

fn assert_read(name: &str, text: &str, expected: &[&str], sums: [u64; 6]) {
    let (pieces, counted) =
        counted(text.as_bytes(), 1 << 20, Reach { lines: 1000, bytes: 1 << 18, ..Reach::FAR });
    let Lines { header, rows, preamble, footer, blank, bad, .. } = counted.lines;
    let lines: Vec<&str> = pieces.lines().collect();
    assert_eq!(lines, expected, "{name}");
    assert_eq!([header, rows, preamble, footer, blank, bad], sums, "{name}");
    assert!(counted.lines.add_up(), "{name}");
}

#[test]
fn a_table_and_its_ends() {
    assert_read("nothing", "", &[], [0; 6]);
    assert_read("blank lines", "\n \n,,\n", &[], [0, 0, 0, 0, 3, 0]);
    assert_read("header only", "A,B\n", &["0 [A|B]"], [1, 0, 0, 0, 0, 0]);
    assert_read("one line", "A", &["0 [A]"], [1, 0, 0, 0, 0, 0]);
    assert_read("one column", "A\nx\ny\n", &["0 [A]", "2: 0 x", "3: 0 y"], [1, 2, 0, 0, 0, 0]);
    assert_read(
        "cells as they stand, titles trimmed",
        " Created On,A  B ,\r\n x ,\"1\"\"\r\n2\"\r\n,z,,",
        &["0 [Created On|A  B]", "2: 0  x |1\"", "2", "4: 0 |z"],
        [1, 2, 0, 0, 0, 0],
    );
    assert_read(
        "the header again",
        "Order,Price\nOrder, Price\n1,2\nOrder,Price\n",
        &["0 [Order|Price]", "3: 0 1|2"],
        [3, 1, 0, 0, 0, 0],
    );
    assert_read(
        "a blank row at the end, and the same row twice",
        "Order,Price\n1,2\n1,2\n,\n",
        &["0 [Order|Price]", "2: 0 1|2", "3: 0 1|2"],
        [1, 2, 0, 0, 1, 0],
    );
}

#[test]
fn what_stands_before_and_behind() {
    assert_read(
        "four before, one behind",
        "Report\nMade for you\nBy us\nAll of it\nTimeStamp,What,Who\n1,x,y\n2,x,y\nThe end\n",
        &["0 [TimeStamp|What|Who]", "6: 0 1|x|y", "7: 0 2|x|y"],
        [1, 2, 4, 1, 0, 0],
    );
    assert_read(
        "blank lines between",
        "Report\nMade for you\n\nTimeStamp,What,Who\n1,x,y\n\nThe end\nTruly\n",
        &["0 [TimeStamp|What|Who]", "5: 0 1|x|y"],
        [1, 1, 2, 2, 2, 0],
    );
    assert_read(
        "sums behind are no table",
        "Item,Price,Day\nx,1,2\n\nTotal,1\n",
        &["0 [Item|Price|Day]", "2: 0 x|1|2"],
        [1, 1, 0, 1, 1, 0],
    );
    assert_read(
        "a header that is known is not the commonest",
        "a,b\nc,d\nKnown,Other,Third\n1,2,3\ne,f\n",
        &["0 [Known|Other|Third]", "4: 0 1|2|3"],
        [1, 1, 2, 1, 0, 0],
    );
    assert_read("before a header without rows", "Report\nBy us\nA,B,C\n", &["0 [A|B|C]"], [1, 0, 2, 0, 0, 0]);
    assert_read(
        "a row follows, so it is no footer",
        "A,B\n1,2\nx\n3,4,5\n6,7\n",
        &["0 [A|B]", "2: 0 1|2", "3: 0 odd \"x\"", "4: 0 odd \"3,4,5\"", "5: 0 6|7"],
        [1, 2, 0, 0, 0, 2],
    );
    assert_read("cut", "A,B\n1,2\n3", &["0 [A|B]", "2: 0 1|2", "3: 0 odd \"3\""], [1, 1, 0, 0, 0, 1]);
    assert_read(
        "cut within a quote",
        "A,B\n1,2\n\"3\n4,",
        &["0 [A|B]", "2: 0 1|2", "3: 0 odd \"\\\"3\"", "4: 0 4|"],
        [1, 2, 0, 0, 0, 1],
    );
    let many = format!("A,B\n1,2\n{}3,4\n", "x\n".repeat(200));
    let (pieces, counted) = counted(many.as_bytes(), 1 << 20, Reach { lines: 8, bytes: 1024, ..Reach::FAR });
    assert_eq!((counted.lines.bad, counted.lines.rows, pieces.lines().count()), (200, 2, 203));
}

#[test]
fn several_tables_apart_by_blank_lines() {
    assert_read(
        "devices, warranties, agreements",
        "Purchase Date,Serial Number,Product Description\n2020-01-02,S1,Phone\n\n\
         Warranty Start Date,Serial Number\n2020-01-03,S1\n\n\
         Agreement Start Date,Serial Number\n2020-01-04,S1\n2020-01-05,S2\n",
        &[
            "0 [Purchase Date|Serial Number|Product Description]",
            "2: 0 2020-01-02|S1|Phone",
            "1 [Warranty Start Date|Serial Number]",
            "5: 1 2020-01-03|S1",
            "2 [Agreement Start Date|Serial Number]",
            "8: 2 2020-01-04|S1",
            "9: 2 2020-01-05|S2",
        ],
        [3, 4, 0, 0, 2, 0],
    );
    assert_read(
        "the last has a header only",
        "A,B,C\n1,2,3\n\nD,B\n",
        &["0 [A|B|C]", "2: 0 1|2|3", "1 [D|B]"],
        [2, 1, 0, 0, 1, 0],
    );
    assert_read(
        "footers, and a line above the second",
        "A,B,C\n1,2,3\nend\n\nMore\nD,B\n4,5\n",
        &["0 [A|B|C]", "2: 0 1|2|3", "1 [D|B]", "7: 1 4|5"],
        [2, 2, 1, 1, 1, 0],
    );
    assert_read(
        "a table that is known, of as many columns",
        "A,B\n1,2\n\nKnown,Other\n3,4\n",
        &["0 [A|B]", "2: 0 1|2", "1 [Known|Other]", "5: 1 3|4"],
        [2, 2, 0, 0, 1, 0],
    );
    assert_read(
        "a blank line within a table, and the header again",
        "A,B\n1,2\n\nx,y\n\nA,B\n3,4\n",
        &["0 [A|B]", "2: 0 1|2", "4: 0 x|y", "7: 0 3|4"],
        [2, 3, 0, 0, 2, 0],
    );
    assert_read(
        "a damaged row behind a blank line",
        "A,B,C\n1,2,3\n\nx,y\n4,5,6\n7,8,9\n",
        &["0 [A|B|C]", "2: 0 1|2|3", "4: 0 odd \"x,y\"", "5: 0 4|5|6", "6: 0 7|8|9"],
        [1, 3, 0, 0, 1, 1],
    );
    assert_read(
        "padded by a spreadsheet",
        "A,B,C\n1,2,3\n,,\nD,B,\n4,5,\n",
        &["0 [A|B|C]", "2: 0 1|2|3", "1 [D|B]", "5: 1 4|5"],
        [2, 2, 0, 0, 1, 0],
    );
}

#[test]
fn tables_under_titles() {
    assert_read(
        "titles with and without commas, a table with a header only, a title again",
        "iCloud: Device registration\n\"Date\",\"Event Code\"\n\"2026-01-03\",\"reboot\"\n\n\
         Photos: Delete, restore\n\"Date\",\"Count\"\n\n\
         iCloud: Device registration\n\"Date\",\"Event Code\"\n\"2026-01-04\",\"reboot\"\nOther\n\"Date\"\n\"2026\"\n",
        &[
            "0 \"iCloud: Device registration\" [Date|Event Code]",
            "3: 0 2026-01-03|reboot",
            "1 \"Photos: Delete, restore\" [Date|Count]",
            "2 \"iCloud: Device registration\" [Date|Event Code]",
            "10: 2 2026-01-04|reboot",
            "3 \"Other\" [Date]",
            "13: 3 2026",
        ],
        [4, 3, 4, 0, 2, 0],
    );
    assert_read(
        "the only title has a comma",
        "Photos: Delete, restore\n\"Date\",\"Count\"\n\"2026-01-03\",\"1\"\n",
        &["0 \"Photos: Delete, restore\" [Date|Count]", "3: 0 2026-01-03|1"],
        [1, 1, 1, 0, 0, 0],
    );
    assert_read(
        "titles that begin with a quote",
        "\"Photos\" deleted\n\"Date\",\"Count\"\n\"2026-01-03\",\"1\"\n\n\"Mail \"\"sent\"\"\"\n\"Date\",\"Size\"\n\"2026-01-04\",\"5\"\n",
        &[
            "0 \"\\\"Photos\\\" deleted\" [Date|Count]",
            "3: 0 2026-01-03|1",
            "1 \"Mail \\\"sent\\\"\" [Date|Size]",
            "7: 1 2026-01-04|5",
        ],
        [2, 2, 2, 0, 1, 0],
    );
    assert_read(
        "a damaged row is no title",
        "Photos\n\"Date\",\"Count\"\n\"2026-01-03\",\"1\"\n2026\n\"2026-01-04\",\"2\"\n\"2026-01-05\"\n",
        &["0 \"Photos\" [Date|Count]", "3: 0 2026-01-03|1", "4: 0 odd \"2026\"", "5: 0 2026-01-04|2"],
        [1, 2, 1, 1, 0, 1],
    );
    assert_read(
        "a header without quotes is no title",
        "Date, Count\n\"2026-01-03\",\"1\"\n\"2026-01-04\",\"2\"\n",
        &["0 [Date|Count]", "2: 0 2026-01-03|1", "3: 0 2026-01-04|2"],
        [1, 2, 0, 0, 0, 0],
    );
    assert_read(
        "nor of one column, nor where only some rows are quoted",
        "App Name\n\"One, two\"\n\"Three\"\n",
        &["0 [App Name]", "2: 0 One, two", "3: 0 Three"],
        [1, 2, 0, 0, 0, 0],
    );
    assert_read(
        "rows that are quoted now and then",
        "App,Day\n\"One, two\",1\nThree,2\n\"Four, five\",3\n",
        &["0 [App|Day]", "2: 0 One, two|1", "3: 0 Three|2", "4: 0 Four, five|3"],
        [1, 3, 0, 0, 0, 0],
    );
}

#[test]
fn texts_of_many_lines_and_lone_quotes() {
    let review = format!("Title,Text\nGood,\"{}\"\nBad,x\n", "It is, all in all, fine.\n".repeat(900));
    let (_, counted_review) =
        counted(review.as_bytes(), 1 << 20, Reach { lines: 1000, bytes: 1 << 18, ..Reach::FAR });
    assert_eq!((counted_review.lines.rows, counted_review.lines.physical), (2, 903));
    let row = "One,2,3,4\n";
    let lone = format!("A,B,C,D\n{row}\"Two,2,3,4\n{}Three\",2,3,4\n{row}", row.repeat(20));
    let (_, counted_lone) =
        counted(lone.as_bytes(), 1 << 20, Reach { lines: 1000, bytes: 1 << 18, ..Reach::FAR });
    assert_eq!((counted_lone.lines.rows, counted_lone.lines.bad), (24, 0));
}

#[test]
fn encodings_and_line_ends() {
    let text = "A,\u{e9}\r\n1,\u{fc}\r\n\r\n\"x\r\ny\",2\r\n";
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (encoding, bytes) in [
        (Encoding::Utf8, text.as_bytes().to_vec()),
        (Encoding::Utf8, [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        (Encoding::Utf16Le, utf16),
        (Encoding::Windows1252, encoding_rs::WINDOWS_1252.encode(text).0.into_owned()),
        (Encoding::Utf8, text.replace("\r\n", "\n").into_bytes()),
        (Encoding::Utf8, text.replace("\r\n", "\r").into_bytes()),
    ] {
        let (pieces, counted) = counted(&bytes, 1 << 20, Reach::NEAR);
        assert!(pieces.starts_with("0 [A|\u{e9}]\n2: 0 1|\u{fc}\n4: 0 x"), "{pieces}");
        assert_eq!(counted.encoding, Some(encoding));
        let sums = Lines { lines: 4, physical: 5, header: 1, rows: 2, blank: 1, ..Lines::default() };
        assert_eq!(counted.lines, sums);
    }
    assert_eq!(counted(b"", 64, Reach::NEAR).1, Counted::default());
}

#[test]
fn what_is_too_large_is_named() {
    let reach = Reach { lines: 8, bytes: 64, ..Reach::FAR };
    let text = format!("A,B\n1,2\n{}\n3,4\n", "x".repeat(5000));
    for size in [256, 1024, 1 << 16] {
        let (pieces, counted) = counted(text.as_bytes(), size, reach);
        assert_eq!(pieces, "0 [A|B]\n2: 0 1|2\n3: 0 odd \"\"\n4: 0 3|4\n");
        assert_eq!((counted.lines.bad, counted.lines.rows), (1, 2));
    }
    let wide = format!("{}a\n{}1\n", "a,".repeat(2500), "1,".repeat(2500));
    let mut columns = 0;
    read(wide.as_bytes(), ',', &|_| false, &mut |piece| {
        if let Piece::Header { columns: found, .. } = piece {
            columns = found.len();
        }
        Ok::<_, ()>(())
    })
    .unwrap();
    assert_eq!(columns, 2501);
}

#[test]
fn who_takes_the_pieces_may_stop() {
    let stopped = read(&b"A,B\n1,2\n"[..], ',', &knows, &mut |piece| match piece {
        Piece::Row { .. } => Err("enough"),
        _ => Ok(()),
    });
    assert!(matches!(stopped, Err(Failed::Caller("enough"))));
}

#[test]
fn a_table_longer_than_what_is_kept_goes_on_the_same() {
    let rows = "1,\"a\n\nb\",x\n".repeat(3000);
    let text = format!("Report\n\nA,B,C\n{rows}\nD,B\n{}", "3,4\n".repeat(3000));
    let reach = Reach { lines: 8, bytes: 256, ..Reach::FAR };
    let whole = counted(text.as_bytes(), 1 << 20, reach);
    assert_eq!((whole.1.lines.rows, whole.1.lines.preamble, whole.1.lines.header), (6000, 1, 2));
    for size in [1024, 1026, 5000] {
        assert_eq!(counted(text.as_bytes(), size, reach), whole, "{size}");
    }
}

proptest! {
    #[test]
    fn any_bytes_add_up(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (pieces, counted) = counted(&bytes, 1 << 12, Reach { lines: 8, bytes: 1 << 10, ..Reach::FAR });
        assert!(counted.lines.add_up(), "{pieces}");
    }

    #[test]
    fn any_small_table_adds_up(text in "[ab1,\"\n\r ]{0,120}") {
        let (mut rows, mut odd, mut headers, mut last) = (0, 0, 0, 0);
        let mut columns_of = Vec::new();
        let counted = read::<()>(text.as_bytes(), ',', &knows, &mut |piece| {
            let at = match piece {
                Piece::Header { table, columns, .. } => {
                    assert_eq!(table, columns_of.len());
                    assert!(!columns.is_empty());
                    columns_of.push(columns.len());
                    headers += 1;
                    return Ok(());
                }
                Piece::Row { table, line, cells } => {
                    assert_eq!((table + 1, cells.len()), (columns_of.len(), columns_of[table]));
                    rows += 1;
                    line
                }
                Piece::Odd { line, .. } => {
                    odd += 1;
                    line
                }
            };
            assert!(at > last, "in file order");
            last = at;
            Ok(())
        })
        .unwrap();
        let Lines { lines, physical, header, .. } = counted.lines;
        assert!(counted.lines.add_up());
        assert_eq!((counted.lines.rows, counted.lines.bad), (rows, odd));
        assert!(header >= headers && lines <= physical);
        assert_eq!(physical, crate::apple::table::lines_of(&text));
    }

    #[test]
    fn windows_do_not_change_the_outcome(
        lines in prop::collection::vec("[ab1,\"\r]{0,12}|A,B|A,B,C|1,2|1,2,3|\"\"|\"a\",\"b\"|T: x", 0..150),
        size in 64usize..400,
        end in "\n|\r\n|\r",
    ) {
        let text = lines.join(&end);
        let reach = Reach { lines: 4, bytes: 16, ..Reach::FAR };
        assert_eq!(counted(text.as_bytes(), size, reach), counted(text.as_bytes(), 1 << 20, reach));
        let utf16: Vec<u8> =
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        let (pieces, _) = counted(&utf16, size.max(128), reach);
        if !text.is_empty() {
            assert_eq!(pieces, counted(text.as_bytes(), 1 << 20, reach).0);
        }
    }
}
