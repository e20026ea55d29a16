//! Rules for distribution configurations.

use std::collections::HashSet;

use http::HeaderMap;
use roxmltree::{Document, Node};

use super::Refusal;
use super::s3::{child, elements, value};

/// CF-12.
const BEHAVIOURS: usize = 75;
const ORIGINS: usize = 100;

pub(super) fn check(operation: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    match operation {
        "UpdateDistribution" => {
            if !headers.contains_key("if-match") {
                let message = "The If-Match version is missing or not valid for the resource.";
                return Err(Refusal::new(400, "InvalidIfMatchVersion", message));
            }
            distribution(body)
        }
        "CreateDistribution" | "CreateDistributionWithTags" => distribution(body),
        "CreateInvalidation" => parse(body, |root| quantities(root).and_then(|()| invalidation(root))),
        _ => Ok(()),
    }
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "InvalidArgument", message)
}

fn parse(body: &[u8], check: impl FnOnce(Node<'_, '_>) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let malformed = |why: String| Refusal::new(400, "MalformedXML", why);
    let text = std::str::from_utf8(body).map_err(|error| malformed(error.to_string()))?;
    let document = Document::parse(text).map_err(|error| malformed(error.to_string()))?;
    check(document.root_element())
}

fn distribution(body: &[u8]) -> Result<(), Refusal> {
    parse(body, |root| {
        let config = child(root, "DistributionConfig").unwrap_or(root);
        quantities(config)?;
        for required in ["CallerReference", "Comment", "Enabled", "Origins", "DefaultCacheBehavior"] {
            if child(config, required).is_none() {
                return Err(Refusal::new(400, "MissingArgument", format!("{required} is required.")));
            }
        }
        let origins = items(config, "Origins");
        if origins.is_empty() {
            return Err(invalid("The parameter Origins is required."));
        }
        if origins.len() > ORIGINS {
            return Err(Refusal::new(400, "TooManyOrigins", "Too many origins."));
        }
        let mut ids: HashSet<&str> = HashSet::new();
        for node in &origins {
            if !ids.insert(origin(*node)?) {
                return Err(invalid("The parameter Origin Id must be unique."));
            }
        }
        ids.extend(items(config, "OriginGroups").into_iter().filter_map(|group| value(group, "Id")));
        let behaviours = items(config, "CacheBehaviors");
        if behaviours.len() > BEHAVIOURS {
            let message = "Your request contains more CacheBehaviors than are allowed per distribution.";
            return Err(Refusal::new(400, "TooManyCacheBehaviors", message));
        }
        let mut patterns = HashSet::new();
        for node in &behaviours {
            let pattern = value(*node, "PathPattern").ok_or_else(|| invalid("PathPattern is required."))?;
            if !patterns.insert(pattern) {
                return Err(invalid(format!("The parameter PathPattern {pattern} is used twice.")));
            }
        }
        let default = child(config, "DefaultCacheBehavior");
        behaviours.into_iter().chain(default).try_for_each(|node| behaviour(node, &ids))
    })
}

/// CF-13: each `Quantity` is the number of `Items`.
fn quantities(node: Node<'_, '_>) -> Result<(), Refusal> {
    if let Some(quantity) = value(node, "Quantity") {
        let items = child(node, "Items").map_or(0, |items| elements(items).len());
        if quantity.parse() != Ok(items) {
            let message = format!("{}: Quantity is {quantity}, Items are {items}.", node.tag_name().name());
            return Err(Refusal::new(400, "InconsistentQuantities", message));
        }
    }
    elements(node).into_iter().try_for_each(quantities)
}

/// The origin's id. CF-01: a website endpoint is a custom origin, with http only.
fn origin<'a>(node: Node<'a, '_>) -> Result<&'a str, Refusal> {
    let id =
        value(node, "Id").filter(|id| !id.is_empty()).ok_or_else(|| invalid("Origin Id is required."))?;
    let domain = value(node, "DomainName").unwrap_or("");
    if domain.is_empty() || domain.contains(['/', ':']) {
        return Err(Refusal::new(
            400,
            "InvalidOrigin",
            format!("Origin {id}: DomainName {domain:?} is not a host name."),
        ));
    }
    let kinds = ["S3OriginConfig", "CustomOriginConfig", "VpcOriginConfig"];
    if kinds.iter().filter(|kind| child(node, kind).is_some()).count() != 1 {
        return Err(invalid(format!("Origin {id} must have exactly one kind of origin configuration.")));
    }
    let website = domain.contains(".s3-website");
    if website && child(node, "S3OriginConfig").is_some() {
        return Err(invalid("The parameter Origin DomainName does not refer to a valid S3 bucket."));
    }
    if website && value(node, "OriginAccessControlId").is_some_and(|id| !id.is_empty()) {
        return Err(invalid("A website endpoint can't have an origin access control."));
    }
    if let Some(custom) = child(node, "CustomOriginConfig") {
        for required in ["HTTPPort", "HTTPSPort", "OriginProtocolPolicy"] {
            if value(custom, required).is_none() {
                return Err(invalid(format!("Origin {id}: {required} is required.")));
            }
        }
    }
    Ok(id)
}

/// CF-03, CF-05.
fn behaviour(node: Node<'_, '_>, origins: &HashSet<&str>) -> Result<(), Refusal> {
    let target = value(node, "TargetOriginId").unwrap_or("");
    if !origins.contains(target) {
        let message = format!("One or more of your origins or origin groups do not exist: {target:?}");
        return Err(Refusal::new(404, "NoSuchOrigin", message));
    }
    if value(node, "ViewerProtocolPolicy").is_none() {
        return Err(invalid("The parameter ViewerProtocolPolicy is required."));
    }
    let legacy = ["ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"];
    let policy = value(node, "CachePolicyId").is_some_and(|id| !id.is_empty());
    match (policy, legacy.iter().find(|name| child(node, name).is_some())) {
        (true, Some(name)) => {
            return Err(invalid(format!(
                "The parameter {name} cannot be used when a cache policy is associated to the cache behavior."
            )));
        }
        (false, _) if child(node, "ForwardedValues").is_none() => {
            return Err(invalid("The parameter ForwardedValues is required."));
        }
        _ => {}
    }
    let ttl = |name: &str, default: u64| match value(node, name) {
        Some(text) => text.parse().map_err(|_| invalid(format!("The parameter {name} is not a number."))),
        None => Ok(default),
    };
    if !policy {
        let min: u64 = ttl("MinTTL", 0)?;
        let default = ttl("DefaultTTL", min.max(86_400))?;
        let max = ttl("MaxTTL", default.max(31_536_000))?;
        if !(min <= default && default <= max) {
            let message = "The order of the TTLs is not valid: MinTTL <= DefaultTTL <= MaxTTL.";
            return Err(Refusal::new(400, "InvalidTTLOrder", message));
        }
    }
    Ok(())
}

/// CF-16.
fn invalidation(root: Node<'_, '_>) -> Result<(), Refusal> {
    if value(root, "CallerReference").is_none_or(str::is_empty) {
        return Err(Refusal::new(400, "MissingArgument", "CallerReference is required."));
    }
    let paths: Vec<&str> = items(root, "Paths").into_iter().filter_map(|node| node.text()).collect();
    let valid = |path: &&str| path.starts_with('/') && !path[..path.len() - 1].contains('*');
    if paths.is_empty() || !paths.iter().all(valid) {
        return Err(invalid("Your request contains one or more invalid invalidation paths."));
    }
    Ok(())
}

fn items<'a, 'input>(node: Node<'a, 'input>, list: &str) -> Vec<Node<'a, 'input>> {
    child(node, list).and_then(|list| child(list, "Items")).map(elements).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "<Origin><Id>o</Id><DomainName>b.s3-website-eu-west-1.amazonaws.com</DomainName><CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>http-only</OriginProtocolPolicy></CustomOriginConfig></Origin>";
    const TTLS: &str = "<ForwardedValues/><MinTTL>0</MinTTL><DefaultTTL>0</DefaultTTL><MaxTTL>1</MaxTTL>";

    fn config(origin: &str, behaviour: &str, tail: &str) -> Result<(), &'static str> {
        let body = format!(
            "<DistributionConfig xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><CallerReference>r</CallerReference><Comment/><Enabled>true</Enabled><Origins><Quantity>1</Quantity><Items>{origin}</Items></Origins><DefaultCacheBehavior><TargetOriginId>o</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>{behaviour}</DefaultCacheBehavior>{tail}</DistributionConfig>"
        );
        check("CreateDistribution", &HeaderMap::new(), body.as_bytes()).map_err(|refusal| refusal.code)
    }

    #[test]
    fn distributions_are_judged_as_aws_does() {
        assert_eq!(config(ORIGIN, TTLS, ""), Ok(()));
        assert_eq!(config(ORIGIN, "<CachePolicyId>p</CachePolicyId>", ""), Ok(()));
        let list = |quantity: &str| {
            format!("<Aliases><Quantity>{quantity}</Quantity><Items><CNAME>a</CNAME></Items></Aliases>")
        };
        assert_eq!(config(ORIGIN, TTLS, &list("1")), Ok(()));
        assert_eq!(config(ORIGIN, TTLS, &list("0")), Err("InconsistentQuantities"));
        assert_eq!(config(ORIGIN, TTLS, &list("x")), Err("InconsistentQuantities"));
        assert_eq!(
            config(ORIGIN, "<CachePolicyId>p</CachePolicyId><MinTTL>0</MinTTL>", ""),
            Err("InvalidArgument")
        );
        assert_eq!(config(ORIGIN, "", ""), Err("InvalidArgument"), "neither policy nor TTLs");
        let order = "<ForwardedValues/><MinTTL>5</MinTTL><DefaultTTL>0</DefaultTTL><MaxTTL>9</MaxTTL>";
        assert_eq!(config(ORIGIN, order, ""), Err("InvalidTTLOrder"));
        assert_eq!(config(&ORIGIN.replace("<Id>o</Id>", "<Id>p</Id>"), TTLS, ""), Err("NoSuchOrigin"));
        let s3 = "<Origin><Id>o</Id><DomainName>b.s3-website-eu-west-1.amazonaws.com</DomainName><S3OriginConfig/></Origin>";
        assert_eq!(config(s3, TTLS, ""), Err("InvalidArgument"));
        assert_eq!(config(&ORIGIN.replace("b.s3", "http://b.s3"), TTLS, ""), Err("InvalidOrigin"));
        let behaviour = format!(
            "<CacheBehavior><PathPattern>a</PathPattern><TargetOriginId>o</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>{TTLS}</CacheBehavior>"
        );
        let twice = format!(
            "<CacheBehaviors><Quantity>2</Quantity><Items>{behaviour}{behaviour}</Items></CacheBehaviors>"
        );
        assert_eq!(config(ORIGIN, TTLS, &twice), Err("InvalidArgument"));
        let many: String = (0..76).map(|n| behaviour.replace(">a<", &format!(">{n}<"))).collect();
        let many = format!("<CacheBehaviors><Quantity>76</Quantity><Items>{many}</Items></CacheBehaviors>");
        assert_eq!(config(ORIGIN, TTLS, &many), Err("TooManyCacheBehaviors"));
    }

    #[test]
    fn an_update_needs_the_etag() {
        let refusal = check("UpdateDistribution", &HeaderMap::new(), b"").unwrap_err();
        assert_eq!(refusal.code, "InvalidIfMatchVersion");
    }

    #[test]
    fn invalidation_paths_are_judged_as_aws_does() {
        let paths = |path: &str| {
            let body = format!(
                "<InvalidationBatch><Paths><Quantity>1</Quantity><Items><Path>{path}</Path></Items></Paths><CallerReference>r</CallerReference></InvalidationBatch>"
            );
            check("CreateInvalidation", &HeaderMap::new(), body.as_bytes()).map_err(|refusal| refusal.code)
        };
        assert_eq!(paths("/resized/*"), Ok(()));
        assert_eq!(paths("resized/*"), Err("InvalidArgument"));
        assert_eq!(paths("/*/a"), Err("InvalidArgument"));
    }
}
