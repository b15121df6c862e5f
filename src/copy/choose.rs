//! Which files of a library go along, and in which form.
//!
//! Photos and videos are chosen. A still brings the movie of its Live Photo and its RAW files, and, where it goes as it
//! is, what Photos noted of its edits: to a JPEG that says nothing. Hidden and deleted ones stay unless they are asked
//! for, also where something else would bring them.

use std::collections::{BTreeMap, HashMap};

use crate::category::photos::media::{Format, Kind};
use crate::copy::Form;
use crate::library::catalog::StoredFile;
use crate::library::filter::{Filters, HiddenAndDeleted};
use crate::library::path::LibraryPath;
use crate::library::record::Area;
use crate::library::titles::Titles;
use crate::picture::Encoding;

/// What somebody wants a copy of.
pub struct Wanted<'a> {
    pub filters: &'a Filters,
    pub hidden: HiddenAndDeleted,
    /// What photos become that few programs can show; `None` leaves them as they are.
    pub jpeg: Option<Encoding>,
}

/// A file that goes along.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item<'a> {
    pub file: &'a StoredFile,
    /// The album by which it was chosen, if albums were asked for.
    pub album: Option<&'a str>,
    pub form: Form,
}

/// What was asked for and does not go along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Photos and videos that are hidden.
    pub hidden: u64,
    /// Photos and videos that were recently deleted.
    pub deleted: u64,
}

/// What goes along, by album and path, and what does not.
#[derive(Debug, Default, PartialEq)]
pub struct Chosen<'a> {
    pub items: Vec<Item<'a>>,
    pub left_out: LeftOut,
}

/// Chooses among the files of a library.
pub fn choose<'a>(files: &'a [StoredFile], titles: &'a Titles, wanted: &Wanted<'_>) -> Chosen<'a> {
    let by_path: HashMap<&LibraryPath, &StoredFile> = files.iter().map(|file| (&file.path, file)).collect();
    let mut companions: HashMap<&LibraryPath, Vec<&StoredFile>> = HashMap::new();
    for file in files {
        if let Some(still) = &file.companion_of {
            companions.entry(still).or_default().push(file);
        }
    }
    let mut chosen: BTreeMap<(Option<&'a str>, &LibraryPath), &'a StoredFile> = BTreeMap::new();
    let mut left_out = LeftOut::default();
    let stays =
        |file: &StoredFile| wanted.hidden == HiddenAndDeleted::LeftOut && (file.hidden || file.deleted);
    for file in files.iter().filter(|file| is_medium(file)) {
        let titles = titles.of(&file.path);
        if !wanted.filters.mean(file, titles) {
            continue;
        }
        if stays(file) {
            let is_movie_of_a_still = file.kind == Some(Kind::Video) && file.live_photo.is_some();
            match (is_movie_of_a_still, file.deleted) {
                (true, _) => {}
                (false, true) => left_out.deleted += 1,
                (false, false) => left_out.hidden += 1,
            }
            continue;
        }
        let movie = file.live_photo.as_ref().filter(|_| file.kind == Some(Kind::Photo));
        let movie = movie.and_then(|movie| by_path.get(movie)).copied();
        let companions = companions.get(&file.path).into_iter().flatten().copied();
        let companions = companions.filter(|companion| is_medium(companion) || wanted.jpeg.is_none());
        let together: Vec<&'a StoredFile> =
            [file].into_iter().chain(movie).chain(companions).filter(|file| !stays(file)).collect();
        let mut albums: Vec<Option<&'a str>> = wanted.filters.albums_of(titles).map(Some).collect();
        if albums.is_empty() {
            albums.push(None);
        }
        for album in albums {
            chosen.extend(together.iter().map(|file| ((album, &file.path), *file)));
        }
    }
    let form = |file: &StoredFile| match wanted.jpeg {
        Some(encoding) if becomes_jpeg(file.content.format) => Form::Jpeg(encoding),
        _ => Form::AsItIs,
    };
    let items = chosen.into_iter().map(|((album, _), file)| Item { file, album, form: form(file) });
    Chosen { items: items.collect(), left_out }
}

/// Whether it is a photo or a video.
fn is_medium(file: &StoredFile) -> bool {
    file.area == Area::Media && matches!(file.kind, Some(Kind::Photo | Kind::Video))
}

/// Whether it is a photo of a kind that televisions, frames and Windows may not show.
fn becomes_jpeg(format: Format) -> bool {
    format.is_known_raw() || matches!(format, Format::Heic | Format::Heif | Format::WebP | Format::Tiff)
}

#[cfg(test)]
mod tests {
    use super::{Chosen, Form, HiddenAndDeleted, Kind, LeftOut, StoredFile, Titles, Wanted, choose};
    use crate::category::photos::AlbumKind;
    use crate::category::photos::media::Format;
    use crate::library::filter::Filters;
    use crate::library::path::LibraryPath;
    use crate::library::record::{Area, FileRecord};
    use crate::picture::Encoding;

    fn file(path: &str, kind: Kind, format: Format) -> StoredFile {
        let mut file = StoredFile::sample(path, kind);
        file.content.format = format;
        file
    }

    /// A Live Photo with its RAW file and adjustment, a hidden video, a deleted photo, and what is no photo.
    fn files() -> Vec<StoredFile> {
        let path = |text: &str| LibraryPath::parse(text).ok();
        let companion = |file: StoredFile| FileRecord { companion_of: path("1.HEIC"), ..file };
        let live = |file: StoredFile, other: &str| FileRecord { live_photo: path(other), ..file };
        vec![
            companion(file("1.AAE", Kind::Adjustment, Format::Aae)),
            companion(file("1.DNG", Kind::Photo, Format::Dng)),
            live(file("1.HEIC", Kind::Photo, Format::Heic), "1.MOV"),
            live(file("1.MOV", Kind::Video, Format::Mov), "1.HEIC"),
            FileRecord { hidden: true, ..file("2.MOV", Kind::Video, Format::Mov) },
            FileRecord { deleted: true, ..file("3.JPG", Kind::Photo, Format::Jpeg) },
            file("4.AAE", Kind::Adjustment, Format::Aae),
            FileRecord { area: Area::Other, ..file("Other/5.JPG", Kind::Photo, Format::Jpeg) },
        ]
    }

    fn names(chosen: &Chosen<'_>) -> Vec<(Option<String>, String, bool)> {
        let item = |item: &super::Item<'_>| {
            (item.album.map(str::to_owned), item.file.path.to_string(), item.form != Form::AsItIs)
        };
        chosen.items.iter().map(item).collect()
    }

    fn chosen(filters: &Filters, hidden: HiddenAndDeleted, jpeg: Option<Encoding>) -> (Vec<String>, LeftOut) {
        let (files, titles) = (files(), Titles::default());
        let chosen = choose(&files, &titles, &Wanted { filters, hidden, jpeg });
        let mark = |(_, name, becomes_jpeg): (_, String, bool)| if becomes_jpeg { name + "!" } else { name };
        (names(&chosen).into_iter().map(mark).collect(), chosen.left_out)
    }

    #[test]
    fn a_still_brings_what_belongs_to_it() {
        let searched = |text: &str| Filters { searches: vec![text.parse().unwrap()], ..Filters::default() };
        let jpeg = Some(Encoding::default());
        let (all, some) = (Filters::default(), searched("1.heic"));
        let (no, yes) = (HiddenAndDeleted::LeftOut, HiddenAndDeleted::Included);
        let left_out = LeftOut { hidden: 1, deleted: 1 };
        let live = ["1.AAE", "1.DNG", "1.HEIC", "1.MOV"].map(str::to_owned).to_vec();
        let converted = ["1.DNG!", "1.HEIC!", "1.MOV"].map(str::to_owned).to_vec();
        assert_eq!(chosen(&all, no, None), (live.clone(), left_out));
        assert_eq!(chosen(&some, no, None), (live, LeftOut::default()));
        assert_eq!(chosen(&some, no, jpeg), (converted, LeftOut::default()));
        assert_eq!(chosen(&searched("1.mov"), no, jpeg).0, ["1.MOV"]);
        assert_eq!(chosen(&all, yes, jpeg).0, ["1.DNG!", "1.HEIC!", "1.MOV", "2.MOV", "3.JPG"]);
        assert_eq!(chosen(&all, yes, jpeg).1, LeftOut::default());
    }

    #[test]
    fn a_photo_goes_into_each_album_that_was_asked_for() {
        let files = files();
        let albums = ["Lake", "Lake week", "Sea"].map(|title| (AlbumKind::Album, title.to_owned()));
        let titles = Titles::from([("1.HEIC", albums.to_vec())]);
        let filters =
            Filters { albums: vec!["week".parse().unwrap(), "SEA".parse().unwrap()], ..Filters::default() };
        let wanted =
            Wanted { filters: &filters, hidden: HiddenAndDeleted::LeftOut, jpeg: Some(Encoding::default()) };
        let chosen = names(&choose(&files, &titles, &wanted));
        let chosen: Vec<(&str, &str)> =
            chosen.iter().map(|(album, name, _)| (album.as_deref().unwrap(), name.as_str())).collect();
        let expected =
            ["Lake week", "Sea"].map(|album| ["1.DNG", "1.HEIC", "1.MOV"].map(|name| (album, name)));
        assert_eq!(chosen, expected.concat());
    }
}
