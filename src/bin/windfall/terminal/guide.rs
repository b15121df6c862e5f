//! The guide: `windfall` alone on a terminal. Asks for what an import needs and explains itself.
//!
//! It comes to a command line that the person could have typed, and runs nothing by itself. Asks nothing that
//! has no option, and nothing in a pipe.
//!
//! Questions are plain lines, answered with Return: menus that redraw themselves are no help to screen readers
//! or slow connections.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::typed::{home, typed_path};
use super::{BAD, FAINT, STRONG, certificate, shown, styled};
use crate::cli::LIBRARY;
use windfall::Error;
use windfall::cli::{
    Glance,
    amount::{self, counted},
    is_apple_name, is_unfinished_download, recognise,
};

/// Looks at what a person named, without changing anything.
pub type Look<'a> = &'a dyn Fn(&[PathBuf], &Path) -> Result<Glance, Error>;

/// What the conversation came to.
pub enum Agreed {
    /// Arguments of an import, without the program's name.
    Import(Vec<OsString>),
    /// Nothing; the person left or said no.
    Nothing,
}

/// Whether a person sits at both ends.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Asks until there is an import to run, or the person has enough.
pub fn ask(look: Look<'_>) -> io::Result<Agreed> {
    let mut stdin = io::stdin().lock();
    let mut out = anstream::stdout();
    let folders = [env::current_dir().ok(), home().map(|home| home.join("Downloads"))];
    converse(&mut stdin, &mut out, &folders.into_iter().flatten().collect::<Vec<_>>(), look)
}

fn converse(
    answers: &mut dyn BufRead,
    out: &mut dyn Write,
    folders: &[PathBuf],
    look: Look<'_>,
) -> io::Result<Agreed> {
    writeln!(out, "Windfall makes a photo library out of the zips that Apple sent you.")?;
    writeln!(out, "It changes none of them, and sends nothing anywhere. Ctrl-C leaves at any time.\n")?;
    let found = deliveries(folders, out)?;
    let mut talk = Conversation { answers, out, look, found };
    let mut question = Question::Inputs;
    loop {
        let next = match question {
            Question::Inputs => talk.inputs()?,
            Question::Library => talk.library()?,
            Question::Begin(library) => talk.begin(&library)?,
        };
        match next {
            Next::Ask(next) => question = next,
            Next::End(agreed) => return Ok(agreed),
        }
    }
}

/// What is to be found out next.
enum Question {
    /// Where the parts are, if none are known.
    Inputs,
    /// Where the library should be.
    Library,
    /// Whether an import into this folder may begin.
    Begin(PathBuf),
}

/// What follows an answer.
enum Next {
    Ask(Question),
    End(Agreed),
}

struct Conversation<'a> {
    answers: &'a mut dyn BufRead,
    out: &'a mut dyn Write,
    look: Look<'a>,
    found: Vec<PathBuf>,
}

impl Conversation<'_> {
    fn inputs(&mut self) -> io::Result<Next> {
        if !self.found.is_empty() {
            return Ok(Next::Ask(Question::Library));
        }
        writeln!(
            self.out,
            "Found none of Apple's zips (`iCloud Photos Part 1 of 12.zip`, …) here or in Downloads."
        )?;
        let Some(answer) = question(self.answers, self.out, "Which folder or zip holds them?", None)? else {
            return Ok(Next::End(Agreed::Nothing));
        };
        let path = typed_path(&answer);
        if !path.exists() {
            self.refuse(format_args!("`{}` does not exist.", path.display()))?;
            return Ok(Next::Ask(Question::Inputs));
        }
        self.found.push(path);
        Ok(Next::Ask(Question::Library))
    }

    fn library(&mut self) -> io::Result<Next> {
        let usual = env::var_os(LIBRARY).filter(|path| !path.is_empty()).map(PathBuf::from);
        let proposal = usual.or_else(|| Some(home()?.join("Pictures").join("Windfall")));
        let what = "Where should the library be? A folder on a drive with enough room; it may be new.";
        let Some(answer) = question(self.answers, self.out, what, proposal.as_deref())? else {
            return Ok(Next::End(Agreed::Nothing));
        };
        let path = typed_path(&answer);
        if path.is_file() {
            self.refuse(format_args!("`{}` is a file.", path.display()))?;
            return Ok(Next::Ask(Question::Library));
        }
        Ok(Next::Ask(Question::Begin(path)))
    }

    /// Shows what an import would do, and asks whether to begin.
    fn begin(&mut self, library: &Path) -> io::Result<Next> {
        let glance = match (self.look)(&self.found, library) {
            Ok(glance) => glance,
            Err(error) => {
                self.cannot(&error)?;
                return Ok(Next::Ask(Question::Inputs));
            }
        };
        self.show(&glance, library)?;
        if glance.space.free.is_some_and(|free| free < glance.space.need) {
            writeln!(self.out)?;
            self.refuse(format_args!("There is not enough room on that drive; choose another."))?;
            return Ok(Next::Ask(Question::Library));
        }
        let arguments = arguments(&self.found, library);
        let words: Vec<String> =
            arguments.iter().map(|word| windfall::cli::remedy::quoted(Path::new(word))).collect();
        writeln!(
            self.out,
            "\nThe same without questions (`windfall import --help` has more to choose from):"
        )?;
        writeln!(self.out, "  {}\n", styled(FAINT, shown(&format!("windfall {}", words.join(" ")))))?;
        let answer = question(self.answers, self.out, "Begin? (yes or no)", Some(Path::new("yes")))?;
        let begins = answer.is_some_and(|word| ["y", "yes"].contains(&word.trim().to_lowercase().as_str()));
        Ok(Next::End(if begins { Agreed::Import(arguments) } else { Agreed::Nothing }))
    }

    fn show(&mut self, glance: &Glance, library: &Path) -> io::Result<()> {
        let out = &mut *self.out;
        writeln!(out, "\nThis is what there is:\n")?;
        certificate::exports(out, &glance.exports)?;
        if glance.exports.iter().any(|export| !export.parts_missing.is_empty()) {
            writeln!(out, "  You may import what is here now and the missing parts later.")?;
        }
        writeln!(out, "\n  to be written  {:>10}", amount::size(glance.space.need))?;
        if let Some(free) = glance.space.free {
            let (free, library) = (amount::size(free), path_text(library));
            writeln!(out, "  free           {free:>10}  on the drive of `{}`", shown(&library))?;
        }
        Ok(())
    }

    /// Says why nothing can be imported so; where the inputs are to blame, they are asked for again.
    fn cannot(&mut self, error: &Error) -> io::Result<()> {
        let what = styled(BAD, "That cannot be imported:");
        writeln!(self.out, "{what} {}", shown(&error.to_string()))?;
        if let Some(hint) = error.hint() {
            writeln!(self.out, "{hint}\n")?;
        }
        if matches!(
            error,
            Error::NoExport(_)
                | Error::NotPhotos(_)
                | Error::Strangers(_)
                | Error::AllUnreadable(..)
                | Error::InputMissing(_)
        ) {
            self.found.clear();
        }
        Ok(())
    }

    fn refuse(&mut self, why: fmt::Arguments<'_>) -> io::Result<()> {
        writeln!(self.out, "{}\n", styled(BAD, why))
    }
}

fn arguments(found: &[PathBuf], library: &Path) -> Vec<OsString> {
    let mut arguments = vec![OsString::from("import")];
    arguments.extend(found.iter().map(|path| path.clone().into_os_string()));
    arguments.push("--to".into());
    arguments.push(library.as_os_str().to_owned());
    arguments
}

/// Whether something is missing or damaged after an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// Everything came.
    Whole,
    /// Something did not.
    Incomplete,
}

/// Says what to do after an import.
pub fn what_now(arguments: &[OsString], came: Came) -> io::Result<()> {
    let Some((library, inputs)) = arguments.split_last() else { return Ok(()) };
    let quoted = |word: &OsString| windfall::cli::remedy::quoted(Path::new(word));
    // without `import` and `--to`
    let inputs: Vec<String> =
        inputs.iter().skip(1).take(inputs.len().saturating_sub(2)).map(quoted).collect();
    let mut out = anstream::stdout();
    writeln!(out, "\n{}", styled(STRONG, "What now?"))?;
    if came == Came::Incomplete {
        writeln!(
            out,
            "  Keep the zips. Download what is missing, then type `windfall` again: it adds what is new."
        )?;
    }
    for (what, command) in [
        (
            "Can I delete the zips? This reads everything again and tells you:",
            format!("verify {} --against {}", quoted(library), inputs.join(" ")),
        ),
        ("A page to look at and to keep:", format!("report {}", quoted(library))),
        (
            "Albums, favourites and dates for Immich, digiKam and others:",
            format!("sidecars {} --for xmp", quoted(library)),
        ),
    ] {
        writeln!(out, "  {what}\n    {}", styled(FAINT, shown(&format!("windfall {command}"))))?;
    }
    Ok(())
}

/// Zips and folders with Apple's names that lie directly in these folders.
fn deliveries(folders: &[PathBuf], out: &mut dyn Write) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for folder in folders {
        // the current folder may be Downloads
        let Ok(real) = fs::canonicalize(folder) else { continue };
        if seen.contains(&real) {
            continue;
        }
        let mut here: Vec<PathBuf> =
            fs::read_dir(&real).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        here.sort();
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let (unfinished, whole): (Vec<PathBuf>, Vec<PathBuf>) = here
            .into_iter()
            .filter(|path| name(path).is_some_and(|name| is_of_photos(&name)))
            .partition(|path| name(path).is_some_and(|name| is_unfinished_download(&name)));
        let is_zip = |path: &Path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
        let whole: Vec<PathBuf> = whole.into_iter().filter(|path| path.is_dir() || is_zip(path)).collect();
        if !whole.is_empty() {
            let parts = counted(whole.len() as u64, "part", "parts");
            writeln!(out, "Found {parts} in `{}`.", shown(&path_text(&real)))?;
        }
        for path in unfinished {
            writeln!(out, "`{}` is still being downloaded, so it is not used.", shown(&path_text(&path)))?;
        }
        found.extend(whole);
        seen.push(real);
    }
    Ok(found)
}

/// Whether a delivery of photos is called so, or a download whose name is not known yet.
fn is_of_photos(name: &str) -> bool {
    let is_download = is_unfinished_download(name) && name.starts_with("Unconfirmed");
    is_apple_name(name) && recognise::by_name(name).is_none() || is_download
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// One question; `None` if nobody answers any more.
fn question(
    answers: &mut dyn BufRead,
    out: &mut dyn Write,
    what: &str,
    proposal: Option<&Path>,
) -> io::Result<Option<String>> {
    loop {
        writeln!(out, "{}", styled(STRONG, what))?;
        match proposal {
            Some(proposal) => write!(out, "[{}] > ", shown(&path_text(proposal)))?,
            None => write!(out, "> ")?,
        }
        out.flush()?;
        let mut answer = String::new();
        if answers.read_line(&mut answer)? == 0 {
            writeln!(out)?;
            return Ok(None);
        }
        let answer = answer.trim();
        match proposal {
            _ if !answer.is_empty() => return Ok(Some(answer.to_owned())),
            Some(proposal) => return Ok(Some(path_text(proposal))),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Agreed, converse};
    use std::cell::Cell;
    use std::ffi::OsString;
    use std::path::PathBuf;
    use windfall::cli::{Glance, Space};
    use windfall::{Category, ExportReport};

    fn glance(free: u64) -> Glance {
        let export = ExportReport {
            name: "iCloud Photos".into(),
            category: Category::Photos,
            parts_found: vec![1, 2],
            parts_expected: Some(3),
            parts_missing: vec![3],
            parts_twice: Vec::new(),
        };
        Glance { exports: vec![export], space: Space { need: 1_000, free: Some(free) } }
    }

    /// What is said and agreed when these lines are typed.
    fn talk(lines: &str, folders: &[PathBuf], free: &dyn Fn() -> u64) -> (String, Vec<OsString>) {
        let mut said = Vec::new();
        let agreed = converse(&mut lines.as_bytes(), &mut said, folders, &|_, _| Ok(glance(free()))).unwrap();
        let arguments = match agreed {
            Agreed::Import(arguments) => arguments,
            Agreed::Nothing => Vec::new(),
        };
        (String::from_utf8(said).unwrap(), arguments)
    }

    fn downloads() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "iCloud Photos Part 2 of 3.zip",
            "iCloud Photos Part 1 of 3.zip",
            "iCloud Photos Part 3 of 3.zip.crdownload",
            "holiday.zip",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        folder
    }

    #[test]
    fn parts_are_found_and_what_is_missing_is_said() {
        let folder = downloads();
        let here = std::fs::canonicalize(folder.path()).unwrap();
        let library = folder.path().join("lib");
        let twice = [folder.path().to_owned(), here.clone()];
        let (said, arguments) = talk(&format!("{}\n\n", library.display()), &twice, &|| 2_000);
        for expected in ["Found 2 parts", "is still being downloaded", "missing", "windfall import", "--to"] {
            assert!(said.contains(expected), "{expected} in {said}");
        }
        let part = |n: u32| here.join(format!("iCloud Photos Part {n} of 3.zip")).into_os_string();
        assert_eq!(
            arguments,
            [OsString::from("import"), part(1), part(2), "--to".into(), library.into_os_string()]
        );
    }

    #[test]
    fn nothing_begins_without_a_yes() {
        let folder = downloads();
        for answers in ["", "lib\n", "lib\nno\n", "lib\nmaybe\n"] {
            let (_, arguments) = talk(answers, &[folder.path().to_owned()], &|| 2_000);
            assert_eq!(arguments, [] as [OsString; 0], "{answers:?}");
        }
    }

    #[test]
    fn a_full_drive_and_a_wrong_path_are_asked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let free = Cell::new(0);
        let lines = format!("/nowhere/at/all\n{}\nsmall\nlarge\nyes\n", folder.path().display());
        let (said, arguments) = talk(&lines, &[], &|| free.replace(5_000));
        assert!(said.contains("does not exist") && said.contains("not enough room"), "{said}");
        assert_eq!(arguments.last(), Some(&OsString::from("large")));
    }
}
