//! Splicing of XML text: places are found with a parser, text is cut out and put in at those places.
//!
//! What is put in between elements copies the white space around it, so that taking it out again by the same rule
//! (`removal`) leaves the bytes as they were. A list that was empty before is remembered by white space inside its end tag,
//! where it means nothing to XML (`Before`).

mod edit;
mod element;

use std::ops::Range;

use roxmltree::{Document, Node};

use super::json::is_space;
pub(crate) use edit::{
    Before, before, content, fill, insert_after, insert_before, protect, removal, replace, unfill, unprotect,
    without,
};
pub(crate) use element::Element;
pub use element::escape;

/// Why a text can't be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not well-formed, or with a document type (which AWS never sends).
    #[error("it is not valid XML: {0}")]
    Syntax(String),
    /// Another kind of document.
    #[error("its root element is <{found}>, not <{expected}>")]
    Root {
        /// Local name of the root element.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
}

/// Parses a document and checks its root element's local name.
pub(crate) fn parse<'a>(text: &'a str, root: &'static str) -> Result<Document<'a>, XmlError> {
    let document = Document::parse(text).map_err(|error| XmlError::Syntax(error.to_string()))?;
    let found = document.root_element().tag_name().name();
    if found != root {
        return Err(XmlError::Root { found: found.to_owned(), expected: root });
    }
    Ok(document)
}

/// The element children of that local name, in the parent's namespace.
pub(crate) fn children<'a, 'd>(parent: Node<'a, 'd>, name: &str) -> Vec<Node<'a, 'd>> {
    let namespace = parent.tag_name().namespace();
    let is = |node: &Node<'_, '_>| {
        node.is_element() && node.tag_name().name() == name && node.tag_name().namespace() == namespace
    };
    parent.children().filter(is).collect()
}

/// The first of [`children`].
pub(crate) fn child<'a, 'd>(parent: Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    children(parent, name).into_iter().next()
}

/// The element at the end of a path of local names.
pub(crate) fn at<'a, 'd>(parent: Node<'a, 'd>, path: &[&str]) -> Option<Node<'a, 'd>> {
    path.iter().try_fold(parent, |node, name| child(node, name))
}

/// The items of a list of AWS's usual shape, `<Parent><Quantity/><Items><Name/>…`.
pub(crate) fn items<'a, 'd>(list: Option<Node<'a, 'd>>, name: &str) -> Vec<Node<'a, 'd>> {
    list.and_then(|list| child(list, "Items")).map(|items| children(items, name)).unwrap_or_default()
}

/// Whether an element has elements in it.
pub(crate) fn has_elements(node: Node<'_, '_>) -> bool {
    node.first_element_child().is_some()
}

/// The text of an element, entities resolved, comments left out.
pub(crate) fn value(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// The text at the end of a path, without white space around.
pub(crate) fn value_at(parent: Node<'_, '_>, path: &[&str]) -> Option<String> {
    at(parent, path).map(|node| value(node).trim().to_owned())
}

/// Cuts and insertions in one text, applied at once.
#[derive(Debug, Default)]
pub(crate) struct Splices(Vec<(Range<usize>, String)>);

impl Splices {
    /// Replaces a range; an empty range inserts.
    pub(crate) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.0.push((range, with.into()));
    }

    /// The new text. Ranges must not overlap; insertions at one place come out in the order they were given.
    pub(crate) fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let mut result = String::with_capacity(text.len() + 1024);
        let mut done = 0;
        for (range, with) in self.0 {
            debug_assert!(done <= range.start, "splices overlap");
            result.push_str(&text[done..range.start]);
            result.push_str(&with);
            done = range.end;
        }
        result.push_str(&text[done..]);
        result
    }
}

/// Whether a text is white space only.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

#[cfg(test)]
mod tests;
