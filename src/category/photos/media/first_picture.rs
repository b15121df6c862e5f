//! Where the first picture of a movie lies, if the movie is HEVC.
//!
//! Nothing is decoded here, and nothing but `moov` is read.

use std::io::{Read, Seek};

use image::metadata::Orientation;

use crate::category::photos::media::boxes::{Boxes, TopLevel, child};
use crate::category::photos::media::movie::LARGEST_MOOV;
use crate::category::photos::media::window::{Window, big_endian};

/// Bytes of a sample description before the boxes in it.
const OF_DESCRIPTION: usize = 78;

/// A picture in a movie, as its track says.
pub struct FirstPicture {
    /// The box `hvcC`.
    pub config: Vec<u8>,
    /// As stored, in pixels.
    pub width: u32,
    pub height: u32,
    /// How it is turned when it is shown.
    pub turn: Orientation,
    /// Where its bytes are in the file.
    pub offset: u64,
    pub length: u64,
}

/// The first picture of the first track that is HEVC; `None` if there is none.
pub fn first_picture(source: &mut (impl Read + Seek), size: u64) -> Option<FirstPicture> {
    let mut window = Window::new(source, size);
    let mut boxes = TopLevel::new(&mut window);
    let moov = boxes.find(|place| &place.kind == b"moov")?;
    let moov = boxes.body(&moov, LARGEST_MOOV);
    Boxes(&moov).filter(|(kind, _)| kind == b"trak").find_map(|(_, track)| of_track(track))
}

fn of_track(track: &[u8]) -> Option<FirstPicture> {
    let table =
        [b"mdia", b"minf", b"stbl"].into_iter().try_fold(track, |parent, kind| child(parent, kind))?;
    let (kind, description) = Boxes(child(table, b"stsd")?.get(8..)?).next()?;
    if !matches!(&kind, b"hvc1" | b"hev1") {
        return None;
    }
    let number = |of: &[u8], at: usize, size: usize| Some(big_endian(of.get(at..at + size)?));
    // players begin with the first sample only if it is a whole picture
    let first_whole = child(table, b"stss").map_or(Some(1), |all| number(all, 8, 4))?;
    let sizes = child(table, b"stsz")?;
    let (of_all, samples) = (number(sizes, 4, 4)?, number(sizes, 8, 4)?);
    let length = if of_all > 0 { of_all } else { number(sizes, 12, 4)? };
    let offset = match child(table, b"co64") {
        Some(wide) => number(wide, 8, 8)?,
        None => number(child(table, b"stco")?, 8, 4)?,
    };
    let found = FirstPicture {
        config: child(description.get(OF_DESCRIPTION..)?, b"hvcC")?.to_vec(),
        width: u32::try_from(number(description, 24, 2)?).ok()?,
        height: u32::try_from(number(description, 26, 2)?).ok()?,
        turn: child(track, b"tkhd").and_then(turn).unwrap_or(Orientation::NoTransforms),
        offset,
        length,
    };
    (samples > 0 && first_whole == 1).then_some(found)
}

/// What the matrix of a track header turns by.
fn turn(header: &[u8]) -> Option<Orientation> {
    let start = if *header.first()? == 0 { 40 } else { 52 };
    let sign = |index: usize| {
        let at = start + index * 4;
        Some(i32::from_be_bytes(*header.get(at..)?.first_chunk()?).signum())
    };
    Some(match (sign(0)?, sign(1)?, sign(3)?, sign(4)?) {
        (0, 1, -1, 0) => Orientation::Rotate90,
        (-1, 0, 0, -1) => Orientation::Rotate180,
        (0, -1, 1, 0) => Orientation::Rotate270,
        (-1, 0, 0, 1) => Orientation::FlipHorizontal,
        (1, 0, 0, -1) => Orientation::FlipVertical,
        _ => Orientation::NoTransforms,
    })
}

#[cfg(test)]
mod tests {
    use super::{first_picture, turn};
    use image::metadata::Orientation;
    use std::io::Cursor;
    use std::path::Path;

    #[test]
    fn the_matrix_turns() {
        let header = |version: u8, [a, b, c, d]: [i32; 4]| {
            let mut header = vec![0; if version == 0 { 40 } else { 52 }];
            header[0] = version;
            for number in [a << 16, b << 16, 0, c << 16, d << 16, 0] {
                header.extend(number.to_be_bytes());
            }
            header
        };
        for (matrix, expected) in [
            ([1, 0, 0, 1], Orientation::NoTransforms),
            ([0, 1, -1, 0], Orientation::Rotate90),
            ([-1, 0, 0, -1], Orientation::Rotate180),
            ([0, -1, 1, 0], Orientation::Rotate270),
        ] {
            for version in [0, 1] {
                assert_eq!(turn(&header(version, matrix)), Some(expected));
            }
        }
        assert_eq!(turn(&[0; 50]), None);
    }

    #[test]
    fn hevc_only_and_nothing_from_cut_files() {
        let fixture = |name: &str| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media/video");
            std::fs::read(folder.join(name)).unwrap()
        };
        let read = |bytes: &[u8]| first_picture(&mut Cursor::new(bytes), bytes.len() as u64);
        assert!(read(&fixture("h264.mp4")).is_none());
        let hevc = fixture("udta.auth.mp4");
        let found = read(&hevc).unwrap();
        assert_eq!((found.width, found.height), (886, 1920));
        assert!(found.offset + found.length <= hevc.len() as u64);
        for end in (0..hevc.len()).step_by(97) {
            let _ = read(&hevc[..end]);
        }
    }
}
