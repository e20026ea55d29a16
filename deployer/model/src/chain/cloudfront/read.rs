//! Reading a distribution's XML.

use super::{Behavior, Caching, CustomError, DEFAULT_PATTERN, Distribution, Origin, OriginGroup, OriginKind};
use crate::chain::policies::{CachePolicy, Query};
use crate::chain::ttl::Ttls;
use crate::chain::xml::{self, XmlError, child, children, flag, list, number, text, word};
use roxmltree::Node;

const DOCUMENT: &str = "DistributionConfig";

impl Distribution {
    /// Reads the XML of `GetDistributionConfig` (or of `GetDistribution`).
    ///
    /// # Errors
    /// Not such a document, no default behaviour, a number that isn't one.
    pub fn parse(xml_text: &str) -> Result<Self, XmlError> {
        xml::with_root(xml_text, &[DOCUMENT, "Distribution"], |root| {
            let config = child(root, DOCUMENT).unwrap_or(root);
            let items = |name: &str| child(config, name).and_then(|n| child(n, "Items"));
            let mut behaviors = Vec::new();
            if let Some(list) = items("CacheBehaviors") {
                for node in children(list, "CacheBehavior") {
                    let pattern = word(node, "PathPattern")
                        .ok_or_else(|| XmlError::new(DOCUMENT, "a <CacheBehavior> has no <PathPattern>"))?;
                    behaviors.push(behavior(node, pattern)?);
                }
            }
            let default = child(config, "DefaultCacheBehavior")
                .ok_or_else(|| XmlError::new(DOCUMENT, "it has no <DefaultCacheBehavior>"))?;
            let default_behavior = behavior(default, DEFAULT_PATTERN.to_owned())?;
            let origins = match items("Origins") {
                Some(list) => children(list, "Origin").map(origin).collect::<Result<_, _>>()?,
                None => Vec::new(),
            };
            let groups = match items("OriginGroups") {
                Some(list) => children(list, "OriginGroup").map(group).collect::<Result<_, _>>()?,
                None => Vec::new(),
            };
            let errors = match items("CustomErrorResponses") {
                Some(list) => {
                    children(list, "CustomErrorResponse").map(custom_error).collect::<Result<_, _>>()?
                }
                None => Vec::new(),
            };
            Ok(Self {
                enabled: flag(config, "Enabled").unwrap_or(false),
                aliases: list(config, "Aliases"),
                default_root_object: word(config, "DefaultRootObject"),
                origins,
                groups,
                behaviors,
                default_behavior,
                errors,
            })
        })
    }
}

fn behavior(node: Node<'_, '_>, pattern: String) -> Result<Behavior, XmlError> {
    let legacy = child(node, "ForwardedValues");
    let caching = match (word(node, "CachePolicyId"), legacy) {
        (Some(id), _) => Caching::Policy(id),
        (None, Some(values)) => Caching::Legacy(legacy_policy(node, values)?),
        (None, None) => {
            // CF-05
            return Err(XmlError::new(
                DOCUMENT,
                format!("behaviour {pattern:?} has neither <CachePolicyId> nor <ForwardedValues>"),
            ));
        }
    };
    let sends_host = |headers: &[String]| headers.iter().any(|h| h == "*" || h.eq_ignore_ascii_case("host"));
    // AWS's managed origin request policies that hand the viewer's Host on: AllViewer and AllViewerAndCloudFrontHeaders-2022-06.
    let forwards_all = matches!(
        word(node, "OriginRequestPolicyId").as_deref(),
        Some("216adef6-5c7f-47e4-b989-5492eafa07d3" | "33f36d7e-f396-46d9-90e0-52428a34d9dc")
    );
    let forwards_host = forwards_all
        || match &caching {
            Caching::Legacy(policy) => sends_host(&policy.headers),
            Caching::Policy(id) => CachePolicy::managed(id).is_some_and(|p| sends_host(&p.headers)),
        };
    let mut methods = list(node, "AllowedMethods");
    if methods.is_empty() {
        methods = vec!["GET".to_owned(), "HEAD".to_owned()];
    }
    Ok(Behavior {
        pattern,
        target: word(node, "TargetOriginId").unwrap_or_default(),
        viewer_protocol: word(node, "ViewerProtocolPolicy").unwrap_or_else(|| "allow-all".to_owned()),
        methods,
        caching,
        forwards_host,
        signed_only: ["TrustedSigners", "TrustedKeyGroups"]
            .into_iter()
            .any(|name| child(node, name).and_then(|trusted| flag(trusted, "Enabled")) == Some(true)),
    })
}

fn legacy_policy(node: Node<'_, '_>, values: Node<'_, '_>) -> Result<CachePolicy, XmlError> {
    let min = number(node, "MinTTL", DOCUMENT)?.unwrap_or(0);
    let keys = list(values, "QueryStringCacheKeys");
    let query = match flag(values, "QueryString") {
        Some(true) if keys.is_empty() => Query::All,
        Some(true) => Query::Only(keys),
        _ => Query::None,
    };
    let headers = list(values, "Headers");
    let ttls = if headers.iter().any(|h| h == "*") {
        // Forwarding every header turns caching off.
        Ttls { min: 0, default: 0, max: 0 }
    } else {
        Ttls::filled(min, number(node, "DefaultTTL", DOCUMENT)?, number(node, "MaxTTL", DOCUMENT)?)
    };
    Ok(CachePolicy { name: "legacy settings".to_owned(), ttls, query, headers })
}

fn origin(node: Node<'_, '_>) -> Result<Origin, XmlError> {
    let id = word(node, "Id").ok_or_else(|| XmlError::new(DOCUMENT, "an <Origin> has no <Id>"))?;
    let domain = word(node, "DomainName")
        .ok_or_else(|| XmlError::new(DOCUMENT, format!("origin {id:?} has no <DomainName>")))?;
    let headers = match child(node, "CustomHeaders").and_then(|n| child(n, "Items")) {
        None => Vec::new(),
        Some(items) => children(items, "OriginCustomHeader")
            .filter_map(|h| Some((word(h, "HeaderName")?, text(h, "HeaderValue").unwrap_or_default())))
            .collect(),
    };
    let kind = match child(node, "CustomOriginConfig") {
        Some(custom) => OriginKind::Custom {
            protocol: word(custom, "OriginProtocolPolicy").unwrap_or_else(|| "http-only".to_owned()),
        },
        None => OriginKind::S3,
    };
    let path = word(node, "OriginPath").unwrap_or_default();
    Ok(Origin {
        id,
        domain: domain.to_ascii_lowercase(),
        path: path.trim_end_matches('/').to_owned(),
        kind,
        headers,
    })
}

fn group(node: Node<'_, '_>) -> Result<OriginGroup, XmlError> {
    let id = word(node, "Id").ok_or_else(|| XmlError::new(DOCUMENT, "an <OriginGroup> has no <Id>"))?;
    let failover = child(node, "FailoverCriteria")
        .map(|criteria| list(criteria, "StatusCodes").iter().filter_map(|code| code.parse().ok()).collect())
        .unwrap_or_default();
    let members = match child(node, "Members").and_then(|n| child(n, "Items")) {
        None => Vec::new(),
        Some(items) => children(items, "OriginGroupMember").filter_map(|m| word(m, "OriginId")).collect(),
    };
    Ok(OriginGroup { id, failover, members })
}

fn custom_error(node: Node<'_, '_>) -> Result<CustomError, XmlError> {
    let status = |name: &str| -> Result<Option<u16>, XmlError> {
        Ok(number(node, name, DOCUMENT)?.and_then(|n| u16::try_from(n).ok()))
    };
    Ok(CustomError {
        status: status("ErrorCode")?
            .ok_or_else(|| XmlError::new(DOCUMENT, "a <CustomErrorResponse> has no <ErrorCode>"))?,
        page: word(node, "ResponsePagePath"),
        shown_as: status("ResponseCode")?,
        min_ttl: number(node, "ErrorCachingMinTTL", DOCUMENT)?,
    })
}
