//! The details of CloudFormation's own checks, which it keeps apart from the failure that they cause.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::EventFilter;

/// Whose validation errors to look for.
pub(super) enum By<'a> {
    /// Those of a change set, by ARN.
    ChangeSet(&'a str),
    /// Those of a stack's last operation, by ARN.
    Stack(&'a str),
}

/// CloudFormation's checks before an operation say no more than "call DescribeEvents". This calls it. What it can't learn it
/// leaves out: the failure itself is known, and is what must be reported.
pub(super) async fn reasons(cfn: &Client, by: By<'_>) -> Option<String> {
    let filter = EventFilter::builder().failed_events(true).build();
    let call = match by {
        By::ChangeSet(id) => cfn.describe_events().change_set_name(id),
        By::Stack(id) => cfn.describe_events().stack_name(id),
    };
    let events = call.filters(filter).send().await.ok()?.operation_events.unwrap_or_default();
    let reasons: Vec<String> = events
        .into_iter()
        .filter_map(|event| {
            let reason = event.validation_status_reason?;
            let place = event.validation_path.or(event.logical_resource_id).unwrap_or_default();
            Some(format!("{place}: {reason}"))
        })
        .collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}
