//! `.windfall/details/<export>/settings.csv`: what the owner chose.
//!
//! The form of albums is not in it, unless it was asked for and no drive has it of its own: two drives that hold the
//! same photos hold the same tables. Whether lists stand, a look at the library tells.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::Path;

use chrono_tz::Tz;
use csv::{ReaderBuilder, WriterBuilder};

use super::{is_file, places, put};
use crate::category::{Mbox, Packages, Wanted};
use crate::error::Error;
use crate::library::layout;
use crate::library::settings::{
    AlbumForm, Hidden, Memories, RecentlyDeleted, RememberedSettings, SidecarForm, Word, name,
};
use crate::library::template::{Purpose, Template};

/// The version of the schema stands among the settings in the catalog, and is the catalog's own.
const VERSION: &str = "schema_version";

pub(super) fn keep(library: &Path, settings: &RememberedSettings) -> Result<(), Error> {
    let text = text(settings).map_err(Error::io("write the settings of", library))?;
    put(library, layout::SETTINGS, Some(&text))
}

/// What stands beside a catalog that is lost.
#[derive(Debug, Default)]
pub struct Kept {
    /// What can be understood of all tables.
    pub settings: RememberedSettings,
    /// How many lines cannot be, and are in no other table.
    pub lost: usize,
}

/// Reads every table. A line that is damaged costs nothing if another table has it whole.
pub fn kept(library: &Path) -> Kept {
    let mut kept = Kept::default();
    let (mut whole, mut lost) = (BTreeMap::new(), BTreeSet::new());
    let files =
        places(library, layout::SETTINGS).unwrap_or_default().into_iter().filter(|place| is_file(place));
    for file in files.filter_map(|place| File::open(place).ok()) {
        for line in ReaderBuilder::new().from_reader(file).into_deserialize::<(String, String)>() {
            match line {
                Ok((name, _)) if name == VERSION => {}
                Ok((name, value)) if is_understood(&name, &value) => _ = whole.insert(name, value),
                Ok((name, _)) => _ = lost.insert(name),
                // what follows is not believed
                Err(_) => {
                    kept.lost += 1;
                    break;
                }
            }
        }
    }
    kept.lost += lost.iter().filter(|name| !whole.contains_key(*name)).count();
    kept.settings = whole.into_iter().collect();
    kept
}

fn is_understood(name: &str, value: &str) -> bool {
    let is_template = |purpose| Template::parse(value, purpose).is_ok();
    match name {
        name::LAYOUT | name::LAYOUT_BEFORE => is_template(Purpose::Layout),
        name::NAME | name::NAME_BEFORE => is_template(Purpose::Name),
        name::TIME_ZONE => value.parse::<Tz>().is_ok(),
        name::ALBUMS => AlbumForm::from_name(value).is_some(),
        name::MEMORIES => Memories::from_name(value).is_some(),
        name::HIDDEN => Hidden::from_name(value).is_some(),
        name::RECENTLY_DELETED => RecentlyDeleted::from_name(value).is_some(),
        name::SIDECARS => Option::<SidecarForm>::from_name(value).is_some(),
        name::ONLY => Wanted::parse(value).is_ok(),
        name::APPLE_ZONE => value.parse::<Tz>().is_ok(),
        name::MBOX => Mbox::from_name(value).is_some(),
        name::PACKAGES => Packages::from_name(value).is_some(),
        // of a later version
        _ => true,
    }
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
    use std::path::Path;

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
        let kept = |library: &Path| kept(library).settings;
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

    #[test]
    fn a_value_that_nobody_understands_is_lost_unless_another_table_has_it() {
        let library = tempfile::tempdir().unwrap();
        let table = |export: &str, lines: &str| {
            let folder = library.path().join(".windfall/details").join(export);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("origins.csv"), "").unwrap();
            fs::write(folder.join("settings.csv"), format!("name,value\n{lines}")).unwrap();
        };
        table("A", "layout,%Y\nhidden,skip\n");
        table("B", "layout,../%Y\nhidden,purple\ntime_zone,Mars/Base\nsomething,new\n");
        let super::Kept { settings: found, lost } = kept(library.path());
        assert_eq!(found, settings(&[("layout", "%Y"), ("hidden", "skip"), ("something", "new")]));
        assert_eq!(lost, 1);
    }
}
