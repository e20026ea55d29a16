//! How the stack engine's types meet the rest of the program.

use std::fmt;

use super::{PlannedChange, StackError, StackEvent, StackSeen, Standing, TAG_BUCKET};
use crate::failure::Answered;
use crate::{AwsFailure, FailureKind};

impl StackSeen {
    /// An operation is under way.
    pub fn is_moving(&self) -> bool {
        Standing::of(&self.status) == Standing::Moving
    }

    /// Whether it is tagged as the stack of `bucket`.
    pub fn is_ours(&self, bucket: &str) -> bool {
        self.tags.get(TAG_BUCKET).is_some_and(|tagged| tagged == bucket)
            || (self.tags.is_empty() && Standing::of(&self.status) == Standing::Review)
    }
}

impl StackError {
    /// As the failure of one AWS call.
    pub fn into_failure(self) -> AwsFailure {
        match self {
            Self::Aws { operation, code, message, .. } => {
                AwsFailure::of_code(&format!("cloudformation:{operation}"), code, message, None)
            }
            Self::List(failure) => failure,
            other => AwsFailure::local("cloudformation", other.to_string()),
        }
    }

    /// AWS did not let the caller do it.
    pub fn is_denied(&self) -> bool {
        match self {
            Self::Aws { operation, code, message, .. } => matches!(
                AwsFailure::of_code(operation, code.clone(), message.clone(), None).kind,
                FailureKind::Denied | FailureKind::Credentials
            ),
            _ => false,
        }
    }
}

impl fmt::Display for PlannedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.action, self.logical, self.resource_type)?;
        match self.replacement.as_deref() {
            Some("True") => f.write_str(", replaced by a new one"),
            Some("Conditional") => f.write_str(", perhaps replaced by a new one"),
            _ => Ok(()),
        }
    }
}

impl StackEvent {
    /// As it is shown, line by line.
    pub fn lines(&self) -> Vec<String> {
        let with_reason = |text: String, reason: &Option<String>| match reason {
            Some(reason) => vec![format!("{text}: {reason}")],
            None => vec![text],
        };
        match self {
            Self::ChangeSet { changes } => {
                let mut lines = vec![format!("the change set has {} resources", changes.len())];
                lines.extend(changes.iter().map(|change| format!("  {change}")));
                lines
            }
            Self::Resource { logical, resource_type, status, reason } => {
                with_reason(format!("{status:<24} {logical} ({resource_type})"), reason)
            }
            Self::Stack { status, reason } => with_reason(format!("{status:<24} stack"), reason),
        }
    }
}
