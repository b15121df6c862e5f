//! `.windfall/details/<export>/settings.csv`: what the owner chose.
//!
//! The form of albums is not in it, unless it was asked for and no drive has it of its own: two drives that hold the
//! same photos hold the same tables. Whether lists stand, a look at the library tells.

use std::fs::File;
use std::io;
use std::path::Path;

use csv::{ReaderBuilder, WriterBuilder};

use super::{is_file, places, put};
use crate::error::Error;
use crate::library::layout;
use crate::library::settings::{AlbumForm, RememberedSettings, Word, name};

/// The version of the schema stands among the settings in the catalog, and is the catalog's own.
const VERSION: &str = "schema_version";

pub(super) fn keep(library: &Path, settings: &RememberedSettings) -> Result<(), Error> {
    let text = text(settings).map_err(Error::io("write the settings of", library))?;
    put(library, layout::SETTINGS, Some(&text))
}

/// What stands beside the catalog; nothing if it cannot be read.
pub fn kept(library: &Path) -> RememberedSettings {
    let files = places(library, layout::SETTINGS)
        .unwrap_or_default()
        .into_iter()
        .filter(|place| is_file(place))
        .filter_map(|place| File::open(place).ok());
    let lines = files.flat_map(|file| {
        ReaderBuilder::new().from_reader(file).into_deserialize::<(String, String)>().map_while(Result::ok)
    });
    lines.collect()
}

/// A line for each setting, in the order of their names.
fn text(settings: &RememberedSettings) -> io::Result<Vec<u8>> {
    let mut lines: Vec<(&str, &str)> =
        settings.iter().filter(|&(name, value)| name != VERSION && !is_of_the_drive(name, value)).collect();
    lines.sort_unstable();
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(["name", "value"])?;
    for (name, value) in lines {
        writer.write_record([name, value])?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn is_of_the_drive(name: &str, value: &str) -> bool {
    name == name::ALBUMS && matches!(AlbumForm::from_name(value), Some(AlbumForm::Auto | AlbumForm::List))
}

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
        let all = [chosen[0], chosen[1], ("schema_version", "2"), ("albums", "list")];
        keep(library.path(), &settings(&all)).unwrap();
        assert_eq!(kept(library.path()), settings(&chosen));
        let later = [("layout", "{year}"), chosen[1], ("albums", "copy")];
        keep(library.path(), &settings(&later)).unwrap();
        assert_eq!(kept(library.path()), settings(&later));
        // what follows a damaged line is not believed
        fs::write(export.join("settings.csv"), "name,value\nlayout,%Y\ntime_zone\nhidden,skip\n").unwrap();
        assert_eq!(kept(library.path()), settings(&[("layout", "%Y")]));
    }
}
