//! The only modules that talk to the AWS SDK: clients, raw bodies, failures, reads and writes.

pub(crate) mod again;
pub mod answers;
pub mod api;
pub mod clients;
pub mod edge;
pub mod failure;
pub mod lambda;
pub mod metrics;
pub(crate) mod paging;
pub(crate) mod patience;
pub mod raw;
pub mod read;
pub mod signed;
pub mod sqs;
pub mod write;

pub use clients::{Access, Clients};
pub use failure::{AwsFailure, FailureKind};
