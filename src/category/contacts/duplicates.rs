//! Cards that are likely of one person.
//!
//! Named so that their owner can look, never merged. Two cards are alike if they have one UID, or one name and a
//! telephone number or an e-mail address in common. One name alone is no reason, nor one number: families share both.
//!
//! The rule holds in any script: names are the same in another case, width and order of words, numbers in other
//! digits, and with or without the code of their country.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;

use crate::apple::text::match_key;
use crate::category::contacts::card::{Card, Kind};
use crate::category::contacts::groups;
use crate::category::contacts::row::{BETWEEN, joined};

/// Digits of the longest country code.
const COUNTRY_CODE_MAX: usize = 3;

/// Digits of a number that is long enough to be told apart without its country code.
const NATIONAL_MIN: usize = 7;

/// Where the ten digits of each script begin.
const ZEROS: [u32; 20] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0,
    0xf20, 0x1040, 0x17e0, 0x1810, 0xff10,
];

/// Why two cards are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// They have the same UID.
    Uid,
    /// They have the same name and a telephone number in common.
    Phone,
    /// They have the same name and an e-mail address in common.
    Email,
}

impl Likeness {
    /// The word in the list.
    pub fn as_str(self) -> &'static str {
        match self {
            Likeness::Uid => "same UID",
            Likeness::Phone => "same name and phone",
            Likeness::Email => "same name and email",
        }
    }
}

/// Cards that are alike, directly or through others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// Two or more, as places in what was given, by path.
    pub cards: Vec<usize>,
    /// All that makes any of them alike.
    pub why: BTreeSet<Likeness>,
}

/// Finds the cards that are alike, each given with the path of its file, in the order of their paths.
pub fn likely_duplicates(cards: &[(&str, &Card)]) -> Vec<Alike> {
    let mut order: Vec<usize> = (0..cards.len()).collect();
    order.sort_by_key(|&at| cards.get(at).map(|(path, _)| path.as_bytes()));
    let mut sets = Sets::of(cards.len());
    let mut numbers: HashMap<(String, String), usize> = HashMap::new();
    let mut others: HashMap<(Likeness, String, String), usize> = HashMap::new();
    let mut to_find = Vec::new();
    for (at, (_, card)) in cards.iter().enumerate() {
        let mut same = |why, name: &str, key: String| {
            let first = *others.entry((why, name.to_owned(), key)).or_insert(at);
            sets.unite(first, at, why);
        };
        if let Some(uid) = &card.uid {
            same(Likeness::Uid, "", groups::key(uid));
        }
        let Some(name) = card.display_name().map(name_key).filter(|name| !name.is_empty()) else { continue };
        if card.kind == Kind::Group {
            continue;
        }
        for email in &card.emails {
            same(Likeness::Email, &name, match_key(&email.value));
        }
        for number in card.phones.iter().map(|phone| digits(&phone.value)).filter(|digits| !digits.is_empty())
        {
            let key = (name.clone(), significant(&number).to_owned());
            let first = *numbers.entry(key).or_insert(at);
            sets.unite(first, at, Likeness::Phone);
            to_find.push((at, name.clone(), significant(&number).to_owned()));
        }
    }
    // once all are known, those that have a country code find those that have none
    for (at, name, number) in to_find {
        let national = (1..=COUNTRY_CODE_MAX).filter_map(|code| number.get(code..));
        for shorter in national.filter(|rest| rest.len() >= NATIONAL_MIN) {
            if let Some(&other) = numbers.get(&(name.clone(), significant(shorter).to_owned())) {
                sets.unite(other, at, Likeness::Phone);
            }
        }
    }
    sets.into_alike(&order)
}

/// `likely duplicates.csv`: one line for each card, and a number for each set of cards that are alike. `None` if
/// there are none.
pub fn list(alike: &[Alike], cards: &[(&str, &Card)]) -> Option<String> {
    if alike.is_empty() {
        return None;
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    // writing to memory does not fail
    let mut write = |fields: [&str; 7]| writer.write_record(fields).ok();
    write(["set", "name", "phones", "emails", "uid", "why", "file"]);
    for (number, set) in (1..).zip(alike) {
        let why: Vec<&str> = set.why.iter().map(|why| why.as_str()).collect();
        let why = why.join(BETWEEN);
        let number = u64::to_string(&number);
        for (path, card) in set.cards.iter().filter_map(|&at| cards.get(at)) {
            let phones = joined(&card.phones).unwrap_or_default();
            let emails = joined(&card.emails).unwrap_or_default();
            let name = card.display_name().unwrap_or_default();
            write([&number, name, &phones, &emails, card.uid.as_deref().unwrap_or_default(), &why, path]);
        }
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok())
}

/// The words of a name, in one case and width, sorted: `Berg, Ann` is `ANN BERG`.
fn name_key(name: &str) -> String {
    let plain = match_key(&name.nfkc().collect::<String>());
    let mut words: Vec<&str> = plain
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.' | '、' | '،' | '・'))
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// The digits of a number, in whatever script they are.
fn digits(number: &str) -> String {
    let value = |c: char| {
        let zero = ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&u32::from(c)))?;
        char::from_digit(u32::from(c) - zero, 10)
    };
    number.chars().filter_map(value).collect()
}

/// A number without the zeros that are dialled before it, from abroad or from another town.
fn significant(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => digits,
        rest => rest,
    }
}

/// Disjoint sets of cards.
struct Sets {
    parents: Vec<usize>,
    whys: Vec<(usize, Likeness)>,
}

impl Sets {
    fn of(count: usize) -> Self {
        Sets { parents: (0..count).collect(), whys: Vec::new() }
    }

    fn root(&mut self, of: usize) -> usize {
        let mut at = of;
        while let Some(&parent) = self.parents.get(at).filter(|parent| **parent != at) {
            // each step halves the way of the next walk
            let grandparent = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(at) {
                *slot = grandparent;
            }
            at = grandparent;
        }
        at
    }

    fn unite(&mut self, a: usize, b: usize, why: Likeness) {
        if a == b {
            return;
        }
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.parents.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
        self.whys.push((a, why));
    }

    fn into_alike(mut self, order: &[usize]) -> Vec<Alike> {
        let mut sets: BTreeMap<usize, Alike> = BTreeMap::new();
        for &card in order {
            let root = self.root(card);
            sets.entry(root)
                .or_insert_with(|| Alike { cards: Vec::new(), why: BTreeSet::new() })
                .cards
                .push(card);
        }
        for (card, why) in std::mem::take(&mut self.whys) {
            let root = self.root(card);
            if let Some(set) = sets.get_mut(&root) {
                set.why.insert(why);
            }
        }
        let mut places = vec![0; order.len()];
        for (place, &card) in order.iter().enumerate() {
            if let Some(slot) = places.get_mut(card) {
                *slot = place;
            }
        }
        let mut alike: Vec<Alike> = sets.into_values().filter(|set| set.cards.len() > 1).collect();
        alike.sort_by_key(|set| set.cards.first().and_then(|card| places.get(*card)).copied());
        alike
    }
}

#[cfg(test)]
mod tests {
    use super::{Likeness, digits, likely_duplicates, list, name_key};
    use crate::category::contacts::card::{Card, Kind, Reach};
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    fn card(name: &str, phones: &[&str], emails: &[&str], uid: &str) -> Card {
        let reaches = |values: &[&str]| {
            values.iter().map(|value| Reach { value: (*value).into(), label: None }).collect::<Vec<_>>()
        };
        Card {
            full_name: (!name.is_empty()).then(|| name.into()),
            uid: (!uid.is_empty()).then(|| uid.into()),
            phones: reaches(phones),
            emails: reaches(emails),
            ..Card::default()
        }
    }

    fn are_alike(a: &Card, b: &Card) -> Option<Vec<Likeness>> {
        let found = likely_duplicates(&[("a", a), ("b", b)]);
        found.first().map(|set| set.why.iter().copied().collect())
    }

    #[test]
    fn two_cards() {
        use Likeness::{Email, Phone, Uid};
        let ann = card("Ann Berg", &["+47 22 33 44 55"], &["ann@example.org"], "A-1");
        let cases = [
            (card("Ann Berg", &["+47 22 33 44 55"], &[], ""), Some(vec![Phone])),
            (card("ANN  berg", &["004722334455"], &[], ""), Some(vec![Phone])),
            (card("Berg, Ann", &["22 33 44 55"], &[], ""), Some(vec![Phone])),
            (card("Ａｎｎ Ｂｅｒｇ", &["٢٢٣٣٤٤٥٥"], &[], ""), Some(vec![Phone])),
            (card("Ann Berg", &["(0)22-33.44 55"], &[], ""), Some(vec![Phone])),
            (card("Ann Berg", &[], &["ANN@Example.org"], "B"), Some(vec![Email])),
            (card("Ann Berg", &["+4722334455"], &["ann@example.org"], "a-1"), Some(vec![Uid, Phone, Email])),
            (card("Somebody Else", &[], &[], "a-1"), Some(vec![Uid])),
            (card("", &[], &[], "A-1"), Some(vec![Uid])),
            // a name alone, a number alone, an address alone
            (card("Ann Berg", &["+47 99 99 99 99"], &["ann@example.com"], ""), None),
            (card("Ann Berg", &[], &[], ""), None),
            (card("Bo Berg", &["+47 22 33 44 55"], &["ann@example.org"], "B"), None),
            (card("", &["+47 22 33 44 55"], &["ann@example.org"], ""), None),
            // more digits apart than a country code has, or too few in common
            (card("Ann Berg", &["+12344722334455"], &[], ""), None),
            (card("Ann Berg", &["33 44 55"], &[], ""), None),
            (card("Ann Berg", &["+46 22 33 44 55"], &[], ""), None),
            (card("Ann Berg", &["extension"], &[], ""), None),
            (card("Ann Bérg", &["+47 22 33 44 55"], &[], ""), None),
        ];
        for (other, expected) in cases {
            assert_eq!(are_alike(&ann, &other), expected, "{other:?}");
            assert_eq!(are_alike(&other, &ann), expected, "{other:?}, the other way round");
        }
    }

    #[test]
    fn names_in_any_script() {
        let same = [
            ("山田　太郎", "山田 太郎"),
            ("José", "Jose\u{301}"),
            ("ΜΑΡΊΑ", "μαρία"),
            ("Иван Петров", "ПЕТРОВ, Иван"),
            ("Strauß", "STRAUSS"),
            ("ｱﾝ", "アン"),
        ];
        for (a, b) in same {
            assert_eq!(name_key(a), name_key(b), "{a} {b}");
        }
        assert_ne!(name_key("नेहा"), name_key("नहा"), "a vowel sign is a part of the name");
        assert_eq!(name_key(" , . "), "");
        assert_eq!(digits("+४७ ๑๒ ۳٤ 5"), "4712345");
    }

    #[test]
    fn a_group_is_nobodys_double() {
        let group = Card { kind: Kind::Group, ..card("Ann Berg", &["+47 22 33 44 55"], &[], "") };
        assert_eq!(are_alike(&group, &card("Ann Berg", &["+47 22 33 44 55"], &[], "")), None);
    }

    #[test]
    fn the_list_is_by_path_and_chains_are_one_set() {
        let a = card("Ann, \"Berg\"", &["22334455"], &[], "1");
        let b = card("Ann \"Berg\"", &["+4722334455"], &["a@example.org"], "2");
        let c = card("\"Berg\" Ann", &[], &["a@example.org"], "3");
        let d = card("Dee", &[], &[], "9");
        let e = card("Dee", &[], &[], "9");
        let alone = card("Eve", &["1"], &[], "5");
        let cards =
            [("z.vcf", &a), ("b.vcf", &e), ("m.vcf", &b), ("a.vcf", &d), ("k.vcf", &c), ("q.vcf", &alone)];
        let found = likely_duplicates(&cards);
        assert_eq!(
            found.iter().map(|set| set.cards.clone()).collect::<Vec<_>>(),
            [vec![3, 1], vec![4, 2, 0]]
        );
        let expected = "set,name,phones,emails,uid,why,file\n\
            1,Dee,,,9,same UID,a.vcf\n\
            1,Dee,,,9,same UID,b.vcf\n\
            2,\"\"\"Berg\"\" Ann\",,a@example.org,3,same name and phone; same name and email,k.vcf\n\
            2,\"Ann \"\"Berg\"\"\",+4722334455,a@example.org,2,same name and phone; same name and email,m.vcf\n\
            2,\"Ann, \"\"Berg\"\"\",22334455,,1,same name and phone; same name and email,z.vcf\n";
        assert_eq!(list(&found, &cards).as_deref(), Some(expected));
        assert_eq!(list(&[], &cards), None);
    }

    #[test]
    fn many_cards_of_one_name_take_no_time() {
        let cards: Vec<Card> = (0..30_000)
            .map(|n| card("Ann", &[&format!("+47{:08}", n / 2)], &["x@example.org"], ""))
            .collect();
        let cards: Vec<_> = cards.iter().map(|card| ("x", card)).collect();
        assert_eq!(likely_duplicates(&cards).len(), 1);
    }

    proptest! {
        #[test]
        fn order_changes_nothing_but_places(
            cards in prop::collection::vec(("[ab]{1,2}( [ab])?", "[+0]{0,2}4?[1-3]{6,8}", "[ab]@x", "[1-9]?"), 0..12),
            turn in any::<prop::sample::Index>(),
        ) {
            let cards: Vec<Card> =
                cards.iter().map(|(name, phone, email, uid)| card(name, &[phone], &[email], uid)).collect();
            let paths: Vec<String> = (0..cards.len()).map(|at| format!("{at:02}")).collect();
            let mut given: Vec<(&str, &Card)> = paths.iter().map(String::as_str).zip(&cards).collect();
            let straight = likely_duplicates(&given);
            let written = list(&straight, &given);
            for set in &straight {
                prop_assert!(set.cards.len() > 1 && !set.why.is_empty());
            }
            let turned = turn.index(given.len() + 1);
            given.rotate_left(turned);
            prop_assert_eq!(list(&likely_duplicates(&given), &given), written);
        }
    }
}
