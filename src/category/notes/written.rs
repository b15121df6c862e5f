//! A note as the Markdown file that its owner gets.
//!
//! It brings the note, its files and its text together and decides nothing of its own.

use crate::category::notes::markdown::{self, Deleted, Files, FrontMatter, Link, Pinned};
use crate::category::notes::note::{Note, Placing};

/// The Markdown of a note. `files` are the ways to its attachments from the folder of the Markdown; `text` is that of
/// its body, `""` where it has none. Where an attachment is lacking, nobody knows which place in the text is whose.
pub fn written(note: &Note, files: &[String], text: &str) -> String {
    let (created, modified) = (note.created.rfc3339(), note.modified.rfc3339());
    let people: Vec<&str> = note.people.iter().filter_map(|person| person.called()).collect();
    let front = FrontMatter {
        title: &note.title,
        created: created.as_deref(),
        modified: modified.as_deref(),
        pinned: note.pinned.then_some(Pinned),
        deleted: note.is_deleted().then_some(Deleted),
        shared_with: &people,
        source: note.source(),
    };
    let link =
        |path: &String| Link { name: path.rsplit('/').next().unwrap_or(path).to_owned(), path: path.clone() };
    let links: Vec<Link> = files.iter().map(link).collect();
    let files = match note.placing {
        Placing::InText if links.len() == note.attachments.len() => Files::InText(&links),
        Placing::InText | Placing::AtEnd | Placing::Shared => Files::AtEnd(&links),
    };
    markdown::render(&front, note.title_from, text, files)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::written;
    use crate::category::notes::body::{Gist, gist};
    use crate::category::notes::names::places;
    use crate::category::notes::note::{Delivered, notes};
    use crate::category::notes::path::Shape;
    use crate::category::notes::{list, sharing};
    use crate::contents::{ContentId, Id};

    #[test]
    fn an_export_becomes_markdown() {
        let files = [
            ("w/Notes/Boat/Spare parts/Spare parts.txt", "Spare parts\n\n\t◦\trope\n\u{fffc}\n"),
            ("w/Notes/Boat/Spare parts/Attachment.png", ""),
            ("w/Recently Deleted/Idea/Idea.txt", ""),
            ("w/Recently Deleted/Idea/Attachment.pdf", ""),
            ("w/Notes Details.csv", ""),
        ];
        let shape = Shape::of(files.iter().map(|(path, _)| *path));
        let delivered: Vec<Delivered> = (0..)
            .zip(files)
            .map(|(at, (path, _))| Delivered {
                path: shape.inner(path).into(),
                used: shape.part(path),
                content: ContentId::at(at),
            })
            .collect();
        let rows = list::read(
            &b"Title, Created On, Modified On, Pinned, Deleted\nSpare parts,02-25-2024 18:09:10,07-04-2024 14:15:16,Yes,No\n"[..],
            1 << 20,
        );
        let shared = sharing::read_shared(
            &b"File Name, Shared On, Last Modified Date, Participants Details\nBoat/Spare parts/Spare parts.txt,,,Name:Ann | Email:b*@c.d\n"[..],
            1 << 20,
        );
        let text = |content: ContentId| files.get(content.index()).map_or("", |(_, text)| text);
        let said = |content| -> Gist { gist(text(content).as_bytes()) };
        let (rows, shared) = (rows.expect("it has room").rows, shared.expect("it has room").rows);
        let found = notes(&delivered, &rows, &shared, said, Tz::America__Los_Angeles);
        let markdown: Vec<(String, String)> = found
            .notes
            .iter()
            .zip(places(&found.notes.iter().collect::<Vec<_>>()))
            .map(|(note, place)| {
                let body = note.body.as_ref().map_or("", |body| text(body.content));
                let files: Vec<String> = place.files(note).iter().map(|file| place.way_to(file)).collect();
                (place.markdown, written(note, &files, body))
            })
            .collect();
        let expected = [
            (
                "Notes/Boat/Spare parts.md",
                "---\ntitle: \"Spare parts\"\ncreated: 2024-02-26T02:09:10Z\nmodified: 2024-07-04T21:15:16Z\npinned: true\n\
                 shared_with: [\"Ann\", \"b*@c.d\"]\nsource: \"Notes/Boat/Spare parts/Spare parts.txt\"\n---\n\n# Spare parts\n\n\
                 - [ ] rope  \n![](Spare%20parts.assets/Attachment.png)\n",
            ),
            (
                "Notes/Recently Deleted/Idea.md",
                "---\ntitle: \"Idea\"\ndeleted: true\nsource: \"Recently Deleted/Idea/Idea.txt\"\n---\n\n# Idea\n\n\
                 ## Attachments\n\n- [Attachment.pdf](Idea.assets/Attachment.pdf)\n",
            ),
        ];
        assert_eq!(markdown, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    }
}
