//! Lists of reminders for people, and for programs that keep tasks in text.
//!
//! Markdown as Obsidian's Tasks reads it: `- [ ] Buy milk 📅 2025-03-01`, parts of a task below it, notes in a
//! paragraph of their own. What a line cannot hold (alarms, rules beyond a plain interval) is in the `.ics` beside.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::category::calendars::component::{Component, Priority, Status};
use crate::category::calendars::gathered::{Gathered, Part};
use crate::category::calendars::zone::Zones;

/// How far parts of tasks are set in; deeper ones stand at this depth.
const DEEPEST: usize = 8;

/// A list as Markdown. Times in UTC show the hour of the list's zone, else of `assumed`. `None` if it has no tasks.
pub fn markdown(list: &Gathered, assumed: Option<Tz>) -> Option<String> {
    let tasks = Tasks::of(list, assumed);
    if tasks.all.is_empty() {
        return None;
    }
    let mut text = format!("# {}\n\n", inline(&list.name));
    for (depth, task) in tasks.in_order() {
        let indent = "    ".repeat(depth.min(DEEPEST));
        let due = task.component.due.as_ref().and_then(|due| task.zones.on_the_clock(due));
        text.push_str(&format!("{indent}- [{}] {}", mark(task.component), inline(title(task.component))));
        match task.component.priority {
            Some(Priority::High) => text.push_str(" ⏫"),
            Some(Priority::Medium) => text.push_str(" 🔼"),
            Some(Priority::Low) => text.push_str(" 🔽"),
            None => {}
        }
        if let Some(interval) = task.component.rule.as_deref().and_then(interval) {
            text.push_str(&format!(" 🔁 {interval}"));
        }
        if let Some((day, _)) = due {
            text.push_str(&format!(" 📅 {day}"));
        }
        if let Some(day) = task.done_on() {
            text.push_str(&format!(" ✅ {day}"));
        }
        text.push('\n');
        let hour = due.and_then(|(_, hour)| hour).map(|hour| format!("⏰ {}", hour.format("%H:%M")));
        let notes = task.component.description.iter().flat_map(|notes| notes.lines());
        let links = task.component.url.iter().map(|url| &**url);
        let notes: Vec<String> = hour.into_iter().chain(notes.chain(links).map(block)).collect();
        paragraphs(&notes, &indent, &mut text);
    }
    Some(text)
}

/// All lists as one `todo.txt`: `(A) Buy milk due:2025-03-01 +Groceries`. `None` if they have no tasks.
pub fn todo_txt(lists: &[Gathered], assumed: Option<Tz>) -> Option<String> {
    let mut text = String::new();
    for list in lists {
        let project: Vec<&str> = list.name.split_whitespace().collect();
        for (_, task) in Tasks::of(list, assumed).in_order() {
            let (mut words, mut after) = (Vec::new(), Vec::new());
            let priority = task.component.priority.map(|priority| match priority {
                Priority::High => 'A',
                Priority::Medium => 'B',
                Priority::Low => 'C',
            });
            match (task.component.status, priority) {
                (Status::Done, _) => {
                    words.push("x".to_owned());
                    words.extend(task.done_on().map(|day| day.to_string()));
                    after.extend(priority.map(|letter| format!("pri:{letter}")));
                }
                (_, Some(letter)) => words.push(format!("({letter})")),
                _ => {}
            }
            words.extend(title(task.component).split_whitespace().map(str::to_owned));
            let due = task.component.due.as_ref().and_then(|due| task.zones.on_the_clock(due));
            words.extend(due.map(|(day, _)| format!("due:{day}")));
            words.extend(after);
            if !project.is_empty() {
                words.push(format!("+{}", project.join("-")));
            }
            text.push_str(&words.join(" "));
            text.push('\n');
        }
    }
    (!text.is_empty()).then_some(text)
}

struct Task<'s> {
    component: &'s Component,
    zones: &'s Zones,
}

impl Task<'_> {
    fn done_on(&self) -> Option<NaiveDate> {
        let completed =
            self.component.completed.as_ref().filter(|_| self.component.status == Status::Done)?;
        self.zones.on_the_clock(completed).map(|(day, _)| day)
    }
}

/// The tasks of a list, with the zones of their calendars.
struct Tasks<'s> {
    all: Vec<(&'s Component, usize)>,
    zones: Vec<Zones>,
}

impl<'s> Tasks<'s> {
    fn of(list: &Gathered<'s>, assumed: Option<Tz>) -> Self {
        let all = list.all(Part::Task).map(|entry| (entry.component, entry.calendar)).collect();
        Tasks { all, zones: list.zones(assumed) }
    }

    /// In the order of the file, the parts of each task after it, each with how deep it is.
    fn in_order(&self) -> Vec<(usize, Task<'_>)> {
        let mut by_uid: HashMap<&str, usize> = HashMap::new();
        for (at, (component, _)) in self.all.iter().enumerate() {
            if let Some(uid) = component.uid.as_deref() {
                by_uid.entry(uid).or_insert(at);
            }
        }
        let mut parts: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut waiting = Vec::new();
        for (at, (component, _)) in self.all.iter().enumerate() {
            match component.parent.as_deref().and_then(|parent| by_uid.get(parent)) {
                Some(&parent) if parent != at => parts.entry(parent).or_default().push(at),
                _ => waiting.push((0, at)),
            }
        }
        let mut order = Vec::with_capacity(self.all.len());
        let mut placed = HashSet::new();
        // tasks that are parts of each other are parts of nothing
        let mut others = 0..self.all.len();
        waiting.reverse();
        loop {
            let Some((depth, at)) = waiting.pop().or_else(|| {
                let left = others.find(|at| !placed.contains(at))?;
                Some((0, left))
            }) else {
                return order;
            };
            if !placed.insert(at) {
                continue;
            }
            if let Some((component, place)) = self.all.get(at)
                && let Some(zones) = self.zones.get(*place)
            {
                order.push((depth, Task { component, zones }));
            }
            let below = parts.get(&at).into_iter().flatten().rev().map(|&part| (depth + 1, part));
            waiting.extend(below);
        }
    }
}

fn title(task: &Component) -> &str {
    task.summary.as_deref().unwrap_or("…")
}

/// GitHub knows the first two; Obsidian the third as well.
fn mark(task: &Component) -> char {
    match task.status {
        Status::Open => ' ',
        Status::Done => 'x',
        Status::Cancelled => '-',
    }
}

/// `every 2 weeks`, of rules that say no more than that.
fn interval(rule: &str) -> Option<String> {
    let (mut unit, mut count) = (None, 1u32);
    for part in rule.split(';') {
        match part.split_once('=')? {
            ("FREQ", "DAILY") => unit = Some("day"),
            ("FREQ", "WEEKLY") => unit = Some("week"),
            ("FREQ", "MONTHLY") => unit = Some("month"),
            ("FREQ", "YEARLY") => unit = Some("year"),
            ("INTERVAL", number) => count = number.parse().ok()?,
            ("WKST", _) => {}
            _ => return None,
        }
    }
    let unit = unit?;
    Some(if count == 1 { format!("every {unit}") } else { format!("every {count} {unit}s") })
}

/// Notes below a task, each line one line; empty ones part paragraphs.
fn paragraphs(notes: &[String], indent: &str, text: &mut String) {
    if notes.iter().all(String::is_empty) {
        return;
    }
    text.push('\n');
    for (at, note) in notes.iter().enumerate() {
        let goes_on = notes.get(at + 1).is_some_and(|next| !next.is_empty());
        match note.is_empty() {
            true => text.push('\n'),
            false => text.push_str(&format!("{indent}  {note}{}\n", if goes_on { "\\" } else { "" })),
        }
    }
    text.push('\n');
}

/// A text on one line that reads as itself.
pub fn inline(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    escaped(&words.join(" "))
}

/// A line of notes that begins no heading, list, quote or rule.
pub fn block(line: &str) -> String {
    let line = inline(line);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    if !number.is_empty() && rest.starts_with(['.', ')']) {
        return format!("{number}\\{rest}");
    }
    let begins_block = line.starts_with(['#', '>', '-', '+', '=']);
    if begins_block { format!("\\{line}") } else { line }
}

/// A backslash before each character that CommonMark would otherwise take for a mark.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let is_in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_mark = match c {
            '`' | '*' | '[' | ']' => true,
            '_' => !(is_in_word(before) && is_in_word(next)),
            '\\' => next.is_none_or(|next| next.is_ascii_punctuation()),
            '<' => next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')),
            '&' => next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '#'),
            '~' => next == Some('~') || before == Some('~'),
            _ => false,
        };
        if is_mark {
            plain.push('\\');
        }
        plain.push(c);
        before = Some(c);
    }
    plain
}
