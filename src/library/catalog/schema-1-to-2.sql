-- From the schema of 0.1.0 to the one after it, in one transaction. What was recorded stays; contents
-- are not read again to learn what only newer versions read. The rules of dates, which 0.1.0 wrote as
-- sentences, get their names in the same transaction (see migrate.rs).

ALTER TABLE contents ADD COLUMN exif_standard TEXT;
ALTER TABLE files ADD COLUMN modified TEXT;
ALTER TABLE entries RENAME COLUMN role TO sort;
ALTER TABLE derived RENAME COLUMN form TO kind;
ALTER TABLE unchanged RENAME COLUMN mark TO state;

-- a column cannot lose its NOT NULL in place; all that 0.1.0 imported was photos
CREATE TABLE exports_2 (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    total INTEGER,
    built TEXT,
    label TEXT NOT NULL UNIQUE,
    category TEXT NOT NULL
) STRICT;
INSERT INTO exports_2 (id, name, total, built, label, category)
    SELECT id, name, total, built, label, 'photos' FROM exports;
DROP TABLE exports;
ALTER TABLE exports_2 RENAME TO exports;

-- what the last run left for the next one is in the words of that version
DELETE FROM unchanged;
