//! Writes.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{AliasRoutingConfiguration, Architecture, Environment, LogType, Runtime};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::read::configuration;

use super::{CodeSource, Configuration, FunctionWrite, Invocation};
use crate::again::again;
use crate::failure::Answered;
use crate::patience::ANSWER;
use crate::{AwsFailure, FailureKind};
use imgdeploy_world::Fact;

/// Sends a call, and again while an update is under way (LA-02). Where two of them would be two changes, it names the revision that
/// it is for.
macro_rules! sent {
    ($call:expr, $operation:literal) => {{
        let call = $call;
        again(async || {
            let sent = call.clone().send().await;
            sent.map_err(|error| AwsFailure::from_sdk($operation, &error))
        })
        .await
    }};
}

impl FunctionWrite {
    /// Replaces the unpublished code, and publishes a version of it if `publish`; with `dry_run` only asks whether it
    /// could (LA-04). The processor is always said: left out, it would become x86-64.
    ///
    /// # Errors
    /// `Conflict` when the function's revision is another one.
    pub async fn update_code(
        &self,
        source: &CodeSource,
        architecture: &str,
        revision: &str,
        publish: bool,
        dry_run: bool,
    ) -> Result<Configuration, AwsFailure> {
        let call = self
            .0
            .lambda
            .update_function_code()
            .function_name(&self.0.name)
            .architectures(Architecture::from(architecture))
            .revision_id(revision)
            .publish(publish)
            .dry_run(dry_run);
        let call = match source {
            CodeSource::Zip(zip) => call.zip_file(Blob::new(zip.as_slice())),
            CodeSource::S3 { bucket, key } => call.s3_bucket(bucket).s3_key(key),
        };
        let result = sent!(call, "lambda:UpdateFunctionCode");
        result.map(|answer| configuration!(answer))
    }

    /// Changes runtime and handler of the unpublished state (LA-12).
    ///
    /// # Errors
    /// `Conflict` when the function's revision is another one.
    pub async fn update_runtime(
        &self,
        runtime: &str,
        handler: &str,
        revision: &str,
    ) -> Result<Configuration, AwsFailure> {
        let call = self.0.lambda.update_function_configuration().function_name(&self.0.name);
        let call = call.runtime(Runtime::from(runtime)).handler(handler).revision_id(revision);
        let result = sent!(call, "lambda:UpdateFunctionConfiguration");
        result.map(|answer| configuration!(answer))
    }

    /// Changes variables, timeout (seconds) and memory (MB) of the unpublished state; variables that are not named stay.
    ///
    /// # Errors
    /// `Conflict` when the function's revision is another one.
    pub async fn configure(
        &self,
        variables: &BTreeMap<String, String>,
        timeout: Option<u32>,
        memory: Option<u32>,
        revision: &str,
    ) -> Result<(), AwsFailure> {
        let mut call =
            self.0.lambda.update_function_configuration().function_name(&self.0.name).revision_id(revision);
        if !variables.is_empty() {
            // The call replaces all of them, so that those that stay are sent again.
            let sent = self.0.lambda.get_function_configuration().function_name(&self.0.name).send().await;
            let now =
                sent.map_err(|error| AwsFailure::from_sdk("lambda:GetFunctionConfiguration", &error))?;
            let present = now.environment.and_then(|environment| environment.variables).unwrap_or_default();
            let mut all: HashMap<String, String> = present;
            all.extend(variables.clone());
            call = call.environment(Environment::builder().set_variables(Some(all)).build());
        }
        let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
        let call = call.set_timeout(number(timeout)).set_memory_size(number(memory));
        sent!(call, "lambda:UpdateFunctionConfiguration").map(drop)
    }

    /// Changes memory (MB) and description of the unpublished state, in one call.
    ///
    /// # Errors
    /// `Conflict` when the function's revision is another one.
    pub async fn set_memory(&self, memory: u32, description: &str, revision: &str) -> Result<(), AwsFailure> {
        let call = self.0.lambda.update_function_configuration().function_name(&self.0.name);
        let call = call.set_memory_size(i32::try_from(memory).ok()).description(description);
        sent!(call.revision_id(revision), "lambda:UpdateFunctionConfiguration").map(drop)
    }

    /// Makes an alias.
    ///
    /// # Errors
    /// The failed call.
    pub async fn create_alias(&self, alias: &str, version: &str) -> Result<(), AwsFailure> {
        let call = self.0.lambda.create_alias().function_name(&self.0.name).name(alias);
        sent!(call.function_version(version), "lambda:CreateAlias").map(drop)
    }

    /// Lets API Gateway call the function from `source_arn` (LA-13).
    ///
    /// # Errors
    /// `Conflict` when there is a statement with that id.
    pub async fn permit_api(
        &self,
        qualifier: &str,
        statement: &str,
        source_arn: &str,
    ) -> Result<(), AwsFailure> {
        let call = self.0.lambda.add_permission().function_name(&self.0.name).qualifier(qualifier);
        let call = call
            .statement_id(statement)
            .action("lambda:InvokeFunction")
            .principal("apigateway.amazonaws.com");
        sent!(call.source_arn(source_arn), "lambda:AddPermission").map(drop)
    }

    /// Takes a statement out of the resource policy.
    ///
    /// # Errors
    /// The failed call.
    pub async fn forbid(&self, qualifier: &str, statement: &str) -> Result<(), AwsFailure> {
        let call = self.0.lambda.remove_permission().function_name(&self.0.name).qualifier(qualifier);
        sent!(call.statement_id(statement), "lambda:RemovePermission").map(drop)
    }

    /// Publishes the unpublished state if it has that code. Lambda makes no second version of an unchanged function,
    /// but answers with the one there is.
    ///
    /// # Errors
    /// `Conflict` when the function's revision is another one.
    pub async fn publish(&self, code_sha256: &str, revision: &str) -> Result<Configuration, AwsFailure> {
        let call = self.0.lambda.publish_version().function_name(&self.0.name);
        let result = sent!(call.code_sha256(code_sha256).revision_id(revision), "lambda:PublishVersion");
        result.map(|answer| configuration!(answer))
    }

    /// Invokes a version, or the unpublished state, and waits for its answer: as long as the function may take, which is
    /// `timeout` seconds, and what a call takes besides.
    ///
    /// # Errors
    /// The failed call. A function that fails is an answer.
    pub async fn invoke(
        &self,
        qualifier: Option<&str>,
        payload: Vec<u8>,
        timeout: u32,
    ) -> Result<Invocation, AwsFailure> {
        let patience = ANSWER.saturating_add(Duration::from_secs(timeout.into()));
        let timeouts = TimeoutConfig::builder().read_timeout(patience).build();
        let call = self.0.lambda.invoke().function_name(&self.0.name).log_type(LogType::Tail);
        let call = call.set_qualifier(qualifier.map(str::to_owned)).payload(Blob::new(payload));
        let longer = aws_sdk_lambda::config::Builder::new().timeout_config(timeouts);
        let result = call.customize().config_override(longer).send().await;
        let answer = result.map_err(|error| AwsFailure::from_sdk("lambda:InvokeFunction", &error))?;
        let log = answer.log_result.and_then(|log| STANDARD.decode(log).ok()).unwrap_or_default();
        Ok(Invocation {
            error: answer.function_error,
            payload: answer.payload.map(Blob::into_inner).unwrap_or_default(),
            log: String::from_utf8_lossy(&log).into_owned(),
        })
    }

    /// Points an alias to `version`, with `share` (0 to 1) of the calls going to another one; its new revision. An answer
    /// that was lost makes the SDK ask again: then our own change is in the way, and that is success.
    ///
    /// # Errors
    /// `Conflict` when the alias' revision is another one.
    pub async fn move_alias(
        &self,
        alias: &str,
        version: &str,
        share: Option<(&str, f64)>,
        revision: &str,
    ) -> Result<String, AwsFailure> {
        match self.update_alias(alias, version, share, revision).await {
            Err(failure) if failure.kind == FailureKind::Conflict => match self.0.alias(alias).await {
                Fact::Known(now) if now.version == version && now.weights.is_empty() == share.is_none() => {
                    Ok(now.revision)
                }
                _ => Err(failure),
            },
            moved => moved,
        }
    }

    async fn update_alias(
        &self,
        alias: &str,
        version: &str,
        share: Option<(&str, f64)>,
        revision: &str,
    ) -> Result<String, AwsFailure> {
        // An empty map takes the shares away; leaving it out would keep them.
        let weights: HashMap<String, f64> =
            share.into_iter().map(|(version, share)| (version.to_owned(), share)).collect();
        let routing =
            AliasRoutingConfiguration::builder().set_additional_version_weights(Some(weights)).build();
        let call = self.0.lambda.update_alias().function_name(&self.0.name).name(alias);
        let call = call.function_version(version).routing_config(routing).revision_id(revision);
        let answer = sent!(call, "lambda:UpdateAlias")?;
        Ok(answer.revision_id.unwrap_or_default())
    }

    /// Deletes one published version. Lambda refuses while an alias names it.
    ///
    /// The version is in the name, not in a parameter beside it: that the right to do this is then asked for on the version
    /// and not on the whole function, is [unverified] (IAM names the function as the resource, versions have ARNs below it).
    ///
    /// # Errors
    /// The failed call.
    pub async fn delete_version(&self, version: &str) -> Result<(), AwsFailure> {
        let qualified = format!("{}:{version}", self.0.name);
        sent!(self.0.lambda.delete_function().function_name(qualified), "lambda:DeleteFunction").map(drop)
    }
}
