//! iCloud Calendars and Reminders: what the iCalendar files and their metadata say, and what is made of them.
//!
//! Takes the text of a file and says which calendars are in it, with their events and tasks, and where each stands.
//! Nothing here changes an event or writes one: tasks become files of their own by copying the bytes of their
//! blocks, because no two programs agree on how to write a rule or a position anew.
//!
//! The surprise is in the reminders. Lists that were upgraded since iOS 13 are not delivered; in their place stand
//! two tasks that say so ([`tombstone`]), and those are nobody's tasks.
//!
//! It does not use `calcard`, which says nothing of where a block stands and whether it ended.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod component;
// an id is of the contents that it came from
#[allow(clippy::indexing_slicing)]
pub mod decide;
mod gathered;
pub mod markdown;
pub mod metadata;
mod observance;
mod occurrence;
mod read;
mod row;
mod split;
#[cfg(test)]
mod tests;
mod time;
pub mod tombstone;
mod windows;
mod zone;

pub use gathered::{Entry, Gathered, Part, gathered, kept};
pub use markdown::{markdown, todo_txt};
pub use occurrence::{Happening, happenings};
#[cfg(any(test, feature = "internals"))]
pub use read::read;
pub use row::{CalendarRow, EventRow, TaskRow};
pub use split::{tasks_alone, without_tasks};
#[cfg(test)]
pub use time::Basis;
pub use time::{Form, Moment};
pub use zone::named_zone;
