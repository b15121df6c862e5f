//! Words of the catalog that name one of ours.
//!
//! Never takes a word that it does not know for another: what is read so is written back so, and a record of
//! a newer version would be lost without a sound.

use rusqlite::types::Type;

/// What this word of a column names.
///
/// # Errors
/// If it is none of ours.
pub fn known_word<T>(
    column: usize,
    word: &str,
    from_name: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    from_name(word).ok_or_else(|| {
        let why = format!("it says `{word}`, which this version of Windfall does not know");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
    })
}

/// What becomes of the record of a file with a word that is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Nothing is read.
    Stops,
    /// It counts for something else.
    IsOther,
}

impl Unknown {
    /// What a word names, or what it counts for.
    pub fn or_other<T>(self, named: rusqlite::Result<T>, other: T) -> rusqlite::Result<T> {
        match self {
            Unknown::Stops => named,
            Unknown::IsOther => named.or(Ok(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::known_word;
    use crate::category::photos::Sort;
    use crate::category::photos::media::{Kind, Standard};
    use crate::library::record::Area;

    #[test]
    fn words_of_a_newer_version_are_not_taken_for_others() {
        let unknown = "painting";
        assert!(known_word(0, unknown, Sort::from_name).is_err());
        assert!(known_word(0, unknown, Area::from_name).is_err());
        assert!(known_word(0, unknown, Kind::from_name).is_err());
        let error = known_word(0, unknown, Standard::from_name).unwrap_err();
        assert!(error.to_string().contains("`painting`"), "{error}");
        assert_eq!(known_word(0, "other", Sort::from_name), Ok(Sort::Other));
        assert_eq!(known_word(0, "other", Area::from_name), Ok(Area::Other));
        assert_eq!(known_word(0, "other", Kind::from_name), Ok(Kind::Other));
    }
}
