//! Whether decoding a HEIC takes no more than the picture that it says it is.
//!
//! The decoder follows references from item to item, however often they lead to the same one, and for the colour
//! profile even in a circle. Cameras write one coded picture or a grid of them, perhaps with another for what is
//! transparent, so only that is believed, and only while its parts together are about as large as the whole.

use heifer::heifer_hevc_dec::nal::{NalHeader, NalUnit, NalUnitType, split_annex_b};
use heifer::heifer_hevc_dec::params::Sps;
use heifer::heifer_isobmff::boxes::Property;
use heifer::heifer_isobmff::{HeifFile, ItemId};

/// Parts of a grid; 48 megapixels have 192.
const MOST_PARTS: usize = 4096;
/// Times that one item is turned or cropped.
const MOST_TURNS: usize = 8;
/// Pixels of parts for each pixel of the whole: what is transparent, and parts that stand out at the edges.
const PARTS_TO_WHOLE: u64 = 4;
/// Small pictures may have parts of this many pixels, and blocks of this many bytes.
const SMALL: u64 = 1 << 22;

/// Whether an item of a file of `length` bytes can be decoded without surprises.
pub fn is_bounded(file: &HeifFile<'_>, id: ItemId, length: usize) -> bool {
    let (width, height) = file.image_size(id).ok().flatten().unwrap_or((0, 0));
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    let mut budget = Budget {
        pixels: pixels.saturating_mul(PARTS_TO_WHOLE).saturating_add(SMALL),
        bytes: (length as u64).saturating_mul(2).saturating_add(SMALL),
    };
    let wholes = std::iter::once(id)
        .chain(file.referencing_items(id, b"auxl").into_iter().filter(|&aux| is_alpha(file, aux)));
    wholes.take(2).all(|whole| {
        parts(file, whole).is_some_and(|parts| parts.into_iter().all(|part| budget.covers(file, part)))
    })
}

/// The coded pictures that an item is made of; `None` if it is made of anything else.
fn parts(file: &HeifFile<'_>, id: ItemId) -> Option<Vec<ItemId>> {
    let parts = match &file.item(id).ok()?.item_type.0 {
        b"hvc1" => vec![id],
        b"grid" => file.referenced_items(id, b"dimg").to_vec(),
        _ => return None,
    };
    let is_coded = |part: &ItemId| file.item(*part).is_ok_and(|item| item.item_type.0 == *b"hvc1");
    let leads_nowhere = |part: &ItemId| file.referenced_items(*part, b"dimg").is_empty();
    let is_whole = |part: &ItemId| {
        *part == id || !file.referencing_items(*part, b"auxl").into_iter().any(|aux| is_alpha(file, aux))
    };
    let are_plain = parts
        .iter()
        .all(|part| is_coded(part) && leads_nowhere(part) && is_whole(part) && is_turned_little(file, *part));
    (parts.len() <= MOST_PARTS && are_plain && is_turned_little(file, id)).then_some(parts)
}

fn is_alpha(file: &HeifFile<'_>, id: ItemId) -> bool {
    let is_alpha = |kind: &str| kind.ends_with("auxid:1") || kind.ends_with("alpha");
    let mut properties = file.item_properties(id).into_iter().flatten();
    properties.any(|property| matches!(property, Property::AuxiliaryType(kind) if is_alpha(kind)))
}

fn is_turned_little(file: &HeifFile<'_>, id: ItemId) -> bool {
    let is_turn = |property: &&Property| {
        matches!(property, Property::Rotation(_) | Property::Mirror(_) | Property::CleanAperture { .. })
    };
    file.item_properties(id).is_ok_and(|properties| properties.filter(is_turn).count() <= MOST_TURNS)
}

/// What all parts together may still have.
struct Budget {
    pixels: u64,
    bytes: u64,
}

impl Budget {
    fn covers(&mut self, file: &HeifFile<'_>, part: ItemId) -> bool {
        let take =
            |budget: &mut u64, taken: u64| budget.checked_sub(taken).map(|left| *budget = left).is_some();
        let Ok(stream) = file.hevc_bitstream(part) else { return false };
        take(&mut self.bytes, stream.len() as u64)
            && coded_pixels(&stream).is_some_and(|pixels| take(&mut self.pixels, pixels))
    }
}

/// The pixels of a coded picture, as its own headers say.
fn coded_pixels(stream: &[u8]) -> Option<u64> {
    let mut most = 0;
    for unit in split_annex_b(stream) {
        match NalHeader::parse(unit).ok()?.unit_type {
            NalUnitType::Sps => {
                let set = Sps::parse(&NalUnit::parse(unit).ok()?.rbsp).ok()?;
                let (width, height) = (set.pic_width_in_luma_samples, set.pic_height_in_luma_samples);
                most = most.max(u64::from(width) * u64::from(height));
            }
            kind if kind.is_slice() => break,
            _ => {}
        }
    }
    Some(most)
}

#[cfg(test)]
mod tests {
    use super::is_bounded;
    use heifer::heifer_isobmff::boxes::HevcConfig;
    use heifer::heifer_isobmff::writer::{HeifWriter, ImageSpec};
    use heifer::heifer_isobmff::{HeifFile, ItemId};
    use std::path::Path;

    /// A coded picture of 1,025 × 900 pixels: its headers and its slices.
    fn coded() -> (HevcConfig, Vec<Vec<u8>>) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media/heic/empty_icc.heic");
        let bytes = std::fs::read(path).unwrap();
        let file = HeifFile::parse(&bytes).unwrap();
        assert!(is_bounded(&file, file.primary_id, bytes.len()), "a real one");
        let id = file.items.iter().find(|item| item.item_type.0 == *b"hvc1").unwrap().id;
        let config = file.hevc_config(id).unwrap().unwrap().clone();
        let mut slices = Vec::new();
        let data = file.item_data(id).unwrap();
        let mut rest = &data[..];
        while let Some((length, tail)) = rest.split_at_checked(4) {
            let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
            slices.push(tail[..length].to_vec());
            rest = &tail[length..];
        }
        (HevcConfig { nal_length_size: 4, ..config }, slices)
    }

    fn is_plausible(make: impl FnOnce(&mut HeifWriter, &dyn Fn(&mut HeifWriter, u32) -> ItemId)) -> bool {
        let (config, slices) = coded();
        let mut writer = HeifWriter::new();
        make(&mut writer, &|writer, width| {
            writer.add_image(&ImageSpec::new(width, 900, config.clone(), &slices))
        });
        let bytes = writer.finish();
        let file = HeifFile::parse(&bytes).unwrap();
        is_bounded(&file, file.primary_id, bytes.len())
    }

    #[test]
    fn one_picture_and_a_grid_are_plausible() {
        assert!(is_plausible(|writer, add| {
            add(writer, 1025);
        }));
        assert!(is_plausible(|writer, add| {
            let parts: Vec<ItemId> = (0..6).map(|_| add(writer, 1025)).collect();
            writer.add_grid(2, 3, 3000, 1700, &parts, None, None);
        }));
    }

    #[test]
    fn one_part_a_thousand_times_is_not() {
        for (size, parts) in [((1025, 900), 1000), ((32_000, 28_000), 1000), ((1025, 900), 10_000)] {
            assert!(!is_plausible(|writer, add| {
                let part = add(writer, 1025);
                let rows = u16::try_from(parts / 40).unwrap();
                writer.add_grid(rows, 40, size.0, size.1, &vec![part; parts], None, None);
            }));
        }
    }

    #[test]
    fn small_parts_that_are_large_inside_are_not() {
        assert!(!is_plausible(|writer, add| {
            let parts: Vec<ItemId> = (0..16).map(|_| add(writer, 16)).collect();
            writer.add_grid(4, 4, 64, 3600, &parts, None, None);
        }));
    }

    #[test]
    fn circles_are_not() {
        assert!(!is_plausible(|writer, add| {
            let (one, other) = (add(writer, 1025), add(writer, 1025));
            writer.add_reference(*b"dimg", one, &[other]);
            writer.add_reference(*b"dimg", other, &[one]);
        }));
        assert!(!is_plausible(|writer, add| {
            let part = add(writer, 1025);
            let inner = writer.add_grid(1, 1, 1025, 900, &[part], None, None);
            let outer = writer.add_grid(1, 1, 1025, 900, &[inner], None, None);
            writer.set_primary(outer);
        }));
    }
}
