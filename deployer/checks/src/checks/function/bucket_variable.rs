//! IMG039

use super::setting::{variable, wrong};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG039",
    title: "the function works on another bucket",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Bucket, Input::Function],
    symptom: "Viewers get 404 or 500 for images that exist, or a redirect loop: the function reads and writes elsewhere.",
    story: "The variable `BUCKET` says where the function finds originals and stores what it makes. With another bucket's name, for \
            example after a function was copied, the original is not there or may not be read, or the derived image ends up where \
            viewers never look and each request is sent to the function again.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    cure: "imgdeploy doctor --fix, or set BUCKET to the bucket's name",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let (function, told) = variable(snapshot, "BUCKET")?;
    if told.is_empty() || told == bucket.name {
        return Ok(Vec::new());
    }
    let what = format!("the function {} works on the bucket {told}, not on {}", function.name, bucket.name);
    Ok(vec![wrong(snapshot, function, what, "BUCKET", told, &bucket.name)])
}
