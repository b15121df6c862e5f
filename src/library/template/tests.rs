//! Layouts and names filled in, and those that are refused.

use chrono::{DateTime, FixedOffset};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{DEFAULT_LAYOUT, DEFAULT_NAME, Fields, Purpose, Template, TemplateError};
use crate::library::path::LibraryPath;
use crate::place::Place;

fn fields() -> Fields<'static> {
    Fields {
        time: DateTime::parse_from_rfc3339("2024-03-03T09:05:07.25+01:00").unwrap(),
        kind: "photo",
        make: Some("Apple"),
        model: Some("iPhone 15"),
        place: None,
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
fn places_are_words_and_unknown_where_there_are_none() {
    let place = |country: &'static str, region: Option<&'static str>, city: Option<&'static str>| Place {
        country: country.into(),
        country_code: "XX".into(),
        region: region.map(Into::into),
        city: city.map(Into::into),
    };
    let table = [
        (None, "Unknown/Unknown/Unknown"),
        (Some(place("Norway", Some("Nordland"), Some("Gravdal"))), "Norway/Nordland/Gravdal"),
        (Some(place("Iceland", Some("East"), None)), "Iceland/East/Unknown"),
        (Some(place("Macao", None, Some("Macau"))), "Macao/Unknown/Macau"),
        (Some(place("../x", Some("a/b"), Some("con"))), ".._x/a_b/_con"),
        (Some(place("Côte d'Ivoire", Some("\"?\""), Some("St. "))), "Côte d'Ivoire/___/St"),
    ];
    for (place, expected) in table {
        let fields = Fields { place: place.as_ref(), ..fields() };
        assert_eq!(layout("{country}/{region}/{city}", &fields), expected, "{place:?}");
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
         `{second}`, `{month_name}`, `{kind}`, `{make}`, `{model}`, \
         `{country}`, `{region}`, `{city}`, `{original}`"
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
        text in "[{}%/. a-zA-Z-]{0,12}|(\\{(year|make|model|country|region|city|original|kind)\\}|%[a-zA-Z]|/|\\.|any){1,6}",
        make in any::<Option<String>>(),
        original in any::<String>(),
        seconds in any::<i64>(),
        offset in -86_399..86_400,
    ) {
        let word = make.clone().unwrap_or_default();
        let place = make.as_ref().map(|_| Place {
            country: word.clone().into(),
            country_code: "".into(),
            region: None,
            city: Some(word.into()),
        });
        let time = DateTime::from_timestamp(seconds % 8_000_000_000_000, 0).unwrap();
        let time = time.with_timezone(&FixedOffset::east_opt(offset).unwrap());
        let fields = Fields { time, kind: "video", make: make.as_deref(), model: Some(".."), place: place.as_ref(), original: &original };
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
