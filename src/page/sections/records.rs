//! Listening, watching, money, devices and sign-ins, each as sums by month or year.
//!
//! Whatever its size a library gives little here: months, years, and of each year the first few names. What identifies a
//! device or says where somebody was (serial numbers, IP addresses) has no place in these values, so that no page can
//! show it. Sums of money are decimal text, of one currency each, and never floats.

use serde::Serialize;

use crate::contents::Category;
use crate::page::sections::{Section, listed};

/// Characters of a name.
const LONGEST: usize = 200;

/// Decimals of the finest amount that is added up.
const PLACES: usize = 4;

/// All that the page of records shows; what nobody delivered is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecordsShown {
    pub listening: Times,
    pub watching: Times,
    /// Of the owner, not of the family.
    pub purchases: u64,
    /// Each currency apart.
    pub money: Vec<Purse>,
    pub subscriptions: First<Subscription>,
    pub devices: First<Device>,
    pub sign_ins: Times,
    pub playlists: First<(String, u64)>,
    pub podcasts: First<(String, bool)>,
}

/// How often something was done, and for how long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    /// All of them, those without a date too.
    pub times: u64,
    pub minutes: u64,
    /// `2024-03`, how often, minutes; in order, and only those with any.
    pub months: Vec<(String, u64, u64)>,
    /// What it was most: artists; or shows and films.
    pub tops: Vec<Vec<Top>>,
}

/// What there was most of in a year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Top {
    /// `2024`; empty for all years together.
    pub year: String,
    /// A name, how often, minutes; most first.
    pub names: Vec<(String, u64, u64)>,
    /// How many names are not among these.
    pub more: u64,
    /// How often in all that year, of everything that has a name.
    pub named: u64,
}

/// The first of something, and how many more there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct First<T> {
    pub items: Vec<T>,
    pub more: u64,
}

impl<T> Default for First<T> {
    fn default() -> Self {
        First { items: Vec::new(), more: 0 }
    }
}

impl<T> First<T> {
    /// The first `most` of these.
    pub fn of(mut all: Vec<T>, most: usize) -> Self {
        let more = all.len().saturating_sub(most) as u64;
        all.truncate(most);
        First { items: all, more }
    }

    fn count(&self) -> u64 {
        self.items.len() as u64 + self.more
    }
}

/// Money of one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Purse {
    /// Its code; `None` where nobody says.
    pub currency: Option<String>,
    /// What stands beside amounts whose currency nobody says.
    pub sign: Option<String>,
    /// In order; a year without a name is that of what has no date.
    pub years: Vec<YearOfMoney>,
    /// All years together; empty where an amount cannot be added up.
    pub sums: Option<YearOfMoney>,
    /// What most was spent on: a name, how much, how many purchases.
    pub items: First<(String, String, u64)>,
    /// Amounts that nobody can read, and that are in no sum.
    pub unread: u64,
}

/// Decimal text each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct YearOfMoney {
    pub year: String,
    pub paid_in: String,
    pub consumed: String,
    pub refunded: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Subscription {
    pub item: String,
    pub amount: Option<String>,
    pub currency: Option<String>,
    /// What stands beside an amount whose currency nobody says.
    pub sign: Option<String>,
    /// The day; likewise the next.
    pub started: Option<String>,
    pub disabled: Option<String>,
    /// `None` where nobody says.
    pub renews: Option<bool>,
}

/// A device, by what it is called. It has no number by which anybody could know it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Device {
    pub name: String,
    pub model: Option<String>,
    /// The day; likewise the next.
    pub added: Option<String>,
    pub last_seen: Option<String>,
}

impl Section {
    /// The section of these records; `None` if there are none.
    pub fn records(mut shown: RecordsShown) -> Option<Self> {
        let counts = [
            (shown.listening.times, "play", "plays"),
            (shown.watching.times, "film or episode watched", "films and episodes watched"),
            (shown.purchases, "purchase", "purchases"),
            (shown.subscriptions.count(), "subscription", "subscriptions"),
            (shown.devices.count(), "device", "devices"),
            (shown.sign_ins.times, "sign-in", "sign-ins"),
            (shown.playlists.count(), "playlist", "playlists"),
            (shown.podcasts.count(), "podcast", "podcasts"),
        ];
        let first = counts.iter().position(|(number, ..)| *number > 0)?;
        let (title, rest) = counts.split_at(first + 1);
        shown.shorten();
        Some(Section::new(Category::Records, listed(title), listed(rest), &shown))
    }
}

impl RecordsShown {
    fn shorten(&mut self) {
        let tops = [&mut self.listening, &mut self.watching, &mut self.sign_ins]
            .into_iter()
            .flat_map(|times| times.tops.iter_mut().flatten())
            .flat_map(|top| top.names.iter_mut().map(|(name, ..)| name));
        let items =
            self.money.iter_mut().flat_map(|purse| purse.items.items.iter_mut().map(|(name, ..)| name));
        let subscriptions = self.subscriptions.items.iter_mut().map(|one| &mut one.item);
        let devices =
            self.devices.items.iter_mut().flat_map(|one| [Some(&mut one.name), one.model.as_mut()]).flatten();
        let playlists = self.playlists.items.iter_mut().map(|(name, _)| name);
        let podcasts = self.podcasts.items.iter_mut().map(|(name, _)| name);
        let names = tops.chain(items).chain(subscriptions).chain(devices).chain(playlists);
        for name in names.chain(podcasts) {
            if let Some((end, _)) = name.char_indices().nth(LONGEST) {
                name.truncate(end);
            }
        }
    }
}

/// An amount in 1/10000; `None` if it is no decimal number, or a finer one.
pub fn parts(amount: &str) -> Option<i128> {
    let (is_negative, digits) = match amount.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, amount),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 20
        || fraction.len() > PLACES
        || !is_digits(whole)
        || !is_digits(fraction)
    {
        return None;
    }
    let parts: i128 = format!("{whole}{fraction:0<PLACES$}").parse().ok()?;
    Some(if is_negative { -parts } else { parts })
}

/// The sum of amounts, with as many decimals as the finest of them; `None` if one of them is no decimal number.
pub fn sum<'a>(amounts: impl Iterator<Item = &'a str>) -> Option<String> {
    let (mut sum, mut places) = (0_i128, 0);
    for amount in amounts {
        sum = sum.checked_add(parts(amount)?)?;
        places = places.max(amount.split_once('.').map_or(0, |(_, fraction)| fraction.len()));
    }
    let digits = format!("{:0>width$}", sum.unsigned_abs(), width = PLACES + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - PLACES)?;
    let sign = if sum < 0 { "-" } else { "" };
    let fraction = fraction.get(..places)?;
    let point = if places > 0 { "." } else { "" };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::{First, parts, sum};

    #[test]
    fn money_is_added_to_the_last_digit() {
        let of = |amounts: &[&str]| sum(amounts.iter().copied());
        assert_eq!(of(&["0.10", "0.2", "1234567890123.45"]).as_deref(), Some("1234567890123.75"));
        assert_eq!(of(&["1", "-2.50"]).as_deref(), Some("-1.50"));
        assert_eq!(of(&["300", "40"]).as_deref(), Some("340"));
        assert_eq!(of(&[]).as_deref(), Some("0"));
        assert_eq!(of(&["-0.0005", "0"]).as_deref(), Some("-0.0005"));
        for odd in ["", "-", "1,5", "1e3", ".5", "1.23456", "NaN", "1.-5", "--1"] {
            assert_eq!((parts(odd), of(&["1", odd])), (None, None), "{odd}");
        }
    }

    #[test]
    fn the_first_of_many() {
        let first = First::of(vec![3, 2, 1], 2);
        assert_eq!((first.items.as_slice(), first.more, first.count()), ([3, 2].as_slice(), 1, 3));
        assert_eq!(First::<u8>::default().count(), 0);
    }
}
