-- Records.sqlite of a Windfall library: what Apple delivered besides photos, as tables.
-- The comments within a statement are part of the file, so `.schema notes` in the sqlite3 shell shows them. Of each
-- table the columns that people ask for come first; what proves and explains them stands behind.
--
-- Nothing known is NULL, never an empty text. A flag is 0 or 1. A time `x` is three columns:
--   x_utc    RFC 3339 in UTC, or only a day where the source has no hour
--   x_raw    what the source says, verbatim
--   x_basis  stated, assumed:<time zone>, date-only, or none

CREATE TABLE notes (
    -- A note each.
    title          TEXT,
    folder         TEXT,              -- the owner's; NULL: in none
    path           TEXT NOT NULL,     -- of its Markdown, in the library
    created_utc    TEXT,
    modified_utc   TEXT,
    pinned         INTEGER NOT NULL,
    deleted        INTEGER NOT NULL,  -- it lies in Recently Deleted
    shared         INTEGER NOT NULL,  -- its people are in note_participants
    words          INTEGER,           -- NULL: it has no text
    attachments    INTEGER NOT NULL,  -- how many; they are in note_attachments
    dates_basis    TEXT NOT NULL,     -- the weaker one of its two dates
    created_raw    TEXT, created_basis TEXT NOT NULL,
    modified_raw   TEXT, modified_basis TEXT NOT NULL,
    drawing        INTEGER NOT NULL,  -- handwriting or a drawing
    match_rule     TEXT,              -- by what its row in Apple's list was found: title, first-line …, ambiguous
    content_hash   TEXT,              -- as Apple states it; of what, nobody knows
    source         TEXT,              -- what it was made of: the path in the export
    id             INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE note_attachments (
    -- A file of a note each.
    note           INTEGER NOT NULL REFERENCES notes (id),
    position       INTEGER NOT NULL,  -- in the order of reading, from 1
    path           TEXT NOT NULL,     -- in the library
    size           INTEGER NOT NULL,
    blake3         TEXT NOT NULL
) STRICT;

CREATE TABLE note_participants (
    -- Somebody who sees a shared note each. Addresses are masked by Apple.
    note           INTEGER NOT NULL REFERENCES notes (id),
    name           TEXT,
    email_masked   TEXT,
    permission     TEXT,              -- READ_WRITE, READ_ONLY
    status         TEXT,              -- ACCEPTED, INVITED
    role           TEXT NOT NULL      -- owner, participant
) STRICT;

CREATE TABLE drive_files (
    -- A file of iCloud Drive each.
    path           TEXT NOT NULL,     -- in the library
    title          TEXT,              -- its name as it was delivered
    size           INTEGER NOT NULL,
    blake3         TEXT NOT NULL,
    base_hash      TEXT,              -- as Apple's list states it
    created_utc    TEXT,              -- when iCloud got it, which is not when it was written
    modified_utc   TEXT,
    favourite      INTEGER,
    executable     INTEGER,
    match_rule     TEXT,              -- by what its row was found: name-and-size …, ambiguous; NULL: no row
    created_raw    TEXT, created_basis TEXT NOT NULL,
    modified_raw   TEXT, modified_basis TEXT NOT NULL,
    opened_utc     TEXT, opened_raw TEXT, opened_basis TEXT NOT NULL,
    listed_size    INTEGER,           -- where Apple's list states another size
    proved         INTEGER NOT NULL   -- base_hash is of these bytes, as far as anybody can tell
) STRICT;

CREATE TABLE contacts (
    -- A card each.
    uid            TEXT,
    name           TEXT,
    organisation   TEXT,
    phones         TEXT,              -- as written, `; ` between them
    emails         TEXT,              -- likewise
    birthday       TEXT,              -- 1985-04-12, or --04-12 without a year
    has_photo      INTEGER NOT NULL,
    groups         TEXT,              -- `; ` between them
    path           TEXT NOT NULL,     -- of the file with the card, in the library
    kind           TEXT NOT NULL      -- person, company, group
) STRICT;

CREATE TABLE calendars (
    -- A calendar or a list of tasks each.
    name           TEXT,
    kind           TEXT NOT NULL,     -- events, tasks, events and tasks, empty
    time_zone      TEXT,
    path           TEXT NOT NULL      -- in the library
) STRICT;

CREATE TABLE events (
    -- An event or a series of them each; what replaces one of a series has no row.
    uid            TEXT,
    calendar       TEXT,              -- its name
    starts_utc     TEXT,              -- of an all-day event the day
    ends_utc       TEXT,              -- of an all-day event the day after the last
    all_day        INTEGER NOT NULL,
    rule           TEXT,              -- how it repeats: RRULE
    summary        TEXT,
    location       TEXT,
    latitude       REAL,
    longitude      REAL,
    starts_raw     TEXT, starts_basis TEXT NOT NULL,
    ends_raw       TEXT, ends_basis TEXT NOT NULL,
    starts_day     TEXT,              -- the day on the clock that the file means
    ends_day       TEXT
) STRICT;

CREATE TABLE tasks (
    -- A reminder each.
    uid            TEXT,
    list           TEXT,              -- its name
    summary        TEXT,
    due_utc        TEXT,
    done           INTEGER NOT NULL,
    path           TEXT NOT NULL,     -- of the file with the list, in the library
    due_raw        TEXT, due_basis TEXT NOT NULL,
    due_day        TEXT               -- the day on the clock that the file means
) STRICT;

CREATE TABLE messages (
    -- A message each. To search them: messages_fts, joined by its rowid.
    path           TEXT NOT NULL,     -- of the file with the message, in the library
    folder         TEXT,
    message_id     TEXT,
    sent_utc       TEXT,
    sender         TEXT,
    recipients     TEXT,              -- To, Cc and Bcc
    subject        TEXT,
    size           INTEGER NOT NULL,  -- of its file, or of its part of the mbox
    attachments    INTEGER NOT NULL,  -- how many
    blake3         TEXT NOT NULL,     -- likewise
    sent_raw       TEXT,
    sent_basis     TEXT NOT NULL,     -- stated: by Date; received: by Received; none
    attachment_names TEXT,            -- of those that have one, `; ` between them
    flags          INTEGER,           -- of Apple Mail, where delivered: 1 read, 4 answered, 16 flagged …
    mbox_offset    INTEGER,           -- where it begins in the mbox at `path`; NULL: it is a file of its own
    id             INTEGER PRIMARY KEY,
    body           TEXT               -- what it says without its markup, for the search; at most the first 1 MiB
) STRICT;

CREATE VIEW messages_searched AS
    -- What messages_fts is about.
    SELECT id, subject, sender AS "from", recipients AS "to", body FROM messages;

-- The text is in `messages` alone: this is only the index.
CREATE VIRTUAL TABLE messages_fts USING fts5(
    subject, "from", "to", body,
    content='messages_searched', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);

CREATE TABLE bookmarks (
    -- A bookmark or an article of the reading list each.
    title          TEXT,
    url            TEXT,
    modified_utc   TEXT,              -- when it was changed last, else when it was made
    favourite      INTEGER NOT NULL,
    deleted        INTEGER NOT NULL,
    folder         TEXT,              -- `/` between those within each other; NULL: in none, or nobody says
    reading_list   INTEGER NOT NULL,
    modified_raw   TEXT, modified_basis TEXT NOT NULL,
    host           TEXT,              -- of the address, without `www.`
    note           TEXT,              -- of an article its first lines
    source         TEXT               -- the file that it was in, without its ending
) STRICT;

CREATE TABLE _sources (
    -- A delivered file each. Where its lines are counted,
    -- lines = header_lines + rows + preamble + footer + blank + bad.
    archive        TEXT NOT NULL,
    entry          TEXT NOT NULL,     -- its path in the archive, below the wrapper
    size           INTEGER NOT NULL,
    blake3         TEXT NOT NULL,
    encoding       TEXT,
    lines          INTEGER,           -- a record is one, however many physical lines it spans
    physical_lines INTEGER,           -- as an editor counts them
    header_lines   INTEGER,
    rows           INTEGER,           -- of what has no lines: items in it
    preamble       INTEGER,           -- lines before the header
    footer         INTEGER,           -- lines after the last row
    blank          INTEGER,
    bad            INTEGER,           -- what should be a row and cannot be read
    duplicate_of   INTEGER REFERENCES _sources (id), -- a file with the same bytes, whose rows count
    id             INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE _columns (
    -- A column of these tables each.
    "table"        TEXT NOT NULL,
    position       INTEGER NOT NULL,  -- from 1
    name           TEXT NOT NULL,
    header         TEXT,              -- what it is called in what Apple delivered
    type           TEXT NOT NULL      -- TEXT, INTEGER, REAL
) STRICT;
