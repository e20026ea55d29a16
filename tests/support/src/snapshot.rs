//! All documents of a bucket and its distribution, byte for byte, and what became of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use roxmltree::{Document, Node};
use serde_json::value::RawValue;

use crate::scenario::{Scenario, between};

/// The bucket's documents besides policy and website; nobody has any business with these.
const OTHERS: [&str; 10] = [
    "acl",
    "cors",
    "encryption",
    "lifecycle",
    "logging",
    "notification",
    "ownershipControls",
    "publicAccessBlock",
    "tagging",
    "versioning",
];

/// Documents by name. One that doesn't exist is kept as its error code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    documents: BTreeMap<String, String>,
}

/// What `attach` added, as raw text.
#[derive(Debug, Default)]
pub struct Additions {
    /// Policy statements.
    pub statements: Vec<String>,
    /// Website routing rules, each with its place among all rules, from 0.
    pub rules: Vec<(usize, String)>,
    /// Origins.
    pub origins: Vec<String>,
    /// Cache behaviours, each with its place, from 0.
    pub behaviours: Vec<(usize, String)>,
}

impl Snapshot {
    pub(crate) fn take(scenario: &Scenario) -> Self {
        let mut documents = BTreeMap::new();
        for name in OTHERS.into_iter().chain(["policy", "website"]) {
            let answer = scenario.root.s3("GET", &format!("/{}?{name}", scenario.bucket), "");
            let text = answer.text();
            let kept = if answer.status.is_success() { text } else { between(&text, "<Code>", "</Code>") };
            // Four flags: the service prints them itself, so that how they were sent is nobody's text.
            let kept = if name == "publicAccessBlock" { flags(&kept) } else { kept };
            documents.insert(name.to_owned(), kept);
        }
        documents.insert("objects".to_owned(), objects(scenario));
        if scenario.distribution.is_some() {
            documents.insert("distribution".to_owned(), scenario.distribution_config().0);
        }
        Self { documents }
    }

    /// One document.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.documents.get(name).unwrap_or_else(|| panic!("no document {name}"))
    }

    /// The snapshot without one document, for a comparison that leaves it out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        assert!(self.documents.remove(name).is_some(), "no document {name}");
        self
    }

    /// The same with a text replaced everywhere: ids that differ from run to run.
    #[must_use]
    pub fn replaced(mut self, from: &str, to: &str) -> Self {
        for document in self.documents.values_mut() {
            *document = document.replace(from, to);
        }
        self
    }

    /// Panics, showing the first difference of each document, unless all bytes are the same.
    pub fn assert_equal(&self, now: &Self) {
        let mut report = String::new();
        for name in self.documents.keys().chain(now.documents.keys()) {
            let (before, after) = (self.documents.get(name), now.documents.get(name));
            if before != after && !report.contains(&format!("\n{name}: ")) {
                let (before, after) = (before.map_or("", String::as_str), after.map_or("", String::as_str));
                write!(report, "\n{name}: {}", first_difference(before, after)).expect("writing to a string");
            }
        }
        assert!(report.is_empty(), "documents changed:{report}");
    }

    /// Panics unless everything that was there is there still, byte for byte and in the same order, whatever was
    /// added to policy, website, distribution and objects. Returns what was added.
    ///
    /// `publicAccessBlock` may differ: its change is approved by its own flag and tested by itself.
    #[must_use]
    pub fn assert_kept_in(&self, now: &Self) -> Additions {
        let mut added = Additions::default();
        for name in OTHERS.into_iter().filter(|name| *name != "publicAccessBlock") {
            assert_eq!(self.get(name), now.get(name), "{name} changed");
        }
        let new = |name, before, after| kept(name, before, after).into_iter();
        let pick = |name: &str, parts: fn(&str) -> Vec<String>| {
            let before = self.documents.get(name).map(|text| parts(text)).unwrap_or_default();
            let after = now.documents.get(name).map(|text| parts(text)).unwrap_or_default();
            (before, after)
        };
        let _ = kept("objects", &lines(self.get("objects")), &lines(now.get("objects")));

        let (before, after) = pick("policy", statements);
        added.statements.extend(new("policy statement", &before, &after).map(|(_, text)| text));

        let (before, after) = pick("website", |text| under(text, &["RoutingRules"], "RoutingRule"));
        added.rules.extend(new("routing rule", &before, &after));
        if self.get("website").starts_with('<') {
            assert_eq!(
                children_but(self.get("website"), &["RoutingRules"]),
                children_but(now.get("website"), &["RoutingRules"]),
                "website settings changed"
            );
        }

        let (before, after) = pick("distribution", |text| under(text, &["Origins", "Items"], "Origin"));
        added.origins.extend(new("origin", &before, &after).map(|(_, text)| text));
        let (before, after) =
            pick("distribution", |text| under(text, &["CacheBehaviors", "Items"], "CacheBehavior"));
        added.behaviours.extend(new("cache behaviour", &before, &after));
        let (before, after) = pick("distribution", |text| children_but(text, &["Origins", "CacheBehaviors"]));
        assert_eq!(before, after, "distribution settings changed");
        added
    }
}

/// Every version of every object with its size, ETag and version id: a rewrite of the same bytes is seen, too.
fn objects(scenario: &Scenario) -> String {
    let target = format!("/{}?versions", scenario.bucket);
    let listing = scenario.root.s3("GET", &target, "").ok(&target).text();
    assert!(!listing.contains("<IsTruncated>true"), "more objects than one page holds");
    let document = Document::parse(&listing).expect("an XML listing");
    let mut lines = String::new();
    for entry in document.root_element().children().filter(|node| node.tag_name().name() == "Version") {
        let field = |name: &str| {
            let node = entry.children().find(|node| node.tag_name().name() == name);
            node.and_then(|node| node.text()).unwrap_or("").to_owned()
        };
        let (key, size, etag, version) = (field("Key"), field("Size"), field("ETag"), field("VersionId"));
        writeln!(lines, "{key} {size} {etag} {version}").expect("writing to a string");
    }
    lines
}

/// The flags of a public access block, in the order of their names; an error code stays what it is.
fn flags(block: &str) -> String {
    let Ok(document) = Document::parse(block) else { return block.to_owned() };
    let children = document.root_element().children().filter(Node::is_element);
    let mut flags: Vec<String> =
        children.map(|flag| format!("{}={}", flag.tag_name().name(), flag.text().unwrap_or(""))).collect();
    flags.sort();
    flags.join(" ")
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The statements' own text; none where there is no policy.
fn statements(policy: &str) -> Vec<String> {
    let Ok(parsed) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(policy) else {
        return Vec::new();
    };
    let raw = parsed.get("Statement").map(|value| value.get()).unwrap_or("[]");
    let all: Vec<Box<RawValue>> = serde_json::from_str(raw)
        .or_else(|_| serde_json::from_str(raw).map(|one: Box<RawValue>| vec![one]))
        .expect("statements");
    all.iter().map(|value| value.get().to_owned()).collect()
}

/// The text of each `tag` element below the given path from the root.
fn under(text: &str, path: &[&str], tag: &str) -> Vec<String> {
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let mut node = Some(document.root_element());
    for name in path {
        node = node.and_then(|node| node.children().find(|child| child.tag_name().name() == *name));
    }
    let children = node.map(|node| node.children().collect::<Vec<_>>()).unwrap_or_default();
    children
        .into_iter()
        .filter(|child| child.tag_name().name() == tag)
        .map(|child| raw(text, child))
        .collect()
}

/// The text of each child element of the root, but for the named ones.
fn children_but(text: &str, names: &[&str]) -> Vec<String> {
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let children = document.root_element().children();
    children
        .filter(|child| child.is_element() && !names.contains(&child.tag_name().name()))
        .map(|child| raw(text, child))
        .collect()
}

fn raw(text: &str, node: Node<'_, '_>) -> String {
    text[node.range()].to_owned()
}

/// Panics unless `before` is a subsequence of `after`; returns the rest with its places.
fn kept(what: &str, before: &[String], after: &[String]) -> Vec<(usize, String)> {
    let mut waiting = before.iter().peekable();
    let mut added = Vec::new();
    for (place, part) in after.iter().enumerate() {
        if waiting.peek() == Some(&part) {
            waiting.next();
        } else {
            added.push((place, part.clone()));
        }
    }
    if let Some(lost) = waiting.next() {
        panic!("{what} changed, lost or moved:\n{lost}\nnow there are:\n{}", after.join("\n"));
    }
    added
}

fn first_difference(before: &str, after: &str) -> String {
    let same = before.char_indices().zip(after.chars()).find(|((_, a), b)| a != b);
    let at = same.map_or_else(|| before.len().min(after.len()), |((at, _), _)| at);
    let excerpt = |text: &str| text.get(at..).unwrap_or("").chars().take(160).collect::<String>();
    format!("from byte {at}: was {:?}, is {:?}", excerpt(before), excerpt(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn additions_are_told_from_changes() {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let added = kept("rule", &texts(&["a", "b"]), &texts(&["new", "a", "b"]));
        assert_eq!(added, [(0, "new".to_owned())]);
        for wrong in [texts(&["b", "a"]), texts(&["a"]), texts(&["a", "b "])] {
            let result = std::panic::catch_unwind(|| kept("rule", &texts(&["a", "b"]), &wrong));
            assert!(result.is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn statements_keep_their_spelling() {
        let policy = r#"{"Statement": [ {"a" :1}, {"b":"\u00fc"} ]}"#;
        assert_eq!(statements(policy), [r#"{"a" :1}"#, r#"{"b":"\u00fc"}"#]);
        assert_eq!(statements(r#"{"Statement":{"a":1}}"#), [r#"{"a":1}"#]);
        assert_eq!(statements("NoSuchBucketPolicy"), Vec::<String>::new());
    }
}
