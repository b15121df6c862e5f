//! What a page knows, as JSON in a script element.
//!
//! What many events say is longer than what memory should be asked for: beyond a few megabytes it is in a temporary file.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::io::{self, Seek, Write};

use serde::Serialize;
use tempfile::SpooledTempFile;

/// Bytes that are kept in memory.
const FEW: usize = 8 << 20;

/// JSON for a script element, or a piece of such.
#[derive(Debug)]
pub struct Script(RefCell<SpooledTempFile>);

impl Script {
    /// Nothing yet.
    pub fn new() -> Self {
        Script(RefCell::new(SpooledTempFile::new(FEW)))
    }

    /// All that a value says. What no JSON can say is `null`.
    pub fn of(value: &impl Serialize) -> io::Result<Self> {
        let mut script = Script::new();
        script.push(&serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()))?;
        Ok(script)
    }

    /// Adds a piece of JSON.
    ///
    /// # Errors
    /// If there is no room for it.
    pub fn push(&mut self, json: &str) -> io::Result<()> {
        self.0.get_mut().write_all(in_script(json).as_bytes())
    }

    /// Adds what another one holds.
    ///
    /// # Errors
    /// If that cannot be read again, or there is no room for it.
    pub fn append(&mut self, other: &Script) -> io::Result<()> {
        other.copy(self.0.get_mut())
    }

    /// Writes it.
    ///
    /// # Errors
    /// If it cannot be read again, or `to` refuses.
    pub fn copy(&self, to: &mut dyn Write) -> io::Result<()> {
        let mut kept = self.0.borrow_mut();
        kept.rewind()?;
        io::copy(&mut *kept, to).map(drop)
    }
}

/// What many items share, each with its number.
pub struct Shared<T> {
    pub names: Vec<T>,
    numbers: HashMap<T, usize>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Shared { names: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Copy + Eq + Hash> Shared<T> {
    /// The number of a name, which it gets when it is met first.
    pub fn number(&mut self, name: T) -> usize {
        *self.numbers.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }
}

/// JSON that cannot end its script element, nor open a comment in it. It is plain ASCII, because a browser keeps other
/// texts in twice the memory.
pub fn in_script(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 64);
    let mut units = [0; 2];
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{7f}'.. => {
                for unit in c.encode_utf16(&mut units) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::in_script;

    #[test]
    fn json_stays_in_its_script() {
        let hostile = "</script><!--\u{2028}\u{2029}&'\"\\ Blåtur 🚲";
        let safe = in_script(&serde_json::to_string(hostile).unwrap());
        assert!(!safe.contains(['<', '>', '&']) && safe.is_ascii(), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), hostile);
    }
}
