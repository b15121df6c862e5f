//! The addresses of Hide My Email.
//!
//! Nobody knows the columns of Apple's list, so that they are found by the words of their titles, and what is no address
//! is never taken for one. A row of which nothing is understood is in the raw table alone.

use crate::records::cell::{Text, Time};
use crate::records::raw::{self, quoted};
use crate::records::typed::Raw;
use crate::records::typed::staged::{Staged, each};

/// The raw table.
const HIDDEN: &str = "hide_my_email_information";

/// Fills the table.
///
/// # Errors
/// If the database cannot be read or written.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let known = Hidden::of(raw)?;
    if known.columns.is_empty() {
        return Ok(());
    }
    let columns: Vec<&str> = known.columns.iter().map(String::as_str).collect();
    let mut staged = Staged::of(raw.connection, "aliases")?;
    each(raw, HIDDEN, &columns, |cells| {
        let said = |at: Option<usize>| at.and_then(|at| cells.said(at));
        let address = |at: Option<usize>| at.and_then(|at| cells.said(at)).filter(|text| is_address(text));
        let (alias, forwards_to) = (address(known.address), address(known.forwards_to));
        let (label, note) = (said(known.label), said(known.note));
        let created = match known.created {
            Some(at) => Time::read(cells.verbatim(at), "Created", raw.zone),
            None => Time::none(),
        };
        if [alias, label, note, created.utc.as_deref(), forwards_to].iter().all(Option::is_none) {
            return Ok(());
        }
        staged.add(
            alias.map(str::to_lowercase).as_deref(),
            cells.rank()?,
            &[
                &Text::of(alias),
                &Text::of(label),
                &Text::of(note),
                &created.utc,
                &created.raw,
                &created.basis,
                &Text::of(forwards_to),
            ],
        )
    })?;
    staged.settle("created_utc, address, label")
}

/// Which column of Hide My Email says what.
struct Hidden {
    columns: Vec<String>,
    address: Option<usize>,
    label: Option<usize>,
    note: Option<usize>,
    created: Option<usize>,
    forwards_to: Option<usize>,
}

impl Hidden {
    fn of(raw: Raw<'_>) -> rusqlite::Result<Self> {
        let sql = "SELECT name FROM _columns WHERE \"table\" = ?1 AND header IS NOT NULL ORDER BY position";
        let columns: Vec<String> = raw
            .connection
            .prepare_cached(sql)?
            .query_map([raw::table(HIDDEN)], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let has = |name: &str, words: &[&str]| name.split('_').any(|word| words.contains(&word));
        let mut with_addresses = Vec::new();
        for (at, name) in columns.iter().enumerate() {
            let sql = format!(
                "SELECT EXISTS (SELECT 1 FROM {} WHERE {} LIKE '_%@_%')",
                quoted(&raw::table(HIDDEN)),
                quoted(name)
            );
            if raw.connection.query_row(&sql, [], |row| row.get(0))? {
                with_addresses.push(at);
            }
        }
        let name_of = |at: usize| columns.get(at).map_or("", String::as_str);
        let is_destination = |at: &usize| {
            has(
                name_of(*at),
                &["forward", "forwards", "forwarded", "forwarding", "to", "destination", "primary"],
            )
        };
        let is_hidden = |at: &usize| {
            has(name_of(*at), &["hide", "hidden", "private", "relay", "alias"]) && !is_destination(at)
        };
        let is_alias = |at: &usize| {
            has(name_of(*at), &["email", "mail", "address"])
                && !has(name_of(*at), &["apple", "account"])
                && !is_destination(at)
        };
        // a date has two columns beside it, which say the same
        let is_beside_a_date = |name: &str| {
            ["_utc", "_basis"]
                .iter()
                .any(|end| name.strip_suffix(end).is_some_and(|time| columns.iter().any(|name| name == time)))
        };
        let address = with_addresses
            .iter()
            .copied()
            .find(is_hidden)
            .or_else(|| with_addresses.iter().copied().find(is_alias));
        let forwards_to = with_addresses.iter().copied().find(is_destination);
        let is_free = |at: usize| Some(at) != address && Some(at) != forwards_to;
        let first = |groups: &[&[&str]]| {
            groups.iter().find_map(|words| {
                columns
                    .iter()
                    .enumerate()
                    .position(|(at, name)| has(name, words) && !is_beside_a_date(name) && is_free(at))
            })
        };
        Ok(Hidden {
            address,
            forwards_to,
            label: first(&[&["label"], &["app", "application", "website", "site", "domain"]]),
            note: first(&[&["note", "notes"]]),
            created: first(&[&["created", "creation"], &["date"]]),
            columns,
        })
    }
}

fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !text.contains(' '))
}

#[cfg(test)]
mod tests {
    use crate::records::typed::tests::Written;

    #[test]
    fn hidden_addresses_under_any_titles() {
        for (table, expected) in [
            (
                "Apple ID Number,Hide My Email Address,Label,Note,Created Date,Forward To Email,Is Active\n\
                 1000000001,quiet_owl_0a@icloud.com,Harbour shop,for the boat,2024-05-02 21:10:00,ann@example.org,Yes\n\
                 1000000001,,Unused,,,ann@example.org,No\n",
                &[
                    "-|Unused|-|-|ann@example.org",
                    "quiet_owl_0a@icloud.com|Harbour shop|for the boat|2024-05-02T21:10:00Z|ann@example.org",
                ][..],
            ),
            (
                "Email,App Name,Date\nx1@privaterelay.appleid.com,Tile Run,2024-05-02T21:10:00Z\n",
                &["x1@privaterelay.appleid.com|Tile Run|-|2024-05-02T21:10:00Z|-"],
            ),
            ("Hide My Email Enabled,Something\nYes,a@example.org\n", &[]),
            (
                "Apple Account Email,Private Address,Site\nann@example.org,x2@icloud.com,example.net\n",
                &["x2@icloud.com|example.net|-|-|-"],
            ),
        ] {
            let written = Written::of(&[("a", "Hide My Email Information.csv", table.as_bytes())]);
            let sql = "SELECT address, label, note, created_utc, forwards_to FROM aliases";
            assert_eq!(written.rows(sql), expected, "{table}");
        }
        let newer = "Email,Label\nA@icloud.com,new\n";
        let written = Written::of(&[
            ("old", "Hide My Email Information.csv", b"Email,Label\na@icloud.com,old\nb@icloud.com,gone\n"),
            ("new", "Hide My Email Information.csv", newer.as_bytes()),
        ]);
        assert_eq!(
            written.rows("SELECT address, label FROM aliases"),
            ["A@icloud.com|new", "b@icloud.com|gone"]
        );
    }
}
