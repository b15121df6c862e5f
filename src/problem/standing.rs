//! How long a problem stands: until a part is seen, an entry is read, or the next run looks again.

use crate::problem::Code;

/// How long a problem stands: until its part is seen, until the next import or run of its command,
/// or until its entry is read.
pub enum Until {
    /// The parts that the catalog knows decide.
    PartIsSeen,
    /// Every run looks at the whole library.
    NextRun,
    /// Only that archive can tell.
    EntryIsRead,
}

impl Code {
    /// What ends such a problem.
    pub fn stands_until(self) -> Until {
        match self {
            Code::MissingPart => Until::PartIsSeen,
            Code::DamagedArchive
            | Code::DamagedEntry
            | Code::EncryptedEntry
            | Code::UnsupportedEntry
            | Code::UnsafeName
            | Code::LimitExceeded
            | Code::TooLarge
            | Code::Placeholder => Until::EntryIsRead,
            _ => Until::NextRun,
        }
    }

    /// Whether it is about what Apple delivered, and lasts as long as nothing else is delivered. All others may have
    /// been put right, so a run looks again.
    pub fn lasts(self) -> bool {
        use Code::{
            AmbiguousAlbumEntry, AmbiguousRow, BadRow, ChecksumMismatch, ConflictingRows, EmptyDetails,
            MissingItem, MissingMedia, MissingPart, NoDetails, OpaqueChecksums, Placeholder, Renamed,
            Undated, UnfinishedDownload, UnlistedItem, UnlistedMedia, UnresolvedAlbumEntry,
        };
        matches!(
            self,
            MissingPart
                | MissingMedia
                | MissingItem
                | ChecksumMismatch
                | UnlistedMedia
                | UnlistedItem
                | NoDetails
                | BadRow
                | EmptyDetails
                | OpaqueChecksums
                | ConflictingRows
                | AmbiguousRow
                | AmbiguousAlbumEntry
                | UnresolvedAlbumEntry
                | Undated
                | Placeholder
                | UnfinishedDownload
                | Renamed
        )
    }
}
