//! The header of a message or of one of its parts, cut into fields.
//!
//! It decodes nothing. Fields that nobody here asks for are passed over, so that a header of megabytes costs no memory.

/// The fields that are kept.
const WANTED: [&str; 13] = [
    "bcc",
    "cc",
    "content-disposition",
    "content-id",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "message-id",
    "received",
    "sender",
    "subject",
    "to",
];

/// Fields of a header that are kept. A message through a dozen servers has 30.
const MOST_FIELDS: usize = 1024;

/// Bytes of one field that are kept: 1,000 recipients.
const LONGEST_FIELD: usize = 64 << 10;

/// The fields of a header, in order.
#[derive(Debug, Default)]
pub struct Head<'m> {
    fields: Vec<(&'static str, &'m [u8])>,
    is_empty: bool,
}

impl<'m> Head<'m> {
    /// The header at the beginning, and the body after it. As in Python's `email`, the first line that cannot be
    /// of a header begins the body, whether an empty line stands before it or not.
    pub fn read(bytes: &'m [u8]) -> (Self, &'m [u8]) {
        let mut head = Head { fields: Vec::new(), is_empty: true };
        let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        // the line by which an mbox separates messages, left in front of one
        for line in [&b"From "[..], b">From "] {
            if rest.starts_with(line) {
                rest = after_line(rest);
            }
        }
        loop {
            let line_end = rest.len() - after_line(rest).len();
            let line = rest.get(..line_end).unwrap_or_default();
            let Some(colon) = name_end(line) else {
                let is_blank = line.trim_ascii().is_empty();
                return (head, if is_blank { after_line(rest) } else { rest });
            };
            head.is_empty = false;
            let mut end = line_end;
            while matches!(rest.get(end), Some(b' ' | b'\t')) {
                let next = rest.get(end..).unwrap_or_default();
                let length = next.len() - after_line(next).len();
                // an empty line ends a header even where it is made of spaces
                if next.get(..length).unwrap_or_default().trim_ascii().is_empty() && is_end(next) {
                    break;
                }
                end += length;
            }
            let name = rest.get(..colon).unwrap_or_default().trim_ascii_end();
            let wanted = WANTED.iter().find(|wanted| wanted.as_bytes().eq_ignore_ascii_case(name));
            if let Some(wanted) = wanted.filter(|_| head.fields.len() < MOST_FIELDS) {
                let value = rest.get(colon + 1..end).unwrap_or_default();
                head.fields.push((wanted, value.get(..LONGEST_FIELD).unwrap_or(value)));
            }
            rest = rest.get(end..).unwrap_or_default();
        }
    }

    /// Whether there is no header at all.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The value of the first field with this name, in lower case and one of those that are kept.
    pub fn first(&self, name: &str) -> Option<&'m [u8]> {
        self.fields.iter().find(|(found, _)| *found == name).map(|(_, value)| *value)
    }

    /// The values of all fields with this name.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'m [u8]> + 'h {
        self.fields.iter().filter(move |(found, _)| *found == name).map(|(_, value)| *value)
    }
}

/// Whether nothing or an empty line comes after a line of spaces; else it is folded white space.
fn is_end(from: &[u8]) -> bool {
    !matches!(after_line(from).first(), Some(b' ' | b'\t'))
}

/// What stands behind the first line break.
pub fn after_line(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
    bytes.get(end..).unwrap_or_default()
}

/// Where the name of a field ends, if the line begins with one.
pub fn name_end(line: &[u8]) -> Option<usize> {
    let colon = line.iter().position(|byte| !matches!(byte, b'!'..=b'9' | b';'..=b'~'))?;
    let spaces = line.get(colon..)?.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let colon = colon + spaces;
    (colon > 0 && line.get(colon) == Some(&b':')).then_some(colon)
}

#[cfg(test)]
mod tests {
    use super::Head;

    #[test]
    fn headers_and_bodies() {
        for (message, subject, body) in [
            ("Subject: a\n\nb", Some(" a\n"), "b"),
            ("Subject: a\r\n\r\nb", Some(" a\r\n"), "b"),
            ("X: 1\nSUBJECT : a\n b\n\tc\nX: 2\n\n\nb", Some(" a\n b\n\tc\n"), "\nb"),
            ("\u{feff}From x Mon Mar  4 19:08:00 2019\nSubject:a\n\nb", Some("a\n"), "b"),
            (">From x\nSubject:a\n\nb", Some("a\n"), "b"),
            ("Subject: a\nno header\n\nb", Some(" a\n"), "no header\n\nb"),
            ("Subject: a", Some(" a"), ""),
            ("Subject:\n\nb", Some("\n"), "b"),
            ("Subject: a\n \n\nb", Some(" a\n"), "\nb"),
            ("Subject: a\n \n b\n\nc", Some(" a\n \n b\n"), "c"),
            ("\nSubject: a\n", None, "Subject: a\n"),
            ("", None, ""),
            ("hello", None, "hello"),
            (": x\n\nb", None, ": x\n\nb"),
        ] {
            let (head, rest) = Head::read(message.as_bytes());
            let found = head.first("subject").map(|raw| std::str::from_utf8(raw).expect("text"));
            assert_eq!((found, rest), (subject, body.as_bytes()), "{message:?}");
        }
    }

    #[test]
    fn many_fields_cost_little() {
        let message = format!("{}Subject: a\n\nb", "X-Spam: 1\nCc: a@example.org\n".repeat(100_000));
        let (head, body) = Head::read(message.as_bytes());
        assert_eq!((head.all("cc").count(), head.first("subject"), body), (1024, None, &b"b"[..]));
    }
}
