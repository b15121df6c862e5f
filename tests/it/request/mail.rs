//! iCloud Mail: every form in which a message may come, as it came, where people find it.

use super::{Scene, contents, entries, numbers, problems};
use crate::builder::{Export, Language, Message, Outer, Part, emlx, export, mbox};

fn delivery(part: Part) -> Export {
    export(Outer::Mail, Language::English).part(part)
}

fn dinner() -> Message {
    Message::new("Dinner")
        .date("Mon, 4 Mar 2019 19:08:00 +0100")
        .id("1@example.org")
        .text("Sunday at the harbour?\n")
}

fn answer() -> Message {
    Message::new("Re: Dinner")
        .lf()
        .date("Tue, 5 Mar 2019 08:00:00 -0800")
        .id("2@example.org")
        .text("Gladly.\n")
}

#[test]
fn every_form_stays_as_it_is() {
    let undated =
        Message::new("No date").header("Received: from a by b; Wed, 6 Mar 2019 09:10:11 +0000").text("x\n");
    let archive = [answer(), Message::new("From here").lf().text("From here on\n")];
    let part = Part::new()
        .entry("INBOX/1.eml", dinner().bytes())
        .entry("INBOX/2.emlx", emlx(&answer().bytes(), 1))
        .entry("Sent Messages/3", undated.bytes())
        .entry("Archive.mbox", mbox(&archive));
    let scene = Scene::of([&delivery(part)]);
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        [
            "Mail/Archive.mbox",
            "Mail/INBOX/2019-03-04 1908 Dinner.eml",
            "Mail/INBOX/2019-03-05 0800 Re_ Dinner.emlx",
            "Mail/Sent Messages/2019-03-06 0910 No date.eml",
        ]
    );
    assert_eq!(scene.bytes("Mail/INBOX/2019-03-04 1908 Dinner.eml"), dinner().bytes());
    assert_eq!(scene.bytes("Mail/INBOX/2019-03-05 0800 Re_ Dinner.emlx"), emlx(&answer().bytes(), 1));
    assert_eq!(scene.bytes("Mail/Archive.mbox"), mbox(&archive));
    assert_eq!(scene.modified("Mail/INBOX/2019-03-04 1908 Dinner.eml"), "2019-03-04T18:08:00Z");
    assert_eq!(scene.modified("Mail/Sent Messages/2019-03-06 0910 No date.eml"), "2019-03-06T09:10:11Z");
    let [items, listed, _, files, derived] = numbers(&report, "mail");
    assert_eq!(
        (items, listed, files, derived),
        (Some(5), None, Some(4), Some(0)),
        "two messages are in the mbox"
    );
    assert!(problems(&report).iter().all(|problem| problem == "warning renamed"), "{report}");
    let listed = scene.listed("Mail/INBOX/2019-03-04 1908 Dinner.eml");
    assert_eq!((&listed["category"], &listed["modified"]), (&"mail".into(), &"2019-03-04T18:08:00Z".into()));
}

#[test]
fn messages_are_rows_and_can_be_searched() {
    let part = Part::new()
        .entry("INBOX/1.eml", dinner().attachment("menu.pdf", b"%PDF").bytes())
        .entry("Archive.mbox", mbox(&[answer()]));
    let scene = Scene::of([&delivery(part)]);
    scene.import();
    assert_eq!(
        scene.rows("SELECT path, folder, message_id, sent_utc, sender, recipients, subject, attachments FROM messages ORDER BY path"),
        [
            "Mail/Archive.mbox|Archive|<2@example.org>|2019-03-05T16:00:00Z|Ann Berg <ann@example.org>|bo@example.org|Re: Dinner|0",
            "Mail/INBOX/2019-03-04 1908 Dinner.eml|INBOX|<1@example.org>|2019-03-04T18:08:00Z|Ann Berg <ann@example.org>|bo@example.org|Dinner|1",
        ]
    );
    let found = |words: &str| {
        scene.rows(&format!(
            "SELECT m.subject FROM messages_fts f JOIN messages m ON m.rowid = f.rowid WHERE messages_fts MATCH '{words}' ORDER BY m.subject"
        ))
    };
    assert_eq!(found("harbour"), ["Dinner"]);
    assert_eq!(found("subject: dinner"), ["Dinner", "Re: Dinner"]);
    assert_eq!(found("body: gladly"), ["Re: Dinner"]);
    assert_eq!(found("nothing"), [""; 0]);
}

#[test]
fn a_message_in_two_folders_is_two() {
    let part = Part::new()
        .entry("INBOX/1.eml", dinner().bytes())
        .entry("Archive/9.eml", dinner().bytes())
        // the same identifier with other bytes
        .entry("INBOX/2.eml", dinner().text("Monday then.\n").bytes());
    let scene = Scene::of([&delivery(part)]);
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        [
            "Mail/Archive/2019-03-04 1908 Dinner.eml",
            "Mail/INBOX/2019-03-04 1908 Dinner (2).eml",
            "Mail/INBOX/2019-03-04 1908 Dinner.eml",
        ]
    );
    assert_eq!(entries(&report, &["imported", "duplicate"]), [3, 0]);
    assert_eq!(numbers(&report, "mail")[0], Some(3));
}

#[test]
fn each_path_is_a_message_and_an_mbox_is_its_folder() {
    let part = Part::new()
        .entry("INBOX/1.eml", dinner().bytes())
        .entry("INBOX/2.eml", dinner().bytes())
        .entry("Big/mbox", mbox(&[dinner()]));
    let scene = Scene::of([&delivery(part)]);
    let report = scene.import();
    let tree = [
        "Mail/Big.mbox",
        "Mail/INBOX/2019-03-04 1908 Dinner (2).eml",
        "Mail/INBOX/2019-03-04 1908 Dinner.eml",
    ];
    assert_eq!(scene.tree(), tree);
    assert_eq!(entries(&report, &["imported", "duplicate"]), [3, 0]);
    assert_eq!(numbers(&report, "mail")[0], Some(3));
    // the same archive says the same
    let before = contents(&scene.library());
    let again = scene.import();
    assert_eq!(entries(&again, &["imported", "already_present"]), [0, 3]);
    assert_eq!(contents(&scene.library()), before);
}

#[test]
fn odd_messages_and_folders() {
    let long = "x".repeat(400);
    let part = Part::new()
        .entry("Mail/INBOX/1.eml", Message::new(&long).text("x\n").bytes())
        .entry("Mail/INBOX/2.eml", Message::new("").lf().body(b"\0\xff\0").bytes())
        .entry("Mail/INBOX/3.eml", Message::new("a/b: \"c\"?").date("nonsense").text("x\n").bytes())
        .entry("Mail/受信箱/4.eml", Message::new("=?utf-8?B?44GT44KT44Gr44Gh44Gv?=").text("x\n").bytes())
        .entry("Mail/INBOX/list.csv", "a,b\n1,2\n");
    let scene = Scene::of([&delivery(part)]);
    let report = scene.import();
    let tree = scene.tree();
    assert_eq!(numbers(&report, "mail")[0], Some(4));
    for path in ["Mail/INBOX/a_b_ _c__.eml", "Mail/INBOX/message.eml", "Mail/受信箱/こんにちは.eml"] {
        assert!(tree.contains(&path.to_owned()), "{path} in {tree:#?}");
    }
    assert!(
        tree.iter().any(|path| path.starts_with(&format!("Mail/INBOX/{}", "x".repeat(150)))),
        "{tree:#?}"
    );
    // what Apple says of mail is kept with what it says of everything else
    assert!(!tree.iter().any(|path| path.ends_with("list.csv")), "{tree:#?}");
    let details = scene.details();
    assert_eq!(details.iter().filter(|path| path.ends_with("list.csv")).count(), 1, "{details:#?}");
    assert_eq!(scene.rows("SELECT count(*) FROM messages"), ["4"]);
}

#[test]
fn an_mbox_beside_the_messages_for_who_wants_it() {
    let from = Message::new("Quoted").lf().date("Mon, 4 Mar 2019 20:00:00 +0100").text("From here on\n");
    let part = Part::new()
        .entry("INBOX/1.eml", dinner().bytes())
        .entry("INBOX/2.eml", from.bytes())
        .entry("Sent Messages/3.eml", answer().bytes());
    let scene = Scene::of([&delivery(part)]);
    let report = scene.import_with(&["--mbox"]);
    assert_eq!(
        scene.tree(),
        [
            "Mail/INBOX.mbox",
            "Mail/INBOX/2019-03-04 1908 Dinner.eml",
            "Mail/INBOX/2019-03-04 2000 Quoted.eml",
            "Mail/Sent Messages.mbox",
            "Mail/Sent Messages/2019-03-05 0800 Re_ Dinner.eml",
        ]
    );
    let inbox = scene.text("Mail/INBOX.mbox");
    assert_eq!(inbox.lines().filter(|line| line.starts_with("From ")).count(), 2, "{inbox}");
    assert!(inbox.contains("\n>From here on\n") && !inbox.contains('\r'), "{inbox}");
    assert_eq!(numbers(&report, "mail")[4], Some(2));
    // the choice is remembered
    let again = Scene::of([&delivery(Part::new().entry("INBOX/1.eml", dinner().bytes()))]);
    again.import_with(&["--mbox"]);
    again.deliver(
        &delivery(Part::new().entry("Sent Messages/3.eml", answer().bytes())).built("2025-01-01 10:00"),
    );
    again.import();
    assert!(again.tree().contains(&"Mail/Sent Messages.mbox".to_owned()), "{:#?}", again.tree());
}
