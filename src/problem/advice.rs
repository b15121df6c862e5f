//! Advice: what each kind of problem means, and what to do about it.
//!
//! In: a code and its severity, numbers of parts. Out: [`Words`] for a person, which the terminal
//! and the page share.
//! Pure. Never: speaks of one problem; the problem's own message does.
//! The one surprise: the same code has other words as a warning than as an error, because a
//! missing photo that the owner deleted is no reason for alarm.

use crate::problem::{Code, Severity};

/// One of a kind, many of it, and what it means and what to do about it.
pub struct Words(pub &'static str, pub &'static str, pub &'static str);

/// The words for a code; some have others as a warning than as an error.
pub fn words(code: Code, severity: Severity) -> Words {
    if severity == Severity::Warning {
        match code {
            Code::MissingMedia => {
                return Words(
                    "deleted photo or video that is listed only",
                    "deleted photos or videos that are listed only",
                    "They were in Recently Deleted; Apple lists them, but did not send them.",
                );
            }
            Code::ChecksumMismatch => {
                return Words(
                    "file in another version than Apple lists",
                    "files in another version than Apple lists",
                    "Apple's list means another version, usually one before or after an edit. The files are whole and were kept.",
                );
            }
            _ => {}
        }
    }
    match code {
        Code::MissingPart => Words(
            "missing part",
            "missing parts",
            "Apple announced more than is here. Download what is missing, then check or import again.",
        ),
        Code::MissingMedia => Words(
            "missing photo or video",
            "missing photos or videos",
            "Apple lists them, but they are in none of the parts. Get missing and damaged parts first, then look in iCloud.",
        ),
        Code::DamagedArchive => Words(
            "damaged archive",
            "damaged archives",
            "Whatever can be read in them was read. Download them again, then check or import again.",
        ),
        Code::DamagedEntry => Words(
            "damaged file",
            "damaged files",
            "Their bytes are not what the zip promises. Download that zip again, then check or import again.",
        ),
        Code::ChecksumMismatch => Words(
            "file that is cut short",
            "files that are cut short",
            "They end too early, and Apple's checksum disagrees. Get the zip again, and import it as it is.",
        ),
        Code::TooLarge => Words(
            "file that is too large for the drive",
            "files that are too large for the drive",
            "The drive is formatted in a way that has a limit (FAT32: 4.3 GB). Choose a drive with exFAT, NTFS, APFS or ext4 for these.",
        ),
        Code::CatalogDamaged => Words(
            "fault in the catalog",
            "faults in the catalog",
            "The photos are not affected. `windfall verify --rebuild-catalog` makes a new catalog.",
        ),
        Code::EncryptedEntry => Words(
            "encrypted file",
            "encrypted files",
            "Apple does not encrypt; somebody packed these again. Unpack the zip with its password and import the folder.",
        ),
        Code::UnsupportedEntry => Words(
            "file of a kind that is not read",
            "files of a kind that is not read",
            "Each line says what it is: a link, a pipe, a device, or something compressed as Apple never does.",
        ),
        Code::UnsafeName => Words(
            "file with an unsafe name",
            "files with unsafe names",
            "Their names lead out of the library, so they were not written. Apple makes no such names: find out where the zip is from.",
        ),
        Code::LimitExceeded => Words(
            "file that is larger than any real one",
            "files that are larger than any real one",
            "No real photo, video or list is like that, so it was not read. Download the zip again from Apple.",
        ),
        Code::WriteFailed => Words(
            "file that could not be written",
            "files that could not be written",
            "Check the drive, then import again: only what is not there yet is written.",
        ),
        Code::ChangedFile => Words(
            "changed file in the library",
            "changed files in the library",
            "They are not what was imported. They were left as they are.",
        ),
        Code::MissingFile => Words(
            "file that is gone from the library",
            "files that are gone from the library",
            "Import the zips that have them to get them back.",
        ),
        Code::Unreadable => Words(
            "file or folder that could not be read",
            "files or folders that could not be read",
            "They need not be damaged, and nothing has to be downloaded again. Each line says what to do; then check or import again.",
        ),
        Code::NotHeld => Words(
            "file that the library does not have",
            "files that the library does not have",
            "Keep the zips until these are in the library, or until you know that you do not want them.",
        ),
        Code::UnlistedMedia => Words(
            "file that Apple does not list",
            "files that Apple does not list",
            "They arrived whole and were kept, with the dates that they carry themselves.",
        ),
        Code::NoDetails => Words(
            "delivery without Apple's lists",
            "deliveries without Apple's lists",
            "Without them nobody can tell whether all photos are there. They come with the privacy export, in each part.",
        ),
        Code::BadRow => Words(
            "line of Apple's lists that cannot be read in full",
            "lines of Apple's lists that cannot be read in full",
            "Whatever could be read was used, and the lists are kept as they came.",
        ),
        Code::EmptyDetails => Words(
            "empty list",
            "empty lists",
            "Apple's list of the photos is empty; they have the dates that they carry themselves.",
        ),
        Code::OpaqueChecksums => Words(
            "delivery with checksums of another kind",
            "deliveries with checksums of another kind",
            "Only Apple can compute these checksums, so they prove nothing here. The files are not damaged.",
        ),
        Code::ConflictingRows => Words(
            "photo for which Apple lists several dates",
            "photos for which Apple lists several dates",
            "The earliest date was taken. `windfall list --explain` shows what each source says.",
        ),
        Code::AmbiguousRow => Words(
            "line of Apple's lists that could mean several files",
            "lines of Apple's lists that could mean several files",
            "It was used for none of them; they have the dates that they carry themselves.",
        ),
        Code::AmbiguousAlbumEntry => Words(
            "album entry that could mean several photos",
            "album entries that could mean several photos",
            "Apple's albums are lists of file names. Every photo of that name was added.",
        ),
        Code::UnresolvedAlbumEntry => Words(
            "album entry without a photo",
            "album entries without photos",
            "The album names a photo that is in none of the parts; a missing part may have it.",
        ),
        Code::Undated => Words(
            "photo or video without a date",
            "photos or videos without a date",
            "Nothing tells when they were taken. They are in `Undated/`.",
        ),
        Code::Placeholder => Words(
            "empty file",
            "empty files",
            "Apple delivered a name and no bytes. Look whether the photo is in iCloud, and ask for it again.",
        ),
        Code::UnfinishedDownload => Words(
            "unfinished download",
            "unfinished downloads",
            "They were not used. Let the browser finish them, then check or import again.",
        ),
        Code::Renamed => Words(
            "name that was rewritten",
            "names that were rewritten",
            "Some systems cannot store such names. The catalog keeps the original ones.",
        ),
        Code::LinksUnsupported => Words(
            "drive that cannot hold album folders",
            "drives that cannot hold album folders",
            "Nothing is missing: the albums are in the page that `windfall report` writes, or as folders with `--albums copy`.",
        ),
        Code::ExtraFile => Words(
            "file of your own in the library",
            "files of your own in the library",
            "No import brought them, so Windfall does not touch them.",
        ),
        Code::MovedFile => Words(
            "file that was moved",
            "files that were moved",
            "They were found under another name. The next import remembers the new place.",
        ),
        Code::StagingLeft => {
            Words("interrupted import", "interrupted imports", "Import the same zips again and it finishes.")
        }
    }
}

/// Numbers of parts, ascending, as a person says them: `3, 5-9`.
pub fn ranges(numbers: &[u32]) -> String {
    let text = |&(first, last): &(u32, u32)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}-{last}"),
    };
    runs(numbers).iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Ascending numbers as runs, each with its first and last.
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
