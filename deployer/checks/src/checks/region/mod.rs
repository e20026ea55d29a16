//! Regions and partitions: everything has to be in the bucket's region (LA-16).

pub mod api_region;
pub mod artifacts_region;
pub mod chain_region;
pub mod client_region;
mod origin;
pub mod origin_region;
pub mod origin_spelling;
pub mod partition;
pub mod profile_region;
