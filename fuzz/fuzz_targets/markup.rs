//! Any text as HTML: what comes next is always further on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::apple::markup::{Token, Tokens, decoded};

fuzz_target!(|text: &str| {
    let mut tokens = Tokens::new(text);
    loop {
        let before = tokens.position();
        let Some(token) = tokens.next() else { break };
        assert!(tokens.position() > before && text.is_char_boundary(tokens.position()));
        match token {
            Token::Text(text) => _ = decoded(text),
            Token::Open(tag) => _ = (tag.is("a"), tag.attribute("href"), tag.attribute("add_date")),
            Token::Close(name) => _ = decoded(name),
        }
    }
});
