//! A REST API as it is deployed: stages, their deployments' snapshots, and what the functions allow (AG-04, 05).

use crate::aws::failure::Answered;
use crate::aws::{AwsFailure, Clients};
use crate::dev::source::SourceError;
use aws_sdk_apigateway::types::{Method, Resource};
use imgdeploy_model::chain::api::{Api, MethodFacts, Stage};
use imgdeploy_model::chain::permission::{Permission, lambda_permission, source_arn};
use imgdeploy_world::Fact;
use std::collections::{BTreeMap, HashMap};

/// Reads what is deployed under the id.
///
/// # Errors
/// Anything but "there is no such API".
pub async fn read(clients: &Clients, region: &str, id: &str) -> Result<Option<Api>, SourceError> {
    let gateway = clients.apigateway(region);
    let sent = gateway.get_rest_api().rest_api_id(id).send().await;
    let seen = match Fact::of(sent.map_err(|error| AwsFailure::from_sdk("apigateway:GetRestApi", &error))) {
        Fact::Known(seen) => seen,
        Fact::Absent => return Ok(None),
        Fact::Unknown(failure) => return Err(SourceError(failure.to_string())),
    };
    let (stages, resources) = tokio::try_join!(stages(&gateway, id), resources(&gateway, id))?;
    let mut policies = Policies { lambda: clients.lambda(region), known: HashMap::new() };
    let mut api = Api {
        id: id.to_owned(),
        default_endpoint: !seen.disable_execute_api_endpoint(),
        binary_media_types: seen.binary_media_types().to_vec(),
        stages: BTreeMap::new(),
    };
    for (name, deployed) in stages {
        let mut stage = Stage::default();
        for resource in &resources {
            let Some(path) = resource.path() else { continue };
            for (method, live) in resource.resource_methods().into_iter().flatten() {
                // AG-04: the snapshot tells what is deployed; the live resource adds what the snapshot leaves out.
                let snapshot = match &deployed {
                    Some(summary) => match summary.get(path).and_then(|methods| methods.get(method)) {
                        Some(snapshot) => Some(snapshot),
                        None => continue,
                    },
                    None => None,
                };
                let facts = MethodFacts {
                    authorization: snapshot
                        .and_then(|s| s.authorization.clone())
                        .or_else(|| live.authorization_type().map(str::to_owned))
                        .unwrap_or_else(|| "NONE".to_owned()),
                    api_key_required: snapshot
                        .map_or(live.api_key_required().unwrap_or(false), |s| s.key_required),
                    permission: policies.permission(live, region, id, &name, method, path).await?,
                };
                stage
                    .resources
                    .entry(path.to_owned())
                    .or_default()
                    .insert(method.to_ascii_uppercase(), facts);
            }
        }
        api.stages.insert(name, stage);
    }
    Ok(Some(api))
}

#[derive(Debug)]
struct Snapshot {
    authorization: Option<String>,
    key_required: bool,
}

/// Paths and methods of a deployment; `None` where the endpoint doesn't tell.
type Deployed = Option<HashMap<String, HashMap<String, Snapshot>>>;

async fn stages(
    gateway: &aws_sdk_apigateway::Client,
    id: &str,
) -> Result<Vec<(String, Deployed)>, SourceError> {
    let seen = gateway
        .get_stages()
        .rest_api_id(id)
        .send()
        .await
        .map_err(|error| failed("apigateway:GetStages", &error))?;
    let mut stages = Vec::new();
    for stage in seen.item() {
        let (Some(name), Some(deployment)) = (stage.stage_name(), stage.deployment_id()) else { continue };
        let seen = gateway
            .get_deployment()
            .rest_api_id(id)
            .deployment_id(deployment)
            .embed("apisummary")
            .send()
            .await
            .map_err(|error| failed("apigateway:GetDeployment", &error))?;
        let summary = seen.api_summary().filter(|summary| !summary.is_empty()).map(|summary| {
            summary
                .iter()
                .map(|(path, methods)| {
                    let methods = methods.iter().map(|(method, snapshot)| {
                        let authorization = snapshot.authorization_type().map(str::to_owned);
                        (
                            method.clone(),
                            Snapshot { authorization, key_required: snapshot.api_key_required() },
                        )
                    });
                    (path.clone(), methods.collect())
                })
                .collect()
        });
        stages.push((name.to_owned(), summary));
    }
    Ok(stages)
}

async fn resources(gateway: &aws_sdk_apigateway::Client, id: &str) -> Result<Vec<Resource>, SourceError> {
    crate::aws::api::resources(gateway, id).await.map_err(|failure| SourceError(failure.to_string()))
}

/// Resource policies of functions, each read once.
struct Policies {
    lambda: aws_sdk_lambda::Client,
    known: HashMap<String, Option<String>>,
}

impl Policies {
    async fn permission(
        &mut self,
        live: &Method,
        region: &str,
        api: &str,
        stage: &str,
        method: &str,
        path: &str,
    ) -> Result<Permission, SourceError> {
        let Some(function) =
            live.method_integration().and_then(|integration| integration.uri()).and_then(function_of)
        else {
            // Not a function, or one that a stage variable names.
            return Ok(Permission::Unknown);
        };
        // arn:{partition}:lambda:{region}:{account}:function:{name}[:{qualifier}]
        let parts: Vec<&str> = function.split(':').collect();
        let (Some(partition), Some(account), Some(name)) = (parts.get(1), parts.get(4), parts.get(6)) else {
            return Ok(Permission::Unknown);
        };
        if !self.known.contains_key(function) {
            let sent = self
                .lambda
                .get_policy()
                .function_name(*name)
                .set_qualifier(parts.get(7).map(|&q| q.to_owned()))
                .send()
                .await
                .map_err(|error| AwsFailure::from_sdk("lambda:GetPolicy", &error));
            let policy = match Fact::of(sent) {
                Fact::Known(seen) => seen.policy().map(str::to_owned),
                Fact::Absent => None,
                Fact::Unknown(failure) => return Err(SourceError(failure.to_string())),
            };
            self.known.insert(function.to_owned(), policy);
        }
        let policy = self.known.get(function).and_then(Option::as_deref);
        let source = source_arn(partition, region, account, api, stage, method, path);
        Ok(lambda_permission(policy, &source, account))
    }
}

/// The function's ARN in an integration's URI (AG-08).
fn function_of(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("/functions/")?;
    let arn = rest.strip_suffix("/invocations")?;
    (arn.starts_with("arn:") && !arn.contains("${")).then_some(arn)
}

fn failed<E>(
    operation: &str,
    error: &aws_smithy_runtime_api::client::result::SdkError<
        E,
        aws_smithy_runtime_api::client::orchestrator::HttpResponse,
    >,
) -> SourceError
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata + std::error::Error + 'static,
{
    SourceError(AwsFailure::from_sdk(operation, error).to_string())
}
