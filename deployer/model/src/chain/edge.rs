//! One CloudFront edge: viewer request -> behaviour -> cache -> origin -> answer.
//!
//! [`begin`] takes the viewer's request; each [`Step::Forward`] is a request that the caller sends to an origin, giving its answer to
//! [`finish`], until [`Step::Reply`]. Ranges are not modelled: the whole object is the answer.

mod answer;
mod flow;

pub use flow::finish;

use super::cache::{Cache, Key};
use super::cloudfront::{Behavior, Caching, Distribution, Origin};
use super::encode::normalize_path;
use super::message::{Request, Response};
use super::policies::CachePolicy;
use super::ttl;
use answer::{own_error, reply};
use std::collections::BTreeMap;

/// A distribution and the cache policies it names that aren't AWS's own, by id ([`Distribution::foreign_policies`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The configuration.
    pub distribution: Distribution,
    /// Cache policies by id.
    pub policies: BTreeMap<String, CachePolicy>,
}

impl Setup {
    fn policy(&self, behavior: &Behavior) -> CachePolicy {
        match &behavior.caching {
            Caching::Legacy(policy) => policy.clone(),
            Caching::Policy(id) => self
                .policies
                .get(id)
                .cloned()
                .or_else(|| CachePolicy::managed(id))
                .unwrap_or_else(|| CachePolicy::assumed(id)),
        }
    }
}

/// The `X-Cache` header's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XCache {
    /// Answered from the cache.
    Hit,
    /// Confirmed by the origin's 304.
    RefreshHit,
    /// Fetched from the origin.
    Miss,
    /// An error, fetched or cached.
    Error,
    /// The viewer is sent to https.
    Redirect,
}

impl XCache {
    /// The header's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "Hit from cloudfront",
            Self::RefreshHit => "RefreshHit from cloudfront",
            Self::Miss => "Miss from cloudfront",
            Self::Error => "Error from cloudfront",
            Self::Redirect => "Redirect from cloudfront",
        }
    }
}

/// The edge's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// With `X-Cache`, `Via` and, where it comes from the cache, `Age`.
    pub response: Response,
    /// The pattern of the behaviour that decided.
    pub behavior: String,
    /// Where it comes from.
    pub cache: XCache,
    /// Its age in seconds, if it comes from the cache.
    pub age: Option<u64>,
}

/// The next thing to do for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send [`Forward::request`] to [`Forward::origin`] and give the answer to [`finish`].
    Forward(Box<Forward>),
    /// The answer.
    Reply(Box<Reply>),
}

/// A request to an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Where to.
    pub origin: Origin,
    /// What to send.
    pub request: Request,
    ticket: Ticket,
}

impl Forward {
    /// The pattern of the behaviour that sends it.
    pub fn behavior(&self) -> &str {
        &self.ticket.behavior.pattern
    }
}

/// What the edge must remember while an origin is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ticket {
    viewer: Request,
    behavior: Behavior,
    policy: CachePolicy,
    key: Key,
    cacheable: bool,
    stale: Option<Response>,
    rest: Vec<Origin>,
    failover: Vec<u16>,
    /// Set while the page for another request's error is fetched.
    page_for: Option<Box<Pending>>,
}

/// The request whose error page is being fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pending {
    ticket: Ticket,
    keep: ttl::Keep,
    shown_as: u16,
}

/// Starts a viewer's request. `now` is in seconds since 1970.
pub fn begin(setup: &Setup, cache: &mut Cache, request: &Request, now: u64) -> Step {
    let distribution = &setup.distribution;
    let mut viewer = request.clone();
    if viewer.path == "/"
        && let Some(root) = &distribution.default_root_object
    {
        viewer.path = format!("/{}", root.trim_start_matches('/'));
    }
    let behavior = distribution.behavior_for(&normalize_path(&viewer.path)).clone();
    if !distribution.enabled {
        // Unverified: a disabled distribution's domain soon doesn't resolve any more.
        return own_error(&behavior, 403, "The distribution is disabled.");
    }
    if !viewer.secure && behavior.viewer_protocol == "redirect-to-https" {
        let location = format!("https://{}{}", request.host, request.target());
        let response = Response::new(301).with("Location", location);
        return reply(response, &behavior, XCache::Redirect, None, request);
    }
    if !viewer.secure && behavior.viewer_protocol == "https-only" {
        return own_error(&behavior, 403, "This behavior answers over HTTPS only.");
    }
    if !behavior.methods.iter().any(|m| m == viewer.method.as_str()) {
        return own_error(
            &behavior,
            403,
            "This distribution is not configured to allow the HTTP request method that was used for this request.",
        );
    }
    // Signatures are not looked at: viewers of a page with images have none.
    if behavior.signed_only {
        return own_error(&behavior, 403, "Missing Key-Pair-Id query parameter or cookie value");
    }
    flow::fetch(setup, cache, viewer, behavior, None, now)
}
