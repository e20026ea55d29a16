//! Follows redirects by hand and judges where they lead.

use http::header::{CONTENT_TYPE, LOCATION};

use super::client::{self, Answer};
use super::{ProbeHop, ProbeReport};
use crate::dev::DevUrls;

/// As many redirects as browsers follow.
const MAX_HOPS: usize = 20;

/// Headers that say which service answered and why.
const TELLING: [&str; 11] = [
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
];

/// What the hosts are.
pub(super) enum Hosts {
    /// AWS's own.
    Live,
    /// The chain model's loopback addresses.
    Front(DevUrls),
}

impl Hosts {
    fn service(&self, url: &str) -> &'static str {
        match self {
            Self::Live if url.contains(".execute-api.") => "API Gateway",
            Self::Live if url.contains(".s3-website") => "S3 website",
            Self::Live => "CloudFront",
            Self::Front(front) if url.starts_with(&front.cdn) => "CloudFront (model)",
            Self::Front(front) if url.starts_with(&front.website) => "S3 website (model)",
            Self::Front(front) if url.starts_with(&front.api) => "API Gateway (model)",
            Self::Front(_) => "elsewhere",
        }
    }
}

/// Walks from `url` to an image, an error or a loop.
pub(super) async fn walk(url: &str, hosts: &Hosts) -> ProbeReport {
    let mut report = ProbeReport { ok: false, url: url.to_owned(), hops: Vec::new(), verdict: String::new() };
    let mut next = url.to_owned();
    while report.hops.len() < MAX_HOPS {
        let service = hosts.service(&next);
        let answer = match client::get(&next).await {
            Ok(answer) => answer,
            Err(why) => {
                report.verdict = format!("{service} at {next}: {why}");
                return report;
            }
        };
        report.hops.push(hop(&next, service, &answer));
        match target(&next, &answer) {
            Some(location) => next = location,
            None => {
                (report.ok, report.verdict) = judge(service, &answer, report.hops.len());
                return report;
            }
        }
    }
    report.verdict = format!("a redirect loop: {MAX_HOPS} answers and no end (CF-02)");
    report
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

/// Where a redirect leads; relative targets are resolved against the asked URL's host.
fn target(asked: &str, answer: &Answer) -> Option<String> {
    if !(300..400).contains(&answer.status) {
        return None;
    }
    let location = answer.headers.get(LOCATION)?.to_str().ok()?;
    if location.starts_with('/') {
        let host_end = asked
            .find("://")
            .map(|at| at + 3)
            .and_then(|start| asked[start..].find('/').map(|slash| start + slash));
        return Some(format!("{}{location}", &asked[..host_end.unwrap_or(asked.len())]));
    }
    Some(location.to_owned())
}

fn judge(service: &str, answer: &Answer, hops: usize) -> (bool, String) {
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no type");
    match answer.status {
        200 if kind.starts_with("image/") && !answer.body.is_empty() => {
            (true, format!("ok: {kind}, {} bytes, after {hops} answers", answer.body.len()))
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
    use super::*;
    use http::{HeaderMap, HeaderValue};

    fn answer(status: u16, location: &'static str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_static(location));
        Answer { status, headers, body: hyper::body::Bytes::new() }
    }

    #[test]
    fn relative_targets_stay_on_the_host() {
        assert_eq!(
            target("https://a.example/x/y", &answer(307, "/z")).as_deref(),
            Some("https://a.example/z")
        );
        assert_eq!(
            target("https://a.example", &answer(301, "https://b.example/z")).as_deref(),
            Some("https://b.example/z")
        );
        assert_eq!(target("https://a.example/x", &answer(200, "/z")), None);
    }
}
