//! What kind of file it is, by its first bytes.
//!
//! Content outranks the extension: iOS delivers JPEG bytes under `.HEIC` after an edit, and PNG under
//! `.jpeg`. Only where the content says nothing does the extension decide, so that a damaged photo is still a
//! photo.

use serde::{Deserialize, Serialize};

/// The number of bytes that [`Format::recognise`] looks at.
pub(super) const HEAD: usize = 4096;

/// A file format, recognised by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs)] // Each variant is the format of that name.
pub enum Format {
    Jpeg,
    Heic,
    /// HEIF whose brands name no codec.
    Heif,
    Avif,
    Png,
    WebP,
    Gif,
    Bmp,
    /// TIFF, and RAW formats based on it that the content does not name further.
    Tiff,
    Dng,
    Cr2,
    Nef,
    Arw,
    Orf,
    Rw2,
    Cr3,
    Raf,
    Mov,
    /// MP4, M4V, 3GP and any other ISO base media that is neither a picture nor sound.
    Mp4,
    Jxl,
    /// Photoshop's, including large documents (PSB).
    Psd,
    Avi,
    /// Apple's adjustment sidecar, a property list.
    Aae,
    #[default]
    Unknown,
}

/// What a file is to its owner: the field `kind` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Photo,
    Video,
    /// Apple's record of an edit (AAE).
    Adjustment,
    Other,
}

impl Kind {
    /// The stable word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Photo => "photo",
            Kind::Video => "video",
            Kind::Adjustment => "adjustment",
            Kind::Other => "other",
        }
    }

    /// The word in templates, where an adjustment is `other`: nobody looks at one.
    pub fn template_word(self) -> &'static str {
        if self == Kind::Adjustment { Kind::Other.as_str() } else { self.as_str() }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        let known = [Kind::Photo, Kind::Video, Kind::Adjustment, Kind::Other];
        known.into_iter().find(|kind| kind.as_str() == name)
    }
}

const RAW_EXTENSIONS: &[&str] = &[
    "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "gpr", "iiq", "kdc", "mef", "mos", "mrw",
    "nef", "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
];
const PHOTO_EXTENSIONS: &[&str] = &[
    "apng", "avif", "bmp", "dib", "gif", "heic", "heics", "heif", "heifs", "hif", "j2k", "jfif", "jp2",
    "jpe", "jpeg", "jpg", "jxl", "mpo", "png", "psb", "psd", "tga", "tif", "tiff", "webp",
];
const VIDEO_EXTENSIONS: &[&str] = &[
    "3g2", "3gp", "3gpp", "asf", "avi", "divx", "dv", "flv", "hevc", "m2t", "m2ts", "m2v", "m4v", "mkv",
    "mov", "mp4", "mpe", "mpeg", "mpg", "mts", "mxf", "ogv", "qt", "vob", "webm", "wmv",
];

impl Format {
    const NAMES: [(Format, &str); 23] = [
        (Format::Jpeg, "jpeg"),
        (Format::Heic, "heic"),
        (Format::Heif, "heif"),
        (Format::Avif, "avif"),
        (Format::Png, "png"),
        (Format::WebP, "webp"),
        (Format::Gif, "gif"),
        (Format::Bmp, "bmp"),
        (Format::Tiff, "tiff"),
        (Format::Dng, "dng"),
        (Format::Cr2, "cr2"),
        (Format::Nef, "nef"),
        (Format::Arw, "arw"),
        (Format::Orf, "orf"),
        (Format::Rw2, "rw2"),
        (Format::Cr3, "cr3"),
        (Format::Raf, "raf"),
        (Format::Mov, "mov"),
        (Format::Mp4, "mp4"),
        (Format::Jxl, "jxl"),
        (Format::Psd, "psd"),
        (Format::Avi, "avi"),
        (Format::Aae, "aae"),
    ];

    /// The word in the catalog; [`Format::Unknown`] has none.
    pub fn as_str(self) -> Option<&'static str> {
        Self::NAMES.iter().find(|(format, _)| *format == self).map(|(_, name)| *name)
    }

    pub fn from_name(name: &str) -> Format {
        Self::NAMES.iter().find(|(_, n)| *n == name).map_or(Format::Unknown, |(format, _)| *format)
    }

    /// Recognises a format by a file's first [`HEAD`] bytes. TIFF-based RAW formats that differ only in their
    /// tags come back as [`Format::Tiff`].
    pub fn recognise(head: &[u8]) -> Format {
        match head {
            [0xff, 0xd8, 0xff, ..] => Format::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Format::Png,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Format::Gif,
            // two letters are few: nothing is reserved, and the header is of a length that some version has
            [
                b'B',
                b'M',
                _,
                _,
                _,
                _,
                0,
                0,
                0,
                0,
                _,
                _,
                _,
                _,
                12 | 40 | 52 | 56 | 64 | 108 | 124,
                0,
                0,
                0,
                ..,
            ] => Format::Bmp,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Format::WebP,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Format::Avi,
            [0xff, 0x0a, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', b'\r', b'\n', 0x87, b'\n', ..] => {
                Format::Jxl
            }
            [b'8', b'B', b'P', b'S', 0, 1 | 2, ..] => Format::Psd,
            [b'I', b'I', 42, 0, _, _, _, _, b'C', b'R', 2, ..] => Format::Cr2,
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Format::Tiff,
            [b'I', b'I', b'R', b'O' | b'S', ..] | [b'M', b'M', b'O', b'R', ..] => Format::Orf,
            [b'I', b'I', b'U', 0, ..] => Format::Rw2,
            [_, _, _, _, b'f', b't', b'y', b'p', brands @ ..] => {
                let claimed = head.first_chunk::<4>().map_or(0, |size| u32::from_be_bytes(*size)) as usize;
                by_brands(brands.get(..claimed.saturating_sub(8)).unwrap_or(brands))
            }
            _ if head.starts_with(b"FUJIFILMCCD-RAW ") => Format::Raf,
            _ if is_bare_movie(head) => Format::Mov,
            _ if is_adjustment(head) => Format::Aae,
            _ => Format::Unknown,
        }
    }

    /// What a file of this format and name is. The name counts only where the format is unknown.
    pub fn kind(self, name: &str) -> Kind {
        match self {
            Format::Mov | Format::Mp4 | Format::Avi => Kind::Video,
            Format::Aae => Kind::Adjustment,
            Format::Unknown => {
                let extension = extension(name);
                let among = |list: &[&str]| list.contains(&extension.as_str());
                if among(PHOTO_EXTENSIONS) || among(RAW_EXTENSIONS) {
                    Kind::Photo
                } else if among(VIDEO_EXTENSIONS) {
                    Kind::Video
                } else if extension == "aae" {
                    Kind::Adjustment
                } else {
                    Kind::Other
                }
            }
            _ => Kind::Photo,
        }
    }

    /// Whether a Live Photo's still can be of this format.
    pub fn is_still_of_live_photo(self) -> bool {
        matches!(self, Format::Heic | Format::Heif | Format::Jpeg)
    }

    /// Whether a Live Photo's movie can be of this format.
    pub fn is_movie_of_live_photo(self) -> bool {
        matches!(self, Format::Mov | Format::Mp4)
    }

    /// Whether it is a camera's RAW file. Many RAW formats are TIFF by content (PEF, SRW, 3FR …), and for those,
    /// as for unknown content, the name decides.
    pub fn is_raw(self, name: &str) -> bool {
        use Format::{Tiff, Unknown};
        match self {
            Tiff | Unknown => RAW_EXTENSIONS.contains(&extension(name).as_str()),
            known => known.is_known_raw(),
        }
    }

    /// Whether its bytes say that it is a RAW file.
    pub fn is_known_raw(self) -> bool {
        use Format::{Arw, Cr2, Cr3, Dng, Nef, Orf, Raf, Rw2};
        matches!(self, Dng | Cr2 | Nef | Arw | Orf | Rw2 | Cr3 | Raf)
    }
}

/// The extension in lower case, without the dot; empty if there is none.
fn extension(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or_default();
    if stem.is_empty() { String::new() } else { extension.to_ascii_lowercase() }
}

/// The format by the `ftyp` box: major brand, minor version, compatible brands. Any brand that names a codec
/// outranks the generic `mif1`, which a file need not even repeat among the compatible ones.
fn by_brands(ftyp: &[u8]) -> Format {
    let major = ftyp.get(..4).unwrap_or_default();
    let compatible = || ftyp.get(8..).unwrap_or_default().chunks_exact(4);
    let picture = |brand: &[u8]| match brand {
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"hevm" | b"hevs" => Some(Format::Heic),
        _ => None,
    };
    match major {
        b"crx " => Format::Cr3,
        b"qt  " => Format::Mov,
        b"mif1" | b"msf1" | b"heif" | b"miaf" | b"mif2" => {
            compatible().find_map(picture).unwrap_or(Format::Heif)
        }
        b"M4A " | b"M4B " | b"M4P " | b"jp2 " | b"jpx " | b"jpm " | b"jxl " => Format::Unknown,
        other => picture(other).unwrap_or(Format::Mp4),
    }
}

/// Whether it is a QuickTime file without a `ftyp` box, as old cameras write them.
fn is_bare_movie(head: &[u8]) -> bool {
    let Some((size, rest)) = head.split_first_chunk::<4>() else {
        return false;
    };
    let plausible = matches!(u32::from_be_bytes(*size), 0 | 1 | 8..);
    let kinds: &[&[u8]] = &[b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];
    plausible && kinds.iter().any(|kind| rest.starts_with(kind))
}

fn is_adjustment(head: &[u8]) -> bool {
    let has = |needle: &[u8]| head.windows(needle.len()).any(|window| window == needle);
    (has(b"<plist") && has(b"<key>adjustment")) || (head.starts_with(b"bplist00") && has(b"adjustment"))
}

#[cfg(test)]
mod tests {
    use super::{Format, Kind};

    #[test]
    fn content_before_extension() {
        let cases: &[(&[u8], &str, Format, Kind)] = &[
            (b"\xff\xd8\xff\xe1", "IMG_1.HEIC", Format::Jpeg, Kind::Photo),
            (b"\x89PNG\r\n\x1a\n", "a.jpeg", Format::Png, Kind::Photo),
            (b"GIF89a", "a", Format::Gif, Kind::Photo),
            (b"RIFF\0\0\0\0WEBP", "a.webp", Format::WebP, Kind::Photo),
            (b"RIFF\0\0\0\0AVI ", "a", Format::Avi, Kind::Video),
            (b"RIFF\0\0\0\0WAVE", "a.wav", Format::Unknown, Kind::Other),
            (b"\xff\x0a\xfa\x7f", "a", Format::Jxl, Kind::Photo),
            (b"\0\0\0\x0cJXL \r\n\x87\n", "a.mov", Format::Jxl, Kind::Photo),
            (b"8BPS\0\x01\0\0", "a", Format::Psd, Kind::Photo),
            (b"8BPS\0\x02\0\0", "a.psb", Format::Psd, Kind::Photo),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.mov", Format::Heic, Kind::Photo),
            (b"\0\0\0\x14ftypheic\0\0\0\0heic", "a", Format::Heic, Kind::Photo),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "a", Format::Heic, Kind::Photo),
            (b"\0\0\0\x14ftypmif1\0\0\0\0mif1avif", "a", Format::Heif, Kind::Photo),
            (b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf", "a", Format::Avif, Kind::Photo),
            (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", "a", Format::Cr3, Kind::Photo),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a.jpg", Format::Mov, Kind::Video),
            (b"\0\0\0\x14ftyp3gp5\0\0\0\x003gp5", "a", Format::Mp4, Kind::Video),
            (b"\0\0\0\x14ftypM4A \0\0\0\0mp42", "a.m4a", Format::Unknown, Kind::Other),
            (b"\0\0\0\x08wide\0\0\0\0mdat", "a", Format::Mov, Kind::Video),
            (b"\0\0\0\x02wide", "a", Format::Unknown, Kind::Other),
            (b"BMxxxx\0\0\0\0xxxx\x28\0\0\0", "a", Format::Bmp, Kind::Photo),
            (b"BMxxxx\0\0\0\0xxxx\x29\0\0\0", "a.txt", Format::Unknown, Kind::Other),
            (b"II*\0\x10\0\0\0CR\x02\0", "a", Format::Cr2, Kind::Photo),
            (b"MM\0*\0\0\0\x08", "a", Format::Tiff, Kind::Photo),
            (b"FUJIFILMCCD-RAW 0201", "a", Format::Raf, Kind::Photo),
            (b"<?xml?><plist><dict><key>adjustmentBaseVersion</key>", "a.aae", Format::Aae, Kind::Adjustment),
            (b"bplist00\xd1\x01\x02_\x10\x15adjustmentBaseVersion", "a", Format::Aae, Kind::Adjustment),
            (b"damaged", "IMG_1.AAE", Format::Unknown, Kind::Adjustment),
            (b"", "IMG_1.HEIC", Format::Unknown, Kind::Photo),
            (b"", "clip.MPG", Format::Unknown, Kind::Video),
            (b"", "jpg", Format::Unknown, Kind::Other),
            (b"", ".jpg", Format::Unknown, Kind::Other),
            (b"%PDF", "guide.pdf", Format::Unknown, Kind::Other),
        ];
        for (head, name, format, kind) in cases {
            assert_eq!(Format::recognise(head), *format, "{name}");
            assert_eq!(format.kind(name), *kind, "{name}");
        }
    }

    #[test]
    fn raw_by_content_or_by_the_name_of_what_is_only_tiff() {
        assert!(Format::Dng.is_raw("a.jpg"));
        assert!(Format::Tiff.is_raw("a.PEF"));
        assert!(!Format::Tiff.is_raw("a.tif"));
        assert!(!Format::Jpeg.is_raw("a.dng"));
    }
}
