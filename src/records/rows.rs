//! A row of each table.

use rusqlite::params;

use crate::category::bookmarks::Bookmark;
use crate::category::calendars::{CalendarRow, EventRow, Moment, TaskRow};
use crate::category::contacts;
use crate::category::dated::{Basis, Dated};
use crate::category::drive::files::Listed;
use crate::category::drive::rows::Rule;
use crate::category::mail::{self, Message};
use crate::category::notes::note::Note;
use crate::category::notes::rows::Matched;
use crate::records::Records;
use crate::records::cell::{Text, Time, instant, number};

/// Bytes of what a message says that are kept and searched. Hardly any message that a person wrote has more.
pub const MOST_BODY: usize = 1 << 20;

/// The word for what several rows of a list may mean.
const AMBIGUOUS: &str = "ambiguous";

/// Between several values in one cell.
const BETWEEN: &str = "; ";

/// A file of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'r> {
    /// From the library's folder, `/` between components. This is what a path is everywhere here.
    pub path: &'r str,
    pub size: u64,
    pub blake3: blake3::Hash,
}

/// A note in the library.
#[derive(Debug, Clone, Copy)]
pub struct Noted<'r> {
    pub note: &'r Note,
    /// Its Markdown.
    pub path: &'r str,
    /// Its attachments, in their order.
    pub files: &'r [File<'r>],
}

/// A file of iCloud Drive in the library.
#[derive(Debug, Clone, Copy)]
pub struct Drive<'r> {
    pub file: File<'r>,
    /// Its name as it was delivered.
    pub title: &'r str,
    /// What Apple's list says of it.
    pub listed: Option<&'r Listed>,
    /// Whether the list has the hash of its bytes.
    pub is_proved: bool,
}

/// A message in the library.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'r> {
    pub said: &'r Message,
    /// Its size and hash are those of the message; its path that of the file which it stands in.
    pub file: File<'r>,
    /// The owner's folder of mail; `""` for none.
    pub folder: &'r str,
    /// The marks of Apple Mail.
    pub flags: Option<u64>,
    /// Where it begins, if its file is an mbox.
    pub mbox_offset: Option<u64>,
}

/// A bookmark, and the name of the file that it was delivered in.
#[derive(Debug, Clone, Copy)]
pub struct Bookmarked<'r> {
    pub bookmark: &'r Bookmark,
    pub source: &'r str,
}

impl Records {
    /// Adds a note with its attachments and the people who see it.
    pub fn note(&mut self, row: &Noted<'_>) -> rusqlite::Result<()> {
        let note = row.note;
        let (created, modified) = (Time::of(&note.created), Time::of(&note.modified));
        let id = self.insert(
            "INSERT INTO notes (title, folder, path, created_utc, modified_utc, pinned, deleted, shared, words, \
             attachments, dates_basis, created_raw, created_basis, modified_raw, modified_basis, drawing, match_rule, \
             content_hash, source) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
            params![
                Text::new(&note.title),
                Text::new(&note.home.folder),
                Text::new(row.path).required(),
                created.utc,
                modified.utc,
                note.pinned,
                note.is_deleted(),
                !note.people.is_empty(),
                note.body.as_ref().map(|body| number(body.gist.words)),
                number(row.files.len()),
                weaker(note.created.basis, note.modified.basis).to_string(),
                created.raw,
                created.basis,
                modified.raw,
                modified.basis,
                note.drawing,
                match &note.matched {
                    Matched::Nothing => None,
                    Matched::Row(_, rule) => Some(rule.as_str()),
                    Matched::OneOf(_) => Some(AMBIGUOUS),
                },
                Text::new(&note.hash),
                Text::new(note.source()),
            ],
        )?;
        for (position, file) in (1_i64..).zip(row.files) {
            self.insert(
                "INSERT INTO note_attachments (note, position, path, size, blake3) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    id,
                    position,
                    Text::new(file.path).required(),
                    number(file.size),
                    file.blake3.to_hex().as_str()
                ],
            )?;
        }
        for person in &note.people {
            self.insert(
                "INSERT INTO note_participants (note, name, email_masked, permission, status, role) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    id,
                    Text::new(&person.name),
                    Text::new(&person.email_masked),
                    Text::new(&person.permission),
                    Text::new(&person.status),
                    person.role.as_str(),
                ],
            )?;
        }
        Ok(())
    }

    /// Adds a file of iCloud Drive.
    pub fn drive_file(&mut self, row: &Drive<'_>) -> rusqlite::Result<()> {
        let time =
            |of: fn(&Listed) -> &Dated| row.listed.map_or_else(Time::none, |listed| Time::of(of(listed)));
        let created = time(|listed| &listed.created);
        let modified = time(|listed| &listed.modified);
        let opened = time(|listed| &listed.opened);
        self.insert(
            "INSERT INTO drive_files (path, title, size, blake3, base_hash, created_utc, modified_utc, favourite, \
             executable, match_rule, created_raw, created_basis, modified_raw, modified_basis, opened_utc, opened_raw, \
             opened_basis, listed_size, proved) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
            params![
                Text::new(row.file.path).required(),
                Text::new(row.title),
                number(row.file.size),
                row.file.blake3.to_hex().as_str(),
                Text::of(row.listed.map(|listed| &*listed.base_hash)),
                created.utc,
                modified.utc,
                row.listed.and_then(|listed| listed.favourite),
                row.listed.and_then(|listed| listed.executable),
                row.listed.map(|listed| listed.rule.map_or(AMBIGUOUS, Rule::as_str)),
                created.raw,
                created.basis,
                modified.raw,
                modified.basis,
                opened.utc,
                opened.raw,
                opened.basis,
                row.listed.and_then(|listed| listed.differs_in_size).map(number),
                row.is_proved,
            ],
        )?;
        Ok(())
    }

    /// Adds a card.
    pub fn contact(&mut self, row: &contacts::Row) -> rusqlite::Result<()> {
        self.insert(
            "INSERT INTO contacts (uid, name, organisation, phones, emails, birthday, has_photo, groups, path, kind) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                Text::of(row.uid.as_deref()),
                Text::of(row.name.as_deref()),
                Text::of(row.organisation.as_deref()),
                Text::of(row.phones.as_deref()),
                Text::of(row.emails.as_deref()),
                Text::of(row.birthday.as_deref()),
                row.has_photo,
                Text::of(row.groups.as_deref()),
                Text::new(&row.path).required(),
                row.kind,
            ],
        )?;
        Ok(())
    }

    /// Adds a calendar or a list of tasks.
    pub fn calendar(&mut self, row: &CalendarRow) -> rusqlite::Result<()> {
        self.insert(
            "INSERT INTO calendars (name, kind, time_zone, path) VALUES (?1, ?2, ?3, ?4)",
            params![
                Text::new(&row.name),
                row.kind,
                Text::of(row.time_zone.as_deref()),
                Text::new(&row.path).required(),
            ],
        )?;
        Ok(())
    }

    /// Adds an event or a series.
    pub fn event(&mut self, row: &EventRow) -> rusqlite::Result<()> {
        let (starts, ends) = (Time::at(row.starts.as_ref()), Time::at(row.ends.as_ref()));
        self.insert(
            "INSERT INTO events (uid, calendar, starts_utc, ends_utc, all_day, rule, summary, location, latitude, \
             longitude, starts_raw, starts_basis, ends_raw, ends_basis, starts_day, ends_day) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                Text::of(row.uid.as_deref()),
                Text::new(&row.calendar),
                starts.utc,
                ends.utc,
                row.all_day,
                Text::of(row.rule.as_deref()),
                Text::of(row.summary.as_deref()),
                Text::of(row.location.as_deref()),
                row.latitude,
                row.longitude,
                starts.raw,
                starts.basis,
                ends.raw,
                ends.basis,
                day(row.starts.as_ref()),
                day(row.ends.as_ref()),
            ],
        )?;
        Ok(())
    }

    /// Adds a task.
    pub fn task(&mut self, row: &TaskRow) -> rusqlite::Result<()> {
        let due = Time::at(row.due.as_ref());
        self.insert(
            "INSERT INTO tasks (uid, list, summary, due_utc, done, path, due_raw, due_basis, due_day) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                Text::of(row.uid.as_deref()),
                Text::new(&row.list),
                Text::of(row.summary.as_deref()),
                due.utc,
                row.done,
                Text::new(&row.path).required(),
                due.raw,
                due.basis,
                day(row.due.as_ref()),
            ],
        )?;
        Ok(())
    }

    /// Adds a message, which can then be found by its words.
    pub fn message(&mut self, row: &Mail<'_>) -> rusqlite::Result<()> {
        let said = row.said;
        let sent = said.sent.as_ref().map_or_else(Time::none, |sent| {
            let basis = match sent.basis {
                mail::Basis::Date => "stated",
                mail::Basis::Received => "received",
            };
            Time::new(Some(instant(sent.time.to_utc())), &sent.raw, basis.to_owned())
        });
        let names: Vec<&str> =
            said.attachments.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let body = said.text.get(..said.text.floor_char_boundary(MOST_BODY)).unwrap_or_default();
        let [subject, sender, recipients] =
            [&said.subject, &said.sender, &said.recipients].map(|text| Text::of(text.as_deref()));
        let id = self.insert(
            "INSERT INTO messages (path, folder, message_id, sent_utc, sender, recipients, subject, size, attachments, \
             blake3, sent_raw, sent_basis, attachment_names, flags, mbox_offset, body) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                Text::new(row.file.path).required(),
                Text::new(row.folder),
                Text::of(said.message_id.as_deref()),
                sent.utc,
                sender,
                recipients,
                subject,
                number(row.file.size),
                number(said.attachments.len()),
                row.file.blake3.to_hex().as_str(),
                sent.raw,
                sent.basis,
                Text::new(&names.join(BETWEEN)),
                row.flags.map(number),
                row.mbox_offset.map(number),
                Text::new(body),
            ],
        )?;
        self.insert(
            "INSERT INTO messages_fts (rowid, subject, \"from\", \"to\", body) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, subject, sender, recipients, Text::new(body)],
        )?;
        Ok(())
    }

    /// Adds a bookmark.
    pub fn bookmark(&mut self, row: &Bookmarked<'_>) -> rusqlite::Result<()> {
        let bookmark = row.bookmark;
        let modified = bookmark.stamp().map_or_else(Time::none, |stamp| {
            let basis = if stamp.utc.is_some() { "stated" } else { "none" };
            Time::new(stamp.utc.map(instant), &stamp.raw, basis.to_owned())
        });
        self.insert(
            "INSERT INTO bookmarks (title, url, modified_utc, favourite, deleted, folder, reading_list, modified_raw, \
             modified_basis, host, note, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                Text::new(&bookmark.title),
                Text::new(&bookmark.url),
                modified.utc,
                bookmark.favourite,
                bookmark.deleted,
                Text::of(bookmark.folder_text().as_deref()),
                bookmark.reading_list,
                modified.raw,
                modified.basis,
                Text::of(host(&bookmark.url).as_deref()),
                Text::new(&bookmark.note),
                Text::new(row.source),
            ],
        )?;
        Ok(())
    }
}

impl<'t> Time<'t> {
    fn of(dated: &'t Dated) -> Self {
        Time::new(dated.rfc3339(), &dated.raw, dated.basis.to_string())
    }

    fn at(moment: Option<&'t Moment>) -> Self {
        moment.map_or_else(Time::none, |moment| Time::new(moment.text(), &moment.raw, moment.basis.text()))
    }
}

/// The day on the clock that a calendar means.
fn day(moment: Option<&Moment>) -> Option<String> {
    moment.and_then(|moment| moment.day).map(|day| day.to_string())
}

/// Of the grounds of two dates that of the one which is less sure, among those that are known.
fn weaker(a: Basis, b: Basis) -> Basis {
    match (a, b) {
        (Basis::None, other) | (other, Basis::None) | (Basis::Stated, other) => other,
        (assumed, _) => assumed,
    }
}

/// The host of an address: `example.org` of `https://me@www.Example.org:8080/a`.
fn host(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim_start().split_once("://")?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let authority = rest.split(['/', '?', '#', '\\']).next().filter(|_| scheme.chars().all(is_scheme))?;
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let port =
        |(host, port): (&'_ str, &'_ str)| port.bytes().all(|c| c.is_ascii_digit()).then_some(host.len());
    let host = place.rsplit_once(':').and_then(port).and_then(|end| place.get(..end)).unwrap_or(place);
    let host = host.trim_end_matches('.').to_lowercase();
    Some(host.strip_prefix("www.").map_or(host.clone(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn the_host_of_an_address() {
        for (url, expected) in [
            ("https://me@www.Example.org:8080/a@b?c", Some("example.org")),
            ("http://example.org", Some("example.org")),
            (" ftp://files.example.org./x", Some("files.example.org")),
            ("https://[2001:db8::1]:443/", Some("[2001:db8::1]")),
            ("https://[2001:db8::1]/", Some("[2001:db8::1]")),
            ("https://bücher.example#x", Some("bücher.example")),
            ("javascript:location='https://example.org'", None),
            ("mailto:ann@example.org", None),
            ("file:///etc/hosts", Some("")),
            ("example.org/a", None),
            ("", None),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
    }
}
