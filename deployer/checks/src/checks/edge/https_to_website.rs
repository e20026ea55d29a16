//! IMG082

use imgdeploy_model::chain::cloudfront::OriginKind;

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG082",
    title: "CloudFront asks the website over https",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "CloudFront answers 502 or 504 (\"CloudFront wasn't able to connect to the origin\") for every image that it has not \
              cached.",
    story: "Website endpoints have port 80 and plain HTTP, nothing else (S3-02). An origin with https-only never connects; with \
            match-viewer it fails for every viewer who comes over HTTPS, while a test over http works. The origin has to be \
            http-only (CF-01); viewers have HTTPS all the same.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html",
    cure: "set OriginProtocolPolicy of the website origin to http-only",
    effect_of: EffectOf::Codes(&["IMG075", "IMG076"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let origin = part.website_origin()?;
    let protocol = match &origin.kind {
        OriginKind::Custom { protocol } if protocol != "http-only" => protocol,
        _ => return Ok(Vec::new()),
    };
    let change = format!("in origin {} set \"OriginProtocolPolicy\": \"http-only\"", origin.id);
    let finding = Finding::new(
        format!(
            "origin {} is the bucket's website, which speaks plain HTTP only, and its protocol is {protocol}",
            origin.id
        ),
        part.place(&format!("origin {}, OriginProtocolPolicy", origin.id)),
        part.edit(&change),
    )
    .value(protocol.as_str());
    Ok(vec![part.by_tool(finding)])
}
