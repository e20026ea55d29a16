//! The distribution's port: matching, caching, and asking origins.

use super::site::{self, Told};
use super::source::{Source, SourceError};
use super::state::State;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use imgdeploy_model::chain::edge::{self, Forward, Step};
use imgdeploy_model::chain::message::{Request, Response};
use imgdeploy_model::chain::website;
use imgdeploy_model::region::{OriginHost, parse_origin_host};
use std::time::Duration;

/// An answer with everything that told it, outermost first.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub response: Response,
    /// One `X-Imgdeploy-Hop` each.
    pub hops: Vec<String>,
    /// `X-Imgdeploy-Access`, if an object was there but not to be read.
    pub access: Option<String>,
}

impl From<Told> for Answered {
    fn from(told: Told) -> Self {
        Self { response: told.response, hops: vec![told.hop], access: told.access }
    }
}

/// The edge's answer.
///
/// # Errors
/// The endpoint can't be asked.
pub async fn answer<S: Source>(state: &State<S>, mut request: Request) -> Result<Answered, SourceError> {
    let Some(front) = state.front().await? else {
        let why = match &state.config.distribution {
            Some(id) => format!("There is no distribution {id}.\n"),
            None => "No distribution was named: the website's port is the front.\n".to_owned(),
        };
        let response = Response::new(404).with_body("text/plain", why);
        return Ok(Answered {
            response,
            hops: vec!["cloudfront; why=no distribution".to_owned()],
            access: None,
        });
    };
    state.honour_invalidations().await?;
    request.secure = state.config.viewer_https;
    if !front.hosts.contains(&request.host)
        && let Some(first) = front.hosts.first()
    {
        request.host.clone_from(first);
    }
    let now = state.now();
    let mut hops = Vec::new();
    let mut access = None;
    let mut step = edge::begin(&front.setup, &mut state.cache(), &request, now);
    let reply = loop {
        match step {
            Step::Reply(reply) => break reply,
            Step::Forward(forward) => {
                let told = at_origin(state, &forward).await?;
                hops.push(told.hop);
                access = access.or(told.access);
                step = edge::finish(&front.setup, &mut state.cache(), *forward, told.response, state.now());
            }
        }
    };
    hops.insert(0, format!("cloudfront; behavior={}", reply.behavior));
    Ok(Answered { response: reply.response, hops, access })
}

async fn at_origin<S: Source>(state: &State<S>, forward: &Forward) -> Result<Told, SourceError> {
    let origin = &forward.origin;
    if let Some(base) = state.config.origins.get(&origin.id) {
        return Ok(elsewhere(base, forward).await);
    }
    if website::is_same_site(&origin.domain, &state.config.website_host) {
        return site::website(state, &forward.request).await;
    }
    let host = parse_origin_host(&origin.domain);
    if matches!(&host, OriginHost::Rest { bucket, .. } if *bucket == state.config.bucket) {
        return site::rest_endpoint(state, &forward.request).await;
    }
    let why = match host {
        // S3-16
        OriginHost::Website { bucket, .. } if bucket == state.config.bucket => {
            format!("{} is not the bucket's website host {}", origin.domain, state.config.website_host)
        }
        _ => format!(
            "origin {} is not the bucket; give --origin {}=http://127.0.0.1:PORT",
            origin.id, origin.id
        ),
    };
    Ok(Told { response: Response::new(502), hop: format!("foreign; why={why}"), access: None })
}

/// A foreign origin on this machine. One that can't be reached is 502, as from CloudFront.
async fn elsewhere(base: &str, forward: &Forward) -> Told {
    let hop = format!("foreign; origin={}", forward.origin.id);
    let failed =
        |why: String| Told { response: Response::new(502), hop: format!("{hop}; why={why}"), access: None };
    let target = format!("{}{}", base.trim_end_matches('/'), forward.request.target());
    let mut builder = http::Request::builder().method(forward.request.method.as_str()).uri(&target);
    for (name, value) in forward.request.headers.iter() {
        builder = builder.header(name, value);
    }
    let request = match builder.body(Empty::<bytes::Bytes>::new()) {
        Ok(request) => request,
        Err(error) => return failed(error.to_string()),
    };
    let client = Client::builder(TokioExecutor::new()).build_http();
    match within(client.request(request)).await {
        Ok(response) => Told { response, hop, access: None },
        Err(error) => failed(error),
    }
}

/// Longest time for a whole answer: the function has 29 s (AG-09).
const LONGEST: Duration = Duration::from_secs(40);

/// The whole answer to a request that was sent.
///
/// # Errors
/// There was none, it broke off, or it took too long.
pub async fn within<E: std::fmt::Display>(
    sent: impl Future<Output = Result<http::Response<hyper::body::Incoming>, E>>,
) -> Result<Response, String> {
    let answer = async { from_http(sent.await.map_err(|error| error.to_string())?).await };
    tokio::time::timeout(LONGEST, answer)
        .await
        .map_err(|_| format!("no whole answer within {} s", LONGEST.as_secs()))?
}

/// A whole answer off the wire; fields that speak of one connection only are left out.
///
/// # Errors
/// The body broke off.
async fn from_http(answer: http::Response<hyper::body::Incoming>) -> Result<Response, String> {
    let (head, body) = answer.into_parts();
    let mut response = Response::new(head.status.as_u16());
    for (name, value) in &head.headers {
        let of_this_hop =
            matches!(name.as_str(), "connection" | "keep-alive" | "transfer-encoding" | "upgrade" | "date")
                || name.as_str().starts_with("x-imgdeploy-");
        if let (false, Ok(value)) = (of_this_hop, value.to_str()) {
            response.headers.push(name.as_str(), value);
        }
    }
    response.body = body.collect().await.map_err(|error| error.to_string())?.to_bytes().to_vec();
    Ok(response)
}
