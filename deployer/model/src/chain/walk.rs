//! A browser walking the whole chain on configurations alone: predicts loops and dead ends before anyone meets them.

mod services;

pub use services::{describe, reader};

use super::access::Anonymous;
use super::api::{Api, Invocation};
use super::cache::Cache;
use super::edge::{Setup, XCache};
use super::message::{Headers, Request, Response, Url};
use super::proxy::Outcome;
use super::website::{self, Object, WebsiteConfig};

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
pub fn walk(chain: &Chain, cache: &mut Cache, world: &mut dyn World, request: &Request, now: u64) -> Walk {
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
        let Some(response) = services::send(chain, cache, world, &request, now, &mut hops) else {
            return Walk { hops, end: End::DeadEnd { location: url } };
        };
        let Some(location) = response.redirect() else {
            return Walk { hops, end: End::Answered(response) };
        };
        let next = Url::parse(&url).and_then(|base| base.join(location));
        let Some(next) = next else {
            let location = location.to_owned();
            return Walk { hops, end: End::DeadEnd { location } };
        };
        request =
            Request { secure: next.secure, host: next.host, path: next.path, query: next.query, ..request };
    }
    Walk { hops, end: End::Loop { url: repeated } }
}
