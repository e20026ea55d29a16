//! Reading the small XML documents of S3 and CloudFront without regard to their namespace.

use roxmltree::{Document, Node};

/// A document that can't be read as the configuration it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {document} document can't be read: {reason}")]
pub struct XmlError {
    /// The document's root element as expected.
    pub document: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl XmlError {
    pub(super) fn new(document: &'static str, reason: impl Into<String>) -> Self {
        Self { document, reason: reason.into() }
    }
}

/// Parses `text` and hands its root to `read`, if the root has one of these names; the first name stands in errors.
pub(super) fn with_root<T>(
    text: &str,
    names: &[&'static str],
    read: impl FnOnce(Node<'_, '_>) -> Result<T, XmlError>,
) -> Result<T, XmlError> {
    let expected = names.first().copied().unwrap_or("XML");
    let document = Document::parse(text).map_err(|e| XmlError::new(expected, e.to_string()))?;
    let root = document.root_element();
    let name = root.tag_name().name();
    if !names.contains(&name) {
        return Err(XmlError::new(expected, format!("its root element is <{name}>")));
    }
    read(root)
}

/// The first child element of this name.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|c| c.is_element() && c.tag_name().name() == name)
}

/// Every child element of this name.
pub(super) fn children<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'a str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |c| c.is_element() && c.tag_name().name() == name)
}

/// The text of the first child element of this name; an empty element gives "".
pub(super) fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    child(node, name).map(whole_text)
}

/// All text directly in the element (comments may split it).
pub(super) fn whole_text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|t| t.text()).collect()
}

/// The trimmed text, if it isn't empty.
pub(super) fn word(node: Node<'_, '_>, name: &str) -> Option<String> {
    text(node, name).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
}

/// A whole number, if the element is there.
pub(super) fn number(
    node: Node<'_, '_>,
    name: &str,
    document: &'static str,
) -> Result<Option<u64>, XmlError> {
    match word(node, name) {
        None => Ok(None),
        Some(text) => text
            .parse()
            .map(Some)
            .map_err(|_| XmlError::new(document, format!("<{name}> is {text:?}, not a whole number"))),
    }
}

/// `true` or `false`, if the element is there.
pub(super) fn flag(node: Node<'_, '_>, name: &str) -> Option<bool> {
    word(node, name).map(|t| t.eq_ignore_ascii_case("true"))
}

/// The texts under `<name><Items><item>…`, CloudFront's form of a list.
pub(super) fn list(node: Node<'_, '_>, name: &str) -> Vec<String> {
    let Some(items) = child(node, name).and_then(|n| child(n, "Items")) else {
        return Vec::new();
    };
    items.children().filter(Node::is_element).map(|n| whole_text(n).trim().to_owned()).collect()
}
