//! The one crate of the tool that talks to AWS: clients, raw bodies, failures, reads and writes. Answers become plain data (most of
//! it in `imgdeploy-world`), actions become calls.

pub mod again;
pub mod answers;
pub mod api;
pub mod approval;
pub mod body;
pub mod clients;
pub mod edge;
pub mod failure;
pub mod identity;
pub mod lambda;
pub mod logs;
pub mod metrics;
pub mod network;
pub mod pace;
pub mod paging;
pub(crate) mod patience;
pub mod raw;
pub mod read;
pub mod role;
pub mod signed;
pub mod simulate;
pub mod sqs;
pub mod stack;
pub mod store;
pub mod web;
pub mod write;

pub use clients::{Access, Clients};
pub use failure::{AwsFailure, FailureKind};
