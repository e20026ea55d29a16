//! The CloudFormation stack that holds everything of ours for one bucket: function, role, log group, REST API.
//!
//! [`template`] renders what is wanted, [`observe()`] reads what is there, [`plan()`] compares the two (pure), [`apply()`] carries
//! the plan out by change set and [`delete()`] takes the stack away. Nothing here prints: progress comes as [`StackEvent`].
//!
//! # Code that was changed outside the stack (CN-09)
//!
//! `update-code` publishes a version and moves the alias without the stack, for speed. CloudFormation does not notice, and a
//! later change of the stack would move the alias back to code that it knows. Two things stand against it:
//! - the version resource names the hash of the code that it is to publish, so that Lambda refuses to publish anything else and
//!   the stack change fails rather than bring the wrong code up;
//! - a caller that plans a change of the stack must therefore pass the **live** code (bucket, key and hash of what the alias
//!   runs, which the artifacts bucket has under its hash) unless the user gave new code. The change then uploads the same code
//!   once more, publishes it and points the alias at it.

mod apply;
mod bridge;
mod change_set;
mod delete;
mod error;
mod events;
mod memory;
mod names;
mod observe;
mod outputs;
mod own_bucket;
mod plan;
mod secrets;
mod status;
pub mod template;
mod validation;
mod watch;

pub use apply::apply;
pub use delete::{delete, wait_stable};
pub use error::{FailedResource, StackError};
pub use events::{PlannedChange, StackEvent};
pub use memory::with_memory;
pub use names::stack_name;
pub use observe::{StackSeen, observe};
pub use outputs::Outputs;
pub use own_bucket::{OUTPUT_DISTRIBUTION, OwnBucket, Rewritten, TAG_BUCKET_MADE_BY, TAG_MADE_BY, UP};
pub use plan::{DesiredStack, ParameterChange, StackPlan, TAG_BUCKET, TAG_VERSION, plan};
pub use status::Standing;
pub use template::{StackInputs, render};
