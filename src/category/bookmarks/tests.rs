//! Both forms in, one value and two files out.

use super::{Bookmark, File, FolderPath, united};
use crate::apple::sheet::Lines;
use chrono::DateTime;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use std::io::{self, Write};
use std::slice::from_ref;
use std::sync::Arc;

const SAFARI: &str = r#"<!DOCTYPE NETSCAPE-Bookmark-file-1>
	<HTML>
	<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
	<Title>Bookmarks</Title>
	<H1>Bookmarks</H1>
	<DT><H3 FOLDED>Favorites</H3>
	<DL><p>
		<DT><A HREF="https://example.org/a?b=1&amp;c=2">Ann &amp; Bo</A>
		<DT><H3 FOLDED>Häuser</H3>
		<DL><p>
			<DT><A HREF="https://example.org/h" ADD_DATE="1600000000" LAST_MODIFIED="1600000100">A
				<b>house</b></A>
			<DD>with a garden
		</DL><p>
		<DT><H3 FOLDED>Empty</H3>
		<DL><p>
		</DL><p>
	</DL><p>
	<DT><A HREF="javascript:alert('x')"></A>
	<DT><H3 FOLDED id="com.apple.ReadingList">Liste</H3>
	<DL><p>
		<DT><A HREF="https://example.org/read" ADD_DATE="1600000000123">Later</A>
	</DL><p>
	</HTML>
"#;

const ROOM: usize = 64 << 20;

fn read(name: &str, bytes: &[u8]) -> Option<File> {
    super::read(name, bytes, ROOM).ok()
}

fn given(name: &str, text: &str) -> File {
    read(name, text.as_bytes()).expect("a file of bookmarks")
}

fn written(files: &[File], write: fn(&[Arc<File>], &mut dyn Write) -> io::Result<()>) -> String {
    let files: Vec<Arc<File>> = files.iter().cloned().map(Arc::new).collect();
    let mut bytes = Vec::new();
    write(&files, &mut bytes).expect("memory takes everything");
    String::from_utf8(bytes).expect("text")
}

fn html(files: &[File]) -> String {
    written(files, super::html)
}

fn csv(files: &[File]) -> String {
    written(files, super::csv)
}

fn united_titles(exports: &[&[File]]) -> Vec<(String, String)> {
    let exports = exports.iter().map(|files| files.iter().cloned().map(Arc::new).collect()).collect();
    let files: Vec<File> = united(exports).iter().map(|file| File::clone(file)).collect();
    titles(&files)
}

fn titles(files: &[File]) -> Vec<(String, String)> {
    let all = files.iter().flat_map(|file| &file.bookmarks);
    all.map(|bookmark| (bookmark.title.clone(), bookmark.folder_text().unwrap_or_default())).collect()
}

#[test]
fn rows_of_the_table() {
    let file = given(
        "Bookmarks_1.csv",
        "\u{feff} Title,URL,modifiedOn,favorite,deleted\r\n\
         Example,https://example.org/a?b=1&c=2,\"Monday March 4,2019 7:08 PM GMT\",no,no\r\n\
         \"A, \"\"B\"\"\",\"https://example.org/x,y\"\"z\",\"Monday March 4,2019 7:08 PM GMT\",yes,no\r\n\
         ,javascript:void(0),never,no,yes\r\n\
         \r\n\
         Title,URL,modifiedOn,favorite,deleted\r\n\
         \"two\nlines\",data:text/html;hi,N/A,no,no\r\n",
    );
    let rows: Vec<_> = file
        .bookmarks
        .iter()
        .map(|b| {
            let utc = b.modified.as_ref().and_then(|stamp| stamp.utc).map(|utc| utc.to_rfc3339());
            let raw = b.modified.as_ref().map(|stamp| stamp.raw.as_str());
            (b.title.as_str(), b.url.as_str(), raw, utc, b.favourite, b.deleted, b.is_link())
        })
        .collect();
    let (raw, utc) =
        (Some("Monday March 4,2019 7:08 PM GMT"), || Some("2019-03-04T19:08:00+00:00".to_owned()));
    assert_eq!(
        rows,
        [
            ("Example", "https://example.org/a?b=1&c=2", raw, utc(), false, false, true),
            ("A, \"B\"", "https://example.org/x,y\"z", raw, utc(), true, false, true),
            ("", "javascript:void(0)", Some("never"), None, false, true, false),
            ("two\nlines", "data:text/html;hi", None, None, false, false, false),
        ]
    );
    assert_eq!(file.name, "Bookmarks_1");
    assert_eq!(file.lines, Lines { physical: 8, lines: 7, header: 2, rows: 4, blank: 1, ..Lines::default() });
}

#[test]
fn rows_with_commas_too_many_are_put_right() {
    let header = "Title,URL,modifiedOn,favorite,deleted\n";
    for (row, title, url) in [
        (
            "A, B and C,https://example.org/,\"Monday March 4,2019 7:08 PM GMT\",no,no",
            "A, B and C",
            "https://example.org/",
        ),
        (
            "A,https://example.org/1,2,\"Monday March 4,2019 7:08 PM GMT\",no,no",
            "A",
            "https://example.org/1,2",
        ),
        ("A,https://example.org/,Monday March 4,2019 7:08 PM GMT,yes,no", "A", "https://example.org/"),
        ("Re: A,B,javascript:f(1,2),Monday March 4,2019 7:08 PM GMT,yes,no", "Re: A,B", "javascript:f(1,2)"),
    ] {
        let file = given("b.csv", &format!("{header}{row}\n"));
        let [bookmark] = file.bookmarks.as_slice() else { panic!("one row: {row}") };
        assert_eq!((bookmark.title.as_str(), bookmark.url.as_str()), (title, url), "{row}");
        assert!(bookmark.modified.as_ref().is_some_and(|stamp| stamp.utc.is_some()), "{row}");
    }
    let file = given("b.csv", &format!("{header}A,B,C,D,E,F,G\n,,,,\nB,https://example.org/,,no,no\n"));
    assert_eq!(file.bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((file.lines.rows, file.lines.bad, file.lines.lines), (1, 2, 4));
}

#[test]
fn tables_of_other_shapes() {
    for (text, rows) in [
        ("Title,URL,modifiedOn,favorite,deleted", 0),
        ("Title;URL;modifiedOn;favorite;deleted\nA;https://example.org/;;no;no\n", 1),
        ("made for Ann\n\nURL,Title\nhttps://example.org/,A\n", 1),
        ("deleted,favorite,modifiedOn,URL,Title\nno,no,,https://example.org/,A", 1),
        ("Title,URL,modifiedOn,favorite,deleted,folder\nA,https://example.org/,,no,no,x\n", 1),
        ("Title,URL,modifiedOn,favorite,deleted\nA,https://example.org/\n", 1),
        ("Title,URL,modifiedOn,favorite,deleted\nA,https://example.org/,,no,no,,\n", 1),
    ] {
        let file = given("b.csv", text);
        assert_eq!(file.bookmarks.len(), rows, "{text}");
        assert!(
            file.bookmarks
                .iter()
                .all(|b| (b.title.as_str(), b.url.as_str()) == ("A", "https://example.org/"))
        );
    }
    for text in ["", "\n\n", "Name,Phone\nAnn,1\n", "hello", "{\"a\":1}", "<html><body>no</body></html>"] {
        assert_eq!(read("b.csv", text.as_bytes()), None, "{text}");
    }
    let utf16: Vec<u8> = "\u{feff}Title,URL,modifiedOn\né,https://example.org/,\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(read("b.csv", &utf16).map(|file| file.bookmarks[0].title.clone()), Some("é".to_owned()));
}

#[test]
fn links_of_the_page() {
    let file = given("Bookmarks.html", SAFARI);
    let rows: Vec<_> = file
        .bookmarks
        .iter()
        .map(|b| {
            let utc = b.stamp().and_then(|stamp| stamp.utc).map(|utc| utc.timestamp());
            (
                b.title.as_str(),
                b.url.as_str(),
                b.folder_text().unwrap_or_default(),
                utc,
                b.favourite,
                b.reading_list,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("Ann & Bo", "https://example.org/a?b=1&c=2", "Favorites".to_owned(), None, true, false),
            (
                "A house",
                "https://example.org/h",
                "Favorites/Häuser".to_owned(),
                Some(1_600_000_100),
                true,
                false
            ),
            ("", "javascript:alert('x')", String::new(), None, false, false),
            ("Later", "https://example.org/read", "Liste".to_owned(), Some(1_600_000_000), false, true),
        ]
    );
    assert_eq!(file.bookmarks[1].note, "with a garden");
    let folders: Vec<String> = file.folders.iter().map(|folder| folder.path.names().join("/")).collect();
    assert_eq!(folders, ["Favorites", "Favorites/Häuser", "Favorites/Empty", "Liste"]);
}

#[test]
fn pages_without_closing_tags() {
    for (html, expected) in [
        (
            "<DL><DT><H3>A</H3><DL><DT><A HREF=u>1<DT><A HREF=v>2</DL><DT><A HREF=w>3",
            &[("1", "A"), ("2", "A"), ("3", "")][..],
        ),
        ("<DL><p><DT><H3>A</H3><DT><H3>B</H3><DL><DT><A HREF=u>1</A></DL></DL>", &[("1", "B")]),
        ("<DL><DT><H3>A</H3><DD>what it is<DL><DT><A HREF=u>1</A></DL></DL>", &[("1", "A")]),
        ("<DL><DT><H3>A</H3><DL></DL></DL></DL></DL><DT><A HREF=u>1</A>", &[("1", "")]),
        ("<DL><DT><!-- <A HREF=x>no</A> --><A>1</A>", &[("1", "")]),
    ] {
        let file = given("b.html", &format!("<!DOCTYPE NETSCAPE-Bookmark-file-1>{html}"));
        let found = titles(&[file]);
        let expected: Vec<_> = expected.iter().map(|(t, f)| ((*t).to_owned(), (*f).to_owned())).collect();
        assert_eq!(found, expected, "{html}");
    }
    let nested = "<DL><DT><H3>a</H3>".repeat(100_000);
    let file = given("b.html", &format!("<!DOCTYPE NETSCAPE-Bookmark-file-1>{nested}<DT><A HREF=u>1</A>"));
    assert_eq!(file.bookmarks[0].folder.as_ref().map(FolderPath::depth), Some(64));
    assert!(html(&[file]).len() < 1 << 20);
}

#[test]
fn a_page_of_any_size_is_read_as_its_pieces_are() {
    let picture = "A".repeat(700);
    let one = |number: u32| {
        let (letter, icon) = (char::from(b'a' + (number % 26) as u8), &picture[..(number % 700) as usize]);
        format!(
            "<DT><A HREF=\"https://example.org/{number}\" ICON='data:,{icon}'>é {letter}&amp;{number}</A> "
        )
    };
    let links: String = (0..26_000).map(one).collect();
    let page = |end: &str| format!("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL>{links}</DL>{end}");
    // all of it is one line, longer than what is looked at together
    for (end, more) in
        [("", None), ("<DT><A HREF=\"https://example.org/open", None), ("<!-- ><A HREF=x>y", Some("x"))]
    {
        let file = read("bookmarks.html", page(end).as_bytes()).expect("a page");
        assert!(page(end).len() > 9 << 20);
        for (number, bookmark) in (0..26_000).zip(&file.bookmarks) {
            let letter = char::from(b'a' + (number % 26) as u8);
            assert_eq!(bookmark.url, format!("https://example.org/{number}"));
            assert_eq!(bookmark.title, format!("é {letter}&{number}"));
        }
        assert_eq!(file.bookmarks.get(26_000).map(|bookmark| &*bookmark.url), more, "{end}");
    }
}

#[test]
fn only_addresses_of_the_web_are_links() {
    for (url, is_link) in [
        ("https://example.org/", true),
        ("HTTP://EXAMPLE.ORG", true),
        ("ftp://example.org", true),
        (" https://example.org/", true),
        ("javascript:alert(1)", false),
        ("JavaScript:alert(1)", false),
        ("\u{1}javascript:alert(1)", false),
        ("java\nscript:alert(1)", false),
        ("data:text/html,<script>", false),
        ("file:///etc/passwd", false),
        ("example.org", false),
        ("//example.org", false),
        ("", false),
        ("é", false),
    ] {
        assert_eq!(Bookmark { url: url.to_owned(), ..Bookmark::default() }.is_link(), is_link, "{url}");
    }
}

#[test]
fn one_page_for_every_browser() {
    let table = given(
        "Bookmarks_1.csv",
        "Title,URL,modifiedOn,favorite,deleted\n\
         <x>,\"javascript:f('a&b')\",\"Monday March 4,2019 7:08 PM GMT\",no,no\n\
         Old,https://example.org/old,,no,yes\n",
    );
    let files = [given("Bookmarks.html", SAFARI), table];
    assert_eq!(
        html(&files),
        r#"<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><A HREF="javascript:alert('x')"></A>
    <DT><H3 PERSONAL_TOOLBAR_FOLDER="true">Favorites</H3>
    <DL><p>
        <DT><A HREF="https://example.org/a?b=1&amp;c=2">Ann &amp; Bo</A>
        <DT><H3>Häuser</H3>
        <DL><p>
            <DT><A HREF="https://example.org/h" ADD_DATE="1600000000" LAST_MODIFIED="1600000100">A house</A>
            <DD>with a garden
        </DL><p>
        <DT><H3>Empty</H3>
        <DL><p>
        </DL><p>
    </DL><p>
    <DT><H3 id="com.apple.ReadingList">Liste</H3>
    <DL><p>
        <DT><A HREF="https://example.org/read" ADD_DATE="1600000000">Later</A>
    </DL><p>
    <DT><H3>Bookmarks_1</H3>
    <DL><p>
        <DT><A HREF="javascript:f('a&amp;b')" ADD_DATE="1551726480" LAST_MODIFIED="1551726480">&lt;x&gt;</A>
    </DL><p>
    <DT><H3>Recently deleted</H3>
    <DL><p>
        <DT><A HREF="https://example.org/old">Old</A>
    </DL><p>
</DL><p>
"#
    );
    let written = csv(&files);
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines[0], "title,url,folder,modified_utc,favourite,deleted,reading_list,note");
    assert_eq!(
        lines[2],
        "A house,https://example.org/h,Favorites/Häuser,2020-09-13T12:28:20Z,yes,no,no,with a garden"
    );
    assert_eq!(lines[5], "<x>,javascript:f('a&b'),,2019-03-04T19:08:00Z,no,no,no,");
    assert_eq!(lines.len(), 7);
}

#[test]
fn several_exports_are_one() {
    let table = |rows: &[&str]| {
        given("Bookmarks_1.csv", &format!("Title,URL,modifiedOn,favorite,deleted\n{}\n", rows.join("\n")))
    };
    let page =
        |links: &str| given("Bookmarks.html", &format!("<!DOCTYPE NETSCAPE-Bookmark-file-1><DL>{links}"));
    let folders = page(
        "<DT><H3>F</H3><DL><DT><A HREF=\"u:1\">one</A><DT><A HREF=\"u:2\">two</A></DL><DT><A HREF=\"u:1\">one again</A>",
    );
    // within one export nothing is merged
    let both = [folders.clone(), table(&["one,u:1,,no,no"])];
    assert_eq!(united_titles(&[&both]).len(), 4);
    // the newest counts, and what it cannot say stays
    let newer = [table(&["One,u:1,,no,no", "three,u:3,,no,no"])];
    let named = |titles: &[(&str, &str)]| -> Vec<(String, String)> {
        titles.iter().map(|(title, folder)| ((*title).to_owned(), (*folder).to_owned())).collect()
    };
    assert_eq!(
        united_titles(&[from_ref(&folders), &newer]),
        named(&[("two", "F"), ("One", "F"), ("three", "")])
    );
    // the same export twice is one
    assert_eq!(united_titles(&[from_ref(&folders), from_ref(&folders)]), titles(&[folders]));
    // without an address: as many as the export has that has most
    let nameless = table(&["a,,,no,no", "a,,,no,no"]);
    let one = table(&["a,,,no,no"]);
    assert_eq!(united_titles(&[from_ref(&nameless), from_ref(&one)]).len(), 2);
    assert_eq!(united_titles(&[&[one], &[nameless]]).len(), 2);
}

#[test]
fn a_table_of_any_size_is_read_as_its_pieces_are() {
    const HEADER: &str = "Title,URL,modifiedOn,favorite,deleted\n";
    let title = "long ".repeat(200_000);
    let piece = format!("\"{title}\n\",u:1,,no,no\n\n{HEADER}a,u:2,,yes,no\nodd,odd,odd,odd,odd,odd,odd\n");
    let alone = given("b.csv", &format!("{HEADER}{piece}"));
    let all = given("b.csv", &format!("{HEADER}{}", piece.repeat(12)));
    assert_eq!((alone.bookmarks.len(), alone.lines.bad), (2, 1));
    assert!(all.bookmarks.chunks(2).all(|bookmarks| bookmarks == alone.bookmarks));
    let Lines { lines, physical, .. } = alone.lines;
    assert_eq!((all.lines.lines - 1, all.lines.physical - 1), (12 * (lines - 1), 12 * (physical - 1)));
    assert!(all.lines.add_up(), "{:?}", all.lines);
    assert!(
        super::read("b.csv", format!("{HEADER}{piece}").as_bytes(), 1_000_000).is_err(),
        "there is no room"
    );
}

fn some_bookmark() -> impl Strategy<Value = Bookmark> {
    let word = || prop_oneof![Just(String::new()), "[a-zé<>&\"' ;,#]{1,8}", "\\PC{1,6}"];
    let line = move || word().prop_map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let path = prop::collection::vec("[a-c&<]{1,2}", 0..3);
    let path = path.prop_map(|path| path.iter().fold(FolderPath::default(), |path, name| path.within(name)));
    (line(), word(), path, line(), any::<u32>()).prop_map(|(title, url, folder, note, seconds)| {
        let utc = DateTime::from_timestamp(i64::from(seconds), 0).filter(|_| seconds > 0);
        let added = utc.map(|utc| super::Stamp { raw: seconds.to_string(), utc: Some(utc) });
        Bookmark {
            title,
            url: url.trim().to_owned(),
            folder: Some(folder),
            added,
            note,
            ..Bookmark::default()
        }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(bookmarks in prop::collection::vec(some_bookmark(), 0..8)) {
        let file = File { bookmarks, ..File::default() };
        let again = given("x.html", &html(from_ref(&file)));
        let key = |b: &Bookmark| (b.folder_text(), b.title.clone(), b.url.clone(), b.note.clone(), b.added.clone());
        let sorted = |file: &File| {
            let mut keys: Vec<_> = file.bookmarks.iter().map(key).collect();
            keys.sort_by_key(|key| format!("{key:?}"));
            keys
        };
        assert_eq!(sorted(&again), sorted(&file));
    }

    #[test]
    fn every_line_of_a_table_is_counted(text in "(Title,URL,modifiedOn,favorite,deleted\n)?([a,\"\n\r:;h]|http://x|yes,no|\n){0,40}") {
        if let Some(file) = read("b.csv", text.as_bytes()) {
            assert!(file.lines.add_up() && file.lines.lines <= file.lines.physical, "{:?}", file.lines);
            assert_eq!((file.lines.rows, file.lines.bad), (file.bookmarks.len() as u64, file.bad.len() as u64));
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read("x", &bytes);
        let mut page = b"<!DOCTYPE NETSCAPE-Bookmark-file-1>".to_vec();
        page.extend(bytes);
        let file = read("x", &page).expect("a page");
        let _ = (html(from_ref(&file)), csv(from_ref(&file)));
    }
}
