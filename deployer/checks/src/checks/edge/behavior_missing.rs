//! IMG075

use imgdeploy_model::chain::cloudfront::DEFAULT_PATTERN;

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG075",
    title: "no cache behaviour for derived images",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "The first visitor may see the image; after that the browser goes round between CloudFront and the API until it gives \
              up with ERR_TOO_MANY_REDIRECTS.",
    story: "CloudFront never follows a redirect, it caches it like an image. S3's 307 says nothing about caching, so that it stays \
            for the behaviour's DefaultTTL, usually a day (CF-02): the image is made, the browser is sent back, and gets the old \
            307 again. Derived images need a behaviour of their own with MinTTL 0 and DefaultTTL 0 (CF-03); the rest of the site \
            keeps its times.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html",
    cure: "add a behaviour for the prefix of derived images, with MinTTL 0 and DefaultTTL 0, that sends to the bucket's website",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let pattern = part.pattern();
    if part.is_own() || part.distribution.behaviors.iter().any(|behavior| part.is_exact(behavior)) {
        return Ok(Vec::new());
    }
    let behavior = part.behavior();
    let name = match behavior.pattern.as_str() {
        DEFAULT_PATTERN => "the default one".to_owned(),
        pattern => pattern.to_owned(),
    };
    let why = if part.website_origin().is_ok() {
        match part.keeps_redirects(behavior)? {
            0 => return Ok(Vec::new()),
            seconds => format!("which keeps redirects for {seconds} seconds"),
        }
    } else if part.has_website_origin() {
        format!("which asks origin {} and not the bucket's website", behavior.target)
    } else {
        // Without any origin for them, the origin is the fault.
        return Err(Skip::Nothing);
    };
    let website = part.distribution.origins.iter().find(|origin| part.is_website(origin));
    let change = format!(
        "add to CacheBehaviors, as the first one, a behaviour with \"PathPattern\": \"{pattern}\", \"TargetOriginId\": \"{}\", \
         \"MinTTL\": 0, \"DefaultTTL\": 0, \"MaxTTL\": 31536000 and ForwardedValues without query, cookies and headers; count up \
         its Quantity",
        website.map_or(behavior.target.as_str(), |origin| origin.id.as_str())
    );
    let finding = Finding::new(
        format!(
            "distribution {} has no behaviour for {pattern}: derived images go by {name}, {why}",
            part.edge.id
        ),
        part.place("CacheBehaviors"),
        part.edit_and_forget(&change),
    )
    .value(behavior.pattern.as_str());
    Ok(vec![part.by_tool(finding)])
}
