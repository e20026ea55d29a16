//! The distribution.

pub mod alias;
pub mod behavior_missing;
pub mod behavior_order;
pub mod cache_policy;
pub mod cached_redirect;
pub mod default_ttl;
pub mod deploying;
pub mod disabled;
pub mod error_pages;
pub mod host_forwarded;
pub mod https_to_website;
pub mod min_ttl;
pub mod origin_path;
pub mod query_strings;
pub mod rest_origin;
pub mod signed_only;
