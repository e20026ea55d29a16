//! IMG034

use super::rights::{images, lacking, lacks, writing};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG034",
    title: "the role may not write derived images",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Role, Input::Bucket, Input::Policy],
    symptom: "Viewers get 500 or 502, and the function's log says `AccessDenied` for `PutObject`: the image is made and thrown away.",
    story: "The function works with the rights of its role, not with those of the person who made it. To store an image the role needs \
            `s3:PutObject` on the derived keys (IA-01). It is often granted on another bucket, on another prefix than the one in use, \
            or on the bucket's ARN without `/*`, which covers no object.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    cure: "aws iam put-role-policy with s3:PutObject on the derived keys",
    effect_of: EffectOf::Codes(&["IMG008", "IMG038", "IMG039", "IMG052"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let images = images(snapshot)?;
    // With neither right it is one fault: IMG036.
    if !lacks(&images.put) || lacks(&images.get) {
        return Ok(Vec::new());
    }
    let arn = snapshot.object_arn(images.bucket, &format!("{}*", snapshot.prefix()));
    let what = format!("the role {} may not do s3:PutObject on {arn}", images.role.name);
    let statements = [writing(snapshot, images.bucket)];
    Ok(vec![lacking(images.function, images.role, what, "imgdeploy-write", &statements)])
}
