//! Elements put in and taken out again without a trace.

use std::ops::Range;

use roxmltree::Node;

use super::Splices;
use super::element::{CREATED, Element, Layout};
use crate::document::json::{space_after, space_before};

/// The namespace prefix of an element as written, with its colon; empty if it has none.
pub(crate) fn prefix<'t>(text: &'t str, node: Node<'_, '_>) -> &'t str {
    let name = qualified_name(text, node);
    name.find(':').map_or("", |colon| &name[..=colon])
}

fn qualified_name<'t>(text: &'t str, node: Node<'_, '_>) -> &'t str {
    let tag = &text[node.range().start + 1..];
    &tag[..tag
        .find(|char: char| char.is_ascii_whitespace() || char == '>' || char == '/')
        .unwrap_or(tag.len())]
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

// What stands between the name and the `>` of an end tag, beside `CREATED`. The last two are added to what was there.
const SELF_CLOSED: &str = "\t";
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

/// The layout of an element's siblings.
fn layout(text: &str, sibling: Node<'_, '_>) -> Layout {
    let space = |node: Node<'_, '_>| space_before(text, node.range().start);
    Layout::of(space(sibling), sibling.parent_element().map_or("", space))
}

/// Puts elements right before another.
pub(crate) fn insert_before(splices: &mut Splices, text: &str, sibling: Node<'_, '_>, elements: &[Element]) {
    let start = sibling.range().start;
    let (space, layout) = (space_before(text, start), layout(text, sibling));
    let prefix = prefix(text, sibling.parent_element().unwrap_or(sibling));
    let rendered = elements.iter().map(|element| element.render(prefix, &layout) + space);
    splices.replace(start..start, rendered.collect::<String>());
}

/// Puts elements right after another.
pub(crate) fn insert_after(splices: &mut Splices, text: &str, sibling: Node<'_, '_>, elements: &[Element]) {
    let range = sibling.range();
    let (space, layout) = (space_before(text, range.start), layout(text, sibling));
    let prefix = prefix(text, sibling.parent_element().unwrap_or(sibling));
    let rendered = elements.iter().map(|element| format!("{space}{}", element.render(prefix, &layout)));
    splices.replace(range.end..range.end, rendered.collect::<String>());
}

/// Puts an element in the place of another.
pub(crate) fn replace(splices: &mut Splices, text: &str, old: Node<'_, '_>, element: &Element) {
    splices.replace(old.range(), element.render(prefix(text, old), &layout(text, old)));
}

/// Puts elements into one that has none, and has its end tag remember how it was.
pub(crate) fn fill(splices: &mut Splices, text: &str, parent: Node<'_, '_>, elements: &[Element]) {
    let prefix = prefix(text, parent);
    let rendered: String = elements.iter().map(|element| element.render(prefix, &Layout::COMPACT)).collect();
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
        Some(sibling) if space_before(text, sibling.range().start) == ahead => {
            range.start - ahead.len()..range.end
        }
        _ => range,
    }
}

/// The text without an element.
pub(crate) fn without(text: &str, node: Node<'_, '_>) -> String {
    let mut splices = Splices::default();
    splices.replace(removal(text, node), "");
    splices.apply(text)
}
