//! The CloudFormation stack that holds everything of ours for one bucket: function, role, log group, REST API.
//!
//! [`Stacks`] reads what is there, [`plan()`] compares it with what is wanted (pure), [`StackWrite`] carries the plan out by
//! change set and takes the stack away, and [`drift`] asks CloudFormation for what others have changed in it. Nothing here prints: progress comes as [`StackEvent`]. What is wanted comes rendered, as [`DesiredStack`].
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
pub mod drift;
mod error;
mod events;
mod handle;
mod kind;
mod names;
mod observe;
mod outputs;
mod plan;
mod secrets;
mod status;
mod validation;
mod watch;

pub use error::{FailedResource, StackError};
pub use events::{PlannedChange, StackEvent};
pub use handle::{StackWrite, Stacks};
pub use kind::{PARAMETER_WITH_CDN, TAG_MADE_BY, UP};
pub use names::stack_name;
pub use observe::StackSeen;
pub use outputs::{OUTPUT_DISTRIBUTION, OUTPUT_QUEUE, Outputs};
pub use plan::{
    DesiredStack, Difference, ParameterChange, StackPlan, TAG_BUCKET, TAG_VERSION, plan, same_template,
};
pub use secrets::Secrets;
pub use status::Standing;
