//! The last look before a document is sent: is everything of others still there, and is nothing else there but ours?
//!
//! This does not trust the splicing. It reads both texts anew, leaves out what is ours from each, and compares the rest.

use super::distribution::{self, OurEdge};
use super::json::Json;
use super::tree::Tree;
use super::xml::{self, Before};
use super::{DocumentKind, notification, policy};

/// What is ours in the two documents that [`guard`] compares.
#[derive(Debug, Clone, Copy)]
pub enum Ours<'a> {
    /// Bucket policy: statements by their `Sid`.
    Policy,
    /// Website configuration: rules by their hosts.
    Website(&'a [String]),
    /// Distribution: behaviours by their patterns, the origin by its id.
    Distribution(&'a OurEdge),
    /// Notification configuration: entries for queues by their `Id`.
    Notification,
}

impl Ours<'_> {
    /// The kind of document.
    pub fn kind(&self) -> DocumentKind {
        match self {
            Self::Policy => DocumentKind::Policy,
            Self::Website(_) => DocumentKind::Website,
            Self::Distribution(_) => DocumentKind::Distribution,
            Self::Notification => DocumentKind::Notification,
        }
    }
}

/// Whether two documents mean the same. For XML: white space between elements, prefixes, comments, the order of attributes and
/// fields, and elements that say nothing don't count. For JSON: white space and the order of fields. Lists keep their order,
/// unless AWS is known not to care. A text that can't be read is the same as itself only.
pub fn same(kind: DocumentKind, a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match kind {
        DocumentKind::Policy => {
            matches!((Json::parse(a), Json::parse(b)), (Ok(a), Ok(b)) if a.same(&b))
        }
        DocumentKind::Website | DocumentKind::Distribution | DocumentKind::Notification => {
            matches!((tree(a), tree(b)), (Ok(a), Ok(b)) if a.same(&b))
        }
    }
}

/// What of a distribution's configuration is missing, changed or moved in `after`, by path. What was added doesn't matter, and
/// neither do the counters of origins and behaviours, as long as they count right (CF-13). Empty: nothing is lost.
pub fn dropped(before: &str, after: &str) -> Vec<String> {
    let (mut old, new) = match (tree(before), tree(after)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(error), _) => return vec![format!("can't read the document as it was: {error}")],
        (_, Err(error)) => return vec![format!("can't read the document as it would be: {error}")],
    };
    let mut found = Vec::new();
    for list in ["Origins", "CacheBehaviors"] {
        found.extend(miscounted(&new, list));
        let counter = new.child(list).and_then(|list| list.child("Quantity"));
        let old_counter = old.child_mut(list).and_then(|list| list.child_mut("Quantity"));
        if let (Some(old), Some(new)) = (old_counter, counter) {
            new.text.clone_into(&mut old.text);
        }
    }
    found.extend(old.differences(&new, false));
    found
}

/// Whether `after` has everything of others that `before` has, unchanged and in its order, and nothing besides but ours.
///
/// # Errors
/// What is missing, changed, moved or added, one line each.
pub fn guard(ours: Ours<'_>, before: &str, after: &str) -> Result<(), Vec<String>> {
    let found = match ours {
        Ours::Policy => policy_changes(before, after),
        Ours::Website(hosts) => xml_changes(before, after, |tree, text| without_rules(tree, text, hosts)),
        Ours::Distribution(edge) => {
            let mut found = xml_changes(before, after, |tree, _| without_edge(tree, edge));
            if let Ok(new) = tree(after) {
                found.extend(["Origins", "CacheBehaviors"].iter().filter_map(|list| miscounted(&new, list)));
            }
            found
        }
        Ours::Notification => xml_changes(before, after, |tree, _| without_entries(tree)),
    };
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn tree(text: &str) -> Result<Tree, roxmltree::Error> {
    roxmltree::Document::parse(text).map(|document| Tree::of(document.root_element()))
}

fn xml_changes(before: &str, after: &str, foreign: impl Fn(&mut Tree, &str)) -> Vec<String> {
    match (tree(before), tree(after)) {
        (Ok(mut old), Ok(mut new)) => {
            foreign(&mut old, before);
            foreign(&mut new, after);
            if old.name != new.name {
                return vec![format!("the document was {} and would be {}", old.name, new.name)];
            }
            old.differences(&new, true)
        }
        (Err(error), _) => vec![format!("can't read the document as it was: {error}")],
        (_, Err(error)) => vec![format!("can't read the document as it would be: {error}")],
    }
}

/// Leaves out our rules, the list if it is empty then, and an index document that says we added it.
fn without_rules(website: &mut Tree, text: &str, hosts: &[String]) {
    let is_ours = |rule: &Tree| {
        let host = rule.value(&["Redirect", "HostName"]);
        hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
    };
    if let Some(list) = website.child_mut("RoutingRules") {
        list.children.retain(|rule| rule.name != "RoutingRule" || !is_ours(rule));
    }
    drop_empty(website, "RoutingRules");
    let added = xml::parse(text, "WebsiteConfiguration").is_ok_and(|document| {
        let index = xml::child(document.root_element(), "IndexDocument");
        index.is_some_and(|index| xml::before(text, index) == Before::Missing)
    });
    if added {
        website.children.retain(|child| child.name != "IndexDocument");
    }
}

/// Leaves out our entries.
fn without_entries(configuration: &mut Tree) {
    configuration
        .children
        .retain(|entry| entry.name != "QueueConfiguration" || !notification::is_our_id(entry.value(&["Id"])));
}

/// Leaves out our behaviours and our origin, and counts down.
fn without_edge(config: &mut Tree, edge: &OurEdge) {
    for (list, item) in [("Origins", "Origin"), ("CacheBehaviors", "CacheBehavior")] {
        let Some(parent) = config.child_mut(list) else {
            continue;
        };
        let Some(items) = parent.child_mut("Items") else {
            continue;
        };
        let count = items.children.len();
        items.children.retain(|child| {
            let ours = match item {
                "Origin" => child.value(&["Id"]) == edge.origin_id,
                _ => distribution::is_our_pattern(
                    child.value(&["PathPattern"]),
                    child.value(&["TargetOriginId"]),
                    edge,
                ),
            };
            child.name != item || !ours
        });
        let gone = count - items.children.len();
        if let Some(counter) = parent.child_mut("Quantity")
            && let Ok(number) = counter.text.trim().parse::<usize>()
        {
            counter.text = number.saturating_sub(gone).to_string();
        }
        drop_empty(parent, "Items");
    }
    let is_empty = |list: &Tree| {
        let only_counter =
            list.children.iter().all(|child| child.name == "Quantity" && child.text.trim() == "0");
        list.name == "CacheBehaviors"
            && list.attributes.is_empty()
            && list.text.trim().is_empty()
            && only_counter
    };
    config.children.retain(|child| !is_empty(child));
}

/// Drops a list without elements: with or without it, the document says the same.
fn drop_empty(parent: &mut Tree, name: &str) {
    let is_empty = |child: &Tree| {
        child.name == name
            && child.children.is_empty()
            && child.attributes.is_empty()
            && child.text.trim().is_empty()
    };
    parent.children.retain(|child| !is_empty(child));
}

/// Says if a counter doesn't fit its list, which CloudFront refuses (CF-13).
fn miscounted(config: &Tree, list: &str) -> Option<String> {
    let parent = config.child(list)?;
    let count = parent.child("Items").map_or(0, |items| items.children.len());
    let says = parent.value(&["Quantity"]);
    if parent.children.is_empty() {
        return None;
    }
    (says != count.to_string()).then(|| format!("{list}/Quantity says {says:?}, but there are {count}"))
}

fn policy_changes(before: &str, after: &str) -> Vec<String> {
    let (old, new) = match (policy::foreign_parts(before), policy::foreign_parts(after)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(error), _) | (_, Err(error)) => return vec![error.to_string()],
    };
    let mut found = Vec::new();
    let name = |at: usize, statement: &Json| match statement.get("Sid").and_then(Json::text) {
        Some(sid) => format!("statement {sid}"),
        None => format!("statement {at} of others"),
    };
    for (at, statement) in old.statements.iter().enumerate() {
        if !new.statements.get(at).is_some_and(|now| statement.same(now)) {
            found.push(format!("{} is missing, changed or moved", name(at, statement)));
        }
    }
    let added = new.statements.iter().enumerate().skip(old.statements.len());
    found.extend(added.map(|(at, statement)| format!("{} was added", name(at, statement))));
    let value = |fields: &[(String, Json)], key: &str| {
        fields.iter().find(|(own, _)| own == key).map(|(_, json)| json.clone())
    };
    for (key, json) in &old.fields {
        if !value(&new.fields, key).is_some_and(|now| json.same(&now)) {
            found.push(format!("{key} is missing or changed"));
        }
    }
    let added = new.fields.iter().filter(|(key, _)| value(&old.fields, key).is_none());
    found.extend(added.map(|(key, _)| format!("{key} was added")));
    found
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
