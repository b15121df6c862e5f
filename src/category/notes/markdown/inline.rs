//! Text within a line, so that CommonMark reads the same text.
//!
//! A character is escaped only where it would be read otherwise. Whether a `*` is emphasis depends on what stands
//! elsewhere in its paragraph, so the hazards of a paragraph are looked for first.

use std::ops::Range;

/// Apple's place of an embedded object.
pub const OBJECT: char = '\u{fffc}';

/// What stands for an object whose file nobody can tell.
pub const MARK: &str = "<!-- attachment -->";

/// What of a paragraph would be read as more than text.
#[derive(Debug, Default)]
pub struct Hazards {
    /// More than one run of backticks. An escaped backtick still ends code that another began.
    code: bool,
    star: bool,
    underscore: bool,
    tilde: bool,
}

/// What a character is to the runs beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Punctuation,
    Letter,
}

impl Hazards {
    /// Looks at a whole paragraph, or at more.
    pub fn of(text: &str) -> Self {
        let mut hazards = Hazards::default();
        let mut backticks = 0;
        let mut opened = [false; 3];
        for run in runs(text) {
            let slot = match run.of {
                '`' => {
                    backticks += 1;
                    continue;
                }
                '*' => 0,
                '_' => 1,
                _ => 2,
            };
            let (opens, closes) = run.flanks();
            let Some(before) = opened.get_mut(slot) else { continue };
            if closes && *before {
                match slot {
                    0 => hazards.star = true,
                    1 => hazards.underscore = true,
                    _ => hazards.tilde = true,
                }
            }
            *before |= opens;
        }
        hazards.code = backticks > 1;
        hazards
    }

    fn has(&self, run: &Run) -> bool {
        match run.of {
            '`' => self.code,
            '*' => self.star,
            '_' => self.underscore,
            _ => self.tilde,
        }
    }
}

/// Characters of one kind side by side that may begin or end something.
#[derive(Debug)]
struct Run {
    of: char,
    /// Where it begins, in bytes.
    at: usize,
    /// In characters, which are bytes here.
    length: usize,
    before: Option<char>,
    after: Option<char>,
}

fn runs(text: &str) -> impl Iterator<Item = Run> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text.get(at..)?.find(['`', '*', '_', '~'])?;
        let rest = text.get(at..)?;
        let of = rest.chars().next()?;
        let length = rest.len() - rest.trim_start_matches(of).len();
        let run = Run {
            of,
            at,
            length,
            before: text.get(..at).and_then(|before| before.chars().next_back()),
            after: rest.get(length..).and_then(|after| after.chars().next()),
        };
        at += length;
        Some(run)
    })
}

impl Run {
    /// Whether it may begin, and whether it may end emphasis. Readers differ on which symbols are punctuation.
    fn flanks(&self) -> (bool, bool) {
        let (mut opens, mut closes) = (false, false);
        for before in classes(self.before) {
            for after in classes(self.after) {
                let left = after != Class::Space && (after != Class::Punctuation || before != Class::Letter);
                let right =
                    before != Class::Space && (before != Class::Punctuation || after != Class::Letter);
                let within = self.of == '_';
                opens |= left && (!within || !right || before == Class::Punctuation);
                closes |= right && (!within || !left || after == Class::Punctuation);
            }
        }
        (opens, closes)
    }
}

fn classes(c: Option<char>) -> impl Iterator<Item = Class> + Clone {
    let (one, other) = match c {
        Some(c) if c.is_ascii_punctuation() => (Class::Punctuation, None),
        Some(c) if !c.is_whitespace() && c.is_alphanumeric() => (Class::Letter, None),
        Some(c) if !c.is_whitespace() && !c.is_control() => (Class::Letter, Some(Class::Punctuation)),
        Some(c) if c.is_control() && !c.is_whitespace() => (Class::Letter, Some(Class::Space)),
        // readers differ on which characters are white space, too
        Some(c) if !matches!(c, ' ' | '\t' | '\n') => (Class::Space, Some(Class::Letter)),
        _ => (Class::Space, None),
    };
    [Some(one), other].into_iter().flatten()
}

/// The text as Markdown, with what `object` gives for each U+FFFC. Characters in `forced`, in
/// bytes, are escaped in any case.
pub fn escape(
    text: &str,
    hazards: &Hazards,
    forced: &Range<usize>,
    mut object: impl FnMut() -> String,
) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let risky: Vec<(usize, usize)> =
        runs(text).filter(|run| hazards.has(run)).map(|run| (run.at, run.at + run.length)).collect();
    let mut risky = risky.into_iter().peekable();
    for (at, c) in text.char_indices() {
        while risky.next_if(|(_, end)| *end <= at).is_some() {}
        let after = text.get(at + c.len_utf8()..).unwrap_or_default();
        let next = after.chars().next();
        let is_read_otherwise = match c {
            OBJECT => {
                escaped.push_str(&object());
                continue;
            }
            // a link or comment begins with punctuation, too
            '\\' => next.is_none_or(|next| next.is_ascii_punctuation() || next == OBJECT),
            '`' | '*' | '_' | '~' => risky.peek().is_some_and(|(start, end)| (*start..*end).contains(&at)),
            '<' => begins_html(after),
            '&' => begins_entity(after),
            ']' => matches!(next, Some('(' | ':')),
            '!' => next == Some(OBJECT),
            _ => false,
        };
        if is_read_otherwise || forced.contains(&at) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Whether `<` and what follows may be a tag, a comment or an address.
fn begins_html(after: &str) -> bool {
    if after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
        return true;
    }
    let inside = after.split(['>', '<', ' ', '\t']).next().unwrap_or_default();
    inside.contains('@')
}

/// Whether `&` and what follows may be an entity.
fn begins_entity(after: &str) -> bool {
    const LONGEST: usize = 40;
    let Some(name) =
        after.bytes().take(LONGEST).position(|byte| byte == b';').and_then(|end| after.get(..end))
    else {
        return false;
    };
    let digits =
        |text: &str, is_digit: fn(&u8) -> bool| !text.is_empty() && text.bytes().all(|byte| is_digit(&byte));
    match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => digits(hex, u8::is_ascii_hexdigit),
            None => digits(number, u8::is_ascii_digit),
        },
        None => digits(name, u8::is_ascii_alphanumeric),
    }
}

/// White space that has to be written so at the beginning of a line.
pub const ENTITIES: [(&str, char); 2] = [("&#32;", ' '), ("&#9;", '\t')];

#[cfg(test)]
mod tests {
    use super::{Hazards, escape};
    use crate::category::notes::markdown::strip::unescape;
    use proptest::prelude::{any, proptest};

    #[test]
    fn only_what_would_be_read_otherwise_is_escaped() {
        for (text, expected) in [
            (
                "plain text, 5 < 6 & 7 > 3, a [b] (c)! #x ~100 $5",
                "plain text, 5 < 6 & 7 > 3, a [b] (c)! #x ~100 $5",
            ),
            ("snake_case_name 2 * 3 * 4 C:\\dir", "snake_case_name 2 * 3 * 4 C:\\dir"),
            ("*one", "*one"),
            ("*one* _two_ ~~three~~", "\\*one\\* \\_two\\_ \\~\\~three\\~\\~"),
            ("it`s", "it`s"),
            ("`a` and b", "\\`a\\` and b"),
            ("[a](b) [c]: d [e][f]", "[a\\](b) [c\\]: d [e][f]"),
            ("<b> </b> <!-- x --> <a@b.c> <1@b.c> <3", "\\<b> \\</b> \\<!-- x --> \\<a@b.c> \\<1@b.c> <3"),
            ("&amp; &#38; &#x26; AT&T; R&D", "\\&amp; \\&#38; \\&#x26; AT\\&T; R&D"),
            ("a\\*b \\n \\", "a\\\\*b \\n \\\\"),
            ("!\u{fffc} \\\u{fffc} x\u{fffc}(y)", "\\![n](p) \\\\[n](p) x[n](p)(y)"),
        ] {
            let escaped = escape(text, &Hazards::of(text), &(0..0), || "[n](p)".to_owned());
            assert_eq!(escaped, expected);
            assert_eq!(unescape(&escaped), text);
        }
    }

    proptest! {
        #[test]
        fn any_line_comes_back(text in any::<String>(), near in r"([a*_`~<>&;#\\\[\]()!:]|\x{fffc}|amp;|<!-- attachment -->){0,20}") {
            for text in [text, near] {
                for object in ["[a\\]](b)", "![](b)", "<!-- attachment -->"] {
                    let escaped = escape(&text, &Hazards::of(&text), &(0..0), || object.to_owned());
                    assert_eq!(unescape(&escaped), text);
                }
            }
        }
    }
}
