//! Follows redirects by hand and judges where they lead.

use http::header::{CONTENT_TYPE, LOCATION};

use super::{ProbeHop, ProbeReport};
use crate::aws::web::{self, Answer};
use crate::dev::DevUrls;
use crate::sample::said_of;
use imgdeploy_checks::snapshot::BadOriginal;
use imgdeploy_model::chain::message::Url;
use imgdeploy_model::region::{OriginHost, parse_origin_host};

/// As many redirects as browsers follow.
const MAX_HOPS: usize = 20;

/// Headers that say which service answered and why.
const TELLING: [&str; 12] = [
    "location",
    "content-type",
    "content-length",
    "cache-control",
    "age",
    "x-cache",
    "x-amzn-errortype",
    "x-amz-error-code",
    "x-imgdeploy-hop",
    "x-imgdeploy-rule",
    "x-imgdeploy-location",
    ENDPOINT_FAILED,
];

/// The chain's model says with it that the endpoint itself failed, which no waiting mends.
pub(super) const ENDPOINT_FAILED: &str = "x-imgdeploy-error";

/// Who is who in the chain.
pub(super) enum Hosts {
    /// AWS's own, behind a front: CDN or website.
    Live {
        /// The front's host.
        front: String,
    },
    /// The chain model's loopback addresses.
    Front(DevUrls),
}

/// The service behind API Gateway's URLs.
const API: [&str; 2] = ["API Gateway", "API Gateway (model)"];

impl Hosts {
    /// AWS's own hosts, entered at this URL.
    pub(super) fn live(base: &str) -> Self {
        Self::Live { front: Url::parse(base).map(|url| url.host).unwrap_or_default() }
    }

    /// Who answers at this URL; `None` for hosts that are no part of the chain.
    fn service(&self, url: &Url) -> Option<&'static str> {
        let is =
            |base: &str| Url::parse(base).is_some_and(|base| base.host == url.host && base.port == url.port);
        match self {
            Self::Live { front } => match parse_origin_host(&url.host) {
                OriginHost::ExecuteApi { .. } => Some("API Gateway"),
                OriginHost::Website { .. } => Some("S3 website"),
                OriginHost::Rest { .. } | OriginHost::Other => (url.host == *front).then_some("CloudFront"),
            },
            Self::Front(front) if is(&front.cdn) => Some("CloudFront (model)"),
            Self::Front(front) if is(&front.website) => Some("S3 website (model)"),
            Self::Front(front) if is(&front.api) => Some("API Gateway (model)"),
            Self::Front(_) => None,
        }
    }
}

/// Walks from `url` to an image, an error, a loop or out of the chain. What is no part of the chain is not asked. Beside that, what the
/// function says against the original `key`.
pub(super) async fn walk(url: &str, key: &str, hosts: &Hosts) -> (ProbeReport, Option<BadOriginal>) {
    let mut report = ProbeReport::of(url);
    let said = steps(&mut report, url, key, hosts).await;
    (report, said)
}

async fn steps(report: &mut ProbeReport, url: &str, key: &str, hosts: &Hosts) -> Option<BadOriginal> {
    let Some(mut next) = Url::parse(url) else {
        "not a URL that can be asked".clone_into(&mut report.verdict);
        return None;
    };
    while report.hops.len() < MAX_HOPS {
        let Some(service) = hosts.service(&next) else {
            report.verdict = format!(
                "the redirect leads out of the chain, to {next}: another routing rule, behaviour or `--url` is in the way"
            );
            return None;
        };
        let answer = match web::get(&next.to_string()).await {
            Ok(answer) => answer,
            Err(why) => {
                report.verdict = format!("{service} at {next}: {why}");
                return None;
            }
        };
        report.hops.push(hop(&next.to_string(), service, &answer));
        match target(&next, &answer) {
            Some(location) => next = location,
            None => {
                (report.ok, report.verdict) = judge(service, &answer, report.hops.len());
                let asked_function = API.contains(&service);
                if report.ok && !report.hops.iter().any(|hop| API.contains(&hop.service.as_str())) {
                    report.verdict.push_str("; it had been made before, so the resizer was not asked");
                }
                let body = String::from_utf8_lossy(&answer.body);
                return asked_function.then(|| said_of(key, answer.status, &body)).flatten();
            }
        }
    }
    report.verdict = format!("a redirect loop: {MAX_HOPS} answers and no end");
    None
}

fn hop(url: &str, service: &str, answer: &Answer) -> ProbeHop {
    let headers = TELLING
        .iter()
        .filter_map(|name| {
            let value = answer.headers.get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), value.to_owned()))
        })
        .collect();
    ProbeHop { url: url.to_owned(), service: service.to_owned(), status: answer.status, headers }
}

/// Where a redirect leads, read as a browser does.
fn target(asked: &Url, answer: &Answer) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    asked.join(answer.headers.get(LOCATION)?.to_str().ok()?)
}

fn judge(service: &str, answer: &Answer, hops: usize) -> (bool, String) {
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no type");
    match answer.status {
        200 if kind.starts_with("image/") && !answer.body.is_empty() => {
            let answers = if hops == 1 { "answer" } else { "answers" };
            (true, format!("ok: {kind}, {} bytes, after {hops} {answers}", answer.body.len()))
        }
        200 => (false, format!("{service} answered 200, but with {kind} instead of an image")),
        status => {
            let body: String = String::from_utf8_lossy(&answer.body).chars().take(300).collect();
            (false, format!("{service} answered {status}: {}", body.trim()))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use http::{HeaderMap, HeaderValue};

    fn answer(status: u16, location: &'static str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_static(location));
        Answer { status, headers, body: hyper::body::Bytes::new() }
    }

    #[test]
    fn targets_are_read_as_a_browser_does() {
        let leads = |asked: &str, status, location| {
            target(&Url::parse(asked).unwrap(), &answer(status, location)).map(|url| url.to_string())
        };
        assert_eq!(leads("https://a.example/x/y", 307, "/z").as_deref(), Some("https://a.example/z"));
        assert_eq!(
            leads("https://a.example", 301, "https://b.example/z").as_deref(),
            Some("https://b.example/z")
        );
        assert_eq!(
            leads("https://a.example/x", 302, "//b.example/z#f").as_deref(),
            Some("https://b.example/z")
        );
        assert_eq!(leads("http://127.0.0.1:81/x/y", 302, "z").as_deref(), Some("http://127.0.0.1:81/x/z"));
        assert_eq!(leads("https://a.example/x", 200, "/z"), None);
        assert_eq!(leads("https://a.example/x", 304, "/z"), None);
    }

    #[test]
    fn hosts_are_told_apart_and_strangers_are_none() {
        let service = |hosts: &Hosts, url: &str| hosts.service(&Url::parse(url).unwrap());
        let live = Hosts::live("https://cdn.example.com");
        assert_eq!(service(&live, "https://cdn.example.com/a"), Some("CloudFront"));
        assert_eq!(
            service(&live, "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/resize/a"),
            Some("API Gateway")
        );
        assert_eq!(service(&live, "http://b.s3-website-eu-west-1.amazonaws.com/a"), Some("S3 website"));
        assert_eq!(service(&live, "https://x.example.com/?a=.execute-api."), None);
        let front = Hosts::Front(DevUrls {
            cdn: "http://127.0.0.1:4000".to_owned(),
            website: "http://127.0.0.1:40001".to_owned(),
            api: "http://127.0.0.1:40002".to_owned(),
        });
        assert_eq!(service(&front, "http://127.0.0.1:40002/id/prod/a"), Some("API Gateway (model)"));
        assert_eq!(service(&front, "http://127.0.0.1:4000/a"), Some("CloudFront (model)"));
        assert_eq!(service(&front, "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/"), None);
    }

    #[tokio::test]
    async fn what_is_no_part_of_the_chain_is_not_asked() {
        let hosts = Hosts::Front(DevUrls {
            cdn: "http://127.0.0.1:1".to_owned(),
            website: "http://127.0.0.1:2".to_owned(),
            api: "http://127.0.0.1:3".to_owned(),
        });
        let (found, _) = walk("https://elsewhere.example/a", "a", &hosts).await;
        assert!(!found.ok && found.hops.is_empty(), "{found:?}");
        assert!(found.verdict.contains("out of the chain, to https://elsewhere.example/a"), "{found:?}");
    }
}
