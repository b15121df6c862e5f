//! Mail by folder: what stands in the headers of each message, and never its body.

use serde::Serialize;

use crate::contents::Category;
use crate::page::figures::{counted, size};
use crate::page::json::Shared;
use crate::page::sections::Section;

/// Characters of a subject or a list of people.
const LONGEST: usize = 400;

/// A message as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageShown {
    /// Where its file stands in the library; of an mbox all messages have the same.
    pub path: String,
    /// The folders that it lies in, `/` between them.
    pub folder: String,
    /// RFC 3339.
    pub sent: Option<String>,
    pub sender: String,
    pub recipients: String,
    pub subject: String,
    /// In bytes.
    pub size: u64,
    pub attachments: u64,
}

/// Columns, because there may be very many.
#[derive(Serialize, Default)]
struct Data<'a> {
    folders: Vec<&'a str>,
    folder: Vec<usize>,
    /// The folders of the library in which the files stand.
    places: Vec<&'a str>,
    place: Vec<usize>,
    name: Vec<&'a str>,
    /// Seconds since 1970; `null` where nobody knows.
    sent: Vec<Option<i64>>,
    people: Vec<&'a str>,
    sender: Vec<usize>,
    recipients: Vec<usize>,
    subject: Vec<&'a str>,
    size: Vec<u64>,
    attachments: Vec<u64>,
}

impl Section {
    /// The section of these messages, the newest first.
    pub fn mail(messages: Vec<MessageShown>) -> Self {
        let sent = |message: &MessageShown| {
            let time = chrono::DateTime::parse_from_rfc3339(message.sent.as_deref()?).ok()?;
            Some(time.timestamp())
        };
        let mut messages: Vec<(Option<i64>, MessageShown)> =
            messages.into_iter().map(|message| (sent(&message), message)).collect();
        messages.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.path.cmp(&other.path)));
        let (mut folders, mut places, mut people) = (Shared::default(), Shared::default(), Shared::default());
        let mut data = Data::default();
        for (sent, message) in &messages {
            let (place, name) = message.path.rsplit_once('/').unwrap_or(("", &message.path));
            data.folder.push(folders.number(message.folder.as_str()));
            data.place.push(places.number(place));
            data.name.push(name);
            data.sent.push(*sent);
            data.sender.push(people.number(cut(&message.sender)));
            data.recipients.push(people.number(cut(&message.recipients)));
            data.subject.push(cut(&message.subject));
            data.size.push(message.size);
            data.attachments.push(message.attachments);
        }
        (data.folders, data.places, data.people) = (folders.names, places.names, people.names);
        let bytes = messages.iter().map(|(_, message)| message.size).fold(0, u64::saturating_add);
        let line = format!("{} in {}", size(bytes), counted(data.folders.len() as u64, "folder", "folders"));
        Section::new(Category::Mail, counted(messages.len() as u64, "message", "messages"), line, &data)
    }
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
