//! Lines of a note as lines of Markdown, one for one.
//!
//! A line that CommonMark would take for a heading, a quote, code, a table or a list that is none is escaped where it
//! begins. What Apple writes for lists stays a list, as far as CommonMark reads that list: it numbers items itself,
//! and an item indented too far below the one before is none to it. So open lists are followed as it would.

use std::ops::Range;

use crate::category::notes::markdown::inline::{ENTITIES, Hazards, MARK, OBJECT, escape};

/// Columns of indent from which on a line is code.
const CODE: usize = 4;

/// Apple's marks of items that are done or not.
pub const DONE: char = '\u{2713}';
/// See [`DONE`].
pub const OPEN: char = '\u{25e6}';

/// A line that Apple writes as an item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'t> {
    /// TAB, `◦` or `✓`, TAB; more TABs before it nest it.
    Task { depth: usize, is_done: bool, text: &'t str },
    /// `- ` or `* `, after TABs that nest it.
    Bullet { depth: usize, mark: char, text: &'t str },
    /// `1. `, after TABs that nest it.
    Number { depth: usize, number: u64, text: &'t str },
}

impl<'t> Item<'t> {
    /// The item that a line is, if it is one.
    pub fn of(line: &'t str) -> Option<Self> {
        let line = line.trim_end();
        let bare = line.trim_start_matches('\t');
        let tabs = line.len() - bare.len();
        if let Some(text) = bare.strip_prefix([DONE, OPEN])
            && let Some(depth) = tabs.checked_sub(1)
            && let Some(text) = if text.is_empty() { Some("") } else { text.strip_prefix('\t') }
        {
            return Some(Item::Task { depth, is_done: bare.starts_with(DONE), text });
        }
        if let Some(text) = bare.strip_prefix("- ").or(bare.strip_prefix("* ")) {
            return Some(Item::Bullet { depth: tabs, mark: bare.chars().next()?, text });
        }
        let (digits, text) = bare.split_once(". ")?;
        let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let as_written = plain && (digits == "0" || !digits.starts_with('0'));
        let number = digits.parse().ok().filter(|_| as_written && !text.is_empty())?;
        Some(Item::Number { depth: tabs, number, text })
    }

    fn depth(self) -> usize {
        match self {
            Item::Task { depth, .. } | Item::Bullet { depth, .. } | Item::Number { depth, .. } => depth,
        }
    }
}

/// An open item of a list.
#[derive(Debug, Clone, Copy)]
struct Level {
    /// The column at which its content begins.
    content: usize,
    list: List,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Bullets(char),
    /// With the number of the last item.
    Numbers(u64),
}

/// Writes lines while lists open and close.
#[derive(Debug, Default)]
pub struct Writer {
    levels: Vec<Level>,
    /// Whether the line before is text to which the next one may belong.
    in_paragraph: bool,
    /// Whether that line is an item with nothing in it, which a blank line ends.
    is_bare_item: bool,
}

/// One line, written.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    pub markdown: String,
    /// Whether it goes on with the paragraph of the line before, if that was one.
    pub continues: bool,
    /// Whether it is text that the next line may go on with.
    pub is_paragraph: bool,
}

impl Writer {
    /// The line as Markdown. `object` gives what stands for each U+FFFC.
    pub fn line(&mut self, line: &str, hazards: &Hazards, mut object: impl FnMut() -> String) -> Line {
        let text = line.trim_end();
        if text.is_empty() {
            self.in_paragraph = false;
            if std::mem::take(&mut self.is_bare_item) {
                self.levels.pop();
            }
            return Line { markdown: String::new(), continues: false, is_paragraph: false };
        }
        let item = Item::of(text).filter(|item| self.opens(*item));
        self.is_bare_item = matches!(item, Some(Item::Task { text: "", .. }));
        let mut markdown = item.map_or_else(String::new, |item| "  ".repeat(item.depth()));
        let content = match item {
            Some(Item::Task { is_done, text, .. }) => {
                markdown.push_str(if is_done { "- [x]" } else { "- [ ]" });
                if !text.is_empty() {
                    markdown.push(' ');
                    markdown.push_str(&escape(text, hazards, &(0..0), &mut object));
                }
                None
            }
            Some(Item::Bullet { mark, text, .. }) => {
                markdown.push(mark);
                markdown.push(' ');
                Some(text)
            }
            Some(Item::Number { number, text, .. }) => {
                markdown.push_str(&format!("{number}. "));
                Some(text)
            }
            None => Some(text),
        };
        let mut is_block = false;
        if let Some(content) = content {
            let of = if item.is_some() { Of::Item } else { Of::Line };
            let lead = lead(content, of);
            is_block = self.content(content, lead, of, hazards, &mut object, &mut markdown);
        }
        let continues = item.is_none() && !is_block && self.in_paragraph;
        if item.is_none() && !continues {
            self.close_beyond(columns(text));
        }
        self.in_paragraph = !is_block;
        Line { markdown, continues, is_paragraph: !is_block }
    }

    /// Writes the content of a line or of an item. Whether it is a comment and nothing else, which is a block.
    fn content(
        &self,
        content: &str,
        lead: Lead,
        of: Of,
        hazards: &Hazards,
        mut object: impl FnMut() -> String,
        markdown: &mut String,
    ) -> bool {
        let bare = content.trim_start();
        let mut object = || {
            let object = object();
            (object == MARK, object)
        };
        let mut marks = false;
        let indent = content.len() - bare.len();
        let forced = match lead {
            Lead::Plain => {
                let guarded = guard(bare, of);
                indent + guarded.start..indent + guarded.end
            }
            Lead::Entity => 0..0,
        };
        let written = escape(content, hazards, &forced, || {
            let (is_mark, object) = object();
            marks |= is_mark;
            object
        });
        let is_object_first = marks && bare.starts_with(OBJECT);
        let is_alone = bare.chars().all(|c| c == OBJECT || c.is_whitespace());
        if is_object_first && !is_alone {
            // or all of the line would be a comment to CommonMark, and read as it stands
            markdown.push_str(SPACE);
        }
        match lead {
            Lead::Plain => markdown.push_str(&written),
            Lead::Entity => markdown.push_str(&with_entity(&written)),
        }
        is_object_first && is_alone && matches!(lead, Lead::Plain)
    }

    /// Opens the item's level, if CommonMark would read such an item here.
    fn opens(&mut self, item: Item<'_>) -> bool {
        let indent = item.depth() * 2;
        let inside = self.levels.iter().take_while(|level| level.content <= indent).count();
        let base =
            inside.checked_sub(1).and_then(|above| self.levels.get(above)).map_or(0, |level| level.content);
        if indent - base >= CODE {
            return false;
        }
        let sibling = self.levels.get(inside).map(|level| level.list);
        let (list, width) = match item {
            Item::Task { .. } => (List::Bullets('-'), 2),
            Item::Bullet { mark, .. } => (List::Bullets(mark), 2),
            Item::Number { number, .. } => {
                let follows = match sibling {
                    Some(List::Numbers(last)) => number == last + 1,
                    // only a first item may follow text directly
                    _ => number == 1 || !self.in_paragraph,
                };
                if !follows {
                    return false;
                }
                (List::Numbers(number), number.to_string().len() + 2)
            }
        };
        self.levels.truncate(inside);
        self.levels.push(Level { content: indent + width, list });
        true
    }

    /// Closes the items to which text at this column does not belong.
    fn close_beyond(&mut self, column: usize) {
        let inside = self.levels.iter().take_while(|level| level.content <= column).count();
        self.levels.truncate(inside);
    }
}

const SPACE: &str = "&#32;";

/// What a content is that of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Item,
    Line,
}

/// How the white space at the beginning of a content is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// As it is.
    Plain,
    /// The first of it as an entity, or it would be code.
    Entity,
}

fn lead(content: &str, of: Of) -> Lead {
    let is_indented = content.starts_with([' ', '\t']);
    let is_deep = match of {
        Of::Item => is_indented,
        Of::Line => indent(content) >= CODE,
    };
    if is_deep { Lead::Entity } else { Lead::Plain }
}

/// Columns of white space at the beginning, with TABs to multiples of four.
fn indent(text: &str) -> usize {
    text.chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .fold(0, |at, c| if c == '\t' { (at / 4 + 1) * 4 } else { at + 1 })
}

/// The column at which the line's text begins to CommonMark.
fn columns(text: &str) -> usize {
    let indent = indent(text);
    if indent >= CODE { 0 } else { indent }
}

fn with_entity(text: &str) -> String {
    let first = ENTITIES.iter().find(|(_, c)| text.starts_with(*c));
    match first {
        Some((entity, c)) => format!("{entity}{}", text.get(c.len_utf8()..).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What has to be escaped at the beginning of a block, in bytes.
fn guard(text: &str, of: Of) -> Range<usize> {
    let text = text.trim_end();
    let first = text.chars().next().unwrap_or(' ');
    let run = text.len() - text.trim_start_matches(first).len();
    let after_run = text.get(run..).unwrap_or_default();
    let is_apart = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\t']);
    let only = |chars: &str| text.chars().all(|c| chars.contains(c));
    let is_rule = matches!(first, '-' | '*' | '_')
        && text.chars().all(|c| c == first || matches!(c, ' ' | '\t'))
        && text.matches(first).count() >= 3;
    let is_guarded = match first {
        '#' => run <= 6 && is_apart(after_run),
        '>' => true,
        '+' | '-' | '*' if run == 1 && is_apart(after_run) => true,
        '-' | '=' if only("-") || only("=") => true,
        '|' | ':' | '-' if only("|:- \t") && text.contains('-') => true,
        '[' if of == Of::Item => ["[ ]", "[x]", "[X]"].iter().any(|task| text.starts_with(task)),
        _ => is_rule,
    };
    let is_fence = matches!(first, '`' | '~') && run >= 3;
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let numbered = (1..=9).contains(&digits)
        && text.get(digits..).and_then(|rest| rest.strip_prefix(['.', ')'])).is_some_and(is_apart);
    match (is_guarded, is_fence, numbered) {
        (true, ..) => 0..1,
        (_, true, _) => 0..run,
        (.., true) => digits..digits + 1,
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Hazards, Item, Writer};

    fn written(text: &str) -> String {
        let mut writer = Writer::default();
        let hazards = Hazards::of("");
        let lines: Vec<_> = text
            .split('\n')
            .map(|line| writer.line(line, &hazards, || "![](p)".to_owned()).markdown)
            .collect();
        lines.join("\n")
    }

    #[test]
    fn items() {
        assert_eq!(Item::of("\t◦\tMilk"), Some(Item::Task { depth: 0, is_done: false, text: "Milk" }));
        assert_eq!(Item::of("\t\t✓\tMilk"), Some(Item::Task { depth: 1, is_done: true, text: "Milk" }));
        assert_eq!(Item::of("\t◦"), Some(Item::Task { depth: 0, is_done: false, text: "" }));
        assert_eq!(Item::of("\t12. x"), Some(Item::Number { depth: 1, number: 12, text: "x" }));
        for none in ["◦\tMilk", "\t◦Milk", "-x", "- ", "01. x", "1.x", "1234567890. x", " - x", "+ x"] {
            assert_eq!(Item::of(none), None, "{none}");
        }
    }

    #[test]
    fn lines_for_lines() {
        for (text, expected) in [
            ("\t◦\ta\n\t✓\tb\n\t\t◦\tc", "- [ ] a\n- [x] b\n  - [ ] c"),
            ("- a\n- b\n\t- c\n* d", "- a\n- b\n  - c\n* d"),
            ("1. a\n2. b\n4. c", "1. a\n2. b\n4\\. c"),
            ("text\n2. b\n\n2. c", "text\n2\\. b\n\n2. c"),
            (
                "# a\n#b\n####### c\n> d\n=\n---\n+ e\n1) f\n- - -",
                "\\# a\n#b\n####### c\n\\> d\n\\=\n\\---\n\\+ e\n1\\) f\n- \\- -",
            ),
            ("```\n~~~~ x", "\\`\\`\\`\n\\~\\~\\~\\~ x"),
            ("a | b\n---|:--", "a | b\n\\---|:--"),
            ("    code\n\tcode\n   text", "&#32;   code\n&#9;code\n   text"),
            ("- [ ] a\n-  b\n- # c", "- \\[ ] a\n- &#32;b\n- \\# c"),
            ("  - a", "  \\- a"),
            ("\t\t\t◦\tdeep", "&#9;\t\t◦\tdeep"),
            ("\t◦\ta\n\t\t\t◦\tb", "- [ ] a\n    - [ ] b"),
            ("\t◦\t\n\n\t\t\t◦\tc", "- [ ]\n\n&#9;\t\t◦\tc"),
            ("\u{fffc}", "![](p)"),
        ] {
            assert_eq!(written(text), expected, "{text:?}");
        }
    }
}
