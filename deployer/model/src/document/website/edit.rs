//! Our routing rules put into a website configuration, and taken out.

use super::{OurRules, ROOT, WebsiteError, WebsiteNote, index_document, is_ours, rule_nodes};
use crate::document::Stripped;
use crate::document::xml::{self, Before, Element, Splices};

/// Puts our rules into a configuration that has none of them.
pub(super) fn added(
    text: &str,
    ours: &OurRules,
    notes: &mut Vec<WebsiteNote>,
) -> Result<String, WebsiteError> {
    let document = xml::parse(text, ROOT)?;
    let root = document.root_element();
    let elements = ours.elements()?;
    let mut splices = Splices::default();

    let index = xml::child(root, "IndexDocument").is_none().then(|| index_document().created());
    if index.is_some() {
        notes.push(WebsiteNote::IndexDocumentAdded);
    }
    match (xml::child(root, "RoutingRules"), root.last_element_child()) {
        (Some(list), _) => match list.first_element_child() {
            Some(first) => xml::insert_before(&mut splices, text, first, &elements),
            None => xml::fill(&mut splices, text, list, &elements),
        },
        (None, Some(last)) => {
            xml::insert_after(&mut splices, text, last, &[Element::node("RoutingRules", elements)])
        }
        (None, None) => {
            let all: Vec<_> =
                index.iter().cloned().chain([Element::node("RoutingRules", elements)]).collect();
            xml::fill(&mut splices, text, root, &all);
        }
    }
    if let (Some(index), Some(first)) = (index, root.first_element_child()) {
        xml::insert_before(&mut splices, text, first, &[index]);
    }
    Ok(splices.apply(text))
}

/// The configuration without the rules that redirect to one of `hosts`, and without the list of rules if we made it. An index
/// document that we had to add goes too, unless there are rules of others now, which need one.
///
/// Never [`Stripped::Nothing`]: whether the website itself was made by us is for the journal to say, see [`super::is_bare`].
pub fn strip(current: &str, hosts: &[String]) -> Result<Stripped, WebsiteError> {
    let mut text = current.to_owned();
    while let Some(next) = without_one(&text, hosts)? {
        text = next;
    }
    if text == current {
        return Ok(Stripped::Unchanged);
    }
    for tidy in [tidy_list, tidy_index, tidy_root] {
        text = tidy(&text)?;
    }
    Ok(Stripped::Document(text))
}

fn without_one(text: &str, hosts: &[String]) -> Result<Option<String>, WebsiteError> {
    let document = xml::parse(text, ROOT)?;
    let rules = rule_nodes(document.root_element());
    let own = rules.into_iter().find(|rule| is_ours(*rule, hosts));
    Ok(own.map(|own| xml::without(text, own)))
}

fn tidy_list(text: &str) -> Result<String, WebsiteError> {
    let document = xml::parse(text, ROOT)?;
    let list = xml::child(document.root_element(), "RoutingRules").filter(|list| !xml::has_elements(*list));
    let Some(list) = list else {
        return Ok(text.to_owned());
    };
    let blank = xml::content(text, list).is_some_and(xml::is_blank);
    if xml::before(text, list) == Before::Unknown && blank {
        return Ok(xml::without(text, list));
    }
    let mut splices = Splices::default();
    xml::unfill(&mut splices, text, list);
    Ok(splices.apply(text))
}

fn tidy_index(text: &str) -> Result<String, WebsiteError> {
    let document = xml::parse(text, ROOT)?;
    let root = document.root_element();
    let added =
        xml::child(root, "IndexDocument").filter(|index| xml::before(text, *index) == Before::Missing);
    match added {
        Some(index) if rule_nodes(root).is_empty() => Ok(xml::without(text, index)),
        _ => Ok(text.to_owned()),
    }
}

fn tidy_root(text: &str) -> Result<String, WebsiteError> {
    let document = xml::parse(text, ROOT)?;
    let mut splices = Splices::default();
    if !xml::has_elements(document.root_element()) {
        xml::unfill(&mut splices, text, document.root_element());
    }
    Ok(splices.apply(text))
}
