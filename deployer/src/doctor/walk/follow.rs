//! Follows one request hop by hop, and keeps what each answer tells.

use std::collections::BTreeMap;
use std::time::Instant;

use http::HeaderMap;
use http::header::{CONTENT_TYPE, LOCATION};
use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::{End, Hop, Service, Walk};
use imgdeploy_model::chain::message::Url;
use imgdeploy_world::AwsFailure;

use super::ask::Ask;
use super::who::{ENDPOINT_FAILED, HOP, Hosts, header};
use crate::aws::web::{self, Answer};

/// As many redirects as browsers follow.
const MAX_HOPS: usize = 20;
/// So many redirects from one URL are a loop: one is the chain's work, a second may be a cache that has just been emptied.
const LAPS: usize = 3;
/// Characters of a body that are kept.
const EXCERPT: usize = 400;

/// What the model says of an API that nobody has: at AWS its host name does not resolve.
const NO_SUCH_API: &str = "api; why=no such API";

/// Headers that say which service answered and why.
const TELLING: [&str; 14] = [
    "location",
    "content-type",
    "content-length",
    "cache-control",
    "age",
    "x-cache",
    "via",
    "server",
    "x-amzn-errortype",
    "x-amz-error-code",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-imgdeploy-location",
    "x-imgdeploy-access",
];

/// One walk to its end. Hosts that are no part of the chain are not asked.
///
/// # Errors
/// The emulator behind the model fails, which says nothing about the chain.
pub(super) async fn follow(
    ask: &Ask,
    hosts: &Hosts,
    snapshot: &Snapshot,
    deadline: Instant,
) -> Result<Walk, AwsFailure> {
    let mut walk = Walk {
        url: ask.url.clone(),
        asked_for: ask.asked_for.clone(),
        absent: ask.absent,
        fresh: ask.fresh,
        hops: Vec::new(),
        end: End::Elsewhere { location: ask.url.clone() },
    };
    let Some(mut next) = Url::parse(&ask.url) else { return Ok(walk) };
    let mut redirected: BTreeMap<String, usize> = BTreeMap::new();
    while walk.hops.len() < MAX_HOPS {
        let url = next.to_string();
        if !hosts.may_ask(&next) {
            walk.end = outside(&next, hosts, deadline).await;
            return Ok(walk);
        }
        let begun = Instant::now();
        let answer = match get(&url, deadline).await {
            Ok(answer) => answer,
            Err(why) => {
                walk.end = End::NoAnswer { url, unresolved: why.contains("lookup address"), why };
                return Ok(walk);
            }
        };
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Some(why) = header(&answer.headers, ENDPOINT_FAILED) {
            return Err(AwsFailure::local("the emulator behind the chain's model", why));
        }
        if header(&answer.headers, HOP) == Some(NO_SUCH_API) {
            let asked = walk.hops.last().and_then(|hop| hop.headers.get("location")).cloned();
            let why = "its host name does not exist".to_owned();
            walk.end = End::NoAnswer { url: asked.unwrap_or(url), why, unresolved: true };
            return Ok(walk);
        }
        let hop = hop(&next, &answer, hosts, snapshot, millis);
        let location = redirect(&answer);
        walk.hops.push(hop);
        let Some(location) = location else {
            walk.end = ended(&answer);
            return Ok(walk);
        };
        let laps = redirected.entry(url.clone()).or_default();
        *laps += 1;
        if *laps >= LAPS {
            walk.end = End::Loop { url };
            return Ok(walk);
        }
        match next.join(&location) {
            Some(target) => next = target,
            None => {
                walk.end = End::Elsewhere { location };
                return Ok(walk);
            }
        }
    }
    walk.end = End::Loop { url: next.to_string() };
    Ok(walk)
}

/// What a name outside of the chain is good for: whether it resolves can be told without asking its host.
async fn outside(url: &Url, hosts: &Hosts, deadline: Instant) -> End {
    let location = url.to_string();
    if matches!(hosts, Hosts::Model) {
        return End::Elsewhere { location };
    }
    let port = if url.secure { 443 } else { 80 };
    let looked =
        tokio::time::timeout_at(deadline.into(), tokio::net::lookup_host((url.host.as_str(), port))).await;
    match looked {
        Ok(Err(error)) => End::NoAnswer { url: location, why: error.to_string(), unresolved: true },
        Ok(Ok(_)) | Err(_) => End::Elsewhere { location },
    }
}

async fn get(url: &str, deadline: Instant) -> Result<Answer, String> {
    match tokio::time::timeout_at(deadline.into(), web::get(url)).await {
        Ok(answer) => answer,
        Err(_) => Err("no answer before the time was up".to_owned()),
    }
}

/// Where a redirect leads.
fn redirect(answer: &Answer) -> Option<String> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    header(&answer.headers, LOCATION.as_str()).map(str::to_owned)
}

fn ended(answer: &Answer) -> End {
    let kind = header(&answer.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    if answer.status == 200 && kind.starts_with("image/") && !answer.body.is_empty() {
        return End::Image { content_type: kind.to_owned(), bytes: answer.body.len() as u64 };
    }
    End::Answer
}

fn hop(url: &Url, answer: &Answer, hosts: &Hosts, snapshot: &Snapshot, millis: u64) -> Hop {
    let text = header(&answer.headers, CONTENT_TYPE.as_str())
        .is_none_or(|kind| ["text/", "json", "xml"].iter().any(|part| kind.contains(part)));
    let body: String = match text {
        true => String::from_utf8_lossy(&answer.body)
            .chars()
            .filter(|c| !c.is_control() || *c == '\n')
            .take(EXCERPT)
            .collect(),
        false => String::new(),
    };
    let service = hosts.service(url, answer.status, &answer.headers, &body);
    Hop {
        url: url.to_string(),
        service,
        status: answer.status,
        headers: telling(&answer.headers),
        millis,
        by: by(url, service, &answer.headers, snapshot),
        body,
    }
}

fn telling(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut told: BTreeMap<String, String> = TELLING
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), header(headers, name)?.to_owned())))
        .collect();
    // The model maps redirects to loopback ports; what AWS would say is what counts.
    if let Some(location) = told.remove("x-imgdeploy-location") {
        let _ = told.insert("location".to_owned(), location);
    }
    told
}

/// By which behaviour, rule or resource: as the model says, else as the configuration tells.
fn by(url: &Url, service: Service, headers: &HeaderMap, snapshot: &Snapshot) -> Option<String> {
    let told: Vec<&str> = headers
        .get_all(HOP)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter_map(|hop| hop.split_once("; ").map(|(_, how)| how))
        .collect();
    if !told.is_empty() {
        return Some(told.join(", "));
    }
    match service {
        Service::CloudFront | Service::S3Rest => {
            let (_, distribution) = snapshot.distribution().ok()?;
            Some(format!("behavior={}", distribution.behavior_for(&url.path).pattern))
        }
        Service::Website => {
            let target = header(headers, LOCATION.as_str()).and_then(Url::parse)?;
            let rules = snapshot.website().ok()?.rules;
            let at =
                rules.iter().position(|rule| rule.redirect.host.as_deref() == Some(target.host.as_str()))?;
            Some(format!("rule {}", at + 1))
        }
        Service::ApiGateway | Service::Function | Service::Other => None,
    }
}
