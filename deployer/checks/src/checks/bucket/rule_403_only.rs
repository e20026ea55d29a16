//! IMG062

use super::rule_404_only::one_sided;
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG062",
    title: "rule is for 403 only, the bucket answers 404",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Walk],
    symptom: "A derived image that is not there yet ends with S3's 404 NoSuchKey page instead of being made.",
    story: "For a key that does not exist the website endpoint answers 404 as documented, and 403 where it must not tell whether \
            the key is there (S3-04). Which of the two it is changes with the bucket's policy, for example once everyone may list \
            the bucket. That is why attach writes one rule for each.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html",
    cure: "add the same routing rule for 404",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    one_sided(snapshot, 403, 404)
}
