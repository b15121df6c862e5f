//! Tasks apart from events, as files of their own.
//!
//! The bytes of whole blocks are copied: the calendar's own lines, the time zones that the blocks use, the blocks.
//! Nothing is written anew but an `END` that a damaged block lacks, and the two lines without which no program takes
//! a file. A calendar is read twice for it, because what zones its blocks use is known at their end.

use std::collections::HashSet;
use std::io::{self, Write};
use std::ops::Range;

use crate::apple::content_line::Text;
use crate::category::calendars::component::Component;
use crate::category::calendars::gathered::{Counted, Gathered, Part};
use crate::category::calendars::read::Calendar;

/// Writes the tasks of a list, for `Reminders/<list>.ics`, if it has any; tombstones are none.
///
/// # Errors
/// If the text cannot be read again, or `to` refuses.
pub fn tasks_alone(text: &Text, list: &Gathered, to: &mut dyn Write) -> io::Result<()> {
    let is_kept = |part| matches!(part, Part::Task | Part::TaskOverride);
    list.calendars.iter().try_for_each(|calendar| copy(text, calendar, &is_kept, |_| &[], to))
}

/// Writes everything but tasks and the alarms that Apple set by itself, for programs that take events only. It is for
/// files that hold both events and tasks: else the original is the file to take.
///
/// # Errors
/// If the text cannot be read again, or `to` refuses.
pub fn without_tasks(text: &Text, lists: &[Gathered], to: &mut dyn Write) -> io::Result<()> {
    let is_kept = |part| !matches!(part, Part::Task | Part::TaskOverride | Part::Tombstone);
    let mut calendars: Vec<&Calendar> = lists.iter().flat_map(|list| &list.calendars).collect();
    calendars.sort_by_key(|calendar| calendar.span.start);
    calendars
        .into_iter()
        .try_for_each(|calendar| copy(text, calendar, &is_kept, |component| &component.default_alarms, to))
}

/// Writes a calendar with the blocks alone that count as something that is kept, and of each not what `left_out` says.
/// One that has none is not written.
fn copy(
    text: &Text,
    calendar: &Calendar,
    is_kept: &dyn Fn(Part) -> bool,
    left_out: impl Fn(&Component) -> &[Range<usize>],
    to: &mut dyn Write,
) -> io::Result<()> {
    if !calendar.parts.iter().any(|part| is_kept(*part)) {
        return Ok(());
    }
    let mut copy = Copy { text, to };
    let mut own = calendar.own_lines.iter();
    // the first piece begins with the BEGIN
    if let Some(first) = own.next() {
        copy.piece(first.clone())?;
    }
    if !calendar.says_version {
        copy.to.write_all(b"VERSION:2.0\r\n")?;
    }
    if !calendar.says_product {
        copy.to.write_all(b"PRODID:-//Windfall//EN\r\n")?;
    }
    own.try_for_each(|lines| copy.piece(lines.clone()))?;
    let zones: HashSet<&str> = calendar.zones.iter().map(|zone| &*zone.id).collect();
    let mut used = HashSet::new();
    let mut blocks = Counted::of(calendar, text);
    while let Some((component, part)) = blocks.next()? {
        if is_kept(part) {
            used.extend(component.zones.iter().filter_map(|zone| zones.get(&**zone)).copied());
        }
    }
    for zone in &calendar.zones {
        if used.remove(&*zone.id) {
            copy.block(&zone.span, &[], &zone.missing_ends, zone.ends_missing_at)?;
        }
    }
    let mut blocks = Counted::of(calendar, text);
    while let Some((component, part)) = blocks.next()? {
        if is_kept(part) {
            let Component { span, missing_ends, ends_missing_at, .. } = &component;
            copy.block(span, left_out(&component), missing_ends, *ends_missing_at)?;
        }
    }
    copy.to.write_all(b"END:VCALENDAR\r\n")
}

struct Copy<'t> {
    text: &'t Text,
    to: &'t mut dyn Write,
}

impl Copy<'_> {
    /// A block without what is left out of it, and with the ends that it lacks, where they should stand.
    fn block(
        &mut self,
        span: &Range<usize>,
        left_out: &[Range<usize>],
        ends: &[Box<str>],
        ends_at: usize,
    ) -> io::Result<()> {
        let mut from = span.start;
        for gap in left_out {
            self.piece(from..gap.start)?;
            from = gap.end;
        }
        self.piece(from..ends_at)?;
        for name in ends {
            self.to.write_all(format!("END:{name}\r\n").as_bytes())?;
        }
        self.piece(ends_at..span.end)
    }

    fn piece(&mut self, span: Range<usize>) -> io::Result<()> {
        match self.text.copy(span, self.to)? {
            None | Some(b'\n' | b'\r') => Ok(()),
            Some(_) => self.to.write_all(b"\r\n"),
        }
    }
}
