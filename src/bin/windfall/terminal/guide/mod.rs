//! The guide: `windfall` alone on a terminal, and `windfall PATH…`. It knows the libraries of this computer and
//! offers what can be done with one, in plain words.
//!
//! It comes to command lines that the person could have typed, shows them, has them run, and asks what is next. It
//! asks nothing that has no option, and nothing in a pipe. Nothing is written before somebody said yes.
//!
//! `ask` is how it asks; `add` is what has to be known before an import; `shelf` is all else that is done with a
//! library; this file is the door that leads to them.

mod add;
pub mod ask;
mod shelf;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use self::ask::{Answers, Choice, Leave, Talk};
use super::{BAD, DOUBTFUL, FAINT, repaired, shown, styled};
use crate::cli;
use crate::machine::deliveries::{Found, lying_in};
use crate::machine::drives::Drive;
use crate::machine::{Library, Machine, known};
use windfall::cli::{Glance, amount, has_own_folder, remedy, room};
use windfall::{CatalogFaultKind, Error, Health};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// Everything is well.
    Whole,
    /// Something is missing, damaged or could not be written.
    Incomplete,
    /// It was stopped by an error, which has been said.
    Stopped,
    /// Ctrl-C.
    Interrupted,
}

/// Looks at what a person named and at the library for it, without changing anything.
pub type Look<'a> = &'a dyn Fn(&[PathBuf], &Path) -> Result<Glance, Error>;

/// What the guide cannot do itself.
pub struct World<'a> {
    /// What there is, before anything is written.
    pub look: Look<'a>,
    /// What is known of the files of a library; an error where its catalog cannot be read.
    pub health: &'a dyn Fn(&Path) -> Result<Health, Error>,
    /// Whether two folders are the same library: one is a second copy of the other.
    pub are_the_same: &'a dyn Fn(&Path, &Path) -> bool,
    /// Counts the photos that would get a preview.
    pub previews: &'a dyn Fn(&Path) -> u64,
    /// Runs a command line, without the program's name.
    pub run: &'a dyn Fn(&[OsString]) -> Came,
    /// This computer.
    pub machine: Machine,
}

/// Whether a person sits at both ends.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// The paths that the guide is to begin with, if these words, without the program's name, are for it: none at all, or
/// a path where a command would stand, as when a folder is dropped on the program. One of several steps is meant as a
/// path even where it leads nowhere.
pub fn begins_with(words: &[OsString]) -> Option<Vec<PathBuf>> {
    let paths: Vec<PathBuf> = words.iter().map(PathBuf::from).collect();
    let is_path = |word: &OsString| {
        let is_option = word.as_encoded_bytes().starts_with(b"-");
        let path = Path::new(word);
        !is_option && !cli::is_command(word) && (path.components().count() > 1 || path.exists())
    };
    words.first().is_none_or(is_path).then_some(paths)
}

/// Lines are never wider than this, however wide the terminal is.
const WIDEST: usize = 80;

/// Talks until the person has enough; says how the last command ended.
///
/// # Errors
/// If the terminal is gone.
pub fn talk(world: World<'_>, paths: Vec<PathBuf>) -> io::Result<Came> {
    let mut answers = ask::Terminal::new()?;
    let mut out = anstream::stdout();
    let width = super::wrap::width_of_output().unwrap_or(WIDEST).min(WIDEST);
    converse(&mut answers, &mut out, width, world, paths)
}

/// Waits for a key, where the window would close with what stands in it.
///
/// # Errors
/// If the terminal is gone.
pub fn keep_window_open() -> io::Result<()> {
    let mut answers = ask::Terminal::new()?;
    let mut out = anstream::stdout();
    Talk::new(&mut answers, &mut out, WIDEST).wait("Press Return to close this window. ")
}

fn converse(
    answers: &mut dyn Answers,
    out: &mut dyn Write,
    width: usize,
    world: World<'_>,
    paths: Vec<PathBuf>,
) -> io::Result<Came> {
    let talk = Talk::new(answers, out, width);
    let mut guide = Guide { talk, world, drives: Vec::new(), library: None, last: Came::Whole, done: 0 };
    match guide.open_the_door(paths) {
        Err(Leave::Lost(error)) => Err(error),
        Err(Leave::Interrupted) => Ok(Came::Interrupted),
        Ok(()) | Err(Leave::Back | Leave::End) => {
            if guide.done == 0 {
                guide.talk.say("Nothing was done.")?;
            }
            Ok(guide.last)
        }
    }
}

/// A conversation, and what came of it so far.
struct Guide<'a> {
    talk: Talk<'a>,
    world: World<'a>,
    /// Those that are connected now.
    drives: Vec<Drive>,
    /// The library that is spoken of.
    library: Option<PathBuf>,
    /// How the last command ended.
    last: Came,
    /// How many commands were run.
    done: u64,
}

/// What can be done with a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Heal,
    MakeCatalog,
    Add,
    Look,
    CheckZips,
    CheckDrive,
    MakeReady,
    SecondCopy,
    AnotherLibrary,
}

/// What is said of several libraries.
enum Which {
    This(Library),
    New,
    Elsewhere,
    Forget,
}

impl Guide<'_> {
    fn open_the_door(&mut self, paths: Vec<PathBuf>) -> Result<(), Leave> {
        let given = self.given(paths)?;
        self.drives = self.world.machine.mounted.drives();
        let libraries = self.world.machine.libraries(&self.drives);
        if self.library.is_none() {
            // where the one used last is away, another one (a second copy of it, say) is not taken unasked
            self.library = libraries.first().filter(|library| library.is_here).map(|it| it.path.clone());
        }
        if !given.is_empty() {
            self.introduce()?;
            self.undone_if_back(|guide| guide.add(given, None))?;
        } else if self.library.is_none() {
            match libraries.first() {
                Some(_) => self.choose_library()?,
                None => {
                    self.introduce()?;
                    self.undone_if_back(|guide| guide.add(Vec::new(), None))?;
                }
            }
        }
        while let Some(library) = self.library.clone() {
            self.offer(&library)?;
        }
        Ok(())
    }

    /// Of what was dropped on the program: a library is the one to speak of, the rest are inputs.
    fn given(&mut self, paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, Leave> {
        let mut inputs = Vec::new();
        for path in paths {
            let path = std::path::absolute(&path).unwrap_or(path);
            if has_own_folder(&path) {
                self.library = Some(path);
            } else if path.exists() {
                inputs.push(path);
            } else {
                self.talk.refuse(format_args!("`{}` does not exist.", shown(&text(&path))))?;
            }
        }
        Ok(inputs)
    }

    fn introduce(&mut self) -> io::Result<()> {
        self.talk.say("Windfall makes a library out of the zips that Apple sent you: photos, notes, files, mail and the rest.")?;
        self.talk.say("It changes none of them, and sends nothing anywhere. Ctrl-C leaves at any time.")?;
        self.talk.say("")
    }

    /// Asks what to do with the library, and does it.
    fn offer(&mut self, library: &Path) -> Result<(), Leave> {
        // a drive may have come or gone since
        self.drives = self.world.machine.mounted.drives();
        if !has_own_folder(library) {
            self.talk.refuse(format_args!("`{}` is not there now.", shown(&text(library))))?;
            return self.choose_library();
        }
        self.talk.say(format_args!("\nYour library: `{}`", shown(&text(library))))?;
        self.say_drive(library)?;
        let health = match (self.world.health)(library) {
            Ok(health) => health,
            Err(error) => return self.offer_without_catalog(library, &error),
        };
        let found = self.lying_about();
        // zips that lie about are what somebody comes with, and not what is left to do afterwards
        let mut usual = usize::from(self.done > 0 || found.iter().all(|found| found.parts.is_empty()));
        let mut choices = vec![
            Choice::new("Add an export that Apple sent", Deed::Add),
            Choice::new("Look at what is in it", Deed::Look),
            Choice::new("Check whether the zips can be deleted (reads everything again)", Deed::CheckZips),
            Choice::new("Check the drive: is every file as it was imported?", Deed::CheckDrive),
            Choice::new("Make ready for another program: Immich, digiKam, Lightroom …", Deed::MakeReady),
            Choice::new("Make a second copy on another drive, or bring it up to date", Deed::SecondCopy),
            Choice::new("Another library", Deed::AnotherLibrary),
        ];
        if let Some(harm) = repaired::harm(&health) {
            let can_heal = health.damaged + health.missing > 0;
            if can_heal {
                let heal = "Put back what is damaged or missing, from the zips or a second copy";
                choices.insert(0, Choice::new(heal, Deed::Heal));
                usual = 0;
            }
            let advice = if can_heal { "." } else { ": check the drive to see which, and what to do." };
            let style = if can_heal { BAD } else { DOUBTFUL };
            self.talk.say(format_args!("  {}", styled(style, format_args!("{harm}{advice}"))))?;
        }
        self.ask_and_do(library, choices, usual)
    }

    /// Offers what can be done with a library whose catalog cannot be read.
    fn offer_without_catalog(&mut self, library: &Path, error: &Error) -> Result<(), Leave> {
        let mut choices = vec![Choice::new("Another library", Deed::AnotherLibrary)];
        let is_lost = match error {
            Error::NotALibrary(_) => true,
            Error::Catalog { source, .. } => source.kind() == CatalogFaultKind::Damaged,
            _ => false,
        };
        if is_lost {
            self.talk.refuse("Its catalog, which knows where each photo came from, is lost or damaged.")?;
            self.talk.say("The files are there. A new catalog can be made from them and from Apple's lists, which the library keeps.")?;
            choices.insert(0, Choice::new("Make a new catalog", Deed::MakeCatalog));
        } else {
            self.say_error(error)?;
        }
        self.ask_and_do(library, choices, 0)
    }

    fn ask_and_do(&mut self, library: &Path, choices: Vec<Choice<Deed>>, usual: usize) -> Result<(), Leave> {
        let deed = self.talk.choose_or("What would you like to do?", choices, usual, "  q  Quit");
        let deed = match deed {
            Ok(deed) => deed,
            Err(Leave::Back) => {
                self.library = None;
                return Ok(());
            }
            Err(leave) => return Err(leave),
        };
        self.undone_if_back(|guide| match deed {
            Deed::Heal => guide.heal(library),
            Deed::MakeCatalog => guide.make_catalog(library),
            Deed::Add => guide.add(Vec::new(), Some(library)),
            Deed::Look => guide.look(library),
            Deed::CheckZips => guide.check_zips(library, Vec::new()),
            Deed::CheckDrive => guide.check_drive(library),
            Deed::MakeReady => guide.make_ready(library),
            Deed::SecondCopy => guide.second_copy(library),
            Deed::AnotherLibrary => guide.choose_library(),
        })
    }

    /// Whoever goes back is told that nothing was done, and is asked what to do instead.
    fn undone_if_back(&mut self, deed: impl FnOnce(&mut Self) -> Result<(), Leave>) -> Result<(), Leave> {
        let done = self.done;
        match deed(self) {
            Err(Leave::Back) => {
                // without a library there is nothing else to ask, and the end says it
                if self.done == done && self.library.is_some() {
                    self.talk.say("Nothing was done.")?;
                }
                Ok(())
            }
            ended => ended,
        }
    }

    /// Asks which library is meant, until one is that is connected, or a new one is made.
    fn choose_library(&mut self) -> Result<(), Leave> {
        loop {
            self.drives = self.world.machine.mounted.drives();
            let libraries = self.world.machine.libraries(&self.drives);
            let mut choices = Vec::new();
            let mut usual = None;
            for (at, library) in libraries.iter().enumerate() {
                if library.is_here && usual.is_none() {
                    usual = Some(choices.len());
                }
                let note = match library.is_here {
                    false => " (not there now)",
                    true if self.is_a_copy(library, &libraries[..at]) => " (a second copy)",
                    true => "",
                };
                let words = format!("`{}`{note}", shown(&text(&library.path)));
                choices.push(Choice::new(words, Which::This(library.clone())));
            }
            choices.push(Choice::new("Make a new library", Which::New));
            choices.push(Choice::new("One in another folder", Which::Elsewhere));
            if self.world.machine.known.is_some() && !libraries.is_empty() {
                choices.push(Choice::new("Take one off this list; the library itself stays", Which::Forget));
            }
            match self.talk.choose("Which library?", choices, usual.unwrap_or(0))? {
                Which::This(library) if library.is_here => {
                    self.library = Some(library.path);
                    return Ok(());
                }
                Which::This(library) => {
                    let path = text(&library.path);
                    self.talk.refuse(format_args!(
                        "`{}` is not there. Connect its drive first; if it was moved, choose its new folder.",
                        shown(&path)
                    ))?;
                }
                Which::New => {
                    self.introduce()?;
                    return self.add(Vec::new(), None);
                }
                Which::Elsewhere => {
                    let path = self.talk.path("In which folder is the library?")?;
                    if has_own_folder(&path) {
                        self.library = Some(path);
                        return Ok(());
                    }
                    self.talk.refuse(format_args!("There is no library in `{}`.", shown(&text(&path))))?;
                }
                Which::Forget => self.forget(&libraries)?,
            }
        }
    }

    fn forget(&mut self, libraries: &[Library]) -> Result<(), Leave> {
        let Some(list) = self.world.machine.known.clone() else { return Ok(()) };
        let listed = known::libraries(&list);
        let of_list = libraries.iter().map(|library| &library.path).filter(|path| listed.contains(path));
        let choices: Vec<Choice<PathBuf>> =
            of_list.map(|path| Choice::new(format!("`{}`", shown(&text(path))), path.clone())).collect();
        if choices.is_empty() {
            return Ok(self.talk.refuse("None of them is on the list: they were found on drives.")?);
        }
        match self.talk.choose("Which one is to be taken off the list?", choices, 0) {
            Ok(library) => {
                let list_text = text(&list);
                match known::forget(&list, &library) {
                    Ok(()) => {
                        self.talk.say(format_args!("It is no longer on the list `{}`.", shown(&list_text)))?
                    }
                    Err(error) => self.talk.refuse(format_args!(
                        "The list `{}` cannot be changed: {error}.",
                        shown(&list_text)
                    ))?,
                }
                Ok(())
            }
            Err(Leave::Back) => Ok(()),
            Err(leave) => Err(leave),
        }
    }

    /// Whether a library is a second copy of one of these.
    fn is_a_copy(&self, library: &Library, of: &[Library]) -> bool {
        let mut here = of.iter().filter(|other| other.is_here);
        here.any(|other| (self.world.are_the_same)(&other.path, &library.path))
    }

    /// Says why something cannot be done, and what to do about it.
    fn say_error(&mut self, error: &Error) -> io::Result<()> {
        self.talk.refuse(shown(&error.to_string()))?;
        for cause in error.causes() {
            self.talk.say(format_args!("  {}", shown(&cause)))?;
        }
        match error.hint() {
            Some(hint) => self.talk.say(format_args!("What to do: {hint}.")),
            None => Ok(()),
        }
    }

    /// What lies about on this computer and on the drives that are connected.
    fn lying_about(&self) -> Vec<Found> {
        lying_in(&self.world.machine.folders, &self.drives)
    }

    /// On which drive a path lies, and how much room that has.
    fn say_drive(&mut self, path: &Path) -> io::Result<()> {
        let name = self.name_of_drive(path);
        if let Some((free, all)) = room(path) {
            let (free, all) = (amount::size(free), amount::size(all));
            let line = format!("  on {}, {free} of {all} free", shown(&name));
            self.talk.say(styled(FAINT, line))?;
        }
        Ok(())
    }

    /// Shows a command and runs it.
    fn show_and_run(&mut self, words: &[OsString]) -> Result<Came, Leave> {
        self.say_command(words)?;
        self.run(words)
    }

    fn run(&mut self, words: &[OsString]) -> Result<Came, Leave> {
        self.talk.say("")?;
        self.talk.out().flush()?;
        self.done += 1;
        self.last = (self.world.run)(words);
        match self.last {
            Came::Interrupted => Err(Leave::Interrupted),
            came => Ok(came),
        }
    }

    /// The command that stands for what was asked. Of many inputs the first is named.
    fn say_command(&mut self, words: &[OsString]) -> io::Result<()> {
        /// So many paths in a row are named.
        const MOST: usize = 2;
        let is_path = |word: &OsString| Path::new(word).is_absolute();
        let mut shown_words = vec!["windfall".to_owned()];
        let mut left_out = 0;
        for run in words.chunk_by(|one, other| is_path(one) == is_path(other)) {
            let named = if run.first().is_some_and(is_path) && run.len() > MOST { 1 } else { run.len() };
            shown_words.extend(run.iter().take(named).map(|word| remedy::quoted(Path::new(word))));
            if named < run.len() {
                shown_words.push("…".to_owned());
                left_out = run.len() - named;
            }
        }
        let without = match left_out {
            0 => "The same without questions:".to_owned(),
            more => format!("The same without questions (… stands for {} more):", amount::count(more as u64)),
        };
        self.talk.say(without)?;
        self.talk.say(format_args!("  {}", styled(FAINT, shown(&shown_words.join(" ")))))
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// The words of a command.
fn words<const N: usize>(words: [&dyn AsRef<std::ffi::OsStr>; N]) -> Vec<OsString> {
    words.iter().map(|word| word.as_ref().to_owned()).collect()
}
