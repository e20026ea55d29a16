//! CloudFront cache policies: AWS's managed ones by id, and the reading of others from `GetCachePolicy`.

use super::ttl::Ttls;
use super::xml::{self, XmlError, child, list, number, word};
use roxmltree::Node;

/// Which part of the query is in the cache key and goes to the origin (CF-17).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Query {
    /// None of it: `?v=2` shares one entry with `?v=1`.
    #[default]
    None,
    /// These parameters.
    Only(Vec<String>),
    /// All but these.
    Except(Vec<String>),
    /// All of it.
    All,
}

/// How long a behaviour caches and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// A name for messages.
    pub name: String,
    /// The three TTLs.
    pub ttls: Ttls,
    /// The query's part in the key.
    pub query: Query,
    /// Request headers in the key and sent to the origin; `Host` among them breaks a website origin (CF-06).
    pub headers: Vec<String>,
}

impl CachePolicy {
    /// Reads the XML of `GetCachePolicy` (its `CachePolicy` or `CachePolicyConfig`).
    ///
    /// # Errors
    /// Not such a document, or a TTL that isn't a number.
    pub fn parse(text: &str) -> Result<Self, XmlError> {
        const DOCUMENT: &str = "CachePolicyConfig";
        xml::with_root(text, &[DOCUMENT, "CachePolicy"], |root| {
            let config = child(root, "CachePolicyConfig").unwrap_or(root);
            let key = child(config, "ParametersInCacheKeyAndForwardedToOrigin");
            let min = number(config, "MinTTL", DOCUMENT)?.unwrap_or(0);
            Ok(Self {
                name: word(config, "Name").unwrap_or_else(|| "unnamed".to_owned()),
                ttls: Ttls::filled(
                    min,
                    number(config, "DefaultTTL", DOCUMENT)?,
                    number(config, "MaxTTL", DOCUMENT)?,
                ),
                query: key.map(query_of).unwrap_or_default(),
                headers: key
                    .and_then(|k| child(k, "HeadersConfig"))
                    .map(|h| list(h, "Headers"))
                    .unwrap_or_default(),
            })
        })
    }

    /// AWS's managed policy with this id (D37); `None` for any other id.
    pub fn managed(id: &str) -> Option<Self> {
        let policy = |name: &str, min, default, max, query, headers: &[&str]| {
            Some(Self {
                name: name.to_owned(),
                ttls: Ttls { min, default, max },
                query,
                headers: headers.iter().map(|&h| h.to_owned()).collect(),
            })
        };
        const YEAR: u64 = 31_536_000;
        const DAY: u64 = 86_400;
        // CF-05: UseOriginCacheControlHeaders keys on Host (unverified).
        const ORIGIN: [&str; 5] =
            ["Host", "Origin", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override"];
        match id {
            "658327ea-f89d-4fab-a63d-7e88639e58f6" => {
                policy("CachingOptimized", 1, DAY, YEAR, Query::None, &[])
            }
            "b2884449-e4de-46a7-ac36-70bc7f1ddd6d" => {
                policy("CachingOptimizedForUncompressedObjects", 1, DAY, YEAR, Query::None, &[])
            }
            "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" => policy("CachingDisabled", 0, 0, 0, Query::None, &[]),
            "83da9c7e-98b4-4e11-a168-04f0df8e2c65" => {
                policy("UseOriginCacheControlHeaders", 0, 0, YEAR, Query::None, &ORIGIN)
            }
            "4cc15a8a-d715-48a4-82b8-cc0b614638fe" => {
                policy("UseOriginCacheControlHeaders-QueryStrings", 0, 0, YEAR, Query::All, &ORIGIN)
            }
            "08627262-05a9-4f76-9ded-b50ca2e3a84f" => {
                let names = ["aws.manifestfilter", "start", "end", "m"].map(str::to_owned).to_vec();
                policy("Elemental-MediaPackage", 0, DAY, YEAR, Query::Only(names), &["Origin"])
            }
            "2e54312d-136d-493c-8eb9-b001f22f67d2" => policy(
                "Amplify",
                2,
                2,
                600,
                Query::All,
                &["Authorization", "CloudFront-Viewer-Country", "Host"],
            ),
            _ => None,
        }
    }

    /// What an unknown policy is taken for: the strictest of the usual ones, so that a redirect under it is predicted to stick.
    pub fn assumed(id: &str) -> Self {
        Self {
            name: format!("{id} (not read; taken for CachingOptimized)"),
            ttls: Ttls { min: 1, default: 86_400, max: 31_536_000 },
            query: Query::None,
            headers: Vec::new(),
        }
    }

    /// The part of a request's query that is in the key and goes on to the origin.
    pub fn query_part(&self, query: Option<&str>) -> Option<String> {
        let query = query?;
        let keep = |test: &dyn Fn(&str) -> bool| {
            let kept: Vec<&str> =
                query.split('&').filter(|pair| test(pair.split('=').next().unwrap_or_default())).collect();
            (!kept.is_empty()).then(|| kept.join("&"))
        };
        match &self.query {
            Query::None => None,
            Query::All => Some(query.to_owned()),
            Query::Only(names) => keep(&|name| names.iter().any(|n| n == name)),
            Query::Except(names) => keep(&|name| !names.iter().any(|n| n == name)),
        }
    }
}

fn query_of(key: Node<'_, '_>) -> Query {
    let Some(config) = child(key, "QueryStringsConfig") else {
        return Query::None;
    };
    match word(config, "QueryStringBehavior").as_deref() {
        Some("all") => Query::All,
        Some("whitelist") => Query::Only(list(config, "QueryStrings")),
        Some("allExcept") => Query::Except(list(config, "QueryStrings")),
        _ => Query::None,
    }
}
