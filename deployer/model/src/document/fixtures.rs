//! Documents for tests: realistic ones from files, and generated ones with odd spelling.

use proptest::prelude::*;

use super::distribution::OurEdge;
use super::policy::OurAccess;
use super::tree::Tree;
use super::website::OurRules;
use super::xml::escape;
use crate::region::{Partition, website_host, website_hosts_all_forms};

pub(crate) const POLICY: &str = include_str!("../../tests/fixtures/policy.json");
pub(crate) const WEBSITE: &str = include_str!("../../tests/fixtures/website.xml");
pub(crate) const NOTIFICATION: &str = include_str!("../../tests/fixtures/notification.xml");
pub(crate) const DISTRIBUTION: &str = include_str!("../../tests/fixtures/distribution.xml");

pub(crate) const BUCKET: &str = "media.example.com";
pub(crate) const HOST: &str = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";

pub(crate) fn our_access() -> OurAccess {
    OurAccess { bucket: BUCKET.into(), prefix: "resized/".into(), partition: Partition::Aws }
}

pub(crate) fn our_rules() -> OurRules {
    OurRules {
        hosts: vec![HOST.into(), "old0000000.execute-api.eu-west-1.amazonaws.com".into()],
        prefix: "resized/".into(),
        replace_prefix: "prod/resize/resized/".into(),
        redirect_code: 307,
        error_codes: vec![404, 403],
    }
}

pub(crate) fn our_edge() -> OurEdge {
    OurEdge {
        path_pattern: "resized/*".into(),
        origin_id: format!("imgdeploy-website-{BUCKET}"),
        website_domain: website_host(BUCKET, "eu-west-1"),
        website_domain_forms: website_hosts_all_forms(BUCKET, "eu-west-1"),
        max_ttl: 31_536_000,
        owned_patterns: vec!["resized/*".into()],
    }
}

/// An XML document as AWS may give it back: one line, no comments or prefixes, fields in another order, nothing known of how
/// it was spelled.
pub(crate) fn rewritten(text: &str) -> String {
    fn write(tree: &Tree, namespace: &str, into: &mut String) {
        let mut children: Vec<&Tree> = tree.children.iter().collect();
        // The order within lists stays, as their items have one name.
        children.sort_by(|a, b| b.name.cmp(&a.name));
        let (uri, local) = tree.name.rsplit_once('}').unwrap_or(("", &tree.name));
        into.push_str(&format!("<{local}{namespace}"));
        if let Some(uri) = uri.strip_prefix('{') {
            into.push_str(&format!(" xmlns=\"{uri}\""));
        }
        for (name, value) in &tree.attributes {
            into.push_str(&format!(" {name}=\"{}\"", escape(value)));
        }
        into.push('>');
        into.push_str(&escape(if children.is_empty() { &tree.text } else { "" }));
        children.into_iter().for_each(|child| write(child, "", into));
        into.push_str(&format!("</{local}>"));
    }
    let Ok(document) = roxmltree::Document::parse(text) else {
        return text.to_owned();
    };
    let root = document.root_element();
    let namespace = root.tag_name().namespace().map_or_else(String::new, |uri| format!(" xmlns=\"{uri}\""));
    let mut all = "<?xml version=\"1.0\"?>\n".to_owned();
    write(&Tree::of(root), &namespace, &mut all);
    all
}

pub(crate) fn space() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(String::new()), 2 => "[ \t]{1,2}", 2 => Just("\n    ".to_owned()), 1 => "[ \n\r\t]{1,4}"]
}

/// Joins pieces with white space taken from a list in turn.
pub(crate) fn spaced(pieces: &[String], spaces: &[String]) -> String {
    let mut all = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        all.push_str(&spaces[at % spaces.len()]);
        all.push_str(piece);
    }
    all
}

fn statement() -> impl Strategy<Value = String> {
    let sid = prop_oneof![Just("".to_owned()), "[A-Za-z ]{1,8}", Just("\\u0049x\\u00e9".to_owned())];
    (sid, proptest::collection::vec(space(), 5), 0..4usize).prop_map(|(sid, s, shape)| {
        let [a, b, c, d, e] = &s[..] else { unreachable!("five spaces were asked for") };
        let sid = if sid.is_empty() { String::new() } else { format!("{a}\"Sid\"{b}:{c}\"{sid}\",") };
        match shape {
            0 => format!("{{{sid}{d}\"Effect\":\"Allow\"{e}}}"),
            1 => format!("{{{sid}\"Resource\":[{a}\"arn:aws:s3:::b/*\"{b},{c}\"x\\\"]}}\"]{d}}}"),
            2 => {
                format!("{{{sid}\"Condition\":{{\"NumericLessThan\"{b}:{{\"s3:max-keys\":{c}1.50e+2{d}}}}}}}")
            }
            _ => format!("{{{sid}\"Principal\":{{{a}\"AWS\":\"*\"}}{e},{a}\"New\":[null,{{}},-0.0]}}"),
        }
    })
}

/// A policy without statements of ours.
pub(crate) fn any_policy() -> impl Strategy<Value = String> {
    let statements = proptest::collection::vec(statement(), 1..5);
    let spaces = proptest::collection::vec(space(), 7);
    (statements, spaces, any::<bool>(), any::<bool>()).prop_map(|(statements, s, single, id)| {
        let mut body = String::new();
        for (at, statement) in statements.iter().enumerate() {
            let comma = if at == 0 { String::new() } else { format!("{},", s[at % 3]) };
            body.push_str(&format!("{comma}{}{statement}", s[(at + 2) % 5]));
        }
        let value = if single { statements[0].clone() } else { format!("[{body}{}]", s[5]) };
        let id = if id { format!(",{}\"Id\":\"x\"", s[3]) } else { String::new() };
        format!(
            "{}{{{}\"Version\":\"2012-10-17\",{}\"Statement\"{}:{value}{id}{}}}{}",
            s[6], s[0], s[1], s[2], s[4], s[5]
        )
    })
}

/// Gives all elements of a document without namespace a prefix, or a default namespace.
pub(crate) fn in_namespace(body: &str, root: &str, uri: &str, style: usize) -> String {
    match style {
        0 => body.to_owned(),
        1 => body.replacen(&format!("<{root}"), &format!("<{root} xmlns=\"{uri}\""), 1),
        _ => {
            let marked =
                body.replace("</", "\u{1}").replace("<!", "\u{2}").replace("<?", "\u{3}").replace('<', "<n:");
            let marked = marked.replace('\u{1}', "</n:").replace('\u{2}', "<!").replace('\u{3}', "<?");
            marked.replacen(&format!("<n:{root}"), &format!("<n:{root} xmlns:n='{uri}'"), 1)
        }
    }
}

pub(crate) fn end_tag_space() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(""), 1 => Just(" "), 1 => Just("\t"), 1 => Just("\t\t"), 1 => Just("\n ")]
}

fn foreign_rule() -> impl Strategy<Value = String> {
    (space(), 0..4usize, end_tag_space()).prop_map(|(s, shape, end)| match shape {
        0 => format!("<RoutingRule>{s}<Redirect><HostName>x.example.com</HostName></Redirect{end}>{s}</RoutingRule>"),
        1 => format!("<RoutingRule><Condition>{s}<KeyPrefixEquals>a&amp;b/</KeyPrefixEquals></Condition>{s}<Redirect{end}><ReplaceKeyWith>z</ReplaceKeyWith></Redirect></RoutingRule{end}>"),
        2 => format!("<RoutingRule a='>'><!-- <x> -->{s}<Redirect><Protocol>https</Protocol></Redirect></RoutingRule>"),
        _ => format!("<RoutingRule><Redirect><ReplaceKeyPrefixWith><![CDATA[</RoutingRule>]]></ReplaceKeyPrefixWith>{s}</Redirect></RoutingRule>"),
    })
}

/// A website configuration without rules of ours, as it could be stored: rules only with an index document (S3-07).
pub(crate) fn any_website() -> impl Strategy<Value = String> {
    let rules = proptest::collection::vec(foreign_rule(), 0..4);
    let spaces = proptest::collection::vec(space(), 6);
    (rules, spaces, 0..5usize, 0..3usize, any::<[bool; 4]>(), end_tag_space()).prop_map(
        |(rules, s, list, style, [index, error, odd, declaration], end)| {
            let mut pieces = Vec::new();
            if index || !rules.is_empty() {
                pieces.push("<IndexDocument><Suffix>i.html</Suffix></IndexDocument>".to_owned());
            }
            if error {
                pieces.push(format!("<ErrorDocument{end}><Key>e.html</Key></ErrorDocument{end}>"));
            }
            if odd {
                pieces.push("<!-- between --><Brand:New xmlns:Brand='v' k=\"1\"/>".to_owned());
            }
            match (rules.is_empty(), list) {
                (true, 0 | 1) => {}
                (true, 2) => pieces.push(format!("<RoutingRules{}/>", s[0])),
                (true, 3) => pieces.push(format!("<RoutingRules></RoutingRules{end}>")),
                (true, _) => {
                    pieces.push(format!("<RoutingRules>{}<!--none-->{}</RoutingRules{end}>", s[1], s[2]))
                }
                (false, _) => {
                    pieces.push(format!(
                        "<RoutingRules>{}{}</RoutingRules{end}>",
                        spaced(&rules, &s[3..]),
                        s[0]
                    ));
                }
            }
            let root = if pieces.is_empty() && odd {
                "<WebsiteConfiguration />".to_owned()
            } else {
                format!("<WebsiteConfiguration>{}{}</WebsiteConfiguration{end}>", spaced(&pieces, &s), s[4])
            };
            let declaration = if declaration { "<?xml version='1.0'?>\n<!--top-->" } else { "" };
            // The odd element has a prefix of its own already.
            let style = if odd && style == 2 { 1 } else { style };
            let root =
                in_namespace(&root, "WebsiteConfiguration", "http://s3.amazonaws.com/doc/2006-03-01/", style);
            format!("{declaration}{root}{}", s[5])
        },
    )
}

fn foreign_behaviour() -> impl Strategy<Value = String> {
    let pattern = prop_oneof![
        Just("*"),
        Just("/api/*"),
        Just("*.jpg"),
        Just("resized/keep/*"),
        Just("re*"),
        Just("other/?"),
        Just("/resized/a.png"),
    ];
    (pattern, space(), any::<bool>()).prop_map(|(pattern, s, odd)| {
        let odd = if odd { "<Future k='>'><Level>007</Level></Future>" } else { "" };
        format!("<CacheBehavior>{s}<PathPattern>{pattern}</PathPattern>{s}<TargetOriginId>o</TargetOriginId><!--b-->{odd}<MinTTL>5</MinTTL></CacheBehavior>")
    })
}

/// A distribution without anything of ours.
pub(crate) fn any_distribution() -> impl Strategy<Value = String> {
    let behaviours = proptest::collection::vec(foreign_behaviour(), 0..4);
    let spaces = proptest::collection::vec(space(), 7);
    (behaviours, spaces, 0..8usize, 0..3usize, 0..4usize, end_tag_space()).prop_map(
        |(behaviours, s, list, style, website, end)| {
            let website_origin = |path: &str, protocol: &str| {
                format!("<Origin><Id>web</Id><DomainName>media.example.com.S3-website.eu-west-1.amazonaws.com</DomainName><OriginPath>{path}</OriginPath><CustomOriginConfig><HTTPPort>80</HTTPPort>{}<OriginProtocolPolicy>{protocol}</OriginProtocolPolicy></CustomOriginConfig></Origin>", s[0])
            };
            let mut origins = vec!["<Origin><Id>o</Id><DomainName>o.example.com</DomainName></Origin>".to_owned()];
            match website {
                0 => origins.push(website_origin("", "http-only")),
                1 => origins.insert(0, website_origin("/x", "http-only")),
                2 => origins.push(website_origin("", "match-viewer")),
                _ => {}
            }
            let origins = format!(
                "<Origins><Quantity>{}{}</Quantity>{}<Items>{}{}</Items{end}></Origins{end}>",
                origins.len(), s[1], s[2], spaced(&origins, &s), s[3],
            );
            let behaviours = match (behaviours.len(), list) {
                (0, 0) => None,
                (0, 1) => Some(format!("<CacheBehaviors{}/>", s[0])),
                (0, 2) => Some(format!("<CacheBehaviors>{}</CacheBehaviors{end}>", s[1])),
                (0, 3 | 4) => Some(format!("<CacheBehaviors>{}<Quantity>0</Quantity>{}</CacheBehaviors{end}>", s[1], s[2])),
                (0, 5) => Some(format!("<CacheBehaviors><Quantity>0</Quantity>{}<Items{}/></CacheBehaviors{end}>", s[1], s[2])),
                (0, 6) => Some(format!("<CacheBehaviors><Quantity>0</Quantity><Items>{}<!--x--></Items></CacheBehaviors{end}>", s[1])),
                (0, _) => Some(format!("<CacheBehaviors><Quantity>0</Quantity>{}<Items></Items{end}></CacheBehaviors>", s[1])),
                (count, _) => Some(format!(
                    "<CacheBehaviors>{}<Quantity> {count}\n</Quantity><Items>{}{}</Items>{}</CacheBehaviors{end}>",
                    s[4], spaced(&behaviours, &s[2..]), s[5], s[6],
                )),
            };
            let mut pieces = vec!["<CallerReference>r</CallerReference>".to_owned(), origins];
            pieces.push("<DefaultCacheBehavior><TargetOriginId>o</TargetOriginId><ViewerProtocolPolicy>https-only</ViewerProtocolPolicy></DefaultCacheBehavior>".to_owned());
            pieces.extend(behaviours);
            pieces.push("<Comment> x </Comment><!--c--><Enabled>true</Enabled>".to_owned());
            let root = format!("<DistributionConfig>{}{}</DistributionConfig{end}>", spaced(&pieces, &s), s[0]);
            in_namespace(&root, "DistributionConfig", "http://cloudfront.amazonaws.com/doc/2020-05-31/", style)
        },
    )
}
