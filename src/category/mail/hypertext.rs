//! What the HTML of a message says, as plain text for search and for a quick look.
//!
//! Nothing is rendered and nothing fetched; addresses of links and pictures are left out, and so are scripts, styles
//! and the title.

use crate::apple::markup::{Token, Tokens, decoded};

/// Elements that begin and end a line.
const BLOCKS: [&str; 31] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "section",
    "table",
    "tr",
    "ul",
];

/// Elements whose content is not shown.
const UNSEEN: [&str; 4] = ["title", "template", "noscript", "object"];

/// The text of a page, at most about `most` bytes of it.
pub fn text(html: &str, most: usize) -> String {
    let mut said = Text::default();
    let mut unseen: Option<&str> = None;
    let mut preformatted = 0u32;
    for token in Tokens::new(html) {
        if said.text.len() >= most {
            break;
        }
        match token {
            Token::Text(_) if unseen.is_some() => (),
            Token::Text(text) if preformatted > 0 => {
                for line in decoded(text).split_inclusive('\n') {
                    said.add(line);
                    if line.ends_with('\n') {
                        said.end_line();
                    }
                }
            }
            Token::Text(text) => said.add(&decoded(text)),
            Token::Open(tag) => {
                unseen = unseen.or_else(|| UNSEEN.into_iter().find(|name| tag.is(name)));
                let is_pre = tag.is("pre");
                preformatted += u32::from(is_pre);
                if tag.is("br") {
                    said.end_line();
                } else if is_pre || BLOCKS.iter().any(|name| tag.is(name)) {
                    said.begin_block();
                } else if tag.is("td") || tag.is("th") {
                    said.add(" ");
                }
            }
            Token::Close(name) => {
                unseen = unseen.filter(|unseen| !name.eq_ignore_ascii_case(unseen));
                let is_pre = name.eq_ignore_ascii_case("pre");
                preformatted = preformatted.saturating_sub(u32::from(is_pre));
                if is_pre || BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block)) {
                    said.begin_block();
                }
            }
        }
    }
    said.text.truncate(said.text.trim_end().len());
    said.text
}

/// Text whose white space is one space or one line break.
#[derive(Default)]
struct Text {
    text: String,
    is_spaced: bool,
}

impl Text {
    fn add(&mut self, text: &str) {
        // a soft hyphen and a joiner of nothing only hide words from a search
        for c in text.chars().filter(|c| !matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{34f}' | '\0'))
        {
            if c.is_whitespace() {
                self.is_spaced = true;
                continue;
            }
            if self.is_spaced && !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push(' ');
            }
            self.is_spaced = false;
            self.text.push(c);
        }
    }

    fn end_line(&mut self) {
        self.is_spaced = false;
        self.text.push('\n');
    }

    fn begin_block(&mut self) {
        self.is_spaced = false;
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn what_a_page_says() {
        for (html, said) in [
            ("Hello", "Hello"),
            ("<p>One</p>\n<p>two</p>", "One\ntwo"),
            ("<div>One<div>two</div></div>three", "One\ntwo\nthree"),
            ("a<br>b<br/><br />c", "a\nb\n\nc"),
            ("a\n  <b>bold</b>,\tc&nbsp;d", "a bold, c d"),
            ("B&uuml;cher &amp; caf&#233;", "Bücher & café"),
            ("<head><title>t</title><style>p{}</style></head><body>b<script>x()</script></body>", "b"),
            ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
            ("<ul><li>a<li>b</ul>", "a\nb"),
            ("<pre>a  b\nc</pre>d", "a b\nc\nd"),
            ("<a href=\"https://example.org\">here</a>", "here"),
            ("<!--[if mso]><p>x</p><![endif]-->y", "y"),
            ("su\u{ad}per", "super"),
            ("1 < 2", "1 < 2"),
            ("", ""),
        ] {
            assert_eq!(text(html, 1000), said, "{html}");
        }
        assert!(text(&"<p>word</p>".repeat(1000), 100).len() < 110);
    }
}
