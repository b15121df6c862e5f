//! Purchases and subscriptions for a spreadsheet or an accounting program, and the owner's reviews to read.
//!
//! What cannot be read as a date or an amount stands there as Apple wrote it, for a line of a list is worth more than its
//! form.

use std::io::{self, Write};

use rusqlite::{Connection, Row};

use crate::apple::when;
use crate::category::calendars::markdown::{block, inline};
use crate::records::elsewhere::Elsewhere;

/// A table that is written as it is asked for.
struct Table {
    path: &'static str,
    of: &'static str,
    columns: &'static [&'static str],
    query: &'static str,
}

const TABLES: [Table; 2] = [
    Table {
        path: "Purchases/purchases.csv",
        of: "purchases",
        columns: &[
            "date", "type", "item", "seller", "amount", "currency", "refund", "order", "payment", "family",
            "free", "app",
        ],
        query: "SELECT coalesce(bought_utc, bought_raw), kind, coalesce(item, app), seller, \
                coalesce(amount, amount_raw), currency, coalesce(refund, refund_raw), order_number, payment, \
                CASE family WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END, CASE free WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END, \
                app FROM purchases ORDER BY rowid",
    },
    Table {
        path: "Purchases/subscriptions.csv",
        of: "subscriptions",
        columns: &[
            "started", "type", "item", "app", "seller", "amount", "currency", "renews", "disabled", "enabled",
        ],
        query: "SELECT coalesce(started_utc, started_raw), kind, item, app, seller, coalesce(amount, amount_raw), \
                currency, CASE renews WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END, coalesce(disabled_utc, disabled_raw), \
                coalesce(enabled_utc, enabled_raw) FROM subscriptions ORDER BY rowid",
    },
];

const REVIEWS: &str = "Purchases/reviews.md";

/// Those of them that there is something of.
pub fn files(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let has_any = |table: &str| {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table})");
        database.query_row(&sql, [], |row| row.get::<_, bool>(0))
    };
    let mut files = Vec::new();
    for table in &TABLES {
        if has_any(table.of)? {
            files.push(Elsewhere::new(table.path, |database, to| write_table(table, database, to)));
        }
    }
    if has_any("reviews")? {
        files.push(Elsewhere::new(REVIEWS, write_reviews));
    }
    Ok(files)
}

fn write_table(table: &Table, database: &Connection, to: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(table.columns)?;
    let mut cells: Vec<String> = Vec::new();
    each_row(database, table.query, &mut |row| {
        cells.clear();
        for at in 0..table.columns.len() {
            cells.push(text(row, at).map_err(io::Error::other)?);
        }
        Ok(writer.write_record(&cells)?)
    })?;
    writer.flush()
}

fn write_reviews(database: &Connection, to: &mut dyn Write) -> io::Result<()> {
    let query = "SELECT coalesce(item, item_reference), rating, title, text, coalesce(substr(created_utc, 1, 10), created_raw), \
                 version, removed FROM reviews ORDER BY rowid";
    writeln!(to, "# Reviews")?;
    each_row(database, query, &mut |row| {
        let cell = |at| text(row, at).map_err(io::Error::other);
        let stars = row.get::<_, Option<usize>>(1).map_err(io::Error::other)?;
        let stars = stars.map(|stars| format!("{:☆<5}", "★".repeat(stars))).unwrap_or_default();
        let (day, version) = (inline(&cell(4)?), inline(&cell(5)?));
        let version = if version.is_empty() { version } else { format!("version {version}") };
        let is_removed = row.get::<_, Option<bool>>(6).map_err(io::Error::other)? == Some(true);
        let removed = if is_removed { "removed".to_owned() } else { String::new() };
        let about = [stars, day, version, removed];
        let about: Vec<&str> = about.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        writeln!(to, "\n## {}", heading(&cell(0)?))?;
        if !about.is_empty() {
            writeln!(to, "\n{}", about.join(" · "))?;
        }
        let title = inline(&cell(2)?);
        if !title.is_empty() {
            writeln!(to, "\n**{title}**")?;
        }
        paragraphs(&cell(3)?, to)
    })
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

fn each_row(
    database: &Connection,
    query: &str,
    each: &mut dyn FnMut(&Row<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut asked = database.prepare(query).map_err(io::Error::other)?;
    let mut rows = asked.query([]).map_err(io::Error::other)?;
    while let Some(row) = rows.next().map_err(io::Error::other)? {
        each(row)?;
    }
    Ok(())
}

/// A cell; empty if it is NULL, or one of Apple's words for nothing.
fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
    let text = row.get::<_, Option<String>>(at)?;
    Ok(text.filter(|text| !when::is_null(text)).unwrap_or_default())
}
