//! The two tasks that stand where upgraded reminders stood.
//!
//! Since iOS 13 a list of reminders that its owner upgraded is no longer kept where calendars are. In its place
//! stand `The creator of this list has upgraded these reminders.`, with a link to Apple's page about it, and `Where
//! are my reminders?`, both in the language of the account (seen by several people who asked iCloud's calendar
//! server; whether the export holds them is not known). To take them for tasks would say that the reminders are here.
//!
//! The link is the same in every language, the texts are known in a few. The second of the two may come without the
//! link: then it is the one question, without a date and not done, that was made in the same second as the first, or
//! that is all there is beside it.

use std::collections::HashSet;

use crate::category::calendars::component::{Component, Kind, Status};
use crate::category::calendars::read::Mark;

/// Apple's page about it, by its old number and its new one.
const PAGES: [&str; 2] = ["ht210220", "102457"];

/// The titles that were seen, in lower case and without what ends the sentence.
const TITLES: [&str; 9] = [
    "the creator of this list has upgraded these reminders",
    "the creator of this list upgraded these reminders",
    "the list creator has upgraded these reminders",
    "where are my reminders",
    "where can i find my reminders",
    "der ersteller dieser liste hat diese erinnerungen aktualisiert",
    "wo sind meine erinnerungen",
    "此列表的创建者已升级这些提醒事项",
    "在哪里可以找到我的提醒事项",
];

/// What makes a task look like one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubt {
    looks: Looks,
    /// When it was made, if it says so.
    created: Option<Mark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// It says so by itself.
    Certain,
    /// It may be the second, where the first is certain.
    Second,
}

impl Doubt {
    /// Why this may be one; `None` if nothing speaks for it.
    pub(super) fn of(component: &Component) -> Option<Self> {
        let looks = match component.kind {
            Kind::Task if says_so(component) => Looks::Certain,
            Kind::Task if is_bare_question(component) => Looks::Second,
            _ => return None,
        };
        Some(Doubt { looks, created: component.created.as_ref().map(|time| Mark::of(&time.raw)) })
    }
}

/// Which of a list's blocks are the two. It has so many tasks, of which these are in doubt, each given with its place.
pub(super) fn tombstones(tasks: usize, doubts: &[(usize, Doubt)]) -> HashSet<usize> {
    let of = |looks| doubts.iter().filter(move |(_, doubt)| doubt.looks == looks);
    let mut found: HashSet<usize> = of(Looks::Certain).map(|(at, _)| *at).collect();
    let (mut certain, alone) = (of(Looks::Certain), tasks == 2);
    if let (Some((_, first)), None) = (certain.next(), certain.next()) {
        let is_with = |doubt: &Doubt| alone || first.created.is_some() && first.created == doubt.created;
        let mut second = of(Looks::Second).filter(|(_, doubt)| is_with(doubt));
        if let (Some((at, _)), None) = (second.next(), second.next()) {
            found.insert(*at);
        }
    }
    found
}

/// Whether a task says so by itself: by the link, or by a title that is known.
fn says_so(component: &Component) -> bool {
    let texts = [&component.description, &component.url, &component.summary];
    let has_link = texts.into_iter().flatten().any(|text| {
        let text = text.to_ascii_lowercase();
        text.split("support.apple.com/").skip(1).any(|rest| {
            let address: &str = rest.split(char::is_whitespace).next().unwrap_or_default();
            let pages = address.split(['/', '?', '#', ')', '>', '"', '.', ',']);
            pages.into_iter().any(|part| PAGES.contains(&part))
        })
    });
    has_link || component.summary.as_deref().is_some_and(is_known_title)
}

fn is_known_title(title: &str) -> bool {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let title = title.trim_end_matches(['.', '?', '!', '。', '？', ' ']);
    TITLES.contains(&title)
}

fn is_bare_question(task: &Component) -> bool {
    let asks = task
        .summary
        .as_deref()
        .is_some_and(|title| title.trim_end().ends_with(['?', '？', '؟', ';', '\u{37e}']));
    asks && task.due.is_none() && task.starts.is_none() && task.rule.is_none() && task.status == Status::Open
}

#[cfg(test)]
mod tests {
    use super::tombstones;
    use crate::category::calendars::read;

    /// Which of these tasks, one a line, are tombstones. `|` is a line break within a task.
    fn found(tasks: &[&str]) -> Vec<bool> {
        let blocks: String = tasks
            .iter()
            .map(|task| format!("BEGIN:VTODO\n{}\nEND:VTODO\n", task.replace('|', "\n")))
            .collect();
        let stream = read(format!("BEGIN:VCALENDAR\n{blocks}END:VCALENDAR\n").as_bytes()).unwrap();
        let found = tombstones(tasks.len(), &stream.calendars[0].doubts);
        (0..tasks.len()).map(|at| found.contains(&at)).collect()
    }

    #[test]
    fn the_two_in_languages_known_and_unknown() {
        let cases: [(&[&str], &[bool]); 15] = [
            (
                &[
                    "SUMMARY:The creator of this list has upgraded these reminders.",
                    "SUMMARY:Where are my reminders?",
                ],
                &[true, true],
            ),
            (&["SUMMARY:Wo sind meine Erinnerungen?", "SUMMARY:Milch"], &[true, false]),
            (
                &["SUMMARY:在哪里可以找到我的提醒事项？", "SUMMARY:此列表的创建者已升级这些提醒事项。"],
                &[true, true],
            ),
            // by the link, in any language and of any form of its address
            (
                &[
                    "SUMMARY:Le créateur de cette liste a mis à jour ces rappels.|DESCRIPTION:En savoir plus : https://support.apple.com/HT210220",
                ],
                &[true],
            ),
            (&["SUMMARY:x|DESCRIPTION:(https://support.apple.com/fr-fr/HT210220)."], &[true]),
            (&["SUMMARY:x|URL:https://support.apple.com/kb/ht210220?locale=nb"], &[true]),
            (&["SUMMARY:x|DESCRIPTION:support.apple.com/en-us/102457"], &[true]),
            (&["SUMMARY:x|DESCRIPTION:https://support.apple.com/HT\n 210220"], &[true]),
            // the second has no link, and was made with the first
            (
                &[
                    "SUMMARY:Où sont mes rappels ?|CREATED:20200822T101010Z",
                    "SUMMARY:x|DESCRIPTION:https://support.apple.com/HT210220|CREATED:20200822T101010Z",
                    "SUMMARY:Du pain ?|CREATED:20210101T101010Z",
                ],
                &[true, true, false],
            ),
            // or there is nothing else
            (
                &[
                    "SUMMARY:リマインダーはどこにありますか？|CREATED:20200822T101012Z",
                    "SUMMARY:x|DESCRIPTION:https://support.apple.com/HT210220|CREATED:20200822T101010Z",
                ],
                &[true, true],
            ),
            (
                &[
                    "SUMMARY:Hvor er påminnelsene mine?",
                    "SUMMARY:x|DESCRIPTION:https://support.apple.com/HT210220",
                ],
                &[true, true],
            ),
            (
                &[
                    "SUMMARY:Hvor er skoene?",
                    "SUMMARY:x|DESCRIPTION:https://support.apple.com/HT210220",
                    "SUMMARY:Brød",
                ],
                &[false, true, false],
            ),
            // tasks
            (
                &[
                    "SUMMARY:Where are my reminders? Ask Bo",
                    "SUMMARY:Read support.apple.com/HT201222",
                    "SUMMARY:call 102457",
                ],
                &[false; 3],
            ),
            (
                &[
                    "SUMMARY:Brød?|DUE;VALUE=DATE:20240101",
                    "SUMMARY:x|DESCRIPTION:https://support.apple.com/HT210220",
                ],
                &[false, true],
            ),
            (&[], &[]),
        ];
        for (tasks, expected) in cases {
            assert_eq!(found(tasks), expected, "{tasks:?}");
        }
    }

    #[test]
    fn an_event_is_none() {
        let text =
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Where are my reminders?\nEND:VEVENT\nEND:VCALENDAR\n";
        assert_eq!(read(text.as_bytes()).unwrap().calendars[0].doubts, []);
    }
}
