//! What an error that AWS answers means for the call: one table, for every service that this tool writes to.
//!
//! Throttling and AWS's own failures are tried again by the SDK, five times in all and for reads as well. What passes by itself,
//! but not that soon, is tried again by [`super::again`], which a write is wrapped in. All else is told to the caller.

use std::time::Duration;

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Passes at once or after a short pause: the SDK makes the call again, and what it still gets then is told.
    Soon,
    /// Passes by itself: the same call is made again for so long. A document that has no condition of its own (`If-Match`) is read
    /// again before each try, as it may be somebody else's write that is in the way.
    Within(Duration),
    /// Somebody else was there first, or is at work: look again, and plan again.
    Taken,
    /// The same call would get the same answer.
    Final,
}

/// How long what passes soon is tried again where the SDK does not do it: about as long as the SDK takes for its five tries.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The service, as in `s3:PutBucketPolicy`; `*` for all.
    service: &'static str,
    /// Error code, without `Exception` at its end: services write some of them with and without it.
    code: &'static str,
    /// What the message has to contain; empty for anything.
    says: &'static str,
    /// What it means.
    meaning: Meaning,
    /// Where that is from: an id of the facts about AWS, AWS's own documentation or service model, or reports.
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers, and a test insists on it"))]
    source: &'static str,
}

const fn row(
    service: &'static str,
    code: &'static str,
    says: &'static str,
    meaning: Meaning,
    source: &'static str,
) -> Row {
    Row { service, code, says, meaning, source }
}

const fn within(seconds: u64) -> Meaning {
    Meaning::Within(Duration::from_secs(seconds))
}

use Meaning::{Final, Soon, Taken};

/// The first line that fits counts.
const TABLE: &[Row] = &[
    // One write to a bucket's settings at a time. Reports say that a minute is enough but for a name that was just deleted.
    row(
        "s3",
        "OperationAborted",
        "",
        within(60),
        "S3 API reference, error codes (409); terraform-provider-aws#7628",
    ),
    // Only conditional writes of objects get this: the condition is looked at anew with each try.
    row("s3", "ConditionalRequestConflict", "", within(30), "S3 API reference, PutObject (409)"),
    row("s3", "PreconditionFailed", "", Taken, "S3-32"),
    row("s3", "BucketAlreadyOwnedByYou", "", Taken, "S3 API reference, CreateBucket (409)"),
    row("s3", "BucketAlreadyExists", "", Taken, "S3 API reference, CreateBucket (409): another account's"),
    row("s3", "BucketNotEmpty", "", Taken, "S3 API reference, DeleteBucket (409)"),
    row("s3", "InvalidBucketState", "", Final, "S3 API reference, error codes (409)"),
    // The policy of a queue that was just made has yet to spread; how long is unverified.
    row(
        "s3",
        "InvalidArgument",
        "destination configuration",
        within(60),
        "S3 user guide, event notifications",
    ),
    row("s3", "SlowDown", "", Soon, "S3 API reference, error codes (503)"),
    row("s3", "RequestTimeout", "", Soon, "S3 API reference, error codes (400)"),
    row("lambda", "ResourceConflict", "update is in progress", within(60), "LA-02"),
    row("lambda", "ResourceConflict", "in the following state: Pending", within(60), "LA-02"),
    row("lambda", "ResourceConflict", "", Taken, "LA-02, LA-13: it exists already"),
    row("lambda", "PreconditionFailed", "", Taken, "LA-04"),
    row("lambda", "InvalidParameterValue", "cannot be assumed by Lambda", within(60), "LA-01"),
    row("lambda", "CodeStorageExceeded", "", Final, "LA-06"),
    row("lambda", "PolicyLengthExceeded", "", Final, "LA-13"),
    row("cloudfront", "PreconditionFailed", "", Taken, "CF-13"),
    row("cloudfront", "InvalidIfMatchVersion", "", Taken, "CF-13"),
    // Others of the same distribution have to be done first: a minute or two each.
    row("cloudfront", "TooManyInvalidationsInProgress", "", within(300), "CF-16"),
    row("cloudfront", "BatchTooLarge", "", Final, "CF-16"),
    row("cloudfront", "CNAMEAlreadyExists", "", Final, "CF-19"),
    row("cloudfront", "InconsistentQuantities", "", Final, "CF-13"),
    // CreateDeployment once in five seconds, DeleteRestApi once in thirty: longer than the SDK's pauses.
    row("apigateway", "TooManyRequests", "", within(60), "AG-13"),
    row(
        "apigateway",
        "LimitExceeded",
        "",
        within(60),
        "API Gateway API reference: retry after the time that is named",
    ),
    row("apigateway", "Conflict", "concurrent modification", within(60), "API Gateway API reference (409)"),
    row("apigateway", "Conflict", "", Taken, "API Gateway API reference (409)"),
    row("cloudformation", "OperationInProgress", "", Taken, "CloudFormation API reference"),
    row("cloudformation", "AlreadyExists", "", Taken, "CloudFormation API reference"),
    row("cloudformation", "InvalidChangeSetStatus", "", Taken, "CloudFormation API reference"),
    row("cloudformation", "TokenAlreadyExists", "", Taken, "CloudFormation API reference"),
    row("cloudformation", "StaleRequest", "", Taken, "CloudFormation API reference"),
    row("cloudformation", "ValidationError", "_IN_PROGRESS", Taken, "CN-05; reports: the stack is at work"),
    row("cloudformation", "InsufficientCapabilities", "", Final, "CN-01"),
    row("cloudformation", "LimitExceeded", "", Final, "CloudFormation API reference"),
    row("sqs", "OverLimit", "", within(60), "SQS API reference: too many messages in flight"),
    row("sqs", "QueueDoesNotExist", "", Final, "SQS API reference"),
    // CloudFormation makes the role; these are for whoever writes to IAM one day.
    row("iam", "ConcurrentModification", "", within(60), "IAM API reference (409)"),
    row("iam", "EntityTemporarilyUnmodifiable", "", within(60), "IAM API reference (409)"),
    row("iam", "EntityAlreadyExists", "", Taken, "IAM API reference (409)"),
    row("iam", "DeleteConflict", "", Final, "IAM API reference (409)"),
    row("*", "Throttling", "", Soon, "SDK reference guide, retry behavior"),
    row("*", "Throttled", "", Soon, "SDK reference guide, retry behavior"),
    row("*", "RequestThrottled", "", Soon, "SDK reference guide, retry behavior"),
    row("*", "TooManyRequests", "", Soon, "SDK reference guide, retry behavior; AG-13"),
    row("*", "RequestLimitExceeded", "", Soon, "SDK reference guide, retry behavior"),
    row("*", "ServiceUnavailable", "", Soon, "SDK reference guide, retry behavior"),
    row("*", "InternalFailure", "", Soon, "SDK reference guide, retry behavior"),
    row("*", "InternalError", "", Soon, "SDK reference guide, retry behavior"),
    row("*", "InternalServer", "", Soon, "SDK reference guide, retry behavior"),
    row("*", "InternalServerError", "", Soon, "SDK reference guide, retry behavior"),
];

/// What an error means that AWS answered to `operation` (`service:Operation`); `None` where the table does not know it.
pub(crate) fn meaning(operation: &str, code: &str, message: &str) -> Option<Meaning> {
    let service = operation.split([':', ' ']).next().unwrap_or_default();
    let code = code.strip_suffix("Exception").unwrap_or(code);
    let fits = |row: &&Row| {
        (row.service == service || row.service == "*") && row.code == code && message.contains(row.says)
    };
    TABLE.iter().find(fits).map(|row| row.meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_source_and_can_be_reached() {
        for (at, one) in TABLE.iter().enumerate() {
            assert!(!one.source.is_empty() && !one.code.ends_with("Exception"), "{one:?}");
            let before = &TABLE[..at];
            let hidden = before.iter().any(|earlier| {
                [one.service, "*"].contains(&earlier.service)
                    && earlier.code == one.code
                    && one.says.contains(earlier.says)
            });
            assert!(!hidden, "{one:?}");
        }
    }

    #[test]
    fn answers_are_told_apart() {
        let minute = within(60);
        for (operation, code, message, expected) in [
            ("s3:PutBucketPolicy", "OperationAborted", "", Some(minute)),
            ("s3:PutBucketWebsite", "OperationAborted", "", Some(minute)),
            ("s3:CreateBucket", "OperationAborted", "", Some(minute)),
            ("s3:CreateBucket", "BucketAlreadyOwnedByYou", "", Some(Taken)),
            ("s3:CreateBucket", "BucketAlreadyExists", "", Some(Taken)),
            ("s3:PutObject", "ConditionalRequestConflict", "", Some(within(30))),
            ("s3:PutObject", "PreconditionFailed", "", Some(Taken)),
            (
                "lambda:UpdateFunctionCode",
                "ResourceConflictException",
                "An update is in progress for resource: x",
                Some(minute),
            ),
            (
                "lambda:AddPermission",
                "ResourceConflictException",
                "The statement id (x) provided already exists.",
                Some(Taken),
            ),
            ("lambda:UpdateAlias", "PreconditionFailedException", "", Some(Taken)),
            ("cloudfront:UpdateDistribution", "PreconditionFailed", "", Some(Taken)),
            ("cloudfront:CreateInvalidation", "TooManyInvalidationsInProgress", "", Some(within(300))),
            ("apigateway:CreateDeployment", "TooManyRequestsException", "", Some(minute)),
            ("lambda:PublishVersion", "TooManyRequestsException", "", Some(Soon)),
            (
                "apigateway:PutMethod",
                "ConflictException",
                "Unable to complete operation due to concurrent modification.",
                Some(minute),
            ),
            ("apigateway:PutMethod", "ConflictException", "Method already exists", Some(Taken)),
            (
                "cloudformation:CreateChangeSet",
                "ValidationError",
                "Stack x is in UPDATE_IN_PROGRESS state",
                Some(Taken),
            ),
            ("cloudformation:CreateChangeSet", "ValidationError", "Parameters: [Url] must have values", None),
            ("s3:PutBucketPolicy", "AccessDenied", "", None),
            // What one service says means nothing at another.
            ("lambda:UpdateFunctionCode", "OperationAborted", "", None),
        ] {
            assert_eq!(meaning(operation, code, message), expected, "{operation} {code} {message}");
        }
    }
}
