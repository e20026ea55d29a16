//! IMG080

use imgdeploy_model::chain::message::Request;
use imgdeploy_model::region::{OriginHost, parse_origin_host};

use crate::check::{Check, EffectOf, Finding, Fix, Hop as At, Input, Severity, Skip, Verdict};
use crate::shared::part::{Part, invalidation};
use crate::snapshot::{Hop, Service, Snapshot};

pub const CHECK: Check = Check {
    code: "IMG080",
    title: "CloudFront has cached a redirect to the resizer",
    hop: At::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Walk, Input::Distribution],
    symptom: "ERR_TOO_MANY_REDIRECTS for images that are in the bucket; curl shows 307 with X-Cache: Hit from cloudfront.",
    story: "A 307 that CloudFront has once cached is served to everyone until it expires, also when the image has long been made \
            (CF-02). Changing the cache times does not touch what is cached already: the paths have to be invalidated (CF-07). \
            Until then each visit calls the function for nothing.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html",
    cure: "invalidate the prefix of derived images",
    effect_of: EffectOf::Codes(&["IMG075", "IMG076", "IMG077", "IMG078", "IMG079"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    if snapshot.walks.is_empty() {
        return Err(Skip::Nothing);
    }
    let hosts: Vec<String> =
        snapshot.image_rules().unwrap_or_default().into_iter().map(|rule| rule.host).collect();
    let to_api = |hop: &Hop| {
        let location = hop.headers.get("location").and_then(|location| Request::get(location));
        location.is_some_and(|to| {
            hosts.contains(&to.host) || matches!(parse_origin_host(&to.host), OriginHost::ExecuteApi { .. })
        })
    };
    let mut hops = snapshot.walks.iter().flat_map(|walk| &walk.hops);
    let found = hops.find(|hop| {
        let hit = hop.headers.get("x-cache").is_some_and(|text| text.to_ascii_lowercase().starts_with("hit"));
        hop.service == Service::CloudFront && (300..400).contains(&hop.status) && hit && to_api(hop)
    });
    let Some(hop) = found else {
        return Ok(Vec::new());
    };
    let age = hop.headers.get("age").map(|age| format!(", {age} seconds old")).unwrap_or_default();
    let finding = Finding::new(
        format!("CloudFront answers {} with a {} from its cache{age}", hop.url, hop.status),
        part.place("cache"),
        invalidation(&part.edge.id, &part.prefix),
    )
    .value(format!(
        "{} {}",
        hop.status,
        hop.headers.get("x-cache").map(String::as_str).unwrap_or_default()
    ));
    Ok(vec![finding.fix(Fix::Invalidate).by_tool(snapshot, Fix::Invalidate)])
}
