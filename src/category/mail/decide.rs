//! What the mail of all exports comes to: messages by folder and date, as they were delivered, and one file for each
//! folder where its owner wants that.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, BufReader, Write};

use chrono::{DateTime, FixedOffset, Utc};

use crate::category::mail::form::{self, Form};
use crate::category::mail::mbox::{self, Slices};
use crate::category::mail::{LARGEST_READ, Message, place};
use crate::category::outcome::{
    Count, Files, Hearing, Made, Open, Standing, Wished, Wishes, problem_of, time_of, whole,
};
use crate::category::places::Places;
use crate::category::recognise::Sort;
use crate::category::{Choices, Mbox};
use crate::contents::{Category, ContentId, Contents, EntryId, ExportId};
use crate::library::{layout, name};
use crate::problem::{Code, Problem};

/// Bytes of a message that tell its name: its header, and the charset of its body.
const GIST: u64 = 1 << 20;

/// Bytes of each message of an mbox that are looked at to count it.
const KEPT: usize = 64;

/// What a file of mail says of itself.
#[derive(Debug, Clone, Default)]
pub struct Gist {
    form: Option<Form>,
    sent: Option<DateTime<FixedOffset>>,
    subject: Option<String>,
    messages: u64,
    has_header: bool,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Heard {
    gists: BTreeMap<ContentId, Gist>,
}

/// Reads the header of every message, and counts those of files of many.
pub fn hear(hearing: &mut Hearing<'_>) -> Heard {
    let contents = hearing.contents;
    let mut heard = Heard::default();
    for entry in contents.entries.iter().filter(|entry| Sort::of(entry) == Some(Sort::Message)) {
        let Some(content) = entry.content().filter(|content| !heard.gists.contains_key(content)) else {
            continue;
        };
        let Some(head) = hearing.head(content, GIST) else { continue };
        let start = head.get(..form::HEAD).unwrap_or(&head);
        let gist = match Form::of(entry.inner(), start) {
            Some(Form::Mbox) => match count(hearing.open, content) {
                Ok(messages) => {
                    Gist { form: Some(Form::Mbox), messages, has_header: true, ..Gist::default() }
                }
                Err(error) => {
                    hearing.refuse(content, crate::problem::refusal::refused(&error));
                    continue;
                }
            },
            form => {
                let message = Message::read(inner(&head, form));
                Gist {
                    form,
                    sent: message.sent.map(|sent| sent.time),
                    subject: message.subject,
                    messages: 1,
                    has_header: message.has_header,
                }
            }
        };
        heard.gists.insert(content, gist);
    }
    heard
}

/// How many messages an mbox holds.
fn count(open: &dyn Open, content: ContentId) -> io::Result<u64> {
    let mut messages = 0;
    for slice in Slices::new(BufReader::new(open.open(content)?), KEPT) {
        slice?;
        messages += 1;
    }
    Ok(messages)
}

/// The message itself, without what Apple Mail puts around it.
fn inner(bytes: &[u8], form: Option<Form>) -> &[u8] {
    let emlx = || form::emlx(bytes).map(|emlx| emlx.message);
    form.filter(|form| *form == Form::Emlx).and_then(|_| emlx()).unwrap_or(bytes)
}

/// A file of mail.
#[derive(Debug, Clone)]
pub struct File {
    pub entry: EntryId,
    pub content: ContentId,
    pub form: Form,
    /// `/` between the names of its folders.
    pub folder: String,
    modified: Option<DateTime<Utc>>,
}

/// What the mail comes to.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
    pub wishes: Wishes,
    pub problems: Vec<Problem>,
    pub files: Vec<File>,
    mbox: Option<Mbox>,
}

/// Decides for all exports together.
pub fn decide(contents: &Contents, heard: &Heard, choices: &Choices) -> Decided {
    let mut decided = Decided { mbox: Some(choices.mbox), ..Decided::default() };
    let mut by_export: BTreeMap<ExportId, Vec<(EntryId, ContentId, &Gist)>> = BTreeMap::new();
    for (id, entry) in contents.entries.pairs().filter(|(_, entry)| Sort::of(entry) == Some(Sort::Message)) {
        let Some(content) = entry.content() else { continue };
        let Some(gist) = heard.gists.get(&content) else { continue };
        by_export.entry(contents.export_of(entry)).or_default().push((id, content, gist));
    }
    let mut count = Count::of(Category::Mail);
    let mut counted = Files::default();
    let mut places = Places::default();
    for messages in by_export.values() {
        let form = |gist: &Gist| gist.form.unwrap_or(Form::Message);
        let paths: Vec<(&str, Form)> =
            messages.iter().map(|(id, _, gist)| (contents.entries[*id].inner(), form(gist))).collect();
        for ((id, content, gist), folder) in messages.iter().zip(place::folders(&paths)) {
            let entry = &contents.entries[*id];
            let wished = wished(&mut places, &folder, form(gist), gist);
            if entry.given && counted.counts(contents, *id, *content, &wished.path) {
                count.items += gist.messages;
                count.files += 1;
                decided.problems.extend(fault(gist).map(|why| problem_of(contents, *id, Code::BadRow, why)));
            }
            let modified = wished.modified.or_else(|| time_of(entry));
            decided.wishes.insert(*id, wished);
            let folder = folder.join("/");
            decided.files.push(File { entry: *id, content: *content, form: form(gist), folder, modified });
        }
    }
    decided.count = (!counted.is_empty()).then_some(count);
    decided
}

fn wished(places: &mut Places, folder: &[String], form: Form, gist: &Gist) -> Wished {
    let way =
        |steps: &[String]| steps.iter().map(|step| step.replace('/', "_")).collect::<Vec<_>>().join("/");
    let (folder, stem) = match (form, folder.split_last()) {
        (Form::Mbox, Some((own, above))) => (places.folder(layout::MAIL, &way(above)), own.clone()),
        _ => (places.folder(layout::MAIL, &way(folder)), place::stem(gist.sent, gist.subject.as_deref())),
    };
    let path = format!("{folder}/{}", name::with_suffix(&stem, form.ending(), 1));
    Wished { modified: gist.sent.map(|sent| sent.with_timezone(&Utc)), ..Wished::at(path) }
}

fn fault(gist: &Gist) -> Option<&'static str> {
    match (gist.form, gist.messages, gist.has_header) {
        (Some(Form::Mbox), 0, _) => Some("no message is in this file; it is kept as it is"),
        (_, _, false) => Some("it has no header of a message; it is kept as it is, and found by no search"),
        _ => None,
    }
}

impl Decided {
    /// The files that stand, each with its path, in the order of their paths.
    pub fn standing<'a>(&'a self, standing: &Standing<'a>) -> Vec<(&'a str, &'a File)> {
        let by_path: BTreeMap<&str, &File> =
            self.files.iter().filter_map(|file| Some((standing(file.entry)?, file))).collect();
        by_path.into_iter().collect()
    }

    /// One mbox for each folder, if its owner wants them.
    pub fn made<'a>(&'a self, standing: &Standing<'a>) -> Vec<Made<'a>> {
        if self.mbox != Some(Mbox::Written) {
            return Vec::new();
        }
        let files = self.standing(standing);
        let originals: HashSet<String> = files.iter().map(|(path, _)| name::fold(path)).collect();
        let mut folders: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
        for &(path, file) in files.iter().filter(|(_, file)| file.form != Form::Mbox) {
            let folder = path.rsplit_once('/').map_or(layout::MAIL, |(folder, _)| folder);
            folders.entry(folder).or_default().push(file);
        }
        let made = folders.into_iter().map(|(folder, files)| {
            let (above, own) = folder.rsplit_once('/').unwrap_or((folder, "messages"));
            let at = |n| format!("{above}/{}", name::with_suffix(own, Form::Mbox.ending(), n));
            let path = (1..).map(at).find(|path| !originals.contains(&name::fold(path))).unwrap_or_default();
            let newest = files.iter().filter_map(|file| file.modified).max();
            Made::new(Category::Mail, path, move |open, to| write(&files, open, to)).modified(newest)
        });
        made.collect()
    }
}

/// Writes messages one after another; each is held as a whole.
fn write(files: &[&File], open: &dyn Open, to: &mut dyn Write) -> io::Result<()> {
    let mut writer = mbox::Writer::new(to);
    files.iter().try_for_each(|file| {
        // however long: what was imported is whole in a mailbox too
        let bytes = whole(open, file.content, u64::MAX)?;
        let bytes = inner(&bytes, Some(file.form));
        let message = Message::read(bytes.get(..LARGEST_READ).unwrap_or(bytes));
        let sent = message.sent.map(|sent| sent.time.with_timezone(&Utc));
        writer.add(&mut &*bytes, message.sender.as_deref(), sent)
    })
}
