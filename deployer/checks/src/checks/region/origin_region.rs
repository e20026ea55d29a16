//! IMG003

use super::origin;
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// An origin of the distribution is the bucket's website in a region where the bucket is not.
pub const CHECK: Check = Check {
    code: "IMG003",
    title: "website origin of another region",
    hop: Hop::Region,
    severity: Severity::Error,
    inputs: &[Input::Bucket, Input::Distribution],
    symptom: "The distribution answers with an HTML error page of S3 (such as `NoSuchBucket` or `IncorrectEndpoint`), for images that \
              exist too.",
    story: "A bucket's website endpoint exists in the bucket's own region only, and the region is part of its host name (S3-01). \
            The host of another region resolves, and its server does not know the bucket. It happens when a bucket is made again \
            elsewhere, or when a host name is copied from another site.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html",
    cure: "set the origin's DomainName to the bucket's website host in its own region",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let home = &snapshot.bucket()?.region;
    origin::about(
        snapshot,
        |bucket, region, _| region != bucket.region,
        |region, right| {
            format!(
                "the origin is the website host of {region}, the bucket is in {home}: its host is {right}"
            )
        },
    )
}
