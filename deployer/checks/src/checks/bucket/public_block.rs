//! IMG063

use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict, need_or_absent};
use crate::shared::site::by_website;
use crate::snapshot::{Bucket, PublicAccessBlock, Snapshot};
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

pub const CHECK: Check = Check {
    code: "IMG063",
    title: "public access block of the bucket stops viewers",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::PublicAccessBlock],
    symptom: "Every derived image ends with 403 AccessDenied, although the bucket policy lets everyone read it.",
    story: "With RestrictPublicBuckets a public policy stays stored but has no effect for anonymous readers (S3-22), and the website \
            endpoint has no other readers (S3-02). New buckets have all four switches on (S3-20). Only BlockPublicPolicy and \
            RestrictPublicBuckets stand in the way of a policy; the two for ACLs may stay on (S3-21).",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    cure: "turn BlockPublicPolicy and RestrictPublicBuckets off for the bucket, leave the two for ACLs as they are",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = by_website(snapshot)?;
    let Some(block) = need_or_absent(&bucket.block)?.filter(|block| block.restrict_public_buckets) else {
        return Ok(Vec::new());
    };
    let Bucket { name, region, .. } = bucket;
    let cure = command!(
        "aws s3api put-public-access-block --bucket {name} --region {region} {}",
        opened(block),
        name = name,
        region = region
    );
    let what = format!(
        "the public access block of bucket {name} keeps everyone from reading, whatever its policy allows"
    );
    let place = format!("bucket {name}, public access block, RestrictPublicBuckets");
    let finding = Finding::new(what, place, cure).value(switches(block));
    Ok(vec![finding.by_tool(snapshot, Fix::Documents)])
}

/// The argument that opens what a public policy needs, and nothing else.
pub(super) fn opened(block: &PublicAccessBlock) -> Command {
    command!(
        "--public-access-block-configuration \
         BlockPublicAcls={},IgnorePublicAcls={},BlockPublicPolicy=false,RestrictPublicBuckets=false",
        block.block_public_acls,
        block.ignore_public_acls
    )
}

/// Which of the four are on.
pub(super) fn switches(block: &PublicAccessBlock) -> String {
    let all = [
        ("BlockPublicAcls", block.block_public_acls),
        ("IgnorePublicAcls", block.ignore_public_acls),
        ("BlockPublicPolicy", block.block_public_policy),
        ("RestrictPublicBuckets", block.restrict_public_buckets),
    ];
    let on: Vec<&str> = all.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    format!("on: {}", on.join(", "))
}
