//! IMG098

use imgdeploy_model::chain::identity::Allowed;
use imgdeploy_model::chain::rights::{Document, Judged, Why};
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

use super::command::place;
use super::rights::{Images, images};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::shared::site::{edit_policy, was_made};
use crate::snapshot::Snapshot;
use imgdeploy_world::AwsFailure;

pub const CHECK: Check = Check {
    code: "IMG098",
    title: "a policy denies the function originals or derived images",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Role, Input::Bucket, Input::Policy],
    symptom: "Viewers get 404 or 500 for every size that was not made before, and the function's log says `AccessDenied` with an explicit \
              deny, though the role has the rights.",
    story: "A Deny outweighs every Allow, wherever it stands: in the bucket's policy, in the role's own, in its permissions boundary. \
            Common ones deny uploads that do not ask for KMS, everything without a Referer, or everything from outside of a network. \
            Such a statement has to leave the function's role out; rights more at the role are of no use.",
    page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    cure: "except the function's role from the statement that denies, by ArnNotEquals on aws:PrincipalArn",
    effect_of: EffectOf::Codes(&["IMG008", "IMG038", "IMG039", "IMG052"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let images = images(snapshot)?;
    if was_made(snapshot) {
        return Ok(Vec::new());
    }
    let mut findings: Vec<Finding> = Vec::new();
    for (action, judged) in [("s3:GetObject", &images.get), ("s3:PutObject", &images.put)] {
        let Some(Why::Denied(document, statement)) = &judged.why else { continue };
        if judged.allowed == Allowed::Unknown {
            return Err(Skip::Unseen(unsure(action, &images, judged)));
        }
        let place = place_of(&images, document, &statement.to_string());
        // One statement is one fault.
        if findings.iter().any(|finding| finding.place == place) {
            continue;
        }
        let what = format!("{place} denies the function's role {} {action}", images.role.name);
        findings.push(Finding::new(what, place, cure(&images, document, &statement.to_string(), snapshot)));
    }
    Ok(findings)
}

/// A Deny whose condition can't be judged, and no image that shows what it comes to.
fn unsure(action: &str, images: &Images<'_>, judged: &Judged) -> AwsFailure {
    let named = match &judged.why {
        Some(Why::Denied(document, statement)) => place_of(images, document, &statement.to_string()),
        _ => "a policy".to_owned(),
    };
    let why = format!("{named} may deny it: whether its condition holds can't be told from here");
    AwsFailure::local(&format!("{action} by the function's role"), why)
}

fn place_of(images: &Images<'_>, document: &Document, statement: &str) -> String {
    match document {
        Document::Resource => format!("bucket {}, policy, {statement}", images.bucket.name),
        Document::Own(name) => format!("role {}, policy {name}, {statement}", images.role.name),
        Document::Boundary => {
            place(images.function, &format!("role {}, permissions boundary, {statement}", images.role.name))
        }
    }
}

fn cure(images: &Images<'_>, document: &Document, statement: &str, snapshot: &Snapshot) -> Command {
    let role = &images.role.name;
    match document {
        Document::Resource => {
            let arn = snapshot.configuration().map(|seen| seen.role.clone()).unwrap_or_default();
            let change = format!(
                "in {statement}, except the function's role: add \"ArnNotEquals\": {{\"aws:PrincipalArn\": \"{arn}\"}} to its Condition"
            );
            edit_policy(images.bucket, &change)
        }
        Document::Own(name) if name.starts_with("arn:") => {
            command!(
                "aws iam detach-role-policy --role-name {role} --policy-arn {name}",
                role = role,
                name = name
            )
        }
        Document::Own(name) => {
            command!(
                "aws iam get-role-policy --role-name {role} --policy-name {name}",
                role = role,
                name = name
            )
        }
        Document::Boundary => {
            command!("aws iam get-role --role-name {role} --query Role.PermissionsBoundary", role = role)
        }
    }
}
