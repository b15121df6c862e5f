//! Where a message belongs: its folder, from the path it was delivered at, and the name that people can find it by.
//!
//! Names are as people wrote them. What a file system can hold, and which ` (2)` keeps two apart, is for the
//! [`plan`](crate::stage::plan) to decide; only steps that lead elsewhere (`..`) are left out here.

use chrono::{DateTime, FixedOffset};

use crate::apple::text::{match_key, same_name};
use crate::category::mail::form::Form;

/// Folders that say nothing but that mail is below them.
const GENERIC: [&str; 8] =
    ["mail", "icloud mail", "mailboxes", "messages", "emails", "e-mails", "e-mail", "email"];

/// Folders that iCloud's IMAP has; translated ones are kept by the other rules.
const IMAP: [&str; 8] =
    ["inbox", "sent messages", "deleted messages", "junk", "archive", "drafts", "notes", "vip"];

/// Characters of a subject that a name keeps. A file system has room for fewer, a person reads fewer.
const LONGEST_SUBJECT: usize = 200;

/// The folders of messages, outermost first, from their paths below the wrapper, in the same order.
///
/// One level that all share is left out if it says nothing, or if all have another below it and it is none of
/// IMAP's. `INBOX.mbox/mbox`, `INBOX/mbox` and `INBOX.mbox` lie in the folder `INBOX`: an mbox is its folder.
pub fn folders(paths: &[(&str, Form)]) -> Vec<Vec<String>> {
    let mut folders: Vec<Vec<String>> = paths.iter().map(|(path, form)| folder(path, *form)).collect();
    let Some(shared) = folders.first().and_then(|folder| folder.first()).cloned() else { return folders };
    let is_shared =
        folders.iter().all(|folder| folder.first().is_some_and(|first| same_name(first, &shared)));
    let key = match_key(&shared);
    let is_deep = folders.iter().all(|folder| folder.len() > 1) && !IMAP.contains(&key.as_str());
    // an mbox must keep a name
    let is_needed =
        folders.iter().zip(paths).any(|(folder, (_, form))| *form == Form::Mbox && folder.len() == 1);
    if is_shared && (is_deep || GENERIC.contains(&key.as_str()) && !is_needed) {
        folders.iter_mut().for_each(|folder| _ = folder.remove(0));
    }
    folders
}

fn folder(path: &str, form: Form) -> Vec<String> {
    let mut steps: Vec<&str> = path.split('/').collect();
    let file = steps.pop().unwrap_or_default();
    let mut folder: Vec<String> = Vec::new();
    let mut in_mbox = false;
    for step in steps.into_iter().filter(|step| is_step(step)) {
        let name = without_mbox(step);
        // inside its `….mbox` folders Apple Mail has an order of its own: `<uuid>/Data/1/2/Messages/17.emlx`
        if in_mbox && name.is_none() && is_internal(step) {
            continue;
        }
        in_mbox |= name.is_some();
        folder.push(name.unwrap_or(step).to_owned());
    }
    let is_called_so = !file.eq_ignore_ascii_case("mbox");
    if form == Form::Mbox && (is_called_so || folder.is_empty()) {
        folder.push(without_mbox(file).unwrap_or(file).to_owned());
    }
    folder.retain(|step| is_step(step));
    folder
}

/// Whether a name leads one level down.
fn is_step(name: &str) -> bool {
    !matches!(name.trim(), "" | "." | "..")
}

/// The name of a folder or file `….mbox`.
fn without_mbox(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once('.')?;
    let is_mbox = ["mbox", "mbx", "imapmbox"].iter().any(|mbox| ending.eq_ignore_ascii_case(mbox));
    (is_mbox && !stem.is_empty()).then_some(stem)
}

fn is_internal(step: &str) -> bool {
    let is_number = step.len() <= 2 && step.bytes().all(|byte| byte.is_ascii_digit());
    let is_uuid = step.len() == 36 && step.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_number || is_uuid || matches!(step, "Data" | "Messages" | "Attachments")
}

/// `2019-03-04 1908 Dinner on Sunday`: the stem of a message's file, on the clock of its sender. A message without a
/// subject is named by its time, one without a time by its subject, and one without either `message`.
pub fn stem(sent: Option<DateTime<FixedOffset>>, subject: Option<&str>) -> String {
    let subject: String = subject.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let subject: String = subject.chars().take(LONGEST_SUBJECT).collect();
    let time = sent.map(|sent| sent.format("%Y-%m-%d %H%M").to_string());
    match (time, subject.trim_end()) {
        (Some(time), "") => time,
        (Some(time), subject) => format!("{time} {subject}"),
        (None, "") => "message".to_owned(),
        (None, subject) => subject.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{folders, stem};
    use crate::category::mail::form::Form::{self, Emlx, Mbox, Message};
    use crate::library::name;
    use chrono::DateTime;
    use proptest::prelude::{any, proptest};

    #[test]
    fn folders_from_paths() {
        type Case<'c> = (&'c [(&'c str, Form)], &'c [&'c str]);
        let table: &[Case] = &[
            (&[], &[]),
            (&[("a.eml", Message)], &[""]),
            (&[("INBOX/a.eml", Message), ("Sent Messages/b.eml", Message)], &["INBOX", "Sent Messages"]),
            (&[("INBOX/a.eml", Message), ("INBOX/b.eml", Message)], &["INBOX", "INBOX"]),
            (&[("INBOX/Work/a.eml", Message), ("INBOX/Home/b.eml", Message)], &["INBOX/Work", "INBOX/Home"]),
            (&[("x/INBOX/a.eml", Message), ("X/Work/Old/b.eml", Message)], &["INBOX", "Work/Old"]),
            (&[("Mail/a.eml", Message), ("Mail/INBOX/b.eml", Message)], &["", "INBOX"]),
            (&[("x/a.eml", Message), ("x/y/b.eml", Message)], &["x", "x/y"]),
            (&[("x/INBOX/a.eml", Message), ("b.eml", Message)], &["x/INBOX", ""]),
            (
                &[("INBOX.mbox/mbox", Mbox), ("Archive.mbox", Mbox), ("Old/2018", Mbox)],
                &["INBOX", "Archive", "Old/2018"],
            ),
            (&[("mbox", Mbox)], &["mbox"]),
            (&[("Big/mbox", Mbox)], &["Big"]),
            (&[("x/Big/mbox", Mbox), ("x/Small/MBOX", Mbox)], &["Big", "Small"]),
            (&[("Big/mbox", Mbox), ("Big/a.eml", Message)], &["Big", "Big"]),
            (&[("Mail.mbox", Mbox)], &["Mail"]),
            (&[("Mail/Mail.mbox/mbox", Mbox)], &["Mail"]),
            (
                &[
                    ("Work.mbox/8D1F0C3A-0000-4000-8000-0123456789AB/Data/1/2/Messages/17.emlx", Emlx),
                    ("Work.mbox/Messages.mbox/Messages/18.emlx", Emlx),
                ],
                &["Work", "Work/Messages"],
            ),
            (
                &[("../../INBOX/./a.eml", Message), ("/../etc//AC\\DC/b.eml", Message)],
                &["INBOX", "etc/AC\\DC"],
            ),
            (&[("受信箱/a.eml", Message), ("送信済み/b.eml", Message)], &["受信箱", "送信済み"]),
        ];
        for (paths, expected) in table {
            let found: Vec<String> = folders(paths).iter().map(|folder| folder.join("/")).collect();
            assert_eq!(&found, expected, "{paths:?}");
        }
    }

    #[test]
    fn names_for_people() {
        let time = |text: &str| Some(DateTime::parse_from_rfc3339(text).expect("a date"));
        let long = "x".repeat(400);
        for (sent, subject, expected) in [
            (time("2019-03-04T23:08:00+05:30"), Some("Dinner"), "2019-03-04 2308 Dinner"),
            (time("2019-03-04T23:08:00+05:30"), Some(" Re:\tFwd:  a \n b "), "2019-03-04 2308 Re: Fwd: a b"),
            (time("2019-03-04T23:08:00Z"), None, "2019-03-04 2308"),
            (None, Some("Dinner"), "Dinner"),
            (None, Some(" "), "message"),
            (None, None, "message"),
            (None, Some(&long), &long[..200]),
        ] {
            assert_eq!(stem(sent, subject), expected);
        }
        let odd = stem(time("2019-03-04T23:08:00Z"), Some("../a: \"b\"?"));
        assert_eq!(name::with_suffix(&odd, "eml", 1), "2019-03-04 2308 .._a_ _b__.eml");
    }

    proptest! {
        #[test]
        fn every_subject_makes_a_portable_name(subject in any::<String>()) {
            let stem = stem(None, Some(&subject));
            let name = name::with_suffix(&stem, "eml", 1);
            assert!(name::is_portable(&name) && name.ends_with(".eml"), "{name:?}");
        }

        #[test]
        fn no_folder_leads_elsewhere(path in "([./ a]|\\.mbox){0,20}") {
            for folder in folders(&[(&path, Message), (&path, Mbox)]).concat() {
                assert!(!folder.contains('/') && !["", ".", ".."].contains(&folder.trim()), "{folder:?}");
            }
        }
    }
}
