//! The blocks of an iCalendar file.
//!
//! A block ends at its `END`, at the end of the block around it, or where a block begins that cannot lie in it;
//! what is cut off costs nothing else. Blocks lie three deep in any real file, and deeper ones are only passed over.

use std::ops::Range;

use crate::apple::content_line::{Lines, Property};
use crate::category::calendars::component::{Component, Draft, Kind};
use crate::category::calendars::observance::Observances;

/// Blocks in each other that are kept apart: calendar, event, alarm, and room for more.
const DEEPEST: usize = 8;

/// Events and tasks of one file that are read, and calendars.
const MOST_BLOCKS: usize = 200_000;

/// What one file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stream {
    /// In the order of the file. One file may hold many `VCALENDAR` blocks of one calendar.
    pub calendars: Vec<Calendar>,
    /// Lines that are in no calendar.
    pub stray: u64,
    /// Lines within a calendar that are no properties.
    pub bad: u64,
    /// Events, tasks and calendars beyond the most that are read.
    pub beyond: u64,
}

/// One `VCALENDAR` block.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calendar {
    /// Where it stands in the text, to the line break after its `END`.
    pub span: Range<usize>,
    /// Whether it has an `END`.
    pub is_whole: bool,
    /// Its name, if the file states it (`X-WR-CALNAME`).
    pub name: Option<Box<str>>,
    /// The name of its time zone, if the file states it (`X-WR-TIMEZONE`).
    pub time_zone: Option<Box<str>>,
    /// Where its own lines stand, its `BEGIN` among them; neighbours are one piece.
    pub(super) own_lines: Vec<Range<usize>>,
    pub(super) says_version: bool,
    pub(super) says_product: bool,
    /// Its `VTIMEZONE` blocks.
    pub(super) zones: Vec<ZoneBlock>,
    /// Events, tasks and all other blocks but time zones, in the order of the file.
    pub components: Vec<Component>,
}

/// A `VTIMEZONE` block.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ZoneBlock {
    pub(super) span: Range<usize>,
    pub(super) missing_ends: Vec<Box<str>>,
    pub(super) ends_missing_at: usize,
    /// `TZID`: the name that events of this calendar use.
    pub(super) id: Box<str>,
    /// `X-LIC-LOCATION`: what the rest of the world calls it.
    pub(super) location: Option<Box<str>>,
    pub(super) observances: Observances,
}

/// Reads the calendars of a text that [`text_of`](crate::apple::content_line::text_of) gave.
pub fn read(text: &[u8]) -> Stream {
    let mut reading = Reading {
        stream: Stream::default(),
        calendar: None,
        block: None,
        names: Vec::new(),
        deeper: 0,
        read: 0,
    };
    for line in Lines::new(text) {
        reading.hear(line.property(), line.span.clone());
    }
    reading.close_calendar(text.len());
    reading.stream
}

struct Reading {
    stream: Stream,
    calendar: Option<Calendar>,
    /// The block directly in the calendar that is open, such as an event.
    block: Option<Block>,
    /// The names of the open blocks within the calendar, from that one inwards.
    names: Vec<Box<str>>,
    /// Blocks open beyond [`DEEPEST`].
    deeper: u64,
    /// Events and tasks so far.
    read: usize,
}

enum Block {
    Zone(ZoneBlock),
    // a component is large, and few are open
    Component(Box<Draft>),
}

impl Reading {
    fn hear(&mut self, property: Option<Property>, span: Range<usize>) {
        let word = property.as_ref().map_or("", |property| &property.name);
        let block = || property.as_ref().map(|p| p.raw().trim().to_ascii_uppercase()).unwrap_or_default();
        match (word, &mut self.calendar) {
            ("BEGIN", _) => self.begin(&block(), span),
            ("END", Some(_)) => self.end(&block(), span),
            (_, None) => self.stream.stray += 1,
            (_, Some(calendar)) => match (property, &mut self.block) {
                (None, _) => self.stream.bad += 1,
                (Some(property), None) => calendar.hear(&property, span),
                (Some(property), Some(Block::Component(draft))) => {
                    draft.hear(&property, self.names.get(1..).unwrap_or_default());
                }
                (Some(property), Some(Block::Zone(zone))) => zone.hear(&property, self.names.len()),
            },
        }
    }

    fn begin(&mut self, name: &str, span: Range<usize>) {
        if name == "VCALENDAR" {
            self.close_calendar(span.start);
            self.calendar =
                Some(Calendar { span: span.clone(), own_lines: vec![span], ..Calendar::default() });
            return;
        }
        if self.calendar.is_none() {
            self.stream.stray += 1;
            return;
        }
        // none of these lies in another block
        if matches!(name, "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY" | "VTIMEZONE") && self.block.is_some()
        {
            self.close_block(span.start);
        }
        match &mut self.block {
            None => {
                self.block = Some(match name {
                    "VTIMEZONE" => Block::Zone(ZoneBlock { span, ..ZoneBlock::default() }),
                    _ => Block::Component(Box::new(Draft::at(span.start, Kind::of(name)))),
                });
            }
            Some(Block::Zone(zone)) => zone.observances.begin(name),
            Some(Block::Component(draft)) => draft.begin(span.start),
        }
        if self.names.len() < DEEPEST { self.names.push(name.into()) } else { self.deeper += 1 }
    }

    fn end(&mut self, name: &str, span: Range<usize>) {
        if name == "VCALENDAR" {
            self.close_block(span.start);
            if let Some(calendar) = &mut self.calendar {
                calendar.is_whole = true;
            }
            self.close_calendar(span.end);
        } else if self.deeper > 0 && self.names.first().is_none_or(|outer| **outer != *name) {
            self.deeper -= 1;
        } else {
            match self.names.iter().rposition(|open| **open == *name) {
                // it ends those within it as well; they have no end of their own
                Some(0) => {
                    let missing = self.names.split_off(1);
                    self.close(span.end, missing, span.start);
                }
                Some(at) => {
                    self.names.truncate(at);
                    if let Some(Block::Component(draft)) = &mut self.block {
                        draft.end(span.end, at);
                    }
                }
                None => self.stream.bad += 1,
            }
        }
    }

    /// Ends the open block without an `END` of its own.
    fn close_block(&mut self, end: usize) {
        let missing = std::mem::take(&mut self.names);
        self.close(end, missing, end);
    }

    /// Ends the open block. The blocks of these names, from the outside, should have ended at the place given.
    fn close(&mut self, end: usize, missing: Vec<Box<str>>, missing_at: usize) {
        let missing_ends: Vec<Box<str>> = missing.into_iter().rev().collect();
        self.names.clear();
        self.deeper = 0;
        let Some((block, calendar)) = self.block.take().zip(self.calendar.as_mut()) else { return };
        match block {
            Block::Zone(mut zone) => {
                zone.span.end = end;
                zone.missing_ends = missing_ends;
                zone.ends_missing_at = missing_at;
                calendar.zones.push(zone);
            }
            Block::Component(draft) => {
                if self.read < MOST_BLOCKS {
                    self.read += 1;
                    calendar.components.push(draft.ending_at(end, missing_ends, missing_at));
                } else {
                    self.stream.beyond += 1;
                }
            }
        }
    }

    fn close_calendar(&mut self, end: usize) {
        self.close_block(end);
        if let Some(mut calendar) = self.calendar.take() {
            calendar.span.end = end;
            if self.stream.calendars.len() < MOST_BLOCKS {
                self.stream.calendars.push(calendar);
            } else {
                self.stream.beyond += 1;
            }
        }
    }
}

impl Calendar {
    fn hear(&mut self, property: &Property, span: Range<usize>) {
        match &*property.name {
            "X-WR-CALNAME" | "NAME" if self.name.is_none() => self.name = text(property),
            "X-WR-TIMEZONE" | "TIMEZONE-ID" if self.time_zone.is_none() => self.time_zone = text(property),
            "VERSION" => self.says_version = true,
            "PRODID" => self.says_product = true,
            _ => {}
        }
        match self.own_lines.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => self.own_lines.push(span),
        }
    }
}

impl ZoneBlock {
    fn hear(&mut self, property: &Property, depth: usize) {
        match (&*property.name, depth) {
            ("TZID", 1) => self.id = property.text().into(),
            ("X-LIC-LOCATION", 1) => self.location = text(property),
            (_, 2) => self.observances.hear(property),
            _ => {}
        }
    }
}

/// The text of a property, if there is any.
pub(super) fn text(property: &Property) -> Option<Box<str>> {
    let text = property.text();
    (!text.is_empty()).then(|| text.into())
}
