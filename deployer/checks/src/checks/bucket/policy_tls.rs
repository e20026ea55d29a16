//! IMG066

use super::anonymous::{Reading, named, reading};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::site::{by_website, edit_policy};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG066",
    title: "bucket policy denies plain HTTP to derived images",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Policy],
    symptom: "Derived images end with 403 AccessDenied through the website, while the same objects can be read by their https URL.",
    story: "A Deny on aws:SecureTransport=false is common, as security checks ask for it. The website endpoint has plain HTTP only \
            (S3-02), and CloudFront speaks HTTP to it as well, so that the Deny hits every viewer and outweighs each Allow (S3-25). \
            Between viewer and CloudFront HTTPS is not concerned by that.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html",
    cure: "limit the Deny with NotResource, so that it leaves the keys of derived images out",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = by_website(snapshot)?;
    let Reading::DeniedPlain(statement, _) = reading(snapshot, bucket)? else {
        return Ok(Vec::new());
    };
    let statement = named(&statement);
    let prefix = snapshot.prefix();
    let derived = snapshot.object_arn(bucket, &format!("{prefix}*"));
    let change = if prefix.is_empty() {
        format!(
            "take {statement} out: without a prefix of their own, derived images can't be told from the rest"
        )
    } else {
        format!("in {statement} replace \"Resource\" by \"NotResource\": \"{derived}\"")
    };
    Ok(vec![
        Finding::new(
            format!(
                "{statement} in the policy of bucket {} denies requests without TLS, and those of the website have none",
                bucket.name
            ),
            format!("bucket {}, policy, {statement}", bucket.name),
            edit_policy(bucket, &change),
        )
        .value("Deny on aws:SecureTransport=false"),
    ])
}
