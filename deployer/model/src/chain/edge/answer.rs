//! The edge's own errors, and the last touch on every answer.

use super::{Reply, Step, XCache};
use crate::chain::cloudfront::Behavior;
use crate::chain::message::{Method, Request, Response};

pub(super) const VIA: &str = "1.1 imgdeploy.cloudfront.net (CloudFront)";

pub(super) fn own_error(behavior: &Behavior, status: u16, reason: &str) -> Step {
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

pub(super) fn reply(
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
        response = response.without_body();
    }
    response.headers.set("X-Cache", cache.as_str());
    response.headers.set("Via", VIA);
    if let Some(age) = age {
        response.headers.set("Age", age.to_string());
    }
    Step::Reply(Box::new(Reply { response, behavior: behavior.pattern.clone(), cache, age }))
}
