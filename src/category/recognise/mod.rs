//! Whose delivery an archive or folder is, and what lies in it: one of Apple's other categories, or nobody's.
//!
//! It goes by the names of the files inside, which are English in every edition seen, while the names of
//! archives and wrapper folders follow the owner's language. It opens nothing and never says that something
//! is photos; only `photos::classify` has the evidence for that.
//!
//! Endings that any program may write (`.vcf`, `.ics`, `.eml`) count only below a name that Apple gives: a
//! zip of somebody's own calendars is nobody's.

mod shape;
mod signature;
mod sort;

use crate::apple::part_name::{self, PartName};
use crate::apple::text;
use crate::category::notes;
use crate::contents::Category;

pub use shape::Shape;
pub use sort::Sort;

/// Apple's own file names, compared without case, copy marks and numbers, and what such a file is; a `*` stands for any
/// text. What an archive holds is said by what lies in it.
const EXACT: [(&str, Category, Sort); 48] = [
    ("notes details.csv", Category::Notes, Sort::NoteList),
    ("shared notes info.csv", Category::Notes, Sort::SharedNoteList),
    ("subscribed notes info.csv", Category::Notes, Sort::SubscribedNoteList),
    ("drive details.csv", Category::Drive, Sort::DriveList),
    ("calendar metadata.json", Category::Calendars, Sort::CalendarList),
    ("apple music*.csv", Category::Records, Sort::Table),
    ("apple music*.json", Category::Records, Sort::Table),
    ("apple music*.zip", Category::Records, Sort::Unknown),
    ("music - *.csv", Category::Records, Sort::Table),
    ("identifier information.json", Category::Records, Sort::Table),
    ("identifier information.json.zip", Category::Records, Sort::Unknown),
    ("store*history.csv", Category::Records, Sort::Table),
    ("subscription history.csv", Category::Records, Sort::Table),
    ("*re-download*history.csv", Category::Records, Sort::Table),
    ("purchase*events.csv", Category::Records, Sort::Table),
    ("online purchase history.csv", Category::Records, Sort::Table),
    ("video play activity.csv", Category::Records, Sort::Table),
    ("playback activity.csv", Category::Records, Sort::Table),
    ("apple tv *.csv", Category::Records, Sort::Table),
    ("apple tv *.json", Category::Records, Sort::Table),
    ("tv app *.csv", Category::Records, Sort::Table),
    ("tv app *.json", Category::Records, Sort::Table),
    ("your podcasts.csv", Category::Records, Sort::Table),
    ("podcasts playstate.csv", Category::Records, Sort::Table),
    ("your podcast episode bookmarks.csv", Category::Records, Sort::Table),
    ("apple books *.json", Category::Records, Sort::Table),
    ("apple id *information.csv", Category::Records, Sort::Table),
    ("apple account *.csv", Category::Records, Sort::Table),
    ("data & privacy request history.csv", Category::Records, Sort::Table),
    ("hide my email information.csv", Category::Records, Sort::Table),
    ("passkeys information.csv", Category::Records, Sort::Table),
    ("apps using sign in with apple.csv", Category::Records, Sort::Table),
    ("apple pay *.csv", Category::Records, Sort::Table),
    ("apple card *.csv", Category::Records, Sort::Table),
    ("game center data.json", Category::Records, Sort::Table),
    ("icloudusagedata*.csv", Category::Records, Sort::Table),
    ("knownnetworks.xml", Category::Records, Sort::Table),
    ("app store click activity.csv", Category::Records, Sort::Table),
    ("itunes match*history.csv", Category::Records, Sort::Table),
    ("customer device history*.csv", Category::Records, Sort::Table),
    ("in-app subscription family sharing history.csv", Category::Records, Sort::Table),
    ("devices registered with apple messaging.json", Category::Records, Sort::Table),
    ("applecare*.csv", Category::Records, Sort::Table),
    ("marketing communications*.csv", Category::Records, Sort::Table),
    ("app install activity.csv", Category::Records, Sort::Table),
    ("retail store receipts.zip", Category::Records, Sort::Unknown),
    ("bookmarks*.csv", Category::Bookmarks, Sort::Bookmarks),
    ("apple features using icloud.zip", Category::Records, Sort::Unknown),
];

/// Endings that any program may write; evidence only below a name of Apple's.
const GENERIC: [(&str, Sort); 7] = [
    (".vcf", Sort::Cards),
    (".ics", Sort::Calendar),
    (".eml", Sort::Message),
    (".emlx", Sort::Message),
    (".mbox", Sort::Message),
    ("/mbox", Sort::Message),
    (".html", Sort::Bookmarks),
];

/// What is known of a delivery from what it lies beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Nothing that tells.
    Nothing,
    /// It lies in an archive of Apple's.
    Apples,
    /// Other parts of the same export are of this category.
    Part(Category),
}

/// How Apple's names for the archives of a request begin, in lower case. Below them generic endings count.
const OUTER: [&str; 14] = [
    "marketing communications",
    "wallet activity",
    "game center",
    "other data",
    "devices registered with",
    "feedback assistant",
    "app install and push",
    "app store, itunes store",
    "app store_ itunes store",
    "calendriers et rappels",
    "communications marketing",
    "applecare",
    "apple",
    "icloud",
];

/// Whether a file of this name is Apple's list of iCloud Drive.
pub fn is_drive_list(name: &str) -> bool {
    exact(name).is_some_and(|(_, sort)| sort == Sort::DriveList)
}

/// Only one part of iCloud Drive has the list. The others have a folder `Drive`, directly in an archive or
/// below a wrapper that is called iCloud Drive.
fn has_drive_root<'a>(name: &str, mut paths: impl Iterator<Item = &'a str>) -> bool {
    let is_drive = |name: &str| text::match_key(&PartName::read(name).base).starts_with("icloud drive");
    paths.any(|path| {
        let mut components = path.split('/');
        match (components.next(), components.next(), components.next()) {
            (Some("Drive"), Some(_), _) => is_drive(name),
            (Some(wrapper), Some("Drive"), Some(_)) => is_drive(wrapper) || is_drive(name),
            _ => false,
        }
    })
}

/// A part of notes may hold nothing but their files. These lie in Apple's folders, directly in an archive or below a
/// wrapper that is called iCloud Notes.
fn has_folder_of_notes<'a>(name: &str, mut paths: impl Iterator<Item = &'a str>) -> bool {
    let is_notes = |name: &str| by_name(name) == Some(Category::Notes);
    paths.any(|path| {
        let mut components = path.split('/');
        match (components.next(), components.next(), components.next(), components.next()) {
            (Some(area), Some(_), Some(_), _) if notes::path::is_area(area) => is_notes(name),
            (Some(wrapper), Some(area), Some(_), Some(_)) if notes::path::is_area(area) => {
                is_notes(wrapper) || is_notes(name)
            }
            _ => false,
        }
    })
}

/// The category that has a file of this name, and what it is there.
fn exact(file: &str) -> Option<(Category, Sort)> {
    const ENDINGS: [&str; 4] = ["csv", "json", "zip", "xml"];
    let (_, extension) = text::split(file);
    if !ENDINGS.iter().any(|ending| extension.eq_ignore_ascii_case(ending)) {
        return None;
    }
    let file = text::match_key(file);
    let (stem, extension) = text::split(&file);
    let original = format!("{}.{extension}", without_number(stem));
    let found = EXACT.iter().find(|(pattern, ..)| [&file, &original].iter().any(|f| matches(pattern, f)));
    found.map(|(_, category, sort)| (*category, *sort))
}

/// `Notes Details-1`, `Notes Details (2)` and `Notes Details_3` are all `Notes Details`.
fn without_number(stem: &str) -> &str {
    let stem = part_name::without_copy_marks(stem);
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let numbered = stem.rsplit_once(['-', '_']).filter(|(_, number)| is_number(number));
    numbered.map_or(stem, |(stem, _)| stem)
}

/// Whether a text has this form; each `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    false
}

fn generic(path: &str) -> Option<Sort> {
    let is = |ending: &str| match ending.strip_prefix('/') {
        Some(name) => text::file_name(path).eq_ignore_ascii_case(name),
        None => text::ends_ascii(path, ending),
    };
    let is_bookmarks = |sort: Sort| sort != Sort::Bookmarks || path.to_lowercase().contains("bookmark");
    let found = GENERIC.iter().find(|(ending, sort)| is(ending) && is_bookmarks(*sort));
    found.map(|(_, sort)| *sort)
}

/// Whether a text in a folder of its own name shows that notes lie here. Anybody may have such a text; so it has to have
/// the time in its name, or to lie in Apple's folder or below a name that says so.
fn is_note(name: &str, path: &str) -> bool {
    let Some(mark) = notes::path::mark_of(path) else { return false };
    let says = |text: &str| text.to_lowercase().contains("notes");
    let above = path.rsplitn(3, '/').nth(2).unwrap_or_default();
    let in_area = || above.split('/').any(notes::path::is_area);
    mark.created.is_some() || in_area() || says(name) || path.split('/').next().is_some_and(says)
}

/// Whether a file of this name is one that only Apple writes.
pub fn names_a_list(name: &str) -> bool {
    exact(name).is_some_and(|(_, sort)| sort != Sort::Unknown)
}

/// Whether endings that any program writes count below a name like this.
pub fn names_apples(name: &str) -> bool {
    is_outer(name) || by_name(name).is_some()
}

/// The category of a nested archive that Apple always calls so.
pub fn of_archive(name: &str) -> Option<Category> {
    exact(name).filter(|(_, sort)| *sort == Sort::Unknown).map(|(category, _)| category)
}

/// Whether Apple calls a delivery of one category so, in English or in another language seen.
pub fn names_a_delivery(name: &str) -> bool {
    let key = text::match_key(&PartName::read(name).base);
    by_name(name).is_some()
        || names_tables(name)
        || OUTER.iter().any(|outer| !matches!(*outer, "apple" | "icloud") && key.starts_with(outer))
        || key.contains("icloud") && !key.starts_with("icloud photos") && key.split(' ').count() > 1
}

/// Whether Apple calls a delivery of tables so. Below such a name any table is Apple's: of several of these deliveries
/// nobody knows what the files in them are called.
pub fn names_tables(name: &str) -> bool {
    const OTHERS: [&str; 7] = [
        "apple media services",
        "apple account",
        "apple id",
        "apple-id-account",
        "apple.com",
        "apple online and retail",
        "apple pay activity",
    ];
    let key = text::match_key(&PartName::read(name).base);
    let is_of_tables = |outer: &&&str| !matches!(**outer, "apple" | "icloud" | "calendriers et rappels");
    OUTER.iter().filter(is_of_tables).chain(&OTHERS).any(|outer| key.starts_with(outer))
}

fn is_outer(name: &str) -> bool {
    let name = text::match_key(name);
    // where systems keep an owner's own files
    if name.starts_with("iclouddrive") || name.contains("~apple~") || name == "icloud drive" {
        return false;
    }
    OUTER.iter().any(|outer| match *outer {
        // these two may be anywhere in a name, in some languages at its end
        "icloud" => name.contains(outer),
        "apple" => name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == *outer),
        _ => name.starts_with(outer),
    })
}

/// The category by the name alone, for an archive in which nothing can be read.
pub fn by_name(name: &str) -> Option<Category> {
    const NAMES: [(&str, Category); 6] = [
        ("icloud notes", Category::Notes),
        ("icloud drive", Category::Drive),
        ("icloud contacts", Category::Contacts),
        ("icloud calendars", Category::Calendars),
        ("icloud mail", Category::Mail),
        ("icloud bookmarks", Category::Bookmarks),
    ];
    let name = text::match_key(&PartName::read(name).base);
    NAMES.iter().find(|(start, _)| name.starts_with(start)).map(|(_, category)| *category)
}

#[cfg(test)]
mod tests {
    use super::{Beside, Category, GENERIC, Shape, Sort, by_name, generic};
    use crate::category::delivery::Delivered;
    use proptest::prelude::proptest;

    fn of<'p>(name: &str, paths: impl Iterator<Item = &'p str> + Clone) -> Option<Category> {
        Shape::of(name, Delivered::Archive, Beside::Nothing, paths, &|_| None).category()
    }

    #[test]
    fn what_lies_in_it_tells() {
        let none: Option<Category> = None;
        for (name, paths, expected) in [
            ("x.zip", &["Notes/Old/Old.txt", "Notes Details.csv"][..], Some(Category::Notes)),
            ("x.zip", &["w/Notes Details-1.csv"], Some(Category::Notes)),
            ("x.zip", &["w/Drive/Drive Details.csv", "w/Drive/Photos/a.jpg"], Some(Category::Drive)),
            (
                "iCloud Drive Part 2 of 2.zip",
                &["iCloud Drive Part 2 of 2/Drive/a.jpg"],
                Some(Category::Drive),
            ),
            ("iCloud Drive Teil 2 von 2.zip", &["Drive/Photos/a.jpg"], Some(Category::Drive)),
            ("usb.zip", &["Drive/Photos/a.jpg"], none),
            // an owner's own files in iCloud Drive decide nothing
            ("x.zip", &["w/Drive/Notes Details.csv", "w/Drive/Drive Details.csv"], Some(Category::Drive)),
            ("iCloud Contacts.zip", &["iCloud Contacts/Ann.vcf"], Some(Category::Contacts)),
            ("backup.zip", &["Ann.vcf", "work.ics", "letter.eml"], none),
            ("Calendriers et rappels iCloud.zip", &["a/Home.ics"], Some(Category::Calendars)),
            ("iCloud Notes.zip", &["iCloud Notes/Notes/Plan/Plan.txt"], Some(Category::Notes)),
            ("iCloud 备忘录.zip", &["iCloud 备忘录/Recently Deleted/Plan/Plan-1.txt"], Some(Category::Notes)),
            ("Poznámky na iCloudu.zip", &["w/Old/Plan/Plan-2021-03-04T05:06:07Z.txt"], Some(Category::Notes)),
            ("iCloud 备忘录.zip", &["iCloud 备忘录/Plan/Plan.txt"], none),
            (
                "iCloud Notes Part 2 of 2.zip",
                &["iCloud Notes Part 2 of 2/Notes/Plan/Attachment.png"],
                Some(Category::Notes),
            ),
            ("x.zip", &["iCloud Notes Part 2 of 2/Recently Deleted/Plan/a.png"], Some(Category::Notes)),
            ("iCloud Notes.zip", &["Notes/Plan/a.png"], Some(Category::Notes)),
            ("x.zip", &["Notes/Plan/a.png", "w/Notes/Plan/Attachment.png"], none),
            ("iCloud Notes.zip", &["holiday/Plan/a.png"], none),
            ("texts.zip", &["Notes/Plan/Plan.txt", "Plan/Plan-2021-03-04T05:06:07Z.txt"], none),
            ("a.zip", &["Apple Music Play Activity.csv"], Some(Category::Records)),
            ("a.zip", &["w/Apple Music - Play History Daily Tracks.csv"], Some(Category::Records)),
            ("a.zip", &["w/Store Transaction History.csv"], Some(Category::Records)),
            ("a.zip", &["w/My store history.csv", "w/Store history.pdf"], none),
            ("holiday.zip", &["Photos/a.jpg", "readme.txt"], none),
            // tables of any name, where Apple's name says that it delivers nothing else
            (
                "Feedback Assistant activity.zip",
                &["Feedback Assistant activity/Items.csv"],
                Some(Category::Records),
            ),
            (
                "Other Data Part 3 of 7.zip",
                &["Other Data Part 3 of 7/Maps/Places.json"],
                Some(Category::Records),
            ),
            ("renamed.zip", &["Wallet Activity/Passes.csv"], Some(Category::Records)),
            ("Wallet Activity.zip", &["Wallet Activity/receipt.pdf"], none),
            ("Apple prices.zip", &["prices.csv"], none),
            ("Photos iCloud.zip", &["Photos/Photo Details.csv"], none),
        ] {
            assert_eq!(of(name, paths.iter().copied()), expected, "{name} {paths:?}");
        }
    }

    #[test]
    fn a_name_tells_where_nothing_can_be_read() {
        assert_eq!(by_name("iCloud Drive Part 2 of 2.zip"), Some(Category::Drive));
        assert_eq!(by_name("iCloud Photos Part 2 of 2.zip"), None);
        assert_eq!(by_name("iCloud Photos.zip"), None);
    }

    proptest! {
        #[test]
        fn endings_count_as_in_the_path_in_lower_case(
            path in "(/|a|é|boo[kK\u{212a}]marks|\\.[vV]|[cC][fF]|\\.[iI\u{130}\u{131}]cs|\\.eMl|[xX]|\\.|mbo|\\.HTML){0,6}",
        ) {
            let lower = format!("/{}", path.to_lowercase());
            let counts = |sort: Sort| sort != Sort::Bookmarks || lower.contains("bookmark");
            let found = GENERIC.iter().find(|(ending, sort)| lower.ends_with(ending) && counts(*sort));
            assert_eq!(generic(&path), found.map(|(_, sort)| *sort), "{path}");
        }
    }
}
