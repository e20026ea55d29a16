//! One plain type for everything that can go wrong in a call to AWS.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::answers::{self, Meaning, SOON};
use super::patience::Hung;
pub use imgdeploy_world::{AwsFailure, FailureKind};

/// What a call to AWS came to, as the one type for it.
pub trait Answered: Sized {
    /// Whether the same call may work a little later: AWS had too many calls or a failure of its own, or there was no
    /// answer.
    fn is_passing(&self) -> bool;

    /// How long the same call is to be made again for; `None` where that is no use, or the SDK has done it.
    fn passes_within(&self) -> Option<Duration>;

    /// The same where the SDK has not done it: the answer is about a part of a call that succeeded.
    fn passes_untried(&self) -> Option<Duration>;

    /// From what AWS answered. Without code and status there was no answer.
    fn of_code(operation: &str, code: Option<String>, message: String, status: Option<u16>) -> Self;

    /// An answer whose body did not come as a whole.
    fn of_body(operation: &str, error: &(dyn std::error::Error + 'static)) -> Self;

    /// From an SDK error of any operation.
    fn from_sdk<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static;
}

impl Answered for AwsFailure {
    fn is_passing(&self) -> bool {
        self.kind == FailureKind::Unreachable
            || matches!(meaning(self), Some(Meaning::Soon | Meaning::Within(_)))
            || self.status.is_some_and(|status| status == 429 || status >= 500)
    }

    fn passes_within(&self) -> Option<Duration> {
        match meaning(self) {
            Some(Meaning::Within(limit)) => Some(limit),
            _ => None,
        }
    }

    fn passes_untried(&self) -> Option<Duration> {
        match meaning(self) {
            Some(Meaning::Soon) => Some(SOON),
            _ => self.passes_within(),
        }
    }

    fn of_code(operation: &str, code: Option<String>, message: String, status: Option<u16>) -> Self {
        let kind = if code.is_some() || status.is_some() {
            classify(operation, code.as_deref(), &message, status)
        } else if message.to_lowercase().contains("credential") {
            FailureKind::Credentials
        } else {
            FailureKind::Unreachable
        };
        Self { operation: operation.to_owned(), code, message, status, kind }
    }

    fn of_body(operation: &str, error: &(dyn std::error::Error + 'static)) -> Self {
        let message = Hung::behind(error).map_or_else(|| chain_text(error), ToString::to_string);
        Self { kind: FailureKind::Unreachable, ..Self::local(operation, message) }
    }

    fn from_sdk<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> Self
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

fn meaning(failure: &AwsFailure) -> Option<Meaning> {
    answers::meaning(&failure.operation, failure.code.as_deref()?, &failure.message)
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
