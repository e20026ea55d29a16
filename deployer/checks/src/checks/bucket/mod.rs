//! The bucket: website, policy, public access, objects.

pub mod account_block;
mod anonymous;
mod derived;
pub mod empty_image;
pub mod foreign_objects;
pub mod kms;
pub mod policy_missing;
pub mod policy_tls;
pub mod prefix_overlap;
pub mod public_block;
pub mod public_write;
pub mod redirect_all;
pub mod requester_pays;
pub mod rule_403_only;
pub mod rule_404_only;
pub mod rule_http;
pub mod rule_missing;
pub mod rule_shadowed;
pub mod rule_without_prefix;
pub mod website_off;
pub mod wrong_type;
