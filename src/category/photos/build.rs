//! Contents for the tests of the pure stages, made of a few words: no zip, no catalog, no drive.
//!
//! Files lie in the part that was named last; the text that stands for a file's bytes tells which files
//! are copies of each other.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use proptest::prelude::ProptestConfig;
use proptest::test_runner::{FailurePersistence, FileFailurePersistence};

use crate::apple::fingerprint::Fingerprint;
use crate::category::photos::lists::details::{Checksum, Details, Row};
use crate::category::photos::media::{Embedded, Format, LocalTime};
use crate::category::photos::{Heard, List, Said, Sort};
use crate::contents::litter::is_ignored;
use crate::contents::{
    Archive, Bytes, Category, Content, ContentId, Contents, Entry, Export, Identity, Inner, Part,
};

/// Contents that grow word by word.
pub(crate) struct Built {
    contents: Contents,
    heard: Heard,
    known: HashMap<String, ContentId>,
}

impl Built {
    /// One export with one part.
    pub(crate) fn new() -> Self {
        Built::bare().part(1)
    }

    /// One export without a part.
    pub(crate) fn bare() -> Self {
        Built { contents: Contents::default(), heard: Heard::default(), known: HashMap::new() }
            .newer("iCloud Photos", 1)
    }

    /// Another export with one part, newer than those before it.
    pub(crate) fn export(self, name: &str, total: u32) -> Self {
        self.newer(name, total).part(1)
    }

    fn newer(mut self, name: &str, total: u32) -> Self {
        let label = format!("{name} {}", self.contents.exports.len());
        let category = Category::Photos;
        let export = Export { name: name.into(), category, total: Some(total), built: None, label };
        self.contents.exports.push(export);
        self
    }

    /// Another part of the export.
    pub(crate) fn part(mut self, number: u32) -> Self {
        let Contents { exports, parts, archives, .. } = &mut self.contents;
        parts.push(Part { export: exports.ids().last().unwrap(), number });
        archives.push(Archive { name: format!("Part {number}.zip"), identity: Identity::Folder });
        self
    }

    /// A file. Equal texts are equal bytes; an empty one is a placeholder, `!` one that could not be read.
    pub(crate) fn file(mut self, path: &str, bytes: &str) -> Self {
        let sort = match path.split('/').next() {
            _ if is_ignored(path) => Sort::Ignored,
            _ if bytes.is_empty() => Sort::Placeholder,
            Some("Recently Deleted") => Sort::Deleted,
            Some("My Albums") => Sort::Shared,
            Some("Photos") => Sort::Photo,
            _ => Sort::Other,
        };
        let bytes = match bytes {
            "" => Bytes::Unread,
            "!" => Bytes::Failed,
            bytes => Bytes::Sound(self.content(path, bytes)),
        };
        self.entry(path, sort, bytes);
        self
    }

    /// What the file named last says of itself.
    pub(crate) fn saying(mut self, say: impl FnOnce(&mut Embedded)) -> Self {
        let content = self.contents.entries.last().and_then(Entry::content).unwrap();
        say(&mut self.heard.said[content].embedded);
        self
    }

    /// The file named last was taken then.
    pub(crate) fn taken(self, time: &str) -> Self {
        let time = local(time);
        self.saying(|embedded| embedded.exif = Some(LocalTime { time, offset: None }))
    }

    /// The file named last is half of a Live Photo.
    pub(crate) fn live(self, identifier: &str) -> Self {
        self.saying(|embedded| embedded.content_identifier = Some(identifier.into()))
    }

    /// The file named last claims to be so large.
    pub(crate) fn sized(mut self, size: u64) -> Self {
        self.contents.entries.last_mut().unwrap().size = size;
        self
    }

    /// The file named last is not in these inputs: an earlier run read it.
    pub(crate) fn remembered(mut self) -> Self {
        self.contents.entries.last_mut().unwrap().given = false;
        self
    }

    /// A details file.
    pub(crate) fn rows(mut self, path: &str, rows: impl IntoIterator<Item = Row>) -> Self {
        let rows = (2..).zip(rows).map(|(line, row)| Row { line, ..row }).collect();
        let file = List::Rows(Details { rows, ..Details::default() });
        self.list(path, Sort::Details, file);
        self
    }

    /// An album, by its file's name without ending.
    pub(crate) fn album(mut self, title: &str, names: &[&str]) -> Self {
        self.list(&format!("Albums/{title}.csv"), Sort::Album, named(names));
        self
    }

    /// A memory, by its file's name without ending.
    pub(crate) fn memory(mut self, title: &str, names: &[&str]) -> Self {
        self.list(&format!("Memories/{title}.csv"), Sort::Memory, named(names));
        self
    }

    /// Who contributed, by the list of the shared library.
    pub(crate) fn contributions(mut self, named: impl IntoIterator<Item = (String, bool)>) -> Self {
        let file = List::Contributions(named.into_iter().collect());
        self.list("Photos/Shared Library Details.csv", Sort::Contributions, file);
        self
    }

    /// The text that stands for the bytes of each content.
    pub(crate) fn texts(&self) -> HashMap<ContentId, String> {
        self.known.iter().map(|(text, content)| (*content, text.clone())).collect()
    }

    /// All of it.
    pub(crate) fn done(mut self) -> (Contents, Heard) {
        self.contents.sort_entries();
        (self.contents, self.heard)
    }

    fn list(&mut self, path: &str, sort: Sort, file: List) {
        let Contents { exports, parts, .. } = &self.contents;
        let (export, part) = (exports.last().unwrap(), parts.last().unwrap());
        let text = format!("{}/Part {}/{path}", export.label, part.number);
        let content = self.content(path, &text);
        self.heard.lists.insert((content, sort), file);
        self.entry(path, sort, Bytes::Sound(content));
    }

    fn entry(&mut self, path: &str, sort: Sort, bytes: Bytes) {
        let Contents { parts, archives, entries, .. } = &mut self.contents;
        entries.push(Entry {
            archive: archives.ids().last().unwrap(),
            part: parts.ids().last().unwrap(),
            position: u32::try_from(entries.len()).unwrap(),
            path: path.into(),
            inner: Inner::of(path, path),
            category: Category::Photos,
            class: sort.class(),
            sort: sort.into(),
            size: 1,
            crc32: Some(0),
            modified: None,
            given: true,
            bytes,
        });
    }

    fn content(&mut self, path: &str, bytes: &str) -> ContentId {
        let (distinct, said) = (&mut self.contents.distinct, &mut self.heard.said);
        *self.known.entry(bytes.to_owned()).or_insert_with(|| {
            let extension = path.rsplit('.').next().unwrap_or_default().to_lowercase();
            let format = Format::from_name(if extension == "jpg" { "jpeg" } else { &extension });
            said.push(Said {
                fingerprint: Some(Fingerprint::of(bytes.as_bytes())),
                embedded: Embedded { format, ..Embedded::default() },
                ..Said::default()
            });
            distinct.push(Content { blake3: blake3::hash(bytes.as_bytes()), size: 1, crc32: 0 })
        })
    }
}

fn named(names: &[&str]) -> List {
    List::Names(names.iter().map(|name| (*name).to_owned()).collect())
}

/// How often a law is tried where `PROPTEST_CASES`, which `proptest!` obeys, does not ask for more: as often as
/// ordinary tests have time for. `.ci/run` asks for 100,000.
pub(crate) fn tried(ordinarily: u32) -> ProptestConfig {
    // failures are kept beside the laws
    let kept = FileFailurePersistence::WithSource("proptest-regressions");
    let failure_persistence: Option<Box<dyn FailurePersistence>> = Some(Box::new(kept));
    ProptestConfig {
        cases: ordinarily,
        max_shrink_iters: 2_000,
        failure_persistence,
        ..ProptestConfig::default()
    }
}

/// A row that says nothing but a name.
pub(crate) fn row(name: &str) -> Row {
    Row {
        line: 0,
        name: name.into(),
        checksum: Checksum::Absent,
        favorite: None,
        hidden: None,
        deleted: None,
        created: None,
        imported: None,
        view_count: None,
    }
}

impl Row {
    /// The same row with a date, UTC.
    pub(crate) fn at(self, created: &str) -> Row {
        Row { created: Some(local(created).and_utc()), ..self }
    }

    /// The same row of a photo that is hidden.
    pub(crate) fn hidden(self) -> Row {
        Row { hidden: Some(true), ..self }
    }

    /// The same row of a photo in Recently Deleted.
    pub(crate) fn gone(self) -> Row {
        Row { deleted: Some(true), ..self }
    }

    /// The same row with the checksum of these bytes.
    pub(crate) fn of(self, bytes: &str) -> Row {
        Row { checksum: Checksum::Fingerprint(Fingerprint::of(bytes.as_bytes())), ..self }
    }
}

/// `2024-03-03 10:05`.
fn local(time: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").unwrap()
}

/// `2024-03-03 10:05` as a row shows it.
pub(crate) fn shown(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}
