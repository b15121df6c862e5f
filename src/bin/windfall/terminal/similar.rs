//! Photos that look alike, in words. Sizes stand before paths, because nobody knows how long a path is.

use std::io::{self, Write};

use super::{FAINT, GOOD, Reader, STRONG, Voice, outcome, print, shown, styled};
use windfall::Error;
use windfall::cli::{
    amount::{self, counted},
    similar::{Alike, AlikeFile, Similar},
};

/// How many groups are told unless all are asked for.
const GROUPS: usize = 40;
/// How many photos of a group.
const PHOTOS: usize = 8;

/// Prints which photos look alike.
pub fn similar(similar: &Similar, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| outcome(words(out, similar, voice)))
}

fn words(out: &mut dyn Write, similar: &Similar, voice: Voice) -> io::Result<()> {
    let Similar { groups, compared } = similar;
    if groups.is_empty() {
        let compared = match compared {
            0 => "There are no photos to compare.".to_owned(),
            1 => "There is one photo, and none to compare it with.".to_owned(),
            many => format!("No two of {} photos look alike.", amount::count(*many)),
        };
        return writeln!(out, "{compared}\n{NOT_COMPARED}");
    }
    let most = |usual: usize, all: usize| if voice == Voice::Verbose { all } else { usual.min(all) };
    let told = most(GROUPS, groups.len());
    for (number, group) in groups.iter().enumerate().take(told) {
        let Alike { reason, files } = group;
        writeln!(out, "{}", styled(STRONG, format_args!("{}. {reason}", number + 1)))?;
        let photos = most(PHOTOS, files.len());
        for (n, file) in files.iter().enumerate().take(photos) {
            let mark = if n == 0 { styled(GOOD, "best") } else { "    ".to_owned() };
            let size = amount::size(file.size);
            writeln!(out, "   {mark}  {:>13}  {size:>9}  {}", pixels(file), shown(file.path.as_str()))?;
        }
        more(out, files.len() - photos, "photo", "photos")?;
    }
    more(out, groups.len() - told, "group", "groups")?;
    let copies = || groups.iter().flat_map(|group| group.files.iter().skip(1));
    let bytes = copies().map(|file| file.size).fold(0, u64::saturating_add);
    let photos = counted(*compared, "photo", "photos");
    let groups = counted(groups.len() as u64, "group looks", "groups look");
    writeln!(out, "\n{}", styled(STRONG, format_args!("Of {photos}, {groups} alike.")))?;
    let others = counted(copies().count() as u64, "photo", "photos");
    writeln!(out, "Beside the best of each there are {others}, {}.", amount::size(bytes))?;
    writeln!(out, "Nothing is deleted. The page of `windfall report` shows them side by side.")?;
    writeln!(out, "{NOT_COMPARED}")
}

const NOT_COMPARED: &str = "Videos, and photos that are hidden or recently deleted, are not compared.";

fn more(out: &mut dyn Write, number: usize, one: &str, many: &str) -> io::Result<()> {
    match number as u64 {
        0 => Ok(()),
        more => {
            let more = counted(more, one, many);
            writeln!(out, "   {}", styled(FAINT, format_args!("… and {more} more (--verbose names all)")))
        }
    }
}

/// `4032 × 3024`.
fn pixels(file: &AlikeFile) -> String {
    let sides = file.width.zip(file.height);
    sides.map_or_else(|| "-".to_owned(), |(width, height)| format!("{width} × {height}"))
}
