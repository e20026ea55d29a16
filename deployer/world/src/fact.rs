//! What is known about one thing in the account.

use serde::Serialize;

use crate::failure::{AwsFailure, FailureKind};

/// Result of looking at one thing. "Could not look" is never "absent": nothing is created, changed or
/// deleted on the strength of an [`Fact::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "value")]
pub enum Fact<T> {
    /// It exists and this is what it says.
    Known(T),
    /// AWS said that it does not exist.
    Absent,
    /// The look-up failed, and how.
    Unknown(AwsFailure),
}

impl<T> Fact<T> {
    /// The value if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// Why it is unknown, if it is.
    pub fn unknown(&self) -> Option<&AwsFailure> {
        match self {
            Self::Unknown(why) => Some(why),
            Self::Known(_) | Self::Absent => None,
        }
    }

    /// Whether AWS said that it does not exist.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// From a call whose "no such thing" means [`Fact::Absent`].
    pub fn of(result: Result<T, AwsFailure>) -> Self {
        match result {
            Ok(value) => Self::Known(value),
            Err(failure) if failure.kind == FailureKind::Missing => Self::Absent,
            Err(failure) => Self::Unknown(failure),
        }
    }

    /// Same state, other value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(f(value)),
            Self::Absent => Fact::Absent,
            Self::Unknown(why) => Fact::Unknown(why),
        }
    }
}
