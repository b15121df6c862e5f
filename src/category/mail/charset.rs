//! Bytes of mail as text, by the charset that a header names and by what the bytes are.
//!
//! A declared charset that the bytes contradict is not believed where they say better: UTF-8 proves itself, and
//! everything is something in Windows-1252. Where nothing contradicts it, it holds.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, WINDOWS_1252};

/// Names that the WHATWG's list does not have.
const ALIASES: [(&str, &str); 12] = [
    ("big5_tw", "big5"),
    ("cp932", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("eucgb2312_cn", "gbk"),
    ("eucjp", "euc-jp"),
    ("euckr", "euc-kr"),
    ("macroman", "macintosh"),
    ("x-unknown", "us-ascii"),
    ("unknown-8bit", "us-ascii"),
    ("utf-8-sig", "utf-8"),
];

/// The text of some bytes. Without a label, or with one that is unknown, the bytes tell.
pub fn decoded<'b>(bytes: &'b [u8], label: Option<&str>) -> Cow<'b, str> {
    let label = label.map(|label| label.trim_matches(|c: char| c.is_whitespace() || "\"'".contains(c)));
    if label.is_some_and(|label| label.eq_ignore_ascii_case("utf-7")) && bytes.is_ascii() {
        return Cow::Owned(utf_7(bytes));
    }
    let encoding = label.and_then(encoding);
    let is_ascii =
        label.is_none_or(|label| ["us-ascii", "ascii"].iter().any(|ascii| label.eq_ignore_ascii_case(ascii)));
    let without_doubles;
    let coded = if encoding == Some(ISO_2022_JP) {
        without_doubles = without_double_escapes(bytes);
        &without_doubles
    } else {
        bytes
    };
    let text = match encoding {
        Some(encoding) if encoding != UTF_8 && !is_ascii => {
            let (text, is_wrong) = encoding.decode_without_bom_handling(coded);
            let better = std::str::from_utf8(bytes).ok().filter(|_| is_wrong && !bytes.is_ascii());
            better.map_or_else(|| Cow::Owned(text.into_owned()), Cow::Borrowed)
        }
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(error) => mostly_utf_8(bytes, &error, encoding),
        },
    };
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    }
}

/// A text that claims to be UTF-8 and is cut within a character is still UTF-8.
fn mostly_utf_8<'b>(
    bytes: &'b [u8],
    error: &std::str::Utf8Error,
    declared: Option<&Encoding>,
) -> Cow<'b, str> {
    let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
    if error.error_len().is_none() && declared == Some(UTF_8) && !valid.is_ascii() {
        return UTF_8.decode_without_bom_handling(bytes).0;
    }
    WINDOWS_1252.decode_without_bom_handling(bytes).0
}

fn encoding(label: &str) -> Option<&'static Encoding> {
    // `no_replacement`: a few old encodings are known by name only, and their bytes say more than U+FFFD
    Encoding::for_label_no_replacement(label.as_bytes()).or_else(|| {
        let known = ALIASES.iter().find(|(alias, _)| label.eq_ignore_ascii_case(alias))?;
        Encoding::for_label_no_replacement(known.1.as_bytes())
    })
}

/// Where two encoded words meet, Japanese text goes to ASCII and at once back again. The WHATWG's decoder takes
/// that for an attack and writes U+FFFD.
fn without_double_escapes(bytes: &[u8]) -> Vec<u8> {
    let mut single = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        if let [0x1b, b'(' | b'$', _, next @ ..] = rest
            && next.starts_with(b"\x1b")
        {
            rest = next;
            continue;
        }
        single.push(*byte);
        rest = after;
    }
    single
}

/// UTF-7: `+` begins base64 of UTF-16, anything else ends it, a `-` at its end is not written.
fn utf_7(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'+' {
            text.push(char::from(*byte));
            continue;
        }
        let length =
            after.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).count();
        let (shifted, after) = after.split_at(length);
        rest = after.strip_prefix(b"-").unwrap_or(after);
        if shifted.is_empty() {
            text.push('+');
            continue;
        }
        let utf_16 = crate::category::mail::transfer::base64(shifted, shifted.len());
        let whole = utf_16.get(..utf_16.len() & !1).unwrap_or_default();
        text.push_str(&encoding_rs::UTF_16BE.decode_without_bom_handling(whole).0);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::decoded;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn what_the_bytes_are_and_what_is_said_of_them() {
        for (bytes, label, text) in [
            (&b"caf\xc3\xa9"[..], Some("utf-8"), "café"),
            (b"caf\xc3\xa9", None, "café"),
            (b"caf\xc3\xa9", Some("us-ascii"), "café"),
            (b"caf\xe9", Some("iso-8859-1"), "café"),
            (b"caf\xe9", Some("utf-8"), "café"),
            (b"caf\xe9", None, "café"),
            (b"caf\xe9", Some("x-nobody-knows"), "café"),
            (b"\xa4", Some("ISO-8859-15"), "€"),
            (b"\x80", Some("\"Windows-1252\""), "€"),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("windows-1251"), "Привет"),
            (b"\xf0\xd2\xc9\xd7\xc5\xd4", Some("koi8-r"), "Привет"),
            (b"\xc4\xe3\xba\xc3", Some("gb2312"), "你好"),
            (b"\xa7A\xa6n", Some("big5"), "你好"),
            (b"\x1b$B$3$s\x1b(B", Some("iso-2022-jp"), "こん"),
            (b"\x1b$B$3\x1b(B\x1b$B$s\x1b(B", Some("iso-2022-jp"), "こん"),
            (b"\x82\xb1\x82\xf1", Some("cp932"), "こん"),
            (b"\xc4\xe3", Some("eucgb2312_cn"), "你"),
            (b"\xb0\xa1", Some("ks_c_5601-1987"), "가"),
            (b"\xe3\x81\x93", Some("iso-2022-jp"), "こ"),
            (b"Hi +AOk- 1+-2 +2D3eSg", Some("UTF-7"), "Hi é 1+2 \u{1f64a}"),
            (b"\xef\xbb\xbfa", Some("utf-8"), "a"),
            (b"\xc3\xa9\xe2\x82", Some("utf-8"), "é\u{fffd}"),
            (b"", None, ""),
        ] {
            assert_eq!(decoded(bytes, label), text, "{label:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..40), label in "(utf-7|utf-8|hz-gb-2312|\\PC{0,6})") {
            let _ = (decoded(&bytes, Some(&label)), decoded(&bytes, None));
        }
    }
}
