-- From schema 2 to schema 3, in one transaction. How large a photo is, and how long a movie, was not read
-- then: it stays unknown until the catalog is made anew from the bytes.

ALTER TABLE contents ADD COLUMN width INTEGER;
ALTER TABLE contents ADD COLUMN height INTEGER;
ALTER TABLE contents ADD COLUMN duration REAL;
ALTER TABLE contents ADD COLUMN country_code TEXT;
ALTER TABLE contents ADD COLUMN country TEXT;
ALTER TABLE contents ADD COLUMN region TEXT;
ALTER TABLE contents ADD COLUMN city TEXT;
-- all that was imported so far was photos
ALTER TABLE files ADD COLUMN category TEXT NOT NULL DEFAULT 'photos';

-- what the last run left for the next one is what that version would do
DELETE FROM unchanged;
