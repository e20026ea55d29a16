//! Chains that work though they are not the tool's, and changes that many tests make.

use crate::tests::KnownMut;
use imgdeploy_model::region::{Partition, website_host};

use super::fixture::*;
use crate::snapshot::Deployed;
use crate::snapshot::{Bucket, Edge, Method, Object, Snapshot};
use imgdeploy_world::Fact;

/// A look-up that was refused.
pub(crate) fn unseen<T>(action: &str) -> Fact<T> {
    Fact::Unknown(crate::tests::denied(action, "AccessDenied"))
}

pub(crate) fn bucket(snapshot: &mut Snapshot) -> &mut Bucket {
    snapshot.bucket.as_mut().unwrap()
}

pub(crate) fn edge(snapshot: &mut Snapshot) -> &mut Edge {
    snapshot.edge.as_mut().unwrap()
}

pub(crate) fn environment(snapshot: &mut Snapshot, name: &str, value: Option<&str>) {
    let function = snapshot.function.as_mut().unwrap();
    for configuration in [&mut function.configuration, &mut function.latest] {
        let environment = &mut configuration.known_mut().unwrap().environment;
        match value {
            Some(value) => environment.insert(name.to_owned(), value.to_owned()),
            None => environment.remove(name),
        };
    }
}

/// Puts a document's part in another's place; the part has to be there.
fn swapped(document: &mut Fact<String>, from: &str, to: &str) {
    let text = document.known_mut().unwrap();
    assert!(text.contains(from), "no {from} in {text}");
    *text = text.replace(from, to);
}

pub(crate) fn website(snapshot: &mut Snapshot, from: &str, to: &str) {
    swapped(&mut bucket(snapshot).website, from, to);
}

pub(crate) fn distribution(snapshot: &mut Snapshot, from: &str, to: &str) {
    swapped(&mut edge(snapshot).document, from, to);
}

/// All routing rules anew.
pub(crate) fn rules(snapshot: &mut Snapshot, rules: &[String]) {
    bucket(snapshot).website = Fact::Known(format!(
        "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules>{}</RoutingRules></WebsiteConfiguration>",
        rules.concat()
    ));
}

/// A routing rule; parts that are empty are left out.
pub(crate) fn rule(prefix: &str, code: &str, host: &str, protocol: &str, replace: &str) -> String {
    let element = |name: &str, value: &str| {
        if value.is_empty() { String::new() } else { format!("<{name}>{value}</{name}>") }
    };
    let condition =
        format!("{}{}", element("KeyPrefixEquals", prefix), element("HttpErrorCodeReturnedEquals", code));
    format!(
        "<RoutingRule>{}<Redirect>{}{}<HttpRedirectCode>307</HttpRedirectCode>{}</Redirect></RoutingRule>",
        element("Condition", &condition),
        element("Protocol", protocol),
        element("HostName", host),
        element("ReplaceKeyPrefixWith", replace)
    )
}

/// Our own rule for one status.
pub(crate) fn ours(code: &str) -> String {
    rule(PREFIX, code, HOST, "https", &format!("prod/resize/{PREFIX}"))
}

/// The distribution without its own behaviour for derived images.
pub(crate) fn without_behavior(snapshot: &mut Snapshot) {
    let text = edge(snapshot).document.known_mut().unwrap();
    let start = text.find("<CacheBehaviors>").unwrap();
    let end = text.find("</CacheBehaviors>").unwrap();
    text.replace_range(start..end, "<CacheBehaviors><Quantity>0</Quantity>");
}

/// Made by hand: no stack, no journal.
pub(crate) fn by_hand(snapshot: &mut Snapshot) {
    snapshot.stack = Fact::Absent;
    if let Some(edge) = &mut snapshot.edge {
        edge.attached = false;
    }
    for api in &mut snapshot.apis {
        api.by_stack = false;
    }
}

pub(crate) fn without_edge(snapshot: &mut Snapshot) {
    let host = website_host(BUCKET, &bucket(snapshot).region.clone());
    let url = format!("http://{host}");
    if let Some(stack) = snapshot.stack.known_mut() {
        stack.url = Some(url.clone());
    }
    environment(snapshot, "URL", Some(&url));
    snapshot.edge = None;
    snapshot.edges = Fact::Known(Vec::new());
    snapshot.walks.clear();
}

pub(crate) fn public_read(resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"PublicRead","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{resource}"}}]}}"#
    )
}

pub(crate) fn object(key: &str) -> Object {
    let healthy = healthy();
    let objects = healthy.bucket.unwrap().objects;
    Object { key: key.to_owned(), ..objects.known().unwrap()[0].clone() }
}

/// AWS's sample of 2017: one rule without prefix, a query, no alias, no CDN.
pub(crate) fn classic(snapshot: &mut Snapshot) {
    by_hand(snapshot);
    without_edge(snapshot);
    rules(snapshot, &[rule("", "404", HOST, "https", "prod/resize?key=")]);
    let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}");
    let function = snapshot.function.as_mut().unwrap();
    function.qualifier = None;
    function.alias = None;
    function.versions = Fact::Known(Vec::new());
    let source = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/*/*/resize");
    function.policy = Fact::Known(permission(&source, &arn));
    function.unqualified_policy = function.policy.clone();
    for configuration in [&mut function.configuration, &mut function.latest] {
        let configuration = configuration.known_mut().unwrap();
        configuration.version = "$LATEST".to_owned();
        configuration.runtime = Some("nodejs22.x".to_owned());
        configuration.handler = Some("index.handler".to_owned());
        configuration.architecture = "x86_64".to_owned();
        configuration.environment.retain(|name, _| name == "BUCKET" || name == "URL");
    }
    let role = function.role.known_mut().unwrap();
    role.policies = [("resize".to_owned(), format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"logs:*","Resource":"arn:aws:logs:*:*:*"}},{{"Effect":"Allow","Action":"s3:*Object","Resource":"arn:aws:s3:::{BUCKET}/*"}}]}}"#
    ))]
    .into();
    let api = snapshot.apis[0].api.known_mut().unwrap();
    let mut method: Method = api.resources["/resize"]["GET"].clone();
    method.integration.as_mut().unwrap().uri =
        format!("arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations");
    api.resources = [("/resize".to_owned(), [("ANY".to_owned(), method)].into())].into();
    let deployed = Deployed { authorization: "NONE".to_owned(), api_key_required: false };
    api.stages.get_mut("prod").unwrap().deployed =
        Some([("/resize".to_owned(), [("ANY".to_owned(), deployed)].into())].into());
    let bucket = bucket(snapshot);
    bucket.policy = Fact::Known(public_read(&format!("arn:aws:s3:::{BUCKET}/*")));
    let derived = object("300x200/pictures/a.jpg");
    bucket.objects = Fact::Known(vec![object("index.html"), derived.clone(), object("pictures/a.jpg")]);
    bucket.derived = bucket.objects.clone();
    bucket.derived_heads.known_mut().unwrap()[0].key = derived.key;
}

/// The same chain in another region.
pub(crate) fn in_region(snapshot: &mut Snapshot, region: &str) {
    let partition = Partition::of_region(region);
    let to = |text: &str| {
        text.replace(&website_host(BUCKET, REGION), &website_host(BUCKET, region))
            .replace(HOST, &format!("{API}.execute-api.{region}.{}", partition.dns_suffix()))
            .replace(REGION, region)
            .replace("arn:aws:", partition.arn_prefix())
    };
    let change = |seen: &mut Fact<String>| {
        if let Some(text) = seen.known_mut() {
            *text = to(text);
        }
    };
    snapshot.home_region = Some(region.to_owned());
    snapshot.artifacts_region = Fact::Known(region.to_owned());
    snapshot.caller.known_mut().unwrap().partition = partition.name().to_owned();
    if let Some(host) = snapshot.stack.known_mut().and_then(|stack| stack.api_host.as_mut()) {
        *host = to(host);
    }
    let bucket = bucket(snapshot);
    bucket.region = region.to_owned();
    change(&mut bucket.website);
    change(&mut bucket.policy);
    if let Some(edge) = &mut snapshot.edge {
        change(&mut edge.document);
    }
    for walk in &mut snapshot.walks {
        for hop in &mut walk.hops {
            hop.url = to(&hop.url);
            hop.headers.values_mut().for_each(|value| *value = to(value));
        }
    }
    let api = &mut snapshot.apis[0];
    api.region = region.to_owned();
    for method in api.api.known_mut().unwrap().resources.values_mut().flat_map(|methods| methods.values_mut())
    {
        let integration = method.integration.as_mut().unwrap();
        integration.uri = to(&integration.uri);
    }
    let function = snapshot.function.as_mut().unwrap();
    function.region = region.to_owned();
    change(&mut function.policy);
    change(&mut function.unqualified_policy);
    for configuration in [&mut function.configuration, &mut function.latest] {
        let configuration = configuration.known_mut().unwrap();
        configuration.role = to(&configuration.role);
        configuration.environment.values_mut().for_each(|value| *value = to(value));
    }
    let role = function.role.known_mut().unwrap();
    role.policies.values_mut().for_each(|policy| *policy = to(policy));
}
