//! What the tags of a TIFF block say: the EXIF of every format, and Apple's maker note.
//!
//! Nothing fails, and dates of editing (`ModifyDate`) are not read. Each block is walked once before kamadak
//! parses it, because kamadak visits every directory that any pointer names: overlapping directories in 64 KB
//! of hostile EXIF would become gigabytes of tags.

pub(super) mod size;

use std::collections::HashSet;
use std::io::Cursor;
use std::ops::Range;

use exif::{Context, Exif, In, Reader, Tag, Value};

use crate::category::photos::media::blocks::Blocks;
use crate::category::photos::media::pixels::Turn;
use crate::category::photos::media::window::Window;
use crate::category::photos::media::{Embedded, Format, LocalTime, iptc};
use crate::category::photos::time::stamp;

/// How many tags all directories of a block may have together; real blocks have hundreds.
const MOST_TAGS: usize = 1 << 14;

/// The longest text; longer ones are pictures, or an attack.
const LONGEST_TEXT: usize = 1 << 20;

const XMP: Tag = Tag(Context::Tiff, 700);
const IPTC: Tag = Tag(Context::Tiff, 33_723);
const PHOTOSHOP: Tag = Tag(Context::Tiff, 34_377);
const SUB_IFDS: Tag = Tag(Context::Tiff, 0x014a);
const SUBFILE_TYPE: Tag = Tag(Context::Tiff, 0x00fe);
const DNG_VERSION: Tag = Tag(Context::Tiff, 0xc612);
const SONY_PRIVATE: Tag = Tag(Context::Tiff, 0xc634);

pub(super) struct Tags(Exif);

impl Tags {
    /// Parses what can be parsed; `None` if it is no TIFF block, or not a plausible one.
    pub fn parse(mut block: Vec<u8>) -> Option<Tags> {
        // RAW files of Olympus and Panasonic are TIFF except for the number 42
        let order = Order::of(block.get(..2)?)?;
        block.get_mut(2..4)?.copy_from_slice(match order {
            Order::Little => &[42, 0],
            Order::Big => &[0, 42],
        });
        // libtiff writes pointers as type 13 (IFD), another name for 4 (LONG), which is all that kamadak knows
        for place in plausible(&block)? {
            block.get_mut(place)?.copy_from_slice(match order {
                Order::Little => &[4, 0],
                Order::Big => &[0, 4],
            });
        }
        let parsed = Reader::new().continue_on_error(true).read_raw(block);
        parsed.or_else(|error| error.distill_partial_result(|_| ())).ok().map(Tags)
    }

    /// All of them, as they were parsed.
    pub fn into_inner(self) -> Exif {
        self.0
    }

    /// Whether they say when it was taken.
    pub fn tells_time(&self) -> bool {
        self.time().is_some()
    }

    /// Fills the gaps of `embedded`: date, position, camera, content identifier.
    pub fn fill(&self, embedded: &mut Embedded) {
        self.fill_position(embedded, Context::Gps);
        embedded.exif = embedded.exif.take().or_else(|| self.time());
        embedded.camera.fill(self.text(Tag::Make), self.text(Tag::Model));
        if embedded.content_identifier.is_none() {
            embedded.content_identifier = self.maker_note().and_then(content_identifier).map(Box::from);
        }
    }

    /// Fills the position alone. In CR3 the GPS tags are the first directory of a block of their own, where
    /// kamadak takes them for TIFF tags.
    pub fn fill_position(&self, embedded: &mut Embedded, context: Context) {
        if embedded.position.is_none() {
            embedded.position = self.position(context);
        }
    }

    /// Adds the XMP and IPTC that are stored in tags.
    pub fn add_to(&self, blocks: &mut Blocks) {
        if let Some(packet) = self.bytes(XMP) {
            blocks.add_xmp(|| packet);
        }
        if let Some(records) = self.bytes(IPTC) {
            blocks.add_iptc(|| records);
        }
        if let Some(resources) = self.bytes(PHOTOSHOP) {
            let size = resources.len() as u64;
            iptc::resources(&mut Window::new(&mut Cursor::new(resources), size), blocks);
        }
    }

    /// The bytes of a tag, whatever type the writer gave them.
    fn bytes(&self, tag: Tag) -> Option<Vec<u8>> {
        match self.field(tag)? {
            Value::Byte(bytes) | Value::Undefined(bytes, _) => Some(bytes.clone()),
            Value::Long(numbers) => {
                let is_little = self.0.little_endian();
                let bytes = |n: &u32| if is_little { n.to_le_bytes() } else { n.to_be_bytes() };
                Some(numbers.iter().flat_map(bytes).collect())
            }
            _ => None,
        }
    }

    /// How the picture is to be turned, if that is said.
    pub fn turn(&self) -> Option<Turn> {
        Turn::of_orientation(self.field(Tag::Orientation)?.get_uint(0)?)
    }

    /// Tells TIFF-based RAW formats apart, which have no magic numbers.
    pub fn refine(&self) -> Format {
        let make = self.text(Tag::Make).unwrap_or_default().to_ascii_uppercase();
        let has = |tag| self.field(tag).is_some();
        let is_reduced = || self.field(SUBFILE_TYPE).and_then(|value| value.get_uint(0)) == Some(1);
        if has(DNG_VERSION) {
            Format::Dng
        } else if make.starts_with("NIKON") && has(SUB_IFDS) && is_reduced() {
            Format::Nef
        } else if make.starts_with("SONY") && has(SONY_PRIVATE) {
            Format::Arw
        } else {
            Format::Tiff
        }
    }

    /// DateTimeOriginal, else DateTimeDigitized, each with the sub-seconds and offset of its own.
    fn time(&self) -> Option<LocalTime> {
        let one = |time, fraction, offset| {
            let mut found = stamp::time(&self.text(time)?)?;
            let nanos = self.text(fraction).and_then(|digits| stamp::fraction(&digits));
            if let Some(precise) = nanos.and_then(|n| chrono::Timelike::with_nanosecond(&found.time, n)) {
                found.time = precise;
            }
            let offset = self.text(offset).and_then(|text| stamp::offset(&text));
            let offset = offset.or(found.offset);
            Some(LocalTime { offset, ..found })
        };
        one(Tag::DateTimeOriginal, Tag::SubSecTimeOriginal, Tag::OffsetTimeOriginal)
            .or_else(|| one(Tag::DateTimeDigitized, Tag::SubSecTimeDigitized, Tag::OffsetTimeDigitized))
    }

    fn position(&self, context: Context) -> Option<super::Position> {
        let angle = |value: u16, hemisphere: u16, negative: char| {
            let parts: Vec<f64> = match self.field(Tag(context, value))? {
                Value::Rational(parts) => parts.iter().take(3).map(|part| part.to_f64()).collect(),
                // not allowed, but a vivo X90 writes them so
                Value::SRational(parts) => parts.iter().take(3).map(|part| part.to_f64()).collect(),
                _ => return None,
            };
            parts.first()?;
            let units = [1.0, 60.0, 3600.0];
            let angle: f64 = parts.iter().zip(units).map(|(part, unit)| part / unit).sum();
            // without its hemisphere a coordinate could be either of two places
            let letter = self.text(Tag(context, hemisphere))?.chars().next()?.to_ascii_uppercase();
            Some(if letter == negative { -angle } else { angle })
        };
        stamp::position(angle(2, 1, 'S')?, angle(4, 3, 'W')?)
    }

    fn maker_note(&self) -> Option<&[u8]> {
        match self.field(Tag::MakerNote)? {
            Value::Undefined(bytes, _) | Value::Byte(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The first string of a tag, without blanks around it; `None` if that leaves nothing.
    fn text(&self, tag: Tag) -> Option<String> {
        let bytes = match self.field(tag)? {
            Value::Ascii(strings) => strings.first()?,
            Value::Undefined(bytes, _) | Value::Byte(bytes) => bytes,
            _ => return None,
        };
        clean(bytes)
    }

    /// A tag of the main picture. EXIF tags may be in the first directory too: TIFF/EP wants them there, and CR3
    /// has a block whose first directory is the EXIF one.
    fn field(&self, tag: Tag) -> Option<&Value> {
        let in_context = |context| self.0.get_field(Tag(context, tag.number()), In::PRIMARY);
        let field = in_context(tag.context());
        let field =
            if tag.context() == Context::Exif { field.or_else(|| in_context(Context::Tiff)) } else { field };
        field.map(|field| &field.value)
    }
}

/// Text up to the first NUL, without blanks around it; `None` if that leaves nothing.
pub(super) fn clean(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes.split(|&b| b == 0).next()?).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Tag 0x0011 of Apple's maker note, which the still of a Live Photo shares with its movie. Offsets count from
/// the start of the note (seen from iPhone 6s to 15 Pro, in JPEG, HEIC and AVIF).
fn content_identifier(note: &[u8]) -> Option<String> {
    let rest = note.strip_prefix(b"Apple iOS\0")?;
    let order = Order::of(rest.get(2..4)?)?;
    let directory = Directory::at(note, 14, order)?;
    let entry = directory.entries().find(|entry| entry.tag == 0x0011 && entry.kind == 2)?;
    let length = usize::try_from(entry.count).ok()?;
    let bytes = if length <= 4 {
        entry.value.get(..length)?
    } else {
        let start = usize::try_from(order.u32(entry.value)?).ok()?;
        note.get(start..start.checked_add(length)?)?
    };
    clean(bytes)
}

/// Follows every pointer that kamadak would follow, and gives back where pointers have type 13. `None` if there
/// are more tags than a real block has, or a pointer of an unusual form.
fn plausible(block: &[u8]) -> Option<Vec<Range<usize>>> {
    let order = block.get(..2).and_then(Order::of)?;
    let first = block.get(4..8).and_then(|bytes| order.u32(bytes))?;
    let (mut pending, mut seen, mut budget) = (vec![first], HashSet::new(), MOST_TAGS);
    let mut renamed = Vec::new();
    while let Some(offset) = pending.pop() {
        if !seen.insert(offset) {
            continue;
        }
        let Some(directory) = usize::try_from(offset).ok().and_then(|at| Directory::at(block, at, order))
        else {
            continue;
        };
        for entry in directory.entries() {
            budget = budget.checked_sub(1)?;
            let length = usize::try_from(entry.count).unwrap_or(usize::MAX);
            let long_text = entry.kind == 2 && (LONGEST_TEXT..block.len()).contains(&length);
            let is_pointer = matches!(entry.tag, 0x8769 | 0x8825 | 0xa005);
            match (is_pointer, entry.kind, entry.count) {
                _ if long_text => return None,
                (true, 4, 1) => pending.extend(order.u32(entry.value)),
                (true, 13, 1) => {
                    pending.extend(order.u32(entry.value));
                    renamed.push(entry.at + 2..entry.at + 4);
                }
                (true, 1 | 3 | 4 | 13, 1..) => return None,
                _ => (),
            }
        }
        pending.extend(directory.next());
    }
    Some(renamed)
}

/// Byte order of a TIFF block.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn of(mark: &[u8]) -> Option<Order> {
        match mark {
            b"II" => Some(Order::Little),
            b"MM" => Some(Order::Big),
            _ => None,
        }
    }

    fn u16(self, bytes: &[u8]) -> Option<u16> {
        let bytes = *bytes.first_chunk()?;
        Some(match self {
            Order::Little => u16::from_le_bytes(bytes),
            Order::Big => u16::from_be_bytes(bytes),
        })
    }

    fn u32(self, bytes: &[u8]) -> Option<u32> {
        let bytes = *bytes.first_chunk()?;
        Some(match self {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        })
    }
}

/// A TIFF directory (IFD), with as many of its entries as there are.
struct Directory<'a> {
    /// Where the first entry is in its block.
    start: usize,
    entries: &'a [u8],
    next: &'a [u8],
    order: Order,
}

struct Entry<'a> {
    /// Where it is in its block.
    at: usize,
    tag: u16,
    kind: u16,
    count: u32,
    /// The value itself, or its offset if it has more than 4 bytes.
    value: &'a [u8],
}

impl<'a> Directory<'a> {
    fn at(block: &'a [u8], offset: usize, order: Order) -> Option<Self> {
        let rest = block.get(offset..)?;
        let count = usize::from(order.u16(rest)?);
        let rest = rest.get(2..)?;
        let (entries, next) = rest.split_at_checked(count * 12).unwrap_or((rest, &[]));
        Some(Directory { start: offset + 2, entries, next, order })
    }

    fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let (order, places) = (self.order, (self.start..).step_by(12));
        self.entries.chunks_exact(12).zip(places).filter_map(move |(entry, at)| {
            Some(Entry {
                at,
                tag: order.u16(entry)?,
                kind: order.u16(entry.get(2..)?)?,
                count: order.u32(entry.get(4..)?)?,
                value: entry.get(8..)?,
            })
        })
    }

    /// Where the next directory is, if there is one.
    fn next(&self) -> Option<u32> {
        self.order.u32(self.next).filter(|&offset| offset != 0)
    }
}

#[cfg(test)]
mod tests;
