//! The text of a header value: unfolded, its encoded words (RFC 2047) decoded.
//!
//! More is accepted than the RFC allows, because mail has it: words inside quotes and next to other text, with spaces
//! in them, without padding, with a language. Neighbours of one charset are decoded as one, because many programs cut
//! the bytes of a character in two.

use crate::category::mail::{charset, transfer};

/// Bytes of the name of a charset, with its language.
const LONGEST_CHARSET: usize = 80;

/// The text of a raw header value, in which bytes outside ASCII are UTF-8, else in the charset `hint`.
pub fn decoded(raw: &[u8], hint: Option<&str>) -> String {
    let unfolded: Vec<u8> =
        raw.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n' | b'\0')).collect();
    let text = match std::str::from_utf8(&unfolded) {
        Ok(text) => text.into(),
        Err(_) => charset::decoded(&unfolded, hint),
    };
    words(&text)
}

/// The text with its encoded words decoded.
pub fn words(text: &str) -> String {
    if !text.contains("=?") {
        return text.to_owned();
    }
    let mut said = String::with_capacity(text.len());
    // the words before, which the next may continue
    let mut charset_before = None;
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let (between, from) = rest.split_at(start);
        let Some((word, length)) = Word::at(from) else {
            flush(&mut charset_before, &mut bytes, &mut said);
            said.push_str(between);
            said.push_str("=?");
            rest = &from[2..];
            continue;
        };
        let continues = charset_before.is_some() && between.trim().is_empty();
        if !continues || charset_before.is_some_and(|before: &str| !before.eq_ignore_ascii_case(word.charset))
        {
            flush(&mut charset_before, &mut bytes, &mut said);
        }
        if !continues {
            said.push_str(between);
        }
        charset_before = Some(word.charset);
        word.append_to(&mut bytes);
        rest = &from[length..];
    }
    flush(&mut charset_before, &mut bytes, &mut said);
    said.push_str(rest);
    said
}

fn flush(charset: &mut Option<&str>, bytes: &mut Vec<u8>, said: &mut String) {
    if let Some(label) = charset.take() {
        let text = charset::decoded(bytes, Some(label));
        // a header is one line, whatever a word holds
        said.extend(
            text.chars().filter(|c| *c != '\0').map(|c| if matches!(c, '\r' | '\n') { ' ' } else { c }),
        );
        bytes.clear();
    }
}

/// `=?utf-8?Q?caf=C3=A9?=`
struct Word<'t> {
    charset: &'t str,
    is_base64: bool,
    text: &'t str,
}

impl<'t> Word<'t> {
    /// The word at the beginning, and its length.
    fn at(from: &'t str) -> Option<(Self, usize)> {
        let (charset, after) = from.strip_prefix("=?")?.split_once('?')?;
        if charset.len() > LONGEST_CHARSET || charset.is_empty() {
            return None;
        }
        let is_base64 = match after.get(..2)? {
            "B?" | "b?" => true,
            "Q?" | "q?" => false,
            _ => return None,
        };
        let body = after.get(2..)?;
        // a word that is not closed must not swallow the next one
        let end = body.match_indices('?').find_map(|(at, _)| match body.get(at + 1..at + 2) {
            Some("=") => Some(Some(at)),
            _ if body.get(..at).is_some_and(|before| before.ends_with('=')) => Some(None),
            _ => None,
        });
        let text = body.get(..end??)?;
        let charset = charset.split('*').next().unwrap_or(charset);
        let length = from.len() - body.len() + text.len() + 2;
        Some((Word { charset, is_base64, text }, length))
    }

    fn append_to(&self, bytes: &mut Vec<u8>) {
        if self.is_base64 {
            bytes.extend(transfer::base64(self.text.as_bytes(), self.text.len()));
        } else {
            let spaced = self.text.replace('_', " ");
            bytes.extend(transfer::quoted_printable(spaced.as_bytes(), spaced.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::decoded;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::{any, prop, proptest};
    use std::time::{Duration, Instant};

    #[test]
    fn values() {
        for (raw, text) in [
            (&b"plain"[..], "plain"),
            (b"folded\r\n here\n\tand here", "folded here\tand here"),
            (b"=?utf-8?Q?caf=C3=A9_au_lait?=", "café au lait"),
            (b"=?UTF-8?b?Y2Fmw6k=?=", "café"),
            (b"=?iso-8859-1?q?caf=E9?= today", "café today"),
            (b"Re: =?utf-8*en?Q?caf=C3=A9?=!", "Re: café!"),
            // white space between two words is none
            (b"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
            (b"=?utf-8?Q?a?=\r\n =?iso-8859-1?Q?=E9?=", "aé"),
            (b"=?utf-8?Q?a_?= =?utf-8?B?Yg==?=", "a b"),
            (b"=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
            // a character cut in two
            (b"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
            (b"=?utf-8?B?44GT44KT44Gr?= =?UTF-8?B?44Gh44Gv?=", "こんにちは"),
            (b"=?iso-2022-jp?B?GyRCJDMkcxsoQg==?=", "こん"),
            // what the RFC forbids and mail has
            (b"\"=?utf-8?Q?Berg=2C_Ann?=\" <a@example.org>", "\"Berg, Ann\" <a@example.org>"),
            (b"=?utf-8?Q?two words?=", "two words"),
            (b"=?utf-8?B?Y2Fmw6k?=", "café"),
            (b"=?utf-8?Q?=41?=", "A"),
            (b"=?utf-8?Q??=x", "x"),
            (b"=?x-nobody?Q?caf=C3=A9?=", "café"),
            (b"=?utf-8?Q?caf=E9?=", "café"),
            (b"=?utf-8?Q?a=0Ab?=", "a b"),
            // what is no word
            (b"1 =? 2", "1 =? 2"),
            (b"=?utf-8?X?a?=", "=?utf-8?X?a?="),
            (b"=?utf-8?Q?a", "=?utf-8?Q?a"),
            (b"=?utf-8?Q?a =?utf-8?Q?b?=", "=?utf-8?Q?a b"),
            // bytes without a word
            (b"caf\xc3\xa9", "café"),
            (b"caf\xe9", "café"),
            (b"a\0b", "ab"),
        ] {
            assert_eq!(decoded(raw, None), text, "{}", String::from_utf8_lossy(raw));
        }
        assert_eq!(decoded(b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("windows-1251")), "Привет");
    }

    #[test]
    fn hostile_values_take_linear_time() {
        for piece in ["=?", "=?utf-8?Q?", "=?utf-8?Q?a?=", "=?utf-8?Q?a?= ", "?=", "=?a", "?", "=?utf-8?Q?? "]
        {
            let start = Instant::now();
            let _ = decoded(piece.repeat((1 << 20) / piece.len()).as_bytes(), None);
            assert!(start.elapsed() < Duration::from_secs(20), "{piece}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "[^\\x00\\r\\n\\u{feff}]{1,40}", every in 1usize..20) {
            let words: Vec<String> =
                text.as_bytes().chunks(every).map(|bytes| format!("=?utf-8?B?{}?=", STANDARD.encode(bytes))).collect();
            assert_eq!(decoded(words.join("\r\n ").as_bytes(), None), text);
            let words: Vec<String> = text
                .as_bytes()
                .chunks(every)
                .map(|bytes| bytes.iter().map(|byte| format!("={byte:02X}")).collect::<String>())
                .map(|body| format!("=?UTF-8?q?{body}?="))
                .collect();
            assert_eq!(decoded(words.join(" ").as_bytes(), None), text);
        }

        #[test]
        fn no_bytes_panic(raw in prop::collection::vec(any::<u8>(), 0..60), near in "(=\\?|\\?=|\\?|utf-8|Q|B|é| ){0,20}") {
            let _ = (decoded(&raw, None), decoded(near.as_bytes(), None));
        }
    }
}
