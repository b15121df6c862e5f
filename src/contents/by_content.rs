//! Maps and sets of contents, indexed by [`ContentId`].
//!
//! They are lists with gaps and not hash maps: nearly every content has a place in them, and half a million must stay
//! small.

use crate::contents::{ContentId, Id};

/// A map of contents that leaves few of them out.
#[derive(Debug, Clone)]
pub struct ByContent<T>(Vec<Option<T>>);

impl<T> Default for ByContent<T> {
    fn default() -> Self {
        ByContent(Vec::new())
    }
}

impl<T> ByContent<T> {
    /// A map with room for the first `count` contents.
    pub fn with_capacity(count: usize) -> Self {
        ByContent(Vec::with_capacity(count))
    }

    pub fn get(&self, content: ContentId) -> Option<&T> {
        self.0.get(content.index())?.as_ref()
    }

    pub fn contains(&self, content: ContentId) -> bool {
        self.get(content).is_some()
    }

    /// The value of this content, to be changed or set.
    pub fn slot(&mut self, content: ContentId) -> &mut Option<T> {
        let content = content.index();
        if self.0.len() <= content {
            self.0.resize_with(content + 1, || None);
        }
        &mut self.0[content]
    }

    pub fn insert(&mut self, content: ContentId, value: T) {
        *self.slot(content) = Some(value);
    }

    /// The contents in the map and their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (ContentId, &T)> {
        self.0
            .iter()
            .enumerate()
            .filter_map(|(content, value)| Some((ContentId::at(content), value.as_ref()?)))
    }
}

/// A set of contents.
pub type ContentSet = ByContent<()>;

impl ContentSet {
    /// Adds a content and says whether it was new.
    pub fn add(&mut self, content: ContentId) -> bool {
        self.slot(content).replace(()).is_none()
    }

    /// The contents in the set, in order.
    pub fn contents(&self) -> impl Iterator<Item = ContentId> {
        self.iter().map(|(content, ())| content)
    }
}

impl FromIterator<ContentId> for ContentSet {
    fn from_iter<I: IntoIterator<Item = ContentId>>(contents: I) -> Self {
        let mut set = ContentSet::default();
        contents.into_iter().for_each(|content| _ = set.add(content));
        set
    }
}
