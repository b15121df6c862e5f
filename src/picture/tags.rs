//! EXIF for a JPEG made from a photo: it says what the photo's own says, and that the picture is upright.
//!
//! A block is changed in place, so that notes of the camera's maker, which point to where they are, stay
//! readable. Where that cannot be, in files that are TIFF themselves or with blocks too large for a JPEG, a new one
//! gets the camera, the dates, the exposure and the position.

use std::collections::HashSet;
use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Context, Exif, Field, In, Tag, Value};
use image::metadata::Orientation;

use crate::category::photos::media::{Carried, parsed};

/// The largest block that a JPEG can hold, in bytes.
const LARGEST: usize = 65_500;
/// The largest value that is worth carrying into a new block, in bytes.
const LARGEST_VALUE: usize = 4096;

/// How the photo says that it has to be turned, where its decoder does not know.
pub fn orientation(exif: &Carried) -> Option<Orientation> {
    let stated = |tags: &Exif| tags.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0);
    let stated = match exif {
        Carried::Block(block) => parsed(block.clone()).as_ref().and_then(stated),
        Carried::Directories(all) => {
            all.iter().filter(|(context, _)| *context == Context::Tiff).find_map(|(_, tags)| stated(tags))
        }
    };
    Orientation::from_exif(u8::try_from(stated?).ok()?)
}

/// A block for a JPEG of this size; `None` if there is nothing to say, or no way to.
pub fn block(exif: Carried, size: (u32, u32)) -> Option<Vec<u8>> {
    match exif {
        Carried::Block(block) if block.len() <= LARGEST => fitted(block, size),
        Carried::Block(block) => renewed(&[(Context::Tiff, parsed(block)?)], size),
        Carried::Directories(all) => renewed(&all, size),
    }
}

const ORIENTATION: u16 = 0x0112;
const DIRECTORY: u16 = 0x8769;
const WIDTH: u16 = 0xa002;
const HEIGHT: u16 = 0xa003;
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// A TIFF block whose numbers are changed where they are.
struct Block {
    bytes: Vec<u8>,
    is_big: bool,
}

impl Block {
    fn of(bytes: Vec<u8>) -> Option<Self> {
        let is_big = match bytes.get(..4)? {
            b"MM\0*" => true,
            b"II*\0" => false,
            _ => return None,
        };
        Some(Block { bytes, is_big })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        let long = if self.is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
        usize::try_from(long).ok()
    }

    fn write(&mut self, at: usize, number: u32, size: usize) -> Option<()> {
        let (big, little) = (number.to_be_bytes(), number.to_le_bytes());
        let bytes = if self.is_big { big.get(4 - size..)? } else { little.get(..size)? };
        self.bytes.get_mut(at..at.checked_add(size)?)?.copy_from_slice(bytes);
        Some(())
    }

    /// Where the entries of a directory with this tag are.
    fn entries(&self, directory: usize, tag: u16) -> Vec<usize> {
        let count = usize::from(self.short(directory).unwrap_or(0));
        let entries = (0..count).map(|index| directory + 2 + index * 12);
        entries.filter(|at| self.short(*at) == Some(tag)).collect()
    }

    fn set(&mut self, directory: usize, tag: u16, kind: u16, value: u32) {
        for at in self.entries(directory, tag) {
            let size = if kind == SHORT { 2 } else { 4 };
            // an entry that the end cuts stays as it is, and nobody can read it
            let _ = self
                .write(at + 2, u32::from(kind), 2)
                .and_then(|()| self.write(at + 4, 1, 4))
                .and_then(|()| self.write(at + 8, 0, 4))
                .and_then(|()| self.write(at + 8, value, size));
        }
    }
}

/// The same block for upright pixels of this size.
fn fitted(block: Vec<u8>, (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let mut block = Block::of(block)?;
    let first = block.long(4)?;
    let stated = block.entries(first, ORIENTATION).first().and_then(|at| block.short(at + 8));
    let details = block.entries(first, DIRECTORY).first().and_then(|at| block.long(at + 8));
    block.set(first, ORIENTATION, SHORT, 1);
    if let Some(details) = details {
        block.set(details, WIDTH, LONG, width);
        block.set(details, HEIGHT, LONG, height);
    }
    if stated.is_some_and(|stated| stated != 1) {
        // the small picture in the next directory would lie on its side
        let next = first + 2 + usize::from(block.short(first)?) * 12;
        let _ = block.write(next, 0, 4);
    }
    Some(block.bytes)
}

/// A new block of what is essential.
fn renewed(all: &[(Context, Exif)], (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let mut fields: Vec<Field> = Vec::new();
    let mut seen = HashSet::new();
    for (of_first, tags) in all {
        for field in tags.fields().filter(|field| field.ifd_num == In::PRIMARY) {
            // what a CR3 has in directories of their own is taken for the first one of a TIFF
            let context = if field.tag.context() == Context::Tiff { *of_first } else { field.tag.context() };
            let tag = standing(Tag(context, field.tag.number()));
            if is_essential(tag) && length(&field.value) <= LARGEST_VALUE && seen.insert(tag) {
                fields.push(Field { tag, ifd_num: In::PRIMARY, value: field.value.clone() });
            }
        }
    }
    if fields.is_empty() {
        return None;
    }
    for (tag, value) in [
        (Tag::Orientation, Value::Short(vec![1])),
        (Tag::PixelXDimension, Value::Long(vec![width])),
        (Tag::PixelYDimension, Value::Long(vec![height])),
    ] {
        fields.push(Field { tag, ifd_num: In::PRIMARY, value });
    }
    written(&fields)
}

/// TIFF/EP has the tags of EXIF in the first directory, where readers of a JPEG do not look for them.
fn standing(tag: Tag) -> Tag {
    match tag {
        Tag(Context::Tiff, number @ 0x829a..=0x9fff)
            if !matches!(number, 0x83bb | 0x8769 | 0x8773 | 0x8825) =>
        {
            Tag(Context::Exif, number)
        }
        tag => tag,
    }
}

/// All but what describes the bytes of the file it was in.
fn is_essential(tag: Tag) -> bool {
    match tag.context() {
        Context::Tiff => matches!(
            tag,
            Tag::Make
                | Tag::Model
                | Tag::Software
                | Tag::DateTime
                | Tag::Artist
                | Tag::Copyright
                | Tag::ImageDescription
        ),
        Context::Exif => {
            let number = tag.number();
            let is_of_exif =
                matches!(number, 0x829a | 0x829d | 0x8822..=0x8833 | 0x9000..=0x9fff | 0xa210..=0xa5ff);
            is_of_exif
                && !matches!(tag, Tag::MakerNote | Tag::ComponentsConfiguration | Tag::CompressedBitsPerPixel)
        }
        Context::Gps => true,
        _ => false,
    }
}

/// What a value takes, in bytes, at most.
fn length(value: &Value) -> usize {
    match value {
        Value::Byte(v) => v.len(),
        Value::Ascii(v) => v.iter().map(|text| text.len() + 1).sum(),
        Value::Short(v) => v.len() * 2,
        Value::Long(v) => v.len() * 4,
        Value::Rational(v) => v.len() * 8,
        Value::SByte(v) => v.len(),
        Value::Undefined(v, _) => v.len(),
        Value::SShort(v) => v.len() * 2,
        Value::SLong(v) => v.len() * 4,
        Value::SRational(v) => v.len() * 8,
        Value::Float(v) => v.len() * 4,
        Value::Double(v) => v.len() * 8,
        Value::Unknown(..) => usize::MAX,
    }
}

/// These fields in a block of their own.
fn written(fields: &[Field]) -> Option<Vec<u8>> {
    let mut writer = Writer::new();
    for field in fields {
        writer.push_field(field);
    }
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, false).ok()?;
    Some(block.into_inner()).filter(|block| block.len() <= LARGEST)
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, block, orientation, written};
    use crate::category::photos::media::{Carried, parsed};
    use exif::{Context, Exif, Field, In, Tag, Value};
    use image::metadata::Orientation;

    fn field(tag: Tag, ifd_num: In, value: Value) -> Field {
        Field { tag, ifd_num, value }
    }

    fn text(tag: Tag, text: &str) -> Field {
        field(tag, In::PRIMARY, Value::Ascii(vec![text.as_bytes().to_vec()]))
    }

    fn sideways() -> Vec<Field> {
        vec![
            text(Tag::Make, "Apple"),
            field(Tag::Orientation, In::PRIMARY, Value::Short(vec![6])),
            text(Tag::DateTimeOriginal, "2024:03:03 10:05:17"),
            text(Tag::OffsetTimeOriginal, "+01:00"),
            field(Tag::PixelXDimension, In::PRIMARY, Value::Long(vec![4032])),
            field(Tag::PixelYDimension, In::PRIMARY, Value::Short(vec![3024])),
            text(Tag::GPSLatitudeRef, "N"),
            field(Tag::Compression, In::THUMBNAIL, Value::Short(vec![6])),
        ]
    }

    fn shown(tags: &Exif, tag: Tag) -> Option<String> {
        tags.get_field(tag, In::PRIMARY).map(|field| field.display_value().to_string())
    }

    #[test]
    fn a_block_says_that_its_picture_is_upright_and_nothing_else_changes() {
        let original = written(&sideways()).unwrap();
        assert_eq!(orientation(&Carried::Block(original.clone())), Some(Orientation::Rotate90));
        let fitted = block(Carried::Block(original.clone()), (3024, 4032)).unwrap();
        assert_eq!(fitted.len(), original.len());
        let tags = parsed(fitted).unwrap();
        let before = parsed(original).unwrap();
        assert_eq!(tags.get_field(Tag::Orientation, In::PRIMARY).unwrap().value.get_uint(0), Some(1));
        assert_eq!(shown(&tags, Tag::PixelXDimension).as_deref(), Some("3024"));
        assert_eq!(shown(&tags, Tag::PixelYDimension).as_deref(), Some("4032"));
        for tag in [Tag::Make, Tag::DateTimeOriginal, Tag::OffsetTimeOriginal, Tag::GPSLatitudeRef] {
            assert!(shown(&before, tag).is_some() && shown(&tags, tag) == shown(&before, tag), "{tag}");
        }
        assert!(before.get_field(Tag::Compression, In::THUMBNAIL).is_some());
        assert!(tags.get_field(Tag::Compression, In::THUMBNAIL).is_none(), "it would lie on its side");
    }

    #[test]
    fn the_small_picture_of_an_upright_one_stays() {
        let mut fields = sideways();
        fields[1].value = Value::Short(vec![1]);
        let fitted = block(Carried::Block(written(&fields).unwrap()), (10, 10)).unwrap();
        assert!(parsed(fitted).unwrap().get_field(Tag::Compression, In::THUMBNAIL).is_some());
    }

    #[test]
    fn of_a_block_too_large_for_a_jpeg_the_essential_is_kept() {
        let mut large = sideways();
        large.push(field(Tag::MakerNote, In::PRIMARY, Value::Undefined(vec![7; 2000], 0)));
        let mut original = written(&large).unwrap();
        original.resize(LARGEST + 1, 0);
        let renewed = block(Carried::Block(original), (30, 40)).unwrap();
        let tags = parsed(renewed).unwrap();
        assert_eq!(shown(&tags, Tag::OffsetTimeOriginal).as_deref(), Some("\"+01:00\""));
        assert_eq!(shown(&tags, Tag::Make).as_deref(), Some("\"Apple\""));
        assert_eq!(shown(&tags, Tag::GPSLatitudeRef).as_deref(), Some("N"));
        assert_eq!(shown(&tags, Tag::PixelXDimension).as_deref(), Some("30"));
        assert_eq!(tags.get_field(Tag::Orientation, In::PRIMARY).unwrap().value.get_uint(0), Some(1));
        assert_eq!(shown(&tags, Tag::MakerNote), None);
    }

    #[test]
    fn directories_of_their_own_come_together() {
        // as in a CR3: each directory is the first one of its block
        let of = |fields: &[Field]| parsed(written(fields).unwrap()).unwrap();
        let in_first = |tag: Tag, value| field(Tag(Context::Tiff, tag.number()), In::PRIMARY, value);
        let ascii = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
        let all = vec![
            (Context::Tiff, of(&[text(Tag::Make, "Canon")])),
            (Context::Exif, of(&[in_first(Tag::DateTimeOriginal, ascii("2025:09:06 20:24:47"))])),
            (Context::Gps, of(&[in_first(Tag::GPSLatitudeRef, ascii("S"))])),
        ];
        let tags = parsed(block(Carried::Directories(all), (3, 2)).unwrap()).unwrap();
        assert_eq!(shown(&tags, Tag::Make).as_deref(), Some("\"Canon\""));
        assert_eq!(shown(&tags, Tag::DateTimeOriginal).as_deref(), Some("2025-09-06 20:24:47"));
        assert_eq!(shown(&tags, Tag::GPSLatitudeRef).as_deref(), Some("S"));
    }

    #[test]
    fn cut_blocks_are_no_danger() {
        let whole = written(&sideways()).unwrap();
        for end in 0..whole.len() {
            let _ = block(Carried::Block(whole[..end].to_vec()), (1, 1));
        }
        for at in 0..whole.len() {
            let mut wrong = whole.clone();
            wrong[at] = 0xff;
            let _ = block(Carried::Block(wrong), (1, 1));
        }
    }
}
