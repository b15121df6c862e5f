//! The dates of Apple's bookmark lists: `Monday March 4,2019 7:08 PM GMT`.
//!
//! Every list seen has them in English, whatever the owner's language. Should Apple translate them one day, they are
//! put into English here first. A month in an unknown language stays unread, and nothing is guessed from the order
//! of numbers.

use chrono::{DateTime, Utc};

use crate::apple::date;

/// Characters. No date is written in more.
const LONGEST: usize = 128;

/// The months as dates have them: Danish and Norwegian, Dutch, Finnish, French, German, Italian, Polish, Czech,
/// Portuguese, Russian, Spanish, Swedish, Turkish.
const MONTHS: [&str; 14] = [
    "january february march april may june july august september october november december",
    "januar februar marts april maj juni juli august september oktober november desember",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta \
     heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
];

/// The instant that a date states; `None` if it states none or cannot be read.
pub fn read(text: &str) -> Option<DateTime<Utc>> {
    date::parse(text).or_else(|_| date::parse(&english(text).unwrap_or_default())).ok().flatten()
}

/// The same date as `4 march 2019 7:08 pm gmt` or `2019-3-4 …`, without what only a reader needs.
fn english(text: &str) -> Option<String> {
    if text.chars().count() > LONGEST {
        return None;
    }
    let text = text.to_lowercase();
    let (mut month, mut numbers, mut rest) = (None, Vec::new(), String::new());
    let is_part = |c: char| c.is_ascii_digit() || c == ':';
    let mut words =
        text.split_inclusive(|c: char| !c.is_alphanumeric() && !matches!(c, ':' | '+' | '.')).peekable();
    while let Some(word) = words.next() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
        let next_is_m = words.peek().is_some_and(|next| next.starts_with("m."));
        if word.is_empty() {
            continue;
        }
        if word.contains(['年', '년', '月', '월', '日', '일', '午', '오']) {
            let mut digits = word;
            while let Some(start) = digits.find(is_part) {
                digits = &digits[start..];
                let end = digits.find(|c| !is_part(c)).unwrap_or(digits.len());
                add(&digits[..end], &mut numbers, &mut rest);
                digits = &digits[end..];
            }
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            add(word, &mut numbers, &mut rest);
        } else if matches!(word, "am" | "pm" | "gmt" | "utc" | "z") || word.starts_with('+') {
            rest.push(' ');
            rest.push_str(word);
        } else if matches!(word, "a.m" | "p.m") || matches!(word, "a" | "p") && next_is_m {
            rest.push_str(if word.starts_with('a') { " am" } else { " pm" });
        } else if month.is_none() {
            month = month_number(word);
        }
        for (half, said) in [
            ("上午", " am"),
            ("午前", " am"),
            ("오전", " am"),
            ("下午", " pm"),
            ("午後", " pm"),
            ("오후", " pm"),
        ] {
            if word.contains(half) {
                // it stands before the hour and is wanted after it
                numbers.push(said.to_owned());
            }
        }
    }
    let half = numbers.iter().position(|number| number.starts_with(' ')).map(|at| numbers.remove(at));
    let time_end = rest.find(" gmt").or_else(|| rest.find(" utc")).unwrap_or(rest.len());
    rest.insert_str(time_end, &half.unwrap_or_default());
    let numbers: Vec<u32> = numbers.iter().map_while(|number| number.parse().ok()).collect();
    let (year, month, day) = match (numbers.as_slice(), month) {
        ([day @ 1..=31, year @ 1000..=9999], Some(month))
        | ([year @ 1000..=9999, day @ 1..=31], Some(month)) => (year, month, day),
        ([year @ 1000..=9999, month @ 1..=12, day @ 1..=31], None) => (year, *month, day),
        _ => return None,
    };
    Some(format!("{year:04}-{month:02}-{day:02}{rest}"))
}

/// Sorts a number: a time of day is for the end, everything else for the date.
fn add(number: &str, numbers: &mut Vec<String>, rest: &mut String) {
    let has_date = numbers.iter().filter(|number| !number.starts_with(' ')).count() > 1;
    if number.contains(':') || has_date && number.contains('.') {
        rest.push(' ');
        rest.push_str(&number.replace('.', ":"));
    } else {
        let digits = number.trim_end_matches(|c: char| !c.is_ascii_digit());
        numbers.push(digits.to_owned());
    }
}

/// The month of a name, or of its first three letters or more where all languages agree on them.
fn month_number(word: &str) -> Option<u32> {
    let all = || MONTHS.iter().flat_map(|names| (1..).zip(names.split(' ')));
    let whole = all().find(|(_, name)| *name == word).map(|(number, _)| number);
    whole.or_else(|| {
        let is_long = word.chars().count() >= 3;
        let mut cut = all().filter(|(_, name)| is_long && name.starts_with(word)).map(|(number, _)| number);
        let number = cut.next()?;
        cut.all(|other| other == number).then_some(number)
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use proptest::prelude::{any, proptest};

    #[test]
    fn one_minute_in_many_languages() {
        let minute = Some("2019-03-04T19:08:00Z".parse().expect("a date"));
        for text in [
            "Monday March 4,2019 7:08 PM GMT",
            "Monday, March 4, 2019 7:08 PM GMT",
            "2019-03-04T19:08:00Z",
            "lundi 4 mars 2019 à 19:08 GMT",
            "lundi mars 4,2019 7:08 PM GMT",
            "Montag, 4. März 2019 um 19:08 GMT",
            "Montag März 4,2019 7:08 PM GMT",
            "lunes, 4 de marzo de 2019 19:08 GMT",
            "lunes 4 de marzo de 2019, 7:08 p. m. GMT",
            "lunes 4 marzo 2019 7:08 p.m. GMT",
            "lunedì 4 marzo 2019 19:08 GMT",
            "maandag 4 maart 2019 19:08 GMT",
            "segunda-feira, 4 de março de 2019 19:08 GMT",
            "måndag 4 mars 2019 kl. 19:08 GMT",
            "mandag 4. marts 2019 19.08 GMT",
            "maanantai 4. maaliskuuta 2019 19.08 GMT",
            "poniedziałek, 4 marca 2019 19:08 GMT",
            "pondělí 4. března 2019 19:08 GMT",
            "понедельник, 4 марта 2019 г. 19:08 GMT",
            "4 Mart 2019 Pazartesi 19:08 GMT",
            "2019年3月4日 星期一 下午7:08 GMT",
            "2019年3月4日月曜日 午後7:08 GMT",
            "2019년 3월 4일 월요일 오후 7:08 GMT",
            "2019年3月4日 19:08 GMT",
        ] {
            assert_eq!(read(text), minute, "{text}");
        }
        assert_eq!(read("2019年3月4日 上午12:08"), Some("2019-03-04T00:08:00Z".parse().expect("a date")));
        assert_eq!(
            read("jeudi 6 juin 2019 07:08 GMT"),
            Some("2019-06-06T07:08:00Z".parse().expect("a date"))
        );
        assert_eq!(
            read("čtvrtek 4. července 2019 07:08"),
            Some("2019-07-04T07:08:00Z".parse().expect("a date"))
        );
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "never",
            "04.03.2019 19:08",
            "mardi 2019 19:08",
            "6 jui 2019 19:08 GMT",
            "31 février 2019 19:08 GMT",
            "lundi 4 mars 2019",
            "Thursday January 1,1970 12:00 AM GMT",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), near in "([0-9]{1,4}[年:. ,]?|mars|下午|p\\. m\\.|GMT|\\+1 ?){0,8}") {
            let _ = (read(&text), read(&near));
        }
    }
}
