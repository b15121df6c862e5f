//! Lists of addresses, as people read them: `Ann Berg <ann@example.org>, bo@example.org`.
//!
//! A list is cut first and decoded afterwards, so that a comma in an encoded name cuts nothing. Names get quotes
//! where they would be read wrongly without. Nothing is left out for being wrong: what is no address is shown as it is.

use crate::category::mail::{charset, words};

/// The list that a raw header value states, in one line.
pub fn list(raw: &[u8], hint: Option<&str>) -> String {
    let unfolded: Vec<u8> =
        raw.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n' | b'\0')).collect();
    let text = match std::str::from_utf8(&unfolded) {
        Ok(text) => text.into(),
        Err(_) => charset::decoded(&unfolded, hint),
    };
    let mut shown: Vec<String> = Vec::new();
    let mut one = Mailbox::default();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' if one.address.is_none() => {
                let quoted = until(&mut chars, '"');
                one.has_quotes = true;
                one.name.push_str(&quoted);
            }
            '(' => {
                let comment = comment(&mut chars);
                one.comment.push_str(&comment);
            }
            '<' => one.address = Some(until(&mut chars, '>')),
            ',' => shown.extend(std::mem::take(&mut one).shown()),
            // `Friends: ann@example.org, bo@example.org;` is its members, and its name if it has none
            ':' if one.address.is_none() && !one.name.contains('@') => {
                let name = std::mem::take(&mut one).name;
                let members = chars.as_str().trim_start();
                if members.is_empty() || members.starts_with(';') {
                    shown.push(format!("{}:;", words::words(name.trim())));
                }
            }
            ';' => shown.extend(std::mem::take(&mut one).shown()),
            c => one.name.push(c),
        }
    }
    shown.extend(one.shown());
    shown.join(", ")
}

/// Text up to the character that ends it, its escapes resolved.
fn until(chars: &mut std::str::Chars<'_>, end: char) -> String {
    let mut said = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => said.extend(chars.next()),
            c if c == end => break,
            c => said.push(c),
        }
    }
    said
}

/// Text up to the bracket that closes a comment; comments nest.
fn comment(chars: &mut std::str::Chars<'_>) -> String {
    let mut said = String::new();
    let mut depth = 0u32;
    while let Some(c) = chars.next() {
        match c {
            '\\' => said.extend(chars.next()),
            ')' if depth == 0 => break,
            c => {
                match c {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => (),
                }
                said.push(c);
            }
        }
    }
    said
}

#[derive(Default)]
struct Mailbox {
    /// What stands before the angle brackets; without any, the address itself.
    name: String,
    has_quotes: bool,
    comment: String,
    address: Option<String>,
}

impl Mailbox {
    fn shown(self) -> Option<String> {
        let line = |text: &str| words::words(text).split_whitespace().collect::<Vec<_>>().join(" ");
        let (name, comment) = (line(&self.name), line(&self.comment));
        match self.address {
            Some(address) => {
                let address = address.trim().to_owned();
                let name = if name.is_empty() { comment } else { name };
                match (name.is_empty(), address.is_empty()) {
                    (true, true) => None,
                    (true, false) => Some(address),
                    (false, true) => Some(name),
                    (false, false) => Some(format!("{} <{address}>", quoted(&name))),
                }
            }
            None if name.is_empty() => None,
            None if name.contains('@') && !self.has_quotes => {
                let address: String = name.split_whitespace().collect();
                // `ann@example.org (Ann Berg)`, as it was written before 1982
                Some(if comment.is_empty() { address } else { format!("{} <{address}>", quoted(&comment)) })
            }
            None => Some(name),
        }
    }
}

fn quoted(name: &str) -> String {
    if !name.contains(['(', ')', '<', '>', '@', ',', ';', ':', '"', '\\', '[', ']']) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::list;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn lists() {
        for (raw, shown) in [
            (&b" ann@example.org\r\n"[..], "ann@example.org"),
            (b"Ann Berg <ann@example.org>", "Ann Berg <ann@example.org>"),
            (b"\"Ann Berg\" <ann@example.org>", "Ann Berg <ann@example.org>"),
            (
                b"\"Berg, Ann\" <ann@example.org>, bo@example.org",
                "\"Berg, Ann\" <ann@example.org>, bo@example.org",
            ),
            (b"=?utf-8?Q?Berg=2C_Ann?= <ann@example.org>", "\"Berg, Ann\" <ann@example.org>"),
            (b"=?utf-8?Q?J=C3=BCrgen?=\r\n =?utf-8?Q?_B?= <j@example.org>", "Jürgen B <j@example.org>"),
            (b"\"=?utf-8?B?SsO8cmdlbg==?=\" <j@example.org>", "Jürgen <j@example.org>"),
            (b"J. Doe <j@example.org>", "J. Doe <j@example.org>"),
            (b"ann@example.org (Ann (not Bo) Berg)", "\"Ann (not Bo) Berg\" <ann@example.org>"),
            (b"<ann@example.org> (Ann)", "Ann <ann@example.org>"),
            (b"<ann@example.org>", "ann@example.org"),
            (b"undisclosed-recipients:;", "undisclosed-recipients:;"),
            (
                b"Friends: ann@example.org, Bo <bo@example.org>; c@example.org",
                "ann@example.org, Bo <bo@example.org>, c@example.org",
            ),
            (b"ann@example.org,, ,bo@example.org,", "ann@example.org, bo@example.org"),
            (b"\"a \\\"b\\\" c\" <ann@example.org>", "\"a \\\"b\\\" c\" <ann@example.org>"),
            (b"Ann <ann@example.org", "Ann <ann@example.org>"),
            (b"no address", "no address"),
            (b"J\xfcrgen <j@example.org>", "Jürgen <j@example.org>"),
            (b"mailto:ann@example.org", "ann@example.org"),
            (b"", ""),
        ] {
            assert_eq!(list(raw, None), shown, "{}", String::from_utf8_lossy(raw));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(raw in prop::collection::vec(any::<u8>(), 0..60), near in "[<>@,;:\"()\\\\ a=?é]{0,30}") {
            let _ = (list(&raw, None), list(near.as_bytes(), Some("big5")));
        }
    }
}
