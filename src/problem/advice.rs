//! What each kind of problem means and what to do about it, in the words that the terminal and the page share.
//!
//! What is said here holds for every problem of a kind; what happened to one of them stands in its own message.
//! Some codes read differently as a warning: that a photo which its owner deleted is missing is no reason for
//! alarm.

use crate::problem::{Code, Severity};

/// What a kind of problem is called and what to do about it.
pub struct Advice {
    /// What one such thing is called: `missing part`.
    pub one: &'static str,
    /// What several are called.
    pub many: &'static str,
    /// What it means, and what to do next.
    pub meaning: &'static str,
}

/// The advice for a code of this severity.
pub fn of(code: Code, severity: Severity) -> Advice {
    let (one, many, meaning) = match severity {
        Severity::Warning => as_warning(code).unwrap_or_else(|| usual(code)),
        Severity::Error => usual(code),
    };
    Advice { one, many, meaning }
}

type Words = (&'static str, &'static str, &'static str);

/// What is said instead where the code is only a warning.
fn as_warning(code: Code) -> Option<Words> {
    match code {
        Code::MissingMedia => Some((
            "deleted photo or video that is listed only",
            "deleted photos or videos that are listed only",
            "They were in Recently Deleted; Apple lists them, but did not send them.",
        )),
        Code::ChecksumMismatch => Some((
            "file in another version than Apple lists",
            "files in another version than Apple lists",
            "Apple's list means another version, usually one before or after an edit. The files are whole and were kept.",
        )),
        Code::WriteFailed => Some((
            "file that was not replaced",
            "files that were not replaced",
            "Each line says why, and what to do.",
        )),
        Code::UnsupportedEntry => Some((
            "file of an unusual kind",
            "files of an unusual kind",
            "Each line says what became of it. Nothing in the library was changed.",
        )),
        Code::MissingFile => Some((
            "file that only an import brings back",
            "files that only an import brings back",
            "It is neither in its place nor kept aside. Import the zips that have it.",
        )),
        _ => None,
    }
}

fn usual(code: Code) -> Words {
    match code {
        Code::MissingPart => (
            "missing part",
            "missing parts",
            "Apple announced more than is here. Download what is missing, then check or import again.",
        ),
        Code::MissingMedia => (
            "missing photo or video",
            "missing photos or videos",
            "Apple lists them, but they are in none of the parts. Get missing and damaged parts first, then look in iCloud.",
        ),
        Code::DamagedArchive => (
            "damaged archive",
            "damaged archives",
            "Whatever can be read was read. Download what is named here again, then check or import again.",
        ),
        Code::DamagedEntry => (
            "damaged file",
            "damaged files",
            "Their bytes are not what the zip promises. Download that zip again, then check or import again.",
        ),
        Code::ChecksumMismatch => (
            "file that is cut short",
            "files that are cut short",
            "They end too early, and Apple's checksum disagrees. Get the zip again, and import it as it is.",
        ),
        Code::TooLarge => (
            "file that is too large for the drive",
            "files that are too large for the drive",
            "The drive is formatted in a way that has a limit (FAT32: 4.3 GB). Choose a drive with exFAT, NTFS, APFS or ext4 for these.",
        ),
        Code::CatalogDamaged => (
            "fault in the catalog",
            "faults in the catalog",
            "The photos are not affected. `windfall verify --rebuild-catalog` makes a new catalog.",
        ),
        Code::EncryptedEntry => (
            "encrypted file",
            "encrypted files",
            "Apple does not encrypt; somebody packed these again. Unpack the zip with its password and import the folder.",
        ),
        Code::UnsupportedEntry => (
            "file of a kind that is not read",
            "files of a kind that is not read",
            "Each line says what it is: a link, a pipe, a device, or something compressed as Apple never does.",
        ),
        Code::UnsafeName => (
            "file with an unsafe name",
            "files with unsafe names",
            "Their names lead out of the library, so they were not written. Apple makes no such names: find out where the zip is from.",
        ),
        Code::LimitExceeded => (
            "file that is larger than any real one",
            "files that are larger than any real one",
            "No real photo, video or list is like that, so it was not read. Download the zip again from Apple.",
        ),
        Code::WriteFailed => (
            "file that could not be written",
            "files that could not be written",
            "Do what each line says, then run the same command again: only what is not there yet is written.",
        ),
        Code::DamagedFile => (
            "damaged file in the library",
            "damaged files in the library",
            "Their bytes are not those that were imported, though nobody changed them: the drive may be failing. Import their zips again, or use `windfall repair`: both put the true bytes back and keep the bad ones aside.",
        ),
        Code::ChangedFile => (
            "changed file in the library",
            "changed files in the library",
            "Somebody changed them since they were imported; they were left as they are. `windfall forget --edited` keeps the edits, `windfall repair --changed` takes them back.",
        ),
        Code::MissingFile => (
            "file that is gone from the library",
            "files that are gone from the library",
            "Import the zips that have them to get them back, or use `windfall repair`.",
        ),
        Code::Unreadable => (
            "file or folder that could not be read",
            "files or folders that could not be read",
            "They need not be damaged, and nothing has to be downloaded again. Each line says what to do; then check or import again.",
        ),
        Code::NotHeld => (
            "file that the library does not have",
            "files that the library does not have",
            "Keep the zips until these are in the library, or until you know that you do not want them.",
        ),
        Code::UnlistedMedia => (
            "file that Apple does not list",
            "files that Apple does not list",
            "They arrived whole and were kept, with the dates that they carry themselves.",
        ),
        Code::NoDetails => (
            "delivery without Apple's lists",
            "deliveries without Apple's lists",
            "Without them nobody can tell whether all photos are there. They come with the privacy export, in each part.",
        ),
        Code::BadRow => (
            "line of Apple's lists that cannot be read in full",
            "lines of Apple's lists that cannot be read in full",
            "Whatever could be read was used, and the lists are kept as they came.",
        ),
        Code::EmptyDetails => (
            "empty list",
            "empty lists",
            "Apple's list of the photos is empty; they have the dates that they carry themselves.",
        ),
        Code::OpaqueChecksums => (
            "delivery with checksums of another kind",
            "deliveries with checksums of another kind",
            "Only Apple can compute these checksums, so they prove nothing here. The files are not damaged.",
        ),
        Code::ConflictingRows => (
            "photo for which Apple lists several dates",
            "photos for which Apple lists several dates",
            "The earliest date was taken. `windfall list --explain` shows what each source says.",
        ),
        Code::AmbiguousRow => (
            "line of Apple's that could mean several files",
            "lines of Apple's that could mean several files",
            "Nothing was guessed: no date is taken from such a line, and a file whose place in a note nobody knows is at its end.",
        ),
        Code::AmbiguousAlbumEntry => (
            "name in an album that could mean several photos",
            "names in albums that could mean several photos",
            "Apple's albums are lists of file names. Every photo of that name was added.",
        ),
        Code::UnresolvedAlbumEntry => (
            "name in an album without a photo",
            "names in albums without photos",
            "The album names a photo that is in none of the parts; a missing part may have it.",
        ),
        Code::Undated => (
            "photo or video without a date",
            "photos or videos without a date",
            "Nothing tells when they were taken. They are in `Undated/`.",
        ),
        Code::Placeholder => (
            "empty file",
            "empty files",
            "Apple delivered a name and no bytes. Look whether the photo is in iCloud, and ask for it again.",
        ),
        Code::UnfinishedDownload => (
            "unfinished download",
            "unfinished downloads",
            "They were not used. Let the browser finish them, then check or import again.",
        ),
        Code::Renamed => (
            "name that was rewritten",
            "names that were rewritten",
            "Some systems cannot store such names. The catalog keeps the original ones.",
        ),
        Code::LinksUnsupported => (
            "drive that cannot hold album folders",
            "drives that cannot hold album folders",
            "Nothing is missing: the albums are in the page that `windfall report` writes, or as folders of copies with `windfall albums --as copy`.",
        ),
        Code::ExtraFile => (
            "file of your own in the library",
            "files of your own in the library",
            "No import brought them, so Windfall does not touch them.",
        ),
        Code::MovedFile => (
            "file that was moved",
            "files that were moved",
            "They were found under another name. The next import remembers the new place.",
        ),
        Code::StagingLeft => {
            ("interrupted import", "interrupted imports", "Import the same zips again and it finishes.")
        }
        Code::AlbumsGone => (
            "set of missing album folders",
            "sets of album folders that do not stand",
            "No photo is missing: the catalog has the albums, and `windfall albums` makes their folders anew.",
        ),
        Code::MissingItem => (
            "listed item that is missing",
            "listed items that are missing",
            "Apple's own lists name them, and no zip here has them. Look for a part that was not downloaded, or ask Apple for this category again.",
        ),
        Code::UnlistedItem => (
            "set of items without a row",
            "sets of items without a row",
            "They are all here; Apple's lists do not name them, so nothing tells their dates.",
        ),
        Code::MissingCategory => (
            "category that was asked for and is not here",
            "categories that were asked for and are not here",
            "Apple's own list says that you asked for them. Download them from privacy.apple.com and import them too. `windfall import` with `--without` leaves one out.",
        ),
        Code::EditedByOwner => (
            "file of Windfall's that you changed",
            "files of Windfall's that you changed",
            "They were not touched. What Windfall would write now stands beside them with a number.",
        ),
        Code::PackageAsZip => (
            "document that came as a zip",
            "documents that came as zips",
            "On a Mac they are folders; Apple sent them zipped, and they are kept so. `--unpack-packages` unpacks them beside the zips.",
        ),
        Code::RemindersNotDelivered => (
            "list whose reminders Apple did not send",
            "lists whose reminders Apple did not send",
            "Apple sends only a remainder of reminders that were upgraded in iOS 13 or later. They are still in the Reminders app.",
        ),
    }
}

/// Ascending numbers of parts as a person writes them: `3, 5-9`.
pub fn ranges(numbers: &[u32]) -> String {
    let text = |&(first, last): &(u32, u32)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}-{last}"),
    };
    runs(numbers).iter().map(text).collect::<Vec<_>>().join(", ")
}

/// The runs of ascending numbers, each as its first and last.
pub fn runs(numbers: &[u32]) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn neighbouring_numbers_are_said_as_one() {
        let most = [u32::MAX];
        for (numbers, text) in [
            (&[] as &[u32], ""),
            (&[3], "3"),
            (&[3, 4], "3, 4"),
            (&[1, 3, 4, 5, 7], "1, 3-5, 7"),
            (&most, "4294967295"),
        ] {
            assert_eq!(ranges(numbers), text);
        }
    }
}
