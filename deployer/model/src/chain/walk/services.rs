//! Each service's answer to one request of a walk.

use super::{Chain, Hop, Service, World};
use crate::chain::access::Anonymous;
use crate::chain::api::{self, Decision};
use crate::chain::cache::Cache;
use crate::chain::edge::{self, Setup, XCache};
use crate::chain::encode::{PlusInPath, decode_key};
use crate::chain::message::{Method, Request, Response};
use crate::chain::website::{self, Answer, Refusal, Why};
use crate::chain::{proxy, rest};
use crate::region::{OriginHost, parse_origin_host};

/// Sends one request to whom its host names; `None` if nobody of the chain is there.
pub(super) fn send(
    chain: &Chain,
    cache: &mut Cache,
    world: &mut dyn World,
    request: &Request,
    now: u64,
    hops: &mut Vec<Hop>,
) -> Option<Response> {
    if let Some((setup, names)) = &chain.cdn
        && names.contains(&request.host)
    {
        return Some(through_cdn(chain, setup, cache, world, request, now, hops));
    }
    if website::is_same_site(&request.host, &chain.website_host) {
        // S3-02: nothing listens on the website host's port 443.
        return (!request.secure).then(|| at_website(chain, world, request, hops, false));
    }
    let OriginHost::ExecuteApi { api: id, .. } = parse_origin_host(&request.host) else { return None };
    let api = chain.apis.iter().find(|api| api.id == id)?;
    let (response, why) = match api::decide(api, request) {
        Decision::Refuse { response, reason } => (response, reason),
        Decision::Invoke(call) => {
            let outcome = world.invoke(&call);
            let (response, why) = proxy::respond(api, request, &outcome);
            (response, why.unwrap_or_else(|| format!("{} {}", call.method, call.resource)))
        }
    };
    hops.push(hop(Service::Api, request, &response, why, None, false));
    Some(head(request, response))
}

fn through_cdn(
    chain: &Chain,
    setup: &Setup,
    cache: &mut Cache,
    world: &mut dyn World,
    request: &Request,
    now: u64,
    hops: &mut Vec<Hop>,
) -> Response {
    let mut behind = Vec::new();
    let mut step = edge::begin(setup, cache, request, now);
    let reply = loop {
        match step {
            edge::Step::Reply(reply) => break reply,
            edge::Step::Forward(forward) => {
                let response = at_origin(chain, world, &forward, &mut behind);
                step = edge::finish(setup, cache, *forward, response, now);
            }
        }
    };
    let why = format!("behavior {}", reply.behavior);
    hops.push(hop(Service::CloudFront, request, &reply.response, why, Some(reply.cache), false));
    hops.append(&mut behind);
    reply.response
}

fn at_origin(chain: &Chain, world: &mut dyn World, forward: &edge::Forward, hops: &mut Vec<Hop>) -> Response {
    let request = &forward.request;
    let domain = &forward.origin.domain;
    if website::is_same_site(domain, &chain.website_host) {
        return at_website(chain, world, request, hops, true);
    }
    let host = parse_origin_host(domain);
    if matches!(&host, OriginHost::Rest { bucket, .. } if *bucket == chain.bucket) {
        let key = decode_key(&request.path, PlusInPath::default()).unwrap_or_default();
        let object = world.object(&key, &reader(request));
        // Whether the origin's access control may list is not known here: the usual case is that it may not.
        let response =
            rest::refusal(request, &key, &object, false).unwrap_or_else(|| serve(world, request, 200, &key));
        hops.push(hop(
            Service::S3Rest,
            request,
            &response,
            "no routing rules at the REST endpoint".to_owned(),
            None,
            true,
        ));
        return response;
    }
    let why = match host {
        // S3-16
        OriginHost::Website { bucket, region } if bucket == chain.bucket => {
            format!("{region} is not the bucket's Region")
        }
        _ => format!("origin {} is not part of the chain", forward.origin.id),
    };
    let response = Response::new(502);
    hops.push(hop(Service::Foreign, request, &response, why, None, true));
    response
}

fn at_website(
    chain: &Chain,
    world: &mut dyn World,
    request: &Request,
    hops: &mut Vec<Hop>,
    behind: bool,
) -> Response {
    if !website::is_same_site(&request.host, &chain.website_host) {
        // CF-06: the viewer's Host went to the origin.
        let response = website::error_page(&Refusal::no_bucket(&request.host));
        hops.push(hop(
            Service::Website,
            request,
            &response,
            "the Host is not the bucket's website host".to_owned(),
            None,
            behind,
        ));
        return response;
    }
    let reader = reader(request);
    let look = |key: &str| world.object(key, &reader);
    let (answer, why) = website::answer(chain.website.as_ref(), &chain.bucket, request, &chain.options, look);
    let response = match answer {
        Answer::Serve { status, key } => serve(world, request, status, &key),
        Answer::Redirect { status, location } => Response::new(status).with("Location", location),
        Answer::Refuse(refusal) => head(request, website::error_page(&refusal)),
    };
    hops.push(hop(Service::Website, request, &response, describe(&why), None, behind));
    response
}

fn serve(world: &mut dyn World, request: &Request, status: u16, key: &str) -> Response {
    let (headers, body) = world.content(key);
    let unchanged = status == 200
        && request.headers.get("If-None-Match").is_some_and(|wanted| headers.get("ETag") == Some(wanted));
    let response = if unchanged {
        Response { status: 304, headers, body: Vec::new() }
    } else {
        Response { status, headers, body }
    };
    head(request, response)
}

/// The anonymous reader behind a request at the website endpoint.
pub fn reader(request: &Request) -> Anonymous {
    Anonymous {
        secure: request.secure,
        referer: request.headers.get("Referer").map(str::to_owned),
        user_agent: request.headers.get("User-Agent").map(str::to_owned),
        source_ip: None,
    }
}

/// What decided at the website endpoint, in a word or two; rules are counted from 1.
pub fn describe(why: &Why) -> String {
    match why {
        Why::RedirectAll => "RedirectAllRequestsTo".to_owned(),
        Why::RuleBefore(at) => format!("rule {} (before the lookup)", at + 1),
        Why::RuleAfter(at) => format!("rule {}", at + 1),
        Why::Object => "object".to_owned(),
        Why::ObjectRedirect => "object's redirect metadata".to_owned(),
        Why::Folder => "folder with an index document".to_owned(),
        Why::ErrorDocument => "error document".to_owned(),
        Why::Error => "no rule fits".to_owned(),
    }
}

fn head(request: &Request, response: Response) -> Response {
    if request.method == Method::Head { response.without_body() } else { response }
}

fn hop(
    service: Service,
    request: &Request,
    response: &Response,
    why: String,
    cache: Option<XCache>,
    behind: bool,
) -> Hop {
    let location = response.redirect().map(str::to_owned);
    Hop { service, url: request.url(), status: response.status, why, location, cache, behind }
}
