//! What was fetched again or updated, and on which devices: downloads, authorisations, installations.
//!
//! The surprise: in most files seen of `Store Re-download and Update History` the kind and the item stand in each other's
//! columns. Which is which is decided for each file: what is a kind elsewhere is one here; else the column with fewer
//! different values has the kinds, for there are a dozen of them and many apps.

use std::collections::HashMap;

use crate::records::cell::Time;
use crate::records::typed::Raw;
use crate::records::typed::store::flag;
use crate::records::typed::store::named::{Add, Cells, Named, key};

const COLUMNS: [&str; 8] = [
    "activity_date",
    "content_type",
    "item_reference_number",
    "item_description",
    "version_text",
    "seller",
    "device_details",
    "device_identifier",
];

pub const HEADERS: &[(&str, &str)] = &[
    ("at", "Activity Date"),
    ("kind", "Content Type"),
    ("item", "Item Description"),
    ("device", "Device Details"),
    ("version", "Version Text"),
    ("seller", "Seller"),
    ("item_reference", "Item Reference Number"),
];

/// Some of Apple's kinds, for owners of whom no other list knows any.
const KINDS: [&str; 3] = ["iOS and tvOS Apps", "Mac Apps", "Songs"];

/// Fills the downloads. The purchases and subscriptions must be there: they say what the kinds are.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let lists = raw.kinds("")?;
    let lists = lists.iter().filter(|list| list.contains("re_download") && list.ends_with("history"));
    let mut downloads = Named::of(raw, "downloads")?;
    for list in lists {
        let swapped = swapped(raw, list)?;
        let columns = [&COLUMNS[..], &["_export", "_entry"]].concat();
        downloads.read_query(&raw.rows(list, &COLUMNS)?, &columns, &mut |cells, add| {
            let file = (cells.verbatim("_export").to_owned(), cells.verbatim("_entry").to_owned());
            download(raw, list, swapped.get(&file).copied().unwrap_or_default(), cells, add)
        })?;
    }
    downloads.settle("at_utc, item")
}

/// Whether the header of a file is right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Order {
    #[default]
    AsTitled,
    Swapped,
}

fn download(
    raw: Raw<'_>,
    list: &str,
    order: Order,
    cells: &Cells<'_>,
    add: &mut Add<'_>,
) -> rusqlite::Result<()> {
    let at = Time::read(cells.verbatim("activity_date"), "Activity Date", raw.zone);
    let (kind, item) = match order {
        Order::AsTitled => ("content_type", "item_description"),
        Order::Swapped => ("item_description", "content_type"),
    };
    let (kind, item) = (cells.said(kind), cells.said(item));
    let reference = cells.said("item_reference_number");
    let device = cells.said("device_identifier").or(cells.said("device_details"));
    let when = at.utc.as_deref().or(cells.said("activity_date"));
    add(
        key(&[when, reference.or(item)], &[device, cells.said("version_text")]),
        &[
            ("at_utc", &at.utc),
            ("at_raw", &at.raw),
            ("at_basis", &at.basis),
            ("kind", &kind),
            ("item", &item),
            ("device", &cells.said("device_details")),
            ("version", &cells.said("version_text")),
            ("seller", &cells.said("seller")),
            ("item_reference", &reference),
            ("list", &list),
            ("swapped", &(order == Order::Swapped)),
        ],
    )
}

/// A file of a list, by its export and its path.
type File = (String, String);

/// What the two columns of a file hold.
struct Seen {
    /// Different values.
    types: i64,
    items: i64,
    /// Rows whose value is a known kind.
    known_types: i64,
    known_items: i64,
    rows: i64,
}

impl Seen {
    fn order(&self) -> Order {
        let is_all = |known: i64| self.rows > 0 && known == self.rows;
        let is_swapped = if is_all(self.known_types) != is_all(self.known_items) {
            is_all(self.known_items)
        } else if self.types != self.items {
            self.items < self.types
        } else {
            self.known_items > self.known_types
        };
        if is_swapped { Order::Swapped } else { Order::AsTitled }
    }
}

/// The order of the columns in each file of a list.
fn swapped(raw: Raw<'_>, list: &str) -> rusqlite::Result<HashMap<File, Order>> {
    raw.connection.execute_batch(
        "CREATE TEMP TABLE kinds AS SELECT kind FROM main.purchases WHERE kind IS NOT NULL
         UNION SELECT kind FROM main.subscriptions WHERE kind IS NOT NULL;
         CREATE UNIQUE INDEX temp.kind ON kinds (kind);",
    )?;
    let mut known = raw.connection.prepare("INSERT OR IGNORE INTO temp.kinds VALUES (?1)")?;
    for kind in KINDS {
        known.execute([kind])?;
    }
    drop(known);
    let rows = raw.rows(list, &COLUMNS)?;
    let sql = format!(
        "SELECT _export, _entry, count(DISTINCT type), count(DISTINCT item), \
             count(iif(type IN (SELECT kind FROM temp.kinds), 1, NULL)), \
             count(iif(item IN (SELECT kind FROM temp.kinds), 1, NULL)), count(*) \
         FROM (SELECT _export, _entry, trim(content_type) AS type, trim(item_description) AS item FROM {rows}) \
         GROUP BY _export, _entry"
    );
    let mut asked = raw.connection.prepare(&sql)?;
    let files = asked.query_map([], |row| {
        let seen = Seen {
            types: row.get(2)?,
            items: row.get(3)?,
            known_types: row.get(4)?,
            known_items: row.get(5)?,
            rows: row.get(6)?,
        };
        Ok(((row.get(0)?, row.get(1)?), seen.order()))
    })?;
    let files = files.collect();
    drop(asked);
    raw.connection.execute_batch("DROP TABLE temp.kinds")?;
    files
}

const AUTHORISED: [&str; 6] = [
    "device_identifier",
    "device_name",
    "serial_number",
    "associated_date",
    "enabled",
    "latest_device_user_agent_string",
];

pub const HEADERS_OF_AUTHORISATIONS: &[(&str, &str)] = &[
    ("device", "Device Name"),
    ("associated", "Associated Date"),
    ("enabled", "Enabled?"),
    ("serial", "Serial Number"),
    ("identifier", "Device Identifier"),
    ("agent", "Latest Device User Agent String"),
];

pub fn fill_authorisations(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut authorisations = Named::of(raw, "device_authorisations")?;
    for list in raw.kinds("customer_device_history")? {
        authorisations.read(&list, &AUTHORISED, &mut |cells, add| {
            let associated = Time::read(cells.verbatim("associated_date"), "Associated Date", raw.zone);
            let identifier = cells.said("device_identifier");
            let (serial, name) = (cells.said("serial_number"), cells.said("device_name"));
            let at = associated.utc.as_deref().or(cells.said("associated_date"));
            add(
                key(&[Some(&list), at, identifier.or(serial).or(name)], &[]),
                &[
                    ("device", &name),
                    ("associated_utc", &associated.utc),
                    ("associated_raw", &associated.raw),
                    ("associated_basis", &associated.basis),
                    ("enabled", &flag(cells, "enabled")),
                    ("list", &list),
                    ("serial", &serial),
                    ("identifier", &identifier),
                    ("agent", &cells.said("latest_device_user_agent_string")),
                ],
            )
        })?;
    }
    authorisations.settle("associated_utc, device, list")
}

const INSTALLED: [&str; 12] = [
    "app_name",
    "application_id",
    "application_type",
    "client_event_id",
    "created_date",
    "device_os_version",
    "event_date",
    "installation_type",
    "origin",
    "platform_name",
    "store_front_name",
    "device_identifier",
];

pub const HEADERS_OF_INSTALLS: &[(&str, &str)] = &[
    ("at", "Event Date"),
    ("app", "App Name"),
    ("installation", "Installation Type"),
    ("kind", "Application Type"),
    ("platform", "Platform Name"),
    ("system_version", "Device OS Version"),
    ("store", "Store Front Name"),
    ("origin", "Origin"),
    ("application_id", "Application ID"),
    ("event_id", "Client Event ID"),
];

pub fn fill_installs(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut installs = Named::of(raw, "app_installs")?;
    installs.read("app_install_activity", &INSTALLED, &mut |cells, add| {
        // the list has two dates; where the first says nothing, the second does
        let (column, title) = match cells.said("event_date") {
            Some(_) => ("event_date", "Event Date"),
            None => ("created_date", "Created Date"),
        };
        let at = Time::read(cells.verbatim(column), title, raw.zone);
        let event = cells.said("client_event_id");
        let app = cells.said("application_id").or(cells.said("app_name"));
        let when = at.utc.as_deref().or(cells.said(column));
        let key = key(&[event], &[]).or_else(|| key(&[when, app], &[cells.said("device_identifier")]));
        add(
            key,
            &[
                ("at_utc", &at.utc),
                ("at_raw", &at.raw),
                ("at_basis", &at.basis),
                ("app", &cells.said("app_name")),
                ("installation", &cells.said("installation_type")),
                ("kind", &cells.said("application_type")),
                ("platform", &cells.said("platform_name")),
                ("system_version", &cells.said("device_os_version")),
                ("store", &cells.said("store_front_name")),
                ("origin", &cells.said("origin")),
                ("application_id", &cells.said("application_id")),
                ("event_id", &event),
            ],
        )
    })?;
    installs.settle("at_utc, app")
}
