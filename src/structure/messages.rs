//! What mail looks like: the forms of its files, and the fields of its headers.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::category::mail::form::{Form, HEAD, emlx};
use crate::category::mail::head::{after_line, name_end};

/// Fields that standards and known programs give messages; any other could be somebody's.
const FIELDS: &str = "\
accept-language arc-authentication-results arc-message-signature arc-seal auto-submitted authentication-results bcc cc \
comments content-class content-description content-disposition content-id content-language content-location \
content-transfer-encoding content-type date delivered-to disposition-notification-to dkim-signature \
domainkey-signature envelope-to errors-to expires feedback-id from importance in-reply-to keywords list-archive \
list-help list-id list-owner list-post list-subscribe list-unsubscribe list-unsubscribe-post mail-followup-to \
message-id mime-version organization original-recipient precedence priority received received-spf references \
reply-to resent-date resent-from resent-to return-path return-receipt-to sender sensitivity status subject \
thread-index thread-topic to user-agent x-account-key x-auto-response-suppress x-envelope-to x-gmail-labels x-keywords x-mailer \
x-mozilla-keys x-mozilla-status x-mozilla-status2 x-originating-ip x-priority x-spam-flag x-spam-score x-spam-status \
x-status x-uid x-universally-unique-identifier x-uniform-type-identifier x-mail-created-date";

/// How names of fields begin that programs make up.
const PRIVATE: [&str; 8] =
    ["x-apple-", "x-clx-", "x-ms-", "x-google-", "x-icloud-", "x-mantsh", "x-proofpoint-", "x-suspected-"];

/// Longest name that a program makes up.
const LONGEST: usize = 48;

/// Bytes of a file in which its header is looked for.
pub const READ: u64 = 64 << 10;

/// Mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Messages {
    /// How many files.
    pub files: u64,
    /// Files that cannot be read.
    pub unread: u64,
    /// `eml`, `emlx`, `mbox`, or `none`, and how many files.
    pub forms: BTreeMap<&'static str, u64>,
    /// Files with a line of the header that ends in LF alone.
    pub files_with_lf: u64,
    /// Files in whose header some byte is not ASCII.
    pub files_with_8_bit_headers: u64,
    /// In how many files a field comes, of a file of many messages in the first.
    pub fields: BTreeMap<String, u64>,
}

impl Messages {
    /// Adds a file at this path, by its first bytes.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        self.files += 1;
        let form = Form::of(path, bytes.get(..HEAD).unwrap_or(bytes));
        *self.forms.entry(form.map_or("none", Form::ending)).or_default() += 1;
        let message = match form {
            Some(Form::Mbox) => after_line(bytes),
            Some(Form::Emlx) => emlx(bytes).map_or(bytes, |emlx| emlx.message),
            _ => bytes,
        };
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        let mut rest = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
        let (mut has_lf, mut is_8_bit) = (false, false);
        while !rest.is_empty() {
            let after = after_line(rest);
            let line = rest.get(..rest.len() - after.len()).unwrap_or_default();
            if line.trim_ascii().is_empty() {
                break;
            }
            has_lf |= line.ends_with(b"\n") && !line.ends_with(b"\r\n");
            is_8_bit |= !line.is_ascii();
            if !matches!(line, [b' ' | b'\t', ..]) {
                let Some(colon) = name_end(line) else { break };
                let name = String::from_utf8_lossy(line.get(..colon).unwrap_or_default())
                    .trim()
                    .to_ascii_lowercase();
                found.insert(told(name), 1);
            }
            rest = after;
        }
        self.files_with_lf += u64::from(has_lf);
        self.files_with_8_bit_headers += u64::from(is_8_bit);
        found.into_keys().for_each(|field| *self.fields.entry(field).or_default() += 1);
    }
}

fn told(name: String) -> String {
    let is_known = FIELDS.split_ascii_whitespace().any(|known| known == name);
    let is_private = || {
        PRIVATE.iter().any(|start| name.starts_with(start))
            && name.len() <= LONGEST
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    if is_known || is_private() { name } else { "another".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::Messages;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn fields_without_what_they_say() {
        let mut mail = Messages::default();
        let head = "From: Ann <ann@example.org>\r\nSubject: Dinner\r\n at eight\r\nX-Apple-UUID: 1\r\nX-Ann-Boat: x\r\n\r\nOslo: now\r\n";
        mail.add("INBOX/1.eml", head.as_bytes());
        mail.add(
            "INBOX.mbox",
            format!("From ann@example.org Mon Mar  4 19:08:00 2019\n{}", head.replace('\r', "")).as_bytes(),
        );
        let fields: Vec<(&str, u64)> =
            mail.fields.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(fields, [("another", 2), ("from", 2), ("subject", 2), ("x-apple-uuid", 2)]);
        assert_eq!((mail.forms["eml"], mail.forms["mbox"], mail.files_with_lf), (1, 1, 1));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            Messages::default().add("a/b", &bytes);
        }
    }
}
