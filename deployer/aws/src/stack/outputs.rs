//! The stack's outputs, typed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::StackError;

/// The output with the ARN of the queue for new originals, where the stack has one.
pub const OUTPUT_QUEUE: &str = "BatchQueueArn";
/// The output with the distribution's id; only where there is one.
pub const OUTPUT_DISTRIBUTION: &str = "DistributionId";

/// What a stack in a steady state says of itself: the template's `Outputs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    /// The REST API's id.
    pub api_id: String,
    /// Host for routing rules and probes, without scheme: `{api}.execute-api.{region}.{suffix}` (AG-01, PA-01).
    pub api_host: String,
    /// First segment of every path of the API.
    pub stage_name: String,
    /// The function's name, which is the stack's.
    pub function_name: String,
    /// The function's ARN, unqualified.
    pub function_arn: String,
    /// ARN of the alias that the API calls.
    pub alias_arn: String,
    /// Number of the version that the stack's last change published; the alias may have moved since (CN-09).
    pub function_version: String,
    /// ARN of the function's role.
    pub role_arn: String,
    /// Where the function logs.
    pub log_group_name: String,
    /// Base64 SHA-256 of the zip that the stack was last given (LA-05).
    pub code_sha256: String,
    /// ARN of the queue for new originals, where the stack has one.
    pub batch_queue_arn: Option<String>,
}

impl Outputs {
    /// Takes the outputs from what DescribeStacks said.
    ///
    /// # Errors
    /// [`StackError::MissingOutput`] if one is absent: the stack is not in a steady state, or was made from another template.
    pub fn from_map(stack: &str, map: &BTreeMap<String, String>) -> Result<Self, StackError> {
        let take = |name: &'static str| {
            map.get(name)
                .cloned()
                .ok_or_else(|| StackError::MissingOutput { stack: stack.to_owned(), output: name })
        };
        Ok(Self {
            api_id: take("ApiId")?,
            api_host: take("ApiHost")?,
            stage_name: take("StageName")?,
            function_name: take("FunctionName")?,
            function_arn: take("FunctionArn")?,
            alias_arn: take("AliasArn")?,
            function_version: take("FunctionVersion")?,
            role_arn: take("RoleArn")?,
            log_group_name: take("LogGroupName")?,
            code_sha256: take("CodeSha256")?,
            batch_queue_arn: map.get(OUTPUT_QUEUE).cloned(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NAMES: [&str; 10] = [
        "ApiId",
        "ApiHost",
        "StageName",
        "FunctionName",
        "FunctionArn",
        "AliasArn",
        "FunctionVersion",
        "RoleArn",
        "LogGroupName",
        "CodeSha256",
    ];

    #[test]
    fn each_name_is_needed() {
        let full: BTreeMap<String, String> =
            NAMES.iter().map(|n| ((*n).to_owned(), format!("v-{n}"))).collect();
        assert_eq!(Outputs::from_map("s", &full).unwrap().api_host, "v-ApiHost");
        for name in NAMES {
            let mut partial = full.clone();
            partial.remove(name);
            let error = Outputs::from_map("s", &partial).unwrap_err();
            assert!(matches!(error, StackError::MissingOutput { output, .. } if output == name));
        }
    }
}
