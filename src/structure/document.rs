//! What JSON and property lists look like: the paths of their values, with types and forms.
//!
//! A key is told only if the object that has it is made of Apple's keys; in a dictionary whose keys are names of
//! networks or people, or ids, every key is `*`. JSON is read an element at a time, a property list as a whole.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use serde::Serialize;
use serde_json::Value as Json;

use crate::apple::json::{Elements, Ending, Piece, Stands};
use crate::apple::plist::{self, Value as Plist};
use crate::structure::columns::{Told, Vocabulary};
use crate::structure::form::Forms;
use crate::structure::words;

/// Paths of one document that are told apart.
const MOST_PATHS: usize = 1000;

/// Bytes of an element that is looked into. Apple's are of a few kilobytes.
const LARGEST_ELEMENT: usize = 1 << 20;

/// Bytes of a property list that is looked into.
pub const LARGEST_LIST: u64 = 8 << 20;

/// How deep values are followed. Apple's lie six deep.
const DEEPEST: usize = 32;

/// A JSON file or a property list, or several of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Document {
    /// How many files.
    pub files: u64,
    /// Elements of the outermost array, or members of the outermost object.
    pub elements: u64,
    /// Elements, or property lists, that cannot be read.
    pub unread: u64,
    /// Files that ended too early.
    pub cut: u64,
    /// What stands where: `[].Track Identifier`.
    pub paths: BTreeMap<String, Node>,
    /// Values at further paths.
    pub more_paths: u64,
}

/// What stands at one path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Types of values, and how often each comes.
    pub types: BTreeMap<&'static str, u64>,
    /// Whether nothing is told of its values because they say who or where somebody is.
    pub sensitive: bool,
    /// Of texts and numbers.
    #[serde(flatten)]
    pub forms: Forms,
    /// Its values, where it has the key of types, reasons, flags or currencies.
    pub vocabulary: Option<Vocabulary>,
}

/// A value of either kind.
enum Value<'v> {
    Nothing,
    Flag(bool),
    /// As it is written.
    Number(String),
    Text(&'v str),
    Date,
    Bytes,
    Array(Vec<Value<'v>>),
    Object(Vec<(&'v str, Value<'v>)>),
}

/// Reads JSON of any size.
///
/// # Errors
/// If the file cannot be read.
pub fn json(source: impl BufRead) -> io::Result<Document> {
    let mut document = Document { files: 1, ..Document::default() };
    let mut elements = Elements::new(source);
    while let Some(piece) = elements.next()? {
        document.elements += 1;
        let element = match piece {
            Piece::Element(element) if element.text.len() <= LARGEST_ELEMENT => element,
            Piece::Element(_) | Piece::Oversized(_) => {
                document.unread += 1;
                continue;
            }
        };
        let Ok(value) = serde_json::from_slice::<Json>(element.text) else {
            document.unread += 1;
            continue;
        };
        let key = element.member.map(|member| if words::is_apples(member) { member } else { "*" });
        let path = match (key, element.stands) {
            (Some(key), Stands::InArray) => format!("{key}[]"),
            (Some(key), Stands::Apart) => key.to_owned(),
            (None, Stands::InArray) => "[]".to_owned(),
            (None, Stands::Apart) => String::new(),
        };
        document.add(&path, key, &of_json(&value), 0);
    }
    document.cut = u64::from(elements.ending() == Ending::Cut);
    Ok(document)
}

/// Reads a property list of either form.
pub fn list(bytes: &[u8]) -> Document {
    let mut document = Document { files: 1, ..Document::default() };
    match plist::parse(bytes) {
        Ok(value) => {
            document.elements = match &value {
                Plist::Array(items) => items.len() as u64,
                Plist::Dictionary(items) => items.len() as u64,
                _ => 1,
            };
            document.add("", None, &of_plist(&value), 0);
        }
        Err(_) => document.unread = 1,
    }
    document
}

impl Document {
    /// Joins another document of this name.
    pub fn join(&mut self, other: Document) {
        self.files += other.files;
        self.elements += other.elements;
        self.unread += other.unread;
        self.cut += other.cut;
        self.more_paths += other.more_paths;
        for (path, more) in other.paths {
            if self.paths.len() >= MOST_PATHS && !self.paths.contains_key(&path) {
                self.more_paths += 1;
                continue;
            }
            let node = self.paths.entry(path).or_default();
            node.sensitive |= more.sensitive;
            more.types.into_iter().for_each(|(kind, times)| *node.types.entry(kind).or_default() += times);
            node.forms.join(more.forms);
            match (&mut node.vocabulary, more.vocabulary) {
                (Some(vocabulary), Some(more)) => vocabulary.join(more),
                (vocabulary, more) => *vocabulary = vocabulary.take().or(more),
            }
        }
    }

    /// Adds a value at a path; `key` is the last key of it.
    fn add(&mut self, path: &str, key: Option<&str>, value: &Value<'_>, depth: usize) {
        if depth > DEEPEST || self.paths.len() >= MOST_PATHS && !self.paths.contains_key(path) {
            self.more_paths += 1;
            return;
        }
        if !self.paths.contains_key(path) {
            self.paths.insert(path.to_owned(), Node::of(key));
        }
        let Some(node) = self.paths.get_mut(path) else { return };
        *node.types.entry(value.kind()).or_default() += 1;
        match value {
            Value::Text(text) => node.add(text),
            Value::Number(number) => node.add(number),
            Value::Flag(flag) => node.add(if *flag { "true" } else { "false" }),
            Value::Nothing | Value::Date | Value::Bytes => (),
            Value::Array(items) => {
                items.iter().for_each(|item| self.add(&format!("{path}[]"), key, item, depth + 1));
            }
            Value::Object(pairs) => {
                let keys: Vec<&str> = pairs.iter().map(|(key, _)| *key).collect();
                let titles = words::titles(&keys);
                for (at, (_, value)) in pairs.iter().enumerate() {
                    let title = titles.as_ref().and_then(|titles| titles.get(at).copied().flatten());
                    let key = title.unwrap_or("*");
                    let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                    self.add(&below, Some(key), value, depth + 1);
                }
            }
        }
    }
}

impl Node {
    fn of(key: Option<&str>) -> Self {
        let told = key.map_or(Told::Forms, Told::of);
        Node { sensitive: told == Told::Nothing, vocabulary: Vocabulary::of(told), ..Node::default() }
    }

    fn add(&mut self, value: &str) {
        if self.sensitive {
            return self.forms.add_unseen(value);
        }
        self.forms.add(value);
        if let Some(vocabulary) = self.vocabulary.as_mut().filter(|_| !value.trim().is_empty()) {
            vocabulary.add(value);
        }
    }
}

impl Value<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Value::Nothing => "null",
            Value::Flag(_) => "boolean",
            Value::Number(_) => "number",
            Value::Text(_) => "text",
            Value::Date => "date",
            Value::Bytes => "bytes",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }
}

// neither can be deeper than its parser allows
fn of_json(value: &Json) -> Value<'_> {
    match value {
        Json::Null => Value::Nothing,
        Json::Bool(flag) => Value::Flag(*flag),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::Array(items.iter().map(of_json).collect()),
        Json::Object(pairs) => {
            Value::Object(pairs.iter().map(|(key, value)| (key.as_str(), of_json(value))).collect())
        }
    }
}

fn of_plist(value: &Plist) -> Value<'_> {
    match value {
        Plist::Null => Value::Nothing,
        Plist::Flag(flag) => Value::Flag(*flag),
        Plist::Integer(number) => Value::Number(number.to_string()),
        Plist::Real(number) => Value::Number(number.to_string()),
        Plist::Uid(number) => Value::Number(number.to_string()),
        Plist::Text(text) => Value::Text(text),
        Plist::Date(_) => Value::Date,
        Plist::Data(_) => Value::Bytes,
        Plist::Array(items) => Value::Array(items.iter().map(of_plist).collect()),
        Plist::Dictionary(pairs) => {
            Value::Object(pairs.iter().map(|(key, value)| (key.as_str(), of_plist(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{json, list};
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn paths_of_json() {
        let text = r#"{"events":[{"stored_event":{"media_type":"TV","timestamp":1700000000123},"channel_name":"Ann+"},{"stored_event":null}],
                       "Ann Berg":{"Oslo":1}}"#;
        let document = json(text.as_bytes()).unwrap();
        let paths: Vec<&str> = document.paths.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "*",
                "*.*",
                "events[]",
                "events[].channel_name",
                "events[].stored_event",
                "events[].stored_event.media_type",
                "events[].stored_event.timestamp"
            ]
        );
        assert!(
            document.paths["events[].stored_event.timestamp"]
                .forms
                .forms
                .contains_key("integer of 13 digits")
        );
        let told = serde_json::to_string(&document).unwrap();
        assert!(told.contains("\"TV\"") && !told.contains("Ann") && !told.contains("Oslo"), "{told}");
    }

    #[test]
    fn a_list_keyed_by_names() {
        let text = "<plist><dict><key>Harbour Guest</key><dict><key>added_at</key><string>Feb 25 2022 18:09:10</string></dict></dict></plist>";
        let document = list(text.as_bytes());
        let paths: Vec<&str> = document.paths.keys().map(String::as_str).collect();
        assert_eq!(paths, ["", "*", "*.added_at"]);
        assert!(document.paths["*.added_at"].forms.forms.contains_key("Mon DD YYYY HH:MM:SS"));
        assert_eq!(list(b"no list").unread, 1);
    }

    proptest! {
        #[test]
        fn no_value_is_told(texts in prop::collection::vec("[qxzjvkw]{3,9}", 1..6), key in "[qxzjvkw]{4,9}") {
            let text = serde_json::json!([{"Title": texts[0], "Type": texts, key.clone(): 1}, {key.clone(): texts}]);
            let told = serde_json::to_string(&json(text.to_string().as_bytes()).unwrap()).unwrap();
            assert!(!told.contains(&key) && texts.iter().all(|text| !told.contains(text.as_str())), "{told}");
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = (json(&*bytes), list(&bytes));
        }
    }
}
