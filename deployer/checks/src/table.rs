//! Every check once, by code.

use crate::check::Check;
use crate::checks::{bucket, edge, region};

/// All checks. Codes are stable; a check that goes leaves its number behind.
pub const CHECKS: &[&Check] = &[
    &region::profile_region::CHECK,
    &bucket::website_off::CHECK,
    &bucket::redirect_all::CHECK,
    &bucket::rule_missing::CHECK,
    &bucket::rule_shadowed::CHECK,
    &bucket::rule_without_prefix::CHECK,
    &bucket::rule_http::CHECK,
    &bucket::rule_404_only::CHECK,
    &bucket::rule_403_only::CHECK,
    &bucket::public_block::CHECK,
    &bucket::account_block::CHECK,
    &bucket::policy_missing::CHECK,
    &bucket::policy_tls::CHECK,
    &bucket::public_write::CHECK,
    &bucket::kms::CHECK,
    &bucket::requester_pays::CHECK,
    &bucket::foreign_objects::CHECK,
    &bucket::empty_image::CHECK,
    &bucket::wrong_type::CHECK,
    &bucket::prefix_overlap::CHECK,
    &edge::behavior_missing::CHECK,
    &edge::behavior_order::CHECK,
    &edge::default_ttl::CHECK,
    &edge::min_ttl::CHECK,
    &edge::cache_policy::CHECK,
    &edge::cached_redirect::CHECK,
    &edge::rest_origin::CHECK,
    &edge::https_to_website::CHECK,
    &edge::host_forwarded::CHECK,
    &edge::origin_path::CHECK,
    &edge::error_pages::CHECK,
    &edge::disabled::CHECK,
    &edge::deploying::CHECK,
    &edge::alias::CHECK,
    &edge::query_strings::CHECK,
];
