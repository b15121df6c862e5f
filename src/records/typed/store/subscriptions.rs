//! Subscriptions: when each began, and whether it renews. What they cost over time is in the purchases.

use crate::records::cell::Time;
use crate::records::typed::store::named::{Add, Cells, Named, key};
use crate::records::typed::store::{Amount, flag};
use crate::records::typed::{Raw, money};

const LIST: &str = "subscription_history";

const COLUMNS: [&str; 16] = [
    "subscription_initiated_date",
    "content_type",
    "item_reference_number",
    "item_description",
    "container_description",
    "seller",
    "container_reference_number",
    "invoice_item_total",
    "currency",
    "device_details",
    "automatic_renewal",
    "last_automatic_renewal_disabled_date",
    "last_automatic_renewal_enabled_date",
    "is_part_of_subscription_bundle",
    "external_partner_id",
    "order_number",
];

pub const HEADERS: &[(&str, &str)] = &[
    ("started", "Subscription Initiated Date"),
    ("item", "Item Description"),
    ("seller", "Seller"),
    ("amount", "Invoice Item Total"),
    ("currency", "Currency"),
    ("renews", "Automatic Renewal?"),
    ("disabled", "Last Automatic Renewal Disabled Date"),
    ("enabled", "Last Automatic Renewal Enabled Date"),
    ("kind", "Content Type"),
    ("app", "Container Description"),
    ("bundle", "Is part of subscription bundle?"),
    ("partner", "External Partner ID"),
    ("order_number", "Order Number"),
    ("item_reference", "Item Reference Number"),
    ("app_reference", "Container Reference Number"),
    ("device", "Device Details"),
];

pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut subscriptions = Named::of(raw, "subscriptions")?;
    subscriptions.read(LIST, &COLUMNS, &mut |cells, add| subscription(raw, cells, add))?;
    subscriptions.settle("started_utc, item")
}

fn subscription(raw: Raw<'_>, cells: &Cells<'_>, add: &mut Add<'_>) -> rusqlite::Result<()> {
    let time = |column, title| Time::read(cells.verbatim(column), title, raw.zone);
    let started = time("subscription_initiated_date", "Subscription Initiated Date");
    let disabled = time("last_automatic_renewal_disabled_date", "Last Automatic Renewal Disabled Date");
    let enabled = time("last_automatic_renewal_enabled_date", "Last Automatic Renewal Enabled Date");
    let stated = cells.said("currency");
    let amount = Amount::of(cells, "invoice_item_total", stated);
    let stated = money::currency(stated, &[]);
    let item = cells.said("item_description");
    let reference = cells.said("item_reference_number");
    let at = started.utc.as_deref().or(cells.said("subscription_initiated_date"));
    add(
        key(&[at, reference.or(item)], &[]),
        &[
            ("started_utc", &started.utc),
            ("started_raw", &started.raw),
            ("started_basis", &started.basis),
            ("item", &item),
            ("seller", &cells.said("seller")),
            ("amount", &amount.text()),
            ("amount_raw", &amount.raw),
            ("amount_parts", &amount.parts()),
            ("currency", &amount.currency().or(stated.as_deref())),
            ("currency_sign", &amount.sign()),
            ("renews", &flag(cells, "automatic_renewal")),
            ("disabled_utc", &disabled.utc),
            ("disabled_raw", &disabled.raw),
            ("disabled_basis", &disabled.basis),
            ("enabled_utc", &enabled.utc),
            ("enabled_raw", &enabled.raw),
            ("enabled_basis", &enabled.basis),
            ("kind", &cells.said("content_type")),
            ("app", &cells.said("container_description")),
            ("bundle", &flag(cells, "is_part_of_subscription_bundle")),
            ("partner", &cells.said("external_partner_id")),
            ("order_number", &cells.said("order_number")),
            ("item_reference", &reference),
            ("app_reference", &cells.said("container_reference_number")),
            ("device", &cells.said("device_details")),
        ],
    )
}
