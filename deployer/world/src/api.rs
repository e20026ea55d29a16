//! REST APIs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Fact;

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
