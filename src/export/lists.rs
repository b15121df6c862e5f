//! Apple's files about the media, read with bounded memory.
//!
//! In: the bytes of one such file and what it is. Out: a [`DetailsFile`]. Never: does I/O, or drops
//! a file in silence: what is over the bounds is left unread, which becomes a problem, and is kept.
//! The one decision to question: the bounds are memory, not rows. A row of four bytes takes fifty
//! times its size once it is read, so a small archive of lists could take all memory there is. A
//! run may take as much as the lists of its media could ever need, and a generous floor.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::contents::{Contents, DetailsFile, Role};
use crate::export::{albums, details};
use crate::problem::Code;

/// A larger file, in bytes, is not taken for a list: Apple's have 330 rows, 500,000 would fit.
pub const LARGEST: u64 = 64 << 20;

/// Files up to this size may be read side by side.
const SMALL: u64 = 256 << 10;

/// What all lists of a run may take, in bytes of memory: 700,000 rows without any media.
const FLOOR: u64 = 128 << 20;

/// And for each medium: its row, and its places in albums.
const EACH_MEDIUM: u64 = 1 << 10;

/// What a [`crate::problem::Problem`] takes that a bad row may become.
const PROBLEM: u64 = 512;

/// The memory that is left for lists.
#[derive(Debug)]
pub struct Room {
    left: AtomicU64,
    turn: Mutex<()>,
}

impl Room {
    /// What these contents may take, without what their lists take already.
    pub fn beside(contents: &Contents) -> Self {
        let media = contents.entries.iter().filter(|e| e.role.is_media()).count() as u64;
        let taken: u64 = contents.details.values().map(weight).sum();
        let left = media.saturating_mul(EACH_MEDIUM).saturating_add(FLOOR).saturating_sub(taken);
        Room { left: AtomicU64::new(left), turn: Mutex::new(()) }
    }

    /// Waits until no other large list is being read; to be held while this one is.
    pub fn turn(&self, size: u64) -> Option<MutexGuard<'_, ()>> {
        (size > SMALL).then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads one of Apple's files about the media.
    pub fn read(&self, role: Role, bytes: &[u8]) -> DetailsFile {
        if bytes.len() as u64 > LARGEST {
            return too_large(bytes.len() as u64);
        }
        let read = match role {
            Role::Contributions => albums::parse_contributions(bytes).map(DetailsFile::Contributions),
            Role::Album | Role::Memory => albums::parse_names(bytes).map(DetailsFile::Names),
            Role::AlbumInfo => albums::parse_album_info(bytes).map(|info| DetailsFile::Album(Box::new(info))),
            Role::Subscribed => albums::parse_subscribed(bytes).map(DetailsFile::Subscribed),
            _ => details::parse(bytes).map(DetailsFile::Rows),
        };
        let file = read.unwrap_or_else(|(code, why)| DetailsFile::Unread(code, why));
        let weight = weight(&file);
        let fits =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(weight));
        if fits.is_ok() {
            return file;
        }
        let why =
            "with it, the lists of these archives would take more memory than lists of so few media can";
        DetailsFile::Unread(Code::LimitExceeded, why.to_owned())
    }
}

/// A file of so many bytes, left unread.
pub fn too_large(size: u64) -> DetailsFile {
    let why = format!("{size} bytes are more than any list of Apple's");
    DetailsFile::Unread(Code::LimitExceeded, why)
}

/// About how much memory it takes, here and while it is matched.
fn weight(file: &DetailsFile) -> u64 {
    let sum = |each: &mut dyn Iterator<Item = usize>| each.map(|bytes| bytes as u64).sum::<u64>();
    match file {
        DetailsFile::Rows(details) => {
            let rows = sum(&mut details.rows.iter().map(|row| size_of_val(row) + row.heap()));
            rows + details.bad.len() as u64 * PROBLEM
        }
        DetailsFile::Contributions(named) => sum(&mut named.iter().map(|(name, _)| 64 + name.len())),
        DetailsFile::Names(named) => sum(&mut named.iter().map(|name| 64 + name.len())),
        // what an empty object takes in memory, to the two or so bytes that it takes in JSON
        DetailsFile::Album(album) => 4 * written(album),
        DetailsFile::Subscribed(albums) => 100 * written(albums),
        DetailsFile::Unread(..) => PROBLEM,
    }
}

fn written(value: &impl serde::Serialize) -> u64 {
    struct Count(u64);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // nothing that was read from JSON cannot be written as JSON
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}
