//! Who is who in the chain, and who gave an answer. Pure.

use crate::doctor::look;
use http::HeaderMap;
use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::Service;
use imgdeploy_model::chain::message::Url;
use imgdeploy_model::region::{OriginHost, parse_origin_host, website_hosts_all_forms};

/// The hosts that may be asked. A redirect to any other is not followed.
#[derive(Debug, Clone)]
pub(super) enum Hosts {
    /// AWS's own.
    Live {
        /// The distribution's names, and the host of the URL that was named.
        fronts: Vec<String>,
        /// All spellings of the bucket's website host, its REST hosts, custom domain names of the API.
        others: Vec<String>,
    },
    /// The chain's model on loopback ports: only this machine is asked.
    Model,
}

/// Header in which the model says who answered, outermost first.
pub(super) const HOP: &str = "x-imgdeploy-hop";
/// Header with which the model says that the endpoint behind it failed.
pub(super) const ENDPOINT_FAILED: &str = "x-imgdeploy-error";

impl Hosts {
    /// AWS's own hosts of this chain.
    pub(super) fn live(snapshot: &Snapshot, url: Option<&str>) -> Self {
        let mut fronts: Vec<String> = url.and_then(Url::parse).map(|url| url.host).into_iter().collect();
        if let Ok((edge, distribution)) = snapshot.distribution() {
            fronts.extend(distribution.aliases.into_iter().map(|alias| alias.to_ascii_lowercase()));
            fronts.extend(edge.domain.known().map(|domain| domain.to_ascii_lowercase()));
        }
        // Where redirects lead back to, as the function is told: perhaps to another CDN in front of this one.
        let told = snapshot.configuration().ok().and_then(|seen| seen.environment.get("URL").cloned());
        fronts.extend(told.as_deref().and_then(Url::parse).map(|url| url.host));
        let mut others = Vec::new();
        if let Some(bucket) = &snapshot.bucket {
            others.extend(website_hosts_all_forms(&bucket.name, &bucket.region));
        }
        let domains = snapshot.apis.iter().filter_map(|seen| seen.api.known()).flat_map(|api| &api.domains);
        others.extend(domains.map(|domain| domain.name.to_ascii_lowercase()));
        Self::Live { fronts, others }
    }

    /// Whether this URL is the chain's.
    pub(super) fn may_ask(&self, url: &Url) -> bool {
        match self {
            Self::Live { fronts, others } => {
                is_one(fronts, &url.host)
                    || others.contains(&url.host)
                    || matches!(parse_origin_host(&url.host), OriginHost::ExecuteApi { .. })
            }
            Self::Model => is_loopback_host(&url.host),
        }
    }

    /// Who answered at this URL.
    pub(super) fn service(&self, url: &Url, status: u16, headers: &HeaderMap, body: &str) -> Service {
        if let Some(hop) = header(headers, HOP) {
            return of_model(hop, headers);
        }
        match parse_origin_host(&url.host) {
            // Its own answers name an error type (AG-03); what it passes on from the function does not.
            OriginHost::ExecuteApi { .. } => api(headers),
            OriginHost::Website { .. } => Service::Website,
            OriginHost::Rest { .. } => Service::S3Rest,
            OriginHost::Other => match self {
                Self::Live { fronts, .. } if is_one(fronts, &url.host) => {
                    behind_cloudfront(status, headers, body)
                }
                Self::Live { others, .. } if others.contains(&url.host) => api(headers),
                _ => Service::Other,
            },
        }
    }
}

fn is_one(names: &[String], host: &str) -> bool {
    names.iter().any(|name| look::names(name, host))
}

/// Through CloudFront the origin's errors look as they do without it: XML is the REST endpoint (S3-03).
fn behind_cloudfront(status: u16, headers: &HeaderMap, body: &str) -> Service {
    let xml = header(headers, "content-type").is_some_and(|kind| kind.contains("xml"));
    if status >= 400 && xml && body.contains("<Error>") { Service::S3Rest } else { Service::CloudFront }
}

fn api(headers: &HeaderMap) -> Service {
    if header(headers, "x-amzn-errortype").is_some() { Service::ApiGateway } else { Service::Function }
}

/// As the model names itself: `cloudfront; behavior=…`, `website; why=…`, `api; resource=…`.
fn of_model(hop: &str, headers: &HeaderMap) -> Service {
    match hop.split(';').next().unwrap_or_default() {
        "cloudfront" => Service::CloudFront,
        "website" => Service::Website,
        "s3-rest" | "rest" => Service::S3Rest,
        "api" => api(headers),
        _ => Service::Other,
    }
}

/// A header's value, where it is text.
pub(super) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a URL is on this machine.
pub(super) fn is_loopback(url: &str) -> bool {
    Url::parse(url).is_some_and(|url| is_loopback_host(&url.host))
}

fn is_loopback_host(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.")
}

/// Scheme, host and port of a URL.
pub(super) fn origin(url: &str) -> String {
    let end = url.find("://").map_or(0, |at| at + 3);
    let path = url.get(end..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| end + at);
    url.get(..path).unwrap_or(url).to_owned()
}

/// Path and query of a URL.
pub(super) fn target(url: &str) -> String {
    let rest = url.get(origin(url).len()..).unwrap_or_default();
    if rest.is_empty() { "/".to_owned() } else { rest.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn answers_are_told_apart_by_host_and_headers() {
        let hosts = Hosts::Live { fronts: vec!["img.example.com".to_owned()], others: Vec::new() };
        let who = |url: &str, status, head: &[(&'static str, &'static str)], body: &str| {
            hosts.service(&Url::parse(url).unwrap(), status, &headers(head), body)
        };
        let api = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/resize";
        assert_eq!(who(api, 403, &[("x-amzn-errortype", "ForbiddenException")], ""), Service::ApiGateway);
        assert_eq!(who(api, 307, &[], ""), Service::Function);
        assert_eq!(who("http://b.s3-website-eu-west-1.amazonaws.com/a", 404, &[], ""), Service::Website);
        assert_eq!(who("https://b.s3.eu-west-1.amazonaws.com/a", 403, &[], ""), Service::S3Rest);
        let xml = [("content-type", "application/xml")];
        assert_eq!(
            who("https://img.example.com/a", 403, &xml, "<Error><Code>AccessDenied</Code>"),
            Service::S3Rest
        );
        assert_eq!(who("https://img.example.com/a", 200, &xml, "<Error>"), Service::CloudFront);
        assert_eq!(who("https://elsewhere.example.net/a", 200, &[], ""), Service::Other);
    }

    #[test]
    fn only_the_chain_is_asked() {
        let names = ["img.example.com", "*.pics.example.com"].map(str::to_owned).to_vec();
        let live = Hosts::Live { fronts: names, others: Vec::new() };
        let may = |hosts: &Hosts, url: &str| hosts.may_ask(&Url::parse(url).unwrap());
        assert!(may(&live, "https://img.example.com/a"));
        assert!(may(&live, "https://eu.pics.example.com/a"));
        assert!(may(&live, "https://x.execute-api.us-east-1.amazonaws.com/prod"));
        assert!(!may(&live, "https://elsewhere.example.net/"));
        assert!(!may(&live, "http://169.254.169.254/latest/meta-data/"));
        let model = Hosts::Model;
        assert!(may(&model, "http://127.0.0.1:82/a"));
        assert!(!may(&model, "https://img.example.com/a"));
    }

    #[test]
    fn urls_are_cut_behind_the_host() {
        assert_eq!(origin("https://a.example/x/y?z"), "https://a.example");
        assert_eq!(target("https://a.example/x/y?z"), "/x/y?z");
        assert_eq!(target("http://127.0.0.1:81"), "/");
    }
}
