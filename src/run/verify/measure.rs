//! Sizes of pictures and lengths of movies. A library of an earlier version knows none, and a verification reads every
//! byte anyway.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::category::{self, Vouched};
use crate::error::Error;
use crate::library::catalog::{Catalog, Measures};
use crate::library::path::LibraryPath;
use crate::run::verify::VerifyRun;
use crate::threads;

/// Measures the intact photos and videos of which the catalog has no measures.
///
/// # Errors
/// If the catalog refuses.
pub fn measure(run: &VerifyRun<'_>, catalog: &mut Catalog) -> Result<(), Error> {
    let unmeasured = catalog.unmeasured()?;
    if unmeasured.is_empty() {
        return Ok(());
    }
    let one = |(path, content): &(LibraryPath, i64)| {
        let file = File::open(path.to_path(run.library)).ok()?;
        let size = file.metadata().ok()?.len();
        let inspect = || category::inspect(&mut BufReader::new(file), size, Vouched::ByArchive).embedded;
        // whatever a parser does with strange bytes
        let embedded = catch_unwind(AssertUnwindSafe(inspect)).ok()?;
        let measures = Measures { pixels: embedded.pixels, duration: embedded.duration };
        (measures != Measures::default()).then_some((*content, measures))
    };
    let measured: Vec<(i64, Measures)> =
        threads::pool(run.jobs)?.install(|| unmeasured.par_iter().filter_map(one).collect());
    catalog.record_measures(&measured)
}
