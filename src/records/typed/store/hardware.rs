//! Hardware: what was ordered from Apple, and what AppleCare knows of the owner's devices.
//!
//! Apple lists some lines of orders twice. A line is one where order, line, item, price, quantity and day are the same,
//! even if it was invoiced or paid in two ways. The lists share nothing by which an order and a serial number would
//! surely belong together; the view `hardware_bought` says what it takes for that.

use crate::records::cell::Time;
use crate::records::raw::quoted;
use crate::records::typed::store::Amount;
use crate::records::typed::store::named::{Named, key};
use crate::records::typed::{Raw, money};

const ORDERED: [&str; 9] = [
    "customer_order_number",
    "order_date",
    "line_item",
    "description",
    "qty",
    "currency",
    "price_including_tax",
    "payment_method",
    "invoice_number",
];

/// What makes two rows one line of an order.
const LINE: [&str; 6] =
    ["customer_order_number", "line_item", "description", "price_including_tax", "qty", "order_date"];

pub const HEADERS: &[(&str, &str)] = &[
    ("ordered", "Order Date"),
    ("item", "Description"),
    ("quantity", "Qty"),
    ("amount", "Price Including Tax"),
    ("currency", "Currency"),
    ("order_number", "Customer Order Number"),
    ("line", "Line Item"),
    ("payment", "Payment Method"),
    ("invoice_number", "Invoice Number"),
];

pub fn fill_orders(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut orders = Named::of(raw, "orders")?;
    let line: Vec<String> = LINE.iter().map(|column| format!("trim({})", quoted(column))).collect();
    let rows = raw.rows("online_purchase_history", &ORDERED)?;
    // a row of no order or line is one of its own
    let once = format!(
        "(SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY rank, {}, \
             iif(customer_order_number IS NULL OR line_item IS NULL, \"row\", NULL) ORDER BY \"row\") AS nth \
         FROM {rows}) WHERE nth = 1)",
        line.join(", ")
    );
    orders.read_query(&once, &ORDERED, &mut |cells, add| {
        let ordered = Time::read(cells.verbatim("order_date"), "Order Date", raw.zone);
        let (number, line) = (cells.said("customer_order_number"), cells.said("line_item"));
        let item = cells.said("description");
        // the sums at the end are no line
        if number.is_none() && item.is_none() {
            return Ok(());
        }
        let stated = cells.said("currency");
        let amount = Amount::of(cells, "price_including_tax", stated);
        let stated = money::currency(stated, &[]);
        add(
            key(&[number, line, item], &[]),
            &[
                ("ordered_utc", &ordered.utc),
                ("ordered_raw", &ordered.raw),
                ("ordered_basis", &ordered.basis),
                ("item", &item),
                ("quantity", &cells.said("qty").and_then(pieces)),
                ("quantity_raw", &cells.said("qty")),
                ("amount", &amount.text()),
                ("amount_raw", &amount.raw),
                ("amount_parts", &amount.parts()),
                ("currency", &amount.currency().or(stated.as_deref())),
                ("currency_sign", &amount.sign()),
                ("order_number", &number),
                ("line", &line),
                ("payment", &cells.said("payment_method")),
                ("invoice_number", &cells.said("invoice_number")),
            ],
        )
    })?;
    orders.settle("ordered_utc, order_number, line, item")
}

/// `1`, or `1.0`.
fn pieces(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    whole.parse().ok().filter(|_| decimals.bytes().all(|digit| digit == b'0'))
}

/// Where a list tells of an event.
struct Tells {
    /// How the names of its raw tables begin: one file has several tables.
    lists: &'static str,
    event: &'static str,
    /// The date, its title, and where a second one says when it ends.
    date: (&'static str, &'static str),
    ends: (&'static str, &'static str),
    serial: &'static str,
    items: [&'static str; 2],
}

const NEVER: (&str, &str) = ("ends", "Ends");
const PRODUCT: [&str; 2] = ["product_description", "description"];

const EVENTS: [Tells; 7] = [
    Tells {
        lists: "applecare_device_details",
        event: "bought",
        date: ("purchase_date", "Purchase Date"),
        ends: NEVER,
        serial: "serial_number",
        items: PRODUCT,
    },
    Tells {
        lists: "applecare_device_details",
        event: "warranty",
        date: ("warranty_start_date", "Warranty Start Date"),
        ends: ("warranty_end_date", "Warranty End Date"),
        serial: "serial_number",
        items: PRODUCT,
    },
    Tells {
        lists: "applecare_device_details",
        event: "agreement",
        date: ("agreement_start_date", "Agreement Start Date"),
        ends: ("agreement_end_date", "Agreement End Date"),
        serial: "serial_number",
        items: PRODUCT,
    },
    Tells {
        lists: "applecare_repairs_and_service",
        event: "repair",
        date: ("repair_created_date", "Repair Created Date"),
        ends: NEVER,
        serial: "serial_number",
        items: PRODUCT,
    },
    Tells {
        lists: "applecare_partners_repairs_and_service",
        event: "repair",
        date: ("timestamp", "TimeStamp"),
        ends: NEVER,
        serial: "serial_number",
        items: PRODUCT,
    },
    Tells {
        lists: "applecare_cases",
        event: "case",
        date: ("creation_date", "Creation Date"),
        ends: NEVER,
        serial: "serial_number",
        items: ["case_title", "description"],
    },
    Tells {
        lists: "device_registration_history",
        event: "registered",
        date: ("registration_timestamp", "Registration_Timestamp"),
        ends: NEVER,
        serial: "serial_nr",
        items: PRODUCT,
    },
];

pub fn fill_history(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut history = Named::of(raw, "device_history")?;
    for tells in &EVENTS {
        for list in raw.kinds(tells.lists)? {
            let columns = [tells.date.0, tells.ends.0, tells.serial, tells.items[0], tells.items[1]];
            history.read(&list, &columns, &mut |cells, add| {
                // the other tables of the file have no such date
                let Some(date) = cells.said(tells.date.0) else { return Ok(()) };
                let at = Time::read(cells.verbatim(tells.date.0), tells.date.1, raw.zone);
                let ends = Time::read(cells.verbatim(tells.ends.0), tells.ends.1, raw.zone);
                let serial = cells.said(tells.serial);
                let item = cells.said(tells.items[0]).or(cells.said(tells.items[1]));
                let when = at.utc.as_deref().unwrap_or(date);
                add(
                    key(&[Some(tells.event), Some(when), serial.or(item)], &[item]),
                    &[
                        ("at_utc", &at.utc),
                        ("at_raw", &at.raw),
                        ("at_basis", &at.basis),
                        ("event", &tells.event),
                        ("serial", &serial),
                        ("item", &item),
                        ("ends_utc", &ends.utc),
                        ("ends_raw", &ends.raw),
                        ("ends_basis", &ends.basis),
                        ("list", &list),
                    ],
                )
            })?;
        }
    }
    history.settle("at_utc, event, serial, item")
}
