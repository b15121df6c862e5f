//! Reviews that the owner wrote.

use crate::records::cell::Time;
use crate::records::typed::Raw;
use crate::records::typed::store::flag;
use crate::records::typed::store::named::{Add, Cells, Named, key};

const LIST: &str = "reviews";

const COLUMNS: [&str; 12] = [
    "review_reference_number",
    "item_reference_number",
    "item_type",
    "item_description",
    "provider_name",
    "app_version",
    "review_title",
    "review_text",
    "created_on",
    "rating",
    "removed",
    "language",
];

pub const HEADERS: &[(&str, &str)] = &[
    ("created", "Created on"),
    ("item", "Item Description"),
    ("rating", "Rating"),
    ("title", "Review Title"),
    ("text", "Review Text"),
    ("kind", "Item Type"),
    ("provider", "Provider Name"),
    ("version", "App Version"),
    ("language", "Language"),
    ("removed", "Removed?"),
    ("item_reference", "Item Reference Number"),
    ("review_reference", "Review Reference Number"),
];

pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut reviews = Named::of(raw, "reviews")?;
    reviews.read(LIST, &COLUMNS, &mut |cells, add| review(raw, cells, add))?;
    reviews.settle("created_utc, item")
}

fn review(raw: Raw<'_>, cells: &Cells<'_>, add: &mut Add<'_>) -> rusqlite::Result<()> {
    let created = Time::read(cells.verbatim("created_on"), "Created on", raw.zone);
    let reference = cells.said("review_reference_number");
    let item = cells.said("item_reference_number").or(cells.said("item_description"));
    let at = created.utc.as_deref().or(cells.said("created_on"));
    // Apple's own number for it, or what it is about and when
    let key = key(&[reference], &[]).or_else(|| key(&[at, item], &[]));
    add(
        key,
        &[
            ("created_utc", &created.utc),
            ("created_raw", &created.raw),
            ("created_basis", &created.basis),
            ("item", &cells.said("item_description")),
            ("rating", &cells.said("rating").and_then(stars)),
            ("title", &cells.said("review_title")),
            ("text", &cells.said("review_text")),
            ("kind", &cells.said("item_type")),
            ("provider", &cells.said("provider_name")),
            ("version", &cells.said("app_version")),
            ("language", &cells.said("language")),
            ("removed", &flag(cells, "removed")),
            ("item_reference", &cells.said("item_reference_number")),
            ("review_reference", &reference),
        ],
    )
}

/// `4`, or `4.0`.
fn stars(text: &str) -> Option<u8> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    whole.parse().ok().filter(|stars| *stars <= 5 && decimals.bytes().all(|digit| digit == b'0'))
}
