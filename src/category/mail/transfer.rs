//! The two encodings that carry bytes through mail, undone leniently: what is not of the encoding is passed over
//! (base64) or stays as it is (quoted-printable).

/// The bytes of base64, at most `most` of them. Padding within it begins anew, as where two texts were joined.
pub fn base64(text: &[u8], most: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity((text.len() / 4 * 3).min(most));
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            if bytes.len() >= most {
                break;
            }
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}

/// The bytes of quoted-printable, at most `most` of them.
pub fn quoted_printable(text: &[u8], most: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len().min(most));
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        if bytes.len() >= most {
            break;
        }
        rest = after;
        if *byte == b'=' {
            if let Some(value) = hex(after) {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
                continue;
            }
            if let Some(next_line) = soft_break(after) {
                rest = next_line;
                continue;
            }
        }
        bytes.push(*byte);
    }
    bytes
}

/// The value of two hexadecimal digits.
pub fn hex(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// The longest run of spaces that is looked through behind a `=` at the end of a line.
const MOST_SPACES: usize = 256;

/// What follows a line break that is not meant, if one comes next; spaces before it were added on the way.
fn soft_break(text: &[u8]) -> Option<&[u8]> {
    let spaces = text.iter().take(MOST_SPACES).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match text.get(spaces..)? {
        [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => Some(rest),
        [] => Some(&[]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{base64, quoted_printable};
    use ::base64::Engine;
    use ::base64::engine::general_purpose::STANDARD;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn lenient_base64() {
        for (text, bytes) in [
            ("aGVsbG8=", &b"hello"[..]),
            ("aGVs\r\nbG8", b"hello"),
            ("aGVs!-_bG8=\n", b"hello"),
            ("aGk=aGk=", b"hihi"),
            ("a", b""),
            ("", b""),
        ] {
            assert_eq!(base64(text.as_bytes(), 99), bytes, "{text}");
        }
        assert_eq!(base64(b"aGVsbG8=", 2), b"he");
    }

    #[test]
    fn lenient_quoted_printable() {
        for (text, bytes) in [
            (&b"caf=C3=A9"[..], "café"),
            (b"caf=c3=a9", "café"),
            (b"a=\r\nb=\nc= \t\r\nd", "abcd"),
            (b"1=2 = 3=", "1=2 = 3"),
            (b"=G1=1", "=G1=1"),
            (b"a_b\r\n", "a_b\r\n"),
        ] {
            assert_eq!(quoted_printable(text, 99), bytes.as_bytes(), "{text:?}");
        }
        assert_eq!(quoted_printable(b"abc", 2), b"ab");
    }

    proptest! {
        #[test]
        fn base64_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..60), every in 1usize..20) {
            let text = STANDARD.encode(&bytes);
            let lines: Vec<&str> = (0..text.len()).step_by(every).map(|at| &text[at..text.len().min(at + every)]).collect();
            assert_eq!(base64(lines.join("\r\n").as_bytes(), bytes.len()), bytes);
        }

        #[test]
        fn quoted_printable_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let text: String = bytes.iter().map(|byte| format!("={byte:02X}")).collect();
            assert_eq!(quoted_printable(text.as_bytes(), bytes.len()), bytes);
        }
    }
}
