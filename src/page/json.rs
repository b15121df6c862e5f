//! What a page knows, as JSON in a script element.

use std::collections::HashMap;
use std::hash::Hash;

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
