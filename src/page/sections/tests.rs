//! What sections say and what they never let through, as values.

use serde_json::Value;

use super::{
    BookmarkShown, CalendarShown, CardShown, Days, Device, EventShown, FileShown, First, MessageShown,
    NoteShown, Purse, Reach, RecordsShown, Section, Subscription, TaskShown, Times, Top, YearOfMoney,
    file_names, frame,
};
use crate::library::layout;

const HOSTILE: &str =
    "</script><script>document.title='owned'</script>\"'&\u{2028}<!--<img src=x onerror=alert(1)>";

fn data(section: &Section) -> Value {
    serde_json::from_str(&section.data()).expect("JSON")
}

fn render(section: &Section, others: &[Section], main: &str, shows_hidden: &'static str) -> String {
    let mut page = Vec::new();
    let frame = frame(section, others, main, shows_hidden).expect("a page");
    section.write(&frame, &mut page).expect("memory takes everything");
    String::from_utf8(page).expect("text")
}

fn all() -> Vec<Section> {
    let note = NoteShown {
        title: HOSTILE.to_owned(),
        folder: HOSTILE.to_owned(),
        path: "Notes/a.md".to_owned(),
        shared_with: vec![HOSTILE.to_owned()],
        markdown: Some(format!("# {HOSTILE}\n\n{HOSTILE}\n- [ ] {HOSTILE}\n[{HOSTILE}](javascript:x)")),
        ..NoteShown::default()
    };
    let file = FileShown { path: format!("Drive/{HOSTILE}"), size: 1, ..FileShown::default() };
    let card = CardShown {
        name: HOSTILE.to_owned(),
        phones: vec![Reach { value: HOSTILE.to_owned(), label: Some(HOSTILE.to_owned()) }],
        groups: vec![HOSTILE.to_owned()],
        path: "Contacts/Cards/a.vcf".to_owned(),
        ..CardShown::default()
    };
    let mut days = Days::new();
    days.calendars = vec![CalendarShown { name: HOSTILE.to_owned(), path: "Calendars/a.ics".to_owned() }];
    let event = EventShown {
        title: HOSTILE.to_owned(),
        location: Some(HOSTILE.to_owned()),
        notes: Some(HOSTILE.to_owned()),
        rule: Some(HOSTILE.to_owned()),
        days: vec![chrono::NaiveDate::default()],
        ..EventShown::default()
    };
    days.event(&event).expect("room");
    days.task(&TaskShown { title: HOSTILE.to_owned(), ..TaskShown::default() }).expect("room");
    let message = MessageShown {
        subject: HOSTILE.to_owned(),
        sender: HOSTILE.to_owned(),
        recipients: HOSTILE.to_owned(),
        path: "Mail/a.eml".to_owned(),
        ..MessageShown::default()
    };
    let bookmark =
        BookmarkShown { title: HOSTILE.to_owned(), url: HOSTILE.to_owned(), ..BookmarkShown::default() };
    let top = |year: &str| Top {
        year: year.to_owned(),
        names: vec![(HOSTILE.to_owned(), 2, 7)],
        more: 1,
        named: 3,
    };
    let times = Times {
        times: 4,
        minutes: 9,
        months: vec![("2024-03".to_owned(), 3, 8)],
        tops: vec![vec![top(""), top("2024")]],
    };
    let year =
        YearOfMoney { year: HOSTILE.to_owned(), paid_in: HOSTILE.to_owned(), ..YearOfMoney::default() };
    let records = RecordsShown {
        listening: times.clone(),
        watching: times.clone(),
        purchases: 1,
        money: vec![Purse {
            currency: Some(HOSTILE.to_owned()),
            years: vec![year],
            items: First::of(vec![(HOSTILE.to_owned(), HOSTILE.to_owned(), 1)], 1),
            ..Purse::default()
        }],
        subscriptions: First::of(
            vec![Subscription { item: HOSTILE.to_owned(), ..Subscription::default() }; 2],
            1,
        ),
        devices: First::of(vec![Device { name: HOSTILE.to_owned(), ..Device::default() }], 1),
        sign_ins: times,
        playlists: First::of(vec![(HOSTILE.to_owned(), 2)], 1),
        podcasts: First::of(vec![(HOSTILE.to_owned(), true)], 1),
    };
    vec![
        Section::records(records).expect("a section"),
        Section::notes(vec![note], 1),
        Section::drive(vec![file]),
        Section::contacts(vec![card]),
        Section::calendars(&days, 1),
        Section::mail(vec![message]),
        Section::bookmarks(&[bookmark], 0),
    ]
}

#[test]
fn whatever_they_say_sections_stay_whole() {
    let sections = all();
    for section in &sections {
        let page = render(section, &sections, "my \"page\" & <b>.html", "");
        assert_eq!(page.matches("<script").count(), 2, "{}", section.name());
        assert_eq!(page.matches("</script").count(), 2, "{}", section.name());
        assert!(!page.contains("<img") && !page.contains('\u{2028}') && !page.contains("<b>.html"));
        assert!(!page.contains("unsafe-inline") && !page.contains(" style=") && !page.contains(" onclick="));
        assert!(
            !page.contains("http:") && !page.contains("@import") && !page.contains("fetch("),
            "{}",
            section.name()
        );
        assert!(page.contains("default-src 'none'"));
        let said = data(section).to_string();
        assert!(said.contains("owned"), "{said}");
        assert_eq!(render(section, &sections, "my \"page\" & <b>.html", ""), page);
    }
}

#[test]
fn their_names_are_those_that_a_library_knows() {
    let mut names: Vec<&str> = file_names().collect();
    let mut known = layout::SECTION_FILES;
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(names, known);
}

#[test]
fn many_events_are_the_page_that_few_are() {
    let event = |number: usize| EventShown {
        title: format!("{number} {}", "é".repeat(900)),
        days: vec![chrono::NaiveDate::default()],
        ..EventShown::default()
    };
    let mut days = Days::new();
    // more than is kept in memory
    (0..2_500).try_for_each(|number| days.event(&event(number))).expect("room");
    let section = Section::calendars(&days, 2_500);
    assert!(section.data().len() > 8 << 20 && section.data().is_ascii());
    let data = data(&section);
    let titles: Vec<&str> =
        data["events"].as_array().expect("events").iter().filter_map(|one| one["title"].as_str()).collect();
    assert_eq!((titles.len(), titles[2_499]), (2_500, event(2_499).title.as_str()));
    assert_eq!((&data["calendars"], &data["tasks"]), (&Value::Array(Vec::new()), &Value::Array(Vec::new())));
    let page = render(&section, &[], "windfall-report.html", "");
    assert_eq!(page.matches(&section.data()).count(), 1);
    assert_eq!(render(&section, &[], "windfall-report.html", ""), page);
}

#[test]
fn figures_and_lines() {
    let said = |section: &Section| {
        let left_out = section.left_out.as_deref().map(|words| format!("; {words}")).unwrap_or_default();
        format!("{}: {} | {}{left_out}", section.name(), section.title, section.line).replace('\u{a0}', " ")
    };
    let said: Vec<String> = all().iter().map(said).collect();
    assert_eq!(
        said,
        [
            "Records: 4 plays | 4 films and episodes watched, 1 purchase, 2 subscriptions, 1 device, 4 sign-ins, \
             1 playlist, 1 podcast",
            "Notes: 1 note | 1 folder; 1 recently deleted note is not shown",
            "iCloud Drive: 1 file | 1 byte in 2 folders",
            "Contacts: 1 contact | 1 group",
            "Calendar: 1 event | 1 task, 1 calendar or list",
            "Mail: 1 message | 0 bytes in 1 folder",
            "Bookmarks: 1 bookmark | ",
        ]
    );
}

#[test]
fn records_are_called_by_the_first_that_there_is() {
    assert!(Section::records(RecordsShown::default()).is_none());
    let long = "n".repeat(900);
    let device = Device { name: long.clone(), model: Some(long), ..Device::default() };
    let shown =
        RecordsShown { devices: First::of(vec![device], 9), purchases: 1204, ..RecordsShown::default() };
    let section = Section::records(shown).expect("a section");
    assert_eq!((section.title.as_str(), section.line.as_str()), ("1,204 purchases", "1 device"));
    assert_eq!(data(&section)["devices"]["items"][0]["model"].as_str().map(str::len), Some(200));
    let page = render(&section, &[], "windfall-report.html", "");
    assert!(page.contains("<form id=\"find\" role=\"search\" hidden>"));
}

#[test]
fn notes_are_called_by_their_text_and_stand_in_order() {
    let note = |path: &str, modified: &str, pinned: bool, deleted: bool, markdown: Option<&str>| NoteShown {
        title: "As listed".to_owned(),
        path: path.to_owned(),
        modified: Some(modified.to_owned()),
        pinned,
        deleted,
        markdown: markdown.map(str::to_owned),
        ..NoteShown::default()
    };
    let section = Section::notes(
        vec![
            note("Notes/old.md", "2020-01-01T00:00:00Z", false, false, Some("# Edited\n\ntext")),
            note("Notes/gone.md", "2021-01-01T00:00:00Z", false, false, None),
            note("Notes/Recently Deleted/x.md", "2024-01-01T00:00:00Z", true, true, Some("text")),
            note("Notes/pin.md", "2019-01-01T00:00:00Z", true, false, Some("")),
        ],
        0,
    );
    let shown: Vec<(String, String, bool)> = data(&section)["notes"]
        .as_array()
        .expect("notes")
        .iter()
        .map(|note| {
            let text = |key: &str| note[key].as_str().expect("a text").to_owned();
            (text("path"), text("title"), note["text"].is_null())
        })
        .collect();
    let expected = [
        ("Notes/pin.md", "As listed", false),
        ("Notes/gone.md", "As listed", true),
        ("Notes/old.md", "Edited", false),
        ("Notes/Recently Deleted/x.md", "As listed", false),
    ];
    assert_eq!(shown, expected.map(|(path, title, is_gone)| (path.to_owned(), title.to_owned(), is_gone)));
}

#[test]
fn only_addresses_of_the_web_are_links() {
    let one = |url: &str| BookmarkShown { url: url.to_owned(), ..BookmarkShown::default() };
    let urls = [
        "https://a.b",
        " HTTP://a.b",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "a.b",
        "",
    ];
    let section = Section::bookmarks(&urls.map(one), 0);
    let links: Vec<bool> = data(&section)["bookmarks"]
        .as_array()
        .expect("bookmarks")
        .iter()
        .map(|one| one["link"].as_bool().expect("a flag"))
        .collect();
    assert_eq!(links, [true, true, false, false, false, false, false]);
}

#[test]
fn messages_stand_newest_first_and_undated_ones_last() {
    let message = |subject: &str, sent: Option<&str>| MessageShown {
        subject: subject.to_owned(),
        sent: sent.map(str::to_owned),
        path: "Mail/INBOX.mbox".to_owned(),
        ..MessageShown::default()
    };
    let section = Section::mail(vec![
        message("undated", None),
        message("old", Some("2019-01-01T00:00:00Z")),
        message("new", Some("2024-01-01T00:00:00Z")),
        message("unreadable", Some("soon")),
    ]);
    let data = data(&section);
    assert_eq!(data["subject"].to_string(), r#"["new","old","undated","unreadable"]"#);
    assert_eq!(data["sent"][0], 1_704_067_200);
}
