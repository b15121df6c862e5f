//! Whether the inputs fit on the library's drive: each file by itself, and everything new together.
//!
//! Only a lower bound stops a run, since whatever has the size and checksum of a file in the library may be a
//! copy of it.

use std::collections::HashSet;
use std::path::Path;

use crate::contents::{Bytes, ContentSet, Entry};
use crate::error::Error;
use crate::problem::{Code, Problem, amount};
use crate::progress::Progress;
use crate::stage::discover::Inputs;

/// Names the files that the drive cannot hold, and leaves them out of the run. `largest` is in bytes.
pub fn refuse_too_large(inputs: &mut Inputs, largest: Option<u64>) {
    let Some(largest) = largest else { return };
    for entry in &mut inputs.contents.entries {
        if entry.given && entry.bytes == Bytes::Unread && !entry.class.is_left_out() && entry.size > largest {
            entry.bytes = Bytes::Failed;
            inputs.problems.push(
                Problem::new(
                    Code::TooLarge,
                    format!(
                        "{} are more than a file on this drive can have; import to a drive that is formatted \
                         otherwise (exFAT, APFS, NTFS, ext4) to get it",
                        amount::size(entry.size)
                    ),
                )
                .in_archive(&inputs.contents.archives[entry.archive].name)
                .with_entry(entry.path.as_ref()),
            );
        }
    }
}

/// How many bytes are free on the drive of a place, which need not exist yet, and how many there are in all.
pub fn room(place: &Path) -> Option<(u64, u64)> {
    let standing = place.ancestors().find(|p| p.is_dir() || p.as_os_str().is_empty())?;
    let standing = if standing.as_os_str().is_empty() { Path::new(".") } else { standing };
    Some((fs4::available_space(standing).ok()?, fs4::total_space(standing).ok()?))
}

/// How many bytes new files take at least, and how many are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// For distinct sizes and checksums that the library does not have.
    pub need: u64,
    /// On the drive where the library is or will be, if the system tells.
    pub free: Option<u64>,
}

impl Space {
    /// What these inputs need in a library that has the `safe` contents already.
    pub fn of(inputs: &Inputs, safe: &ContentSet, library: &Path) -> Self {
        let contents = &inputs.contents;
        let unread = |e: &&Entry| e.given && e.bytes == Bytes::Unread && !e.class.is_left_out();
        let mut distinct: HashSet<(u64, Option<u32>)> = HashSet::new();
        if contents.entries.iter().any(|e| unread(&e)) {
            for content in safe.contents() {
                let content = &contents.distinct[content];
                distinct.extend([(content.size, Some(content.crc32)), (content.size, None)]);
            }
        }
        let new = contents.entries.iter().filter(unread).filter(|e| distinct.insert((e.size, e.crc32)));
        let need = new.map(|e| e.size).fold(0, u64::saturating_add);
        Space { need, free: room(library).map(|(free, _)| free) }
    }

    /// Stops a run that does not fit, and warns where it is tight.
    ///
    /// # Errors
    /// [`Error::NoSpace`].
    pub fn check(self, library: &Path, progress: &dyn Progress) -> Result<(), Error> {
        let Space { need, free: Some(free) } = self else { return Ok(()) };
        if need > free {
            return Err(Error::NoSpace { path: library.to_owned(), need, free });
        }
        if need.saturating_add(need / 50).saturating_add(16 << 20) > free {
            let (need, free) = (amount::size(need), amount::size(free));
            progress.note(&format!("space is tight: {need} are needed and {free} are free"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::refuse_too_large;
    use crate::contents::{Archive, ArchiveId, Bytes, Category, Class, Entry, Identity, Inner, PartId, Sort};
    use crate::problem::Code;
    use crate::stage::discover::Inputs;

    fn entry(name: &str, size: u64) -> Entry {
        Entry {
            archive: ArchiveId::default(),
            part: PartId::default(),
            position: 0,
            path: name.into(),
            inner: Inner::of(name, name),
            category: Category::Photos,
            class: Class::Resource,
            sort: Sort(0),
            size,
            crc32: Some(0),
            modified: None,
            given: true,
            bytes: Bytes::Unread,
        }
    }

    #[test]
    fn what_fat32_cannot_hold_is_named_and_the_rest_goes_on() {
        let fat32 = u64::from(u32::MAX);
        let mut inputs = Inputs::default();
        inputs
            .contents
            .archives
            .push(Archive { name: "iCloud Photos Part 1 of 2.zip".into(), identity: Identity::Folder });
        inputs.contents.entries.extend([entry("long.MOV", fat32 + 1), entry("fits.MOV", fat32)]);
        refuse_too_large(&mut inputs, None);
        assert_eq!(inputs.problems, []);
        refuse_too_large(&mut inputs, Some(fat32));
        let bytes: Vec<Bytes> = inputs.contents.entries.iter().map(|e| e.bytes).collect();
        assert_eq!(bytes, [Bytes::Failed, Bytes::Unread]);
        let named: Vec<_> = inputs.problems.iter().map(|p| (p.code, p.entry.as_deref())).collect();
        assert_eq!(named, [(Code::TooLarge, Some("long.MOV"))]);
    }
}
