//! IMG007

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict, need};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

/// The artifacts bucket is in another region than the bucket, and so than the function.
pub const CHECK: Check = Check {
    code: "IMG007",
    title: "artifacts bucket in another region",
    hop: Hop::Region,
    severity: Severity::Warning,
    inputs: &[Input::Bucket, Input::Artifacts],
    symptom: "Images are served, but new code cannot be put in place: Lambda refuses the zip with `PermanentRedirect` or `Please \
              re-try this query using the specified endpoint`.",
    story: "Lambda takes a function's code only from a bucket in the function's own region (LA-04). The artifacts bucket has the region \
            in its name and is normally made in it; this one was made by hand or by another tool somewhere else.",
    page: "https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html",
    cure: "save what is in the artifacts bucket, delete it, and run `imgdeploy attach`: it makes the bucket in the right region",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let region = need(&snapshot.artifacts_region)?;
    if *region == bucket.region {
        return Ok(Vec::new());
    }
    let account = snapshot.caller.known().map_or("ACCOUNT", |caller| caller.account.as_str());
    let name = format!("imgdeploy-{account}-{}", bucket.region);
    Ok(vec![
        Finding::new(
            format!("{name} is in {region}, the function's code has to come from {}", bucket.region),
            format!("bucket {name}, region"),
            command!("aws s3 sync s3://{name} {name} --region {region}; delete the bucket with its versions in the S3 console; then \
                 imgdeploy attach --bucket {}",
                bucket.name, name = name, region = region),
        )
        .value(region.as_str()),
    ])
}
