//! How an apply can end other than well.

use crate::aws::again::HasAnswer;
use crate::aws::lambda::Unsettled;
use crate::aws::{AwsFailure, FailureKind};
use crate::stack::StackError;

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// A call failed.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
    /// The stack failed.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// The document is not what was approved any more.
    #[error("{0} was changed by somebody else after the plan was made")]
    Changed(String),
    /// Another run took the journal.
    #[error("another run of imgdeploy is working on this bucket")]
    Claimed,
    /// The edit would have lost something.
    #[error("the edit would have changed something that is not ours: {}", .0.join("; "))]
    Guard(Vec<String>),
    /// The stack's outputs name no API.
    #[error("the stack did not say its API's host")]
    NoApiHost,
    /// The stack's outputs name no queue.
    #[error("the stack did not say its queue")]
    NoQueue,
    /// Waiting took too long.
    #[error("{0}")]
    StillRunning(String),
}

/// A step that failed, and what had been done before it.
#[derive(Debug, thiserror::Error)]
#[error("could not {step}: {cause}")]
pub struct ApplyError {
    /// Title of the step.
    pub step: String,
    /// Why.
    #[source]
    pub cause: Cause,
    /// Titles of the steps that are done.
    pub done: Vec<String>,
}

impl From<Unsettled> for Cause {
    fn from(unsettled: Unsettled) -> Self {
        match unsettled {
            Unsettled::Aws(failure) => Self::Aws(failure),
            Unsettled::Gone => Self::Changed("the function".to_owned()),
            Unsettled::Failed(_) | Unsettled::AtWork => Self::StillRunning(unsettled.to_string()),
        }
    }
}

impl HasAnswer for Cause {
    fn answer(&self) -> Option<&AwsFailure> {
        match self {
            Self::Aws(failure) => Some(failure),
            _ => None,
        }
    }
}

impl Cause {
    /// Somebody else was at work: stop, look again (exit code 4).
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Changed(_) | Self::Claimed | Self::Guard(_) | Self::Stack(StackError::Conflict { .. }) => {
                true
            }
            Self::Aws(failure) => failure.kind == FailureKind::Conflict,
            _ => false,
        }
    }

    /// AWS said no to the caller (exit code 5, while nothing has been done).
    pub fn is_denied(&self) -> bool {
        match self {
            Self::Aws(failure) => matches!(failure.kind, FailureKind::Denied | FailureKind::Credentials),
            Self::Stack(error) => error.is_denied(),
            _ => false,
        }
    }
}
