//! Texts that are parts of one text: half a million names, each in memory of its own, would take twice as much.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A part of a text, or all of it. Clones share the text.
#[derive(Clone)]
pub struct Excerpt {
    whole: Arc<str>,
    from: u32,
    to: u32,
}

impl Excerpt {
    /// The text `part`, which is nearly always the end of `whole` and then not stored a second time.
    pub fn end_of(whole: &Arc<str>, part: &str) -> Self {
        match whole.strip_suffix(part).map(str::len) {
            Some(from) => Excerpt::of(whole, from, whole.len()),
            None => part.into(),
        }
    }

    /// The parts of a text that end here, one behind the other.
    pub fn in_turn(whole: String, ends: impl IntoIterator<Item = usize>) -> impl Iterator<Item = Self> {
        let whole: Arc<str> = whole.into();
        ends.into_iter().scan(0, move |from, to| Some(Excerpt::of(&whole, std::mem::replace(from, to), to)))
    }

    fn of(whole: &Arc<str>, from: usize, to: usize) -> Self {
        match (u32::try_from(from), u32::try_from(to)) {
            (Ok(from), Ok(to)) => Excerpt { whole: Arc::clone(whole), from, to },
            // too far on in it to be counted
            _ => whole.get(from..to).unwrap_or_default().into(),
        }
    }
}

impl Default for Excerpt {
    fn default() -> Self {
        "".into()
    }
}

impl From<&str> for Excerpt {
    fn from(text: &str) -> Self {
        Excerpt { whole: text.into(), from: 0, to: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }
}

impl Deref for Excerpt {
    type Target = str;
    fn deref(&self) -> &str {
        self.whole.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for Excerpt {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Excerpt {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Excerpt;

    #[test]
    fn parts_are_what_they_are_of() {
        let path: Arc<str> = "Photos/Ä.JPG".into();
        for part in ["Ä.JPG", "", "Photos/Ä.JPG", "ä.jpg", "Photos"] {
            let excerpt = Excerpt::end_of(&path, part);
            assert_eq!(&*excerpt, part);
            assert_eq!(Arc::ptr_eq(&excerpt.whole, &path), path.ends_with(part), "{part}");
        }
        let parts: Vec<Excerpt> = Excerpt::in_turn("aÄbc".to_owned(), [1, 1, 3, 5]).collect();
        assert_eq!(parts, ["a", "", "Ä", "bc"].map(Excerpt::from));
        assert_eq!(&*Excerpt::default(), "");
    }
}
