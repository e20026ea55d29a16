//! Results of looks, as reports and programs see them.

use serde::Serialize;

use crate::aws::AwsFailure;
use crate::fact::Fact;

/// Why something could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// `service:Operation`, as IAM spells it.
    pub operation: String,
    /// AWS's code, where it gave one.
    pub code: Option<String>,
    /// What it said.
    pub message: String,
}

impl Why {
    /// From a failed call.
    pub fn of(failure: &AwsFailure) -> Self {
        Self {
            operation: failure.operation.clone(),
            code: failure.code.clone(),
            message: failure.message.clone(),
        }
    }

    /// From what follows of another look.
    pub fn said(message: &str) -> Self {
        Self { operation: "imgdeploy".to_owned(), code: None, message: message.to_owned() }
    }
}

/// One look: "could not look" is never "absent".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "value")]
pub enum Look<T> {
    /// It is there.
    Known(T),
    /// AWS says that it is not there.
    Absent,
    /// Nobody could look.
    Unknown(Why),
}

impl<T> Look<T> {
    /// From a fact.
    pub fn of(fact: &Fact<T>) -> Self
    where
        T: Clone,
    {
        match fact {
            Fact::Known(value) => Self::Known(value.clone()),
            Fact::Absent => Self::Absent,
            Fact::Unknown(why) => Self::Unknown(Why::of(why)),
        }
    }

    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }
}
