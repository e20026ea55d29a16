//! What is in the account, as plain data: planned, judged and shown from. Pure.

pub mod api;
pub mod bucket;
pub mod edge;
mod fact;
mod failure;
pub mod function;
pub mod log;
pub mod walk;

pub use fact::Fact;
pub use failure::{AwsFailure, FailureKind};
