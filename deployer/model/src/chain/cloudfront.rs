//! A distribution's configuration, as far as it decides where a request goes and how long its answer stays.

mod read;

use super::pattern;
use super::policies::CachePolicy;

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
    /// Whether only signed URLs or cookies are let through (`TrustedSigners`, `TrustedKeyGroups`).
    pub signed_only: bool,
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
            Some(group) => (group.members.iter().filter_map(|id| by_id(id)).collect(), &group.failover),
            None => (by_id(target).into_iter().collect(), &[]),
        }
    }

    /// The custom error response for a status.
    pub fn error_for(&self, status: u16) -> Option<&CustomError> {
        self.errors.iter().find(|e| e.status == status)
    }
}
