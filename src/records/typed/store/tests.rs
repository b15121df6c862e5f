//! What was bought, as the tables for people have it. All values are invented.

use std::fmt::Write;
use std::time::Instant;

use super::HEADERS;
use crate::records::elsewhere;
use crate::records::typed::tests::Written;

const HISTORY: &str = "a/Store Transaction Purchase and Free Apps History.csv";

/// The header of 2026.
const NEW: &str = "Apple Account Number,Item Purchased Date,Content Type,Item Reference Number,Item Description,\
    Container Description,Seller,Container Reference Number,Invoice Item Total,Device Identifier,Device Details,\
    Device IP Address,Refund Amount,Document Number,Invoice Date,Invoice Tax Amount,Invoice Total Amount,\
    Purchase Created Date,Order Number,Billing Information ID,Payment Type,Currency,Purchase Chargeback?,\
    iCloud Family Purchase?,Free product Code Redemption?\n";

/// The header of about 2022, as far as it differs in what is asked here.
const OLD: &str = "Apple ID Number,Item Purchased Date, Content Type,Item Reference Number,Item Description,Seller,\
    Invoice Item Total,Refund Amount,Order Number,Payment Type,Currency ID,iCloud Family Purchase?\n";

/// A purchase in few words; what is left out says nothing.
#[derive(Clone, Copy)]
struct Bought<'t> {
    at: &'t str,
    kind: &'t str,
    item: &'t str,
    app: &'t str,
    amount: &'t str,
    refund: &'t str,
    order: &'t str,
    payment: &'t str,
    currency: &'t str,
    chargeback: &'t str,
    family: &'t str,
}

const BOUGHT: Bought<'_> = Bought {
    at: "2026-02-11T08:09:10Z",
    kind: "iOS and tvOS Apps",
    item: "Example App",
    app: "",
    amount: "\"3,99 €\"",
    refund: "",
    order: "XX1",
    payment: "Visa",
    currency: "EUR",
    chargeback: "No",
    family: "No",
};

impl Bought<'_> {
    fn row(&self) -> String {
        let Bought { at, kind, item, app, amount, refund, order, payment, currency, chargeback, family } =
            self;
        let reference = format!("ref {}", item.replace(['"', ','], ""));
        format!(
            "1000000001,{at},{kind},{reference},{item},{app},Example GmbH,,{amount},device-1,iPhone,192.0.2.1,{refund},,,,,,\
             {order},,{payment},{currency},{chargeback},{family},No\n"
        )
    }
}

fn list(rows: &[Bought<'_>]) -> String {
    rows.iter().fold(NEW.to_owned(), |list, row| list + &row.row())
}

fn purchases(rows: &[Bought<'_>]) -> Written {
    Written::of(&[("one", HISTORY, list(rows).as_bytes())])
}

#[test]
fn a_purchase_of_either_header() {
    let new = format!(
        "{NEW}1000000001,2026-02-11T08:09:10Z,In-App Subscription,300000002,Example Monthly,Example App,Example GmbH,\
         300000001,\"2,99\u{a0}€\",device-1,iPhone,192.0.2.1,\"2,99\u{a0}€\",D1,2026-02-12,\"0,48 €\",\"2,99 €\",,XX1,9,\
         Store Credit,EUR,No,No,N/A\n"
    );
    let old = format!(
        "{OLD}1000000001,2021-03-04T05:06:07.123Z,Mac Apps,400000001,Older App,Example Ltd,$0.00,N/A,XX2,N/A,USD,Yes\n"
    );
    let written = Written::of(&[
        ("old", "b/Store Transaction History.csv", old.as_bytes()),
        ("new", HISTORY, new.as_bytes()),
    ]);
    assert_eq!(
        written.rows(
            "SELECT bought_utc, kind, item, seller, amount, currency, refund, order_number, payment, family, free, \
             bought_raw, bought_basis, amount_raw, refund_raw, currency_sign, app, chargeback, redeemed, document, \
             invoiced_utc, invoiced_basis, invoice_tax, invoice_total, item_reference, app_reference, device, top_up, \
             credit, lasting FROM purchases"
        ),
        [
            "2021-03-04T05:06:07Z|Mac Apps|Older App|Example Ltd|0.00|USD|-|XX2|-|1|1|2021-03-04T05:06:07.123Z|stated|\
             $0.00|-|$|-|-|-|-|-|none|-|-|400000001|-|-|0|0|1",
            "2026-02-11T08:09:10Z|In-App Subscription|Example Monthly|Example GmbH|2.99|EUR|2.99|XX1|Store Credit|0|0|\
             2026-02-11T08:09:10Z|stated|2,99\u{a0}€|2,99\u{a0}€|€|Example App|0|-|D1|2026-02-12|date-only|0.48|2.99|\
             300000002|300000001|iPhone|0|1|0",
        ]
    );
}

#[test]
fn nothing_is_free_and_what_cannot_be_read_is_unknown() {
    let written = purchases(&[
        Bought { amount: "", item: "a", ..BOUGHT },
        Bought { amount: "N/A", item: "b", ..BOUGHT },
        Bought { amount: "0", item: "c", ..BOUGHT },
        Bought { amount: "\"0,00 €\"", item: "d", ..BOUGHT },
        Bought { amount: "Gratis", item: "e", ..BOUGHT },
        Bought { amount: "¥ 6.00", currency: "", item: "f", ..BOUGHT },
        Bought { amount: "-¥ 6.00", currency: "CNY", item: "g", ..BOUGHT },
    ]);
    assert_eq!(
        written.rows("SELECT item, amount, amount_raw, free, currency, currency_sign FROM purchases"),
        [
            "a|-|-|1|EUR|-",
            "b|-|-|1|EUR|-",
            "c|0|0|1|EUR|-",
            "d|0.00|0,00 €|1|EUR|€",
            "e|-|Gratis|-|EUR|-",
            "f|6.00|¥ 6.00|0|-|¥",
            "g|-6.00|-¥ 6.00|0|CNY|¥",
        ]
    );
}

const SPEND: &str =
    "SELECT year, currency, paid_in, consumed, refunded, currency_sign, unread FROM spend_by_year";

#[test]
fn a_top_up_and_what_is_paid_with_it_are_the_same_money() {
    let written = purchases(&[
        Bought { kind: "Gift Certificates", item: "", amount: "\"50,00 €\"", order: "1", ..BOUGHT },
        Bought { payment: "Store Credit", amount: "\"19,99 €\"", order: "2", ..BOUGHT },
        Bought { payment: "Visa", amount: "\"1.000,01 €\"", order: "3", ..BOUGHT },
        Bought {
            payment: "Store Credit", amount: "\"2,99 €\"", refund: "\"-2,99 €\"", order: "4", ..BOUGHT
        },
        Bought { amount: "\"0,00 €\"", order: "5", at: "2025-02-11T08:09:10Z", ..BOUGHT },
    ]);
    assert_eq!(written.rows(SPEND), ["2026|EUR|1050.01|1022.99|2.99|-|0"]);
}

#[test]
fn currencies_are_never_added() {
    let written = purchases(&[
        Bought { amount: "$1.10", currency: "USD", ..BOUGHT },
        Bought { amount: "$2.20", currency: "", item: "b", ..BOUGHT },
        Bought { amount: "\"kr 49,00\"", currency: "", item: "c", ..BOUGHT },
        Bought { amount: "₩1200", currency: "", item: "d", ..BOUGHT },
        Bought { amount: "0.1", currency: "USD", item: "e", ..BOUGHT },
        Bought { amount: "0.2", currency: "USD", item: "f", ..BOUGHT },
        Bought { amount: "1.2345678", currency: "USD", item: "g", ..BOUGHT },
        Bought { amount: "a lot", currency: "USD", item: "h", ..BOUGHT },
    ]);
    assert_eq!(
        written.rows(SPEND),
        [
            "2026|-|2.20|2.20|0.00|$|0",
            "2026|-|49.00|49.00|0.00|kr|0",
            "2026|KRW|1200|1200|0|-|0",
            "2026|USD|1.4000|1.4000|0.0000|-|2",
        ]
    );
}

#[test]
fn family_is_others_money_and_a_chargeback_reverses() {
    let written = purchases(&[
        Bought { family: "Yes", amount: "\"9,99 €\"", ..BOUGHT },
        Bought { chargeback: "Yes", item: "b", ..BOUGHT },
        Bought { chargeback: "Yes", refund: "\"3,99 €\"", item: "c", ..BOUGHT },
        Bought { item: "d", family: "", ..BOUGHT },
    ]);
    assert_eq!(written.rows(SPEND), ["2026|EUR|11.97|11.97|7.98|-|0"]);
    assert_eq!(written.rows("SELECT item FROM owned_apps"), ["d"]);
    assert_eq!(written.rows("SELECT item, amount FROM spend_by_app"), ["d|3.99", "b|0.00", "c|0.00"]);
}

#[test]
fn spend_by_app_takes_what_is_bought_within_to_the_app() {
    let written = purchases(&[
        BOUGHT,
        Bought { kind: "In-App Purchase", item: "100 Coins", app: "Example App", ..BOUGHT },
        Bought {
            kind: "In-App Purchase",
            item: "Refunded",
            app: "Example App",
            refund: "\"1,99 €\"",
            ..BOUGHT
        },
        Bought { item: "Dear App", amount: "\"99,00 €\"", at: "2025-01-01T00:00:00Z", ..BOUGHT },
        Bought { kind: "Gift Certificates", item: "Card", amount: "\"100,00 €\"", ..BOUGHT },
    ]);
    assert_eq!(
        written.rows("SELECT item, currency, amount, purchases, first_utc FROM spend_by_app"),
        ["Dear App|EUR|99.00|1|2025-01-01T00:00:00Z", "Example App|EUR|9.98|3|2026-02-11T08:09:10Z"]
    );
}

#[test]
fn owned_is_what_lasts_and_was_not_given_back() {
    let written = purchases(&[
        Bought { at: "2026-03-01T00:00:00Z", ..BOUGHT },
        Bought { at: "2025-03-01T00:00:00Z", amount: "", ..BOUGHT },
        Bought { item: "A Song", kind: "Songs", ..BOUGHT },
        Bought { item: "Half Back", refund: "\"1,99 €\"", ..BOUGHT },
        Bought { item: "Given Back", refund: "\"3,99 €\"", ..BOUGHT },
        Bought { item: "Monthly", kind: "In-App Subscription", ..BOUGHT },
        Bought { item: "Storage", kind: "iCloud Storage Subscription", ..BOUGHT },
        Bought { item: "TV", kind: "Apple TV+ Direct Purchase", ..BOUGHT },
        Bought { item: "A Film", kind: "Movie Rentals", ..BOUGHT },
        Bought { item: "Card", kind: "Gift Certificates", ..BOUGHT },
        Bought { item: "Coins", kind: "In-App Purchase", ..BOUGHT },
        Bought { item: "Of No Kind", kind: "", ..BOUGHT },
        Bought { item: "Theirs", family: "Yes", ..BOUGHT },
    ]);
    assert_eq!(
        written.rows("SELECT item, seller, first_utc FROM owned_apps"),
        [
            "A Song|Example GmbH|2026-02-11T08:09:10Z",
            "Example App|Example GmbH|2025-03-01T00:00:00Z",
            "Half Back|Example GmbH|2026-02-11T08:09:10Z",
        ]
    );
}

#[test]
fn numbered_files_are_one_list() {
    let (first, second) = (list(&[BOUGHT, BOUGHT]), list(&[Bought { item: "b", ..BOUGHT }]));
    let written = Written::of(&[
        ("one", "a/Store Transaction Purchase and Free Apps History-1.csv", first.as_bytes()),
        ("one", "a/Store Transaction Purchase and Free Apps History-2.csv", second.as_bytes()),
    ]);
    // within one export nothing is merged
    assert_eq!(written.rows("SELECT item FROM purchases"), ["Example App", "Example App", "b"]);
}

#[test]
fn of_several_exports_the_newest_says_what_a_purchase_was() {
    let gone = Bought { item: "Gone", order: "XX0", at: "2020-01-01T00:00:00Z", ..BOUGHT };
    let old = list(&[gone, BOUGHT, Bought { item: "b", ..BOUGHT }]);
    let new = list(&[
        Bought { refund: "\"3,99 €\"", at: "2026-02-11T08:09:10.000Z", ..BOUGHT },
        Bought { item: "b", ..BOUGHT },
        Bought { order: "XX2", ..BOUGHT },
    ]);
    let written = Written::of(&[("old", HISTORY, old.as_bytes()), ("new", HISTORY, new.as_bytes())]);
    assert_eq!(
        written.rows("SELECT item, order_number, refund FROM purchases"),
        ["Gone|XX0|-", "Example App|XX1|3.99", "b|XX1|-", "Example App|XX2|-"]
    );
}

#[test]
fn free_items_of_the_older_list_are_purchases_once() {
    let free = "Apple ID Number,Order Number,Item Purchased Date, Content Type,Item Reference Number,Item Description,\
        Seller,iCloud Family Purchase?\n\
        1,XX1,2026-02-11T08:09:10Z,iOS and tvOS Apps,ref Example App,Example App,Example GmbH,No\n\
        1,XX9,2019-02-11T08:09:10Z,iOS and tvOS Apps,9,Free App,Example GmbH,No\n";
    let new = list(&[Bought { amount: "$0.00", ..BOUGHT }]);
    let written = Written::of(&[
        ("old", "b/Store Free Transaction History.csv", free.as_bytes()),
        ("new", HISTORY, new.as_bytes()),
    ]);
    assert_eq!(
        written.rows("SELECT item, order_number, amount, free FROM purchases"),
        ["Free App|XX9|-|1", "Example App|XX1|0.00|1"]
    );
}

#[test]
fn telemetry_of_purchases_is_no_purchase() {
    let events = b"Event Date,Purchased Items Name,Total Purchase Paid\n2026-02-11,Example App,3.99\n";
    let written = Written::of(&[("one", "a/Purchase Server Events.csv", events)]);
    assert_eq!(written.rows("SELECT count(*) FROM purchases"), ["0"]);
    assert_eq!(written.rows("SELECT count(*) FROM raw_purchase_server_events"), ["1"]);
}

#[test]
fn invoices_that_do_not_add_up() {
    let header = "Item Purchased Date,Content Type,Item Reference Number,Item Description,Invoice Item Total,\
        Document Number,Invoice Tax Amount,Invoice Total Amount,Order Number,Currency\n";
    let rows = "2026-01-01T00:00:00Z,Songs,1,a,$1.00,D1,$0.00,$3.00,1,USD\n\
        2026-01-01T00:00:00Z,Songs,2,b,$2.00,D1,$0.00,$3.00,1,USD\n\
        2026-01-02T00:00:00Z,Songs,3,c,$1.00,D2,$0.25,$3.25,2,USD\n\
        2026-01-02T00:00:00Z,Songs,4,d,$2.00,D2,$0.25,$3.25,2,USD\n\
        2026-01-03T00:00:00Z,Songs,5,e,$2.00,,,$1.00,3,USD\n\
        2026-01-04T00:00:00Z,Songs,6,f,$2.00,,,,4,USD\n";
    let written = Written::of(&[("one", HISTORY, format!("{header}{rows}").as_bytes())]);
    assert_eq!(
        written.rows(
            "SELECT invoice, currency, items_total, invoice_total, invoice_tax, difference, items FROM invoice_check \
             ORDER BY invoice"
        ),
        ["3|USD|2.00|1.00|-|-1.00|1", "D2|USD|3.00|3.25|0.25|0.25|2"]
    );
}

const SUBSCRIBED: &str = "Apple ID Number,Subscription Initiated Date, Content Type,Item Reference Number,\
    Item Description,Container Description,Seller,Container Reference Number,Invoice Item Total,Device Identifier,\
    Device IP Address,Device Details,Automatic Renewal?,Last Automatic Renewal Disabled Date,\
    Last Automatic Renewal Enabled Date, Is part of subscription bundle?,External Partner ID\n";

#[test]
fn a_subscription_is_as_the_newest_export_has_it() {
    let row = |renews: &str, disabled: &str| {
        format!(
            "{SUBSCRIBED}1,2024-01-02T03:04:05Z,In-App Subscription,7,Example Monthly,Example App,Example GmbH,8,\
             \"2,99 €\",device-1,192.0.2.1,\"AppStore/3.0 (6; dt:203), like others\",{renews},{disabled},,true,\n"
        )
    };
    let (old, new) = (row("Yes", ""), row("0", "2025-06-07T08:09:10Z"));
    let written = Written::of(&[
        ("old", "a/Subscription History.csv", old.as_bytes()),
        ("new", "a/Subscription History.csv", new.as_bytes()),
    ]);
    assert_eq!(
        written.rows(
            "SELECT started_utc, item, seller, amount, currency, renews, disabled_utc, disabled_basis, enabled_utc, app, \
             bundle, device FROM subscriptions"
        ),
        ["2024-01-02T03:04:05Z|Example Monthly|Example GmbH|2.99|EUR|0|2025-06-07T08:09:10Z|stated|-|Example App|1|\
          AppStore/3.0 (6; dt:203), like others"]
    );
}

#[test]
fn subscriptions_whose_order_nobody_knows() {
    let rows = "Subscription Initiated Date,Item Reference Number,Item Description,Order Number\n\
        2024-01-02T03:04:05Z,7,Known,XX1\n2024-01-02T03:04:05Z,8,Unknown,XX2\n2024-01-02T03:04:05Z,9,Of None,\n";
    let bought = list(&[BOUGHT]);
    let written = Written::of(&[
        ("one", "a/Subscription History.csv", rows.as_bytes()),
        ("one", HISTORY, bought.as_bytes()),
    ]);
    assert_eq!(written.rows("SELECT order_number, item FROM subscription_check"), ["XX2|Unknown"]);
}

const FETCHED: &str = "Apple ID Number,Activity Date,Content Type,Item Reference Number,Item Description,Version Text,\
    Seller,Device Details,Device IP Address,Device Identifier\n";

fn fetched(rows: &[(&str, &str)]) -> String {
    let mut list = FETCHED.to_owned();
    for (second, (kind, item)) in rows.iter().enumerate() {
        let _ = writeln!(
            list,
            "1,2024-01-02T03:04:{second:02}Z,{kind},ref {kind} {item},{item},1.{second},Example GmbH,\"iPhone, 6.1\",192.0.2.1,d"
        );
    }
    list
}

const DOWNLOADS: &str = "SELECT kind, item, swapped FROM downloads";

#[test]
fn kinds_and_items_in_each_others_columns_are_told_apart_file_by_file() {
    let apps = "iOS and tvOS Apps";
    let right = fetched(&[(apps, "a"), (apps, "b"), ("Mac Apps", "c")]);
    let swapped = fetched(&[("d", apps), ("e", apps), ("f", "Books")]);
    let written = Written::of(&[
        ("one", "a/iTunes and App-Book Re-download and Update History.csv", right.as_bytes()),
        ("two", "a/Store Re-download and Update History.csv", swapped.as_bytes()),
        ("two", "a/iTunes Match Re-download History.csv", fetched(&[("Songs", "g")]).as_bytes()),
    ]);
    assert_eq!(
        written.rows("SELECT kind, item, swapped FROM downloads ORDER BY item"),
        [
            "iOS and tvOS Apps|a|0",
            "iOS and tvOS Apps|b|0",
            "Mac Apps|c|0",
            "iOS and tvOS Apps|d|1",
            "iOS and tvOS Apps|e|1",
            "Books|f|1",
            "Songs|g|0",
        ]
    );
    assert_eq!(
        written.rows("SELECT at_utc, kind, item, device, version, list FROM downloads WHERE item = 'a'"),
        ["2024-01-02T03:04:00Z|iOS and tvOS Apps|a|iPhone, 6.1|1.0|store_re_download_and_update_history"]
    );
}

#[test]
fn a_file_of_few_rows_is_read_by_the_kinds_that_are_known() {
    // one app of two kinds: the fewer values are the items here
    let few = fetched(&[("iOS and tvOS Apps", "a"), ("Mac Apps", "a")]);
    let file = "a/Store Re-download and Update History.csv";
    assert_eq!(
        Written::of(&[("one", file, few.as_bytes())]).rows(DOWNLOADS),
        ["iOS and tvOS Apps|a|0", "Mac Apps|a|0"]
    );
    // a kind in the owner's language, which the purchases have as well
    let bought = list(&[Bought { kind: "Programme", ..BOUGHT }]);
    let one = fetched(&[("b", "Programme")]);
    let written = Written::of(&[("one", file, one.as_bytes()), ("one", HISTORY, bought.as_bytes())]);
    assert_eq!(written.rows(DOWNLOADS), ["Programme|b|1"]);
    // nothing tells: as the header has it
    let one = fetched(&[("Programme", "b")]);
    assert_eq!(Written::of(&[("one", file, one.as_bytes())]).rows(DOWNLOADS), ["Programme|b|0"]);
}

#[test]
fn a_review_with_line_breaks() {
    let header = "Review Reference Number,Item Reference Number,Item Type,Item Description,Provider Name,App Version,\
        Review Title,Review Text,Created on,Rating,Removed?,Language,IP Address,User Agent\n";
    let old = format!(
        "{header}R1,7,App,Example App,Example GmbH,1.2,Nice,\"Old text\",2024-01-02T03:04:05Z,3,No,en,192.0.2.1,\"a, b\"\n"
    );
    let new = format!(
        "{header}R1,7,App,Example App,Example GmbH,1.3,\"*Very* nice\",\"First line,\nsecond \"\"line\"\"\n\n# no heading\",\
         2024-01-02T03:04:05Z,4.0,No,en,192.0.2.1,\"a, b\"\n\
         R2,8,App,Other #,Example GmbH,,,,N/A,six,Yes,en,192.0.2.1,\n"
    );
    let written =
        Written::of(&[("old", "a/Reviews.csv", old.as_bytes()), ("new", "a/Reviews.csv", new.as_bytes())]);
    assert_eq!(
        written.rows("SELECT created_utc, item, rating, title, text, version, removed FROM reviews"),
        [
            "-|Other #|-|-|-|-|1",
            "2024-01-02T03:04:05Z|Example App|4|*Very* nice|First line,\nsecond \"line\"\n\n# no heading|1.3|0",
        ]
    );
    assert_eq!(
        file(&written, "Purchases/reviews.md"),
        "# Reviews\n\n## Other \\#\n\nremoved\n\n## Example App\n\n★★★★☆ · 2024-01-02 · version 1.3\n\n\
         **\\*Very\\* nice**\n\nFirst line,\\\nsecond \"line\"\n\n\\# no heading\n"
    );
}

#[test]
fn devices_that_may_play_what_was_bought() {
    let rows = |enabled: &str| {
        format!(
            "Apple ID Number,Device Identifier,Device Name, Serial Number,Associated Date,Enabled?,\
             Latest Device User Agent String\n\
             1,id-1,Example Mac,C02INVENTED,2020-01-02T03:04:05Z,{enabled},\"iTunes/12.1, (Macintosh)\"\n"
        )
    };
    let path = "a/Customer Device History - Computer Authorizations.csv";
    let (old, new) = (rows("Yes"), rows("No"));
    let written = Written::of(&[("old", path, old.as_bytes()), ("new", path, new.as_bytes())]);
    assert_eq!(
        written
            .rows("SELECT device, associated_utc, enabled, list, serial, agent FROM device_authorisations"),
        ["Example Mac|2020-01-02T03:04:05Z|0|customer_device_history_computer_authorizations|C02INVENTED|\
          iTunes/12.1, (Macintosh)"]
    );
}

const ORDERS: &str = "a/Transaction History/Online Purchase History.csv";
const ORDERED: &str = "Customer Order Number,Order Date,Line Item,Description,Qty,Currency,Price Including Tax,\
    Payment Method,Invoice Number\n";

#[test]
fn the_same_line_of_an_order_counts_once() {
    let rows = "W1,2019-03-04,000100,Example Phone 64GB,1.0,EUR,\"1.234,00 €\",Visa,A1\n\
        W1,2019-03-04,000100,Example Phone 64GB,1.0,EUR,\"1.234,00 €\",Visa,A2\n\
        W1,2019-03-04,000200,Example Phone 64GB,1.0,EUR,\"1.234,00 €\",Visa,A1\n\
        W2,2020-03-04,,Example Cable,2,EUR,25.00,,\n\
        W2,2020-03-04,,Example Cable,2,EUR,25.00,,\n\
        ,,,,,,,,\n\
        ,,,,3,,2493.00,,\n";
    // the header again, as the first row
    let text = format!("{ORDERED}{ORDERED}{rows}");
    let written = Written::of(&[("one", ORDERS, text.as_bytes())]);
    assert_eq!(
        written.rows(
            "SELECT ordered_utc, item, quantity, amount, currency, order_number, line, payment, invoice_number FROM orders \
             WHERE order_number <> 'Customer Order Number'"
        ),
        [
            "2019-03-04|Example Phone 64GB|1|1234.00|EUR|W1|000100|Visa|A1",
            "2019-03-04|Example Phone 64GB|1|1234.00|EUR|W1|000200|Visa|A1",
            "2020-03-04|Example Cable|2|25.00|EUR|W2|-|-|-",
            "2020-03-04|Example Cable|2|25.00|EUR|W2|-|-|-",
        ]
    );
}

#[test]
fn a_header_that_is_a_row_again_is_no_order() {
    let text = format!("{ORDERED}{ORDERED}W1,2019-03-04,1,Example Phone,1,EUR,9.00,Visa,A1\n");
    let written = Written::of(&[("one", ORDERS, text.as_bytes())]);
    assert_eq!(written.rows("SELECT order_number FROM orders"), ["W1"]);
}

#[test]
fn a_newer_export_knows_an_order_better() {
    let old =
        format!("{ORDERED}W1,2019-03-04,1,Example Phone,1,EUR,9.00,,\nW0,2018-03-04,1,Older,1,EUR,9.00,,\n");
    let new = format!("{ORDERED}W1,2019-03-04,1,Example Phone,1,EUR,9.00,Visa,A1\n");
    let written = Written::of(&[("old", ORDERS, old.as_bytes()), ("new", ORDERS, new.as_bytes())]);
    assert_eq!(written.rows("SELECT order_number, payment FROM orders"), ["W0|-", "W1|Visa"]);
}

#[test]
fn a_device_and_its_history() {
    let orders = format!(
        "{ORDERED}W1,2019-03-04,1,EXAMPLE PHONE 64GB,1,EUR,899.00,Visa,A1\n\
         W1,2019-03-04,2,Example Cable,1,EUR,25.00,Visa,A1\n\
         W2,2021-03-04,1,Example Tag,2,EUR,70.00,Visa,A2\n\
         W3,2022-03-04,1,Example Pods,1,EUR,9.00,Visa,A3\nW4,2022-03-04,1,Example Pods,1,EUR,9.00,Visa,A4\n"
    );
    let details = "Purchase Date,Serial Number,Product Description\n\
        2019-03-04,SERIAL1,Example Phone 64GB\n2021-03-04,SERIAL2,Example Tag\n2021-03-04,SERIAL3,Example Tag\n\
        2022-03-04,SERIAL4,Example Pods\n2015-01-01,SERIAL5,Example Mac\n\
        \n\
        Warranty Start Date,Serial Number\n2019-03-06,SERIAL1\n2018-01-02,SERIAL6\n\
        \n\
        Agreement Start Date,Serial Number\n2019-03-07,SERIAL1\n";
    let repairs = "Repair Created Date,Serial Number,Description\n2020-05-06,SERIAL1,Screen\n2020-07-08,SERIAL1,Battery\n";
    let cases = "Creation Date,Case Title,Serial Number\n2020-05-05,Screen is broken,SERIAL1\n";
    let written = Written::of(&[
        ("one", ORDERS, orders.as_bytes()),
        ("one", "b/AppleCare Device Details.csv", details.as_bytes()),
        ("one", "b/AppleCare Repairs and Service.csv", repairs.as_bytes()),
        ("one", "b/AppleCare Cases.csv", cases.as_bytes()),
    ]);
    assert_eq!(
        written.rows(
            "SELECT bought_utc, item, serial, amount, order_number, warranty_utc, agreement_utc, repairs, cases \
             FROM hardware_bought"
        ),
        [
            // known by its warranty only
            "-|-|SERIAL6|-|-|2018-01-02|-|0|0",
            "2015-01-01|Example Mac|SERIAL5|-|-|-|-|0|0",
            "2019-03-04|EXAMPLE PHONE 64GB|SERIAL1|899.00|W1|2019-03-06|2019-03-07|2|1",
            "2019-03-04|Example Cable|-|25.00|W1|-|-|0|0",
            "2021-03-04|Example Tag|SERIAL2|70.00|W2|-|-|0|0",
            "2021-03-04|Example Tag|SERIAL3|70.00|W2|-|-|0|0",
            // two orders of the same thing on one day: nobody knows which
            "2022-03-04|Example Pods|-|9.00|W3|-|-|0|0",
            "2022-03-04|Example Pods|-|9.00|W4|-|-|0|0",
            "2022-03-04|Example Pods|SERIAL4|-|-|-|-|0|0",
        ]
    );
    assert_eq!(
        written
            .rows("SELECT at_utc, event, serial, item FROM device_history WHERE event IN ('repair', 'case')"),
        [
            "2020-05-05|case|SERIAL1|Screen is broken",
            "2020-05-06|repair|SERIAL1|Screen",
            "2020-07-08|repair|SERIAL1|Battery",
        ]
    );
}

#[test]
fn lines_around_a_list_of_repairs_are_none() {
    let partners = "AppleCare\nPartners\n\nList of repairs\nTimeStamp,Serial Number,Description\n\
        2020-01-02,SERIAL1,Battery\n2020-01-03,SERIAL2,Screen\nEnd of the list\n";
    let written =
        Written::of(&[("one", "b/AppleCare Partners Repairs and Service.csv", partners.as_bytes())]);
    assert_eq!(
        written.rows("SELECT at_utc, event, serial, item FROM device_history"),
        ["2020-01-02|repair|SERIAL1|Battery", "2020-01-03|repair|SERIAL2|Screen"]
    );
}

#[test]
fn an_installation_is_as_the_newest_export_has_it() {
    let header = "App Name,Application ID,Application Type,Client Event ID,Created Date,Device Identifier,\
        Device OS Version,Event Date,Installation Type,Origin,Platform Name,Store Front Name\n";
    let row = |kind: &str| {
        format!(
            "{header}Example App,org.example.app,App,E1,2024-01-03T00:00:00Z,d,18.1,2024-01-02T03:04:05Z,{kind},,iOS,DE\n"
        )
    };
    let (old, new) = (row("Install"), row("Update"));
    let written = Written::of(&[
        ("old", "a/App install activity.csv", old.as_bytes()),
        ("new", "a/App Install Activity.csv", new.as_bytes()),
    ]);
    assert_eq!(
        written.rows("SELECT at_utc, app, installation, kind, platform, store FROM app_installs"),
        ["2024-01-02T03:04:05Z|Example App|Update|App|iOS|DE"]
    );
}

/// What a file for other programs is.
fn file(written: &Written, path: &str) -> String {
    let files = elsewhere::files(&written.connection).unwrap();
    let found = files.iter().find(|file| file.path == path).expect("there is one");
    let mut bytes = Vec::new();
    found.write(&written.connection, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn lists_for_a_spreadsheet() {
    let bought = list(&[
        Bought { item: "\"North, Window\"", at: "2026-02-12T08:09:10Z", ..BOUGHT },
        Bought {
            item: "",
            app: "Album",
            amount: "by hand",
            payment: "",
            family: "Yes",
            at: "some day",
            ..BOUGHT
        },
        Bought { amount: "", refund: "$0.50", currency: "", ..BOUGHT },
    ]);
    let subscribed = format!("{SUBSCRIBED}1,2024-01-02T03:04:05Z,News,7,Monthly,,Example,,2.99,,,,Yes,,,,\n");
    let written = Written::of(&[
        ("one", HISTORY, bought.as_bytes()),
        ("one", "a/Subscription History.csv", subscribed.as_bytes()),
    ]);
    assert_eq!(
        file(&written, "Purchases/purchases.csv"),
        "date,type,item,seller,amount,currency,refund,order,payment,family,free,app\n\
         ,iOS and tvOS Apps,Album,Example GmbH,by hand,EUR,,XX1,,yes,,Album\n\
         2026-02-11T08:09:10Z,iOS and tvOS Apps,Example App,Example GmbH,,,0.50,XX1,Visa,no,yes,\n\
         2026-02-12T08:09:10Z,iOS and tvOS Apps,\"North, Window\",Example GmbH,3.99,EUR,,XX1,Visa,no,no,\n"
    );
    assert_eq!(
        file(&written, "Purchases/subscriptions.csv"),
        "started,type,item,app,seller,amount,currency,renews,disabled,enabled\n\
         2024-01-02T03:04:05Z,News,Monthly,,Example,2.99,,yes,,\n"
    );
    let paths: Vec<String> =
        elsewhere::files(&written.connection).unwrap().into_iter().map(|file| file.path).collect();
    assert!(!paths.contains(&"Purchases/reviews.md".to_owned()), "there are none");
}

#[test]
fn tables_and_views_are_there_without_any_row() {
    let written = Written::of(&[("one", "a/x.csv", b"A,B\n1,2\n")]);
    for name in [
        "purchases",
        "subscriptions",
        "downloads",
        "reviews",
        "device_authorisations",
        "orders",
        "device_history",
        "app_installs",
        "spending",
        "spend_by_year",
        "spend_by_app",
        "owned_apps",
        "invoice_check",
        "subscription_check",
        "hardware_bought",
    ] {
        assert_eq!(written.rows(&format!("SELECT * FROM {name}")), [""; 0], "{name}");
    }
    let empty =
        Written::of(&[("one", HISTORY, b""), ("one", "a/Subscription History.csv", SUBSCRIBED.as_bytes())]);
    assert_eq!(empty.rows("SELECT * FROM subscriptions"), [""; 0]);
    assert_eq!(elsewhere::files(&empty.connection).unwrap().len(), 0);
}

#[test]
fn columns_are_those_of_the_contract() {
    let written = Written::of(&[("one", "a/x.csv", b"A,B\n1,2\n")]);
    for (table, columns) in [
        ("purchases", "bought_utc,kind,item,seller,amount,currency,refund,order_number,payment,family,free"),
        ("subscriptions", "started_utc,item,seller,amount,currency,renews,disabled_utc"),
        ("downloads", "at_utc,kind,item,device"),
        ("spend_by_year", "year,currency,paid_in,consumed,refunded"),
        ("spend_by_app", "item,currency,amount,purchases"),
        ("owned_apps", "item,seller,first_utc"),
        ("reviews", "created_utc,item,rating,title,text"),
    ] {
        let names = written.rows(&format!("SELECT name FROM pragma_table_info('{table}')"));
        assert!(names.join(",").starts_with(&format!("{columns},")), "{table}: {names:?}");
    }
    for (table, headers) in HEADERS {
        let names = written.rows(&format!("SELECT name FROM pragma_table_info('{table}')"));
        for (column, _) in *headers {
            let is_time = names.contains(&format!("{column}_utc"));
            assert!(is_time || names.contains(&(*column).to_owned()), "{table}.{column}");
        }
    }
}

#[test]
fn a_hundred_thousand_rows() {
    let mut old = NEW.to_owned();
    let mut fetched = FETCHED.to_owned();
    for n in 0..100_000 {
        let (day, second, item) = (1 + n % 28, n % 60, format!("App {}", n % 5_000));
        let at = format!("2024-01-{day:02}T03:04:{second:02}Z");
        if n < 10_000 {
            old.push_str(&Bought { at: &at, item: &item, order: &format!("X{n}"), ..BOUGHT }.row());
        }
        let _ = writeln!(fetched, "1,{at},{item},{n},iOS and tvOS Apps,1,Example GmbH,iPhone,192.0.2.1,d");
    }
    let new = old.clone() + &BOUGHT.row();
    let file = "a/Store Re-download and Update History.csv";
    let begun = Instant::now();
    let written = Written::of(&[
        ("old", HISTORY, old.as_bytes()),
        ("new", HISTORY, new.as_bytes()),
        ("new", file, fetched.as_bytes()),
    ]);
    assert_eq!(written.rows("SELECT count(*) FROM purchases"), ["10001"]);
    assert_eq!(
        written.rows("SELECT count(DISTINCT kind), sum(swapped), count(*) FROM downloads"),
        ["1|100000|100000"]
    );
    assert_eq!(written.rows(SPEND), ["2024|EUR|39900.00|39900.00|0.00|-|0", "2026|EUR|3.99|3.99|0.00|-|0"]);
    // nothing grows with the square of the rows, however slow the machine
    assert!(begun.elapsed().as_secs() < 120, "{:?}", begun.elapsed());
}
