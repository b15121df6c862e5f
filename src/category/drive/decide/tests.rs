//! Exports of iCloud Drive made of a few words, and what they come to.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::{Decided, Proof, decide, hear};
use crate::category::delivery::Delivered;
use crate::category::outcome::{Count, Hearing, Made, Open};
use crate::category::recognise::{Beside, Shape, Sort};
use crate::category::trial::Proof as Proves;
use crate::category::{Choices, Packages};
use crate::contents::{
    Archive, Bytes, Category, Content, ContentId, ContentSet, Contents, Entry, EntryId, Export, Id, Identity,
    Inner, Part,
};
use crate::problem::Severity;

const HEADER: &str =
    "Title, Base Hash, Type, Size, Created On, Modified On, Last Opened On, Favourite, Executable\n";
const A: &str = "02-25-2024 18:09:10";
const B: &str = "07-04-2024 14:15:16";
const DAMAGED: &[u8] = b"!";

/// Deliveries, and the bytes in them.
#[derive(Default)]
struct Scene {
    contents: Contents,
    bytes: Vec<Vec<u8>>,
    opened: Mutex<Vec<ContentId>>,
    choices: Choices,
    proved: ContentSet,
}

impl Open for Scene {
    fn open(&self, content: ContentId) -> io::Result<Box<dyn Read + Send>> {
        self.opened.lock().expect("no test panics here").push(content);
        let bytes = self.bytes.get(content.index()).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(bytes.clone())))
    }
}

/// A row, with a hash that is of nothing.
fn row(title: &str, size: usize, modified: &str) -> String {
    hashed(title, size, modified, b"something else")
}

fn hashed(title: &str, size: usize, modified: &str, bytes: &[u8]) -> String {
    let hash = STANDARD.encode(Sha256::digest(bytes));
    format!("{title},{hash},File,{size},{modified},{modified},{modified},no,no\n")
}

fn list(rows: &[String]) -> Vec<u8> {
    format!("{HEADER}{}", rows.concat()).into_bytes()
}

impl Scene {
    /// An export of one part, with this list.
    fn of(rows: &[String], files: &[(&str, &[u8])]) -> Self {
        Scene::default().export(1).listed(1, rows, files)
    }

    /// One more export, newer than those before it.
    fn export(mut self, total: u32) -> Self {
        let label = format!("iCloud Drive {}", self.contents.exports.len());
        let (name, category, total) = ("iCloud Drive".into(), Category::Drive, Some(total));
        self.contents.exports.push(Export { name, category, total, built: None, label });
        self
    }

    /// A part of it with a list.
    fn listed(self, number: u32, rows: &[String], files: &[(&str, &[u8])]) -> Self {
        let list = list(rows);
        let all: Vec<(&str, &[u8])> =
            [("Drive Details.csv", list.as_slice())].into_iter().chain(files.iter().copied()).collect();
        self.part(number, &all)
    }

    /// A part of it.
    fn part(mut self, number: u32, files: &[(&str, &[u8])]) -> Self {
        let export = self.contents.exports.ids().last().expect("an export");
        let part = self.contents.parts.push(Part { export, number });
        let name = format!("iCloud Drive Part {number} of 9.zip");
        let paths: Vec<String> = files.iter().map(|(path, _)| format!("w/Drive/{path}")).collect();
        let shape =
            Shape::of(&name, Delivered::Archive, Beside::Nothing, paths.iter().map(String::as_str), &|_| {
                None
            });
        let archive = self.contents.archives.push(Archive { name, identity: Identity::Folder });
        for (position, (path, (_, bytes))) in (0..).zip(paths.iter().zip(files)) {
            let found = shape.classify(path);
            let sound = if *bytes == DAMAGED { Bytes::Failed } else { Bytes::Sound(self.content(bytes)) };
            self.contents.entries.push(Entry {
                archive,
                part,
                position,
                path: path.as_str().into(),
                inner: Inner::of(path, &found.inner),
                category: found.category,
                class: found.class,
                sort: found.sort,
                size: bytes.len() as u64,
                crc32: None,
                modified: None,
                given: true,
                bytes: sound,
            });
        }
        self
    }

    fn content(&mut self, bytes: &[u8]) -> ContentId {
        if let Some(known) = self.bytes.iter().position(|known| known == bytes) {
            return ContentId::at(known);
        }
        self.bytes.push(bytes.to_owned());
        let (blake3, size) = (blake3::hash(bytes), bytes.len() as u64);
        self.contents.distinct.push(Content { blake3, size, crc32: 0 })
    }

    /// All so far is only known to the library.
    fn remembered(mut self) -> Self {
        self.contents.entries.iter_mut().for_each(|entry| entry.given = false);
        self
    }

    fn unpacking(mut self) -> Self {
        self.choices.packages = Packages::Unpacked;
        self
    }

    fn decided(&self) -> Decided {
        let mut hearing = Hearing {
            proved: self.proved.clone(),
            packages: self.choices.packages,
            ..Hearing::new(&self.contents, self)
        };
        let heard = hear(&mut hearing);
        assert!(hearing.unheard.is_empty(), "{:?}", hearing.unheard);
        decide(&self.contents, &heard, &self.choices)
    }

    fn entries(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        let is_file = |(_, entry): &(EntryId, &Entry)| Sort::of(entry) == Some(Sort::DriveFile);
        self.contents.entries.pairs().filter(is_file)
    }

    /// Where each file is wished, when it was modified, and whether it is proved, in the order of the entries.
    fn wishes(&self, decided: &Decided) -> Vec<String> {
        let wished = |(id, _): (EntryId, &Entry)| {
            let wish = decided.wishes.get(&id)?;
            let modified =
                wish.modified.map_or("-".to_owned(), |time| time.format("%m-%d %H:%M").to_string());
            Some(format!("{} {modified}{}", wish.path, if wish.is_proved { " proved" } else { "" }))
        };
        self.entries().filter_map(wished).collect()
    }

    /// The path and text of each file that is made, if all files stand where they are wished.
    fn made(&self, decided: &Decided) -> BTreeMap<String, String> {
        let standing = |entry| decided.wishes.get(&entry).map(|wish| wish.path.as_str());
        let made = decided.made(&self.contents, &standing);
        let text = |made: &Made<'_>| {
            let mut text = Vec::new();
            made.write(self, &mut text).expect("it can be read");
            (made.path.clone(), String::from_utf8(text).expect("text"))
        };
        made.iter().map(text).collect()
    }
}

fn problems(decided: &Decided) -> Vec<String> {
    let word = |severity| if severity == Severity::Error { "error" } else { "warning" };
    decided
        .problems
        .iter()
        .map(|p| format!("{} {}: {}", word(p.severity), p.code.as_str(), p.message))
        .collect()
}

fn codes(decided: &Decided) -> Vec<&'static str> {
    decided.problems.iter().map(|problem| problem.code.as_str()).collect()
}

fn count(decided: &Decided) -> (u64, Option<u64>, u64, u64) {
    let Count { items, listed, matched, files, .. } = decided.count.expect("there is something");
    (items, listed, matched, files)
}

#[test]
fn files_have_the_dates_of_their_rows() {
    let mut scene = Scene::of(
        &[row("a.txt", 1, A), row("run.sh", 2, B).replace(",no,no", ",yes,yes"), row("C.txt", 3, "")],
        &[("x/a.txt", b"1"), ("run.sh", b"22"), ("y/c.txt", b"333")],
    );
    let decided = scene.decided();
    assert_eq!(
        scene.wishes(&decided),
        ["Drive/x/a.txt 02-26 02:09", "Drive/run.sh 07-04 21:15", "Drive/y/c.txt -"]
    );
    let runs: Vec<bool> = scene.entries().map(|(id, _)| decided.wishes[&id].is_executable).collect();
    assert_eq!(runs, [false, true, false]);
    assert_eq!((count(&decided), decided.proof), ((3, Some(3), 3, 3), Proof::Sizes));
    assert_eq!(problems(&decided), [""; 0]);
    scene.choices.zone = Tz::UTC;
    assert_eq!(scene.wishes(&scene.decided())[0], "Drive/x/a.txt 02-25 18:09");
}

#[test]
fn hashes_prove_a_tree_once_they_have_proved_themselves() {
    let names: Vec<String> = (0..12).map(|n| format!("{n}.txt")).collect();
    let bytes: Vec<Vec<u8>> = (0..12).map(|n| vec![b'x'; n + 1]).collect();
    let mut rows: Vec<String> =
        names.iter().zip(&bytes).map(|(name, bytes)| hashed(name, bytes.len(), A, bytes)).collect();
    // the largest is another version than is listed, and two of one name and size are told apart
    rows[11] = hashed("11.txt", 12, A, b"another");
    rows.extend([hashed("twin", 99, A, &[b'a'; 99]), hashed("twin", 99, B, &[b'b'; 99])]);
    let (a, b) = ([b'a'; 99], [b'b'; 99]);
    let files: Vec<(&str, &[u8])> =
        names.iter().map(String::as_str).zip(bytes.iter().map(Vec::as_slice)).collect();
    let files: Vec<(&str, &[u8])> =
        files.into_iter().chain([("p/twin", &b[..]), ("q/twin", &a[..])]).collect();
    let mut scene = Scene::of(&rows, &files);
    let decided = scene.decided();
    assert_eq!((codes(&decided), decided.proof), (vec!["checksum-mismatch"], Proof::Hashes));
    assert_eq!(decided.problems[0].severity, Severity::Warning);
    let wishes = scene.wishes(&decided);
    assert_eq!(wishes.iter().filter(|wish| wish.ends_with("proved")).count(), 13);
    assert_eq!(wishes[12..], ["Drive/p/twin 07-04 21:15 proved", "Drive/q/twin 02-26 02:09 proved"]);
    // what was proved is not read again, unless its hash says which row is its own
    scene.proved = scene.entries().filter_map(|(_, entry)| entry.content()).collect();
    scene.opened.lock().expect("no test panics here").clear();
    assert_eq!(scene.wishes(&scene.decided())[12..], wishes[12..]);
    let eleventh = scene.entries().nth(10).and_then(|(_, entry)| entry.content()).expect("bytes");
    assert!(!scene.opened.lock().expect("no test panics here").contains(&eleventh));
}

#[test]
fn what_nothing_tells_apart_has_no_date() {
    let scene = Scene::of(
        &[row("a", 1, A), row("a", 1, B), row("b", 1, A), row("c", 1, A), row("c", 1, A)],
        &[
            ("x/a", b"1"),
            ("y/a", b"2"),
            // one row for two files
            ("x/b", b"1"),
            ("y/b", b"2"),
            // two rows that say the same
            ("x/c", b"1"),
            ("y/c", b"2"),
        ],
    );
    let decided = scene.decided();
    let dated: Vec<bool> = scene.wishes(&decided).iter().map(|wish| !wish.ends_with('-')).collect();
    assert_eq!(dated, [false, false, false, false, true, true]);
    assert_eq!(count(&decided), (6, Some(5), 5, 6));
    let [problem] = problems(&decided).try_into().expect("one problem");
    assert!(problem.starts_with("warning ambiguous-row") && problem.contains("4 files"), "{problem}");
    assert!(problem.ends_with("`a` (1 byte), `b` (1 byte)"), "{problem}");
}

#[test]
fn what_is_listed_and_nowhere_is_missing_unless_a_part_is() {
    let rows = [row("a", 1, A), row("lost.mov", 5, A), row("c", 1, A), row("c", 1, B), row("bad", 1, A)];
    let files: [(&str, &[u8]); 4] = [("a", b"1"), ("c", b"1"), ("bad", DAMAGED), ("New.txt", b"new")];
    let decided = Scene::of(&rows, &files).decided();
    let said = problems(&decided);
    let missing: Vec<&String> = said.iter().filter(|said| said.starts_with("error missing-item")).collect();
    assert!(missing[0].contains("`lost.mov` (5 bytes)") && missing[1].contains("1 of 2"), "{missing:?}");
    assert!(said.iter().any(|said| said.starts_with("warning unlisted-item") && said.contains("`New.txt`")));
    assert_eq!(said.len(), 4, "the two rows of `c` are a doubt too: {said:?}");
    // damaged files are no items, and their rows are not missing
    assert_eq!(count(&decided), (3, Some(5), 2, 3));
    // a part that is not here may have it
    let parts = Scene::default().export(2).listed(1, &rows, &files);
    assert!(!codes(&parts.decided()).contains(&"missing-item"));
    assert_eq!(count(&parts.decided()).1, Some(5));
    let parts = parts.remembered().part(2, &[("lost.mov", b"55555"), ("y/c", b"2")]);
    assert_eq!(codes(&parts.decided()), ["ambiguous-row"]);
    assert_eq!(count(&parts.decided()), (2, None, 2, 2));
    assert_eq!(codes(&parts.remembered().decided()), [""; 0], "nothing of it is given");
}

#[test]
fn each_part_has_a_list_of_its_own_or_all_have_one() {
    let first: [(&str, &[u8]); 2] = [("a", b"1"), ("x/LICENSE", b"same")];
    let second: [(&str, &[u8]); 2] = [("b", b"22"), ("y/LICENSE", b"same")];
    let rows =
        |names: &[(&str, usize)]| names.iter().map(|(name, size)| row(name, *size, A)).collect::<Vec<_>>();
    let all = rows(&[("a", 1), ("b", 2), ("LICENSE", 4), ("LICENSE", 4)]);
    let mut crlf = all.clone();
    crlf.iter_mut().for_each(|row| *row = row.replace('\n', "\r\n"));
    for (one, other) in [
        (all.clone(), Some(crlf)),
        (all, None),
        (rows(&[("a", 1), ("LICENSE", 4)]), Some(rows(&[("b", 2), ("LICENSE", 4)]))),
    ] {
        let scene = Scene::default().export(2).listed(1, &one, &first);
        let scene = match &other {
            Some(other) => scene.listed(2, other, &second),
            None => scene.part(2, &second),
        };
        let decided = scene.decided();
        assert_eq!((count(&decided), codes(&decided)), ((4, Some(4), 4, 4), vec![]), "{other:?}");
    }
}

#[test]
fn exports_are_united() {
    let old: [(&str, &[u8]); 3] = [("a.txt", b"1"), ("b.txt", b"old"), ("cafe\u{301}", b"c")];
    let new: [(&str, &[u8]); 4] = [("a.txt", b"1"), ("b.txt", b"newer"), ("caf\u{e9}", b"c"), ("d", b"d")];
    let rows = |date: &str, b: usize, more: &[String]| {
        let rows = [row("a.txt", 1, date), row("b.txt", b, date), row("caf\u{e9}", 1, "")];
        rows.into_iter().chain(more.iter().cloned()).collect::<Vec<_>>()
    };
    let scene = Scene::default().export(1).listed(1, &rows(A, 3, &[]), &old).export(1).listed(
        1,
        &rows(B, 5, &[row("d", 1, A)]),
        &new,
    );
    let decided = scene.decided();
    assert_eq!(
        scene.wishes(&decided),
        [
            "Drive/a.txt 07-04 21:15",
            "Drive/b.txt 02-26 02:09",
            "Drive/caf\u{e9} -",
            "Drive/a.txt 07-04 21:15",
            "Drive/b.txt 07-04 21:15",
            "Drive/caf\u{e9} -",
            "Drive/d 02-26 02:09",
        ]
    );
    assert_eq!(count(&decided), (5, Some(5), 5, 5));
    assert_eq!(decided.files.len(), 5);
    // a copy of a part counts once
    let twice = Scene::of(&rows(A, 3, &[]), &old).listed(1, &rows(A, 3, &[]), &old);
    assert_eq!(count(&twice.decided()), (3, Some(3), 3, 3));
    // and so does one that is only remembered, of which nothing is said
    assert_eq!(
        count(&scene.remembered().listed(1, &[row("d", 1, A)], &new[3..]).decided()),
        (1, Some(1), 1, 1)
    );
}

#[test]
fn packages_are_one_file_each() {
    let files: [(&str, &[u8]); 3] = [("Talk.key/Index.zip", b"PK"), ("Talk.key/Data/a", b"1"), ("b", b"1")];
    let decided = Scene::of(&[row("Talk.key", 99, A), row("b", 1, A)], &files).decided();
    assert_eq!((count(&decided), codes(&decided)), ((2, Some(2), 2, 3), vec![]));
    assert_eq!(codes(&Scene::default().export(1).part(1, &files).decided()), [""; 0], "there is no list");
}

/// A zip of files that are stored in it.
fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in files {
        zip.start_file(*name, stored).expect("it can be written");
        zip.write_all(text.as_bytes()).expect("it can be written");
    }
    zip.finish().expect("it can be written").into_inner()
}

#[test]
fn packages_that_came_as_zips_are_named_or_unpacked() {
    let bare =
        zipped(&[("projectData", "notes"), ("Media/a.wav", "RIFF"), ("../evil", "no"), ("what?", "w")]);
    let wrapped = zipped(&[("Old.rtfd/TXT.rtf", "text"), ("Old.rtfd/a.png", "png")]);
    let rows = [row("Song.band", bare.len(), A), row("Old.rtfd.zip", wrapped.len(), A)];
    let files: [(&str, &[u8]); 2] = [("x/Song.band", &bare), ("Old.rtfd.zip", &wrapped)];
    let scene = Scene::of(&rows, &files);
    let decided = scene.decided();
    assert_eq!(codes(&decided), ["package-as-zip", "package-as-zip"]);
    assert_eq!(scene.wishes(&decided), ["Drive/x/Song.band 02-26 02:09", "Drive/Old.rtfd.zip 02-26 02:09"]);
    assert!(scene.made(&decided).is_empty());

    let scene = scene.unpacking();
    let decided = scene.decided();
    assert_eq!(
        scene.wishes(&decided),
        ["Drive/x/Song.band.zip 02-26 02:09", "Drive/Old.rtfd.zip 02-26 02:09"]
    );
    let texts = |made: &BTreeMap<String, String>| -> Vec<String> {
        made.iter().map(|(path, text)| format!("{path}: {text}")).collect()
    };
    assert_eq!(
        texts(&scene.made(&decided)),
        [
            "Drive/Old.rtfd/TXT.rtf: text",
            "Drive/Old.rtfd/a.png: png",
            "Drive/x/Song.band/Media/a.wav: RIFF",
            "Drive/x/Song.band/projectData: notes",
            "Drive/x/Song.band/what_: w",
        ]
    );
    let [problem] = problems(&decided).try_into().expect("one problem");
    assert!(problem.starts_with("warning unsafe-name") && problem.contains("`../evil`"), "{problem}");
    // a zip that still stands in the package's place is in its way
    let in_its_way = |_: EntryId| Some("Drive/x/Song.band");
    assert_eq!(decided.made(&scene.contents, &in_its_way).len(), 2);

    // another version of it comes with a later export
    let newer = zipped(&[("projectData", "more notes")]);
    let files: [(&str, &[u8]); 1] = [("x/Song.band", &newer)];
    let scene = scene.export(1).listed(1, &[row("Song.band", newer.len(), B)], &files);
    let made = scene.made(&scene.decided());
    assert_eq!(made["Drive/x/Song (2).band/projectData"], "more notes");
    assert_eq!(made["Drive/x/Song.band/projectData"], "notes");
}

#[test]
fn ten_times_as_many_files_take_ten_times_the_steps() {
    let names: Vec<String> = (0..20_000).map(|n| format!("p/{}/{}", n % 500, n % 40)).collect();
    let texts: Vec<String> = (0..20_000).map(|n| (n % 700).to_string()).collect();
    let rows: Vec<String> =
        names.iter().zip(&texts).map(|(name, text)| row(&name[name.len() - 1..], text.len(), A)).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().map(String::as_str).zip(texts.iter().map(String::as_bytes)).collect();
    let steps = |many: usize| {
        let scene = Scene::of(&rows[..many], &files[..many]);
        crate::contents::steps::counted(|| scene.decided()).0
    };
    let (few, many) = (steps(2_000), steps(20_000));
    assert!(many < few * 15, "{few} and {many} steps");
}

#[test]
fn dates_refute_a_zone() {
    let file: &[(&str, &[u8])] = &[("a.txt", b"a"), ("b.txt", b"bb")];
    let rows = [row("a.txt", 1, "03-10-2024 02:30:00"), row("b.txt", 2, "08-02-2024 20:00:00")];
    // the same list in two exports is one witness
    let mut scene = Scene::of(&rows, file).export(1).listed(1, &rows, file);
    let built = "2024-08-02T14:00:00".parse().expect("a time");
    let ids: Vec<_> = scene.contents.exports.ids().collect();
    ids.into_iter().for_each(|id| scene.contents.exports[id].built = Some(built));
    for (zone, proofs) in [
        (Tz::America__Los_Angeles, &[Proves::Skipped, Proves::AfterBuilt][..]),
        (Tz::UTC, &[]),
        (Tz::Pacific__Honolulu, &[Proves::AfterBuilt]),
    ] {
        scene.choices.zone = zone;
        let trial = scene.decided().trial.expect("there are dates");
        let refuted: Vec<_> = trial.refuted.iter().map(|refuted| refuted.proof).collect();
        assert_eq!((trial.zone(), trial.stamps, refuted.as_slice()), (zone, 2, proofs));
    }
    assert!(Scene::of(&[row("a.txt", 1, "")], file).decided().trial.is_none());
}
