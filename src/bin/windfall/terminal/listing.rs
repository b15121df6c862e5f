//! What a library holds: a line per file for people, for programs, or for `b3sum --check`; and one file's
//! story in words.
//!
//! Lines are written as they come and never gathered, because a library may have half a million. That is why
//! the column whose width nobody knows, the path, comes last.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{BAD, FAINT, GOOD, Reader, STRONG, hint, is_read_by_a_person, outcome, print, shown, styled};
use windfall::cli::{
    StoredFile,
    amount::{self, counted},
    filter::Filters,
    list::{self, LeftOut, Made, Posted, Story},
    remedy,
};
use windfall::{Error, Listed};

/// Writes a line per file: when it was taken or else changed, whether it is proved, its size, its path.
pub fn listed(library: &Path, filters: &Filters) -> Result<(), Error> {
    let (mut stream, mut is_any) = (Stream::default(), false);
    print(Reader::OfTable, |out| {
        list::dated(library, filters, &mut |file, modified| {
            let is_first = !std::mem::replace(&mut is_any, true);
            let titled = if is_first && is_read_by_a_person() { title(out) } else { Ok(()) };
            stream.go_on(titled.and_then(|()| line(out, file, modified)))
        })
    })?;
    if !is_any && *filters != Filters::default() {
        hint(
            "no file is all that was asked for; without filters, `list --json` says what albums, places and cameras there are",
        );
    }
    stream.end()
}

/// What stands in the columns; a program that reads the lines is spared it.
fn title(out: &mut dyn Write) -> io::Result<()> {
    let columns = format!("{:<19}  {:<7} {:>10}  {}", "taken or changed", "proof", "size", "path");
    writeln!(out, "{}", styled(FAINT, columns))
}

fn line(out: &mut dyn Write, file: &StoredFile, modified: Option<DateTime<Utc>>) -> io::Result<()> {
    let captured = file.captured.map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string());
    let date = captured.or_else(|| modified.map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string()));
    let date = date.as_deref().unwrap_or("-");
    // what was proved of bytes that are not there any more proves nothing
    let proof = match file.content.damage {
        Some(damage) => damage.what.as_str(),
        None if file.proved => "proved",
        None => "-",
    };
    writeln!(
        out,
        "{date:<19}  {proof:<7} {:>10}  {}",
        amount::size(file.content.size),
        shown(file.path.as_str())
    )
}

/// Writes what is known of one file as a line of JSON.
pub fn json_line(told: &impl Serialize) -> Result<(), Error> {
    print(Reader::Program, |out| outcome(write_json(out, told)))
}

fn write_json(out: &mut dyn Write, file: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, file).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Writes one JSON object per line.
pub fn listed_as_json(library: &Path, filters: &Filters) -> Result<(), Error> {
    let mut stream = Stream::default();
    print(Reader::Program, |out| {
        list::chosen(library, filters, &mut |file| stream.go_on(write_json(out, &file)))
    })?;
    stream.end()
}

/// Writes lines for `b3sum --check`, escaped as `b3sum` escapes.
pub fn checksums(library: &Path, filters: &Filters) -> Result<(), Error> {
    let mut stream = Stream::default();
    print(Reader::Program, |out| {
        list::records(library, filters, &mut |file| {
            let path = file.path.as_str();
            let escaped = path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
            let mark = if escaped == path { "" } else { "\\" };
            stream.go_on(writeln!(out, "{mark}{}  {escaped}", file.content.blake3))
        })
    })?;
    stream.end()
}

/// Whether lines still find a reader.
#[derive(Default)]
struct Stream {
    broken: Option<io::Error>,
}

impl Stream {
    fn go_on(&mut self, written: io::Result<()>) -> ControlFlow<()> {
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.broken = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn end(self) -> Result<(), Error> {
        outcome(self.broken.map_or(Ok(()), Err))
    }
}

/// Writes what is known of a file that its owner left out.
pub fn left_out(library: &Path, left: &LeftOut) -> Result<(), Error> {
    print(Reader::Person, |out| outcome(tell_of_left_out(out, library, left)))
}

fn tell_of_left_out(out: &mut dyn Write, library: &Path, left: &LeftOut) -> io::Result<()> {
    writeln!(out, "{}", styled(STRONG, shown(left.path.as_str())))?;
    let mut rows = Rows(out);
    let when = shown(&left.forgotten);
    rows.put("left out", &format!("on purpose, on {when}; no import brings it back"))?;
    match &left.kept {
        Some(kept) => {
            let size = amount::size(left.size);
            rows.put("kept", &format!("in `{}`, {size}", shown(kept.as_str())))?;
        }
        None => rows.put("kept", "nowhere in the library: its file was deleted, or gone before")?,
    }
    if let Some(other) = &left.went_with {
        rows.put("went with", &format!("`{}`", shown(other.as_str())))?;
    }
    rows.put("BLAKE3", &left.blake3)?;
    let and_then = if left.kept.is_some() { "" } else { " and the next import that has it" };
    rows.put("comes back", &format!("with this command{and_then}:"))?;
    writeln!(out, "    {}", shown(&remedy::bring_back(library, left.path.as_str())))
}

/// Writes what is known of a file that is made of others.
pub fn made(made: &Made) -> Result<(), Error> {
    print(Reader::Person, |out| {
        outcome((|| {
            writeln!(out, "{}", styled(STRONG, shown(made.path.as_str())))?;
            let mut rows = Rows(out);
            rows.put(
                "what",
                "made by Windfall; it is made again when it is gone, and never over your own changes",
            )?;
            rows.put("made of", made.made_of)?;
            made.blake3.as_ref().map_or(Ok(()), |blake3| rows.put("BLAKE3", blake3))
        })())
    })
}

/// Writes one file's story.
pub fn explained(story: &Story) -> Result<(), Error> {
    print(Reader::Person, |out| outcome(tell(out, story)))
}

fn tell(out: &mut dyn Write, story: &Story) -> io::Result<()> {
    let file = &story.file;
    writeln!(out, "{}", styled(STRONG, shown(file.path.as_str())))?;
    let mut rows = Rows(out);
    let name =
        file.original_name.as_deref().filter(|name| !file.path.as_str().ends_with(&format!("/{name}")));
    let called = name.map_or_else(String::new, |name| format!(", called `{}` by Apple", shown(name)));
    let seen = seen(file).map_or_else(String::new, |seen| format!(", {seen}"));
    rows.put("what", &format!("{}, {}{seen}{called}", what(file), amount::size(file.size)))?;
    for (n, source) in file.sources.iter().enumerate() {
        let copy = format!("{}: {}", shown(&source.archive), shown(&source.entry));
        rows.put(if n == 0 { "came from" } else { "" }, &copy)?;
    }
    rows.put("proof", &proof(story))?;
    health(&mut rows, file)?;
    rows.put("BLAKE3", &file.blake3)?;
    match (&file.captured, &file.modified) {
        (None, Some(time)) => rows.put("modified", time)?,
        _ => taken(&mut rows, story)?,
    }
    if let Some(place) = &file.place {
        rows.put("where", &shown(&place.words()))?;
    }
    if let Some(camera) = &file.camera {
        rows.put("camera", &shown(camera))?;
    }
    if let Some(time) = &file.imported_to_icloud {
        rows.put("into iCloud", &shown(time))?;
    }
    if let Some(other) = &file.live_photo {
        rows.put("Live Photo", &format!("with `{}`", shown(other.as_str())))?;
    }
    if let Some(still) = &story.companion_of {
        rows.put("belongs to", &shown(still.as_str()))?;
    }
    rows.list("companions", &file.companions)?;
    rows.list("albums", &file.albums)?;
    rows.list("shared albums", &file.shared_albums)?;
    said(&mut rows, &story.posted)?;
    rows.list("memories", &file.memories)?;
    let flags = flags(file);
    if !flags.is_empty() { rows.put("marked", &flags.join(", ")) } else { Ok(()) }
}

/// What it is: a photo, or what kind of data it came with.
fn what(file: &Listed) -> &'static str {
    match file.category {
        _ if file.kind != "other" => file.kind,
        "notes" => "a file of iCloud Notes",
        "drive" => "a file of iCloud Drive",
        "contacts" => "a file of contacts",
        "calendars" => "a file of calendars and reminders",
        "mail" => "a file of mail",
        "bookmarks" => "a file of bookmarks",
        "records" => "a file of account, purchases and recordings",
        _ => file.kind,
    }
}

/// How large a picture is and how long a movie: `1440 × 1920 pixels, 1.9 seconds`.
fn seen(file: &Listed) -> Option<String> {
    let pixels = file.width.zip(file.height).map(|(width, height)| format!("{width} × {height} pixels"));
    let length = file.duration.map(|seconds| {
        if seconds < 59.95 { format!("{seconds:.1} seconds") } else { stretch(seconds.round() as i64) }
    });
    let parts: Vec<String> = pixels.into_iter().chain(length).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Who posted it to shared albums, and what people said of it there.
fn said(rows: &mut Rows<'_>, posted: &[Posted]) -> io::Result<()> {
    let on = |time: Option<DateTime<Utc>>| {
        time.map_or_else(String::new, |time| format!(" on {}", time.format("%-d %B %Y")))
    };
    let somebody = |by: &Option<String>| shown(by.as_deref().unwrap_or("somebody")).into_owned();
    for post in posted {
        let by = post.by.as_deref().map_or_else(String::new, |by| format!(" by {}", shown(by)));
        rows.put("posted", &format!("to `{}`{by}{}", shown(&post.album), on(post.time)))?;
        for remark in &post.remarks {
            let who = somebody(&remark.by);
            match &remark.text {
                Some(text) => {
                    let mut lines = text.lines();
                    let first = lines.next().unwrap_or_default();
                    rows.put("", &format!("{who}{}: {}", on(remark.time), shown(first)))?;
                    lines.try_for_each(|line| rows.put("", &format!("  {}", shown(line))))?;
                }
                None => rows.put("", &format!("{who} likes it"))?,
            }
        }
    }
    Ok(())
}

/// When its bytes were last read and agreed, and what is wrong with them.
fn health(rows: &mut Rows<'_>, file: &Listed) -> io::Result<()> {
    let never = "not read again since it was written; `windfall verify` does that";
    match (&file.verified, &file.damage) {
        (Some(time), _) => rows.put("verified", &format!("its bytes were intact on {time}"))?,
        (None, None) => rows.put("verified", never)?,
        (None, Some(_)) => {}
    }
    if let Some(damage) = &file.damage {
        let what = match damage.what {
            "damaged" => "its bytes are not those that were imported, though nobody changed it",
            "changed" => "somebody changed it since it was imported",
            _ => "it is gone",
        };
        rows.put("damage", &styled(BAD, format_args!("{what}; found on {}", damage.found)))?;
    }
    if file.original_blake3 != file.blake3 {
        rows.put(
            "edited",
            &format!("its owner keeps this edit; the original had BLAKE3 {}", file.original_blake3),
        )?;
    }
    Ok(())
}

fn proof(story: &Story) -> String {
    let file = &story.file;
    if file.original_blake3 != file.blake3 {
        return "none: Apple's checksum is that of the original".to_owned();
    }
    if file.damage.is_some() {
        return "none: what stands there now is not what was imported".to_owned();
    }
    match (&file.fingerprint, file.proved) {
        (Some(fingerprint), true) => {
            let proved = styled(GOOD, "proved");
            format!(
                "{proved}: exactly what was in iCloud; Apple's lists have the checksum of these bytes, {}",
                shown(fingerprint)
            )
        }
        (Some(fingerprint), false) => format!(
            "it arrived whole; Apple's lists do not have the checksum of these bytes, {}",
            shown(fingerprint)
        ),
        (None, true) => {
            format!("{}: the hash in Apple's list is that of these bytes", styled(GOOD, "proved"))
        }
        (None, false) => {
            let listed = if story.is_in_drive_list {
                ", and Apple's list of iCloud Drive has a row for it"
            } else {
                ""
            };
            format!("it arrived whole{listed}; Apple gives checksums of photos and videos only")
        }
    }
}

fn taken(rows: &mut Rows<'_>, story: &Story) -> io::Result<()> {
    let file = &story.file;
    match &file.captured {
        Some(time) => {
            let source = shown(file.captured_from);
            rows.put("taken", &format!("{}, from {source}", shown(time)))?;
        }
        None => rows.put("taken", "nobody knows")?,
    }
    if let Some(rule) = story.rule {
        rows.put("", rule.explain())?;
    }
    for (evidence, distance) in file.evidence.iter().zip(&story.distances) {
        let mut said = format!("{:<13} {}", evidence.source.as_str(), evidence.time());
        if let Some(offset) = evidence.offset() {
            let _ = write!(said, " {offset}");
        }
        match distance {
            Some(0) => said.push_str(", agrees"),
            Some(seconds) => {
                let _ = write!(said, ", {} away", stretch(*seconds));
            }
            None => {}
        }
        rows.put("", &styled(FAINT, said))?;
    }
    Ok(())
}

/// A stretch of time in its largest two units.
fn stretch(seconds: i64) -> String {
    const UNITS: [(u64, &str, &str); 4] = [
        (86_400, "day", "days"),
        (3_600, "hour", "hours"),
        (60, "minute", "minutes"),
        (1, "second", "seconds"),
    ];
    let mut left = seconds.unsigned_abs();
    let mut parts = Vec::new();
    for (length, one, many) in UNITS {
        if left >= length && parts.len() < 2 {
            parts.push(counted(left / length, one, many));
            left %= length;
        }
    }
    parts.join(" ")
}

fn flags(file: &Listed) -> Vec<String> {
    let mut flags: Vec<String> = [
        (file.favorite, "favourite"),
        (file.hidden, "hidden"),
        (file.deleted, "recently deleted"),
        (file.contributed_by_me == Some(true), "contributed to the shared library by the owner"),
        (file.contributed_by_me == Some(false), "contributed to the shared library by somebody else"),
    ]
    .into_iter()
    .filter(|(set, _)| *set)
    .map(|(_, word)| word.to_owned())
    .collect();
    flags.extend(
        file.view_count.filter(|n| *n > 0).map(|n| format!("looked at {}", counted(n, "time", "times"))),
    );
    flags
}

/// Labelled lines; an empty label goes on with the one before.
struct Rows<'a>(&'a mut dyn Write);

impl Rows<'_> {
    fn put(&mut self, label: &str, text: &str) -> io::Result<()> {
        writeln!(self.0, "  {label:<13}  {text}")
    }

    fn list(&mut self, label: &str, names: &[String]) -> io::Result<()> {
        for (n, name) in names.iter().enumerate() {
            self.put(if n == 0 { label } else { "" }, &shown(name))?;
        }
        Ok(())
    }
}
