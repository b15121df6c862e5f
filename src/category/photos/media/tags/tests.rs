//! Tags that are as they should be, and directories that lie.

use super::{Tags, content_identifier, plausible};
use crate::category::photos::media::Embedded;

/// A big-endian TIFF block of one directory; entries are (tag, type, count, value).
fn block(entries: &[(u16, u16, u32, [u8; 4])]) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08".to_vec();
    block.extend((entries.len() as u16).to_be_bytes());
    for (tag, kind, count, value) in entries {
        block.extend(tag.to_be_bytes());
        block.extend(kind.to_be_bytes());
        block.extend(count.to_be_bytes());
        block.extend(value);
    }
    block.extend([0; 4]);
    block
}

fn is_plausible(block: &[u8]) -> bool {
    plausible(block).is_some()
}

#[test]
fn pointers_may_be_of_type_13() {
    // the EXIF directory stands at 38, behind one of a pointer and a make
    let mut bytes = block(&[(0x010f, 2, 3, *b"LG\0\0"), (0x8769, 13, 1, [0, 0, 0, 38])]);
    assert_eq!(bytes.len(), 38);
    bytes.extend(b"\0\x01\x90\x03\0\x02\0\0\0\x14\0\0\0\x38\0\0\0\0");
    assert_eq!(bytes.len(), 56);
    bytes.extend(b"2019:06:01 08:00:30\0");
    let mut embedded = Embedded::default();
    Tags::parse(bytes.clone()).unwrap().fill(&mut embedded);
    let expected = "2019-06-01T08:00:30".parse().unwrap();
    assert_eq!(embedded.exif.map(|exif| exif.time), Some(expected));
    // a directory that many such pointers name is no way around the limit
    let pointers: Vec<_> = (0..2700u32).map(|n| (0x8769, 13, 1, (33_000 + n).to_be_bytes())).collect();
    let mut bomb = block(&pointers);
    bomb.resize(65_000, 0xff);
    assert!(!is_plausible(&bomb));
}

#[test]
fn overlapping_directories_are_refused() {
    let mut bomb = Vec::new();
    for pointer in 0..2700u32 {
        bomb.push((0x8769, 4, 1, (33_000 + pointer).to_be_bytes()));
    }
    let mut bomb = block(&bomb);
    assert!(is_plausible(&bomb));
    bomb.resize(65_000, 0xff);
    assert!(!is_plausible(&bomb));
    assert!(Tags::parse(bomb).is_none());
}

#[test]
fn pointers_of_unusual_form_are_refused_and_foreign_ones_ignored() {
    assert!(!is_plausible(&block(&[(0x8769, 4, 2, [0, 0, 0, 8])])));
    assert!(!is_plausible(&block(&[(0x8825, 3, 1, [0, 8, 0, 0])])));
    assert!(is_plausible(&block(&[(0x8769, 2, 4, *b"1234")])));
    assert!(is_plausible(&block(&[(0x010f, 2, 1 << 30, [0; 4])])), "not there, so harmless");
    let mut long = block(&[(0x010f, 2, 2 << 20, [0; 4])]);
    long.resize(3 << 20, 0);
    assert!(!is_plausible(&long));
    assert!(is_plausible(&block(&[(0x8769, 4, 1, [0, 0, 0, 8])])), "a loop is walked once");
}

#[test]
fn text_is_trimmed_and_blank_is_absent() {
    let mut embedded = Embedded::default();
    let tags = Tags::parse(block(&[(0x010f, 2, 3, *b"LG \0"), (0x0110, 2, 4, *b"   \0")])).unwrap();
    tags.fill(&mut embedded);
    assert_eq!((embedded.camera.make(), embedded.camera.model()), (Some("LG"), None));
}

#[test]
fn apple_notes_that_lie_name_nothing() {
    let note = |count: u32, offset: u32| {
        let mut note = b"Apple iOS\0\0\x01MM\0\x01\0\x11\0\x02".to_vec();
        note.extend(count.to_be_bytes());
        note.extend(offset.to_be_bytes());
        note.extend(b"1745E022-9712\0");
        note
    };
    let cases = [
        (note(14, 28), Some("1745E022-9712")),
        (note(15, 28), None),
        (note(u32::MAX, 28), None),
        (note(14, u32::MAX), None),
        (note(0, 28), None),
        (note(14, 28)[..27].to_vec(), None),
        (b"Apple iOS\0\0\x01XX".to_vec(), None),
        (b"Nikon".to_vec(), None),
    ];
    for (note, expected) in cases {
        assert_eq!(content_identifier(&note).as_deref(), expected, "{note:?}");
    }
}
