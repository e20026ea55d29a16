//! XML documents as plain trees, for comparing what they mean: namespace prefixes, the order of attributes, white space
//! between elements, comments and processing instructions are gone.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tree {
    /// Local name; with the namespace in braces if it is another than the root's.
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    /// The value of an element without elements, as it is; text between elements, trimmed.
    pub(crate) text: String,
    pub(crate) children: Vec<Tree>,
}

/// Lists whose order says nothing, by the name of their items. AWS gives some of them back sorted. The order of all others
/// counts.
const UNORDERED: [&str; 15] = [
    "Method",
    "CNAME",
    "Name",
    "SslProtocol",
    "AwsAccountNumber",
    "KeyGroup",
    "StatusCode",
    "Location",
    "Origin",
    "OriginGroup",
    "OriginCustomHeader",
    "CustomErrorResponse",
    "LambdaFunctionAssociation",
    "FunctionAssociation",
    "KeyPairId",
];

/// Elements that hold no text of their own, though they may be empty.
const LISTS: [&str; 6] = [
    "Items",
    "CacheBehaviors",
    "RoutingRules",
    "WebsiteConfiguration",
    "DistributionConfig",
    "NotificationConfiguration",
];

impl Tree {
    pub(crate) fn of(root: Node<'_, '_>) -> Self {
        Self::read(root, root.tag_name().namespace())
    }

    fn read(node: Node<'_, '_>, home: Option<&str>) -> Self {
        let named = |namespace: Option<&str>, name: &str| match namespace {
            Some(other) if Some(other) != home => format!("{{{other}}}{name}"),
            _ => name.to_owned(),
        };
        let children: Vec<Self> =
            node.children().filter(Node::is_element).map(|child| Self::read(child, home)).collect();
        let text: String = node.children().filter(Node::is_text).filter_map(|text| text.text()).collect();
        let attributes = node.attributes().map(|attribute| {
            let name = attribute.namespace().map_or_else(String::new, |namespace| format!("{{{namespace}}}"));
            (name + attribute.name(), attribute.value().to_owned())
        });
        let name = named(node.tag_name().namespace(), node.tag_name().name());
        // White space is part of a value, but not of a list, even of an empty one.
        let is_value = children.is_empty() && !LISTS.contains(&name.as_str());
        Self {
            name,
            attributes: attributes.collect(),
            text: if is_value { text } else { text.trim().to_owned() },
            children,
        }
    }

    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn child_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.children.iter_mut().find(|child| child.name == name)
    }

    /// The trimmed text at the end of a path of names; empty if it isn't there.
    pub(crate) fn value(&self, path: &[&str]) -> &str {
        path.iter().try_fold(self, |tree, name| tree.child(name)).map_or("", |tree| tree.text.trim())
    }

    /// Whether it says nothing that its absence wouldn't: no text, no attributes, no elements that say something; and the
    /// usual form of an empty list, `<Quantity>0</Quantity>`.
    fn is_void(&self) -> bool {
        let says_nothing =
            |child: &Self| child.is_void() || (child.name == "Quantity" && child.text.trim() == "0");
        self.attributes.is_empty() && self.text.is_empty() && self.children.iter().all(says_nothing)
    }

    /// Whether it is an item of a list whose order says nothing.
    fn is_unordered(&self) -> bool {
        UNORDERED.contains(&self.name.as_str())
    }

    /// Equal in meaning: fields in any order, lists in theirs (unless it says nothing), void elements as good as none.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.name == other.name && self.canonical() == other.canonical()
    }

    /// A form in which trees of the same meaning are equal.
    fn canonical(&self) -> Self {
        self.sorted(&|child| !child.is_void())
    }

    /// Equal but for the order of what has none. Void elements count here: a document may need them.
    fn alike(&self, other: &Self) -> bool {
        self == other || self.sorted(&|_| true) == other.sorted(&|_| true)
    }

    /// With the elements for which `keep` holds, in one order of all that say the same.
    fn sorted(&self, keep: &impl Fn(&Self) -> bool) -> Self {
        let mut children: Vec<Self> =
            self.children.iter().filter(|child| keep(child)).map(|child| child.sorted(keep)).collect();
        // Fields by name; the items of one list stay in their order, as the sort is stable.
        children.sort_by(|a, b| {
            let by_content = || {
                if a.is_unordered() {
                    format!("{a:?}").cmp(&format!("{b:?}"))
                } else {
                    std::cmp::Ordering::Equal
                }
            };
            a.name.cmp(&b.name).then_with(by_content)
        });
        Self {
            name: self.name.clone(),
            attributes: self.attributes.clone(),
            text: self.text.clone(),
            children,
        }
    }

    /// What of this tree is missing, changed or moved in `after`, by path. With `exact` also what `after` has besides.
    pub(crate) fn differences(&self, after: &Self, exact: bool) -> Vec<String> {
        let mut found = Vec::new();
        compare(self, after, &self.name, exact, &mut found);
        found
    }
}

fn compare(before: &Tree, after: &Tree, path: &str, exact: bool, found: &mut Vec<String>) {
    if before.text != after.text {
        found.push(format!("{path} changed from \"{}\" to \"{}\"", before.text, after.text));
    }
    for (name, value) in &before.attributes {
        match after.attributes.get(name) {
            Some(now) if now == value => {}
            Some(now) => found.push(format!("{path}/@{name} changed from \"{value}\" to \"{now}\"")),
            None => found.push(format!("{path}/@{name} is missing")),
        }
    }
    if exact {
        let added = after.attributes.keys().filter(|name| !before.attributes.contains_key(*name));
        found.extend(added.map(|name| format!("{path}/@{name} was added")));
    }
    let names: BTreeSet<&str> =
        before.children.iter().chain(&after.children).map(|child| child.name.as_str()).collect();
    for name in names {
        let named = |tree: &'_ Tree| -> Vec<usize> {
            (0..tree.children.len()).filter(|&at| tree.children[at].name == name).collect()
        };
        let old: Vec<&Tree> = named(before).into_iter().map(|at| &before.children[at]).collect();
        let new: Vec<&Tree> = named(after).into_iter().map(|at| &after.children[at]).collect();
        compare_list(&old, &new, &format!("{path}/{name}"), exact, found);
    }
}

/// Compares the children of one name: those of before must come in `new`, in their order where that says something. What is equal
/// is decided as in [`Tree::same`], but that a void element is not as good as none.
fn compare_list(old: &[&Tree], new: &[&Tree], path: &str, exact: bool, found: &mut Vec<String>) {
    if let ([old], [new]) = (old, new) {
        return compare(old, new, path, exact, found);
    }
    let mut used = BTreeSet::new();
    let mut last = 0;
    for (index, item) in old.iter().enumerate() {
        let path = if old.len() == 1 && new.len() <= 1 { path.to_owned() } else { label(path, item, index) };
        let equal = |at: &usize| !used.contains(at) && new[*at].alike(item);
        let alike = |at: &usize| !used.contains(at) && !key(item).is_empty() && key(new[*at]) == key(item);
        let equal = (last..new.len()).find(equal).or_else(|| (0..new.len()).find(equal));
        match equal.or_else(|| (0..new.len()).find(alike)) {
            Some(at) => {
                compare(item, new[at], &path, exact, found);
                if at < last && !item.is_unordered() {
                    found.push(format!("{path} was moved"));
                }
                last = last.max(at + 1);
                used.insert(at);
            }
            None => found.push(format!("{path} is missing")),
        }
    }
    if exact {
        for (index, item) in new.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
            found.push(format!("{} was added", label(path, item, index)));
        }
    }
}

/// What tells the items of a list apart.
fn key(item: &Tree) -> &str {
    ["Id", "PathPattern", "ErrorCode", "HeaderName"]
        .iter()
        .map(|name| item.value(&[name]))
        .find(|key| !key.is_empty())
        .unwrap_or("")
}

fn label(path: &str, item: &Tree, index: usize) -> String {
    match key(item) {
        "" => format!("{path}[{index}]"),
        key => format!("{path}[{key}]"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn tree(text: &str) -> Tree {
        Tree::of(roxmltree::Document::parse(text).unwrap().root_element())
    }

    #[test]
    fn spelling_does_not_count() {
        let same = |a: &str, b: &str| tree(a).same(&tree(b));
        assert!(same(
            "<A x='1' y='2'><B>b</B><C>&amp;</C></A>",
            "<?xml version='1.0'?><!--x--><p:A xmlns:p='u' y=\"2\" x='1'>\n <p:C><![CDATA[&]]></p:C>\n <p:B>b</p:B></p:A>"
        ));
        assert!(same("<A><L><Quantity>0</Quantity></L><W/></A>", "<A></A>"));
        assert!(same(
            "<A><Method>GET</Method><Method>HEAD</Method></A>",
            "<A><Method>HEAD</Method><Method>GET</Method></A>"
        ));
        assert!(!same("<A><B>b</B></A>", "<A><B>b </B></A>"));
        assert!(!same("<A><R>1</R><R>2</R></A>", "<A><R>2</R><R>1</R></A>"));
        assert!(!same("<A><B>b</B></A>", "<A xmlns:o='v'><o:B>b</o:B></A>"));
        assert!(!same("<A><L><Quantity>1</Quantity></L></A>", "<A></A>"));
        assert!(!same("<A><B>0</B></A>", "<A></A>"));
        assert!(!same("<A/>", "<B/>"));
    }

    #[test]
    fn differences_are_named() {
        let before = tree("<A k='1'><B>x</B><I><Id>one</Id><V>1</V></I><I><Id>two</Id></I><New>n</New></A>");
        let changed = "<A><B>y</B><I><Id>two</Id></I><I><Id>one</Id><V>2</V></I><I><Id>three</Id></I></A>";
        let loose = before.differences(&tree(changed), false);
        assert_eq!(
            loose,
            [
                "A/@k is missing",
                "A/B changed from \"x\" to \"y\"",
                "A/I[one]/V changed from \"1\" to \"2\"",
                "A/I[two] was moved",
                "A/New is missing",
            ]
        );
        let exact = before.differences(&tree(changed), true);
        assert_eq!(exact.len(), loose.len() + 1);
        assert!(exact.contains(&"A/I[three] was added".to_owned()));
        assert!(before.differences(&before, true).is_empty());
        // Order counts where `same` heeds it, and nowhere else.
        for (a, b, moved) in [
            ("<A><R><B/><C/></R><R/></A>", "<A><R><C/><B/></R><R/></A>", 0),
            ("<A><Method>x</Method><Method>y</Method></A>", "<A><Method>y</Method><Method>x</Method></A>", 0),
            ("<A><R>1</R><R>2</R></A>", "<A><R>2</R><R>1</R></A>", 1),
        ] {
            assert_eq!(tree(a).differences(&tree(b), true).len(), moved, "{a}");
            assert_eq!(tree(a).same(&tree(b)), moved == 0, "{a}");
        }
        // A void element is not nothing here.
        assert_eq!(tree("<A><W/></A>").differences(&tree("<A/>"), false), ["A/W is missing"]);
    }
}
