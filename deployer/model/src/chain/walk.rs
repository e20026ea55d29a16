//! A browser walking the whole chain on configurations alone: predicts loops and dead ends before anyone meets them.

use super::access::Anonymous;
use super::api::{self, Api, Decision, Invocation};
use super::cache::Cache;
use super::edge::{self, Setup, XCache};
use super::encode::{PlusInPath, decode_key};
use super::message::{Headers, Method, Request, Response, Url};
use super::proxy::{self, Outcome};
use super::website::{self, Answer, Object, Refusal, WebsiteConfig, Why};
use super::{hosts, rest};

/// How many redirects a browser follows before it gives up with `ERR_TOO_MANY_REDIRECTS`.
pub const MAX_REDIRECTS: usize = 20;

/// What the configurations don't tell: the bucket's objects and the function.
pub trait World {
    /// What the bucket holds under the key for this anonymous reader ([`super::access`] judges the policy).
    fn object(&mut self, key: &str, reader: &Anonymous) -> Object;
    /// The object's own headers and body, for a key that [`World::object`] called present.
    fn content(&mut self, key: &str) -> (Headers, Vec<u8>);
    /// Calls the function; it may write into the bucket.
    fn invoke(&mut self, call: &Invocation) -> Outcome;
}

/// The observed configurations.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The distribution, if there is one, and its host names (domain and aliases, lower case).
    pub cdn: Option<(Setup, Vec<String>)>,
    /// Bucket name.
    pub bucket: String,
    /// The bucket's website host (S3-01).
    pub website_host: String,
    /// Its website configuration.
    pub website: Option<WebsiteConfig>,
    /// Switches for the website endpoint.
    pub options: website::Options,
    /// REST APIs that redirects may lead to.
    pub apis: Vec<Api>,
}

/// The service that answered a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The distribution.
    CloudFront,
    /// The bucket's website endpoint.
    Website,
    /// The bucket's REST endpoint.
    S3Rest,
    /// API Gateway with the function behind it.
    Api,
    /// Nothing that the chain knows.
    Foreign,
}

impl Service {
    /// A short name, for headers and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CloudFront => "cloudfront",
            Self::Website => "website",
            Self::S3Rest => "s3-rest",
            Self::Api => "api",
            Self::Foreign => "foreign",
        }
    }
}

/// One answer on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Who answered.
    pub service: Service,
    /// The URL asked for.
    pub url: String,
    /// The status.
    pub status: u16,
    /// What decided: the behaviour, rule or reason.
    pub why: String,
    /// Where it leads, if it is a redirect.
    pub location: Option<String>,
    /// Where CloudFront had it from.
    pub cache: Option<XCache>,
    /// The request came from CloudFront, not from the browser.
    pub behind: bool,
}

/// How a walk ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With an answer that is no redirect.
    Answered(Response),
    /// With `ERR_TOO_MANY_REDIRECTS`; this URL was asked for more than once.
    Loop {
        /// The first URL that came up again, if any did.
        url: Option<String>,
    },
    /// At a redirect that leads nowhere the chain knows.
    DeadEnd {
        /// The redirect's target.
        location: String,
    },
}

/// A walk from first request to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Every answer in order.
    pub hops: Vec<Hop>,
    /// The end.
    pub end: End,
}

impl Walk {
    /// The end's status, if it is an answer.
    pub fn status(&self) -> Option<u16> {
        match &self.end {
            End::Answered(response) => Some(response.status),
            _ => None,
        }
    }
}

/// Walks from `request` as a browser does. The whole walk takes no time: `now` (seconds since 1970) holds for all of it.
pub fn walk(
    chain: &Chain,
    cache: &mut Cache,
    world: &mut dyn World,
    request: &Request,
    now: u64,
) -> Walk {
    let mut hops = Vec::new();
    let mut asked: Vec<String> = Vec::new();
    let mut repeated = None;
    let mut request = request.clone();
    for _ in 0..=MAX_REDIRECTS {
        let url = request.url();
        if asked.contains(&url) && repeated.is_none() {
            repeated = Some(url.clone());
        }
        asked.push(url.clone());
        let Some(response) = send(chain, cache, world, &request, now, &mut hops) else {
            return Walk {
                hops,
                end: End::DeadEnd { location: url },
            };
        };
        let Some(location) = response.redirect() else {
            return Walk {
                hops,
                end: End::Answered(response),
            };
        };
        let next = Url::parse(&url).and_then(|base| base.join(location));
        let Some(next) = next else {
            let location = location.to_owned();
            return Walk {
                hops,
                end: End::DeadEnd { location },
            };
        };
        request = Request {
            secure: next.secure,
            host: next.host,
            path: next.path,
            query: next.query,
            ..request
        };
    }
    Walk {
        hops,
        end: End::Loop { url: repeated },
    }
}

fn send(
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
    if request.host == chain.website_host {
        // S3-02: nothing listens on the website host's port 443.
        return (!request.secure).then(|| at_website(chain, world, request, hops, false));
    }
    let (id, _) = hosts::execute_api(&request.host)?;
    let api = chain.apis.iter().find(|api| api.id == id)?;
    let (response, why) = match api::decide(api, request) {
        Decision::Refuse { response, reason } => (response, reason),
        Decision::Invoke(call) => {
            let outcome = world.invoke(&call);
            let (response, why) = proxy::respond(api, request, &outcome);
            (
                response,
                why.unwrap_or_else(|| format!("{} {}", call.method, call.resource)),
            )
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
    hops.push(hop(
        Service::CloudFront,
        request,
        &reply.response,
        why,
        Some(reply.cache),
        false,
    ));
    hops.append(&mut behind);
    reply.response
}

fn at_origin(
    chain: &Chain,
    world: &mut dyn World,
    forward: &edge::Forward,
    hops: &mut Vec<Hop>,
) -> Response {
    let request = &forward.request;
    let domain = &forward.origin.domain;
    if *domain == chain.website_host {
        return at_website(chain, world, request, hops, true);
    }
    if hosts::rest_bucket(domain).as_deref() == Some(chain.bucket.as_str()) {
        let key = decode_key(&request.path, PlusInPath::default()).unwrap_or_default();
        let object = world.object(&key, &reader(request));
        // Whether the origin's access control may list is not known here: the usual case is that it may not.
        let response = rest::refusal(request, &key, &object, false)
            .unwrap_or_else(|| serve(world, request, 200, &key));
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
    let why = match hosts::website(domain) {
        Some((bucket, region)) if bucket == chain.bucket => {
            format!("{region} is not the bucket's Region, or has the other form of host")
        } // S3-16
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
    if request.host != chain.website_host {
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
    let (answer, why) = website::answer(
        chain.website.as_ref(),
        &chain.bucket,
        request,
        &chain.options,
        look,
    );
    let response = match answer {
        Answer::Serve { status, key } => serve(world, request, status, &key),
        Answer::Redirect { status, location } => Response::new(status).with("Location", location),
        Answer::Refuse(refusal) => head(request, website::error_page(&refusal)),
    };
    hops.push(hop(
        Service::Website,
        request,
        &response,
        describe(&why),
        None,
        behind,
    ));
    response
}

fn serve(world: &mut dyn World, request: &Request, status: u16, key: &str) -> Response {
    let (headers, body) = world.content(key);
    let unchanged = status == 200
        && request
            .headers
            .get("If-None-Match")
            .is_some_and(|wanted| headers.get("ETag") == Some(wanted));
    let response = if unchanged {
        Response {
            status: 304,
            headers,
            body: Vec::new(),
        }
    } else {
        Response {
            status,
            headers,
            body,
        }
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

fn head(request: &Request, mut response: Response) -> Response {
    if request.method == Method::Head {
        response.body.clear();
    }
    response
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
    Hop {
        service,
        url: request.url(),
        status: response.status,
        why,
        location,
        cache,
        behind,
    }
}
