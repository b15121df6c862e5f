//! The law of rows by name, over rows and files that are drawn at random; how often it is tried is said in
//! [`tried`].

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::category::photos::build::{Built, row, shown, tried};
use crate::category::photos::rows::{RowAt, match_rows};
use crate::problem::{Code, Problem, Severity};

/// What became of the rows of some files.
#[derive(Debug, PartialEq)]
struct Told {
    /// The time of each row that speaks of a file, and the bytes of that file.
    claims: Vec<(String, String)>,
    problems: Vec<Problem>,
}

impl Told {
    fn of(built: Built) -> Self {
        let texts = built.texts();
        let (contents, heard) = built.done();
        let rows = match_rows(&contents, &heard);
        let mut claims = Vec::new();
        for content in contents.distinct.ids() {
            let row = |at: RowAt<'_>| (shown(at.row.created.unwrap()), texts[&content].clone());
            claims.extend(rows.of(content).map(row));
        }
        claims.sort();
        Told { claims, problems: rows.problems.into_problems() }
    }

    fn problems(&self, code: Code) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(move |problem| problem.code == code)
    }

    /// Codes and severities of all problems, in an order that is not that of the rows.
    fn codes(&self) -> Vec<(Code, bool)> {
        let is_error = |problem: &Problem| (problem.code, problem.severity == Severity::Error);
        let mut codes: Vec<_> = self.problems.iter().map(is_error).collect();
        codes.sort_unstable();
        codes
    }
}

proptest! {
    #![proptest_config(tried(5_000))]

    /// Rows and files of one name in some folders and parts, with and without dates: every row speaks of one
    /// file, or is doubted once, or is missing; no file is given to two rows; nothing is missing while a file of
    /// its name is left; and the order of the rows does not matter.
    #[test]
    fn every_row_of_one_name_ends_somewhere(
        files in vec((0..3_u32, 0..4_usize, 0..3_u32, any::<bool>()), 0..6),
        rows in vec((0..3_u32, 0..4_usize, any::<bool>()), 0..6),
    ) {
        let names = ["A.JPG", "a.jpg", "A-1.JPG", "A-2.JPG"];
        // no two rows have one time, which tells them apart
        let time = |n: usize| format!("202{}-01-0{} 09:00", 1 + n % 2, 1 + n);
        let made = |reverse: bool| {
            let mut built = Built::new();
            for part in 0..3 {
                built = if part > 0 { built.part(part + 1) } else { built };
                for (n, (_, name, year, deleted)) in files.iter().enumerate().filter(|(_, f)| f.0 == part) {
                    let folder = if *deleted { "Recently Deleted" } else { "Photos" };
                    built = built.file(&format!("{folder}/{}", names[*name]), &format!("{n}"));
                    built = if *year > 0 { built.taken(&format!("202{year}-01-01 10:00")) } else { built };
                }
                let here = rows.iter().enumerate().filter(|(_, r)| r.0 == part);
                let mut listed: Vec<_> = here
                    .map(|(n, (_, name, deleted))| {
                        let row = row(names[*name % 2]).at(&time(n));
                        if *deleted { row.gone() } else { row }
                    })
                    .collect();
                if reverse {
                    listed.reverse();
                }
                built = built.rows("Photos/Photo Details.csv", listed);
            }
            Told::of(built)
        };
        let told = made(false);
        // of each name that is missing, whether all that say so call it deleted
        let mut missing: BTreeMap<&str, bool> = BTreeMap::new();
        for (n, (_, name, deleted)) in rows.iter().enumerate() {
            let time = time(n);
            let claims = told.claims.iter().filter(|(of, _)| *of == time).count();
            let doubts = told.problems(Code::AmbiguousRow).filter(|p| p.message.contains(&time)).count();
            prop_assert!(claims + doubts <= 1, "the row of {} has {} files and {} doubts", time, claims, doubts);
            if claims + doubts == 0 {
                *missing.entry(names[*name % 2]).or_insert(true) &= deleted;
            }
        }
        let said = told.problems(Code::MissingMedia).map(|problem| {
            let name = names.into_iter().find(|name| problem.message.contains(&format!("`{name}`")));
            (name.unwrap(), problem.severity == Severity::Warning)
        });
        let said: Vec<(&str, bool)> = said.collect();
        prop_assert_eq!(said.len(), missing.len());
        prop_assert!(said.iter().all(|(name, is_deleted)| missing.get(name) == Some(is_deleted)), "{:?}", said);
        let given: BTreeSet<&String> = told.claims.iter().map(|(_, file)| file).collect();
        prop_assert_eq!(given.len(), told.claims.len(), "a file of two rows");
        prop_assert!(missing.is_empty() || given.len() == files.len(), "a file is left for what is missing");
        let reversed = made(true);
        prop_assert_eq!(&reversed.claims, &told.claims);
        prop_assert_eq!(reversed.codes(), told.codes());
    }
}
