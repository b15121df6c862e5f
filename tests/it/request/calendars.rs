//! iCloud Calendars and Reminders: calendars as they came, tasks apart, and an honest word where reminders are not.

use super::{Scene, messages, numbers, problems};
use crate::builder::{
    Calendar, Export, Language, Outer, Part, TOMBSTONES, TOMBSTONES_GERMAN, calendar_metadata, export,
};

fn delivery(calendars: &[(&str, &Calendar)], metadata: &[(&str, &str, &str)]) -> Export {
    let part =
        calendars.iter().fold(Part::new(), |part, (name, calendar)| part.entry(name, calendar.bytes()));
    let part = if metadata.is_empty() { part } else { part.files([calendar_metadata(metadata)]) };
    export(Outer::Calendars, Language::English).part(part)
}

fn home() -> Calendar {
    Calendar::new("Home")
        .zone("Europe/Oslo")
        .event("E-1", "DTSTART;TZID=Europe/Oslo:20240303T100500\nDTEND;TZID=Europe/Oslo:20240303T110500\nLOCATION:Harbour\\, pier 2", "Dentist")
        .event("E-2", "DTSTART;VALUE=DATE:20240517\nDTEND;VALUE=DATE:20240518\nRRULE:FREQ=YEARLY", "Day off")
        .event("E-2", "RECURRENCE-ID;VALUE=DATE:20250517\nDTSTART;VALUE=DATE:20250518\nDTEND;VALUE=DATE:20250519", "Day off, late")
}

#[test]
fn calendars_stay_and_events_are_rows() {
    let scene =
        Scene::of([&delivery(&[("Home.ics", &home())], &[("Home", "VEVENT", ""), ("inbox", "VEVENT", "")])]);
    let report = scene.import();
    assert_eq!(scene.tree(), ["Calendars/Home.ics"]);
    assert_eq!(scene.bytes("Calendars/Home.ics"), home().bytes());
    assert_eq!(problems(&report), [""; 0]);
    let [items, listed, _, files, derived] = numbers(&report, "calendars");
    assert_eq!((items, listed, files, derived), (Some(2), None, Some(1), Some(0)), "an override is no event");
    assert_eq!(scene.details(), ["iCloud Calendars and Reminders 2024-05-01/Part 1/Calendar Metadata.json"]);
    assert_eq!(
        scene.rows("SELECT uid, calendar, starts_utc, ends_utc, all_day, rule, summary, location FROM events ORDER BY uid"),
        [
            "E-1|Home|2024-03-03T09:05:00Z|2024-03-03T10:05:00Z|0|-|Dentist|Harbour, pier 2",
            "E-2|Home|2024-05-17|2024-05-18|1|FREQ=YEARLY|Day off|-",
        ]
    );
    assert_eq!(scene.rows("SELECT name, path FROM calendars"), ["Home|Calendars/Home.ics"]);
}

#[test]
fn tasks_go_apart() {
    let mixed = home().task("T-1", "DUE;VALUE=DATE:20250301", "Buy milk").task(
        "T-2",
        "STATUS:COMPLETED\nCOMPLETED:20250302T101112Z",
        "Pay *rent*",
    );
    let scene = Scene::of([&delivery(&[("Home.ics", &mixed)], &[])]);
    let report = scene.import();
    for path in ["Calendars/Home.ics", "Calendars/Import/Home.ics", "Reminders/Home.ics", "Reminders/Home.md"]
    {
        assert!(scene.tree().contains(&path.to_owned()), "{path} in {:#?}", scene.tree());
    }
    assert_eq!(scene.bytes("Calendars/Home.ics"), mixed.bytes(), "what came stays as it is");
    assert_eq!(
        scene.text("Reminders/Home.md"),
        "# Home\n\n- [ ] Buy milk 📅 2025-03-01\n- [x] Pay \\*rent\\* ✅ 2025-03-02\n"
    );
    let tasks = scene.text("Reminders/Home.ics");
    assert_eq!((tasks.matches("BEGIN:VTODO").count(), tasks.matches("BEGIN:VEVENT").count()), (2, 0));
    let events = scene.text("Calendars/Import/Home.ics");
    assert_eq!((events.matches("BEGIN:VTODO").count(), events.matches("BEGIN:VEVENT").count()), (0, 3));
    assert_eq!(numbers(&report, "calendars")[0], Some(4));
    assert_eq!(
        scene.rows("SELECT uid, list, summary, done, path FROM tasks ORDER BY uid"),
        ["T-1|Home|Buy milk|0|Calendars/Home.ics", "T-2|Home|Pay *rent*|1|Calendars/Home.ics"]
    );
}

#[test]
fn tombstones_are_no_tasks() {
    for words in [TOMBSTONES, TOMBSTONES_GERMAN] {
        let gone = Calendar::new("Errands ⚠️").tombstones(words);
        let kept = Calendar::new("Boat").tombstones(words).task("T-1", "", "Caulk");
        let scene = Scene::of([&delivery(&[("Reminders.ics", &gone), ("Boat.ics", &kept)], &[])]);
        let report = scene.import();
        assert_eq!(problems(&report), ["warning reminders-not-delivered"], "{report}");
        assert!(messages(&report, "reminders-not-delivered").contains("Errands"), "{report}");
        assert_eq!(numbers(&report, "calendars")[0], Some(1), "tombstones are no items");
        assert_eq!(scene.text("Reminders/Boat.md"), "# Boat\n\n- [ ] Caulk\n");
        assert_eq!(scene.rows("SELECT summary FROM tasks"), ["Caulk"]);
        let tree = scene.tree();
        assert!(tree.contains(&"Calendars/Reminders.ics".to_owned()), "{tree:#?}");
        assert!(
            !tree.iter().any(|path| path.contains("Errands") || path == "Reminders/Reminders.md"),
            "{tree:#?}"
        );
    }
}

#[test]
fn a_calendar_that_nobody_delivers() {
    let metadata = [
        ("Home", "VEVENT", ""),
        ("Work", "VEVENT", ""),
        ("Groceries", "VTODO", ""),
        ("Holidays", "VEVENT", "https://example.org/holidays.ics"),
        ("notification", "VEVENT", ""),
    ];
    let scene = Scene::of([&delivery(&[("Home.ics", &home())], &metadata)]);
    let report = scene.import_with_errors();
    let said = messages(&report, "missing-item");
    assert!(said.contains("Work") && said.contains("Groceries"), "{said}");
    assert!(!said.contains("notification") && !said.contains("Home"), "{said}");
    assert_eq!(numbers(&report, "calendars")[1], None, "the metadata lists calendars, not events");
}

#[test]
fn two_calendars_of_one_name_and_odd_streams() {
    let other =
        Calendar::unnamed().event("E-9", "DTSTART:20240303T090500Z\nDESCRIPTION:two\\nlines", "Other");
    let floating = Calendar::new("Floating")
        .event("E-8", "DTSTART:20240303T090500", "Anywhere")
        .event("E-7", "", "Some day");
    let part = Part::new()
        .entry("a/Home.ics", home().bytes())
        .entry("b/Home.ics", other.bytes())
        .entry("Floating.ics", floating.bytes())
        .entry("Broken.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:E-6\r\nSUMMARY:Cut");
    let scene = Scene::of([&export(Outer::Calendars, Language::English).part(part)]);
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        ["Calendars/Broken.ics", "Calendars/Floating.ics", "Calendars/Home (2).ics", "Calendars/Home.ics"]
    );
    assert_eq!(numbers(&report, "calendars")[0], Some(6));
    assert_eq!(
        scene.rows(
            "SELECT uid, starts_raw, starts_basis FROM events WHERE uid IN ('E-8', 'E-7') ORDER BY uid"
        )[0],
        "E-7|-|none"
    );
}
