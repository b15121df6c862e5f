//! Rows on their way into the tables: statements that a batch prepares once, for very many values.

use rusqlite::{CachedStatement, Params, Transaction, params};

use crate::category::Said;
use crate::category::photos::media::{Kind, LocalTime};
use crate::category::photos::time::{CapturedFrom, Rule, local_text};
use crate::contents::Content;
use crate::library::catalog::Ids;
use crate::library::catalog::facts::FACTS;
use crate::library::catalog::load::{FILE_COLUMNS, FILES};
use crate::library::path::LibraryPath;
use crate::library::record::FileRecord;

/// Records what is known of files. What somebody found of their bytes stays, as long as they are the same bytes. Gives
/// the paths of those that had a record.
pub(super) fn put_files<'f>(
    tx: &Transaction<'_>,
    files: &'f [FileRecord],
    ids: &Ids,
) -> rusqlite::Result<Vec<&'f LibraryPath>> {
    let values: Vec<String> = (1..=FILE_COLUMNS).map(|n| format!("?{n}")).collect();
    let renewed: Vec<String> =
        FILES.split(", ").map(|column| format!("{column} = excluded.{column}")).collect();
    let row = format!("INTO files ({FILES}) VALUES ({})", values.join(", "));
    let mut insert = Put {
        new: tx.prepare_cached(&format!("INSERT OR IGNORE {row}"))?,
        replaced: tx.prepare_cached(&format!(
            "INSERT {row} ON CONFLICT (path) DO UPDATE SET {}, \
             verified = CASE WHEN content = excluded.content THEN verified END, \
             damage = CASE WHEN content = excluded.content THEN damage END, \
             damage_found = CASE WHEN content = excluded.content THEN damage_found END",
            renewed.join(", ")
        ))?,
    };
    let mut known = Vec::new();
    for file in files {
        let put = insert.execute(params![
            file.path.as_str(),
            file.area.as_str(),
            ids.contents.get(file.content),
            file.kind.map(Kind::as_str),
            file.original_name,
            file.proved,
            file.captured_text(),
            file.captured_from.map(CapturedFrom::as_str),
            file.rule.map(Rule::as_str),
            file.evidence.as_ref().and_then(|evidence| serde_json::to_string(evidence).ok()),
            file.imported_text(),
            file.favorite,
            file.hidden,
            file.deleted,
            file.view_count,
            file.contributed_by_me,
            file.live_photo.as_ref().map(LibraryPath::as_str),
            file.companion_of.as_ref().map(LibraryPath::as_str),
            file.modified.map(|t| t.to_rfc3339()),
            file.category.as_str(),
            file.original.as_deref().and_then(|content| ids.contents.get(*content)),
        ])?;
        if put == PutRow::Replaced {
            known.push(&file.path);
        }
    }
    Ok(known)
}

/// Inserts rows that replace those with the same key. Where a row may be replaced, SQLite first copies every page
/// that it touches. Most keys are new, so it is asked to replace only where a row is in the way.
pub(super) struct Put<'a> {
    new: CachedStatement<'a>,
    replaced: CachedStatement<'a>,
}

impl<'a> Put<'a> {
    /// `row` is what follows `INSERT INTO`.
    pub(super) fn into(tx: &'a Transaction<'_>, row: &str) -> rusqlite::Result<Self> {
        let statement = |how| tx.prepare_cached(&format!("INSERT OR {how} INTO {row}"));
        Ok(Put { new: statement("IGNORE")?, replaced: statement("REPLACE")? })
    }

    pub(super) fn execute(&mut self, values: impl Params + Copy) -> rusqlite::Result<PutRow> {
        if self.new.execute(values)? > 0 {
            return Ok(PutRow::New);
        }
        self.replaced.execute(values)?;
        Ok(PutRow::Replaced)
    }
}

/// Whether there was a row with the same key.
#[derive(PartialEq, Eq)]
pub(super) enum PutRow {
    New,
    Replaced,
}

/// Records distinct bytes.
pub(super) struct PutContents<'a>(CachedStatement<'a>);

impl<'a> PutContents<'a> {
    pub(super) fn into(tx: &'a Transaction<'_>) -> rusqlite::Result<Self> {
        let statement = tx.prepare_cached(&format!(
            "INSERT INTO contents (blake3, size, crc32, fingerprint, cut_short, format, exif_time, exif_offset, \
             quicktime_time, quicktime_offset, utc_time, content_identifier, exif_standard, {FACTS}) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, \
             ?22, ?23, ?24)",
        ))?;
        Ok(PutContents(statement))
    }

    /// Gives their id.
    pub(super) fn insert(&mut self, content: &Content, said: &Said) -> rusqlite::Result<i64> {
        let time = |local: Option<LocalTime>| local.map(|l| local_text(l.time));
        let offset =
            |local: Option<LocalTime>| local.and_then(|l| l.offset).map(|offset| offset.local_minus_utc());
        let embedded = &said.embedded;
        let place = said.place.as_deref();
        self.0.insert(params![
            content.blake3.to_hex().as_str(),
            content.size,
            content.crc32,
            said.fingerprint.map(|f| f.to_string()),
            said.cut_short,
            embedded.format.as_str(),
            time(embedded.exif),
            offset(embedded.exif),
            time(embedded.quicktime),
            offset(embedded.quicktime),
            embedded.utc.map(local_text),
            embedded.content_identifier,
            embedded.exif.map(|_| embedded.standard.as_str()),
            embedded.position.map(|position| position.latitude),
            embedded.position.map(|position| position.longitude),
            embedded.pixels.map(|pixels| pixels.width),
            embedded.pixels.map(|pixels| pixels.height),
            embedded.duration,
            embedded.camera.make(),
            embedded.camera.model(),
            place.map(|place| &place.country),
            place.map(|place| &place.country_code),
            place.map(|place| &place.region),
            place.map(|place| &place.city),
        ])
    }
}
