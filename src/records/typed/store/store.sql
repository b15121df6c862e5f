-- What was bought, taken and reviewed. An amount `x` is:
--   x        decimals as they are written, with a point
--   x_raw    what the source says, verbatim; NULL: nothing, or a word for it
--   x_parts  the same in 1/10000, for exact sums; NULL: it cannot be read, or nobody pays that much
-- The currency is what the list states, else what the sign beside the number says where only one country has it.

CREATE TABLE purchases (
    -- A line of an invoice of the App Store, iTunes Store and Apple's services each, and what was taken for nothing.
    bought_utc     TEXT,
    kind           TEXT,              -- Apple's Content Type
    item           TEXT,
    seller         TEXT,
    amount         TEXT,
    currency       TEXT,              -- a code; NULL: nobody says
    refund         TEXT,              -- what came back of it, never negative
    order_number   TEXT,
    payment        TEXT,
    family         INTEGER,           -- somebody else of the family bought it; NULL: nobody says
    free           INTEGER,           -- NULL: there is an amount that cannot be read
    bought_raw     TEXT, bought_basis TEXT NOT NULL,
    amount_raw     TEXT,
    refund_raw     TEXT,
    currency_sign  TEXT,              -- what stands beside the number
    app            TEXT,              -- what the item is part of: the app of a subscription, the album of a song
    chargeback     INTEGER,           -- the bank took the payment back
    redeemed       INTEGER,           -- with a code
    document       TEXT,              -- the number of the invoice
    invoiced_utc   TEXT,
    invoiced_raw   TEXT, invoiced_basis TEXT NOT NULL,
    invoice_tax    TEXT,              -- of the whole invoice, as the next: the same on each line of it
    invoice_total  TEXT,
    item_reference TEXT,
    app_reference  TEXT,
    device         TEXT,
    top_up         INTEGER NOT NULL,  -- a gift certificate: money that is there to be spent
    credit         INTEGER NOT NULL,  -- paid with such money
    lasting        INTEGER NOT NULL,  -- an app, a song, a film: no subscription, rental, top-up or part of an app
    amount_parts   INTEGER,
    refund_parts   INTEGER,
    invoice_tax_parts INTEGER,
    invoice_total_parts INTEGER
) STRICT;

CREATE TABLE subscriptions (
    -- A subscription each, as its newest export has it.
    started_utc    TEXT,
    item           TEXT,
    seller         TEXT,
    amount         TEXT,
    currency       TEXT,              -- this list states none in any year known, so mostly it is what the sign says
    renews         INTEGER,
    disabled_utc   TEXT,              -- when renewing was last turned off
    started_raw    TEXT, started_basis TEXT NOT NULL,
    disabled_raw   TEXT, disabled_basis TEXT NOT NULL,
    enabled_utc    TEXT,              -- when renewing was last turned on
    enabled_raw    TEXT, enabled_basis TEXT NOT NULL,
    kind           TEXT,              -- Apple's Content Type
    app            TEXT,
    amount_raw     TEXT,
    currency_sign  TEXT,
    bundle         INTEGER,           -- part of a bundle of subscriptions
    partner        TEXT,
    order_number   TEXT,
    item_reference TEXT,
    app_reference  TEXT,
    device         TEXT,
    amount_parts   INTEGER
) STRICT;

CREATE TABLE downloads (
    -- A download or an update each of what was bought before.
    at_utc         TEXT,
    kind           TEXT,              -- Apple's Content Type
    item           TEXT,
    device         TEXT,
    at_raw         TEXT, at_basis TEXT NOT NULL,
    version        TEXT,
    seller         TEXT,
    item_reference TEXT,
    list           TEXT NOT NULL,     -- the raw table that it is of, without `raw_`
    swapped        INTEGER NOT NULL   -- Apple had kind and item in each other's columns
) STRICT;

CREATE TABLE reviews (
    -- A review each that the owner wrote in a store.
    created_utc    TEXT,
    item           TEXT,
    rating         INTEGER,           -- stars
    title          TEXT,
    text           TEXT,
    created_raw    TEXT, created_basis TEXT NOT NULL,
    kind           TEXT,              -- of the item
    provider       TEXT,
    version        TEXT,              -- of the app
    language       TEXT,
    removed        INTEGER,
    item_reference TEXT,
    review_reference TEXT
) STRICT;

CREATE TABLE device_authorisations (
    -- A device each that was allowed to play or fetch what the account bought.
    device         TEXT,              -- its name
    associated_utc TEXT,
    enabled        INTEGER,
    associated_raw TEXT, associated_basis TEXT NOT NULL,
    list           TEXT NOT NULL,     -- the raw table that it is of, without `raw_`
    serial         TEXT,
    identifier     TEXT,
    agent          TEXT               -- how its software called itself last
) STRICT;

CREATE TABLE orders (
    -- A line of an order at apple.com or an Apple Store each. Apple lists some lines twice; here they are once.
    ordered_utc    TEXT,
    item           TEXT,
    quantity       INTEGER,
    amount         TEXT,              -- as listed; whether of one piece or of all, nobody says
    currency       TEXT,
    order_number   TEXT,
    line           TEXT,
    payment        TEXT,
    invoice_number TEXT,
    ordered_raw    TEXT, ordered_basis TEXT NOT NULL,
    quantity_raw   TEXT,
    amount_raw     TEXT,
    currency_sign  TEXT,
    amount_parts   INTEGER
) STRICT;

CREATE TABLE device_history (
    -- What AppleCare knows of the owner's devices: an event each.
    at_utc         TEXT,
    event          TEXT NOT NULL,     -- bought, warranty, agreement (each when it began), repair, case, registered
    serial         TEXT,
    item           TEXT,              -- the device, or what the case or the repair is about
    ends_utc       TEXT,              -- of a warranty or an agreement, where the list says so
    at_raw         TEXT, at_basis TEXT NOT NULL,
    ends_raw       TEXT, ends_basis TEXT NOT NULL,
    list           TEXT NOT NULL      -- the raw table that it is of, without `raw_`
) STRICT;

CREATE INDEX device_history_of_serial ON device_history (serial);

CREATE TABLE app_installs (
    -- An app each that was put on a device, updated or taken from it.
    at_utc         TEXT,
    app            TEXT,
    installation   TEXT,              -- Apple's Installation Type
    kind           TEXT,              -- Apple's Application Type
    at_raw         TEXT, at_basis TEXT NOT NULL,
    platform       TEXT,
    system_version TEXT,
    store          TEXT,
    origin         TEXT,
    application_id TEXT,
    event_id       TEXT
) STRICT;

CREATE VIEW spending AS
    -- What the owner paid: purchases without the free ones and without those of the family, which are others' money.
    -- A purchase of which nobody says whose it is counts as the owner's. A chargeback counts as refunded in full.
    SELECT substr(bought_utc, 1, 4) AS year, bought_utc, kind, coalesce(app, item) AS app, item, seller,
        currency, currency_sign, amount_parts, top_up, credit,
        iif(chargeback = 1, max(coalesce(amount_parts, 0), coalesce(refund_parts, 0)), coalesce(refund_parts, 0))
            AS refund_parts,
        max(iif(instr(amount, '.'), length(amount) - instr(amount, '.'), 0),
            iif(instr(refund, '.'), length(refund) - instr(refund, '.'), 0),
            0) AS places,
        free IS NULL OR free = 0 AND amount_parts IS NULL OR refund_raw IS NOT NULL AND refund IS NULL AS unread
    FROM purchases
    WHERE coalesce(family, 0) = 0 AND (free IS NOT 1 OR refund_parts <> 0);

CREATE VIEW spend_by_year AS
    -- Money by year and currency. A top-up and what is later paid with it are the same money, so there are two sums,
    -- and they are never added: `paid_in` is all that was not paid with store credit, `consumed` all but top-ups.
    -- `refunded` came back of either. What has no known currency is apart by the sign that it has.
    SELECT year, currency,
        iif(paid_in < 0, '-', '') || (abs(paid_in) / 10000)
            || iif(places, '.' || substr(printf('%04d', abs(paid_in) % 10000), 1, places), '') AS paid_in,
        iif(consumed < 0, '-', '') || (abs(consumed) / 10000)
            || iif(places, '.' || substr(printf('%04d', abs(consumed) % 10000), 1, places), '') AS consumed,
        (refunded / 10000)
            || iif(places, '.' || substr(printf('%04d', refunded % 10000), 1, places), '') AS refunded,
        currency_sign, purchases,
        unread -- amounts that cannot be read and are in no sum
    FROM (
        SELECT year, currency, iif(currency IS NULL, currency_sign, NULL) AS currency_sign,
            coalesce(sum(iif(credit, 0, amount_parts)), 0) AS paid_in,
            coalesce(sum(iif(top_up, 0, amount_parts)), 0) AS consumed,
            sum(refund_parts) AS refunded, min(max(places), 4) AS places, count(*) AS purchases, sum(unread) AS unread
        FROM spending GROUP BY 1, 2, 3
    )
    ORDER BY year, currency, currency_sign;

CREATE VIEW spend_by_app AS
    -- Money by app, album or series and currency, without what was refunded, the dearest first. Top-ups buy none.
    SELECT item, currency,
        iif(parts < 0, '-', '') || (abs(parts) / 10000)
            || iif(places, '.' || substr(printf('%04d', abs(parts) % 10000), 1, places), '') AS amount,
        purchases, currency_sign, first_utc, last_utc,
        unread -- amounts that cannot be read and are in no sum
    FROM (
        SELECT app AS item, currency, iif(currency IS NULL, currency_sign, NULL) AS currency_sign,
            coalesce(sum(amount_parts), 0) - sum(refund_parts) AS parts, min(max(places), 4) AS places,
            count(*) AS purchases, min(bought_utc) AS first_utc, max(bought_utc) AS last_utc, sum(unread) AS unread
        FROM spending WHERE NOT top_up GROUP BY 1, 2, 3
    )
    ORDER BY currency, currency_sign, parts DESC, item;

CREATE VIEW owned_apps AS
    -- Apps, songs, films and books that the owner bought or took for nothing and did not give back. Not in it: what the
    -- family bought, subscriptions, rentals, what is bought within apps, and anything whose kind nobody states.
    SELECT item, seller, min(bought_utc) AS first_utc, kind, item_reference
    FROM purchases
    WHERE lasting AND coalesce(item, item_reference) IS NOT NULL
        AND coalesce(family, 0) = 0 AND coalesce(chargeback, 0) = 0
        AND NOT (coalesce(amount_parts, 0) > 0 AND coalesce(refund_parts, 0) >= amount_parts)
    GROUP BY coalesce(item_reference, item || char(31) || coalesce(seller, ''))
    ORDER BY item, seller, item_reference;

CREATE VIEW invoice_check AS
    -- Invoices whose items do not add up to what they state in all. Where tax is not in the prices, the difference is the
    -- tax.
    SELECT invoice, invoiced_utc, currency,
        iif(parts < 0, '-', '') || (abs(parts) / 10000)
            || iif(places, '.' || substr(printf('%04d', abs(parts) % 10000), 1, places), '') AS items_total,
        invoice_total, invoice_tax,
        iif(least < parts, '-', '') || (abs(least - parts) / 10000)
            || iif(places, '.' || substr(printf('%04d', abs(least - parts) % 10000), 1, places), '') AS difference,
        items,
        unread -- items whose amount cannot be read
    FROM (
        SELECT coalesce(document, order_number) AS invoice, min(invoiced_utc) AS invoiced_utc, currency,
            coalesce(sum(amount_parts), 0) AS parts, count(*) AS items,
            min(invoice_total) AS invoice_total, min(invoice_tax) AS invoice_tax,
            min(invoice_total_parts) AS least, max(invoice_total_parts) AS most,
            sum(free IS NULL OR free = 0 AND amount_parts IS NULL) AS unread,
            min(max(max(iif(instr(amount, '.'), length(amount) - instr(amount, '.'), 0)),
                max(iif(instr(invoice_total, '.'), length(invoice_total) - instr(invoice_total, '.'), 0)), 0), 4)
                AS places
        FROM purchases WHERE coalesce(document, order_number) IS NOT NULL GROUP BY 1, 3
    )
    WHERE least <> parts OR most <> parts
    ORDER BY invoiced_utc, invoice, currency;

CREATE VIEW subscription_check AS
    -- Subscriptions with an order number that no purchase has.
    SELECT order_number, item, started_utc FROM subscriptions
    WHERE order_number IS NOT NULL AND order_number NOT IN (
        SELECT order_number FROM purchases WHERE order_number IS NOT NULL
    )
    ORDER BY started_utc, order_number, item;

CREATE VIEW hardware_bought AS
    -- The owner's devices: lines of orders, and what AppleCare knows to be bought, covered or registered. The two are one
    -- row where they name the same thing on the same day, as many pieces of it; nothing else is taken for one.
    WITH ordered AS (
        SELECT rowid AS "order", quantity, substr(ordered_utc, 1, 10) AS day, lower(replace(item, ' ', '')) AS name,
            count(*) OVER (PARTITION BY substr(ordered_utc, 1, 10), lower(replace(item, ' ', ''))) AS alike
        FROM orders
    ), bought AS (
        SELECT at_utc, item, serial, substr(at_utc, 1, 10) AS day, lower(replace(item, ' ', '')) AS name,
            count(*) OVER (PARTITION BY substr(at_utc, 1, 10), lower(replace(item, ' ', ''))) AS alike
        FROM device_history WHERE event = 'bought'
    ), known AS (
        SELECT at_utc AS bought_utc, item, serial, day, name, alike FROM bought
        UNION ALL
        SELECT NULL, max(item), serial, NULL, NULL, NULL FROM device_history
        WHERE event IN ('warranty', 'agreement', 'registered') AND serial IS NOT NULL
            AND serial NOT IN (SELECT serial FROM bought WHERE serial IS NOT NULL)
        GROUP BY serial
    ), matched AS (
        SELECT known.serial, known.item AS known_item, known.bought_utc, ordered."order"
        FROM known LEFT JOIN ordered
            ON known.day = ordered.day AND known.name = ordered.name AND ordered.alike = 1
            AND known.alike = coalesce(ordered.quantity, 1)
    ), joined AS (
        SELECT coalesce(orders.ordered_utc, matched.bought_utc) AS bought_utc,
            coalesce(orders.item, matched.known_item) AS item,
            serial, amount, currency, order_number, line
        FROM matched LEFT JOIN orders ON orders.rowid = matched."order"
        UNION ALL
        SELECT ordered_utc, item, NULL, amount, currency, order_number, line FROM orders
        WHERE rowid NOT IN (SELECT "order" FROM matched WHERE "order" IS NOT NULL)
    )
    SELECT bought_utc, item, serial, amount, currency, order_number, line,
        (SELECT min(at_utc) FROM device_history AS history
            WHERE history.serial = joined.serial AND event = 'warranty') AS warranty_utc,
        (SELECT max(ends_utc) FROM device_history AS history
            WHERE history.serial = joined.serial AND event = 'warranty') AS warranty_ends_utc,
        (SELECT min(at_utc) FROM device_history AS history
            WHERE history.serial = joined.serial AND event = 'agreement') AS agreement_utc,
        (SELECT count(*) FROM device_history AS history
            WHERE history.serial = joined.serial AND event = 'repair') AS repairs,
        (SELECT count(*) FROM device_history AS history
            WHERE history.serial = joined.serial AND event = 'case') AS cases
    FROM joined
    ORDER BY bought_utc, item, serial, order_number, line;
