-- The catalog of a Windfall library: what is here, where it came from, how it was proved.
-- Open it read-only with the sqlite3 shell (or DuckDB's sqlite extension); the views at the end
-- answer the usual questions. Sizes are bytes, hashes lower-case hex, times RFC 3339.

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE exports (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,              -- without the part number
    total INTEGER,                    -- parts that Apple announced; NULL: no name says it
    built TEXT,                       -- when Apple built it
    label TEXT NOT NULL UNIQUE,       -- its folder below .windfall/details
    category TEXT NOT NULL            -- what most of it is: photos, notes, …
) STRICT;

CREATE TABLE parts (
    id         INTEGER PRIMARY KEY,
    export     INTEGER NOT NULL REFERENCES exports,
    number     INTEGER NOT NULL,
    unfinished INTEGER NOT NULL DEFAULT 0, -- 1: every run that was given it was killed, so nobody was told of it
    UNIQUE (export, number)
) STRICT;

CREATE TABLE archives (
    id        INTEGER PRIMARY KEY,
    name      TEXT NOT NULL,          -- nested: Outer.zip/Inner.zip
    size      INTEGER,                -- of a zip; a folder has none
    directory TEXT,                   -- BLAKE3 of a zip's central directory
    complete  INTEGER NOT NULL DEFAULT 0   -- 1: every entry of it was read, and it is undamaged
) STRICT;

-- Distinct bytes, wherever and how often they stand.
CREATE TABLE contents (
    id                 INTEGER PRIMARY KEY,
    blake3             TEXT NOT NULL, -- no two are alike; random values make an index dear
    size               INTEGER NOT NULL,
    crc32              INTEGER NOT NULL,
    fingerprint        TEXT,          -- Apple's checksum of these bytes, as computed
    cut_short          INTEGER NOT NULL DEFAULT 0,
    format             TEXT,
    exif_time          TEXT, exif_offset INTEGER,
    quicktime_time     TEXT, quicktime_offset INTEGER,
    utc_time           TEXT,
    latitude           REAL, longitude REAL,
    make               TEXT, model TEXT,
    content_identifier TEXT,
    exif_standard      TEXT,          -- exif, xmp or iptc: what exif_time is written by; NULL: exif
    width              INTEGER, height INTEGER, -- pixels, turned as the file says; NULL: not known
    duration           REAL,          -- seconds, of a movie
    country_code       TEXT, country TEXT, region TEXT, city TEXT -- what a person calls the position; English
) STRICT;

-- Contents that are durable in .windfall/staging, and perhaps placed already.
CREATE TABLE staged (content INTEGER PRIMARY KEY REFERENCES contents) STRICT;

-- Every entry that was read to its end, whether its bytes were new or not.
CREATE TABLE entries (
    archive  INTEGER NOT NULL REFERENCES archives,
    position INTEGER NOT NULL,        -- order in the archive
    part     INTEGER NOT NULL REFERENCES parts,
    path     TEXT NOT NULL,           -- verbatim
    inner    TEXT NOT NULL,           -- inside the part
    sort     TEXT NOT NULL,           -- what it is to its category: photo, album, note, drive-file, table …
    size     INTEGER NOT NULL,
    modified TEXT,
    content  INTEGER NOT NULL REFERENCES contents,
    PRIMARY KEY (archive, position)
) STRICT, WITHOUT ROWID;

-- Files of the library. Links, lists, copies, sidecars and what is made of these files are in `derived`.
CREATE TABLE files (
    path               TEXT PRIMARY KEY,
    area               TEXT NOT NULL, -- media: a photo, a video or what belongs to one; details: Apple's own; other
    content            INTEGER NOT NULL REFERENCES contents,
    kind               TEXT,          -- photo, video, adjustment, other
    original_name      TEXT,
    proved             INTEGER NOT NULL DEFAULT 0, -- Apple's checksum is that of what was delivered
    captured           TEXT,          -- local time and offset where it was taken
    captured_from      TEXT,
    rule               TEXT,          -- the rule of capture time that decided: embedded-agrees, row-alone …
    evidence           TEXT,          -- JSON: what each source said
    imported_to_icloud TEXT,
    favorite           INTEGER NOT NULL DEFAULT 0,
    hidden             INTEGER NOT NULL DEFAULT 0,
    deleted            INTEGER NOT NULL DEFAULT 0,
    view_count         INTEGER,
    contributed_by_me  INTEGER,
    live_photo         TEXT,          -- the other half
    companion_of       TEXT,          -- the still of an adjustment or RAW
    modified           TEXT,          -- the time it was given; NULL: its dates or its entry say it
    category           TEXT NOT NULL DEFAULT 'photos', -- what kind of data it is: photos, notes, drive …
    verified           TEXT,          -- when its bytes were last read and agreed; UTC
    damage             TEXT,          -- what was wrong with it when somebody last looked: damaged, changed, missing
    damage_found       TEXT,          -- when that was found; UTC
    original           INTEGER REFERENCES contents -- what Apple delivered, where the owner's edit stands in its place
) STRICT, WITHOUT ROWID;

-- What its owner left out on purpose: no import brings these bytes back.
CREATE TABLE forgotten (
    content   INTEGER NOT NULL REFERENCES contents,
    path      TEXT NOT NULL,          -- where it stood
    kept      TEXT,                   -- where its bytes are now, below .windfall/forgotten; NULL: nowhere
    forgotten TEXT NOT NULL,          -- when; UTC
    went_with TEXT,                   -- the path of the file that it went along with: the other half, the still
    record    TEXT NOT NULL,          -- JSON: all that `files` and `memberships` said of it
    PRIMARY KEY (content, path)
) STRICT, WITHOUT ROWID;

-- Files that the owner had moved, and that are being moved. Durable before the first rename.
CREATE TABLE moves (
    run      INTEGER NOT NULL,        -- ascending
    position INTEGER NOT NULL,        -- the order of one run
    command  TEXT NOT NULL,           -- arrange, undo, forget, bring-back, read-through; owner: by hand
    old      TEXT NOT NULL,
    new      TEXT NOT NULL,           -- empty: it is deleted
    content  INTEGER REFERENCES contents, -- NULL: it is derived
    done     INTEGER NOT NULL DEFAULT 0, -- 1: it stands there; 2: what was derived of it has followed
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE albums (
    id     INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,             -- album, memory, shared, subscribed
    key    TEXT NOT NULL,
    title  TEXT NOT NULL,
    folder TEXT,                      -- below Albums/, Memories/, Shared Albums/
    story  TEXT,                      -- JSON of a shared album: people, comments, likes
    UNIQUE (kind, key)
) STRICT;

CREATE TABLE memberships (
    album    INTEGER NOT NULL REFERENCES albums,
    position INTEGER NOT NULL,
    path     TEXT NOT NULL,           -- a file of the library
    PRIMARY KEY (album, path)
) STRICT, WITHOUT ROWID;

-- What a run has decided to place; empty when it is done. Durable before the first rename.
-- What stands in `files` already is done.
CREATE TABLE plan (
    path     TEXT NOT NULL,
    area     TEXT NOT NULL,
    content  INTEGER NOT NULL REFERENCES contents,
    modified TEXT
) STRICT;

CREATE TABLE derived (
    path   TEXT PRIMARY KEY,
    kind   TEXT NOT NULL,             -- symlink, hardlink, copy, list, sidecar; made: of originals and details
    target TEXT,                      -- the file that it repeats
    blake3 TEXT,                      -- of its own bytes, where it has any; of a made file, as it was made
    pending TEXT,                     -- BLAKE3 of the bytes that it was about to get when its run ended
    category TEXT NOT NULL DEFAULT 'photos' -- what kind of data it is made of
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id       INTEGER PRIMARY KEY,
    command  TEXT NOT NULL,
    started  TEXT NOT NULL,
    report   TEXT NOT NULL            -- JSON, as import prints it
) STRICT;

-- What the next run would report if nothing changes until then, and the state by which it sees that.
-- Whatever else is written to the catalog deletes it.
CREATE TABLE unchanged (
    state  TEXT NOT NULL,             -- a hash of all that the run depends on
    report TEXT NOT NULL
) STRICT;

-- Questions that people ask.
CREATE VIEW damaged_files AS
    SELECT path, damage, damage_found, blake3
    FROM files JOIN contents ON contents.id = files.content
    WHERE damage IS NOT NULL ORDER BY path;

CREATE VIEW files_by_month AS
    SELECT substr(captured, 1, 7) AS month, kind, count(*) AS files, sum(contents.size) AS bytes
    FROM files JOIN contents ON contents.id = files.content
    WHERE area = 'media' GROUP BY month, kind ORDER BY month, kind;

CREATE VIEW album_files AS
    SELECT albums.kind, albums.title, memberships.position, memberships.path
    FROM memberships JOIN albums ON albums.id = memberships.album
    ORDER BY albums.kind, albums.title, memberships.position;

CREATE VIEW unproved_files AS
    SELECT path, original_name, blake3, fingerprint
    FROM files JOIN contents ON contents.id = files.content
    WHERE area = 'media' AND NOT (proved AND original IS NULL) ORDER BY path;

CREATE VIEW duplicate_sources AS
    SELECT files.path, archives.name AS archive, entries.path AS entry
    FROM files
    JOIN entries ON entries.content = files.content
    JOIN archives ON archives.id = entries.archive
    WHERE files.content IN (SELECT content FROM entries GROUP BY content HAVING count(*) > 1)
    ORDER BY files.path, archive, entry;
