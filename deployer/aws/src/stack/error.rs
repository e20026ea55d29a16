//! What can go wrong with a stack, sorted by what the user can do about it.

use std::error::Error as StdError;

use aws_sdk_cloudformation::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use serde::Serialize;

use crate::AwsFailure;
use crate::answers::{self, Meaning};
use crate::patience::Hung;

/// The first resource that failed in an operation, which is the cause of all that failed after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedResource {
    /// Logical id in the template.
    pub logical: String,
    /// CloudFormation type, such as `AWS::Lambda::Function`.
    pub resource_type: String,
    /// The status that says that it failed, such as `CREATE_FAILED`.
    pub status: String,
    /// What AWS said, word for word.
    pub reason: String,
}

/// An error of a stack operation.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// CloudFormation rejected a call, or could not be reached. `code` is `None` when no answer came (network, credentials); the
    /// SDK's error is the source.
    #[error("CloudFormation {operation} failed{}: {message}", code.as_deref().map(|c| format!(" ({c})")).unwrap_or_default())]
    Aws {
        /// API operation, such as `CreateChangeSet`.
        operation: &'static str,
        /// AWS's error code, such as `AccessDenied`.
        code: Option<String>,
        /// AWS's message, or what kept an answer from coming.
        message: String,
        /// The SDK's error.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// Someone else is changing the stack, or changed it since it was observed.
    #[error(
        "stack {stack} is being changed by someone else: {what}; run the command again when that is over"
    )]
    Conflict {
        /// Stack name or id.
        stack: String,
        /// What was in the way.
        what: String,
    },
    /// An operation ran and failed; CloudFormation is done with rolling back.
    #[error("{}", failed_text(stack, status, resource.as_deref()))]
    Failed {
        /// Stack name or id.
        stack: String,
        /// The status that the stack ended in.
        status: String,
        /// The first failure; `None` if CloudFormation named no resource and gave no reason.
        resource: Option<Box<FailedResource>>,
    },
    /// CloudFormation could not make a change set of the template and its parameters.
    #[error("CloudFormation made no change set for stack {stack}: {reason}")]
    ChangeSet {
        /// Stack name or id.
        stack: String,
        /// CloudFormation's reasons.
        reason: String,
    },
    /// Termination protection keeps the stack from being deleted.
    #[error(
        "stack {stack} is protected against deletion; switch that off first: aws cloudformation \
         update-termination-protection --no-enable-termination-protection --stack-name {stack}"
    )]
    Protected {
        /// Stack name or id.
        stack: String,
    },
    /// The plan says that nothing may be done.
    #[error("stack {stack} is left alone: {why}")]
    Refused {
        /// Stack name or id.
        stack: String,
        /// Why.
        why: String,
    },
    /// An output that the tool needs is not there.
    #[error("stack {stack} has no output {output}: it was not made by this tool, or its last change failed")]
    MissingOutput {
        /// Stack name or id.
        stack: String,
        /// The output's name.
        output: &'static str,
    },
    /// A list of CloudFormation's that does not end.
    #[error(transparent)]
    List(AwsFailure),
    /// The operation goes on, but was waited for long enough.
    #[error(
        "stack {stack} is still in {status} after {minutes} minutes; CloudFormation goes on with it, run the command again later"
    )]
    StillRunning {
        /// Stack name or id.
        stack: String,
        /// Its status when the wait ended.
        status: String,
        /// How long it was waited for.
        minutes: u64,
    },
}

fn failed_text(stack: &str, status: &str, resource: Option<&FailedResource>) -> String {
    let cause = match resource {
        Some(r) => format!(": {} ({}) {}: {}", r.logical, r.resource_type, r.status, r.reason),
        None => "; CloudFormation gave no reason".to_owned(),
    };
    let next = match (status, resource) {
        // CN-04. What is skipped stays as it is, unlike what the stack says of it: the user's choice.
        ("UPDATE_ROLLBACK_FAILED", Some(r)) => format!(
            "; mend the cause and run the command again, or give the resource up: aws cloudformation \
             continue-update-rollback --stack-name {stack} --resources-to-skip {}",
            r.logical
        ),
        ("DELETE_FAILED", _) => "; mend the cause and run the command again".to_owned(),
        _ => String::new(),
    };
    format!("stack {stack} ended in {status}{cause}{next}")
}

impl StackError {
    /// An SDK error as ours; `stack` is what the operation was about.
    pub(super) fn of<E, R>(operation: &'static str, stack: &str, error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let code = error.as_service_error().and_then(|e| e.code()).map(str::to_owned);
        let message = match error.as_service_error() {
            Some(e) => e.message().unwrap_or("no message").to_owned(),
            None => Hung::behind(&error)
                .map_or_else(|| DisplayErrorContext(&error).to_string(), ToString::to_string),
        };
        // A read never meets a conflict, though its message may name a status.
        let reads = ["Describe", "Get", "List"].iter().any(|verb| operation.starts_with(verb));
        if !reads && code.as_deref().is_some_and(|code| conflicts(code, &message)) {
            return Self::Conflict { stack: stack.to_owned(), what: message };
        }
        if code.as_deref() == Some("ValidationError") && message.contains("TerminationProtection") {
            return Self::Protected { stack: stack.to_owned() };
        }
        Self::Aws { operation, code, message, source: Box::new(error) }
    }

    /// Whether AWS says that the stack (or what was asked for on it) does not exist.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Aws { code: Some(code), message, .. }
            if code.starts_with("ChangeSetNotFound") || (code == "ValidationError" && message.contains("does not exist")))
    }

    /// Whether the call may succeed when made again: throttled, AWS's own failure, or no answer.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Aws { operation, code: Some(code), message, .. } => {
                matches!(meaning(operation, code, message), Some(Meaning::Soon | Meaning::Within(_)))
            }
            // Without a code: no answer, or an answer that is no CloudFormation error (a proxy's 502). Credentials that can't be
            // had fail in the same way at every try, so that a few tries cost little.
            Self::Aws { code: None, .. } => true,
            _ => false,
        }
    }
}

fn meaning(operation: &str, code: &str, message: &str) -> Option<Meaning> {
    answers::meaning(&format!("cloudformation:{operation}"), code, message)
}

/// Whether an error code says that the stack is in someone else's hands.
fn conflicts(code: &str, message: &str) -> bool {
    meaning("", code, message) == Some(Meaning::Taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_a_change_by_others() {
        for code in ["AlreadyExistsException", "InvalidChangeSetStatus", "OperationInProgressException"] {
            assert!(conflicts(code, ""), "{code}");
        }
        assert!(conflicts(
            "ValidationError",
            "Stack:arn:x is in UPDATE_IN_PROGRESS state and can not be updated."
        ));
        assert!(!conflicts("ValidationError", "Parameters: [Url] must have values"));
        assert!(!conflicts("AccessDenied", "no"));
    }

    #[test]
    fn the_first_failure_is_the_message() {
        let error = StackError::Failed {
            stack: "imgdeploy-b".to_owned(),
            status: "ROLLBACK_COMPLETE".to_owned(),
            resource: Some(Box::new(FailedResource {
                logical: "Function".to_owned(),
                resource_type: "AWS::Lambda::Function".to_owned(),
                status: "CREATE_FAILED".to_owned(),
                reason: "no such key".to_owned(),
            })),
        };
        assert_eq!(
            error.to_string(),
            "stack imgdeploy-b ended in ROLLBACK_COMPLETE: Function (AWS::Lambda::Function) CREATE_FAILED: no such key"
        );
    }
}
