//! A REST API as it is deployed, and what the functions behind it allow (AG-04, 05).

use crate::aws::Clients;
use crate::aws::api::{RestApi, assembled};
use crate::aws::lambda::Function;
use crate::dev::source::SourceError;
use imgdeploy_model::chain::api::Api;
use imgdeploy_model::chain::permission::{Permission, lambda_permission, source_arn};
use imgdeploy_world::api::Method;
use std::collections::BTreeMap;

/// Reads what is deployed under the id.
///
/// # Errors
/// Anything but "there is no such API".
pub async fn read(clients: &Clients, region: &str, id: &str) -> Result<Option<Api>, SourceError> {
    let read = RestApi::new(clients, region, id);
    let (bare, stages, resources) = tokio::join!(read.bare(), read.stages(), read.resources());
    let Some(api) = super::settle(assembled(bare, stages, resources))? else { return Ok(None) };
    // Resource policies of functions, each read once.
    let mut policies: BTreeMap<String, Option<String>> = BTreeMap::new();
    for method in api.resources.values().flat_map(BTreeMap::values) {
        let Some(arn) = function_of(method) else { continue };
        let Some(Arn { name, qualifier, .. }) = Arn::parse(arn).filter(|_| !policies.contains_key(arn))
        else {
            continue;
        };
        let policy = Function::new(clients, region, name).policy(qualifier).await;
        policies.insert(arn.to_owned(), super::settle(policy)?);
    }
    Ok(Some(api.served(id, |stage, method, path, edited| {
        let Some((arn, function)) = function_of(edited).and_then(|arn| Some((arn, Arn::parse(arn)?))) else {
            // Not a function, or one that a stage variable names.
            return Permission::Unknown;
        };
        let policy = policies.get(arn).and_then(Option::as_deref);
        let source = source_arn(function.partition, region, function.account, id, stage, method, path);
        lambda_permission(policy, &source, function.account)
    })))
}

/// `arn:{partition}:lambda:{region}:{account}:function:{name}[:{qualifier}]`.
struct Arn<'a> {
    partition: &'a str,
    account: &'a str,
    name: &'a str,
    qualifier: Option<&'a str>,
}

impl<'a> Arn<'a> {
    fn parse(arn: &'a str) -> Option<Self> {
        let parts: Vec<&str> = arn.split(':').collect();
        let [partition, account, name] = [1, 4, 6].map(|at| parts.get(at).copied());
        Some(Self { partition: partition?, account: account?, name: name?, qualifier: parts.get(7).copied() })
    }
}

/// The function's ARN in an integration's URI (AG-08).
fn function_of(method: &Method) -> Option<&str> {
    let (_, rest) = method.integration.as_ref()?.uri.split_once("/functions/")?;
    let arn = rest.strip_suffix("/invocations")?;
    (arn.starts_with("arn:") && !arn.contains("${")).then_some(arn)
}
