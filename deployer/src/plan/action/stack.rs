//! Create or update the stack by change set.

use serde::Serialize;

use super::{Describe, Need, Place};
use crate::aws::stack::Difference;
use crate::stack::{DesiredStack, StackPlan};

/// Create or update the stack by change set.
#[derive(Debug, Clone, Serialize)]
pub struct Stack {
    /// What the stack should be.
    pub desired: Box<DesiredStack>,
    /// How to get there.
    pub plan: StackPlan,
}

impl Describe for Stack {
    fn title(&self) -> String {
        format!("bring up the stack {}", self.desired.name)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        let stack = &self.desired.name;
        let change = ["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"];
        let mut needs = vec![Need::new(place.arn("cloudformation", &format!("stack/{stack}/*")), &change)];
        // CloudFormation acts with the caller's rights, unless there is a role for it. PassRole is not asked about: without it the
        // first call for the stack is refused, and nothing has happened.
        if self.desired.role.is_some() || matches!(self.plan, StackPlan::Update(_)) {
            return needs;
        }
        needs.extend([
            Need::new(
                place.global("iam", &format!("role/{stack}-Role-NEW")),
                &["iam:CreateRole", "iam:PutRolePolicy"],
            ),
            Need::new(place.function(stack), &["lambda:CreateFunction", "lambda:AddPermission"]),
            Need::new(place.rest_apis(""), &["apigateway:POST"]),
        ]);
        if self.desired.has_bucket() {
            let make = ["s3:CreateBucket", "s3:PutBucketPolicy", "s3:PutBucketWebsite"];
            needs.push(Need::new(place.bucket_arn(place.bucket), &make));
        }
        if self.desired.has_cdn() {
            needs.push(Need::new(place.distribution("*"), &["cloudfront:CreateDistribution"]));
        }
        needs
    }

    fn details(&self) -> Vec<String> {
        let parameters = &self.desired.parameters;
        match &self.plan {
            StackPlan::Create | StackPlan::CreateInShell { .. } => {
                parameters.iter().map(|(name, value)| format!("+ {name}: {value}")).collect()
            }
            StackPlan::DeleteThenCreate { why, .. } => vec![format!("it is deleted and made again: {why}")],
            StackPlan::Update(difference) => changed(difference),
            StackPlan::ContinueRollbackThenUpdate { status, difference } => {
                let mut lines = vec![format!("it is stuck in {status}: its rollback is finished first")];
                lines.extend(changed(difference));
                lines
            }
            StackPlan::Nothing | StackPlan::Wait { .. } | StackPlan::Refused { .. } => Vec::new(),
        }
    }
}

fn changed(difference: &Difference) -> Vec<String> {
    let mut lines = Vec::new();
    if difference.template_changed {
        lines.push("+ the template changes".to_owned());
    }
    for change in &difference.parameters {
        lines.extend(change.old.as_ref().map(|old| format!("- {}: {old}", change.name)));
        lines.extend(change.new.as_ref().map(|new| format!("+ {}: {new}", change.name)));
    }
    lines
}
