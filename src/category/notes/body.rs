//! The bytes of a note's text, and what they say before anybody writes Markdown of them.

use std::borrow::Cow;

use crate::apple::table;
use crate::category::notes::markdown::{OBJECT, lines, title_of};

/// What is known of a text without keeping it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gist {
    /// The first line, as long as a title may be.
    pub first_line: Box<str>,
    /// The title that it is, if it is one.
    pub title: Option<Box<str>>,
    /// How many U+FFFC: places of pictures, files, tables.
    pub objects: usize,
    /// Words between white space. Marks of items and objects are none.
    pub words: u64,
    /// In bytes, as delivered.
    pub size: u64,
}

/// Characters of a first line that are kept. Apple cuts titles long before.
const LONGEST_TITLE: usize = 1_000;

/// The text of a body. It is UTF-8 wherever it was seen; what is none is read as well as can be.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    table::decode(bytes)
}

/// What a body says.
pub fn gist(bytes: &[u8]) -> Gist {
    let text = text(bytes);
    let first = lines(&text).first().copied().unwrap_or_default();
    let first: String = first.chars().take(LONGEST_TITLE).collect();
    let is_word = |word: &&str| !matches!(*word, "◦" | "✓" | "-" | "*") && word.chars().any(|c| c != OBJECT);
    Gist {
        title: title_of(&first).map(String::into_boxed_str),
        first_line: first.into(),
        objects: text.matches(OBJECT).count(),
        words: text.split_whitespace().filter(is_word).count() as u64,
        size: bytes.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::gist;

    #[test]
    fn what_a_text_says() {
        let said = gist("\u{feff}Plan \r\n\r\n\t◦\tbuy two ropes\r\n- \u{fffc}\n\u{fffc}".as_bytes());
        assert_eq!(said.title.as_deref(), Some("Plan"));
        assert_eq!((said.objects, said.words, said.first_line.as_ref()), (2, 4, "Plan "));
        assert_eq!(gist(b""), super::Gist::default());
        assert_eq!(gist(b"caf\xe9").title.as_deref(), Some("café"));
        assert_eq!(gist(&[b'x'; 5_000_000]).first_line.len(), 1_000);
    }
}
