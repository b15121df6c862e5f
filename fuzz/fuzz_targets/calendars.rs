//! Any bytes as an iCalendar file, and all that is made of it: what goes in comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::apple::content_line::text_of;
use windfall::category::calendars::{
    CalendarRow, EventRow, TaskRow, gathered, markdown, read, tasks_alone, todo_txt, without_tasks,
};

fuzz_target!(|bytes: &[u8]| {
    let text = text_of(bytes);
    let stream = read(&text);
    let mut end = 0;
    for calendar in &stream.calendars {
        assert!(calendar.span.start >= end && calendar.span.end <= text.len());
        end = calendar.span.end;
        assert!(
            calendar
                .components
                .iter()
                .all(|one| one.span.start >= calendar.span.start && one.span.end <= end)
        );
    }
    let all = gathered(&stream, "x");
    for calendar in &all {
        let _ = (
            CalendarRow::of(calendar, "x.ics"),
            EventRow::all(calendar, Some(chrono_tz::Tz::Europe__Oslo)).count(),
        );
        let tasks = TaskRow::all(calendar, None, "x.ics");
        assert!(tasks.count() == 0 || tasks_alone(&text, calendar).is_some());
        let _ = markdown(calendar, None);
    }
    let _ = (todo_txt(&all, None), without_tasks(&text, &stream));
});
