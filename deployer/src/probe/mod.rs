//! The live probe: asks for one derived image as a browser would and looks at every hop.

mod client;
mod walk;

use std::time::Duration;

use serde::Serialize;

use crate::aws::Clients;
use crate::aws::read::ObjectSummary;
use crate::desired::Desired;
use crate::dev;
use crate::observe::Observed;
use crate::plan::looks_derived;
use crate::report::Report;

/// One answer on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProbeHop {
    /// What was asked.
    pub url: String,
    /// Who answered, as far as the host tells.
    pub service: String,
    /// HTTP status.
    pub status: u16,
    /// The headers that matter.
    pub headers: Vec<(String, String)>,
}

/// The whole way and the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProbeReport {
    /// Whether an image came, or there was nothing to ask for.
    pub ok: bool,
    /// The first URL; empty when nothing was asked.
    pub url: String,
    /// Every answer.
    pub hops: Vec<ProbeHop>,
    /// One sentence.
    pub verdict: String,
}

/// Size that is asked for when every size is allowed.
const DEFAULT_SPEC: &str = "300x200";

/// Asks for a derived image of one original. What is made on the way stays in the bucket, as any visitor's would.
pub async fn probe(clients: &Clients, desired: &Desired, seen: &Observed, report: &Report) -> ProbeReport {
    let prefix = desired.site.prefix.as_str();
    let Some(original) =
        seen.objects.known().and_then(|objects| choose(objects, prefix, desired.site.max_bytes))
    else {
        return ProbeReport {
            ok: true,
            url: String::new(),
            hops: Vec::new(),
            verdict: "not asked: no JPEG, PNG or WebP among the bucket's first 1,000 objects".to_owned(),
        };
    };
    let spec = desired
        .site
        .allowed_dimensions
        .as_slice()
        .first()
        .map_or_else(|| DEFAULT_SPEC.to_owned(), ToString::to_string);
    let path = format!("/{}", encode(&format!("{prefix}{spec}/{original}")));
    if clients.endpoint_url().is_none() {
        return patient(&format!("{}{path}", desired.url), &walk::Hosts::Live, report).await;
    }
    // An emulator has no website endpoint and no CDN: the chain model stands in for both.
    report.say("the endpoint is an emulator: the chain's model serves the website and the CDN for the probe");
    let edge = seen.edge.as_ref().map(|edge| edge.id.as_str());
    match front(clients, desired, edge).await {
        Ok(front) => {
            let base = if edge.is_some() { &front.urls.cdn } else { &front.urls.website };
            let found =
                patient(&format!("{base}{path}"), &walk::Hosts::Front(front.urls.clone()), report).await;
            front.shutdown().await;
            found
        }
        Err(error) => ProbeReport {
            ok: false,
            url: path,
            hops: Vec::new(),
            verdict: format!("the chain's model could not be started: {error}"),
        },
    }
}

/// A new chain may need a moment: a throttled call, a permission that has yet to spread, an error that
/// CloudFront keeps for ten seconds (CF-10).
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(12)];

async fn patient(url: &str, hosts: &walk::Hosts, report: &Report) -> ProbeReport {
    let mut found = walk::walk(url, hosts).await;
    for pause in PAUSES {
        if found.ok {
            break;
        }
        report.say(&format!("probe: {}; asking again in {} s", found.verdict, pause.as_secs()));
        tokio::time::sleep(pause).await;
        found = walk::walk(url, hosts).await;
    }
    found
}

/// The chain's model on free loopback ports.
async fn front(
    clients: &Clients,
    desired: &Desired,
    edge: Option<&str>,
) -> Result<dev::DevHandle, dev::DevError> {
    let bucket = desired.site.bucket.as_str();
    let mut config = dev::DevConfig::new(bucket, &desired.region, &desired.website_host());
    config.distribution = edge.map(ToOwned::to_owned);
    let source = dev::AwsSource::connect(clients, bucket, &desired.region, edge).await?;
    dev::start(config, source).await
}

/// The smallest image that is an original: least to wait for.
fn choose<'a>(objects: &'a [ObjectSummary], prefix: &str, max_bytes: u64) -> Option<&'a str> {
    let image = |key: &str| {
        let lower = key.to_ascii_lowercase();
        [".jpg", ".jpeg", ".png", ".webp"].iter().any(|end| lower.ends_with(end))
    };
    objects
        .iter()
        .filter(|object| object.size > 0 && object.size <= max_bytes && image(&object.key))
        .filter(|object| !looks_derived(&object.key, prefix))
        .min_by_key(|object| object.size)
        .map(|object| object.key.as_str())
}

/// A key as a URL path: everything but unreserved characters and `/` is percent-encoded (RFC 3986).
fn encode(key: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const PATH: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(key, PATH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_original_that_is_an_image_is_asked_for() {
        let objects: Vec<ObjectSummary> = [
            ("index.html", 10),
            ("pics/empty.jpg", 0),
            ("pics/huge.jpg", 5_000),
            ("pics/B.JPG", 900),
            ("resized/300x200/pics/B.JPG", 20),
        ]
        .into_iter()
        .map(|(key, size)| ObjectSummary { key: key.to_owned(), size })
        .collect();
        assert_eq!(choose(&objects, "resized/", 1_000), Some("pics/B.JPG"));
        assert_eq!(choose(&objects[..2], "resized/", 1_000), None);
    }

    #[test]
    fn keys_are_encoded_once() {
        assert_eq!(encode("a b/c&d+é.jpg"), "a%20b/c%26d%2B%C3%A9.jpg");
    }
}
