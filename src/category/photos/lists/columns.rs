//! Which field of a record means what, and the repair of records that have lost their quotes.
//!
//! A record with too many fields is mended, not refused. Apple's dates have a comma before the year, so
//! whoever opens a details file in an editor and saves it without quotes cuts each of them in two. Whether a
//! value makes sense is for `details` to judge.

use crate::apple::date;
use crate::apple::fingerprint::Fingerprint;
use crate::apple::table::column_key;
use std::borrow::Cow;

/// The index of each column, from 0, in a record that is whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    pub name: usize,
    pub checksum: Option<usize>,
    pub favorite: Option<usize>,
    pub hidden: Option<usize>,
    pub deleted: Option<usize>,
    pub created: Option<usize>,
    pub imported: Option<usize>,
    pub view_count: Option<usize>,
    pub count: usize,
    /// Whether the name column has Apple's title.
    has_img_name: bool,
}

impl Columns {
    /// The columns, if this record is a header: it names `imgName`, or two of the others.
    pub fn named(fields: &[Cow<str>]) -> Option<Columns> {
        let mut columns = Columns { count: fields.len(), ..Columns::default() };
        let mut name = None;
        let mut unknown = None;
        for (index, field) in fields.iter().enumerate() {
            let column = match column_key(field).as_str() {
                "imgname" | "imagename" => &mut name,
                "filechecksum" => &mut columns.checksum,
                "favorite" => &mut columns.favorite,
                "hidden" => &mut columns.hidden,
                "deleted" => &mut columns.deleted,
                "originalcreationdate" => &mut columns.created,
                "importdate" => &mut columns.imported,
                "viewcount" => &mut columns.view_count,
                _ => &mut unknown,
            };
            column.get_or_insert(index);
        }
        columns.has_img_name = name.is_some();
        columns.name = name.or(unknown).unwrap_or(0);
        (name.is_some() || columns.others() >= 2).then_some(columns)
    }

    /// Apple's order: the eight columns of today, or the two (name, date) of about 2021.
    pub fn by_position(fields: &[Cow<str>]) -> Columns {
        let two = Columns { created: Some(1), count: 2, ..Columns::default() };
        let fields = with_joined_dates(fields.to_vec(), &two);
        let has_checksum = fields.get(1).is_some_and(|field| Fingerprint::parse(field).is_some());
        if fields.len() < 4 && !has_checksum {
            return two;
        }
        Columns {
            name: 0,
            checksum: Some(1),
            favorite: Some(2),
            hidden: Some(3),
            deleted: Some(4),
            created: Some(5),
            view_count: Some(6),
            imported: Some(7),
            count: 8,
            has_img_name: false,
        }
    }

    /// How many columns besides the name are known.
    pub fn others(&self) -> usize {
        let flags = [self.favorite, self.hidden, self.deleted];
        let values = [self.checksum, self.created, self.imported, self.view_count];
        flags.iter().chain(&values).flatten().count()
    }

    /// Whether it is a header beyond doubt, so that no row is taken for one.
    pub fn is_certain(&self) -> bool {
        self.has_img_name && self.others() >= 2
    }

    /// Restores the fields that somebody saved without quotes: joins the halves of dates, then puts commas back
    /// into the name until what follows it is in its column.
    pub fn mend<'t>(&self, fields: Vec<Cow<'t, str>>) -> Vec<Cow<'t, str>> {
        let mut fields = with_joined_dates(fields, self);
        let excess = fields.len().saturating_sub(self.count);
        if excess == 0 {
            return fields;
        }
        let is_at = |index: usize| match (fields.get(index), self.checksum) {
            (Some(field), Some(_)) => Fingerprint::parse(field).is_some(),
            (Some(field), None) => matches!(date::parse(field), Ok(Some(_))),
            (None, _) => false,
        };
        let shifted = self.checksum.or(self.created).filter(|column| *column > self.name && !is_at(*column));
        let by = shifted.and_then(|column| (1..=excess).find(|by| is_at(column + by)));
        if let Some(by) = by {
            let spread: Vec<Cow<'_, str>> = fields.drain(self.name..=self.name + by).collect();
            fields.insert(self.name, Cow::Owned(spread.join(",")));
        }
        fields
    }
}

/// Joins `Sunday March 3` and `2024 9:05 AM GMT`, the halves of a date saved without quotes.
fn with_joined_dates<'t>(fields: Vec<Cow<'t, str>>, columns: &Columns) -> Vec<Cow<'t, str>> {
    let mut too_many = fields.len().saturating_sub(columns.count);
    let mut joined: Vec<Cow<'t, str>> = Vec::with_capacity(fields.len());
    for field in fields {
        if joined.len() != columns.name + 1
            && is_year_half(&field)
            && let Some(left) = joined.last_mut()
            && is_day_half(left)
        {
            let date = format!("{left},{field}");
            if too_many > 0 || date::parse(&date).is_ok() {
                *left = date.into();
                too_many = too_many.saturating_sub(1);
                continue;
            }
        }
        joined.push(field);
    }
    joined
}

/// Whether it begins with a year: `2024 9:05 AM GMT`.
fn is_year_half(field: &str) -> bool {
    let field = field.trim_start();
    let digits = field.bytes().take_while(u8::is_ascii_digit).count();
    digits == 4 && !field[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Whether it ends with a word and a day: `Sunday March 3`.
fn is_day_half(field: &str) -> bool {
    field.trim_end().rsplit_once(char::is_whitespace).is_some_and(|(words, day)| {
        let is_day = matches!(day.len(), 1..=2) && day.bytes().all(|byte| byte.is_ascii_digit());
        is_day && words.trim_end().ends_with(char::is_alphabetic)
    })
}

/// Whether the first record of a file without a known header is a row: it holds a date, a fingerprint or a name
/// with an extension.
pub fn is_row(fields: &[Cow<str>]) -> bool {
    let fields = with_joined_dates(fields.to_vec(), &Columns { count: 2, ..Columns::default() });
    let has_extension =
        fields.first().and_then(|name| name.trim().rsplit_once('.')).is_some_and(|(stem, extension)| {
            !stem.is_empty()
                && (2..=5).contains(&extension.len())
                && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    let holds_value =
        |field: &Cow<str>| matches!(date::parse(field), Ok(Some(_))) || Fingerprint::parse(field).is_some();
    has_extension || fields.iter().skip(1).any(holds_value)
}

/// Whether a field of this record is Apple's title of the name column; cheap enough for every row.
pub fn names_img_name(fields: &[Cow<str>]) -> bool {
    let bare = |field: &Cow<str>| field.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case("imgName");
    fields.iter().any(bare)
}

#[cfg(test)]
mod tests {
    use super::Columns;
    use std::borrow::Cow;

    fn fields(line: &str) -> Vec<Cow<'_, str>> {
        line.split('|').map(Cow::from).collect()
    }

    #[test]
    fn what_lost_its_quotes_is_put_together_again() {
        const SUM: &str = "AW2cWT2PxzWixMKuuNMTHJ8CJ3sH";
        let apple = "imgName|fileChecksum|originalCreationDate|viewCount|importDate";
        for (header, row, mended) in [
            (
                apple,
                "a|S|Sunday March 3|2024 9:05 AM GMT|2024|Sunday March 3|2025 9:06 AM GMT",
                "a|S|Sunday March 3,2024 9:05 AM GMT|2024|Sunday March 3,2025 9:06 AM GMT",
            ),
            (apple, "a|S|Sunday March 3|2024 9:05 AM GMT", "a|S|Sunday March 3,2024 9:05 AM GMT"),
            (
                apple,
                "a|S|Sunday February 30|2024 9:05 AM GMT|1|",
                "a|S|Sunday February 30,2024 9:05 AM GMT|1|",
            ),
            (apple, "May 5|2024 a.jpg|S||7|", "May 5,2024 a.jpg|S||7|"),
            (
                apple,
                "a| b| c.jpg|S|Sunday March 3|2024 9:05 AM GMT|2|",
                "a, b, c.jpg|S|Sunday March 3,2024 9:05 AM GMT|2|",
            ),
            (apple, "a|S|||||||", "a|S|||||||"),
            (apple, "a|b|c|d|e|f", "a|b|c|d|e|f"),
            (
                "importDate|imgName|viewCount",
                "Sunday March 3|2024 9:05 AM GMT|a|4",
                "Sunday March 3,2024 9:05 AM GMT|a|4",
            ),
            ("hidden|imgName|viewCount", "no|Trip May 5|2024", "no|Trip May 5|2024"),
            (
                "imgName|originalCreationDate",
                "a|b.jpg|Sunday March 3|2024 9:05 AM GMT",
                "a,b.jpg|Sunday March 3,2024 9:05 AM GMT",
            ),
        ] {
            let columns = Columns::named(&fields(header)).expect("a header");
            let row = row.replace("|S|", &format!("|{SUM}|"));
            assert_eq!(
                columns.mend(fields(&row)).join("|"),
                mended.replace("|S|", &format!("|{SUM}|")),
                "{row}"
            );
        }
    }

    #[test]
    fn a_header_is_certain_by_apples_title_and_two_more() {
        for (header, certain) in [
            ("imgName|favorite|hidden", Some(true)),
            ("IMGNAME|View Count|x|import_date", Some(true)),
            ("imgName", Some(false)),
            ("file|favorite|hidden", Some(false)),
            ("file|favorite", None),
            ("a.jpg|yes|no", None),
        ] {
            assert_eq!(
                Columns::named(&fields(header)).map(|columns| columns.is_certain()),
                certain,
                "{header}"
            );
        }
        let columns = Columns::named(&fields("favorite|file|hidden|imgName|hidden")).expect("a header");
        assert_eq!((columns.name, columns.hidden, columns.count), (3, Some(2), 5));
        assert_eq!(Columns::named(&fields("favorite|file|hidden")).map(|columns| columns.name), Some(1));
    }
}
