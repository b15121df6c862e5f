//! HTML of any size, whose text comes piece by piece.
//!
//! A token is given once its end is there. What never ends would be looked for to the end of the file: what has not
//! ended after [`LONGEST`] bytes is taken for what it would be if the text ended there.

use std::io;
use std::ops::ControlFlow;

use crate::apple::markup::{Token, Tokens};

/// Bytes of text in which every token ends that ends at all.
const LONGEST: usize = 16 << 20;

/// Gives every token of a text that comes in pieces, until there are no more or nobody wants them.
///
/// # Errors
/// If a piece cannot be had.
pub fn each_token(
    pieces: &mut dyn FnMut() -> io::Result<Option<String>>,
    each: &mut dyn FnMut(Token<'_>) -> ControlFlow<()>,
) -> io::Result<ControlFlow<()>> {
    within(LONGEST, pieces, each)
}

fn within(
    longest: usize,
    pieces: &mut dyn FnMut() -> io::Result<Option<String>>,
    each: &mut dyn FnMut(Token<'_>) -> ControlFlow<()>,
) -> io::Result<ControlFlow<()>> {
    let mut text = String::new();
    loop {
        let piece = pieces()?;
        let is_over = piece.is_none();
        text.push_str(&piece.unwrap_or_default());
        let is_enough = is_over || text.len() >= longest;
        let mut tokens = Tokens::new(&text);
        let mut done = 0;
        while let Some(token) = tokens.next() {
            let ends = tokens.at < text.len() && (is_enough || !tokens.absent.is_any());
            // what fills all the room there is has to end here
            if !(ends || is_over || is_enough && done == 0) {
                break;
            }
            done = tokens.at;
            if each(token).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if is_over {
            return Ok(ControlFlow::Continue(()));
        }
        if is_enough && done == 0 {
            done = tokens.at;
        }
        text.drain(..done);
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::within;
    use crate::apple::markup::{Token, Tokens};
    use proptest::prelude::{prop_assert_eq, proptest};

    fn shown(token: Token<'_>, into: &mut String) {
        match token {
            // one text may come in several pieces
            Token::Text(text) => into.push_str(text),
            Token::Open(tag) => into.push_str(&format!("\u{1}{}\u{2}{:?}", tag.name, tag.attribute("a"))),
            Token::Close(name) => into.push_str(&format!("\u{3}{name}")),
        }
    }

    fn in_pieces(html: &str, size: usize, longest: usize) -> String {
        let letters: Vec<char> = html.chars().collect();
        let mut pieces = letters.chunks(size.max(1)).map(|piece| piece.iter().collect::<String>());
        let mut said = String::new();
        let mut each = |token: Token<'_>| {
            shown(token, &mut said);
            ControlFlow::Continue(())
        };
        assert!(within(longest, &mut || Ok(pieces.next()), &mut each).unwrap().is_continue());
        said
    }

    fn whole(html: &str) -> String {
        let mut said = String::new();
        Tokens::new(html).for_each(|token| shown(token, &mut said));
        said
    }

    #[test]
    fn what_never_ends_ends_with_the_room_there_is() {
        let long = "x".repeat(100);
        let html = format!("<b a='1'>{long}</b>");
        assert_eq!(in_pieces(&html, 7, 40), whole(&html));
        let html = format!("<!-- {long} --><b>");
        assert_eq!(
            (in_pieces(&html, 7, 200), whole(&html)),
            ("\u{1}b\u{2}None".into(), "\u{1}b\u{2}None".into())
        );
        assert!(in_pieces(&html, 7, 40).ends_with("x -->\u{1}b\u{2}None"));
        assert_eq!(in_pieces(&"<b c=\"".repeat(50_000), 1_000, 10_000).len(), 300_000);
    }

    proptest! {
        #[test]
        fn the_pieces_change_nothing(html in "([<>/a=\"' !?-]|<!--|-->|<a a='|script|é){0,60}", size in 1usize..9) {
            prop_assert_eq!(in_pieces(&html, size, usize::MAX), whole(&html));
        }
    }
}
