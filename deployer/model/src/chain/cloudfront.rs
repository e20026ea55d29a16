//! A distribution's configuration, as far as it decides where a request goes and how long its answer stays.

use super::pattern;
use super::policies::{CachePolicy, Query};
use super::ttl::Ttls;
use super::xml::{self, XmlError, child, children, flag, list, number, text, word};
use roxmltree::Node;

const DOCUMENT: &str = "DistributionConfig";

/// How the default behaviour is called, as in the console.
pub const DEFAULT_PATTERN: &str = "Default (*)";

/// A distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// A disabled distribution answers nothing.
    pub enabled: bool,
    /// Alternate domain names.
    pub aliases: Vec<String>,
    /// What `/` stands for, without leading `/`.
    pub default_root_object: Option<String>,
    /// Origins.
    pub origins: Vec<Origin>,
    /// Origin groups: a second origin where the first fails (CF-20).
    pub groups: Vec<OriginGroup>,
    /// Ordered behaviours, in the order in which they are tried (CF-11).
    pub behaviors: Vec<Behavior>,
    /// The behaviour for every other path.
    pub default_behavior: Behavior,
    /// What stands for the origin's errors, and how long errors are kept (CF-10).
    pub errors: Vec<CustomError>,
}

/// An origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Id within the distribution.
    pub id: String,
    /// Host.
    pub domain: String,
    /// Put before the request's path (CF-09); empty or `/…` without trailing `/`.
    pub path: String,
    /// What kind it is.
    pub kind: OriginKind,
    /// Headers added to every request.
    pub headers: Vec<(String, String)>,
}

/// The kind of an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginKind {
    /// `CustomOriginConfig`, with its `OriginProtocolPolicy`; the only valid kind for a website endpoint (CF-01).
    Custom {
        /// `http-only`, `https-only` or `match-viewer`.
        protocol: String,
    },
    /// `S3OriginConfig`: the REST endpoint, no routing rules (S3-03).
    S3,
}

/// A pair of origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginGroup {
    /// Id, used as a behaviour's target.
    pub id: String,
    /// Statuses of the first origin on which the second is asked.
    pub failover: Vec<u16>,
    /// Origin ids in order.
    pub members: Vec<String>,
}

/// A cache behaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behavior {
    /// Path pattern; the default behaviour has [`DEFAULT_PATTERN`].
    pub pattern: String,
    /// Origin or origin group.
    pub target: String,
    /// `allow-all`, `redirect-to-https` or `https-only`.
    pub viewer_protocol: String,
    /// Methods that are let through.
    pub methods: Vec<String>,
    /// What it caches by.
    pub caching: Caching,
    /// Whether the viewer's `Host` goes to the origin (CF-06).
    pub forwards_host: bool,
}

/// Where a behaviour's TTLs and cache key come from; the two exclude each other (CF-05).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caching {
    /// `ForwardedValues` with TTLs in the behaviour.
    Legacy(CachePolicy),
    /// A cache policy's id.
    Policy(String),
}

/// A custom error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomError {
    /// The origin's status.
    pub status: u16,
    /// The page that is served instead, a path in this distribution.
    pub page: Option<String>,
    /// The status that the viewer sees with that page.
    pub shown_as: Option<u16>,
    /// How long the error is kept, in seconds.
    pub min_ttl: Option<u64>,
}

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
                    let pattern = word(node, "PathPattern").ok_or_else(|| {
                        XmlError::new(DOCUMENT, "a <CacheBehavior> has no <PathPattern>")
                    })?;
                    behaviors.push(behavior(node, pattern)?);
                }
            }
            let default = child(config, "DefaultCacheBehavior")
                .ok_or_else(|| XmlError::new(DOCUMENT, "it has no <DefaultCacheBehavior>"))?;
            let default_behavior = behavior(default, DEFAULT_PATTERN.to_owned())?;
            let origins = match items("Origins") {
                Some(list) => children(list, "Origin")
                    .map(origin)
                    .collect::<Result<_, _>>()?,
                None => Vec::new(),
            };
            let groups = match items("OriginGroups") {
                Some(list) => children(list, "OriginGroup")
                    .map(group)
                    .collect::<Result<_, _>>()?,
                None => Vec::new(),
            };
            let errors = match items("CustomErrorResponses") {
                Some(list) => children(list, "CustomErrorResponse")
                    .map(custom_error)
                    .collect::<Result<_, _>>()?,
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

    /// The behaviour for a normalised path: the first whose pattern fits, the default one last (CF-11).
    pub fn behavior_for(&self, path: &str) -> &Behavior {
        self.behaviors
            .iter()
            .find(|b| pattern::path_matches(&b.pattern, path))
            .unwrap_or(&self.default_behavior)
    }

    /// The ids of the cache policies in use that are not AWS's own; the caller reads them.
    pub fn foreign_policies(&self) -> Vec<String> {
        let mut ids: Vec<String> = self
            .behaviors
            .iter()
            .chain([&self.default_behavior])
            .filter_map(|b| match &b.caching {
                Caching::Policy(id) if CachePolicy::managed(id).is_none() => Some(id.clone()),
                _ => None,
            })
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// The origins to try in order for a behaviour's target, and the statuses on which the next one is tried.
    pub fn origins_for(&self, target: &str) -> (Vec<&Origin>, &[u16]) {
        let by_id = |id: &str| self.origins.iter().find(|o| o.id == id);
        match self.groups.iter().find(|g| g.id == target) {
            Some(group) => (
                group.members.iter().filter_map(|id| by_id(id)).collect(),
                &group.failover,
            ),
            None => (by_id(target).into_iter().collect(), &[]),
        }
    }

    /// The custom error response for a status.
    pub fn error_for(&self, status: u16) -> Option<&CustomError> {
        self.errors.iter().find(|e| e.status == status)
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
    let sends_host = |headers: &[String]| {
        headers
            .iter()
            .any(|h| h == "*" || h.eq_ignore_ascii_case("host"))
    };
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
        viewer_protocol: word(node, "ViewerProtocolPolicy")
            .unwrap_or_else(|| "allow-all".to_owned()),
        methods,
        caching,
        forwards_host,
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
        Ttls {
            min: 0,
            default: 0,
            max: 0,
        }
    } else {
        Ttls::filled(
            min,
            number(node, "DefaultTTL", DOCUMENT)?,
            number(node, "MaxTTL", DOCUMENT)?,
        )
    };
    Ok(CachePolicy {
        name: "legacy settings".to_owned(),
        ttls,
        query,
        headers,
    })
}

fn origin(node: Node<'_, '_>) -> Result<Origin, XmlError> {
    let id = word(node, "Id").ok_or_else(|| XmlError::new(DOCUMENT, "an <Origin> has no <Id>"))?;
    let domain = word(node, "DomainName")
        .ok_or_else(|| XmlError::new(DOCUMENT, format!("origin {id:?} has no <DomainName>")))?;
    let headers = match child(node, "CustomHeaders").and_then(|n| child(n, "Items")) {
        None => Vec::new(),
        Some(items) => children(items, "OriginCustomHeader")
            .filter_map(|h| {
                Some((
                    word(h, "HeaderName")?,
                    text(h, "HeaderValue").unwrap_or_default(),
                ))
            })
            .collect(),
    };
    let kind = match child(node, "CustomOriginConfig") {
        Some(custom) => OriginKind::Custom {
            protocol: word(custom, "OriginProtocolPolicy")
                .unwrap_or_else(|| "http-only".to_owned()),
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
    let id =
        word(node, "Id").ok_or_else(|| XmlError::new(DOCUMENT, "an <OriginGroup> has no <Id>"))?;
    let failover = child(node, "FailoverCriteria")
        .map(|criteria| {
            list(criteria, "StatusCodes")
                .iter()
                .filter_map(|code| code.parse().ok())
                .collect()
        })
        .unwrap_or_default();
    let members = match child(node, "Members").and_then(|n| child(n, "Items")) {
        None => Vec::new(),
        Some(items) => children(items, "OriginGroupMember")
            .filter_map(|m| word(m, "OriginId"))
            .collect(),
    };
    Ok(OriginGroup {
        id,
        failover,
        members,
    })
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
