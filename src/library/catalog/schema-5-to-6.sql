-- From schema 5 to schema 6, in one transaction. Until then a part counted as here as soon as a run had read of it.

ALTER TABLE parts ADD COLUMN unfinished INTEGER NOT NULL DEFAULT 0;
