//! What is known of contents one by one.
//!
//! In: indices into [`Contents::distinct`](super::Contents::distinct). Out: [`ByContent`], a map, and
//! [`ContentSet`], a set. Never: holds the contents themselves.
//! The one surprise: a list with gaps, not a hash map: nearly every content has its place in it, and
//! half a million of them shall take little memory.

use crate::contents::{ContentId, Id};

/// What is known of contents, by their index: a map whose keys leave few gaps.
#[derive(Debug, Clone)]
pub struct ByContent<T>(Vec<Option<T>>);

impl<T> Default for ByContent<T> {
    fn default() -> Self {
        ByContent(Vec::new())
    }
}

impl<T> ByContent<T> {
    /// Room for the contents below `count`; those beyond it come dearer.
    pub fn with_capacity(count: usize) -> Self {
        ByContent(Vec::with_capacity(count))
    }

    /// What is known of this content.
    pub fn get(&self, content: ContentId) -> Option<&T> {
        self.0.get(content.index())?.as_ref()
    }

    /// Whether anything is known of this content.
    pub fn contains(&self, content: ContentId) -> bool {
        self.get(content).is_some()
    }

    /// What is known of this content, and may be changed or first made known.
    pub fn slot(&mut self, content: ContentId) -> &mut Option<T> {
        let content = content.index();
        if self.0.len() <= content {
            self.0.resize_with(content + 1, || None);
        }
        &mut self.0[content]
    }

    /// Makes something known of this content.
    pub fn insert(&mut self, content: ContentId, value: T) {
        *self.slot(content) = Some(value);
    }

    /// All that is known, by content.
    pub fn iter(&self) -> impl Iterator<Item = (ContentId, &T)> {
        self.0
            .iter()
            .enumerate()
            .filter_map(|(content, value)| Some((ContentId::at(content), value.as_ref()?)))
    }
}

/// Some of the contents.
pub type ContentSet = ByContent<()>;

impl ContentSet {
    /// Takes a content in; whether it was new.
    pub fn add(&mut self, content: ContentId) -> bool {
        self.slot(content).replace(()).is_none()
    }

    /// Those that are in it, by their index.
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
