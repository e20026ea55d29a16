//! The live probe: asks for one derived image as a browser would and looks at every hop.

pub(crate) mod client;
mod walk;

use std::collections::BTreeSet;
use std::time::Duration;

use imgdeploy_model::chain::encode::encode_path;
use imgdeploy_model::derived_key::looks_derived;
use serde::Serialize;

use crate::aws::Clients;
use crate::aws::read::ObjectSummary;
use crate::desired::Desired;
use crate::dev;
use crate::fact::Fact;
use crate::names;
use crate::observe::Observed;
use crate::report::Report;
use crate::settings::Site;
use crate::settings::value::preset_entries;

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
/// Longest key of an original that is asked for, in bytes: prefix and size need room in S3's 1,024.
const LONGEST_ORIGINAL: usize = 900;

/// Asks for a derived image of one original. What is made on the way stays in the bucket, as any visitor's would.
pub async fn probe(clients: &Clients, desired: &Desired, seen: &Observed, report: &Report) -> ProbeReport {
    let prefix = desired.site.prefix.as_str();
    let not_asked = |verdict: String| ProbeReport { ok: true, url: String::new(), hops: Vec::new(), verdict };
    let objects = match &seen.objects {
        Fact::Known(objects) => objects.as_slice(),
        Fact::Absent => &[],
        Fact::Unknown(why) => return not_asked(format!("not asked, as the bucket can't be listed: {why}")),
    };
    let Some(spec) = spec(&desired.site) else {
        return not_asked("not asked: only presets are served, and there are none".to_owned());
    };
    let key = desired.site.security_key.as_ref();
    let derived = |original: &str| names::derived_key(prefix, key, &spec, original);
    let made: BTreeSet<&str> =
        seen.derived.known().into_iter().flatten().chain(objects).map(|object| object.key.as_str()).collect();
    let is_made = |original: &str| made.contains(derived(original).as_str());
    let Some(original) = choose(objects, prefix, desired.site.max_bytes, is_made) else {
        return not_asked(
            "not asked: no JPEG, PNG or WebP among the bucket's first 1,000 objects".to_owned(),
        );
    };
    let path = format!("/{}", encode_path(&derived(original)));
    if clients.endpoint_url().is_none() {
        return patient(&format!("{}{path}", desired.url), &walk::Hosts::live(&desired.url), report).await;
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

/// A spec that is served.
fn spec(site: &Site) -> Option<String> {
    if site.presets_only {
        return preset_entries(site.presets.as_str()).next().map(|(name, _)| name.to_owned());
    }
    let allowed = site.allowed_dimensions.as_slice().first();
    Some(allowed.map_or_else(|| DEFAULT_SPEC.to_owned(), ToString::to_string))
}

/// A new chain may need a moment: a throttled call, a permission that has yet to spread, an error that
/// CloudFront keeps for ten seconds (CF-10).
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(12)];

async fn patient(url: &str, hosts: &walk::Hosts, report: &Report) -> ProbeReport {
    let mut found = walk::walk(url, hosts).await;
    let mut asked_again = false;
    for pause in PAUSES {
        if found.ok || (asked_again && endpoint_failed(&found)) {
            break;
        }
        asked_again = true;
        report.say(format!("probe: {}; asking again in {} s", found.verdict, pause.as_secs()));
        crate::pace::pause(pause).await;
        found = walk::walk(url, hosts).await;
    }
    found
}

/// The emulator behind the model does not answer.
fn endpoint_failed(found: &ProbeReport) -> bool {
    found.hops.last().is_some_and(|hop| hop.headers.iter().any(|(name, _)| name == walk::ENDPOINT_FAILED))
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

/// The smallest image that is an original: least to wait for. One that has been resized before is taken only if
/// there is no other, because its image comes from the bucket without the resizer.
fn choose<'a>(
    objects: &'a [ObjectSummary],
    prefix: &'a str,
    max_bytes: u64,
    is_made: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    originals(objects, prefix, max_bytes)
        .min_by_key(|object| (is_made(&object.key), object.size))
        .map(|object| object.key.as_str())
}

/// The objects that are originals, as far as their names say: images, not derived, with a key that can be asked for.
pub(crate) fn originals<'a>(
    objects: &'a [ObjectSummary],
    prefix: &'a str,
    max_bytes: u64,
) -> impl Iterator<Item = &'a ObjectSummary> {
    let image = |key: &str| {
        let lower = key.to_ascii_lowercase();
        [".jpg", ".jpeg", ".png", ".webp"].iter().any(|end| lower.ends_with(end))
    };
    // Names that would be refused rightly (S3-13).
    let odd = |key: &str| {
        key.contains('?')
            || key.chars().any(char::is_control)
            || key.split('/').any(|part| matches!(part, "." | ".."))
    };
    objects
        .iter()
        .filter(move |object| object.size > 0 && object.size <= max_bytes && image(&object.key))
        .filter(move |object| object.key.len() <= LONGEST_ORIGINAL && !odd(&object.key))
        // Under a prefix of its own, the function takes nothing for an original.
        .filter(move |object| prefix.is_empty() || !object.key.starts_with(prefix))
        .filter(move |object| !looks_derived(&object.key, prefix, |_| false))
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
        let never = |_: &str| false;
        assert_eq!(choose(&objects, "resized/", 1_000, never), Some("pics/B.JPG"));
        assert_eq!(choose(&objects[..2], "resized/", 1_000, never), None);
    }

    #[test]
    fn one_that_was_never_resized_is_better_and_odd_names_are_left_alone() {
        let objects: Vec<ObjectSummary> =
            [("a.jpg", 1), ("b.jpg", 9), ("c?.jpg", 1), ("../d.jpg", 1), ("e\n.jpg", 1)]
                .into_iter()
                .map(|(key, size)| ObjectSummary { key: key.to_owned(), size })
                .collect();
        assert_eq!(choose(&objects, "resized/", 1_000, |key| key == "a.jpg"), Some("b.jpg"));
        assert_eq!(choose(&objects, "resized/", 1_000, |_| true), Some("a.jpg"));
    }
}
