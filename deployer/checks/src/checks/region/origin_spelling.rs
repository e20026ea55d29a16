//! IMG004

use imgdeploy_model::region::website_host;

use super::origin;
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// An origin of the distribution is the bucket's website host with a dash for a dot, or a dot for a dash.
pub const CHECK: Check = Check {
    code: "IMG004",
    title: "website origin with dash and dot mixed up",
    hop: Hop::Region,
    severity: Severity::Error,
    inputs: &[Input::Bucket, Input::Distribution],
    symptom: "CloudFront answers 502 `CloudFront wasn't able to resolve the origin domain name`, or 504 where the name resolves to \
              nothing that answers.",
    story: "In the nine oldest regions a website host is written with a dash before the region (`s3-website-eu-west-1`), in all later \
            ones with a dot (`s3-website.eu-central-1`); only the form that AWS lists for a region is sure to answer (S3-01). \
            Templates and blog posts carry one form from region to region. A dash in one of the later regions is a name that does \
            not exist; a dot in one of the oldest may happen to answer, but AWS does not promise it.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html",
    cure: "set the origin's DomainName to the website host as AWS lists it for the region",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    origin::about(
        snapshot,
        |bucket, region, host| region == bucket.region && host != website_host(&bucket.name, region),
        |region, right| {
            format!("the origin's host is not spelled as website hosts are in {region}: it is {right}")
        },
    )
}
