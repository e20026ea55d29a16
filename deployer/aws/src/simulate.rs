//! IAM's policy simulator: whether a caller may do what is planned.

use serde::Serialize;

use super::failure::Answered;
use super::paging::{Next, each};
use super::{AwsFailure, Clients};

/// The verdict of IAM's policy simulator on one action (IA-04).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Simulated {
    /// The action asked about.
    pub action: String,
    /// Whether the caller's identity policies allow it, or hang on something that the simulator was not told.
    pub allowed: bool,
}

/// Asks IAM whether `principal` (user or role ARN) may do `actions` on `resource`, with these condition keys. Advisory.
///
/// # Errors
/// Usually `Denied`: the caller may not simulate.
pub async fn simulate(
    clients: &Clients,
    principal: &str,
    actions: &[String],
    resource: &str,
    context: Vec<(&'static str, String)>,
) -> Result<Vec<Simulated>, AwsFailure> {
    const CALL: &str = "iam:SimulatePrincipalPolicy";
    let client = clients.iam();
    let context: Vec<_> = context.into_iter().map(|(key, value)| entry(key, value)).collect();
    let mut found = Vec::new();
    let page = async |marker| {
        let call = client.simulate_principal_policy().policy_source_arn(principal);
        let call = call.set_action_names(Some(actions.to_vec())).resource_arns(resource);
        let call = call.set_context_entries(Some(context.clone()));
        let sent = call.set_marker(marker).send().await;
        sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
    };
    each(CALL, page, |page| {
        found.extend(page.evaluation_results().iter().map(|result| Simulated {
            action: result.eval_action_name().to_owned(),
            allowed: result.eval_decision() == &aws_sdk_iam::types::PolicyEvaluationDecisionType::Allowed
                || !result.missing_context_values().is_empty(),
        }));
        Next::if_truncated(page.is_truncated, page.marker)
    })
    .await?;
    Ok(found)
}

fn entry(key: &str, value: String) -> aws_sdk_iam::types::ContextEntry {
    let text = aws_sdk_iam::types::ContextKeyTypeEnum::String;
    aws_sdk_iam::types::ContextEntry::builder()
        .context_key_name(key)
        .context_key_type(text)
        .context_key_values(value)
        .build()
}
