//! IMG035

use super::rights::{images, lacking, lacks, reading};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG035",
    title: "the role may not read originals",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Role, Input::Bucket, Input::Policy],
    symptom: "Viewers get 500 or 502, and the function's log says `AccessDenied` for `GetObject`.",
    story: "Older tutorials grant the role only `s3:PutObject`: reading worked because the whole bucket was public, and it stops on the \
            day the bucket is made private (IA-02). The role then needs `s3:GetObject` on the originals, and `s3:ListBucket` on the \
            bucket, without which S3 answers 403 for an original that does not exist (IA-01, S3-04).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    cure: "aws iam put-role-policy with s3:GetObject on the originals and s3:ListBucket on the bucket",
    effect_of: EffectOf::Codes(&["IMG008", "IMG038", "IMG039", "IMG052"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let images = images(snapshot)?;
    if !lacks(&images.get) || lacks(&images.put) {
        return Ok(Vec::new());
    }
    let arn = snapshot.object_arn(images.bucket, "*");
    let what = format!("the role {} may not do s3:GetObject on {arn}", images.role.name);
    Ok(vec![lacking(images.function, images.role, what, "imgdeploy-read", &reading(snapshot, images.bucket))])
}
