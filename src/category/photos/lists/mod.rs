//! Apple's files about the media, read with bounded memory.
//!
//! In: the bytes of one such file and what it is. Out: a [`DetailsFile`]. Never: does I/O, or drops
//! a file in silence: what is over the bounds is left unread, which becomes a problem, and is kept.
//! The one decision to question: the bounds are memory, not rows. A row of four bytes takes fifty
//! times its size once it is read, so a small archive of lists could take all memory there is. A
//! run may take as much as the lists of its media could ever need, and a generous floor.

pub mod albums;
mod columns;
pub mod details;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::category::photos::lists::details::Row;
use crate::contents::{Contents, DetailsFile, Role};
use crate::problem::refusal::Refused;
use crate::problem::{Code, amount};

/// A larger file, in bytes, is not taken for a list: Apple's have 330 rows, 500,000 would fit.
const LARGEST: u64 = 64 << 20;

/// Files up to this size may be read side by side.
const SMALL: u64 = 256 << 10;

/// What all lists of a run may take, in bytes of memory: 200,000 rows without any media.
const FLOOR: u64 = 96 << 20;

/// And for each medium: its row, and its places in albums.
const EACH_MEDIUM: u64 = 1 << 10;

/// What the match takes for a row beside the row itself.
pub(super) const ROW_IN_MATCH: usize = 300;

/// What a name takes beside its text, here and in the match.
pub(super) const NAME: usize = 128;

/// What a [`crate::problem::Problem`] takes that a bad row may become.
const PROBLEM: u64 = 512;

/// The memory that is left for lists.
#[derive(Debug)]
pub struct Room {
    largest: u64,
    left: AtomicU64,
    turn: Mutex<()>,
}

impl Room {
    /// What these contents may take, without what their lists take already.
    pub fn beside(contents: &Contents) -> Self {
        let media = contents.entries.iter().filter(|e| e.role.is_media()).count() as u64;
        let taken: u64 = contents.details.values().map(weight).sum();
        let all = media.saturating_mul(EACH_MEDIUM).saturating_add(FLOOR);
        let left = AtomicU64::new(all.saturating_sub(taken));
        // the text of a list is held beside what is read from it
        Room { largest: LARGEST.min(all / 3), left, turn: Mutex::new(()) }
    }

    /// How large a list may be, in bytes.
    pub fn largest(&self) -> u64 {
        self.largest
    }

    /// What becomes of a file of so many bytes that is larger than any list.
    pub fn too_large(&self, size: u64) -> Option<DetailsFile> {
        let why = || format!("{} are more than any list of Apple's", amount::size(size));
        (size > self.largest).then(|| DetailsFile::Unread(Code::LimitExceeded, why()))
    }

    /// Waits until no other large list is being read; to be held while this one is.
    pub fn turn(&self, size: u64) -> Option<MutexGuard<'_, ()>> {
        (size > SMALL).then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads one of Apple's files about the media.
    pub fn read(&self, role: Role, bytes: &[u8]) -> DetailsFile {
        if let Some(file) = self.too_large(bytes.len() as u64) {
            return file;
        }
        let room = usize::try_from(self.left.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        let read = match role {
            Role::Contributions => albums::parse_contributions(bytes, room).map(DetailsFile::Contributions),
            Role::Album | Role::Memory => albums::parse_names(bytes, room).map(DetailsFile::Names),
            Role::AlbumInfo => {
                albums::parse_album_info(bytes, room).map(|info| DetailsFile::Album(Box::new(info)))
            }
            Role::Subscribed => albums::parse_subscribed(bytes, room).map(DetailsFile::Subscribed),
            _ => details::parse(bytes, room).map(DetailsFile::Rows),
        };
        let file = read.unwrap_or_else(|(code, why)| DetailsFile::Unread(code, why));
        let weight = weight(&file);
        let fits =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(weight));
        if fits.is_ok() {
            return file;
        }
        let (code, why) = too_much();
        DetailsFile::Unread(code, why)
    }
}

/// Why a list is not read that has more to say than there is room for.
pub(super) fn too_much() -> Refused {
    let why = "with it, the lists of these archives would take more memory than lists of so few media can";
    (Code::LimitExceeded, why.to_owned())
}

/// About how much memory it takes, here and while it is matched.
fn weight(file: &DetailsFile) -> u64 {
    let sum = |each: &mut dyn Iterator<Item = usize>| each.map(|bytes| bytes as u64).sum::<u64>();
    match file {
        DetailsFile::Rows(details) => {
            let rows = sum(&mut details.rows.iter().map(Row::weight));
            rows + details.bad.len() as u64 * PROBLEM
        }
        DetailsFile::Contributions(named) => sum(&mut named.iter().map(|(name, _)| NAME + name.len())),
        DetailsFile::Names(named) => sum(&mut named.iter().map(|name| NAME + name.len())),
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
