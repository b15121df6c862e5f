//! Purchases and subscriptions for a spreadsheet or an accounting program, and the owner's reviews to read.
//!
//! An amount that cannot be read stands there as Apple wrote it: a line of a list is worth more than its form.

use std::io::{self, Write};

use rusqlite::{Connection, Row};

use super::{Elsewhere, each_row, has_rows, sheet};
use crate::category::calendars::markdown::{block, inline};
use crate::library::layout::PURCHASES;

const BOUGHT: &str = "SELECT bought_utc AS date, kind AS type, coalesce(item, app) AS item, seller,
    coalesce(amount, amount_raw) AS amount, currency, coalesce(refund, refund_raw) AS refund,
    order_number AS \"order\", payment, CASE family WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END AS family,
    CASE free WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END AS free, app FROM purchases ORDER BY rowid";

const SUBSCRIPTIONS: &str = "SELECT started_utc AS started, kind AS type, item, app, seller,
    coalesce(amount, amount_raw) AS amount, currency, CASE renews WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END AS renews,
    disabled_utc AS disabled, enabled_utc AS enabled FROM subscriptions ORDER BY rowid";

const REVIEWS: &str =
    "SELECT coalesce(item, item_reference), rating, title, text, substr(created_utc, 1, 10), version,
    removed FROM reviews ORDER BY rowid";

/// Those of them that there is something of.
pub fn files(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let mut files = Vec::new();
    if has_rows(database, BOUGHT)? {
        files.push(Elsewhere::new(format!("{PURCHASES}/purchases.csv"), |database, to| {
            sheet::write(database, BOUGHT, [], to)
        }));
    }
    if has_rows(database, SUBSCRIPTIONS)? {
        files.push(Elsewhere::new(format!("{PURCHASES}/subscriptions.csv"), |database, to| {
            sheet::write(database, SUBSCRIPTIONS, [], to)
        }));
    }
    if has_rows(database, REVIEWS)? {
        files.push(Elsewhere::new(format!("{PURCHASES}/reviews.md"), reviews));
    }
    Ok(files)
}

fn reviews(database: &Connection, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "# Reviews")?;
    each_row(database, REVIEWS, [], |row| Ok(review(&Review::of(row)?, to)))
}

struct Review {
    item: String,
    stars: Option<usize>,
    title: String,
    text: String,
    day: String,
    version: String,
    is_removed: bool,
}

impl Review {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let text = |at| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
        Ok(Review {
            item: text(0)?,
            stars: row.get(1)?,
            title: text(2)?,
            text: text(3)?,
            day: text(4)?,
            version: text(5)?,
            is_removed: row.get::<_, Option<bool>>(6)? == Some(true),
        })
    }
}

fn review(review: &Review, to: &mut dyn Write) -> io::Result<()> {
    let stars = review.stars.map(|stars| format!("{:☆<5}", "★".repeat(stars)));
    let day = Some(review.day.clone()).filter(|day| !day.is_empty());
    let version = Some(inline(&review.version)).filter(|version| !version.is_empty());
    let version = version.map(|version| format!("version {version}"));
    let removed = review.is_removed.then(|| "removed".to_owned());
    let about: Vec<String> = [stars, day, version, removed].into_iter().flatten().collect();
    writeln!(to, "\n## {}", heading(&review.item))?;
    if !about.is_empty() {
        writeln!(to, "\n{}", about.join(" · "))?;
    }
    let title = inline(&review.title);
    if !title.is_empty() {
        writeln!(to, "\n**{title}**")?;
    }
    paragraphs(&review.text, to)
}

/// A name as a heading.
fn heading(name: &str) -> String {
    let name = inline(name);
    match name.strip_suffix('#') {
        // one at the end would be no part of it
        Some(rest) => format!("{rest}\\#"),
        None if name.is_empty() => "…".to_owned(),
        None => name,
    }
}

/// A text as its owner wrote it: a line is a line, and blank ones part paragraphs.
fn paragraphs(text: &str, to: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<String> = text.lines().map(block).collect();
    for paragraph in lines.split(String::is_empty).filter(|paragraph| !paragraph.is_empty()) {
        writeln!(to, "\n{}", paragraph.join("\\\n"))?;
    }
    Ok(())
}
