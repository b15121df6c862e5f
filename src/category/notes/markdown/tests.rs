//! Any text as Markdown: another reader finds in it what the note says, and every line comes back.

use proptest::prelude::{any, proptest};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::blocks::Item;
use super::{
    Deleted, Files, FrontMatter, Link, OBJECT, Pinned, Stripped, TitleFrom, lines, render, strip, title_of,
};

fn link(name: &str) -> Link {
    Link { name: name.to_owned(), path: format!("x.assets/{name}") }
}

fn plain(text: &str, files: Files<'_>) -> String {
    let title_from = match lines(text).first().and_then(|line| title_of(line)) {
        Some(_) => TitleFrom::Text,
        None => TitleFrom::Elsewhere,
    };
    render(&FrontMatter { title: "Folder", ..FrontMatter::default() }, title_from, text, files)
}

/// The note's lines without the white space at their ends.
fn note_lines(text: &str) -> Vec<String> {
    lines(text).iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The note from its Markdown, as the owner of the rule that says where its title stands knows it.
fn stripped(markdown: &str, text: &str) -> Vec<String> {
    let Stripped { title, mut lines } = strip(markdown);
    match super::lines(text).first().and_then(|line| title_of(line)) {
        Some(_) => lines.insert(0, title),
        None if lines.is_empty() => {}
        None => _ = lines.remove(0),
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The lines of text that CommonMark reads below the front matter, with the marks of items put back. Panics where it
/// reads anything that a note cannot hold.
fn read(markdown: &str) -> Vec<String> {
    let body = markdown.splitn(3, "---\n").nth(2).expect("front matter");
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    let mut text = String::new();
    let mut numbers: Vec<Option<u64>> = Vec::new();
    let mut in_link = 0;
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::HtmlBlock) => {}
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::HtmlBlock) => text.push('\n'),
            Event::Start(Tag::List(first)) => {
                text.push('\n');
                numbers.push(first);
            }
            Event::End(TagEnd::List(_)) => _ = numbers.pop(),
            Event::Start(Tag::Item) => {
                text.push('\n');
                match numbers.last_mut() {
                    Some(Some(number)) => {
                        text.push_str(&format!("{number}. "));
                        *number += 1;
                    }
                    _ => text.push_str(body[range].trim_start().get(..2).unwrap_or("- ")),
                }
            }
            Event::End(TagEnd::Item) => text.push('\n'),
            Event::TaskListMarker(done) => {
                text.truncate(text.len() - 2);
                text.push_str(if done { "✓\t" } else { "◦\t" });
            }
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => {
                in_link += 1;
                text.push(OBJECT);
            }
            Event::End(TagEnd::Link | TagEnd::Image) => in_link -= 1,
            Event::Text(_) if in_link > 0 => {}
            Event::Text(piece) => text.push_str(&piece),
            Event::Html(html) | Event::InlineHtml(html) => {
                let rest = html.replace(super::MARK, "\u{fffc}");
                assert!(rest.chars().all(|c| c == OBJECT || c.is_whitespace()), "{html:?} in {markdown:?}");
                text.push_str(&rest);
            }
            Event::HardBreak => text.push('\n'),
            other => panic!("{other:?} in {markdown:?}"),
        }
    }
    text.split('\n').map(trimmed).filter(|line| !line.is_empty()).collect()
}

/// What CommonMark should read of a note.
fn expected(text: &str) -> Vec<String> {
    let titled = lines(text).first().and_then(|line| title_of(line)).is_some();
    let title = (!titled).then(|| "Folder".to_owned());
    title.into_iter().chain(lines(text).into_iter().map(trimmed)).filter(|line| !line.is_empty()).collect()
}

/// A line without the space at its ends, and without that after the mark of an item.
fn trimmed(line: &str) -> String {
    let line = line.trim();
    let mark = match Item::of(line) {
        Some(Item::Bullet { .. }) => 2,
        Some(Item::Number { .. }) => line.find(". ").map_or(0, |at| at + 2),
        _ => ["✓\t", "◦\t"].iter().find(|mark| line.starts_with(*mark)).map_or(0, |mark| mark.len()),
    };
    let (mark, text) = line.split_at(mark);
    format!("{mark}{}", text.trim_start())
}

fn holds(text: &str) {
    let objects = text.matches(OBJECT).count();
    let links: Vec<Link> =
        (0..objects).map(|n| link(&format!("A-{n}.{}", ["png", "pdf", "a]b [c"][n % 3]))).collect();
    let some = [link("z.png"), link("y (1).txt")];
    for files in [Files::InText(&links), Files::AtEnd(&[]), Files::AtEnd(&some)] {
        let markdown = plain(text, files);
        assert_eq!(stripped(&markdown, text), note_lines(text), "{markdown:?}");
        if let Files::AtEnd(some) = files
            && !some.is_empty()
        {
            continue;
        }
        assert_eq!(read(&markdown), expected(text), "{text:?}\n{markdown}");
    }
}

#[test]
fn a_whole_note() {
    let front = FrontMatter {
        title: "Spare \"parts\"",
        created: Some("2024-02-26T02:09:10Z"),
        modified: Some("2024-02-27T02:09:10Z"),
        pinned: Some(Pinned),
        deleted: Some(Deleted),
        shared_with: &["Ann \"A\" Berg", "Bo"],
        source: "Notes/Boat/Spare parts/Spare parts.txt",
    };
    let text = "Spare \"parts\"\n\nBuy *soon*:\n\t◦\tropes\n\t\t✓\tblue\u{2028}ones\n\n1. paint\n2. brush\n\u{fffc}\nsee \u{fffc}\n";
    let links = [link("Attachment.jpeg"), link("Attachment-1.pdf")];
    assert_eq!(
        render(&front, TitleFrom::Text, text, Files::InText(&links)),
        "---\n\
         title: \"Spare \\\"parts\\\"\"\n\
         created: 2024-02-26T02:09:10Z\n\
         modified: 2024-02-27T02:09:10Z\n\
         pinned: true\n\
         deleted: true\n\
         shared_with: [\"Ann \\\"A\\\" Berg\", \"Bo\"]\n\
         source: \"Notes/Boat/Spare parts/Spare parts.txt\"\n\
         ---\n\n\
         # Spare \"parts\"\n\n\
         Buy \\*soon\\*:\n\
         - [ ] ropes\n  - [x] blue\u{2028}ones\n\n\
         1. paint\n2. brush  \n\
         ![](x.assets/Attachment.jpeg)  \n\
         see [Attachment-1.pdf](x.assets/Attachment-1.pdf)\n"
    );
    let end = plain("T\n\na \u{fffc} b", Files::AtEnd(&links));
    assert!(end.ends_with(
        "# T\n\na <!-- attachment --> b\n\n## Attachments\n\n- ![](x.assets/Attachment.jpeg)\n- [Attachment-1.pdf](x.assets/Attachment-1.pdf)\n"
    ), "{end}");
    assert!(plain("T\nx", Files::AtEnd(&[])).ends_with("\n# T  \n\nx\n"), "no empty line after the title");
    assert!(plain("", Files::AtEnd(&[])).ends_with("---\n\n# Folder\n"), "an empty note");
    assert!(plain("\nx", Files::AtEnd(&[])).ends_with("# Folder\n\n\nx\n"), "a first line that is blank");
}

#[test]
fn what_a_note_may_hold() {
    for text in [
        "",
        "T",
        "T\n",
        "T\n\n\n\nx\n\n",
        "T\r\n\r\nx\ry",
        "# a\n# b\n## Attachments\n\n## Attachments\nx",
        "#\n\n# #",
        "a # \n\nb",
        "T\nx\n===\ny\n---\nz",
        "T\n\n    code\n\n\tcode\n  \t x",
        "T\n\n```rust\nx\n```\n~~~\ny",
        "T\n\n> q\n>q",
        "T\n\na|b\n-|-\n1|2",
        "T\n\n| a |\n| - |\n| b |",
        "T\n\n[a]: http://x.y\n[^1]: note\n\n[a] [^1]\n[a\nb]: c",
        "T\n\n<div>\n*a*\n</div>\n<!-- c -->\n<a\nb>",
        "T\n\n*a* **b** _c_ __d__ ~~e~~ ~f~ `g` ``h``\n*a\nb*",
        "T\n\n\u{fffc}\ntext\n\n\u{fffc} caption *x*\n\n \u{fffc} y\n    \u{fffc}\n    \u{fffc} z\n- \u{fffc}\n- \u{fffc} q",
        "\u{fffc}",
        "\u{fffc} photo\n\nx",
        "\t◦\tMilk\n\t◦\tEggs\n\t✓\t",
        "T\n\n\t◦\ta\n\t\t\t\t◦\tfar\n\t\t✓\tb\n\nplain\n\t\t◦\tc",
        "T\n\n1. a\n2. b\n\n3. c\nx\n5. d\n1. e\n\t1. f\n- g\n7. h\n\n\n9. i",
        "T\n\n- a\n\t- b\n\t\t- c\n  text\n\n  text\n- - x\n- 1. y\n- # z\n-     code\n- ",
        "T\n\n- [ ] a\n- [x] b\n* [X] c",
        "T\nhttps://example.org/a_b_c?d=1&copy=2&amp;e#f",
        "C# and C\\# \\\nx\\\n\\",
        "<!-- attachment -->\n\n&#32;<!-- attachment --> x\n&#9;",
        "T\n\n![a](b)!\u{fffc} [\u{fffc}](c) [x \u{fffc}: y",
        "---\n---\ntitle: x\n---",
        "T\n\n+\n-\n*\n1.\n1)\n***\n_ _ _",
    ] {
        holds(text);
    }
}

#[test]
fn five_megabytes_are_no_trouble() {
    for line in ["*a `b` _c_ [d](e) <f> &g; \\\n", "\t◦\tx\n", "<", "[", "&", "`", "\t", "- "] {
        let text = format!("T\n\n{}", line.repeat(5_000_000 / line.len()));
        let markdown = plain(&text, Files::AtEnd(&[]));
        assert!(markdown.len() >= text.trim_end().len());
    }
}

#[test]
fn titles() {
    for (line, title) in [
        (" Plan ", Some("Plan")),
        ("\u{fffc} Plan", Some("Plan")),
        ("\u{fffc}", None),
        ("", None),
        ("\t◦\tMilk", None),
        ("- Milk", Some("- Milk")),
    ] {
        assert_eq!(title_of(line).as_deref(), title, "{line:?}");
    }
}

#[test]
fn front_matter_survives_any_title() {
    for title in ["a: b", "\u{85}\u{2028}x\n\t\0", "\\\"", "---", "- x"] {
        let markdown = render(
            &FrontMatter { title, ..FrontMatter::default() },
            TitleFrom::Elsewhere,
            "",
            Files::AtEnd(&[]),
        );
        let line = markdown.lines().nth(1).expect("a title");
        assert!(line.starts_with("title: \"") && line.ends_with('"'), "{line}");
        assert!(markdown.lines().take(3).nth(2) == Some("---"), "{markdown}");
    }
}

proptest! {
    #[test]
    fn any_text_comes_back(text in any::<String>()) {
        let text = text.replace('\0', "");
        let markdown = plain(&text, Files::AtEnd(&[]));
        assert_eq!(stripped(&markdown, &text), note_lines(&text));
    }

    #[test]
    fn any_text_is_read_as_it_is(
        text in r"([a-c1 .]|\n|\n\n|\t|[-*+#>=_~`|:<!&;\[\]()\\]|    |\t◦\t|\t✓\t|\n- |\n1\. |\n2\. |\n\t- |\x{fffc}|é|amp;|---|```){0,24}",
    ) {
        holds(&text);
    }

    #[test]
    fn any_list_is_read_as_it_is(
        text in r"T\n((\t){0,4}(- |\* |◦\t|✓\t|1\. |2\. |3\. |10\. |  |)[ab#>\-]?( x)?\n){0,10}",
    ) {
        holds(&text);
    }
}
