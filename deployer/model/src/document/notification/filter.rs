//! Which keys an entry is for.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use roxmltree::Node;

use crate::document::xml;

/// Which keys an entry is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Filter {
    /// What they begin with, as stored; empty: whatever.
    pub prefix: String,
    /// What they end with, as stored; empty: whatever.
    pub suffix: String,
}

impl Filter {
    /// Whether a key could fit both: S3 refuses two entries for one event type then. "Overlapping" is by text: one prefix begins
    /// with the other, and one suffix ends with the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        let begins = self.prefix.starts_with(&other.prefix) || other.prefix.starts_with(&self.prefix);
        let ends = self.suffix.ends_with(&other.suffix) || other.suffix.ends_with(&self.suffix);
        begins && ends
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*{}", self.prefix, self.suffix)
    }
}

/// The filter of an entry; `None` if there is something in it that is not known.
pub(super) fn read(entry: Node<'_, '_>) -> Option<Filter> {
    let mut filter = Filter::default();
    let Some(outer) = xml::child(entry, "Filter") else { return Some(filter) };
    let elements = |node: Node<'_, '_>| node.children().filter(Node::is_element).count();
    let Some(keys) = xml::child(outer, "S3Key") else { return (elements(outer) == 0).then_some(filter) };
    let rules = xml::children(keys, "FilterRule");
    if elements(outer) != 1 || elements(keys) != rules.len() {
        return None;
    }
    for rule in rules {
        let value = decoded(&xml::at(rule, &["Value"]).map(xml::value).unwrap_or_default());
        // S3 writes the names with a capital letter when it hands them out.
        match xml::value_at(rule, &["Name"]).unwrap_or_default().to_ascii_lowercase().as_str() {
            "prefix" => filter.prefix = value,
            "suffix" => filter.suffix = value,
            _ => return None,
        }
    }
    Some(filter)
}

/// S3's "safe characters" without the star, which it refuses in a filter, and the slash.
const SPECIAL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'/')
    .remove(b' ');

/// A part of a key as a filter has it: a space is a plus, other special characters are percent-encoded.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SPECIAL).to_string().replace(' ', "+")
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
