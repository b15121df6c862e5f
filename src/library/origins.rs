//! `origins.csv`: where every file that one export brought stands, from which archive it came and what it was
//! called there.
//!
//! The catalog knows the same and more; but it is one file, and may be lost. This is kept beside Apple's lists
//! as a table that a person and any program can read, and a lost catalog is read back from it. Each line stands
//! for itself and says how many there are, so that a damaged table loses the lines that are damaged and no
//! others, and shows that it did.

use std::io::{self, Read, Write};
use std::sync::Arc;

use chrono::NaiveDateTime;
use csv::{ByteRecord, ReaderBuilder, WriterBuilder};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;
use serde::{Deserialize, Serialize};

use crate::apple::part_name;
use crate::category;
use crate::contents::{
    Archive, ArchiveId, Category, Class, Contents, EntryId, Export, Identity, Inner, Sort,
};
use crate::library::path::LibraryPath;

/// How many lines are put into words in one go, and how many such goes side by side.
const EACH: usize = 1024;
const ABREAST: usize = 32;

/// A line, as it is written.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    file: &'a str,
    archive: &'a str,
    entry: &'a str,
    /// The path inside the part.
    inner: &'a str,
    /// The category's word for what it is.
    sort: &'a str,
    size: u64,
    modified: Option<NaiveDateTime>,
    crc32: u32,
    blake3: &'a str,
    export: &'a str,
    category: &'a str,
    built: Option<NaiveDateTime>,
    part: u32,
    /// How many parts Apple announced.
    parts: Option<u32>,
    /// The entry's order in the archive.
    position: u32,
    archive_size: Option<u64>,
    archive_directory: Option<&'a str>,
    /// Whether the archive is undamaged, and every entry of it has a line.
    archive_complete: bool,
    /// How many lines the table has.
    lines: usize,
}

/// Writes the table of one export.
///
/// # Errors
/// If `to` refuses.
pub fn write(
    to: &mut dyn Write,
    contents: &Contents,
    lines: &[(EntryId, &LibraryPath)],
    is_complete: &(dyn Fn(ArchiveId) -> bool + Sync),
) -> io::Result<()> {
    for (group, together) in lines.chunks(ABREAST * EACH).enumerate() {
        let texts: io::Result<Vec<Vec<u8>>> = together
            .par_chunks(EACH)
            .enumerate()
            .map(|(at, some)| {
                // the titles stand above the first line
                let is_first = group == 0 && at == 0;
                let mut writer = WriterBuilder::new().has_headers(is_first).from_writer(Vec::new());
                for (id, file) in some {
                    add(&mut writer, contents, *id, file, lines.len(), is_complete)?;
                }
                writer.into_inner().map_err(|error| error.into_error())
            })
            .collect();
        texts?.iter().try_for_each(|text| to.write_all(text))?;
    }
    Ok(())
}

/// Adds the line of one entry to a table of so many.
fn add(
    writer: &mut csv::Writer<Vec<u8>>,
    contents: &Contents,
    id: EntryId,
    file: &LibraryPath,
    lines: usize,
    is_complete: &dyn Fn(ArchiveId) -> bool,
) -> io::Result<()> {
    let entry = &contents.entries[id];
    let Some(content) = entry.content() else { return Ok(()) };
    let content = &contents.distinct[content];
    let part = &contents.parts[entry.part];
    let export = &contents.exports[part.export];
    let archive = &contents.archives[entry.archive];
    let (size, directory) = match &archive.identity {
        Identity::Zip { size, directory } => (Some(*size), Some(directory.to_hex())),
        Identity::Folder => (None, None),
    };
    let line = Line {
        file: file.as_str(),
        archive: &archive.name,
        entry: &entry.path,
        inner: entry.inner(),
        sort: category::word(entry.category, entry.sort),
        size: content.size,
        modified: entry.modified,
        crc32: content.crc32,
        blake3: &content.blake3.to_hex(),
        export: &export.name,
        category: export.category.as_str(),
        built: export.built,
        part: part.number,
        parts: export.total,
        position: entry.position,
        archive_size: size,
        archive_directory: directory.as_deref(),
        archive_complete: is_complete(entry.archive),
        lines,
    };
    writer.serialize(line).map_err(failed)
}

/// The system's own error, for a full drive must be known as one.
fn failed(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// What one line says.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// Where the file stands.
    pub file: LibraryPath,
    /// The hash of its bytes.
    pub blake3: blake3::Hash,
    /// Its size in bytes.
    pub size: u64,
    /// The number of the part.
    pub part: u32,
    /// Where the entry lies.
    pub archive: Archive,
    /// The archive is undamaged, and every entry of it has a line.
    pub complete: bool,
    /// The entry's order in the archive.
    pub position: u32,
    /// Its path in the archive, verbatim.
    pub path: Arc<str>,
    /// Its path inside the part.
    pub inner: Inner,
    pub category: Category,
    /// What it is to the pipeline.
    pub class: Class,
    /// What it is to its category.
    pub sort: Sort,
    /// The entry's modification time, as its archive or folder has it.
    pub modified: Option<NaiveDateTime>,
}

/// A table, read.
#[derive(Debug, Default, PartialEq)]
pub struct Origins {
    /// The export, if any line says it.
    pub export: Option<Export>,
    /// The lines that can be understood.
    pub lines: Vec<Origin>,
    /// How many cannot, or are not there any more.
    pub lost: usize,
}

/// Reads the table that lies in the folder of this name. Needs no more memory than the table is long.
pub fn read(from: impl Read, label: &str) -> Origins {
    let mut origins = Origins::default();
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(from);
    let Ok(header) = reader.byte_headers().cloned() else { return Origins { lost: 1, ..origins } };
    let mut record = ByteRecord::new();
    let (mut announced, mut bad) = (0, 0);
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            // what follows cannot be read either
            Err(_) => {
                bad += 1;
                break;
            }
        }
        let line: Option<Line<'_>> = record.deserialize(Some(&header)).ok();
        let understood = line.and_then(|line| Some((line.lines, export(&line, label)?, origin(&line)?)));
        match understood {
            Some((lines, export, origin))
                if *origins.export.get_or_insert_with(|| export.clone()) == export =>
            {
                announced = announced.max(lines);
                origins.lines.push(origin);
            }
            _ => bad += 1,
        }
    }
    origins.lost = bad.max(announced.saturating_sub(origins.lines.len()));
    if origins.lines.is_empty() {
        origins.lost = origins.lost.max(1);
    }
    origins
}

fn export(line: &Line<'_>, label: &str) -> Option<Export> {
    Some(Export {
        name: line.export.to_owned(),
        category: Category::from_name(line.category)?,
        total: line.parts,
        built: line.built,
        label: label.to_owned(),
    })
}

fn origin(line: &Line<'_>) -> Option<Origin> {
    let file = LibraryPath::recorded(line.file).ok()?;
    let (category, class, sort) = category::of_word(Category::from_name(line.category)?, line.sort)?;
    let is_internal = LibraryPath::parse(line.file).is_err();
    let is_possible = part_name::counts_parts(line.part)
        && line.parts.is_none_or(|parts| part_name::counts_parts(parts) && line.part <= parts);
    if !is_possible {
        return None;
    }
    if class.is_left_out() || is_internal != (class == Class::Details) {
        return None;
    }
    let identity = match (line.archive_size, line.archive_directory) {
        (Some(size), Some(hex)) => Identity::Zip { size, directory: blake3::Hash::from_hex(hex).ok()? },
        (None, None) => Identity::Folder,
        _ => return None,
    };
    Some(Origin {
        file,
        blake3: blake3::Hash::from_hex(line.blake3).ok()?,
        size: line.size,
        part: line.part,
        archive: Archive { name: line.archive.to_owned(), identity },
        complete: line.archive_complete,
        position: line.position,
        path: line.entry.into(),
        inner: Inner::of(line.entry, line.inner),
        category,
        class,
        sort,
        modified: line.modified,
    })
}

#[cfg(test)]
mod tests {
    use super::{Origins, read, write};
    use crate::category::photos;
    use crate::contents::{
        Archive, Bytes, Category, Content, Contents, Entry, EntryId, Export, Identity, Inner, Part,
    };
    use crate::library::path::LibraryPath;

    const LABEL: &str = "iCloud Photos 2024-05-01";

    /// A photo of a zip and a list of a folder, with names that a table must quote.
    fn contents() -> Contents {
        let mut contents = Contents::default();
        let built = "2024-05-01T22:03:01".parse().ok();
        let export = contents.exports.push(Export {
            name: "iCloud Photos".into(),
            category: Category::Photos,
            total: Some(3),
            built,
            label: LABEL.into(),
        });
        let part = contents.parts.push(Part { export, number: 2 });
        let identity = Identity::Zip { size: 99, directory: blake3::hash(b"directory") };
        let zip =
            contents.archives.push(Archive { name: "iCloud \"Photos\" Part 2 of 3.zip".into(), identity });
        let folder = contents.archives.push(Archive { name: "a, b".into(), identity: Identity::Folder });
        for (archive, position, path, sort) in [
            (zip, 7, "P\n2/Photos/å,\"1\".JPG", photos::Sort::Photo),
            (folder, 0, "Photos\\Photo Details.csv", photos::Sort::Details),
        ] {
            let content = contents.distinct.push(Content {
                blake3: blake3::hash(path.as_bytes()),
                size: 5,
                crc32: position + 1,
            });
            let inner = path.replace('\\', "/").replace("P\n2/", "");
            contents.entries.push(Entry {
                archive,
                part,
                position,
                path: path.into(),
                inner: Inner::of(path, &inner),
                category: Category::Photos,
                class: sort.class(),
                sort: sort.into(),
                size: 5,
                crc32: None,
                modified: "2024-01-02T03:04:06.123456789".parse().ok(),
                given: true,
                bytes: Bytes::Sound(content),
            });
        }
        contents
    }

    fn table(contents: &Contents) -> String {
        let details = LibraryPath::internal(["details", LABEL, "Part 2", "Photos", "Photo Details.csv"]);
        let photo = LibraryPath::new(["2024", "å,'1'.JPG"]);
        let ids: Vec<EntryId> = contents.entries.ids().collect();
        let mut text = Vec::new();
        let lines = [(ids[0], &photo), (ids[1], &details)];
        write(&mut text, contents, &lines, &|archive| contents.archives[archive].name != "a, b").unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_table_comes_back_as_it_was_written() {
        let contents = contents();
        let text = table(&contents);
        assert!(text.starts_with("file,archive,entry,inner,sort,"), "{text}");
        let Origins { export, lines, lost } = read(text.as_bytes(), LABEL);
        assert_eq!((export.as_ref(), lost), (contents.exports.first(), 0));
        let entries: Vec<_> = lines
            .iter()
            .map(|l| (&l.archive, l.position, &l.path, &l.inner, l.class, l.sort, l.size, l.modified))
            .collect();
        let expected: Vec<_> = contents
            .entries
            .iter()
            .map(|e| {
                let archive = &contents.archives[e.archive];
                (archive, e.position, &e.path, &e.inner, e.class, e.sort, e.size, e.modified)
            })
            .collect();
        assert_eq!(entries, expected);
        assert_eq!(lines.iter().map(|l| (l.part, l.complete)).collect::<Vec<_>>(), [(2, true), (2, false)]);
        assert!(lines.iter().zip(&contents.distinct).all(|(line, content)| line.blake3 == content.blake3));
    }

    #[test]
    fn what_is_damaged_is_counted_and_the_rest_is_read() {
        let text = table(&contents());
        let read = |text: &str| {
            let origins = read(text.as_bytes(), LABEL);
            (origins.lines.len(), origins.lost)
        };
        assert_eq!(read(&text), (2, 0));
        for (what, damaged, expected) in [
            ("cut", text[..text.len() - 20].to_owned(), (1, 1)),
            ("without its last line", text[..=text.rfind("\n.windfall").unwrap()].to_owned(), (1, 1)),
            ("leads outside", text.replace("2024/å", "../å"), (1, 1)),
            ("a photo among the lists", text.replace("2024/å", ".windfall/details/å"), (1, 1)),
            ("a list in the tree", text.replace(".windfall/details/", "2024/"), (1, 1)),
            ("parts without end", text.replace(",2,3,", ",2,4294967295,"), (0, 2)),
            ("a part that cannot be", text.replace(",2,3,", ",4,3,"), (0, 2)),
            ("a word of nobody", text.replace(",photo,", ",painting,"), (1, 1)),
            ("two exports", text.replacen(",iCloud Photos,", ",iCloud Notes,", 1), (1, 1)),
            ("another table", "a,b\n1,2\n".to_owned(), (0, 1)),
            ("nothing", String::new(), (0, 1)),
            ("noise", "\u{0}\"\n\"\",,".to_owned(), (0, 1)),
        ] {
            assert_ne!(damaged, text, "{what}");
            assert_eq!(read(&damaged), expected, "{what}: {damaged}");
        }
    }
}
