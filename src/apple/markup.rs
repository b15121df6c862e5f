//! HTML as people's programs write it, cut into text and tags.
//!
//! Takes text and gives tokens in order; it builds no tree, knows no element but those whose content is no text
//! (`script`, `style`), and fetches nothing. Time is linear in the text whatever stands there.
//!
//! Tags need not be closed and quotes need not end: what a browser would make of it decides. A `<` that begins no tag
//! is text, and so is a tag that never ends.

mod stream;

use std::borrow::Cow;

use quick_xml::escape::resolve_html5_entity;

pub use stream::each_token;

/// The longest name of a character, in bytes; the longest that HTML has is
/// `CounterClockwiseContourIntegral`.
const LONGEST_NAME: usize = 40;

/// What browsers make of the numbers 128 to 159, which are control characters and never meant as such.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// A piece of HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'t> {
    /// Text as it is written; [`decoded`] resolves its references. One text may come in several pieces.
    Text(&'t str),
    /// `<a href="…">`
    Open(Tag<'t>),
    /// `</a>`, by its name as it is written.
    Close(&'t str),
}

/// An opening tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'t> {
    /// As it is written, in either case.
    pub name: &'t str,
    attributes: &'t str,
}

impl<'t> Tag<'t> {
    /// Whether it opens an element of this name.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value of an attribute, its references resolved; `""` where it has none. Of two with one name the
    /// first counts.
    pub fn attribute(&self, name: &str) -> Option<Cow<'t, str>> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            // a name may begin with `=`, or it would have no end
            let end = rest.char_indices().skip(1).find(|(_, c)| c.is_ascii_whitespace() || "=/".contains(*c));
            let (found, after) = rest.split_at(end.map_or(rest.len(), |(end, _)| end));
            let (value, after) = match after.trim_start().strip_prefix('=') {
                Some(after) => value(after.trim_start()),
                None => ("", after),
            };
            if found.eq_ignore_ascii_case(name) {
                return Some(decoded(value));
            }
            rest = after;
        }
    }
}

/// The value at the beginning, and what follows it.
fn value(text: &str) -> (&str, &str) {
    let quoted = text.strip_prefix(['"', '\'']).and_then(|body| {
        let quote = text.chars().next()?;
        body.split_once(quote)
    });
    quoted
        .unwrap_or_else(|| text.split_at(text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len())))
}

/// The tokens of a text.
#[derive(Debug, Clone)]
pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
    absent: Absent,
}

/// What was looked for and is nowhere in the rest of the text, so that it is looked for once.
#[derive(Debug, Clone, Default)]
struct Absent {
    double_quote: bool,
    single_quote: bool,
    end_of_comment: bool,
}

impl Absent {
    fn is_any(&self) -> bool {
        self.double_quote || self.single_quote || self.end_of_comment
    }
}

impl<'t> Tokens<'t> {
    pub fn new(text: &'t str) -> Self {
        Tokens { text, at: 0, absent: Absent::default() }
    }

    /// Where what comes next begins, in bytes of the text.
    #[cfg(any(test, feature = "internals"))]
    pub fn position(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips a comment, a declaration or an instruction.
    fn skip_remark(&mut self) {
        let rest = self.rest();
        if rest.starts_with("<!--") && !self.absent.end_of_comment {
            // `<!-->` is a whole comment
            match rest.get(2..).and_then(|body| body.find("-->")) {
                Some(end) => return self.at += 2 + end + 3,
                None => self.absent.end_of_comment = true,
            }
        }
        self.at += rest.find('>').map_or(rest.len(), |end| end + 1);
    }

    /// Where the `>` stands that ends a tag, from a position after its name.
    fn end_of_tag(&mut self, mut at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(at)? {
                b'>' => return Some(at),
                b'=' => {
                    at += 1;
                    while bytes.get(at)?.is_ascii_whitespace() {
                        at += 1;
                    }
                    let (quote, absent) = match bytes.get(at)? {
                        b'"' => ('"', &mut self.absent.double_quote),
                        b'\'' => ('\'', &mut self.absent.single_quote),
                        _ => {
                            while !matches!(bytes.get(at)?, b'>' | b' ' | b'\t' | b'\r' | b'\n' | b'\x0c') {
                                at += 1;
                            }
                            continue;
                        }
                    };
                    at += 1;
                    if !*absent {
                        match self.text.get(at..).and_then(|rest| rest.find(quote)) {
                            Some(end) => at += end + 1,
                            None => *absent = true,
                        }
                    }
                }
                _ => at += 1,
            }
        }
    }

    /// Skips what stands in an element whose content is no text, up to its closing tag.
    fn skip_content(&mut self, name: &str) {
        let mut rest = self.rest();
        while let Some(at) = rest.find("</") {
            let after = &rest[at + 2..];
            if after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
                self.at = self.text.len() - after.len() - 2;
                return;
            }
            rest = after;
        }
        self.at = self.text.len();
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let rest = self.rest();
            let mut after = rest.chars();
            let opens = match (after.next()?, after.next()) {
                ('<', Some('!' | '?')) => {
                    self.skip_remark();
                    continue;
                }
                ('<', Some('/')) => match after.next() {
                    Some(c) if c.is_ascii_alphabetic() => true,
                    Some(_) => {
                        self.skip_remark();
                        continue;
                    }
                    None => false,
                },
                ('<', Some(c)) => c.is_ascii_alphabetic(),
                _ => false,
            };
            if !opens {
                let end =
                    rest.char_indices().skip(1).find(|(_, c)| *c == '<').map_or(rest.len(), |(end, _)| end);
                self.at += end;
                return Some(Token::Text(&rest[..end]));
            }
            let is_closing = rest.starts_with("</");
            let name = &rest[1 + usize::from(is_closing)..];
            let name_end =
                name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(name.len());
            let name = &name[..name_end];
            let after_name = self.text.len() - rest.len() + 1 + usize::from(is_closing) + name.len();
            let Some(end) = self.end_of_tag(after_name) else {
                self.at = self.text.len();
                return Some(Token::Text(rest));
            };
            self.at = end + 1;
            if is_closing {
                return Some(Token::Close(name));
            }
            let tag = Tag { name, attributes: self.text.get(after_name..end).unwrap_or_default() };
            if tag.is("script") || tag.is("style") {
                self.skip_content(name);
            }
            return Some(Token::Open(tag));
        }
    }
}

/// The text with its references (`&amp;`, `&#39;`, `&eacute;`) resolved. One that HTML does not know stays as it is
/// written, as does the `&copy` of `?a=1&copy=2`.
pub fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        said.push_str(before);
        rest = match reference(after, &mut said) {
            Some(length) => after.get(length..).unwrap_or_default(),
            None => {
                said.push('&');
                after
            }
        };
    }
    said.push_str(rest);
    Cow::Owned(said)
}

/// Appends what a reference stands for, and says how long it is without its `&`.
fn reference(text: &str, said: &mut String) -> Option<usize> {
    let end_of = |text: &str, is_part: fn(char) -> bool| text.find(|c| !is_part(c)).unwrap_or(text.len());
    if let Some(number) = text.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let (digits, radix, before) = match hex {
            Some(hex) => (&hex[..end_of(hex, |c| c.is_ascii_hexdigit())], 16, 2),
            None => (&number[..end_of(number, |c| c.is_ascii_digit())], 10, 1),
        };
        if digits.is_empty() {
            return None;
        }
        said.push(numbered(u32::from_str_radix(digits, radix).ok()));
        let length = before + digits.len();
        return Some(length + usize::from(text.get(length..)?.starts_with(';')));
    }
    let name = &text[..end_of(text, |c| c.is_ascii_alphanumeric())];
    if name.len() > LONGEST_NAME {
        return None;
    }
    let after = text.get(name.len()..)?;
    let is_old = matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp");
    if after.starts_with(';') || is_old && !after.starts_with('=') {
        said.push_str(resolve_html5_entity(name)?);
        return Some(name.len() + usize::from(after.starts_with(';')));
    }
    None
}

fn numbered(number: Option<u32>) -> char {
    let number = number.unwrap_or(0);
    let windows = number.checked_sub(128).and_then(|at| WINDOWS_1252.get(usize::try_from(at).ok()?));
    let meant = windows.copied().or_else(|| char::from_u32(number).filter(|c| *c != '\0'));
    meant.unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::{Token, Tokens, decoded};
    use proptest::prelude::{any, proptest};
    use std::time::{Duration, Instant};

    fn shown(html: &str) -> Vec<String> {
        Tokens::new(html)
            .map(|token| match token {
                Token::Text(text) => decoded(text).into_owned(),
                Token::Open(tag) => format!("<{}>", tag.name),
                Token::Close(name) => format!("</{name}>"),
            })
            .collect()
    }

    #[test]
    fn text_and_tags() {
        for (html, tokens) in [
            ("", &[][..]),
            ("a", &["a"]),
            ("a<b>c</B >d", &["a", "<b>", "c", "</B>", "d"]),
            ("<br/><hr />", &["<br>", "<hr>"]),
            ("1 < 2 <3", &["1 ", "< 2 ", "<3"]),
            ("<a title='>' href=x>y>y</a>", &["<a>", "y>y", "</a>"]),
            ("<a title=it's>b's</a>", &["<a>", "b's", "</a>"]),
            ("<!DOCTYPE x><!-- <b> --><?php >a<!-->b", &["a", "b"]),
            ("<!-- never closed > b", &[" b"]),
            ("</><b>", &["<b>"]),
            (
                "<script>if (a<b) '<b>'</SCRIPT>x<style>p{}</style>y",
                &["<script>", "</SCRIPT>", "x", "<style>", "</style>", "y"],
            ),
            ("a<script>b", &["a", "<script>"]),
            ("a<b href=\"c", &["a", "<b href=\"c"]),
            ("<a href=\"x>y</a><a>", &["<a>", "y", "</a>", "<a>"]),
            ("<", &["<"]),
            ("</", &["</"]),
        ] {
            assert_eq!(shown(html), tokens, "{html}");
        }
    }

    #[test]
    fn attributes() {
        let html =
            r#"<A HREF="a?b=1&amp;c=2&copy=3" ADD_DATE=16 Title = 'x "y"' folded x=1 X=2 = /y/ z="1"2>"#;
        let Some(Token::Open(tag)) = Tokens::new(html).next() else { panic!("a tag") };
        for (name, value) in [
            ("href", Some("a?b=1&c=2&copy=3")),
            ("add_date", Some("16")),
            ("title", Some("x \"y\"")),
            ("FOLDED", Some("")),
            ("x", Some("1")),
            ("y", Some("")),
            ("z", Some("1")),
            ("hre", None),
        ] {
            assert_eq!(tag.attribute(name).as_deref(), value, "{name}");
        }
    }

    #[test]
    fn references() {
        for (written, said) in [
            ("Caf&eacute; &amp; B&uuml;cher &lt;3", "Café & Bücher <3"),
            ("&#233;&#xE9;&#Xe9", "ééé"),
            ("&#150;&#x92;", "–’"),
            ("&#0;&#xD800;&#99999999999;", "\u{fffd}\u{fffd}\u{fffd}"),
            ("AT&T &unknown; & &; &# &#x; &", "AT&T &unknown; & &; &# &#x; &"),
            ("a&nbsp;b&ampc &amp", "a\u{a0}b&ampc &"),
            ("&amp=1", "&amp=1"),
        ] {
            assert_eq!(decoded(written), said, "{written}");
        }
    }

    #[test]
    fn hostile_html_takes_linear_time() {
        for piece in
            ["<a \"", "<a b=\"", "<a b='x\"", "<!--", "<!-- x >", "<script><", "<", "</", "&", "<a =", "&#"]
        {
            let start = Instant::now();
            let html = piece.repeat((4 << 20) / piece.len());
            let tokens = Tokens::new(&html).count();
            let _ = decoded(&html);
            assert!(start.elapsed() < Duration::from_secs(20), "{piece}: {tokens} tokens");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(html in "[<>/a=\"' !?&#;x-]{0,60}|\\PC{0,40}") {
            let mut tokens = Tokens::new(&html);
            for token in tokens.by_ref() {
                if let Token::Open(tag) = token {
                    let _ = tag.attribute("a");
                }
            }
            assert_eq!(tokens.position(), html.len());
        }

        #[test]
        fn text_without_tags_is_itself(text in any::<String>()) {
            let plain = text.replace(['<', '&'], "");
            assert_eq!(shown(&plain).concat(), plain);
        }
    }
}
