//! `Account/`: a page to read of devices, sign-ins and hidden addresses, and a map of places.
//!
//! Serial numbers, addresses in networks and telephone numbers are never in them, for people show such files to others.
//! A hidden address is, because it is there to be given away; where it leads to is not.

use std::io::{self, Write};

use rusqlite::Connection;
use serde::Serialize;

use crate::library::layout::ACCOUNT;
use crate::records::elsewhere::{Elsewhere, each_row, has_rows};

/// The files of this room.
///
/// # Errors
/// If the database cannot be read.
pub fn files(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let mut files = Vec::new();
    if SECTIONS.iter().try_fold(false, |has_any, section| {
        Ok::<_, rusqlite::Error>(has_any || section.has_rows(database)?)
    })? {
        files.push(Elsewhere::new(format!("{ACCOUNT}/summary.md"), summary));
    }
    if has_rows(database, POINTS)? {
        files.push(Elsewhere::new(format!("{ACCOUNT}/places.geojson"), places));
    }
    Ok(files)
}

/// A table of the page.
struct Section {
    title: &'static str,
    columns: &'static [&'static str],
    /// A row each, its cells in the order of the columns.
    sql: &'static str,
}

const SECTIONS: [Section; 4] = [
    Section {
        title: "Devices",
        columns: &["Device", "Model", "Added", "Last seen"],
        sql: "SELECT name, model, substr(added_utc, 1, 10), substr(last_seen_utc, 1, 10) FROM devices \
              ORDER BY last_seen_utc DESC, added_utc DESC, name, model",
    },
    Section {
        title: "Sign-ins",
        columns: &["Month", "Application", "Sign-ins"],
        sql: "SELECT substr(at_utc, 1, 7) AS month, application, count(*) FROM sign_ins \
              GROUP BY month, application ORDER BY month DESC, application",
    },
    Section {
        title: "Hide My Email",
        columns: &["Address", "For", "Note", "Created"],
        sql: "SELECT address, label, note, substr(created_utc, 1, 10) FROM aliases \
              ORDER BY label, address, note, created_utc",
    },
    Section {
        title: "Sign in with Apple",
        columns: &["App", "First", "Latest"],
        sql: "SELECT app, substr(first_utc, 1, 10), substr(latest_utc, 1, 10) FROM apps_signed_in \
              ORDER BY app, first_utc, latest_utc",
    },
];

impl Section {
    fn has_rows(&self, database: &Connection) -> rusqlite::Result<bool> {
        has_rows(database, self.sql)
    }

    fn write(&self, database: &Connection, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "\n## {}\n\n| {} |", self.title, self.columns.join(" | "))?;
        writeln!(to, "|{}", " --- |".repeat(self.columns.len()))?;
        each_row(database, self.sql, [], |row| {
            let mut line = "|".to_owned();
            for at in 0..self.columns.len() {
                let cell = row.get_ref(at)?;
                line.push_str(&match (cell.as_i64(), cell.as_str()) {
                    (Ok(number), _) => format!(" {number} |"),
                    (_, Ok(text)) => format!(" {} |", shown(text)),
                    _ => "  |".to_owned(),
                });
            }
            Ok(writeln!(to, "{line}"))
        })
    }
}

fn summary(database: &Connection, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "# Account\n\nTimes are in UTC. All that Apple says of them is in `Records.sqlite`.")?;
    for section in &SECTIONS {
        if section.has_rows(database).map_err(io::Error::other)? {
            section.write(database, to)?;
        }
    }
    Ok(())
}

/// A text in a cell of a Markdown table, where it reads as itself.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '#') {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

/// A place each, however often the owner was there.
const POINTS: &str = "SELECT longitude, latitude, name, address, min(at_utc), max(at_utc), count(at_utc) FROM places \
    WHERE latitude IS NOT NULL GROUP BY latitude, longitude, name, address ORDER BY latitude, longitude, name, address";

#[derive(Serialize)]
struct Feature<'r> {
    r#type: &'static str,
    geometry: Geometry,
    properties: Properties<'r>,
}

#[derive(Serialize)]
struct Geometry {
    r#type: &'static str,
    coordinates: [f64; 2],
}

#[derive(Serialize)]
struct Properties<'r> {
    name: Option<&'r str>,
    address: Option<&'r str>,
    first: Option<&'r str>,
    last: Option<&'r str>,
    times: i64,
}

/// RFC 7946, a point on each line.
fn places(database: &Connection, to: &mut dyn Write) -> io::Result<()> {
    write!(to, "{{\"type\":\"FeatureCollection\",\"features\":[")?;
    let mut separator = "\n";
    each_row(database, POINTS, [], |row| {
        let text = |at: usize| row.get_ref(at)?.as_str_or_null().map_err(rusqlite::Error::from);
        let feature = Feature {
            r#type: "Feature",
            geometry: Geometry { r#type: "Point", coordinates: [row.get(0)?, row.get(1)?] },
            properties: Properties {
                name: text(2)?,
                address: text(3)?,
                first: text(4)?,
                last: text(5)?,
                times: row.get(6)?,
            },
        };
        let written = to.write_all(separator.as_bytes());
        separator = ",\n";
        Ok(written.and_then(|()| serde_json::to_writer(&mut *to, &feature).map_err(io::Error::from)))
    })?;
    writeln!(to, "\n]}}")
}

#[cfg(test)]
mod tests {
    use super::files;
    use crate::records::typed::tests::Written;

    /// The files of a database, `path: text`.
    fn written(of: &[(&str, &str, &[u8])]) -> Vec<(String, String)> {
        let written = Written::of(of);
        let text = |file: &super::Elsewhere| {
            let mut text = Vec::new();
            file.write(&written.connection, &mut text).unwrap();
            (file.path.clone(), String::from_utf8(text).unwrap())
        };
        files(&written.connection).unwrap().iter().map(text).collect()
    }

    #[test]
    fn the_page_of_an_account() {
        let devices = "Device Name,Device Added Date,Device Serial Number,Device Model Name,\
            Device Last Heartbeat Timestamp,Device Last Heartbeat IP,Device Phone Number\n\
            Ann's | iPhone,2024-10-01 09:08:07,SERIAL0000001,iPhone 15 Pro,2026-01-03 08:00:00,192.0.2.7,+15550100\n\
            Old iPad,,SERIAL0000002,,,,\n";
        let sign_ins = "Logged In Date,Application,IP Address\n2026-01-03 08:00:00,iCloud,192.0.2.7\n\
            2026-01-04 09:10:11,App Store,N/A\n2026-01-05 09:10:11,App Store,192.0.2.8\n2025-12-05 09:10:11,App Store,N/A\n";
        let aliases = "Address,Label,Forward To\nquiet_owl@icloud.com,Shop,ann@example.org\n";
        assert_eq!(
            written(&[
                ("a", "Apple ID Device Information.csv", devices.as_bytes()),
                ("a", "Apple ID SignOn Information.csv", sign_ins.as_bytes()),
                ("a", "Hide My Email Information.csv", aliases.as_bytes()),
            ]),
            [(
                "Account/summary.md".to_owned(),
                "# Account\n\n\
                 Times are in UTC. All that Apple says of them is in `Records.sqlite`.\n\n\
                 ## Devices\n\n\
                 | Device | Model | Added | Last seen |\n| --- | --- | --- | --- |\n\
                 | Ann's \\| iPhone | iPhone 15 Pro | 2024-10-01 | 2026-01-03 |\n\
                 | Old iPad |  |  |  |\n\n\
                 ## Sign-ins\n\n\
                 | Month | Application | Sign-ins |\n| --- | --- | --- |\n\
                 | 2026-01 | App Store | 2 |\n| 2026-01 | iCloud | 1 |\n| 2025-12 | App Store | 1 |\n\n\
                 ## Hide My Email\n\n\
                 | Address | For | Note | Created |\n| --- | --- | --- | --- |\n\
                 | quiet\\_owl@icloud.com | Shop |  |  |\n"
                    .to_owned()
            )]
        );
    }

    #[test]
    fn the_map_of_places() {
        let place = |name: &str, map: &str, times: &str| {
            format!("<dict><key>display name</key><string>{name}</string>{map}{times}</dict>")
        };
        let map = |latitude: &str| {
            format!(
                "<key>map location</key><dict><key>latitude</key><real>{latitude}</real><key>longitude</key><real>10.5</real></dict>"
            )
        };
        let times =
            "<key>t</key><array><date>2024-03-04T05:06:07Z</date><date>2023-01-02T03:04:05Z</date></array>";
        let list = format!(
            "<plist version=\"1.0\"><array>{}{}{}</array></plist>",
            place("Quay &quot;7&quot;", &map("59.9"), times),
            place("Isle", &map("-1"), ""),
            place("Nowhere", "", times)
        );
        assert_eq!(
            written(&[("a", "EventKit/Locations.xml", list.as_bytes())]),
            [(
                "Account/places.geojson".to_owned(),
                "{\"type\":\"FeatureCollection\",\"features\":[\n\
                 {\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[10.5,-1.0]},\"properties\":{\"name\":\"Isle\",\"address\":null,\"first\":null,\"last\":null,\"times\":0}},\n\
                 {\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[10.5,59.9]},\"properties\":{\"name\":\"Quay \\\"7\\\"\",\"address\":null,\"first\":\"2023-01-02T03:04:05Z\",\"last\":\"2024-03-04T05:06:07Z\",\"times\":2}}\n]}\n"
                    .to_owned()
            )]
        );
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        assert_eq!(written(&[]), []);
        assert_eq!(written(&[("a", "Apple ID SignOn Information.csv", b"Logged In Date,Application\n")]), []);
    }
}
