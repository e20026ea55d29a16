//! Every check once, by code.

use crate::check::Check;
use crate::checks::{api, region};

/// All checks. Codes are stable; a check that goes leaves its number behind.
pub const CHECKS: &[&Check] = &[
    &region::chain_region::CHECK,
    &region::client_region::CHECK,
    &region::origin_region::CHECK,
    &region::origin_spelling::CHECK,
    &region::api_region::CHECK,
    &region::profile_region::CHECK,
    &region::artifacts_region::CHECK,
    &region::partition::CHECK,
    &api::path_stage::CHECK,
    &api::path_resource::CHECK,
    &api::get_missing::CHECK,
    &api::only_post::CHECK,
    &api::head_missing::CHECK,
    &api::iam_auth::CHECK,
    &api::api_key::CHECK,
    &api::authorizer::CHECK,
    &api::resource_policy::CHECK,
    &api::stale_deployment::CHECK,
    &api::stage_missing::CHECK,
    &api::stage_variable::CHECK,
    &api::default_endpoint::CHECK,
    &api::domain_path::CHECK,
    &api::api_gone::CHECK,
    &api::integration::CHECK,
];
