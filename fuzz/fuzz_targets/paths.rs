//! Any paths as those of notes and of iCloud Drive: each is for something, and what gets a place stays in the library.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::category::drive;
use windfall::category::notes::path::{Shape, reading_order};
use windfall::library::name::is_portable;

fuzz_target!(|paths: Vec<String>| {
    let all = || paths.iter().map(String::as_str);
    let shape = Shape::of(all());
    for path in all() {
        let _ = (shape.part(path), shape.inner(path), reading_order(path), drive::path::is_ignored(path));
    }
    let Some(shape) = drive::path::Shape::of(all()) else { return };
    let files: Vec<&str> = all()
        .filter_map(|path| match shape.part(path) {
            drive::path::Use::File(below) => Some(below),
            _ => None,
        })
        .collect();
    let mut tree = drive::files::Tree::default();
    tree.grow(files.iter().copied());
    for file in files {
        let place = tree.place(file).expect("every file has one");
        assert!(place.starts_with("Drive/") && place.split('/').all(is_portable), "{place:?}");
    }
});
