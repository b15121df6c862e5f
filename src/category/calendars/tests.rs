//! Calendars as Apple and other programs write them: what is in them, when it is, and what is made of it.

use std::io::{self, BufReader, Write};
use std::time::{Duration, Instant};

use super::component::{Component, Kind};
use super::read::{Blocks, Known, ROOM};
use super::{
    CalendarRow, Entry, EventRow, Gathered, Part, TaskRow, kept, markdown, read, tasks_alone, todo_txt,
    without_tasks,
};
use crate::apple::content_line::Text;
use chrono_tz::Tz;
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

/// A calendar of these lines.
fn calendar(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Apple Inc.//EN\r\n{lines}END:VCALENDAR\r\n")
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n")
}

fn task(lines: &str) -> String {
    format!("BEGIN:VTODO\r\n{lines}\r\nEND:VTODO\r\n")
}

const OSLO: &str = "BEGIN:VTIMEZONE\r\nTZID:Europe/Oslo\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nDTSTART:19961027T030000\r\nTZNAME:CET\r\nTZOFFSETTO:+0100\r\n\
    END:STANDARD\r\nEND:VTIMEZONE\r\n";

/// What `each` makes of all that is in a list, in the order of the file.
fn each<T>(
    text: &Text,
    list: &Gathered,
    assumed: Option<Tz>,
    mut each: impl FnMut(Entry<'_>) -> Option<T>,
) -> Vec<T> {
    let mut entries = list.entries(text, assumed);
    let mut made = Vec::new();
    while let Some(entry) = entries.next().unwrap() {
        made.extend(each(entry));
    }
    made
}

fn events(text: &Text, list: &Gathered, assumed: Option<Tz>) -> Vec<EventRow> {
    let is_one = |entry: &Entry<'_>| entry.part == Part::Event;
    let row = |entry: Entry<'_>| EventRow::of(&entry.component, &list.name, entry.zones);
    each(text, list, assumed, |entry| is_one(&entry).then(|| row(entry)))
}

fn tasks(text: &Text, list: &Gathered, path: &str) -> Vec<TaskRow> {
    let is_one = |entry: &Entry<'_>| entry.part == Part::Task;
    let row = |entry: Entry<'_>| TaskRow::of(&entry.component, &list.name, entry.zones, path);
    each(text, list, None, |entry| is_one(&entry).then(|| row(entry)))
}

/// All blocks of a text but time zones.
fn blocks(text: &[u8]) -> Vec<Component> {
    let text = Text::of(text).unwrap();
    let stream = read(BufReader::new(text.part(text.span()))).unwrap();
    let mut found = Vec::new();
    for calendar in &stream.calendars {
        let mut blocks = Blocks::of(&text, calendar);
        while let Some(component) = blocks.next().unwrap() {
            found.push(component);
        }
    }
    found
}

/// What is written by it.
fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut made = Vec::new();
    write(&mut made).unwrap();
    String::from_utf8_lossy(&made).into_owned()
}

fn tasks_of(text: &Text, list: &Gathered) -> String {
    written(|to| tasks_alone(text, list, to))
}

/// The row of the only event.
fn row(lines: &str, assumed: Option<Tz>) -> EventRow {
    let (text, found) = kept(calendar(&event(lines)).as_bytes(), "Home").unwrap();
    events(&text, &found[0], assumed).pop().expect("an event")
}

#[test]
fn an_event_as_apple_writes_it() {
    let text = calendar(&format!(
        "X-WR-CALNAME:Home\\, sweet\r\nX-WR-TIMEZONE:Europe/Oslo\r\n{OSLO}{}",
        event(
            "CREATED:20240101T100000Z\r\nUID:A-1\r\nDTSTART;TZID=Europe/Oslo:20240517T100000\r\n\
             DTEND;TZID=Europe/Oslo:20240517T120000\r\nSUMMARY:Parade\\, and \r\n cake\r\n\
             RRULE:FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=17\r\n\
             X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS=\"Slottsplassen 1\\nOslo\";X-APPLE-RADIUS=70;\r\n \
             X-TITLE=\"Slottet, Oslo\":geo:59.9170,10.7275\r\nX-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M\r\n\
             BEGIN:VALARM\r\nUID:other\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Reminder\r\nEND:VALARM"
        )
    ));
    let stream = read(text.as_bytes()).unwrap();
    assert_eq!((stream.stray, stream.bad, stream.calendars.len()), (0, 0, 1));
    assert_eq!(stream.calendars[0].span, 0..text.len());
    assert!(stream.calendars[0].is_whole);
    let (kept, all) = kept(text.as_bytes(), "Home").unwrap();
    let found = events(&kept, &all[0], None).pop().expect("an event");
    let moment = |moment: &Option<super::Moment>| {
        let moment = moment.as_ref().expect("a time");
        (moment.raw.to_string(), moment.text().unwrap_or_default(), moment.basis.text())
    };
    let stated = |raw: &str, utc: &str| (raw.to_owned(), utc.to_owned(), "stated".to_owned());
    assert_eq!(moment(&found.starts), stated("20240517T100000", "2024-05-17T08:00:00Z"));
    assert_eq!(moment(&found.ends), stated("20240517T120000", "2024-05-17T10:00:00Z"));
    assert_eq!(found.uid.as_deref(), Some("A-1"));
    assert_eq!(found.calendar, "Home, sweet");
    assert_eq!(found.summary.as_deref(), Some("Parade, and cake"));
    assert_eq!(found.rule.as_deref(), Some("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=17"));
    assert_eq!(found.location.as_deref(), Some("Slottet, Oslo"));
    assert_eq!((found.latitude, found.longitude), (Some(59.917), Some(10.7275)));
    assert!(!found.all_day);
    let expected = CalendarRow {
        name: "Home, sweet".into(),
        kind: "events",
        time_zone: Some("Europe/Oslo".into()),
        path: "Calendars/Home.ics".into(),
    };
    assert_eq!(CalendarRow::of(&all[0], "Calendars/Home.ics"), expected);
}

#[test]
fn when_events_are() {
    let mine = "DTSTART;TZID=Nowhere:20240517T100000";
    let cases = [
        ("DTSTART:20240517T100000Z", None, Some("2024-05-17T10:00:00Z"), "stated", false),
        (
            "DTSTART;TZID=W. Europe Standard Time:20240517T100000",
            None,
            Some("2024-05-17T08:00:00Z"),
            "stated",
            false,
        ),
        (
            "DTSTART;TZID=\"/freeassociation.sourceforge.net/Europe/Oslo\":20240117T100000",
            None,
            Some("2024-01-17T09:00:00Z"),
            "stated",
            false,
        ),
        ("DTSTART;TZID=GMT+0200:20240517T100000", None, Some("2024-05-17T08:00:00Z"), "stated", false),
        ("DTSTART;VALUE=DATE:20240517", Some(Tz::Asia__Tokyo), Some("2024-05-17"), "date-only", true),
        ("DTSTART:20240517", None, Some("2024-05-17"), "date-only", true),
        // floating, and in a zone that nobody knows
        ("DTSTART:20240517T100000", None, None, "none", false),
        (
            "DTSTART:20240517T100000",
            Some(Tz::Asia__Tokyo),
            Some("2024-05-17T01:00:00Z"),
            "assumed:Asia/Tokyo",
            false,
        ),
        (mine, Some(Tz::Asia__Tokyo), Some("2024-05-17T01:00:00Z"), "assumed:Asia/Tokyo", false),
        (mine, None, None, "none", false),
        // skipped and shown twice
        ("DTSTART;TZID=Europe/Oslo:20240331T023000", None, Some("2024-03-31T01:30:00Z"), "stated", false),
        ("DTSTART;TZID=Europe/Oslo:20241027T023000", None, Some("2024-10-27T00:30:00Z"), "stated", false),
        ("DTSTART:soon", Some(Tz::Asia__Tokyo), None, "none", false),
    ];
    for (line, assumed, utc, basis, all_day) in cases {
        let found = row(line, assumed);
        let starts = found.starts.expect("a start");
        assert_eq!((starts.text().as_deref(), starts.basis.text().as_str()), (utc, basis), "{line}");
        assert_eq!(found.all_day, all_day, "{line}");
    }
    let undated = row("SUMMARY:Some day", None);
    assert_eq!((undated.starts, undated.ends, undated.all_day), (None, None, false));
}

#[test]
fn when_events_end() {
    let cases = [
        (
            "DTSTART:20240517T100000Z\nDTEND:20240517T113000Z",
            Some(("20240517T113000Z", "2024-05-17T11:30:00Z")),
        ),
        ("DTSTART:20240517T100000Z\nDURATION:PT1H30M", Some(("PT1H30M", "2024-05-17T11:30:00Z"))),
        ("DURATION:P1D\nDTSTART;VALUE=DATE:20240517", Some(("P1D", "2024-05-18"))),
        ("DTSTART;VALUE=DATE:20240517\nDTEND;VALUE=DATE:20240519", Some(("20240519", "2024-05-19"))),
        // a day over the change of clocks is a day of the calendar
        ("DTSTART;TZID=Europe/Oslo:20240330T120000\nDURATION:P1D", Some(("P1D", "2024-03-31T10:00:00Z"))),
        (
            "DTSTART;TZID=Europe/Oslo:20240330T120000\nDURATION:P1DT1H",
            Some(("P1DT1H", "2024-03-31T11:00:00Z")),
        ),
        ("DTSTART:20240517T100000Z", None),
        ("DURATION:PT1H", None),
        ("DTSTART:20240517T100000Z\nDURATION:long", None),
    ];
    for (lines, expected) in cases {
        let found = row(lines, None).ends.map(|ends| (ends.raw.to_string(), ends.text().unwrap_or_default()));
        let expected = expected.map(|(raw, utc)| (raw.to_owned(), utc.to_owned()));
        assert_eq!(found, expected, "{lines}");
    }
}

#[test]
fn where_events_are() {
    let apple = "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=Pier";
    let cases = [
        ("LOCATION:Oslo\nGEO:59.91;10.75".to_owned(), Some("Oslo"), Some((59.91, 10.75))),
        (format!("{apple}:geo:59.91,10.75"), Some("Pier"), Some((59.91, 10.75))),
        (format!("{apple}:geo:-33.9,-70\nLOCATION:Quay\nGEO:1;2"), Some("Quay"), Some((-33.9, -70.0))),
        // as a program writes it that escapes what is no text
        (format!("{apple}:geo:59.91\\,10.75"), Some("Pier"), Some((59.91, 10.75))),
        (format!("{apple}:geo:59.91,10.75;u=35"), Some("Pier"), Some((59.91, 10.75))),
        (format!("{apple}:"), Some("Pier"), None),
        ("X-APPLE-STRUCTURED-LOCATION;X-TITLE=\"A\\nB\\, C\":geo:x,y".to_owned(), Some("A\nB, C"), None),
        ("GEO:91;10".to_owned(), None, None),
        ("GEO:59.91".to_owned(), None, None),
        ("GEO:nan;inf".to_owned(), None, None),
        ("LOCATION:".to_owned(), None, None),
    ];
    for (lines, location, position) in cases {
        let found = row(&lines, None);
        assert_eq!(found.location.as_deref(), location, "{lines}");
        assert_eq!(found.latitude.zip(found.longitude), position, "{lines}");
    }
}

#[test]
fn rules_are_kept_as_they_are() {
    let rule = "FREQ=WEEKLY;UNTIL=20250101T000000Z;WKST=MO;BYDAY=TU,TH";
    assert_eq!(row(&format!("RRULE:{rule}"), None).rule.as_deref(), Some(rule));
    assert_eq!(
        row("RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", None).rule.as_deref(),
        Some("FREQ=DAILY\nFREQ=WEEKLY")
    );
    assert_eq!(row("RRULE:", None).rule, None);
}

/// What a file holds: for each calendar its name, and of each entry what it counts as and its title.
fn shown(text: &[u8], stem: &str) -> Vec<String> {
    let (text, all) = kept(text, stem).unwrap();
    let letter = |part: Part| match part {
        Part::Event => "e",
        Part::Task => "t",
        Part::EventOverride => "eo",
        Part::TaskOverride => "to",
        Part::Tombstone => "x",
        Part::Other => "?",
    };
    all.iter()
        .map(|gathered| {
            let entries = each(&text, gathered, None, |entry| {
                Some(format!("{}:{}", letter(entry.part), entry.component.summary.as_deref().unwrap_or("-")))
            });
            format!("{}={}", gathered.name, entries.join(" "))
        })
        .collect()
}

#[test]
fn what_counts() {
    let named = |name: &str, lines: &str| calendar(&format!("X-WR-CALNAME:{name}\r\n{lines}"));
    let upgraded = task("SUMMARY:Où?\r\nCREATED:20200101T000000Z")
        + &task("SUMMARY:x\r\nCREATED:20200101T000000Z\r\nDESCRIPTION:https://support.apple.com/HT210220");
    let cases: [(String, &[&str]); 14] = [
        (calendar(""), &["Stem="]),
        (String::new(), &[]),
        (calendar(&event("SUMMARY:A")), &["Stem=e:A"]),
        (
            calendar(
                &(event("UID:1\r\nSUMMARY:A\r\nRRULE:FREQ=DAILY")
                    + &event("UID:1\r\nSUMMARY:B\r\nRECURRENCE-ID:20240101T000000Z")),
            ),
            &["Stem=e:A eo:B"],
        ),
        // the override may come first, and alone it is an event
        (
            calendar(
                &(event("UID:1\r\nSUMMARY:B\r\nRECURRENCE-ID:20240101T000000Z")
                    + &event("UID:1\r\nSUMMARY:A")),
            ),
            &["Stem=eo:B e:A"],
        ),
        (calendar(&event("UID:1\r\nSUMMARY:B\r\nRECURRENCE-ID;VALUE=DATE:20240101")), &["Stem=e:B"]),
        (
            calendar(&(event("UID:1\r\nSUMMARY:A") + &task("UID:1\r\nSUMMARY:T\r\nRECURRENCE-ID:20240101"))),
            &["Stem=e:A t:T"],
        ),
        (
            calendar(
                &(task("UID:1\r\nSUMMARY:A") + &task("UID:1\r\nSUMMARY:B\r\nRECURRENCE-ID:20240101T000000Z")),
            ),
            &["Stem=t:A to:B"],
        ),
        (named("Reminders ⚠️", &upgraded), &["Reminders=x:Où? x:x"]),
        // several calendars in a file; those of one name are one, and those of none are of the first
        (
            named("A", &event("SUMMARY:1"))
                + &named("B", &event("SUMMARY:2"))
                + &calendar(&event("SUMMARY:3"))
                + &named("A", &task("SUMMARY:4")),
            &["A=e:1 e:3 t:4", "B=e:2"],
        ),
        (
            named("A", &event("UID:1\r\nSUMMARY:1"))
                + &named("A", &event("UID:1\r\nSUMMARY:2\r\nRECURRENCE-ID:20240101")),
            &["A=e:1 eo:2"],
        ),
        (
            calendar("BEGIN:VJOURNAL\r\nSUMMARY:J\r\nEND:VJOURNAL\r\nBEGIN:X-Y\r\nEND:X-Y\r\n"),
            &["Stem=?:J ?:-"],
        ),
        (named("⚠️ Alerts ❤️", &event("UID:1")), &["⚠️ Alerts ❤️=e:-"]),
        (named("", &event("UID:1")) + &calendar(&event("UID:1")), &["Stem=e:- e:-"]),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text.as_bytes(), "Stem"), expected, "{text}");
    }
    let text = named("Reminders ⚠️", &upgraded);
    let (kept_text, lists) = kept(text.as_bytes(), "x").unwrap();
    let list = &lists[0];
    assert!(list.is_not_delivered());
    assert_eq!(list.items(), 0);
    assert_eq!(CalendarRow::of(list, "p").kind, "tasks");
    assert_eq!(tasks_of(&kept_text, list), "");
    assert_eq!(written(|to| markdown(&kept_text, list, None, to)), "");
    let text = named("Reminders ⚠️", &(upgraded + &task("SUMMARY:Milk\r\nDUE:20240101")));
    let (_, lists) = kept(text.as_bytes(), "x").unwrap();
    assert!(!lists[0].is_not_delivered());
    assert_eq!(lists[0].items(), 1);
}

/// Text of which no window holds all, with what stands at its edges.
fn long(lines: &str) -> (Text, Vec<Gathered>) {
    let filler = event("DESCRIPTION:blue\r\n  and\r\n\t green").repeat(2_000);
    let unfolded = "a".repeat(70_000);
    let text = lines.replace("FILLER", &filler).replace("LONG", &unfolded);
    kept(text.as_bytes(), "x").unwrap()
}

#[test]
fn what_stands_where_windows_end() {
    let one = |number: usize| {
        let folded: String = (0..number % 90).map(|n| format!("{n}\r\n ")).collect();
        event(&format!("UID:{number}\r\nSUMMARY:A{folded}é\r\nDTSTART;TZID=Mine:20240101T000000"))
    };
    let zone = OSLO.replace("Europe/Oslo", "Mine");
    let text = calendar(&((0..3_000).map(one).collect::<String>() + &zone));
    for text in
        [text.clone(), text.replace("\r\n", "\n"), format!("\u{feff}{text}"), text.replace("\r\n", "\r")]
    {
        let (text, lists) = kept(text.as_bytes(), "x").unwrap();
        let rows = events(&text, &lists[0], None);
        assert_eq!(rows.len(), 3_000);
        for (number, row) in rows.iter().enumerate() {
            assert_eq!(row.uid.as_deref(), Some(&*number.to_string()));
            let said: String = (0..number % 90).map(|n| n.to_string()).collect();
            assert_eq!(row.summary.as_deref(), Some(&*format!("A{said}é")));
            // the zone stands behind all events
            let starts = row.starts.as_ref().and_then(super::Moment::text);
            assert_eq!(starts.as_deref(), Some("2023-12-31T23:00:00Z"));
        }
    }
}

#[test]
fn calendars_that_are_long() {
    let named = |name: &str, lines: &str| calendar(&format!("X-WR-CALNAME:{name}\r\n{lines}"));
    let end = "END:VCALENDAR\r\n";
    let first = named("A", &format!("FILLER{}", event("SUMMARY:LONG\r\nUID:1")));
    let second = named("B", &format!("{}FILLER", task("SUMMARY:LONG")));
    let third = named("A", &event("UID:1\r\nRECURRENCE-ID:20240101\r\nSUMMARY:moved"));
    // the last two are never closed
    let cut = |text: &str| text.trim_end_matches(end).to_owned();
    for text in [format!("{first}{second}{third}"), format!("{first}{}{}", cut(&second), cut(&third))] {
        let (text, lists) = long(&text);
        let names: Vec<&str> = lists.iter().map(|list| &*list.name).collect();
        assert_eq!(names, ["A", "B"]);
        let counts =
            |list: &Gathered| [Part::Event, Part::EventOverride, Part::Task].map(|part| list.count(part));
        assert_eq!((counts(&lists[0]), counts(&lists[1])), ([2_001, 1, 0], [2_000, 0, 1]));
        let rows = events(&text, &lists[0], None);
        assert_eq!(rows[2_000].summary.as_ref().map(String::len), Some(70_000));
        assert_eq!(
            super::tests::tasks(&text, &lists[1], "p")[0].summary.as_ref().map(String::len),
            Some(70_000)
        );
        let made = written(|to| without_tasks(&text, &lists, to));
        assert_eq!(blocks(made.as_bytes()).len(), 4_002);
    }
}

#[test]
fn of_what_is_too_long_the_rest_is_read() {
    let text = calendar(
        &(event(&format!("ATTACH;ENCODING=BASE64:{}\r\nSUMMARY:A", "QUJD\r\n ".repeat(6 << 20)))
            + &event(&format!("UID:2\r\nDESCRIPTION:{}\r\nSUMMARY:B", "x".repeat(17 << 20)))
            + &event(&format!("{}SUMMARY:C", format!("RRULE:{}\r\n", "x".repeat(1 << 20)).repeat(18)))),
    );
    // what nobody reads may be as long as it likes
    assert_eq!(read(text.as_bytes()).unwrap().too_long, 1 + 2 + 1);
    assert_eq!(shown(text.as_bytes(), "x"), ["x=e:A e:B e:-"]);
}

#[test]
fn of_too_many_blocks_the_rest_is_counted() {
    let fits = ROOM / size_of::<Known>();
    let text = calendar(&"BEGIN:VEVENT\n".repeat(fits + 3));
    let stream = read(text.as_bytes()).unwrap();
    // the calendar itself has no room either
    assert_eq!((stream.calendars.len(), stream.beyond), (0, 4));
    let text = calendar(&"BEGIN:VEVENT\n".repeat(1_000)) + &"BEGIN:VEVENT\n".repeat(fits);
    let (text, lists) = kept(text.as_bytes(), "x").unwrap();
    assert_eq!((lists.len(), lists[0].items()), (1, 1_000));
    assert_eq!(events(&text, &lists[0], None).len(), 1_000);
}

#[test]
fn where_blocks_begin_and_end() {
    let begin = "BEGIN:VCALENDAR\n";
    // the text, what is in it, stray lines, bad lines, and how many blocks lack an END
    let cases: [(String, &[&str], u64, u64, usize); 15] = [
        (format!("{begin}BEGIN:VEVENT\nSUMMARY:A"), &["S=e:A"], 0, 0, 1),
        (format!("{begin}BEGIN:VEVENT\nSUMMARY:A\nEND:VCALENDAR\n"), &["S=e:A"], 0, 0, 1),
        (
            format!("{begin}BEGIN:VEVENT\nSUMMARY:A\nBEGIN:VEVENT\nSUMMARY:B\nEND:VEVENT\n"),
            &["S=e:A e:B"],
            0,
            0,
            1,
        ),
        (
            format!("{begin}BEGIN:VEVENT\nSUMMARY:A\n{begin}BEGIN:VTODO\nSUMMARY:B\nEND:VTODO\n"),
            &["S=e:A t:B"],
            0,
            0,
            1,
        ),
        (
            format!(
                "{begin}BEGIN:VEVENT\nSUMMARY:A\nBEGIN:VALARM\nSUMMARY:X\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:B\nEND:VEVENT\n"
            ),
            &["S=e:A e:B"],
            0,
            0,
            1,
        ),
        (
            format!("{begin}BEGIN:VTIMEZONE\nBEGIN:STANDARD\nBEGIN:VEVENT\nSUMMARY:A\nEND:VEVENT\n"),
            &["S=e:A"],
            0,
            0,
            0,
        ),
        (
            format!("{begin}BEGIN:VEVENT\nSUMMARY:A\nEND:VTODO\nLOCATION:x\nEND:VEVENT\nEND:VEVENT\n"),
            &["S=e:A"],
            0,
            2,
            0,
        ),
        (format!("{begin}begin:vevent\nsummary:A\nend:vevent\nend:vcalendar\n"), &["S=e:A"], 0, 0, 0),
        (
            format!("{begin}BEGIN:VEVENT\nBEGIN:VALARM\nSUMMARY:X\nEND:VALARM\nSUMMARY:A\nEND:VEVENT\n"),
            &["S=e:A"],
            0,
            0,
            0,
        ),
        (
            format!(
                "x\n{begin}no colon\nBEGIN:VEVENT\nSUMMARY:A\n<p>\nEND:VEVENT\nEND:VCALENDAR\ny:z\nEND:VCALENDAR\n"
            ),
            &["S=e:A"],
            3,
            2,
            0,
        ),
        ("BEGIN:VEVENT\nSUMMARY:A\nEND:VEVENT\n".to_owned(), &[], 3, 0, 0),
        ("BEGIN:VCARD\nEND:VCARD\n".to_owned(), &[], 2, 0, 0),
        (
            format!(
                "{begin}BEGIN:VEVENT\nSUMMARY:A\n{}{}END:VEVENT\n",
                "BEGIN:X\n".repeat(50),
                "END:X\n".repeat(50)
            ),
            &["S=e:A"],
            0,
            0,
            0,
        ),
        (format!("{begin}BEGIN:VEVENT\nSUMMARY:A\n{}", "BEGIN:X\n".repeat(50)), &["S=e:A"], 0, 0, 1),
        (
            "\u{feff}BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY;QUOTED-PRINTABLE:A=\nEND:VEVENT\n".to_owned(),
            &["S=e:A"],
            0,
            0,
            0,
        ),
    ];
    for (text, expected, stray, bad, missing) in cases {
        let stream = read(text.as_bytes()).unwrap();
        assert_eq!(shown(text.as_bytes(), "S"), expected, "{text}");
        let lacking = blocks(text.as_bytes()).iter().filter(|one| !one.missing_ends.is_empty()).count();
        assert_eq!((stream.stray, stream.bad, lacking), (stray, bad, missing), "{text}");
    }
}

#[test]
fn tasks_become_a_file_by_bytes() {
    let tokyo = OSLO.replace("Europe/Oslo", "Asia/Tokyo");
    let first = task(
        "UID:1\r\nSUMMARY:Milk\\, bread\r\nDUE;TZID=Europe/Oslo:20250301T120000\r\nX-ODD;A=\"b\":geo:1,2",
    );
    let cut = "BEGIN:VTODO\r\nUID:2\r\nSUMMARY:Cut\r\nBEGIN:VALARM\r\nTRIGGER:-PT1H\r\n";
    let gone = task("SUMMARY:Where are my reminders?");
    let own = "X-WR-CALNAME:Work\r\nX-APPLE-CALENDAR-COLOR:#1BADF8\r\n";
    let at_night = event("UID:3\r\nDTSTART;TZID=Asia/Tokyo:20240101T000000");
    let text = calendar(&format!("{own}{tokyo}{OSLO}{at_night}{first}{gone}X-LATE:1\r\n{cut}"));
    let (text, lists) = kept(text.as_bytes(), "Work").unwrap();
    let made = tasks_of(&text, &lists[0]);
    let expected = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Apple Inc.//EN\r\n{own}X-LATE:1\r\n{OSLO}{first}{cut}\
         END:VALARM\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    );
    assert_eq!(made, expected);
    assert_eq!(shown(made.as_bytes(), "x"), ["Work=t:Milk, bread t:Cut"]);
    let expected = calendar(&format!("{own}X-LATE:1\r\n{tokyo}{at_night}"));
    assert_eq!(written(|to| without_tasks(&text, &lists, to)), expected);
}

#[test]
fn what_a_file_lacks_is_added_and_nothing_else() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:A\nEND:VTODO\nEND:VCALENDAR";
    let (text, lists) = kept(text.as_bytes(), "x").unwrap();
    let made = tasks_of(&text, &lists[0]);
    let expected = "BEGIN:VCALENDAR\nVERSION:2.0\r\nPRODID:-//Windfall//EN\r\nBEGIN:VTODO\nSUMMARY:A\nEND:VTODO\n\
        END:VCALENDAR\r\n";
    assert_eq!(made, expected);
}

#[test]
fn alarms_that_apple_set_are_left_out_for_others() {
    let alarm = |more: &str| format!("BEGIN:VALARM\r\nTRIGGER:-PT15M\r\n{more}END:VALARM\r\n");
    let (apples, mine) = (alarm("X-APPLE-DEFAULT-ALARM:TRUE\r\n"), alarm("X-APPLE-DEFAULT-ALARM:FALSE\r\n"));
    let of = |alarms: &str| format!("BEGIN:VEVENT\r\nUID:1\r\n{alarms}SUMMARY:A\r\nEND:VEVENT\r\n");
    let text = calendar(&(of(&format!("{apples}{mine}{apples}")) + &task("SUMMARY:T")));
    let (text, lists) = kept(text.as_bytes(), "x").unwrap();
    assert_eq!(written(|to| without_tasks(&text, &lists, to)), calendar(&of(&mine)));
}

/// The list of these tasks as Markdown, without its heading.
fn as_markdown(tasks: &str, assumed: Option<Tz>) -> String {
    let (text, lists) = kept(calendar(tasks).as_bytes(), "Groceries").unwrap();
    let found = written(|to| markdown(&text, &lists[0], assumed, to));
    found.strip_prefix("# Groceries\n\n").expect("a heading").to_owned()
}

#[test]
fn tasks_as_markdown() {
    let cases = [
        (task("SUMMARY:Buy milk\r\nDUE;VALUE=DATE:20250301"), "- [ ] Buy milk 📅 2025-03-01\n"),
        (task("SUMMARY:Buy milk"), "- [ ] Buy milk\n"),
        (task("UID:1"), "- [ ] …\n"),
        (task("SUMMARY:A\r\nSTATUS:COMPLETED\r\nCOMPLETED:20250302T100000Z"), "- [x] A ✅ 2025-03-02\n"),
        (task("SUMMARY:A\r\nPERCENT-COMPLETE:100"), "- [x] A\n"),
        (task("SUMMARY:A\r\nSTATUS:CANCELLED"), "- [-] A\n"),
        (task("SUMMARY:A\r\nSTATUS:NEEDS-ACTION\r\nCOMPLETED:20250302T100000Z"), "- [ ] A\n"),
        (task("SUMMARY:A\r\nSTATUS:NEEDS-ACTION\r\nPERCENT-COMPLETE:10"), "- [ ] A\n"),
        (task("SUMMARY:A\r\nPRIORITY:1"), "- [ ] A ⏫\n"),
        (task("SUMMARY:A\r\nPRIORITY:5"), "- [ ] A 🔼\n"),
        (task("SUMMARY:A\r\nPRIORITY:9"), "- [ ] A 🔽\n"),
        (task("SUMMARY:A\r\nPRIORITY:0"), "- [ ] A\n"),
        (
            task("SUMMARY:A\r\nDUE:20250301\r\nRRULE:FREQ=WEEKLY;INTERVAL=2\r\nPRIORITY:2"),
            "- [ ] A ⏫ 🔁 every 2 weeks 📅 2025-03-01\n",
        ),
        (task("SUMMARY:A\r\nRRULE:FREQ=WEEKLY;BYDAY=MO"), "- [ ] A\n"),
        (
            task(
                "SUMMARY:A\r\nDUE;TZID=Europe/Oslo:20250301T073000\r\nDESCRIPTION:one\\ntwo\\n\\n# three\r\nURL:https://a.example/_x_",
            ),
            "- [ ] A 📅 2025-03-01\n\n  ⏰ 07:30\\\n  one\\\n  two\n\n  \\# three\\\n  https://a.example/\\_x\\_\n\n",
        ),
        (
            task("SUMMARY:*a* [b] <i> x_y & &amp; `c` \\\\n 1. #t a < b\\nnext"),
            "- [ ] \\*a\\* \\[b\\] \\<i> x_y & \\&amp; \\`c\\` \\n 1. #t a < b next\n",
        ),
        // parts below what they are parts of, wherever they stand; circles are broken
        (
            task("UID:c\r\nSUMMARY:C\r\nRELATED-TO:p")
                + &task("UID:d\r\nSUMMARY:D\r\nRELATED-TO;RELTYPE=PARENT:c")
                + &task("UID:p\r\nSUMMARY:P")
                + &task("UID:e\r\nSUMMARY:E\r\nRELATED-TO:p"),
            "- [ ] P\n    - [ ] C\n        - [ ] D\n    - [ ] E\n",
        ),
        (
            task("UID:a\r\nSUMMARY:A\r\nRELATED-TO:b")
                + &task("UID:b\r\nSUMMARY:B\r\nRELATED-TO:a")
                + &task("UID:s\r\nSUMMARY:S\r\nRELATED-TO:s")
                + &task("SUMMARY:X\r\nRELATED-TO;RELTYPE=SIBLING:s"),
            "- [ ] S\n- [ ] X\n- [ ] A\n    - [ ] B\n",
        ),
        (task("UID:1\r\nSUMMARY:A") + &task("UID:1\r\nSUMMARY:B"), "- [ ] A\n- [ ] B\n"),
    ];
    for (tasks, expected) in cases {
        assert_eq!(as_markdown(&tasks, None), expected, "{tasks}");
    }
    let late = task("SUMMARY:A\r\nDUE:20250301T233000Z");
    assert_eq!(as_markdown(&late, None), "- [ ] A 📅 2025-03-01\n\n  ⏰ 23:30\n\n");
    assert_eq!(as_markdown(&late, Some(Tz::Europe__Oslo)), "- [ ] A 📅 2025-03-02\n\n  ⏰ 00:30\n\n");
}

#[test]
fn tasks_as_todo_txt() {
    let text = calendar(
        &(task("SUMMARY:Buy  milk\r\nDUE;VALUE=DATE:20250301\r\nPRIORITY:1")
            + &task("SUMMARY:B\r\nCOMPLETED:20250302T100000Z\r\nPRIORITY:9")
            + &task("SUMMARY:C")),
    );
    let (text, lists) = kept(text.as_bytes(), "My list").unwrap();
    let expected = "(A) Buy milk due:2025-03-01 +My-list\nx 2025-03-02 B pri:C +My-list\nC +My-list\n";
    assert_eq!(written(|to| todo_txt(&text, &lists, None, to)), expected);
    assert_eq!(written(|to| todo_txt(&text, &[], None, to)), "");
}

#[test]
fn rows_of_tasks() {
    let text = calendar(&task("UID:1\r\nSUMMARY:A\r\nDUE;VALUE=DATE:20250301\r\nSTATUS:COMPLETED"));
    let (text, lists) = kept(text.as_bytes(), "L").unwrap();
    let row = tasks(&text, &lists[0], "Reminders/L.ics").pop().expect("a task");
    assert_eq!((row.uid.as_deref(), row.list.as_str(), row.summary.as_deref()), (Some("1"), "L", Some("A")));
    assert_eq!((row.done, row.path.as_str()), (true, "Reminders/L.ics"));
    assert_eq!(row.due.and_then(|due| due.text()).as_deref(), Some("2025-03-01"));
}

/// Hostile shapes, in a size at which quadratic work would take minutes.
#[test]
fn time_is_linear() {
    const MANY: usize = 30_000;
    let one = event("UID:1\r\nRECURRENCE-ID:20240101\r\nDTSTART;TZID=Mine:20240101T000000");
    let zone = OSLO.replace("Europe/Oslo", "Mine");
    let shapes = [
        "BEGIN:VCALENDAR\n".repeat(MANY),
        calendar(&"BEGIN:VEVENT\n".repeat(MANY)),
        calendar(&"BEGIN:X\n".repeat(MANY)),
        calendar(&format!("{}{}", "BEGIN:X\n".repeat(MANY), "END:Y\n".repeat(MANY))),
        calendar(&event("").repeat(MANY)),
        calendar(&one).repeat(MANY / 10),
        calendar(&(zone.repeat(1000) + &one.repeat(1000))),
        calendar(&format!("X-A:b\r\n{}", event("")).repeat(MANY / 10)),
        calendar(&event(&"X;TZID=a:b\r\n".repeat(MANY))),
        calendar(&event(&"RRULE:a\r\n".repeat(MANY))),
        calendar(&(0..MANY).map(|n| task(&format!("UID:{n}\r\nRELATED-TO:{}", n + 1))).collect::<String>()),
        calendar(
            &(0..MANY)
                .map(|n| task(&format!("UID:{n}\r\nRELATED-TO:{}", n.saturating_sub(1))))
                .collect::<String>(),
        ),
    ];
    let began = Instant::now();
    for shape in shapes {
        let (text, all) = kept(shape.as_bytes(), "x").unwrap();
        for one in &all {
            let _ = (
                tasks_of(&text, one),
                written(|to| markdown(&text, one, None, to)),
                events(&text, one, None),
            );
        }
        let _ = written(|to| without_tasks(&text, &all, to).and_then(|()| todo_txt(&text, &all, None, to)));
    }
    assert!(began.elapsed() < Duration::from_secs(60));
}

proptest! {
    #[test]
    fn any_blocks_are_read_and_split(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "BEGIN:VCALENDAR\r\n", "END:VCALENDAR\n", "BEGIN:VEVENT\n", "END:VEVENT\r\n", "BEGIN:VTODO\n",
                "END:VTODO\n", "BEGIN:VTIMEZONE\nTZID:a\n", "END:VTIMEZONE\n", "BEGIN:STANDARD\n", "END:STANDARD\n",
                "BEGIN:VALARM\n", "END:VALARM\n", "X-APPLE-DEFAULT-ALARM:TRUE\n", "SUMMARY:A\n", "UID:1\n",
                "DTSTART;TZID=a:20240101T000000\n", "RECURRENCE-ID:20240101\n", "X-WR-CALNAME:n\n", " fold\n", "\n",
                "DTSTART:20240101T000000\n", "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n", "RRULE:FREQ=YEARLY;BYDAY=-5SU\n",
                "RELATED-TO:1\n", "DESCRIPTION:https://support.apple.com/HT210220\n", "x", "VERSION:2.0\n",
            ]),
            0..40,
        ),
        noise in prop::collection::vec(any::<u8>(), 0..8),
        at in any::<prop::sample::Index>(),
    ) {
        let mut text = pieces.concat().into_bytes();
        let at = at.index(text.len() + 1);
        text.splice(at..at, noise);
        let stream = read(text.as_slice()).unwrap();
        let mut end = 0;
        for calendar in &stream.calendars {
            prop_assert!(calendar.span.start >= end && calendar.span.end > calendar.span.start);
            end = calendar.span.end;
        }
        prop_assert!(end <= text.len());
        let mut inner = 0;
        for component in blocks(&text) {
            prop_assert!(component.span.start >= inner && component.span.end > component.span.start);
            inner = component.span.end;
            prop_assert!(stream.calendars.iter().any(|one| one.span.start < component.span.start && one.span.end >= inner));
        }
        let (kept_text, all) = kept(text.as_slice(), "x").unwrap();
        let whole = |made: &str| {
            let again = read(made.as_bytes()).unwrap();
            let blocks = blocks(made.as_bytes());
            again.stray == 0 && again.calendars.iter().all(|one| one.is_whole) && blocks.iter().all(|one| one.missing_ends.is_empty())
        };
        for list in &all {
            prop_assert_eq!(events(&kept_text, list, Some(Tz::Europe__Oslo)).len(), list.count(Part::Event));
            prop_assert_eq!(super::tests::tasks(&kept_text, list, "p").len(), list.count(Part::Task));
            // what goes in comes out, and is whole
            let made = tasks_of(&kept_text, list);
            prop_assert_eq!(blocks(made.as_bytes()).len(), list.count(Part::Task) + list.count(Part::TaskOverride));
            prop_assert!(whole(&made));
            // of a task alone is said what is said of it in its list
            let said = written(|to| markdown(&kept_text, list, None, to));
            prop_assert_eq!(said.matches("- [").count(), list.count(Part::Task));
        }
        let made = written(|to| without_tasks(&kept_text, &all, to));
        let others = |text: &[u8]| blocks(text).iter().filter(|one| one.kind != Kind::Task).count();
        prop_assert_eq!(others(made.as_bytes()), others(&text));
        prop_assert_eq!(blocks(made.as_bytes()).len(), others(&text));
    }
}
