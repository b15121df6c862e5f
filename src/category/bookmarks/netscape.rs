//! The HTML form: a Netscape bookmark file, as Safari and every other browser writes it.
//!
//! Closing tags are missing in this format as a rule, so only four things count: a heading names the next list, lists
//! nest, links stand in the innermost open one, and a description follows its link or heading.
//!
//! Safari marks the reading list by `id="com.apple.ReadingList"`, and the favourites by nothing but a name, which is
//! translated.

use std::collections::BTreeSet;
use std::io::Read;
use std::mem;
use std::ops::ControlFlow;

use chrono::DateTime;

use crate::apple::markup::{Tag, Token, decoded, each_token};
use crate::apple::table::windows::Windows;
use crate::category::bookmarks::{Bookmark, File, Folder, FolderPath, Stamp, too_many};
use crate::problem::refusal::{Refusal, refused};

/// How deep folders may lie in each other; what lies deeper stands in the deepest.
const DEEPEST: usize = 64;

/// Characters of a folder's name; nobody's is longer, and it is repeated with every bookmark inside.
const LONGEST_NAME: usize = 255;

/// Bytes of memory that a folder takes besides its name.
const EACH_FOLDER: usize = 128;

/// What the head of such a file says.
const MARK: &str = "netscape-bookmark-file";

/// Bytes in which the mark stands, if anywhere.
pub const HEAD: u64 = 4096;

/// What Safari calls the reading list. Where it does not say so by its identifier, the name must do.
const READING_LIST: &str = "com.apple.readinglist|reading list|liste de lecture|leseliste|lista de lectura|\
     elenco lettura|leeslijst|lista de leitura|lista de leituras|läslista|læseliste|lukulista|\
     lista czytania|lista do przeczytania|seznam četby|список для чтения|okuma listesi|\
     リーディングリスト|阅读列表|閱讀列表|閱讀清單|읽기 목록";

/// What Safari calls the folder of favourites.
const FAVOURITES: &str = "bookmarksbar|favorites|favourites|favorites bar|favourites bar|bookmarks bar|favoris|\
     signets|favoriten|favoritos|preferiti|favorieten|favoriter|favoritter|suosikit|\
     ulubione|oblíbené|избранное|favoriler|sık kullanılanlar|お気に入り|个人收藏|喜好項目|즐겨찾기";

/// Whether a text that begins so is such a file: by its mark, or by links in definition lists.
pub fn is_netscape(text: &str) -> bool {
    let head = text.to_ascii_lowercase();
    head.contains(MARK) || head.contains("<dl>") && head.contains("<dt>")
}

/// What text is being read.
#[derive(Debug, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    Nothing,
    Heading(Folder),
    Link(Box<Bookmark>),
    Note,
}

#[derive(Default)]
struct Reader {
    file: File,
    /// One for each open list: the folder it is, or `None` for the outermost one.
    open: Vec<Option<Folder>>,
    /// The heading whose list has not begun.
    announced: Option<Folder>,
    known: BTreeSet<FolderPath>,
    reading: Reading,
    said: String,
    room: usize,
}

/// Reads a file of any size from front to back, using at most `room` bytes of memory for what it holds. What is no link,
/// heading or description is passed over.
///
/// # Errors
/// If it cannot be read, or if there are more bookmarks than `room` has space for.
pub fn read(source: impl Read, room: usize) -> Result<File, Refusal> {
    let mut windows = Windows::of_text(source);
    let mut reader = Reader { room, ..Reader::default() };
    let mut each = |token: Token<'_>| match reader.hear(token) {
        Some(()) => ControlFlow::Continue(()),
        None => ControlFlow::Break(()),
    };
    let ended = each_token(&mut || windows.next_text(), &mut each).map_err(|error| refused(&error))?;
    if ended.is_break() || reader.finish().is_none() {
        return Err(too_many());
    }
    let mut file = reader.file;
    file.lines.lines = file.lines.rows;
    file.encoding = windows.encoding();
    Ok(file)
}

impl Reader {
    /// Takes in what comes next; `None` if there is no room for it.
    fn hear(&mut self, token: Token<'_>) -> Option<()> {
        match token {
            Token::Text(text) if self.reading != Reading::Nothing => {
                if self.file.weight + self.said.len() + text.len() > self.room {
                    return None;
                }
                self.said.push_str(text);
            }
            Token::Text(_) => (),
            Token::Open(tag) => {
                let ends = ["a", "h3", "dl", "dt", "dd"].iter().any(|name| tag.is(name));
                if ends {
                    self.finish()?;
                }
                if tag.is("a") {
                    self.reading = Reading::Link(Box::new(self.link(&tag)));
                } else if tag.is("h3") {
                    self.reading = Reading::Heading(self.heading(&tag));
                } else if tag.is("dd") {
                    self.reading = Reading::Note;
                } else if tag.is("dl") {
                    let folder = self.announced.take();
                    self.open.push(folder);
                } else if tag.is("br") && self.reading != Reading::Nothing {
                    self.said.push('\n');
                }
            }
            Token::Close(name) => {
                let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
                if is("a") || is("h3") || is("dd") || is("dl") {
                    self.finish()?;
                }
                if is("dl") {
                    // a folder whose list never began is closed by none
                    self.announced = None;
                    self.open.pop();
                }
            }
        }
        Some(())
    }

    fn inside(&self) -> Option<&Folder> {
        self.open.iter().rev().flatten().next()
    }

    fn heading(&self, tag: &Tag<'_>) -> Folder {
        let parent = self.inside();
        let id = tag.attribute("id").unwrap_or_default();
        let is_toolbar =
            tag.attribute("personal_toolbar_folder").is_some_and(|is| is.eq_ignore_ascii_case("true"));
        Folder {
            path: parent.map(|folder| folder.path.clone()).unwrap_or_default(),
            favourites: is_toolbar || parent.is_some_and(|folder| folder.favourites),
            reading_list: id.eq_ignore_ascii_case("com.apple.ReadingList")
                || parent.is_some_and(|folder| folder.reading_list),
        }
    }

    fn link(&self, tag: &Tag<'_>) -> Bookmark {
        let inside = self.inside();
        let attribute = |name| tag.attribute(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let stamp = |name| Some(attribute(name)).filter(|raw| !raw.is_empty() && raw != "0").map(stamp);
        Bookmark {
            title: String::new(),
            url: attribute("href"),
            folder: Some(inside.map(|folder| folder.path.clone()).unwrap_or_default()),
            added: stamp("add_date"),
            modified: stamp("last_modified"),
            favourite: inside.is_some_and(|folder| folder.favourites),
            deleted: false,
            reading_list: inside.is_some_and(|folder| folder.reading_list),
            note: String::new(),
        }
    }

    /// Takes in what was read; `None` if there is no room for it.
    fn finish(&mut self) -> Option<()> {
        let reading = mem::take(&mut self.reading);
        let said = mem::take(&mut self.said);
        let said = decoded(&said);
        let line = || {
            let mut line = String::new();
            for word in said.split_whitespace() {
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(word);
            }
            line
        };
        match reading {
            Reading::Nothing => (),
            Reading::Link(mut bookmark) => {
                bookmark.title = line();
                let dates = [&bookmark.added, &bookmark.modified].into_iter().flatten();
                let dates: usize = dates.map(|stamp| stamp.raw.len()).sum();
                let stated = bookmark.title.len() + bookmark.url.len() + dates;
                self.file.add(*bookmark, stated, self.room)?;
            }
            Reading::Heading(mut folder) => {
                let name = line();
                let key = name.to_lowercase();
                let is_outermost = folder.path.depth() == 0;
                folder.favourites |= is_outermost && is_one_of(FAVOURITES, &key);
                folder.reading_list |= is_outermost && is_one_of(READING_LIST, &key);
                if folder.path.depth() < DEEPEST {
                    folder.path = folder.path.within(&name.chars().take(LONGEST_NAME).collect::<String>());
                    self.file.weight += size_of::<Folder>() * 2 + name.len().min(LONGEST_NAME) + EACH_FOLDER;
                }
                if self.known.insert(folder.path.clone()) {
                    self.file.folders.push(folder.clone());
                }
                self.announced = Some(folder);
            }
            Reading::Note => {
                if let (None, Some(last)) = (&self.announced, self.file.bookmarks.last_mut()) {
                    last.note = line();
                    self.file.weight += last.note.len();
                }
            }
        }
        (self.file.weight <= self.room).then_some(())
    }
}

fn is_one_of(names: &str, key: &str) -> bool {
    names.split('|').any(|name| name == key)
}

/// `ADD_DATE`: seconds since 1970. Some programs write milliseconds or microseconds; no date of a bookmark in seconds
/// is that large.
fn stamp(raw: String) -> Stamp {
    let seconds = raw.parse::<i64>().ok().map(|number| match number {
        100_000_000_000_000.. => number / 1_000_000,
        100_000_000_000.. => number / 1000,
        _ => number,
    });
    let utc = seconds.filter(|seconds| *seconds > 0).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Stamp { raw, utc }
}
