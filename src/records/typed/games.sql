-- Game Center.

CREATE TABLE games (
    -- A game each.
    name            TEXT,
    last_played_utc TEXT,
    last_played_raw TEXT, last_played_basis TEXT NOT NULL
) STRICT;

CREATE TABLE game_scores (
    -- A place on a leaderboard each.
    game           TEXT,
    leaderboard    TEXT,
    rank           INTEGER,
    submitted_utc  TEXT,
    submitted_raw  TEXT, submitted_basis TEXT NOT NULL
) STRICT;

CREATE TABLE game_achievements (
    -- An achievement each.
    game           TEXT,
    title          TEXT,
    percent        REAL,              -- how much of it is done
    updated_utc    TEXT,
    updated_raw    TEXT, updated_basis TEXT NOT NULL
) STRICT;
