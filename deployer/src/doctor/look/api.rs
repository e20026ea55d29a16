//! REST APIs: resources as edited, stages as deployed, custom domain names.

use std::collections::BTreeMap;

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::{ApiKeySourceType, Method as SdkMethod};
use futures::future::join_all;
use imgdeploy_checks::snapshot::Deployed;
use imgdeploy_checks::snapshot::{Api, ApiSeen, Domain, Integration, Method, Stack, Stage};
use imgdeploy_model::region::{OriginHost, parse_origin_host};

use super::Looker;
use super::route::Host;
use crate::aws::AwsFailure;
use crate::aws::api::{self, is_http_api};
use crate::aws::failure::Answered;
use crate::aws::paging::{Next, each};
use imgdeploy_world::Fact;

/// An API to look at.
pub(super) struct Wanted {
    id: String,
    region: String,
    by_rule: bool,
    by_stack: bool,
    domains: Vec<Domain>,
}

impl Looker {
    /// The APIs that rules and the stack name. A custom domain name costs one more round trip.
    pub(super) async fn wanted_apis(&self, hosts: &[Host], stack: Option<&Stack>) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut add = |id: &str, region: &str, by_rule: bool, domain: Option<Domain>| {
            let known = wanted.iter().position(|one| one.id == id && one.region == region);
            let at = known.unwrap_or_else(|| {
                let (id, region) = (id.to_owned(), region.to_owned());
                wanted.push(Wanted { id, region, by_rule: false, by_stack: false, domains: Vec::new() });
                wanted.len() - 1
            });
            if let Some(one) = wanted.get_mut(at) {
                one.by_rule |= by_rule;
                one.by_stack |= !by_rule;
                one.domains.extend(domain);
            }
        };
        let custom = hosts.iter().filter_map(|host| match host {
            Host::Other { name, region } => Some(async move { (region, self.mappings(name, region).await) }),
            Host::Api { .. } => None,
        });
        let custom = join_all(custom).await;
        for host in hosts {
            if let Host::Api { id, region } = host {
                add(id, region, true, None);
            }
        }
        for (region, mappings) in custom {
            for (api, domain) in mappings.known().cloned().unwrap_or_default() {
                add(&api, region, true, Some(domain));
            }
        }
        let own = stack.and_then(|stack| stack.api_host.as_deref()).map(parse_origin_host);
        if let Some(OriginHost::ExecuteApi { api, region }) = own {
            add(&api, &region, false, None);
        }
        wanted
    }

    /// Which APIs a custom domain name leads to; absent: it is none.
    async fn mappings(&self, name: &str, region: &str) -> Fact<Vec<(String, Domain)>> {
        let gateway = self.clients().apigateway(region);
        const CALL: &str = "apigateway:GetBasePathMappings";
        let read = async {
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
            Fact::of(all.map(|()| found))
        };
        self.fact(CALL, read).await.map(|found| {
            let domain = |one: &aws_sdk_apigateway::types::BasePathMapping| {
                let base_path = one.base_path().filter(|path| *path != "(none)").unwrap_or_default();
                let stage = one.stage().filter(|stage| *stage != "(none)").unwrap_or_default();
                let domain = Domain {
                    name: name.to_owned(),
                    base_path: base_path.to_owned(),
                    stage: stage.to_owned(),
                };
                Some((one.rest_api_id()?.to_owned(), domain))
            };
            found.iter().filter_map(domain).collect()
        })
    }

    /// One API, with what its stages have deployed.
    pub(super) async fn api(&self, wanted: Wanted) -> ApiSeen {
        let Wanted { id, region, by_rule, by_stack, domains } = wanted;
        let gateway = self.clients().apigateway(&region);
        let (api, stages, resources) = futures::join!(
            self.fact("apigateway:GetRestApi", rest_api(&gateway, &id)),
            self.fact("apigateway:GetStages", self.stages(&gateway, &id)),
            self.fact("apigateway:GetResources", resources(&gateway, &id)),
        );
        let api = match (api, stages, resources) {
            (Fact::Absent, ..) if by_rule => self.no_rest_api(&region, &id).await,
            (Fact::Known(mut api), Fact::Known(stages), Fact::Known(resources)) => {
                api.stages =
                    stages.into_iter().map(|(name, stage)| (name, told(stage, &resources))).collect();
                api.resources = resources;
                api.domains = domains;
                Fact::Known(api)
            }
            (Fact::Absent, ..) => Fact::Absent,
            (Fact::Unknown(why), ..) | (_, Fact::Unknown(why), _) | (_, _, Fact::Unknown(why)) => {
                Fact::Unknown(why)
            }
            // Gone between two answers.
            (_, Fact::Absent, _) | (_, _, Fact::Absent) => Fact::Absent,
        };
        ApiSeen { id, region, by_rule, by_stack, api: api }
    }

    /// An HTTP API is there all the same, and nothing that could be looked into here.
    async fn no_rest_api(&self, region: &str, id: &str) -> Fact<Api> {
        let read = async { Fact::of(is_http_api(self.clients(), region, id).await) };
        match self.fact("apigateway:GET", read).await {
            Fact::Known(false) | Fact::Absent => Fact::Absent,
            Fact::Known(true) => {
                let why = "it is an HTTP API: only REST APIs can be looked into";
                Fact::Unknown(AwsFailure::local(&format!("the API {id} in {region}"), why))
            }
            Fact::Unknown(failure) => Fact::Unknown(failure),
        }
    }

    async fn stages(&self, gateway: &Client, id: &str) -> Fact<BTreeMap<String, Stage>> {
        let sent = gateway.get_stages().rest_api_id(id).send().await;
        let seen = match Fact::of(sent.map_err(|error| AwsFailure::from_sdk("apigateway:GetStages", &error)))
        {
            Fact::Known(seen) => seen,
            Fact::Absent => return Fact::Absent,
            Fact::Unknown(why) => return Fact::Unknown(why),
        };
        let deployments = seen.item().iter().filter_map(|stage| {
            let (name, deployment) = (stage.stage_name()?, stage.deployment_id()?);
            let variables: BTreeMap<String, String> =
                stage.variables().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
            Some(async move {
                let deployed = deployed(gateway, id, deployment).await?;
                let stage = Stage { deployment: deployment.to_owned(), variables, deployed };
                Ok::<_, AwsFailure>((name.to_owned(), stage))
            })
        });
        match futures::future::try_join_all(deployments).await {
            Ok(stages) => Fact::Known(stages.into_iter().collect()),
            Err(failure) => Fact::Unknown(failure),
        }
    }
}

async fn rest_api(gateway: &Client, id: &str) -> Fact<Api> {
    let sent = gateway.get_rest_api().rest_api_id(id).send().await;
    let answer = sent.map_err(|error| AwsFailure::from_sdk("apigateway:GetRestApi", &error));
    Fact::of(answer.map(|seen| {
        // Where the key is looked for does not matter: without one, a method that wants one refuses.
        let _: Option<&ApiKeySourceType> = seen.api_key_source();
        Api {
            name: seen.name().unwrap_or_default().to_owned(),
            default_endpoint_disabled: seen.disable_execute_api_endpoint(),
            binary_media_types: seen.binary_media_types().to_vec(),
            policy: seen.policy().map(unescaped).filter(|policy| !policy.is_empty()),
            ..Api::default()
        }
    }))
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

/// The snapshot of a deployment (AG-04); `None` where the endpoint does not tell.
async fn deployed(gateway: &Client, api: &str, deployment: &str) -> Result<Option<Paths>, AwsFailure> {
    let call = gateway.get_deployment().rest_api_id(api).deployment_id(deployment).embed("apisummary");
    let seen = call.send().await.map_err(|error| AwsFailure::from_sdk("apigateway:GetDeployment", &error))?;
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

type Resources = BTreeMap<String, BTreeMap<String, Method>>;

async fn resources(gateway: &Client, id: &str) -> Fact<Resources> {
    let items = match api::resources(gateway, id).await {
        Ok(items) => items,
        Err(failure) => return Fact::of(Err(failure)),
    };
    let mut found = Resources::new();
    for item in items {
        let Some(path) = item.path() else { continue };
        let methods = item.resource_methods().into_iter().flatten();
        let methods = methods.map(|(name, method)| (name.to_ascii_uppercase(), edited(method)));
        found.entry(path.to_owned()).or_default().extend(methods);
    }
    Fact::Known(found)
}

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
