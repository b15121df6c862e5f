//! `copy`: chosen photos and videos of a library in a folder of their own, and the page of that. The library is only
//! read.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::copy::batch::write;
use crate::copy::choose::{LeftOut, Wanted, choose};
use crate::copy::folder::{Folder, OWN, refuse};
use crate::copy::naming::PAGE;
use crate::copy::shown;
use crate::copy::written::Written;
use crate::error::Error;
use crate::library::catalog::{Catalog, Detail, StoredFile};
use crate::library::filter::{Filters, HiddenAndDeleted};
use crate::library::titles::Titles;
use crate::page::{Copies, write_beside};
use crate::picture::Encoding;
use crate::problem::{Code, Problem};

pub use crate::copy::batch::Run;

/// Whether the folder gets a page of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OwnPage {
    /// It does.
    #[default]
    Written,
    /// It does not; one that stands there stays as it is.
    None,
}

/// What is to be copied, and in which form.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Which photos and videos are meant.
    pub filters: Filters,
    /// Whether hidden and recently deleted ones may be among them.
    pub hidden: HiddenAndDeleted,
    /// What photos become that few programs can show; `None` leaves them as they are.
    pub jpeg: Option<Encoding>,
    /// Whether the folder gets a page.
    pub page: OwnPage,
}

/// What was copied, in files. A Live Photo is two.
#[derive(Debug, Default, Serialize)]
pub struct Copied {
    /// Written byte for byte.
    pub copied: u64,
    /// Written as JPEG.
    pub converted: u64,
    /// Written by an earlier run.
    pub already_there: u64,
    /// What could not be copied, or not as was asked for.
    pub problems: Vec<Problem>,
    /// Bytes written.
    #[serde(skip)]
    pub bytes: u64,
    /// What was asked for and stays.
    #[serde(skip)]
    pub left_out: LeftOut,
    /// The page that was written.
    #[serde(skip)]
    pub page: Option<PathBuf>,
}

/// Copies.
///
/// # Errors
/// If there is no library, the folder lies in one or cannot be written, the drive is full, or the owner interrupts.
/// What is written until then stays, and the next run goes on.
pub fn copy(run: &Run<'_>, wishes: &Wishes) -> Result<Copied, Error> {
    let (files, titles) = read(run.library, &wishes.filters)?;
    refuse(run.library, run.folder)?;
    let wanted = Wanted { filters: &wishes.filters, hidden: wishes.hidden, jpeg: wishes.jpeg };
    let chosen = choose(&files, &titles, &wanted);
    if chosen.items.is_empty() {
        return Ok(Copied { left_out: chosen.left_out, ..Copied::default() });
    }
    let mut folder = Folder::open(run.folder)?;
    let result = write(run, &mut folder, &chosen.items).and_then(|tally| {
        let mut copied = Copied {
            copied: tally.copied,
            converted: tally.converted,
            already_there: tally.already_there,
            problems: tally.problems,
            bytes: tally.bytes,
            left_out: chosen.left_out,
            page: None,
        };
        match wishes.page {
            OwnPage::Written => page(run, &folder, &files, &mut copied)?,
            OwnPage::None => {}
        }
        Ok(copied)
    });
    let closed = folder.close();
    let mut copied = result?;
    closed?;
    copied.problems.sort();
    Ok(copied)
}

/// What the catalog knows of the files, and of their albums if somebody asks for those.
fn read(library: &Path, filters: &Filters) -> Result<(Vec<StoredFile>, Titles), Error> {
    let catalog = Catalog::read(library)?;
    let titles = Titles::read(&catalog, filters)?;
    let mut files = Vec::new();
    catalog.each_file(Detail::WithoutEvidence, &mut |file| {
        files.push(file);
        ControlFlow::Continue(())
    })?;
    Ok((files, titles))
}

/// Writes the page of the folder, with all that stands there.
fn page(run: &Run<'_>, folder: &Folder, originals: &[StoredFile], copied: &mut Copied) -> Result<(), Error> {
    let standing: Vec<&Written> = folder.list.iter().filter(|written| folder.has(written)).collect();
    if standing.is_empty() {
        return Ok(());
    }
    let written = || standing.iter().copied();
    let copies = Copies {
        folder: run.folder,
        own: OWN,
        files: shown::files(written(), &folder.list, originals),
        albums: shown::albums(written()),
    };
    let page = run.folder.join(PAGE);
    match write_beside(copies, &page, run.watch, run.jobs) {
        Err(Error::NotAPage(_)) => {
            let message = "something else has the name of the page, so none was written: move it away, then run the \
                           same command again";
            copied.problems.push(Problem::new(Code::WriteFailed, message).with_entry(PAGE));
        }
        result => {
            result?;
            copied.page = Some(page);
        }
    }
    Ok(())
}
