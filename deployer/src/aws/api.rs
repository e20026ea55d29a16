//! Writes on our own REST API, and what they have to know.

use std::collections::BTreeMap;

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::{IntegrationType, Op, PatchOperation, Resource};

use super::again::again;
use super::paging::{Next, each};
use super::signed::{self, Call};
use super::{AwsFailure, Clients};

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

/// The resources of a REST API with their methods, as edited.
///
/// # Errors
/// The first page that fails; a list that does not end.
pub(crate) async fn resources(gateway: &Client, api: &str) -> Result<Vec<Resource>, AwsFailure> {
    const CALL: &str = "apigateway:GetResources";
    let mut found = Vec::new();
    let page = async |position| {
        let call = gateway.get_resources().rest_api_id(api).embed("methods");
        let sent = call.set_position(position).send().await;
        sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
    };
    each(CALL, page, |page| {
        found.extend(page.items.unwrap_or_default());
        Next::token(page.position)
    })
    .await?;
    Ok(found)
}

/// A method as edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentMethod {
    authorization: String,
    api_key_required: bool,
    integration: Option<(String, String, String)>,
}

impl PresentMethod {
    /// Anyone may call it.
    pub fn is_open(&self) -> bool {
        self.authorization == "NONE" && !self.api_key_required
    }

    /// It hands requests to this integration as Lambda wants them (AG-08).
    pub fn calls(&self, uri: &str) -> bool {
        self.integration
            .as_ref()
            .is_some_and(|(kind, method, present)| kind == "AWS_PROXY" && method == "POST" && present == uri)
    }
}

/// Id and methods of a resource, by its path.
pub type Resources = BTreeMap<String, (String, BTreeMap<String, PresentMethod>)>;

/// Calls on one REST API.
#[derive(Debug, Clone)]
pub struct Gateway {
    client: Client,
    api: String,
}

impl Gateway {
    /// `api` is its id.
    pub fn new(clients: &Clients, region: &str, api: &str) -> Self {
        Self { client: clients.apigateway(region), api: api.to_owned() }
    }

    /// All resources with their methods.
    ///
    /// # Errors
    /// The first page that fails.
    pub async fn resources(&self) -> Result<Resources, AwsFailure> {
        let mut found = Resources::new();
        for item in resources(&self.client, &self.api).await? {
            let (Some(id), Some(path)) = (item.id(), item.path()) else { continue };
            let methods = item.resource_methods().into_iter().flatten().map(|(name, method)| {
                let integration = method.method_integration().map(|integration| {
                    let kind = integration.r#type().map(IntegrationType::as_str).unwrap_or_default();
                    let verb = integration.http_method().unwrap_or_default();
                    (kind.to_owned(), verb.to_owned(), integration.uri().unwrap_or_default().to_owned())
                });
                let present = PresentMethod {
                    authorization: method.authorization_type().unwrap_or("NONE").to_owned(),
                    api_key_required: method.api_key_required().unwrap_or(false),
                    integration,
                };
                (name.to_ascii_uppercase(), present)
            });
            found.insert(path.to_owned(), (id.to_owned(), methods.collect()));
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
