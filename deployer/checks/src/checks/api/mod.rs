//! The REST API: Missing Authentication Token, Forbidden, and their kin (AG-02 to AG-08).

pub mod api_gone;
pub mod api_key;
pub mod authorizer;
mod commands;
pub mod default_endpoint;
pub mod domain_path;
pub mod get_missing;
pub(crate) mod gone;
pub mod head_missing;
pub mod iam_auth;
pub mod integration;
pub mod only_post;
pub mod path_resource;
pub mod path_stage;
pub mod resource_policy;
mod route;
pub mod stage_missing;
pub mod stage_variable;
pub mod stale_deployment;
mod uri;
