//! IMG081

use imgdeploy_model::command;
use imgdeploy_model::region::website_host;

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG081",
    title: "derived images come from S3's REST endpoint",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "A derived image that is not there yet ends with XML: <Code>AccessDenied</Code> or <Code>NoSuchKey</Code>. No \
              redirect, no image.",
    story: "Routing rules run on the website endpoint only, never on the REST endpoint (S3-03), and that is what the console offers \
            for a bucket as origin, with or without OAC. An XML error is its mark. Derived images need an origin with the bucket's \
            s3-website host, set up as a custom origin with plain HTTP (CF-01).",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html",
    cure: "add the bucket's website endpoint as a custom origin (http-only) and send the behaviour for derived images there",
    effect_of: EffectOf::Codes(&["IMG075", "IMG076"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let bucket = snapshot.bucket()?;
    let (true, Some(origin)) = (part.is_rest(), part.origin()) else {
        return Ok(Vec::new());
    };
    let behavior = &part.behavior().pattern;
    let cure = if snapshot.is_attached() {
        command!("imgdeploy attach --bucket {} --distribution {}", bucket.name, part.edge.id)
    } else {
        part.edit_and_forget(&format!(
            "add an origin with \"DomainName\": \"{}\", CustomOriginConfig with \"OriginProtocolPolicy\": \"http-only\", and make \
             it TargetOriginId of behaviour {behavior}",
            website_host(&bucket.name, &bucket.region)
        ))
    };
    let finding = Finding::new(
        format!(
            "behaviour {behavior} asks {}, the REST endpoint of bucket {}, where routing rules never run",
            origin.domain, bucket.name
        ),
        part.place(&format!("origin {}, DomainName", origin.id)),
        cure,
    )
    .value(origin.domain.as_str());
    Ok(vec![part.by_tool(finding)])
}
