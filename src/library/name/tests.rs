//! Names as every system can hold them, and which of them one system takes for the same.

use std::path::Path;

use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{COMPONENT_MAX, display, fold, match_key, portable, relative, split, with_suffix};
use crate::apple::text::same_name;
use crate::library::path::LibraryPath;

#[test]
fn portable_rewrites_what_some_system_cannot_hold() {
    let table = [
        // As it is.
        ("IMG_4821.HEIC", "IMG_4821.HEIC"),
        ("Größe.jpg", "Größe.jpg"),
        (".pic", ".pic"),
        ("  two leading.jpg", "  two leading.jpg"),
        ("IMG_1 .JPG", "IMG_1 .JPG"),
        ("Screenshot at 3.04.05\u{202f}PM.png", "Screenshot at 3.04.05\u{202f}PM.png"),
        (
            "family \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{2764}\u{fe0f}",
            "family \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{2764}\u{fe0f}",
        ),
        ("CONTACT.jpg", "CONTACT.jpg"),
        ("COM10.jpg", "COM10.jpg"),
        ("COM.jpg", "COM.jpg"),
        ("a..b", "a..b"),
        ("windfall", "windfall"),
        // Characters.
        ("Cafe\u{301}.JPG", "Café.JPG"),
        ("a<b>c:d\"e/f\\g|h?i*j", "a_b_c_d_e_f_g_h_i_j"),
        ("a\0b\nc\u{1b}[31md\u{7f}e\u{85}f", "a_b_c_[31md_e_f"),
        ("photo\u{202e}gpj.exe", "photo_gpj.exe"),
        ("\u{feff}x\u{200b}y\u{2066}z\u{200f}", "_x_y_z_"),
        ("a\u{f022}b\u{ffff}c\u{fdd0}", "a_b_c_"),
        ("\u{f8ff} logo", "\u{f8ff} logo"),
        // The end.
        ("Trip...", "Trip"),
        ("IMG_1.JPG ", "IMG_1.JPG"),
        ("x . . ", "x"),
        ("", "_"),
        (".", "_"),
        ("..", "_"),
        ("   ", "_"),
        (" ..", "_"),
        // Names with a meaning.
        ("CON", "_CON"),
        ("con.csv", "_con.csv"),
        ("Nul.tar.gz", "_Nul.tar.gz"),
        ("AUX  .txt", "_AUX  .txt"),
        ("PRN.", "_PRN"),
        ("COM0", "_COM0"),
        ("lpt9.jpg", "_lpt9.jpg"),
        ("COM¹", "_COM¹"),
        ("LPT³.mov", "_LPT³.mov"),
        ("CONIN$", "_CONIN$"),
        ("conout$.x", "_conout$.x"),
        (".windfall", "_windfall"),
        (".WindFall. ", "_WindFall"),
        (".windfall-old", "_windfall-old"),
        (".wind\u{200d}fall", "_wind\u{200d}fall"),
        ("\u{200d}.windfall", "\u{200d}_windfall"),
        ("WINDFA~1", "_WINDFA~1"),
        ("._IMG_1.JPG", "__IMG_1.JPG"),
    ];
    for (name, expected) in table {
        assert_eq!(portable(name), expected, "{name:?}");
    }
}

#[test]
fn portable_cuts_over_long_names_between_characters_and_keeps_the_extension() {
    let long = portable(&format!("{}.HEIC", "a".repeat(300))).into_owned();
    assert_eq!(long, format!("{}.HEIC", "a".repeat(223)));
    let movie = portable(&format!("{}.MOV", "a".repeat(300))).into_owned();
    assert_eq!(split(&long).0, split(&movie).0);

    let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
    let emoji = portable(&format!("{}.jpg", family.repeat(20))).into_owned();
    assert_eq!(emoji, format!("{}.jpg", family.repeat(12)));

    // One letter with 300 accents is cut inside it rather than lost.
    let accents = portable(&format!("a{}.jpg", "\u{30d}".repeat(300))).into_owned();
    assert_eq!(accents, format!("a{}.jpg", "\u{30d}".repeat(111)));

    // Three units each once HFS+ has taken them apart, though only two bytes here.
    let greek = portable(&"\u{390}".repeat(200)).into_owned();
    assert_eq!(greek.chars().count(), 74);

    // The cut must not bring forth a device.
    let device = format!("CON{}x.jpg", " ".repeat(300));
    assert_eq!(portable(&device), "_CON.jpg");
    assert_eq!(portable(&format!("{}x", " ".repeat(300))), "_");
}

#[test]
fn split_finds_short_extensions_only() {
    let table = [
        ("IMG_1.HEIC", ("IMG_1", "HEIC")),
        ("archive.tar.gz", ("archive.tar", "gz")),
        ("IMG_1", ("IMG_1", "")),
        (".pic", (".pic", "")),
        ("..pic", ("..pic", "")),
        ("IMG_1.", ("IMG_1.", "")),
        ("Dr. No", ("Dr. No", "")),
        ("a.seventeen_too_long", ("a.seventeen_too_long", "")),
        ("a.sixteen_is_short", ("a", "sixteen_is_short")),
        ("", ("", "")),
    ];
    for (name, expected) in table {
        assert_eq!(split(name), expected, "{name:?}");
    }
}

#[test]
fn suffixes_stand_before_the_extension() {
    let table = [
        ("IMG_1", "HEIC", 1, "IMG_1.HEIC"),
        ("IMG_1", "HEIC", 2, "IMG_1 (2).HEIC"),
        ("IMG_1", "", 3, "IMG_1 (3)"),
        ("v1.2", "", 2, "v1.2 (2)"),
        ("CON", "jpg", 2, "_CON (2).jpg"),
        ("..", "", 1, "_"),
        ("a/b", "m3u8", 2, "a_b (2).m3u8"),
    ];
    for (stem, extension, n, expected) in table {
        assert_eq!(with_suffix(stem, extension, n), expected);
    }
    let long = "é".repeat(150);
    let still = with_suffix(&long, "HEIC", 12);
    let movie = with_suffix(&long, "MOV", 12);
    assert_eq!(still, format!("{} (12).HEIC", "é".repeat(109)));
    assert_eq!(split(&still).0, split(&movie).0);
}

#[test]
fn keys_join_what_any_file_system_joins() {
    let equal = [
        ("IMG_1.HEIC", "img_1.heic"),
        ("Café", "CAFE\u{301}"),
        ("ΟΔΟΣ.jpg", "οδος.JPG"),
        ("straße", "STRASSE"),
        ("ẞ", "ß"),
        ("ſ", "S"),
        ("\u{212a}", "k"),
        ("ǅ", "ǆ"),
        ("\u{10a0}", "\u{10d0}"),
        ("a/b. /c", "A/B/c"),
        ("❤\u{fe0f}", "❤"),
        ("a\u{200d}b", "ab"),
    ];
    for (a, b) in equal {
        assert_eq!(fold(a), fold(b), "{a:?} {b:?}");
    }
    for (a, b) in [("IMG_1.HEIC", "IMG_2.HEIC"), ("a b", "ab"), ("a.b", "ab"), (" a", "a")] {
        assert_ne!(fold(a), fold(b));
    }
    assert!(same_name("Cafe\u{301}.mov", "CAFÉ.MOV"));
    assert!(!same_name("IMG_1.JPG", "IMG_1.JPG "));
    assert_ne!(match_key("a."), match_key("a"));
}

#[test]
fn keys_join_every_case_form_of_every_character() {
    for c in '\0'..='\u{1ffff}' {
        let key = fold(&c.to_string());
        let forms: [String; 4] =
            [c.to_lowercase().collect(), c.to_uppercase().collect(), c.nfd().collect(), key.clone()];
        for form in forms {
            assert_eq!(key, fold(&form), "{c:?}");
        }
    }
}

#[test]
fn a_relative_way_leads_back_to_the_file() {
    for (folder, to) in [("Albums/Lake", "2024/a.jpg"), ("Albums", "Albums/b.jpg"), ("", "c.jpg")] {
        let at = LibraryPath::at(folder, &relative(folder, to));
        assert_eq!(at.as_ref().map(LibraryPath::as_str), Some(to), "{folder}");
    }
    for way in ["../../../out.jpg", "/etc/passwd", "../../.windfall/catalog.sqlite", ""] {
        assert_eq!(LibraryPath::at("Albums/Lake", way), None, "{way}");
    }
}

#[test]
fn relative_paths_lead_from_folder_to_file() {
    let table = [
        ("Albums/Lake", "2024/2024-03/x.HEIC", "../../2024/2024-03/x.HEIC"),
        ("Albums", "2024/x.HEIC", "../2024/x.HEIC"),
        ("Shared Albums/A", "Shared Albums/B/x.jpg", "../B/x.jpg"),
        ("a", "a/b", "b"),
        ("", "a/b", "a/b"),
        ("a/b", "a", ".."),
        ("a", "a", "."),
    ];
    for (from, to, expected) in table {
        assert_eq!(relative(from, to), expected);
    }
}

#[test]
fn terminals_see_escapes_not_their_effect() {
    assert_eq!(display("IMG_1 größe ❤\u{fe0f}.HEIC"), "IMG_1 größe ❤\u{fe0f}.HEIC");
    assert_eq!(display("a\u{1b}[31m\r\n\u{202e}b\u{9b}"), "a\\u{1b}[31m\\u{d}\\u{a}\\u{202e}b\\u{9b}");
}

#[test]
fn library_paths_stay_in_the_library() {
    let none: [&str; 0] = [];
    assert_eq!(LibraryPath::new(none).as_str(), "_");
    let path = LibraryPath::new(["..", "/etc", ".windfall", "C:\\x", "IMG_1.HEIC"]);
    assert_eq!(path.as_str(), "_/_etc/_windfall/C__x/IMG_1.HEIC");
    assert_eq!(path.file_name(), "IMG_1.HEIC");
    assert_eq!(path.parent(), Some(LibraryPath::new(["..", "/etc", ".windfall", "C:\\x"])));
    assert_eq!(LibraryPath::new(["a"]).parent(), None);
    assert_eq!(LibraryPath::new(["a"]).join("../b").as_str(), "a/.._b");
    assert_eq!(LibraryPath::internal(["details", ".."]).as_str(), ".windfall/details/_");
    let root = Path::new("library");
    assert_eq!(LibraryPath::new(["a", "b"]).to_path(root), root.join("a").join("b"));
    assert!(LibraryPath::new(["a", "b"]) > LibraryPath::new(["a b"]));
    assert_eq!(
        serde_json::to_string(&path.parent().map(|p| p.join("é"))).unwrap(),
        "\"_/_etc/_windfall/C__x/é\""
    );
}

#[test]
fn recorded_paths_are_checked_but_not_rewritten() {
    for path in ["a/b.jpg", "2024/12:30 uhr?.jpg", ".hidden/x", "a/.windfall", "_"] {
        assert_eq!(LibraryPath::parse(path).unwrap().as_str(), path);
    }
    let bad = [
        "",
        "/",
        "/etc/passwd",
        "..",
        "a/../b",
        "a//b",
        "a/",
        "./a",
        "a\0b",
        ".windfall",
        ".windfall/catalog.sqlite",
        ".Windfall. /x",
        "windfa~1/x",
    ];
    for path in bad {
        let error = LibraryPath::parse(path).unwrap_err();
        assert_eq!(error.0, path);
    }
    let error = LibraryPath::parse("/\u{1b}").unwrap_err();
    assert_eq!(error.to_string(), "`/\\u{1b}` is not a path inside the library");
}

#[test]
fn sidecars_keep_the_whole_name_in_front() {
    let longest = with_suffix(&"a".repeat(300), "extension_of_16b", 1);
    assert_eq!(longest.len(), COMPONENT_MAX);
    let sidecar = LibraryPath::new(["x", &longest]).with_added_extension("xmp");
    assert_eq!(sidecar.as_str(), format!("x/{longest}.xmp"));
    let sidecar = LibraryPath::new([longest]).with_added_extension(&"b".repeat(99));
    assert_eq!(sidecar.as_str().len(), 255);
}

/// Any text, with much of what is dangerous in it.
fn hostile() -> impl Strategy<Value = String> {
    let dangerous = select(vec![
        ".",
        "..",
        " ",
        "/",
        "\\",
        ":",
        "~1",
        "\0",
        "\u{202e}",
        "\u{200d}",
        "\u{301}",
        "é",
        "ﬃ",
        "con",
        "NUL",
        "com1",
        "¹",
        ".windfall",
        "Windfa",
        "._",
        ".jpg",
        "ß",
        "Σ",
        "\u{1f468}",
        "\u{390}",
        "\u{fb2c}",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "                                                                                     ",
    ]);
    let piece = prop_oneof![dangerous.prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// Short names that are often the same file somewhere.
fn alike() -> impl Strategy<Value = String> {
    let characters = select(vec![
        'a', 'A', 'i', 'I', 'ı', 'İ', 's', 'S', 'ſ', 'ß', 'ẞ', 'Σ', 'σ', 'ς', 'é', 'É', '\u{301}',
        '\u{200d}', '\u{fe0f}', '.', ' ', 'Å', '\u{212b}', '\u{10a0}', '\u{10d0}', '\u{2d00}',
    ]);
    prop::collection::vec(characters, 0..4).prop_map(|chars| chars.into_iter().collect())
}

fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// NTFS, exFAT, FAT32 under Windows: unit by unit, upper case; the end is dropped.
fn windows(name: &str) -> String {
    let name = name.trim_end_matches(['.', ' ']);
    name.chars().map(|c| single(c, c.to_uppercase())).collect()
}

/// HFS+: decomposed, some characters skipped, lower case by Apple's table.
fn hfs(name: &str) -> String {
    let skipped = |c: &char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let lower = |c: char| match c {
        '\u{10a0}' => '\u{10d0}',
        _ => single(c, c.to_lowercase()),
    };
    name.nfd().filter(|c| !skipped(c)).map(lower).collect()
}

/// APFS: decomposed, fully case-folded.
fn apfs(name: &str) -> String {
    let full = |c: char| match c {
        'ß' | 'ẞ' => "ss".to_owned(),
        'ς' => "σ".to_owned(),
        'ſ' => "s".to_owned(),
        _ => c.to_lowercase().collect(),
    };
    name.nfd().map(full).collect::<String>().nfd().collect()
}

proptest! {
    #[test]
    fn what_is_portable_at_a_glance_is_so_on_a_second_look(
        stem in "(CON|con|AUX|nul|COM1|LPT0|IMG|WINDFA|[A-Za-z0-9_ .()-]{0,6}){1,2}[0-9. ]{0,3}",
        extension in "[A-Za-z0-9 .]{0,18}",
    ) {
        prop_assert_eq!(super::portable(&stem), super::rewritten(&stem));
        prop_assert_eq!(super::with_suffix(&stem, &extension, 1), super::counted(&stem, &extension, 1));
    }

    #[test]
    fn every_name_becomes_portable_and_stays_so(name in hostile()) {
        let result = portable(&name).into_owned();
        prop_assert_eq!(portable(&result), result.as_str());
        prop_assert!(is_nfc(&result));
        prop_assert!(!result.is_empty() && result.len() <= COMPONENT_MAX);
        prop_assert!(result.nfd().map(char::len_utf16).sum::<usize>() <= 255);
        prop_assert!(!result.ends_with(['.', ' ']));
        prop_assert!(!result.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*']));
        prop_assert!(!result.contains(char::is_control));
        prop_assert!(!fold(&result).starts_with(".windfall"));
        let stem = result.split('.').next().unwrap_or_default().trim_end().to_lowercase();
        prop_assert!(!["con", "prn", "aux", "nul", "com1", "com¹"].contains(&stem.as_str()));
    }

    #[test]
    fn every_suffixed_name_is_portable(stem in hostile(), extension in hostile(), n in any::<u64>()) {
        let name = with_suffix(&stem, &extension, n);
        prop_assert_eq!(portable(&name), name.as_str());
        if n > 1 {
            let suffix = format!(" ({n})");
            prop_assert!(name.contains(&suffix));
        }
    }

    #[test]
    fn a_portable_name_is_the_sum_of_its_parts(name in hostile()) {
        let name = portable(&name).into_owned();
        let (stem, extension) = split(&name);
        prop_assert_eq!(with_suffix(stem, extension, 1), name.as_str());
    }

    #[test]
    fn one_file_has_one_key(a in alike(), b in alike()) {
        for system in [windows, hfs, apfs] {
            if system(&a) == system(&b) {
                prop_assert_eq!(fold(&a), fold(&b));
            }
        }
    }

    #[test]
    fn keys_are_stable(text in hostile()) {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
        prop_assert_eq!(match_key(&match_key(&text)), match_key(&text));
    }

    #[test]
    fn nothing_leads_outside(components in prop::collection::vec(hostile(), 0..4)) {
        let path = LibraryPath::new(&components);
        prop_assert_eq!(LibraryPath::parse(path.as_str()), Ok(path.clone()));
        let sidecar = path.with_added_extension(components.first().map_or("xmp", String::as_str));
        prop_assert!(LibraryPath::parse(sidecar.as_str()).is_ok());
        prop_assert!(sidecar.file_name().len() <= 255);
    }
}
