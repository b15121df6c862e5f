//! Paths as people type them and terminals paste them: in quotes, with backslashes, from `~`.

use std::env;
use std::path::PathBuf;

/// The home folder, if the system names one.
pub(super) fn home() -> Option<PathBuf> {
    env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

/// Terminals put quotes around what is dropped on them, or backslashes before spaces.
pub(super) fn typed_path(answer: &str) -> PathBuf {
    let answer = answer.trim();
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|&quote| answer.strip_prefix(quote)?.strip_suffix(quote))
        .map_or_else(|| answer.to_owned(), str::to_owned);
    let path = match cfg!(unix) && unquoted == answer {
        true => unescaped(&unquoted),
        false => unquoted,
    };
    match (path.strip_prefix('~'), home()) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(path),
    }
}

fn unescaped(text: &str) -> String {
    let mut characters = text.chars();
    let mut plain = String::new();
    while let Some(c) = characters.next() {
        plain.push(if c == '\\' { characters.next().unwrap_or(c) } else { c });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::typed_path;
    use std::path::Path;

    #[test]
    fn paths_come_as_terminals_paste_them() {
        for (typed, expected) in [
            ("/a/b", "/a/b"),
            (" '/a b/c' ", "/a b/c"),
            ("\"/a b\"", "/a b"),
            #[cfg(unix)]
            (r"/a\ b\'c", "/a b'c"),
        ] {
            assert_eq!(typed_path(typed), Path::new(expected));
        }
        assert!(!typed_path("~/x").starts_with("~"));
    }
}
