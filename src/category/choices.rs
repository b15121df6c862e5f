//! What the owner may choose about categories other than photos, in words that a library remembers.

use std::collections::BTreeSet;
use std::fmt;

use chrono_tz::Tz;

use crate::contents::Category;

/// The categories that the owner wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted(BTreeSet<Category>);

impl Wanted {
    /// Every category.
    pub fn all() -> Self {
        Wanted(Category::ALL.into_iter().collect())
    }

    /// These alone.
    pub fn only(categories: impl IntoIterator<Item = Category>) -> Self {
        Wanted(categories.into_iter().collect())
    }

    /// All but these.
    pub fn without(categories: &[Category]) -> Self {
        Wanted(Category::ALL.into_iter().filter(|category| !categories.contains(category)).collect())
    }

    /// Whether it is wanted.
    pub fn has(&self, category: Category) -> bool {
        self.0.contains(&category)
    }

    /// Reads `all`, or the words of categories with commas between them.
    ///
    /// # Errors
    /// The word that names none.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim() == "all" {
            return Ok(Wanted::all());
        }
        let words = text.split(',').map(str::trim);
        words
            .map(|word| Category::from_name(word).ok_or_else(|| word.to_owned()))
            .collect::<Result<_, _>>()
            .map(Wanted)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.len() == Category::ALL.len() {
            return f.write_str("all");
        }
        let words: Vec<&str> = self.0.iter().map(|category| category.as_str()).collect();
        f.write_str(&words.join(","))
    }
}

/// Whether mail is also written as one file for each folder, for programs that take nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mbox {
    /// They are.
    Written,
    /// Only as it was delivered.
    No,
}

/// What becomes of packages that come as zips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packages {
    /// A folder with the package's name stands beside the zip.
    Unpacked,
    /// They stay zips.
    AsDelivered,
}

/// What the owner chose.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// In which zone Apple's clocks without a zone are read.
    pub zone: Tz,
    /// Whether mail is written twice.
    pub mbox: Mbox,
    /// Whether zipped packages are unpacked.
    pub packages: Packages,
    /// What is imported.
    pub wanted: Wanted,
}

impl Choices {
    /// The zone of Apple's servers, in which its tables were seen to be written.
    pub const ZONE: Tz = Tz::America__Los_Angeles;
}

impl Default for Choices {
    fn default() -> Self {
        Choices {
            zone: Choices::ZONE,
            mbox: Mbox::No,
            packages: Packages::AsDelivered,
            wanted: Wanted::all(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted;
    use crate::contents::Category;

    #[test]
    fn what_is_wanted_is_remembered_in_words() {
        let some = Wanted::only([Category::Notes, Category::Drive]);
        assert_eq!(
            (some.to_string(), Wanted::all().to_string()),
            ("notes,drive".to_owned(), "all".to_owned())
        );
        assert_eq!(
            Wanted::without(&[Category::Mail]).to_string(),
            "photos,notes,drive,contacts,calendars,bookmarks,records"
        );
        for wanted in [some, Wanted::all(), Wanted::without(&[Category::Photos])] {
            assert_eq!(Wanted::parse(&wanted.to_string()), Ok(wanted));
        }
        assert_eq!(Wanted::parse("notes, paintings"), Err("paintings".to_owned()));
    }
}
