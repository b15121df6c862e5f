CREATE TABLE book_annotations (
    -- A highlight, a note or a mark in a book each.
    book           TEXT,              -- its title
    created_utc    TEXT,
    quote          TEXT,
    note           TEXT,
    location       TEXT,              -- as it was delivered
    created_raw    TEXT, created_basis TEXT NOT NULL,
    modified_utc   TEXT, modified_raw TEXT, modified_basis TEXT NOT NULL,
    kind           TEXT,              -- Point, Global …, as it was delivered
    book_id        TEXT
) STRICT;

CREATE TABLE book_collections (
    -- A collection of books each.
    title          TEXT,
    modified_utc   TEXT,
    deleted        INTEGER,
    items          INTEGER,           -- how many; NULL: nobody says
    modified_raw   TEXT, modified_basis TEXT NOT NULL,
    contents       TEXT               -- JSON, as it was delivered
) STRICT;
