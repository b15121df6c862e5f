//! What a request looks like, in words: the text that somebody sends to others.
//!
//! Everything that may be told is in [`Structure`], so nothing is left out here, and nothing else is printed. Lines are
//! not broken and have no colours: they go into files and mails.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use super::{Reader, outcome, print, shown};
use windfall::Error;
use windfall::cli::structure::{Archive, Column, Components, Document, Forms, Structure, Table, Vocabulary};

/// Prints a structure report.
pub fn structure(structure: &Structure) -> Result<(), Error> {
    print(Reader::OfTable, |out| outcome(words(out, structure)))
}

fn words(out: &mut dyn Write, structure: &Structure) -> io::Result<()> {
    writeln!(out, "What this request looks like, by windfall {}.", structure.windfall)?;
    writeln!(
        out,
        "It holds names, titles and codes of Apple's, forms and numbers, and nothing that you wrote or chose."
    )?;
    exports(out, structure)?;
    for archive in &structure.archives {
        self::archive(out, archive)?;
    }
    for (name, tables) in &structure.tables {
        tables.iter().try_for_each(|table| self::table(out, name, table))?;
    }
    for (kind, documents) in [("JSON", &structure.json), ("property list", &structure.property_lists)] {
        documents.iter().try_for_each(|(name, document)| self::document(out, kind, name, document))?;
    }
    if structure.more_tables + structure.unread > 0 {
        writeln!(out)?;
        fact(out, "tables and documents beyond those", structure.more_tables)?;
        fact(out, "tables and documents that could not be read", structure.unread)?;
    }
    section(out, "Notes", structure.notes.as_ref())?;
    section(out, "iCloud Drive", structure.drive.as_ref())?;
    section(out, "Clock of the lists of notes and iCloud Drive", structure.clock.as_ref())?;
    for (title, components) in [("Cards", &structure.cards), ("Calendars", &structure.calendars)] {
        components.iter().try_for_each(|components| self::components(out, title, components))?;
    }
    section(out, "Mail", structure.mail.as_ref())?;
    section(out, "Pages of bookmarks", structure.bookmarks.as_ref())
}

fn exports(out: &mut dyn Write, structure: &Structure) -> io::Result<()> {
    heading(out, "Exports")?;
    for export in &structure.exports {
        let parts: Vec<String> = export.parts_found.iter().map(u32::to_string).collect();
        let of = export.parts_expected.map_or("?".to_owned(), |total| total.to_string());
        writeln!(out, "  {} – {}, parts {} of {of}", shown(&export.name), export.category, parts.join(", "))?;
    }
    for (category, files) in &structure.categories {
        writeln!(out, "  {category}: {}", counts(files))?;
    }
    fact(out, "archives and folders left alone", structure.left_alone)?;
    for (code, count) in &structure.problems {
        writeln!(out, "  problem {code}: {count}")?;
    }
    Ok(())
}

fn archive(out: &mut dyn Write, archive: &Archive) -> io::Result<()> {
    let kind = if archive.is_folder { "Folder" } else { "Archive" };
    heading(out, &format!("{kind} {}: {} files", shown(&archive.name), archive.entries))?;
    for path in &archive.paths {
        writeln!(out, "  {}", shown(path))?;
    }
    fact(out, "more files", archive.more_paths)
}

fn table(out: &mut dyn Write, name: &str, table: &Table) -> io::Result<()> {
    heading(out, &format!("Table {}: {} rows", shown(name), table.rows))?;
    if let Some(title) = &table.title {
        writeln!(out, "  below the line `{}`", shown(title))?;
    }
    let list = |words: &std::collections::BTreeSet<&'static str>| {
        words.iter().copied().collect::<Vec<_>>().join(", ")
    };
    let form = [&table.encodings, &table.separators, &table.line_ends].map(list).join("; ");
    writeln!(out, "  {form}")?;
    for (what, count) in [
        ("files", table.files),
        ("lines before the header", table.preamble),
        ("headers that come again", table.repeated_headers),
        ("rows that begin with a quote", table.quoted_rows),
        ("rows with more or fewer cells than the header", table.ragged_rows),
        ("blank lines", table.blank),
        ("rows that are too long", table.oversized),
    ] {
        fact(out, what, count)?;
    }
    for (number, column) in (1..).zip(&table.columns) {
        self::column(out, number, column)?;
    }
    Ok(())
}

fn column(out: &mut dyn Write, number: usize, column: &Column) -> io::Result<()> {
    match &column.title {
        Some(title) => write!(out, "  {number}. `{}`", shown(title))?,
        None => write!(out, "  {number}. (no title)")?,
    }
    values(out, column.sensitive, &column.forms, column.vocabulary.as_ref())
}

fn values(
    out: &mut dyn Write,
    sensitive: bool,
    forms: &Forms,
    vocabulary: Option<&Vocabulary>,
) -> io::Result<()> {
    write!(out, ": {} filled, {} empty", forms.filled, forms.empty)?;
    if sensitive {
        return writeln!(out, "; says who or where somebody is, and is not told");
    }
    if !forms.forms.is_empty() {
        write!(out, "; {}", counts(&forms.forms))?;
    }
    if forms.more_forms > 0 {
        write!(out, ", further forms {}", forms.more_forms)?;
    }
    if let Some((shortest, longest)) = forms.text_length {
        write!(out, "; texts of {shortest} to {longest} characters")?;
    }
    if let Some(vocabulary) = vocabulary {
        let members = match vocabulary.is_open {
            true => "too many to be a vocabulary".to_owned(),
            false => counts(&vocabulary.members),
        };
        write!(out, "; values: {members}")?;
        if vocabulary.withheld > 0 {
            write!(out, ", not told {}", vocabulary.withheld)?;
        }
    }
    writeln!(out)
}

fn document(out: &mut dyn Write, kind: &str, name: &str, document: &Document) -> io::Result<()> {
    heading(out, &format!("{} {}: {} elements", capital(kind), shown(name), document.elements))?;
    for (what, count) in [
        ("files", document.files),
        ("elements that cannot be read", document.unread),
        ("files that ended too early", document.cut),
        ("values at further paths", document.more_paths),
    ] {
        fact(out, what, count)?;
    }
    for (path, node) in &document.paths {
        let path = if path.is_empty() { "(all of it)" } else { path };
        write!(out, "  `{}`: {}", shown(path), counts(&node.types))?;
        match node.forms.filled + node.forms.empty {
            0 => writeln!(out)?,
            _ => values(out, node.sensitive, &node.forms, node.vocabulary.as_ref())?,
        }
    }
    Ok(())
}

fn components(out: &mut dyn Write, title: &str, components: &Components) -> io::Result<()> {
    heading(out, &format!("{title}: {} files", components.files))?;
    for (what, count) in [
        ("files that cannot be read", components.unread),
        ("files of several", components.files_of_several),
        ("files with a byte order mark", components.files_with_a_byte_order_mark),
        ("files with LF alone", components.files_with_lf),
    ] {
        fact(out, what, count)?;
    }
    for (what, counted) in [
        ("components", &components.components),
        ("versions", &components.versions),
        ("written by", &components.written_by),
    ] {
        writeln!(out, "  {what}: {}", counts(counted))?;
    }
    for (name, property) in &components.properties {
        write!(out, "  {}: {}", shown(name), property.count)?;
        if property.in_groups > 0 {
            write!(out, ", in groups {}", property.in_groups)?;
        }
        if property.blank > 0 {
            write!(out, ", blank {}", property.blank)?;
        }
        match property.parameters.is_empty() {
            true => writeln!(out)?,
            false => writeln!(out, "; {}", counts(&property.parameters))?,
        }
    }
    Ok(())
}

/// Numbers under the names that they have in the JSON.
fn section(out: &mut dyn Write, title: &str, of: Option<&impl serde::Serialize>) -> io::Result<()> {
    let Some(of) = of else { return Ok(()) };
    heading(out, title)?;
    let serde_json::Value::Object(fields) = serde_json::to_value(of).map_err(io::Error::from)? else {
        return Ok(());
    };
    for (name, value) in fields {
        let name = name.replace('_', " ");
        let told = match value {
            serde_json::Value::Object(counted) => {
                let counted: Vec<String> =
                    counted.iter().map(|(key, count)| format!("{key} {count}")).collect();
                counted.join(", ")
            }
            serde_json::Value::String(text) => text,
            serde_json::Value::Null => "nothing".to_owned(),
            value => value.to_string(),
        };
        writeln!(out, "  {name}: {}", shown(&told))?;
    }
    Ok(())
}

fn heading(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{text}")
}

/// A number, if it is any.
fn fact(out: &mut dyn Write, what: &str, count: u64) -> io::Result<()> {
    if count == 0 { Ok(()) } else { writeln!(out, "  {what}: {count}") }
}

fn counts<K: Display>(counted: &BTreeMap<K, u64>) -> String {
    let counted: Vec<String> = counted.iter().map(|(what, count)| format!("{what} {count}")).collect();
    if counted.is_empty() { "none".to_owned() } else { shown(&counted.join(", ")).into_owned() }
}

fn capital(kind: &str) -> &str {
    if kind == "property list" { "Property list" } else { kind }
}
