//! Books: the highlights of each as Markdown, and all of them as Readwise takes them.
//!
//! They stand in the order of the book where every place in it can be compared, else in the order of time. What has
//! neither quote nor note is only a mark, and is in the table alone.

use std::io::{self, Write};

use rusqlite::{Connection, params};

use super::{Elsewhere, has_rows, sheet};
use crate::category::notes::markdown;
use crate::category::places::Places;
use crate::library::layout::BOOKS;

/// What a book is called that has neither title nor number.
const UNTITLED: &str = "Untitled book";

/// Those with a number are the same book whatever its title.
const MARKED: &str =
    "SELECT book_id, max(book) FROM book_annotations WHERE quote IS NOT NULL OR note IS NOT NULL
    GROUP BY book_id, iif(book_id IS NULL, book, NULL) ORDER BY max(book) IS NULL, max(book), book_id";

const ANNOTATIONS: &str = "SELECT created_utc, quote, note, location FROM book_annotations
    WHERE (quote IS NOT NULL OR note IS NOT NULL) AND book_id IS ?1 AND (?1 IS NOT NULL OR book IS ?2) ORDER BY rowid";

const HIGHLIGHTS: &str = "SELECT 1 FROM book_annotations WHERE quote IS NOT NULL";

#[derive(Debug, Clone)]
struct Book {
    id: Option<String>,
    title: Option<String>,
}

struct Annotation {
    created: Option<String>,
    quote: Option<String>,
    note: Option<String>,
    location: Option<String>,
}

pub fn files(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let mut files = Vec::new();
    let mut places = Places::default();
    for book in books(database)? {
        let [path] = places.free(BOOKS, book.name(), ["md"]);
        files.push(Elsewhere::new(path, move |database, to| {
            let annotations = book.annotations(database).map_err(io::Error::other)?;
            to.write_all(book.markdown(&annotations).as_bytes())
        }));
    }
    if has_rows(database, HIGHLIGHTS)? {
        files.push(Elsewhere::new(format!("{BOOKS}/highlights.csv"), highlights));
    }
    Ok(files)
}

fn books(database: &Connection) -> rusqlite::Result<Vec<Book>> {
    let mut asked = database.prepare(MARKED)?;
    asked.query_map([], |row| Ok(Book { id: row.get(0)?, title: row.get(1)? }))?.collect()
}

fn highlights(database: &Connection, to: &mut dyn Write) -> io::Result<()> {
    let header = ["Highlight", "Title", "Author", "URL", "Note", "Location", "Date"];
    let mut table = sheet::begin(&header, to)?;
    for book in books(database).map_err(io::Error::other)? {
        for annotation in book.annotations(database).map_err(io::Error::other)? {
            let Some(quote) = annotation.quote else { continue };
            // as Readwise has it
            let date = annotation.created.map(|at| at.replace('T', " ").replace('Z', ""));
            let text = |text: Option<String>| text.unwrap_or_default();
            let (note, place) = (text(annotation.note), text(annotation.location));
            table.write_record([&quote, book.name(), "", "", &note, &place, &text(date)])?;
        }
    }
    table.flush()
}

impl Book {
    fn name(&self) -> &str {
        self.title.as_deref().or(self.id.as_deref()).unwrap_or(UNTITLED)
    }

    /// What is marked in it, in order.
    fn annotations(&self, database: &Connection) -> rusqlite::Result<Vec<Annotation>> {
        let mut asked = database.prepare(ANNOTATIONS)?;
        let annotations = asked.query_map(params![self.id, self.title], |row| {
            Ok(Annotation {
                created: row.get(0)?,
                quote: row.get(1)?,
                note: row.get(2)?,
                location: row.get(3)?,
            })
        })?;
        let mut annotations: Vec<Annotation> = annotations.collect::<rusqlite::Result<_>>()?;
        let place = |annotation: &Annotation| annotation.location.as_deref().and_then(steps);
        let places: Option<Vec<Vec<u64>>> = annotations.iter().map(place).collect();
        let time = |annotation: &Annotation| (annotation.created.is_none(), annotation.created.clone());
        match places {
            Some(_) => annotations.sort_by_cached_key(|annotation| (place(annotation), time(annotation))),
            None => annotations.sort_by_cached_key(time),
        }
        Ok(annotations)
    }

    fn markdown(&self, annotations: &[Annotation]) -> String {
        let mut text = "---\n".to_owned();
        for (name, value) in [("title", &self.title), ("id", &self.id)] {
            if let Some(value) = value {
                text.push_str(&format!("{name}: {}\n", markdown::quoted(value)));
            }
        }
        text.push_str("---\n\n");
        text.push_str(&markdown::heading(self.name()));
        for annotation in annotations {
            if let Some(quote) = &annotation.quote {
                text.push('\n');
                for line in markdown::plain(quote).split_terminator('\n') {
                    text.push('>');
                    if !line.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(line);
                    text.push('\n');
                }
            }
            if let Some(note) = &annotation.note {
                text.push('\n');
                text.push_str(&markdown::plain(note));
            }
        }
        text
    }
}

/// The steps of a place in an EPUB, `epubcfi(/6/8!/4/2,/1:0,/1:40)`, to where it begins; `None` of any other.
fn steps(location: &str) -> Option<Vec<u64>> {
    let inner = location.trim().strip_prefix("epubcfi(")?.strip_suffix(')')?;
    let mut steps = Vec::new();
    let mut range = 0;
    let mut in_brackets = false;
    let mut rest = inner.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '^' => _ = rest.next(),
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            _ if in_brackets => {}
            // the path of both ends, then of the first, then of the last
            ',' => range += 1,
            '/' | ':' if range < 2 => {
                let mut digits = String::new();
                while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                    digits.push(digit);
                }
                steps.push(digits.parse().ok()?);
            }
            _ => {}
        }
    }
    Some(steps).filter(|steps| !steps.is_empty())
}

#[cfg(test)]
mod tests {
    use super::steps;
    use crate::records::elsewhere::tests::written;
    use proptest::prelude::{any, proptest};

    #[test]
    fn highlights_in_the_order_of_the_book() {
        let list = br##"[{"id":"B1","description":"Salt: a \"Road\"","annotations":[
            {"created":"2024-05-02T21:10:00Z","selectedText":"# second\n\n1. *and* more\nsame","note":"compare\n> ch. 2",
             "location":"epubcfi(/6/10!/4/2,/1:0,/1:40)"},
            {"created":"2024-05-03T21:10:00Z","selectedText":"first","note":"","location":"epubcfi(/6/8[x^]/9]!/4/2,/1:30,/1:40)"},
            {"created":"2024-05-04T21:10:00Z","location":"page 3"}]},
            {"id":"B2","description":"N/A","annotations":[
             {"created":"2024-05-04T21:10:00Z","selectedText":"later","location":"epubcfi(/6/2)"},
             {"created":"2024-05-03T21:10:00Z","note":"earlier, without a quote","location":"page 9"},
             {"selectedText":"at no time"}]},
            {"id":"B3","description":"salt: A \"road\"","annotations":[{"selectedText":"x"}]},
            {"id":"B4","description":"Only marks","annotations":[{"created":"2024-05-04T21:10:00Z","location":"x"}]},
            {"id":"B5","description":"Empty","annotations":[]}]"##;
        let files = written(&[("Apple Books User Annotations.json", list)]);
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            ["Books/B2.md", "Books/Salt_ a _Road_.md", "Books/highlights.csv", "Books/salt_ A _road_ (2).md"]
        );
        assert_eq!(
            files[0].1,
            "---\nid: \"B2\"\n---\n\n# B2\n\nearlier, without a quote\n\n> later\n\n> at no time\n"
        );
        assert_eq!(
            files[1].1,
            "---\ntitle: \"Salt: a \\\"Road\\\"\"\nid: \"B1\"\n---\n\n# Salt: a \"Road\"\n\n> first\n\n\
             > \\# second\n>\n> 1. \\*and\\* more  \n> same\n\ncompare  \n\\> ch. 2\n"
        );
        assert_eq!(
            files[2].1,
            "Highlight,Title,Author,URL,Note,Location,Date\n\
             first,\"Salt: a \"\"Road\"\"\",,,,\"epubcfi(/6/8[x^]/9]!/4/2,/1:30,/1:40)\",2024-05-03 21:10:00\n\
             \"# second\n\n1. *and* more\nsame\",\"Salt: a \"\"Road\"\"\",,,\"compare\n> ch. 2\",\
             \"epubcfi(/6/10!/4/2,/1:0,/1:40)\",2024-05-02 21:10:00\n\
             x,\"salt: A \"\"road\"\"\",,,,,\nlater,B2,,,,epubcfi(/6/2),2024-05-04 21:10:00\nat no time,B2,,,,,\n"
        );
    }

    #[test]
    fn places_in_an_epub() {
        assert_eq!(steps("epubcfi(/6/8!/4/2,/1:0,/1:40)"), Some(vec![6, 8, 4, 2, 1, 0]));
        assert_eq!(steps("epubcfi(/6/8[a/7^]/9]!/4:3)"), Some(vec![6, 8, 4, 3]));
        for other in ["", "page 3", "epubcfi()", "epubcfi(/)", "epubcfi(/99999999999999999999)", "epubcfi(/6"]
        {
            assert_eq!(steps(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_place_panics(any in any::<String>(), near in "epubcfi\\([/:!,0-9\\[\\]^é]{0,12}\\)") {
            let _ = (steps(&any), steps(&near));
        }
    }
}
