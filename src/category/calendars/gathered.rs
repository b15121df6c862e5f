//! The calendars of a file as their owner knows them: by name, with what counts in each.
//!
//! A file may hold many `VCALENDAR` blocks of one calendar, and one block may hold both events and tasks. Here each
//! name is one calendar, and each of its blocks has a part: what replaces one of a series is no event of its own,
//! and a tombstone is no task.
//!
//! What stands in the blocks is not held: it is read again where it is asked for, one after another.

use std::collections::HashMap;
use std::io::{self, BufReader, Read};
use std::slice;

use chrono_tz::Tz;

use crate::apple::content_line::{self, Text};
use crate::category::calendars::component::Component;
use crate::category::calendars::read::{Blocks, Calendar, Known, Mark, Shape, Stream, read};
use crate::category::calendars::tombstone::tombstones;
use crate::category::calendars::zone::Zones;

/// One calendar or list of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered {
    /// What the file states (`X-WR-CALNAME`), else the name of the file; without Apple's `⚠` of upgraded lists.
    pub name: String,
    /// Its blocks, in the order of the file.
    pub calendars: Vec<Calendar>,
}

/// One block of a calendar, and what it counts as.
#[derive(Debug)]
pub struct Entry<'e> {
    /// The zones of the calendar that it stands in.
    pub zones: &'e Zones,
    /// What it says.
    pub component: Component,
    /// What it counts as.
    pub part: Part,
}

/// What a block counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// An event, or a series of events.
    Event,
    /// A task, or a series of tasks.
    Task,
    /// It replaces one of a series of events that is here too.
    EventOverride,
    /// It replaces one of a series of tasks that is here too.
    TaskOverride,
    /// It says that the reminders of this list are elsewhere.
    Tombstone,
    /// A journal, a free or busy time, and what nobody knows.
    Other,
}

/// Keeps the text of a file of this stem, and says which calendars are in it.
///
/// # Errors
/// If it cannot be read, or there is no room for it.
pub fn kept(source: impl Read, stem: &str) -> io::Result<(Text, Vec<Gathered>)> {
    let text = Text::of(source)?;
    let stream = read(BufReader::new(text.part(text.span())))?;
    Ok((text, gathered(stream, stem)))
}

/// The calendars of a file of this stem, in the order in which their names occur.
pub fn gathered(stream: Stream, stem: &str) -> Vec<Gathered> {
    let name_of = |calendar: &Calendar| calendar.name.as_deref().map(bare).filter(|name| !name.is_empty());
    // blocks without a name are of the calendar that the file names first
    let unnamed = stream.calendars.iter().find_map(name_of).unwrap_or_else(|| bare(stem));
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<Gathered> = Vec::new();
    for calendar in stream.calendars {
        let name = name_of(&calendar).unwrap_or_else(|| unnamed.clone());
        let place = *places.entry(name.clone()).or_insert_with(|| {
            found.push(Gathered { name, calendars: Vec::new() });
            found.len() - 1
        });
        if let Some(gathered) = found.get_mut(place) {
            gathered.calendars.push(calendar);
        }
    }
    for gathered in &mut found {
        let mut parts = parts(&gathered.calendars).into_iter();
        for calendar in &mut gathered.calendars {
            let known = std::mem::take(&mut calendar.known);
            calendar.doubts = Vec::new();
            calendar.parts = parts.by_ref().take(known.len()).collect();
        }
    }
    found
}

fn parts(calendars: &[Calendar]) -> Vec<Part> {
    let all = || calendars.iter().flat_map(|calendar| &calendar.known);
    let mut before = 0;
    let doubts: Vec<_> = calendars
        .iter()
        .flat_map(|calendar| {
            let first = before;
            before += calendar.known.len();
            calendar.doubts.iter().map(move |(at, doubt)| (first + at, *doubt))
        })
        .collect();
    let tombstones = tombstones(all().filter(|one| one.kind == Shape::Task).count(), &doubts);
    // an invitation to one of a series comes without the series, and is an event
    let mut series: HashMap<(Shape, Mark), bool> = HashMap::new();
    let key = |kind, uid: Option<Mark>| uid.map(|uid| (kind, uid));
    let replacing = all().filter(|one| one.replaces);
    series.extend(replacing.filter_map(|one| Some((key(one.kind, one.uid)?, false))));
    for one in all().filter(|one| !one.replaces) {
        if let Some(is_here) = key(one.kind, one.uid).and_then(|key| series.get_mut(&key)) {
            *is_here = true;
        }
    }
    let part = |(at, one): (usize, &Known)| {
        let is_of_series = || key(one.kind, one.uid).is_some_and(|key| series.get(&key) == Some(&true));
        let replaces = one.replaces && is_of_series();
        match one.kind {
            _ if tombstones.contains(&at) => Part::Tombstone,
            Shape::Event if replaces => Part::EventOverride,
            Shape::Event => Part::Event,
            Shape::Task if replaces => Part::TaskOverride,
            Shape::Task => Part::Task,
            Shape::Other => Part::Other,
        }
    };
    all().enumerate().map(part).collect()
}

/// A name without Apple's mark of an upgraded list, which stands at its end.
fn bare(name: &str) -> String {
    let name = name.trim();
    let plain = name.strip_suffix('\u{fe0f}').unwrap_or(name);
    plain.strip_suffix('\u{26a0}').unwrap_or(name).trim_end().to_owned()
}

impl Gathered {
    /// How many there are of what counts as this.
    pub fn count(&self, part: Part) -> usize {
        self.parts().filter(|one| *one == part).count()
    }

    /// Whether anything counts as one of these.
    pub fn has(&self, parts: &[Part]) -> bool {
        self.parts().any(|one| parts.contains(&one))
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.parts().next().is_none()
    }

    /// All that is in it, in the order of the file, read from its text. What leaves its zone open is taken to be in
    /// `assumed`.
    pub fn entries<'t>(&'t self, text: &'t Text, assumed: Option<Tz>) -> Entries<'t> {
        Entries { text, assumed, calendars: self.calendars.iter(), open: None }
    }

    fn parts(&self) -> impl Iterator<Item = Part> {
        self.calendars.iter().flat_map(|calendar| &calendar.parts).copied()
    }

    /// Events and tasks, as people count them.
    pub fn items(&self) -> usize {
        self.count(Part::Event) + self.count(Part::Task)
    }

    /// Whether its reminders were not delivered: it has tombstones, and no task. The problem
    /// `reminders-not-delivered` says so.
    pub fn is_not_delivered(&self) -> bool {
        self.has(&[Part::Tombstone]) && !self.has(&[Part::Task])
    }

    /// Whether anything in it is a task or stands where tasks stood.
    pub fn is_list(&self) -> bool {
        self.has(&[Part::Task, Part::TaskOverride, Part::Tombstone])
    }
}

/// What stands in a calendar or list.
pub struct Entries<'t> {
    text: &'t Text,
    assumed: Option<Tz>,
    /// Those that come.
    calendars: slice::Iter<'t, Calendar>,
    open: Option<(Counted<'t>, Zones)>,
}

impl Entries<'_> {
    /// The next one; `None` at the end.
    ///
    /// # Errors
    /// If the text cannot be read again.
    // not an iterator: what is given borrows the zones
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> io::Result<Option<Entry<'_>>> {
        loop {
            let next = match &mut self.open {
                Some((counted, _)) => counted.next()?,
                None => None,
            };
            if let Some((component, part)) = next {
                return Ok(self.open.as_ref().map(|(_, zones)| Entry { zones, component, part }));
            }
            let Some(calendar) = self.calendars.next() else { return Ok(None) };
            self.open = Some((Counted::of(calendar, self.text), Zones::of(calendar, self.assumed)));
        }
    }
}

/// What stands in one calendar of a file, with what each counts as.
pub(super) struct Counted<'t> {
    blocks: Blocks<BufReader<content_line::Part<'t>>>,
    parts: slice::Iter<'t, Part>,
}

impl<'t> Counted<'t> {
    pub(super) fn of(calendar: &'t Calendar, text: &'t Text) -> Self {
        Counted { blocks: Blocks::of(text, calendar), parts: calendar.parts.iter() }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<(Component, Part)>> {
        // behind the last one that counts are those that there was no room for
        let Some(part) = self.parts.next() else { return Ok(None) };
        Ok(self.blocks.next()?.map(|component| (component, *part)))
    }
}
