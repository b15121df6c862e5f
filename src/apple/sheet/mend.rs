//! Which piece of a record belongs to which column.
//!
//! It never changes a value; it only decides where each begins and ends.

use std::borrow::Cow;

use crate::apple::sheet::{ENOUGH_NAMES, Form, Holds};
use crate::apple::table::{Record, column_key};

/// How many places of the superfluous commas are tried; nearly always the first is right.
const MOST_TRIED: usize = 16;

/// Where each column of a form stands in a table.
#[derive(Debug, Clone, Copy)]
pub struct Layout<const N: usize> {
    at: [Option<usize>; N],
    /// How many columns the table has, known or not.
    count: usize,
}

/// The cells of a record, in the order of the form.
pub struct Mended<'t, const N: usize> {
    pub cells: [Option<Cow<'t, str>>; N],
    /// Whether every value looks as it should, and two of them say something.
    pub is_certain: bool,
}

impl<const N: usize> Layout<N> {
    /// The layout, if this record is a header: it has two of the names.
    pub fn named(form: &Form<N>, fields: &[Cow<'_, str>]) -> Option<Self> {
        let mut layout = Layout { at: [None; N], count: fields.len() };
        for (index, field) in fields.iter().enumerate() {
            let key = column_key(field);
            let column = form.0.iter().position(|column| column.names.contains(&key.as_str()));
            if let Some(at) = column.and_then(|column| layout.at.get_mut(column)) {
                at.get_or_insert(index);
            }
        }
        (layout.known() >= ENOUGH_NAMES.min(N)).then_some(layout)
    }

    /// Apple's order.
    pub fn by_position() -> Self {
        Layout { at: std::array::from_fn(Some), count: N }
    }

    /// How many of the form's columns the table has.
    pub fn known(&self) -> usize {
        self.at.iter().flatten().count()
    }

    /// Whether it has the first four of them, which tell Apple's forms apart.
    pub fn begins_as_the_form(&self) -> bool {
        self.at.iter().take(4).all(Option::is_some)
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The cells of a record as they fit best.
    pub fn mend<'t>(&self, form: &Form<N>, record: &Record<'t>, separator: char) -> Mended<'t, N> {
        let pieces: Vec<&'t str> = record.raw.split(separator).collect();
        let excess = pieces.len().saturating_sub(self.count);
        let quoted = excess > 0 && record.fields.len() <= self.count;
        let mut best: Option<(usize, Mended<'t, N>)> = None;
        let mut consider = |cells: [Option<Cow<'t, str>>; N]| {
            let (score, is_certain) = self.score(form, &cells);
            if best.as_ref().is_none_or(|(before, _)| score > *before) {
                best = Some((score, Mended { cells, is_certain }));
            }
            is_certain
        };
        if quoted && consider(self.at.map(|at| record.fields.get(at?).cloned())) {
            return self.or_pieces(best, record.raw, separator);
        }
        for absorbed in (0..=excess).rev().take(MOST_TRIED) {
            for (column, at) in form.0.iter().zip(self.at) {
                let (Holds::Text(_), Some(at)) = (column.holds, at) else { continue };
                let gap = Gap { at, absorbed, last: self.last_text(form, at), excess };
                let cells =
                    self.at.map(|at| Some(unquoted(span(record.raw, &pieces, gap.range(at?, self.count))?)));
                consider(cells);
                if excess == 0 {
                    break;
                }
            }
        }
        self.or_pieces(best, record.raw, separator)
    }

    /// The best reading; a form without any text has the pieces themselves.
    fn or_pieces<'t>(
        &self,
        best: Option<(usize, Mended<'t, N>)>,
        raw: &'t str,
        separator: char,
    ) -> Mended<'t, N> {
        best.map(|(_, mended)| mended).unwrap_or_else(|| Mended {
            cells: self.at.map(|at| raw.split(separator).nth(at?).map(unquoted)),
            is_certain: false,
        })
    }

    /// Whether the table's last column is a text other than the one at `at`, which takes what is left over.
    fn last_text(&self, form: &Form<N>, at: usize) -> bool {
        let last = self.count.saturating_sub(1);
        let is_last = |(column, place): (&super::Column, Option<usize>)| {
            place == Some(last) && matches!(column.holds, Holds::Text(_))
        };
        at != last && form.0.iter().zip(self.at).any(is_last)
    }

    /// How well cells fit their columns, and whether all of them do.
    fn score(&self, form: &Form<N>, cells: &[Option<Cow<'_, str>>; N]) -> (usize, bool) {
        const ENOUGH: usize = 2;
        let (mut score, mut fits, mut values, mut says) = (0, true, 0, 0);
        for (column, cell) in form.0.iter().zip(cells) {
            let Some(cell) = cell else { continue };
            let is_empty = cell.trim().is_empty();
            values += usize::from(matches!(column.holds, Holds::Value(_)));
            match column.holds {
                Holds::Value(_) if is_empty => score += 1,
                Holds::Value(looks) if looks(cell) => {
                    score += 2;
                    says += 1;
                }
                Holds::Value(_) => fits = false,
                Holds::Text(looks) => score += usize::from(looks(cell)),
            }
        }
        (score, fits && says > 0 && says >= ENOUGH.min(values))
    }
}

/// Where the superfluous commas of a record are thought to be: so many in the text at `at`, the rest at the end.
#[derive(Clone, Copy)]
struct Gap {
    at: usize,
    absorbed: usize,
    last: bool,
    excess: usize,
}

impl Gap {
    /// The first and last piece of the column at `at`.
    fn range(self, at: usize, count: usize) -> (usize, usize) {
        let first = if at > self.at { at + self.absorbed } else { at };
        let more = match at {
            _ if at == self.at => self.absorbed,
            _ if self.last && at + 1 == count => self.excess - self.absorbed,
            _ => 0,
        };
        (first, first + more)
    }
}

/// The text from one piece to another, which are neighbours in `raw`.
fn span<'t>(raw: &'t str, pieces: &[&'t str], (first, last): (usize, usize)) -> Option<&'t str> {
    let (first, last) = (pieces.get(first)?, pieces.get(last)?);
    let place = |piece: &str| piece.as_ptr() as usize - raw.as_ptr() as usize;
    raw.get(place(first)..place(last) + last.len())
}

/// A piece without its quotes, if they were set by the rules; else as it is, for they are its owner's.
fn unquoted(piece: &str) -> Cow<'_, str> {
    let inner = piece.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.replace("\"\"", "").contains('"') => match inner.contains('"') {
            true => Cow::Owned(inner.replace("\"\"", "\"")),
            false => Cow::Borrowed(inner),
        },
        _ => Cow::Borrowed(piece),
    }
}
