//! Rules for bucket documents and objects.

use http::HeaderMap;
use roxmltree::{Document, Node};

use super::super::operation::header;
use super::Refusal;

/// S3-25.
const POLICY_BYTES: usize = 20 * 1024;
/// S3-06.
const WEBSITE_BYTES: usize = 128 * 1024;
const WEBSITE_RULES: usize = 50;

pub(super) fn check(operation: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    match operation {
        "PutBucketPolicy" => policy(body),
        "PutBucketWebsite" => website(body),
        "PutObject" | "CreateBucket" => acl(headers),
        _ => Ok(()),
    }
}

fn policy(body: &[u8]) -> Result<(), Refusal> {
    if body.len() > POLICY_BYTES {
        // The code is unverified; the limit is documented.
        return Err(Refusal::new(
            400,
            "PolicyTooLarge",
            "The policy exceeds the maximum allowed size of 20 KB.",
        ));
    }
    let malformed = |why: &str| Refusal::new(400, "MalformedPolicy", why);
    let policy: serde_json::Value =
        serde_json::from_slice(body).map_err(|_| malformed("This policy contains invalid Json"))?;
    let statements = match policy.get("Statement") {
        Some(serde_json::Value::Array(all)) => all.as_slice(),
        Some(one @ serde_json::Value::Object(_)) => std::slice::from_ref(one),
        _ => return Err(malformed("Missing required field Statement")),
    };
    if statements.is_empty() {
        return Err(malformed("Could not parse the policy: Statement is empty!"));
    }
    let mut sids = std::collections::HashSet::new();
    for statement in statements {
        for field in ["Effect", "Principal|NotPrincipal", "Action|NotAction", "Resource|NotResource"] {
            if !field.split('|').any(|name| statement.get(name).is_some()) {
                return Err(malformed(&format!("Missing required field {field}")));
            }
        }
        if let Some(sid) = statement.get("Sid")
            && !sids.insert(sid.to_string())
        {
            return Err(malformed("Statement IDs (SID) in a single policy must be unique."));
        }
    }
    Ok(())
}

fn website(body: &[u8]) -> Result<(), Refusal> {
    let malformed = |why: &str| {
        let message = format!(
            "The XML you provided was not well-formed or did not validate against our published schema: {why}"
        );
        Refusal::new(400, "MalformedXML", message)
    };
    let invalid = |why: &str| Refusal::new(400, "InvalidArgument", why);
    if body.len() > WEBSITE_BYTES {
        return Err(invalid("The website configuration is larger than 128 KB."));
    }
    let text = std::str::from_utf8(body).map_err(|_| malformed("not UTF-8"))?;
    let document = Document::parse(text).map_err(|error| malformed(&error.to_string()))?;
    let root = document.root_element();
    if root.tag_name().name() != "WebsiteConfiguration" {
        return Err(malformed("unexpected root element"));
    }
    let rules = child(root, "RoutingRules");
    // S3-08
    if child(root, "RedirectAllRequestsTo").is_some() {
        let others = ["IndexDocument", "ErrorDocument", "RoutingRules"];
        return match others.iter().find(|name| child(root, name).is_some()) {
            Some(name) => Err(malformed(&format!("RedirectAllRequestsTo excludes {name}"))),
            None => Ok(()),
        };
    }
    // S3-07
    let suffix = child(root, "IndexDocument").and_then(|index| value(index, "Suffix"));
    match suffix {
        None => {
            return Err(invalid(
                "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
            ));
        }
        Some(suffix) if suffix.is_empty() || suffix.contains('/') => {
            return Err(invalid("The IndexDocument Suffix is not well formed"));
        }
        Some(_) => {}
    }
    let rules: Vec<Node<'_, '_>> = rules.map(elements).unwrap_or_default();
    if rules.len() > WEBSITE_RULES {
        let message = format!("The number of RoutingRules must not exceed the limit of {WEBSITE_RULES}.");
        return Err(Refusal::new(400, "InvalidRequest", message));
    }
    rules.into_iter().try_for_each(|rule| routing_rule(rule).map_err(invalid))
}

/// S3-09, S3-11.
fn routing_rule(rule: Node<'_, '_>) -> Result<(), &'static str> {
    if let Some(condition) = child(rule, "Condition") {
        if elements(condition).is_empty() {
            return Err("A condition must have at least one property");
        }
        if value(condition, "HttpErrorCodeReturnedEquals")
            .is_some_and(|code| !code.parse().is_ok_and(|code: u16| (400..600).contains(&code)))
        {
            return Err("The provided HTTP error code is not valid. Valid codes are 4XX or 5XX.");
        }
    }
    let redirect = child(rule, "Redirect").ok_or("A routing rule must have a Redirect")?;
    if elements(redirect).is_empty() {
        return Err("A redirect must have at least one property");
    }
    if child(redirect, "ReplaceKeyPrefixWith").is_some() && child(redirect, "ReplaceKeyWith").is_some() {
        return Err("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
    }
    if value(redirect, "HostName").is_some_and(|host| host.is_empty() || host.contains('/')) {
        return Err("The HostName is not a bare host name");
    }
    if value(redirect, "Protocol").is_some_and(|protocol| !matches!(protocol, "http" | "https")) {
        return Err(
            "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
        );
    }
    if value(redirect, "HttpRedirectCode")
        .is_some_and(|code| !code.parse().is_ok_and(|code: u16| (301..400).contains(&code)))
    {
        return Err("The provided HTTP redirect code is not valid. Valid codes are 3XX except 300.");
    }
    Ok(())
}

/// S3-26: with ownership enforced, which is the default, no ACL may be sent but the owner's full control.
fn acl(headers: &HeaderMap) -> Result<(), Refusal> {
    match header(headers, "x-amz-acl") {
        None | Some("private" | "bucket-owner-full-control") => Ok(()),
        Some(_) => Err(Refusal::new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")),
    }
}

pub(super) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

pub(super) fn value<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name).map(|child| child.text().unwrap_or(""))
}

pub(super) fn elements<'a, 'input>(node: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
    node.children().filter(Node::is_element).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn website_of(inner: &str) -> Result<(), &'static str> {
        let body = format!(
            "<WebsiteConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inner}</WebsiteConfiguration>"
        );
        check("PutBucketWebsite", &HeaderMap::new(), body.as_bytes()).map_err(|refusal| refusal.code)
    }

    const INDEX: &str = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";

    fn rules(rule: &str, times: usize) -> String {
        format!(
            "{INDEX}<RoutingRules>{}</RoutingRules>",
            format!("<RoutingRule>{rule}</RoutingRule>").repeat(times)
        )
    }

    #[test]
    fn websites_are_judged_as_aws_does() {
        let fine = "<Redirect><HostName>a.b</HostName><Protocol>https</Protocol><HttpRedirectCode>307</HttpRedirectCode></Redirect>";
        assert_eq!(website_of(INDEX), Ok(()));
        assert_eq!(website_of(&rules(fine, 50)), Ok(()));
        assert_eq!(website_of(&rules(fine, 51)), Err("InvalidRequest"));
        assert_eq!(
            website_of("<RedirectAllRequestsTo><HostName>a</HostName></RedirectAllRequestsTo>"),
            Ok(())
        );
        let both = format!("<RedirectAllRequestsTo><HostName>a</HostName></RedirectAllRequestsTo>{INDEX}");
        assert_eq!(website_of(&both), Err("MalformedXML"));
        for broken in [
            "<Redirect/>",
            "<Condition><KeyPrefixEquals>a</KeyPrefixEquals></Condition>",
            "<Condition/><Redirect><HostName>a</HostName></Redirect>",
            "<Condition><HttpErrorCodeReturnedEquals>200</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>a</HostName></Redirect>",
            "<Redirect><HostName>https://a</HostName></Redirect>",
            "<Redirect><ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith></Redirect>",
            "<Redirect><HttpRedirectCode>200</HttpRedirectCode></Redirect>",
            "<Redirect><Protocol>ftp</Protocol></Redirect>",
        ] {
            assert_eq!(website_of(&rules(broken, 1)), Err("InvalidArgument"), "{broken}");
        }
        assert_eq!(website_of("<RoutingRules/>"), Err("InvalidArgument"), "no index document");
        assert_eq!(website_of("<IndexDocument><Suffix>a/b</Suffix></IndexDocument>"), Err("InvalidArgument"));
        assert_eq!(website_of("<IndexDocument>"), Err("MalformedXML"));
    }

    #[test]
    fn policies_are_judged_as_aws_does() {
        let put = |body: &str| {
            check("PutBucketPolicy", &HeaderMap::new(), body.as_bytes()).map_err(|refusal| refusal.code)
        };
        let statement = r#"{"Sid":"A","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;
        assert_eq!(put(&format!(r#"{{"Statement":[{statement}]}}"#)), Ok(()));
        assert_eq!(put(&format!(r#"{{"Statement":{statement}}}"#)), Ok(()));
        assert_eq!(put(&format!(r#"{{"Statement":[{statement},{statement}]}}"#)), Err("MalformedPolicy"));
        assert_eq!(put(r#"{"Statement":[]}"#), Err("MalformedPolicy"));
        assert_eq!(put(r#"{"Statement":[{"Effect":"Allow"}]}"#), Err("MalformedPolicy"));
        assert_eq!(put("{"), Err("MalformedPolicy"));
        let padding = " ".repeat(POLICY_BYTES);
        assert_eq!(put(&format!(r#"{{"Statement":[{statement}]}}{padding}"#)), Err("PolicyTooLarge"));
    }

    #[test]
    fn public_acls_are_refused() {
        let put = |acl: &'static str| {
            let headers =
                HeaderMap::from_iter([(http::HeaderName::from_static("x-amz-acl"), acl.parse().unwrap())]);
            check("PutObject", &headers, b"").map_err(|refusal| refusal.code)
        };
        assert_eq!(put("public-read"), Err("AccessControlListNotSupported"));
        assert_eq!(put("bucket-owner-full-control"), Ok(()));
    }
}
