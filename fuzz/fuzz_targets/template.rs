//! Any text as a template, filled with any fields: folders of the library come out, or an error.
#![no_main]

use std::borrow::Cow;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use windfall::library::name::is_portable;
use windfall::library::path::LibraryPath;
use windfall::library::template::{Fields, Purpose, Template};
use windfall::place::Place;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    template: &'a str,
    original: &'a str,
    make: Option<&'a str>,
    seconds: i64,
}

fuzz_target!(|input: Input| {
    let Some(time) = chrono::DateTime::from_timestamp(input.seconds, 0) else { return };
    let word = |word: &str| Cow::Owned(word.to_owned());
    let place = input.make.map(|make| Place {
        country: word(make),
        country_code: word(make),
        region: None,
        city: Some(word(input.original)),
    });
    for purpose in [Purpose::Layout, Purpose::Name] {
        let Ok(template) = Template::parse(input.template, purpose) else { continue };
        let fields = Fields {
            time: time.fixed_offset(),
            kind: "photo",
            make: input.make,
            model: input.make,
            place: place.as_ref(),
            original: input.original,
        };
        let path = LibraryPath::new(template.render(&fields));
        assert!(path.as_str().split('/').all(is_portable), "{path:?}");
        assert_eq!(Template::parse(&template.to_string(), purpose).as_ref(), Ok(&template));
    }
});
