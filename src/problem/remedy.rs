//! Whole commands for what has to be done next, as a shell takes them.

use std::path::Path;

/// A path as a shell takes it.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/\\.:_-".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// What puts a library right whose files are damaged or gone.
pub fn repair(library: &Path) -> String {
    format!("windfall repair {} --from ZIPS", quoted(library))
}

/// What puts a library right from this copy of it.
pub fn repair_from(library: &Path, copy: &Path) -> String {
    format!("windfall repair {} --from {}", quoted(library), quoted(copy))
}

/// What that takes.
pub const SOURCES: &str =
    "for ZIPS, name Apple's zips, a second copy of the library or any folder that has the file";

/// Brings back what its owner left out.
pub fn bring_back(library: &Path, path: &str) -> String {
    format!("windfall forget {} {} --undo", quoted(library), quoted(Path::new(path)))
}

/// What keeps the edit of a file.
pub fn keep_edit(library: &Path, path: &str) -> String {
    format!("windfall forget {} {} --edited", quoted(library), quoted(Path::new(path)))
}

/// What takes an edit back.
pub fn take_back_edit(library: &Path, path: &str) -> String {
    format!("{} --changed {}", repair(library), quoted(Path::new(path)))
}

/// What brings back a file that was left out on purpose, by the path where it is kept.
pub fn undo_forgetting(library: &Path, path: &str) -> String {
    format!("windfall forget {} {} --undo", quoted(library), quoted(Path::new(path)))
}

/// What makes the folders of albums anew, in this form.
pub fn albums(library: &Path, form: &str) -> String {
    format!("windfall albums {} --as {form}", quoted(library))
}

/// What makes the folders of albums out of copies.
pub fn albums_of_copies(library: &Path) -> String {
    format!("windfall albums {} --as copy", quoted(library))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{quoted, take_back_edit};

    #[test]
    fn a_command_can_be_typed_as_it_stands() {
        assert_eq!(quoted(Path::new("/drive/Photos")), "/drive/Photos");
        assert_eq!(quoted(Path::new("/drive/Mum's photos")), r"'/drive/Mum'\''s photos'");
        assert_eq!(
            take_back_edit(Path::new("/drive/L"), "2024/a b.jpg"),
            "windfall repair /drive/L --from ZIPS --changed '2024/a b.jpg'"
        );
    }
}
