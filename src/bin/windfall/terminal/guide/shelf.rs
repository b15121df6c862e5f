//! What is done with a library that stands: look, check, make ready for another program, a second copy.

use std::path::{Path, PathBuf};
use std::thread;

use super::ask::{Choice, Leave, Usual};
use super::{Guide, shown, text, words};
use crate::cli::Audience;
use crate::machine::drives::drive_of;
use windfall::cli::{
    Word,
    amount::{self, counted},
    is_library,
};

/// What a preview takes of one processor (`docs/performance.md`), and of the drive, in bytes.
const MILLISECONDS: u64 = 500;
const BYTES: u64 = 600_000;

/// Where a second copy may be.
enum Place {
    This(PathBuf),
    Elsewhere,
}

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
        let name = library.file_name().map_or_else(|| "Windfall".into(), |name| name.to_owned());
        let mut choices = Vec::new();
        let others = self.drives.iter().filter(|drive| Some(*drive) != own.as_ref());
        for (drive, (free, all)) in others.filter_map(|drive| Some((drive, drive.room?))) {
            let path = drive.root.join(&name);
            let is_there = if is_library(&path) { "The copy on" } else { "On" };
            choices.push(
                Choice::new(
                    format!("{is_there} the drive {}", shown(&drive.name)),
                    Place::This(path.clone()),
                )
                .with(shown(&text(&path)))
                .with(format!("{} of {} free", amount::size(free), amount::size(all))),
            );
        }
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
            if !self.talk.is_wanted("Take it all the same?", Usual::No)? {
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

    fn ask_for_copy(&mut self, library: &Path) -> Result<PathBuf, Leave> {
        loop {
            let path = self.talk.path("Which folder? It may be new, in a folder that is there.", None)?;
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
