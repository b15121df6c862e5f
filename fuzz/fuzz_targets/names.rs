//! Any names as a path of the library: inside it, portable, and stable.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::{Component, Path};
use windfall::apple::text::split;
use windfall::library::name::{display, fold, is_portable, portable, relative, with_suffix};
use windfall::library::path::LibraryPath;

fuzz_target!(|names: Vec<String>| {
    let path = LibraryPath::new(&names);
    assert!(path.as_str().split('/').all(is_portable), "{path:?}");
    assert_eq!(LibraryPath::parse(path.as_str()).as_ref(), Ok(&path));
    let on_disk = path.to_path(Path::new("library"));
    assert!(on_disk.components().all(|part| matches!(part, Component::Normal(_))), "{on_disk:?}");
    for name in &names {
        let once = portable(name);
        assert_eq!(portable(&once), once);
        let (stem, extension) = split(&once);
        assert!(is_portable(&portable(&with_suffix(stem, extension, 2))));
        assert!(!display(name).chars().any(char::is_control));
        let _ = (fold(name), relative(name, path.as_str()));
        if let Ok(parsed) = LibraryPath::parse(name) {
            let on_disk = parsed.to_path(Path::new("library"));
            assert!(on_disk.starts_with("library"));
            assert!(on_disk.components().all(|part| matches!(part, Component::Normal(_))), "{on_disk:?}");
        }
    }
});
