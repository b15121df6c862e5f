//! One large JSON document, an element at a time.
//!
//! Apple's tables in JSON are an array of objects, or an object whose members are such arrays (`events`,
//! `games_state`), of 200 MB and more, on one line or on many. This gives the text of one element after another and
//! holds no more than one; what an element says is for `serde_json` and the caller.
//!
//! It cuts and does not judge: brackets and strings decide where an element ends. So an element that is no JSON costs
//! itself and not those after it, a document that is cut short gives what came before, and the digits of a number
//! are those of the file. A visitor of `serde_json` would end with the first odd byte.

use std::io::{self, BufRead};

/// Bytes of one element. Apple's are of a few kilobytes; one that is larger is counted and not given.
pub const LARGEST_ELEMENT: usize = 16 << 20;

/// A piece of the document.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'e> {
    /// One element of an array, or a member of the outermost object that is no array, or a document that is neither.
    Element(Element<'e>),
    /// An element of this many bytes, which are too many.
    Oversized(u64),
}

/// The text of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'e> {
    /// The member of the outermost object that it is, or in whose array it stands.
    pub member: Option<&'e str>,
    pub stands: Stands,
    /// Without the white space around it; mostly, but not surely, JSON.
    pub text: &'e [u8],
}

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    InArray,
    /// It is a member of the outermost object, or the whole document.
    Apart,
}

/// How a document ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Not reached yet.
    Ahead,
    /// All brackets closed.
    Whole,
    /// The document is empty, or brackets were open.
    Cut,
    /// Something stood behind the end that is not white space.
    Trailing,
}

/// Where in the document the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    /// In the outermost array.
    Array,
    /// In the outermost object.
    Object,
    /// In an array that is a member of it.
    MemberArray,
    End(Ending),
}

/// The elements of a document, each for as long as it is looked at.
#[derive(Debug)]
pub struct Elements<R> {
    source: R,
    at: At,
    member: Option<String>,
    text: Vec<u8>,
    largest: usize,
}

impl<R: BufRead> Elements<R> {
    /// `source` is read once and forwards, in UTF-8 with or without a byte order mark.
    pub fn new(source: R) -> Self {
        Elements { source, at: At::Start, member: None, text: Vec::new(), largest: LARGEST_ELEMENT }
    }

    /// How the document ended, once there are no more elements.
    pub fn ending(&self) -> Ending {
        match self.at {
            At::End(ending) => ending,
            _ => Ending::Ahead,
        }
    }

    /// The next element; `None` at the end.
    // it lends what it holds, which an `Iterator` cannot
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        loop {
            let Some(byte) = self.peek()? else {
                if !matches!(self.at, At::End(_)) {
                    self.at = At::End(Ending::Cut);
                }
                return Ok(None);
            };
            let stands = match self.at {
                At::Array | At::MemberArray => Stands::InArray,
                At::Start | At::Object | At::End(_) => Stands::Apart,
            };
            match (self.at, byte) {
                (At::Start, b'[') => self.enter(At::Array),
                (At::Start, b'{') => self.enter(At::Object),
                // either bracket closes whatever is open, or a wrong one would be an element of no bytes for ever
                (At::Array | At::Object, b']' | b'}') => self.enter(At::End(Ending::Whole)),
                (At::MemberArray, b']' | b'}') => self.enter(At::Object),
                (At::Array | At::MemberArray | At::Object, b',') => self.source.consume(1),
                (At::Object, b'"') => {
                    self.read_member()?;
                    if self.peek()? == Some(b'[') {
                        self.enter(At::MemberArray);
                    } else {
                        return self.element(Stands::Apart).map(Some);
                    }
                }
                (At::End(_), _) => {
                    self.at = At::End(Ending::Trailing);
                    return Ok(None);
                }
                (At::Start | At::Array | At::MemberArray | At::Object, _) => {
                    if self.at == At::Start {
                        self.at = At::End(Ending::Whole);
                    }
                    if self.at == At::Object {
                        self.member = None;
                    }
                    return self.element(stands).map(Some);
                }
            }
        }
    }

    fn enter(&mut self, at: At) {
        self.source.consume(1);
        self.at = at;
    }

    /// The next byte that is neither white space nor a byte order mark, which stays to be read.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let skipped = |byte: &u8| {
                byte.is_ascii_whitespace() || self.at == At::Start && matches!(byte, 0xef | 0xbb | 0xbf)
            };
            let found = buffer.iter().position(|byte| !skipped(byte));
            let byte = found.and_then(|at| buffer.get(at)).copied();
            let length = found.unwrap_or(buffer.len());
            self.source.consume(length);
            if byte.is_some() {
                return Ok(byte);
            }
        }
    }

    /// Reads the name of a member and the colon after it.
    fn read_member(&mut self) -> io::Result<()> {
        self.take(Until::Colon)?;
        let name = self.text.strip_suffix(b":").unwrap_or(&self.text).trim_ascii_end();
        let name =
            serde_json::from_slice(name).unwrap_or_else(|_| String::from_utf8_lossy(name).into_owned());
        self.member = Some(name);
        Ok(())
    }

    fn element(&mut self, stands: Stands) -> io::Result<Piece<'_>> {
        let size = self.take(Until::Separator)?;
        if size > self.largest as u64 {
            return Ok(Piece::Oversized(size));
        }
        let text = self.text.trim_ascii_end();
        Ok(Piece::Element(Element { member: self.member.as_deref(), stands, text }))
    }

    /// Reads up to what ends it, and says how many bytes that were. What is more than an element may have is
    /// dropped.
    fn take(&mut self, until: Until) -> io::Result<u64> {
        self.text.clear();
        let mut scan = Scan { until, depth: 0, in_string: false, is_escaped: false };
        let mut size = 0;
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                return Ok(size);
            }
            let end = buffer.iter().position(|byte| scan.ends_before(*byte));
            let length = end.unwrap_or(buffer.len());
            let piece = buffer.get(..length).unwrap_or_default();
            size += piece.len() as u64;
            if size <= self.largest as u64 {
                self.text.extend_from_slice(piece);
            }
            self.source.consume(length);
            if end.is_some() {
                if until == Until::Colon {
                    self.source.consume(1);
                }
                return Ok(size);
            }
        }
    }
}

/// What ends a piece of text, outside strings and brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// A comma or a bracket that closes what the piece stands in.
    Separator,
    Colon,
}

struct Scan {
    until: Until,
    depth: u64,
    in_string: bool,
    is_escaped: bool,
}

impl Scan {
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.in_string = false,
                _ => (),
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' if self.depth > 0 => self.depth -= 1,
            b']' | b'}' | b',' => return self.depth == 0 && self.until == Until::Separator,
            b':' => return self.depth == 0 && self.until == Until::Colon,
            _ => (),
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{Elements, Ending, Piece};
    use proptest::prelude::{any, prop, proptest};
    use serde_json::Value;
    use std::io::{BufReader, Read};
    use std::time::{Duration, Instant};

    type Given = (Option<String>, String);

    fn read(bytes: &[u8], buffer: usize) -> (Vec<Given>, Ending) {
        let mut elements = Elements::new(BufReader::with_capacity(buffer, bytes));
        let mut given = Vec::new();
        while let Some(piece) = elements.next().expect("bytes can be read") {
            match piece {
                Piece::Element(element) => given.push((
                    element.member.map(str::to_owned),
                    String::from_utf8_lossy(element.text).into_owned(),
                )),
                Piece::Oversized(size) => given.push((None, format!("{size} bytes"))),
            }
        }
        (given, elements.ending())
    }

    #[test]
    fn documents() {
        type Expected<'e> = &'e [(Option<&'e str>, &'e str)];
        let table: &[(&str, Expected, Ending)] = &[
            ("", &[], Ending::Cut),
            (" \n", &[], Ending::Cut),
            ("[]", &[], Ending::Whole),
            ("{}", &[], Ending::Whole),
            (
                "\u{feff}[ 1 , \"a,]\" ,\n{\"b\" : [2]}\n]\n",
                &[(None, "1"), (None, "\"a,]\""), (None, "{\"b\" : [2]}")],
                Ending::Whole,
            ),
            ("[12345678901234567890123]", &[(None, "12345678901234567890123")], Ending::Whole),
            (r#"["\"","\\",3]"#, &[(None, r#""\"""#), (None, r#""\\""#), (None, "3")], Ending::Whole),
            (
                r#"{"events" : [{"a":1},{"a":2}], "count": 2, "gam\u0065": {"x":[1]}, "none":[]}"#,
                &[
                    (Some("events"), "{\"a\":1}"),
                    (Some("events"), "{\"a\":2}"),
                    (Some("count"), "2"),
                    (Some("game"), "{\"x\":[1]}"),
                ],
                Ending::Whole,
            ),
            ("[[1,2],[3]]", &[(None, "[1,2]"), (None, "[3]")], Ending::Whole),
            ("7", &[(None, "7")], Ending::Whole),
            ("[1,{\"a\":", &[(None, "1"), (None, "{\"a\":")], Ending::Cut),
            ("[1,2", &[(None, "1"), (None, "2")], Ending::Cut),
            ("[1] x", &[(None, "1")], Ending::Trailing),
            ("[tru e,,1]", &[(None, "tru e"), (None, "1")], Ending::Whole),
            ("[1 2,3]", &[(None, "1 2"), (None, "3")], Ending::Whole),
            ("{a:1,\"b\":2}", &[(None, "a:1"), (Some("b"), "2")], Ending::Whole),
            ("[1}", &[(None, "1")], Ending::Whole),
            ("{\"a\":[1}]", &[(Some("a"), "1")], Ending::Whole),
            ("]", &[(None, "")], Ending::Trailing),
        ];
        for (text, expected, ending) in table {
            let expected: Vec<Given> = expected
                .iter()
                .map(|(member, text)| (member.map(str::to_owned), (*text).to_owned()))
                .collect();
            for buffer in [1, 3, 4096] {
                assert_eq!(read(text.as_bytes(), buffer), (expected.clone(), *ending), "{text}");
            }
        }
    }

    #[test]
    fn an_element_out_of_all_proportion_costs_itself() {
        let text = format!("[1,\"{}\",2]", "x".repeat(100));
        let mut elements = Elements::new(text.as_bytes());
        elements.largest = 50;
        let mut sizes = Vec::new();
        while let Some(piece) = elements.next().expect("bytes can be read") {
            sizes.push(matches!(piece, Piece::Oversized(102)));
        }
        assert_eq!(sizes, [false, true, false]);
    }

    #[test]
    fn a_table_of_any_size_takes_the_memory_of_one_row() {
        let row = br#"{"Title":"A song, \"live\"","Track Identifier":1234567890123456789,"Genre":"Pop"},"#;
        let rows = (16usize << 20) / row.len();
        let body = std::iter::repeat_n(row, rows).flatten().copied();
        let mut elements = Elements::new(BufReader::new(b"["[..].chain(Bytes(body)).chain(&b"1]"[..])));
        let start = Instant::now();
        let mut count = 0;
        while let Some(piece) = elements.next().expect("bytes can be read") {
            assert!(matches!(piece, Piece::Element(_)));
            count += 1;
        }
        assert_eq!((count, elements.ending()), (rows + 1, Ending::Whole));
        assert!(elements.text.capacity() < 1 << 16, "{}", elements.text.capacity());
        assert!(start.elapsed() < Duration::from_secs(120));
    }

    struct Bytes<I>(I);

    impl<I: Iterator<Item = u8>> Read for Bytes<I> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let mut length = 0;
            for (to, from) in buffer.iter_mut().zip(&mut self.0) {
                *to = from;
                length += 1;
            }
            Ok(length)
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, 7);
        }

        #[test]
        fn brackets_come_to_an_end(text in "[\\[\\]{}\",:\\\\ a1]{0,40}") {
            assert_eq!(read(text.as_bytes(), 1), read(text.as_bytes(), 64));
        }

        #[test]
        fn every_element_comes_back(texts in prop::collection::vec(any::<String>(), 0..6), depth in 0usize..4) {
            let nested = |text: &String| (0..depth).fold(Value::from(text.as_str()), |value, _| serde_json::json!({"a": [value]}));
            let values: Vec<Value> = texts.iter().map(nested).collect();
            for written in [serde_json::to_string(&values).unwrap(), serde_json::to_string_pretty(&values).unwrap()] {
                let (given, ending) = read(written.as_bytes(), 5);
                let given: Vec<Value> = given.iter().map(|(_, text)| serde_json::from_str(text).unwrap()).collect();
                assert_eq!((&given, ending), (&values, Ending::Whole));
            }
        }
    }
}
