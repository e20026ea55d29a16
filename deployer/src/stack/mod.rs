//! The CloudFormation stack as it is wanted. Pure: [`template`] renders it, [`own_bucket`](OwnBucket) lays over it what `up`
//! adds, [`with_memory`] takes a stack as it is but for its memory. What there is, what follows and how it is done is in
//! [`crate::aws::stack`], whose types are here as well.

mod memory;
mod own_bucket;
pub mod template;

pub use crate::aws::stack::{
    DesiredStack, FailedResource, OUTPUT_DISTRIBUTION, Outputs, ParameterChange, PlannedChange, StackError,
    StackEvent, StackPlan, StackSeen, Stacks, Standing, TAG_BUCKET, TAG_MADE_BY, TAG_VERSION, UP, plan,
    stack_name,
};
pub use memory::with_memory;
pub use own_bucket::{OwnBucket, Rewritten, TAG_BUCKET_MADE_BY};
pub use template::{StackInputs, render};
