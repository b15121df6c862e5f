//! A value of a JSON document or of a property list as cells of a row: texts without their quotes, numbers with their
//! digits, and what holds other values as JSON.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::SecondsFormat;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::apple::plist::Value;

/// The members of an object, in its order and with repetitions.
pub struct Members<'m>(pub Vec<(Cow<'m, str>, &'m RawValue)>);

impl<'de: 'm, 'm> Deserialize<'de> for Members<'m> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(InOrder)
    }
}

/// A name, borrowed where it has no escapes.
struct Name<'n>(Cow<'n, str>);

impl<'de: 'n, 'n> Deserialize<'de> for Name<'n> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Borrowed;
        impl<'de> Visitor<'de> for Borrowed {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(name.into()))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(name.to_owned().into()))
            }
        }
        from.deserialize_str(Borrowed)
    }
}

/// The cell of a value: a text without its quotes, anything else as it is written; `None` for `null`.
pub fn cell_of(value: &RawValue) -> Option<Cow<'_, str>> {
    match value.get() {
        "null" => None,
        text if text.starts_with('"') => {
            Some(serde_json::from_str::<Name<'_>>(text).map_or_else(|_| text.into(), |Name(text)| text))
        }
        other => Some(other.into()),
    }
}

/// The key and the dictionary of an element that holds nothing else. Lists of networks and places are arrays of those:
/// a column for each key would be none for the rows.
pub fn keyed(value: Value) -> Result<(String, Value), Value> {
    match value {
        Value::Dictionary(pairs) => match <[(String, Value); 1]>::try_from(pairs) {
            Ok([(key, inner @ Value::Dictionary(_))]) => Ok((key, inner)),
            Ok([other]) => Err(Value::Dictionary(vec![other])),
            Err(pairs) => Err(Value::Dictionary(pairs)),
        },
        other => Err(other),
    }
}

/// The cell of a value of a property list, collections as JSON.
pub fn cell_of_list(value: &Value) -> Option<Cow<'static, str>> {
    match value {
        Value::Text(text) => Some(text.clone().into()),
        Value::Null => None,
        other => match json_of(other) {
            serde_json::Value::String(text) => Some(text.into()),
            json => Some(json.to_string().into()),
        },
    }
}

fn json_of(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Integer(number) => match (i64::try_from(*number), u64::try_from(*number)) {
            (Ok(number), _) => number.into(),
            (_, Ok(number)) => number.into(),
            _ => number.to_string().into(),
        },
        Value::Real(number) => (*number).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Date(at) => at.to_rfc3339_opts(SecondsFormat::Secs, true).into(),
        Value::Data(bytes) => STANDARD.encode(bytes).into(),
        Value::Uid(number) => (*number).into(),
        Value::Null => serde_json::Value::Null,
        Value::Array(values) => values.iter().map(json_of).collect(),
        Value::Dictionary(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| (key.clone(), json_of(value)));
            serde_json::Value::Object(pairs.collect())
        }
    }
}
