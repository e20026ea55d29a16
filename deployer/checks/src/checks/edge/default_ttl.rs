//! IMG077

use imgdeploy_model::chain::cloudfront::Caching;
use imgdeploy_model::chain::policies::CachePolicy;

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG077",
    title: "DefaultTTL keeps redirects in the cache",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "A new image works for the first visitor at most; after that the browser ends with ERR_TOO_MANY_REDIRECTS until the \
              cached 307 has expired.",
    story: "CloudFront caches a redirect like an image, and S3's 307 has no Cache-Control, so that DefaultTTL decides: 86400 \
            seconds unless it is set (CF-02). The redirect has to have DefaultTTL 0; images say themselves how long they may be \
            kept, which a large MaxTTL allows (CF-03).",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html",
    cure: "set DefaultTTL of the behaviour to 0 and invalidate the prefix",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let settings = legacy(&part)?;
    if settings.ttls.min > 0 || settings.ttls.default == 0 {
        return Ok(Vec::new());
    }
    Ok(vec![kept(&part, "DefaultTTL", settings.ttls.default)])
}

/// The times in the behaviour for derived images, if it has them in itself and redirects come through it.
pub(super) fn legacy(part: &Part<'_>) -> Result<CachePolicy, Skip> {
    match &part.behavior().caching {
        Caching::Legacy(settings) if part.is_own() && !part.is_rest() => Ok(settings.clone()),
        _ => Err(Skip::Nothing),
    }
}

/// The finding for a time that keeps redirects.
pub(super) fn kept(part: &Part<'_>, field: &str, seconds: u64) -> crate::Finding {
    let pattern = &part.behavior().pattern;
    let change = format!("in behaviour {pattern} set \"MinTTL\": 0 and \"DefaultTTL\": 0");
    let finding = Finding::new(
        format!(
            "behaviour {pattern} keeps redirects to the resizer for {seconds} seconds: its {field} is not 0"
        ),
        part.behavior_place(field),
        part.edit_and_forget(&change),
    )
    .value(seconds.to_string());
    part.by_tool(finding)
}
