//! The forms in which a message may come, told by its name and its first bytes.
//!
//! Whether such a file is evidence at all depends on where it lies, which is not asked here: a text that begins like a
//! message is one only below an archive of Apple's.

use crate::apple::plist;
use crate::category::mail::head;

/// Bytes at the beginning of a file that tell what it is.
pub const HEAD: usize = 4096;

/// Fields that make a header one of mail.
const TELLING: [&str; 3] = ["from", "message-id", "received"];

/// Fields that stand beside those.
const USUAL: [&str; 12] = [
    "bcc",
    "cc",
    "content-type",
    "date",
    "delivered-to",
    "mime-version",
    "reply-to",
    "return-path",
    "sender",
    "subject",
    "to",
    "x-apple-uuid",
];

/// A form of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One message as it was sent: `.eml`, or no ending.
    Message,
    /// One message as Apple Mail keeps it: `.emlx`, with the length in front and a property list behind.
    Emlx,
    /// Many in one file: `.mbox`, or `mbox` in a folder `….mbox`.
    Mbox,
}

impl Form {
    /// The ending for a file of this form that has none.
    pub fn ending(self) -> &'static str {
        match self {
            Form::Message => "eml",
            Form::Emlx => "emlx",
            Form::Mbox => "mbox",
        }
    }

    /// The form of a file, by its path and its first [`HEAD`] bytes; `None` if it is no mail. The ending decides
    /// where it says anything; an empty file has what its ending says.
    pub fn of(path: &str, head: &[u8]) -> Option<Form> {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("eml") => return Some(Form::Message),
            Some("emlx") if emlx_length(head).is_some() => return Some(Form::Emlx),
            // without a length it is a message by another name
            Some("emlx") => return Some(Form::Message),
            Some("mbox" | "mbx") if is_message(head) => return Some(Form::Message),
            Some("mbox" | "mbx") => return Some(Form::Mbox),
            _ if name == "mbox" => return Some(Form::Mbox),
            // a message may be called by its number, and a folder by a name with a dot
            Some(ending) if !is_no_ending(ending) => return None,
            _ => (),
        }
        Form::by_head(head)
    }

    /// The form of a file whose name says nothing.
    pub fn by_head(head: &[u8]) -> Option<Form> {
        if head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).starts_with(b"From ") {
            return is_message(head::after_line(head)).then_some(Form::Mbox);
        }
        if let Some((_, rest)) = emlx_length(head) {
            return is_message(rest).then_some(Form::Emlx);
        }
        is_message(head).then_some(Form::Message)
    }
}

/// Whether what follows a dot is part of the name: `Re. your letter`, `1234.`, `2024.03`, and in a Maildir the name of
/// a host with the marks of a message, `example:2,S`.
fn is_no_ending(ending: &str) -> bool {
    ending.is_empty()
        || ending.contains("2,")
        || ending.contains(char::is_whitespace)
        || ending.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether bytes begin with a header of mail: nothing but fields up to an empty line or to the end of what is given,
/// and among them `From`, `Received` or `Message-ID` and another that mail has.
pub fn is_message(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let (mut telling, mut fields) = (0, 0);
    while !rest.is_empty() {
        let after = head::after_line(rest);
        let is_cut = after.is_empty();
        let line = rest.get(..rest.len() - after.len()).unwrap_or_default();
        if line.trim_ascii().is_empty() {
            break;
        }
        if !matches!(line, [b' ' | b'\t', ..]) {
            let Some(colon) = head::name_end(line) else {
                if is_cut {
                    break;
                }
                return false;
            };
            let name = line.get(..colon).unwrap_or_default().trim_ascii_end();
            let is_one_of =
                |names: &[&str]| names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
            telling += u32::from(is_one_of(&TELLING));
            fields += u32::from(is_one_of(&USUAL));
        }
        rest = after;
    }
    telling > 0 && telling + fields > 1
}

/// The length that stands in front of an `.emlx`, and what follows its line.
fn emlx_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let rest = head::after_line(bytes);
    let line = bytes.get(..bytes.len() - rest.len())?.trim_ascii();
    let is_number = (1..=12).contains(&line.len()) && line.iter().all(u8::is_ascii_digit);
    let length = std::str::from_utf8(line).ok().filter(|_| is_number)?.parse().ok()?;
    Some((length, rest))
}

/// What an `.emlx` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emlx<'b> {
    /// The message as it was sent.
    pub message: &'b [u8],
    /// Apple Mail's marks as one number (bit 0: read, 2: answered, 4: flagged), where its property list says so.
    pub flags: Option<u64>,
}

/// Opens an `.emlx`; `None` if it has no length. Where the length leads beyond the file, the message ends before the
/// property list.
pub fn emlx(bytes: &[u8]) -> Option<Emlx<'_>> {
    let (length, rest) = emlx_length(bytes)?;
    let (message, tail) = rest.split_at_checked(length).unwrap_or_else(|| {
        let start = b"<?xml";
        let at = rest.windows(start.len()).rposition(|window| window == start);
        rest.split_at(at.unwrap_or(rest.len()))
    });
    let list = plist::parse(tail.trim_ascii_start()).ok();
    let flags = list.as_ref().and_then(|list| list.get("flags")).and_then(plist::Value::integer);
    Some(Emlx { message, flags: flags.and_then(|flags| u64::try_from(flags).ok()) })
}

#[cfg(test)]
mod tests {
    use super::{Emlx, Form, emlx};
    use proptest::prelude::{any, prop, proptest};

    const MESSAGE: &str = "From: ann@example.org\nSubject: a\n\nb\n";

    #[test]
    fn forms() {
        let mbox = format!("From ann@example.org Mon Mar  4 19:08:00 2019\n{MESSAGE}");
        let apple = format!("{}\n{MESSAGE}<?xml version=\"1.0\"?>", MESSAGE.len());
        let cut = format!("Received: {}", "x".repeat(5000));
        for (path, head, form) in [
            ("a/b.eml", "", Some(Form::Message)),
            ("a/B.EML", &mbox, Some(Form::Message)),
            ("a/1.emlx", &apple, Some(Form::Emlx)),
            ("a/1.partial.emlx", &apple, Some(Form::Emlx)),
            ("a/1.emlx", MESSAGE, Some(Form::Message)),
            ("INBOX.mbox", &mbox, Some(Form::Mbox)),
            ("INBOX.mbox", "", Some(Form::Mbox)),
            ("INBOX.mbox", MESSAGE, Some(Form::Message)),
            ("INBOX.mbox/mbox", &mbox, Some(Form::Mbox)),
            ("INBOX/17", MESSAGE, Some(Form::Message)),
            ("INBOX/17.", MESSAGE, Some(Form::Message)),
            ("INBOX/cur/1551726480.M1P2.host:2,S", MESSAGE, Some(Form::Message)),
            ("INBOX/Re. your letter", MESSAGE, Some(Form::Message)),
            ("INBOX", &mbox, Some(Form::Mbox)),
            ("INBOX/17", &apple, Some(Form::Emlx)),
            ("INBOX/17", "\u{feff}Received: x\r\n\tby y\r\nX-A: 1\r\nDate: z\r\n\r\n", Some(Form::Message)),
            ("INBOX/17", "Message-ID: <a>\nReceived: x\n no colon but cut", Some(Form::Message)),
            ("INBOX/17", &format!("To: a\n{cut}"), Some(Form::Message)),
            ("INBOX/17", "From: ann\n\nb", None),
            ("INBOX/17", "Subject: a\nDate: b\n\nc", None),
            ("INBOX/17", "From here on\nSubject: a\n\n", None),
            ("notes/readme", "From: a\nhello there\nSubject: b\n", None),
            ("a/list.csv", MESSAGE, None),
            ("a/photo.jpg", MESSAGE, None),
            ("a/empty", "", None),
        ] {
            assert_eq!(Form::of(path, head.as_bytes()), form, "{path} {head:?}");
        }
    }

    #[test]
    fn apples_own_form() {
        let list = "<?xml version=\"1.0\"?><plist><dict><key>flags</key><integer>8590195717</integer></dict></plist>";
        for (length, tail, message, flags) in [
            (MESSAGE.len().to_string(), list, MESSAGE, Some(8_590_195_717)),
            (format!("{}      ", MESSAGE.len()), list, MESSAGE, Some(8_590_195_717)),
            ("99999999".to_owned(), list, MESSAGE, Some(8_590_195_717)),
            ("99999999".to_owned(), "", MESSAGE, None),
            (MESSAGE.len().to_string(), "broken", MESSAGE, None),
            ("4".to_owned(), "", "From", None),
        ] {
            let bytes = format!("{length}\n{MESSAGE}{tail}");
            let expected = Some(Emlx { message: message.as_bytes(), flags });
            assert_eq!(emlx(bytes.as_bytes()), expected, "{length} {tail}");
        }
        for bytes in ["", "x\n", "12 3\n", "-5\na", MESSAGE] {
            assert_eq!(emlx(bytes.as_bytes()), None, "{bytes}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), path in "[a-z./]{0,8}") {
            let _ = (Form::of(&path, &bytes), emlx(&bytes));
        }
    }
}
