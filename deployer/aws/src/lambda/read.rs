//! Reads.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::{AliasConfiguration, FunctionConfiguration, LastUpdateStatusReasonCode};

use super::{Alias, Configuration, Function, Mapping};
use crate::AwsFailure;
use crate::failure::Answered;
use crate::paging::{Next, each};
use imgdeploy_world::Fact;

/// Takes the fields that all operations answer with: the SDK has a type of its own for each.
macro_rules! configuration {
    ($answer:expr) => {{
        let answer = $answer;
        let name = answer.function_name.unwrap_or_default();
        let vpc = answer.vpc_config.and_then(|network| network.vpc_id).filter(|id| !id.is_empty());
        let variables = answer.environment.and_then(|environment| environment.variables).unwrap_or_default();
        Configuration {
            arn: answer.function_arn.unwrap_or_default(),
            version: answer.version.unwrap_or_default(),
            code_sha256: answer.code_sha256.unwrap_or_default(),
            code_size: u64::try_from(answer.code_size).unwrap_or_default(),
            runtime: answer.runtime.map(|runtime| runtime.as_str().to_owned()),
            handler: answer.handler.filter(|handler| !handler.is_empty()),
            architecture: answer
                .architectures
                .unwrap_or_default()
                .first()
                // What Lambda takes where nothing is said (LA-04).
                .map_or("x86_64", ::aws_sdk_lambda::types::Architecture::as_str)
                .to_owned(),
            memory: answer.memory_size.and_then(|size| u32::try_from(size).ok()).unwrap_or_default(),
            timeout: answer.timeout.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or_default(),
            last_modified: answer.last_modified.unwrap_or_default(),
            state: answer.state.map(|state| state.as_str().to_owned()),
            state_reason: answer.state_reason.filter(|reason| !reason.is_empty()),
            update_status: answer.last_update_status.map(|status| status.as_str().to_owned()),
            update_reason: $crate::lambda::read::reason(
                answer.last_update_status_reason_code,
                answer.last_update_status_reason,
            ),
            revision: answer.revision_id.unwrap_or_default(),
            log_group: answer
                .logging_config
                .and_then(|logging| logging.log_group)
                .unwrap_or_else(|| format!("/aws/lambda/{name}")),
            environment: variables.into_iter().map($crate::lambda::read::variable).collect(),
            vpc,
            role: answer.role.unwrap_or_default(),
            name,
            description: answer.description.unwrap_or_default(),
            is_zip: answer.package_type.is_none_or(|kind| kind == ::aws_sdk_lambda::types::PackageType::Zip),
        }
    }};
}
pub(super) use configuration;

/// Variables that hold secrets: their values get into no report.
const SECRETS: [&str; 1] = ["SECURITY_KEY"];
/// What stands for the value of a secret that is set.
pub const SECRET: &str = "(a secret)";

pub(super) fn variable((name, value): (String, String)) -> (String, String) {
    let secret = SECRETS.contains(&name.as_str()) && !value.is_empty();
    (name, if secret { SECRET.to_owned() } else { value })
}

pub(super) fn reason(code: Option<LastUpdateStatusReasonCode>, words: Option<String>) -> Option<String> {
    let words = words.filter(|words| !words.is_empty());
    match (code.filter(|code| !code.as_str().is_empty()), words) {
        (Some(code), Some(words)) => Some(format!("{}: {words}", code.as_str())),
        (Some(code), None) => Some(code.as_str().to_owned()),
        (None, words) => words,
    }
}

impl Function {
    /// The configuration of a version or alias; of the unpublished state without `qualifier`.
    pub async fn configuration(&self, qualifier: Option<&str>) -> Fact<Configuration> {
        let call = self.lambda.get_function_configuration().function_name(&self.name);
        let result = call.set_qualifier(qualifier.map(str::to_owned)).send().await;
        let result = result.map_err(|error| AwsFailure::from_sdk("lambda:GetFunctionConfiguration", &error));
        Fact::of(result.map(|answer| configuration!(answer)))
    }

    /// The resource policy of a version or alias; of the function without `qualifier`.
    pub async fn policy(&self, qualifier: Option<&str>) -> Fact<String> {
        let call = self.lambda.get_policy().function_name(&self.name);
        let sent = call.set_qualifier(qualifier.map(str::to_owned)).send().await;
        match Fact::of(sent.map_err(|error| AwsFailure::from_sdk("lambda:GetPolicy", &error))) {
            Fact::Known(seen) => seen.policy().map_or(Fact::Absent, |text| Fact::Known(text.to_owned())),
            Fact::Absent => Fact::Absent,
            Fact::Unknown(failure) => Fact::Unknown(failure),
        }
    }

    /// An alias.
    pub async fn alias(&self, name: &str) -> Fact<Alias> {
        let result = self.lambda.get_alias().function_name(&self.name).name(name).send().await;
        let result = result.map_err(|error| AwsFailure::from_sdk("lambda:GetAlias", &error));
        Fact::of(result.map(|answer| {
            let routing = answer.routing_config.and_then(|routing| routing.additional_version_weights);
            alias(answer.name, answer.function_version, routing, answer.revision_id)
        }))
    }

    /// All aliases.
    pub async fn aliases(&self) -> Fact<Vec<Alias>> {
        const CALL: &str = "lambda:ListAliases";
        let mut found = Vec::new();
        let page = async |marker| {
            let sent = self.lambda.list_aliases().function_name(&self.name).set_marker(marker).send().await;
            sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
        };
        let all = each(CALL, page, |page| {
            found.extend(page.aliases.unwrap_or_default().into_iter().map(|one| {
                let AliasConfiguration { name, function_version, routing_config, revision_id, .. } = one;
                let routing = routing_config.and_then(|routing| routing.additional_version_weights);
                alias(name, function_version, routing, revision_id)
            }));
            Next::token(page.next_marker)
        });
        let all = all.await;
        Fact::of(all.map(|()| found))
    }

    /// What takes messages from the queue with this ARN to a function.
    pub async fn mappings(&self, queue: &str) -> Fact<Vec<Mapping>> {
        const CALL: &str = "lambda:ListEventSourceMappings";
        let mut found = Vec::new();
        let page = async |marker| {
            let call = self.lambda.list_event_source_mappings().event_source_arn(queue);
            let sent = call.set_marker(marker).send().await;
            sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
        };
        let all = each(CALL, page, |page| {
            found.extend(page.event_source_mappings.unwrap_or_default().into_iter().map(|one| Mapping {
                id: one.uuid.unwrap_or_default(),
                state: one.state.unwrap_or_default(),
                last: one.last_processing_result.unwrap_or_default(),
            }));
            Next::token(page.next_marker)
        });
        let all = all.await;
        Fact::of(all.map(|()| found))
    }

    /// How many of its instances may run at once; absent where nothing is reserved for it.
    pub async fn reserved(&self) -> Fact<u32> {
        let sent = self.lambda.get_function_concurrency().function_name(&self.name).send().await;
        match Fact::of(sent.map_err(|error| AwsFailure::from_sdk("lambda:GetFunctionConcurrency", &error))) {
            Fact::Known(seen) => match seen.reserved_concurrent_executions() {
                Some(reserved) => Fact::Known(u32::try_from(reserved).unwrap_or_default()),
                None => Fact::Absent,
            },
            Fact::Absent => Fact::Absent,
            Fact::Unknown(failure) => Fact::Unknown(failure),
        }
    }

    /// All published versions, oldest first.
    pub async fn versions(&self) -> Fact<Vec<Configuration>> {
        const CALL: &str = "lambda:ListVersionsByFunction";
        let mut found: Vec<Configuration> = Vec::new();
        let page = async |marker| {
            let call = self.lambda.list_versions_by_function().function_name(&self.name);
            let sent = call.set_marker(marker).send().await;
            sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
        };
        let all = each(CALL, page, |page| {
            found.extend(page.versions.unwrap_or_default().into_iter().map(listed));
            Next::token(page.next_marker)
        });
        if let Err(failure) = all.await {
            return Fact::of(Err(failure));
        }
        found.retain(|version| version.version != "$LATEST");
        found.sort_by_key(|version| version.version.parse::<u64>().unwrap_or_default());
        Fact::Known(found)
    }

    /// Where the zip of the unpublished state can be fetched for ten minutes.
    ///
    /// # Errors
    /// The failed call.
    pub async fn code_location(&self) -> Result<String, AwsFailure> {
        self.code_location_of(None).await
    }

    /// The same for a version or alias.
    ///
    /// # Errors
    /// The failed call.
    pub async fn code_location_of(&self, qualifier: Option<&str>) -> Result<String, AwsFailure> {
        let call = self.lambda.get_function().function_name(&self.name);
        let result = call.set_qualifier(qualifier.map(str::to_owned)).send().await;
        let answer = result.map_err(|error| AwsFailure::from_sdk("lambda:GetFunction", &error))?;
        let location = answer.code.and_then(|code| code.location);
        location
            .ok_or_else(|| AwsFailure::local("lambda:GetFunction", "it says nothing of the code's location"))
    }
}

fn listed(version: FunctionConfiguration) -> Configuration {
    configuration!(version)
}

fn alias(
    name: Option<String>,
    version: Option<String>,
    weights: Option<std::collections::HashMap<String, f64>>,
    revision: Option<String>,
) -> Alias {
    Alias {
        name: name.unwrap_or_default(),
        version: version.unwrap_or_default(),
        weights: weights.unwrap_or_default().into_iter().collect::<BTreeMap<_, _>>(),
        revision: revision.unwrap_or_default(),
    }
}
