//! `_columns`: which columns there are, and what each is called in what Apple delivered.

use crate::records::{Records, typed};

/// Of each table what its columns are called.
pub type Headers = &'static [(&'static str, &'static [(&'static str, &'static str)])];

/// What columns are called in what Apple delivered: in the header of a list, or as a property of a card, a calendar or
/// a message. All columns of a time have the name of the time.
const HEADERS: Headers = &[
    (
        "notes",
        &[
            ("title", "Title"),
            ("created", "Created On"),
            ("modified", "Modified On"),
            ("pinned", "Pinned"),
            ("deleted", "Deleted"),
            ("drawing", "Drawing/Handwriting"),
            ("content_hash", "ContentHash at Import"),
        ],
    ),
    (
        "note_participants",
        &[
            ("name", "Name"),
            ("email_masked", "Email"),
            ("permission", "Permission"),
            ("status", "Acceptance Status"),
        ],
    ),
    (
        "drive_files",
        &[
            ("title", "Title"),
            ("base_hash", "Base Hash"),
            ("created", "Created On"),
            ("modified", "Modified On"),
            ("opened", "Last Opened On"),
            ("favourite", "Favourite"),
            ("executable", "Executable"),
            ("listed_size", "Size"),
        ],
    ),
    (
        "contacts",
        &[
            ("uid", "UID"),
            ("name", "FN"),
            ("organisation", "ORG"),
            ("phones", "TEL"),
            ("emails", "EMAIL"),
            ("birthday", "BDAY"),
            ("has_photo", "PHOTO"),
            ("groups", "X-ADDRESSBOOKSERVER-MEMBER"),
            ("kind", "X-ADDRESSBOOKSERVER-KIND"),
        ],
    ),
    ("calendars", &[("name", "X-WR-CALNAME"), ("time_zone", "X-WR-TIMEZONE")]),
    (
        "events",
        &[
            ("uid", "UID"),
            ("starts", "DTSTART"),
            ("ends", "DTEND"),
            ("rule", "RRULE"),
            ("summary", "SUMMARY"),
            ("location", "LOCATION"),
        ],
    ),
    ("tasks", &[("uid", "UID"), ("summary", "SUMMARY"), ("due", "DUE"), ("done", "STATUS")]),
    (
        "messages",
        &[
            ("message_id", "Message-ID"),
            ("sent", "Date"),
            ("sender", "From"),
            ("recipients", "To"),
            ("subject", "Subject"),
            ("flags", "flags"),
        ],
    ),
    (
        "bookmarks",
        &[
            ("title", "Title"),
            ("url", "URL"),
            ("modified", "modifiedOn"),
            ("favourite", "favorite"),
            ("deleted", "deleted"),
        ],
    ),
];

/// Writes the columns of every table and view for people; those of the raw tables, and of the views that are made of one,
/// come with them.
pub(super) fn write(records: &Records) -> rusqlite::Result<()> {
    let sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE '\\_%' ESCAPE '\\' \
               AND name NOT LIKE 'messages\\_fts%' ESCAPE '\\' AND name NOT IN (SELECT \"table\" FROM _columns) \
               AND name <> 'messages_searched' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid";
    let mut asked = records.connection.prepare(sql)?;
    let tables: Vec<String> = asked.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for table in tables {
        let mut asked = records
            .connection
            // of a view's CAST it says INT
            .prepare(
                "SELECT cid + 1, name, iif(type = 'INT', 'INTEGER', type)
                 FROM pragma_table_info(?1) ORDER BY cid",
            )?;
        let columns: Vec<(i64, String, String)> = asked
            .query_map([&table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (position, name, kind) in columns {
            records.insert(
                "INSERT INTO _columns (\"table\", position, name, header, type) VALUES (?1, ?2, ?3, ?4, ?5)",
                &[&table, &position, &name, &header(&table, &name), &kind_of(&kind)],
            )?;
        }
    }
    Ok(())
}

fn header(table: &str, column: &str) -> Option<&'static str> {
    let time = ["_utc", "_raw"].into_iter().find_map(|end| column.strip_suffix(end)).unwrap_or(column);
    let known = HEADERS.iter().chain(typed::headers()).find(|(of, _)| *of == table).map(|(_, names)| *names);
    known.unwrap_or_default().iter().find(|(name, _)| *name == time).map(|(_, header)| *header)
}

/// The type of a column; what a view computes may be of any.
fn kind_of(declared: &str) -> &str {
    if declared.is_empty() { "ANY" } else { declared }
}
