//! What is known about one thing.

use serde::Serialize;

/// Result of looking at one thing. "Could not look" is never "absent".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen<T> {
    /// It exists and this is what it says.
    Known(T),
    /// AWS said that it does not exist.
    Absent,
    /// The look-up failed.
    Unknown(Unseen),
}

/// A look-up that failed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unseen {
    /// The IAM action that the look-up needs, such as `s3:GetBucketPolicy`.
    pub action: String,
    /// What AWS or the network said.
    pub why: String,
    /// The caller may not do it.
    pub denied: bool,
}

impl<T> Seen<T> {
    /// The value if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// The value to change, if it is known.
    pub fn known_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// Whether AWS said that it does not exist.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Same state, other value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Seen<U> {
        match self {
            Self::Known(value) => Seen::Known(f(value)),
            Self::Absent => Seen::Absent,
            Self::Unknown(why) => Seen::Unknown(why),
        }
    }
}
