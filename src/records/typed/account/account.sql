-- The account and what belongs to it.

CREATE TABLE devices (
    -- A device of the account each.
    name           TEXT,
    model          TEXT,
    serial         TEXT,
    added_utc      TEXT,
    last_seen_utc  TEXT,              -- when Apple heard of it last
    added_raw      TEXT, added_basis TEXT NOT NULL,
    last_seen_raw  TEXT, last_seen_basis TEXT NOT NULL,
    os             TEXT,
    imei           TEXT,
    meid           TEXT,
    iccid          TEXT,
    phone          TEXT,
    last_ip        TEXT,
    time_zone      TEXT,
    locale         TEXT
) STRICT;

CREATE TABLE sign_ins (
    -- A sign-in each; Apple keeps only those of late.
    at_utc         TEXT,
    application    TEXT,
    ip             TEXT,
    at_raw         TEXT, at_basis TEXT NOT NULL
) STRICT;

CREATE TABLE aliases (
    -- An address of Hide My Email each. Which column says what is known by the words of its title, and an address by
    -- its `@`; whatever is not understood is in the raw table alone.
    address        TEXT,
    label          TEXT,              -- what it was made for
    note           TEXT,
    created_utc    TEXT,
    created_raw    TEXT, created_basis TEXT NOT NULL,
    forwards_to    TEXT
) STRICT;

CREATE TABLE apps_signed_in (
    -- An app each that its owner signs in to with the account.
    app            TEXT,
    first_utc      TEXT,
    latest_utc     TEXT,
    first_raw      TEXT, first_basis TEXT NOT NULL,
    latest_raw     TEXT, latest_basis TEXT NOT NULL,
    version        TEXT
) STRICT;

CREATE TABLE wallet_cards (
    -- A card in Wallet each.
    name           TEXT,
    device         TEXT,
    added_utc      TEXT,
    added_raw      TEXT, added_basis TEXT NOT NULL,
    issuer         TEXT
) STRICT;
