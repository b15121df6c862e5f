//! Forges zip archives for tests, byte by byte, so that every field can lie. Checks nothing.

use std::fs::File;
use std::io::Write;

use crate::apple::zip::DEFLATED;
use crate::apple::zip::entry::DEFLATED_64;
use crate::apple::zip::window::Window;

/// A field-by-field header, before it is written.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) signature: u32,
    pub(super) made_by: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc32: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    pub(super) mode: u32,
    pub(super) name: Vec<u8>,
    pub(super) extra: Vec<u8>,
    pub(super) zip64: bool,
}

/// How sizes follow the data.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Descriptor {
    None,
    Signed,
    Unsigned,
    Wide,
}

type Lie = fn(&mut Record);

/// An entry to be forged.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) record: Record,
    pub(super) content: Vec<u8>,
    pub(super) data: Vec<u8>,
    pub(super) descriptor: Descriptor,
    pub(super) local: Lie,
    pub(super) central: Lie,
}

impl Piece {
    pub(super) fn new(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Piece {
        let content = content.as_ref().to_vec();
        Piece {
            record: Record {
                signature: 0,
                made_by: 3 << 8 | 20,
                flags: 0,
                method: 0,
                crc32: crc32fast::hash(&content),
                compressed: content.len() as u64,
                size: content.len() as u64,
                offset: 0,
                mode: 0o100_644,
                name: name.as_ref().to_vec(),
                extra: Vec::new(),
                zip64: false,
            },
            data: content.clone(),
            content,
            descriptor: Descriptor::None,
            local: |_| {},
            central: |_| {},
        }
    }

    pub(super) fn deflated(mut self) -> Piece {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&self.content).unwrap();
        self.data = encoder.finish().unwrap();
        self.record.compressed = self.data.len() as u64;
        self.record.method = DEFLATED;
        self
    }

    /// A Deflate stream without the longest matches is a Deflate64 stream.
    pub(super) fn deflated_64(mut self) -> Piece {
        self = self.deflated();
        self.record.method = DEFLATED_64;
        self
    }

    pub(super) fn streamed(mut self, descriptor: Descriptor) -> Piece {
        self.descriptor = descriptor;
        self.record.flags |= 8;
        self
    }

    pub(super) fn zip64(mut self) -> Piece {
        self.record.zip64 = true;
        self
    }

    pub(super) fn mode(mut self, mode: u32) -> Piece {
        self.record.mode = mode;
        self
    }

    pub(super) fn lying(mut self, local: Lie, central: Lie) -> Piece {
        (self.local, self.central) = (local, central);
        self
    }
}

/// What comes around the pieces.
#[derive(Clone, Default)]
pub(super) struct End {
    pub(super) prefix: Vec<u8>,
    /// Offsets count from the start of the file, not from the end of the prefix.
    pub(super) from_file_start: bool,
    pub(super) count: Option<u16>,
    pub(super) directory_size: Option<u32>,
    pub(super) directory_offset: Option<u32>,
    pub(super) comment: Vec<u8>,
    pub(super) zip64: bool,
}

/// A forged archive.
pub(super) struct Forged {
    pub(super) bytes: Vec<u8>,
    /// Where each piece, with its descriptor, ends.
    pub(super) ends: Vec<usize>,
    pub(super) directory: usize,
}

pub(super) fn forge(pieces: &[Piece], end: &End) -> Forged {
    let mut out = end.prefix.clone();
    let base = if end.from_file_start { 0 } else { out.len() };
    let (mut ends, mut central) = (Vec::new(), Vec::new());
    for piece in pieces {
        let mut record = piece.record.clone();
        record.offset = (out.len() - base) as u64;
        let mut listed = record.clone();
        listed.signature = 0x0201_4b50;
        (piece.central)(&mut listed);
        central.push(listed);
        record.signature = 0x0403_4b50;
        if piece.descriptor != Descriptor::None {
            (record.crc32, record.compressed, record.size) = (0, 0, 0);
        }
        (piece.local)(&mut record);
        write_header(&mut out, &record);
        out.extend(&piece.data);
        write_descriptor(&mut out, piece);
        ends.push(out.len());
    }
    let directory = out.len();
    for record in &central {
        write_header(&mut out, record);
    }
    let size = out.len() - directory;
    let (count, offset) = (pieces.len() as u64, (directory - base) as u64);
    if end.zip64 {
        let record = (out.len() - base) as u64;
        out.extend(b"PK\x06\x06");
        out.extend(44u64.to_le_bytes());
        out.extend([45, 3, 45, 0]);
        out.extend([0; 8]);
        for value in [count, count, size as u64, offset] {
            out.extend(value.to_le_bytes());
        }
        out.extend(b"PK\x06\x07");
        out.extend(0u32.to_le_bytes());
        out.extend(record.to_le_bytes());
        out.extend(1u32.to_le_bytes());
    }
    let placeholder = end.zip64.then_some(u32::MAX);
    out.extend(b"PK\x05\x06\0\0\0\0");
    let count = end.count.unwrap_or(if end.zip64 { u16::MAX } else { count as u16 });
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(end.directory_size.or(placeholder).unwrap_or(size as u32).to_le_bytes());
    out.extend(end.directory_offset.or(placeholder).unwrap_or(offset as u32).to_le_bytes());
    out.extend((end.comment.len() as u16).to_le_bytes());
    out.extend(&end.comment);
    Forged { bytes: out, ends, directory }
}

fn write_header(out: &mut Vec<u8>, record: &Record) {
    let central = record.signature == 0x0201_4b50;
    let mut extra = record.extra.clone();
    let narrow = |value: u64| if record.zip64 { u32::MAX } else { value as u32 };
    if record.zip64 {
        let mut values = vec![record.size, record.compressed];
        values.extend(central.then_some(record.offset));
        extra.extend([1, 0, values.len() as u8 * 8, 0]);
        values.iter().for_each(|value| extra.extend(value.to_le_bytes()));
    }
    out.extend(record.signature.to_le_bytes());
    if central {
        out.extend(record.made_by.to_le_bytes());
    }
    out.extend(20u16.to_le_bytes());
    out.extend(record.flags.to_le_bytes());
    out.extend(record.method.to_le_bytes());
    out.extend(((10u16 << 11) | (5 << 5) | 8).to_le_bytes());
    out.extend((((2024u16 - 1980) << 9) | (3 << 5) | 3).to_le_bytes());
    out.extend(record.crc32.to_le_bytes());
    out.extend(narrow(record.compressed).to_le_bytes());
    out.extend(narrow(record.size).to_le_bytes());
    out.extend((record.name.len() as u16).to_le_bytes());
    out.extend((extra.len() as u16).to_le_bytes());
    if central {
        out.extend([0; 6]);
        out.extend((record.mode << 16).to_le_bytes());
        out.extend(narrow(record.offset).to_le_bytes());
    }
    out.extend(&record.name);
    out.extend(&extra);
}

fn write_descriptor(out: &mut Vec<u8>, piece: &Piece) {
    if piece.descriptor == Descriptor::None {
        return;
    }
    if piece.descriptor != Descriptor::Unsigned {
        out.extend(b"PK\x07\x08");
    }
    out.extend(piece.record.crc32.to_le_bytes());
    for size in [piece.record.compressed, piece.record.size] {
        if piece.descriptor == Descriptor::Wide {
            out.extend(size.to_le_bytes());
        } else {
            out.extend((size as u32).to_le_bytes());
        }
    }
}

/// A window onto these bytes, in a file that is gone when the window is.
pub(super) fn window(bytes: &[u8]) -> Window {
    Window::file(file(bytes)).unwrap()
}

pub(super) fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}
