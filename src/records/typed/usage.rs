//! What iCloud counts of its use: a view of each table of the usage files, under its title.
//!
//! Nobody can know these tables beforehand. A view has the columns of its raw table with each time as the other tables
//! have it, and the lines that are no rows are not in it.

use crate::records::raw::{self, quoted};
use crate::records::typed::Raw;

/// Makes the views.
///
/// # Errors
/// If the database cannot be written. That is true of everything here.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let titled = raw.kinds("usage_")?;
    let untitled = raw.has("usage")?.then(|| "usage".to_owned());
    untitled.into_iter().chain(titled).try_for_each(|kind| view(raw, &kind))
}

/// A column of a raw table, and the title that Apple gave it.
struct Column {
    name: String,
    header: String,
}

fn view(raw: Raw<'_>, kind: &str) -> rusqlite::Result<()> {
    let table = raw::table(kind);
    let sql =
        "SELECT name, header FROM _columns WHERE \"table\" = ?1 AND header IS NOT NULL ORDER BY position";
    let columns: Vec<Column> = raw
        .connection
        .prepare_cached(sql)?
        .query_map([&table], |row| Ok(Column { name: row.get(0)?, header: row.get(1)? }))?
        .collect::<rusqlite::Result<_>>()?;
    let mut front = Vec::new();
    let mut behind = Vec::new();
    let mut rest = columns.as_slice();
    while let [column, after @ ..] = rest {
        let Column { name, header } = column;
        rest = after;
        let is_beside = |at: usize, end: &str| {
            after
                .get(at)
                .is_some_and(|other| other.name == format!("{name}_{end}") && other.header == *header)
        };
        if is_beside(0, "utc") && is_beside(1, "basis") {
            front.push((format!("{name}_utc"), format!("{name}_utc"), header));
            behind.push((name.clone(), format!("{name}_raw"), header));
            behind.push((format!("{name}_basis"), format!("{name}_basis"), header));
            rest = after.get(2..).unwrap_or_default();
        } else {
            front.push((name.clone(), name.clone(), header));
        }
    }
    let all: Vec<_> = front.into_iter().chain(behind).collect();
    if all.is_empty() {
        return Ok(());
    }
    let chosen: Vec<String> =
        all.iter().map(|(from, name, _)| format!("{} AS {}", quoted(from), quoted(name))).collect();
    raw.connection.execute_batch(&format!(
        "CREATE VIEW {} AS SELECT {} FROM {} WHERE _extra IS NULL",
        quoted(kind),
        chosen.join(", "),
        quoted(&table)
    ))?;
    let insert =
        "INSERT INTO _columns (\"table\", position, name, header, type) VALUES (?1, ?2, ?3, ?4, 'TEXT')";
    let mut insert = raw.connection.prepare_cached(insert)?;
    for (position, (_, name, header)) in (1_i64..).zip(&all) {
        insert.execute(rusqlite::params![kind, position, name, header])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::records::typed::tests::Written;

    const SET_1: &str = "iCloud: Device registration from an iCloud enabled device\n\
        \"Date\",\"Event Code\",\"Device Type\"\n\"2026-01-03 08:00:00\",\"reboot\",\"iPhone\"\n\n\
        Photos: Delete photo/video from iCloud Photo Library\n\
        \"Date\",\"Count\",\"File Capture Date\",\"City (IP Address Derived)\"\n\
        \"2026-01-04 09:10:11\",\"1\",\"2021-05-06\",\"Oslo\"\n\n\
        Nothing: an empty one\n\"Date\",\"Count\"\n";

    #[test]
    fn a_view_of_each_table() {
        let set_2 = "Photos: Delete photo/video from iCloud Photo Library\n\
            \"Date\",\"Count\",\"File Capture Date\",\"City (IP Address Derived)\"\n\
            \"2026-01-05 09:10:11\",\"2\",\"2021-05-07\",\"Bergen\"\n";
        let written = Written::of(&[
            ("a", "iCloudUsageData Set1.csv", SET_1.as_bytes()),
            ("a", "iCloudUsageData Set2.csv", set_2.as_bytes()),
        ]);
        assert_eq!(
            written.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'usage%' ORDER BY name"
            ),
            [
                "usage_icloud_device_registration_from_an_icloud_enabled_device",
                "usage_nothing_an_empty_one",
                "usage_photos_delete_photo_video_from_icloud_photo_library",
            ]
        );
        assert_eq!(
            written.rows("SELECT * FROM usage_photos_delete_photo_video_from_icloud_photo_library"),
            [
                "2026-01-04T09:10:11Z|1|2021-05-06|Oslo|2026-01-04 09:10:11|assumed:UTC|2021-05-06|date-only",
                "2026-01-05T09:10:11Z|2|2021-05-07|Bergen|2026-01-05 09:10:11|assumed:UTC|2021-05-07|date-only",
            ]
        );
        assert_eq!(
            written.rows(
                "SELECT position, name, header FROM _columns \
                 WHERE \"table\" = 'usage_icloud_device_registration_from_an_icloud_enabled_device'"
            ),
            [
                "1|date_utc|Date",
                "2|event_code|Event Code",
                "3|device_type|Device Type",
                "4|date_raw|Date",
                "5|date_basis|Date"
            ]
        );
        assert_eq!(written.rows("SELECT count(*) FROM usage_nothing_an_empty_one"), ["0"]);
    }

    #[test]
    fn a_table_without_a_title() {
        let table = "Date,Count\n2026-01-04 09:10:11,1\nx,y,z\n2026-01-04 09:10:12,2\n";
        let written = Written::of(&[("a", "iCloudUsageData.csv", table.as_bytes())]);
        assert_eq!(
            written.rows("SELECT date_utc, count FROM usage"),
            ["2026-01-04T09:10:11Z|1", "2026-01-04T09:10:12Z|2"]
        );
        assert_eq!(Written::of(&[]).rows("SELECT name FROM sqlite_schema WHERE name LIKE 'usage%'"), [""; 0]);
    }
}
