//! A note's Markdown as values that a page can draw without ever trusting it.
//!
//! It reads what Windfall writes (headings, tasks, lists, links into the library, escapes), and of what an owner adds
//! the same; whatever else a line has stays the text that it is. No markup gets through, since there is no kind of
//! value for it; a link leads to the web or into this library and nowhere else, and no picture is loaded from the web.

use serde::Serialize;

use crate::category::notes::markdown::OBJECT;
use crate::library::path::LibraryPath;

/// Endings of pictures that browsers show.
const PICTURES: [&str; 9] = ["png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "bmp", "apng"];

/// What stands for an attachment whose file nobody can tell.
const UNKNOWN: &str = "<!-- attachment -->";

/// Characters that Markdown writes by their names or numbers.
const ENTITIES: [(&str, char); 7] = [
    ("&#32;", ' '),
    ("&#9;", '\t'),
    ("&#96;", '`'),
    ("&amp;", '&'),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&quot;", '"'),
];

/// A piece of a note that stands on lines of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Block {
    /// Its level, from 1.
    Heading(u8, Vec<Piece>),
    /// Its line breaks are in the text.
    Paragraph(Vec<Piece>),
    /// How far it is set in, whether it is done, and what is to be done.
    Task(u8, bool, Vec<Piece>),
    /// How far it is set in, and its number if it has one.
    Item(u8, Option<u32>, Vec<Piece>),
    /// Verbatim.
    Code(String),
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Piece {
    Text(String),
    /// To the web or a mail address.
    Link {
        href: String,
        text: String,
    },
    /// A picture of the library.
    Picture {
        picture: String,
        name: String,
    },
    /// Another file of the library.
    File {
        file: String,
        name: String,
    },
}

/// A note, from its Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// The heading that the text begins with.
    pub title: Option<String>,
    pub blocks: Vec<Block>,
}

/// Reads the Markdown of a note. `folder` is where the file stands in the library, `/` between components.
pub fn read(markdown: &str, folder: &str) -> Text {
    let mut lines = without_front_matter(markdown).lines().peekable();
    while lines.next_if(|line| line.trim().is_empty()).is_some() {}
    let title = lines.next_if(|line| line.starts_with("# ")).and_then(|line| line.strip_prefix("# "));
    let title = title.map(|title| words(&pieces(title.trim_end(), folder)));
    let mut blocks = Vec::new();
    let mut paragraph: Option<Vec<Piece>> = None;
    while let Some(line) = lines.next() {
        let line = line.strip_suffix("  ").unwrap_or(line);
        if let Some(fence) = fence(line) {
            blocks.extend(paragraph.take().map(Block::Paragraph));
            let inside: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with(fence)).collect();
            blocks.push(Block::Code(inside.join("\n")));
        } else if line.trim().is_empty() {
            blocks.extend(paragraph.take().map(Block::Paragraph));
        } else if let Some(block) = heading(line, folder).or_else(|| item(line, folder)) {
            blocks.extend(paragraph.take().map(Block::Paragraph));
            blocks.push(block);
        } else {
            let said = pieces(line, folder);
            match &mut paragraph {
                Some(before) => {
                    before.push(Piece::Text("\n".to_owned()));
                    before.extend(said);
                }
                None => paragraph = Some(said),
            }
        }
    }
    blocks.extend(paragraph.map(Block::Paragraph));
    for block in &mut blocks {
        block.join();
    }
    Text { title: title.filter(|title| !title.trim().is_empty()), blocks }
}

impl Block {
    /// Makes one text of those that stand side by side.
    fn join(&mut self) {
        let (Block::Heading(_, pieces)
        | Block::Paragraph(pieces)
        | Block::Task(_, _, pieces)
        | Block::Item(_, _, pieces)) = self
        else {
            return;
        };
        let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
        for piece in pieces.drain(..) {
            match (joined.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
                (_, piece) => joined.push(piece),
            }
        }
        *pieces = joined;
    }
}

fn without_front_matter(markdown: &str) -> &str {
    let markdown = markdown.strip_prefix('\u{feff}').unwrap_or(markdown);
    let Some(mut rest) = markdown.strip_prefix("---\n").or(markdown.strip_prefix("---\r\n")) else {
        return markdown;
    };
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        if line.trim_end() == "---" {
            return rest;
        }
    }
    // it never ends, so it is none
    markdown
}

fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence))
}

fn heading(line: &str, folder: &str) -> Option<Block> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    let text = rest.strip_prefix(' ').filter(|_| (1..=6).contains(&level))?;
    Some(Block::Heading(u8::try_from(level).ok()?, pieces(text.trim(), folder)))
}

fn item(line: &str, folder: &str) -> Option<Block> {
    let bare = line.trim_start_matches(' ');
    let depth = u8::try_from((line.len() - bare.len()) / 2).unwrap_or(u8::MAX).min(12);
    for (mark, is_done) in [("- [ ]", false), ("- [x]", true), ("- [X]", true)] {
        if let Some(text) = bare.strip_prefix(mark)
            && (text.is_empty() || text.starts_with(' '))
        {
            return Some(Block::Task(depth, is_done, pieces(text.trim_start_matches(' '), folder)));
        }
    }
    if let Some(text) = bare.strip_prefix("- ").or(bare.strip_prefix("* ")) {
        return Some(Block::Item(depth, None, pieces(text, folder)));
    }
    let (number, text) = bare.split_once(". ")?;
    let number = number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(Block::Item(depth, Some(number), pieces(text, folder)))
}

/// What a line says.
fn pieces(line: &str, folder: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut text = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if let Some((literal, length)) = escaped(rest) {
            text.push(literal);
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        let link = match c {
            '!' => link(after).map(|(name, target, length)| (name, target, length + 1)),
            '[' => link(rest),
            '<' => after
                .split_once('>')
                .filter(|(address, _)| is_web(address))
                .map(|(address, _)| (address, address, address.len() + 2)),
            _ => None,
        };
        if let Some((name, target, length)) = link {
            take_text(&mut text, &mut found);
            found.push(target_of(name, target, folder));
            rest = rest.get(length..).unwrap_or_default();
        } else if let Some(after) = rest.strip_prefix(UNKNOWN) {
            text.push(OBJECT);
            rest = after;
        } else {
            text.push(c);
            rest = after;
        }
    }
    take_text(&mut text, &mut found);
    found
}

/// The text so far, in which addresses of the web become links.
fn take_text(text: &mut String, found: &mut Vec<Piece>) {
    let text = std::mem::take(text).replace(OBJECT, "[attachment]");
    let mut rest = text.as_str();
    let mut plain = String::new();
    while let Some(at) = ["http://", "https://"].into_iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c));
        let address = from.get(..end.unwrap_or(from.len())).unwrap_or_default();
        let address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '”', '’']);
        plain.push_str(before);
        if is_web(address) && !before.ends_with(char::is_alphanumeric) {
            if !plain.is_empty() {
                found.push(Piece::Text(std::mem::take(&mut plain)));
            }
            found.push(Piece::Link { href: address.to_owned(), text: address.to_owned() });
        } else {
            plain.push_str(address);
        }
        rest = from.get(address.len()..).unwrap_or_default();
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        found.push(Piece::Text(plain));
    }
}

/// The character that an escape or entity at the beginning of a text stands for, and its length.
fn escaped(text: &str) -> Option<(char, usize)> {
    if let Some(after) = text.strip_prefix('\\') {
        let literal = after.chars().next().filter(char::is_ascii_punctuation)?;
        return Some((literal, 2));
    }
    let entity = |(entity, c): &(&str, char)| text.starts_with(entity).then_some((*c, entity.len()));
    ENTITIES.iter().find_map(entity)
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (literal, length) = escaped(rest).unwrap_or((c, c.len_utf8()));
        plain.push(literal);
        rest = rest.get(length..).unwrap_or_default();
    }
    plain
}

/// Name, target and length of a link that the text begins with.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let inside = text.strip_prefix('[')?;
    let mut is_escaped = false;
    let end = inside.find(|c: char| {
        let ends = matches!(c, '[' | ']') && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    })?;
    let (name, rest) = inside.split_at_checked(end)?;
    let target = rest.strip_prefix("](")?;
    let length = target.find(')')?;
    Some((name, target.get(..length)?, "[](".len() + end + length + ")".len()))
}

/// What a link with this name leads to; one that leads anywhere else is only written.
fn target_of(name: &str, target: &str, folder: &str) -> Piece {
    let name = unescaped(name);
    let target = target.trim().trim_start_matches('<').trim_end_matches('>');
    let named = |target: &str| if name.trim().is_empty() { target.to_owned() } else { name.clone() };
    if is_web(target) || target.starts_with("mailto:") {
        return Piece::Link { href: target.to_owned(), text: named(target) };
    }
    let path = percent_decoded(target);
    let Some(path) = below(folder, &path) else {
        return Piece::Text(match name.is_empty() {
            true => target.to_owned(),
            false => format!("{name} ({target})"),
        });
    };
    let file_name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension {
        Some(extension) if PICTURES.contains(&extension.as_str()) => {
            Piece::Picture { name: named(&file_name), picture: path }
        }
        _ => Piece::File { name: named(&file_name), file: path },
    }
}

fn is_web(address: &str) -> bool {
    let rest = address.strip_prefix("http://").or(address.strip_prefix("https://"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
}

/// The path in the library of what a file in this folder calls so. `None` where that leads out of it.
fn below(folder: &str, path: &str) -> Option<String> {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            step => steps.push(step),
        }
    }
    let is_absolute = path.starts_with('/') || path.contains('\\') || path.contains(':');
    LibraryPath::parse(&steps.join("/")).ok().filter(|_| !is_absolute).map(|path| path.as_str().to_owned())
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|hex| byte == b'%' && hex.iter().all(u8::is_ascii_hexdigit));
        let decoded = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match decoded {
            Some(decoded) => {
                bytes.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The words of a line, without its pictures.
fn words(pieces: &[Piece]) -> String {
    let word = |piece: &Piece| match piece {
        Piece::Text(text) | Piece::Link { text, .. } => text.clone(),
        Piece::Picture { .. } => String::new(),
        Piece::File { name, .. } => name.clone(),
    };
    pieces.iter().map(word).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Block, Piece, read};
    use proptest::prelude::{any, proptest};

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn blocks(markdown: &str) -> Vec<Block> {
        read(markdown, "Notes/Boat").blocks
    }

    #[test]
    fn a_note_as_windfall_writes_it() {
        let markdown = "---\ntitle: \"Spare parts\"\npinned: true\n---\n\n# Spare \\*parts\\*\n\n- [ ] rope  \n\
                        \x20 - [x] pulley\n\nOne line  \nand \\# another\n\n![](Spare%20parts.assets/A%20b.png)\n\n\
                        ## Attachments\n\n- [Plan.pdf](Spare%20parts.assets/Plan.pdf)\n1. first\n";
        let note = read(markdown, "Notes/Boat");
        assert_eq!(note.title.as_deref(), Some("Spare *parts*"));
        assert_eq!(
            note.blocks,
            [
                Block::Task(0, false, vec![text("rope")]),
                Block::Task(1, true, vec![text("pulley")]),
                Block::Paragraph(vec![text("One line\nand # another")]),
                Block::Paragraph(vec![Piece::Picture {
                    picture: "Notes/Boat/Spare parts.assets/A b.png".to_owned(),
                    name: "A b.png".to_owned()
                }]),
                Block::Heading(2, vec![text("Attachments")]),
                Block::Item(
                    0,
                    None,
                    vec![Piece::File {
                        file: "Notes/Boat/Spare parts.assets/Plan.pdf".to_owned(),
                        name: "Plan.pdf".to_owned()
                    }]
                ),
                Block::Item(0, Some(1), vec![text("first")]),
            ]
        );
    }

    #[test]
    fn links_lead_to_the_web_or_into_the_library() {
        let link = |href: &str, text: &str| Piece::Link { href: href.to_owned(), text: text.to_owned() };
        for (markdown, expected) in [
            ("[a](https://b.c/d)", link("https://b.c/d", "a")),
            ("<https://b.c>", link("https://b.c", "https://b.c")),
            ("https://b.c/d_e\\_f", link("https://b.c/d_e_f", "https://b.c/d_e_f")),
            ("[mail](mailto:a@b.c)", link("mailto:a@b.c", "mail")),
            ("[a](javascript:alert(1)", text("a (javascript:alert(1)")),
            ("[a](data:text/html,x)", text("a (data:text/html,x)")),
            ("[a](/etc/passwd)", text("a (/etc/passwd)")),
            ("[a](../../../etc/passwd)", text("a (../../../etc/passwd)")),
            ("[a](..%2F..%2F.windfall/catalog.sqlite)", text("a (..%2F..%2F.windfall/catalog.sqlite)")),
            ("[a](C:\\b)", text("a (C:\\b)")),
            (
                "[](../Other/x.pdf)",
                Piece::File { file: "Notes/Other/x.pdf".to_owned(), name: "x.pdf".to_owned() },
            ),
            ("![x](https://b.c/spy.png)", link("https://b.c/spy.png", "x")),
            ("<b onclick=x>", text("<b onclick=x>")),
            ("\\[a](b)", text("[a](b)")),
            ("<!-- attachment -->", text("[attachment]")),
        ] {
            assert_eq!(blocks(markdown), [Block::Paragraph(vec![expected])], "{markdown}");
        }
        let said = blocks("See (https://b.c/d), or not.");
        assert_eq!(
            said,
            [Block::Paragraph(vec![
                text("See ("),
                link("https://b.c/d", "https://b.c/d"),
                text("), or not.")
            ])]
        );
    }

    #[test]
    fn what_an_owner_writes_besides() {
        assert_eq!(
            blocks("```sh\n# x\n\n- y\n```\nz"),
            [Block::Code("# x\n\n- y".to_owned()), Block::Paragraph(vec![text("z")]),]
        );
        assert_eq!(blocks("#x\n**bold**"), [Block::Paragraph(vec![text("#x\n**bold**")])]);
        assert_eq!(read("no heading", "Notes").title, None);
        assert_eq!(read("---\nnever ends", "Notes").blocks.len(), 1);
    }

    proptest! {
        #[test]
        fn no_text_panics(
            any_text in any::<String>(),
            near in r"([#`~<>&;\\\[\]()!: \n-]|https?://|a%2|\.\./|<!-- attachment -->|- \[x\]){0,30}",
        ) {
            for text in [any_text, near] {
                let note = read(&text, "Notes/é");
                for block in note.blocks {
                    let (Block::Heading(_, pieces) | Block::Paragraph(pieces) | Block::Task(_, _, pieces)
                        | Block::Item(_, _, pieces)) = block else { continue };
                    for piece in pieces {
                        if let Piece::Picture { picture: path, .. } | Piece::File { file: path, .. } = piece {
                            assert!(!path.starts_with('/') && path.split('/').all(|step| step != ".."), "{path}");
                        }
                    }
                }
            }
        }
    }
}
