//! REST APIs: what they are (`read`), and writes on our own.

mod read;

use std::collections::BTreeMap;

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::{IntegrationType, Op, PatchOperation};
use imgdeploy_world::api::Method;

use super::again::again;
use super::approval::Permit;
use super::signed::{self, Call};
use super::{AwsFailure, Clients};
use crate::failure::Answered;

pub use read::{RestApi, assembled, mappings};

/// Whether an id is that of an HTTP API: those have the same hosts as REST APIs, and another control plane (AG-16).
///
/// # Errors
/// The failed call.
pub async fn is_http_api(clients: &Clients, region: &str, id: &str) -> Result<bool, AwsFailure> {
    let operation = "apigateway:GET";
    let path = format!("/v2/apis/{id}");
    let call = Call {
        operation,
        service: "apigateway",
        region,
        method: "GET",
        path: &path,
        headers: &[],
        body: String::new(),
    };
    let answer = signed::send(clients, &call).await?;
    match answer.status {
        200 => Ok(true),
        404 => Ok(false),
        status => {
            let message = String::from_utf8_lossy(&answer.body).chars().take(200).collect();
            Err(AwsFailure::of_code(operation, None, message, Some(status)))
        }
    }
}

/// Id and methods of a resource, by its path.
pub type Resources = BTreeMap<String, (String, BTreeMap<String, Method>)>;

/// Writes on one REST API, and the look before them.
#[derive(Debug, Clone)]
pub struct Gateway {
    client: Client,
    api: String,
}

impl Gateway {
    /// `api` is its id.
    pub fn new(clients: &Clients, region: &str, api: &str, _: Permit) -> Self {
        Self { client: clients.apigateway(region), api: api.to_owned() }
    }

    /// All resources with their methods.
    ///
    /// # Errors
    /// The first page that fails.
    pub async fn resources(&self) -> Result<Resources, AwsFailure> {
        let mut found = Resources::new();
        for item in read::resources(&self.client, &self.api).await? {
            let (Some(id), Some(path)) = (item.id(), item.path()) else { continue };
            found.insert(path.to_owned(), (id.to_owned(), read::methods(&item)));
        }
        Ok(found)
    }

    /// Makes an open method.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put_method(&self, resource: &str, method: &str) -> Result<(), AwsFailure> {
        let call = self.client.put_method().rest_api_id(&self.api).resource_id(resource).http_method(method);
        let call = call.authorization_type("NONE");
        let send = async || {
            let sent = call.clone().send().await;
            sent.map(drop).map_err(|error| AwsFailure::from_sdk("apigateway:PutMethod", &error))
        };
        again(send).await
    }

    /// Takes authorization and key requirement off a method.
    ///
    /// # Errors
    /// The failed call.
    pub async fn open_method(&self, resource: &str, method: &str) -> Result<(), AwsFailure> {
        let set = |path: &str, value: &str| {
            PatchOperation::builder().op(Op::Replace).path(path).value(value).build()
        };
        let call =
            self.client.update_method().rest_api_id(&self.api).resource_id(resource).http_method(method);
        let call = call.patch_operations(set("/authorizationType", "NONE"));
        let call = call.patch_operations(set("/apiKeyRequired", "false"));
        let send = async || {
            let sent = call.clone().send().await;
            sent.map(drop).map_err(|error| AwsFailure::from_sdk("apigateway:UpdateMethod", &error))
        };
        again(send).await
    }

    /// Puts the function behind a method.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put_integration(&self, resource: &str, method: &str, uri: &str) -> Result<(), AwsFailure> {
        let call =
            self.client.put_integration().rest_api_id(&self.api).resource_id(resource).http_method(method);
        let call = call.r#type(IntegrationType::AwsProxy).integration_http_method("POST").uri(uri);
        let send = async || {
            let sent = call.clone().send().await;
            sent.map(drop).map_err(|error| AwsFailure::from_sdk("apigateway:PutIntegration", &error))
        };
        again(send).await
    }

    /// Deploys what is edited to a stage, which is made if it is not there.
    ///
    /// # Errors
    /// The failed call.
    pub async fn deploy(&self, stage: &str) -> Result<(), AwsFailure> {
        let call = self.client.create_deployment().rest_api_id(&self.api).stage_name(stage);
        let call = call.description("imgdeploy doctor --fix");
        let send = async || {
            let sent = call.clone().send().await;
            sent.map(drop).map_err(|error| AwsFailure::from_sdk("apigateway:CreateDeployment", &error))
        };
        again(send).await
    }
}
