//! Which raw tables there will be: what each is called, its columns, and which cells of a file go to which of them.
//!
//! It is settled from the surveys of all files before a table is made, and asks neither the files nor the database.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::category::tables::kind::{Known, column_key, slug};
use crate::category::tables::survey::{Holds, Surveyed};
use crate::records::raw::{File, MOST_COLUMNS, OWN, table};

/// The tables that the files come to. Titles and order are those of the newest export that has them.
pub fn plan(files: &[File<'_>]) -> BTreeMap<String, PlannedTable> {
    let mut plans: BTreeMap<String, PlannedTable> = BTreeMap::new();
    let mut newest_first: Vec<&File<'_>> = files.iter().collect();
    newest_first.sort_by_key(|file| std::cmp::Reverse(file.rank));
    for file in newest_first {
        let known = &file.survey.known;
        for part in &file.survey.parts {
            let slug = known.table(&part.name);
            let name = table(&slug);
            plans
                .entry(slug)
                .or_insert_with(|| PlannedTable::new(name, file.rank))
                .add(known, part, file.rank);
        }
    }
    plans
}

/// A table that will be.
pub struct PlannedTable {
    pub name: String,
    pub columns: Vec<PlannedColumn>,
    /// Where each column stands, by its key.
    pub by_key: HashMap<(String, usize), usize>,
    first_rank: usize,
    /// Whether several exports have rows of it.
    pub has_several: bool,
    pub is_too_wide: bool,
}

/// A column that will be.
pub struct PlannedColumn {
    pub name: String,
    pub header: String,
    holds: Holds,
    /// The two beside it that say of a date which instant it is and on what ground.
    pub beside: Option<[String; 2]>,
}

impl PlannedTable {
    fn new(name: String, rank: usize) -> Self {
        PlannedTable {
            name,
            columns: Vec::new(),
            by_key: HashMap::new(),
            first_rank: rank,
            has_several: false,
            is_too_wide: false,
        }
    }

    fn add(&mut self, known: &Known, part: &Surveyed, rank: usize) {
        self.has_several |= rank != self.first_rank;
        self.is_too_wide |= part.is_too_wide();
        for (key, column) in keys(known, part).into_iter().zip(&part.columns) {
            match self.by_key.get(&key).and_then(|at| self.columns.get_mut(*at)) {
                Some(planned) => planned.holds = planned.holds.and(column.holds),
                None => {
                    self.by_key.insert(key, self.columns.len());
                    let header = column.title.clone();
                    let name = known.newest(&header).to_owned();
                    self.columns.push(PlannedColumn { name, header, holds: column.holds, beside: None });
                }
            }
        }
    }

    /// Gives each column a name of its own, and those of dates their two others where there is room for them.
    pub fn name_columns(&mut self) {
        let mut taken: HashSet<String> = OWN.into_iter().map(str::to_owned).collect();
        for (position, column) in (1..).zip(&mut self.columns) {
            let name =
                if column.header.is_empty() { format!("column_{position}") } else { slug(&column.name) };
            column.name = free(&mut taken, &name);
        }
        let dates = self.columns.iter().filter(|column| column.holds == Holds::Dates).count();
        if self.columns.len() + 2 * dates + OWN.len() > MOST_COLUMNS {
            return;
        }
        for column in self.columns.iter_mut().filter(|column| column.holds == Holds::Dates) {
            let name = &column.name;
            column.beside = Some(["utc", "basis"].map(|end| free(&mut taken, &format!("{name}_{end}"))));
        }
    }

    /// All columns, in their order, with the titles that Apple gave them.
    pub fn names(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let columns = self.columns.iter().flat_map(|column| {
            let beside =
                column.beside.iter().flatten().map(|name| (name.as_str(), Some(column.header.as_str())));
            std::iter::once((column.name.as_str(), Some(column.header.as_str()))).chain(beside)
        });
        columns.chain(OWN.into_iter().map(|own| (own, None)))
    }

    pub fn width(&self) -> usize {
        self.names().count()
    }
}

/// A name that no other column has, in any case of letters.
fn free(taken: &mut HashSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut n = 1;
    while !taken.insert(name.to_lowercase()) {
        n += 1;
        name = format!("{wanted}_{n}");
    }
    name
}

/// What makes each column of a part the same as one of another file: its title, whatever its case and spelling, and
/// which of those with that title it is.
pub fn keys(known: &Known, part: &Surveyed) -> Vec<(String, usize)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let key = |title: &str| {
        let key = column_key(known.newest(title));
        let nth = seen.entry(key.clone()).or_default();
        *nth += 1;
        (key, *nth - 1)
    };
    part.columns.iter().map(|column| column.title.as_str()).map(key).collect()
}
