//! Problems: what is wrong with one row, entry, archive or part. A problem is a value in the report and never stops a
//! run; what does is an [`Error`](crate::Error).
//!
//! A problem carries its own severity although its code has one: a `checksum-mismatch` is an error only where nothing
//! else vouches for the bytes.

pub mod advice;
pub mod amount;
pub mod refusal;
pub mod remedy;
pub mod standing;

use serde::{Deserialize, Serialize};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something is missing, damaged or could not be written: exit code 3.
    Error,
    /// Everything is there, but a person may want to look.
    Warning,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $severity:ident;)*) => {
        /// What kind of problem it is. The text is stable (JSON field `code`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)*
        }

        impl Code {
            /// Every code, in the order in which a summary lists them.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// The text in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text),* }
            }

            /// The severity that problems of this code usually have.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),* }
            }
        }
    };
}

codes! {
    /// Neither the inputs nor the library have this part.
    MissingPart = "missing-part", Error;
    /// A row names a photo that is nowhere in the inputs or the library.
    MissingMedia = "missing-media", Error;
    /// An archive cannot be read, or only in part.
    DamagedArchive = "damaged-archive", Error;
    /// An entry's bytes are not what its archive declares.
    DamagedEntry = "damaged-entry", Error;
    /// A row has another fingerprint than the file it names (mostly a warning).
    ChecksumMismatch = "checksum-mismatch", Error;
    /// The library's file system cannot hold a file of this size.
    TooLarge = "too-large", Error;
    /// The catalog contradicts itself or the library.
    CatalogDamaged = "catalog-damaged", Error;
    /// An entry is encrypted.
    EncryptedEntry = "encrypted-entry", Error;
    /// An entry is a link, or compressed by a method that is not supported.
    UnsupportedEntry = "unsupported-entry", Error;
    /// An entry's name would lead outside the library.
    UnsafeName = "unsafe-name", Error;
    /// An archive or entry expands more than any real photo or video.
    LimitExceeded = "limit-exceeded", Error;
    /// A file could not be written.
    WriteFailed = "write-failed", Error;
    /// A file of the library no longer holds the bytes that were imported, and nobody seems to have changed it.
    DamagedFile = "damaged-file", Error;
    /// A file of the library no longer holds the bytes that were imported.
    ChangedFile = "changed-file", Error;
    /// A file of the library is gone.
    MissingFile = "missing-file", Error;
    /// Something could not be read although nothing shows it to be damaged: no permission, or the drive failed.
    Unreadable = "unreadable", Error;
    /// An entry of an input is not in the library.
    NotHeld = "not-held", Error;
    /// Apple's list of another category names something that is nowhere in the inputs or the library.
    MissingItem = "missing-item", Error;
    /// A photo or video has no row.
    UnlistedMedia = "unlisted-media", Warning;
    /// An export came without any details.
    NoDetails = "no-details", Warning;
    /// A row, or one value of it, cannot be read.
    BadRow = "bad-row", Warning;
    /// A details file has no rows.
    EmptyDetails = "empty-details", Warning;
    /// An export's checksums are of a kind that cannot be checked.
    OpaqueChecksums = "opaque-checksums", Warning;
    /// Rows of one file disagree about its date by more than a day.
    ConflictingRows = "conflicting-rows", Warning;
    /// A row could mean one of several files.
    AmbiguousRow = "ambiguous-row", Warning;
    /// An album names a file, and several photos have that name.
    AmbiguousAlbumEntry = "ambiguous-album-entry", Warning;
    /// An album names a file, and no photo has that name.
    UnresolvedAlbumEntry = "unresolved-album-entry", Warning;
    /// Nothing tells when a photo or video was taken.
    Undated = "undated", Warning;
    /// A photo or video has 0 bytes.
    Placeholder = "placeholder", Warning;
    /// A download that the browser has not finished.
    UnfinishedDownload = "unfinished-download", Warning;
    /// A name was rewritten because some system could not hold it.
    Renamed = "renamed", Warning;
    /// The library's drive has no symbolic links.
    LinksUnsupported = "links-unsupported", Warning;
    /// No import put this file into the library.
    ExtraFile = "extra-file", Warning;
    /// A file of the library stands under another name.
    MovedFile = "moved-file", Warning;
    /// Bytes of an interrupted run wait in staging.
    StagingLeft = "staging-left", Warning;
    /// Folders of albums do not stand, or stand empty.
    AlbumsGone = "albums-gone", Warning;
    /// Something of another category is in no list of Apple's.
    UnlistedItem = "unlisted-item", Warning;
    /// The owner asked for a category of which nothing is here.
    MissingCategory = "missing-category", Warning;
    /// A file that Windfall made was changed, and a newer one stands beside it.
    EditedByOwner = "edited-by-owner", Warning;
    /// A document of iCloud Drive is a folder and came as a zip, which no program opens.
    PackageAsZip = "package-as-zip", Warning;
    /// A list of reminders came without its reminders.
    RemindersNotDelivered = "reminders-not-delivered", Warning;
}

/// One thing wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// What kind it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// File name of the archive or part folder; `Outer.zip/Inner.zip` if nested.
    pub archive: Option<String>,
    /// Path inside the archive, verbatim; for a problem of the library, the path there.
    pub entry: Option<String>,
    /// One sentence for a person: what, and what to do next.
    pub message: String,
}

impl Problem {
    /// A problem with the usual severity of its code and no place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Problem { code, severity: code.severity(), archive: None, entry: None, message: message.into() }
    }

    /// The same problem, in this archive.
    pub fn in_archive(mut self, archive: impl Into<String>) -> Self {
        self.archive = Some(archive.into());
        self
    }

    /// The same problem, with this entry.
    pub fn with_entry(mut self, entry: impl Into<String>) -> Self {
        self.entry = Some(entry.into());
        self
    }

    /// The same problem as a warning.
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}
