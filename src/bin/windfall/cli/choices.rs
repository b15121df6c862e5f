//! What the owner may choose about a library, and which choice holds: an option before what the library
//! remembers, and that before the default. Prints nothing and reads no file.
//!
//! Whatever held is remembered, whether it was given or not. A default that changes in a later version, or on
//! another machine, then does not change a library.

use chrono_tz::Tz;
use clap::Args;

use super::{Helped, SIDECAR_FORMS, one_of};
use windfall::cli::{Purpose, Word, name, settings};
use windfall::{
    AlbumForm, Category, Hidden, Mbox, Memories, Packages, RecentlyDeleted, RememberedSettings, Settings,
    SidecarForm, Template, Wanted, ZoneFrom,
};

/// What the owner may choose; the library remembers it from its first import.
#[derive(Debug, Clone, Default, PartialEq, Args)]
#[command(next_help_heading = "Library (remembered from the first import)")]
pub struct Choices {
    /// Folders: strftime codes (`%Y/%m`) and {year} {month} {day} {hour} {minute} {second} {month_name} {kind}
    /// {make} {model} {country} {region} {city} {original} [default: {year}/{year}-{month}]
    #[arg(long, value_name = "TEMPLATE", value_parser = layout)]
    layout: Option<Template>,
    /// File names without extension, with the same codes and fields [default: {original}]
    #[arg(long, value_name = "TEMPLATE", value_parser = name)]
    name: Option<Template>,
    /// Time zone for photos that have none of their own [default: the computer's]
    #[arg(long, value_name = "ZONE", env = "WINDFALL_TIME_ZONE", value_parser = zone)]
    time_zone: Option<Tz>,
    /// How albums appear below Albums/ [default: auto]
    #[arg(long, value_name = "FORM", value_parser = one_of(&ALBUMS))]
    albums: Option<AlbumForm>,
    /// Make folders below Memories/ for Apple's memories, like albums [default: no]
    #[arg(long, value_name = "YES|NO", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = one_of(&MEMORIES))]
    memories: Option<Memories>,
    /// Where hidden photos go [default: apart]
    #[arg(long, value_name = "PLACE", value_parser = one_of(&HIDDEN))]
    hidden: Option<Hidden>,
    /// Where recently deleted photos go [default: apart]
    #[arg(long, value_name = "PLACE", value_parser = one_of(&RECENTLY_DELETED))]
    recently_deleted: Option<RecentlyDeleted>,
    /// What is written beside each photo for other programs [default: none]
    #[arg(long, value_name = "FORM", value_parser = one_of(&SIDECARS))]
    sidecars: Option<Sidecars>,
    /// Import these categories only, with commas between them: photos, notes, drive, contacts, calendars, mail,
    /// bookmarks, records; `all` takes that back [default: all]
    #[arg(long, value_name = "CATEGORIES", value_parser = only)]
    only: Option<Wanted>,
    /// Import all categories but these
    #[arg(long, value_name = "CATEGORIES", value_parser = without, conflicts_with = "only")]
    without: Option<Wanted>,
    /// Time zone of the clocks in Apple's lists of notes and iCloud Drive, which state none
    /// [default: America/Los_Angeles]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    apple_time_zone: Option<Tz>,
    /// Write mail also as one .mbox file for each folder [default: no]
    #[arg(long, value_name = "YES|NO", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = one_of(&MBOX))]
    mbox: Option<Mbox>,
    /// Unpack documents of iCloud Drive that are folders and come as zips, beside these [default: no]
    #[arg(long, value_name = "YES|NO", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = one_of(&PACKAGES))]
    unpack_packages: Option<Packages>,
}

/// A form of sidecars, or none; clap takes an `Option` in an `Option` for something else.
type Sidecars = Option<SidecarForm>;

pub(super) const ALBUMS: Helped<AlbumForm, 6> = [
    (AlbumForm::Auto, "symbolic links where the drive has them, else lists"),
    (AlbumForm::Symlink, "relative symbolic links"),
    (AlbumForm::Hardlink, "hard links"),
    (AlbumForm::Copy, "copies"),
    (AlbumForm::List, "an .m3u8 list per album"),
    (AlbumForm::None, "only in the catalog"),
];
const MEMORIES: Helped<Memories, 2> =
    [(Memories::Folders, "folders below Memories/"), (Memories::Catalog, "only in the catalog")];
const HIDDEN: Helped<Hidden, 3> =
    [(Hidden::Apart, "below Hidden/"), (Hidden::Mixed, "among the others"), (Hidden::Skip, "left out")];
const RECENTLY_DELETED: Helped<RecentlyDeleted, 2> =
    [(RecentlyDeleted::Apart, "below Recently Deleted/"), (RecentlyDeleted::Skip, "left out")];
const MBOX: Helped<Mbox, 2> =
    [(Mbox::Written, "also one .mbox file for each folder"), (Mbox::No, "as it was delivered")];
const PACKAGES: Helped<Packages, 2> =
    [(Packages::Unpacked, "unpacked beside the zip"), (Packages::AsDelivered, "as they were delivered")];
const SIDECARS: Helped<Sidecars, 4> = [
    (None, "nothing; what was written stays"),
    (Some(SIDECAR_FORMS[0].0), SIDECAR_FORMS[0].1),
    (Some(SIDECAR_FORMS[1].0), SIDECAR_FORMS[1].1),
    (Some(SIDECAR_FORMS[2].0), SIDECAR_FORMS[2].1),
];

pub(super) fn layout(text: &str) -> Result<Template, String> {
    Template::parse(text, Purpose::Layout).map_err(|error| error.to_string())
}

pub(super) fn name(text: &str) -> Result<Template, String> {
    Template::parse(text, Purpose::Name).map_err(|error| error.to_string())
}

fn only(text: &str) -> Result<Wanted, String> {
    Wanted::parse(text).map_err(|word| no_category(&word))
}

fn without(text: &str) -> Result<Wanted, String> {
    let categories = text.split(',').map(str::trim);
    let categories = categories.map(|word| Category::from_name(word).ok_or_else(|| no_category(word)));
    let categories: Vec<Category> = categories.collect::<Result<_, _>>()?;
    Ok(Wanted::without(&categories))
}

fn no_category(word: &str) -> String {
    let all = Category::ALL.map(Category::as_str).join(", ");
    format!("no category is called `{}`; there are {all}", name::display(word))
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "no time zone is called this; write for example `Europe/Berlin`".to_owned())
}

/// The zone of the machine and who named it: `TZ` if it names one, else the system. `note` hears of a
/// `TZ` that names none.
pub fn machine_zone(note: &dyn Fn(&str)) -> Option<(Tz, ZoneFrom)> {
    let system = || iana_time_zone::get_timezone().ok()?.parse().ok();
    match std::env::var_os("TZ").map(|stated| stated.to_string_lossy().into_owned()) {
        None => system().map(|zone| (zone, ZoneFrom::System)),
        Some(stated) => match stated_zone(&stated) {
            Some(zone) => Some((zone, ZoneFrom::Variable)),
            None => {
                let zone = system();
                let instead = zone.map_or("UTC", Tz::name);
                note(&format!(
                    "TZ is `{}`, which is not a time zone that is known here: {instead} is used instead; choose \
                     another with --time-zone",
                    name::display(&stated)
                ));
                zone.map(|zone| (zone, ZoneFrom::System))
            }
        },
    }
}

/// What `TZ` names: a zone by its name, a file of zones, or a POSIX rule that is that of a zone.
fn stated_zone(stated: &str) -> Option<Tz> {
    let text = stated.strip_prefix(':').unwrap_or(stated).trim();
    if text.is_empty() {
        return Some(Tz::UTC);
    }
    let file = text.split_once("zoneinfo/").map(|(_, name)| {
        let name = name.strip_prefix("posix/").or_else(|| name.strip_prefix("right/"));
        name.unwrap_or_else(|| text.split_once("zoneinfo/").map_or(text, |(_, name)| name)).to_owned()
    });
    if let Some(name) = file {
        return name.parse().ok();
    }
    if text.starts_with('/') {
        let target = std::fs::read_link(text).ok()?;
        return target.to_str()?.split_once("zoneinfo/")?.1.parse().ok();
    }
    let name = text.strip_prefix("posix/").or_else(|| text.strip_prefix("right/")).unwrap_or(text);
    name.parse().ok().or_else(|| posix_zone(text))
}

/// `UTC0`, `JST-9`, `CET-1CEST,M3.5.0,M10.5.0/3`. POSIX counts to the west, as do the zones of `Etc/`.
fn posix_zone(text: &str) -> Option<Tz> {
    const WITH_SUMMER: [(&str, Tz); 12] = [
        ("CET-1CEST", Tz::CET),
        ("MEZ-1MESZ", Tz::CET),
        ("MET-1MEST", Tz::MET),
        ("EET-2EEST", Tz::EET),
        ("WET0WEST", Tz::WET),
        ("GMT0BST", Tz::Europe__London),
        ("AST4ADT", Tz::America__Halifax),
        ("AKST9AKDT", Tz::America__Anchorage),
        ("AEST-10AEDT", Tz::Australia__Sydney),
        ("NZST-12NZDT", Tz::Pacific__Auckland),
        ("IST-1GMT0", Tz::Europe__Dublin),
        ("IST-5:30", Tz::Asia__Kolkata),
    ];
    let rule = text.split(',').next().unwrap_or(text);
    if let Some((_, zone)) = WITH_SUMMER.iter().find(|(known, _)| *known == rule) {
        return Some(*zone);
    }
    if let Ok(zone) = rule.parse() {
        return Some(zone);
    }
    // a zone that has no letters is called by its offset: `<+03>-3`
    let (name, hours) = match rule.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>')?,
        None => rule.split_at_checked(rule.find(|c: char| !c.is_ascii_alphabetic())?)?,
    };
    let hours: i32 = hours.parse().ok().filter(|_| (3..=6).contains(&name.len()))?;
    match hours {
        0 => Some(Tz::UTC),
        hours => format!("Etc/GMT{hours:+}").parse().ok(),
    }
}

/// The zone of the machine and who named it; is told whom to tell of what is wrong with it.
type Machine<'a> = dyn Fn(&dyn Fn(&str)) -> Option<(Tz, ZoneFrom)> + 'a;

impl Choices {
    /// The settings of a run. `defaults` hold where nobody chose, but for the zone: that is the
    /// `machine`'s. `remembered` is what the library remembers; `note` hears what the owner should know.
    pub fn settle(
        &self,
        defaults: &Settings,
        remembered: &RememberedSettings,
        machine: &Machine<'_>,
        note: &dyn Fn(&str),
    ) -> Settings {
        let mut zone_from = match self.time_zone {
            Some(_) => ZoneFrom::Option,
            None => ZoneFrom::Library,
        };
        let settled = Settled { remembered, note };
        let settings = Settings {
            layout: settled.choose(
                settings::name::LAYOUT,
                self.layout.clone(),
                |text| Template::parse(text, Purpose::Layout).ok(),
                Template::to_string,
                || defaults.layout.clone(),
            ),
            name: settled.choose(
                settings::name::NAME,
                self.name.clone(),
                |text| Template::parse(text, Purpose::Name).ok(),
                Template::to_string,
                || defaults.name.clone(),
            ),
            zone: settled.choose(
                settings::name::TIME_ZONE,
                self.time_zone,
                |text| text.parse().ok(),
                |zone| zone.name().to_owned(),
                || {
                    let (zone, from) = machine(note).unwrap_or_else(|| (announce_utc(note), ZoneFrom::None));
                    zone_from = from;
                    zone
                },
            ),
            zone_from: ZoneFrom::None,
            albums: settled.choose_word(settings::name::ALBUMS, self.albums, defaults.albums),
            memories: settled.choose_word(settings::name::MEMORIES, self.memories, defaults.memories),
            hidden: settled.choose_word(settings::name::HIDDEN, self.hidden, defaults.hidden),
            recently_deleted: settled.choose_word(
                settings::name::RECENTLY_DELETED,
                self.recently_deleted,
                defaults.recently_deleted,
            ),
            sidecars: settled.choose_word(settings::name::SIDECARS, self.sidecars, defaults.sidecars),
            categories: self.settle_categories(&settled, &defaults.categories),
        };
        Settings { zone_from, ..settings }
    }

    fn settle_categories(&self, settled: &Settled<'_>, defaults: &windfall::Choices) -> windfall::Choices {
        windfall::Choices {
            wanted: settled.choose(
                settings::name::ONLY,
                self.only.clone().or_else(|| self.without.clone()),
                |text| Wanted::parse(text).ok(),
                Wanted::to_string,
                || defaults.wanted.clone(),
            ),
            zone: settled.choose(
                settings::name::APPLE_ZONE,
                self.apple_time_zone,
                |text| text.parse().ok(),
                |zone| zone.name().to_owned(),
                || defaults.zone,
            ),
            mbox: settled.choose_word(settings::name::MBOX, self.mbox, defaults.mbox),
            packages: settled.choose_word(settings::name::PACKAGES, self.unpack_packages, defaults.packages),
        }
    }
}

fn announce_utc(note: &dyn Fn(&str)) -> Tz {
    note(
        "this computer does not say its time zone: photos that have none of their own are dated in UTC; \
         choose another with --time-zone",
    );
    Tz::UTC
}

struct Settled<'a> {
    remembered: &'a RememberedSettings,
    note: &'a dyn Fn(&str),
}

impl Settled<'_> {
    /// Option before remembered choice before default; says so where an option replaces what was remembered.
    fn choose<T>(
        &self,
        name: &'static str,
        given: Option<T>,
        read: impl Fn(&str) -> Option<T>,
        write: impl Fn(&T) -> String,
        default: impl FnOnce() -> T,
    ) -> T {
        let before = self.remembered.text(name);
        let value = given.or_else(|| read(before?)).unwrap_or_else(default);
        let word = write(&value);
        if let Some(before) = before.filter(|before| *before != word) {
            let option = name.replace('_', "-");
            let change = match name {
                settings::name::ONLY => {
                    let all = Wanted::all().to_string();
                    let back = if word == all { before } else { &all };
                    (self.note)(&format!(
                        "--only is `{word}` from now on; it was `{before}` in this library; `--only {back}` takes it back"
                    ));
                    return value;
                }
                settings::name::APPLE_ZONE => {
                    (self.note)(&format!(
                        "--apple-time-zone is `{word}` from now on; it was `{before}` in this library, and what was \
                         dated by it is dated anew"
                    ));
                    return value;
                }
                settings::name::LAYOUT | settings::name::NAME => " (`windfall arrange` moves it)".to_owned(),
                settings::name::ALBUMS => format!(" (`windfall albums --as {word}` changes it)"),
                _ => String::new(),
            };
            (self.note)(&format!(
                "--{option} is `{word}` from now on; it was `{before}` in this library, and what is in it stays as it \
                 is{change}"
            ));
        }
        value
    }

    fn choose_word<T: Word>(&self, name: &'static str, given: Option<T>, default: T) -> T {
        self.choose(name, given, T::from_name, |value| value.as_str().to_owned(), || default)
    }
}

#[cfg(test)]
mod tests {
    use super::{ALBUMS, Choices, HIDDEN, Helped, MEMORIES, RECENTLY_DELETED, SIDECARS};
    use crate::cli::{Cli, Command, SHELLS};
    use chrono_tz::Tz;
    use clap::Parser;
    use std::cell::RefCell;
    use windfall::cli::Word;
    use windfall::{Settings, ZoneFrom};

    fn choices(arguments: &[&str]) -> Choices {
        let line = ["windfall", "import", "in", "--to", "lib"].iter().chain(arguments);
        match Cli::try_parse_from(line).unwrap().command {
            Command::Import(import) => import.choices,
            other => panic!("{other:?}"),
        }
    }

    fn settle(
        arguments: &[&str],
        remembered: &[(&str, &str)],
        machine: Option<Tz>,
    ) -> (Settings, Vec<String>) {
        let notes = RefCell::new(Vec::new());
        let words = remembered.iter().map(|(name, word)| ((*name).to_owned(), (*word).to_owned()));
        let chosen = choices(arguments).settle(
            &Settings::standard(Tz::UTC),
            &words.collect(),
            &|_| machine.map(|zone| (zone, ZoneFrom::System)),
            &|text| notes.borrow_mut().push(text.to_owned()),
        );
        (chosen, notes.into_inner())
    }

    #[test]
    fn words_of_choices_come_back() {
        fn all<T: Word + std::fmt::Debug, const N: usize>(choices: &Helped<T, N>) {
            assert_eq!(T::WORDS.len(), N);
            for (choice, _) in choices {
                assert_eq!(T::from_name(choice.as_str()), Some(*choice));
            }
        }
        all(&ALBUMS);
        all(&MEMORIES);
        all(&HIDDEN);
        all(&RECENTLY_DELETED);
        all(&SIDECARS);
        all(&SHELLS);
    }

    #[test]
    fn defaults_are_remembered() {
        let (chosen, notes) = settle(&[], &[], Some(Tz::Europe__Zurich));
        let expected = [
            ("layout", "{year}/{year}-{month}"),
            ("name", "{original}"),
            ("time_zone", "Europe/Zurich"),
            ("albums", "auto"),
            ("memories", "no"),
            ("hidden", "apart"),
            ("recently_deleted", "apart"),
            ("sidecars", "none"),
            ("only", "all"),
            ("apple_time_zone", "America/Los_Angeles"),
            ("mbox", "no"),
            ("unpack_packages", "no"),
        ];
        let expected = expected.map(|(name, word)| (name.to_owned(), word.to_owned()));
        assert_eq!(chosen.remembered(), expected.into_iter().collect());
        assert_eq!(notes, [] as [&str; 0]);
    }

    #[test]
    fn an_option_goes_before_what_is_remembered_and_that_before_default() {
        let remembered =
            [("layout", "%Y"), ("time_zone", "Asia/Tokyo"), ("hidden", "skip"), ("albums", "list")];
        let options = ["--layout", "%Y/%m", "--albums=list"];
        let (chosen, notes) = settle(&options, &remembered, Some(Tz::Europe__Zurich));
        assert_eq!(chosen.layout.to_string(), "%Y/%m");
        assert_eq!(chosen.zone, Tz::Asia__Tokyo);
        assert_eq!(chosen.hidden.as_str(), "skip");
        assert_eq!(
            notes,
            [
                "--layout is `%Y/%m` from now on; it was `%Y` in this library, and what is in it stays as it is \
                 (`windfall arrange` moves it)"
            ]
        );
    }

    #[test]
    fn what_takes_back_a_choice_of_categories_is_named() {
        for (option, before, back) in [("notes", "all", "all"), ("all", "notes,drive", "notes,drive")] {
            let (_, notes) = settle(&["--only", option], &[("only", before)], Some(Tz::UTC));
            let said = format!(
                "--only is `{option}` from now on; it was `{before}` in this library; `--only {back}` takes it back"
            );
            assert_eq!(notes, [said]);
        }
    }

    #[test]
    fn a_fall_back_to_utc_is_announced_once() {
        let (chosen, notes) = settle(&[], &[], None);
        assert_eq!(chosen.zone, Tz::UTC);
        assert!(notes.len() == 1 && notes[0].contains("--time-zone"), "{notes:?}");
        let (_, notes) = settle(&["--time-zone", "UTC"], &[], None);
        assert_eq!(notes, [] as [&str; 0]);
        let (_, notes) = settle(&[], &[("time_zone", "UTC")], None);
        assert_eq!(notes, [] as [&str; 0]);
    }

    #[test]
    fn who_named_the_zone_is_known() {
        let from = |options: &[&str], remembered: &[(&str, &str)], machine| {
            settle(options, remembered, machine).0.zone_from
        };
        let zurich = Some(Tz::Europe__Zurich);
        assert_eq!(from(&["--time-zone", "UTC"], &[("time_zone", "Asia/Tokyo")], zurich), ZoneFrom::Option);
        assert_eq!(from(&[], &[("time_zone", "Asia/Tokyo")], zurich), ZoneFrom::Library);
        assert_eq!(from(&[], &[], zurich), ZoneFrom::System);
        assert_eq!(from(&[], &[], None), ZoneFrom::None);
    }

    #[test]
    fn what_tz_may_say() {
        let cases = [
            ("Europe/Berlin", Some("Europe/Berlin")),
            (":Europe/Berlin", Some("Europe/Berlin")),
            ("/usr/share/zoneinfo/Europe/Berlin", Some("Europe/Berlin")),
            (":/usr/share/zoneinfo/posix/Asia/Tokyo", Some("Asia/Tokyo")),
            ("", Some("UTC")),
            (":", Some("UTC")),
            ("UTC", Some("UTC")),
            ("UTC0", Some("UTC")),
            ("GMT0", Some("GMT0")),
            ("EST5EDT", Some("EST5EDT")),
            ("EST5EDT,M3.2.0,M11.1.0", Some("EST5EDT")),
            ("CET-1CEST", Some("CET")),
            ("CET-1CEST,M3.5.0,M10.5.0/3", Some("CET")),
            ("JST-9", Some("Etc/GMT-9")),
            ("ART3", Some("Etc/GMT+3")),
            ("<+03>-3", Some("Etc/GMT-3")),
            ("<-03>3", Some("Etc/GMT+3")),
            ("<+0330>-3:30", None),
            ("<+03", None),
            ("posix/Europe/Berlin", Some("Europe/Berlin")),
            ("Europe/Nowhere", None),
            ("/no/such/file", None),
            ("XXX99", None),
            ("9", None),
            ("yesterday", None),
        ];
        for (stated, name) in cases {
            assert_eq!(super::stated_zone(stated).map(Tz::name), name, "{stated}");
        }
    }

    #[test]
    fn memories_can_be_switched_on_and_off_again() {
        for (options, expected) in
            [(&["--memories"], "yes"), (&["--memories=no"], "no"), (&["--memories=yes"], "yes")]
        {
            let (chosen, _) = settle(options, &[("memories", "yes")], Some(Tz::UTC));
            assert_eq!(chosen.memories.as_str(), expected);
        }
    }
}
