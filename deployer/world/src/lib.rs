//! What is in the account, as plain data: planned, judged and shown from. Pure.

mod fact;
mod failure;

pub use fact::Fact;
pub use failure::{AwsFailure, FailureKind};
