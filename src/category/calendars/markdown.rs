//! Lists of reminders for people, and for programs that keep tasks in text.
//!
//! Markdown as Obsidian's Tasks reads it: `- [ ] Buy milk 📅 2025-03-01`, parts of a task below it, notes in a
//! paragraph of their own. What a line cannot hold (alarms, rules beyond a plain interval) is in the `.ics` beside.

use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::apple::content_line::Text;
use crate::category::calendars::component::{Component, Priority, Status};
use crate::category::calendars::gathered::{Counted, Gathered, Part};
use crate::category::calendars::read::{Blocks, Mark};
use crate::category::calendars::zone::Zones;

/// How far parts of tasks are set in; deeper ones stand at this depth.
const DEEPEST: usize = 8;

/// Writes a list as Markdown, if it has tasks. Times in UTC show the hour of the list's zone, else of `assumed`.
///
/// # Errors
/// If the text cannot be read again, or `to` refuses.
pub fn markdown(text: &Text, list: &Gathered, assumed: Option<Tz>, to: &mut dyn Write) -> io::Result<()> {
    if list.has(&[Part::Task]) {
        write!(to, "# {}\n\n", inline(&list.name))?;
    }
    each_task(text, list, assumed, &mut |depth, task| to.write_all(item(depth, task).as_bytes()))
}

/// A task, with its notes.
fn item(depth: usize, task: &Task<'_>) -> String {
    let mut text = String::new();
    let indent = "    ".repeat(depth.min(DEEPEST));
    let due = task.component.due.as_ref().and_then(|due| task.zones.on_the_clock(due));
    text.push_str(&format!("{indent}- [{}] {}", mark(&task.component), inline(title(&task.component))));
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
    text
}

/// Writes all lists of a file as `todo.txt`: `(A) Buy milk due:2025-03-01 +Groceries`.
///
/// # Errors
/// If the text cannot be read again, or `to` refuses.
pub fn todo_txt(text: &Text, lists: &[Gathered], assumed: Option<Tz>, to: &mut dyn Write) -> io::Result<()> {
    for list in lists {
        let project: Vec<&str> = list.name.split_whitespace().collect();
        let project = project.join("-");
        each_task(text, list, assumed, &mut |_, task| writeln!(to, "{}", line(task, &project)))?;
    }
    Ok(())
}

/// A task of this project on one line.
fn line(task: &Task<'_>, project: &str) -> String {
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
    words.extend(title(&task.component).split_whitespace().map(str::to_owned));
    let due = task.component.due.as_ref().and_then(|due| task.zones.on_the_clock(due));
    words.extend(due.map(|(day, _)| format!("due:{day}")));
    words.extend(after);
    if !project.is_empty() {
        words.push(format!("+{project}"));
    }
    words.join(" ")
}

struct Task<'z> {
    component: Component,
    zones: &'z Zones,
}

impl Task<'_> {
    fn done_on(&self) -> Option<NaiveDate> {
        let completed =
            self.component.completed.as_ref().filter(|_| self.component.status == Status::Done)?;
        self.zones.on_the_clock(completed).map(|(day, _)| day)
    }
}

/// Gives the tasks of a list in the order of the file, the parts of each task after it, each with how deep it is.
fn each_task(
    text: &Text,
    list: &Gathered,
    assumed: Option<Tz>,
    each: &mut dyn FnMut(usize, &Task<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let tree = Tree::of(text, list)?;
    let mut open: Option<(usize, Zones)> = None;
    for (depth, at) in tree.in_order() {
        let Some(Place { span, calendar }) = tree.places.get(at) else { continue };
        if open.as_ref().is_none_or(|(open, _)| open != calendar) {
            open = list.calendars.get(*calendar).map(|of| (*calendar, Zones::of(of, assumed)));
        }
        let component = Blocks::at(text, span.clone()).next()?;
        if let Some((component, (_, zones))) = component.zip(open.as_ref()) {
            each(depth, &Task { component, zones })?;
        }
    }
    Ok(())
}

/// Which tasks are parts of which. It knows no more of them than where they stand.
struct Tree {
    places: Vec<Place>,
    /// Each part behind the task that it is a part of, in order.
    parts: Vec<(usize, usize)>,
    /// Tasks that are parts of none that is here.
    outermost: Vec<usize>,
}

/// Where a task stands: in its text, and in which of the list's calendars.
struct Place {
    span: Range<usize>,
    calendar: usize,
}

impl Tree {
    fn of(text: &Text, list: &Gathered) -> io::Result<Self> {
        let (mut places, mut parents) = (Vec::new(), Vec::new());
        let mut by_uid: HashMap<Mark, usize> = HashMap::new();
        for (calendar, of) in list.calendars.iter().enumerate() {
            let mut blocks = Counted::of(of, text);
            while let Some((component, part)) = blocks.next()? {
                if part != Part::Task {
                    continue;
                }
                if let Some(uid) = component.uid.as_deref() {
                    by_uid.entry(Mark::of(uid)).or_insert(places.len());
                }
                parents.push(component.parent.as_deref().map(Mark::of));
                places.push(Place { span: component.span, calendar });
            }
        }
        let (mut parts, mut outermost) = (Vec::new(), Vec::new());
        for (at, parent) in parents.into_iter().enumerate() {
            match parent.and_then(|parent| by_uid.get(&parent)) {
                Some(&parent) if parent != at => parts.push((parent, at)),
                _ => outermost.push(at),
            }
        }
        parts.sort_unstable();
        Ok(Tree { places, parts, outermost })
    }

    /// The parts of a task, in the order of the file.
    fn parts_of(&self, at: usize) -> impl DoubleEndedIterator<Item = usize> {
        let first = self.parts.partition_point(|(parent, _)| *parent < at);
        let from = self.parts.get(first..).unwrap_or_default();
        let count = from.partition_point(|(parent, _)| *parent == at);
        from.iter().take(count).map(|(_, part)| *part)
    }

    /// In the order of the file, the parts of each task after it, each with how deep it is.
    fn in_order(&self) -> Vec<(usize, usize)> {
        let mut waiting: Vec<(usize, usize)> = self.outermost.iter().rev().map(|at| (0, *at)).collect();
        let mut order = Vec::with_capacity(self.places.len());
        let mut is_placed = vec![false; self.places.len()];
        // tasks that are parts of each other are parts of nothing
        let mut others = 0..self.places.len();
        loop {
            let Some((depth, at)) = waiting.pop().or_else(|| {
                let left = others.find(|at| is_placed.get(*at) == Some(&false))?;
                Some((0, left))
            }) else {
                return order;
            };
            match is_placed.get_mut(at) {
                Some(is_placed @ false) => *is_placed = true,
                _ => continue,
            }
            order.push((depth, at));
            waiting.extend(self.parts_of(at).rev().map(|part| (depth + 1, part)));
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
