//! What an attach leaves behind, in a form that two runs can be compared by: ids that AWS makes up are replaced.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use roxmltree::{Document, Node};
use test_support::aws::{Aws, encode};
use test_support::scenario::Scenario;

/// Documents, stacks, function settings and kept files, as text.
pub fn installed(scenario: &Scenario) -> String {
    let mut text = String::new();
    let mut ids = Ids::default();
    if let Some(id) = &scenario.distribution {
        ids.name(id, "DISTRIBUTION");
        let answer =
            scenario.root.cloudfront("GET", &format!("distribution/{id}"), &[], "").ok("GetDistribution");
        let domains = texts(&answer.text(), "DomainName");
        ids.name(domains.iter().find(|domain| domain.ends_with(".cloudfront.net")).unwrap(), "CDN");
    }
    for stack in stacks(&scenario.root) {
        writeln!(text, "stack {} {}", stack.name, stack.status).unwrap();
        for resource in resources(&scenario.root, &stack.name) {
            // A version's logical id ends with a hash over the settings, of which the CDN's name is one.
            let logical = if resource.kind == "AWS::Lambda::Version" { "Version" } else { &resource.logical };
            writeln!(text, "  {logical} {} {}", resource.kind, resource.status).unwrap();
            if resource.kind == "AWS::Lambda::Function" {
                let path = format!("/2015-03-31/functions/{}/configuration", encode(&resource.physical));
                let answer = scenario.root.call("lambda", "GET", &path, &[], "").ok(&path).text();
                let configuration: serde_json::Value = serde_json::from_str(&answer).unwrap();
                for field in
                    ["Architectures", "CodeSha256", "Environment", "MemorySize", "Runtime", "Timeout"]
                {
                    writeln!(text, "    {field} {}", configuration[field]).unwrap();
                }
            }
            if resource.kind == "AWS::ApiGateway::RestApi" {
                ids.name(&resource.physical, "API");
            }
        }
    }
    let documents = scenario.snapshot();
    for name in ["policy", "website", "publicAccessBlock", "distribution"] {
        if name != "distribution" || scenario.distribution.is_some() {
            writeln!(text, "{name}\n{}", documents.get(name)).unwrap();
        }
    }
    writeln!(text, "files\n{}", kept_files(scenario).join("\n")).unwrap();
    ids.replaced(text)
}

/// Panics with the lines that differ, and with `context`.
#[track_caller]
pub fn assert_same(now: &str, wanted: &str, context: impl std::fmt::Display) {
    let lines = |one: &str, other: &str| {
        let known: Vec<&str> = other.lines().collect();
        one.lines().filter(|line| !known.contains(line)).map(|line| format!("  {line}\n")).collect::<String>()
    };
    assert!(now == wanted, "is:\n{}should be:\n{}{context}", lines(now, wanted), lines(wanted, now));
}

/// Names for ids that differ from run to run.
#[derive(Default)]
struct Ids(BTreeMap<String, &'static str>);

impl Ids {
    fn name(&mut self, id: &str, name: &'static str) {
        self.0.insert(id.to_owned(), name);
    }

    fn replaced(&self, text: String) -> String {
        self.0.iter().fold(text, |text, (id, name)| text.replace(id, name))
    }
}

pub struct Stack {
    pub name: String,
    pub status: String,
}

struct Resource {
    logical: String,
    physical: String,
    kind: String,
    status: String,
}

/// The stacks of the caller's region that exist.
pub fn stacks(aws: &Aws) -> Vec<Stack> {
    let answer = aws.query("cloudformation", "DescribeStacks", "2010-05-15", &[]).ok("DescribeStacks").text();
    let mut found = members(&answer, "Stacks", |member| Stack {
        name: field(member, "StackName"),
        status: field(member, "StackStatus"),
    });
    found.retain(|stack| stack.status != "DELETE_COMPLETE");
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn resources(aws: &Aws, stack: &str) -> Vec<Resource> {
    let parameters = [("StackName", stack)];
    let answer = aws.query("cloudformation", "DescribeStackResources", "2010-05-15", &parameters);
    let answer = answer.ok("DescribeStackResources").text();
    let mut found = members(&answer, "StackResources", |member| Resource {
        logical: field(member, "LogicalResourceId"),
        physical: field(member, "PhysicalResourceId"),
        kind: field(member, "ResourceType"),
        status: field(member, "ResourceStatus"),
    });
    found.sort_by(|a, b| a.logical.cmp(&b.logical));
    found
}

/// Keys in the buckets that are not the scenario's: code by hash, and the journal.
fn kept_files(scenario: &Scenario) -> Vec<String> {
    let listing = scenario.root.s3("GET", "/", "").ok("ListBuckets").text();
    let buckets = texts(&listing, "Name");
    let mut files = Vec::new();
    for bucket in buckets.iter().filter(|bucket| **bucket != scenario.bucket) {
        let target = format!("/{bucket}?list-type=2");
        let keys = texts(&scenario.root.s3("GET", &target, "").ok(&target).text(), "Key");
        files.extend(keys.into_iter().map(|key| format!("{bucket}/{key}")));
    }
    files.sort();
    files
}

fn members<T>(xml: &str, list: &str, read: impl Fn(Node<'_, '_>) -> T) -> Vec<T> {
    let document = Document::parse(xml).unwrap();
    let list = document.descendants().find(|node| node.tag_name().name() == list);
    let members = list.into_iter().flat_map(|list| list.children().collect::<Vec<_>>());
    members.filter(Node::is_element).map(read).collect()
}

fn field(node: Node<'_, '_>, name: &str) -> String {
    let child = node.children().find(|child| child.tag_name().name() == name);
    child.and_then(|child| child.text()).unwrap_or("").to_owned()
}

fn texts(xml: &str, tag: &str) -> Vec<String> {
    let document = Document::parse(xml).unwrap();
    let nodes = document.descendants().filter(|node| node.tag_name().name() == tag);
    nodes.filter_map(|node| node.text().map(str::to_owned)).collect()
}
