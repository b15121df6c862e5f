//! What the owner bought, subscribed to, fetched again and reviewed, in Apple's stores and as hardware.
//!
//! The lists of several years have other columns and partly other rows, and here they are one table. Sums are views of
//! it, with what counts and what does not in their comments.
//!
//! The surprise: lists of telemetry speak of the same purchases again (`Purchase Server Events`). They stay raw tables.

mod downloads;
mod hardware;
mod named;
mod purchases;
mod reviews;
mod subscriptions;
#[cfg(test)]
mod tests;

use rusqlite::ToSql;

use crate::apple::table::yes_or_no;
use crate::records::columns::Headers;
use crate::records::typed::Raw;
use crate::records::typed::money::{self, Money};
use named::Cells;

pub const TABLES: &str = include_str!("store.sql");

/// What columns are called in what Apple delivered, by their tables.
pub const HEADERS: Headers = &[
    ("purchases", purchases::HEADERS),
    ("subscriptions", subscriptions::HEADERS),
    ("downloads", downloads::HEADERS),
    ("reviews", reviews::HEADERS),
    ("device_authorisations", downloads::HEADERS_OF_AUTHORISATIONS),
    ("orders", hardware::HEADERS),
    ("app_installs", downloads::HEADERS_OF_INSTALLS),
];

/// Fills them.
///
/// # Errors
/// If the database cannot be read or written.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    purchases::fill(raw)?;
    subscriptions::fill(raw)?;
    downloads::fill(raw)?;
    downloads::fill_authorisations(raw)?;
    downloads::fill_installs(raw)?;
    reviews::fill(raw)?;
    hardware::fill_orders(raw)?;
    hardware::fill_history(raw)
}

/// What a cell of an amount comes to.
#[derive(Default)]
struct Amount {
    /// `None`: nothing is stated.
    raw: Option<String>,
    /// `None`: nothing is stated, or it cannot be read.
    money: Option<Money>,
}

impl Amount {
    fn of(cells: &Cells<'_>, column: &str, currency: Option<&str>) -> Self {
        match cells.said(column) {
            Some(_) => {
                let raw = cells.verbatim(column);
                Amount { raw: Some(raw.to_owned()), money: money::read(raw, currency) }
            }
            None => Amount::default(),
        }
    }

    fn text(&self) -> Option<&str> {
        self.money.as_ref().map(|money| money.amount.as_str())
    }

    fn parts(&self) -> Option<i64> {
        self.money.as_ref()?.parts
    }

    /// What stands beside the number.
    fn sign(&self) -> Option<&str> {
        self.money.as_ref()?.sign.as_deref()
    }

    fn currency(&self) -> Option<&str> {
        self.money.as_ref()?.currency.as_deref()
    }

    /// Whether nothing is to be paid; `None` if nobody can tell.
    fn is_free(&self) -> Option<bool> {
        match (&self.raw, &self.money) {
            (None, _) => Some(true),
            (Some(_), Some(money)) => Some(money.amount.bytes().all(|byte| matches!(byte, b'0' | b'.'))),
            (Some(_), None) => None,
        }
    }

    /// The same without its minus: lists differ in whether what comes back has one.
    fn without_minus(mut self) -> Self {
        if let Some(money) = &mut self.money {
            money.amount = money.amount.trim_start_matches('-').to_owned();
            money.parts = money.parts.map(i64::abs);
        }
        self
    }
}

/// A cell that says yes or no; `None` if it says neither.
fn flag(cells: &Cells<'_>, column: &str) -> impl ToSql {
    cells.said(column).and_then(yes_or_no)
}
