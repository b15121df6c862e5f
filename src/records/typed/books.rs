//! What was marked in books, and the collections of books.
//!
//! Apple has a list of annotations for each book. One that only an older export has stays: that a newer one lacks it
//! does not say that it was deleted. Its key is the book, when it was made and where it stands.
//!
//! The surprise: a book's title is `N/A` as often as not, and then only its number is known. A title that another export
//! states for that number counts.

use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use crate::apple::table::yes_or_no;
use crate::records::cell::{Text, Time, number};
use crate::records::columns::Headers;
use crate::records::typed::staged::{each, each_of};
use crate::records::typed::{Raw, said};

pub const TABLES: &str = include_str!("books.sql");

/// What columns are called in what Apple delivered.
pub const HEADERS: Headers = &[
    (
        "book_annotations",
        &[
            ("book", "description"),
            ("created", "created"),
            ("quote", "selectedText"),
            ("note", "note"),
            ("location", "location"),
            ("modified", "lastModification"),
            ("kind", "type"),
            ("book_id", "id"),
        ],
    ),
    (
        "book_collections",
        &[
            ("title", "title"),
            ("modified", "lastModification"),
            ("deleted", "deleted"),
            ("items", "contents"),
            ("contents", "contents"),
        ],
    ),
];

/// The annotations of all exports.
const STAGED: &str = "CREATE TEMP TABLE annotations (
    place INTEGER, rank INTEGER, book TEXT, created_utc TEXT, created_raw TEXT, created_basis TEXT,
    modified_utc TEXT, modified_raw TEXT, modified_basis TEXT, quote TEXT, note TEXT, location TEXT, kind TEXT,
    book_id TEXT, id INTEGER PRIMARY KEY
) STRICT";

/// Makes the tables. The raw tables and the empty tables have to be there.
///
/// # Errors
/// If the database cannot be read or written.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    annotations(raw)?;
    collections(raw)
}

fn annotations(raw: Raw<'_>) -> rusqlite::Result<()> {
    raw.connection.execute_batch(STAGED)?;
    let mut row = 0;
    each(raw, "apple_books_user_annotations", &["id", "description", "annotations"], |cells| {
        row += 1;
        let book = Book { id: cells.said(0), title: cells.said(1), rank: cells.rank()?, row };
        let list: Vec<Value> =
            cells.said(2).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        list.iter().filter_map(Value::as_object).try_for_each(|annotation| book.stage(annotation, raw))
    })?;
    // a book without a number is one of its own
    let book = "coalesce(book_id, 'row ' || place)";
    let newest = Raw::newest(
        "temp.annotations",
        &format!(
            "{book}, coalesce(created_utc, created_raw), location, iif(created_raw IS NULL AND location IS NULL, id, 0)"
        ),
    );
    let titled = format!(
        "SELECT *, first_value(book) OVER (
            PARTITION BY {book} ORDER BY book IS NULL, rank DESC, id
        ) AS title FROM {newest}"
    );
    raw.connection.execute_batch(&format!(
        "INSERT INTO book_annotations
        SELECT title, created_utc, quote, note, location, created_raw, created_basis, modified_utc, modified_raw,
            modified_basis, kind, book_id
        FROM ({titled}) ORDER BY title IS NULL, title, book_id, id;
        DROP TABLE temp.annotations"
    ))
}

/// Where annotations come from.
struct Book<'r> {
    id: Option<&'r str>,
    title: Option<&'r str>,
    rank: i64,
    row: i64,
}

impl Book<'_> {
    fn stage(&self, annotation: &Map<String, Value>, raw: Raw<'_>) -> rusqlite::Result<()> {
        let created = member(annotation, "created").unwrap_or_default();
        let modified = member(annotation, "lastModification").unwrap_or_default();
        let [quote, note, location, kind] =
            ["selectedText", "note", "location", "type"].map(|name| member(annotation, name));
        let at = Time::read(&created, "created", raw.zone);
        let changed = Time::read(&modified, "lastModification", raw.zone);
        let text = |text: &Option<String>| {
            text.as_deref().filter(|text| said::something(text).is_some()).map(str::to_owned)
        };
        insert(
            raw.connection,
            &[
                &self.row,
                &self.rank,
                &self.title,
                &at.utc,
                &at.raw,
                &at.basis,
                &changed.utc,
                &changed.raw,
                &changed.basis,
                &Text::of(text(&quote).as_deref()),
                &Text::of(text(&note).as_deref()),
                &Text::of(text(&location).as_deref()),
                &Text::of(text(&kind).as_deref()),
                &self.id,
            ],
        )
    }
}

fn insert(connection: &Connection, row: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO temp.annotations VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,NULL)";
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// A member as a text; lists and objects as JSON.
fn member(object: &Map<String, Value>, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn collections(raw: Raw<'_>) -> rusqlite::Result<()> {
    let columns = ["title", "lastmodification", "deleted", "contents"];
    let rows = raw.rows("apple_books_collection_information", &columns)?;
    let newest = Raw::newest(&rows, "title, iif(title IS NULL, \"row\", 0)");
    let mut insert = raw.connection.prepare("INSERT INTO book_collections VALUES (?1,?2,?3,?4,?5,?6,?7)")?;
    each_of(raw, &newest, &columns, |cells| {
        let modified = cells.time(1, "lastModification", raw.zone);
        let contents = cells.said(3);
        let items = contents.and_then(|text| serde_json::from_str::<Vec<serde::de::IgnoredAny>>(text).ok());
        insert.execute(params![
            Text::of(cells.said(0)),
            modified.utc,
            cells.said(2).and_then(yes_or_no),
            items.map(|items| number(items.len())),
            modified.raw,
            modified.basis,
            Text::of(contents),
        ])?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use crate::records::typed::tests::Written;

    #[test]
    fn annotations_of_a_book() {
        let list = br#"[{"id":"B1","description":"The Salt Road","annotations":[
            {"created":"2024-05-02T21:10:00Z","lastModification":"2024-05-03T21:10:00Z","type":"Point",
             "selectedText":"One line\nand another","note":"compare ch. 2","location":"epubcfi(/6/8!/4/2,/1:0,/1:40)"},
            {"created":"2024-05-02T21:11:00Z","type":"Global","selectedText":null,"note":"","location":null},
            7]},
            {"id":2,"description":"N/A","annotations":[{"created":"soon","selectedText":"A","location":{"page":3}}]},
            {"id":"B3","description":"Empty","annotations":[]},
            {"id":"B4","description":"None"}, {"id":"B5","annotations":"[{"}]"#;
        let written = Written::of(&[("one", "Apple Books User Annotations.json", list)]);
        assert_eq!(
            written.rows("SELECT * FROM book_annotations"),
            [
                "The Salt Road|2024-05-02T21:10:00Z|One line\nand another|compare ch. 2|\
                 epubcfi(/6/8!/4/2,/1:0,/1:40)|2024-05-02T21:10:00Z|stated|2024-05-03T21:10:00Z|\
                 2024-05-03T21:10:00Z|stated|Point|B1",
                "The Salt Road|2024-05-02T21:11:00Z|-|-|-|2024-05-02T21:11:00Z|stated|-|-|none|Global|B1",
                "-|-|A|-|{\"page\":3}|soon|none|-|-|none|-|2",
            ]
        );
    }

    #[test]
    fn what_only_an_older_export_has_stays() {
        let older = br#"[{"id":"B1","description":"Salt","annotations":[
            {"created":"2024-01-01T00:00:00Z","selectedText":"a","note":"old"},
            {"created":"2024-01-02T00:00:00Z","selectedText":"b"},
            {"created":"2024-01-02T00:00:00Z","selectedText":"b"}]}]"#;
        let newer = br#"[{"id":"B1","description":"N/A","annotations":[
            {"created":"2024-01-01T00:00:00.000Z","selectedText":"a","note":"new"},
            {"created":"2024-01-03T00:00:00Z","selectedText":"c"}]}]"#;
        let written = Written::of(&[
            ("one", "Apple Books User Annotations.json", older),
            ("two", "Apple Books User Annotations.json", newer),
        ]);
        assert_eq!(
            written.rows("SELECT book, quote, note FROM book_annotations"),
            ["Salt|b|-", "Salt|b|-", "Salt|a|new", "Salt|c|-"]
        );
    }

    #[test]
    fn collections_with_deleted_ones() {
        let older = br#"[{"title":"Sea","lastModification":"2023-01-01T00:00:00Z","deleted":false,"contents":["B1","B2"]},
            {"title":"Old","deleted":false,"contents":[]}]"#;
        let newer =
            br#"[{"title":"Sea","lastModification":"2024-01-01T00:00:00Z","deleted":true,"contents":[]},
            {"title":null,"deleted":"no"},{"title":"N/A"}]"#;
        let written = Written::of(&[
            ("one", "Apple Books Collection Information.json", older),
            ("two", "Apple Books Collection Information.json", newer),
        ]);
        assert_eq!(
            written.rows("SELECT title, modified_utc, deleted, items, contents FROM book_collections"),
            ["Old|-|0|0|[]", "Sea|2024-01-01T00:00:00Z|1|0|[]", "-|-|0|-|-", "-|-|-|-|-"]
        );
    }
}
