//! Tests of the chain model. Test names carry the AWS fact that they hold the model to.
#![allow(clippy::unwrap_used)]

mod access;
mod api;
mod caching;
mod distribution;
mod fixture;
mod names;
mod properties;
mod routing;
mod walking;
