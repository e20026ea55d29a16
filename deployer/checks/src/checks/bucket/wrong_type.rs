//! IMG072

use super::derived::of_list;
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::shared::site::{keys_named, remove};
use crate::snapshot::{Head, Snapshot};

pub const CHECK: Check = Check {
    code: "IMG072",
    title: "derived image with a Content-Type that is none",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Objects],
    symptom: "The URL answers 200, but the browser offers a download or shows text instead of an image.",
    story: "S3 serves an object with the Content-Type that it was stored with, binary/octet-stream if the writer gave none. \
            Browsers show an image for image/* only, at the latest under X-Content-Type-Options: nosniff. As routing rules see \
            missing objects only (S3-09), a derived image of a wrong type stays until it is deleted.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html",
    cure: "have the function set ContentType, then delete the object and invalidate its path",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    if !snapshot.is_meant() {
        return Err(Skip::Nothing);
    }
    let heads = of_list(snapshot, &bucket.derived_heads, |head| &head.key)?;
    // An empty object is another check's.
    let wrong: Vec<&Head> =
        heads.into_iter().filter(|head| head.size > 0 && wrong_type(head).is_some()).collect();
    let Some(first) = wrong.first() else {
        return Ok(Vec::new());
    };
    let keys: Vec<&str> = wrong.iter().map(|head| head.key.as_str()).collect();
    let value = wrong_type(first).unwrap_or_default();
    Ok(vec![
        Finding::new(
            format!("derived images have Content-Type {value} ({})", keys_named(&keys)),
            format!("s3://{}/{}, Content-Type", bucket.name, first.key),
            remove(snapshot, bucket, &keys),
        )
        .value(value),
    ])
}

fn wrong_type(head: &Head) -> Option<&str> {
    head.content_type.as_deref().filter(|kind| !kind.trim().to_ascii_lowercase().starts_with("image/"))
}
