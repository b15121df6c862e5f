//! The certificate: what a run found and did, as a balance that adds up, and one line that answers "is
//! everything there?". It never claims more than was proved.
//!
//! Where an export came without Apple's lists, the answer is that nobody can know, even though nothing that
//! is there is damaged.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::HumanDuration;

use super::{
    BAD, DOUBTFUL, FAINT, GOOD, Reader, STRONG, Voice, outcome, print, problems, shown, styled, to_errors,
};
use windfall::cli::{
    advice::ranges,
    amount::{self, counted},
    remedy,
};
use windfall::{
    Category, Check, Code, Count, DriveProof, Error, ExportReport, LeftAlone, Problem, Report, Severity,
    TimeZone, ZoneFrom,
};

/// How many archives that were left alone are named.
const LEFT_ALONE: usize = 8;

/// Prints what an import did, or a dry run would do.
pub fn imported(report: &Report, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| outcome(import_words(out, report, voice)))
}

/// Prints what a check found.
pub fn checked(check: &Check, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| outcome(check_words(out, check, voice)))
}

fn import_words(out: &mut dyn Write, report: &Report, voice: Voice) -> io::Result<()> {
    let (library, took) = (shown(&report.library), duration(report.elapsed_seconds));
    match report.dry_run {
        true => {
            writeln!(out, "Dry run, nothing was written. An import into `{library}` would come to this:")?
        }
        false => writeln!(out, "Imported into `{library}` in {took}.")?,
    }
    writeln!(out)?;
    exports(out, &report.exports)?;
    let (entries, sizes) = (&report.entries, &report.sizes);
    balance(
        out,
        ("found", entries.total, sizes.total),
        &[
            ("imported", entries.imported, sizes.imported, ""),
            ("already there", entries.already_present, sizes.already_present, ""),
            ("duplicates", entries.duplicate, sizes.duplicate, "the same bytes as another file"),
            ("Apple's lists and texts", entries.details, sizes.details, "kept in .windfall/details"),
            (
                "left out",
                entries.excluded,
                sizes.excluded,
                "as you chose: categories, hidden, recently deleted, forgotten",
            ),
            ("ignored", entries.ignored, sizes.ignored, "empty files, .DS_Store and the like"),
            ("failed", entries.failed, sizes.failed, "see below"),
        ],
    )?;
    writeln!(out)?;
    media(out, report)?;
    if report.media.photos + report.media.videos > 0 {
        time_zone(out, &report.time_zone)?;
    }
    // how many files there are says the sum of the two
    proof(out, report.media.proved, report.media.unproved, 0)?;
    albums(out, report)?;
    categories(out, &report.categories)?;
    made(out, &report.categories)?;
    never_sent(out, &report.categories)?;
    proved(out, report)?;
    health(out, report)?;
    to_arrange(out, report)?;
    verdict(out, &report.exports, &report.problems, voice, report.rows)
}

/// What Apple's lists prove of other categories, and in which zone their clocks were read.
fn proved(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let proved = &report.proved;
    match proved.drive {
        Some(DriveProof::Hashes) => {
            writeln!(out, "  iCloud Drive: the hashes in Apple's list are those of the files")?;
        }
        Some(DriveProof::Sizes) => {
            writeln!(
                out,
                "  iCloud Drive: names and sizes agree; nobody knows what the hashes in Apple's list are of"
            )?;
        }
        Some(DriveProof::Nothing) | None => {}
    }
    let Some(zone) = proved.zone else { return Ok(()) };
    let library = remedy::quoted(Path::new(&report.library));
    match (proved.against, proved.confirmed) {
        (0, 0) => writeln!(
            out,
            "  Apple's lists state no time zone; their clocks are read in {zone}, and nothing refutes it"
        ),
        (0, _) => writeln!(
            out,
            "  Apple's lists state no time zone; their clocks are read in {zone}, which other exports confirm"
        ),
        (against, _) => {
            let clocks = counted(against, "clock in Apple's lists says", "clocks in Apple's lists say");
            let offset = proved.offset.as_ref().map(|offset| format!(" (their offset is {offset})"));
            writeln!(
                out,
                "  {}: {clocks} that they are not of {zone}{}; to read them in another zone, add \
                 `--apple-time-zone ZONE` to the next import into {library}",
                styled(BAD, "dates in doubt"),
                offset.unwrap_or_default()
            )
        }
    }
}

/// One line for each category besides photos.
fn categories(out: &mut dyn Write, counts: &[Count]) -> io::Result<()> {
    for (name, words) in counts.iter().map(Count::words) {
        writeln!(out, "  {}: {words}", styled(STRONG, name))?;
    }
    Ok(())
}

/// What Apple never sends to anybody.
fn never_sent(out: &mut dyn Write, counts: &[Count]) -> io::Result<()> {
    match counts.len() {
        0 | 1 => Ok(()),
        _ => writeln!(
            out,
            "  {}",
            styled(FAINT, "Health, Messages and passwords are never among what Apple sends")
        ),
    }
}

/// `11 files made of them: Notes, Contacts, Records.sqlite`; nothing if there are none.
fn made(out: &mut dyn Write, counts: &[Count]) -> io::Result<()> {
    let made = || counts.iter().filter(|count| count.derived > 0);
    let name = |count: &Count| match count.category {
        // what it is made of is all of it
        Category::Records if count.derived == 1 => "Records.sqlite",
        Category::Records => "Records.sqlite and lists for other programs",
        _ => count.words().0,
    };
    match made().map(|count| count.derived).sum() {
        0 => Ok(()),
        files => {
            let files = counted(files, "file made of them", "files made of them");
            writeln!(out, "  {files}: {}", made().map(name).collect::<Vec<_>>().join(", "))
        }
    }
}

fn to_arrange(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.to_arrange == 0 {
        return Ok(());
    }
    let files = counted(report.to_arrange, "file stands", "files stand");
    let (it, belongs) = if report.to_arrange == 1 { ("it", "it belongs") } else { ("them", "they belong") };
    let command = format!("windfall arrange {}", remedy::quoted(Path::new(&report.library)));
    writeln!(out, "{files} where an earlier export or layout put {it}.")?;
    writeln!(out, "To move {it} to where {belongs} now, run: {command}")
}

/// What was put right, and when somebody last read the library's own bytes.
fn health(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if !report.healed.is_empty() {
        let healed = report.healed.len() as u64;
        let (has, have) = match report.dry_run {
            false => (
                "file that was damaged or gone is whole again",
                "files that were damaged or gone are whole again",
            ),
            true => (
                "file that is damaged or gone would be whole again",
                "files that are damaged or gone would be whole again",
            ),
        };
        writeln!(out, "  {}", styled(GOOD, counted(healed, has, have)))?;
    }
    let Some(health) = report.health else { return Ok(()) };
    let Some(since) = health.since else { return Ok(()) };
    let day = since.format("%-d %B %Y");
    let whole = match health.files - health.verified.min(health.files) {
        0 => format!("all {} intact", counted(health.files, "file", "files")),
        others => format!(
            "{} intact; {} not read since, or not as imported",
            counted(health.verified, "file", "files"),
            counted(others, "is", "are")
        ),
    };
    writeln!(out, "  last verified {day}: {whole}")
}

fn check_words(out: &mut dyn Write, check: &Check, voice: Voice) -> io::Result<()> {
    writeln!(out, "Checked in {}, nothing was written.", duration(check.elapsed_seconds))?;
    writeln!(out)?;
    exports(out, &check.exports)?;
    let (entries, sizes) = (&check.entries, &check.sizes);
    balance(
        out,
        ("found", entries.total, sizes.total),
        &[
            ("sound", entries.sound, sizes.sound, ""),
            ("damaged", entries.damaged, sizes.damaged, "see below"),
        ],
    )?;
    writeln!(out)?;
    proof(out, check.media.proved, check.media.unproved, check.rows)?;
    categories(out, &check.categories)?;
    never_sent(out, &check.categories)?;
    verdict(out, &check.exports, &check.problems, voice, check.rows)
}

/// Says what went wrong in a run that was to be quiet, if anything did, on standard error.
pub fn errors(problems: &[Problem]) -> Result<(), Error> {
    if problems::count(problems, Severity::Error) > 0 {
        let mut err = anstream::stderr().lock();
        let _ = problems::write(&mut err, problems, Voice::Quiet);
        let _ = writeln!(err, "{}", styled(BAD, problems::total(problems)));
    }
    Ok(())
}

/// Names what was not used: what is Apple's but not photos, and what nothing shows to be Apple's.
pub fn left_alone(left: &LeftAlone, voice: Voice) {
    if voice == Voice::Quiet {
        return;
    }
    let most = if voice == Voice::Verbose { usize::MAX } else { LEFT_ALONE };
    let say = |what: &str, mut named: Vec<String>, files: u64| {
        let more = named.len().saturating_sub(most);
        named.truncate(most);
        if more > 0 {
            named.push(format!("and {} more", amount::count(more as u64)));
        }
        if files > 0 {
            named.push(counted(files, "other file", "other files"));
        }
        if !named.is_empty() {
            // that nobody reads it is no error
            let _ = to_errors(&format!("{} {what}: {}", styled(STRONG, "note:"), named.join(", ")));
        }
    };
    let libraries = left.libraries.iter().map(|name| format!("`{}`", shown(name)));
    say("not used, because it is a Windfall library", libraries.collect(), 0);
    let is_known = |name: &String| left.libraries.contains(name);
    let strangers = left.names.iter().filter(|name| !is_known(name));
    let strangers = strangers.map(|name| format!("`{}`", shown(name))).collect();
    say("not used, because nothing shows that Apple sent it", strangers, left.loose_files);
}

/// Writes the parts that are here of those that Apple announced.
pub(super) fn exports(out: &mut dyn Write, exports: &[ExportReport]) -> io::Result<()> {
    for export in exports {
        let name = shown(&export.name);
        let found = export.parts_found.len();
        let Some(expected) = export.parts_expected else {
            let found = counted(found as u64, "part", "parts");
            writeln!(
                out,
                "  {}: {found} here; the names do not say how many there should be",
                styled(STRONG, name)
            )?;
            twice(out, export)?;
            continue;
        };
        let parts = if expected == 1 { "part" } else { "parts" };
        if export.parts_missing.is_empty() {
            writeln!(out, "  {}: {found} of {expected} {parts} here", styled(STRONG, name))?;
        } else {
            let missing = ranges(&export.parts_missing);
            let (which, are) =
                if export.parts_missing.len() == 1 { ("part", "is") } else { ("parts", "are") };
            let missing = styled(BAD, format_args!("{which} {missing} {are} missing"));
            writeln!(out, "  {}: {found} of {expected} {parts} here, {missing}", styled(STRONG, name))?;
        }
        twice(out, export)?;
    }
    Ok(())
}

/// The same part twice is no fault, but takes room.
fn twice(out: &mut dyn Write, export: &ExportReport) -> io::Result<()> {
    match export.parts_twice.as_slice() {
        [] => Ok(()),
        [one] => writeln!(out, "    part {one} is here twice; one copy is enough"),
        several => writeln!(out, "    parts {} are here twice; one copy of each is enough", ranges(several)),
    }
}

/// `10 photos and 1 video; 1 of the photos is a Live Photo, with its movie; 3 without a date; Apple's lists name 12`. A Live
/// Photo is counted once, as on the page.
fn media(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let media = &report.media;
    let videos = media.videos.saturating_sub(media.live_photos);
    let mut said =
        format!("{} and {}", counted(media.photos, "photo", "photos"), counted(videos, "video", "videos"));
    if let Some(live) = amount::live_photos(media.live_photos) {
        said += &format!("; {live}");
    }
    if media.undated > 0 {
        said += &format!("; {} without a date", amount::count(media.undated));
    }
    if report.rows > 0 {
        said += &format!("; Apple's lists name {}", amount::count(report.rows));
    }
    match media.photos + media.videos + report.rows {
        0 => Ok(()),
        _ => writeln!(out, "  {said}"),
    }
}

/// The zone that was assumed, whose word that is, and how many dates rest on it.
fn time_zone(out: &mut dyn Write, zone: &TimeZone) -> io::Result<()> {
    let whose = match zone.from {
        ZoneFrom::Option => "as --time-zone says",
        ZoneFrom::Library => "as this library remembers",
        ZoneFrom::Variable => "this computer's, by TZ",
        ZoneFrom::System => "this computer's",
        ZoneFrom::None => "this computer does not say its own",
    };
    let zone_name = &zone.name;
    match zone.dates {
        0 => writeln!(out, "  no date rests on the time zone {zone_name} ({whose})"),
        1 => {
            writeln!(out, "  1 photo or video has no time zone: its time is read in {zone_name} ({whose})")
        }
        dates => {
            let dates = amount::count(dates);
            writeln!(
                out,
                "  {dates} photos and videos have no time zone: their times are read in {zone_name} ({whose})"
            )
        }
    }
}

type Line = (&'static str, u64, u64, &'static str);

/// Files and bytes by what became of them; lines without files are left out.
fn balance(out: &mut dyn Write, total: (&str, u64, u64), lines: &[Line]) -> io::Result<()> {
    let (found, files, size) = total;
    let width = amount::count(files).len();
    let labels = lines.iter().filter(|(_, files, ..)| *files > 0).map(|(label, ..)| label.len());
    let widest = labels.max().unwrap_or_default().max(16);
    let row = |label: &str, files: u64, size: u64| {
        let unit = if files == 1 { "file " } else { "files" };
        format!("  {label:<widest$} {:>width$} {unit} {:>9}", amount::count(files), amount::size(size))
    };
    writeln!(out, "{}", row(found, files, size))?;
    for (label, files, size, note) in lines.iter().filter(|(_, files, ..)| *files > 0) {
        let text = row(label, *files, *size);
        let text = if *label == "failed" || *label == "damaged" { styled(BAD, text) } else { text };
        match note.is_empty() {
            true => writeln!(out, "{text}")?,
            false => writeln!(out, "{text}  {}", styled(FAINT, note))?,
        }
    }
    Ok(())
}

pub(super) fn proof(out: &mut dyn Write, proved: u64, unproved: u64, rows: u64) -> io::Result<()> {
    let all = proved + unproved;
    if rows > 0 {
        let (all, rows) = (counted(all, "photo or video", "photos and videos"), amount::count(rows));
        writeln!(out, "  {all}; Apple's lists name {rows}")?;
    }
    if proved > 0 {
        let proved = counted(proved, "file is", "files are");
        writeln!(out, "  {proved} exactly what was in iCloud (Apple's own checksum agrees)")?;
    }
    if unproved > 0 {
        let unproved = counted(unproved, "file of a photo or video", "files of photos and videos");
        writeln!(out, "  {unproved} arrived whole; Apple gives no checksum to prove more")?;
    }
    Ok(())
}

fn albums(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let counts = &report.albums;
    let named: Vec<String> = [
        (counts.albums, "album", "albums"),
        (counts.shared, "shared album", "shared albums"),
        (counts.memories, "memory", "memories"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| counted(count, one, many))
    .collect();
    if named.is_empty() {
        return Ok(());
    }
    let members = counted(counts.memberships, "photo or video in albums", "photos and videos in albums");
    writeln!(out, "  {}; {members}", named.join(", "))
}

/// The problems, what to download again, and the answer.
fn verdict(
    out: &mut dyn Write,
    exports: &[ExportReport],
    problems: &[Problem],
    voice: Voice,
    rows: u64,
) -> io::Result<()> {
    writeln!(out)?;
    if !problems.is_empty() {
        problems::write(out, problems, voice)?;
        writeln!(out)?;
    }
    let again = problems::to_download(exports, problems);
    if !again.is_empty() {
        writeln!(out, "Download from privacy.apple.com: {}.", again.join(", "))?;
    }
    let says_nothing = |p: &Problem| p.code == Code::NoDetails || p.code == Code::EmptyDetails && rows == 0;
    let untold = problems.iter().any(says_nothing);
    let uncounted = exports.iter().any(|export| export.parts_expected.is_none());
    let warnings = problems::count(problems, Severity::Warning);
    let lacking = problems.iter().filter(|problem| problem.code == Code::MissingCategory).count() as u64;
    if problems::count(problems, Severity::Error) > 0 {
        writeln!(out, "{}", styled(BAD, problems::total(problems)))
    } else if untold {
        writeln!(
            out,
            "Nothing here is damaged, but without Apple's lists nobody can tell whether everything is here."
        )
    } else if uncounted {
        let answer = "Nothing here is damaged, but the names do not say how many parts there are, so nobody can tell \
                      whether one is missing.";
        writeln!(out, "{answer}")
    } else if lacking > 0 {
        let (categories, are) = match lacking {
            1 => ("1 category".to_owned(), "is"),
            more => (counted(more, "category", "categories"), "are"),
        };
        let answer = format!("Everything in these zips is here; {categories} that you asked for {are} not.");
        match warnings - lacking {
            0 => writeln!(out, "{}", styled(DOUBTFUL, answer)),
            others => {
                let above = counted(others, "other warning above is", "other warnings above are");
                writeln!(out, "{} The {above} worth a look.", styled(DOUBTFUL, answer))
            }
        }
    } else if warnings > 0 {
        let above = counted(warnings, "warning above is", "warnings above are");
        writeln!(out, "{} The {above} worth a look.", styled(GOOD, "Nothing is missing."))
    } else {
        writeln!(out, "{}", styled(GOOD, "Nothing is missing."))
    }
}

pub(super) fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    Duration::try_from_secs_f64(seconds)
        .map_or_else(|_| "some time".to_owned(), |d| HumanDuration(d).to_string())
}

#[cfg(test)]
mod tests {
    use super::{Voice, import_words};
    use windfall::{
        AlbumCounts, ByteCounts, Category, Code, Count, Entries, ExportReport, Health, LeftAlone,
        MediaCounts, Problem, Report, TimeZone, ZoneFrom,
    };

    fn report() -> Report {
        let entries = Entries {
            total: 1027,
            imported: 1000,
            duplicate: 2,
            already_present: 3,
            details: 4,
            excluded: 5,
            ignored: 6,
            failed: 7,
        };
        Report {
            windfall: "0",
            library: "lib".to_owned(),
            dry_run: false,
            exports: vec![ExportReport {
                name: "iCloud Photos".to_owned(),
                category: Category::Photos,
                parts_found: vec![1, 2],
                parts_expected: Some(2),
                parts_missing: Vec::new(),
                parts_twice: Vec::new(),
            }],
            entries,
            sizes: entries,
            bytes: ByteCounts::default(),
            media: MediaCounts { photos: 1, videos: 2, live_photos: 1, proved: 2, unproved: 1, undated: 1 },
            albums: AlbumCounts { albums: 1, memories: 1, shared: 1, memberships: 9 },
            proved: Default::default(),
            categories: Vec::new(),
            time_zone: TimeZone { name: "Europe/Berlin".to_owned(), from: ZoneFrom::System, dates: 12 },
            rows: 3,
            healed: vec!["2024/a.jpg".to_owned()],
            to_arrange: 0,
            health: Some(Health {
                files: 9,
                verified: 9,
                since: Some(Default::default()),
                ..Health::default()
            }),
            left_alone: LeftAlone::default(),
            problems: Vec::new(),
            elapsed_seconds: 1.0,
        }
    }

    fn words(report: &Report) -> String {
        let mut out = Vec::new();
        import_words(&mut out, report, Voice::Normal).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    }

    #[test]
    fn nothing_is_called_complete_while_a_category_is_missing_that_was_asked_for() {
        let asked = |name: &str| Problem::new(Code::MissingCategory, format!("you asked Apple for `{name}`"));
        let with = |problems: Vec<Problem>| words(&Report { problems, ..report() });
        let one = with(vec![asked("iCloud Mail")]);
        assert!(
            one.ends_with("Everything in these zips is here; 1 category that you asked for is not.\n"),
            "{one}"
        );
        let more = with(vec![asked("iCloud Mail"), asked("iCloud Notes"), Problem::new(Code::BadRow, "m")]);
        let answer = "Everything in these zips is here; 2 categories that you asked for are not. The 1 other warning \
                      above is worth a look.\n";
        assert!(more.ends_with(answer) && !more.contains("Nothing is missing"), "{more}");
        assert!(with(Vec::new()).ends_with("Nothing is missing.\n"));
    }

    #[test]
    fn made_files_are_counted_with_what_they_are_made_of() {
        assert!(!words(&report()).contains("made of them"));
        let count = |category, derived| Count { derived, ..Count::of(category) };
        let categories =
            vec![count(Category::Notes, 3), count(Category::Drive, 0), count(Category::Records, 1)];
        let said = words(&Report { categories, ..report() });
        assert!(said.contains("\n  4 files made of them: Notes, Records.sqlite\n"), "{said}");
    }

    #[test]
    fn a_certificate_that_has_to_say_everything_has_eighteen_lines() {
        let mut out = Vec::new();
        import_words(&mut out, &report(), Voice::Normal).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().filter(|line| !line.is_empty()).count(), 18, "{text}");
        let zone =
            "12 photos and videos have no time zone: their times are read in Europe/Berlin (this computer's)";
        assert!(text.contains(zone), "{text}");
        assert!(
            text.contains("1 photo and 1 video; 1 of the photos is a Live Photo, with its movie; 1 without a date; Apple's lists name 3"),
            "{text}"
        );
    }
}
