//! Writes a large export as Apple writes it, for timing whole programs; the same seed gives the same bytes.
//! It is a bench only so that `cargo bench` builds it with optimisation, and measures nothing.
//!
//! ```text
//! cargo bench --bench make_export -- FOLDER SEED ENTRIES SMALLEST LARGEST PARTS stored|deflated|plain
//! ```
//!
//! `plain` is stored, of the same names and mean size, and says nothing of itself.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, clippy::exit)] // a script's helper

#[path = "../fixtures/builder.rs"]
#[allow(dead_code, unused_imports)] // the bench needs only some of it
mod builder;

use std::path::Path;

use builder::{Content, Export, Pack, Part, Photo, Row, bulk, noise};

/// Apple's lists have 40 to 330 rows each.
const ROWS_PER_FILE: usize = 330;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [folder, seed, entries, smallest, largest, parts, pack] = words.as_slice() else {
        eprintln!("make_export FOLDER SEED ENTRIES SMALLEST LARGEST PARTS stored|deflated|plain");
        std::process::exit(2);
    };
    let number = |text: &String| text.parse::<usize>().expect("a number");
    let is_plain = pack == "plain";
    let pack = if pack == "deflated" { Pack::deflated() } else { Pack::stored() };
    let (seed, sizes, parts) = (number(seed) as u64, number(smallest)..number(largest), number(parts));
    let mut dealt = vec![Part::new().details_split(ROWS_PER_FILE); parts];
    let photos = if is_plain {
        let size = sizes.start + sizes.len() / 2;
        let photo = |n: usize| {
            let bytes = Content::made(move || noise(seed.wrapping_add(n as u64), size));
            Photo::new(&format!("IMG_{n:04}.HEIC"), bytes).row(Row::created("2015-01-01 08:00"))
        };
        (0..number(entries)).map(photo).collect()
    } else {
        bulk(seed, number(entries), sizes)
    };
    for (index, photo) in photos.into_iter().enumerate() {
        // both halves of a Live Photo stand in one part
        let part = &mut dealt[index / 10 % parts];
        *part = std::mem::take(part).photo(photo.pack(pack.clone()));
    }
    std::fs::create_dir_all(folder).expect("the folder");
    dealt.into_iter().fold(Export::new("iCloud Photos"), Export::part).write_zips(Path::new(folder));
}
