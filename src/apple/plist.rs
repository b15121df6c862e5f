//! Property lists, XML and binary.
//!
//! Takes the bytes of one list and gives its value. No entity is expanded but the five of XML, nothing is fetched, and
//! neither depth nor memory grows beyond fixed bounds: in a binary list a few bytes may say the same object a million
//! times, and then it is refused.
//!
//! This is not the crate `plist`: that one drops CDATA in silence, gives up a whole list for one odd date, and lets a
//! small binary list take memory by the gigabyte. A date or number that cannot be read is kept as text here.

use chrono::{DateTime, Duration, TimeZone, Utc};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::apple::table;

/// How deep collections may lie in each other. Apple's lie four deep.
const DEEPEST: usize = 64;

/// Bytes of memory for the values of one list.
const MOST_MEMORY: usize = 128 << 20;

/// What stands in a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, and also a date or number that cannot be read.
    Text(String),
    Integer(i128),
    Real(f64),
    Flag(bool),
    Date(DateTime<Utc>),
    Data(Vec<u8>),
    /// A reference of an archived object.
    Uid(u64),
    /// `null`, which only binary lists have.
    Null,
    Array(Vec<Value>),
    /// In the order of the list; a key may come twice.
    Dictionary(Vec<(String, Value)>),
}

impl Value {
    /// The value of a key, if this is a dictionary that has it. Of two the first counts.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Dictionary(pairs) => pairs.iter().find(|(found, _)| found == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The number, if this is a whole one.
    pub fn integer(&self) -> Option<i128> {
        match self {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if this is one.
    #[cfg(any(test, feature = "internals"))]
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Why bytes are no property list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPlist {
    /// Neither XML with a value nor binary, or cut short.
    #[error("not a property list, or one cut short")]
    Broken,
    /// Deeper, or with more in it, than any of Apple's.
    #[error("deeper or larger than any property list of Apple's")]
    TooLarge,
}

/// Reads a list of either form. XML may be UTF-8 or UTF-16.
pub fn parse(bytes: &[u8]) -> Result<Value, BadPlist> {
    match bytes {
        [b'b', b'p', b'l', b'i', b's', b't', ..] => binary(bytes),
        _ => xml(&table::decode(bytes)),
    }
}

/// What may still be made, in bytes of memory.
struct Room(usize);

impl Room {
    fn take(&mut self, bytes: usize) -> Result<(), BadPlist> {
        let needed = bytes.saturating_add(size_of::<(String, Value)>());
        self.0 = self.0.checked_sub(needed).ok_or(BadPlist::TooLarge)?;
        Ok(())
    }
}

/// A collection that is not closed yet.
enum Open {
    Array(Vec<Value>),
    Dictionary(Vec<(String, Value)>, Option<String>),
}

impl Open {
    fn add(&mut self, value: Value) {
        match self {
            Open::Array(values) => values.push(value),
            // a value without a key is none of Apple's, and no reason to lose it
            Open::Dictionary(pairs, key) => pairs.push((key.take().unwrap_or_default(), value)),
        }
    }

    fn add_key(&mut self, key: String) {
        match self {
            Open::Array(values) => values.push(Value::Text(key)),
            Open::Dictionary(pairs, next) => {
                if let Some(without_value) = next.replace(key) {
                    pairs.push((without_value, Value::Text(String::new())));
                }
            }
        }
    }

    fn closed(self) -> Value {
        match self {
            Open::Array(values) => Value::Array(values),
            Open::Dictionary(mut pairs, key) => {
                pairs.extend(key.map(|key| (key, Value::Text(String::new()))));
                Value::Dictionary(pairs)
            }
        }
    }
}

fn xml(text: &str) -> Result<Value, BadPlist> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut room = Room(MOST_MEMORY);
    let mut open: Vec<Open> = Vec::new();
    loop {
        let value = match reader.read_event().map_err(|_| BadPlist::Broken)? {
            Event::Start(element) => match element.local_name().into_inner() {
                "plist" => continue,
                kind @ ("array" | "dict") => {
                    if open.len() == DEEPEST {
                        return Err(BadPlist::TooLarge);
                    }
                    room.take(0)?;
                    open.push(match kind {
                        "array" => Open::Array(Vec::new()),
                        _ => Open::Dictionary(Vec::new(), None),
                    });
                    continue;
                }
                kind => {
                    let kind = kind.to_owned();
                    let said = content(&mut reader, &mut room)?;
                    match open.last_mut().filter(|_| kind == "key") {
                        Some(collection) => {
                            collection.add_key(said);
                            continue;
                        }
                        None => scalar(&kind, said),
                    }
                }
            },
            Event::End(element) if matches!(element.local_name().into_inner(), "array" | "dict") => {
                open.pop().ok_or(BadPlist::Broken)?.closed()
            }
            Event::Eof => return Err(BadPlist::Broken),
            _ => continue,
        };
        match open.last_mut() {
            Some(collection) => collection.add(value),
            None => return Ok(value),
        }
    }
}

/// The text up to the end of an element.
fn content(reader: &mut Reader<&[u8]>, room: &mut Room) -> Result<String, BadPlist> {
    let mut said = String::new();
    loop {
        match reader.read_event().map_err(|_| BadPlist::Broken)? {
            Event::Text(text) => said.push_str(&text),
            Event::CData(text) => said.push_str(&text),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok().flatten() {
                Some(character) => said.push(character),
                None => match quick_xml::escape::resolve_xml_entity(&name) {
                    Some(text) => said.push_str(text),
                    // one that the list itself declares is never expanded
                    None => said.extend(["&", &name, ";"]),
                },
            },
            Event::End(_) => break,
            Event::Start(_) | Event::Eof => return Err(BadPlist::Broken),
            _ => (),
        }
    }
    room.take(said.len())?;
    Ok(said)
}

fn scalar(kind: &str, said: String) -> Value {
    let trimmed = said.trim();
    let read = match kind {
        "true" => Some(Value::Flag(true)),
        "false" => Some(Value::Flag(false)),
        "integer" => integer(trimmed).map(Value::Integer),
        "real" => trimmed.parse().ok().map(Value::Real),
        "date" => DateTime::parse_from_rfc3339(trimmed).ok().map(|date| Value::Date(date.to_utc())),
        "data" => base64(trimmed).map(Value::Data),
        _ => None,
    };
    read.unwrap_or(Value::Text(said))
}

fn integer(text: &str) -> Option<i128> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    hex.map_or_else(|| text.parse().ok(), |hex| i128::from_str_radix(hex, 16).ok())
}

fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let bare: String = text.chars().filter(|c| !c.is_ascii_whitespace() && *c != '=').collect();
    STANDARD_NO_PAD.decode(bare).ok()
}

/// A binary list: objects, a table of where each begins, and a trailer of 32 bytes that says how to read the table.
struct Binary<'b> {
    bytes: &'b [u8],
    offsets: &'b [u8],
    offset_size: usize,
    reference_size: usize,
    room: Room,
}

fn binary(bytes: &[u8]) -> Result<Value, BadPlist> {
    let trailer = bytes.len().checked_sub(32).filter(|at| *at >= 8).ok_or(BadPlist::Broken)?;
    let (body, trailer) = bytes.split_at(trailer);
    let size =
        |at: usize| trailer.get(at).map(|size| usize::from(*size)).filter(|size| (1..=8).contains(size));
    let number = |at: usize| usize::try_from(unsigned(trailer.get(at..at + 8)?)).ok();
    let read = || {
        let (offset_size, reference_size) = (size(6)?, size(7)?);
        let (count, root, table) = (number(8)?, number(16)?, number(24)?);
        let end = table.checked_add(count.checked_mul(offset_size)?)?;
        let binary = Binary {
            bytes: body,
            offsets: body.get(table..end)?,
            offset_size,
            reference_size,
            room: Room(MOST_MEMORY),
        };
        Some((binary, root))
    };
    let (mut binary, root) = read().ok_or(BadPlist::Broken)?;
    binary.object(root, 0)
}

/// A number of at most 16 bytes, the highest first.
fn unsigned(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

impl<'b> Binary<'b> {
    fn object(&mut self, number: usize, depth: usize) -> Result<Value, BadPlist> {
        if depth > DEEPEST {
            return Err(BadPlist::TooLarge);
        }
        let entry = number.checked_mul(self.offset_size).and_then(|at| self.offsets.get(at..));
        let entry = entry.and_then(|rest| rest.get(..self.offset_size)).ok_or(BadPlist::Broken)?;
        let offset = usize::try_from(unsigned(entry)).map_err(|_| BadPlist::Broken)?;
        let (marker, rest) =
            self.bytes.get(offset..).and_then(<[u8]>::split_first).ok_or(BadPlist::Broken)?;
        let low = usize::from(marker & 0x0f);
        match marker >> 4 {
            0x0 => match low {
                0x8 => self.plain(Value::Flag(false)),
                0x9 => self.plain(Value::Flag(true)),
                _ => self.plain(Value::Null),
            },
            0x1 => {
                let digits = first(rest, 1 << low.min(4))?;
                let number = unsigned(digits);
                // only 8 and 16 bytes have a sign
                let number = match digits.len() {
                    8 => i128::from(number as u64 as i64),
                    _ => number as i128,
                };
                self.plain(Value::Integer(number))
            }
            0x2 => self.real(first(rest, 1 << low.min(4))?).and_then(|real| self.plain(Value::Real(real))),
            0x3 => {
                let seconds = self.real(first(rest, 8)?)?;
                self.plain(date(seconds).map_or_else(|| Value::Text(seconds.to_string()), Value::Date))
            }
            0x4 => {
                let (length, rest) = self.length(low, rest)?;
                let data = first(rest, length)?;
                self.room.take(data.len())?;
                Ok(Value::Data(data.to_vec()))
            }
            0x5 => {
                let (length, rest) = self.length(low, rest)?;
                let text = first(rest, length)?;
                self.room.take(text.len().saturating_mul(3))?;
                Ok(Value::Text(String::from_utf8_lossy(text).into_owned()))
            }
            0x6 => {
                let (length, rest) = self.length(low, rest)?;
                let text = first(rest, length.saturating_mul(2))?;
                self.room.take(text.len().saturating_mul(2))?;
                Ok(Value::Text(encoding_rs::UTF_16BE.decode_without_bom_handling(text).0.into_owned()))
            }
            0x8 => {
                let uid = unsigned(first(rest, low + 1)?);
                self.plain(u64::try_from(uid).map_or(Value::Null, Value::Uid))
            }
            // arrays, ordered sets, sets
            0xa..=0xc => {
                let (length, rest) = self.length(low, rest)?;
                let references = first(rest, length.saturating_mul(self.reference_size))?;
                self.room.take(0)?;
                let mut values = Vec::new();
                for reference in references.chunks(self.reference_size) {
                    values.push(self.referred(reference, depth)?);
                }
                Ok(Value::Array(values))
            }
            0xd => {
                let (length, rest) = self.length(low, rest)?;
                let half = length.saturating_mul(self.reference_size);
                let (keys, values) = first(rest, half.saturating_mul(2))?.split_at(half);
                self.room.take(0)?;
                let mut pairs = Vec::new();
                for (key, value) in keys.chunks(self.reference_size).zip(values.chunks(self.reference_size)) {
                    let key = match self.referred(key, depth)? {
                        Value::Text(key) => key,
                        Value::Integer(key) => key.to_string(),
                        _ => return Err(BadPlist::Broken),
                    };
                    pairs.push((key, self.referred(value, depth)?));
                }
                Ok(Value::Dictionary(pairs))
            }
            _ => Err(BadPlist::Broken),
        }
    }

    fn plain(&mut self, value: Value) -> Result<Value, BadPlist> {
        self.room.take(0).map(|()| value)
    }

    fn referred(&mut self, reference: &[u8], depth: usize) -> Result<Value, BadPlist> {
        let number = usize::try_from(unsigned(reference)).map_err(|_| BadPlist::Broken)?;
        self.object(number, depth + 1)
    }

    /// The length of an object, which stands in its marker or, if that says 15, in a number after it.
    fn length(&self, low: usize, rest: &'b [u8]) -> Result<(usize, &'b [u8]), BadPlist> {
        if low != 0xf {
            return Ok((low, rest));
        }
        let (marker, rest) = rest.split_first().ok_or(BadPlist::Broken)?;
        let digits = first(rest, 1 << (marker & 0x03))?;
        let length = usize::try_from(unsigned(digits)).map_err(|_| BadPlist::Broken)?;
        Ok((length, rest.get(digits.len()..).unwrap_or_default()))
    }

    fn real(&self, bytes: &[u8]) -> Result<f64, BadPlist> {
        if let Ok(single) = <[u8; 4]>::try_from(bytes) {
            return Ok(f32::from_be_bytes(single).into());
        }
        <[u8; 8]>::try_from(bytes).map(f64::from_be_bytes).map_err(|_| BadPlist::Broken)
    }
}

fn first(bytes: &[u8], length: usize) -> Result<&[u8], BadPlist> {
    bytes.get(..length).ok_or(BadPlist::Broken)
}

/// Seconds since 2001, as Apple counts them.
fn date(seconds: f64) -> Option<DateTime<Utc>> {
    let milliseconds = Some(seconds * 1000.0).filter(|ms| ms.abs() < 1e16)?;
    let epoch = Utc.with_ymd_and_hms(2001, 1, 1, 0, 0, 0).single()?;
    epoch.checked_add_signed(Duration::milliseconds(milliseconds.round() as i64))
}

#[cfg(test)]
mod tests {
    use super::{BadPlist, DEEPEST, Value, parse};
    use proptest::prelude::{any, prop, proptest};

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn document(body: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
             \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n{body}\n</plist>\n"
        )
    }

    /// A binary list of these objects, the first of which is the root.
    fn binary(objects: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for object in objects {
            offsets.push(u8::try_from(bytes.len()).expect("a small list"));
            bytes.extend_from_slice(object);
        }
        let table = bytes.len() as u64;
        bytes.extend_from_slice(&offsets);
        bytes.extend_from_slice(&[0, 0, 0, 0, 0, 0, 1, 1]);
        bytes.extend_from_slice(&(objects.len() as u64).to_be_bytes());
        bytes.extend_from_slice(&0u64.to_be_bytes());
        bytes.extend_from_slice(&table.to_be_bytes());
        bytes
    }

    #[test]
    fn xml_lists() {
        let date = "2016-02-25T22:14:11Z";
        for (body, value) in [
            ("<string>a &amp; b&#33;<![CDATA[<c>]]></string>", text("a & b!<c>")),
            ("<string/>", text("")),
            ("<string> a </string>", text(" a ")),
            ("<integer> -5 </integer>", Value::Integer(-5)),
            ("<integer>18446744073709551615</integer>", Value::Integer(u64::MAX.into())),
            ("<integer>0xDEADBEEF</integer>", Value::Integer(0xdead_beef)),
            ("<integer>many</integer>", text("many")),
            ("<real>1.5</real>", Value::Real(1.5)),
            ("<true/>", Value::Flag(true)),
            ("<false></false>", Value::Flag(false)),
            ("<date>2016-02-25T22:14:11Z</date>", Value::Date(date.parse().expect("a date"))),
            ("<date>0000-13-01T00:00:00Z</date>", text("0000-13-01T00:00:00Z")),
            ("<data>\n aGVs\n bG8=\n</data>", Value::Data(b"hello".to_vec())),
            ("<array/>", Value::Array(vec![])),
            (
                "<array><string>a</string><array><true/></array></array>",
                Value::Array(vec![text("a"), Value::Array(vec![Value::Flag(true)])]),
            ),
            (
                "<dict><key>a</key><integer>1</integer><key>a</key><dict/></dict>",
                Value::Dictionary(vec![
                    ("a".into(), Value::Integer(1)),
                    ("a".into(), Value::Dictionary(vec![])),
                ]),
            ),
            (
                "<dict><key>a</key><key>b</key><true/><key>c</key></dict>",
                Value::Dictionary(vec![
                    ("a".into(), text("")),
                    ("b".into(), Value::Flag(true)),
                    ("c".into(), text("")),
                ]),
            ),
            ("<dict><!-- no key --><true/></dict>", Value::Dictionary(vec![("".into(), Value::Flag(true))])),
        ] {
            assert_eq!(parse(document(body).as_bytes()), Ok(value), "{body}");
        }
        let utf16: Vec<u8> =
            document("<string>é</string>").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse(&utf16), Ok(text("é")));
    }

    #[test]
    fn entities_of_the_list_are_never_expanded() {
        let bomb = "<!DOCTYPE plist [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \
                    \"file:///etc/passwd\">]><plist><array><string>&b;</string><string>&c;</string></array></plist>";
        assert_eq!(parse(bomb.as_bytes()), Ok(Value::Array(vec![text("&b;"), text("&c;")])));
    }

    #[test]
    fn binary_lists() {
        let value = parse(&binary(&[
            &[0xd3, 1, 2, 3, 4, 5, 6],
            b"\x55flags",
            b"\x54date",
            &[0x61, 0x00, 0xe9],
            &[0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x33, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0xa5, 7, 8, 9, 10, 11],
            &[0x09],
            &[0x11, 0xff, 0xfe],
            &[0x22, 0x3f, 0xc0, 0, 0],
            &[0x4f, 0x10, 0x02, 1, 2],
            &[0x80, 0x07],
        ]));
        let expected = Value::Dictionary(vec![
            ("flags".into(), Value::Integer(-1)),
            ("date".into(), Value::Date("2001-01-01T00:00:00Z".parse().expect("a date"))),
            (
                "é".into(),
                Value::Array(vec![
                    Value::Flag(true),
                    Value::Integer(0xfffe),
                    Value::Real(1.5),
                    Value::Data(vec![1, 2]),
                    Value::Uid(7),
                ]),
            ),
        ]);
        assert_eq!(value, Ok(expected));
    }

    #[test]
    fn hostile_lists_are_refused() {
        let deep = format!("{}{}", "<array>".repeat(DEEPEST + 1), "</array>".repeat(DEEPEST + 1));
        // each array holds the next one eight times
        let mut objects: Vec<&[u8]> = Vec::new();
        objects.push(&[0xaf, 0x10, 16, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        let again: Vec<[u8; 9]> =
            (2..=20u8).map(|next| [0xa8, next, next, next, next, next, next, next, next]).collect();
        objects.extend(again.iter().map(|array| array.as_slice()));
        objects.push(&[0x09]);
        assert_eq!(parse(&binary(&objects)), Err(BadPlist::TooLarge), "many times the same");
        assert_eq!(parse(&binary(&[&[0xa1, 0]])), Err(BadPlist::TooLarge), "holds itself");
        assert_eq!(parse(deep.as_bytes()), Err(BadPlist::TooLarge), "deep");
        for broken in [
            &b""[..],
            b"bplist00",
            b"<plist>",
            b"<plist></plist>",
            b"<plist><dict>",
            b"<array></dict>",
            b"no list",
            b"<string>",
            b"<string><b/></string>",
        ] {
            assert_eq!(parse(broken), Err(BadPlist::Broken), "{}", String::from_utf8_lossy(broken));
        }
        assert_eq!(parse(&binary(&[&[0xa1, 9]])), Err(BadPlist::Broken), "no such object");
        assert_eq!(
            parse(&binary(&[&[0x5f, 0x13, 255, 255, 255, 255, 255, 255, 255, 255]])),
            Err(BadPlist::Broken)
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn no_binary_list_panics(objects in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..12), 1..12)) {
            let objects: Vec<&[u8]> = objects.iter().map(Vec::as_slice).collect();
            let _ = parse(&binary(&objects));
        }

        #[test]
        fn any_text_comes_back(said in "[^\\x00\\r<&]{0,40}") {
            assert_eq!(parse(document(&format!("<string>{said}</string>")).as_bytes()), Ok(text(&said)));
        }
    }
}
