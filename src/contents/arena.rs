//! Lists indexed by an id type of their own, so that the index of an entry is never taken for that of its bytes.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut, Index, IndexMut};

/// An index into an [`Arena`].
pub trait Id: Copy {
    fn at(index: usize) -> Self;
    fn index(self) -> usize;
}

/// Declares id types.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $crate::contents::Id for $name {
            fn at(index: usize) -> Self {
                // memory holds fewer items than 32 bits can count; the largest id belongs to none
                $name(u32::try_from(index).unwrap_or(u32::MAX))
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
pub(crate) use ids;

/// A list indexed by `I`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arena<I, T> {
    items: Vec<T>,
    places: PhantomData<I>,
}

impl<I: Id, T> Arena<I, T> {
    /// Adds an item and gives its id.
    pub fn push(&mut self, item: T) -> I {
        self.items.push(item);
        I::at(self.items.len() - 1)
    }

    /// The id that the next item gets.
    pub fn next(&self) -> I {
        I::at(self.items.len())
    }

    pub fn get(&self, place: I) -> Option<&T> {
        self.items.get(place.index())
    }

    pub fn ids(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.items.len()).map(I::at)
    }

    /// All items with their ids.
    pub fn pairs(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.items.iter().enumerate().map(|(index, item)| (I::at(index), item))
    }

    /// As for [`Vec`].
    pub fn shrink_to_fit(&mut self) {
        self.items.shrink_to_fit();
    }

    /// As for [`Vec`].
    pub fn reserve_exact(&mut self, more: usize) {
        self.items.reserve_exact(more);
    }
}

impl<I, T> Default for Arena<I, T> {
    fn default() -> Self {
        Arena { items: Vec::new(), places: PhantomData }
    }
}

impl<I: Id, T> Index<I> for Arena<I, T> {
    type Output = T;
    fn index(&self, place: I) -> &T {
        #[cfg(test)]
        crate::contents::steps::step();
        &self.items[place.index()]
    }
}

impl<I: Id, T> IndexMut<I> for Arena<I, T> {
    fn index_mut(&mut self, place: I) -> &mut T {
        &mut self.items[place.index()]
    }
}

impl<I, T> Deref for Arena<I, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<I, T> DerefMut for Arena<I, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items
    }
}

impl<I, T> FromIterator<T> for Arena<I, T> {
    fn from_iter<A: IntoIterator<Item = T>>(items: A) -> Self {
        Arena { items: items.into_iter().collect(), places: PhantomData }
    }
}

impl<I, T> Extend<T> for Arena<I, T> {
    fn extend<A: IntoIterator<Item = T>>(&mut self, items: A) {
        self.items.extend(items);
    }
}

impl<I, T> IntoIterator for Arena<I, T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, I, T> IntoIterator for &'a Arena<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<'a, I, T> IntoIterator for &'a mut Arena<I, T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::Arena;
    use crate::contents::ContentId;

    #[test]
    fn a_place_leads_to_its_item() {
        let mut names: Arena<ContentId, &str> = Arena::default();
        let (a, b) = (names.push("a"), names.push("b"));
        assert_eq!((names[a], names[b]), ("a", "b"));
        assert_eq!(names.ids().collect::<Vec<_>>(), [a, b]);
        assert_eq!(names.get(names.next()), None);
    }
}
