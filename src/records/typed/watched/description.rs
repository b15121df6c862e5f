//! The descriptions of the TV app: `Title (Directed by: [X], Released in: [2005])` for a film, `Show (Episode Number:
//! [n], Episode Title: [t], Season Number: [s])` for an episode.
//!
//! Titles hold brackets and commas of their own, so only `(Name: [` begins the statements and only `], Name: [` parts
//! them. A text without statements is a name alone.

use super::{Kind, What};
use crate::records::typed::said;

/// Bytes. No name of a statement is longer.
const LONGEST: usize = 40;

/// What a description says. `media` is what the file calls the kind of it, for those without statements.
pub fn read(description: &str, media: Option<&str>) -> What {
    let (name, statements) = parted(description.trim());
    let stated = |wanted: &str| {
        let found = statements.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.and_then(|(_, value)| said::something(value))
    };
    let season = stated("Season Number");
    let number = stated("Episode Number");
    let title = stated("Episode Title");
    let released = stated("Released in");
    let kind = if season.or(number).or(title).is_some() {
        Some(Kind::Episode)
    } else if released.or(stated("Directed by")).is_some() {
        Some(Kind::Film)
    } else {
        media.and_then(Kind::of)
    };
    let name = said::something(name).map(str::to_owned);
    let what = What { kind, is_certain: kind.is_some(), ..What::default() };
    match kind {
        Some(Kind::Episode) => What {
            show: name,
            season: season.and_then(said::ordinal),
            season_name: season.map(str::to_owned),
            episode: number.and_then(said::ordinal),
            title: title.map(str::to_owned),
            ..what
        },
        Some(Kind::Film) | None => What { title: name, year: released.and_then(year), ..what },
    }
}

fn year(text: &str) -> Option<i64> {
    said::ordinal(text).filter(|year| (1800..=2200).contains(year))
}

/// The name, and the statements with their values.
fn parted(description: &str) -> (&str, Vec<(&str, &str)>) {
    let Some(inner) = description.strip_suffix("])") else { return (description, Vec::new()) };
    let begins = inner.match_indices('(').find_map(|(at, _)| {
        let (name, value) = statement(inner.get(at + 1..)?)?;
        Some((inner.get(..at)?, name, value))
    });
    let Some((title, mut name, mut rest)) = begins else { return (description, Vec::new()) };
    let mut statements = Vec::new();
    loop {
        let next = rest.match_indices("], ").find_map(|(at, gap)| {
            let (name, value) = statement(rest.get(at + gap.len()..)?)?;
            Some((rest.get(..at)?, name, value))
        });
        let Some((value, next_name, next_rest)) = next else {
            statements.push((name, rest));
            return (title.trim_end(), statements);
        };
        statements.push((name, value));
        (name, rest) = (next_name, next_rest);
    }
}

/// The name of a statement that begins here, and what follows its bracket.
fn statement(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(": [")?;
    let is_name = (1..=LONGEST).contains(&name.len())
        && name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphabetic() || c == ' ');
    is_name.then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::records::typed::watched::{Kind, What};
    use proptest::prelude::{any, proptest};

    #[test]
    fn films_and_episodes() {
        let film = |title: &str, year| What {
            kind: Some(Kind::Film),
            is_certain: true,
            title: Some(title.to_owned()),
            year,
            ..What::default()
        };
        for (description, title, year) in [
            ("Salt Road (Directed by: [Ida Holm], Released in: [2005])", "Salt Road", Some(2005)),
            ("Salt Road (Released in: [2005])", "Salt Road", Some(2005)),
            ("Salt Road (Directed by: [I. [Ida] Holm])", "Salt Road", None),
            (
                "Salt [Cut] (2 of 3), Released in Time (Directed by: [A], Released in: [1999])",
                "Salt [Cut] (2 of 3), Released in Time",
                Some(1999),
            ),
            ("Salt Road (Directed by: [N/A], Released in: [soon])", "Salt Road", None),
        ] {
            assert_eq!(read(description, None), film(title, year), "{description}");
        }
        let episode =
            "Tide Line (Uncut) (Episode Number: [3], Episode Title: [Ebb [1], and on], Season Number: [1])";
        assert_eq!(
            read(episode, Some("Movie")),
            What {
                kind: Some(Kind::Episode),
                is_certain: true,
                show: Some("Tide Line (Uncut)".to_owned()),
                season: Some(1),
                season_name: Some("1".to_owned()),
                episode: Some(3),
                title: Some("Ebb [1], and on".to_owned()),
                year: None,
            }
        );
    }

    #[test]
    fn names_alone() {
        let of = |media| {
            let what = read("Tide Line (2019)", media);
            (what.kind, what.show, what.title)
        };
        let name = Some("Tide Line (2019)".to_owned());
        assert_eq!(of(None), (None, None, name.clone()));
        assert_eq!(of(Some("TV")), (Some(Kind::Episode), name.clone(), None));
        assert_eq!(of(Some("MOVIE")), (Some(Kind::Film), None, name));
        assert_eq!(read("N/A", None), What::default());
    }

    proptest! {
        #[test]
        fn no_text_panics(any in any::<String>(), near in "([é(]|: \\[|\\], |\\]\\)|[A-Z][a-z]|Released in){0,9}") {
            let _ = (read(&any, None), read(&near, Some("TV")));
        }
    }
}
