//! One plain type for everything that can go wrong in a call to AWS.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::answers::{self, Meaning};
use super::patience::Hung;

/// What a failed call means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
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

/// A failed AWS call, as plain data.
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
    pub status: Option<u16>,
    /// The classification.
    pub kind: FailureKind,
}

impl AwsFailure {
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

    /// Whether the same call may work a little later: AWS had too many calls or a failure of its own, or there was no
    /// answer.
    pub fn is_passing(&self) -> bool {
        self.kind == FailureKind::Unreachable
            || matches!(self.meaning(), Some(Meaning::Soon | Meaning::Within(_)))
            || self.status.is_some_and(|status| status == 429 || status >= 500)
    }

    /// How long the same call is to be made again for; `None` where that is no use, or the SDK has done it.
    pub(crate) fn passes_within(&self) -> Option<Duration> {
        match self.meaning() {
            Some(Meaning::Within(limit)) => Some(limit),
            _ => None,
        }
    }

    fn meaning(&self) -> Option<Meaning> {
        answers::meaning(&self.operation, self.code.as_deref()?, &self.message)
    }

    /// Something that went wrong on our side of the call: an answer that can't be used, a request that can't be made.
    pub fn local(operation: &str, message: impl Into<String>) -> Self {
        Self {
            operation: operation.to_owned(),
            code: None,
            message: message.into(),
            status: None,
            kind: FailureKind::Other,
        }
    }

    /// From what AWS answered. Without code and status there was no answer.
    pub fn of_code(operation: &str, code: Option<String>, message: String, status: Option<u16>) -> Self {
        let kind = if code.is_some() || status.is_some() {
            classify(operation, code.as_deref(), &message, status)
        } else if message.to_lowercase().contains("credential") {
            FailureKind::Credentials
        } else {
            FailureKind::Unreachable
        };
        Self { operation: operation.to_owned(), code, message, status, kind }
    }

    /// An answer whose body did not come as a whole.
    pub(crate) fn of_body(operation: &str, error: &(dyn std::error::Error + 'static)) -> Self {
        let message = Hung::behind(error).map_or_else(|| chain_text(error), ToString::to_string);
        Self { kind: FailureKind::Unreachable, ..Self::local(operation, message) }
    }

    /// From an SDK error of any operation.
    pub fn from_sdk<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let status = error.raw_response().map(|raw| raw.status().as_u16());
        let code = error.code().map(ToOwned::to_owned);
        let message = match error {
            SdkError::ServiceError(_) => error.message().unwrap_or_default().to_owned(),
            other => Hung::behind(other).map_or_else(|| chain_text(other), ToString::to_string),
        };
        let kind = match error {
            _ if Hung::behind(error).is_some() => FailureKind::Unreachable,
            SdkError::ServiceError(_) | SdkError::ResponseError(_) => {
                classify(operation, code.as_deref(), &message, status)
            }
            _ if message.to_lowercase().contains("credential") => FailureKind::Credentials,
            _ => FailureKind::Unreachable,
        };
        Self { operation: operation.to_owned(), code, message, status, kind }
    }
}

/// Codes are those of the service models; HEAD answers have a status only.
fn classify(operation: &str, code: Option<&str>, message: &str, status: Option<u16>) -> FailureKind {
    let code = code.unwrap_or_default();
    match answers::meaning(operation, code, message) {
        Some(Meaning::Taken) => return FailureKind::Conflict,
        Some(Meaning::Within(_)) => return FailureKind::Busy,
        Some(Meaning::Final) => return FailureKind::Other,
        Some(Meaning::Soon) | None => {}
    }
    match code {
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "RequestExpired"
        | "AuthFailure"
        | "InvalidToken"
        | "TokenRefreshRequired"
        | "IncompleteSignature"
        | "InvalidSignatureException"
        | "RequestTimeTooSkewed" => return FailureKind::Credentials,
        "PermanentRedirect"
        | "AuthorizationHeaderMalformed"
        | "TemporaryRedirect"
        | "IllegalLocationConstraintException" => return FailureKind::WrongRegion,
        _ => {}
    }
    if code.starts_with("NoSuch") || code == "NotFound" || code == "ResourceNotFoundException" {
        return FailureKind::Missing;
    }
    if code.starts_with("AccessDenied")
        || code.starts_with("UnauthorizedOperation")
        || code == "Forbidden"
        || code == "AllAccessDisabled"
    {
        return FailureKind::Denied;
    }
    match status {
        Some(301) => FailureKind::WrongRegion,
        Some(401 | 403 | 405) => FailureKind::Denied,
        Some(404) => FailureKind::Missing,
        Some(409 | 412) => FailureKind::Conflict,
        _ => FailureKind::Other,
    }
}

/// The messages of an error and its causes, innermost last, without repetitions.
pub(super) fn chain_text(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(current) = next {
        let text = current.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = current.source();
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_statuses_are_told_apart() {
        for (code, status, kind) in [
            (Some("AccessDenied"), Some(403), FailureKind::Denied),
            (Some("AccessDeniedException"), Some(403), FailureKind::Denied),
            (Some("ExpiredToken"), Some(400), FailureKind::Credentials),
            (Some("NoSuchBucketPolicy"), Some(404), FailureKind::Missing),
            (Some("PreconditionFailed"), Some(412), FailureKind::Conflict),
            (Some("PermanentRedirect"), Some(301), FailureKind::WrongRegion),
            (None, Some(403), FailureKind::Denied),
            (None, Some(404), FailureKind::Missing),
            (None, Some(301), FailureKind::WrongRegion),
            (Some("InternalError"), Some(500), FailureKind::Other),
        ] {
            assert_eq!(classify("s3:GetObject", code, "", status), kind, "{code:?} {status:?}");
        }
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        let failure = |code: Option<&str>, status| {
            AwsFailure::of_code("logs:FilterLogEvents", code.map(str::to_owned), String::new(), status)
        };
        for (code, status) in [
            (Some("ThrottlingException"), Some(400)),
            (Some("Throttling"), None),
            (Some("ServiceUnavailableException"), Some(503)),
            (None, Some(502)),
            (None, None),
        ] {
            assert!(failure(code, status).is_passing(), "{code:?} {status:?}");
        }
        for (code, status) in [
            (Some("AccessDeniedException"), Some(400)),
            (Some("ResourceNotFoundException"), Some(400)),
            (None, Some(404)),
        ] {
            assert!(!failure(code, status).is_passing(), "{code:?} {status:?}");
        }
    }
}
