//! What the beginning of a file tells, where its name says nothing.
//!
//! Two grades of evidence: titles of columns and keys that only Apple writes count wherever they are found, and forms
//! that any program writes only below a name of Apple's.

use crate::apple::table::{Records, column_key, decode};
use crate::apple::text::{match_key, split};
use crate::category::recognise::Sort;
use crate::category::{bookmarks, mail, notes};

/// Columns that only Apple's tables have beside each other, as [`column_key`] has them.
const TABLES: [&[&str]; 17] = [
    &["songname", "playdurationmilliseconds"],
    &["contentname", "playdurationmilliseconds"],
    &["itempurchaseddate"],
    &["subscriptioninitiateddate"],
    &["loggedindate", "application"],
    &["devicelastheartbeatip"],
    &["eventtype", "eventstarttimestamp", "playdurationmilliseconds"],
    &["requestid", "categoryname", "activitytype"],
    &["dateplayed", "trackdescription", "playdurationmilliseconds"],
    &["activitydate", "itemreferencenumber", "itemdescription"],
    &["reviewreferencenumber", "itemdescription"],
    &["contenttitle", "playduration"],
    &["contenttitle", "utcstarttime"],
    &["feedurl", "subscribed"],
    &["feedurl", "episodeid"],
    &["feedurl", "episodeguid"],
    &["customerordernumber", "orderdate", "lineitem"],
];

/// Keys that only Apple's documents have beside each other.
const DOCUMENTS: [&[&str]; 6] = [
    &["Track Identifier", "Content Type"],
    &["Playlist Item Identifiers", "Container Type"],
    &["Transaction Type", "Transaction Identifier"],
    &["stored_event", "event_interpretation"],
    &["game_name", "leaderboard"],
    &["annotations", "lastModification"],
];

/// Whether this table is Apple's list of iCloud Drive, whatever it is called.
pub fn is_drive_list(head: &[u8]) -> bool {
    let keys = header(head);
    ["title", "basehash", "size"].iter().all(|wanted| keys.iter().any(|key| key == wanted))
}

/// What only Apple writes.
pub fn apples(path: &str, head: &[u8]) -> Option<Sort> {
    let name = match_key(path);
    if name.ends_with(".json") {
        let text = String::from_utf8_lossy(head);
        let is_calendars = text.contains("\"Calendar Display Name\"");
        let has = |key: &&str| text.contains(&format!("\"{key}\""));
        let is_table = DOCUMENTS.iter().any(|keys| keys.iter().all(&has));
        return is_calendars.then_some(Sort::CalendarList).or(is_table.then_some(Sort::Table));
    }
    if split(&name).1 != "csv" {
        return None;
    }
    if bookmarks::looks_like_table(head) {
        return Some(Sort::Bookmarks);
    }
    let keys = header(head);
    let has = |wanted: &&str| keys.iter().any(|key| key == *wanted);
    if ["title", "createdon", "modifiedon", "pinned"].iter().all(&has) {
        return Some(Sort::NoteList);
    }
    TABLES.iter().any(|table| table.iter().all(&has)).then_some(Sort::Table)
}

/// What any program may have written.
pub fn anybodys(path: &str, head: &[u8]) -> Option<Sort> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |start: &[u8]| text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start));
    if begins(b"BEGIN:VCARD") {
        Some(Sort::Cards)
    } else if begins(b"BEGIN:VCALENDAR") {
        Some(Sort::Calendar)
    } else if begins(b"<!DOCTYPE NETSCAPE-Bookmark-file") {
        Some(Sort::Bookmarks)
    } else if notes::list::looks_like(head) {
        Some(Sort::NoteList)
    } else if mail::form::Form::by_head(head).is_some() && !match_key(path).ends_with(".csv") {
        Some(Sort::Message)
    } else {
        None
    }
}

/// The titles of the columns in the first record.
fn header(head: &[u8]) -> Vec<String> {
    let text = decode(head);
    let first = Records::new(&text, ',').flatten().next();
    first.map(|record| record.fields.iter().map(|field| column_key(field)).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{apples, is_drive_list};
    use crate::category::recognise::Sort;

    #[test]
    fn what_only_apple_writes() {
        for (path, head, expected) in [
            ("a.csv", "Title,URL,modifiedOn,favorite,deleted\n", Some(Sort::Bookmarks)),
            ("a.csv", "Title,Created On,Modified On,Pinned,Deleted\n", Some(Sort::NoteList)),
            ("a.json", "[{\"Calendar Display Name\":\"Home\"", Some(Sort::CalendarList)),
            ("a.csv", "Event Type, Song Name, Play Duration Milliseconds\n", Some(Sort::Table)),
            ("a.csv", "Title,Size,Created On\n", None),
            ("a.json", "[{\"name\":\"Home\"}]", None),
            ("a.txt", "Title,URL,modifiedOn,favorite,deleted\n", None),
        ] {
            assert_eq!(apples(path, head.as_bytes()), expected, "{path} {head}");
        }
        assert!(is_drive_list(b"Title,Base Hash,Type,Size,Created On\n"));
        assert!(!is_drive_list(b"Title,Type,Size,Created On\n"));
    }
}
