//! Any bytes as an iCalendar file, and all that is made of it: what goes in comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::category::calendars::{
    CalendarRow, Entry, EventRow, Part, TaskRow, happenings, kept, markdown, read, tasks_alone, todo_txt,
    without_tasks,
};

fuzz_target!(|bytes: &[u8]| {
    let (text, all) = kept(bytes, "x").expect("memory is read");
    let stream = read(std::io::BufReader::new(text.part(text.span()))).expect("memory is read");
    let mut end = 0;
    for calendar in &stream.calendars {
        assert!(calendar.span.start >= end && calendar.span.end <= text.span().end);
        end = calendar.span.end;
    }
    let mut made = std::io::sink();
    for calendar in &all {
        let _ = CalendarRow::of(calendar, "x.ics");
        let mut entries = calendar.entries(&text, Some(chrono_tz::Tz::Europe__Oslo));
        let mut counted = 0;
        while let Some(Entry { zones, component, part }) = entries.next().expect("memory is read") {
            assert!(component.span.end <= text.span().end);
            counted += usize::from(matches!(part, Part::Event | Part::Task));
            let _ = EventRow::of(&component, &calendar.name, zones);
            let _ = TaskRow::of(&component, &calendar.name, zones, "x.ics");
        }
        assert_eq!(counted, calendar.items());
        let last = chrono::NaiveDate::from_ymd_opt(2030, 1, 1).expect("a day");
        let mut days = happenings(calendar, &text, None, last).expect("memory is read");
        while days.next().expect("memory is read").is_some() {}
        let mut alone = Vec::new();
        tasks_alone(&text, calendar, &mut alone).expect("memory takes everything");
        assert!(calendar.count(Part::Task) == 0 || !alone.is_empty());
        markdown(&text, calendar, None, &mut made).expect("nothing refuses");
    }
    todo_txt(&text, &all, None, &mut made).expect("nothing refuses");
    without_tasks(&text, &all, &mut made).expect("nothing refuses");
});
