//! Copies of chosen photos and videos in a folder of their own: to give away, for a television or a picture frame,
//! for a program that cannot show HEIC.
//!
//! What goes along, in which form and under which name is decided as values. A list in the folder remembers what was
//! written there, so that the next run writes only what is new and takes nothing for its own that is somebody else's.
//! The library is only read.

pub mod batch;
pub mod choose;
pub mod folder;
pub mod make;
pub mod naming;
pub mod shown;
pub mod written;

use std::fmt;

use crate::picture::Encoding;

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

impl Form {
    /// A form from its words; `None` if they are those of another version.
    pub fn parse(words: &str) -> Option<Self> {
        if words == Form::AsItIs.to_string() {
            return Some(Form::AsItIs);
        }
        let rest = words.strip_prefix("JPEG, quality ")?;
        let (quality, long_edge) = match rest.split_once(", at most ") {
            Some((quality, edge)) => (quality, Some(edge.strip_suffix(" pixels")?.parse().ok()?)),
            None => (rest, None),
        };
        Some(Form::Jpeg(Encoding { quality: quality.parse().ok()?, long_edge }))
    }
}

#[cfg(test)]
mod tests {
    use super::Form;
    use crate::picture::Encoding;

    #[test]
    fn a_form_is_read_back_from_its_words() {
        let jpeg = |quality, long_edge| Form::Jpeg(Encoding { quality, long_edge });
        for form in [Form::AsItIs, jpeg(90, None), jpeg(1, Some(1920)), jpeg(100, Some(16))] {
            assert_eq!(Form::parse(&form.to_string()), Some(form));
        }
        for words in
            ["", "JPEG", "JPEG, quality 90, at most 1920", "JPEG, quality good", "PNG, at most 9 pixels"]
        {
            assert_eq!(Form::parse(words), None, "{words}");
        }
    }
}
