//! All categories but photos together: what their lists and texts say, and what that comes to.
//!
//! Everything is decided anew each time, from this run's inputs and from what the library keeps alike. So a list that
//! comes a year later still finds its note, several exports are one, and a library that an earlier version made needs
//! no zips to be understood.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use crate::category::outcome::{Count, Hearing, Made, Open, Standing, Wishes, problem_of};
use crate::category::recognise::Sort;
use crate::category::trial::Trial;
use crate::category::{Choices, bookmarks, calendars, contacts, drive, mail, notes, tables};
use crate::contents::{Category, ContentId, ContentSet, Contents, Entry};
use crate::problem::Problem;
use crate::problem::refusal::Refusal;

/// What lists and texts said.
#[derive(Debug, Default)]
pub struct Heard {
    pub notes: notes::decide::Heard,
    pub drive: drive::decide::Heard,
    pub contacts: contacts::decide::Heard,
    pub calendars: calendars::decide::Heard,
    pub mail: mail::decide::Heard,
    pub bookmarks: bookmarks::Heard,
    pub tables: tables::Heard,
    /// Bytes that said nothing, and why.
    pub unheard: BTreeMap<ContentId, Refusal>,
}

/// Asks everything that was delivered what it says; `proved` are bytes that need no proof any more.
pub fn hear(contents: &Contents, open: &dyn Open, proved: ContentSet, choices: &Choices) -> Heard {
    let mut hearing = Hearing { proved, packages: choices.packages, ..Hearing::new(contents, open) };
    Heard {
        notes: notes::decide::hear(&mut hearing),
        drive: drive::decide::hear(&mut hearing),
        contacts: contacts::decide::hear(&mut hearing),
        calendars: calendars::decide::hear(&mut hearing),
        mail: mail::decide::hear(&mut hearing),
        bookmarks: bookmarks::hear(&mut hearing),
        tables: tables::hear(&mut hearing),
        unheard: hearing.unheard,
    }
}

/// What it all comes to.
#[derive(Debug, Default)]
pub struct Decided {
    pub notes: notes::decide::Decided,
    pub drive: drive::decide::Decided,
    pub contacts: contacts::decide::Decided,
    pub calendars: calendars::decide::Decided,
    pub mail: mail::decide::Decided,
    pub bookmarks: bookmarks::Decided,
    pub tables: tables::Decided,
    pub problems: Vec<Problem>,
    /// The zone of Apple's clocks that state none.
    pub zone: Tz,
    /// What the owner does not want, or not any more.
    unwanted: BTreeSet<Category>,
}

/// Decides for every category. Pure. What stands of one that is not wanted any more stays where and what it is, and is
/// not spoken of.
pub fn decide(contents: &Contents, heard: &Heard, choices: &Choices) -> Decided {
    let mut problems = unheard(contents, heard);
    problems.extend(tables::missing(contents, &heard.tables, &choices.wanted));
    Decided {
        notes: notes::decide::decide(contents, &heard.notes, choices),
        drive: drive::decide::decide(contents, &heard.drive, choices),
        contacts: contacts::decide::decide(contents, &heard.contacts),
        calendars: calendars::decide::decide(contents, &heard.calendars),
        mail: mail::decide::decide(contents, &heard.mail, choices),
        bookmarks: bookmarks::decide(contents, &heard.bookmarks),
        tables: tables::decide(contents, &heard.tables),
        problems,
        zone: choices.zone,
        unwanted: Category::ALL.into_iter().filter(|category| !choices.wanted.has(*category)).collect(),
    }
}

/// The wanted categories of which everything that is known could be read. What stands of others may be wanted still,
/// although nothing says so now.
pub fn whole(contents: &Contents, heard: &Heard, choices: &Choices) -> BTreeSet<Category> {
    let is_silent = |entry: &&Entry| match entry.content() {
        Some(content) => heard.unheard.contains_key(&content),
        None => !entry.class.is_left_out(),
    };
    let silent: BTreeSet<Category> =
        contents.entries.iter().filter(is_silent).map(|entry| entry.category).collect();
    let all = Category::ALL.into_iter().filter(|category| choices.wanted.has(*category));
    all.filter(|category| !silent.contains(category)).collect()
}

/// One problem for each file of these inputs that is kept and says nothing to us.
fn unheard(contents: &Contents, heard: &Heard) -> Vec<Problem> {
    let others = contents.entries.pairs().filter(|(_, entry)| entry.given && Sort::of(entry).is_some());
    let unheard = others.filter_map(|(id, entry)| Some((id, heard.unheard.get(&entry.content()?)?)));
    let problem = |(id, (code, why)): (_, &Refusal)| {
        problem_of(contents, id, *code, format!("this file was kept, but not read: {why}"))
    };
    unheard.map(problem).collect()
}

impl Decided {
    /// Whether its owner wants this category.
    pub fn wants(&self, category: Category) -> bool {
        !self.unwanted.contains(&category)
    }

    /// Where files are to stand. They take too much room to be there twice: nobody can ask again.
    pub fn take_wishes(&mut self) -> Wishes {
        let others = [
            &mut self.notes.wishes,
            &mut self.contacts.wishes,
            &mut self.calendars.wishes,
            &mut self.mail.wishes,
            &mut self.tables.wishes,
        ];
        let mut wishes = std::mem::take(&mut self.drive.wishes);
        wishes.extend(others.into_iter().flat_map(std::mem::take));
        wishes
    }

    /// How much of each category these inputs hold.
    pub fn counts(&self) -> Vec<Count> {
        let counts = [
            self.notes.count,
            self.drive.count,
            self.contacts.count,
            self.calendars.count,
            self.mail.count,
            self.bookmarks.count,
            self.tables.count,
        ];
        counts.into_iter().flatten().filter(|count| !self.unwanted.contains(&count.category)).collect()
    }

    /// What the clocks of Apple's lists prove of the zone that they are read in.
    pub fn trial(&self) -> Option<Trial> {
        let all = [(Category::Notes, &self.notes.trial), (Category::Drive, &self.drive.trial)];
        let wanted = all.into_iter().filter(|(category, _)| !self.unwanted.contains(category));
        wanted.filter_map(|(_, trial)| trial.clone()).reduce(Trial::and)
    }

    /// What is wrong or uncertain.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        let all = [
            (Category::Notes, &self.notes.problems),
            (Category::Drive, &self.drive.problems),
            (Category::Contacts, &self.contacts.problems),
            (Category::Calendars, &self.calendars.problems),
            (Category::Mail, &self.mail.problems),
            (Category::Records, &self.tables.problems),
        ];
        let wanted = all.into_iter().filter(|(category, _)| !self.unwanted.contains(category));
        self.problems.iter().chain(wanted.flat_map(|(_, problems)| problems))
    }

    /// The files to be made of it all; `standing` says where files stand.
    pub fn made<'a>(&'a self, contents: &Contents, standing: &Standing<'a>) -> Vec<Made<'a>> {
        let mut made = self.notes.made(standing);
        made.extend(self.drive.made(contents, standing));
        made.extend(self.contacts.made(standing));
        made.extend(self.calendars.made(standing));
        made.extend(self.mail.made(standing));
        made.extend(self.bookmarks.made());
        made.retain(|made| !self.unwanted.contains(&made.category));
        made
    }
}
