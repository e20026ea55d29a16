//! IMG091

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::part::Part;
use crate::shared::site::was_served;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG091",
    title: "only signed URLs are let through",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "Every image ends with 403 and `MissingKey` (\"Missing Key-Pair-Id query parameter or cookie value\"), for everyone who has no \
              signed URL or cookie.",
    story: "A behaviour with trusted key groups or trusted signers answers signed URLs and signed cookies only. Where it was meant for \
            downloads or videos and its pattern covers derived images as well, or where ours was edited, nobody's page shows an image: \
            redirects from and to the function carry no signature of CloudFront's.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html",
    cure: "serve derived images by a behaviour without trusted key groups and trusted signers",
    effect_of: EffectOf::Codes(&["IMG086"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let behavior = part.behavior();
    // A site may set its cookies where we do not see it: an image that came is the better proof.
    if !behavior.signed_only || was_served(snapshot, "", false) {
        return Ok(Vec::new());
    }
    let what = format!(
        "the behaviour {} of distribution {}, which serves derived images, lets signed URLs and cookies through only",
        behavior.pattern, part.edge.id
    );
    let place = part.place(&format!("behaviour {}, TrustedKeyGroups and TrustedSigners", behavior.pattern));
    Ok(vec![
        Finding::new(
            what,
            place,
            part.edit(
                "set \"Enabled\": false in TrustedKeyGroups and TrustedSigners of that behaviour, or put \
                                                        one for derived images ahead of it",
            ),
        )
        .value("Enabled"),
    ])
}
