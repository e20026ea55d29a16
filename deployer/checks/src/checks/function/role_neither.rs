//! IMG036

use super::rights::{images, lacking, lacks, reading, writing};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG036",
    title: "the role may neither read nor write images",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Role, Input::Bucket, Input::Policy],
    symptom: "Viewers get 500 or 502, and the function's log says `AccessDenied` for the first call to S3.",
    story: "A function that is made in the console gets a role that may write its log and nothing else. The rights on the bucket have \
            to be added by hand: `s3:GetObject` on originals, `s3:PutObject` on derived keys, `s3:ListBucket` on the bucket (IA-01). \
            The same is seen when the role's policies are for another bucket.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    cure: "aws iam put-role-policy with s3:GetObject, s3:PutObject and s3:ListBucket",
    effect_of: EffectOf::Codes(&["IMG008", "IMG038", "IMG039", "IMG052"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let images = images(snapshot)?;
    if !lacks(&images.get) || !lacks(&images.put) {
        return Ok(Vec::new());
    }
    let (all, prefix) = (snapshot.object_arn(images.bucket, "*"), snapshot.prefix());
    let derived = snapshot.object_arn(images.bucket, &format!("{prefix}*"));
    let what = format!(
        "the role {} may do neither s3:GetObject on {all} nor s3:PutObject on {derived}",
        images.role.name
    );
    let [get, list] = reading(snapshot, images.bucket);
    let statements = [get, list, writing(snapshot, images.bucket)];
    Ok(vec![lacking(images.function, images.role, what, "imgdeploy-images", &statements)])
}
