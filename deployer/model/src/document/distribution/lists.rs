//! Items in and out of CloudFront's lists, `<Quantity>` counted along (CF-13).

use std::ops::Range;

use roxmltree::Node;

use super::DistributionError;
use super::view::{self, Config};
use crate::document::xml::{self, Before, Element, Splices};

/// A list with one item.
pub(super) fn new_list(name: &'static str, item: Element) -> Element {
    Element::node(name, contents(item).into())
}

fn contents(item: Element) -> [Element; 2] {
    [Element::leaf("Quantity", 1), Element::node("Items", vec![item])]
}

/// Puts an item into a list: before another, or else behind the last.
pub(super) fn with_item(
    text: &str,
    list: Node<'_, '_>,
    name: &str,
    item: Element,
    before: Option<Node<'_, '_>>,
) -> Result<String, DistributionError> {
    let mut splices = Splices::default();
    if !xml::has_elements(list) {
        xml::fill(&mut splices, text, list, &contents(item));
        return Ok(splices.apply(text));
    }
    count(&mut splices, text, list, 1)?;
    let items = xml::child(list, "Items");
    let last = xml::items(Some(list), name).into_iter().next_back();
    match (items, before, last) {
        (_, Some(before), _) => xml::insert_before(&mut splices, text, before, &[item]),
        (_, None, Some(last)) => xml::insert_after(&mut splices, text, last, &[item]),
        (Some(items), None, None) if !xml::has_elements(items) => {
            xml::fill(&mut splices, text, items, &[item])
        }
        (None, None, None) => {
            let counter = counter(list)?;
            xml::protect(&mut splices, text, list);
            xml::insert_after(&mut splices, text, counter, &[Element::node("Items", vec![item])]);
        }
        (Some(_), None, None) => {
            let what = format!("{}/Items has other elements than {name}", list.tag_name().name());
            return Err(DistributionError::Shape(what));
        }
    }
    Ok(splices.apply(text))
}

/// Takes an item out of a list.
pub(super) fn without_item(
    text: &str,
    list: Node<'_, '_>,
    item: Node<'_, '_>,
) -> Result<String, DistributionError> {
    let mut splices = Splices::default();
    count(&mut splices, text, list, -1)?;
    splices.replace(xml::removal(text, item), "");
    Ok(splices.apply(text))
}

/// Takes out the behaviour at a position.
pub(super) fn without_behaviour(
    text: &str,
    config: &Config<'_, '_>,
    at: usize,
) -> Result<String, DistributionError> {
    let behaviours = config.behaviours();
    match (config.behaviours_list(), behaviours.get(at)) {
        (Some(list), Some(behaviour)) => without_item(text, list, behaviour.node),
        _ => Ok(text.to_owned()),
    }
}

/// Brings a list of behaviours that has become empty back to the form it had before.
pub(super) fn tidied(text: &str) -> Result<String, DistributionError> {
    let mut text = text.to_owned();
    for step in [tidied_items, tidied_list] {
        let document = view::parse(&text)?;
        let config = Config::new(&document)?;
        let next = config.behaviours_list().map(|list| step(&text, list));
        text = next.unwrap_or_else(|| text.clone());
    }
    Ok(text)
}

fn tidied_items(text: &str, list: Node<'_, '_>) -> String {
    let mut splices = Splices::default();
    if let Some(items) = xml::child(list, "Items").filter(|items| !xml::has_elements(*items)) {
        let blank = xml::content(text, items).is_some_and(xml::is_blank);
        if xml::before(text, items) == Before::Unknown && blank {
            splices.replace(xml::removal(text, items), "");
        } else {
            xml::unfill(&mut splices, text, items);
        }
    }
    splices.apply(text)
}

fn tidied_list(text: &str, list: Node<'_, '_>) -> String {
    if xml::child(list, "Items").is_some() {
        return text.to_owned();
    }
    let mut splices = Splices::default();
    match (xml::before(text, list), xml::child(list, "Quantity")) {
        (Before::Missing, _) => splices.replace(xml::removal(text, list), ""),
        (Before::Empty | Before::SelfClosed, Some(counter)) => {
            let without = xml::without(text, counter);
            let Ok(document) = view::parse(&without) else {
                return without;
            };
            let list = xml::child(document.root_element(), "CacheBehaviors");
            if let Some(list) = list.filter(|list| !xml::has_elements(*list)) {
                xml::unfill(&mut splices, &without, list);
            }
            return splices.apply(&without);
        }
        _ => xml::unprotect(&mut splices, text, list),
    }
    splices.apply(text)
}

fn counter<'a, 'd>(list: Node<'a, 'd>) -> Result<Node<'a, 'd>, DistributionError> {
    let name = list.tag_name().name();
    xml::child(list, "Quantity").ok_or_else(|| DistributionError::Shape(format!("{name} has no Quantity")))
}

/// Changes a list's counter. It must fit the list as it is, or the document is not to be trusted.
fn count(splices: &mut Splices, text: &str, list: Node<'_, '_>, by: isize) -> Result<(), DistributionError> {
    let items = xml::child(list, "Items");
    let length = items.map_or(0, |items| items.children().filter(Node::is_element).count());
    let name = list.tag_name().name();
    let range = digits(text, counter(list)?);
    let number = range.clone().and_then(|range| text[range].parse::<usize>().ok());
    match (range, number) {
        (Some(range), Some(number)) if number == length => {
            splices.replace(range, length.saturating_add_signed(by).to_string());
            Ok(())
        }
        _ => {
            let says = xml::value(counter(list)?);
            Err(DistributionError::Shape(format!("{name} says Quantity {says:?}, but has {length} items")))
        }
    }
}

/// Where the number stands in `<Quantity> 3 </Quantity>`.
fn digits(text: &str, counter: Node<'_, '_>) -> Option<Range<usize>> {
    let mut children = counter.children();
    let (Some(only), None) = (children.next(), children.next()) else {
        return None;
    };
    let range = only.range();
    let own = &text[range.clone()];
    let start = range.start + (own.len() - own.trim_start().len());
    let number = own.trim();
    // Plain digits, spelled as we would spell them.
    let plain = number.parse::<usize>().is_ok_and(|value| value.to_string() == number);
    plain.then(|| start..start + number.len())
}
