//! An amount of money as Apple's lists write it: for people, in the owner's language (`3,99 €`, `$1,234.56`,
//! `CHF 1'234.50`), or as a plain number.
//!
//! It gives decimals as they are written, never floats. Where only the owner's country would tell whether `1.234` is
//! one or a thousand, and neither currency nor sign does, nothing is read.

mod currency;

pub use currency::currency;

use currency::decimals;

/// Digits of the longest amount.
const MOST_DIGITS: usize = 30;

/// Characters of the longest sign of a currency.
const LONGEST_SIGN: usize = 6;

/// Decimals of [`Money::parts`].
pub const PLACES: usize = 4;

/// Sums of fewer parts cannot leave what SQLite counts in, however many rows of a list there are.
const MOST_PARTS: i64 = 100_000_000_000_000;

/// An amount that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// With a point and with as many decimals as are written: `-1234.50`.
    pub amount: String,
    /// In 1/10000, for sums; `None` if it has more decimals or is more than anybody pays.
    pub parts: Option<i64>,
    /// The code of the currency that the list states, or that the sign is of.
    pub currency: Option<String>,
    /// What stands beside the number.
    pub sign: Option<String>,
}

/// Reads an amount; `stated` is what the list says in a column of its own.
pub fn read(text: &str, stated: Option<&str>) -> Option<Money> {
    let text = text.trim();
    let start = text.find(is_digit)?;
    let last = text.rfind(is_digit)?;
    let end = last + text.get(last..)?.chars().next()?.len_utf8();
    let (mut before, mut number, mut after) = (text.get(..start)?, text.get(start..end)?, text.get(end..)?);
    // `.99`: nobody else ends in a point that follows no letter
    let leading = before
        .strip_suffix(['.', ','])
        .filter(|rest| !rest.ends_with(|c: char| c.is_alphabetic() || c == '/'));
    if let Some(rest) = leading {
        number = text.get(rest.len()..end)?;
        before = rest;
    }
    // `49,-`
    let whole =
        [",-", ".-", ",–", ".–", ",—"].into_iter().find_map(|end| after.trim_start().strip_prefix(end));
    after = whole.unwrap_or(after);
    let (before, after) = (before.trim(), after.trim());
    let (is_negative, before, after) = without_minus(before, after)?;
    let signs: Vec<&str> = [before, after].into_iter().filter(|sign| !sign.is_empty()).collect();
    let is_odd = |c: char| is_minus(c) || matches!(c, '(' | ')');
    if signs.iter().any(|sign| sign.chars().count() > LONGEST_SIGN || sign.contains(is_odd)) {
        return None;
    }
    let currency = currency(stated, &signs);
    let digits = Digits::of(number, decimals(currency.as_deref(), &signs))?;
    let sign = Some(signs.join(" ")).filter(|sign| !sign.is_empty());
    Some(Money { amount: digits.text(is_negative), parts: digits.parts(is_negative), currency, sign })
}

/// Whether a minus stands beside the number, and the rest; brackets are one. `None` if there are two.
fn without_minus<'t>(before: &'t str, after: &'t str) -> Option<(bool, &'t str, &'t str)> {
    let bracketed = before.strip_prefix('(').zip(after.strip_suffix(')'));
    let is_bracketed = bracketed.is_some();
    let (before, after) = bracketed.unwrap_or((before, after));
    let bare = |text: &'t str| {
        let rest = text.strip_prefix(is_minus).or_else(|| text.strip_suffix(is_minus));
        (rest.is_some(), rest.unwrap_or(text).trim())
    };
    let ((is_before, before), (is_after, after)) = (bare(before), bare(after));
    let count = [is_bracketed, is_before, is_after].into_iter().filter(|is| *is).count();
    let before = before.strip_prefix('+').unwrap_or(before).trim();
    (count < 2).then_some((count == 1, before, after))
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' | '\u{2013}')
}

fn is_digit(c: char) -> bool {
    digit(c).is_some()
}

/// The digit that a character of any script that Apple writes amounts in is.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 5] = [0x30, 0x660, 0x6f0, 0x966, 0xff10];
    let code = u32::from(c);
    let zero = ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

/// A number as it is written, without its sign.
struct Digits {
    /// Without zeros in front; at least one digit.
    whole: String,
    decimals: String,
}

impl Digits {
    /// Reads a number that ends in a digit. `places` are the decimals of its currency, where they are known.
    fn of(number: &str, places: Option<usize>) -> Option<Self> {
        let mut groups = vec![String::new()];
        let mut marks: Vec<char> = Vec::new();
        for c in number.chars() {
            match (digit(c), groups.last_mut()) {
                (Some(digit), Some(group)) => group.push(digit),
                _ => {
                    marks.push(mark(c)?);
                    groups.push(String::new());
                }
            }
        }
        if groups.iter().map(String::len).sum::<usize>() > MOST_DIGITS {
            return None;
        }
        let has_decimals = has_decimals(&marks, &groups, places)?;
        let decimals = if has_decimals { groups.pop()? } else { String::new() };
        let grouping = marks.get(..groups.len().checked_sub(1)?)?;
        // one mark parts all thousands
        if grouping.iter().any(|mark| Some(mark) != grouping.first()) || !are_thousands(&groups) {
            return None;
        }
        let whole = groups.concat();
        let whole = match whole.trim_start_matches('0') {
            "" => "0".to_owned(),
            rest => rest.to_owned(),
        };
        Some(Digits { whole, decimals })
    }

    fn is_zero(&self) -> bool {
        self.whole.bytes().chain(self.decimals.bytes()).all(|digit| digit == b'0')
    }

    fn text(&self, is_negative: bool) -> String {
        let minus = if is_negative && !self.is_zero() { "-" } else { "" };
        let point = if self.decimals.is_empty() { "" } else { "." };
        format!("{minus}{}{point}{}", self.whole, self.decimals)
    }

    fn parts(&self, is_negative: bool) -> Option<i64> {
        let decimals = self.decimals.trim_end_matches('0');
        if decimals.len() > PLACES {
            return None;
        }
        let parts: i64 = format!("{}{decimals:0<PLACES$}", self.whole).parse().ok()?;
        let parts = if is_negative { -parts } else { parts };
        Some(parts).filter(|parts| parts.abs() <= MOST_PARTS)
    }
}

/// What stands between digits: a point, a comma, or what parts thousands only.
fn mark(c: char) -> Option<char> {
    match c {
        '.' | ',' => Some(c),
        '\u{66b}' => Some('\u{66b}'),
        '\u{66c}' => Some('\u{66c}'),
        '\'' | '\u{2019}' => Some('\''),
        c if c.is_whitespace() => Some(' '),
        _ => None,
    }
}

/// Whether decimals stand behind the last mark; `None` if nobody can tell.
fn has_decimals(marks: &[char], groups: &[String], places: Option<usize>) -> Option<bool> {
    let Some((last, others)) = marks.split_last() else { return Some(false) };
    match last {
        '\u{66b}' => return Some(true),
        '.' | ',' => {}
        _ => return Some(false),
    }
    if !others.is_empty() {
        return Some(!others.contains(last));
    }
    let (whole, behind) = (groups.first()?, groups.last()?);
    let could_be_thousands = behind.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    match places {
        _ if !could_be_thousands => Some(true),
        Some(3) => Some(true),
        Some(_) => Some(false),
        None => None,
    }
}

/// `1 234 567`, and `12 34 567` as India writes it.
fn are_thousands(groups: &[String]) -> bool {
    match groups {
        [_] => true,
        [first, between @ .., last] => {
            let lengths = |wanted: usize| between.iter().all(|group| group.len() == wanted);
            last.len() == 3
                && (1..=3).contains(&first.len())
                && (lengths(3) || lengths(2) && first.len() <= 2)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::read;

    /// `amount currency parts`, `-` for what is not known.
    fn said(text: &str, stated: Option<&str>) -> String {
        let Some(money) = read(text, stated) else { return "nothing".to_owned() };
        let parts = money.parts.map_or_else(|| "-".to_owned(), |parts| parts.to_string());
        format!("{} {} {parts}", money.amount, money.currency.as_deref().unwrap_or("-"))
    }

    #[test]
    fn amounts_of_many_countries() {
        for (text, expected) in [
            ("3,99 €", "3.99 EUR 39900"),
            ("3,99\u{a0}€", "3.99 EUR 39900"),
            ("€3.99", "3.99 EUR 39900"),
            ("-2,99 €", "-2.99 EUR -29900"),
            ("\u{2212}2,99 €", "-2.99 EUR -29900"),
            ("2,99- €", "-2.99 EUR -29900"),
            ("2,99 €-", "-2.99 EUR -29900"),
            ("(2.99)", "-2.99 - -29900"),
            ("-(2.99)", "nothing"),
            ("$-2.99", "-2.99 - -29900"),
            ("$0.00", "0.00 - 0"),
            ("-$0.00", "0.00 - 0"),
            ("¥ 6.00", "6.00 - 60000"),
            ("¥600", "600 - 6000000"),
            ("￥６.００", "6.00 - 60000"),
            ("$1,234.56", "1234.56 - 12345600"),
            ("1.234,56", "1234.56 - 12345600"),
            ("1.234.567,89 €", "1234567.89 EUR 12345678900"),
            ("1,234,567", "1234567 - 12345670000"),
            ("₹1,23,456.00", "123456.00 INR 1234560000"),
            ("1 234,56 zł", "1234.56 PLN 12345600"),
            ("1\u{202f}234,56 €", "1234.56 EUR 12345600"),
            ("kr 49,00", "49.00 - 490000"),
            ("kr. 49", "49 - 490000"),
            ("49,00 kr.", "49.00 - 490000"),
            ("CHF 1'234.50", "1234.50 CHF 12345000"),
            ("CHF 1\u{2019}234.50", "1234.50 CHF 12345000"),
            ("CHF 49.–", "49 CHF 490000"),
            ("49,- €", "49 EUR 490000"),
            ("US$ 0.99", "0.99 USD 9900"),
            ("$3.99 CAD", "3.99 CAD 39900"),
            ("€3 USD", "3 - 30000"),
            ("R$ 4,90", "4.90 BRL 49000"),
            ("Rs. 99", "99 - 990000"),
            ("S/.10.00", "10.00 PEN 100000"),
            ("49,00 Kč", "49.00 CZK 490000"),
            ("129,00 руб.", "129.00 RUB 1290000"),
            ("₩1,200", "1200 KRW 12000000"),
            ("$1,200", "1200 - 12000000"),
            ("KWD 1.250", "1.250 KWD 12500"),
            ("٣٫٩٩", "3.99 - 39900"),
            ("3.99", "3.99 - 39900"),
            ("1.0", "1.0 - 10000"),
            ("12", "12 - 120000"),
            ("+5", "5 - 50000"),
            ("0.125", "0.125 - 1250"),
            (".99", "0.99 - 9900"),
            ("$.99", "0.99 - 9900"),
            ("1234.5678", "1234.5678 - 12345678"),
            ("1.234567 €", "1.234567 EUR -"),
            ("007", "7 - 70000"),
            ("1.234", "nothing"),
            ("1,234", "nothing"),
            ("1,23,45", "nothing"),
            ("1.2.3", "nothing"),
            ("12 34", "nothing"),
            ("1E+05", "nothing"),
            ("3,99 € (2 x)", "nothing"),
            ("from version 2", "nothing"),
            ("Free", "nothing"),
            ("", "nothing"),
            ("99999999999999", "99999999999999 - -"),
            ("1234567890123456789012345678901", "nothing"),
        ] {
            assert_eq!(said(text, None), expected, "{text}");
        }
    }

    #[test]
    fn the_list_states_a_currency() {
        for (text, stated, expected) in [
            ("¥ 6.00", "CNY", "6.00 CNY 60000"),
            ("$1,234", "MXN", "1234 MXN 12340000"),
            ("1.234", "EUR", "1234 EUR 12340000"),
            ("1.234", "JPY", "1234 JPY 12340000"),
            ("1.234", "KWD", "1.234 KWD 12340"),
            ("3.99", "usd", "3.99 USD 39900"),
            ("3.99 €", "USD", "3.99 USD 39900"),
            ("3.99", "Euro", "3.99 Euro 39900"),
        ] {
            assert_eq!(said(text, Some(stated)), expected, "{text} {stated}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), near in "[-($€kr]{0,2}[0-9., ']{0,9}[-)€ kr]{0,2}") {
            let _ = (read(&text, None), read(&near, Some("EUR")));
        }

        #[test]
        fn an_amount_is_read_as_it_was_written(whole in 0u64..1_000_000_000, cents in 0u64..100) {
            let grouped = whole.to_string().as_bytes().rchunks(3).rev()
                .map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>();
            let expected = format!("{whole}.{cents:02}");
            for (mark, point) in [(".", ","), (",", "."), (" ", ","), ("'", "."), ("", ",")] {
                let text = format!("{}{point}{cents:02} €", grouped.join(mark));
                let money = read(&text, None).expect("it is one");
                assert_eq!(money.amount, expected, "{text}");
                assert_eq!(money.parts, Some(i64::try_from(whole * 10_000 + cents * 100).unwrap()));
            }
        }
    }
}
