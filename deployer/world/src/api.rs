//! REST APIs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Fact;
use imgdeploy_model::chain::api::{self as chain, MethodFacts};
use imgdeploy_model::chain::permission::Permission;

/// An API that something names, and what is there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiSeen {
    /// Its id.
    pub id: String,
    /// The region in which it was looked for: the one in the host that names it.
    pub region: String,
    /// A routing rule's redirect leads to it.
    pub by_rule: bool,
    /// The stack's outputs name it.
    pub by_stack: bool,
    /// What is there; absent: no such API in that region.
    pub api: Fact<Api>,
}

/// A REST API.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Api {
    /// Name, for messages.
    pub name: String,
    /// Whether `{id}.execute-api.{region}…` is switched off.
    pub default_endpoint_disabled: bool,
    /// Media types that are handed over as bytes (AG-10).
    pub binary_media_types: Vec<String>,
    /// Resource policy, as JSON.
    pub policy: Option<String>,
    /// Stages by name.
    pub stages: BTreeMap<String, Stage>,
    /// The resources as edited, by path, then methods by name (`ANY` stands for all). What is deployed is in the stages.
    pub resources: BTreeMap<String, BTreeMap<String, Method>>,
    /// Custom domain names that lead to this API.
    pub domains: Vec<Domain>,
}

impl Api {
    /// What its stages serve (AG-04): the snapshot tells what is deployed, the edited resource what the snapshot leaves out.
    /// `allowed` says whether the function lets a method call it: by stage, method, path and the edited method.
    pub fn served(
        &self,
        id: &str,
        mut allowed: impl FnMut(&str, &str, &str, &Method) -> Permission,
    ) -> chain::Api {
        let mut stages = BTreeMap::new();
        for (name, stage) in &self.stages {
            let mut served = chain::Stage::default();
            for (path, methods) in &self.resources {
                for (method, edited) in methods {
                    let snapshot = match &stage.deployed {
                        Some(paths) => match paths.get(path).and_then(|methods| methods.get(method)) {
                            Some(deployed) => Some(deployed),
                            None => continue,
                        },
                        None => None,
                    };
                    let facts = MethodFacts {
                        authorization: snapshot
                            .map_or(&edited.authorization, |one| &one.authorization)
                            .clone(),
                        api_key_required: snapshot
                            .map_or(edited.api_key_required, |one| one.api_key_required),
                        permission: allowed(name, method, path, edited),
                    };
                    served.resources.entry(path.clone()).or_default().insert(method.clone(), facts);
                }
            }
            stages.insert(name.clone(), served);
        }
        chain::Api {
            id: id.to_owned(),
            default_endpoint: !self.default_endpoint_disabled,
            binary_media_types: self.binary_media_types.clone(),
            stages,
        }
    }
}

/// A stage and what is deployed on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// Id of its deployment.
    pub deployment: String,
    /// Stage variables.
    pub variables: BTreeMap<String, String>,
    /// The deployment's snapshot: path, method, what it asks for (AG-04). `None` where the endpoint does not tell.
    pub deployed: Option<BTreeMap<String, BTreeMap<String, Deployed>>>,
}

/// A method in a deployment's snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Deployed {
    /// `NONE`, `AWS_IAM`, `CUSTOM`, `COGNITO_USER_POOLS`.
    pub authorization: String,
    /// Whether an API key is needed.
    pub api_key_required: bool,
}

/// A method as edited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Method {
    /// `NONE`, `AWS_IAM`, `CUSTOM`, `COGNITO_USER_POOLS`.
    pub authorization: String,
    /// Whether an API key is needed.
    pub api_key_required: bool,
    /// What stands behind it.
    pub integration: Option<Integration>,
}

impl Method {
    /// Anyone may call it.
    pub fn is_open(&self) -> bool {
        self.authorization == "NONE" && !self.api_key_required
    }

    /// It hands requests to this integration as Lambda wants them (AG-08).
    pub fn calls(&self, uri: &str) -> bool {
        self.integration.as_ref().is_some_and(|integration| {
            integration.kind == "AWS_PROXY" && integration.http_method == "POST" && integration.uri == uri
        })
    }
}

/// What stands behind a method (AG-08).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Integration {
    /// `AWS_PROXY`, `AWS`, `HTTP_PROXY`, `HTTP`, `MOCK`.
    pub kind: String,
    /// The method that API Gateway itself uses; for Lambda it has to be `POST`.
    pub http_method: String,
    /// Where it leads.
    pub uri: String,
    /// ARN of the role with which API Gateway calls; then the function's resource policy plays no part.
    pub credentials: Option<String>,
    /// Milliseconds until API Gateway gives up.
    pub timeout_ms: Option<u32>,
}

/// A custom domain name's mapping to the API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Domain {
    /// The domain name.
    pub name: String,
    /// First path segment; empty: none.
    pub base_path: String,
    /// Stage that it maps to; empty: the stage is in the path.
    pub stage: String,
}
