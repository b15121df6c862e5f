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
            "They were in Recently Deleted, and Apple delivered their rows without them.",
        )),
        Code::ChecksumMismatch => Some((
            "file of another version than its row",
            "files of another version than their rows",
            "Apple's row speaks of another version, mostly of one before or after an edit. The files are whole and were kept.",
        )),
        _ => None,
    }
}

fn usual(code: Code) -> Words {
    match code {
        Code::MissingPart => (
            "missing part",
            "missing parts",
            "Apple announced more than is here. Download what is missing, then run this again.",
        ),
        Code::MissingMedia => (
            "missing photo or video",
            "missing photos or videos",
            "Apple's details list them and none of the parts holds them. Get missing and damaged parts first, then look in iCloud.",
        ),
        Code::DamagedArchive => (
            "damaged archive",
            "damaged archives",
            "What can be read in them was read. Download them again, then run this again.",
        ),
        Code::DamagedEntry => (
            "damaged file",
            "damaged files",
            "Their bytes are not what the archive promises. Download that archive again, then run this again.",
        ),
        Code::ChecksumMismatch => (
            "file that is cut short",
            "files that are cut short",
            "They end too early and Apple's checksum is another. Get the zip again, and import it as it is.",
        ),
        Code::TooLarge => (
            "file that is too large for the drive",
            "files that are too large for the drive",
            "The drive's file system has a limit (FAT32: 4.3 GB). Choose a drive with exFAT, NTFS, APFS or ext4 for these.",
        ),
        Code::CatalogDamaged => (
            "fault in the catalog",
            "faults in the catalog",
            "The photos are not touched by it. `windfall verify --rebuild-catalog` makes the catalog anew.",
        ),
        Code::EncryptedEntry => (
            "encrypted file",
            "encrypted files",
            "Apple does not encrypt, somebody packed them anew. Unpack the archive with its password and import the folder.",
        ),
        Code::UnsupportedEntry => (
            "entry that cannot be read",
            "entries that cannot be read",
            "They are links, pipes or devices, or compressed in a way that Apple never uses. Each line says which.",
        ),
        Code::UnsafeName => (
            "entry with an unsafe name",
            "entries with unsafe names",
            "Their names lead out of the library, so they were not written. Apple makes no such names: ask where the archive is from.",
        ),
        Code::LimitExceeded => (
            "entry that expands beyond reason",
            "entries that expand beyond reason",
            "No real photo or video is like that, so it was stopped. Download the archive again from Apple.",
        ),
        Code::WriteFailed => (
            "file that could not be written",
            "files that could not be written",
            "Look after the drive, then run this again: only what is not there yet is written.",
        ),
        Code::ChangedFile => (
            "changed file in the library",
            "changed files in the library",
            "They are not what was imported. They were left as they are.",
        ),
        Code::MissingFile => (
            "file that is gone from the library",
            "files that are gone from the library",
            "Import the archives that hold them to get them back.",
        ),
        Code::Unreadable => (
            "file or folder that could not be read",
            "files or folders that could not be read",
            "Nothing says that they are damaged, and nothing has to be downloaded again. Each line says what to do; then run this again.",
        ),
        Code::NotHeld => (
            "entry that the library does not hold",
            "entries that the library does not hold",
            "Keep the archives until these are in the library, or until you know that you do not want them.",
        ),
        Code::UnlistedMedia => (
            "file without a row in Apple's details",
            "files without rows in Apple's details",
            "They were kept and dated by what they say themselves; only their archive vouches for them.",
        ),
        Code::NoDetails => (
            "export without Apple's details",
            "exports without Apple's details",
            "Nobody can tell then whether all photos are there. The details come with the privacy export, in each part.",
        ),
        Code::BadRow => (
            "row that cannot be read in full",
            "rows that cannot be read in full",
            "What could be read of them was used, and the details are kept as they came.",
        ),
        Code::EmptyDetails => (
            "details file without rows",
            "details files without rows",
            "Apple's file about the photos is empty; the photos are dated by what they say themselves.",
        ),
        Code::OpaqueChecksums => (
            "export with checksums of another kind",
            "exports with checksums of another kind",
            "Apple's checksums in it cannot be computed by anybody else, so these files stay unproved. They are not damaged.",
        ),
        Code::ConflictingRows => (
            "file whose rows disagree about its date",
            "files whose rows disagree about their date",
            "The earliest date was taken. `windfall list --explain` shows what each source says.",
        ),
        Code::AmbiguousRow => (
            "row that could mean several files",
            "rows that could mean several files",
            "It was given to none of them; they are dated by what they say themselves.",
        ),
        Code::AmbiguousAlbumEntry => (
            "album entry that could mean several photos",
            "album entries that could mean several photos",
            "Albums state file names only. All that bear the name were added.",
        ),
        Code::UnresolvedAlbumEntry => (
            "album entry without a photo",
            "album entries without photos",
            "The album names a file that is in none of the parts; missing parts may bring it.",
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
            "They were left alone. Let the browser finish them, then run this again.",
        ),
        Code::Renamed => (
            "name that was rewritten",
            "names that were rewritten",
            "Some systems cannot hold them. The catalog knows the original names.",
        ),
        Code::LinksUnsupported => (
            "drive without links",
            "drives without links",
            "Albums are there in another form; nothing is missing from them.",
        ),
        Code::ExtraFile => (
            "file of your own in the library",
            "files of your own in the library",
            "No import brought them. They are left alone.",
        ),
        Code::MovedFile => (
            "file that was moved",
            "files that were moved",
            "Their bytes were found under another name. The next import remembers the new place.",
        ),
        Code::StagingLeft => (
            "interrupted import that waits",
            "interrupted imports that wait",
            "Give it the same archives again and it finishes.",
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
