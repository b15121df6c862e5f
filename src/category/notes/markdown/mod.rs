//! The Markdown of a note, and the note of its Markdown.
//!
//! Front matter, the title, then the text line by line, as Obsidian, Logseq, Joplin and Apple's Notes take it. It never
//! changes what a note says: `strip` gives every line back, and CommonMark reads the same text. The program never needs
//! it; tests and fuzzing do.
//!
//! The surprise: each line of the note is one line here, blank ones too. The empty line after the title is the note's own;
//! where a note goes on directly, its title ends in two spaces, as any line does that another follows directly.

mod blocks;
mod inline;
#[cfg(any(test, feature = "internals"))]
mod strip;
#[cfg(test)]
mod tests;

use std::ops::Range;

use blocks::{Item, Writer};
use inline::{Hazards, MARK};

pub use inline::OBJECT;
#[cfg(any(test, feature = "internals"))]
pub use strip::{Stripped, strip};

/// The heading of files whose place in the text nobody can tell.
const ATTACHMENTS: &str = "## Attachments";

/// Endings of pictures that browsers show.
const SHOWN: [&str; 9] = ["png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "bmp", "apng"];

/// Where a note's title stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TitleFrom {
    /// It is the first line of the text.
    Text,
    /// The text has none: the row, or the folder.
    Elsewhere,
}

/// What stands above the text. What is not known is left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct FrontMatter<'a> {
    pub title: &'a str,
    /// As RFC 3339 has it.
    pub created: Option<&'a str>,
    /// As RFC 3339 has it.
    pub modified: Option<&'a str>,
    pub pinned: Option<Pinned>,
    pub deleted: Option<Deleted>,
    pub shared_with: &'a [&'a str],
    /// The path below the wrapper of the file that the text came in.
    pub source: &'a str,
}

/// The note stands at the top of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pinned;

/// The note lies in Recently Deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted;

/// A file of a note, as the Markdown names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The name that a person reads.
    pub name: String,
    /// The path from the folder of the Markdown, `/` between components.
    pub path: String,
}

/// A note's files, in reading order.
#[derive(Debug, Clone, Copy)]
pub enum Files<'a> {
    /// One for each U+FFFC of the text.
    InText(&'a [Link]),
    /// Nobody knows where they belong: they stand at the end.
    AtEnd(&'a [Link]),
}

/// The Markdown of a note. `text` is its body as Apple delivered it, decoded.
pub fn render(front: &FrontMatter<'_>, title_from: TitleFrom, text: &str, files: Files<'_>) -> String {
    let (mut in_text, at_end): (_, &[Link]) = match files {
        Files::InText(links) => (links.iter(), &[]),
        Files::AtEnd(links) => ([].iter(), links),
    };
    let mut object = || in_text.next().map_or_else(|| MARK.to_owned(), Link::markdown);
    let mut markdown = front.yaml();
    let lines = lines(text);
    let (heading, rest) = match (title_from, lines.split_first()) {
        (TitleFrom::Text, Some((first, rest))) => (*first, rest),
        _ => (front.title, lines.as_slice()),
    };
    let heading = heading.trim_end();
    markdown.push_str("# ");
    markdown.push_str(&inline::escape(heading, &Hazards::of(heading), &closing(heading), &mut object));
    let goes_on = rest.first().is_some_and(|line| !line.trim().is_empty());
    match title_from {
        TitleFrom::Text if goes_on => markdown.push_str("  \n\n"),
        TitleFrom::Elsewhere if !rest.is_empty() => markdown.push_str("\n\n"),
        TitleFrom::Text | TitleFrom::Elsewhere => markdown.push('\n'),
    }
    text_below(rest, &mut object, &mut markdown);
    if !at_end.is_empty() {
        markdown.push_str(&format!("\n{ATTACHMENTS}\n\n"));
        at_end.iter().for_each(|link| markdown.push_str(&format!("- {}\n", link.markdown())));
    }
    markdown
}

/// A heading of this text.
pub fn heading(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let object = || OBJECT.to_string();
    format!("# {}\n", inline::escape(&line, &Hazards::of(&line), &closing(&line), object))
}

/// Any text, line by line, as CommonMark reads it.
pub fn plain(text: &str) -> String {
    let mut markdown = String::new();
    text_below(&lines(text), || OBJECT.to_string(), &mut markdown);
    markdown
}

/// What a title is to people: without objects and the space around it. `None` if nothing is left, or if the line is an
/// item to be ticked off and so no title.
pub fn title_of(first_line: &str) -> Option<String> {
    let title = first_line.replace(OBJECT, "").trim().to_owned();
    let is_task = matches!(Item::of(first_line), Some(Item::Task { .. }));
    if title.is_empty() || is_task { None } else { Some(title) }
}

/// The lines of a text. What ends the last one begins none.
pub fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.find(['\n', '\r']).unwrap_or(rest.len()));
        lines.push(line);
        rest = after.strip_prefix("\r\n").or(after.strip_prefix(['\n', '\r'])).unwrap_or(after);
    }
    lines
}

/// Writes the lines below the title.
fn text_below(lines: &[&str], mut object: impl FnMut() -> String, markdown: &mut String) {
    let mut writer = Writer::default();
    let mut was_paragraph = false;
    for block in lines.chunk_by(|a, b| a.trim().is_empty() == b.trim().is_empty()) {
        let hazards = Hazards::of(&block.join("\n"));
        for line in block {
            let line = writer.line(line, &hazards, &mut object);
            if was_paragraph && line.continues {
                // the break between two lines of one paragraph
                markdown.truncate(markdown.len() - 1);
                let last = markdown.rsplit('\n').next().unwrap_or_default().trim_start();
                if matches!(last, "- [ ]" | "- [x]") {
                    // or the next line would be the text of this item
                    markdown.push_str(" &#32;");
                }
                markdown.push_str("  \n");
            }
            was_paragraph = line.is_paragraph;
            markdown.push_str(&line.markdown);
            markdown.push('\n');
        }
    }
}

/// The place of a `#` at the end of a heading that would end it.
fn closing(heading: &str) -> Range<usize> {
    let bare = heading.trim_end_matches('#');
    let closes = bare.len() < heading.len() && (bare.is_empty() || bare.ends_with([' ', '\t']));
    if closes { bare.len()..bare.len() + 1 } else { 0..0 }
}

impl FrontMatter<'_> {
    fn yaml(&self) -> String {
        let mut yaml = format!("---\ntitle: {}\n", quoted(self.title));
        let mut line = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                yaml.push_str(&format!("{key}: {value}\n"));
            }
        };
        line("created", self.created);
        line("modified", self.modified);
        line("pinned", self.pinned.map(|Pinned| "true"));
        line("deleted", self.deleted.map(|Deleted| "true"));
        let names: Vec<String> = self.shared_with.iter().map(|name| quoted(name)).collect();
        let names = format!("[{}]", names.join(", "));
        line("shared_with", Some(names.as_str()).filter(|_| !self.shared_with.is_empty()));
        line("source", Some(quoted(self.source).as_str()).filter(|_| !self.source.is_empty()));
        yaml.push_str("---\n\n");
        yaml
    }
}

/// The text in quotes, as JSON and YAML both read it.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // YAML takes these for ends of lines, or not at all
            '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

impl Link {
    /// A picture is shown where it stands; anything else is named.
    fn markdown(&self) -> String {
        let target = encoded(&self.path);
        let extension = self.path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension {
            Some(extension) if SHOWN.contains(&extension.as_str()) => format!("![]({target})"),
            _ => format!("[{}]({target})", escaped(&self.name)),
        }
    }
}

/// The name of a file with whatever could be more than text escaped.
fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for c in name.chars().filter(|c| !c.is_control() && *c != OBJECT) {
        if c == '`' {
            // escaped, it would still end code that the text seems to begin
            escaped.push_str("&#96;");
            continue;
        }
        if matches!(c, '\\' | '*' | '_' | '~' | '<' | '&' | '[' | ']' | '!') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A path as the target of a link. Letters of all scripts stay as they are.
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for c in path.chars() {
        let is_plain = c.is_ascii_alphanumeric()
            || "-._~/,;=+$@'!".contains(c)
            || !c.is_ascii() && !c.is_whitespace() && !c.is_control();
        if is_plain {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            c.encode_utf8(&mut bytes).bytes().for_each(|byte| encoded.push_str(&format!("%{byte:02X}")));
        }
    }
    encoded
}
