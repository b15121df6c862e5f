//! The records of a zip file as they lie in its bytes. Reads no file and judges no entry.
//!
//! Extra fields are read leniently (a malformed one ends the list, not the header), because writers get them wrong
//! far more often than anything else, and whatever they say is checked against the data anyway.

use std::borrow::Cow;

/// Begins an entry's data.
pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Begins an entry of the central directory.
pub(super) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
/// Begins the end record.
pub(super) const END: [u8; 4] = *b"PK\x05\x06";
/// Begins the zip64 end record.
pub(super) const END_64: [u8; 4] = *b"PK\x06\x06";
/// Begins the digital signature of a central directory.
const SIGNED: [u8; 4] = *b"PK\x05\x05";
/// Begins a data descriptor, if its writer put it there.
pub(super) const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// The sizes and checksum follow the data (bit 3 of the flags).
const STREAMED: u16 = 1 << 3;
/// Encrypted: bit 0 of the flags, bit 6 for strong encryption, bit 13 for masked headers.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
/// A 32-bit value that stands for one in the zip64 field.
const IN_ZIP64: u32 = u32::MAX;

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|value| u16::from_le_bytes(*value))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|value| u32::from_le_bytes(*value))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|value| u64::from_le_bytes(*value))
}

/// Length of the longest data descriptor.
pub(super) const DESCRIPTOR_LENGTH: usize = 24;
/// Length of an end record without its comment.
pub(super) const END_LENGTH: usize = 22;

/// Whether these bytes, at least [`END_LENGTH`], begin what follows the last header of a central directory.
pub(super) fn is_end(bytes: &[u8]) -> bool {
    bytes.len() >= END_LENGTH && [END, END_64, SIGNED].iter().any(|signature| bytes.starts_with(signature))
}

/// What local and central headers have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'a> {
    pub(super) flags: u16,
    pub(super) method: u16,
    /// DOS date and time, in steps of 2 s and without a zone.
    pub(super) date: u16,
    pub(super) time: u16,
    pub(super) crc32: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    /// The name's bytes as the header has them.
    pub(super) raw_name: &'a [u8],
    /// The name from a Unicode Path field, if that field belongs to the raw name.
    unicode_name: Option<&'a str>,
    /// Length of the whole header in bytes.
    pub(super) length: u64,
    /// Whether a zip64 field gave any of the values.
    pub(super) zip64: bool,
}

impl Header<'_> {
    /// The name: the Unicode Path, else UTF-8 whatever the flag says (Apple's tools do not set it), else code
    /// page 437.
    pub(super) fn name(&self) -> Cow<'_, str> {
        match (self.unicode_name, std::str::from_utf8(self.raw_name)) {
            (Some(name), _) | (None, Ok(name)) => Cow::Borrowed(name),
            (None, Err(_)) => Cow::Owned(from_code_page_437(self.raw_name)),
        }
    }

    pub(super) fn encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }

    /// Whether sizes and checksum follow the data.
    pub(super) fn streamed(&self) -> bool {
        self.flags & STREAMED != 0
    }
}

/// The header in front of an entry's data.
#[derive(Debug, Clone, Copy)]
pub(super) struct LocalHeader<'a>(pub(super) Header<'a>);

impl LocalHeader<'_> {
    /// Length without name and extra fields.
    pub(super) const FIXED: usize = 30;

    /// Length of the whole header, from its first [`Self::FIXED`] bytes.
    pub(super) fn length(bytes: &[u8]) -> Option<usize> {
        bytes.starts_with(&LOCAL).then_some(())?;
        Some(Self::FIXED + usize::from(u16_at(bytes, 26)?) + usize::from(u16_at(bytes, 28)?))
    }

    /// Reads the header that these bytes begin with, if it is whole.
    pub(super) fn parse(bytes: &[u8]) -> Option<LocalHeader<'_>> {
        let length = Self::length(bytes)?;
        let (name, extra) = (usize::from(u16_at(bytes, 26)?), usize::from(u16_at(bytes, 28)?));
        let raw_name = bytes.get(Self::FIXED..Self::FIXED + name)?;
        let fields = bytes.get(Self::FIXED + name..Self::FIXED + name + extra)?;
        let mut wide = Zip64::of(fields);
        Some(LocalHeader(Header {
            flags: u16_at(bytes, 6)?,
            method: u16_at(bytes, 8)?,
            time: u16_at(bytes, 10)?,
            date: u16_at(bytes, 12)?,
            crc32: u32_at(bytes, 14)?,
            size: wide.value(u32_at(bytes, 22)?),
            compressed: wide.value(u32_at(bytes, 18)?),
            raw_name,
            unicode_name: unicode_name(fields, raw_name),
            length: length as u64,
            zip64: wide.used,
        }))
    }
}

/// An entry of the central directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct CentralHeader<'a> {
    pub(super) common: Header<'a>,
    made_by: u8,
    attributes: u32,
    /// Where the local header is, counted from where the archive begins, which is not always the file's start.
    pub(super) offset: u64,
}

impl CentralHeader<'_> {
    /// Length without name, extra fields and comment.
    pub(super) const FIXED: usize = 46;

    /// Length of the whole header, from its first [`Self::FIXED`] bytes.
    pub(super) fn length(bytes: &[u8]) -> Option<usize> {
        bytes.starts_with(&CENTRAL).then_some(())?;
        let (name, extra, comment) = (u16_at(bytes, 28)?, u16_at(bytes, 30)?, u16_at(bytes, 32)?);
        Some(Self::FIXED + usize::from(name) + usize::from(extra) + usize::from(comment))
    }

    /// Reads the header that these bytes begin with, if it is whole.
    pub(super) fn parse(bytes: &[u8]) -> Option<CentralHeader<'_>> {
        let length = Self::length(bytes)?;
        bytes.get(..length)?;
        let (name, extra) = (usize::from(u16_at(bytes, 28)?), usize::from(u16_at(bytes, 30)?));
        let raw_name = bytes.get(Self::FIXED..Self::FIXED + name)?;
        let fields = bytes.get(Self::FIXED + name..Self::FIXED + name + extra)?;
        let mut wide = Zip64::of(fields);
        // The zip64 field holds, in this order, those values that did not fit.
        let size = wide.value(u32_at(bytes, 24)?);
        let compressed = wide.value(u32_at(bytes, 20)?);
        let offset = wide.value(u32_at(bytes, 42)?);
        Some(CentralHeader {
            common: Header {
                flags: u16_at(bytes, 8)?,
                method: u16_at(bytes, 10)?,
                time: u16_at(bytes, 12)?,
                date: u16_at(bytes, 14)?,
                crc32: u32_at(bytes, 16)?,
                size,
                compressed,
                raw_name,
                unicode_name: unicode_name(fields, raw_name),
                length: length as u64,
                zip64: wide.used,
            },
            made_by: bytes.get(5).copied()?,
            attributes: u32_at(bytes, 38)?,
            offset,
        })
    }

    /// The file type of a Unix mode (`S_IFMT` bits), 0 if there is none.
    pub(super) fn file_type(&self) -> u32 {
        self.mode() & 0o170_000
    }

    /// The Unix mode, 0 if there is none. Writers on DOS and Windows set Unix modes too (Python's does), those on
    /// stranger systems other things.
    pub(super) fn mode(&self) -> u32 {
        const DOS: u8 = 0;
        const UNIX: u8 = 3;
        const NTFS: u8 = 10;
        const VFAT: u8 = 14;
        const MACOS: u8 = 19;
        if matches!(self.made_by, DOS | UNIX | NTFS | VFAT | MACOS) { self.attributes >> 16 } else { 0 }
    }
}

/// The values of a zip64 field, handed out in order, one for each 32-bit value that refers to it.
struct Zip64<'a> {
    values: &'a [u8],
    used: bool,
}

impl Zip64<'_> {
    fn of(fields: &[u8]) -> Zip64<'_> {
        Zip64 { values: extra_field(fields, 0x0001).unwrap_or_default(), used: false }
    }

    fn value(&mut self, narrow: u32) -> u64 {
        if narrow != IN_ZIP64 {
            return u64::from(narrow);
        }
        let Some(wide) = u64_at(self.values, 0) else {
            return u64::from(narrow);
        };
        self.values = self.values.get(8..).unwrap_or_default();
        self.used = true;
        wide
    }
}

fn extra_field(mut fields: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let (id, length) = (u16_at(fields, 0)?, usize::from(u16_at(fields, 2)?));
        let content = fields.get(4..4 + length)?;
        if id == wanted {
            return Some(content);
        }
        fields = fields.get(4 + length..)?;
    }
}

/// Info-ZIP's Unicode Path: a version, the CRC-32 of the name in the header, the name in UTF-8.
fn unicode_name<'a>(fields: &'a [u8], raw_name: &[u8]) -> Option<&'a str> {
    let content = extra_field(fields, 0x7075)?;
    let belongs = content.first() == Some(&1) && u32_at(content, 1)? == crc32fast::hash(raw_name);
    belongs.then(|| std::str::from_utf8(content.get(5..)?).ok())?
}

/// The length of the data descriptor that these bytes begin with, if it states exactly these values. It may
/// lack a signature, and have sizes of 32 or 64 bits.
pub(super) fn descriptor(bytes: &[u8], crc32: u32, compressed: u64, size: u64) -> Option<u64> {
    [4, 0].into_iter().find_map(|signature| {
        if signature == 4 && !bytes.starts_with(&DESCRIPTOR) {
            return None;
        }
        let content = bytes.get(signature..)?;
        (u32_at(content, 0)? == crc32).then_some(())?;
        let narrow = |at| u32_at(content, at).map(u64::from);
        if (narrow(4), narrow(8)) == (Some(compressed), Some(size)) {
            Some(signature as u64 + 12)
        } else if (u64_at(content, 4), u64_at(content, 12)) == (Some(compressed), Some(size)) {
            Some(signature as u64 + 20)
        } else {
            None
        }
    })
}

/// The upper half of the code page of zip names that are not UTF-8.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

fn from_code_page_437(bytes: &[u8]) -> String {
    let upper: Vec<char> = CODE_PAGE_437.chars().collect();
    bytes
        .iter()
        .map(|&byte| match usize::from(byte).checked_sub(128) {
            Some(at) => upper.get(at).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
            None => char::from(byte),
        })
        .collect()
}
