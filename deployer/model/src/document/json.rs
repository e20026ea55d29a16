//! JSON with the places of its values in the text, so that text can be spliced rather than written anew.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Nesting deeper than this is refused: no policy comes near it, and reading stays cheap.
const DEEPEST: usize = 64;

/// A value and where it stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Json {
    /// Byte range in the whole text, without white space around.
    pub(crate) range: Range<usize>,
    pub(crate) kind: Kind,
}

/// What a value is. Numbers keep their spelling, objects their order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Why a text can't be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON at all.
    #[error("it is not valid JSON: {0}")]
    Syntax(String),
    /// One object names a field twice: readers differ in which one counts, so nothing can be said about its meaning.
    #[error("field {key:?} stands twice in {path}")]
    Duplicate {
        /// Where the object is (`$.Statement[0]`).
        path: String,
        /// The field.
        key: String,
    },
    /// Nested too deeply.
    #[error("it is nested more than {DEEPEST} levels deep")]
    TooDeep,
}

impl Json {
    /// Reads a whole text.
    pub(crate) fn parse(text: &str) -> Result<Self, JsonError> {
        let raw: &RawValue =
            serde_json::from_str(text).map_err(|error| JsonError::Syntax(error.to_string()))?;
        read(raw, text.as_ptr() as usize, "$", 0)
    }

    /// The value of a field, if this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.fields().iter().find(|(own, _)| own == key).map(|(_, value)| value)
    }

    /// The fields of an object; none if it is not one.
    pub(crate) fn fields(&self) -> &[(String, Self)] {
        if let Kind::Object(fields) = &self.kind { fields } else { &[] }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The items of a list, or the value itself as the only item: policies allow both in most places.
    pub(crate) fn one_or_more(&self) -> &[Self] {
        if let Kind::List(items) = &self.kind { items } else { std::slice::from_ref(self) }
    }

    /// The texts of [`Json::one_or_more`]; other values are spelled as JSON would spell them if simple (`true`, `7`).
    pub(crate) fn texts(&self) -> Vec<String> {
        let spelled = |item: &Self| match &item.kind {
            Kind::Text(text) | Kind::Number(text) => Some(text.clone()),
            Kind::Bool(value) => Some(value.to_string()),
            _ => None,
        };
        self.one_or_more().iter().filter_map(spelled).collect()
    }

    /// Equal in meaning: the order of an object's fields and white space don't count, the order of lists does. Numbers count as
    /// equal if spelled alike or of the same value.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::List(a), Kind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            (Kind::Object(a), Kind::Object(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, value)| other.get(key).is_some_and(|found| value.same(found)))
            }
            (Kind::Number(a), Kind::Number(b)) => a == b || same_number(a, b),
            (a, b) => a == b,
        }
    }
}

/// Numbers of different spelling: whole ones by their exact value, others as floating point.
fn same_number(a: &str, b: &str) -> bool {
    match (a.parse::<i128>(), b.parse::<i128>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b),
    }
}

fn read(raw: &RawValue, base: usize, path: &str, depth: usize) -> Result<Json, JsonError> {
    if depth > DEEPEST {
        return Err(JsonError::TooDeep);
    }
    let text = raw.get();
    let start = text.as_ptr() as usize - base;
    let syntax = |error: serde_json::Error| JsonError::Syntax(error.to_string());
    let kind = match text.as_bytes().first() {
        Some(b'{') => {
            let Fields(found) = serde_json::from_str(text).map_err(syntax)?;
            let mut fields: Vec<(String, Json)> = Vec::with_capacity(found.len());
            for (key, value) in found {
                if fields.iter().any(|(own, _)| *own == key) {
                    return Err(JsonError::Duplicate { path: path.to_owned(), key });
                }
                let value = read(value, base, &format!("{path}.{key}"), depth + 1)?;
                fields.push((key, value));
            }
            Kind::Object(fields)
        }
        Some(b'[') => {
            let found: Vec<&RawValue> = serde_json::from_str(text).map_err(syntax)?;
            let items = found.into_iter().enumerate();
            let items = items.map(|(at, item)| read(item, base, &format!("{path}[{at}]"), depth + 1));
            Kind::List(items.collect::<Result<_, _>>()?)
        }
        Some(b'"') => Kind::Text(serde_json::from_str(text).map_err(syntax)?),
        Some(b't') => Kind::Bool(true),
        Some(b'f') => Kind::Bool(false),
        Some(b'n') => Kind::Null,
        _ => Kind::Number(text.to_owned()),
    };
    Ok(Json { range: start..start + text.len(), kind })
}

/// An object's fields in their order, doubles included.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    fields.push((key, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A text as a JSON string, quotes included.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether a byte is white space in JSON and XML alike.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The run of white space that ends right before `at`.
pub(crate) fn space_before(text: &str, at: usize) -> &str {
    let start = text.as_bytes()[..at].iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    &text[start..at]
}

/// The run of white space that begins at `at`.
pub(crate) fn space_after(text: &str, at: usize) -> &str {
    let rest = &text.as_bytes()[at..];
    let length = rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len());
    &text[at..at + length]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn values_know_their_place() {
        let text = " {\"a\" : [1.50 , {\"b\\u0063\":\"\\\"x\"}], \"n\":null}\n";
        let json = Json::parse(text).unwrap();
        let list = json.get("a").unwrap().one_or_more();
        assert_eq!(&text[list[0].range.clone()], "1.50");
        assert_eq!(&text[list[1].range.clone()], "{\"b\\u0063\":\"\\\"x\"}");
        assert_eq!(list[1].get("bc").unwrap().text(), Some("\"x"));
        assert_eq!(&text[json.range.clone()], text.trim());
    }

    #[test]
    fn doubled_fields_and_deep_nesting_are_refused() {
        let error = Json::parse(r#"{"S":[{"a":1,"\u0061":2}]}"#).unwrap_err();
        assert_eq!(error, JsonError::Duplicate { path: "$.S[0]".into(), key: "a".into() });
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(Json::parse(&deep).unwrap_err(), JsonError::TooDeep);
        assert!(matches!(Json::parse("{\"a\":}"), Err(JsonError::Syntax(_))));
        assert!(matches!(Json::parse(""), Err(JsonError::Syntax(_))));
    }

    #[test]
    fn sameness() {
        let same = |a: &str, b: &str| Json::parse(a).unwrap().same(&Json::parse(b).unwrap());
        assert!(same(r#"{"a":1,"b":[true,"x"]}"#, r#" { "b" : [ true, "\u0078" ], "a": 1.0 } "#));
        assert!(!same("[1,2]", "[2,1]"));
        assert!(!same(r#"{"a":1}"#, r#"{"a":1,"b":1}"#));
        assert!(!same(r#"{"a":1,"c":1}"#, r#"{"a":1,"b":1}"#));
        // One apart, but the same as floating point numbers.
        assert!(!same("12345678901234567890", "12345678901234567891"));
        assert!(!same("\"1\"", "1"));
    }
}
