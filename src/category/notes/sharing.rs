//! `Shared Notes Info.csv` and `Subscribed Notes Info.csv`: which notes are shared, and with whom.
//!
//! These lists name a note by its path, so here a row finds its note exactly. Addresses are masked by Apple
//! (`a*****@example.com`) and stay out of every page and terminal all the same.

use std::io::Read;

use crate::apple::sheet::{self, Cells, Column, Form, Holds, Sheet};
use crate::apple::stamp;
use crate::category::dated::Written;
use crate::problem::refusal::Refusal;

const PATH: Column = Column { names: &["filename", "file"], holds: Holds::Text(is_path) };
const OWNER: Column = Column { names: &["ownerdetails", "owner"], holds: Holds::Text(is_people) };
const MODIFIED: Column =
    Column { names: &["lastmodifieddate", "lastmodifiedon"], holds: Holds::Value(stamp::looks_like_one) };
const SHARED: Column =
    Column { names: &["sharedon", "shareddate"], holds: Holds::Value(stamp::looks_like_one) };
const PEOPLE: Column =
    Column { names: &["participantsdetails", "participants"], holds: Holds::Text(is_people) };

const SHARED_FORM: Form<4> = Form([PATH, SHARED, MODIFIED, PEOPLE]);
const SUBSCRIBED_FORM: Form<5> = Form([PATH, OWNER, MODIFIED, SHARED, PEOPLE]);

/// The fields of a person, as Apple titles them.
const FIELDS: [&str; 4] = ["name", "email", "permission", "acceptance status"];

fn is_path(text: &str) -> bool {
    text.trim().to_ascii_lowercase().ends_with(".txt")
}

fn is_people(text: &str) -> bool {
    stamp::is_nothing(text) || field_of(text.trim()).is_some()
}

/// What a person is to a shared note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Owner,
    Participant,
}

impl Role {
    /// Its word in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Participant => "participant",
        }
    }
}

/// Somebody who sees a note. What Apple did not say is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    pub role: Role,
    pub name: Box<str>,
    /// With stars for most of it.
    pub email_masked: Box<str>,
    /// `READ_WRITE` or `READ_ONLY`.
    pub permission: Box<str>,
    /// `ACCEPTED` or `INVITED`.
    pub status: Box<str>,
}

impl Person {
    /// What to call them: the name, else the masked address.
    pub fn called(&self) -> Option<&str> {
        [&self.name, &self.email_masked].into_iter().map(|text| text.as_ref()).find(|text| !text.is_empty())
    }
}

/// What a list says of one shared note.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    /// The physical line it begins on, from 1.
    pub line: u64,
    /// The path of the note's text below `Notes/`.
    pub path: Box<str>,
    pub shared: Written,
    pub modified: Written,
    /// The owner first, if it is not the owner of the export.
    pub people: Vec<Person>,
}

impl Row {
    /// The same row wherever it stands.
    pub fn unplaced(&self) -> Self {
        Row { line: 0, ..self.clone() }
    }
}

/// Reads `Shared Notes Info.csv`, with at most `room` bytes of memory for its rows.
///
/// # Errors
/// If it cannot be read, or there are more rows than any export has, or than there is room for.
pub fn read_shared(source: impl Read, room: usize) -> Result<Sheet<Row>, Refusal> {
    sheet::read(source, &SHARED_FORM, room, |cells| row(cells, [0, 1, 2, 3], None))
}

/// Reads `Subscribed Notes Info.csv`, with at most `room` bytes of memory for its rows.
///
/// # Errors
/// If it cannot be read, or there are more rows than any export has, or than there is room for.
pub fn read_subscribed(source: impl Read, room: usize) -> Result<Sheet<Row>, Refusal> {
    sheet::read(source, &SUBSCRIBED_FORM, room, |cells| row(cells, [0, 3, 2, 4], Some(1)))
}

fn row<const N: usize>(
    cells: &mut Cells<'_, N>,
    [path, shared, modified, people]: [usize; 4],
    owner: Option<usize>,
) -> Result<Row, &'static str> {
    if cells.text(path).is_empty() {
        return Err("it names no note");
    }
    let _ = (cells.stamp(shared, "Shared On"), cells.stamp(modified, "Last Modified Date"));
    let owner = owner.map(|column| persons(cells.text(column), Role::Owner)).unwrap_or_default();
    let participants = persons(cells.text(people), Role::Participant);
    Ok(Row {
        line: cells.line,
        path: cells.text(path).into(),
        shared: Written::new(cells.text(shared)),
        modified: Written::new(cells.text(modified)),
        people: owner.into_iter().chain(participants).collect(),
    })
}

/// The persons of a cell: ` | ` between them, `; ` between the fields of one. A piece that is no field belongs to the
/// field before it, for names may hold any of these characters.
pub fn persons(cell: &str, role: Role) -> Vec<Person> {
    let mut persons: Vec<[String; 4]> = Vec::new();
    if stamp::is_nothing(cell) {
        return Vec::new();
    }
    let mut last = None;
    for (nth, person) in cell.split('|').enumerate() {
        for (piece_nth, piece) in person.split(';').enumerate() {
            let begins_person = piece_nth == 0;
            match (field_of(piece.trim()), last) {
                (Some((field, value)), _) => {
                    if begins_person {
                        persons.push(Default::default());
                    }
                    set(&mut persons, field, value.trim());
                    last = Some(field);
                }
                (None, Some(field)) => {
                    let between = if begins_person && nth > 0 { "|" } else { ";" };
                    append(&mut persons, field, &format!("{between}{}", piece.trim_end()));
                }
                (None, None) => {
                    persons.push(Default::default());
                    set(&mut persons, 0, piece.trim());
                    last = Some(0);
                }
            }
        }
    }
    let of = |text: String| if stamp::is_nothing(&text) { Box::default() } else { text.into_boxed_str() };
    let persons = persons.into_iter().map(|[name, email, permission, status]| Person {
        role,
        name: of(name),
        email_masked: of(email),
        permission: of(permission),
        status: of(status),
    });
    persons.filter(|person| person.called().is_some() || !person.status.is_empty()).collect()
}

fn set(persons: &mut Vec<[String; 4]>, field: usize, value: &str) {
    if persons.is_empty() {
        persons.push(Default::default());
    }
    if let Some(slot) = persons.last_mut().and_then(|person| person.get_mut(field)) {
        *slot = value.to_owned();
    }
}

fn append(persons: &mut [[String; 4]], field: usize, more: &str) {
    if let Some(slot) = persons.last_mut().and_then(|person| person.get_mut(field)) {
        slot.push_str(more);
    }
}

/// Which field a piece is, and its value: `Permission:READ_ONLY`.
fn field_of(piece: &str) -> Option<(usize, &str)> {
    let (title, value) = piece.split_once(':')?;
    let index = FIELDS.iter().position(|field| title.trim().eq_ignore_ascii_case(field))?;
    Some((index, value))
}

#[cfg(test)]
mod tests {
    use super::{Person, Role, persons, read_shared, read_subscribed};
    use proptest::prelude::{any, proptest};

    fn person(role: Role, fields: [&str; 4]) -> Person {
        let [name, email_masked, permission, status] = fields.map(Box::from);
        Person { role, name, email_masked, permission, status }
    }

    #[test]
    fn people_as_apple_writes_them() {
        let ann = ["Ann Berg", "a*****@example.com", "READ_WRITE", "ACCEPTED"];
        let written =
            "Name:Ann Berg; Email:a*****@example.com; Permission:READ_WRITE; Acceptance Status:ACCEPTED";
        for (cell, expected) in [
            ("", vec![]),
            ("N/A", vec![]),
            (written, vec![ann]),
            (
                &format!("{written} | Name:Bo; Email:; Permission:READ_ONLY; Acceptance Status:INVITED"),
                vec![ann, ["Bo", "", "READ_ONLY", "INVITED"]],
            ),
            ("Email:x*@y.z", vec![["", "x*@y.z", "", ""]]),
            ("Name:A; B | C; Email:x*@y.z", vec![["A; B| C", "x*@y.z", "", ""]]),
            ("name: Ann ;EMAIL:a*@b.c", vec![["Ann", "a*@b.c", "", ""]]),
            ("Ann Berg", vec![["Ann Berg", "", "", ""]]),
            ("Name:N/A; Email:null", vec![]),
        ] {
            let expected: Vec<_> =
                expected.into_iter().map(|fields| person(Role::Participant, fields)).collect();
            assert_eq!(persons(cell, Role::Participant), expected, "{cell}");
        }
    }

    #[test]
    fn both_lists() {
        let shared = "File Name, Shared On, Last Modified Date, Participants Details\n\
                      Boat/Spare parts/Spare parts.txt,07-01-2024 11:12:13,07-04-2024 14:15:16,\"Name:Ann Berg; \
                      Email:a*****@example.com; Permission:READ_WRITE; Acceptance Status:ACCEPTED\"\n\
                      a, b/a, b.txt,07-01-2024 11:12:13,,Name:Berg, Ann; Email:a*@b.c\n";
        let sheet = read_shared(shared.as_bytes(), 1 << 20).expect("it has room");
        let [first, second] = sheet.rows.as_slice() else { panic!("two rows") };
        assert_eq!(
            (first.path.as_ref(), first.shared.raw()),
            ("Boat/Spare parts/Spare parts.txt", "07-01-2024 11:12:13")
        );
        assert_eq!(first.people[0].name.as_ref(), "Ann Berg");
        assert_eq!(second.path.as_ref(), "a, b/a, b.txt");
        assert_eq!(second.people, [person(Role::Participant, ["Berg, Ann", "a*@b.c", "", ""])]);
        assert!(sheet.faults.is_empty() && sheet.lines.add_up());

        let subscribed = "File Name, Owner Details, Last Modified Date, Shared On, Participants Details\n\
                          Trip/Trip.txt,Name:Cy; Email:c*@d.e,07-04-2024 14:15:16,07-01-2024 11:12:13,Name:Ann | Name:Bo\n";
        let sheet = read_subscribed(subscribed.as_bytes(), 1 << 20).expect("it has room");
        let row = &sheet.rows[0];
        assert_eq!((row.modified.raw(), row.shared.raw()), ("07-04-2024 14:15:16", "07-01-2024 11:12:13"));
        let people: Vec<_> = row.people.iter().map(|person| (person.role, person.name.as_ref())).collect();
        assert_eq!(people, [(Role::Owner, "Cy"), (Role::Participant, "Ann"), (Role::Participant, "Bo")]);
    }

    proptest! {
        #[test]
        fn any_cell_is_read(cell in any::<String>(), near in r"(Name:|Email:|; | \| |a|é){0,12}") {
            let _ = (persons(&cell, Role::Owner), persons(&near, Role::Participant));
        }
    }
}
