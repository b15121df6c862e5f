CREATE TABLE podcasts (
    -- A podcast each.
    title          TEXT,
    feed_url       TEXT,
    subscribed     INTEGER,
    added_utc      TEXT,
    added_raw      TEXT, added_basis TEXT NOT NULL,
    updated_utc    TEXT, updated_raw TEXT, updated_basis TEXT NOT NULL,
    touched_utc    TEXT, touched_raw TEXT, touched_basis TEXT NOT NULL,
    show_type      TEXT,
    private        INTEGER            -- its address looks as if it were for one listener alone; NULL: it has none
) STRICT;

CREATE TABLE podcast_episodes (
    -- An episode each that was played, or marked so.
    feed_url       TEXT,
    episode_id     TEXT,              -- Apple's own, which is in no feed
    played         INTEGER,           -- to its end
    position_s     REAL,              -- where it would go on, in seconds
    last_played_utc TEXT,
    last_played_raw TEXT, last_played_basis TEXT NOT NULL,
    marked_utc     TEXT, marked_raw TEXT, marked_basis TEXT NOT NULL, -- when it was marked as played
    plays          INTEGER,
    visible        INTEGER,
    is_new         INTEGER,
    manually_set   INTEGER
) STRICT;

CREATE TABLE podcast_bookmarks (
    -- An episode each that was saved.
    feed_url       TEXT,
    episode_guid   TEXT,              -- as in the feed
    created_utc    TEXT,
    created_raw    TEXT, created_basis TEXT NOT NULL
) STRICT;
