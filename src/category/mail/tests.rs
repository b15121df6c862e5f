//! Whole messages, and what the row and the search know of each.

use super::{Basis, Message};
use proptest::prelude::{any, prop, proptest};
use std::time::{Duration, Instant};

fn read(message: &str) -> Message {
    Message::read(message.replace('\n', "\r\n").as_bytes())
}

#[test]
fn a_plain_message() {
    let message = read(
        "Return-Path: <ann@example.org>\nReceived: from a by b; Mon, 4 Mar 2019 18:09:00 +0000\n\
         From: =?utf-8?Q?Berg=2C_Ann?= <ann@example.org>\nTo: bo@example.org,\n Cy <cy@example.org>\nCc: d@example.org\n\
         Subject: =?iso-8859-1?Q?Caf=E9?=\n =?iso-8859-1?Q?_today?=\nDate: Mon, 4 Mar 2019 19:08:00 +0100\n\
         Message-ID: <1@example.org>\nContent-Type: text/plain; charset=iso-8859-1\n\
         Content-Transfer-Encoding: quoted-printable\n\nAt the caf=E9,=\n at 5.\n",
    );
    let sent = message.sent.as_ref().expect("a date");
    assert_eq!(sent.time.to_rfc3339(), "2019-03-04T19:08:00+01:00");
    assert_eq!((sent.basis, sent.raw.as_str()), (Basis::Date, "Mon, 4 Mar 2019 19:08:00 +0100"));
    assert_eq!(message.message_id.as_deref(), Some("<1@example.org>"));
    assert_eq!(message.sender.as_deref(), Some("\"Berg, Ann\" <ann@example.org>"));
    assert_eq!(message.recipients.as_deref(), Some("bo@example.org, Cy <cy@example.org>, d@example.org"));
    assert_eq!(message.subject.as_deref(), Some("Café today"));
    assert_eq!(message.text, "At the café, at 5.");
    assert!(message.attachments.is_empty() && message.has_header);
}

#[test]
fn messages_that_lack_things() {
    assert_eq!(Message::read(b""), Message::default());
    let text = Message::read(b"just words");
    assert_eq!((text.text.as_str(), text.has_header), ("just words", false));
    let bare = read("Subject: \nMessage-ID:\nFrom:\n\n");
    assert_eq!((bare.subject.as_deref(), bare.message_id, bare.sender), (Some(""), None, None));
    let bare = Message::read(b"From: a@b\nSubject: x\0y\n\nb\0c\n");
    assert_eq!((bare.subject.as_deref(), bare.text.as_str()), (Some("xy"), "bc"));
    // undeclared bytes in a header are mostly in the charset of the body
    let raw = Message::read(
        b"Subject: \xcf\xf0\xe8\xe2\xe5\xf2\nContent-Type: text/plain; charset=windows-1251\n\n\xcf\xf0\xe8",
    );
    assert_eq!((raw.subject.as_deref(), raw.text.as_str()), (Some("Привет"), "При"));
    let page = b"Content-Type: text/html\n\n<meta charset=\"koi8-r\"><p>\xf0\xd2\xc9";
    assert_eq!(Message::read(page).text, "При");
    let only_sender = read("Sender: a@example.org\nBcc: b@example.org\n\n");
    assert_eq!(only_sender.sender.as_deref(), Some("a@example.org"));
    assert_eq!(only_sender.recipients.as_deref(), Some("b@example.org"));
}

#[test]
fn parts() {
    let plain = "Content-Type: text/plain; charset=utf-8\n\nplain\n";
    let html = "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\nPHA+cGFnZTwvcD4=\n";
    let empty = "Content-Type: text/plain\n\n \n";
    let invitation = "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n";
    let pdf = "Content-Type: application/pdf; name=\"a.pdf\"\nContent-Disposition: attachment;\n filename*=utf-8''%C3%A9.pdf\n\
               Content-Transfer-Encoding: base64\n\nAAAA\n";
    let picture =
        "Content-Type: image/png; name=logo.png\nContent-ID: <1>\nContent-Disposition: inline\n\nxx\n";
    let photo = "Content-Type: image/jpeg\n\nxx\n";
    let message = "Content-Type: message/rfc822\n\nSubject: inner\n\ninner words\n";
    let report = "Content-Type: message/delivery-status\n\nStatus: 5.0.0\n";
    let note = "Content-Type: text/plain; name=n.txt\nContent-Disposition: inline; filename=n.txt\n\nnoted\n";
    let many = |kind: &str, border: &str, parts: &[&str]| {
        let body: String = parts.iter().map(|part| format!("--{border}\n{part}\n")).collect();
        format!(
            "Content-Type: multipart/{kind}; boundary=\"{border}\"\n\npreamble\n{body}--{border}--\nepilogue\n"
        )
    };
    for (parts, text, attachments) in [
        (plain.to_owned(), "plain", &[][..]),
        (html.to_owned(), "page", &[]),
        (pdf.to_owned(), "", &["é.pdf"]),
        (many("alternative", "b", &[plain, html]), "plain", &[]),
        (many("alternative", "b", &[empty, html]), "page", &[]),
        (many("alternative", "b", &[html]), "page", &[]),
        (many("alternative", "b", &[html, invitation]), "page", &[]),
        (many("alternative", "b", &[invitation]), "BEGIN:VCALENDAR", &[]),
        (
            many("mixed", "b", &["Content-Type: multipart/alternative; boundary=nowhere\n\nwords\n", pdf]),
            "words",
            &["é.pdf"],
        ),
        (many("mixed", "b", &[plain, pdf, html]), "plain\npage", &["é.pdf"]),
        (
            many("mixed", "b", &[&many("alternative", "bb", &[plain, html]), pdf, photo]),
            "plain",
            &["é.pdf", ""],
        ),
        (many("alternative", "b", &[plain, &many("related", "c", &[html, picture])]), "plain", &[]),
        (many("related", "b", &[html, picture]), "page", &[]),
        (many("mixed", "b", &[plain, picture]), "plain", &["logo.png"]),
        (
            many("mixed", "b", &[&many("alternative", "c", &[plain]), &many("alternative", "d", &[html])]),
            "plain\npage",
            &[],
        ),
        (many("mixed", "b", &[plain, message]), "plain", &[""]),
        (many("digest", "b", &["\nSubject: x\n\ninner\n"]), "", &[""]),
        (many("report", "b", &[plain, report]), "plain", &[]),
        (many("mixed", "b", &[plain, note]), "plain\nnoted", &["n.txt"]),
        (many("mixed", "a b:c", &[plain, pdf]), "plain", &["é.pdf"]),
        // ends that are missing, and boundaries that are nowhere
        (format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n{plain}--b\n{pdf}"), "plain", &["é.pdf"]),
        (format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n{plain}--b"), "plain\n", &[]),
        ("Content-Type: multipart/mixed; boundary=b\n\nwords\n--c\n".to_owned(), "words\n--c", &[]),
        ("Content-Type: multipart/mixed\n\nwords\n".to_owned(), "words", &[]),
        (
            many(
                "mixed",
                "b",
                &[&format!("Content-Type: multipart/alternative; boundary=c\n\n--c\n{plain}"), pdf],
            ),
            "plain",
            &["é.pdf"],
        ),
    ] {
        // in front of a boundary stands its line break, which is no text
        for message in [read(&parts), Message::read(parts.as_bytes())] {
            let attached: Vec<&str> = message.attachments.iter().map(String::as_str).collect();
            assert_eq!(
                (message.text.as_str(), attached.as_slice()),
                (text.trim_end(), attachments),
                "{parts}"
            );
        }
    }
}

#[test]
fn nothing_costs_more_than_its_bytes() {
    let nested: String =
        (0..20_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    let same = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(100_000);
    let parts = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(500_000));
    let absent = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}{}",
        "--b\nContent-Type: multipart/mixed; boundary=nowhere\n\n".repeat(20_000),
        "--\n".repeat(2_000_000)
    );
    let header = format!("Subject: {}\n\nb", "=?utf-8?Q?a?=\n ".repeat(500_000));
    let fields = format!("{}\n\nb", "Received: x; y\nTo: a@b, c@d\n".repeat(200_000));
    let parameters = format!("Content-Type: a/b{}\n\nx", "; name*0*=x".repeat(100_000));
    let comments = format!("Date: {}\nTo: {}\n\nb", "(".repeat(1 << 20), "(".repeat(1 << 20));
    let page = format!("Content-Type: text/html\n\n{}", "<p>".repeat(3_000_000));
    for (name, message) in [
        ("nested", nested),
        ("same", same),
        ("parts", parts),
        ("absent", absent),
        ("header", header),
        ("fields", fields),
        ("parameters", parameters),
        ("comments", comments),
        ("page", page),
    ] {
        let start = Instant::now();
        let read = Message::read(message.as_bytes());
        assert!(start.elapsed() < Duration::from_secs(20), "{name}: {:?}", start.elapsed());
        assert!(read.text.len() <= 1 << 20 && read.attachments.len() <= 10_000, "{name}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Message::read(&bytes);
    }

    #[test]
    fn no_message_panics(
        message in "((Content-Type: multipart/(mixed|alternative); boundary=b\n|Subject: =\\?utf-8\\?Q\\?a\\?=\n|To: a@b\n\
                    |Content-Transfer-Encoding: base64\n|\n|--b\n|--b--\n|x\n|é|<p>)){0,30}",
    ) {
        let _ = Message::read(message.as_bytes());
    }
}
