CREATE TABLE watched (
    -- Something watched each, once for every sitting, however many of Apple's files tell of it.
    started_utc    TEXT,
    ended_utc      TEXT,
    kind           TEXT,              -- episode, film; NULL: nobody says
    show           TEXT,              -- of an episode
    season         INTEGER,
    episode        INTEGER,
    title          TEXT,              -- of the episode or the film
    year           INTEGER,           -- of a film: when it came out
    minutes        REAL,              -- played in this sitting, never more than it is long
    channel        TEXT,
    progress       REAL,              -- how far it was ever played, in percent as Apple states it
    started_raw    TEXT, started_basis TEXT NOT NULL,
    ended_raw      TEXT, ended_basis TEXT NOT NULL,
    season_name    TEXT,              -- as it was delivered
    position_s     REAL,              -- where it would go on, in seconds
    device         TEXT,
    sources        TEXT NOT NULL      -- the files that tell of it, `; ` between them
) STRICT;

CREATE VIEW watched_30_seconds AS
    -- Without what was only begun; what nobody knows the minutes of stays.
    SELECT * FROM watched WHERE minutes IS NULL OR minutes >= 0.5;

CREATE VIEW watched_5_minutes AS
    -- Likewise.
    SELECT * FROM watched WHERE minutes IS NULL OR minutes >= 5;

CREATE VIEW top_shows_by_year AS
    -- Sittings with episodes of a show. Years are those of UTC.
    SELECT CAST(substr(coalesce(ended_utc, started_utc), 1, 4) AS INTEGER) AS year, show,
        CAST(count(*) AS INTEGER) AS views, CAST(round(sum(minutes), 1) AS REAL) AS minutes
    FROM watched WHERE show IS NOT NULL
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2;

CREATE VIEW watched_by_month AS
    -- All sittings. Months are those of UTC.
    SELECT CAST(substr(coalesce(ended_utc, started_utc), 1, 7) AS TEXT) AS month,
        CAST(count(*) AS INTEGER) AS views, CAST(round(sum(minutes), 1) AS REAL) AS minutes
    FROM watched GROUP BY 1 ORDER BY 1;
