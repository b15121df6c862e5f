//! Any bytes as one of Apple's large JSON documents: how they are read does not matter.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use windfall::apple::json::{Elements, Ending, Piece};
use windfall::category::calendars::metadata;

fn read(bytes: &[u8], buffer: usize) -> (Vec<Vec<u8>>, Ending) {
    let mut elements = Elements::new(BufReader::with_capacity(buffer, bytes));
    let mut given = Vec::new();
    while let Some(piece) = elements.next().expect("bytes can be read") {
        match piece {
            Piece::Element(element) => given.push(element.text.to_vec()),
            Piece::Oversized(size) => panic!("{size} bytes of {}", bytes.len()),
        }
    }
    (given, elements.ending())
}

fuzz_target!(|bytes: &[u8]| {
    let (given, ending) = read(bytes, 3);
    assert_ne!(ending, Ending::Ahead);
    assert_eq!((given, ending), read(bytes, 4096));
    let _ = metadata::read(bytes);
});
