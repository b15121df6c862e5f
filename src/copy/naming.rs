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
    let mut taken = taken(&bases, &numbers, list);
    let mut places: Vec<Place> =
        bases.iter().map(|base| Place { path: base.clone(), as_it_is: base.clone() }).collect();
    let is_movie = |number: &usize| items[*number].file.kind == Some(Kind::Video);
    let (movies, stills): (Vec<usize>, Vec<usize>) = (0..items.len()).partition(is_movie);
    for number in stills.into_iter().chain(movies) {
        let (item, base, key) = (&items[number], &bases[number], &keys[number]);
        let (stem, extension) = split(base.file_name());
        let extension = extension_in(item.form, extension);
        let still = item.file.live_photo.clone().filter(|_| is_movie(&number));
        let still = still.and_then(|original| numbers.get(&Key { folder: key.folder.clone(), original }));
        let beside = still.map(|still| split(places[*still].path.file_name()).0.to_owned());
        let names = beside.iter().map(|stem| with_suffix(stem, extension, 1));
        let names = names.chain((1..).map(|n| with_suffix(stem, extension, n)));
        let is_free = |path: &LibraryPath| taken.get(&PathKey::of(path)).is_none_or(|whose| *whose == number);
        let path = match standing(list, key, item.form, extension) {
            Some(path) => path,
            None => names.map(|name| renamed(base, &name)).find(is_free).unwrap_or_else(|| base.clone()),
        };
        taken.insert(PathKey::of(&path), number);
        places[number].path = path;
    }
    places
}

/// Whose each name is, as the number of an item. A number that no item has stands for what goes nowhere today.
fn taken(bases: &[LibraryPath], numbers: &HashMap<&Key, usize>, list: &List) -> HashMap<PathKey, usize> {
    let nobody = bases.len();
    let mut taken: HashMap<PathKey, usize> = [(PathKey::of(&LibraryPath::new([PAGE])), nobody)].into();
    for written in list.iter() {
        taken.insert(PathKey::of(&written.path), numbers.get(&written.key()).copied().unwrap_or(nobody));
    }
    // nothing that gets a new name takes the one that another has in the library
    for (number, base) in bases.iter().enumerate() {
        taken.entry(PathKey::of(base)).or_insert(number);
    }
    taken
}

/// The extension of a file in a form.
fn extension_in(form: Form, extension: &str) -> &str {
    let is_jpeg = ["jpg", "jpeg"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    match form {
        Form::Jpeg(_) if !is_jpeg => "jpg",
        Form::Jpeg(_) | Form::AsItIs => extension,
    }
}

/// Where a copy in this form stands already.
fn standing(list: &List, key: &Key, form: Form, extension: &str) -> Option<LibraryPath> {
    let form = form.to_string();
    let has_extension = |path: &LibraryPath| split(path.file_name()).1.eq_ignore_ascii_case(extension);
    let standing = list.of(key).find(|written| written.form == form && has_extension(&written.path));
    standing.map(|written| written.path.clone())
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

/// The path of a file that is called otherwise.
fn renamed(path: &LibraryPath, name: &str) -> LibraryPath {
    path.parent().map_or_else(|| LibraryPath::new([name]), |folder| folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::{Form, Item, Kind, List, PAGE, places};
    use crate::copy::written::{Hand, Written};
    use crate::library::catalog::StoredFile;
    use crate::library::path::LibraryPath;
    use crate::library::record::FileRecord;
    use crate::picture::Encoding;

    const JPEG: Form = Form::Jpeg(Encoding { quality: 90, long_edge: None });

    fn path(text: &str) -> LibraryPath {
        LibraryPath::parse(text).unwrap()
    }

    fn file(path: &str) -> StoredFile {
        let kind = if path.ends_with(".MOV") { Kind::Video } else { Kind::Photo };
        StoredFile::sample(path, kind)
    }

    /// Where files go in these forms. What ends in `.MOV` belongs to the still before it.
    fn named(files: &[(&str, Form)], list: &List) -> Vec<String> {
        let mut stored: Vec<StoredFile> = Vec::new();
        for (name, _) in files {
            let live_photo = stored.last().filter(|_| name.ends_with(".MOV")).map(|still| still.path.clone());
            stored.push(FileRecord { live_photo, ..file(name) });
        }
        let items = stored.iter().zip(files).map(|(file, (_, form))| Item { file, album: None, form: *form });
        let items: Vec<Item<'_>> = items.collect();
        places(&items, list).iter().map(|place| place.path.to_string()).collect()
    }

    fn written(to: &str, original: &str, form: Form) -> Written {
        let blake3 = blake3::hash(b"");
        Written {
            path: path(to),
            size: 0,
            blake3,
            original: path(original),
            original_blake3: blake3,
            form: form.to_string(),
            album: String::new(),
            hand: Hand::Ours,
        }
    }

    #[test]
    fn names_are_those_of_the_library_unless_they_meet() {
        let as_it_is = Form::AsItIs;
        for (files, expected) in [
            (&[("a/1.HEIC", as_it_is), ("a/1.MOV", as_it_is)][..], &["a/1.HEIC", "a/1.MOV"][..]),
            (&[("a/1.HEIC", JPEG), ("b/1.HEIC", JPEG)], &["a/1.jpg", "b/1.jpg"]),
            // what stays as it is keeps its name, whatever comes first
            (&[("a/1.HEIC", JPEG), ("a/1.JPG", as_it_is)], &["a/1 (2).jpg", "a/1.JPG"]),
            // the movie follows its still
            (
                &[("a/1.HEIC", JPEG), ("a/1.MOV", as_it_is), ("a/1.jpeg", as_it_is), ("a/1.Jpg", as_it_is)],
                &["a/1 (2).jpg", "a/1 (2).MOV", "a/1.jpeg", "a/1.Jpg"],
            ),
            (
                &[("a/1.DNG", JPEG), ("a/1.HEIC", JPEG), ("a/1.tiff", JPEG)],
                &["a/1.jpg", "a/1 (2).jpg", "a/1 (3).jpg"],
            ),
            // a HEIC that is called a JPEG is one now
            (&[("a/1.JPG", JPEG), ("a/1.HEIC", JPEG)], &["a/1.JPG", "a/1 (2).jpg"]),
            // one file on many drives
            (&[("a/É.HEIC", JPEG), ("a/e\u{301}.jpg", as_it_is)], &["a/É (2).jpg", "a/é.jpg"]),
            (&[(PAGE, as_it_is), ("1.HEIC", JPEG)], &["photos (2).html", "1.jpg"]),
            (
                &[("1. 2/x:y.HEIC", JPEG), (".windfall-copy/x", as_it_is)],
                &["1. 2/x_y.jpg", "_windfall-copy/x"],
            ),
        ] {
            assert_eq!(named(files, &List::default()), expected, "{files:?}");
        }
    }

    #[test]
    fn what_stands_keeps_its_name() {
        let mut list = List::default();
        list.add(written("a/1.jpg", "a/1.HEIC", JPEG));
        list.add(written("a/2.HEIC", "a/2.HEIC", Form::AsItIs));
        list.add(written("a/4.jpg", "a/gone.HEIC", JPEG));
        let files = [
            ("a/1.HEIC", JPEG),
            ("a/1.JPG", Form::AsItIs),
            ("a/2.HEIC", JPEG),
            ("a/3.HEIC", JPEG),
            ("a/4.HEIC", JPEG),
        ];
        assert_eq!(named(&files, &list), ["a/1.jpg", "a/1 (2).JPG", "a/2.jpg", "a/3.jpg", "a/4 (2).jpg"]);
    }

    #[test]
    fn albums_are_folders_that_every_drive_can_hold() {
        let file = file("2024/1.HEIC");
        let titles = ["..", "CON", "Lake", "a/b", "a\\b", "lake", "\u{202e}x "];
        let items = titles.map(|title| Item { file: &file, album: Some(title), form: Form::AsItIs });
        let folders = places(&items, &List::default());
        let folders: Vec<&str> = folders.iter().map(|place| place.path.as_str()).collect();
        let expected = ["_", "_CON", "Lake", "a_b", "a_b (2)", "lake (2)", "_x"];
        assert_eq!(folders, expected.map(|folder| format!("{folder}/2024/1.HEIC")));
    }
}
