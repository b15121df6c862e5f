//! What the files of notes are called: `Notes/Boat/Spare parts.md`, with the folder `Spare parts.assets` beside it.
//!
//! Titles are the owner's and may hold anything, so every component is made portable. Names that a file system could
//! take for the same get ` (2)`, the Markdown and its folder alike. The order of the notes decides which gets it, so
//! they have to come in an order that does not depend on the run. Whether something else stands at a place is for
//! the plan.

use std::collections::HashMap;

use crate::apple::text::split;
use crate::category::notes::note::{Note, Placing};
use crate::category::notes::path::Area;
use crate::category::places::Places;

/// Where one note wants to stand, from the library, `/` between components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path of the Markdown.
    pub markdown: String,
    /// The folder of its files; that of a twin where nobody knows whose they are. `None` without any.
    pub assets: Option<String>,
    /// The path of each file, in the order of [`Note::attachments`].
    pub files: Vec<String>,
}

impl Place {
    /// The path of a file as the Markdown has it, from its own folder.
    pub fn from_markdown<'p>(&self, file: &'p str) -> &'p str {
        let folder = self.markdown.rsplit_once('/').map_or(0, |(folder, _)| folder.len() + 1);
        file.get(folder..).unwrap_or(file)
    }
}

/// The places of all notes, in their order.
pub fn places(notes: &[Note]) -> Vec<Place> {
    let mut tree = Places::default();
    // folders first: a note may be called as one
    let folders: Vec<String> =
        notes.iter().map(|note| tree.folder(root(note.home.area), &note.home.folder)).collect();
    let mut shared: HashMap<(Area, &str, &str), (String, Vec<String>)> = HashMap::new();
    let mut places = Vec::with_capacity(notes.len());
    for (note, folder) in notes.iter().zip(folders) {
        let [markdown, assets] = tree.free(&folder, &stem(&note.title), ["md", "assets"]);
        let (assets, files) = match note.placing {
            _ if note.attachments.is_empty() => (None, Vec::new()),
            Placing::Shared => {
                let home = (note.home.area, note.home.folder.as_ref(), note.home.title.as_ref());
                let of_first = || (assets.clone(), files(&assets, note));
                let (assets, files) = shared.entry(home).or_insert_with(of_first).clone();
                (Some(assets), files)
            }
            Placing::InText | Placing::AtEnd => (Some(assets.clone()), files(&assets, note)),
        };
        places.push(Place { markdown, assets, files });
    }
    places
}

fn root(area: Area) -> &'static str {
    match area {
        Area::Notes => "Notes",
        Area::RecentlyDeleted => "Notes/Recently Deleted",
    }
}

/// The stem of a title's file. What a title has after a dot is no extension.
fn stem(title: &str) -> String {
    let title: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
    // a file of that name would be hidden
    let shown = title.strip_prefix('.').map(|rest| format!("_{rest}")).unwrap_or(title);
    if shown.is_empty() { "_".to_owned() } else { shown }
}

/// The paths of a note's files in its folder.
fn files(assets: &str, note: &Note) -> Vec<String> {
    let mut tree = Places::default();
    let mut place = |name: &str| {
        let (way, file) = name.rsplit_once('/').unwrap_or(("", name));
        let folder = tree.folder(assets, way);
        let (stem, extension) = split(file);
        let [path] = tree.free(&folder, stem, [extension]);
        path
    };
    note.attachments.iter().map(|file| place(&file.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Place, places};
    use crate::category::dated::Dated;
    use crate::category::notes::markdown::TitleFrom;
    use crate::category::notes::note::{Attachment, Note, Placing};
    use crate::category::notes::path::{Area, Home, Mark};
    use crate::category::notes::rows::Matched;
    use crate::contents::{ContentId, Id};
    use crate::library::name::{fold, is_portable};
    use proptest::prelude::{prop, proptest};
    use std::collections::HashSet;

    fn note(folder: &str, title: &str, files: &[&str], placing: Placing) -> Note {
        let file = |name: &&str| Attachment {
            name: (*name).into(),
            path: (*name).into(),
            content: ContentId::at(0),
        };
        Note {
            home: Home { area: Area::Notes, folder: folder.into(), title: title.into() },
            mark: Mark::default(),
            body: None,
            title: title.into(),
            title_from: TitleFrom::Text,
            created: Dated::unknown(),
            modified: Dated::unknown(),
            pinned: false,
            drawing: false,
            hash: "".into(),
            matched: Matched::Nothing,
            people: Vec::new(),
            attachments: files.iter().map(file).collect(),
            placing,
        }
    }

    fn named(notes: &[Note]) -> Vec<String> {
        places(notes).into_iter().map(|place| place.markdown).collect()
    }

    #[test]
    fn titles_become_names() {
        let long = "x".repeat(300);
        for (folder, title, markdown) in [
            ("", "Plan", "Notes/Plan.md"),
            ("Boat", "Spare parts", "Notes/Boat/Spare parts.md"),
            ("A/B", "v1.2", "Notes/A/B/v1.2.md"),
            ("", "https:||x.org|a", "Notes/https___x.org_a.md"),
            ("", "../", "Notes/_._.md"),
            ("..", "x", "Notes/_/x.md"),
            ("", ".hidden", "Notes/_hidden.md"),
            ("", "CON", "Notes/_CON.md"),
            ("", "Really?", "Notes/Really_.md"),
            ("", " a \n b ", "Notes/a b.md"),
            ("", "Cafe\u{301}", "Notes/Café.md"),
        ] {
            assert_eq!(named(&[note(folder, title, &[], Placing::AtEnd)]), [markdown], "{title}");
        }
        let name = named(&[note("", &long, &[], Placing::AtEnd)]).remove(0);
        assert!(name.len() < 255 && name.ends_with("x.md"), "{name}");
    }

    #[test]
    fn twins_and_folders_keep_apart() {
        let plain = |folder, title| note(folder, title, &[], Placing::AtEnd);
        assert_eq!(
            named(&[
                plain("", "Idea"),
                plain("", "idea"),
                plain("", "Idea"),
                plain("", "Idea (2)"),
                plain("A?", "x"),
                plain("A:", "x"),
                plain("a?", "y")
            ]),
            [
                "Notes/Idea.md",
                "Notes/idea (2).md",
                "Notes/Idea (3).md",
                "Notes/Idea (2) (2).md",
                "Notes/A_/x.md",
                "Notes/A_ (2)/x.md",
                "Notes/A_/y.md"
            ]
        );
        let found =
            named(&[plain("Idea.md", "x"), plain("", "Idea"), plain("Plan.assets", "x"), plain("", "Plan")]);
        assert_eq!((found[1].as_str(), found[3].as_str()), ("Notes/Idea (2).md", "Notes/Plan (2).md"));
    }

    #[test]
    fn files_have_a_folder() {
        let files = ["Attachment.png", "attachment.PNG", "sketches/a:b.png"];
        let found = places(&[
            note("B", "T", &files, Placing::InText),
            note("B", "T", &files, Placing::Shared),
            note("B", "T", &files, Placing::Shared),
        ]);
        assert_eq!(
            found[0],
            Place {
                markdown: "Notes/B/T.md".into(),
                assets: Some("Notes/B/T.assets".into()),
                files: vec![
                    "Notes/B/T.assets/Attachment.png".into(),
                    "Notes/B/T.assets/attachment (2).PNG".into(),
                    "Notes/B/T.assets/sketches/a_b.png".into(),
                ],
            }
        );
        assert_eq!(found[0].from_markdown(&found[0].files[0]), "T.assets/Attachment.png");
        assert_eq!(
            (found[1].assets.as_deref(), &found[1].files),
            (Some("Notes/B/T (2).assets"), &found[2].files)
        );
        assert_eq!(found[2].markdown, "Notes/B/T (3).md");
    }

    proptest! {
        #[test]
        fn no_two_notes_have_one_name(titles in prop::collection::vec((r"[aA/.:]{0,2}", r"([aA.:é ]|\(2\)|CON|\.md|\.assets){0,3}"), 0..12)) {
            let notes: Vec<Note> = titles.iter().map(|(folder, title)| note(folder, title, &["a"], Placing::InText)).collect();
            let mut keys = HashSet::new();
            for place in places(&notes) {
                assert!(place.markdown.split('/').chain(place.files[0].split('/')).all(is_portable), "{place:?}");
                assert!(keys.insert(fold(&place.markdown)) && keys.insert(fold(place.assets.as_deref().expect("a folder"))));
            }
        }
    }
}
