//! Whether a file is visibly cut short.
//!
//! What follows the end of a picture never makes it damaged: padding, a second picture, the movie of a motion
//! photo. A JPEG has to be read to its end, because the end marker that counts is the one after its scan, not
//! the one inside an embedded thumbnail.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Take};

use crate::category::photos::media::boxes::TopLevel;
use crate::category::photos::media::format::Format;
use crate::category::photos::media::window::Window;

/// Whether a file of `size` bytes ends before its content does. `false` where nothing tells: in unknown formats,
/// RAW and TIFF, and if the source cannot be read.
pub fn is_cut_short(source: &mut (impl Read + Seek), size: u64, format: Format) -> bool {
    let mut window = Window::new(source, size);
    match format {
        Format::Jpeg => jpeg(source, size).unwrap_or(false),
        Format::Png => png(&mut window),
        Format::WebP => {
            let riff = window.array::<8>(0).unwrap_or_default();
            let [.., a, b, c, d] = riff;
            u64::from(u32::from_le_bytes([a, b, c, d])).saturating_add(8) > size
        }
        Format::Heic | Format::Heif | Format::Avif => boxes(&mut window, b"meta"),
        Format::Mov | Format::Mp4 | Format::Cr3 => boxes(&mut window, b"moov"),
        _ => false,
    }
}

/// Cut if a box claims to end beyond the file, or if the box that every program needs is missing. Whatever
/// follows the last box and is no box itself is padding.
fn boxes(window: &mut Window<'_, impl Read + Seek>, needed: &[u8; 4]) -> bool {
    let size = window.size();
    let (mut found, mut padding) = (false, false);
    for place in TopLevel::new(window) {
        padding = !place.kind.iter().all(|&byte| byte == 0xa9 || (0x20..0x7f).contains(&byte));
        if padding {
            break;
        }
        if place.end > size {
            return true;
        }
        found |= &place.kind == needed;
    }
    !found && !padding
}

/// Cut if the chunks do not reach `IEND`.
fn png(window: &mut Window<'_, impl Read + Seek>) -> bool {
    let size = window.size();
    let mut at = 8u64;
    while let Some([a, b, c, d, kind @ ..]) = window.array::<8>(at) {
        at += 12 + u64::from(u32::from_be_bytes([a, b, c, d]));
        if &kind == b"IEND" {
            return at > size;
        }
    }
    true
}

/// Cut if the picture, or another directly behind it (multi-picture format, HDR gain map), does not reach its
/// end marker. `None` if the source cannot be read.
fn jpeg(source: &mut (impl Read + Seek), size: u64) -> Option<bool> {
    source.seek(SeekFrom::Start(0)).ok()?;
    let mut stream = Stream(BufReader::new(source.take(size)));
    // these are known to be a JPEG's
    stream.skip(2)?;
    loop {
        match stream.skip_to_end_marker()? {
            End::Missing => return Some(true),
            End::Found => (),
        }
        // zeros are padding, and anything but another picture is a tail
        while stream.0.fill_buf().ok()?.first() == Some(&0) {
            stream.0.consume(1);
        }
        let next = stream.0.fill_buf().ok()?;
        if !next.starts_with(&[0xff, 0xd8, 0xff]) {
            return Some(false);
        }
        stream.skip(2)?;
    }
}

enum End {
    Found,
    Missing,
}

/// A JPEG's bytes from some point on.
struct Stream<R: Read>(BufReader<Take<R>>);

impl<R: Read> Stream<R> {
    /// Reads to just behind the end marker.
    fn skip_to_end_marker(&mut self) -> Option<End> {
        loop {
            let Some(byte) = self.byte()? else {
                return Some(End::Missing);
            };
            if byte != 0xff {
                self.skip_to_marker()?;
                continue;
            }
            let mut marker = 0xff;
            while marker == 0xff {
                let Some(byte) = self.byte()? else {
                    return Some(End::Missing);
                };
                marker = byte;
            }
            match marker {
                0x00 | 0x01 | 0xd0..=0xd8 => (),
                0xd9 => return Some(End::Found),
                _ => {
                    let (Some(high), Some(low)) = (self.byte()?, self.byte()?) else {
                        return Some(End::Missing);
                    };
                    self.skip(u64::from(u16::from_be_bytes([high, low])).saturating_sub(2))?;
                }
            }
        }
    }

    /// The next byte. The inner `None` is the end of the file, the outer one a failure to read.
    fn byte(&mut self) -> Option<Option<u8>> {
        let byte = self.0.fill_buf().ok()?.first().copied();
        self.0.consume(usize::from(byte.is_some()));
        Some(byte)
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        std::io::copy(&mut self.0.by_ref().take(count), &mut std::io::sink()).ok().map(|_| ())
    }

    /// Skips scan data up to the next 0xff.
    fn skip_to_marker(&mut self) -> Option<()> {
        loop {
            let bytes = self.0.fill_buf().ok()?;
            let there = bytes.len();
            let found = bytes.iter().position(|&byte| byte == 0xff);
            self.0.consume(found.unwrap_or(there));
            if found.is_some() || there == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_cut_short;
    use crate::category::photos::media::Format;
    use std::io::Cursor;

    #[test]
    fn truncation_shows_and_tails_do_not() {
        let jpeg = b"\xff\xd8\xff\xe1\0\x06\xff\xd9\xff\xd9\xff\xda\0\x02scan\xff\0\xff\xd0more".to_vec();
        let whole = [&jpeg[..], b"\xff\xd9"].concat();
        let with = |tail: &[u8]| [&whole[..], tail].concat();
        let cases: &[(&str, Format, Vec<u8>, bool)] = &[
            ("whole", Format::Jpeg, whole.clone(), false),
            ("only the thumbnail ends", Format::Jpeg, jpeg.clone(), true),
            ("one byte short", Format::Jpeg, [&jpeg[..], b"\xff"].concat(), true),
            ("padding", Format::Jpeg, with(&[0; 5000]), false),
            ("second picture", Format::Jpeg, [&with(b"\0\0")[..], &whole].concat(), false),
            ("second picture cut", Format::Jpeg, [&with(b"\0\0")[..], &jpeg].concat(), true),
            ("motion photo", Format::Jpeg, with(b"\0\0\0\x18ftypmp42"), false),
            ("other tail", Format::Jpeg, with(b"SEFH\xff\xd8"), false),
            ("empty", Format::Jpeg, Vec::new(), true),
            ("whole", Format::Mp4, b"\0\0\0\x08ftyp\0\0\0\x08moov\0\0\0\x08mdat".to_vec(), false),
            ("cut in a box", Format::Mp4, b"\0\0\0\x08ftyp\0\0\0\x08moov\0\0\0\x09mdat".to_vec(), true),
            ("cut before moov", Format::Mov, b"\0\0\0\x08wide\0\0\0\x08mdat".to_vec(), true),
            ("to the end", Format::Mov, b"\0\0\0\x08moov\0\0\0\0mdat1234".to_vec(), false),
            ("terminator", Format::Mov, b"\0\0\0\x08moov\0\0\0\0".to_vec(), false),
            ("padding", Format::Heic, b"\0\0\0\x08meta\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(), false),
            ("cut", Format::Heic, b"\0\0\0\x08ftyp\0\0\0\xffmeta".to_vec(), true),
            ("whole", Format::Png, b"\x89PNG\r\n\x1a\n\0\0\0\0IENDcrc_tail".to_vec(), false),
            ("cut", Format::Png, b"\x89PNG\r\n\x1a\n\0\0\0\0IENDcrc".to_vec(), true),
            ("no end", Format::Png, b"\x89PNG\r\n\x1a\n\0\0\0\x09IDATabc".to_vec(), true),
            ("whole", Format::WebP, b"RIFF\x04\0\0\0WEBP".to_vec(), false),
            ("cut", Format::WebP, b"RIFF\x05\0\0\0WEBP".to_vec(), true),
            ("unknown", Format::Unknown, Vec::new(), false),
            ("RAW", Format::Dng, b"II*\0".to_vec(), false),
        ];
        for (name, format, bytes, expected) in cases {
            let found = is_cut_short(&mut Cursor::new(bytes), bytes.len() as u64, *format);
            assert_eq!(found, *expected, "{format:?}: {name}");
        }
    }
}
