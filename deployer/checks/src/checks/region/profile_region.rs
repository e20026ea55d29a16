//! IMG006

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG006",
    title: "profile region is not the bucket's",
    hop: Hop::Region,
    severity: Severity::Info,
    inputs: &[Input::Caller, Input::Bucket],
    symptom: "Nothing breaks by it: imgdeploy works in the bucket's region whatever the profile says. \
              Other tools and consoles show the profile's region, where there is no function.",
    story: "Many a function was made in the region that the console or the profile happened to show, while the bucket is elsewhere: \
            it then answers nothing and logs nothing where one looks for it (LA-16). imgdeploy takes the bucket's region from \
            HeadBucket (S3-29), so that this is only worth knowing.",
    page: "https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html",
    cure: "set AWS_REGION, or the profile's region, to the bucket's, for the other tools' sake",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    Ok(match &snapshot.home_region {
        Some(home) if *home != bucket.region => vec![
            Finding::new(
                format!("the bucket is in {}, the profile says {home}", bucket.region),
                "AWS_REGION or the profile's region",
                command!("export AWS_REGION={}", bucket.region),
            )
            .value(home.as_str()),
        ],
        _ => Vec::new(),
    })
}
