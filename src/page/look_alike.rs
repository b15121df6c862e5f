//! Photos that look alike, as the page has them.
//!
//! To compare 100,000 photos takes minutes, so what came out is kept in `.windfall`, with a mark of what was compared.
//! As long as the library is the same, nothing is compared again. What is kept there is believed only as far as it
//! makes sense, and a drive that cannot be written costs time and nothing else.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::alike;
use crate::error::Error;
use crate::library::catalog::StoredFile;
use crate::library::files::replace;
use crate::library::layout;
use crate::progress::Watch;

/// Why some photos are a group, and which, the best first.
pub type Group = (String, Vec<usize>);

#[derive(Serialize, Deserialize)]
struct Kept {
    mark: String,
    groups: Vec<Group>,
}

/// The groups among these items, by their indexes.
///
/// # Errors
/// If the owner interrupts.
pub fn groups(
    library: &Path,
    items: &[&StoredFile],
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<Vec<Group>, Error> {
    let folder = layout::internal(library);
    let path = folder.join(layout::ALIKE);
    let mark = mark(items);
    let kept = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
    if let Some(kept) = kept.filter(|kept| kept.mark == mark && is_sound(&kept.groups, items.len())) {
        return Ok(kept.groups);
    }
    let found = alike::among(library, items, watch, jobs)?;
    let groups: Vec<Group> = found
        .iter()
        .map(|group| (group.reason(), group.members.iter().map(|member| member.index).collect()))
        .collect();
    let kept = Kept { mark, groups };
    if let Ok(bytes) = serde_json::to_vec(&kept) {
        let _ = replace(&folder, &path, &|to| to.write_all(&bytes));
    }
    Ok(kept.groups)
}

fn is_sound(groups: &[Group], items: usize) -> bool {
    groups.iter().all(|(_, members)| members.iter().all(|&index| index < items))
}

/// Says the same only of the same photos, with the same facts that tell copies and bursts apart.
fn mark(items: &[&StoredFile]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    for item in items {
        let facts =
            (&item.path, item.original_name.as_deref(), item.captured, item.favorite, item.content.pixels);
        hasher.update(item.content.blake3.as_bytes());
        hasher.update(format!("{facts:?} {:?}\n", item.content.camera.name()).as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::is_sound;

    #[test]
    fn groups_of_other_photos_are_not_believed() {
        let groups = [("a burst".to_owned(), vec![0, 4])];
        assert!(is_sound(&groups, 5) && is_sound(&[], 0));
        assert!(!is_sound(&groups, 4));
    }
}
