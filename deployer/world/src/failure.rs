//! A call to AWS that failed.

/// What a failed call means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The named thing does not exist.
    Missing,
    /// The caller may not do this.
    Denied,
    /// Credentials absent, expired or wrong.
    Credentials,
    /// Somebody else changed it or is changing it (409, 412).
    Conflict,
    /// AWS is at work on it, for longer than it was waited for.
    Busy,
    /// The request never got a whole answer.
    Unreachable,
    /// Wrong region for this resource (301, 400).
    WrongRegion,
    /// Anything else that AWS answered.
    Other,
}

/// A failed AWS call, as plain data. Programs see operation, code and message of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("{operation} failed: {}", self.reason())]
pub struct AwsFailure {
    /// `service:Operation`, spelled as IAM spells the action where it can be.
    pub operation: String,
    /// AWS error code, e.g. `AccessDenied`.
    pub code: Option<String>,
    /// AWS's message, or the transport's.
    pub message: String,
    /// HTTP status, where there was an answer.
    #[serde(skip)]
    pub status: Option<u16>,
    /// The classification.
    #[serde(skip)]
    pub kind: FailureKind,
}

impl AwsFailure {
    /// Something that went wrong on our side of the call: an answer that can't be used, a request that can't be made.
    pub fn local(operation: &str, message: impl Into<String>) -> Self {
        Self::of_kind(FailureKind::Other, operation, message)
    }

    /// A call that was not answered, or not made, for this reason.
    pub fn of_kind(kind: FailureKind, operation: &str, message: impl Into<String>) -> Self {
        Self { operation: operation.to_owned(), code: None, message: message.into(), status: None, kind }
    }

    /// Code and message in one phrase.
    pub fn reason(&self) -> String {
        match (&self.code, self.message.is_empty()) {
            (Some(code), true) => code.clone(),
            (Some(code), false) => format!("{code}: {}", self.message),
            (None, false) => self.message.clone(),
            (None, true) => {
                self.status.map_or_else(|| "no answer".to_owned(), |status| format!("HTTP status {status}"))
            }
        }
    }

    /// Whether the caller's rights or credentials stand in the way.
    pub fn is_denied(&self) -> bool {
        matches!(self.kind, FailureKind::Denied | FailureKind::Credentials)
    }
}
