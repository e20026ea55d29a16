//! IMG099

use imgdeploy_model::chain::identity::Allowed;
use imgdeploy_model::chain::rights::{Judged, Why};
use imgdeploy_model::command;

use super::command::place;
use super::rights::images;
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::site::was_made;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG099",
    title: "the role's permissions boundary leaves images out",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Role, Input::Bucket, Input::Policy],
    symptom: "Viewers get 404 or 500 for every size that was not made before, and the function's log says `AccessDenied`, though the \
              role's policies allow it.",
    story: "A permissions boundary is the most that a role may do: what it does not name is denied, whatever the role's own policies \
            and the bucket's policy grant. Accounts that let people make roles only with a boundary often have one that knows nothing \
            of the bucket.",
    page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    cure: "have s3:GetObject, s3:PutObject and s3:ListBucket on the bucket added to the boundary by whoever keeps it",
    effect_of: EffectOf::Codes(&["IMG008", "IMG038", "IMG039", "IMG052"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let images = images(snapshot)?;
    let outside = |judged: &Judged| judged.allowed == Allowed::No && judged.why == Some(Why::OutsideBoundary);
    let lacking: Vec<&str> = [("s3:GetObject", &images.get), ("s3:PutObject", &images.put)]
        .into_iter()
        .filter_map(|(action, judged)| outside(judged).then_some(action))
        .collect();
    if lacking.is_empty() || was_made(snapshot) {
        return Ok(Vec::new());
    }
    let what = format!(
        "the permissions boundary of role {} does not let it do {} in bucket {}",
        images.role.name,
        lacking.join(" and "),
        images.bucket.name
    );
    let cure = command!(
        "aws iam get-role --role-name {} --query Role.PermissionsBoundary\n\
         # whoever keeps that policy has to allow s3:GetObject and s3:PutObject on arn:aws:s3:::{}/* in it, and s3:ListBucket on the bucket",
        images.role.name,
        images.bucket.name
    );
    let place = place(images.function, &format!("role {}, permissions boundary", images.role.name));
    Ok(vec![Finding::new(what, place, cure)])
}
