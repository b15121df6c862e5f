-- Where the owner was, as far as iCloud's features know it, and whom and what they met there.

CREATE TABLE places (
    -- A place each, once for every time that it was looked up or used; of some no time is known.
    name           TEXT,
    address        TEXT,
    latitude       REAL,
    longitude      REAL,
    at_utc         TEXT,
    at_raw         TEXT, at_basis TEXT NOT NULL
) STRICT;

CREATE TABLE known_networks (
    -- A Wi-Fi network each. Nothing else that is known of it is here, for it may be a key.
    ssid           TEXT,
    added_utc      TEXT,
    added_raw      TEXT, added_basis TEXT NOT NULL
) STRICT;

CREATE TABLE recent_correspondents (
    -- Somebody each to whom mail was written, or of whom a program noted the address.
    address        TEXT,
    name           TEXT,
    first_utc      TEXT,
    last_utc       TEXT,
    times          INTEGER NOT NULL,  -- how many there are from first to last
    first_raw      TEXT, first_basis TEXT NOT NULL,
    last_raw       TEXT, last_basis TEXT NOT NULL
) STRICT;
