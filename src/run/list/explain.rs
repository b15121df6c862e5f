//! What can be told of one file: why it is where it is, what people said of it, or that its owner left it out.
//!
//! An owner names it as it comes: by its path, by that of an album's link, or by its name alone.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use crate::apple::text;
use crate::category::made_of;
use crate::category::photos::time::{Evidence, Rule};
use crate::contents::Category;
use crate::error::Error;
use crate::library::catalog::{Catalog, Detail, ForgottenRecord};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::posted::{Posted, Remark};
use crate::library::record::{Area, DerivedKind, DerivedRecord};
use crate::run::list::{Listed, Shared, instant, listed};

/// Why a file is where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// What the list says of it.
    pub file: Listed,
    /// The rule that decided its date.
    pub rule: Option<Rule>,
    /// How many seconds each piece of evidence, in its order, is away from the decision; `None` where it names
    /// no instant of its own or the file is undated.
    pub distances: Vec<Option<i64>>,
    /// Whether Apple's list of iCloud Drive has a row for it, which dates it.
    pub is_in_drive_list: bool,
    /// The still that an adjustment or a RAW file belongs to.
    pub companion_of: Option<LibraryPath>,
    /// What people of shared albums have to do with it.
    pub posted: Vec<Posted>,
}

impl Story {
    /// As JSON: what the list says, and what people said. They are others than the owner, so a listing of all files
    /// does not name them.
    pub fn json(&self) -> impl Serialize + '_ {
        Told { file: &self.file, posted: self.posted.iter().map(Post::from).collect() }
    }
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    file: &'a Listed,
    posted: Vec<Post<'a>>,
}

/// What somebody posted to a shared album, as in JSON.
#[derive(Serialize)]
struct Post<'a> {
    album: &'a str,
    by: Option<&'a str>,
    time: Option<String>,
    remarks: Vec<Said<'a>>,
}

/// What somebody said of it; a like has no text.
#[derive(Serialize)]
struct Said<'a> {
    by: Option<&'a str>,
    text: Option<&'a str>,
    time: Option<String>,
}

impl<'a> From<&'a Posted> for Post<'a> {
    fn from(posted: &'a Posted) -> Self {
        let said = |remark: &'a Remark| Said {
            by: remark.by.as_deref(),
            text: remark.text.as_deref(),
            time: remark.time.map(instant),
        };
        Post {
            album: &posted.album,
            by: posted.by.as_deref(),
            time: posted.time.map(instant),
            remarks: posted.remarks.iter().map(said).collect(),
        }
    }
}

/// A file that its owner left out of the library, as in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Where it stood.
    pub path: LibraryPath,
    /// When it was left out, RFC 3339.
    pub forgotten: String,
    /// Where its bytes are now, if they are anywhere.
    pub kept: Option<LibraryPath>,
    /// The file that it went along with: the other half of a Live Photo, or a still.
    pub went_with: Option<LibraryPath>,
    /// How many bytes it has.
    pub size: u64,
    /// Of its bytes, in lower-case hex.
    pub blake3: String,
}

/// What can be told of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Explained {
    /// It is on record, whether it stands or not.
    File(Box<Story>),
    /// Its owner left it out on purpose.
    LeftOut(LeftOut),
    /// It is made of other files.
    Made(Made),
}

/// A file that is made of others, as in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Where it stands.
    pub path: LibraryPath,
    /// What kind of data it is made of: `notes` …
    pub category: &'static str,
    /// What it is made of, in words.
    pub made_of: &'static str,
    /// Of its bytes as they were made, in lower-case hex.
    pub blake3: Option<String>,
}

impl Made {
    fn new(path: LibraryPath, record: &DerivedRecord) -> Self {
        Made {
            category: record.category.as_str(),
            made_of: made_of(record.category, path.as_str()),
            blake3: record.blake3.map(|hash| hash.to_hex().to_string()),
            path,
        }
    }
}

/// The made file that one of these texts names.
pub(crate) fn made(catalog: &Catalog, texts: &[String]) -> Result<Option<Made>, Error> {
    let keys: HashSet<String> = texts.iter().map(|text| name::fold(text)).collect();
    let derived = catalog.derived()?;
    let mut made = derived.into_iter().filter(|(_, record)| record.kind == DerivedKind::Made);
    let found = made.find(|(path, _)| keys.contains(&name::fold(path.as_str())));
    Ok(found.map(|(path, record)| Made::new(path, &record)))
}

/// What can be told of a file. `path` may begin with the library's own path, may name a link of an album, which stands
/// for its target, and may be a name alone, here or at Apple's, if only one file has it. What was left out is found in the
/// same ways, after what was not.
///
/// # Errors
/// If the library knows no such file or several, or has no catalog.
pub fn explain(library: &Path, path: &Path) -> Result<Explained, Error> {
    let catalog = Catalog::read(library)?;
    let texts = candidates(library, path);
    if let Some(found) = catalog.path_of(&texts)? {
        return story(&catalog, &found, path);
    }
    if let Some(made) = made(&catalog, &texts)? {
        return Ok(Explained::Made(made));
    }
    let left_out = catalog.all_forgotten()?;
    let keys: HashSet<String> = texts.iter().map(|text| name::fold(text)).collect();
    let is_named = |path: &LibraryPath| keys.contains(&name::fold(path.as_str()));
    let stood_there = |left: &&ForgottenRecord| {
        is_named(&left.bytes.path) || left.bytes.kept.as_ref().is_some_and(is_named)
    };
    if let Some(left) = newest(left_out.iter().filter(stood_there)) {
        return Ok(left);
    }
    match by_name(&catalog, &left_out, path)? {
        Some(found) if catalog.file(&found)?.is_some() => story(&catalog, &found, path),
        Some(found) => {
            newest(left_out.iter().filter(|left| left.bytes.path.as_str() == found)).ok_or_else(unknown(path))
        }
        None => Err(unknown(path)()),
    }
}

/// What was left out last.
fn newest<'a>(all: impl Iterator<Item = &'a ForgottenRecord>) -> Option<Explained> {
    // the original of an edit went along with the edit, and its path is the same
    let files = all.filter(|left| left.bytes.with.as_ref() != Some(&left.bytes.path));
    files.max_by(|a, b| a.when.cmp(&b.when)).map(LeftOut::from).map(Explained::LeftOut)
}

fn unknown(path: &Path) -> impl Fn() -> Error + '_ {
    move || Error::NoSuchFile(path.display().to_string())
}

fn story(catalog: &Catalog, found: &str, path: &Path) -> Result<Explained, Error> {
    let file = catalog.file(found)?.ok_or_else(unknown(path))?;
    let titles = catalog.titles_by_path()?.remove(file.path.as_str()).unwrap_or_default();
    let shared = Shared::read(catalog, Some(file.content.delivered_id()))?;
    let posted = catalog.posted(Some(&file.path))?.remove(file.path.as_str()).unwrap_or_default();
    let (rule, decided, companion_of) = (file.rule, file.captured, file.companion_of.clone());
    // nothing else gives a file of iCloud Drive a time of its own
    let is_in_drive_list = file.category == Category::Drive && file.modified.is_some();
    let file = listed(file, &shared, titles);
    let distance = |evidence: &Evidence| evidence.distance(decided?);
    let distances = file.evidence.iter().map(distance).collect();
    Ok(Explained::File(Box::new(Story { rule, distances, is_in_drive_list, companion_of, posted, file })))
}

impl From<&ForgottenRecord> for LeftOut {
    fn from(left: &ForgottenRecord) -> Self {
        let bytes = left.bytes.clone();
        LeftOut {
            path: bytes.path,
            forgotten: left.when.clone(),
            kept: bytes.kept,
            went_with: bytes.with,
            size: bytes.content.size,
            blake3: bytes.content.blake3.to_hex().to_string(),
        }
    }
}

/// The path of the only file that has this name, or had it at Apple's, or was left out. One that has it comes before one
/// that had, and that before one that was left out.
fn by_name(catalog: &Catalog, left_out: &[ForgottenRecord], path: &Path) -> Result<Option<String>, Error> {
    let mut steps = path.components();
    let (Some(Component::Normal(name)), None) = (steps.next(), steps.next()) else { return Ok(None) };
    let wanted = text::match_key(&name.to_string_lossy());
    let (mut have, mut had) = (Vec::new(), Vec::new());
    catalog.each_file(Detail::WithoutEvidence, &mut |file| {
        let path = file.path.as_str();
        let here = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let is_wanted = |name: &str| file.area != Area::Details && text::match_key(name) == wanted;
        if is_wanted(here) {
            have.push(path.to_owned());
        } else if file.original_name.as_deref().is_some_and(is_wanted) {
            had.push(path.to_owned());
        }
        ControlFlow::Continue(())
    })?;
    let gone = left_out.iter().map(|left| &left.bytes.path);
    let gone = gone.filter(|path| text::match_key(path.file_name()) == wanted);
    let gone: BTreeSet<String> = gone.map(|path| path.as_str().to_owned()).collect();
    let of_all = [have, had, gone.into_iter().collect()];
    let mut named = of_all.into_iter().find(|named| !named.is_empty()).unwrap_or_default();
    match named.len() {
        0 | 1 => Ok(named.pop()),
        _ => Err(Error::SeveralFiles { name: name.to_string_lossy().into_owned(), paths: named }),
    }
}

/// The path on record that an owner means, if there is one.
///
/// # Errors
/// If the catalog cannot be read.
pub(crate) fn path_of(library: &Path, catalog: &Catalog, path: &Path) -> Result<Option<LibraryPath>, Error> {
    let found = catalog.path_of(&candidates(library, path))?;
    Ok(found.and_then(|found| LibraryPath::recorded(&found).ok()))
}

/// The paths inside the library that an owner may mean, likeliest first.
pub(crate) fn candidates(library: &Path, path: &Path) -> Vec<String> {
    let mut candidates = vec![slashed(path)];
    candidates.extend(path.strip_prefix(library).ok().map(slashed));
    let resolved = || Some(slashed(resolved(path)?.strip_prefix(library.canonicalize().ok()?).ok()?));
    candidates.extend(resolved());
    // no name in a library has one, but a list that was made on Windows has
    let turned = candidates.iter().filter(|text| text.contains('\\')).map(|text| text.replace('\\', "/"));
    candidates.extend(turned.collect::<Vec<_>>());
    candidates
}

/// The path with its folders resolved, as far as they stand. The name is not: it may be an album's link.
fn resolved(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let folders = path.ancestors().skip(1);
    let mut standing = folders.filter_map(|folder| Some((folder, folder.canonicalize().ok()?)));
    let (folder, resolved) = standing.next()?;
    Some(resolved.join(path.strip_prefix(folder).ok()?))
}

fn slashed(path: &Path) -> String {
    let steps = path.components().filter(|step| *step != Component::CurDir);
    steps.map(|step| step.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::candidates;
    use std::path::Path;

    #[test]
    fn an_owner_may_name_a_file_in_several_ways() {
        let library = Path::new("/drive/Photos");
        for named in ["2024/a.jpg", "./2024/a.jpg", "/drive/Photos/2024/a.jpg"] {
            assert!(candidates(library, Path::new(named)).contains(&"2024/a.jpg".to_owned()), "{named}");
        }
        #[cfg(unix)]
        assert_eq!(candidates(library, Path::new(r"2024\a.jpg")), [r"2024\a.jpg", "2024/a.jpg"]);
    }

    #[test]
    fn a_file_may_be_named_whose_folder_is_gone() {
        let drive = tempfile::tempdir().unwrap();
        let library = drive.path().join("Photos");
        std::fs::create_dir(&library).unwrap();
        let seen_from_elsewhere = drive.path().join("Photos/../Photos");
        let named = library.join("2024/gone/a.jpg");
        assert!(candidates(&seen_from_elsewhere, &named).contains(&"2024/gone/a.jpg".to_owned()));
    }
}
