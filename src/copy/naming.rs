//! Where each file goes in a folder of copies: where it stands in the library, below its album's name if albums were
//! asked for.
//!
//! A photo that becomes a JPEG may meet a file of its new name. It then gets ` (2)`, by the library's rules, and its
//! movie follows it. What stands already keeps its name, so the second run gives the same names as the first, and one
//! that was killed does no harm.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::apple::text::split;
use crate::category::photos::media::Kind;
use crate::copy::Form;
use crate::copy::choose::Item;
use crate::copy::written::{Key, List};
use crate::library::name::{fold, with_suffix};
use crate::library::path::{LibraryPath, PathKey};

/// The page of a folder of copies.
pub const PAGE: &str = "photos.html";

/// Where an item goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// In the form that was asked for.
    pub path: LibraryPath,
    /// As it is, where it cannot have that form.
    pub as_it_is: LibraryPath,
}

impl Place {
    /// The key of the copy here of this file.
    pub fn key(&self, original: &LibraryPath) -> Key {
        Key::new(&self.path, original)
    }
}

/// A place for each item, in their order.
pub fn places(items: &[Item<'_>], list: &List) -> Vec<Place> {
    let folders = folders(items);
    let bases: Vec<LibraryPath> = items.iter().map(|item| base(item, &folders)).collect();
    let keys: Vec<Key> =
        items.iter().zip(&bases).map(|(item, base)| Key::new(base, &item.file.path)).collect();
    let numbers: HashMap<&Key, usize> = keys.iter().enumerate().map(|(number, key)| (key, number)).collect();
    // whose each name is; a number that no item has stands for what goes nowhere today
    let mut taken: HashMap<PathKey, usize> = HashMap::new();
    let nobody = items.len();
    taken.insert(PathKey::of(&LibraryPath::new([PAGE])), nobody);
    for written in list.iter() {
        let whose = numbers.get(&written.key()).copied().unwrap_or(nobody);
        taken.insert(PathKey::of(&written.path), whose);
    }
    for (number, base) in bases.iter().enumerate() {
        taken.entry(PathKey::of(base)).or_insert(number);
    }
    let mut places: Vec<Place> =
        bases.iter().map(|base| Place { path: base.clone(), as_it_is: base.clone() }).collect();
    let is_movie = |number: &usize| items[*number].file.kind == Some(Kind::Video);
    let (movies, stills): (Vec<usize>, Vec<usize>) = (0..items.len()).partition(is_movie);
    for number in stills.into_iter().chain(movies) {
        let (item, base, key) = (&items[number], &bases[number], &keys[number]);
        let (stem, extension) = split(base.file_name());
        let extension = match item.form {
            Form::Jpeg(_) if !is_jpeg(extension) => "jpg",
            Form::Jpeg(_) | Form::AsItIs => extension,
        };
        let still = item.file.live_photo.clone().filter(|_| is_movie(&number));
        let still = still.and_then(|original| numbers.get(&Key { folder: key.folder.clone(), original }));
        let beside = still.map(|still| split(places[*still].path.file_name()).0.to_owned());
        let names = beside.iter().map(|stem| with_suffix(stem, extension, 1));
        let names = names.chain((1..).map(|n| with_suffix(stem, extension, n)));
        let is_free = |path: &LibraryPath| taken.get(&PathKey::of(path)).is_none_or(|whose| *whose == number);
        let form = item.form.to_string();
        let standing = list.of(key).find(|written| {
            written.form == form && split(written.path.file_name()).1.eq_ignore_ascii_case(extension)
        });
        let path = match standing {
            Some(written) => written.path.clone(),
            None => names.map(|name| beside_of(base, &name)).find(is_free).unwrap_or_else(|| base.clone()),
        };
        taken.insert(PathKey::of(&path), number);
        places[number].path = path;
    }
    places
}

/// The folder of each album. Titles whose names would clash are told apart in their order.
fn folders<'a>(items: &[Item<'a>]) -> HashMap<&'a str, String> {
    let titles: BTreeSet<&str> = items.iter().filter_map(|item| item.album).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut folders = HashMap::new();
    for title in titles {
        let names = (1..).map(|n| with_suffix(title, "", n));
        let mut free = names.filter(|name| taken.insert(fold(name)));
        if let Some(name) = free.next() {
            folders.insert(title, name);
        }
    }
    folders
}

/// Where an item goes if it keeps its name.
fn base(item: &Item<'_>, folders: &HashMap<&str, String>) -> LibraryPath {
    let album = item.album.and_then(|title| folders.get(title)).map(String::as_str);
    LibraryPath::new(album.into_iter().chain(item.file.path.as_str().split('/')))
}

fn beside_of(path: &LibraryPath, name: &str) -> LibraryPath {
    path.parent().map_or_else(|| LibraryPath::new([name]), |folder| folder.join(name))
}

fn is_jpeg(extension: &str) -> bool {
    ["jpg", "jpeg"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
