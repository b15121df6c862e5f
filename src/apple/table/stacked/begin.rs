//! What the first records of a file tell: whether its tables have titles, and where the first header stands.
//!
//! Apple quotes either every cell of a file or only those that need it. Where it quotes all, a line without quotes is
//! a title.

use std::borrow::Cow;

use crate::apple::when;

use super::line::{Record, Seen};

/// Records that are enough to tell what kind of file it is.
const ENOUGH_RECORDS: usize = 1000;

/// Bytes of them that are enough.
const ENOUGH_BYTES: usize = 1 << 20;

/// Lines of one cell before a header, at most; more of them are a table of one column.
const MOST_PREAMBLE: usize = 8;

/// The first lines of a file.
#[derive(Debug, Default)]
pub(super) struct Beginning {
    pub(super) lines: Vec<Seen<'static>>,
    records: usize,
    bytes: usize,
}

impl Beginning {
    pub(super) fn push(&mut self, seen: Seen<'_>) {
        let owned = match seen {
            Seen::Blank { lines, physical } => {
                if let Some(Seen::Blank { lines: before, physical: physical_before }) = self.lines.last_mut()
                {
                    *before += lines;
                    *physical_before += physical;
                    return;
                }
                Seen::Blank { lines, physical }
            }
            Seen::Record(record) => {
                self.records += 1;
                self.bytes += record.raw.len();
                Seen::Record(record.into_owned())
            }
            Seen::TooLong { line } => {
                self.records += 1;
                Seen::TooLong { line }
            }
        };
        self.lines.push(owned);
    }

    pub(super) fn is_enough(&self) -> bool {
        self.records >= ENOUGH_RECORDS || self.bytes >= ENOUGH_BYTES
    }

    /// The cells of the first record behind the last blank line that has several.
    pub(super) fn width(&self) -> Option<usize> {
        let block = self.lines.rsplit(|line| matches!(line, Seen::Blank { .. })).next()?;
        block.iter().filter_map(record_of).map(|record| record.cells.len()).find(|cells| *cells > 1)
    }

    /// Whether the tables stand under titles: every record is quoted, but for those that stand above a quoted one and
    /// are no header of it.
    pub(super) fn is_titled(&self) -> bool {
        let records: Vec<_> = self.lines.iter().filter_map(record_of).collect();
        let Some((first, second)) = records.first().zip(records.get(1)) else { return false };
        let mut is_proved = false;
        if is_quoted(&first.raw) {
            let may_be_title = cells_of(&first.cells) == 1 || !is_closed_by_quotes(&first.raw);
            if !may_be_title || cells_of(&second.cells) < 2 {
                return false;
            }
            is_proved = true;
        }
        for (at, record) in records.iter().enumerate().filter(|(_, record)| !is_quoted(&record.raw)) {
            let Some(header) = records.get(at + 1) else { continue };
            if !is_quoted(&header.raw) {
                return false;
            }
            if record.cells.len() == 1 {
                is_proved |= cells_of(&header.cells) > 1;
                continue;
            }
            // commas of a sentence, and not those of a header
            let is_sentence = record.cells.iter().skip(1).all(|cell| cell.starts_with(' '));
            if !is_sentence || !looks_like_titles(&titles_of(&header.cells)) {
                return false;
            }
            let has_a_row = records.get(at + 2).is_some_and(|row| {
                row.cells.len() == header.cells.len() && !looks_like_titles(&titles_of(&row.cells))
            });
            is_proved |= has_a_row || record.cells.len() != header.cells.len();
        }
        is_proved
    }

    /// The line of the first header.
    pub(super) fn header(&self, knows: &dyn Fn(&[Cow<'_, str>]) -> bool) -> Option<u64> {
        let blocks: Vec<Vec<&Record<'_>>> = self
            .lines
            .split(|line| matches!(line, Seen::Blank { .. }))
            .map(|lines| lines.iter().filter_map(record_of).collect())
            .collect();
        let is_known = |record: &Record<'_>| knows(&titles_of(&record.cells));
        let may_be_header = |record: &&Record<'_>| {
            cells_of(&record.cells) > 1 && (looks_like_titles(&titles_of(&record.cells)) || is_known(record))
        };
        let mut later = blocks.iter();
        while let Some(block) = later.next() {
            let Some(first) = block.first() else { continue };
            if let Some(known) = block.iter().find(|record| is_known(record)) {
                return Some(known.line);
            }
            if let Some(header) = commonest(block) {
                return Some(header.line);
            }
            if block.len() > MOST_PREAMBLE || !later.clone().flatten().any(may_be_header) {
                return Some(first.line);
            }
        }
        None
    }
}

fn record_of<'s>(seen: &'s Seen<'static>) -> Option<&'s Record<'static>> {
    match seen {
        Seen::Record(record) => Some(record),
        Seen::Blank { .. } | Seen::TooLong { .. } => None,
    }
}

/// The first record that has as many cells as most have that have several. Of as many the one that looks like titles
/// counts, then the first.
fn commonest<'r, 's>(block: &[&'r Record<'s>]) -> Option<&'r Record<'s>> {
    let several = || block.iter().enumerate().filter(|(_, record)| cells_of(&record.cells) > 1);
    let like = |cells: usize| block.iter().filter(|record| record.cells.len() == cells).count();
    let mut best: Option<(usize, bool, usize, &Record<'_>)> = None;
    let mut tried = Vec::new();
    for (at, record) in several() {
        let cells = record.cells.len();
        if tried.contains(&cells) {
            continue;
        }
        tried.push(cells);
        let worth = (like(cells), looks_like_titles(&titles_of(&record.cells)));
        if best.is_none_or(|(count, titles, ..)| worth > (count, titles)) {
            best = Some((worth.0, worth.1, at, record));
        }
    }
    // sentences among the rows of a table of one column
    let is_table =
        |(count, _, at, _): &(usize, bool, usize, &Record<'_>)| *at <= MOST_PREAMBLE || *count > like(1);
    best.filter(is_table).map(|(.., record)| record)
}

/// The cells without space around them, up to the last that is not empty.
pub(super) fn titles_of<'c>(cells: &'c [Cow<'_, str>]) -> Vec<Cow<'c, str>> {
    cells.iter().take(cells_of(cells)).map(|cell| Cow::Borrowed(cell.trim())).collect()
}

/// How many cells there are up to the last that is not empty.
pub(super) fn cells_of(cells: &[Cow<'_, str>]) -> usize {
    cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1)
}

/// Whether none is empty, a number or a date.
pub(super) fn looks_like_titles(titles: &[Cow<'_, str>]) -> bool {
    titles.iter().all(|title| {
        let has = |wanted: fn(char) -> bool| title.chars().any(wanted);
        let is_value =
            has(|c| c.is_ascii_digit()) && (!has(char::is_alphabetic) || when::read(title, "").is_some());
        !title.trim().is_empty() && !is_value
    })
}

/// Whether a record begins with a quote.
pub(super) fn is_quoted(raw: &str) -> bool {
    raw.trim_start().starts_with('"')
}

/// Whether it ends with one.
pub(super) fn is_closed_by_quotes(raw: &str) -> bool {
    raw.trim_end().ends_with('"')
}

/// What a title says, which may be a quoted cell.
pub(super) fn title_of(record: &Record<'_>) -> String {
    let raw = record.raw.trim();
    let body = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    match (body, record.cells.as_slice()) {
        (Some(body), [cell]) if !body.replace("\"\"", "").contains('"') => cell.trim().to_owned(),
        _ => raw.to_owned(),
    }
}
