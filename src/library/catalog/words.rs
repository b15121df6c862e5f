//! The words in the catalog that stand for values of ours.
//!
//! A word that is not known is never taken for another. It would be written back as that other, and what a newer version
//! recorded would be lost without a sound.

use rusqlite::types::Type;

use crate::category::photos::time::Rule;

/// The value that a word of a column stands for. Fails if the word is unknown.
pub(super) fn known_word<T>(
    column: usize,
    word: &str,
    from_name: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    from_name(word).ok_or_else(|| {
        let why = format!("it says `{word}`, which this version of Windfall does not know");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
    })
}

/// What happens to the record of a file that has an unknown word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    /// Reading stops with an error.
    Stops,
    /// The word counts as a given other one.
    IsOther,
}

impl Unknown {
    /// The value of a word, or the other one if the word is unknown and that is allowed.
    pub(super) fn or_other<T>(self, named: rusqlite::Result<T>, other: T) -> rusqlite::Result<T> {
        match self {
            Unknown::Stops => named,
            Unknown::IsOther => named.or(Ok(other)),
        }
    }
}

/// The rule that a word stands for. Version 1 of the schema, which may be read as it is, has a sentence instead.
pub(super) fn rule(word: &str) -> Option<Rule> {
    let by_sentence = || SENTENCES.iter().find(|(_, sentence)| *sentence == word).map(|(rule, _)| *rule);
    Rule::from_name(word).or_else(by_sentence)
}

/// What version 1 of the schema wrote for each rule. These never change, however a rule is explained today.
pub(super) const SENTENCES: [(Rule, &str); 12] = [
    (Rule::EmbeddedAlone, "the file itself says when it was taken and in which time zone"),
    (Rule::EmbeddedAgrees, "the file itself says when it was taken, and Apple's details agree"),
    (
        Rule::OffsetFromRow,
        "the file knows the local time but no time zone; the difference to Apple's date is the zone's",
    ),
    (
        Rule::OffsetFromZone,
        "the file knows the local time but no time zone; it was read in the zone of its GPS position, else in the \
         default zone",
    ),
    (
        Rule::UploadDay,
        "Apple's date is only the day of the upload; the camera's own date, which differs, was kept",
    ),
    (
        Rule::CorrectedByOwner,
        "Apple's date differs from the file's, as after a correction in Photos; Apple's date was kept",
    ),
    (Rule::MovieHeader, "the video's header says when it was recorded"),
    (Rule::RowAlone, "the file has no date of its own; the date is Apple's"),
    (Rule::NameAlone, "neither the file nor Apple's details have a date; the file's name has"),
    (Rule::Undated, "nothing tells when it was taken"),
    (Rule::FollowsStill, "it belongs to a photo and has that photo's date"),
    (Rule::FollowsMovie, "it belongs to a Live Photo of which only the movie is dated"),
];

#[cfg(test)]
mod tests {
    use super::{SENTENCES, known_word, rule};
    use crate::category::photos::Sort;
    use crate::category::photos::media::{Kind, Standard};
    use crate::category::photos::time::Rule;
    use crate::library::record::{Area, DerivedKind};

    #[test]
    fn words_of_a_newer_version_are_not_taken_for_others() {
        let unknown = "painting";
        assert!(known_word(0, unknown, Sort::from_name).is_err());
        assert!(known_word(0, unknown, Area::from_name).is_err());
        assert!(known_word(0, unknown, Kind::from_name).is_err());
        assert!(known_word(0, unknown, DerivedKind::from_name).is_err());
        assert!(known_word(0, unknown, rule).is_err());
        let error = known_word(0, unknown, Standard::from_name).unwrap_err();
        assert!(error.to_string().contains("`painting`"), "{error}");
        assert_eq!(known_word(0, "other", Sort::from_name), Ok(Sort::Other));
        assert_eq!(known_word(0, "other", Area::from_name), Ok(Area::Other));
        assert_eq!(known_word(0, "other", Kind::from_name), Ok(Kind::Other));
        assert_eq!(known_word(0, "list", DerivedKind::from_name), Ok(DerivedKind::List));
    }

    #[test]
    fn a_rule_is_known_by_its_name_and_by_its_old_sentence() {
        for (named, sentence) in SENTENCES {
            assert_eq!((rule(named.as_str()), rule(sentence)), (Some(named), Some(named)));
        }
        assert_eq!(rule("the file itself says"), None);
        // each has one sentence
        let rules: std::collections::HashSet<Rule> = SENTENCES.iter().map(|(rule, _)| *rule).collect();
        assert_eq!(rules.len(), SENTENCES.len());
    }
}
