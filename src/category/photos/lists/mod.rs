//! Apple's files about photos and videos, read within a [`Budget`] of memory.
//!
//! Bytes come in and values go out; nothing here does I/O. A file beyond the budget is never dropped in
//! silence: it is kept, left unread, and becomes a problem.

// bytes from strangers are never indexed into
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod albums;
mod columns;
pub mod details;
pub mod names;

use crate::category::Budget;
use crate::category::photos::Sort;
use crate::category::photos::lists::albums::{AlbumInfo, SubscribedAlbum};
use crate::category::photos::lists::details::{Details, Row};
use crate::problem::refusal::Refusal;
use crate::problem::{Code, amount};

/// Bytes that the match takes for a row, besides the row itself.
pub(super) const ROW_IN_MATCH: usize = 300;

/// Bytes that a name takes besides its text, here and in the match.
pub(super) const NAME: usize = 128;

/// Bytes of the [`crate::problem::Problem`] that a bad row may become.
const PROBLEM: u64 = 512;

/// One of Apple's files about photos and videos, read.
#[derive(Debug, Clone, PartialEq)]
pub enum List {
    /// `Photo Details*.csv`.
    Rows(Details),
    /// `Shared Library Details*.csv`: file names, and whether the owner of the export contributed them.
    Contributions(Vec<(String, bool)>),
    /// `Albums/*.csv` or `Memories/*.csv`: file names.
    Names(Vec<String>),
    /// `AlbumInfo.json`.
    Album(Box<AlbumInfo>),
    /// `Subscribed Albums.json`.
    Subscribed(Vec<SubscribedAlbum>),
    /// Kept, but not understood or beyond all bounds: what kind of problem that is, and why.
    Unread(Code, String),
}

/// What becomes of a file of `size` bytes if it is larger than any list.
pub fn too_large(size: u64, budget: &Budget) -> Option<List> {
    let why = || format!("{} are more than any list of Apple's", amount::size(size));
    (size > budget.largest()).then(|| List::Unread(Code::LimitExceeded, why()))
}

/// Reads a list and takes its weight out of the budget; [`List::Unread`] if it fails or does not fit.
pub fn read(sort: Sort, bytes: &[u8], budget: &Budget) -> List {
    if let Some(list) = too_large(bytes.len() as u64, budget) {
        return list;
    }
    let room = budget.left();
    let read = match sort {
        Sort::Contributions => names::parse_contributions(bytes, room).map(List::Contributions),
        Sort::Album | Sort::Memory => names::parse_names(bytes, room).map(List::Names),
        Sort::AlbumInfo => albums::parse_album_info(bytes, room).map(|info| List::Album(Box::new(info))),
        Sort::Subscribed => albums::parse_subscribed(bytes, room).map(List::Subscribed),
        _ => details::parse(bytes, room).map(List::Rows),
    };
    let list = read.unwrap_or_else(|(code, why)| List::Unread(code, why));
    if budget.take(list.weight()) {
        return list;
    }
    let (code, why) = too_much();
    List::Unread(code, why)
}

/// Why a list that has more to say than there is room for is not read.
pub(super) fn too_much() -> Refusal {
    let why = "with it, the lists of these archives would take more memory than lists of so few media can";
    (Code::LimitExceeded, why.to_owned())
}

impl List {
    /// About how much memory it takes, in bytes, here and while it is matched.
    pub fn weight(&self) -> u64 {
        let sum = |each: &mut dyn Iterator<Item = usize>| each.map(|bytes| bytes as u64).sum::<u64>();
        match self {
            List::Rows(details) => {
                let rows = sum(&mut details.rows.iter().map(Row::weight));
                rows + details.bad.len() as u64 * PROBLEM
            }
            List::Contributions(named) => sum(&mut named.iter().map(|(name, _)| NAME + name.len())),
            List::Names(named) => sum(&mut named.iter().map(|name| NAME + name.len())),
            // an empty object takes so many times the two or so bytes that it takes in JSON
            List::Album(album) => 4 * written(album),
            List::Subscribed(albums) => 100 * written(albums),
            List::Unread(..) => PROBLEM,
        }
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
