-- From schema 3 to schema 4, in one transaction. Nobody remembers what was verified before.

ALTER TABLE files ADD COLUMN verified TEXT;
ALTER TABLE files ADD COLUMN damage TEXT;
ALTER TABLE files ADD COLUMN damage_found TEXT;
ALTER TABLE files ADD COLUMN original INTEGER REFERENCES contents;

CREATE TABLE forgotten (
    content   INTEGER NOT NULL REFERENCES contents,
    path      TEXT NOT NULL,
    kept      TEXT,
    forgotten TEXT NOT NULL,
    went_with TEXT,
    record    TEXT NOT NULL,
    PRIMARY KEY (content, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE moves (
    run      INTEGER NOT NULL,
    position INTEGER NOT NULL,
    command  TEXT NOT NULL,
    old      TEXT NOT NULL,
    new      TEXT NOT NULL,           -- empty: it is deleted
    content  INTEGER REFERENCES contents,
    done     INTEGER NOT NULL DEFAULT 0, -- 1: it stands there; 2: what was derived of it has followed
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE VIEW damaged_files AS
    SELECT path, damage, damage_found, blake3
    FROM files JOIN contents ON contents.id = files.content
    WHERE damage IS NOT NULL ORDER BY path;

DROP VIEW IF EXISTS unproved_files;
CREATE VIEW unproved_files AS
    SELECT path, original_name, blake3, fingerprint
    FROM files JOIN contents ON contents.id = files.content
    WHERE area = 'media' AND NOT (proved AND original IS NULL) ORDER BY path;

-- what the last run left for the next one is what that version would do
DELETE FROM unchanged;
