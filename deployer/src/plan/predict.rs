//! Walks the planned chain on paper: would a viewer get an image?
//!
//! The documents as they will be, a bucket with one original, a function that does what ours does. Walked once
//! for each answer that an absent key may get (S3-04), twice in a row, so that what the first walk leaves in the
//! cache is tried as well (CF-02).

use std::collections::{BTreeMap, BTreeSet};

use imgdeploy_model::chain::access::{self, Anonymous, Policy};
use imgdeploy_model::chain::api::{Api, Invocation, MethodFacts, Stage};
use imgdeploy_model::chain::cache::Cache;
use imgdeploy_model::chain::cloudfront::Distribution;
use imgdeploy_model::chain::edge::Setup;
use imgdeploy_model::chain::message::{Headers, Request};
use imgdeploy_model::chain::proxy::Outcome;
use imgdeploy_model::chain::walk::{Chain, End, Walk, World, walk};
use imgdeploy_model::chain::website::{AbsentKey, Object, Options, WebsiteConfig};

use super::Plan;
use crate::aws::read::PublicAccessBlock;
use crate::desired::{Desired, STAGE};
use crate::observe::Observed;
use imgdeploy_world::Fact;

/// Some day, in seconds since 1970: only differences matter.
const NOW: u64 = 1_800_000_000;
const SPEC: &str = "300x200";
const ORIGINAL: &str = "imgdeploy-prediction.jpg";

/// The documents as the plan leaves them.
pub(super) struct Planned<'a> {
    pub(super) policy: Option<&'a str>,
    pub(super) website: Option<&'a str>,
    pub(super) distribution: Option<&'a str>,
    pub(super) block: PublicAccessBlock,
    pub(super) api_host: &'a str,
}

/// Adds a warning for each way in which the planned chain would not serve an image.
pub(super) fn predict(plan: &mut Plan, desired: &Desired, seen: &Observed, planned: &Planned<'_>) {
    let mut said = BTreeSet::new();
    for absent in [AbsentKey::NotFound404, AbsentKey::Forbidden403] {
        let Some(mut chain) = chain(desired, seen, planned) else { return };
        chain.options.absent = absent;
        let mut world = OneOriginal::new(desired, seen, planned);
        let mut cache = Cache::new();
        for _ in 0..2 {
            let url = format!("{}/{}{SPEC}/{ORIGINAL}", desired.url, desired.site.prefix);
            let Some(request) = Request::get(&url) else { return };
            let walked = walk(&chain, &mut cache, &mut world, &request, NOW);
            if let Some(why) = wrong(&walked) {
                said.insert(why);
            }
        }
    }
    for why in said {
        plan.warn(format!("by the model of the chain, viewers would get no image: {why}"));
    }
}

fn wrong(walked: &Walk) -> Option<String> {
    let last = walked.hops.last();
    let at = last.map_or_else(String::new, |hop| format!(" at {} ({})", hop.url, hop.why));
    match &walked.end {
        End::Answered(response) if response.status == 200 => None,
        End::Answered(response) => Some(format!("status {}{at}", response.status)),
        End::Loop { url } => Some(format!("a redirect loop over {}", url.as_deref().unwrap_or("all hops"))),
        End::DeadEnd { location } => {
            Some(format!("a redirect to {location}, which is not a host of this chain"))
        }
    }
}

/// `None` where a document can't be modelled: nothing is predicted then.
fn chain(desired: &Desired, seen: &Observed, planned: &Planned<'_>) -> Option<Chain> {
    let cdn = match planned.distribution {
        None => None,
        Some(xml) => {
            let distribution = Distribution::parse(xml).ok()?;
            let mut hosts: Vec<String> =
                distribution.aliases.iter().map(|alias| alias.to_ascii_lowercase()).collect();
            let domain = seen.edge.as_ref().and_then(|edge| edge.state.known()).map(|state| &state.domain);
            hosts.extend(domain.map(|domain| domain.to_ascii_lowercase()));
            Some((Setup { distribution, policies: BTreeMap::new() }, hosts))
        }
    };
    Some(Chain {
        cdn,
        bucket: desired.site.bucket.to_string(),
        website_host: desired.website_host(),
        website: Some(WebsiteConfig::parse(planned.website?).ok()?),
        options: Options::default(),
        apis: vec![api(planned.api_host)],
    })
}

/// The API of our template.
fn api(host: &str) -> Api {
    let methods: BTreeMap<String, MethodFacts> =
        ["GET", "HEAD"].map(|method| (method.to_owned(), MethodFacts::open())).into_iter().collect();
    let resources =
        ["/resize", "/resize/{key+}"].map(|path| (path.to_owned(), methods.clone())).into_iter().collect();
    Api {
        id: host.split('.').next().unwrap_or_default().to_owned(),
        default_endpoint: true,
        binary_media_types: vec!["*/*".to_owned()],
        stages: [(STAGE.to_owned(), Stage { resources })].into_iter().collect(),
    }
}

/// A bucket with one original, and our function.
struct OneOriginal {
    policy: Option<Policy>,
    block: access::PublicAccessBlock,
    arn: String,
    url: String,
    cache_control: String,
    redirect: u16,
    objects: BTreeSet<String>,
}

impl OneOriginal {
    fn new(desired: &Desired, seen: &Observed, planned: &Planned<'_>) -> Self {
        let account = match &seen.account_public_access_block {
            Fact::Known(block) => *block,
            Fact::Absent | Fact::Unknown(_) => PublicAccessBlock::default(),
        };
        Self {
            policy: planned.policy.and_then(|text| Policy::parse(text).ok()),
            block: model_block(planned.block).or(model_block(account)),
            arn: format!("arn:{}:s3:::{}/", desired.partition.name(), desired.site.bucket),
            url: desired.url.clone(),
            cache_control: desired.site.cache_control.to_string(),
            redirect: desired.site.redirect.status(),
            objects: BTreeSet::from([ORIGINAL.to_owned()]),
        }
    }
}

fn model_block(block: PublicAccessBlock) -> access::PublicAccessBlock {
    access::PublicAccessBlock {
        block_public_acls: block.block_public_acls,
        ignore_public_acls: block.ignore_public_acls,
        block_public_policy: block.block_public_policy,
        restrict_public_buckets: block.restrict_public_buckets,
    }
}

impl World for OneOriginal {
    fn object(&mut self, key: &str, reader: &Anonymous) -> Object {
        let arn = format!("{}{key}", self.arn);
        let readable = self
            .policy
            .as_ref()
            .is_some_and(|policy| policy.anonymous("s3:GetObject", &arn, reader, self.block).is_allowed());
        if !readable {
            return Object::Unreadable;
        }
        if self.objects.contains(key) { Object::Present { redirect: None } } else { Object::Absent }
    }

    fn content(&mut self, _key: &str) -> (Headers, Vec<u8>) {
        let headers = [("Content-Type", "image/jpeg"), ("Cache-Control", self.cache_control.as_str())];
        (headers.into_iter().collect(), Vec::new())
    }

    fn invoke(&mut self, call: &Invocation) -> Outcome {
        let Some(key) = call.path_parameters.get("key") else { return Outcome::Crashed };
        self.objects.insert(key.clone());
        Outcome::Payload(
            serde_json::json!({
                "statusCode": self.redirect,
                "headers": { "Location": format!("{}/{key}", self.url), "Cache-Control": "no-store" },
                "body": "",
                "isBase64Encoded": false,
            })
            .to_string(),
        )
    }
}
