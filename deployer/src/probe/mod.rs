//! The live probe: asks for one derived image as a browser would and looks at every hop.

mod walk;

use crate::aws::Clients;
use crate::aws::read::{BucketRead, Object};
use crate::desired::Desired;
use crate::observe::Observed;
use crate::settings::Site;
use crate::settings::value::preset_entries;
use crate::{dev, names, sample};
use imgdeploy_checks::snapshot::BadOriginal;
use imgdeploy_keys::{NO_IMAGE, Scheme};
use imgdeploy_model::chain::encode::encode_path;
use imgdeploy_world::Fact;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;

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
    /// Originals that were asked for, and of which no image can be made, which is no fault of the chain.
    pub bad_originals: Vec<BadOriginal>,
}

/// Size that is asked for when every size is allowed.
const DEFAULT_SPEC: &str = "300x200";

/// Is told what happens.
type Say<'a> = &'a (dyn Fn(&str) + Sync);

/// Asks for a derived image of one original, and of a few others if that is bad. What is made on the way stays in the bucket, as any
/// visitor's would.
pub async fn probe(clients: &Clients, desired: &Desired, seen: &Observed, say: Say<'_>) -> ProbeReport {
    let site = &desired.site;
    let not_asked = |verdict: String| ProbeReport { ok: true, verdict, ..ProbeReport::of("") };
    let objects = match &seen.objects {
        Fact::Known(objects) => objects.as_slice(),
        Fact::Absent => &[],
        Fact::Unknown(why) => return not_asked(format!("not asked, as the bucket can't be listed: {why}")),
    };
    let Some(spec) = spec(site) else {
        return not_asked("not asked: only presets are served, and there are none".to_owned());
    };
    let (prefix, key) = (site.prefix.as_str(), site.security_key.as_ref());
    let derived = |original: &str| names::derived_key(prefix, key, &spec, original);
    let made: BTreeSet<&str> =
        seen.derived.known().into_iter().flatten().chain(objects).map(|object| object.key.as_str()).collect();
    let is_made = |original: &str| made.contains(derived(original).as_str());
    let scheme = Scheme::of_lists(prefix, [site.presets.as_str()]);
    let chosen = choose(objects, &scheme, site.max_bytes, is_made);
    if chosen.is_empty() {
        return not_asked("not asked: no image among the bucket's first 1,000 objects".to_owned());
    }
    let paths: Vec<(&str, String)> =
        chosen.into_iter().map(|key| (key, format!("/{}", encode_path(&derived(key))))).collect();
    let bucket = BucketRead::new(clients, &seen.region, &seen.bucket, &seen.caller.account);
    let mut asking = Asking { bucket, paths, base: desired.url.clone(), say };
    if clients.endpoint_url().is_none() {
        return asking.ask(&walk::Hosts::live(&desired.url)).await;
    }
    // An emulator has no website endpoint and no CDN: the chain model stands in for both.
    say("the endpoint is an emulator: the chain's model serves the website and the CDN for the probe");
    let edge = seen.edge.as_ref().map(|edge| edge.id.as_str());
    match front(clients, desired, edge).await {
        Ok(front) => {
            let base = if edge.is_some() { &front.urls.cdn } else { &front.urls.website };
            asking.base.clone_from(base);
            let found = asking.ask(&walk::Hosts::Front(front.urls.clone())).await;
            front.shutdown().await;
            found
        }
        Err(error) => ProbeReport {
            verdict: format!("the chain's model could not be started: {error}"),
            ..ProbeReport::of(&asking.base)
        },
    }
}

impl ProbeReport {
    /// Nothing has been asked yet.
    pub(crate) fn of(url: &str) -> Self {
        let verdict = String::new();
        Self { ok: false, url: url.to_owned(), hops: Vec::new(), verdict, bad_originals: Vec::new() }
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

/// One original after the other.
struct Asking<'a> {
    bucket: BucketRead,
    /// Keys of originals, and the paths of their images.
    paths: Vec<(&'a str, String)>,
    base: String,
    say: Say<'a>,
}

impl Asking<'_> {
    /// Until there is an image, or something is wrong with the chain. What is only said of an original is not waited for, unless it may
    /// be the function that is not let in yet.
    async fn ask(&self, hosts: &walk::Hosts) -> ProbeReport {
        let mut pauses = PAUSES.iter();
        loop {
            let (mut bad, mut last) = (Vec::new(), None);
            for (key, path) in &self.paths {
                let (found, said) = self.patient(&format!("{}{path}", self.base), key, hosts).await;
                let Some(said) = said else {
                    let _ = self.explain(&mut bad).await;
                    return ProbeReport { bad_originals: bad, ..found };
                };
                (self.say)(&format!(
                    "probe: {}: {} {}; asking for another",
                    said.key, said.status, said.code
                ));
                bad.push(said);
                last = Some(found);
            }
            let all_explained = self.explain(&mut bad).await;
            let last = last.unwrap_or_else(|| ProbeReport::of(&self.base));
            let count = bad.len();
            if all_explained {
                let verdict = format!(
                    "the chain answers, but of none of the {count} originals asked for can an image be made: see below"
                );
                return ProbeReport { ok: true, verdict, bad_originals: bad, ..last };
            }
            let Some(pause) = pauses.next() else { return last };
            (self.say)(&format!("probe: {}; asking again in {} s", last.verdict, pause.as_secs()));
            crate::aws::pace::pause(*pause).await;
        }
    }

    /// Whether all of that is the originals' fault.
    async fn explain(&self, bad: &mut [BadOriginal]) -> bool {
        let mut all = true;
        for one in bad {
            let seen = if one.code == NO_IMAGE {
                Some(self.bucket.beginning(&one.key, sample::BEGINNING).await)
            } else {
                None
            };
            all &= sample::explained(one, seen.as_ref());
        }
        all
    }

    async fn patient(&self, url: &str, key: &str, hosts: &walk::Hosts) -> (ProbeReport, Option<BadOriginal>) {
        let (mut found, mut said) = walk::walk(url, key, hosts).await;
        let mut asked_again = false;
        for pause in PAUSES {
            if found.ok || said.is_some() || (asked_again && endpoint_failed(&found)) {
                break;
            }
            asked_again = true;
            (self.say)(&format!("probe: {}; asking again in {} s", found.verdict, pause.as_secs()));
            crate::aws::pace::pause(pause).await;
            (found, said) = walk::walk(url, key, hosts).await;
        }
        (found, said)
    }
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

/// The originals to ask for, in turn. Those that have been resized before come last, because their images come from the bucket without
/// the resizer.
fn choose<'a>(
    objects: &'a [Object],
    scheme: &Scheme,
    max_bytes: u64,
    is_made: impl Fn(&str) -> bool,
) -> Vec<&'a str> {
    let sized = objects.iter().map(|object| (object.key.as_str(), object.size));
    let (made, new): (Vec<_>, Vec<_>) =
        sample::originals(sized, scheme, max_bytes).into_iter().partition(|one| is_made(one.key));
    let chosen = sample::in_turn(&new).into_iter().chain(sample::in_turn(&made)).take(sample::MOST);
    chosen.map(|one| one.key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(objects: &[(&str, u64)], prefix: &str, is_made: impl Fn(&str) -> bool) -> Vec<String> {
        let objects: Vec<Object> = objects
            .iter()
            .map(|(key, size)| Object { key: (*key).to_owned(), size: *size, owner: None })
            .collect();
        let scheme = Scheme::of_lists(prefix, ["thumb=30x20"]);
        choose(&objects, &scheme, 1_000, is_made).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn originals_that_are_images_are_asked_for() {
        let objects = [
            ("index.html", 10),
            ("pics/empty.jpg", 0),
            ("pics/huge.jpg", 5_000),
            ("pics/B.JPG", 900),
            ("resized/300x200/pics/B.JPG", 20),
        ];
        assert_eq!(chosen(&objects, "resized/", |_| false), ["pics/B.JPG"]);
        assert!(chosen(&objects[..2], "resized/", |_| false).is_empty());
    }

    #[test]
    fn one_that_was_never_resized_is_better_and_odd_names_are_left_alone() {
        let objects = [("a.jpg", 1), ("b.jpg", 9), ("c?.jpg", 1), ("../d.jpg", 1), ("e\n.jpg", 1)];
        assert_eq!(chosen(&objects, "resized/", |key| key == "a.jpg"), ["b.jpg", "a.jpg"]);
        assert_eq!(chosen(&objects, "resized/", |_| true), ["b.jpg", "a.jpg"]);
        // Of what was made, only as many as there are tries left for.
        let many: Vec<(String, u64)> = (1..9).map(|n| (format!("{n}.jpg"), n)).collect();
        let many: Vec<(&str, u64)> = many.iter().map(|(key, size)| (key.as_str(), *size)).collect();
        assert_eq!(chosen(&many, "resized/", |key| key < "5.jpg").len(), sample::MOST);
    }

    #[test]
    fn a_preset_image_is_no_original_where_there_is_no_prefix() {
        let objects = [("pics/a.jpg", 900), ("thumb/pics/a.jpg", 20)];
        assert_eq!(chosen(&objects, "", |_| false), ["pics/a.jpg"]);
    }
}
