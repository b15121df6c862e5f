//! The JSON that immich-go writes into its archives and uploads from.
//!
//! Name and place are always stated: what immich-go does not find here it takes for empty, whatever the photo
//! itself says (its `Asset.UseMetadata`).
//!
//! `software` must contain the words "immich-go version", or immich-go thinks that the file is somebody
//! else's (its `readFolder.go`).

use std::io;

use serde::Serialize;

use crate::sidecar::Statement;

/// What the document says of the program that wrote it; it tells our sidecars apart.
pub const SOFTWARE: &str = "Windfall, in the form of immich-go version 0.23";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    software: &'static str,
    file_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_taken: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    albums: Vec<Album<'a>>,
    #[serde(skip_serializing_if = "is_false")]
    trashed: bool,
    #[serde(skip_serializing_if = "is_false")]
    archived: bool,
    #[serde(skip_serializing_if = "is_false")]
    favorited: bool,
}

#[derive(Serialize)]
struct Album<'a> {
    title: &'a str,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// The document. Hidden photos are archived in Immich, which takes them off the timeline.
pub fn text(statement: &Statement) -> io::Result<String> {
    let document = Document {
        software: SOFTWARE,
        file_name: &statement.name,
        latitude: statement.position.as_ref().map(|p| p.latitude),
        longitude: statement.position.as_ref().map(|p| p.longitude),
        date_taken: statement.captured.clone(),
        albums: statement.titles().into_iter().map(|title| Album { title }).collect(),
        trashed: statement.deleted,
        archived: statement.hidden,
        favorited: statement.favorite,
    };
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}
