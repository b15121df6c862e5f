//! Games, the places on their leaderboards, and achievements.
//!
//! Apple's document has one array of games, whose name has changed, and may have more beside it. Leaderboards and
//! achievements are JSON in its raw table; any of them may be missing.

use serde_json::Value;

use crate::records::cell::{Text, Time};
use crate::records::columns::Headers;
use crate::records::typed::staged::{Staged, each, key};
use crate::records::typed::{Raw, said};

/// The tables of this room.
pub const TABLES: &str = include_str!("games.sql");

/// What Apple calls the columns.
pub const HEADERS: Headers = &[
    ("games", &[("name", "game_name"), ("last_played", "last_played_utc")]),
    (
        "game_scores",
        &[
            ("game", "game_name"),
            ("leaderboard", "leaderboard_title"),
            ("rank", "rank"),
            ("submitted", "submitted_time_utc"),
        ],
    ),
    (
        "game_achievements",
        &[
            ("game", "game_name"),
            ("title", "achievements_title"),
            ("percent", "percentage_complete"),
            ("updated", "last_update_utc"),
        ],
    ),
];

/// The raw tables that the games may be in.
const KINDS: [&str; 3] = ["game_center_data", "game_center_data_games_state", "game_center_data_game_state"];

/// Fills them.
///
/// # Errors
/// If the database cannot be read or written.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut games = Staged::of(raw.connection, "games")?;
    let mut scores = Staged::of(raw.connection, "game_scores")?;
    let mut achievements = Staged::of(raw.connection, "game_achievements")?;
    for kind in KINDS {
        let columns = ["game_name", "last_played_utc", "leaderboard", "achievements"];
        each(raw, kind, &columns, |cells| {
            // what else stands in the document is no game
            if (0..columns.len()).all(|at| cells.said(at).is_none()) {
                return Ok(());
            }
            let (game, rank) = (cells.said(0), cells.rank()?);
            let played = Time::read(cells.verbatim(1), "last_played_utc", raw.zone);
            games.add(game, rank, &[&Text::of(game), &played.utc, &played.raw, &played.basis])?;
            let of = game.unwrap_or_default();
            for board in elements(cells.said(2)) {
                let title = said::member(&board, "leaderboard_title");
                for score in board.get("leaderboard_score").map(all).unwrap_or_default() {
                    let place = said::member(score, "rank").and_then(|text| text.parse::<i64>().ok());
                    let at = said::member(score, "submitted_time_utc").unwrap_or_default();
                    let time = Time::read(&at, "submitted_time_utc", raw.zone);
                    let identity = key(&[of, title.as_deref().unwrap_or_default(), &at]);
                    scores.add(
                        Some(&identity),
                        rank,
                        &[
                            &Text::of(game),
                            &Text::of(title.as_deref()),
                            &place,
                            &time.utc,
                            &time.raw,
                            &time.basis,
                        ],
                    )?;
                }
            }
            for achievement in elements(cells.said(3)) {
                let title = said::member(&achievement, "achievements_title");
                let percent = said::member(&achievement, "percentage_complete")
                    .and_then(|text| text.trim_end_matches('%').parse::<f64>().ok())
                    .filter(|percent| percent.is_finite());
                let at = said::member(&achievement, "last_update_utc").unwrap_or_default();
                let time = Time::read(&at, "last_update_utc", raw.zone);
                let identity = title.as_deref().map(|title| key(&[of, title]));
                achievements.add(
                    identity.as_deref(),
                    rank,
                    &[
                        &Text::of(game),
                        &Text::of(title.as_deref()),
                        &percent,
                        &time.utc,
                        &time.raw,
                        &time.basis,
                    ],
                )?;
            }
            Ok(())
        })?;
    }
    games.settle("name, last_played_utc")?;
    scores.settle("game, leaderboard, submitted_utc, rank")?;
    achievements.settle("game, title, updated_utc")
}

/// The elements of an array in a cell.
fn elements(cell: Option<&str>) -> Vec<Value> {
    match cell.and_then(|text| serde_json::from_str(text).ok()) {
        Some(Value::Array(values)) => values,
        Some(value @ Value::Object(_)) => vec![value],
        _ => Vec::new(),
    }
}

/// The elements of an array, or the only one without any.
fn all(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use crate::records::typed::tests::Written;

    const GAMES: &str = "Game Center/Game Center Data.json";
    const NEW: &str = r#"{"games_state":[{"game_name":"Tile Run","last_played_utc":"02/25/2024 18:09:10",
        "leaderboard":[{"leaderboard_title":"Daily","leaderboard_score":[{"rank":3,"submitted_time_utc":"02/24/2024 10:00:00"},{"rank":1}]},{"leaderboard_title":"Empty"}],
        "achievements":[{"achievements_title":"First","last_update_utc":"02/23/2024 09:00:00Z","percentage_complete":100}]},
        {"game_name":"Nothing"}]}"#;

    #[test]
    fn what_a_document_says() {
        let written = Written::of(&[("a", GAMES, NEW.as_bytes())]);
        assert_eq!(
            written.rows("SELECT * FROM games"),
            ["Nothing|-|-|none", "Tile Run|2024-02-25T18:09:10Z|02/25/2024 18:09:10|stated"]
        );
        assert_eq!(
            written.rows("SELECT * FROM game_scores"),
            ["Tile Run|Daily|1|-|-|none", "Tile Run|Daily|3|2024-02-24T10:00:00Z|02/24/2024 10:00:00|stated"]
        );
        assert_eq!(
            written.rows("SELECT * FROM game_achievements"),
            ["Tile Run|First|100|2024-02-23T09:00:00Z|02/23/2024 09:00:00Z|stated"]
        );
    }

    #[test]
    fn both_spellings_and_other_members() {
        let old = r#"{"game_state":[{"game_name":"Tile Run","last_played_utc":"01/02/2020 03:04:05",
            "leaderboard":[{"leaderboard_title":"Daily","leaderboard_score":[{"rank":9,"submitted_time_utc":"02/24/2024 10:00:00"},{"rank":7,"submitted_time_utc":"01/01/2020 10:00:00"}]}],
            "achievements":[{"achievements_title":"First","percentage_complete":"33.5"}]},
            {"game_name":"Gone"}]}"#;
        let several = NEW.replacen('{', r#"{"player":"x","friends":[{"n":1}],"#, 1);
        for new in [NEW, &several] {
            let written = Written::of(&[("old", GAMES, old.as_bytes()), ("new", GAMES, new.as_bytes())]);
            assert_eq!(
                written.rows("SELECT name, last_played_utc FROM games"),
                ["Gone|-", "Nothing|-", "Tile Run|2024-02-25T18:09:10Z"],
                "{new}"
            );
            assert_eq!(
                written.rows("SELECT rank, submitted_utc FROM game_scores"),
                ["1|-", "7|2020-01-01T10:00:00Z", "3|2024-02-24T10:00:00Z"]
            );
            assert_eq!(written.rows("SELECT percent FROM game_achievements"), ["100"]);
        }
    }

    #[test]
    fn what_cannot_be_read_is_no_trouble() {
        let odd = r#"{"games_state":[{"game_name":7,"leaderboard":"x","achievements":[5,{"achievements_title":null}]},3]}"#;
        let written = Written::of(&[("a", GAMES, odd.as_bytes())]);
        assert_eq!(written.rows("SELECT name FROM games"), ["7"]);
        assert_eq!(written.rows("SELECT count(*) FROM game_scores"), ["0"]);
        assert_eq!(written.rows("SELECT title FROM game_achievements"), ["-", "-"]);
        assert_eq!(Written::of(&[]).rows("SELECT count(*) FROM games"), ["0"]);
    }
}
