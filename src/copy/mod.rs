//! Copies of chosen photos and videos in a folder of their own: to give away, for a television or a picture frame,
//! for a program that cannot show HEIC.
//!
//! What goes along, in which form and under which name is decided as values. A list in the folder remembers what was
//! written there, so that the next run writes only what is new and takes nothing for its own that is somebody else's.
//! The library is only read.

pub mod choose;
pub mod folder;
pub mod make;
pub mod naming;
pub mod shown;
pub mod written;

use std::fmt;

use crate::picture::Encoding;

/// The longest edge that the words of a form allow.
fn long_edge(form: &str) -> Option<u32> {
    form.strip_suffix(" pixels")?.rsplit_once("at most ")?.1.parse().ok()
}

/// In which form a file goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Byte for byte.
    AsItIs,
    /// As a JPEG that looks the same.
    Jpeg(Encoding),
}

/// The words in the list of what was written: `as it is`, `JPEG, quality 90, at most 1920 pixels`.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Form::AsItIs => f.write_str("as it is"),
            Form::Jpeg(Encoding { quality, long_edge: None }) => write!(f, "JPEG, quality {quality}"),
            Form::Jpeg(Encoding { quality, long_edge: Some(pixels) }) => {
                write!(f, "JPEG, quality {quality}, at most {pixels} pixels")
            }
        }
    }
}
