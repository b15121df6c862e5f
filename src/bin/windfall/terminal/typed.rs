//! Paths as people type them and terminals paste them: in quotes, with backslashes, from `~`.

use std::path::PathBuf;

use crate::machine::home;

/// What was typed where a path is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// A path from the top, from home or from here.
    Whole(PathBuf),
    /// A word, which may be anything: `maybe`, `Photos`.
    Word,
    /// `E:\Photos`, where that is no path.
    OfWindows,
}

/// What an answer says. Terminals put quotes around what is dropped on them, or backslashes before spaces.
pub(super) fn typed_path(answer: &str) -> Typed {
    let answer = answer.trim();
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|&quote| answer.strip_prefix(quote)?.strip_suffix(quote))
        .map_or_else(|| answer.to_owned(), str::to_owned);
    if cfg!(not(windows)) && has_drive_letter(&unquoted) {
        return Typed::OfWindows;
    }
    let path = match cfg!(unix) && unquoted == answer {
        true => unescaped(&unquoted),
        false => unquoted,
    };
    let is_separator = |c: char| c == '/' || cfg!(windows) && c == '\\';
    match (path.strip_prefix('~'), home()) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(is_separator) => {
            Typed::Whole(home.join(rest.trim_start_matches(is_separator)))
        }
        _ if path.contains(is_separator) || [".", ".."].contains(&&*path) => {
            // what is shown is what is meant, wherever the person believes to stand
            Typed::Whole(std::path::absolute(&path).unwrap_or_else(|_| PathBuf::from(path)))
        }
        _ if cfg!(windows) && has_drive_letter(&path) => Typed::Whole(PathBuf::from(format!("{path}\\"))),
        _ => Typed::Word,
    }
}

fn has_drive_letter(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && characters.next() == Some(':')
        && characters.next().is_none_or(|c| c == '\\' || c == '/')
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
    use super::{Typed, typed_path};
    use std::env;

    #[cfg(unix)]
    #[test]
    fn paths_come_as_terminals_paste_them() {
        let home = super::home().unwrap();
        let here = env::current_dir().unwrap();
        for (typed, expected) in [
            ("/a/b", "/a/b".into()),
            (" '/a b/c' ", "/a b/c".into()),
            ("\"/a b\"", "/a b".into()),
            (r"/a\ b\'c", "/a b'c".into()),
            ("~", home.clone()),
            ("~/x", home.join("x")),
            ("./x", here.join("x")),
            ("x/y", here.join("x/y")),
        ] {
            assert_eq!(typed_path(typed), Typed::Whole(expected), "{typed}");
        }
        for word in ["no", "maybe", "Photos", "?", "~ann", "yes please"] {
            assert_eq!(typed_path(word), Typed::Word, "{word}");
        }
        for path in [r"E:\Photos", "E:", "c:/x", r#""E:\My Photos""#] {
            assert_eq!(typed_path(path), Typed::OfWindows, "{path}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn paths_come_as_terminals_paste_them() {
        for (typed, expected) in [
            (r"E:\Photos", r"E:\Photos"),
            ("\"E:\\My Photos\"", r"E:\My Photos"),
            ("E:", r"E:\"),
            (r"\\nas\photos", r"\\nas\photos"),
        ] {
            assert_eq!(typed_path(typed), Typed::Whole(expected.into()), "{typed}");
        }
        assert!(matches!(typed_path(r"~\x"), Typed::Whole(path) if !path.starts_with("~")));
        assert!(
            matches!(typed_path(r".\x"), Typed::Whole(path) if path == env::current_dir().unwrap().join("x"))
        );
        assert_eq!(typed_path("no"), Typed::Word);
    }
}
