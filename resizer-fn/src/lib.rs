//! The Lambda function behind the resize API: API Gateway event -> original from S3 -> derived
//! object -> redirect.
//!
//! `main.rs` only wires this library to the environment and the Lambda runtime, so everything
//! here runs in tests as it does on AWS.

pub mod aws;
pub mod batch;
pub mod direct;
pub mod event;
pub mod failure;
pub mod handler;
pub mod image;
pub mod key;
pub mod record;
pub mod response;
pub mod routes;
pub mod settings;
pub mod signature;
pub mod store;
pub mod turn;
mod work;
