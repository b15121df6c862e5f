//! What an archive yields when it is sound, odd, damaged or hostile.

use std::io::{ErrorKind, Read};

use crate::apple::zip::forge::{Descriptor, End, Forged, Piece, Record, forge, window};
use crate::apple::zip::reader::Damage;
use crate::apple::zip::{DEFLATED, Sniff, UnreadableKind, ZipArchive, ZipEntry, sniff};
use crate::problem::Code;
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};

fn zip(pieces: &[Piece]) -> Forged {
    forge(pieces, &End::default())
}

fn open(bytes: &[u8]) -> ZipArchive {
    ZipArchive::open(window(bytes)).unwrap()
}

fn read(archive: &ZipArchive, entry: &ZipEntry) -> Result<Vec<u8>, Code> {
    let mut reader = archive.reader(entry).map_err(|fault| fault.code)?;
    let mut content = Vec::new();
    match reader.read_to_end(&mut content) {
        Ok(_) => Ok(content),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            Err(Code::DamagedEntry)
        }
    }
}

/// Name and content, or why not, of every entry.
fn contents(archive: &ZipArchive) -> Vec<(String, Result<Vec<u8>, Code>)> {
    archive.entries.iter().map(|entry| (entry.name.to_string(), read(archive, entry))).collect()
}

fn whole(archive: &ZipArchive) -> Vec<Vec<u8>> {
    archive.entries.iter().filter_map(|entry| read(archive, entry).ok()).collect()
}

fn codes(archive: &ZipArchive) -> Vec<Result<(), Code>> {
    archive.entries.iter().map(|entry| read(archive, entry).map(|_| ())).collect()
}

fn faults(archive: &ZipArchive) -> Vec<Code> {
    archive.problems.iter().map(|fault| fault.code).collect()
}

fn text(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        b'a' + (state % 23) as u8
    })
    .take(length)
    .collect()
}

/// A small archive with every way in which data and its size can be written.
fn mixed() -> Vec<Piece> {
    let inner = zip(&[Piece::new("inner.jpg", text(9, 40)), Piece::new("inner.mov", text(8, 30)).deflated()]);
    vec![
        Piece::new("Photos/stored.jpg", text(1, 50)),
        Piece::new("Photos/deflated.jpg", text(2, 90)).deflated(),
        Piece::new("Photos/streamed.mov", text(3, 80)).deflated().streamed(Descriptor::Signed),
        Piece::new("Photos/nested.zip", inner.bytes),
        Piece::new("Photos/unsigned.mov", text(4, 70)).deflated().streamed(Descriptor::Unsigned),
        Piece::new("Photos/stored-stream.mov", text(5, 60)).streamed(Descriptor::Wide),
        Piece::new("Photos/wide.png", text(6, 20)).deflated_64().zip64(),
    ]
}

#[test]
fn a_sound_archive() {
    let pieces = mixed();
    let forged = zip(&pieces);
    let archive = open(&forged.bytes);
    assert_eq!(archive.problems, []);
    assert_eq!(archive.size, forged.bytes.len() as u64);
    assert_eq!(archive.directory, blake3::hash(&forged.bytes[forged.directory..]));
    assert_eq!(whole(&archive), pieces.iter().map(|piece| piece.content.clone()).collect::<Vec<_>>());
    let first = &archive.entries[0];
    assert_eq!(first.modified.unwrap().to_string(), "2024-03-03 10:05:16");
    assert_eq!(archive.entries[1].method, DEFLATED);
    assert_eq!(archive.entries.iter().map(|entry| entry.position).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn entries_of_one_name_are_all_kept() {
    let archive =
        open(&zip(&[Piece::new("a", "first"), Piece::new("b", "other"), Piece::new("a", "second")]).bytes);
    assert_eq!(whole(&archive), [b"first".to_vec(), b"other".to_vec(), b"second".to_vec()]);
}

#[test]
fn names_and_folders() {
    let mut unicode = Piece::new([0x82, b'.', b'j'], "unicode path, in the central header only");
    unicode.central = |record| {
        let path = "ж.j";
        record.extra.extend([0x75, 0x70, 5 + path.len() as u8, 0, 1]);
        record.extra.extend(crc32fast::hash(&record.name).to_le_bytes());
        record.extra.extend(path.as_bytes());
    };
    let archive = open(
        &zip(&[
            Piece::new("Photos/", "").mode(0o040_755),
            Piece::new("Folder without a slash", "").mode(0o040_755),
            Piece::new("Caf\u{e9}.jpg", "no flag"),
            Piece::new(b"Caf\x82.jpg", "code page"),
            unicode,
            Piece::new("a\\.\\b//c", "separators"),
            Piece::new("x", "from a pipe").mode(0o010_600),
            Piece::new("lying/", "data"),
        ])
        .bytes,
    );
    let names: Vec<&str> = archive.entries.iter().map(|entry| &*entry.name).collect();
    assert_eq!(names, ["Café.jpg", "Café.jpg", "ж.j", "a\\.\\b//c", "x", "lying/"]);
    assert_eq!(archive.entries[0].position, 2);
    assert_eq!(archive.entries[3].path(), "a/b/c");
    assert_eq!(codes(&archive), [Ok(()), Ok(()), Ok(()), Ok(()), Ok(()), Err(Code::DamagedEntry)]);
}

#[test]
fn a_mode_says_what_its_owner_may_run() {
    let of_dos = |piece: Piece| {
        let mut piece = piece;
        piece.central = |record| record.made_by = 1 << 8 | 20;
        piece
    };
    let archive = open(
        &zip(&[
            Piece::new("run", "a").mode(0o100_755),
            Piece::new("mine", "b").mode(0o100_700),
            Piece::new("text", "c").mode(0o100_644),
            of_dos(Piece::new("amiga", "d").mode(0o100_755)),
        ])
        .bytes,
    );
    let may_run: Vec<bool> = archive.entries.iter().map(|entry| entry.is_executable).collect();
    assert_eq!(may_run, [true, true, false, false]);
}

#[test]
fn what_stands_around_an_archive() {
    let inner = zip(&[Piece::new("inner", "not an entry")]);
    let fake_end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x30\0\0\0\x05\0\0\0\0\0";
    let empty_end = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let cases = [
        ("zip64", End { zip64: true, ..End::default() }),
        ("prefix", End { prefix: b"#!/bin/sh\nexec something\n".to_vec(), ..End::default() }),
        ("prefix, counted", End { prefix: vec![0; 3000], from_file_start: true, ..End::default() }),
        ("prefix, zip64", End { prefix: vec![7; 300], zip64: true, ..End::default() }),
        ("comment", End { comment: b"a comment".to_vec(), ..End::default() }),
        ("end in the comment", End { comment: fake_end.to_vec(), ..End::default() }),
        ("empty end in the comment", End { comment: empty_end.to_vec(), ..End::default() }),
        ("archive in the comment", End { comment: inner.bytes, ..End::default() }),
        ("long comment", End { comment: vec![b'P'; 65_535], ..End::default() }),
        ("wrong directory size", End { directory_size: Some(5), ..End::default() }),
        ("wrong directory offset", End { directory_offset: Some(5), ..End::default() }),
        ("nowhere at all", End { directory_offset: Some(77), directory_size: Some(99), ..End::default() }),
        ("no entries, it says", End { count: Some(0), ..End::default() }),
        ("fewer entries, it says", End { count: Some(2), ..End::default() }),
        ("more entries, it says", End { count: Some(8), ..End::default() }),
    ];
    let pieces = mixed();
    for (case, end) in cases {
        let forged = forge(&pieces, &end);
        let archive = open(&forged.bytes);
        assert_eq!(
            whole(&archive),
            pieces.iter().map(|piece| piece.content.clone()).collect::<Vec<_>>(),
            "{case}"
        );
        assert_eq!(archive.problems, [], "{case}");
        assert_eq!(archive.directory, blake3::hash(&forged.bytes[forged.directory..]), "{case}");
    }
    let mut joined = zip(&pieces).bytes;
    joined.extend(zip(&[Piece::new("second", "archive behind the first")]).bytes);
    assert_eq!(open(&joined).entries.len(), 8);
    let mut trailing = zip(&pieces).bytes;
    trailing.extend([0; 1000]);
    assert_eq!(whole(&open(&trailing)).len(), 7);
    assert_eq!(open(empty_end).entries.len(), 0);
}

#[test]
fn more_entries_than_the_end_record_can_count() {
    for count in [70_000u32, 65_536] {
        let pieces: Vec<Piece> = (0..count).map(|n| Piece::new(format!("{n}"), n.to_le_bytes())).collect();
        let forged = zip(&pieces);
        let archive = open(&forged.bytes);
        assert_eq!((archive.entries.len(), archive.problems.len()), (count as usize, 0));
        assert_eq!(read(&archive, &archive.entries[65_535]), Ok(65_535u32.to_le_bytes().to_vec()));
    }
}

#[test]
#[cfg(unix)]
fn sizes_and_offsets_that_wrapped() {
    use std::io::{Seek, SeekFrom, Write};

    use super::Window;
    use super::forge::file;

    const WRAP: u64 = 1 << 32;
    let pieces = [
        Piece::new("small", "before"),
        Piece::new("large", "").streamed(Descriptor::Signed),
        Piece::new("last", "behind"),
    ];
    let forged = zip(&pieces);
    // The stored data of `large` becomes 2^32 + 12 bytes of a sparse file.
    let hole = WRAP + 12;
    let split = forged.ends[1] - 16;
    let mut file = file(&forged.bytes[..split]);
    file.seek(SeekFrom::Start(split as u64 + hole)).unwrap();
    let mut rest = forged.bytes[split..].to_vec();
    for at in (0..rest.len() - 4).filter(|&at| rest[at..].starts_with(b"PK\x01\x02")).collect::<Vec<_>>() {
        if rest[at + 46..].starts_with(b"large") {
            rest[at + 20..at + 24].copy_from_slice(&12u32.to_le_bytes());
            rest[at + 24..at + 28].copy_from_slice(&12u32.to_le_bytes());
        }
        if rest[at + 46..].starts_with(b"last") {
            let offset = forged.ends[1] as u32 + 12;
            rest[at + 42..at + 46].copy_from_slice(&offset.to_le_bytes());
        }
    }
    let end = rest.len() - 22;
    rest[end + 16..end + 20].copy_from_slice(&(forged.directory as u32 + 12).to_le_bytes());
    file.write_all(&rest).unwrap();
    let archive = ZipArchive::open(Window::file(file).unwrap()).unwrap();
    assert_eq!(archive.problems, []);
    assert_eq!((archive.entries[1].size, archive.entries[1].compressed), (hole, hole));
    assert_eq!(read(&archive, &archive.entries[0]), Ok(b"before".to_vec()));
    assert_eq!(read(&archive, &archive.entries[2]), Ok(b"behind".to_vec()));
    assert_eq!(archive.compressed_window(&archive.entries[1]).unwrap().len(), hole);
}

#[test]
fn cut_off_at_every_byte() {
    let pieces = mixed();
    let forged = zip(&pieces);
    for length in 0..forged.bytes.len() {
        let whole_pieces = forged.ends.iter().filter(|&&end| end <= length).count();
        let expected: Vec<_> = pieces[..whole_pieces].iter().map(|piece| piece.content.clone()).collect();
        match ZipArchive::open(window(&forged.bytes[..length])) {
            Ok(archive) => {
                assert_eq!(whole(&archive), expected, "{length}");
                assert_eq!(faults(&archive), [Code::DamagedArchive], "{length}");
                let named = archive.entries.len();
                assert!(named == whole_pieces || named == whole_pieces + 1, "{length}: {named}");
                assert!(archive.entries.iter().all(|entry| entry.name.starts_with("Photos/")), "{length}");
            }
            Err(_) => assert_eq!(whole_pieces, 0, "{length}"),
        }
    }
    // The entry that the cut goes through is named.
    let archive = open(&forged.bytes[..forged.ends[1] - 5]);
    assert_eq!(contents(&archive).pop(), Some(("Photos/deflated.jpg".to_owned(), Err(Code::DamagedEntry))));
    assert_eq!(
        archive.problems[0].message,
        format!("it is cut off after 1 file at byte {}: download this part again", forged.ends[1] - 5)
    );
}

#[test]
fn every_byte_damaged() {
    let pieces = mixed();
    let originals: Vec<_> = pieces.iter().map(|piece| piece.content.clone()).collect();
    let forged = zip(&pieces);
    for at in 0..forged.bytes.len() {
        for change in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
            let mut bytes = forged.bytes.clone();
            bytes[at] ^= change;
            let archive = open(&bytes);
            let whole = whole(&archive);
            assert!(whole.iter().all(|content| originals.contains(content)), "{at} {change}");
            assert!(whole.len() + 1 >= originals.len(), "{at} {change}: {:?}", contents(&archive));
            assert!(archive.entries.len() >= originals.len(), "{at} {change}");
        }
    }
}

#[test]
fn a_hole_in_the_middle() {
    let pieces = mixed();
    let forged = zip(&pieces);
    for at in (0..forged.bytes.len()).step_by(7) {
        let mut bytes = forged.bytes.clone();
        let hole = at..(at + 60).min(bytes.len());
        bytes[hole.clone()].fill(0);
        let archive = open(&bytes);
        let starts = [0].iter().chain(&forged.ends);
        let untouched =
            starts.zip(&forged.ends).filter(|(start, end)| **start >= hole.end || **end <= hole.start);
        let whole = whole(&archive);
        assert!(whole.iter().all(|content| pieces.iter().any(|piece| piece.content == *content)), "{at}");
        assert!(whole.len() >= untouched.count(), "{at}: {:?}", contents(&archive));
    }
}

#[test]
fn entries_that_are_refused() {
    let sound = || Piece::new("a.jpg", text(1, 60)).deflated();
    let both = |lie| sound().lying(lie, lie);
    let cases = [
        ("encrypted", both(|record| record.flags |= 1), Err(Code::EncryptedEntry)),
        (
            "encrypted by its local header",
            sound().lying(|record| record.flags |= 1, |_| {}),
            Err(Code::DamagedEntry),
        ),
        ("method", both(|record| record.method = 12), Err(Code::UnsupportedEntry)),
        ("another method", sound().lying(|_| {}, |record| record.method = 9), Err(Code::DamagedEntry)),
        ("link", sound().mode(0o120_777), Err(Code::UnsupportedEntry)),
        ("block device", sound().mode(0o060_600), Err(Code::UnsupportedEntry)),
        ("character device", sound().mode(0o020_600), Err(Code::UnsupportedEntry)),
        ("socket", sound().mode(0o140_600), Err(Code::UnsupportedEntry)),
        ("pipe", sound().mode(0o010_600), Ok(())),
        ("setuid", sound().mode(0o104_755), Ok(())),
        ("unsafe name", both(|record| record.name = b"../a.jpg".to_vec()), Err(Code::UnsafeName)),
        (
            "another name",
            sound().lying(|record| record.name = b"b.jpg".to_vec(), |_| {}),
            Err(Code::DamagedEntry),
        ),
        ("another offset", sound().lying(|_| {}, |record| record.offset += 1), Err(Code::DamagedEntry)),
        ("size one less", both(|record| record.size -= 1), Err(Code::DamagedEntry)),
        ("size one more", both(|record| record.size += 1), Err(Code::DamagedEntry)),
        ("compressed one less", both(|record| record.compressed -= 1), Err(Code::DamagedEntry)),
        ("checksum", both(|record| record.crc32 ^= 1), Err(Code::DamagedEntry)),
        ("local size", sound().lying(|record| record.size += 1, |_| {}), Err(Code::DamagedEntry)),
        ("local checksum", sound().lying(|record| record.crc32 ^= 1, |_| {}), Err(Code::DamagedEntry)),
        ("local header without sizes", sound().lying(|record| record.size = 0, |_| {}), Ok(())),
        ("expansion", both(|record| record.size = 1 << 20), Err(Code::LimitExceeded)),
        ("beyond the end", both(|record| record.compressed = 1 << 20), Err(Code::DamagedEntry)),
        ("2 GiB in a few bytes", both(|record| record.size = 2 << 30), Err(Code::LimitExceeded)),
        (
            "largest sizes",
            both(|record| (record.zip64, record.size, record.compressed) = (true, u64::MAX, u64::MAX)),
            Err(Code::LimitExceeded),
        ),
        (
            "largest offset",
            sound().lying(|_| {}, |record| (record.zip64, record.offset) = (true, u64::MAX)),
            Err(Code::DamagedEntry),
        ),
        (
            "stored size one more",
            Piece::new("a", "b").lying(|_| {}, |record| record.size = 2),
            Err(Code::LimitExceeded),
        ),
        (
            "stored size one less",
            Piece::new("a", "bc").lying(|_| {}, |record| record.size = 1),
            Err(Code::DamagedEntry),
        ),
        (
            "4 GiB stored in a few bytes",
            Piece::new("a", "b").lying(
                |_| {},
                |record| (record.zip64, record.size, record.compressed) = (true, 4 << 30, 4 << 30),
            ),
            Err(Code::LimitExceeded),
        ),
    ];
    for (case, piece, expected) in cases {
        let archive = open(&zip(&[Piece::new("first", "sound"), piece, Piece::new("last", "sound")]).bytes);
        assert_eq!(archive.problems, [], "{case}");
        assert_eq!(codes(&archive), [Ok(()), expected, Ok(())], "{case}");
        for entry in &archive.entries {
            if let Err(fault) = archive.reader(entry) {
                assert_eq!(fault.entry.as_deref(), Some(&*entry.name), "{case}");
            }
        }
    }
}

/// What each entry claims could be true, and all together not.
#[test]
fn more_than_an_archive_of_its_size_can_hold() {
    let claims = |record: &mut Record| record.size = 1_000_000;
    let dense = Piece::new("a.jpg", vec![0; 1000]).lying(claims, claims);
    let dense = Piece { data: vec![0; 1000], ..dense.deflated() };
    let claiming = |count: usize| {
        let claim = Piece { record: Record { compressed: 1000, ..dense.record.clone() }, ..dense.clone() };
        open(&zip(&vec![claim; count]).bytes)
    };
    assert_eq!((claiming(1000).problems, claiming(1000).declared()), (vec![], 1_000_000_000));
    let bomb = claiming(1300);
    assert_eq!((faults(&bomb), bomb.declared()), (vec![Code::LimitExceeded], 0));
    assert!(codes(&bomb).iter().all(|code| *code == Err(Code::LimitExceeded)));
}

/// Seven ways in which the list of what is in an archive is damaged: what its own header and its bytes
/// still prove is had, the rest is named.
#[test]
fn a_damaged_directory() {
    let pieces = [
        Piece::new("Photos/a.jpg", text(1, 90)).deflated(),
        Piece::new("Photos/b.jpg", text(2, 90)).deflated().streamed(Descriptor::Signed),
        Piece::new("Photos/c.mov", text(3, 90)),
    ];
    let sound = zip(&pieces);
    let header = |n: usize| {
        let mut headers = sound.bytes.windows(4).enumerate().filter(|(_, four)| four == b"PK\x01\x02");
        headers.nth(n).unwrap().0
    };
    let flipped = |at: usize| {
        let mut bytes = sound.bytes.clone();
        bytes[at] ^= 1;
        bytes
    };
    let length = sound.bytes.len();
    let cuts = [
        ("last byte missing", length - 1),
        ("no end record", length - 22),
        ("cut in the last header", header(2) + 20),
        ("cut in the first header", header(0) + 20),
    ];
    for (case, cut) in cuts {
        let archive = open(&sound.bytes[..cut]);
        assert_eq!(faults(&archive), [Code::DamagedArchive], "{case}");
        assert_eq!(whole(&archive), pieces.clone().map(|piece| piece.content), "{case}");
        assert!(
            archive.entries.iter().zip(&pieces).all(|(e, p)| e.name.as_bytes() == p.record.name),
            "{case}"
        );
    }
    for n in 0..pieces.len() {
        for (case, at) in [("CRC", 16), ("compressed size", 20), ("size", 24), ("offset", 42), ("name", 50)] {
            let archive = open(&flipped(header(n) + at));
            let mut expected = [Ok(()); 3];
            let sizes = if n == 2 && case == "size" { Code::LimitExceeded } else { Code::DamagedEntry };
            expected[n] = Err(sizes);
            assert_eq!(codes(&archive), expected, "{case} of {n}: {archive:?}");
        }
    }
}

#[test]
fn local_sizes_of_streamed_entries_mean_nothing() {
    let ones = |record: &mut Record| (record.compressed, record.size) = (0xFFFF_FFFF, 0xFFFF_FFFF);
    let small = |record: &mut Record| (record.compressed, record.size, record.crc32) = (7, 9, 1);
    for (case, lie) in [("ones", ones as fn(&mut Record)), ("small", small)] {
        let streamed = |n: u32| Piece::new(format!("Photos/{n}.jpg"), text(n, 90)).lying(lie, |_| {});
        let pieces = [
            streamed(1).deflated().streamed(Descriptor::Signed),
            streamed(2).streamed(Descriptor::Signed),
            streamed(3).deflated().streamed(Descriptor::Wide),
            streamed(4).streamed(Descriptor::Unsigned),
            streamed(5).deflated().streamed(Descriptor::Signed),
        ];
        let forged = zip(&pieces);
        assert_eq!(codes(&open(&forged.bytes)), [Ok(()); 5], "{case}");
        let cut = open(&forged.bytes[..forged.ends[4] - 20]);
        assert_eq!(faults(&cut), [Code::DamagedArchive], "{case}");
        assert_eq!(codes(&cut), [Ok(()), Ok(()), Ok(()), Ok(()), Err(Code::DamagedEntry)], "{case}");
        assert_eq!(whole(&cut), pieces[..4].iter().map(|p| p.content.clone()).collect::<Vec<_>>(), "{case}");
        assert_eq!(cut.entries[4].size, 0, "{case}");
        // a stored one that is damaged as well does not hide those behind it
        let mut bytes = forged.bytes[..forged.ends[4] - 20].to_vec();
        bytes[forged.ends[1] - 30] ^= 1;
        let both = codes(&open(&bytes));
        let damaged = Err(Code::DamagedEntry);
        assert_eq!(both, [Ok(()), damaged, Ok(()), Ok(()), damaged], "{case}");
    }
}

#[test]
fn folders_between_entries_move_no_entry() {
    let archive = open(&zip(&[Piece::new("a/", ""), Piece::new("a/b", "1"), Piece::new("c", "2")]).bytes);
    assert_eq!(archive.entries.iter().map(|entry| entry.position).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn overlapping_entries() {
    // Two names for one local header.
    let twice =
        zip(&[Piece::new("a", "data"), Piece::new("a", "data").lying(|_| {}, |record| record.offset = 0)]);
    assert_eq!(codes(&open(&twice.bytes)), [Ok(()), Err(Code::DamagedEntry)]);
    // Each entry quotes the local headers of those behind it, as far as the last one's data.
    let kernel = zip(&[Piece::new("3", "kernel")]);
    let quoted = |name: &str, inner: &Forged| zip(&[Piece::new(name, &inner.bytes[..inner.directory])]);
    let second = quoted("2", &kernel);
    let first = quoted("1", &second);
    let mut bytes = first.bytes[..first.directory].to_vec();
    let mut central = Vec::new();
    for (forged, name) in [(&first, "1"), (&second, "2"), (&kernel, "3")] {
        let mut header = forged.bytes[forged.directory..forged.bytes.len() - 22].to_vec();
        let offset = (first.directory - forged.directory) as u32;
        header[42..46].copy_from_slice(&offset.to_le_bytes());
        assert!(header.ends_with(name.as_bytes()));
        central.extend(header);
    }
    let size = central.len() as u32;
    bytes.extend(&central);
    bytes.extend(b"PK\x05\x06\0\0\0\0\x03\0\x03\0");
    bytes.extend(size.to_le_bytes());
    bytes.extend((first.directory as u32).to_le_bytes());
    bytes.extend([0, 0]);
    assert_eq!(codes(&open(&bytes)), [Ok(()), Err(Code::DamagedEntry), Err(Code::DamagedEntry)]);
    // An entry whose extra fields cover the next one; least extents alone do not show it.
    let covered = zip(&[Piece::new("a", "0123456789").lying(|_| {}, |_| {}), Piece::new("b", "next")]);
    let mut bytes = covered.bytes;
    bytes[28] = 4;
    assert_eq!(codes(&open(&bytes)), [Err(Code::DamagedEntry), Ok(())]);
}

#[test]
fn nested_archives_in_place() {
    let pieces = mixed();
    let forged = zip(&[
        Piece::new("before", "x"),
        Piece::new("in.zip", zip(&pieces).bytes),
        Piece::new("a", "b").deflated(),
    ]);
    let archive = open(&forged.bytes);
    assert!(archive.stored_window(&archive.entries[2]).is_none());
    let nested = ZipArchive::open(archive.stored_window(&archive.entries[1]).unwrap()).unwrap();
    assert_eq!(whole(&nested), pieces.iter().map(|piece| piece.content.clone()).collect::<Vec<_>>());
    let inner = ZipArchive::open(nested.stored_window(&nested.entries[3]).unwrap()).unwrap();
    assert_eq!(whole(&inner), [text(9, 40), text(8, 30)]);
}

#[test]
fn what_is_no_archive() {
    let kind = |bytes: &[u8]| ZipArchive::open(window(bytes)).unwrap_err().kind;
    assert!(matches!(kind(b""), UnreadableKind::Empty));
    assert!(matches!(kind(&[0; 5000]), UnreadableKind::Empty));
    assert!(matches!(kind(b"\n <!DOCTYPE html><title>Sign In</title>"), UnreadableKind::WebPage));
    assert!(matches!(
        kind(b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"),
        UnreadableKind::WebPage
    ));
    assert!(matches!(kind(b"\xff\xd8\xff\xe0 a photo"), UnreadableKind::NotZip));
    assert!(matches!(kind(&text(1, 300_000)), UnreadableKind::NotZip));
    assert!(matches!(kind(b"PK\x03\x04\x14\0"), UnreadableKind::Truncated));
    let bytes = zip(&mixed()).bytes;
    assert_eq!(sniff(&window(&bytes)).unwrap(), Sniff::Zip);
    assert_eq!(sniff(&window(&bytes[..200])).unwrap(), Sniff::TruncatedZip);
    assert_eq!(sniff(&window(b"<html>")).unwrap(), Sniff::Html);
}

#[test]
fn the_last_byte_comes_with_the_proof() {
    let mut bytes = zip(&[Piece::new("a", "content")]).bytes;
    bytes[31 + 6] ^= 1;
    let archive = open(&bytes);
    let mut reader = archive.reader(&archive.entries[0]).unwrap();
    let mut content = [0; 7];
    let error = reader.read_exact(&mut content).unwrap_err();
    assert_eq!(error.get_ref().and_then(|inner| inner.downcast_ref()), Some(&Damage::Checksum));
    assert_eq!(reader.read(&mut content).unwrap_err().kind(), ErrorKind::InvalidData);
}

/// What a reader yields into buffers of this size, or how it fails.
fn yielded(archive: &ZipArchive, room: usize) -> Result<Vec<u8>, Option<Damage>> {
    let mut reader = archive.reader(&archive.entries[0]).map_err(|_| None)?;
    let mut content = Vec::new();
    let mut buffer = vec![0; room];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(content),
            Ok(count) => content.extend_from_slice(&buffer[..count]),
            Err(error) => return Err(error.get_ref().and_then(|e| e.downcast_ref::<Damage>()).copied()),
        }
    }
}

proptest! {
    #[test]
    fn a_step_yields_what_streaming_yields(
        seed in any::<u32>(),
        length in 1..3000_usize,
        damage in vec((any::<u16>(), any::<u8>()), 0..3),
        lie in -2..3_i64,
    ) {
        let mut piece = Piece::new("Photos/IMG_1.JPG", text(seed, length)).deflated();
        for (at, mask) in damage {
            let at = usize::from(at) % piece.data.len();
            piece.data[at] ^= mask;
        }
        if seed % 4 == 0 {
            piece.record.size = piece.record.size.saturating_add_signed(lie);
        }
        let forged = zip(&[piece]);
        let archive = open(&forged.bytes);
        prop_assert_eq!(yielded(&archive, length + 8), yielded(&archive, 7));
    }
}
