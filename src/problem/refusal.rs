//! Why something is not read. Permission, a failing drive, damage and absence are four failures with four remedies:
//! an owner who may not open a file would download it again in vain.

use std::io;

use crate::problem::Code;

/// The code of the problem that it becomes, and a sentence for a person.
pub type Refusal = (Code, String);

/// A refusal with the advice for what was downloaded on its own, which is wrong for the files of a library.
pub struct Refused {
    pub code: Code,
    /// What happened, and what helps wherever the file lies.
    pub cause: String,
    /// What helps besides with an archive or a part folder.
    pub advice: Option<&'static str>,
}

impl Refused {
    /// The refusal for an error of the system. `InvalidData` is how decoders call bytes that are not what they
    /// should be.
    pub fn of(error: &io::Error) -> Self {
        let (code, cause) = match error.kind() {
            _ if is_link(error) => {
                (Code::UnsupportedEntry, "it was a file and is a link now: it was not followed".to_owned())
            }
            io::ErrorKind::Unsupported => {
                (Code::UnsupportedEntry, "it was a file and is a pipe or a device now: it was not read".to_owned())
            }
            io::ErrorKind::InvalidData => (Code::DamagedEntry, error.to_string()),
            io::ErrorKind::NotFound => (
                Code::Unreadable,
                "it was here when this run began and is gone now: leave the files where they are, then run this \
                 again"
                    .to_owned(),
            ),
            io::ErrorKind::PermissionDenied => (Code::Unreadable, forbidden(error)),
            _ => {
                let cause = format!("the drive could not read it ({error})");
                return Refused { code: Code::Unreadable, cause, advice: Some(FAILING_DRIVE) };
            }
        };
        Refused { code, cause, advice: None }
    }

    /// All of it in one sentence.
    pub fn message(&self) -> String {
        self.advice.map_or_else(|| self.cause.clone(), |advice| format!("{}: {advice}", self.cause))
    }
}

const FAILING_DRIVE: &str = "nothing is known to be wrong with the file itself; check the cable and the drive, or \
                             copy it to another drive, then run this again";

impl From<Refusal> for Refused {
    fn from((code, cause): Refusal) -> Self {
        Refused { code, cause, advice: None }
    }
}

/// The refusal of an archive or part folder for an error of the system.
pub fn refused(error: &io::Error) -> Refusal {
    let refused = Refused::of(error);
    (refused.code, refused.message())
}

/// The refusal for an error of a walk, which hides the system's error number.
pub fn refused_walk(error: &walkdir::Error) -> Refusal {
    let os = error.io_error().and_then(io::Error::raw_os_error);
    let kind = error.io_error().map_or(io::ErrorKind::Other, io::Error::kind);
    refused(&os.map_or_else(|| kind.into(), io::Error::from_raw_os_error))
}

#[cfg(unix)]
fn is_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_link(_: &io::Error) -> bool {
    false
}

fn forbidden(error: &io::Error) -> String {
    let remedy = if cfg!(target_os = "macos") {
        "allow it in System Settings, Privacy & Security, Files and Folders"
    } else if cfg!(windows) {
        "allow it in the file's Properties, Security, or copy it to a folder of your own"
    } else {
        "make it readable (`chmod u+r`), or run this as the user whose file it is"
    };
    format!("this program may not open it ({error}): {remedy}, then run this again")
}

#[cfg(test)]
mod tests {
    use super::{Refused, refused};
    use crate::problem::Code;
    use std::io::{Error, ErrorKind};

    #[test]
    fn each_failure_has_its_own_remedy() {
        for (error, code, word) in [
            (Error::from(ErrorKind::PermissionDenied), Code::Unreadable, "may not open it"),
            (Error::from(ErrorKind::NotFound), Code::Unreadable, "is gone now"),
            (Error::from_raw_os_error(5), Code::Unreadable, "the drive could not read it"),
            (
                Error::new(ErrorKind::InvalidData, "its bytes are not"),
                Code::DamagedEntry,
                "its bytes are not",
            ),
        ] {
            let (found, message) = refused(&error);
            assert_eq!(found, code, "{error}");
            assert!(message.contains(word), "{message}");
            assert!(!message.contains("download"), "{message}");
        }
    }

    #[test]
    fn a_cause_stands_without_the_advice_for_archives() {
        let refused = Refused::of(&Error::from_raw_os_error(5));
        assert!(
            refused.cause.contains("could not read it") && !refused.cause.contains("cable"),
            "{}",
            refused.cause
        );
        assert_eq!(refused.message(), format!("{}: {}", refused.cause, refused.advice.unwrap()));
    }
}
