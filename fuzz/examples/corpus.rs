//! Writes what each target begins with, made by the builder of exports: `corpus/<target>/…`.

#[path = "../../fixtures/builder.rs"]
#[allow(dead_code, unused_imports)] // the corpus needs only some of it
mod builder;

use std::fs;
use std::path::Path;

use builder::{
    Exif, Export, Movie, Pack, Part, Photo, Row, SharedAlbum, SharedAlbums, Zip64, apple_date, avif, damage,
    heic, jpeg, mov, mp4, png, tiff, webp,
};

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("room");
    };
    let exif = || {
        Exif::taken("2024:03:03 10:00:00")
            .offset("+01:00")
            .camera("Apple", "iPhone")
            .gps(47.0, 8.0)
            .live("ID")
    };
    let movie = || Movie::new().created("2024-03-03T10:00:00+0100").live("ID").gps(47.0, 8.0).size(4_000);
    for (name, bytes) in [
        ("jpeg", jpeg(1, &exif())),
        ("heic", heic(2, &exif())),
        ("avif", avif(3, &exif())),
        ("png", png(4, &exif(), &[("Title", "x")])),
        ("webp", webp(5, &exif())),
        ("tiff", tiff(6, &exif())),
        ("mov", mov(7, &movie())),
        ("mp4", mp4(8, &movie().moov_last())),
    ] {
        write("media", name, &bytes);
    }
    let row = || Row::created("2024-03-03 09:00").imported("2024-03-03 09:05").views(4);
    let part = |pack: Pack| {
        Part::new()
            .pack(pack.clone())
            .photo(Photo::new("IMG_1.JPG", jpeg(1, &exif())).row(row().favorite()))
            .photo(Photo::new("IMG_1.MOV", mov(1, &movie())).row(row()))
            .photo(Photo::new("IMG_2.PNG", png(2, &Exif::none(), &[])).row(row().hidden().opaque_checksum()))
            .deleted(Photo::new("IMG_3.JPG", jpeg(3, &Exif::none())).row(row()))
            .album("Lake", ["IMG_1.JPG", "IMG_2.PNG"])
            .memory("Trip", ["IMG_1.JPG"])
            .favorites(["IMG_2.PNG"])
            .entry("guide.pdf", "guide")
            .shared_albums(
                SharedAlbums::new([SharedAlbum::new("Trip")
                    .photo("S.JPG", jpeg(9, &Exif::none()))
                    .comment("S.JPG", "nice")
                    .like("S.JPG")])
                .pack(pack),
            )
    };
    let folder = tempfile::tempdir().expect("a folder");
    let parts = [
        ("deflated", part(Pack::deflated())),
        ("stored", part(Pack::stored())),
        ("streamed", part(Pack::deflated().descriptor())),
        ("zip64", part(Pack::deflated().zip64()).zip64(Zip64::Forced)),
    ];
    for (name, part) in parts {
        let export = Export::new("iCloud Photos").part(part);
        let path = folder.path().join(name);
        export.write_zip(1, &path);
        let bytes = fs::read(&path).expect("the part");
        for target in ["archive", "import"] {
            write(target, name, &bytes);
        }
        damage::truncate(&path, 0.7);
        let cut = fs::read(&path).expect("the part");
        write("archive", &format!("{name}-cut"), &cut);
        write("import", &format!("{name}-cut"), &cut);
        for entry in export.entries(1) {
            let target = match entry.name.rsplit('/').next() {
                Some(file) if file.starts_with("Photo Details") => "details",
                Some(file) if file.ends_with(".csv") || file.ends_with(".json") => "album",
                Some(file) if file.ends_with(".zip") => "archive",
                _ => continue,
            };
            let file = entry.name.rsplit('/').next().unwrap_or_default().replace(' ', "-");
            write(target, &format!("{name}-{file}"), &entry.content.bytes());
        }
    }
    write(
        "album",
        "AlbumInfo.json",
        br#"{"albumName":"Trip","creationDate":"Monday July 4,2022 8:15 PM GMT","isPublic":"no","owner":{"fullName":"A B"},
            "photos":[{"name":"S.JPG","dateCreated":"Monday July 4,2022 8:15 PM GMT","comments":[{"isLike":true}]}],"participants":[]}"#,
    );
    for (number, text) in [
        apple_date("2024-03-03 09:05"),
        "Sunday March 3,2024 9:05 AM GMT".to_owned(),
        "2024-03-03T09:05:00+01:00".to_owned(),
        "IMG_20190102_030405.JPG".to_owned(),
        "Screenshot 2019-01-02 at 3.04.05 PM.png".to_owned(),
        "PXL_20190102_030405123.jpg".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        write("date", &number.to_string(), text.as_bytes());
    }
    for (number, text) in [
        "CON.JPG",
        "../../etc",
        "a:b?.JPG",
        "IMG_1 (2).HEIC",
        "\u{e9}\u{202e}.jpg",
        "{year}/%Y-%m",
        "{original}_{make}",
    ]
    .iter()
    .enumerate()
    {
        write("names", &number.to_string(), text.as_bytes());
        write("template", &number.to_string(), text.as_bytes());
    }
}
