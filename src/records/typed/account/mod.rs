//! The account: its devices, sign-ins, hidden addresses, the apps it signs in to, the cards in Wallet.
//!
//! A device is the same in two exports by its serial number, else by its name, model and the time it was added; a
//! sign-in by its time, application and address.

mod aliases;

use crate::records::cell::{Text, Time};
use crate::records::columns::Headers;
use crate::records::typed::Raw;
use crate::records::typed::staged::{Cells, Staged, each, key};

/// The tables of this room.
pub const TABLES: &str = include_str!("account.sql");

/// What Apple calls the columns.
pub const HEADERS: Headers = &[
    (
        "devices",
        &[
            ("name", "Device Name"),
            ("model", "Device Model Name"),
            ("serial", "Device Serial Number"),
            ("added", "Device Added Date"),
            ("last_seen", "Device Last Heartbeat Timestamp"),
            ("os", "Device OS Version"),
            ("imei", "Device IMEI"),
            ("meid", "Device MEID"),
            ("iccid", "Device ICCID"),
            ("phone", "Device Phone Number"),
            ("last_ip", "Device Last Heartbeat IP"),
            ("time_zone", "Device Time Zone"),
            ("locale", "Device Locale Language"),
        ],
    ),
    ("sign_ins", &[("at", "Logged In Date"), ("application", "Application"), ("ip", "IP Address")]),
    (
        "apps_signed_in",
        &[
            ("app", "App Name"),
            ("first", "First User Action Date"),
            ("latest", "Latest User Action Date"),
            ("version", "Version"),
        ],
    ),
    (
        "wallet_cards",
        &[
            ("name", "Card Name"),
            ("device", "Device Type"),
            ("added", "Date Created"),
            ("issuer", "Card Issuer"),
        ],
    ),
];

/// Fills them.
///
/// # Errors
/// If the database cannot be read or written. That is true of everything here.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    devices(raw)?;
    sign_ins(raw)?;
    aliases::fill(raw)?;
    apps_signed_in(raw)?;
    wallet_cards(raw)
}

fn devices(raw: Raw<'_>) -> rusqlite::Result<()> {
    let columns = [
        "device_name",
        "device_model_name",
        "device_serial_number",
        "device_added_date",
        "device_last_heartbeat_timestamp",
        "device_os_version",
        "device_imei",
        "device_meid",
        "device_iccid",
        "device_phone_number",
        "device_last_heartbeat_ip",
        "device_time_zone",
        "device_locale_language",
    ];
    let mut staged = Staged::of(raw.connection, "devices")?;
    each(raw, "apple_id_device_information", &columns, |cells| {
        let said = |at| cells.said(at);
        let added = Time::read(cells.verbatim(3), "Device Added Date", raw.zone);
        let seen = Time::read(cells.verbatim(4), "Device Last Heartbeat Timestamp", raw.zone);
        let named = || {
            let added = added.utc.as_deref()?;
            Some(key(&[said(0).unwrap_or_default(), said(1).unwrap_or_default(), added]))
        };
        let identity = said(2).map(str::to_uppercase).or_else(named);
        staged.add(
            identity.as_deref(),
            cells.rank()?,
            &[
                &text(cells, 0),
                &text(cells, 1),
                &text(cells, 2),
                &added.utc,
                &seen.utc,
                &added.raw,
                &added.basis,
                &seen.raw,
                &seen.basis,
                &text(cells, 5),
                &text(cells, 6),
                &text(cells, 7),
                &text(cells, 8),
                &text(cells, 9),
                &text(cells, 10),
                &text(cells, 11),
                &text(cells, 12),
            ],
        )
    })?;
    staged.settle("added_utc, name, model, serial")
}

fn sign_ins(raw: Raw<'_>) -> rusqlite::Result<()> {
    let columns = ["logged_in_date", "application", "ip_address"];
    let mut staged = Staged::of(raw.connection, "sign_ins")?;
    each(raw, "apple_id_signon_information", &columns, |cells| {
        let at = Time::read(cells.verbatim(0), "Logged In Date", raw.zone);
        // a year that writes the date otherwise says the same
        let when = at.utc.as_deref().unwrap_or_else(|| cells.verbatim(0));
        let identity = key(&[when, cells.said(1).unwrap_or_default(), cells.said(2).unwrap_or_default()]);
        staged.add(
            Some(&identity),
            cells.rank()?,
            &[&at.utc, &text(cells, 1), &text(cells, 2), &at.raw, &at.basis],
        )
    })?;
    staged.settle("at_utc, application, ip")
}

fn apps_signed_in(raw: Raw<'_>) -> rusqlite::Result<()> {
    let columns = ["app_name", "first_user_action_date", "latest_user_action_date", "version"];
    let mut staged = Staged::of(raw.connection, "apps_signed_in")?;
    each(raw, "apps_using_sign_in_with_apple", &columns, |cells| {
        let first = Time::read(cells.verbatim(1), "First User Action Date", raw.zone);
        let latest = Time::read(cells.verbatim(2), "Latest User Action Date", raw.zone);
        staged.add(
            cells.said(0),
            cells.rank()?,
            &[
                &text(cells, 0),
                &first.utc,
                &latest.utc,
                &first.raw,
                &first.basis,
                &latest.raw,
                &latest.basis,
                &text(cells, 3),
            ],
        )
    })?;
    staged.settle("app, first_utc")
}

fn wallet_cards(raw: Raw<'_>) -> rusqlite::Result<()> {
    let columns = ["card_name", "device_type", "date_created", "card_issuer"];
    let mut staged = Staged::of(raw.connection, "wallet_cards")?;
    each(raw, "apple_pay_cards", &columns, |cells| {
        let added = Time::read(cells.verbatim(2), "Date Created", raw.zone);
        let when = added.utc.as_deref();
        let identity =
            cells.said(0).zip(when).map(|(name, when)| key(&[name, cells.said(1).unwrap_or_default(), when]));
        staged.add(
            identity.as_deref(),
            cells.rank()?,
            &[&text(cells, 0), &text(cells, 1), &added.utc, &added.raw, &added.basis, &text(cells, 3)],
        )
    })?;
    staged.settle("added_utc, name, device")
}

fn text(cells: Cells<'_>, at: usize) -> Text<'_> {
    Text::of(cells.said(at))
}

#[cfg(test)]
mod tests {
    use crate::records::typed::tests::Written;

    const DEVICES: &str = "Device Name,Device Added Date,Device Serial Number,Device Model Name,\
        Device Last Heartbeat Timestamp,Device Last Heartbeat IP,Device IMEI,Device Phone Number\n";

    #[test]
    fn devices_in_both_forms_of_dates() {
        let rows = "Ann's iPhone,2024-10-01 09:08:07,SERIAL0000001,iPhone 15 Pro,2026-01-03 08:00:00,192.0.2.7,490000000000001,N/A\n\
            Old iPad,7/4/2022  9:05:06 PM,SERIAL0000002,iPad Air,N/A,N/A,,\n";
        let table = format!("{DEVICES}{rows}");
        let written = Written::of(&[("a", "x/Apple ID Device Information.csv", table.as_bytes())]);
        assert_eq!(
            written.rows("SELECT * FROM devices"),
            [
                "Old iPad|iPad Air|SERIAL0000002|2022-07-04T21:05:06Z|-|7/4/2022  9:05:06 PM|assumed:UTC|N/A|none|-|-|-|-|-|-|-|-",
                "Ann's iPhone|iPhone 15 Pro|SERIAL0000001|2024-10-01T09:08:07Z|2026-01-03T08:00:00Z|2024-10-01 09:08:07|assumed:UTC|2026-01-03 08:00:00|assumed:UTC|-|490000000000001|-|-|-|192.0.2.7|-|-",
            ]
        );
    }

    #[test]
    fn the_newest_export_says_of_a_device_what_counts() {
        let older = format!(
            "{DEVICES}Phone,2024-10-01 09:08:07,SERIAL0000001,iPhone 15 Pro,2025-01-03 08:00:00,,,\n\
             Gone,2019-10-01 09:08:07,SERIAL0000003,iPhone 8,2020-01-03 08:00:00,,,\n\
             Box,2020-10-01 09:08:07,,Apple TV,2025-01-01 08:00:00,,,\n\
             Nameless,,,,,192.0.2.9,,\n"
        );
        let newer = "Device Name,Device Added Date,Device Serial Number,Device Model Name,Device OS Version,Device Last Heartbeat Timestamp\n\
            Ann's phone,2024-10-01 09:08:07,serial0000001,iPhone 15 Pro,19.1,2026-01-03 08:00:00\n\
            Box,10/1/2020  9:08:07 AM,,Apple TV,26,2026-01-01 08:00:00\n";
        let written = Written::of(&[
            ("old", "Apple ID Device Information.csv", older.as_bytes()),
            ("new", "Apple Account Device Information.csv", newer.as_bytes()),
        ]);
        assert_eq!(
            written.rows("SELECT name, serial, last_seen_utc, os, last_ip FROM devices"),
            [
                "Nameless|-|-|-|192.0.2.9",
                "Gone|SERIAL0000003|2020-01-03T08:00:00Z|-|-",
                "Box|-|2026-01-01T08:00:00Z|26|-",
                "Ann's phone|serial0000001|2026-01-03T08:00:00Z|19.1|-",
            ]
        );
        assert_eq!(written.rows("SELECT count(*) FROM raw_apple_id_device_information"), ["6"]);
    }

    #[test]
    fn sign_ins_of_two_exports_are_one_list() {
        let older = "Logged In Date,Application,IP Address\n2026-01-03 08:00:00,iCloud,192.0.2.7\n\
            2026-01-04 09:10:11,App Store,N/A\n2026-01-04 09:10:11,App Store,N/A\n";
        let newer = "Application,Logged In Date,IP Address,Country\nApp Store,1/4/2026  9:10:11 AM,N/A,NO\n\
            App Store,1/4/2026  9:10:11 AM,N/A,NO\nMail,garbage,198.51.100.2,NO\n";
        let written = Written::of(&[
            ("old", "Apple ID SignOn Information.csv", older.as_bytes()),
            ("new", "Apple ID SignOn Information.csv", newer.as_bytes()),
        ]);
        assert_eq!(
            written.rows("SELECT * FROM sign_ins"),
            [
                "-|Mail|198.51.100.2|garbage|none",
                "2026-01-03T08:00:00Z|iCloud|192.0.2.7|2026-01-03 08:00:00|assumed:UTC",
                "2026-01-04T09:10:11Z|App Store|-|1/4/2026  9:10:11 AM|assumed:UTC",
                "2026-01-04T09:10:11Z|App Store|-|1/4/2026  9:10:11 AM|assumed:UTC",
            ]
        );
    }

    #[test]
    fn tables_without_rows_are_there() {
        let written = Written::of(&[
            ("a", "Apple ID SignOn Information.csv", b"Logged In Date,Application,IP Address\n"),
            ("a", "Apple ID Device Information.csv", b""),
        ]);
        for table in ["devices", "sign_ins", "aliases", "apps_signed_in", "wallet_cards"] {
            assert_eq!(written.rows(&format!("SELECT count(*) FROM {table}")), ["0"], "{table}");
        }
    }

    #[test]
    fn apps_and_cards() {
        let apps = "Apple ID Number,App Name,First User Action Date,Latest User Action Date,Version\n\
            1000000001,Tile Run,2023-01-02 03:04:05,2026-01-02 03:04:05,2\n";
        let cards = "Card Name, Date Created, Device Type\nExample Bank,2024-10-01 09:08:07,iPhone\n";
        let written = Written::of(&[
            ("a", "Apps Using Sign In with Apple.csv", apps.as_bytes()),
            ("a", "Apple Pay Cards.csv", cards.as_bytes()),
        ]);
        assert_eq!(
            written.rows("SELECT * FROM apps_signed_in"),
            [
                "Tile Run|2023-01-02T03:04:05Z|2026-01-02T03:04:05Z|2023-01-02 03:04:05|assumed:UTC|2026-01-02 03:04:05|assumed:UTC|2"
            ]
        );
        assert_eq!(
            written.rows("SELECT * FROM wallet_cards"),
            ["Example Bank|iPhone|2024-10-01T09:08:07Z|2024-10-01 09:08:07|assumed:UTC|-"]
        );
    }
}
