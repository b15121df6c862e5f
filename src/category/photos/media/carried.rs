//! The EXIF of a photo for whoever writes the photo anew in another format.
//!
//! Nothing fails: what cannot be found or could be an attack is not there.

use std::io::{Read, Seek};

use exif::{Context, Exif};

use crate::category::photos::media::boxes::{Boxes, TopLevel, child};
use crate::category::photos::media::movie::{CANON, LARGEST_MOOV};
use crate::category::photos::media::tags::Tags;
use crate::category::photos::media::window::Window;
use crate::category::photos::media::{Format, TIFF_PREFIXES, png, riff, still};

/// What EXIF a photo has.
pub enum Carried {
    /// A block of its own, which can be carried as it is.
    Block(Vec<u8>),
    /// Tags in files that are TIFF themselves, so that their blocks have pixels too; and what the tags of each
    /// first directory are.
    Directories(Vec<(Context, Exif)>),
}

/// The EXIF of a photo of `size` bytes.
pub fn carried(source: &mut (impl Read + Seek), size: u64, format: Format) -> Option<Carried> {
    let mut window = Window::new(source, size);
    let blocks = match format {
        Format::Jpeg => still::jpeg(&mut window),
        Format::Heic | Format::Heif | Format::Avif => still::heif(&mut window),
        Format::Png => png::blocks(&mut window),
        Format::WebP => riff::webp(&mut window),
        Format::Raf => still::raf(&mut window),
        Format::Jxl => still::jxl(&mut window),
        Format::Cr3 => return canon(&mut window).map(Carried::Directories),
        format if format.is_known_raw() || format == Format::Tiff => {
            return tiff(&mut window).map(|tags| Carried::Directories(vec![(Context::Tiff, tags)]));
        }
        _ => return None,
    };
    blocks.tiff.into_iter().find(|block| parsed(block.clone()).is_some()).map(Carried::Block)
}

/// The tags of a TIFF block, unless it is none or could be an attack.
pub fn parsed(block: Vec<u8>) -> Option<Exif> {
    Tags::parse(block).map(Tags::into_inner)
}

fn tiff(window: &mut Window<'_, impl Read + Seek>) -> Option<Exif> {
    let mut found = None;
    for prefix in TIFF_PREFIXES {
        let tags = Tags::parse(window.bytes(0, prefix));
        let is_whole = tags.as_ref().is_some_and(Tags::tells_time) || window.size() <= prefix;
        found = tags.or(found);
        if is_whole {
            break;
        }
    }
    found.map(Tags::into_inner)
}

/// A CR3 has a block for each directory.
fn canon(window: &mut Window<'_, impl Read + Seek>) -> Option<Vec<(Context, Exif)>> {
    let mut boxes = TopLevel::new(window);
    let moov = boxes.find(|place| &place.kind == b"moov")?;
    let moov = boxes.body(&moov, LARGEST_MOOV);
    let (_, canon) = Boxes(&moov).find(|(kind, body)| kind == b"uuid" && body.starts_with(&CANON))?;
    let canon = canon.get(16..)?;
    let directory = |(kind, context)| Some((context, parsed(child(canon, kind)?.to_vec())?));
    let all = [(b"CMT1", Context::Tiff), (b"CMT2", Context::Exif), (b"CMT4", Context::Gps)];
    Some(all.into_iter().filter_map(directory).collect())
}
