//! REST APIs: resources as edited, stages as deployed, custom domain names.

use std::collections::BTreeMap;

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::{BasePathMapping, Method as SdkMethod, Resource};
use futures::future::try_join_all;
use imgdeploy_world::Fact;
use imgdeploy_world::api::{Api, Deployed, Domain, Integration, Method, Stage};

use crate::failure::Answered;
use crate::paging::{Next, each};
use crate::{AwsFailure, Clients};

/// Methods by resource path, then by upper-case name.
pub type Resources = BTreeMap<String, BTreeMap<String, Method>>;

/// Reads on one REST API.
#[derive(Debug, Clone)]
pub struct RestApi {
    gateway: Client,
    id: String,
}

impl RestApi {
    /// `id` is its id.
    pub fn new(clients: &Clients, region: &str, id: &str) -> Self {
        Self { gateway: clients.apigateway(region), id: id.to_owned() }
    }

    /// The API itself: without stages, resources and domain names.
    pub async fn bare(&self) -> Fact<Api> {
        let sent = self.gateway.get_rest_api().rest_api_id(&self.id).send().await;
        let answer = sent.map_err(|error| AwsFailure::from_sdk("apigateway:GetRestApi", &error));
        Fact::of(answer.map(|seen| Api {
            name: seen.name().unwrap_or_default().to_owned(),
            default_endpoint_disabled: seen.disable_execute_api_endpoint(),
            binary_media_types: seen.binary_media_types().to_vec(),
            policy: seen.policy().map(unescaped).filter(|policy| !policy.is_empty()),
            ..Api::default()
        }))
    }

    /// Stages by name, with what is deployed on them.
    pub async fn stages(&self) -> Fact<BTreeMap<String, Stage>> {
        let sent = self.gateway.get_stages().rest_api_id(&self.id).send().await;
        let seen = match Fact::of(sent.map_err(|error| AwsFailure::from_sdk("apigateway:GetStages", &error)))
        {
            Fact::Known(seen) => seen,
            Fact::Absent => return Fact::Absent,
            Fact::Unknown(why) => return Fact::Unknown(why),
        };
        let stages = seen.item().iter().filter_map(|stage| {
            let (name, deployment) = (stage.stage_name()?, stage.deployment_id()?);
            let variables: BTreeMap<String, String> =
                stage.variables().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
            Some(async move {
                let deployed = self.deployed(deployment).await?;
                let stage = Stage { deployment: deployment.to_owned(), variables, deployed };
                Ok::<_, AwsFailure>((name.to_owned(), stage))
            })
        });
        match try_join_all(stages).await {
            Ok(stages) => Fact::Known(stages.into_iter().collect()),
            Err(failure) => Fact::Unknown(failure),
        }
    }

    /// The snapshot of a deployment (AG-04); `None` where the endpoint does not tell.
    async fn deployed(&self, deployment: &str) -> Result<Option<Paths>, AwsFailure> {
        let call =
            self.gateway.get_deployment().rest_api_id(&self.id).deployment_id(deployment).embed("apisummary");
        let seen =
            call.send().await.map_err(|error| AwsFailure::from_sdk("apigateway:GetDeployment", &error))?;
        let Some(summary) = seen.api_summary().filter(|summary| !summary.is_empty()) else { return Ok(None) };
        let paths = summary.iter().map(|(path, methods)| {
            let methods = methods.iter().map(|(name, method)| {
                let deployed = Deployed {
                    // Empty where the endpoint does not tell; see `told`.
                    authorization: method.authorization_type().unwrap_or_default().to_owned(),
                    api_key_required: method.api_key_required(),
                };
                (name.to_ascii_uppercase(), deployed)
            });
            (path.clone(), methods.collect())
        });
        Ok(Some(paths.collect()))
    }

    /// The resources as edited.
    pub async fn resources(&self) -> Fact<Resources> {
        let items = match resources(&self.gateway, &self.id).await {
            Ok(items) => items,
            Err(failure) => return Fact::of(Err(failure)),
        };
        let mut found = Resources::new();
        for item in items {
            let Some(path) = item.path() else { continue };
            found.entry(path.to_owned()).or_default().extend(methods(&item));
        }
        Fact::Known(found)
    }
}

/// The three reads as one API.
pub fn assembled(
    bare: Fact<Api>,
    stages: Fact<BTreeMap<String, Stage>>,
    resources: Fact<Resources>,
) -> Fact<Api> {
    match (bare, stages, resources) {
        (Fact::Known(mut api), Fact::Known(stages), Fact::Known(resources)) => {
            api.stages = stages.into_iter().map(|(name, stage)| (name, told(stage, &resources))).collect();
            api.resources = resources;
            Fact::Known(api)
        }
        (Fact::Absent, ..) => Fact::Absent,
        (Fact::Unknown(why), ..) | (_, Fact::Unknown(why), _) | (_, _, Fact::Unknown(why)) => {
            Fact::Unknown(why)
        }
        // Gone between two answers.
        (_, Fact::Absent, _) | (_, _, Fact::Absent) => Fact::Absent,
    }
}

/// Which APIs a custom domain name leads to; absent: it is none.
pub async fn mappings(clients: &Clients, region: &str, name: &str) -> Fact<Vec<(String, Domain)>> {
    const CALL: &str = "apigateway:GetBasePathMappings";
    let gateway = clients.apigateway(region);
    let mut found = Vec::new();
    let page = async |position| {
        let call = gateway.get_base_path_mappings().domain_name(name);
        let sent = call.set_position(position).send().await;
        sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
    };
    let all = each(CALL, page, |page| {
        found.extend(page.items.unwrap_or_default());
        Next::token(page.position)
    });
    let all = all.await;
    Fact::of(all.map(|()| found.iter().filter_map(|one| mapping(name, one)).collect()))
}

fn mapping(name: &str, one: &BasePathMapping) -> Option<(String, Domain)> {
    let base_path = one.base_path().filter(|path| *path != "(none)").unwrap_or_default();
    let stage = one.stage().filter(|stage| *stage != "(none)").unwrap_or_default();
    let domain = Domain { name: name.to_owned(), base_path: base_path.to_owned(), stage: stage.to_owned() };
    Some((one.rest_api_id()?.to_owned(), domain))
}

/// The resources of a REST API with their methods, as edited.
///
/// # Errors
/// The first page that fails; a list that does not end.
pub(super) async fn resources(gateway: &Client, api: &str) -> Result<Vec<Resource>, AwsFailure> {
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

/// A resource's methods by upper-case name.
pub(super) fn methods(resource: &Resource) -> BTreeMap<String, Method> {
    let methods = resource.resource_methods().into_iter().flatten();
    methods.map(|(name, method)| (name.to_ascii_uppercase(), edited(method))).collect()
}

/// API Gateway hands the policy out with its quotes escaped, as if it stood in a string of JSON.
fn unescaped(policy: &str) -> String {
    if serde_json::from_str::<serde_json::Value>(policy).is_ok() {
        return policy.to_owned();
    }
    serde_json::from_str::<String>(&format!("\"{policy}\"")).unwrap_or_else(|_| policy.to_owned())
}

/// A snapshot that leaves the authorization out (an emulator's; AWS's has it) is taken to have the edited one.
fn told(mut stage: Stage, resources: &Resources) -> Stage {
    for (path, methods) in stage.deployed.iter_mut().flatten() {
        for (name, deployed) in methods.iter_mut().filter(|(_, deployed)| deployed.authorization.is_empty()) {
            let edited = resources.get(path).and_then(|methods| methods.get(name));
            deployed.authorization = edited.map_or("NONE", |edited| &edited.authorization).to_owned();
        }
    }
    stage
}

type Paths = BTreeMap<String, BTreeMap<String, Deployed>>;

fn edited(method: &SdkMethod) -> Method {
    Method {
        authorization: method.authorization_type().unwrap_or("NONE").to_owned(),
        api_key_required: method.api_key_required().unwrap_or(false),
        integration: method.method_integration().map(|integration| Integration {
            kind: integration.r#type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            http_method: integration.http_method().unwrap_or_default().to_owned(),
            uri: integration.uri().unwrap_or_default().to_owned(),
            timeout_ms: u32::try_from(integration.timeout_in_millis()).ok().filter(|ms| *ms > 0),
            credentials: integration.credentials().filter(|role| !role.is_empty()).map(str::to_owned),
        }),
    }
}
