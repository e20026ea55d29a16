//! From the cache to the origins and back.

use super::answer::{VIA, own_error, reply};
use super::{Forward, Pending, Setup, Step, Ticket, XCache};
use crate::chain::cache::{Cache, Found, Key};
use crate::chain::cloudfront::{Behavior, Origin, OriginKind};
use crate::chain::encode::normalize_path;
use crate::chain::message::{Headers, Method, Request, Response};
use crate::chain::ttl;

/// Looks into the cache, else sends the request on.
pub(super) fn fetch(
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
        .filter_map(|name| Some((name.to_ascii_lowercase(), viewer.headers.get(name)?.to_owned())))
        .collect();
    let key = Key::new(&viewer.method, &viewer.path, query.clone(), keyed);
    let cacheable = matches!(viewer.method, Method::Get | Method::Head);
    let mut stale = None;
    if cacheable {
        match cache.find(&key, now) {
            Found::Fresh { response, age, error } => {
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
        return own_error(&behavior, 502, "The behavior's target is not among the distribution's origins.");
    }
    let origin = rest.remove(0);
    let failover = failover.to_vec();
    let ticket = Ticket { viewer, behavior, policy, key, cacheable, stale, rest, failover, page_for };
    forward(origin, ticket, query)
}

fn forward(origin: Origin, ticket: Ticket, query: Option<String>) -> Step {
    let viewer = &ticket.viewer;
    let mut headers = Headers::new();
    for name in &ticket.policy.headers {
        if let Some(value) = viewer.headers.get(name).filter(|_| !name.eq_ignore_ascii_case("host")) {
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
    let host = if ticket.behavior.forwards_host { viewer.host.clone() } else { origin.domain.clone() };
    // CF-09: the origin's own path goes in front of the raw viewer path.
    let path = format!("{}{}", origin.path, viewer.path);
    let request = Request { method: viewer.method.clone(), secure, host, path, query, headers };
    Step::Forward(Box::new(Forward { origin, request, ticket }))
}

/// Goes on with the origin's answer; what may be kept is put into the cache. An origin that can't be reached answers 502 or 504.
pub fn finish(setup: &Setup, cache: &mut Cache, forward_: Forward, response: Response, now: u64) -> Step {
    let Forward { request, mut ticket, .. } = forward_;
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

fn failed(setup: &Setup, cache: &mut Cache, mut ticket: Ticket, response: Response, now: u64) -> Step {
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
        let behavior = setup.distribution.behavior_for(&normalize_path(&page)).clone();
        let viewer = Request { path: page, query: None, method: Method::Get, ..ticket.viewer.clone() };
        let shown_as = custom.and_then(|c| c.shown_as).unwrap_or(response.status);
        let pending = Box::new(Pending { ticket, keep, shown_as });
        return fetch(setup, cache, viewer, behavior, Some(pending), now);
    }
    if ticket.cacheable {
        cache.store(ticket.key.clone(), response.clone(), true, keep, now);
    }
    if let Some(pending) = &ticket.page_for {
        // The error page itself can't be had: the viewer sees that failure.
        let (behavior, viewer) = (pending.ticket.behavior.clone(), pending.ticket.viewer.clone());
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
    let response = Response { status: pending.shown_as, ..page };
    if pending.ticket.cacheable {
        cache.store(pending.ticket.key.clone(), response.clone(), true, pending.keep, now);
    }
    reply(response, &pending.ticket.behavior, XCache::Error, None, &pending.ticket.viewer)
}
