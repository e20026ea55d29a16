//! IMG069

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict, need};
use crate::shared::site::by_website;
use crate::snapshot::{Bucket, Snapshot};
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG069",
    title: "bucket is Requester Pays",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Bucket],
    symptom: "Every request to the website ends with 403 Access Denied, for originals and derived images alike.",
    story: "In a Requester Pays bucket the caller is billed for what is read, so S3 refuses all callers without an identity. The \
            website endpoint has only such callers and answers each of them with 403 (S3-17), whatever policy and rules say.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html",
    cure: "have the bucket's owner pay for requests",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = by_website(snapshot)?;
    if !*need(&bucket.requester_pays)? {
        return Ok(Vec::new());
    }
    let Bucket { name, region, .. } = bucket;
    Ok(vec![
        Finding::new(
            format!("requesters pay in bucket {name}, so that its website answers everyone with 403"),
            format!("bucket {name}, request payment"),
            command!("aws s3api put-bucket-request-payment --bucket {name} --region {region} --request-payment-configuration \
                 Payer=BucketOwner", name = name, region = region),
        )
        .value("Requester"),
    ])
}
