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
use crate::plan::action::{Describe as _, Need};
use crate::plan::{Action, JournalStep, Plan};
use crate::report::Report;

/// Refuses to begin when IAM says that the caller may not finish.
///
/// # Errors
/// Exit code 5, naming every missing action.
pub async fn check(clients: &Clients, seen: &Observed, plan: &Plan, report: &Report) -> Result<(), Failure> {
    let Some(principal) = principal(&seen.caller.arn) else { return Ok(()) };
    let needs = needs(plan);
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
        Action::Stack(stack) => stack
            .desired
            .parameters
            .get("PermissionsBoundary")
            .map(String::as_str)
            .filter(|arn| !arn.is_empty()),
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

fn needs(plan: &Plan) -> Vec<Need> {
    let place = plan.place();
    let mut needs = Vec::new();
    if plan.journal != JournalStep::Keep {
        let artifacts = names::artifacts_bucket(&plan.account, &plan.region);
        let journal = place.object(&artifacts, &names::journal_key(&plan.bucket));
        needs.push(Need::new(journal, &["s3:GetObject", "s3:PutObject"]));
    }
    needs.extend(plan.actions.iter().flat_map(|action| action.needs(&place)));
    needs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::action;
    use crate::stack::StackPlan;

    fn stack(role: Option<&str>, boundary: &str) -> Plan {
        let mut plan = Plan::new("b", "111122223333", "eu-west-1");
        let inputs = crate::stack::StackInputs {
            permissions_boundary: boundary.to_owned(),
            ..crate::stack::template::tests::inputs()
        };
        let mut desired = inputs.desired("1");
        desired.role = role.map(str::to_owned);
        let created = action::Stack { desired: Box::new(desired), plan: StackPlan::Create };
        plan.actions.push(Action::Stack(created));
        plan
    }

    fn actions(plan: &Plan) -> Vec<String> {
        needs(plan).into_iter().flat_map(|need| need.actions).collect()
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
