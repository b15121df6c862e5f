//! What is done with a library that stands: look, check, make ready for another program, a second copy.

use std::path::{Path, PathBuf};
use std::thread;

use super::add::{NAME, Place, found_in, free_name};
use super::ask::{Choice, Leave, Usual};
use super::{Guide, shown, text, words};
use crate::cli::Audience;
use crate::machine::drives::drive_of;
use windfall::cli::{
    Word,
    amount::{self, counted},
};

/// What a preview takes of one processor (`docs/performance.md`), and of the drive, in bytes.
const MILLISECONDS: u64 = 500;
const BYTES: u64 = 600_000;

impl Guide<'_> {
    /// Makes the page and opens it.
    pub(super) fn look(&mut self, library: &Path) -> Result<(), Leave> {
        let mut command = words([&"report", &library, &"--open"]);
        let photos = (self.world.previews)(library);
        if photos > 0 {
            let threads = thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
            let (time, space) =
                (how_long(photos * MILLISECONDS / 1000 / threads), amount::size(photos * BYTES));
            let what = counted(photos, "photo is", "photos are");
            self.talk.say(format_args!("\n{what} of a kind that browsers cannot show (HEIC, RAW)."))?;
            self.talk.say(format_args!(
                "Large pictures of them for the page can be made now, once. That takes {time} and about {space} in \
                 the library. Without them the page shows small ones."
            ))?;
            if self.talk.is_wanted("Make them?", Usual::Yes)? {
                command.push("--previews".into());
            }
        }
        self.show_and_run(&command)?;
        Ok(())
    }

    /// Compares zips with the library. Deletes nothing.
    pub(super) fn check_zips(&mut self, library: &Path, inputs: Vec<PathBuf>) -> Result<(), Leave> {
        let inputs = if inputs.is_empty() { self.zips_to_check()? } else { inputs };
        let mut command = words([&"verify", &library, &"--against"]);
        command.extend(inputs.into_iter().map(PathBuf::into_os_string));
        self.talk.say("This deletes nothing. It reads everything once more and may take a while.")?;
        self.show_and_run(&command)?;
        Ok(())
    }

    fn zips_to_check(&mut self) -> Result<Vec<PathBuf>, Leave> {
        let mut inputs: Vec<PathBuf> = Vec::new();
        for found in self.lying_about().into_iter().filter(|found| !found.parts.is_empty()) {
            let parts = counted(found.parts.len() as u64, "part", "parts");
            self.talk.say(format_args!("Found {parts} in `{}`.", shown(&text(&found.folder))))?;
            inputs.extend(found.parts);
        }
        if !inputs.is_empty() && self.talk.is_wanted("Are these the ones?", Usual::Yes)? {
            return Ok(inputs);
        }
        self.ask_for_inputs()
    }

    /// Reads the library again.
    pub(super) fn check_drive(&mut self, library: &Path) -> Result<(), Leave> {
        self.talk.say(
            "Every file is read once more and compared with what was imported. This may take a while.",
        )?;
        self.show_and_run(&words([&"verify", &library]))?;
        Ok(())
    }

    /// Makes a lost catalog anew.
    pub(super) fn make_catalog(&mut self, library: &Path) -> Result<(), Leave> {
        self.talk.say("This reads every file of the library and changes none of them.")?;
        self.show_and_run(&words([&"verify", &library, &"--rebuild-catalog"]))?;
        Ok(())
    }

    /// Puts back what is damaged or missing.
    pub(super) fn heal(&mut self, library: &Path) -> Result<(), Leave> {
        self.talk.say("Only bytes that are exactly those that were imported are put back. What stands there now is kept in `.windfall/damaged`.")?;
        let copies = self.copies_of(library).into_iter();
        let mut sources: Vec<(String, Vec<PathBuf>)> = copies
            .map(|copy| (format!("The second copy in `{}`", shown(&text(&copy))), vec![copy]))
            .collect();
        let lying = self.lying_about().into_iter().filter(|found| !found.parts.is_empty());
        sources.extend(lying.map(|found| (format!("The {}", found_in(&found)), found.parts)));
        let all: Vec<PathBuf> = sources.iter().flat_map(|(_, paths)| paths.clone()).collect();
        let mut choices: Vec<Choice<Option<Vec<PathBuf>>>> = Vec::new();
        if sources.len() > 1 {
            choices.push(Choice::new("All of these", Some(all)));
        }
        choices.extend(sources.into_iter().map(|(words, paths)| Choice::new(words, Some(paths))));
        choices.push(Choice::new("Another folder, zip or copy of the library", None));
        let from = match self.talk.choose("From where?", choices, 0)? {
            Some(paths) => paths,
            None => self.ask_for_inputs()?,
        };
        let mut command = words([&"repair", &library, &"--from"]);
        command.extend(from.into_iter().map(PathBuf::into_os_string));
        self.show_and_run(&command)?;
        Ok(())
    }

    /// Writes what another program reads.
    pub(super) fn make_ready(&mut self, library: &Path) -> Result<(), Leave> {
        let choices = vec![
            Choice::new("Immich, photos stay where they are", Audience::Immich),
            Choice::new("Immich, photos are uploaded (with immich-go)", Audience::ImmichGo),
            Choice::new("PhotoPrism", Audience::PhotoPrism),
            Choice::new("digiKam", Audience::Digikam),
            Choice::new("darktable", Audience::Darktable),
            Choice::new("Lightroom", Audience::Lightroom),
            Choice::new("Apple Photos", Audience::ApplePhotos),
        ];
        self.talk.say("Small files beside the photos tell other programs their albums, favourites, dates and places. The photos themselves are not changed.")?;
        let audience = self.talk.choose("For which program?", choices, 0)?;
        self.show_and_run(&words([&"sidecars", &library, &"--for", &audience.as_str()]))?;
        Ok(())
    }

    /// Makes a second copy, or brings it up to date.
    pub(super) fn second_copy(&mut self, library: &Path) -> Result<(), Leave> {
        self.talk.say("A drive may die, so a second copy belongs on another one. It is proved byte for byte while it is written. Done again, this brings the copy up to date.")?;
        let own = drive_of(&self.drives, library).cloned();
        let mut choices = Vec::new();
        let copies = self.copies_of(library);
        for copy in &copies {
            let words = format!("Renew the one on {}", self.name_of_drive(copy));
            choices.push(self.place(&words, copy.clone()));
        }
        let name = library.file_name().map_or_else(|| NAME.into(), |name| name.to_string_lossy());
        let others = self.drives.iter().filter(|drive| Some(*drive) != own.as_ref());
        for drive in others.filter(|drive| drive.room_for_more().is_some()) {
            let begun = drive.root.join(&*name);
            if copies.contains(&begun) {
                continue;
            }
            choices.push(match (self.world.are_the_same)(library, &begun) {
                true => self.place(&format!("Go on with the one on the drive {}", drive.name), begun),
                false => {
                    let words = format!("A new one on the drive {}", drive.name);
                    self.place(&words, free_name(&drive.root, &name))
                }
            });
        }
        self.say_read_only()?;
        if choices.is_empty() {
            self.talk.say("No other drive is connected.")?;
        }
        choices.push(Choice::new("In another folder", Place::Elsewhere));
        let target = match self.talk.choose("Where should the second copy be?", choices, 0)? {
            Place::This(path) => path,
            Place::Elsewhere => self.ask_for_copy(library)?,
        };
        let is_beside = drive_of(&self.drives, &target) == own.as_ref();
        if is_beside {
            self.talk.say(
                "That is on the same drive as the library, as far as can be told, and would be lost with it.",
            )?;
            if !self.talk.is_wanted("Use it anyway?", Usual::No)? {
                return Err(Leave::Back);
            }
        }
        let command = words([&"mirror", &library, &"--to", &target]);
        self.say_command(&command)?;
        if !self.talk.is_wanted("Begin?", Usual::Yes)? {
            return Err(Leave::Back);
        }
        self.run(&command)?;
        Ok(())
    }

    /// Second copies of a library that are here now, or the library if this is one of those.
    fn copies_of(&self, library: &Path) -> Vec<PathBuf> {
        let known = self.world.machine.libraries(&self.drives).into_iter();
        let others = known.filter(|other| other.is_here && other.path != library).map(|other| other.path);
        others.filter(|other| (self.world.are_the_same)(library, other)).collect()
    }

    fn ask_for_copy(&mut self, library: &Path) -> Result<PathBuf, Leave> {
        loop {
            let path = self.talk.path("Which folder? It may be new, in a folder that is there.")?;
            if library.starts_with(&path) {
                self.talk.refuse("The library itself is in there. Please choose another folder.")?;
                continue;
            }
            match self.refusal(&path) {
                Some(why) => self.talk.refuse(shown(&why))?,
                None => return Ok(path),
            }
        }
    }
}

/// A time that is only guessed.
fn how_long(seconds: u64) -> String {
    match seconds {
        0..60 => "less than a minute".to_owned(),
        60..5400 => format!("about {}", counted((seconds + 30) / 60, "minute", "minutes")),
        _ => format!("about {}", counted((seconds + 1800) / 3600, "hour", "hours")),
    }
}

#[cfg(test)]
mod tests {
    use super::how_long;

    #[test]
    fn times_are_round() {
        for (seconds, expected) in [
            (0, "less than a minute"),
            (60, "about 1 minute"),
            (700, "about 12 minutes"),
            (5_399, "about 90 minutes"),
            (5_400, "about 2 hours"),
            (36_000, "about 10 hours"),
        ] {
            assert_eq!(how_long(seconds), expected);
        }
    }
}
