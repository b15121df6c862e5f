//! Lines of every dialect, unfolded and read, and bytes that are none.

use std::io::{BufReader, Read};
use std::time::{Duration, Instant};

use super::{Decoded, LONGEST, Lines, Text, text_of};
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

/// What each line says: group, name, and the value as text; `None` for what is no property.
fn read(text: &[u8]) -> Vec<Option<(String, String)>> {
    let mut said = Vec::new();
    let mut lines = Lines::new(text);
    while let Some(line) = lines.next().unwrap() {
        said.push(line.property().map(|property| {
            let group = property.group.as_deref().map(|group| format!("{group}.")).unwrap_or_default();
            (format!("{group}{}", property.name), property.text())
        }));
    }
    said
}

fn said(name: &str, text: &str) -> Option<(String, String)> {
    Some((name.to_owned(), text.to_owned()))
}

#[test]
fn lines_are_unfolded_in_every_dialect() {
    type Expected<'e> = &'e [(&'e str, &'e str)];
    let table: &[(&[u8], Expected)] = &[
        (b"", &[]),
        (b"\r\n\n\r", &[]),
        (b"FN:Ann Berg", &[("FN", "Ann Berg")]),
        (b"FN:Ann\r\nTEL:1\nNOTE:x\rURL:y", &[("FN", "Ann"), ("TEL", "1"), ("NOTE", "x"), ("URL", "y")]),
        (b"FN:Ann B\r\n erg\r\n", &[("FN", "Ann Berg")]),
        (b"FN:Ann\n\t  Berg\n", &[("FN", "Ann  Berg")]),
        // folded within the name, within a parameter, and within a character
        (b"F\n N:Ann\n", &[("FN", "Ann")]),
        (b"TEL;TYPE=ce\n ll:1\n", &[("TEL", "1")]),
        (b"FN:J\xc3\r\n \xb6rg\r\n", &[("FN", "J\u{f6}rg")]),
        // what a line break in the wrong mode makes of CR LF
        (b"FN:Ann\r\r\nNOTE:a\r\r\n b\r\r\n", &[("FN", "Ann"), ("NOTE", "ab")]),
        (b"FN:Ann\n\nNOTE:a\n\n b\n", &[("FN", "Ann"), ("NOTE", "ab")]),
        (b"FN:Ann\n \nTEL:1\n", &[("FN", "Ann"), ("TEL", "1")]),
        (b"item1.TEL;type=pref:+47 1\n", &[("item1.TEL", "+47 1")]),
        (b"a.b.TEL:1\n", &[("a.b.TEL", "1")]),
        (b"fn:Ann\n", &[("FN", "Ann")]),
        (b"NOTE:a\\nb\\, c\\; d\\\\e\\N\\x\\\n", &[("NOTE", "a\nb, c; d\\e\n\\x\\")]),
        (b"X;A=\"b:c;d\":e:f\n", &[("X", "e:f")]),
        // a quote that nothing closes is a letter
        (b"X;A=\"b;C=\"d:e\n", &[("X", "e")]),
        (b"X;A=\"b:e\n", &[("X", "e")]),
        // quoted-printable over several lines, which no line of the frame belongs to
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=\r\n=20B=\n erg\n", &[("NOTE", "J\u{f6}rg B erg")]),
        (b"NOTE;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:J=F6rg=0D=0AB\n", &[("NOTE", "J\u{f6}rg\r\nB")]),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:cut=\nEND:VCARD\n", &[("NOTE", "cut"), ("END", "VCARD")]),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:cut=", &[("NOTE", "cut")]),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:a=ZZ\n", &[("NOTE", "a=ZZ")]),
        (b"NOTE:a=\nTEL:1\n", &[("NOTE", "a="), ("TEL", "1")]),
        // base64 of vCard 2.1 without blanks in front, up to an empty line
        (b"X;ENCODING=BASE64:QUJD\nREVG\n\nTEL:1\n", &[("X", "ABCDEF"), ("TEL", "1")]),
        (b"X;BASE64:\n QUJD\n REVG\n\nTEL:1\n", &[("X", "ABCDEF"), ("TEL", "1")]),
        (b"X;ENCODING=b:QUJD RE\n VG=\n", &[("X", "ABCDEF")]),
        // encodings that nobody states
        (b"FN:J\xf6rg\n", &[("FN", "J\u{f6}rg")]),
        (b"FN;CHARSET=UTF-8:J\xf6rg\n", &[("FN", "J\u{f6}rg")]),
        (b"FN;CHARSET=Shift_JIS:\x8e\x52\x93\x63\n", &[("FN", "\u{5c71}\u{7530}")]),
        (b"FN;CHARSET=nonsense:J\xc3\xb6rg\n", &[("FN", "J\u{f6}rg")]),
        (b"FN:A\0nn\n", &[("FN", "Ann")]),
        (b"\xef\xbb\xbfBEGIN:VCARD\n", &[("BEGIN", "VCARD")]),
    ];
    for (text, expected) in table {
        let expected: Vec<_> = expected.iter().map(|(name, text)| said(name, text)).collect();
        assert_eq!(read(text), expected, "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn what_is_no_property() {
    for text in
        ["no colon", ":", ";:x", "two words:x", "TEL;TYPE=cell", "\u{e9}:x", "X;A=\"b\"", ".:x", "a.:x"]
    {
        assert_eq!(read(text.as_bytes()), [None], "{text}");
    }
    assert_eq!(read(b"nothing\nFN:Ann\n"), [None, said("FN", "Ann")], "the next line is itself again");
}

#[test]
fn parameters() {
    let cases: [(&str, &str, &[&str]); 11] = [
        ("TEL;TYPE=home,work:1", "TYPE", &["home", "work"]),
        ("TEL;type=HOME;TYPE=\"voice,cell\":1", "TYPE", &["HOME", "voice,cell"]),
        ("TEL;HOME;VOICE:1", "TYPE", &["HOME", "VOICE"]),
        ("PHOTO;BASE64;JPEG:x", "ENCODING", &["BASE64"]),
        ("PHOTO;BASE64;JPEG:x", "TYPE", &["JPEG"]),
        ("X;X-TITLE=\"Caf\u{e9}: left; right\":geo:1,2", "X-TITLE", &["Caf\u{e9}: left; right"]),
        ("X;A=b^nc^^d^'e^f:x", "A", &["b\nc^d\"e^f"]),
        ("PHOTO;X-ABCROP-RECTANGLE=ABClip_1&0&0&6&x==:y", "X-ABCROP-RECTANGLE", &["ABClip_1&0&0&6&x=="]),
        ("X;A=:y", "A", &[""]),
        ("X;;A=b;:y", "A", &["b"]),
        ("X;A=\"b\"c:y", "A", &["b"]),
    ];
    for (text, name, expected) in cases {
        let mut lines = Lines::new(text.as_bytes());
        let line = lines.next().unwrap().expect("one line");
        let property = line.property().expect("a property");
        let values: Vec<&str> = property.parameters_of(name).collect();
        assert_eq!(values, expected, "{text}");
    }
}

#[test]
fn parts_end_where_no_backslash_stands_before() {
    let mut lines = Lines::new(&b"N:Berg\\; Sons;Ann;;Dr\\\\;\\\n"[..]);
    let line = lines.next().unwrap().expect("one line");
    let property = line.property().expect("a property");
    assert_eq!(property.parts(';'), ["Berg; Sons", "Ann", "", "Dr\\", "\\"]);
    assert_eq!(property.parts(','), ["Berg; Sons;Ann;;Dr\\;\\"]);
}

#[test]
fn bytes_of_base64() {
    let cases: [(&str, Option<&[u8]>); 7] = [
        ("X;ENCODING=b:QUJD", Some(b"ABC")),
        ("X;ENCODING=B:QUI=", Some(b"AB")),
        ("X;ENCODING=BASE64:QU J\tD", Some(b"ABC")),
        ("X;ENCODING=b:QUJDR", Some(b"ABC")),
        ("X;ENCODING=b:-_-_", Some(&[0xfb, 0xff, 0xbf])),
        ("X;ENCODING=b:", Some(b"")),
        ("X:QUJD", None),
    ];
    for (text, expected) in cases {
        let mut lines = Lines::new(text.as_bytes());
        let line = lines.next().unwrap().expect("one line");
        assert_eq!(line.property().and_then(|p| p.binary()).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_file_in_utf_16_reads_as_one_in_utf_8() {
    let text = "BEGIN:VCARD\r\nFN:\u{5c71}\u{7530}\r\n";
    let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    for bytes in [
        text.as_bytes().to_vec(),
        marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()),
        marked(b"\xff\xfe", units(u16::to_le_bytes)),
        marked(b"\xfe\xff", units(u16::to_be_bytes)),
        units(u16::to_le_bytes),
        units(u16::to_be_bytes),
    ] {
        assert_eq!(text_of(&bytes), text.as_bytes(), "{bytes:?}");
        let mut read = Vec::new();
        Decoded::new(bytes.as_slice()).unwrap().read_to_end(&mut read).unwrap();
        assert_eq!(read, text.as_bytes(), "{bytes:?}");
    }
}

#[test]
fn of_a_line_that_is_too_long_the_beginning_is_kept() {
    let folded = "a".repeat(999) + "\r\n ";
    let text = format!("A:1\r\nX;B=c:{}\r\nZ:2\r\n", folded.repeat(LONGEST / 999 + 9));
    let soft = format!("X;QUOTED-PRINTABLE:{}=\nmore=\nEND:VCARD\nZ:2", "a".repeat(LONGEST + 9));
    for (text, expected) in [(text, ["A", "X", "Z"]), (soft, ["X", "END", "Z"])] {
        let mut lines = Lines::new(text.as_bytes());
        let mut names = Vec::new();
        let mut end = 0;
        while let Some(line) = lines.next().unwrap() {
            let name = line.property().expect("a property").name;
            assert_eq!(line.is_whole, &*name != "X");
            assert!(line.span.start == end && line.unfolded.len() <= LONGEST);
            end = line.span.end;
            names.push(name);
        }
        assert_eq!(names, expected.map(Into::into));
        assert_eq!(end, text.len());
    }
}

#[test]
fn any_part_of_a_text_is_read_again() {
    let many = "NOTE:blue\r\n green\r\n".repeat(300_000);
    for text in ["\u{feff}A:1\nB:2\n".to_owned(), format!("A:1\n{many}B:2\n")] {
        let kept = Text::of(text.as_bytes()).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        assert_eq!(kept.span(), 0..text.len());
        let (mut first, mut last) = (kept.lines(0..4), kept.lines(text.len() - 4..text.len()));
        // each goes on where it was, whatever others read
        for (lines, name, span) in [(&mut last, "B", text.len() - 4..text.len()), (&mut first, "A", 0..4)] {
            let line = lines.next().unwrap().expect("a line");
            assert_eq!((&*line.property().expect("a property").name, line.span.clone()), (name, span));
        }
        let mut copied = Vec::new();
        assert_eq!(kept.copy(1..text.len(), &mut copied).unwrap(), Some(b'\n'));
        assert_eq!(copied, &text.as_bytes()[1..]);
        assert_eq!(kept.copy(3..3, &mut copied).unwrap(), None);
    }
}

/// Hostile shapes, in a size at which quadratic work would take minutes.
#[test]
fn time_is_linear() {
    const MANY: usize = 100_000;
    let shapes = [
        "X;A=\"".repeat(MANY),
        "\n".repeat(MANY) + "a",
        "a\n b".repeat(MANY),
        "a=\n ".repeat(MANY),
        format!("X{}:", ";A=b".repeat(MANY)),
        format!("X;A={}:y", "\"b\",".repeat(MANY)),
        format!("X;A={}", "\"".repeat(MANY)),
        format!("X;ENCODING=QUOTED-PRINTABLE{}:{}", ";A=b".repeat(MANY), "a=\n".repeat(MANY)),
        format!("X;ENCODING=BASE64{}:{}", ";A=b".repeat(MANY), "QUJD\n".repeat(MANY)),
        format!("N:{}", "\\;;".repeat(MANY)),
    ];
    let began = Instant::now();
    for shape in shapes {
        let mut lines = Lines::new(shape.as_bytes());
        while let Some(line) = lines.next().unwrap() {
            let _ = line.property().map(|property| (property.text(), property.parts(';')));
        }
    }
    assert!(began.elapsed() < Duration::from_secs(60));
}

proptest! {
    #[test]
    fn no_bytes_panic_and_every_byte_is_in_one_line(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        every_byte_once(&bytes)?;
    }

    #[test]
    fn no_near_miss_panics(text in r#"((BEGIN|END|item1\.TEL|X|PHOTO)(;[A-Z]{0,3}=?"?[a-z^,]{0,3}"?|;ENCODING=B|;QUOTED-PRINTABLE){0,3}:?[a-zA-Z0-9=\\;,é"]{0,9}[\r\n \t]{0,3}){0,12}"#) {
        every_byte_once(text.as_bytes())?;
    }

    #[test]
    fn folding_changes_nothing(value in "[a-z\\\\,;: é山🙂]{1,40}", width in 1usize..9) {
        let line = format!("NOTE:{value}");
        let folded = line.as_bytes().chunks(width).collect::<Vec<_>>().join(&b"\r\n "[..]);
        prop_assert_eq!(read(&folded), read(line.as_bytes()));
    }
}

/// Lines stand in order, nothing but line breaks is between them, and each can be read.
fn every_byte_once(bytes: &[u8]) -> Result<(), proptest::test_runner::TestCaseError> {
    let mut at = 0;
    let is_break = |bytes: &[u8]| bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
    let mut lines = Lines::new(bytes);
    // whatever the pieces in which a file is read
    let mut in_pieces = Lines::new(BufReader::with_capacity(3, bytes));
    while let Some(line) = lines.next().unwrap() {
        prop_assert!(in_pieces.next().unwrap().as_ref() == Some(&line));
        prop_assert!(line.span.start >= at && line.span.end > line.span.start);
        prop_assert!(is_break(&bytes[at..line.span.start]));
        at = line.span.end;
        if let Some(property) = line.property() {
            let _ = (property.text(), property.parts(','), property.binary());
        }
        // a line alone is the same line
        let mut alone = Lines::new(&bytes[line.span.clone()]);
        prop_assert_eq!(
            alone.next().unwrap().map(|alone| alone.unfolded.to_vec()),
            Some(line.unfolded.to_vec())
        );
        prop_assert!(alone.next().unwrap().is_none());
    }
    prop_assert!(is_break(&bytes[at..]));
    Ok(())
}
