//! One CloudFront edge: viewer request -> behaviour -> cache -> origin -> answer.
//!
//! [`begin`] takes the viewer's request; each [`Step::Forward`] is a request that the caller sends to an origin, giving its answer to
//! [`finish`], until [`Step::Reply`]. Ranges are not modelled: the whole object is the answer.

use super::cache::{Cache, Found, Key};
use super::cloudfront::{Behavior, Caching, Distribution, Origin, OriginKind};
use super::encode::normalize_path;
use super::message::{Headers, Method, Request, Response};
use super::policies::CachePolicy;
use super::ttl;
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
    let behavior = distribution
        .behavior_for(&normalize_path(&viewer.path))
        .clone();
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
    fetch(setup, cache, viewer, behavior, None, now)
}

/// Looks into the cache, else sends the request on.
fn fetch(
    setup: &Setup,
    cache: &mut Cache,
    viewer: Request,
    behavior: Behavior,
    page_for: Option<Box<Pending>>,
    now: u64,
) -> Step {
    let policy = setup.policy(&behavior);
    let query = policy.query_part(viewer.query.as_deref());
    let keyed = policy
        .headers
        .iter()
        .filter_map(|name| {
            Some((
                name.to_ascii_lowercase(),
                viewer.headers.get(name)?.to_owned(),
            ))
        })
        .collect();
    let key = Key::new(&viewer.method, &viewer.path, query.clone(), keyed);
    let cacheable = matches!(viewer.method, Method::Get | Method::Head);
    let mut stale = None;
    if cacheable {
        match cache.find(&key, now) {
            Found::Fresh {
                response,
                age,
                error,
            } => {
                if let Some(pending) = page_for {
                    return compose(cache, *pending, response, now);
                }
                let kind = if error { XCache::Error } else { XCache::Hit };
                return reply(response, &behavior, kind, Some(age), &viewer);
            }
            Found::Stale { response } => stale = Some(response),
            Found::Nothing => {}
        }
    }
    let (origins, failover) = setup.distribution.origins_for(&behavior.target);
    let mut rest: Vec<Origin> = origins.into_iter().cloned().collect();
    if rest.is_empty() {
        return own_error(
            &behavior,
            502,
            "The behavior's target is not among the distribution's origins.",
        );
    }
    let origin = rest.remove(0);
    let failover = failover.to_vec();
    let ticket = Ticket {
        viewer,
        behavior,
        policy,
        key,
        cacheable,
        stale,
        rest,
        failover,
        page_for,
    };
    forward(origin, ticket, query)
}

fn forward(origin: Origin, ticket: Ticket, query: Option<String>) -> Step {
    let viewer = &ticket.viewer;
    let mut headers = Headers::new();
    for name in &ticket.policy.headers {
        if let Some(value) = viewer
            .headers
            .get(name)
            .filter(|_| !name.eq_ignore_ascii_case("host"))
        {
            headers.push(name, value);
        }
    }
    headers.set("User-Agent", "Amazon CloudFront");
    headers.set("Via", VIA);
    for (name, value) in &origin.headers {
        headers.set(name, value);
    }
    if let Some(stale) = &ticket.stale {
        if let Some(etag) = stale.headers.get("ETag") {
            headers.set("If-None-Match", etag);
        }
        if let Some(date) = stale.headers.get("Last-Modified") {
            headers.set("If-Modified-Since", date);
        }
    }
    let secure = match &origin.kind {
        OriginKind::S3 => true,
        OriginKind::Custom { protocol } => match protocol.as_str() {
            "https-only" => true,
            "match-viewer" => viewer.secure,
            _ => false,
        },
    };
    let host = if ticket.behavior.forwards_host {
        viewer.host.clone()
    } else {
        origin.domain.clone()
    };
    // CF-09: the origin's own path goes in front of the raw viewer path.
    let path = format!("{}{}", origin.path, viewer.path);
    let request = Request {
        method: viewer.method.clone(),
        secure,
        host,
        path,
        query,
        headers,
    };
    Step::Forward(Box::new(Forward {
        origin,
        request,
        ticket,
    }))
}

/// Goes on with the origin's answer; what may be kept is put into the cache. An origin that can't be reached answers 502 or 504.
pub fn finish(
    setup: &Setup,
    cache: &mut Cache,
    forward_: Forward,
    response: Response,
    now: u64,
) -> Step {
    let Forward {
        request,
        mut ticket,
        ..
    } = forward_;
    // CF-20: the next origin of the group, on the statuses it names.
    if ticket.failover.contains(&response.status) && !ticket.rest.is_empty() {
        let next = ticket.rest.remove(0);
        return forward(next, ticket, request.query);
    }
    let ttls = ticket.policy.ttls;
    if response.status == 304 && ticket.stale.is_some() {
        let keep = |headers: &Headers| ttl::success(ttls, headers, now);
        if let Some(refreshed) = cache.refresh(&ticket.key, &response.headers, keep, now) {
            return done(cache, ticket, refreshed, XCache::RefreshHit, now);
        }
    }
    if response.status >= 400 {
        return failed(setup, cache, ticket, response, now);
    }
    if ticket.cacheable {
        let keep = ttl::success(ttls, &response.headers, now);
        cache.store(ticket.key.clone(), response.clone(), false, keep, now);
    }
    done(cache, ticket, response, XCache::Miss, now)
}

fn failed(
    setup: &Setup,
    cache: &mut Cache,
    mut ticket: Ticket,
    response: Response,
    now: u64,
) -> Step {
    // An origin's 5xx does not replace what the edge still has (D39).
    if response.status >= 500
        && let Some(stale) = ticket.stale.take()
    {
        return done(cache, ticket, stale, XCache::Hit, now);
    }
    let custom = setup.distribution.error_for(response.status);
    let keep = ttl::error(
        response.status,
        custom.and_then(|c| c.min_ttl),
        ticket.policy.ttls,
        &response.headers,
        now,
    );
    if let (Some(page), None) = (custom.and_then(|c| c.page.clone()), &ticket.page_for) {
        let behavior = setup
            .distribution
            .behavior_for(&normalize_path(&page))
            .clone();
        let viewer = Request {
            path: page,
            query: None,
            method: Method::Get,
            ..ticket.viewer.clone()
        };
        let shown_as = custom.and_then(|c| c.shown_as).unwrap_or(response.status);
        let pending = Box::new(Pending {
            ticket,
            keep,
            shown_as,
        });
        return fetch(setup, cache, viewer, behavior, Some(pending), now);
    }
    if ticket.cacheable {
        cache.store(ticket.key.clone(), response.clone(), true, keep, now);
    }
    if let Some(pending) = &ticket.page_for {
        // The error page itself can't be had: the viewer sees that failure.
        let (behavior, viewer) = (
            pending.ticket.behavior.clone(),
            pending.ticket.viewer.clone(),
        );
        return reply(response, &behavior, XCache::Error, None, &viewer);
    }
    done(cache, ticket, response, XCache::Error, now)
}

/// The final answer for a ticket, or, if it was an error page, for the request that the page stands for.
fn done(cache: &mut Cache, mut ticket: Ticket, response: Response, kind: XCache, now: u64) -> Step {
    match ticket.page_for.take() {
        Some(pending) => compose(cache, *pending, response, now),
        None => reply(response, &ticket.behavior, kind, None, &ticket.viewer),
    }
}

fn compose(cache: &mut Cache, pending: Pending, page: Response, now: u64) -> Step {
    let response = Response {
        status: pending.shown_as,
        ..page
    };
    if pending.ticket.cacheable {
        cache.store(
            pending.ticket.key.clone(),
            response.clone(),
            true,
            pending.keep,
            now,
        );
    }
    reply(
        response,
        &pending.ticket.behavior,
        XCache::Error,
        None,
        &pending.ticket.viewer,
    )
}

const VIA: &str = "1.1 imgdeploy.cloudfront.net (CloudFront)";

fn own_error(behavior: &Behavior, status: u16, reason: &str) -> Step {
    let html = format!(
        "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>{status} ERROR</H1>{reason}</BODY></HTML>\n"
    );
    let response = Response::new(status)
        .with("Server", "CloudFront")
        .with_body("text/html", html)
        .with("X-Cache", XCache::Error.as_str())
        .with("Via", VIA);
    Step::Reply(Box::new(Reply {
        response,
        behavior: behavior.pattern.clone(),
        cache: XCache::Error,
        age: None,
    }))
}

fn reply(
    mut response: Response,
    behavior: &Behavior,
    cache: XCache,
    age: Option<u64>,
    viewer: &Request,
) -> Step {
    if let (200, Some(etag)) = (response.status, response.headers.get("ETag"))
        && viewer
            .headers
            .get("If-None-Match")
            .is_some_and(|wanted| wanted == "*" || wanted.split(',').any(|w| w.trim() == etag))
    {
        response.status = 304;
        response.body.clear();
    }
    if viewer.method == Method::Head {
        response.body.clear();
    }
    response.headers.set("X-Cache", cache.as_str());
    response.headers.set("Via", VIA);
    if let Some(age) = age {
        response.headers.set("Age", age.to_string());
    }
    Step::Reply(Box::new(Reply {
        response,
        behavior: behavior.pattern.clone(),
        cache,
        age,
    }))
}
