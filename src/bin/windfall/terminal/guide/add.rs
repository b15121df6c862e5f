//! Adding an export: what there is of it, where the library is to be, what albums become there. All that is missing,
//! doubled, cut off or still being downloaded is said before anything is written.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::ask::{Choice, Leave, Usual};
use super::{BAD, Came, Guide, shown, styled, text};
use crate::machine::deliveries::Found;
use crate::machine::drives::drive_of;
use crate::terminal::certificate;
use windfall::Error;
use windfall::cli::{
    Glance,
    amount::{self, counted},
    is_library, room,
};

/// What a new library is called, unless its owner says otherwise.
pub(super) const NAME: &str = "Windfall";
/// So many problems and downloads are named.
const NAMED: usize = 6;

/// Where a library or a second copy of one may be.
pub(super) enum Place {
    This(PathBuf),
    Elsewhere,
}

/// What is to be read.
enum Source {
    All,
    One(usize),
    Elsewhere,
}

impl Guide<'_> {
    /// Asks what an import needs and runs it. What was given is not asked for.
    pub(super) fn add(&mut self, given: Vec<PathBuf>, library: Option<&Path>) -> Result<(), Leave> {
        let mut inputs = if given.is_empty() { self.find_inputs()? } else { given };
        loop {
            let target = match library {
                Some(library) => library.to_owned(),
                None => self.choose_place()?,
            };
            let glance = match (self.world.look)(&inputs, &target) {
                Ok(glance) => glance,
                Err(Error::Interrupted) => return Err(Leave::Interrupted),
                Err(error) => {
                    self.talk.refuse("That cannot be imported:")?;
                    self.say_error(&error)?;
                    self.talk.say("")?;
                    match is_fault_of_inputs(&error) {
                        true => inputs = self.ask_for_inputs()?,
                        false if library.is_some() => return Err(Leave::Back),
                        false => {}
                    }
                    continue;
                }
            };
            self.show(&glance, &target)?;
            if glance.space.free.is_some_and(|free| free < glance.space.need) {
                self.talk.refuse("There is not enough room on that drive.")?;
                match library {
                    Some(_) => return Err(Leave::Back),
                    None => continue,
                }
            }
            let mut words = vec![OsString::from("import")];
            words.extend(inputs.iter().map(|path| path.clone().into_os_string()));
            words.extend([OsString::from("--to"), target.clone().into_os_string()]);
            if let Some(form) = self.choose_albums(&glance)? {
                words.extend(["--albums", form].map(OsString::from));
            }
            self.talk.say("")?;
            self.say_command(&words)?;
            if !self.talk.is_wanted("Begin?", Usual::Yes)? {
                return Err(Leave::Back);
            }
            let came = self.run(&words)?;
            if is_library(&target) {
                self.library = Some(target.clone());
            }
            return match came {
                Came::Stopped | Came::Interrupted => Ok(()),
                came => self.after(&target, inputs, came),
            };
        }
    }

    /// What may come next, now that there is something in the library.
    fn after(&mut self, library: &Path, inputs: Vec<PathBuf>, came: Came) -> Result<(), Leave> {
        self.talk.say("")?;
        if came == Came::Incomplete {
            self.talk.say("Keep the zips. Download what is missing, then add it in the same way: what is there is not written again.")?;
        }
        if self.talk.is_wanted("Look at what is in it now?", Usual::Yes)? {
            self.look(library)?;
        }
        if came == Came::Whole {
            self.talk.say("")?;
            let question = "Can the zips be deleted? Shall I read everything again and tell?";
            if self.talk.is_wanted(question, Usual::Yes)? {
                self.check_zips(library, inputs)?;
            }
        }
        Ok(())
    }

    /// What lies about, or what the person names.
    fn find_inputs(&mut self) -> Result<Vec<PathBuf>, Leave> {
        let found = self.lying_about();
        self.say_unfinished(&found)?;
        let found: Vec<Found> = found.into_iter().filter(|found| !found.parts.is_empty()).collect();
        let all = || found.iter().flat_map(|found| found.parts.iter().cloned()).collect();
        match found.as_slice() {
            [] => {
                self.talk.say(
                    "None of Apple's zips (`iCloud Photos Part 1 of 12.zip`, `iCloud Notes.zip`, …) are in Downloads, on the desktop, \
                     in this folder or on a drive.",
                )?;
                self.ask_for_inputs()
            }
            [one] => {
                self.talk.say(format_args!("Found {}.", found_in(one)))?;
                self.talk.say("")?;
                Ok(all())
            }
            several => {
                let mut choices = vec![Choice::new("All of these:", Source::All)];
                choices[0].below = several.iter().map(found_in).collect();
                let single = several.iter().enumerate();
                choices
                    .extend(single.map(|(at, found)| {
                        Choice::new(format!("Only {}", found_in(found)), Source::One(at))
                    }));
                choices.push(Choice::new("Another folder or zip", Source::Elsewhere));
                match self.talk.choose(
                    "Apple's zips lie in several places. Which ones are to be added?",
                    choices,
                    0,
                )? {
                    Source::All => Ok(all()),
                    Source::One(at) => Ok(several[at].parts.clone()),
                    Source::Elsewhere => self.ask_for_inputs(),
                }
            }
        }
    }

    fn say_unfinished(&mut self, found: &[Found]) -> io::Result<()> {
        let names: Vec<&String> = found.iter().flat_map(|found| &found.unfinished).collect();
        for name in names.iter().take(NAMED) {
            self.talk.say(format_args!("`{}` has not finished downloading; it is not used.", shown(name)))?;
        }
        if names.len() > NAMED {
            let more = amount::count((names.len() - NAMED) as u64);
            self.talk.say(format_args!("{more} more downloads have not finished."))?;
        }
        Ok(())
    }

    /// Asks for a folder or zip that is there.
    pub(super) fn ask_for_inputs(&mut self) -> Result<Vec<PathBuf>, Leave> {
        loop {
            let paths = self.talk.paths("Which folder or zip holds them?")?;
            match paths.iter().find(|path| !path.exists()) {
                None => return Ok(paths),
                Some(path) => {
                    self.talk.refuse(format_args!("`{}` does not exist.", shown(&text(path))))?;
                }
            }
        }
    }

    /// Asks where the library is or is to be.
    fn choose_place(&mut self) -> Result<PathBuf, Leave> {
        let libraries = self.world.machine.libraries(&self.drives);
        let mut choices = Vec::new();
        for (at, library) in libraries.iter().enumerate().filter(|(_, library)| library.is_here) {
            // a second copy gets what is new from its library, not from the zips
            if !self.is_a_copy(library, &libraries[..at]) {
                let words = format!("Your library on {}", self.name_of_drive(&library.path));
                choices.push(self.place(&words, library.path.clone()));
            }
        }
        let usual = self.world.machine.usual.iter().filter(|usual| !is_library(usual)).cloned();
        let at_home = self.world.machine.home.iter().map(|home| free_name(&home.join("Pictures"), NAME));
        for path in usual.chain(at_home) {
            let words = format!("A new library on {}", self.name_of_drive(&path));
            choices.push(self.place(&words, path));
        }
        for drive in self.drives.iter().filter(|drive| drive.room_for_more().is_some()) {
            let words = format!("A new library on the drive {}", drive.name);
            choices.push(self.place(&words, free_name(&drive.root, NAME)));
        }
        self.say_read_only()?;
        choices.push(Choice::new("Another folder", Place::Elsewhere));
        match self.talk.choose("Where should all of it go?", choices, 0)? {
            Place::This(path) => Ok(path),
            Place::Elsewhere => self.ask_for_place(),
        }
    }

    /// Names the drives on which nothing can be made.
    pub(super) fn say_read_only(&mut self) -> io::Result<()> {
        for drive in self.drives.iter().filter(|drive| drive.is_read_only) {
            let name = shown(&drive.name);
            self.talk.say(format_args!("The drive {name} can only be read on this computer."))?;
        }
        Ok(())
    }

    /// What the drive of a path is called.
    pub(super) fn name_of_drive(&self, path: &Path) -> String {
        drive_of(&self.drives, path).map_or("this computer".to_owned(), |drive| drive.name.clone())
    }

    /// A place with its whole path, and how much room there is.
    pub(super) fn place(&self, words: &str, path: PathBuf) -> Choice<Place> {
        let choice = Choice::new(shown(words), Place::This(path.clone())).with(shown(&text(&path)));
        match room(&path) {
            Some((free, all)) => choice.with(format!("{} of {} free", amount::size(free), amount::size(all))),
            None => choice,
        }
    }

    /// Asks for a folder until one can become a library.
    fn ask_for_place(&mut self) -> Result<PathBuf, Leave> {
        loop {
            let path = self.talk.path("Which folder? It may be new, in a folder that is there.")?;
            if is_library(&path) {
                return Ok(path);
            }
            match self.refusal(&path) {
                Some(why) => self.talk.refuse(shown(&why))?,
                None if is_empty_or_new(&path) => return Ok(path),
                None => {
                    let inside = free_name(&path, NAME);
                    let (path, inside_text) = (text(&path), text(&inside));
                    self.talk.say(format_args!("There are other things in `{}`.", shown(&path)))?;
                    self.talk.say(format_args!("So the library will be in `{}`.", shown(&inside_text)))?;
                    return Ok(inside);
                }
            }
        }
    }

    /// Why nothing new can be made at this path.
    pub(super) fn refusal(&self, path: &Path) -> Option<String> {
        let around = path.ancestors().skip(1).find(|folder| is_library(folder));
        if path.is_file() {
            return Some(format!("`{}` is a file.", path.display()));
        }
        if let Some(library) = around {
            return Some(format!("That would be inside the library `{}`.", library.display()));
        }
        match path.parent() {
            Some(folder) if !folder.is_dir() => Some(format!(
                "`{}` is not there. Is the drive connected, and is its name right?",
                folder.display()
            )),
            _ => None,
        }
    }

    /// Asks what albums are to be, where links to photos cannot be had.
    fn choose_albums(&mut self, glance: &Glance) -> Result<Option<&'static str>, Leave> {
        if glance.links.is_none_or(|links| links.symbolic) {
            return Ok(None);
        }
        let most = glance.space.need;
        let fits = glance.space.free.is_none_or(|free| most.saturating_mul(2) <= free);
        let copies = format!(
            "Photos take their room again in each album: {} more if each is in one{}",
            amount::size(most),
            if fits { "." } else { ", and that is more than is free." }
        );
        let choices = vec![
            Choice::new("Only in the page, where you look at them", "none").with("They take no room."),
            Choice::new("Folders with copies of their photos", "copy").with(copies),
        ];
        self.talk.say("")?;
        self.talk.say("This drive cannot hold links, so an album cannot be a folder that takes no room.")?;
        Ok(Some(self.talk.choose("How should albums be kept?", choices, 0)?))
    }

    fn show(&mut self, glance: &Glance, library: &Path) -> io::Result<()> {
        self.talk.say("\nThis is what there is:\n")?;
        certificate::exports(self.talk.out(), &glance.exports)?;
        for problem in glance.problems.iter().take(NAMED) {
            let name = problem.archive.as_deref().map(|name| format!("`{}`: ", shown(name)));
            let line = format!("{}{}", name.unwrap_or_default(), shown(&problem.message));
            self.talk.say(format_args!("  {}", styled(BAD, line)))?;
        }
        if glance.problems.len() > NAMED {
            let more = amount::count((glance.problems.len() - NAMED) as u64);
            self.talk.say(format_args!("  and {more} more like these"))?;
        }
        if glance.exports.iter().any(|export| !export.parts_missing.is_empty()) {
            self.talk.say("  You may add what is here now, and the missing parts later.")?;
        }
        let need = amount::size(glance.space.need);
        self.talk.say(format_args!("\n  to be written  {need:>10}  to `{}`", shown(&text(library))))?;
        if let Some(free) = glance.space.free {
            let on = self.name_of_drive(library);
            let free = amount::size(free);
            self.talk.say(format_args!("  free           {free:>10}  on {}", shown(&on)))?;
        }
        if glance.space.need == 0 {
            self.talk.say("  All of it is in the library already.")?;
        }
        Ok(())
    }
}

/// `4 zips and 1 unzipped folder in …`.
pub(super) fn found_in(found: &Found) -> String {
    let folders = found.parts.iter().filter(|part| part.is_dir()).count() as u64;
    let zips = found.parts.len() as u64 - folders;
    let zips = (zips > 0).then(|| counted(zips, "zip", "zips"));
    let folders = (folders > 0).then(|| counted(folders, "unzipped folder", "unzipped folders"));
    let what: Vec<String> = zips.into_iter().chain(folders).collect();
    format!("{} in `{}`", what.join(" and "), shown(&text(&found.folder)))
}

fn is_fault_of_inputs(error: &Error) -> bool {
    matches!(
        error,
        Error::NoExport(_)
            | Error::Strangers(_)
            | Error::AllUnreadable(..)
            | Error::InputMissing(_)
            | Error::InputInLibrary { .. }
    )
}

/// A path in this folder that nothing stands at: this name, with a number if need be.
pub(super) fn free_name(folder: &Path, name: &str) -> PathBuf {
    let numbered = (2..100).map(|n| folder.join(format!("{name} {n}")));
    let mut names = std::iter::once(folder.join(name)).chain(numbered);
    names.find(|path| is_empty_or_new(path)).unwrap_or_else(|| folder.join(name))
}

fn is_empty_or_new(path: &Path) -> bool {
    match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !path.exists(),
    }
}
