//! The parts that a container has, by its name and those of its wrapper folders.

use crate::apple::part_name::{PartName, Siblings};
use crate::apple::text::{self, file_name};
use crate::category::delivery::{self, names_a_single_part};
use crate::contents::Category;
use crate::stage::discover::container::{Container, Source};

/// What several parts of one export share: the name, and how many parts there are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    folded: String,
    pub(super) total: Option<u32>,
}

impl Key {
    pub(super) fn of(name: &str, total: Option<u32>) -> Self {
        Key { folded: text::match_key(name), total }
    }
}

/// One part in one container.
pub(super) struct Unit {
    pub(super) container: usize,
    pub(super) wrapper: Option<String>,
    pub(super) base: String,
    pub(super) category: Category,
    pub(super) key: Key,
    /// `None` if no name says it.
    pub(super) number: Option<u32>,
}

/// The parts in the container of this index.
pub(super) fn units_of(containers: &[Container], index: usize, siblings: &Siblings) -> Vec<Unit> {
    let container = &containers[index];
    if matches!(container.source, Source::Kept(_)) {
        return Vec::new();
    }
    let own = siblings.read(file_name(&container.name));
    let mut units: Vec<Unit> = Vec::new();
    for wrapper in container.shape.wrappers() {
        let mut names = wrapper.rsplit('/').map(|name| siblings.read(name));
        if let Some(name) = names.find(|n| n.number.is_some()) {
            units.push(unit((index, container), Some(wrapper.to_owned()), name));
        }
    }
    // if a wrapper is called like the archive, a flipped bit made the other names out of that one
    if let Some(own) = units.iter().find(|unit| unit.base == own.base && unit.number == own.number) {
        let own = own.wrapper.clone();
        units.retain(|unit| unit.wrapper == own);
    }
    // the wrapper outranks the name of a zip, which may be the owner's; a nested archive without a number
    // inherits its part
    let inherits = container.parent().is_some() && own.number.is_none();
    if units.is_empty() && !inherits {
        let wrapped =
            container.shape.wrappers().flat_map(|w| w.split('/')).find(|w| delivery::is_apple_name(w));
        let name = match (own.number, wrapped) {
            (None, Some(wrapper)) => siblings.read(wrapper),
            _ => own,
        };
        units.push(unit((index, container), None, name));
    }
    units
}

fn unit((index, container): (usize, &Container), wrapper: Option<String>, name: PartName) -> Unit {
    let is_whole = name.number.is_none() && names_a_single_part(&name.base);
    let (number, total) = if is_whole { (Some(1), Some(1)) } else { (name.number, name.total) };
    let (key, category) = (Key::of(&name.base, total), container.shape.category());
    Unit { container: index, wrapper, base: name.base, category, key, number }
}
