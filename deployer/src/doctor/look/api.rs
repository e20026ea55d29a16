//! REST APIs that rules and the stack name.

use futures::future::join_all;
use imgdeploy_checks::snapshot::{Api, ApiSeen, Domain, Stack};
use imgdeploy_model::region::{OriginHost, parse_origin_host};

use super::Looker;
use super::route::Host;
use crate::aws::AwsFailure;
use crate::aws::api::{self, is_http_api};
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
            Host::Other { name, region } => Some(async move {
                (
                    region,
                    self.fact("apigateway:GetBasePathMappings", api::mappings(self.clients(), region, name))
                        .await,
                )
            }),
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

    /// One API, with what its stages have deployed.
    pub(super) async fn api(&self, wanted: Wanted) -> ApiSeen {
        let Wanted { id, region, by_rule, by_stack, domains } = wanted;
        let read = api::RestApi::new(self.clients(), &region, &id);
        let (bare, stages, resources) = futures::join!(
            self.fact("apigateway:GetRestApi", read.bare()),
            self.fact("apigateway:GetStages", read.stages()),
            self.fact("apigateway:GetResources", read.resources()),
        );
        let api = match api::assembled(bare, stages, resources) {
            Fact::Absent if by_rule => self.no_rest_api(&region, &id).await,
            api => api.map(|api| Api { domains, ..api }),
        };
        ApiSeen { id, region, by_rule, by_stack, api }
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
}
