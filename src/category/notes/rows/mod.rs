//! Rows to notes: which row of Apple's list speaks of which note.
//!
//! The list has titles and no paths, and titles are not unique: 23 notes of one title were seen. Rows and notes that
//! only their title joins, several on either side, stay together as a group, and no date is ever guessed from it.
//! What all rows of a group say is still true of each of its notes.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use chrono_tz::Tz;

use crate::category::notes::list::Row;
use crate::category::notes::path::{Area, Home, Mark};
use crate::category::notes::title;

/// Members of a group up to which cut titles are compared one by one.
const FEW: usize = 64;

/// What of a note tells which row is its own.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub home: &'a Home,
    pub mark: Mark,
    /// The first line of its text; `None` where there is no text.
    pub first_line: Option<&'a str>,
    /// `Last Modified Date` as the list of shared notes has it, which names the note by its path.
    pub shared_modified: Option<&'a str>,
}

/// By what a note found its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The only row and the only note of this title.
    Title,
    /// The same, whatever case.
    Folded,
    /// Of several with one title, by the instant in the note's file name.
    Created,
    /// Of several with one title, by the date in the list of shared notes.
    Shared,
    /// By the first line of the text, where the folder's name is another.
    FirstLine,
    /// By the title without what file systems change in names, or read in another encoding.
    Loose,
    /// By the beginning of a title that was cut.
    Cut,
}

impl Rule {
    /// Its word in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Title => "title",
            Rule::Folded => "folded-title",
            Rule::Created => "created",
            Rule::Shared => "shared",
            Rule::FirstLine => "first-line",
            Rule::Loose => "loose-title",
            Rule::Cut => "cut-title",
        }
    }
}

/// What a note found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    /// No row.
    Nothing,
    /// The row at this index.
    Row(usize, Rule),
    /// One of these rows, nobody knows which.
    OneOf(Arc<[usize]>),
}

/// Rows and notes that only a title joins. Indices into what was matched, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub rows: Arc<[usize]>,
    pub notes: Vec<usize>,
}

/// All rows and notes, matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matching {
    /// What each note found, in the order given.
    pub notes: Vec<Matched>,
    pub groups: Vec<Group>,
    /// Rows whose note is nowhere; of a group with more rows than notes nobody knows which these are.
    pub missing: Vec<usize>,
    /// Notes that no row can speak of.
    pub unlisted: Vec<usize>,
}

impl Matching {
    /// The rows that may speak of a note: none, one, or equal candidates.
    pub fn rows_of(&self, note: usize) -> &[usize] {
        match self.notes.get(note) {
            Some(Matched::Row(row, _)) => std::slice::from_ref(row),
            Some(Matched::OneOf(rows)) => rows,
            Some(Matched::Nothing) | None => &[],
        }
    }
}

/// Matches the rows of one export's list with its notes. `zone` is where the list's clock is thought to stand.
pub fn matching(rows: &[Row], notes: &[Known<'_>], zone: Tz) -> Matching {
    let mut open = Open {
        rows,
        notes,
        zone,
        open_rows: (0..rows.len()).collect(),
        open_notes: (0..notes.len()).collect(),
        found: Matching { notes: vec![Matched::Nothing; notes.len()], ..Matching::default() },
    };
    let area = |row: &Row| if row.deleted == Some(true) { Area::RecentlyDeleted } else { Area::Notes };
    open.tier(
        Rule::Title,
        |row| Some((area(row), title::exact(&row.title))),
        |note| Some((note.home.area, title::exact(&note.home.title))),
    );
    open.tier(
        Rule::Folded,
        |row| Some((area(row), title::folded(&row.title))),
        |note| Some((note.home.area, title::folded(&note.home.title))),
    );
    // a row that does not say where its note lies
    open.tier(
        Rule::Title,
        |row| row.deleted.is_none().then(|| title::folded(&row.title)),
        |note| Some(title::folded(&note.home.title)),
    );
    open.tier(
        Rule::FirstLine,
        |row| Some((area(row), title::folded(&row.title))),
        |note| Some((note.home.area, title::folded(note.first_line.filter(|line| !line.trim().is_empty())?))),
    );
    open.tier(
        Rule::Loose,
        |row| Some((area(row), title::loose(&row.title))),
        |note| Some((note.home.area, title::loose(&note.home.title))),
    );
    open.tier(
        Rule::Loose,
        |row| Some((area(row), title::folded(&title::undoubled(&row.title)?))),
        |note| Some((note.home.area, title::folded(&note.home.title))),
    );
    open.cut(area);
    open.finish()
}

/// What has not been matched yet.
struct Open<'a> {
    rows: &'a [Row],
    notes: &'a [Known<'a>],
    zone: Tz,
    open_rows: Vec<usize>,
    open_notes: Vec<usize>,
    found: Matching,
}

impl Open<'_> {
    fn row(&self, row: usize) -> Option<&Row> {
        self.rows.get(row)
    }

    fn note(&self, note: usize) -> Option<&Known<'_>> {
        self.notes.get(note)
    }

    /// Joins what is still open by a key. What has a key that nothing on the other side has stays open.
    fn tier<K: Ord>(
        &mut self,
        rule: Rule,
        row_key: impl Fn(&Row) -> Option<K>,
        note_key: impl Fn(&Known<'_>) -> Option<K>,
    ) {
        let mut groups: BTreeMap<K, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for &row in &self.open_rows {
            if let Some(key) = self.row(row).and_then(&row_key) {
                groups.entry(key).or_default().0.push(row);
            }
        }
        for &note in &self.open_notes {
            if let Some(group) = self.note(note).and_then(&note_key).and_then(|key| groups.get_mut(&key)) {
                group.1.push(note);
            }
        }
        for (rows, notes) in groups.into_values().filter(|(_, notes)| !notes.is_empty()) {
            self.group(rows, notes, rule);
        }
        self.close();
    }

    /// Joins the rows and notes of one title.
    fn group(&mut self, rows: Vec<usize>, notes: Vec<usize>, rule: Rule) {
        if let ([row], [note]) = (rows.as_slice(), notes.as_slice()) {
            return self.pair(*row, *note, rule);
        }
        let zone = self.zone;
        let created = |row: &Row| row.created.read_in(zone).utc;
        let (rows, notes) = self.unique(rows, notes, Rule::Created, created, |note| note.mark.created);
        let modified = |row: &Row| Some(row.modified.raw().to_owned()).filter(|raw| !raw.is_empty());
        let (rows, notes) =
            self.unique(rows, notes, Rule::Shared, modified, |note| note.shared_modified.map(str::to_owned));
        // handwriting has no text; where the counts agree it is a group of its own
        let (drawn, written): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| self.row(*row).is_some_and(|row| row.drawing == Some(true)));
        let (bare, texts): (Vec<_>, Vec<_>) = notes
            .into_iter()
            .partition(|note| self.note(*note).is_some_and(|note| note.first_line.is_none()));
        if drawn.len() == bare.len() && written.len() == texts.len() {
            self.equal(drawn, bare, rule);
            self.equal(written, texts, rule);
        } else {
            self.equal(sorted(drawn, written), sorted(bare, texts), rule);
        }
    }

    /// Pairs the rows and notes for which a value is the same, and no other has it.
    fn unique<K: Hash + Eq>(
        &mut self,
        rows: Vec<usize>,
        notes: Vec<usize>,
        rule: Rule,
        row_key: impl Fn(&Row) -> Option<K>,
        note_key: impl Fn(&Known<'_>) -> Option<K>,
    ) -> (Vec<usize>, Vec<usize>) {
        let mut by_key: HashMap<K, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for &note in &notes {
            if let Some(key) = self.note(note).and_then(&note_key) {
                by_key.entry(key).or_default().1.push(note);
            }
        }
        for &row in &rows {
            if let Some(group) = self.row(row).and_then(&row_key).and_then(|key| by_key.get_mut(&key)) {
                group.0.push(row);
            }
        }
        for (same_rows, same_notes) in by_key.into_values() {
            if let ([row], [note]) = (same_rows.as_slice(), same_notes.as_slice()) {
                self.pair(*row, *note, rule);
            }
        }
        let is_open = |note: &usize| self.found.notes.get(*note) == Some(&Matched::Nothing);
        let taken: Vec<usize> = notes
            .iter()
            .filter(|note| !is_open(note))
            .flat_map(|note| self.found.rows_of(*note))
            .copied()
            .collect();
        let rows = if taken.is_empty() { rows } else { without(rows, taken) };
        (rows, notes.into_iter().filter(is_open).collect())
    }

    /// Rows and notes between which nothing tells.
    fn equal(&mut self, rows: Vec<usize>, notes: Vec<usize>, rule: Rule) {
        match (rows.as_slice(), notes.as_slice()) {
            ([], _) | (_, []) => {}
            ([row], [note]) => self.pair(*row, *note, rule),
            _ => {
                let rows: Arc<[usize]> = rows.into();
                for &note in &notes {
                    if let Some(found) = self.found.notes.get_mut(note) {
                        *found = Matched::OneOf(Arc::clone(&rows));
                    }
                }
                self.found.groups.push(Group { rows, notes });
            }
        }
    }

    fn pair(&mut self, row: usize, note: usize, rule: Rule) {
        if let Some(found) = self.found.notes.get_mut(note) {
            *found = Matched::Row(row, rule);
        }
    }

    /// Titles that were cut: pairs of which each is the only candidate of the other.
    fn cut(&mut self, area: impl Fn(&Row) -> Area) {
        /// Indices with their folded titles.
        type Titles = Vec<(usize, String)>;
        let mut groups: BTreeMap<(Area, String), (Titles, Titles)> = BTreeMap::new();
        for &row in &self.open_rows {
            let Some(of) = self.row(row) else { continue };
            let key = title::folded(&of.title);
            if let Some(beginning) = title::beginning(&key) {
                groups.entry((area(of), beginning.to_owned())).or_default().0.push((row, key));
            }
        }
        for &note in &self.open_notes {
            let Some(of) = self.note(note) else { continue };
            // a folder's name of exactly that length may be one that was cut
            let key = title::folded(&of.home.title);
            let beginning = title::beginning(&key).unwrap_or(&key).to_owned();
            if let Some(group) = groups.get_mut(&(of.home.area, beginning)) {
                group.1.push((note, key));
            }
        }
        for (rows, notes) in groups.into_values().filter(|(rows, notes)| rows.len().max(notes.len()) <= FEW) {
            let of_row = |row: &str| only(notes.iter().filter(|(_, note)| title::is_cut(row, note)));
            let of_note = |note: &str| only(rows.iter().filter(|(_, row)| title::is_cut(row, note)));
            for (row, key) in &rows {
                let Some((note, note_key)) = of_row(key) else { continue };
                if of_note(note_key).is_some_and(|(back, _)| back == row) {
                    self.pair(*row, *note, Rule::Cut);
                }
            }
        }
        self.close();
    }

    /// Takes what was matched out of what is open.
    fn close(&mut self) {
        let found = &self.found;
        let matched = |note: &usize| found.notes.get(*note) != Some(&Matched::Nothing);
        let taken: Vec<usize> = self
            .open_notes
            .iter()
            .filter(|note| matched(note))
            .flat_map(|note| match found.notes.get(*note) {
                Some(Matched::Row(row, _)) => Some(*row),
                _ => None,
            })
            .chain(found.groups.iter().flat_map(|group| group.rows.iter().copied()))
            .collect();
        self.open_notes.retain(|note| !matched(note));
        self.open_rows = without(std::mem::take(&mut self.open_rows), taken);
    }

    fn finish(self) -> Matching {
        let mut found = self.found;
        found.groups.sort_by(|a, b| a.notes.cmp(&b.notes));
        Matching { missing: self.open_rows, unlisted: self.open_notes, ..found }
    }
}

fn sorted(mut some: Vec<usize>, others: Vec<usize>) -> Vec<usize> {
    some.extend(others);
    some.sort_unstable();
    some
}

fn without(all: Vec<usize>, mut taken: Vec<usize>) -> Vec<usize> {
    taken.sort_unstable();
    all.into_iter().filter(|one| taken.binary_search(one).is_err()).collect()
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    if items.next().is_some() { None } else { Some(first) }
}

#[cfg(test)]
mod tests;
