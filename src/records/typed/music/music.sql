CREATE TABLE listens (
    -- A time that a song was listened to each, however short: what several events of Play Activity say of it. Radio,
    -- videos, clips and what has no name are not among them; play_events counts those.
    started_utc    TEXT,
    ended_utc      TEXT,
    local_offset   INTEGER,           -- seconds that the listener's clock was ahead of UTC
    title          TEXT NOT NULL,
    artist         TEXT,              -- NULL: nothing says it, or what says it contradicts itself
    artist_source  TEXT,              -- stated, daily-tracks, library, album, track-history, title
    album          TEXT,
    played_ms      INTEGER,           -- never below 0, nor more than media_ms
    media_ms       INTEGER,           -- how long the song is
    end_reason     TEXT,              -- of its last event
    segments       INTEGER NOT NULL,  -- of how many events it is made: one more for each pause
    device         TEXT,              -- what kind, else what it calls itself
    started_raw    TEXT, started_basis TEXT NOT NULL, -- derived: the end less what was played, for only the end is read
    ended_raw      TEXT, ended_basis TEXT NOT NULL,   -- from a clock; or the start and what was played
    device_id      TEXT,
    id             INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE play_events (
    -- What became of the rows of Play Activity. The sum of `events` is the number of its rows.
    fate           TEXT NOT NULL,     -- listen, other-event, nameless, not-music, same-event, older-export
    events         INTEGER NOT NULL
) STRICT;

CREATE TABLE daily_tracks (
    -- What Apple counts for a track and a day of the listener each. Its sums are not those of `listens`.
    played_utc     TEXT,              -- a day
    title          TEXT,
    artist         TEXT,
    plays          INTEGER,
    skips          INTEGER,
    played_ms      INTEGER,
    source         TEXT,
    end_reason     TEXT,
    catalogue_id   TEXT,
    country        TEXT,
    media          TEXT,              -- AUDIO, VIDEO
    played_raw     TEXT, played_basis TEXT NOT NULL
) STRICT;

CREATE TABLE library_tracks (
    -- A track of the owner's library each.
    track_id       TEXT,
    title          TEXT,
    artist         TEXT,
    album          TEXT,
    album_artist   TEXT,
    genre          TEXT,
    year           INTEGER,
    duration_ms    INTEGER,
    plays          INTEGER,
    skips          INTEGER,
    added_utc      TEXT,
    last_played_utc TEXT,
    liked          INTEGER,           -- NULL: nobody says
    catalogue_id   TEXT,              -- in Apple's catalogue, whose numbers are others than track_id
    added_raw      TEXT, added_basis TEXT NOT NULL,
    last_played_raw TEXT, last_played_basis TEXT NOT NULL,
    kind           TEXT,              -- Song …
    composer       TEXT,
    disc           INTEGER,
    track          INTEGER,
    compilation    INTEGER,
    playlist_only  INTEGER,           -- it is in a playlist and not in the library proper
    rating         INTEGER,           -- stars times 20
    comments       TEXT,
    grouping       TEXT,
    beats_per_minute INTEGER,
    id             INTEGER PRIMARY KEY
) STRICT;

CREATE INDEX library_tracks_by_id ON library_tracks (track_id);

CREATE TABLE playlists (
    -- A playlist each: those of the library, and those that only its log still knows.
    playlist_id    TEXT,
    title          TEXT,
    kind           TEXT,              -- Playlist, Subscribed Playlist, Favorites Playlist …
    items          INTEGER NOT NULL,
    added_utc      TEXT,
    deleted        INTEGER NOT NULL,  -- the log says so, or knows it alone
    added_raw      TEXT, added_basis TEXT NOT NULL,
    description    TEXT,
    public_id      TEXT,              -- `pl.u-…`, by which others open it
    id             INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE playlist_items (
    -- A place in a playlist each.
    playlist_id    TEXT,
    position       INTEGER NOT NULL,  -- from 1
    track_id       TEXT,
    title          TEXT,              -- NULL: nothing but its number is known
    artist         TEXT,
    found          INTEGER NOT NULL,  -- it is in library_tracks; else the log may say what it was
    album          TEXT,
    album_artist   TEXT,
    duration_ms    INTEGER,
    catalogue_id   TEXT,
    added_utc      TEXT,              -- to the library
    playlist       INTEGER NOT NULL REFERENCES playlists (id)
) STRICT;

CREATE INDEX playlist_items_by_playlist ON playlist_items (playlist, position);

CREATE TABLE library_activity (
    -- A change of the library each, as its log has it.
    at_utc         TEXT,
    kind           TEXT,              -- addItems, deleteContainer …; NULL: a track and no more
    title          TEXT,              -- of the playlist, or of the only track
    tracks         INTEGER,           -- how many it names
    playlist_id    TEXT,
    transaction_id TEXT,
    at_raw         TEXT, at_basis TEXT NOT NULL,
    id             INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE favorites (
    -- What the owner likes or does not like each.
    kind           TEXT,              -- SONG, ALBUM, ARTIST …, RADIO TRACK, STATION
    title          TEXT,              -- NULL: it is an artist
    artist         TEXT,
    changed_utc    TEXT,
    preference     TEXT,              -- LOVE, DISLIKE …; LIKE and BAN of what was on the radio
    changed_raw    TEXT, changed_basis TEXT NOT NULL,
    reference      TEXT,
    deleted        INTEGER
) STRICT;

CREATE VIEW scrobbles AS
    -- The listens that count elsewhere: half of the song, or four minutes.
    SELECT * FROM listens WHERE played_ms >= min(coalesce((media_ms + 1) / 2, 240000), 240000);

CREATE VIEW top_artists_by_year AS
    -- By the listener's own clock.
    SELECT CAST(strftime('%Y', coalesce(started_utc, ended_utc), coalesce(local_offset, 0) || ' seconds') AS INTEGER) AS year,
           artist, count(*) AS plays, round(total(played_ms) / 60000, 1) AS minutes
    FROM listens WHERE artist IS NOT NULL AND coalesce(started_utc, ended_utc) IS NOT NULL
    GROUP BY 1, artist ORDER BY year, plays DESC, minutes DESC, artist;

CREATE VIEW minutes_by_day AS
    -- By the listener's own clock; a listen is of the day on which it began.
    SELECT date(coalesce(started_utc, ended_utc), coalesce(local_offset, 0) || ' seconds') AS day,
           round(total(played_ms) / 60000, 1) AS minutes, count(*) AS plays
    FROM listens WHERE coalesce(started_utc, ended_utc) IS NOT NULL
    GROUP BY day ORDER BY day;

CREATE VIEW plays_by_year AS
    -- What the events and what Apple's own counts say of a year. A year that one of them lacks is a finding.
    SELECT year, sum(plays) AS plays, sum(daily_plays) AS daily_plays
    FROM (
        SELECT CAST(substr(day, 1, 4) AS INTEGER) AS year, plays, NULL AS daily_plays FROM minutes_by_day
        UNION ALL
        SELECT CAST(substr(played_utc, 1, 4) AS INTEGER), NULL, plays FROM daily_tracks WHERE played_utc IS NOT NULL
    )
    GROUP BY year ORDER BY year;
