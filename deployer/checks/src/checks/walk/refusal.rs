//! The kinds of API Gateway's 403, which have one status and different causes (AG-02, AG-03).

use super::fault::header;
use crate::snapshot::Hop;

/// Why API Gateway refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `Missing Authentication Token`.
    MissingToken,
    /// A resource policy or an authorizer says no.
    AccessDenied,
    /// `Forbidden`.
    Forbidden,
    /// Something else.
    Other,
}

impl Refusal {
    /// By the header, which is exact, else by the body's text.
    pub(super) fn of(hop: &Hop) -> Self {
        // With a suffix such as `:http://internal.amazon.com/…` in some answers.
        match header(hop, "x-amzn-errortype").split(':').next().unwrap_or_default() {
            "MissingAuthenticationTokenException" => Self::MissingToken,
            "AccessDeniedException" => Self::AccessDenied,
            "ForbiddenException" => Self::Forbidden,
            _ if hop.body.contains("Missing Authentication Token") => Self::MissingToken,
            _ if hop.body.contains("is not authorized to perform")
                || hop.body.contains("not authorized to access") =>
            {
                Self::AccessDenied
            }
            _ if hop.body.contains("\"Forbidden\"") => Self::Forbidden,
            _ => Self::Other,
        }
    }
}
