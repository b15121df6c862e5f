//! Paths as people type them and terminals paste them: in quotes, with backslashes, from `~`, as addresses.

use std::iter::Peekable;
use std::path::PathBuf;
use std::str::Chars;

use crate::machine::home;

/// Why an answer is no path from the top, from home or from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPath {
    /// A word, which may be anything: `maybe`, `Photos`.
    Word,
    /// `E:\Photos`, where that is no path.
    OfWindows,
}

/// What an answer says that is one path.
pub(super) fn typed_path(answer: &str) -> Result<PathBuf, NoPath> {
    let answer = answer.trim();
    let unquoted = answer.trim_matches(['"', '\'']);
    if cfg!(not(windows)) && has_drive_letter(unquoted) {
        return Err(NoPath::OfWindows);
    }
    match words(answer).as_deref() {
        Some([word]) => meant(word),
        // spaces that nobody quoted, as people type them
        _ => meant(&if cfg!(windows) { answer.to_owned() } else { unescaped(answer) }),
    }
}

/// The paths of an answer that may be several: of files that are dropped together a terminal makes one line.
pub(super) fn typed_paths(answer: &str) -> Result<Vec<PathBuf>, NoPath> {
    let whole = typed_path(answer);
    if whole.as_ref().is_ok_and(|path| path.exists()) {
        return whole.map(|path| vec![path]);
    }
    let words = words(answer.trim()).unwrap_or_default();
    // what follows a space in a name does not begin at the top
    let is_from_the_top =
        |word: &String| word.starts_with(['/', '~']) || word.starts_with("file://") || has_drive_letter(word);
    match words.len() > 1 && words.iter().all(is_from_the_top) {
        true => words.iter().map(|word| meant(word)).collect(),
        false => whole.map(|path| vec![path]),
    }
}

/// What a word says, without its quotes.
fn meant(path: &str) -> Result<PathBuf, NoPath> {
    if let Some(path) = of_address(path) {
        return Ok(path);
    }
    let is_separator = |c: char| c == '/' || cfg!(windows) && c == '\\';
    match (path.strip_prefix('~'), home()) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(is_separator) => {
            Ok(home.join(rest.trim_start_matches(is_separator)))
        }
        _ if path.contains(is_separator) || [".", ".."].contains(&path) => {
            // what is shown is what is meant, wherever the person believes to stand
            Ok(std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path)))
        }
        _ if cfg!(windows) && has_drive_letter(path) => Ok(PathBuf::from(format!("{path}\\"))),
        _ => Err(NoPath::Word),
    }
}

fn has_drive_letter(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && characters.next() == Some(':')
        && characters.next().is_none_or(|c| c == '\\' || c == '/')
}

/// The path of `file:///media/My%20Disk`, which is what some desktops paste.
fn of_address(text: &str) -> Option<PathBuf> {
    let path = text.strip_prefix("file://")?;
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let mut plain = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits =
            after.get(..2).filter(|_| byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                plain.push(code);
                rest = &after[2..];
            }
            None => {
                plain.push(byte);
                rest = after;
            }
        }
    }
    let path = String::from_utf8(plain).ok()?;
    let path = PathBuf::from(match path.strip_prefix('/') {
        // `file:///C:/Photos`
        Some(of_windows) if cfg!(windows) && has_drive_letter(of_windows) => of_windows,
        _ => &path,
    });
    path.is_absolute().then_some(path)
}

/// The words of a line as a shell reads them; none if a quote is not closed. Windows has no escapes.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = line.chars().peekable();
    while rest.peek().is_some() {
        let mut word = String::new();
        while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
            match c {
                '\'' | '"' => quoted(&mut rest, c, &mut word)?,
                '\\' if cfg!(not(windows)) => word.extend(rest.next()),
                c => word.push(c),
            }
        }
        if rest.next().is_none() || !word.is_empty() {
            words.push(word);
        }
    }
    Some(words)
}

/// Reads on to the closing quote, if there is one.
fn quoted(rest: &mut Peekable<Chars<'_>>, quote: char, word: &mut String) -> Option<()> {
    loop {
        match rest.next()? {
            c if c == quote => return Some(()),
            '\\' if quote == '"' && cfg!(not(windows)) => match rest.next()? {
                c @ ('"' | '\\' | '$' | '`') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
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
    use super::{NoPath, typed_path, typed_paths};
    use std::env;
    use std::path::PathBuf;

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
            (r"'/a b/it'\''s' ", "/a b/it's".into()),
            (r#""/a b/\"x\"""#, "/a b/\"x\"".into()),
            ("/a b/c", "/a b/c".into()),
            ("/Ann's photos", "/Ann's photos".into()),
            ("file:///a%20b/%C3%A4", "/a b/ä".into()),
            ("file://localhost/a", "/a".into()),
            ("'file:///a%20b'", "/a b".into()),
            ("~/My\\ Photos", home.join("My Photos")),
            ("~", home.clone()),
            ("~/x", home.join("x")),
            ("./x", here.join("x")),
            ("x/y", here.join("x/y")),
        ] {
            assert_eq!(typed_path(typed), Ok(expected), "{typed}");
        }
        for word in ["no", "maybe", "Photos", "?", "~ann", "yes please", "''", "'"] {
            assert_eq!(typed_path(word), Err(NoPath::Word), "{word}");
        }
        for path in [r"E:\Photos", "E:", "c:/x", r#""E:\My Photos""#] {
            assert_eq!(typed_path(path), Err(NoPath::OfWindows), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_dropped_together_is_several_paths() {
        let whole = |paths: &[&str]| Ok(paths.iter().map(PathBuf::from).collect());
        for (typed, expected) in [
            (r"/a\ 1.zip /b\ 2.zip ", &["/a 1.zip", "/b 2.zip"][..]),
            ("'/a 1.zip' '/b 2.zip'", &["/a 1.zip", "/b 2.zip"]),
            ("/a /b file:///c%201", &["/a", "/b", "/c 1"]),
            // one path with a space in it
            ("/a 1.zip", &["/a 1.zip"]),
        ] {
            assert_eq!(typed_paths(typed), whole(expected), "{typed}");
        }
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("a /b");
        std::fs::create_dir_all(&odd).unwrap();
        let odd = odd.to_str().unwrap();
        assert_eq!(typed_paths(odd), whole(&[odd]));
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
            assert_eq!(typed_path(typed), Ok(PathBuf::from(expected)), "{typed}");
        }
        assert!(matches!(typed_path(r"~\x"), Ok(path) if !path.starts_with("~")));
        assert!(matches!(typed_path(r".\x"), Ok(path) if path == env::current_dir().unwrap().join("x")));
        assert_eq!(typed_path("no"), Err(NoPath::Word));
    }
}
