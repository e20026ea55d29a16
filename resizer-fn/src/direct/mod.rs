//! The direct route: the answer is the image itself, and the original may come from anywhere by URL.

pub mod answer;
pub mod caching;
pub mod conditional;
mod connect;
pub mod fetch;
pub mod fetcher;
pub mod query;
pub mod resolve;

pub use imgdeploy_sources::{address, source};
