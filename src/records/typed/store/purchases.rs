//! Purchases: lines of invoices, and what was taken for nothing, of which older exports have a list of its own.
//!
//! What a purchase is to a sum (a top-up, paid with such money, something that lasts) follows from Apple's words for it.
//! They are English in every export seen; in another language they would not be known here, and no row would be lost by
//! it.

use crate::category::tables::kind::column_key;
use crate::records::cell::Time;
use crate::records::typed::store::named::{Add, Cells, Named, key};
use crate::records::typed::store::{Amount, flag};
use crate::records::typed::{Raw, money};

/// The newer list has all; the older ones had free items apart.
const LISTS: [&str; 2] =
    ["store_transaction_purchase_and_free_apps_history", "store_free_transaction_history"];

const COLUMNS: [&str; 20] = [
    "item_purchased_date",
    "content_type",
    "item_reference_number",
    "item_description",
    "container_description",
    "seller",
    "container_reference_number",
    "invoice_item_total",
    "device_details",
    "refund_amount",
    "document_number",
    "invoice_date",
    "invoice_tax_amount",
    "invoice_total_amount",
    "order_number",
    "payment_type",
    "currency",
    "purchase_chargeback",
    "icloud_family_purchase",
    "free_product_code_redemption",
];

pub const HEADERS: &[(&str, &str)] = &[
    ("bought", "Item Purchased Date"),
    ("kind", "Content Type"),
    ("item", "Item Description"),
    ("seller", "Seller"),
    ("amount", "Invoice Item Total"),
    ("currency", "Currency"),
    ("refund", "Refund Amount"),
    ("order_number", "Order Number"),
    ("payment", "Payment Type"),
    ("family", "iCloud Family Purchase?"),
    ("app", "Container Description"),
    ("chargeback", "Purchase Chargeback?"),
    ("redeemed", "Free product Code Redemption?"),
    ("document", "Document Number"),
    ("invoiced", "Invoice Date"),
    ("invoice_tax", "Invoice Tax Amount"),
    ("invoice_total", "Invoice Total Amount"),
    ("item_reference", "Item Reference Number"),
    ("app_reference", "Container Reference Number"),
    ("device", "Device Details"),
];

/// Apple's kinds of what is money to be spent, as [`column_key`] has them.
const TOP_UPS: [&str; 2] = ["giftcertificates", "giftcertificate"];

/// Apple's word for paying with such money.
const CREDIT: &str = "storecredit";

/// Parts of the kinds of what does not last, or is only part of what does.
const PASSING: [&str; 6] =
    ["subscription", "inapp", "rental", "storage", "directpurchase", "giftcertificate"];

pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut purchases = Named::of(raw, "purchases")?;
    for list in LISTS {
        purchases.read(list, &COLUMNS, &mut |cells, add| purchase(raw, cells, add))?;
    }
    purchases.settle("bought_utc, order_number, item")
}

fn purchase(raw: Raw<'_>, cells: &Cells<'_>, add: &mut Add<'_>) -> rusqlite::Result<()> {
    let time = |column, title| Time::read(cells.verbatim(column), title, raw.zone);
    let bought = time("item_purchased_date", "Item Purchased Date");
    let invoiced = time("invoice_date", "Invoice Date");
    let stated = cells.said("currency");
    let amount = Amount::of(cells, "invoice_item_total", stated);
    let refund = Amount::of(cells, "refund_amount", stated).without_minus();
    let tax = Amount::of(cells, "invoice_tax_amount", stated);
    let total = Amount::of(cells, "invoice_total_amount", stated);
    let stated = money::currency(stated, &[]);
    let currency = [amount.currency(), refund.currency(), stated.as_deref()].into_iter().flatten().next();
    let kind = cells.said("content_type");
    let kind_key = kind.map(column_key).unwrap_or_default();
    let order = cells.said("order_number");
    let item = cells.said("item_description");
    let reference = cells.said("item_reference_number");
    let at = bought.utc.as_deref().or(cells.said("item_purchased_date"));
    let what = reference.or(item);
    // an order number is missing in no list known; a time to the second and an item tell as much
    let key = key(&[at, what], &[order]);
    let is_passing = PASSING.iter().any(|word| kind_key.contains(word));
    add(
        key,
        &[
            ("bought_utc", &bought.utc),
            ("bought_raw", &bought.raw),
            ("bought_basis", &bought.basis),
            ("kind", &kind),
            ("item", &item),
            ("seller", &cells.said("seller")),
            ("amount", &amount.text()),
            ("amount_raw", &amount.raw),
            ("amount_parts", &amount.parts()),
            ("currency", &currency),
            ("currency_sign", &amount.sign().or(refund.sign())),
            ("refund", &refund.text()),
            ("refund_raw", &refund.raw),
            ("refund_parts", &refund.parts()),
            ("order_number", &order),
            ("payment", &cells.said("payment_type")),
            ("family", &flag(cells, "icloud_family_purchase")),
            ("free", &amount.is_free()),
            ("app", &cells.said("container_description")),
            ("chargeback", &flag(cells, "purchase_chargeback")),
            ("redeemed", &flag(cells, "free_product_code_redemption")),
            ("document", &cells.said("document_number")),
            ("invoiced_utc", &invoiced.utc),
            ("invoiced_raw", &invoiced.raw),
            ("invoiced_basis", &invoiced.basis),
            ("invoice_tax", &tax.text()),
            ("invoice_tax_parts", &tax.parts()),
            ("invoice_total", &total.text()),
            ("invoice_total_parts", &total.parts()),
            ("item_reference", &reference),
            ("app_reference", &cells.said("container_reference_number")),
            ("device", &cells.said("device_details")),
            ("top_up", &TOP_UPS.contains(&kind_key.as_str())),
            ("credit", &(cells.said("payment_type").map(column_key).as_deref() == Some(CREDIT))),
            ("lasting", &(!kind_key.is_empty() && !is_passing)),
        ],
    )
}
