//! Whether the bucket's policy lets the function work: a Deny outweighs what the stack's role allows, and would show only once everything
//! is set up.

use std::collections::BTreeMap;

use imgdeploy_model::chain::identity::Allowed;
use imgdeploy_model::chain::rights::{Caller, Document, Judged, Request, Role, Why, judge, of_our_function};

use super::{Plan, Refusal};
use crate::desired::Desired;
use crate::observe::Observed;
use crate::stack::stack_name;

/// What CloudFormation may make the end of the role's name.
const ANY_ENDING: &str = "-Role-000000000000";
/// So much of a stack's name is surely in the name of its role, in bytes: names of roles have 64 at most, with an ending of some twenty.
const KEPT: usize = 40;

/// Says which statement of the policy denies, or may deny, originals and derived images to the function.
pub fn plan(plan: &mut Plan, desired: &Desired, seen: &Observed) {
    let Some(policy) = seen.policy.known() else { return };
    let bucket = desired.site.bucket.as_str();
    let arn = |key: &str| format!("{}s3:::{bucket}/{key}", desired.partition.arn_prefix());
    let prefix = desired.site.prefix.as_str();
    let needs = [
        ("s3:GetObject", arn("imgdeploy-sample.jpg"), "read originals"),
        ("s3:PutObject", arn(&format!("{prefix}300x200/imgdeploy-sample.jpg")), "store derived images"),
    ];
    for (action, resource, what) in needs {
        let judged = best(desired, policy, action, &resource);
        let Some(Why::Denied(Document::Resource, statement)) = &judged.why else { continue };
        if judged.allowed == Allowed::Unknown {
            plan.warn(format!(
                "the bucket policy's statement `{statement}` may keep the function from what it has to do ({what}, {action}): whether \
                 its condition holds shows only once a request is made"
            ));
            continue;
        }
        let role = format!(
            "{}iam::{}:role/{}-*",
            desired.partition.arn_prefix(),
            desired.account,
            stack_name(bucket)
        );
        plan.refusals.push(Refusal::protect(
            format!(
                "the bucket policy's statement `{statement}` denies the function what it has to do: {what} ({action})"
            ),
            format!(
                "except the function's role from that statement: add \"ArnNotLike\": {{\"aws:PrincipalArn\": \"{role}\"}} to its \
                 Condition; imgdeploy does not touch it"
            ),
        ));
    }
}

/// The best verdict for the names that the role may have: CloudFormation makes the end of it up, and a policy may name the one that is
/// there.
fn best(desired: &Desired, policy: &str, action: &str, resource: &str) -> Judged {
    let beginning = role(desired);
    let named = policy.split('"').filter(|text| text.starts_with(&beginning) && !text.contains('*'));
    let any = format!("{}{ANY_ENDING}", beginning.trim_end_matches('-'));
    let verdicts = named.chain([any.as_str()]).map(|role| of(desired, policy, role, action, resource));
    let rank = |judged: &Judged| match judged.allowed {
        Allowed::Yes => 0,
        Allowed::Unknown => 1,
        Allowed::No => 2,
    };
    verdicts.min_by_key(rank).unwrap_or(Judged { allowed: Allowed::Unknown, why: None })
}

/// How the ARN of the stack's role begins.
fn role(desired: &Desired) -> String {
    let stack = stack_name(desired.site.bucket.as_str());
    let kept = stack.get(..KEPT).map_or_else(|| format!("{stack}-"), str::to_owned);
    format!("{}iam::{}:role/{kept}", desired.partition.arn_prefix(), desired.account)
}

/// The verdict for a role that has all rights of its own.
fn of(desired: &Desired, policy: &str, arn: &str, action: &str, resource: &str) -> Judged {
    let all = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let policies = BTreeMap::from([("stack".to_owned(), all.to_owned())]);
    let function = stack_name(desired.site.bucket.as_str());
    let context = of_our_function(action, false);
    let role = Role { arn, policies: &policies, boundary: None, tags: None, session: Some(&function) };
    let request = Request { action, resource, account: &desired.account, context: &context };
    // What is no policy is for others to say.
    judge(&Caller::Role(role), Some(policy), &request)
        .unwrap_or(Judged { allowed: Allowed::Unknown, why: None })
}
