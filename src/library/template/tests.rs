use chrono::{DateTime, FixedOffset};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{DEFAULT_LAYOUT, DEFAULT_NAME, Fields, Purpose, Template, TemplateError};
use crate::library::path::LibraryPath;

fn fields() -> Fields<'static> {
    Fields {
        time: DateTime::parse_from_rfc3339("2024-03-03T09:05:07.25+01:00").unwrap(),
        kind: "photo",
        make: Some("Apple"),
        model: Some("iPhone 15"),
        original: "IMG_4821",
    }
}

fn layout(text: &str, fields: &Fields<'_>) -> String {
    Template::parse(text, Purpose::Layout).unwrap().render(fields).join("/")
}

#[test]
fn templates_show_the_local_capture_time_and_the_fields() {
    let table = [
        (DEFAULT_LAYOUT, "2024/2024-03"),
        ("%Y/%Y-%m", "2024/2024-03"),
        ("{year}/{month_name}/{day}", "2024/March/03"),
        ("{hour}{minute}{second}", "090507"),
        ("%Y%m%d_%H%M%S", "20240303_090507"),
        ("%-d. %b", "3. Mar"),
        ("%3f", "250"),
        ("{kind}/{make}/{model}/{original}", "photo/Apple/iPhone 15/IMG_4821"),
        ("Photos of %Y//", "Photos of 2024"),
        ("{{{year}}}", "{2024}"),
        ("100%%", "100%"),
        ("%D %T %z", "03_03_24 09_05_07 +0100"),
        ("%Y %s", "2024 1709453107"),
        ("in: {year}?", "in_ 2024_"),
    ];
    for (text, expected) in table {
        assert_eq!(layout(text, &fields()), expected, "{text}");
    }
}

#[test]
fn empty_fields_are_unknown_and_values_never_make_folders() {
    let table = [
        (None, "Unknown"),
        (Some(""), "Unknown"),
        (Some(" \0\0"), "Unknown"),
        (Some(".."), "Unknown"),
        (Some("Canon\0\0 "), "Canon"),
        (Some("../../etc"), ".._.._etc"),
        (Some("Canon/EOS"), "Canon_EOS"),
        (Some("C:\\x"), "C__x"),
        (Some(".windfall"), "_windfall"),
        (Some("NUL"), "_NUL"),
    ];
    for (make, expected) in table {
        assert_eq!(layout("{make}", &Fields { make, ..fields() }), expected, "{make:?}");
    }
}

#[test]
fn names_are_stems_and_stay_what_they_were() {
    let name = |text: &str, original| {
        let template = Template::parse(text, Purpose::Name).unwrap();
        template.render(&Fields { original, ..fields() })
    };
    assert_eq!(name(DEFAULT_NAME, "IMG_4821"), ["IMG_4821"]);
    assert_eq!(name(DEFAULT_NAME, "IMG_1 "), ["IMG_1 "]);
    assert_eq!(name(DEFAULT_NAME, "a."), ["a."]);
    assert_eq!(name(DEFAULT_NAME, "v1.2"), ["v1.2"]);
    assert_eq!(name(DEFAULT_NAME, ".."), ["Unknown"]);
    assert_eq!(name(DEFAULT_NAME, ""), ["Unknown"]);
    assert_eq!(name(DEFAULT_NAME, "a/b"), ["a_b"]);
    assert_eq!(name(DEFAULT_NAME, "con"), ["_con"]);
    assert_eq!(name("%Y%m%d-{original}", "IMG_1"), ["20240303-IMG_1"]);
}

#[test]
fn wrong_usage_names_the_part_that_is_wrong() {
    type Error = TemplateError;
    let folder = |text: &str| Error::Folder(text.to_owned());
    let field = |text: &str| Error::UnknownField(text.to_owned());
    let code = |text: &str| Error::UnknownCode(text.to_owned());
    let brace = |text: &str| Error::Brace(text.to_owned());
    let table = [
        ("", Error::Empty),
        (" ", Error::Empty),
        ("/{year}", Error::Absolute("/{year}".to_owned())),
        ("C:/{year}", Error::Drive("C:/{year}".to_owned())),
        ("{year}\\{month}", Error::Backslash("{year}\\{month}".to_owned())),
        ("\\\\nas\\x", Error::Backslash("\\\\nas\\x".to_owned())),
        ("../{year}", folder("..")),
        ("{year}/../..", folder("..")),
        ("./{year}", folder(".")),
        ("{year}/.. ", folder(".. ")),
        (".windfall/{year}", folder(".windfall")),
        ("{year}/.WINDFALL", folder(".WINDFALL")),
        ("{yaer}", field("yaer")),
        ("{}", field("")),
        ("{Year}", field("Year")),
        ("x-{year", brace("{year")),
        ("{ye{ar}", brace("{ye{ar}")),
        ("{year}}", brace("}")),
        ("{a/b}", brace("{a")),
        ("%Y-%Q", code("%Q")),
        ("%é", code("%é")),
        ("100%", code("%")),
        ("%/%d", code("%")),
        ("%#z", code("%#z")),
        ("%-", code("%-")),
        ("%.5f", code("%.5f")),
        ("%{year}", code("%{")),
    ];
    for (text, expected) in table {
        assert_eq!(Template::parse(text, Purpose::Layout), Err(expected), "{text:?}");
    }
    assert_eq!(
        Template::parse("{year}/{original}", Purpose::Name),
        Err(Error::SlashInName("{year}/{original}".to_owned()))
    );
}

#[test]
fn messages_help() {
    let message = |text| Template::parse(text, Purpose::Layout).unwrap_err().to_string();
    assert_eq!(
        message("{camera}"),
        "unknown field `{camera}`; the fields are `{year}`, `{month}`, `{day}`, `{hour}`, `{minute}`, \
         `{second}`, `{month_name}`, `{kind}`, `{make}`, `{model}`, `{original}`"
    );
    assert_eq!(message("{year"), "unbalanced brace at `{year`; for a brace itself write `{{` or `}}`");
}

#[test]
fn the_text_is_remembered() {
    for text in [DEFAULT_LAYOUT, DEFAULT_NAME, "%F", "{make}"] {
        assert_eq!(Template::parse(text, Purpose::Layout).unwrap().to_string(), text);
    }
}

proptest! {
    #[test]
    fn whatever_is_rendered_is_inside_the_library(
        text in "[{}%/. a-zA-Z-]{0,12}|(\\{(year|make|model|original|kind)\\}|%[a-zA-Z]|/|\\.|any){1,6}",
        make in any::<Option<String>>(),
        original in any::<String>(),
        seconds in any::<i64>(),
        offset in -86_399..86_400,
    ) {
        let time = DateTime::from_timestamp(seconds % 8_000_000_000_000, 0).unwrap();
        let time = time.with_timezone(&FixedOffset::east_opt(offset).unwrap());
        let fields = Fields { time, kind: "video", make: make.as_deref(), model: Some(".."), original: &original };
        if let Ok(template) = Template::parse(&text, Purpose::Layout) {
            let components = template.render(&fields);
            prop_assert!(!components.is_empty());
            let path = LibraryPath::new(&components);
            let joined = components.join("/");
            prop_assert_eq!(path.as_str(), joined.as_str());
            prop_assert!(LibraryPath::parse(path.as_str()).is_ok());
        }
        if let Ok(template) = Template::parse(&text, Purpose::Name) {
            let stems = template.render(&fields);
            prop_assert_eq!(stems.len(), 1);
            let name = format!("{}.jpg", stems.concat());
            let path = LibraryPath::new([&name]);
            prop_assert_eq!(path.as_str(), name.as_str());
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Template::parse(&text, Purpose::Layout).map(|template| template.render(&fields()));
    }
}
