//! IMG056

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::site::edit_website;
use crate::snapshot::{Bucket, Snapshot};
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG056",
    title: "website redirects all requests elsewhere",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Website],
    symptom: "Every URL of the website, images included, answers 301 to another host, and no image is ever made.",
    story: "RedirectAllRequestsTo sends every request to one host and excludes all other settings of a website, routing rules too \
            (S3-08). Buckets that only lead from www.example.com to example.com are set up like this. imgdeploy does not overwrite \
            it, as somebody wanted it.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html",
    cure: "attach the bucket that the redirect leads to, or remove RedirectAllRequestsTo and run `imgdeploy attach`",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let Some(all) = snapshot.website()?.redirect_all else {
        return Ok(Vec::new());
    };
    let target = match &all.protocol {
        Some(protocol) => format!("{protocol}://{}", all.host),
        None => all.host.clone(),
    };
    let cure = if snapshot.is_attached() {
        let Bucket { name, region, .. } = bucket;
        command!(
            "aws s3api delete-bucket-website --bucket {name} --region {region}\nimgdeploy attach --bucket {name}",
            name = name,
            region = region
        )
    } else {
        edit_website(
            bucket,
            "replace RedirectAllRequestsTo by an IndexDocument and the RoutingRules of the resizer",
        )
    };
    let what = format!("the website of bucket {} sends all requests to {target}", bucket.name);
    let place = format!("bucket {}, website configuration, RedirectAllRequestsTo", bucket.name);
    Ok(vec![Finding::new(what, place, cure).value(target)])
}
