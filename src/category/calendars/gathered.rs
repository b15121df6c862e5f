//! The calendars of a file as their owner knows them: by name, with what counts in each.
//!
//! A file may hold many `VCALENDAR` blocks of one calendar, and one block may hold both events and tasks. Here each
//! name is one calendar, and each of its blocks has a part: what replaces one of a series is no event of its own,
//! and a tombstone is no task.

use std::collections::{HashMap, HashSet};

use chrono_tz::Tz;

use crate::category::calendars::component::{Component, Kind};
use crate::category::calendars::read::{Calendar, Stream};
use crate::category::calendars::tombstone::are_tombstones;
use crate::category::calendars::zone::Zones;

/// One calendar or list of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered<'s> {
    /// What the file states (`X-WR-CALNAME`), else the name of the file; without Apple's `⚠` of upgraded lists.
    pub name: String,
    /// Its blocks, in the order of the file.
    pub calendars: Vec<&'s Calendar>,
    /// All that is in them, in the order of the file.
    pub entries: Vec<Entry<'s>>,
}

/// One block of a calendar, and what it counts as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry<'s> {
    /// The place among [`Gathered::calendars`] of the one that it stands in.
    pub calendar: usize,
    /// What it says.
    pub component: &'s Component,
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

/// The calendars of a file of this stem, in the order in which their names occur.
pub fn gathered<'s>(stream: &'s Stream, stem: &str) -> Vec<Gathered<'s>> {
    let name_of = |calendar: &Calendar| calendar.name.as_deref().map(bare).filter(|name| !name.is_empty());
    // blocks without a name are of the calendar that the file names first
    let unnamed = stream.calendars.iter().find_map(name_of).unwrap_or_else(|| bare(stem));
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<Gathered> = Vec::new();
    for calendar in &stream.calendars {
        let name = name_of(calendar).unwrap_or_else(|| unnamed.clone());
        let place = *places.entry(name.clone()).or_insert_with(|| {
            found.push(Gathered { name, calendars: Vec::new(), entries: Vec::new() });
            found.len() - 1
        });
        if let Some(gathered) = found.get_mut(place) {
            gathered.calendars.push(calendar);
        }
    }
    for gathered in &mut found {
        gathered.entries = entries(&gathered.calendars);
    }
    found
}

fn entries<'s>(calendars: &[&'s Calendar]) -> Vec<Entry<'s>> {
    let all: Vec<(usize, &Component)> = calendars
        .iter()
        .enumerate()
        .flat_map(|(at, &calendar)| calendar.components.iter().map(move |component| (at, component)))
        .collect();
    let components: Vec<&Component> = all.iter().map(|(_, component)| *component).collect();
    let tombstones = are_tombstones(&components);
    // an invitation to one of a series comes without the series, and is an event
    let series: HashSet<(&Kind, &str)> = components
        .iter()
        .filter(|component| component.replaces.is_none())
        .filter_map(|component| Some((&component.kind, component.uid.as_deref()?)))
        .collect();
    let replaces = |component: &Component| {
        let uid = component.replaces.as_ref().and(component.uid.as_deref());
        uid.is_some_and(|uid| series.contains(&(&component.kind, uid)))
    };
    let part = |component: &Component, is_tombstone: bool| match component.kind {
        _ if is_tombstone => Part::Tombstone,
        Kind::Event if replaces(component) => Part::EventOverride,
        Kind::Event => Part::Event,
        Kind::Task if replaces(component) => Part::TaskOverride,
        Kind::Task => Part::Task,
        Kind::Other(_) => Part::Other,
    };
    all.iter()
        .zip(tombstones)
        .map(|(&(calendar, component), is_one)| Entry { calendar, component, part: part(component, is_one) })
        .collect()
}

/// A name without Apple's mark of an upgraded list, which stands at its end.
fn bare(name: &str) -> String {
    let name = name.trim();
    let plain = name.strip_suffix('\u{fe0f}').unwrap_or(name);
    plain.strip_suffix('\u{26a0}').unwrap_or(name).trim_end().to_owned()
}

impl<'s> Gathered<'s> {
    /// What counts as this, in the order of the file.
    pub fn all(&self, part: Part) -> impl Iterator<Item = &Entry<'s>> {
        self.entries.iter().filter(move |entry| entry.part == part)
    }

    /// The zones of each of its blocks; what leaves its zone open is taken to be in `assumed`.
    pub(super) fn zones(&self, assumed: Option<Tz>) -> Vec<Zones> {
        self.calendars.iter().map(|calendar| Zones::of(calendar, assumed)).collect()
    }

    /// Events and tasks, as people count them.
    pub fn items(&self) -> usize {
        self.all(Part::Event).count() + self.all(Part::Task).count()
    }

    /// Whether its reminders were not delivered: it has tombstones, and no task. The problem
    /// `reminders-not-delivered` says so.
    pub fn is_not_delivered(&self) -> bool {
        self.all(Part::Tombstone).next().is_some() && self.all(Part::Task).next().is_none()
    }

    /// Whether anything in it is a task or stands where tasks stood.
    pub fn is_list(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| matches!(entry.part, Part::Task | Part::TaskOverride | Part::Tombstone))
    }
}
