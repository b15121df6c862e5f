//! The settings beside the catalog, `.windfall/details/<export>/settings.csv`: if the catalog is lost, what the owner
//! chose is not.
//!
//! The catalog is what counts while it is there; these files are read only to make a lost one anew. They all say the
//! same, and stand where the other tables stand that it is made from.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use csv::{ReaderBuilder, WriterBuilder};

use crate::error::Error;
use crate::library::files::replace;
use crate::library::layout;
use crate::library::settings::RememberedSettings;

/// The files that stand or shall stand, in a fixed order.
pub fn places(library: &Path) -> BTreeSet<PathBuf> {
    let exports =
        fs::read_dir(layout::internal(library).join(layout::DETAILS)).into_iter().flatten().flatten();
    let exports = exports.map(|export| export.path()).filter(|export| is_file(&export.join(layout::ORIGINS)));
    exports.map(|export| export.join(layout::SETTINGS)).collect()
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Puts the settings beside the catalog, durably, unless they stand there already.
///
/// # Errors
/// If the drive is full, gone or read-only.
pub fn keep(library: &Path, settings: &RememberedSettings) -> Result<(), Error> {
    let text = text(settings).map_err(Error::io("write the settings of", library))?;
    for place in places(library) {
        if is_file(&place) && fs::read(&place).is_ok_and(|held| held == text) {
            continue;
        }
        replace(&layout::internal(library), &place, &|to| to.write_all(&text))
            .map_err(Error::io("write", &place))?;
    }
    Ok(())
}

/// What stands beside the catalog; nothing if it cannot be read.
pub fn kept(library: &Path) -> RememberedSettings {
    let files =
        places(library).into_iter().filter(|place| is_file(place)).filter_map(|place| File::open(place).ok());
    let lines = files.flat_map(|file| {
        ReaderBuilder::new().from_reader(file).into_deserialize::<(String, String)>().map_while(Result::ok)
    });
    lines.collect()
}

/// A line for each setting, in the order of their names.
fn text(settings: &RememberedSettings) -> io::Result<Vec<u8>> {
    let mut lines: Vec<(&str, &str)> = settings.iter().filter(|(name, _)| *name != VERSION).collect();
    lines.sort_unstable();
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(["name", "value"])?;
    for (name, value) in lines {
        writer.write_record([name, value])?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// The version of the schema stands among the settings in the catalog, and is the catalog's own.
const VERSION: &str = "schema_version";

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{keep, kept};
    use crate::library::settings::RememberedSettings;

    fn settings(pairs: &[(&str, &str)]) -> RememberedSettings {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn settings_come_back_as_they_were_kept() {
        let library = tempfile::tempdir().unwrap();
        let export = library.path().join(".windfall/details/iCloud Photos");
        fs::create_dir_all(&export).unwrap();
        fs::write(export.join("origins.csv"), "").unwrap();
        assert_eq!(kept(library.path()), settings(&[]));
        let chosen = [("layout", "{year}, \"é\"/%m"), ("time_zone", "Asia/Tokyo")];
        let all = [chosen[0], chosen[1], ("schema_version", "2")];
        keep(library.path(), &settings(&all)).unwrap();
        assert_eq!(kept(library.path()), settings(&chosen));
        let later = [("layout", "{year}"), chosen[1]];
        keep(library.path(), &settings(&later)).unwrap();
        assert_eq!(kept(library.path()), settings(&later));
        // what follows a damaged line is not believed
        fs::write(export.join("settings.csv"), "name,value\nlayout,%Y\ntime_zone\nhidden,skip\n").unwrap();
        assert_eq!(kept(library.path()), settings(&[("layout", "%Y")]));
    }
}
