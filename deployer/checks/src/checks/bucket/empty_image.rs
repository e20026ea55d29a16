//! IMG071

use super::derived::of_list;
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::shared::site::{keys_named, remove};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG071",
    title: "derived image of zero bytes",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Objects],
    symptom: "The URL answers 200 with an empty body: a broken image, for as long as the object is there.",
    story: "An object that exists is served as it is; the routing rules only see missing ones (S3-09). So a derived image that was \
            written empty, for example by a function that stored before its stream was filled, is never made again by itself. Once \
            it is deleted, the next request makes it anew; what CloudFront has cached of it has to be invalidated (CF-16).",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjects.html",
    cure: "delete the object and invalidate its path: the next request makes it anew",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    if !snapshot.is_meant() {
        return Err(Skip::Nothing);
    }
    let derived = of_list(snapshot, &bucket.derived, |object| &object.key)?;
    let keys: Vec<&str> =
        derived.into_iter().filter(|object| object.size == 0).map(|object| object.key.as_str()).collect();
    let Some(first) = keys.first() else {
        return Ok(Vec::new());
    };
    let what = if keys.len() == 1 {
        format!("derived image {first} is empty")
    } else {
        format!("{} derived images are empty ({})", keys.len(), keys_named(&keys))
    };
    let place = format!("s3://{}/{first}, size", bucket.name);
    Ok(vec![Finding::new(what, place, remove(snapshot, bucket, &keys)).value("0 bytes")])
}
