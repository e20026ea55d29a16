//! IMG070

use super::derived::of_list;
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict, need, need_or_absent};
use crate::shared::site::{keys_named, was_served};
use crate::snapshot::{Bucket, Object, Snapshot};
use imgdeploy_keys::ImageKind;
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG070",
    title: "images belong to another account",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Objects, Input::Bucket],
    symptom: "Some images end with 403 AccessDenied or can't be resized, while others in the same bucket work.",
    story: "Where ACLs are on, an object belongs to the account that uploaded it, and the bucket's policy does not cover objects of \
            other accounts (S3-26): neither viewers nor the function's role get in by it. With BucketOwnerEnforced, the default \
            since 2023, the bucket's owner owns every object in it, also those uploaded before.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
    cure: "set the bucket's object ownership to BucketOwnerEnforced, unless something needs its ACLs",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    if !snapshot.is_meant() {
        return Err(Skip::Nothing);
    }
    if need_or_absent(&bucket.ownership)?.is_some_and(|ownership| ownership == "BucketOwnerEnforced") {
        return Ok(Vec::new());
    }
    let owner = need(&bucket.owner)?;
    let is_foreign = |object: &Object| object.owner.as_ref().is_some_and(|other| other != owner);
    let derived = of_list(snapshot, &bucket.derived, |object| &object.key)?;
    let is_derived = |key: &str| derived.iter().any(|object| object.key == key);
    let scheme = snapshot.scheme();
    let is_original = |object: &&Object| {
        // Of what else is in the bucket (logs that AWS writes, backups) nobody asks for sizes.
        ImageKind::of_name(&object.key).is_some()
            && !is_derived(&object.key)
            && scheme.is_original(&object.key)
            && !was_served(snapshot, &object.key, true)
    };
    let originals = need(&bucket.objects)?.iter().filter(is_original);
    let served = |object: &&Object| !was_served(snapshot, &object.key, false);
    let mut foreign: Vec<&Object> = derived.iter().copied().filter(served).chain(originals).collect();
    foreign.retain(|object| is_foreign(object));
    let Some(first) = foreign.first() else {
        return Ok(Vec::new());
    };
    let keys: Vec<&str> = foreign.iter().map(|object| object.key.as_str()).collect();
    let Bucket { name, region, .. } = bucket;
    let cure = command!(
        "aws s3api put-bucket-ownership-controls --bucket {name} --region {region} --ownership-controls \
         'Rules=[{{ObjectOwnership=BucketOwnerEnforced}}]'",
        name = name,
        region = region
    );
    Ok(vec![
        Finding::new(
            format!(
                "images in bucket {name} belong to another account ({}), so that its policy does not cover them",
                keys_named(&keys)
            ),
            format!("s3://{name}/{}, owner", first.key),
            cure,
        )
        .value(first.owner.clone().ok_or(Skip::Nothing)?),
    ])
}
