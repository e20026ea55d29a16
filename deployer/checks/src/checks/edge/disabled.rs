//! IMG086

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG086",
    title: "distribution is disabled",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "Its own domain name does not resolve, or every request ends with 403 and \"The request could not be satisfied\".",
    story: "A disabled distribution keeps its configuration but answers nobody. Disabling is the first step of deleting one \
            (CF-15), and also how people switch a site off for a while. Where the DNS name of a site still leads to it, the whole \
            site is gone, images too.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesGeneral.html",
    cure: "enable the distribution, or name the one that replaced it: imgdeploy attach --distribution ID",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    if part.distribution.enabled {
        return Ok(Vec::new());
    }
    Ok(vec![
        Finding::new(
            format!("distribution {} is disabled and answers nobody", part.edge.id),
            part.place("Enabled"),
            part.edit("set \"Enabled\": true"),
        )
        .value("false"),
    ])
}
