-- From schema 4 to schema 5, in one transaction. Until then everything that was derived was derived of photos.

ALTER TABLE derived ADD COLUMN pending TEXT;
ALTER TABLE derived ADD COLUMN category TEXT NOT NULL DEFAULT 'photos';

-- what the last run left for the next one is what that version would do
DELETE FROM unchanged;
