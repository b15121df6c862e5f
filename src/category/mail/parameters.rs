//! `Content-Type` and `Content-Disposition`: a value and its parameters, in all the ways of RFC 2231 and in those of
//! programs that never heard of it.

use crate::category::mail::{charset, transfer, words};

/// Parameters of one field. A file name of 200 bytes in pieces takes ten.
const MOST: usize = 128;

/// A value with its parameters.
#[derive(Debug, Default)]
pub struct Parameters {
    /// In lower case, without comments: `text/plain`.
    pub value: String,
    /// Names in lower case, values without their quotes.
    given: Vec<(String, String)>,
}

impl Parameters {
    pub fn read(raw: &[u8], hint: Option<&str>) -> Self {
        let unfolded: Vec<u8> =
            raw.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n' | b'\0')).collect();
        let text = match std::str::from_utf8(&unfolded) {
            Ok(text) => text.into(),
            Err(_) => charset::decoded(&unfolded, hint),
        };
        let mut pieces = pieces(&text);
        let value = pieces.next().unwrap_or_default();
        let value = value.split(|c: char| c.is_whitespace() || c == '(').find(|word| !word.is_empty());
        let given = pieces
            .filter_map(|piece| {
                let (name, value) = piece.split_once('=')?;
                Some((name.trim().to_ascii_lowercase(), unquoted(value.trim())))
            })
            .take(MOST)
            .collect();
        Parameters { value: value.unwrap_or_default().to_ascii_lowercase(), given }
    }

    /// The value of a parameter as it is written, without charset or pieces: for boundaries and charsets.
    pub fn plain(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter, decoded.
    pub fn get(&self, name: &str) -> Option<String> {
        self.extended(name).or_else(|| self.plain(name).map(words::words))
    }

    /// `name*=utf-8''a%20b`, or in pieces `name*0*=…; name*1=…`.
    fn extended(&self, name: &str) -> Option<String> {
        let whole = self.plain(&format!("{name}*"));
        let mut bytes = Vec::new();
        let mut label = None;
        let mut add = |value: &str, is_first: bool| {
            let encoded = match value.splitn(3, '\'').collect::<Vec<_>>().as_slice() {
                [charset, _, encoded] if is_first => {
                    label = Some((*charset).to_owned());
                    (*encoded).to_owned()
                }
                _ => value.to_owned(),
            };
            let mut rest = encoded.as_bytes();
            while let Some((byte, after)) = rest.split_first() {
                let value = Some(after).filter(|_| *byte == b'%').and_then(transfer::hex);
                bytes.push(value.unwrap_or(*byte));
                rest = after.get(if value.is_some() { 2 } else { 0 }..).unwrap_or_default();
            }
        };
        if let Some(value) = whole {
            add(value, true);
            return Some(charset::decoded(&bytes, label.as_deref()).into_owned());
        }
        let mut plain: Vec<&str> = Vec::new();
        let mut is_encoded = false;
        for number in 0..MOST {
            if let Some(value) = self.plain(&format!("{name}*{number}*")) {
                is_encoded = true;
                add(value, number == 0);
            } else if let Some(value) = self.plain(&format!("{name}*{number}")) {
                plain.push(value);
                // a percent sign of a piece that is not encoded is one
                add(&value.replace('%', "%25"), false);
            } else if number == 0 {
                return None;
            } else {
                break;
            }
        }
        if is_encoded {
            return Some(charset::decoded(&bytes, label.as_deref()).into_owned());
        }
        Some(words::words(&plain.concat()))
    }
}

/// What stands between semicolons that are not in quotes.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let (mut in_quotes, mut is_escaped) = (false, false);
    text.split(move |c| {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if in_quotes => is_escaped = true,
            '"' => in_quotes = !in_quotes,
            ';' => return !in_quotes,
            _ => (),
        }
        false
    })
}

/// A value without its quotes; behind the closing one, and in a bare value behind white space, there are only comments.
fn unquoted(value: &str) -> String {
    let Some(body) = value.strip_prefix('"') else {
        // file names with spaces and without quotes are common, comments behind a charset are not rare
        return value.split(" (").next().unwrap_or(value).trim_end().to_owned();
    };
    let mut said = String::with_capacity(body.len());
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            // only what must be escaped is: `C:\a` comes from programs that escape nothing
            '\\' if matches!(chars.peek(), Some('"' | '\\')) => said.extend(chars.next()),
            c => said.push(c),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::Parameters;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn values_and_parameters() {
        for (raw, value, name) in [
            (&b" text/plain"[..], "text/plain", None),
            (b"TEXT/Plain ; name=a.txt", "text/plain", Some("a.txt")),
            (b"text/plain (comment); name = \"a b;c\\\".txt\"; x", "text/plain", Some("a b;c\".txt")),
            (b"a/b;\r\n\tname=\"C:\\a.txt\"", "a/b", Some("C:\\a.txt")),
            (b"a/b; name=my file.pdf", "a/b", Some("my file.pdf")),
            (b"a/b; name=\"=?utf-8?Q?caf=C3=A9.txt?=\"", "a/b", Some("café.txt")),
            (b"a/b; name*=utf-8'en'caf%C3%A9%20%zz.txt", "a/b", Some("café %zz.txt")),
            (b"a/b; name=plain.txt; name*=iso-8859-1''caf%E9.txt", "a/b", Some("café.txt")),
            (b"a/b; name*0=long; name*1=\" name\"; name*2=.txt", "a/b", Some("long name.txt")),
            (b"a/b; name*1*=%A9.txt; name*0*=utf-8''caf%C3", "a/b", Some("café.txt")),
            (b"a/b; name*0*=utf-8''%e2%82%ac; name*1=\"100%25.txt\"", "a/b", Some("€100%25.txt")),
            (b"a/b; name*0=\"=?utf-8?Q?caf=C3\"; name*1=\"=A9?=\"", "a/b", Some("café")),
            (b"a/b; name*=broken%", "a/b", Some("broken%")),
            (b"a/b; name=\xc3\xa9", "a/b", Some("é")),
            (b"a/b; name=\"open", "a/b", Some("open")),
            (b"; name=x", "", Some("x")),
            (b"", "", None),
        ] {
            let read = Parameters::read(raw, None);
            assert_eq!((read.value.as_str(), read.get("name").as_deref()), (value, name), "{raw:?}");
        }
        let read = Parameters::read(b"multipart/mixed; boundary=\"a b\"; charset=utf-8 (x)", None);
        assert_eq!((read.plain("boundary"), read.plain("charset")), (Some("a b"), Some("utf-8")));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(raw in prop::collection::vec(any::<u8>(), 0..60), near in "(name|\\*|[01]|=|;|\"|'|%C3|utf-8|\\\\| ){0,30}") {
            for raw in [raw.as_slice(), near.as_bytes()] {
                let _ = Parameters::read(raw, Some("gbk")).get("name");
            }
        }
    }
}
