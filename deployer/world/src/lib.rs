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

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Caller {
    /// 12-digit account id.
    pub account: String,
    /// ARN of the caller as STS gives it.
    pub arn: String,
    /// Partition of that ARN, e.g. `aws` (PA-01).
    pub partition: String,
    /// Where the credentials come from, such as `profile shop`.
    pub by: String,
}
