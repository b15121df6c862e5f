//! The blocks of an iCalendar file, read from front to back.
//!
//! A block ends at its `END`, at the end of the block around it, or where a block begins that cannot lie in it;
//! what is cut off costs nothing else. Blocks lie three deep in any real file, and deeper ones are only passed over.
//!
//! Events and tasks are given one by one and not kept: a calendar of many years takes several times its size once it is
//! read. What is known of the whole file is where its calendars stand, their time zones, which may come behind the events
//! that use them, and of each block what decides what it counts as.

use std::io::{self, BufRead, BufReader};
use std::ops::Range;

use crate::apple::content_line::{Line, Lines, Part, Property, Text};
use crate::category::calendars::component::{self, Component, Draft, Kind};
use crate::category::calendars::gathered;
use crate::category::calendars::observance::Observances;
use crate::category::calendars::tombstone::Doubt;

/// Blocks in each other that are kept apart: calendar, event, alarm, and room for more.
const DEEPEST: usize = 8;

/// Bytes of memory for what is known of a whole file: 2 million events.
pub(super) const ROOM: usize = 48 << 20;

/// Bytes of the name of a block; the longest that is known has nine.
const LONGEST_NAME: usize = 255;

/// What one file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stream {
    /// In the order of the file. One file may hold many `VCALENDAR` blocks of one calendar.
    pub calendars: Vec<Calendar>,
    /// Lines that are in no calendar.
    pub stray: u64,
    /// Lines within a calendar that are no properties.
    pub bad: u64,
    /// Lines that are longer than any of a calendar, or of an event that is larger than any.
    pub too_long: u64,
    /// Calendars, and blocks and lines of them, beyond what there is room for.
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
    pub(super) known: Vec<Known>,
    /// What tasks in it may be tombstones, by their places among those.
    pub(super) doubts: Vec<(usize, Doubt)>,
    /// What those count as, once that is known.
    pub(super) parts: Vec<gathered::Part>,
}

/// What has to be known of a block before any of its calendar counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) kind: Shape,
    /// Its `UID`.
    pub(super) uid: Option<Mark>,
    /// Whether it has a `RECURRENCE-ID`.
    pub(super) replaces: bool,
}

/// What a block is, without its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Event,
    Task,
    Other,
}

/// Stands for a text that only has to be told from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Mark([u8; 16]);

impl Mark {
    pub(super) fn of(text: &str) -> Self {
        let mut mark = [0; 16];
        blake3::Hasher::new().update(text.as_bytes()).finalize_xof().fill(&mut mark);
        Mark(mark)
    }
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

/// Reads the calendars of a text that [`Decoded`](crate::apple::content_line::Decoded) gives.
///
/// # Errors
/// If it cannot be read.
pub fn read(text: impl BufRead) -> io::Result<Stream> {
    let mut blocks = Blocks { lines: Lines::new(text), reading: Reading::within(ROOM), is_over: false };
    while blocks.next()?.is_some() {}
    Ok(blocks.reading.stream)
}

/// Events, tasks and all other blocks but time zones, one after another.
pub(super) struct Blocks<R> {
    lines: Lines<R>,
    reading: Reading,
    is_over: bool,
}

impl<'t> Blocks<BufReader<Part<'t>>> {
    /// Those of one calendar of a text.
    pub(super) fn of(text: &'t Text, calendar: &Calendar) -> Self {
        let reading = Reading::within(0);
        Blocks { lines: text.lines(calendar.span.clone()), reading, is_over: false }
    }

    /// One alone, which stands there.
    pub(super) fn at(text: &'t Text, span: Range<usize>) -> Self {
        let reading = Reading { calendar: Some(Calendar::default()), ..Reading::within(0) };
        Blocks { lines: text.lines(span), reading, is_over: false }
    }
}

impl<R: BufRead> Blocks<R> {
    /// The next one; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Component>> {
        loop {
            if let Some(component) = self.reading.closed.take() {
                return Ok(Some(component));
            }
            if self.is_over {
                return Ok(None);
            }
            match self.lines.next()? {
                Some(line) => self.reading.hear(&line),
                None => {
                    self.is_over = true;
                    self.reading.close_calendar(self.lines.position());
                }
            }
        }
    }
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
    /// The block that ended last. No line ends two.
    closed: Option<Component>,
    /// Bytes of memory for what is known of the whole file.
    room: usize,
}

enum Block {
    Zone(ZoneBlock),
    // a component is large, and few are open
    Component(Box<Draft>),
}

impl Reading {
    fn within(room: usize) -> Self {
        Reading {
            stream: Stream::default(),
            calendar: None,
            block: None,
            names: Vec::new(),
            deeper: 0,
            closed: None,
            room,
        }
    }

    fn hear(&mut self, line: &Line<'_>) {
        let property = line.property();
        let span = line.span.clone();
        let word = property.as_ref().map_or("", |property| &property.name);
        let block = || {
            let name = property.as_ref().map(|p| p.raw().trim().to_ascii_uppercase()).unwrap_or_default();
            name.chars().take(LONGEST_NAME).collect::<String>()
        };
        match (word, &mut self.calendar) {
            ("BEGIN", _) => self.begin(&block(), span),
            ("END", Some(_)) => self.end(&block(), span),
            (_, None) => self.stream.stray += 1,
            (_, Some(calendar)) => match (property, &mut self.block) {
                (None, _) => self.stream.bad += 1,
                (Some(property), None) => {
                    match line.is_whole {
                        true => calendar.hear(&property),
                        false => self.stream.too_long += u64::from(is_of_calendar(&property)),
                    }
                    match calendar.own_lines.last_mut() {
                        Some(last) if last.end == span.start => last.end = span.end,
                        _ if takes(&mut self.room, size_of_val(&span)) => calendar.own_lines.push(span),
                        _ => self.stream.beyond += 1,
                    }
                }
                (Some(property), Some(Block::Component(draft))) => {
                    match line.is_whole && draft.has_room_for(&property) {
                        true => draft.hear(&property, self.names.get(1..).unwrap_or_default()),
                        false => self.stream.too_long += u64::from(component::is_read(&property)),
                    }
                }
                (Some(property), Some(Block::Zone(zone))) => match line.is_whole {
                    true => zone.hear(&property, self.names.len()),
                    false => self.stream.too_long += 1,
                },
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
        // letters, digits and hyphens, by RFC 5545; an END of another name could not be written in the bytes of the file
        if !name.is_ascii() {
            self.stream.bad += 1;
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
                match takes(&mut self.room, zone.weight()) {
                    true => calendar.zones.push(zone),
                    false => self.stream.beyond += 1,
                }
            }
            Block::Component(draft) => {
                let component = draft.ending_at(end, missing_ends, missing_at);
                let doubt = Doubt::of(&component);
                let weight = size_of::<Known>() + doubt.map_or(0, |doubt| size_of_val(&(0, doubt)));
                match takes(&mut self.room, weight) {
                    true => {
                        calendar.doubts.extend(doubt.map(|doubt| (calendar.known.len(), doubt)));
                        calendar.known.push(Known::of(&component));
                    }
                    false => self.stream.beyond += 1,
                }
                self.closed = Some(component);
            }
        }
    }

    fn close_calendar(&mut self, end: usize) {
        self.close_block(end);
        if let Some(mut calendar) = self.calendar.take() {
            calendar.span.end = end;
            match takes(&mut self.room, calendar.weight()) {
                true => self.stream.calendars.push(calendar),
                false => self.stream.beyond += 1,
            }
        }
    }
}

/// Takes so many bytes of what room there is. Once there is too little there is none, so that what fits is what comes
/// first.
fn takes(room: &mut usize, weight: usize) -> bool {
    let left = room.checked_sub(weight);
    *room = left.unwrap_or_default();
    left.is_some()
}

/// Whether a calendar hears it.
fn is_of_calendar(property: &Property) -> bool {
    matches!(
        &*property.name,
        "X-WR-CALNAME" | "NAME" | "X-WR-TIMEZONE" | "TIMEZONE-ID" | "VERSION" | "PRODID"
    )
}

impl Known {
    fn of(component: &Component) -> Self {
        let kind = match component.kind {
            Kind::Event => Shape::Event,
            Kind::Task => Shape::Task,
            Kind::Other(_) => Shape::Other,
        };
        Known { kind, uid: component.uid.as_deref().map(Mark::of), replaces: component.replaces.is_some() }
    }
}

impl Calendar {
    /// Bytes of memory that it takes, but for what stands in it.
    fn weight(&self) -> usize {
        let texts = [&self.name, &self.time_zone];
        size_of::<Self>() + texts.into_iter().flatten().map(|text| text.len()).sum::<usize>()
    }

    fn hear(&mut self, property: &Property) {
        match &*property.name {
            "X-WR-CALNAME" | "NAME" if self.name.is_none() => self.name = text(property),
            "X-WR-TIMEZONE" | "TIMEZONE-ID" if self.time_zone.is_none() => self.time_zone = text(property),
            "VERSION" => self.says_version = true,
            "PRODID" => self.says_product = true,
            _ => {}
        }
    }
}

impl ZoneBlock {
    /// Bytes of memory that it takes.
    fn weight(&self) -> usize {
        let names = self.missing_ends.iter().chain(&self.location).chain([&self.id]);
        size_of::<Self>() + names.map(|name| name.len()).sum::<usize>() + self.observances.weight()
    }

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
