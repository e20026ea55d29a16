//! Regions and partitions: everything has to be in the bucket's region (LA-16).

pub mod profile_region;
