//! Listening, watching, money, devices and sign-ins: what the tables say in all, by month and by year.
//!
//! SQLite adds up, so that a hundred thousand plays come here as a few hundred numbers. Columns that tell a device or a
//! place (serial numbers, IP addresses, feeds that may be for one listener alone) are not asked for. A table that is not
//! there costs what it would say and nothing else.

use std::collections::BTreeMap;

use crate::page::found::tables::{Row, Tables};
use crate::page::sections::{
    Device, First, Purse, RecordsShown, Section, Subscription, Times, Top, YearOfMoney, parts, sum,
};

/// How many names of a year, and of things bought, are shown.
const MOST: usize = 20;

/// How many devices, subscriptions, playlists and podcasts are named.
const NAMED: usize = 100;

pub fn section(tables: &Tables) -> Option<Section> {
    Section::records(RecordsShown {
        listening: listening(tables),
        watching: watching(tables),
        purchases: count(tables, "SELECT count(*) FROM purchases WHERE coalesce(family, 0) = 0"),
        money: money(tables),
        subscriptions: First::of(subscriptions(tables), NAMED),
        devices: First::of(devices(tables), NAMED),
        sign_ins: sign_ins(tables),
        playlists: playlists(tables),
        podcasts: podcasts(tables),
    })
}

fn count(tables: &Tables, query: &str) -> u64 {
    let rows = tables.asked(query, &["count"]).unwrap_or_default();
    rows.first().map_or(0, |row| row.count("count"))
}

fn listening(tables: &Tables) -> Times {
    times(
        tables,
        "SELECT count(*), total(played_ms) / 60000 FROM listens",
        "SELECT substr(day, 1, 7), sum(plays), total(minutes) FROM minutes_by_day GROUP BY 1",
        &["SELECT year, artist, plays, minutes FROM top_artists_by_year"],
    )
}

fn watching(tables: &Tables) -> Times {
    times(
        tables,
        "SELECT count(*), total(minutes) FROM watched",
        "SELECT substr(coalesce(ended_utc, started_utc), 1, 7), count(*), total(minutes) FROM watched GROUP BY 1",
        &[
            "SELECT year, show, views, minutes FROM top_shows_by_year",
            "SELECT substr(coalesce(ended_utc, started_utc), 1, 4), title, 1, minutes FROM watched WHERE kind = 'film'",
        ],
    )
}

fn sign_ins(tables: &Tables) -> Times {
    times(
        tables,
        "SELECT count(*), 0 FROM sign_ins",
        "SELECT substr(at_utc, 1, 7), count(*), 0 FROM sign_ins GROUP BY 1",
        &["SELECT NULL, application, 1, 0 FROM sign_ins"],
    )
}

/// What these queries say: one row with how often and how many minutes; the same after the month; the same after the
/// year and a name.
fn times(tables: &Tables, all: &str, by_month: &str, by_name: &[&str]) -> Times {
    let all = format!(
        "WITH said (times, minutes) AS ({all}) SELECT times, CAST(round(minutes) AS INTEGER) FROM said"
    );
    let all = tables.asked(&all, &["times", "minutes"]).unwrap_or_default();
    let by_month = format!(
        "WITH months (month, times, minutes) AS ({by_month}) \
         SELECT month, times, CAST(round(minutes) AS INTEGER) FROM months ORDER BY month"
    );
    let months = tables.asked(&by_month, &["month", "times", "minutes"]).unwrap_or_default();
    let month = |row: &Row| {
        let month = row.text("month").filter(|text| is_month(text))?;
        Some((month.to_owned(), row.count("times"), row.count("minutes")))
    };
    Times {
        times: all.first().map_or(0, |row| row.count("times")),
        minutes: all.first().map_or(0, |row| row.count("minutes")),
        months: months.iter().filter_map(month).collect(),
        tops: by_name.iter().map(|query| top(tables, query)).collect(),
    }
}

/// `2024-03`.
fn is_month(text: &str) -> bool {
    text.len() == 7 && chrono::NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").is_ok()
}

/// The names that a query has most of, of all years and of each year.
fn top(tables: &Tables, by_name: &str) -> Vec<Top> {
    let query = format!(
        "WITH said (year, name, times, minutes) AS MATERIALIZED ({by_name}), counted AS ( \
             SELECT '' AS year, name, sum(times) AS times, total(minutes) AS minutes \
             FROM said WHERE name <> '' GROUP BY name \
             UNION ALL \
             SELECT CAST(year AS TEXT), name, sum(times), total(minutes) \
             FROM said WHERE name <> '' AND CAST(year AS TEXT) GLOB '[0-9][0-9][0-9][0-9]' GROUP BY 1, name \
         ), placed AS ( \
             SELECT *, row_number() OVER (PARTITION BY year ORDER BY times DESC, minutes DESC, name) AS place, \
                 count(*) OVER (PARTITION BY year) AS names, sum(times) OVER (PARTITION BY year) AS named \
             FROM counted \
         ) \
         SELECT year, name, times, CAST(round(minutes) AS INTEGER), names, named \
         FROM placed WHERE place <= {MOST} ORDER BY year, place"
    );
    let columns = &["year", "name", "times", "minutes", "names", "named"];
    let mut tops: Vec<Top> = Vec::new();
    for row in tables.asked(&query, columns).unwrap_or_default() {
        let year = row.text("year").unwrap_or_default();
        if tops.last().is_none_or(|top| top.year != year) {
            tops.push(Top { year: year.to_owned(), named: row.count("named"), ..Top::default() });
        }
        if let Some(top) = tops.last_mut() {
            let name = row.text("name").unwrap_or_default().to_owned();
            top.names.push((name, row.count("times"), row.count("minutes")));
            top.more = row.count("names").saturating_sub(top.names.len() as u64);
        }
    }
    tops
}

/// Each currency apart; what has no currency is apart by the sign beside it.
fn money(tables: &Tables) -> Vec<Purse> {
    let mut purses: BTreeMap<(bool, Option<String>, Option<String>), Purse> = BTreeMap::new();
    let key = |row: &Row| {
        let currency = row.words("currency");
        let sign = row.words("currency_sign").filter(|_| currency.is_none());
        (currency.is_none(), currency, sign)
    };
    let years = &["year", "currency", "currency_sign", "paid_in", "consumed", "refunded", "unread"];
    for row in tables.rows("spend_by_year", years).unwrap_or_default() {
        let purse = purses.entry(key(&row)).or_default();
        let amount = |column| row.words(column).unwrap_or_default();
        purse.unread += row.count("unread");
        purse.years.push(YearOfMoney {
            year: row.words("year").unwrap_or_default(),
            paid_in: amount("paid_in"),
            consumed: amount("consumed"),
            refunded: amount("refunded"),
        });
    }
    let items = &["item", "currency", "currency_sign", "amount", "purchases"];
    let mut bought: BTreeMap<_, Vec<(i128, String, String, u64)>> = BTreeMap::new();
    for row in tables.rows("spend_by_app", items).unwrap_or_default() {
        let Some(amount) = row.words("amount") else { continue };
        // what was given back in full cost nothing
        let Some(parts) = parts(&amount).filter(|parts| *parts > 0) else { continue };
        let item = row.words("item").unwrap_or_default();
        bought.entry(key(&row)).or_default().push((-parts, item, amount, row.count("purchases")));
    }
    for (key, mut items) in bought {
        items.sort();
        let items = items.into_iter().map(|(_, item, amount, purchases)| (item, amount, purchases)).collect();
        purses.entry(key).or_default().items = First::of(items, MOST);
    }
    let mut purses: Vec<Purse> = purses
        .into_iter()
        .map(|((_, currency, sign), mut purse)| {
            purse.years.sort_by(|a, b| a.year.cmp(&b.year));
            let sum = |of: fn(&YearOfMoney) -> &str| sum(purse.years.iter().map(of));
            let sums =
                sum(|year| &year.paid_in).zip(sum(|year| &year.consumed)).zip(sum(|year| &year.refunded));
            let sums = sums.map(|((paid_in, consumed), refunded)| YearOfMoney {
                year: String::new(),
                paid_in,
                consumed,
                refunded,
            });
            Purse { currency, sign, sums, ..purse }
        })
        .collect();
    // the currency of most years is the owner's own
    purses.sort_by_key(|purse| (purse.currency.is_none(), std::cmp::Reverse(purse.years.len())));
    purses
}

fn day(row: &Row, column: &str) -> Option<String> {
    row.text(column).map(|time| time.get(..10).unwrap_or(time).to_owned())
}

/// Those that renew first, then the newest.
fn subscriptions(tables: &Tables) -> Vec<Subscription> {
    let columns = &["started_utc", "item", "amount", "currency", "currency_sign", "renews", "disabled_utc"];
    let rows = tables.rows("subscriptions", columns).unwrap_or_default();
    let one = |row: &Row| Subscription {
        item: row.words("item").unwrap_or_default(),
        amount: row.words("amount"),
        currency: row.words("currency"),
        sign: row.words("currency_sign"),
        started: day(row, "started_utc"),
        disabled: day(row, "disabled_utc"),
        renews: row.number("renews").map(|number| number != 0),
    };
    let mut all: Vec<Subscription> = rows.iter().map(one).collect();
    all.sort_by(|a, b| {
        let newest = b.started.cmp(&a.started);
        (b.renews == Some(true)).cmp(&(a.renews == Some(true))).then(newest).then_with(|| a.item.cmp(&b.item))
    });
    all
}

/// Those that Apple heard of last first.
fn devices(tables: &Tables) -> Vec<Device> {
    let rows = tables.rows("devices", &["name", "model", "added_utc", "last_seen_utc"]).unwrap_or_default();
    let one = |row: &Row| Device {
        name: row.words("name").unwrap_or_default(),
        model: row.words("model"),
        added: day(row, "added_utc"),
        last_seen: day(row, "last_seen_utc"),
    };
    let mut all: Vec<Device> = rows.iter().map(one).collect();
    all.sort_by(|a, b| {
        let newest = b.last_seen.cmp(&a.last_seen).then_with(|| b.added.cmp(&a.added));
        newest.then_with(|| (&a.name, &a.model).cmp(&(&b.name, &b.model)))
    });
    all
}

/// The longest first; those that their owner deleted are not among them.
fn playlists(tables: &Tables) -> First<(String, u64)> {
    let rows = tables.rows("playlists", &["title", "items", "deleted"]).unwrap_or_default();
    let kept = rows.iter().filter(|row| !row.flag("deleted"));
    let mut all: Vec<(String, u64)> =
        kept.map(|row| (row.words("title").unwrap_or_default(), row.count("items"))).collect();
    all.sort_by(|(name, items), (other, more)| more.cmp(items).then_with(|| name.cmp(other)));
    First::of(all, NAMED)
}

/// The subscribed ones first.
fn podcasts(tables: &Tables) -> First<(String, bool)> {
    let rows = tables.rows("podcasts", &["title", "subscribed"]).unwrap_or_default();
    let mut all: Vec<(String, bool)> =
        rows.iter().map(|row| (row.words("title").unwrap_or_default(), row.flag("subscribed"))).collect();
    all.sort_by(|(name, is_subscribed), (other, too)| too.cmp(is_subscribed).then_with(|| name.cmp(other)));
    First::of(all, NAMED)
}
