//! IMG078

use super::default_ttl::{kept, legacy};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG078",
    title: "MinTTL keeps redirects in the cache",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "A new image works for the first visitor at most; after that the browser ends with ERR_TOO_MANY_REDIRECTS until the \
              cached 307 has expired.",
    story: "MinTTL is how long CloudFront keeps every answer at least, even under Cache-Control: no-store (CF-03), and a redirect \
            is an answer like any other (CF-02). With a MinTTL above 0 the way to the resizer outlives the moment at which the \
            image is there.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html",
    cure: "set MinTTL and DefaultTTL of the behaviour to 0 and invalidate the prefix",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let ttls = legacy(&part)?.ttls;
    if ttls.min == 0 {
        return Ok(Vec::new());
    }
    Ok(vec![kept(&part, "MinTTL", ttls.min)])
}
