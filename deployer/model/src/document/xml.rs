//! Splicing of XML text: places are found with a parser, text is cut out and put in at those places.
//!
//! What is put in between elements copies the white space around it, so that taking it out again by the same rule
//! ([`removal`]) leaves the bytes as they were. A list that was empty before is remembered by white space inside its end tag,
//! where it means nothing to XML ([`Before`]).

use std::ops::Range;

use roxmltree::{Document, Node};

use super::json::{is_space, space_after, space_before};

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

/// An element to be put in.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    name: &'static str,
    text: String,
    children: Vec<Self>,
    end_tag_space: &'static str,
}

impl Element {
    /// An element with text.
    pub(crate) fn leaf(name: &'static str, text: impl ToString) -> Self {
        Self { name, text: text.to_string(), children: Vec::new(), end_tag_space: "" }
    }

    /// An element with elements in it.
    pub(crate) fn node(name: &'static str, children: Vec<Self>) -> Self {
        Self { name, text: String::new(), children, end_tag_space: "" }
    }

    /// The same, recognisable as made by us though it stands alone.
    pub(crate) fn created(mut self) -> Self {
        self.end_tag_space = CREATED;
        self
    }

    /// The text of the element. `prefix` is the namespace prefix with its colon; `space` the white space in front of it: if
    /// that has a line break, so do the elements inside.
    pub(crate) fn render(&self, prefix: &str, space: &str) -> String {
        let Self { name, end_tag_space, .. } = self;
        let inside = if self.children.is_empty() {
            escape(&self.text)
        } else {
            let (indent, end) = match space.rfind('\n') {
                Some(line) if space.ends_with('\t') => (format!("{}\t", &space[line..]), &space[line..]),
                Some(line) => (format!("{}  ", &space[line..]), &space[line..]),
                None => (String::new(), ""),
            };
            let children = self.children.iter().map(|child| format!("{indent}{}", child.render(prefix, &indent)));
            children.collect::<String>() + end
        };
        format!("<{prefix}{name}>{inside}</{prefix}{name}{end_tag_space}>")
    }
}

/// Text as it may stand inside an element or an attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The namespace prefix of an element as written, with its colon; empty if it has none.
pub(crate) fn prefix<'t>(text: &'t str, node: Node<'_, '_>) -> &'t str {
    let name = qualified_name(text, node);
    name.find(':').map_or("", |colon| &name[..=colon])
}

fn qualified_name<'t>(text: &'t str, node: Node<'_, '_>) -> &'t str {
    let tag = &text[node.range().start + 1..];
    &tag[..tag.find(|char: char| char.is_ascii_whitespace() || char == '>' || char == '/').unwrap_or(tag.len())]
}

/// How an element looked before something was put into it, or that it was not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// `<List></List>`, perhaps with white space or comments.
    Empty,
    /// `<List/>`
    SelfClosed,
    /// Made by [`Element::created`].
    Missing,
    /// No mark.
    Unknown,
}

// What stands between the name and the `>` of an end tag. The last two are added to what was there.
const SELF_CLOSED: &str = "\t";
const CREATED: &str = "\t\t";
const EMPTY: char = ' ';
const AS_IT_WAS: char = '\r';

/// Where `</` of an element begins; `None` if it is self-closed.
fn end_tag(text: &str, node: Node<'_, '_>) -> Option<usize> {
    let range = node.range();
    let own = &text[range.clone()];
    if own.ends_with("/>") { None } else { own.rfind("</").map(|at| range.start + at) }
}

/// The white space before the `>` of the end tag.
fn end_tag_space(text: &str, node: Node<'_, '_>) -> Range<usize> {
    let close = node.range().end - 1;
    close - space_before(text, close).len()..close
}

/// The text between start and end tag, `None` if self-closed.
pub(crate) fn content<'t>(text: &'t str, node: Node<'_, '_>) -> Option<&'t str> {
    Some(&text[start_tag_end(text, node)..end_tag(text, node)?])
}

/// The place right after the `>` of the start tag.
fn start_tag_end(text: &str, node: Node<'_, '_>) -> usize {
    let range = node.range();
    let mut quote = None;
    for (at, byte) in text.as_bytes()[range.clone()].iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return range.start + at + 1,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    range.end
}

/// What the end tag remembers.
pub(crate) fn before(text: &str, node: Node<'_, '_>) -> Before {
    match &text[end_tag_space(text, node)] {
        _ if end_tag(text, node).is_none() => Before::Unknown,
        space if space.ends_with(EMPTY) => Before::Empty,
        SELF_CLOSED => Before::SelfClosed,
        CREATED => Before::Missing,
        _ => Before::Unknown,
    }
}

/// Puts elements right before another.
pub(crate) fn insert_before(splices: &mut Splices, text: &str, sibling: Node<'_, '_>, elements: &[Element]) {
    let start = sibling.range().start;
    let (space, prefix) = (space_before(text, start), prefix(text, sibling.parent_element().unwrap_or(sibling)));
    let rendered = elements.iter().map(|element| element.render(prefix, space) + space);
    splices.replace(start..start, rendered.collect::<String>());
}

/// Puts elements right after another.
pub(crate) fn insert_after(splices: &mut Splices, text: &str, sibling: Node<'_, '_>, elements: &[Element]) {
    let range = sibling.range();
    let space = space_before(text, range.start);
    let prefix = prefix(text, sibling.parent_element().unwrap_or(sibling));
    let rendered = elements.iter().map(|element| format!("{space}{}", element.render(prefix, space)));
    splices.replace(range.end..range.end, rendered.collect::<String>());
}

/// Puts elements into one that has none, and has its end tag remember how it was.
pub(crate) fn fill(splices: &mut Splices, text: &str, parent: Node<'_, '_>, elements: &[Element]) {
    let prefix = prefix(text, parent);
    let rendered: String = elements.iter().map(|element| element.render(prefix, "")).collect();
    let end = parent.range().end;
    match end_tag(text, parent) {
        None => {
            let name = qualified_name(text, parent);
            splices.replace(end - 2..end, format!(">{rendered}</{name}{SELF_CLOSED}>"));
        }
        Some(_) => {
            let inside = start_tag_end(text, parent);
            splices.replace(inside..inside, rendered);
            splices.replace(end - 1..end - 1, EMPTY.to_string());
        }
    }
}

/// Keeps an odd end tag (with white space of its own) from being taken for a mark of ours later.
pub(crate) fn protect(splices: &mut Splices, text: &str, node: Node<'_, '_>) {
    let space = end_tag_space(text, node);
    if end_tag(text, node).is_some() && !space.is_empty() {
        splices.replace(space.end..space.end, AS_IT_WAS.to_string());
    }
}

/// Undoes [`protect`].
pub(crate) fn unprotect(splices: &mut Splices, text: &str, node: Node<'_, '_>) {
    let space = end_tag_space(text, node);
    if end_tag(text, node).is_some() && text[space.clone()].ends_with(AS_IT_WAS) {
        splices.replace(space.end - 1..space.end, "");
    }
}

/// Undoes [`fill`], once the elements are out again. Does nothing for the other states.
pub(crate) fn unfill(splices: &mut Splices, text: &str, node: Node<'_, '_>) {
    let end = node.range().end;
    match before(text, node) {
        Before::Empty => splices.replace(end - 2..end - 1, ""),
        Before::SelfClosed if content(text, node) == Some("") => {
            splices.replace(start_tag_end(text, node) - 1..end, "/>");
        }
        _ => {}
    }
}

/// What to cut to take an element out with the white space that came with it: the inverse of [`insert_before`],
/// [`insert_after`] and [`fill`].
pub(crate) fn removal(text: &str, node: Node<'_, '_>) -> Range<usize> {
    let range = node.range();
    let ahead = space_before(text, range.start);
    let behind = space_after(text, range.end);
    if ahead == behind {
        return range.start..range.end + behind.len();
    }
    match node.prev_sibling_element() {
        Some(sibling) if space_before(text, sibling.range().start) == ahead => range.start - ahead.len()..range.end,
        _ => range,
    }
}

/// The text without an element.
pub(crate) fn without(text: &str, node: Node<'_, '_>) -> String {
    let mut splices = Splices::default();
    splices.replace(removal(text, node), "");
    splices.apply(text)
}

/// Whether a text is white space only.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn rule(at: usize) -> Element {
        Element::node("R", vec![Element::leaf("K", at)])
    }

    fn take_out(mut text: String) -> String {
        loop {
            let document = parse(&text, "L").unwrap();
            let Some(own) = children(document.root_element(), "R").into_iter().next() else { break };
            let next = without(&text, own);
            text = next;
        }
        text
    }

    proptest! {
        #[test]
        fn what_is_put_in_comes_out_without_trace(
            pieces in proptest::collection::vec("[ \n\t]{0,3}(<F/>|<!--c-->|<F a='>'>x</F >|t)?", 1..6),
            count in 1..3usize,
            place in 0..8usize,
        ) {
            let text = format!("<L>{}</L>", pieces.concat());
            let document = parse(&text, "L").unwrap();
            let elements: Vec<Element> = (0..count).map(rule).collect();
            let siblings = children(document.root_element(), "F");
            let mut splices = Splices::default();
            match siblings.get(place / 2 % siblings.len().max(1)) {
                Some(sibling) if place % 2 == 0 => insert_before(&mut splices, &text, *sibling, &elements),
                // Several at once are only ever put ahead; one is also put behind.
                Some(sibling) => insert_after(&mut splices, &text, *sibling, &elements[..1]),
                None => return Ok(()),
            }
            let with = splices.apply(&text);
            prop_assert_ne!(&with, &text);
            prop_assert_eq!(take_out(with), text);
        }
    }

    #[test]
    fn empty_lists_are_filled_and_emptied() {
        for text in [
            "<L/>", "<L />", "<L a='/>'\n/>", "<L></L>", "<L ></L>", "<L></L >", "<L></L\t>", "<L></L\t\t>", "<L> <!--x-->\n</L>",
            "<p:L xmlns:p='u'/>", "<p:L xmlns:p='u'> </p:L>",
        ] {
            let document = parse(text, "L").unwrap();
            let mut splices = Splices::default();
            fill(&mut splices, text, document.root_element(), &[rule(1), rule(2)]);
            let filled = splices.apply(text);
            let document = parse(&filled, "L").unwrap();
            assert_eq!(children(document.root_element(), "R").len(), 2, "{filled}");
            let emptied = take_out(filled);
            let document = parse(&emptied, "L").unwrap();
            let mut splices = Splices::default();
            unfill(&mut splices, &emptied, document.root_element());
            assert_eq!(splices.apply(&emptied), text);
        }
    }

    #[test]
    fn odd_end_tags_are_not_taken_for_marks() {
        for text in ["<L>x</L>", "<L>x</L >", "<L>x</L\t>", "<L>x</L\t\t>", "<L/>"] {
            let document = parse(text, "L").unwrap();
            let mut splices = Splices::default();
            protect(&mut splices, text, document.root_element());
            let kept = splices.apply(text);
            let document = parse(&kept, "L").unwrap();
            assert_eq!(before(&kept, document.root_element()), Before::Unknown);
            let mut splices = Splices::default();
            unprotect(&mut splices, &kept, document.root_element());
            assert_eq!(splices.apply(&kept), text);
        }
    }

    #[test]
    fn elements_are_escaped_and_indented() {
        let element = Element::node("A", vec![Element::leaf("B", "<&>\"'"), Element::leaf("C", "")]);
        assert_eq!(element.render("p:", ""), "<p:A><p:B>&lt;&amp;&gt;&quot;&apos;</p:B><p:C></p:C></p:A>");
        assert_eq!(element.render("", "\n\n  "), "<A>\n    <B>&lt;&amp;&gt;&quot;&apos;</B>\n    <C></C>\n  </A>");
    }

    #[test]
    fn other_namespaces_are_not_ours_to_read() {
        let text = "<L xmlns='u' xmlns:o='v'><o:F>1</o:F><F>2</F></L>";
        let document = parse(text, "L").unwrap();
        assert_eq!(value_at(document.root_element(), &["F"]).as_deref(), Some("2"));
        assert!(matches!(parse("<X/>", "L"), Err(XmlError::Root { .. })));
        assert!(matches!(parse("<!DOCTYPE a [<!ENTITY x 'y'>]><L>&x;</L>", "L"), Err(XmlError::Syntax(_))));
    }
}
