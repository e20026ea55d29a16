//! Asks IAM, before anything is written, whether the caller may do all that the plan needs (IA-04).
//!
//! Advisory: resource policies and some conditions are not part of the answer. What it denies is taken as
//! denied; where it can't be asked, the run goes on and says so.

use futures::future::join_all;

use crate::aws::simulate::simulate;
use crate::aws::{Clients, FailureKind};
use crate::error::{Exit, Failure, Message};
use crate::names;
use crate::observe::Observed;
use crate::plan::{Action, JournalStep, Plan, Protection};
use crate::report::Report;
use crate::stack::StackPlan;

/// Actions on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Need {
    resource: String,
    actions: Vec<String>,
}

/// Refuses to begin when IAM says that the caller may not finish.
///
/// # Errors
/// Exit code 5, naming every missing action.
pub async fn check(clients: &Clients, seen: &Observed, plan: &Plan, report: &Report) -> Result<(), Failure> {
    let Some(principal) = principal(&seen.caller.arn) else { return Ok(()) };
    let needs = needs(plan, &seen.caller.partition, &seen.caller.account);
    let asked = needs.iter().map(|need| {
        let told = context(&seen.caller.account, boundary(plan));
        simulate(clients, &principal, &need.actions, &need.resource, told)
    });
    let mut denied = Vec::new();
    for (need, answer) in needs.iter().zip(join_all(asked).await) {
        match answer {
            Ok(results) => denied.extend(
                results
                    .into_iter()
                    .filter(|result| !result.allowed)
                    .map(|result| format!("{} on {}", result.action, need.resource)),
            ),
            Err(failure) if failure.kind == FailureKind::Credentials => return Err(failure.into()),
            Err(failure) => {
                report.say(format!(
                    "note: could not ask IAM beforehand whether all of this is allowed ({})",
                    failure.reason()
                ));
                return Ok(());
            }
        }
    }
    if denied.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Denied,
        denied.into_iter().fold(
            Message::from(format!("{principal} may not do all of this; nothing was changed:")),
            |all, one| all.with(format!("  {one}")),
        ),
        "have these allowed to you (README.md has a ready IAM policy), then run this again",
    ))
}

/// The user or role behind a caller; nothing to ask about root. The simulator wants the role's ARN, not the
/// session's [unverified]; a role's path is not in the session's ARN, so roles with a path can't be asked about.
fn principal(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':');
    let partition = parts.nth(1)?;
    let account = parts.nth(2)?;
    let resource = parts.next()?;
    match resource.split('/').collect::<Vec<_>>().as_slice() {
        ["user", ..] => Some(arn.to_owned()),
        ["assumed-role", role, ..] => Some(format!("arn:{partition}:iam::{account}:role/{role}")),
        _ => None,
    }
}

/// The boundary that the planned stack's role will have.
fn boundary(plan: &Plan) -> Option<&str> {
    plan.actions.iter().find_map(|action| match action {
        Action::Stack { desired, .. } => {
            desired.parameters.get("PermissionsBoundary").map(String::as_str).filter(|arn| !arn.is_empty())
        }
        _ => None,
    })
}

/// What the conditions of policies are told of the calls: the simulator knows nothing of these by itself, and a key that it
/// was not told counts as missing for every action.
fn context(account: &str, boundary: Option<&str>) -> Vec<(&'static str, String)> {
    let mut told =
        vec![("aws:ResourceAccount", account.to_owned()), ("aws:PrincipalAccount", account.to_owned())];
    told.extend(boundary.map(|arn| ("iam:PermissionsBoundary", arn.to_owned())));
    told
}

fn needs(plan: &Plan, partition: &str, account: &str) -> Vec<Need> {
    let bucket = |name: &str| format!("arn:{partition}:s3:::{name}");
    let object = |name: &str, key: &str| format!("arn:{partition}:s3:::{name}/{key}");
    let mut needs = Vec::new();
    let mut add = |resource: String, actions: &[&str]| {
        needs.push(Need { resource, actions: actions.iter().map(|action| (*action).to_owned()).collect() });
    };
    let function_arn =
        |name: &str| format!("arn:{partition}:lambda:{}:{account}:function:{name}", plan.region);
    let rest_api =
        |id: &str, rest: &str| format!("arn:{partition}:apigateway:{}::/restapis/{id}/{rest}", plan.region);
    let artifacts = names::artifacts_bucket(account, &plan.region);
    if plan.journal != JournalStep::Keep {
        let journal = object(&artifacts, &names::journal_key(&plan.bucket));
        add(journal, &["s3:GetObject", "s3:PutObject"]);
    }
    for action in &plan.actions {
        match action {
            Action::ArtifactsBucket { bucket: name, create, missing } => {
                let mut actions = vec![
                    "s3:PutBucketPublicAccessBlock",
                    "s3:PutEncryptionConfiguration",
                    "s3:PutBucketVersioning",
                    "s3:PutLifecycleConfiguration",
                ];
                if missing.contains(&Protection::TlsOnly) {
                    actions.push("s3:PutBucketPolicy");
                }
                if *create {
                    actions.insert(0, "s3:CreateBucket");
                }
                add(bucket(name), &actions);
            }
            Action::UploadCode { bucket: name, key, .. } => add(object(name, key), &["s3:PutObject"]),
            Action::Stack { desired, plan: step } => {
                let (region, stack) = (&plan.region, &desired.name);
                add(
                    format!("arn:{partition}:cloudformation:{region}:{account}:stack/{stack}/*"),
                    &["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"],
                );
                // CloudFormation acts with the caller's rights, unless there is a role for it. PassRole is not asked about:
                // without it the first call for the stack is refused, and nothing has happened.
                if desired.role.is_none() && !matches!(step, StackPlan::Update(_)) {
                    add(
                        format!("arn:{partition}:iam::{account}:role/{stack}-Role-NEW"),
                        &["iam:CreateRole", "iam:PutRolePolicy"],
                    );
                    add(
                        format!("arn:{partition}:lambda:{region}:{account}:function:{stack}"),
                        &["lambda:CreateFunction", "lambda:AddPermission"],
                    );
                    add(format!("arn:{partition}:apigateway:{region}::/restapis"), &["apigateway:POST"]);
                    if desired.has_bucket() {
                        add(
                            bucket(&plan.bucket),
                            &["s3:CreateBucket", "s3:PutBucketPolicy", "s3:PutBucketWebsite"],
                        );
                    }
                    if desired.has_cdn() {
                        add(
                            names::distribution_arn(partition, account, "*"),
                            &["cloudfront:CreateDistribution"],
                        );
                    }
                }
            }
            Action::DeleteStack { name } => add(
                format!("arn:{partition}:cloudformation:{}:{account}:stack/{name}/*", plan.region),
                &["cloudformation:DeleteStack"],
            ),
            Action::PublicAccessBlock { bucket: name, .. } => {
                add(bucket(name), &["s3:PutBucketPublicAccessBlock"]);
            }
            Action::Policy { bucket: name, after, .. } => {
                add(
                    bucket(name),
                    &[if after.is_some() { "s3:PutBucketPolicy" } else { "s3:DeleteBucketPolicy" }],
                );
            }
            Action::Website { bucket: name, after, .. } => {
                add(
                    bucket(name),
                    &[if after.is_some() { "s3:PutBucketWebsite" } else { "s3:DeleteBucketWebsite" }],
                );
            }
            Action::Notification { bucket: name, .. } => add(bucket(name), &["s3:PutBucketNotification"]),
            Action::Distribution { id, .. } => {
                add(names::distribution_arn(partition, account, id), &["cloudfront:UpdateDistribution"]);
            }
            Action::Invalidate { id, .. } => {
                add(names::distribution_arn(partition, account, id), &["cloudfront:CreateInvalidation"]);
            }
            Action::FunctionConfiguration { function, .. } => add(
                function_arn(function),
                &["lambda:UpdateFunctionConfiguration", "lambda:PublishVersion", "lambda:UpdateAlias"],
            ),
            Action::FunctionAlias { function, before, .. } => {
                let alias = if before.is_some() { "lambda:UpdateAlias" } else { "lambda:CreateAlias" };
                add(function_arn(function), &[alias]);
            }
            Action::InvokePermission { function, .. } => {
                add(function_arn(function), &["lambda:AddPermission", "lambda:RemovePermission"]);
            }
            Action::ApiMethods { api, .. } => {
                add(rest_api(api, "resources/*"), &["apigateway:PUT", "apigateway:PATCH"]);
            }
            Action::ApiDeployment { api, .. } => add(rest_api(api, "deployments"), &["apigateway:POST"]),
            Action::DeleteDerived { bucket: name, .. } => add(object(name, "*"), &["s3:DeleteObject"]),
            Action::EmptyBucket { bucket: name, .. } => {
                add(
                    object(name, "*"),
                    &["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"],
                );
            }
            Action::DeleteBucket { bucket: name } => add(bucket(name), &["s3:DeleteBucket"]),
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(role: Option<&str>, boundary: &str) -> Plan {
        let mut plan = Plan::new("b", "111122223333", "eu-west-1");
        let inputs = crate::stack::StackInputs {
            permissions_boundary: boundary.to_owned(),
            ..crate::stack::template::tests::inputs()
        };
        let mut desired = inputs.desired("1");
        desired.role = role.map(str::to_owned);
        plan.actions.push(Action::Stack { desired: Box::new(desired), plan: StackPlan::Create });
        plan
    }

    fn actions(plan: &Plan) -> Vec<String> {
        needs(plan, "aws", "111122223333").into_iter().flat_map(|need| need.actions).collect()
    }

    #[test]
    fn with_a_role_for_the_stack_no_rights_over_its_resources_are_asked_about() {
        let role = "arn:aws:iam::111122223333:role/resizer-stack";
        let asked = actions(&stack(Some(role), ""));
        assert!(asked.contains(&"cloudformation:CreateChangeSet".to_owned()), "{asked:?}");
        for not in ["iam:CreateRole", "lambda:CreateFunction", "apigateway:POST"] {
            assert!(!asked.contains(&not.to_owned()), "{not}");
            assert!(actions(&stack(None, "")).contains(&not.to_owned()), "{not}");
        }
    }

    #[test]
    fn conditions_are_told_whose_the_resources_are_and_which_boundary_the_role_will_have() {
        let told = |plan: &Plan| context("111122223333", boundary(plan));
        let boundary = "arn:aws:iam::111122223333:policy/b";
        let keys = told(&stack(None, boundary));
        assert!(keys.contains(&("aws:ResourceAccount", "111122223333".to_owned())), "{keys:?}");
        assert!(keys.contains(&("iam:PermissionsBoundary", boundary.to_owned())), "{keys:?}");
        let without = told(&stack(None, ""));
        assert!(!without.iter().any(|(key, _)| *key == "iam:PermissionsBoundary"), "{without:?}");
    }

    #[test]
    fn sessions_are_asked_about_as_their_role() {
        for (arn, asked) in [
            ("arn:aws:iam::111122223333:user/ann", Some("arn:aws:iam::111122223333:user/ann")),
            (
                "arn:aws-cn:sts::111122223333:assumed-role/Deploy/ann",
                Some("arn:aws-cn:iam::111122223333:role/Deploy"),
            ),
            ("arn:aws:iam::111122223333:root", None),
        ] {
            assert_eq!(principal(arn).as_deref(), asked, "{arn}");
        }
    }
}
