//! What a photo or video says about itself: format, time, place, camera, size, length, Live Photo identifier.
//!
//! [`read`] never fails, never believes a file name, never reads the date of an edit, and stays within fixed
//! limits of memory and time, whatever the bytes are. Formats are recognised and metadata is found by our own
//! code; only the EXIF block goes to kamadak, after a check. `still` and `tags` say why.

// bytes from strangers are never indexed into
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod blocks;
mod boxes;
mod camera;
mod carried;
mod codestream;
mod cut;
#[cfg(feature = "heic")]
mod first_picture;
mod format;
mod iptc;
mod movie;
mod pixels;
mod png;
mod properties;
mod riff;
mod still;
mod tags;
mod tracks;
mod window;
mod xmp;

use std::io::{Read, Seek};

use blocks::Blocks;
use chrono::{FixedOffset, NaiveDateTime};

pub use crate::place::Position;
pub use camera::{Camera, Cameras};
pub use carried::{Carried, carried, parsed};
pub use cut::is_cut_short;
#[cfg(feature = "heic")]
pub use first_picture::first_picture;
use format::HEAD;
pub use format::{Format, Kind};
pub use pixels::Pixels;
use pixels::Turn;
use tags::Tags;
use window::Window;

/// How much of a TIFF or TIFF-based RAW is read, in bytes. The first is usually enough; the second is for files
/// that keep their tags behind the picture.
const TIFF_PREFIXES: [u64; 2] = [1 << 20, 64 << 20];

/// What Windfall uses of the metadata embedded in a file. Whatever is absent or cannot be true is `None`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Embedded {
    pub format: Format,
    /// EXIF DateTimeOriginal, else DateTimeDigitized; where EXIF has no date, that of XMP or IPTC.
    pub exif: Option<LocalTime>,
    /// Which of the three `exif` is from.
    pub standard: Standard,
    /// `com.apple.quicktime.creationdate`, else `©day`.
    pub quicktime: Option<LocalTime>,
    /// The movie header's creation time, UTC by its specification; many cameras write local time.
    pub utc: Option<NaiveDateTime>,
    pub position: Option<Position>,
    pub camera: Camera,
    /// How large it is as a person sees it: turned as the file says.
    pub pixels: Option<Pixels>,
    /// How long a movie is, in seconds.
    pub duration: Option<f64>,
    /// What the still and the movie of a Live Photo share.
    pub content_identifier: Option<Box<str>>,
}

/// The standard by which a still says when it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Standard {
    /// EXIF, or the `IDIT` of an AVI.
    #[default]
    Exif,
    Xmp,
    Iptc,
}

impl Standard {
    const NAMES: [(Standard, &str); 3] =
        [(Standard::Exif, "exif"), (Standard::Xmp, "xmp"), (Standard::Iptc, "iptc")];

    /// The word of the catalog.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(standard, _)| *standard == self).map_or("exif", |(_, name)| name)
    }

    /// What a word of the catalog names.
    pub fn from_name(name: &str) -> Option<Standard> {
        Self::NAMES.iter().find(|(_, n)| *n == name).map(|(standard, _)| *standard)
    }
}

/// A time on a local clock, with sub-seconds if the file has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    pub time: NaiveDateTime,
    /// The clock's offset from UTC, if the file states it.
    pub offset: Option<FixedOffset>,
}

/// Reads the metadata of a file of `size` bytes, as far as it can be read.
pub fn read(source: &mut (impl Read + Seek), size: u64) -> Embedded {
    let mut window = Window::new(source, size);
    let format = Format::recognise(window.fill(0, &mut [0; HEAD]));
    let mut embedded = Embedded { format, ..Embedded::default() };
    let mut blocks = match format {
        Format::Jpeg => still::jpeg(&mut window),
        Format::Heic | Format::Heif | Format::Avif => still::heif(&mut window),
        Format::Png => png::blocks(&mut window),
        Format::WebP => riff::webp(&mut window),
        Format::Raf => still::raf(&mut window),
        Format::Jxl => still::jxl(&mut window),
        Format::Psd => still::psd(&mut window),
        Format::Avi => {
            let (said, blocks) = riff::avi(&mut window);
            (embedded.exif, embedded.duration) = (said.date, said.duration);
            blocks
        }
        Format::Gif => still::gif(&mut window),
        Format::Bmp => still::bmp(&mut window),
        _ => Blocks::default(),
    };
    let mut turn = None;
    for tags in std::mem::take(&mut blocks.tiff).into_iter().filter_map(Tags::parse) {
        tags.fill(&mut embedded);
        tags.add_to(&mut blocks);
        turn = turn.or_else(|| tags.turn());
    }
    // elsewhere the container itself turns its picture
    let is_turned_by_exif = matches!(format, Format::Jpeg | Format::Png | Format::WebP | Format::Raf);
    let turn = turn.filter(|_| is_turned_by_exif).unwrap_or(Turn::None);
    embedded.pixels = blocks.pixels.map(|pixels| turn.apply(pixels));
    match format {
        Format::Mov | Format::Mp4 | Format::Cr3 => movie::fill(&mut embedded, &mut blocks, &mut window),
        Format::Tiff | Format::Cr2 | Format::Orf | Format::Rw2 => {
            fill_from_tiff(&mut embedded, &mut blocks, &mut window);
        }
        _ => (),
    }
    fill_date(&mut embedded, &blocks);
    embedded
}

fn fill_from_tiff(embedded: &mut Embedded, blocks: &mut Blocks, window: &mut Window<'_, impl Read + Seek>) {
    for prefix in TIFF_PREFIXES {
        if let Some(tags) = Tags::parse(window.bytes(0, prefix)) {
            tags.fill(embedded);
            *blocks = Blocks::default();
            tags.add_to(blocks);
            if embedded.format == Format::Tiff {
                embedded.format = tags.refine();
            }
        }
        if embedded.exif.is_some() || window.size() <= prefix {
            break;
        }
    }
    embedded.pixels = tags::size::pixels(window, embedded.format);
}

/// Where neither EXIF nor a movie's creation date says when it was taken: XMP, then IPTC.
fn fill_date(embedded: &mut Embedded, blocks: &Blocks) {
    if embedded.exif.is_some() || embedded.quicktime.is_some() {
        return;
    }
    let xmp = || blocks.xmp.iter().find_map(|packet| xmp::time(packet)).map(|time| (time, Standard::Xmp));
    let iptc =
        || blocks.iptc.iter().find_map(|records| iptc::time(records)).map(|time| (time, Standard::Iptc));
    if let Some((time, standard)) = xmp().or_else(iptc) {
        (embedded.exif, embedded.standard) = (Some(time), standard);
    }
}

#[cfg(test)]
mod tests {
    use super::{Embedded, Format, is_cut_short, read};
    use std::io::Cursor;
    use std::path::PathBuf;

    fn fixtures() -> Vec<(PathBuf, Vec<u8>)> {
        let mut pending = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/media")];
        let mut files = Vec::new();
        while let Some(path) = pending.pop() {
            if path.is_dir() {
                pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                let bytes = std::fs::read(&path).unwrap();
                files.push((path, bytes));
            }
        }
        files.sort();
        assert!(files.len() > 20);
        files
    }

    fn read_all(bytes: &[u8]) -> Embedded {
        let embedded = read(&mut Cursor::new(bytes), bytes.len() as u64);
        for format in [embedded.format, Format::Jpeg, Format::Mov, Format::Png] {
            is_cut_short(&mut Cursor::new(bytes), bytes.len() as u64, format);
        }
        embedded
    }

    /// The same numbers on every run, so that a failure can be repeated.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % limit.max(1)
        }
    }

    #[test]
    fn truncated_fixtures_yield_what_can_be_had() {
        for (path, bytes) in fixtures() {
            // Structure is dense at both ends and at the start of every box; the middle is pixels.
            let step = (bytes.len() / 150).max(1);
            let cuts = (0..bytes.len().min(256)).step_by(3).chain((0..bytes.len()).step_by(step));
            for cut in cuts {
                read_all(&bytes[..cut]);
            }
            let lying = read(&mut Cursor::new(&bytes[..bytes.len() / 2]), u64::MAX);
            assert_eq!(lying.format, read_all(&bytes[..bytes.len() / 2]).format, "{}", path.display());
        }
    }

    #[test]
    fn flipped_bytes_never_panic() {
        let mut dice = Dice(42);
        for (_, bytes) in fixtures() {
            for round in 0..60 {
                let mut damaged = bytes.clone();
                let reach = if round % 2 == 0 { damaged.len() } else { damaged.len().min(8192) };
                for _ in 0..=dice.below(12) {
                    let at = dice.below(reach);
                    damaged[at] = [0, 0xff, dice.below(256) as u8][dice.below(3)];
                }
                read_all(&damaged);
            }
        }
    }

    #[test]
    fn whole_fixtures_are_not_cut_short_and_fragments_are() {
        for (path, bytes) in fixtures() {
            let format = read_all(&bytes).format;
            // Cut by those who published them; the second one in its second picture.
            let cut_at_source =
                ["canon-r6.cr3", "ultrahdr.jpg", "exif-no-tz.jpg"].iter().any(|name| path.ends_with(name));
            let cut = |bytes: &[u8]| is_cut_short(&mut Cursor::new(bytes), bytes.len() as u64, format);
            assert_eq!(cut(&bytes), cut_at_source, "{}", path.display());
            let tells = !matches!(
                format,
                Format::Unknown | Format::Gif | Format::Tiff | Format::Dng | Format::Cr2 | Format::Aae
            );
            assert_eq!(cut(&bytes[..bytes.len() / 20]), tells, "{}", path.display());
        }
    }
}
