//! What the files of notes are called: `Notes/Boat/Spare parts.md`, with the folder `Spare parts.assets` beside it.
//!
//! Titles are the owner's and may hold anything, so every component is made portable. Names that a file system could
//! take for the same get ` (2)`, the Markdown and its folder alike. The order of the notes decides which gets it, so
//! they have to come in an order that does not depend on the run. Whether something else stands at a place is for
//! the plan.

use std::collections::HashMap;

use crate::apple::text::{above, split};
use crate::category::notes::note::{Note, Placing};
use crate::category::notes::path::Area;
use crate::category::places::Places;
use crate::library::layout;

/// Where one note wants to stand, from the library, `/` between components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path of the Markdown.
    pub markdown: String,
    /// The folder for its files; that of a twin where nobody knows whose they are.
    pub assets: String,
}

impl Place {
    /// The paths of a note's files, in the order of [`Note::attachments`]. Older versions of a note have theirs in the
    /// same folder.
    pub fn files(&self, note: &Note) -> Vec<String> {
        let mut tree = Places::default();
        let mut place = |name: &str| {
            let (way, file) = name.rsplit_once('/').unwrap_or(("", name));
            let folder = tree.folder(&self.assets, way);
            let (stem, extension) = split(file);
            let [path] = tree.free(&folder, stem, [extension]);
            path
        };
        note.attachments.iter().map(|file| place(&file.name)).collect()
    }

    /// The way to a file as the Markdown has it, from its own folder. Both paths are from the library.
    pub fn way_to(&self, file: &str) -> String {
        let folder = above(&self.markdown);
        let mut below = file.split('/').peekable();
        let mut above = folder.split('/').peekable();
        while above.peek().is_some() && above.peek() == below.peek() {
            above.next();
            below.next();
        }
        above.map(|_| "..").chain(below).collect::<Vec<_>>().join("/")
    }
}

/// The places of all notes, in their order.
pub fn places(notes: &[&Note]) -> Vec<Place> {
    let mut tree = Places::default();
    // an owner's folder may be called so too
    let _ = tree.free(root(Area::Notes), RECENTLY_DELETED, [""]);
    // folders first: a note may be called as one
    let folders: Vec<String> =
        notes.iter().map(|note| tree.folder(root(note.home.area), &note.home.folder)).collect();
    let mut shared: HashMap<(Area, &str, &str), String> = HashMap::new();
    let mut places = Vec::with_capacity(notes.len());
    for (note, folder) in notes.iter().zip(folders) {
        let [markdown, own] = tree.free(&folder, &stem(&note.title), ["md", "assets"]);
        let assets = match note.placing {
            Placing::Shared => {
                let home = (note.home.area, note.home.folder.as_ref(), note.home.title.as_ref());
                shared.entry(home).or_insert(own).clone()
            }
            Placing::InText | Placing::AtEnd => own,
        };
        places.push(Place { markdown, assets });
    }
    places
}

const RECENTLY_DELETED: &str = "Recently Deleted";

fn root(area: Area) -> &'static str {
    match area {
        Area::Notes => layout::NOTES,
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

    fn places_of(notes: &[Note]) -> Vec<Place> {
        places(&notes.iter().collect::<Vec<_>>())
    }

    fn named(notes: &[Note]) -> Vec<String> {
        places_of(notes).into_iter().map(|place| place.markdown).collect()
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
        let notes = [
            note("B", "T", &files, Placing::InText),
            note("B", "T", &files, Placing::Shared),
            note("B", "T", &files, Placing::Shared),
        ];
        let found = places_of(&notes);
        assert_eq!(found[0], Place { markdown: "Notes/B/T.md".into(), assets: "Notes/B/T.assets".into() });
        assert_eq!(
            found[0].files(&notes[0]),
            [
                "Notes/B/T.assets/Attachment.png",
                "Notes/B/T.assets/attachment (2).PNG",
                "Notes/B/T.assets/sketches/a_b.png",
            ]
        );
        assert_eq!((found[1].assets.as_str(), &found[1].assets), ("Notes/B/T (2).assets", &found[2].assets));
        assert_eq!(found[2].markdown, "Notes/B/T (3).md");
    }

    #[test]
    fn links_lead_from_the_markdown_to_wherever_a_file_stands() {
        let place = Place { markdown: "Notes/B/T.md".into(), assets: "Notes/B/T.assets".into() };
        for (file, way) in [
            ("Notes/B/T.assets/a.png", "T.assets/a.png"),
            ("Notes/B/a.png", "a.png"),
            ("Notes/C/a.png", "../C/a.png"),
            ("Pictures/a.png", "../../Pictures/a.png"),
        ] {
            assert_eq!(place.way_to(file), way, "{file}");
        }
    }

    #[test]
    fn an_owners_folder_is_not_recently_deleted() {
        let mut gone = note("", "x", &[], Placing::AtEnd);
        gone.home.area = Area::RecentlyDeleted;
        assert_eq!(
            named(&[note("Recently Deleted", "x", &[], Placing::AtEnd), gone]),
            ["Notes/Recently Deleted (2)/x.md", "Notes/Recently Deleted/x.md"]
        );
    }

    proptest! {
        #[test]
        fn no_two_notes_have_one_name(titles in prop::collection::vec((r"[aA/.:]{0,2}", r"([aA.:é ]|\(2\)|CON|\.md|\.assets){0,3}"), 0..12)) {
            let notes: Vec<Note> = titles.iter().map(|(folder, title)| note(folder, title, &["a"], Placing::InText)).collect();
            let mut keys = HashSet::new();
            for (place, note) in places_of(&notes).iter().zip(&notes) {
                let files = place.files(note);
                assert!(place.markdown.split('/').chain(files[0].split('/')).all(is_portable), "{place:?}");
                assert!(keys.insert(fold(&place.markdown)) && keys.insert(fold(&place.assets)));
            }
        }
    }
}
