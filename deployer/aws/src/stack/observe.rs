//! Reads a stack into plain data, in one round trip.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{Stack, TemplateStage};
use serde::{Deserialize, Serialize};

use super::error::StackError;
use super::status::Standing;

/// A stack as CloudFormation describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackSeen {
    /// The stack's ARN: names are used again, ids never.
    pub id: String,
    /// CloudFormation's status, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// Why it is in that status, if CloudFormation says so.
    pub status_reason: Option<String>,
    /// Values of the template's parameters.
    pub parameters: BTreeMap<String, String>,
    /// The template as it was sent; `None` if the stack has none yet.
    pub template: Option<String>,
    /// The template's outputs; empty until the stack was created.
    pub outputs: BTreeMap<String, String>,
    /// Tags of the stack itself.
    pub tags: BTreeMap<String, String>,
    /// Whether DeleteStack would be refused.
    pub termination_protection: bool,
}

/// See [`Stacks::observe`](super::Stacks::observe).
pub(super) async fn observe(cfn: &Client, name: &str) -> Result<Option<StackSeen>, StackError> {
    let template = cfn.get_template().stack_name(name).template_stage(TemplateStage::Original).send();
    let (stack, template) = tokio::join!(describe(cfn, name), template);
    let Some(mut seen) = stack? else {
        return Ok(None);
    };
    seen.template = match template {
        Ok(answer) => answer.template_body,
        Err(error) => match StackError::of("GetTemplate", name, error) {
            // No template was ever executed, or the stack went away between the two answers.
            absent if absent.is_absent() => None,
            // REVIEW_IN_PROGRESS: how AWS words the lack of a template is not documented [unverified].
            StackError::Aws { code: Some(code), .. }
                if code == "ValidationError" && Standing::of(&seen.status) == Standing::Review =>
            {
                None
            }
            other => return Err(other),
        },
    };
    Ok(Some(seen))
}

/// DescribeStacks alone; the template is left out.
pub(super) async fn describe(cfn: &Client, name: &str) -> Result<Option<StackSeen>, StackError> {
    let answer = match cfn.describe_stacks().stack_name(name).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let error = StackError::of("DescribeStacks", name, error);
            return if error.is_absent() { Ok(None) } else { Err(error) };
        }
    };
    let stack = answer.stacks.unwrap_or_default().into_iter().next();
    // By name AWS does not show deleted stacks, by id it does; both are "nothing there" for a caller that asked by name.
    Ok(stack.map(seen).filter(|s| name.starts_with("arn:") || Standing::of(&s.status) != Standing::Gone))
}

fn seen(stack: Stack) -> StackSeen {
    let parameters = stack.parameters.unwrap_or_default().into_iter();
    let outputs = stack.outputs.unwrap_or_default().into_iter();
    let tags = stack.tags.unwrap_or_default().into_iter();
    StackSeen {
        id: stack.stack_id.unwrap_or_default(),
        status: stack.stack_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        status_reason: stack.stack_status_reason.filter(|r| !r.is_empty()),
        parameters: parameters
            .filter_map(|p| Some((p.parameter_key?, p.parameter_value.unwrap_or_default())))
            .collect(),
        template: None,
        outputs: outputs.filter_map(|o| Some((o.output_key?, o.output_value.unwrap_or_default()))).collect(),
        tags: tags.filter_map(|t| Some((t.key?, t.value.unwrap_or_default()))).collect(),
        termination_protection: stack.enable_termination_protection.unwrap_or(false),
    }
}
