//! Why a catalog cannot be read or written, in the few kinds that a run or a person can do something about.

use rusqlite::ErrorCode;

/// What SQLite says, or which word of a record is none of ours.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Fault(#[from] rusqlite::Error);

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The drive has no space left.
    Full,
    /// What stands there is damaged, or no catalog.
    Damaged,
    /// Another program uses it.
    InUse,
    /// It may not be opened, or not be written.
    Refused,
    /// It says something that this version does not know.
    UnknownWord,
    /// Anything else.
    Other,
}

impl Fault {
    /// What kind it is.
    pub fn kind(&self) -> FaultKind {
        match self.0.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => FaultKind::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => FaultKind::Damaged,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => FaultKind::InUse,
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::OutOfMemory,
            ) => FaultKind::Refused,
            None if matches!(self.0, rusqlite::Error::FromSqlConversionFailure(..)) => FaultKind::UnknownWord,
            _ => FaultKind::Other,
        }
    }

    /// Whether half of a transaction waits to be taken back, which takes writing.
    pub(super) fn needs_rollback(&self) -> bool {
        let code = self.0.sqlite_error().map(|error| error.extended_code);
        code == Some(rusqlite::ffi::SQLITE_READONLY_ROLLBACK)
    }
}
