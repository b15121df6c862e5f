//! What a copy came to, in words.

use std::path::Path;

use super::{Reader, Voice, outcome, print, problems, shown};
use windfall::Error;
use windfall::cli::{
    amount::{self, counted},
    copy::Copied,
    page::of_file,
};

pub fn copied(folder: &Path, copied: &Copied, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| {
        let lines = words(&folder.display().to_string(), copied);
        outcome(writeln!(out, "{}", shown_lines(&lines)))?;
        outcome(problems::write(out, &copied.problems, voice))?;
        match &copied.page {
            Some(page) => outcome(writeln!(out, "Their page opens in any browser:\n{}", of_file(page))),
            None => Ok(()),
        }
    })
}

fn shown_lines(lines: &[String]) -> String {
    lines.iter().map(|line| shown(line)).collect::<Vec<_>>().join("\n")
}

fn words(folder: &str, copied: &Copied) -> Vec<String> {
    let Copied { copied: as_it_is, converted, already_there, bytes, left_out, problems, page: _ } = copied;
    let written = as_it_is + converted;
    let there = counted(*already_there, "was there already", "were there already");
    let mut lines = vec![match (written, already_there) {
        (0, 0) if problems.is_empty() && left_out.hidden + left_out.deleted == 0 => {
            "No photo or video is all that was asked for, so nothing was copied.".to_owned()
        }
        (0, 0) => "Nothing was copied.".to_owned(),
        (0, _) => format!("Nothing to copy: {there}."),
        (_, already_there) => {
            let files = counted(written, "file", "files");
            let line = format!("Copied {files} to `{folder}` ({})", amount::size(*bytes));
            if *already_there > 0 { format!("{line}; {there}.") } else { format!("{line}.") }
        }
    }];
    if *converted > 0 {
        lines.push(format!("{} now.", counted(*converted, "of them is a JPEG", "of them are JPEGs")));
    }
    let left_out = [(left_out.hidden, "hidden"), (left_out.deleted, "recently deleted")];
    let left_out = left_out.into_iter().filter(|(count, _)| *count > 0);
    let left_out: Vec<String> =
        left_out.map(|(count, what)| format!("{} {what}", amount::count(count))).collect();
    if !left_out.is_empty() {
        lines.push(format!("Left out: {}; --with-hidden copies them too.", left_out.join(" and ")));
    }
    lines
}
