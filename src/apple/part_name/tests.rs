//! Names of parts in the languages that were seen, and names that only look so.

use super::{
    ArchiveName, PartName, Siblings, archive_name, icloud_placeholder, is_apple_name, is_icloud_photos,
    is_part_of_icloud, is_shared_albums, is_unfinished_download, is_zip, pairs, stem, without_copy_marks,
};
use proptest::prelude::{any, proptest};

#[test]
fn parts_of_every_language() {
    for (name, base, number, total) in [
        ("iCloud Photos Part 1 of 34.zip", "iCloud Photos", 1, 34),
        ("iCloud Photos Part 34 of 34", "iCloud Photos", 34, 34),
        ("iCloud Photos Part 1 of 1.ZIP", "iCloud Photos", 1, 1),
        ("iCloud Photos Part 1 of 3 (1).zip", "iCloud Photos", 1, 3),
        ("iCloud Photos Part 1 of 3(2).zip", "iCloud Photos", 1, 3),
        ("iCloud Photos Part 1 of 3 2", "iCloud Photos", 1, 3),
        ("iCloud Photos Part 1 of 3 copy.zip", "iCloud Photos", 1, 3),
        ("iCloud Photos Part 2 of 2 2 (1).zip", "iCloud Photos", 2, 2),
        ("iCloud%20Photos%20Part%2012%20of%20101.zip", "iCloud Photos", 12, 101),
        ("iCloud_Photos_Part_1_of_3.zip", "iCloud_Photos", 1, 3),
        ("iCloud-bilder Del 1 av 6.zip", "iCloud-bilder", 1, 6),
        ("iCloud Fotos Teil 1 von 37.zip", "iCloud Fotos", 1, 37),
        ("iCloud-Fotos Teil 1 von 37.zip", "iCloud-Fotos", 1, 37),
        ("iCloud 照片 第 3 部分（共 101 部分）.zip", "iCloud 照片", 3, 101),
        ("iCloud 照片 第 ３ 部分（共 １０１ 部分）.zip", "iCloud 照片", 3, 101),
        ("iCloud照片第3部分（共101部分）.zip", "iCloud照片", 3, 101),
        ("Photos iCloud partie 2 sur 6.zip", "Photos iCloud", 2, 6),
        ("Fotos de iCloud - Parte 2 de 6.zip", "Fotos de iCloud", 2, 6),
        ("iCloud写真 パート 1／全 3.zip", "iCloud写真", 1, 3),
        ("iCloud Foto's deel 2 van 9.zip", "iCloud Foto's", 2, 9),
        ("Фото iCloud Часть 1 из 3.zip", "Фото iCloud", 1, 3),
        ("Zdjęcia iCloud Część 1 z 2.zip", "Zdjęcia iCloud", 1, 2),
        ("Foto di iCloud Parte 1 di 3.zip", "Foto di iCloud", 1, 3),
        ("รูปภาพ iCloud ส่วนที่1จาก3.zip", "รูปภาพ iCloud", 1, 3),
        (
            "iCloud%20%E7%85%A7%E7%89%87%20%E7%AC%AC%203%20%E9%83%A8%E5%88%86%EF%BC%88%E5%85%B1%20101%20%E9%83%A8%E5%88%86%EF%BC%89.zip",
            "iCloud 照片",
            3,
            101,
        ),
        ("iCloud Photos Part 1 of 3.zip.1", "iCloud Photos", 1, 3),
        ("iCloud Photos Part 1 of 3.zip?o=2&x=a%20b", "iCloud Photos", 1, 3),
        ("iCloud Fotos Teil 1 von 3 Kopie 4.zip", "iCloud Fotos", 1, 3),
        ("iCloud Photos (Part 1 of 10000).zip", "iCloud Photos", 1, 10_000),
        ("iCloud_Photos_Part_1_of_12.zip", "iCloud_Photos", 1, 12),
        ("iCloud 사진 1부 (총 3부).zip", "iCloud 사진", 1, 3),
        ("iCloud-fotók 1. rész, összesen 3.zip", "iCloud-fotók", 1, 3),
        ("صور iCloud الجزء ١ من ٣.zip", "صور iCloud", 1, 3),
        ("iCloud Photos 1 of 3.zip", "iCloud Photos", 1, 3),
        ("iCloud Drive Part 2 of 3.zip", "iCloud Drive", 2, 3),
        ("1 of 3.zip", "export", 1, 3),
    ] {
        let expected = PartName { base: base.into(), number: Some(number), total: Some(total) };
        assert_eq!(PartName::read(name), expected, "{name}");
    }
}

#[test]
fn the_first_pair_with_a_letter_between_counts() {
    for (name, pair) in [
        ("iCloud Photos 2024-05-01 Part 1 of 3", Some((1, 3))),
        ("iCloud Photos 2024 Part 1 of 3", Some((1, 3))),
        ("iCloud Photos Part 4 of 3", None),
        ("iCloud Photos Part 0 of 3", None),
        ("iCloud Photos Part 0 of 3 of 5", Some((3, 5))),
        ("iCloud Photos Part 1 of 10001", None),
        ("iCloud Photos Part 1 of 4294967295", None),
        ("iCloud Photos Part 1 of 99999999999999999999", None),
        ("2 of 3 - iCloud Photos", Some((2, 3))),
        ("iCloud Photos 05 12", None),
        ("iCloud Photos 2024-05", None),
        ("2024-2025", None),
        ("golang-1.24", None),
        ("v2 3", None),
        ("3 11", None),
        ("part1of3", None),
        ("release-1rc2", None),
        ("1 99999999999 2", None),
    ] {
        let read = PartName::read(name);
        assert_eq!(read.number.zip(read.total), pair, "{name}");
    }
    assert_eq!(PartName::read("2 of 3 - iCloud Photos").base, "iCloud Photos");
}

#[test]
fn parts_beside_each_other_tell_which_number_is_the_total() {
    for (names, expected) in [
        // Korean and Hungarian ways to say it
        (
            &["iCloud 사진 총 3부 중 1부.zip", "iCloud 사진 총 3부 중 3부.zip"][..],
            &[("iCloud 사진", Some((1, 3))), ("iCloud 사진", Some((3, 3)))][..],
        ),
        (&["iCloud 사진 총 3부 중 3부.zip"], &[("iCloud 사진", Some((3, 3)))]),
        // one name that counts nonsense takes nothing from the others
        (
            &["iCloud Photos Part 4 of 3", "iCloud Photos Part 1 of 3"],
            &[("iCloud Photos Part 4 of", None), ("iCloud Photos", Some((1, 3)))],
        ),
        // two exports, of each the last part
        (
            &["iCloud Photos Part 2 of 2", "iCloud Photos Part 3 of 3"],
            &[("iCloud Photos", Some((2, 2))), ("iCloud Photos", Some((3, 3)))],
        ),
        // the pair whose total the others share
        (
            &["Album 1 and 2, iCloud Photos Part 1 of 3", "Album 2 and 5, iCloud Photos Part 2 of 3"],
            &[("Album 1 and 2, iCloud Photos", Some((1, 3))), ("Album 2 and 5, iCloud Photos", Some((2, 3)))],
        ),
        (
            &["iCloud Photos Part 1 of 3 2.zip", "iCloud Photos Part 2 of 3.zip"],
            &[("iCloud Photos", Some((1, 3))), ("iCloud Photos", Some((2, 3)))],
        ),
    ] {
        let siblings = Siblings::new(names.iter().copied());
        for (name, (base, pair)) in names.iter().zip(expected) {
            let read = siblings.read(name);
            assert_eq!((read.base.as_str(), read.number.zip(read.total)), (*base, *pair), "{name}");
        }
    }
}

#[test]
fn what_counts_a_part_of_icloud() {
    for name in [
        "iCloud Photos Part 1 of 3",
        "iCloud 사진 총 3부 중 1부",
        "my_iCloud_Photos_Part_2_of_12.zip",
        "Photos iCloud partie 2 sur 6.zip",
    ] {
        assert!(is_part_of_icloud(name), "{name}");
    }
    for name in ["Photos Part 1 of 3", "iCloud Photos", "iCloud Photos 2024-2025.zip", ""] {
        assert!(!is_part_of_icloud(name), "{name}");
    }
    assert!(is_icloud_photos("iCloud Photos.zip") && is_icloud_photos("iCloud Photos (2).zip"));
    assert!(
        !is_icloud_photos("iCloud Photos Part 1 of 1.zip") && !is_icloud_photos("iCloud Photos 2024.zip")
    );
}

#[test]
fn archives_under_other_endings() {
    for (name, expected) in [
        ("iCloud Photos.zip", ArchiveName::Plain),
        ("x.ZIP", ArchiveName::Plain),
        ("iCloud Photos Part 1 of 3.zip.1", ArchiveName::Perhaps),
        ("download.zip?o=2&b=3", ArchiveName::Perhaps),
        ("iCloud Photos Part 1 of 3", ArchiveName::Perhaps),
        ("AbC123", ArchiveName::Perhaps),
        ("iCloud Photos Part 1 of 3.bin", ArchiveName::Perhaps),
        ("report.docx", ArchiveName::No),
        ("app.jar", ArchiveName::No),
        ("IMG_1.HEIC", ArchiveName::No),
    ] {
        assert_eq!(archive_name(name), expected, "{name}");
    }
    assert_eq!(icloud_placeholder(".IMG_1.HEIC.icloud"), Some("IMG_1.HEIC"));
    assert_eq!(icloud_placeholder("IMG_1.HEIC.icloud"), None);
}

#[test]
fn names_that_count_nothing() {
    for (name, base) in [
        ("iCloud Photos.zip", "iCloud Photos"),
        ("iCloud Photos", "iCloud Photos"),
        ("iCloud Photos(1).zip", "iCloud Photos"),
        ("iCloud Photos (2).zip", "iCloud Photos"),
        ("iCloud Photos (1) (1).zip", "iCloud Photos"),
        ("iCloud Photos 2 (3).zip", "iCloud Photos"),
        ("iCloud Photos 2.zip", "iCloud Photos"),
        ("iCloud Photos copy 3.zip", "iCloud Photos"),
        ("iCloud Photos - Copy.zip", "iCloud Photos"),
        ("iCloud\u{a0}Photos  .zip", "iCloud Photos"),
        ("iCloud Photos 2024.zip", "iCloud Photos 2024"),
        ("iCloud-fo\u{301}t.zip", "iCloud-f\u{f3}t"),
        ("part1", "part1"),
        ("(1).zip", "(1)"),
        ("iCloud Photos (2024).zip", "iCloud Photos (2024)"),
        ("", "export"),
        (".zip", "export"),
    ] {
        assert_eq!(PartName::read(name), PartName { base: base.into(), number: None, total: None }, "{name}");
    }
}

#[test]
fn marks_of_copies() {
    for (stem, original) in [
        ("Photo Details-1 copy", "Photo Details-1"),
        ("Photo Details-1 copy 2", "Photo Details-1"),
        ("Photo Details - Copy (2)", "Photo Details"),
        ("copy", "copy"),
        ("2", "2"),
        (" copy", "copy"),
        ("é copy", "é"),
        ("hardcopy", "hardcopy"),
    ] {
        assert_eq!(without_copy_marks(stem), original, "{stem}");
    }
}

#[test]
fn unfinished_downloads() {
    for name in [
        "iCloud Photos Part 1 of 3.zip.crdownload",
        "Unconfirmed 83421.crdownload",
        "iCloud Photos Part 1 of 3.zip.jc!",
        "iCloud Photos Part 1 of 3.zip.dtapart",
        "iCloud Photos Part 1 of 3.zip.download",
        "iCloud Photos Part 1 of 3.zip.part",
        "x.PARTIAL",
        "x.zip.opdownload",
        "x.zip.!ut",
        "x.zip.tmp",
        "iCloud Photos.tmp",
    ] {
        assert!(is_unfinished_download(name), "{name}");
    }
    for name in ["iCloud Photos Part 1 of 3.zip", "part", "download", "letter.tmp", "IMG_1.HEIC", ""] {
        assert!(!is_unfinished_download(name), "{name}");
    }
}

#[test]
fn names_that_apple_gives() {
    for name in [
        "iCloud Photos.zip",
        "iCloud Photos (1).zip",
        "iCloud Photos Part 2 of 3.zip",
        "icloud photos part 2 of 3",
        "iCloud-bilder Del 1 av 6.zip",
        "iCloud 照片 第 3 部分（共 101 部分）.zip",
        "iCloud写真 1 von 3.zip",
        "iCloud%20Photos%20Part%201%20of%203.zip",
        "iCloud\u{a0}Drive.zip",
        "Photos iCloud partie 2 sur 6.zip",
    ] {
        assert!(is_apple_name(name), "{name}");
    }
    for name in [
        "icloudUsageData.zip",
        "icloudUsageData Set 1 of 2.zip",
        "iCloudPhotos.zip",
        "icloud.zip",
        "iCloud",
        "holiday.zip",
        "my iCloud backup.zip",
        "IMG_1.HEIC",
        "",
    ] {
        assert!(!is_apple_name(name), "{name}");
    }
}

proptest! {
    #[test]
    fn any_name_has_a_base_and_both_numbers_or_none(name in any::<String>()) {
        let read = PartName::read(&name);
        assert!(!read.base.is_empty() && read.number.is_some() == read.total.is_some());
        let together = Siblings::new([name.as_str(), "1 of 2"]).read(&name);
        assert!(together.number.is_none_or(|number| (1..=together.total.unwrap_or(0)).contains(&number)));
        let _ = (is_apple_name(&name), is_unfinished_download(&name), archive_name(&name));
    }

    #[test]
    fn words_are_found_as_in_the_name_in_lower_case(
        name in "(i|I|\u{130}|\u{131}|Cloud|clouD|c|%69|%6Cloud| |Shared Albums|\u{17f}hared Album\u{17f}|1|٢|３|of|\\.z|i|İ|p|P){0,9}",
    ) {
        let lower = name.to_lowercase();
        assert_eq!(is_zip(&name), lower.ends_with(".zip"), "{name}");
        let is_part = lower.contains("icloud") && !pairs(&stem(&name)).is_empty();
        assert_eq!(is_part_of_icloud(&name), is_part, "{name}");
        let is_shared = lower.starts_with("icloud") && lower.contains("shared albums");
        assert_eq!(is_shared_albums(&name), is_shared, "{name}");
    }

    #[test]
    fn names_made_of_likely_pieces_do_not_panic(name in "(iCloud|[- _.()0-9第（０é]|copy|\\.zip){0,9}") {
        assert!(!PartName::read(&name).base.is_empty());
    }
}
