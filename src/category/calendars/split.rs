//! Tasks apart from events, as files of their own.
//!
//! The bytes of whole blocks are copied: the calendar's own lines, the time zones that the blocks use, the blocks.
//! Nothing is written anew but an `END` that a damaged block lacks, and the two lines without which no program takes
//! a file.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use crate::category::calendars::component::{Component, Kind};
use crate::category::calendars::gathered::{Gathered, Part};
use crate::category::calendars::read::{Calendar, Stream};

/// The tasks of a list, for `Reminders/<list>.ics`. `None` if it has none; tombstones are none.
pub fn tasks_alone(text: &[u8], list: &Gathered) -> Option<Vec<u8>> {
    let mut tasks: BTreeMap<usize, Vec<&Component>> = BTreeMap::new();
    for entry in list.entries.iter().filter(|entry| matches!(entry.part, Part::Task | Part::TaskOverride)) {
        tasks.entry(entry.calendar).or_default().push(entry.component);
    }
    let files = tasks.iter().filter_map(|(&at, tasks)| {
        let calendar = list.calendars.get(at)?;
        Some(copied(text, calendar, tasks, |_| Vec::new()))
    });
    (!tasks.is_empty()).then(|| files.flatten().collect())
}

/// Everything but tasks and the alarms that Apple set by itself, for programs that take events only. `None` if the
/// file does not hold both events and tasks: then the original is the file to take.
pub fn without_tasks(text: &[u8], stream: &Stream) -> Option<Vec<u8>> {
    let has = |kind: Kind| {
        stream.calendars.iter().flat_map(|calendar| &calendar.components).any(|one| one.kind == kind)
    };
    if !has(Kind::Event) || !has(Kind::Task) {
        return None;
    }
    let made = stream.calendars.iter().flat_map(|calendar| {
        let kept: Vec<&Component> = calendar.components.iter().filter(|one| one.kind != Kind::Task).collect();
        match kept.is_empty() {
            true => Vec::new(),
            false => copied(text, calendar, &kept, |one| one.default_alarms.clone()),
        }
    });
    Some(made.collect())
}

/// A calendar that holds these blocks only, and of each not what `left_out` says.
fn copied(
    text: &[u8],
    calendar: &Calendar,
    kept: &[&Component],
    left_out: impl Fn(&Component) -> Vec<Range<usize>>,
) -> Vec<u8> {
    let mut copy = Copy { text, bytes: Vec::new() };
    let mut own = calendar.own_lines.iter();
    // the first piece begins with the BEGIN
    if let Some(first) = own.next() {
        copy.piece(first.clone());
    }
    if !calendar.says_version {
        copy.bytes.extend_from_slice(b"VERSION:2.0\r\n");
    }
    if !calendar.says_product {
        copy.bytes.extend_from_slice(b"PRODID:-//Windfall//EN\r\n");
    }
    own.for_each(|lines| copy.piece(lines.clone()));
    let used: BTreeSet<&str> = kept.iter().flat_map(|one| &one.zones).map(AsRef::as_ref).collect();
    let mut copied = HashSet::new();
    for zone in calendar.zones.iter().filter(|zone| used.contains(&*zone.id)) {
        if copied.insert(&*zone.id) {
            copy.block(&zone.span, &[], &zone.missing_ends, zone.ends_missing_at);
        }
    }
    for component in kept {
        copy.block(&component.span, &left_out(component), &component.missing_ends, component.ends_missing_at);
    }
    copy.bytes.extend_from_slice(b"END:VCALENDAR\r\n");
    copy.bytes
}

struct Copy<'t> {
    text: &'t [u8],
    bytes: Vec<u8>,
}

impl Copy<'_> {
    /// A block without what is left out of it, and with the ends that it lacks, where they should stand.
    fn block(&mut self, span: &Range<usize>, left_out: &[Range<usize>], ends: &[Box<str>], ends_at: usize) {
        let mut from = span.start;
        for gap in left_out {
            self.piece(from..gap.start);
            from = gap.end;
        }
        self.piece(from..ends_at);
        for name in ends {
            self.bytes.extend_from_slice(format!("END:{name}\r\n").as_bytes());
        }
        self.piece(ends_at..span.end);
    }

    fn piece(&mut self, span: Range<usize>) {
        let piece = self.text.get(span).unwrap_or_default();
        self.bytes.extend_from_slice(piece);
        if !piece.is_empty() && !piece.ends_with(b"\n") && !piece.ends_with(b"\r") {
            self.bytes.extend_from_slice(b"\r\n");
        }
    }
}
