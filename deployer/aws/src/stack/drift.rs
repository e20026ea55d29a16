//! When a stack was made and changed, and what others have changed in it since, as far as CloudFormation looked (drift).

use std::time::Duration;

use aws_sdk_cloudformation::primitives::{DateTime, DateTimeFormat};
use aws_sdk_cloudformation::types::{StackDriftDetectionStatus, StackResourceDriftStatus};
use imgdeploy_world::Fact;
use serde::Serialize;

use crate::failure::Answered;
use crate::paging::{Next, each};
use crate::{AwsFailure, Clients};

/// Between two questions whether drift detection is done.
const PAUSE: Duration = Duration::from_secs(2);
/// Drift detection that takes longer is left alone: AWS says "several minutes" for large stacks, and ours is small.
const LONGEST: Duration = Duration::from_secs(300);

/// What CloudFormation says of its stack beside what a plan needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StackTimes {
    /// When it was made, RFC 3339.
    pub created: Option<String>,
    /// When it was last updated.
    pub updated: Option<String>,
    /// `IN_SYNC`, `DRIFTED`, `UNKNOWN` or `NOT_CHECKED`.
    pub drift: Option<String>,
    /// When drift was last looked for.
    pub drift_checked: Option<String>,
    /// After a detection: what differs, by its name in the template, such as `Function: MODIFIED`.
    pub drifted: Vec<String>,
}

/// Times and the last known drift of a stack: DescribeStacks, which starts nothing.
pub async fn times(clients: &Clients, region: &str, stack: &str) -> Fact<StackTimes> {
    let seen = clients.cloudformation(region).describe_stacks().stack_name(stack).send().await;
    let seen = match seen.map_err(|error| AwsFailure::from_sdk("cloudformation:DescribeStacks", &error)) {
        Ok(seen) => seen,
        // CN: CloudFormation has no code of its own for it.
        Err(failure) if failure.message.contains("does not exist") => return Fact::Absent,
        Err(failure) => return Fact::Unknown(failure),
    };
    let Some(found) = seen.stacks().first() else { return Fact::Absent };
    let drift = found.drift_information();
    let text = |time: Option<&DateTime>| time.and_then(|time| time.fmt(DateTimeFormat::DateTime).ok());
    Fact::Known(StackTimes {
        created: text(found.creation_time()),
        updated: text(found.last_updated_time()),
        drift: drift.and_then(|drift| drift.stack_drift_status()).map(|status| status.as_str().to_owned()),
        drift_checked: text(drift.and_then(|drift| drift.last_check_timestamp())),
        drifted: Vec::new(),
    })
}

/// Has CloudFormation look for drift, and waits until it has. It changes nothing but what the stack says of its drift.
///
/// # Errors
/// A call that failed, or a detection that failed or does not end.
pub async fn detect(clients: &Clients, region: &str, stack: &str) -> Result<Vec<String>, AwsFailure> {
    let cloudformation = clients.cloudformation(region);
    let begun = cloudformation.detect_stack_drift().stack_name(stack).send().await;
    let begun = begun.map_err(|error| AwsFailure::from_sdk("cloudformation:DetectStackDrift", &error))?;
    let id = begun.stack_drift_detection_id().unwrap_or_default().to_owned();
    let asking = async {
        loop {
            let asked = cloudformation
                .describe_stack_drift_detection_status()
                .stack_drift_detection_id(&id)
                .send()
                .await
                .map_err(|error| {
                    AwsFailure::from_sdk("cloudformation:DescribeStackDriftDetectionStatus", &error)
                })?;
            match asked.detection_status() {
                Some(StackDriftDetectionStatus::DetectionInProgress) => crate::pace::pause(PAUSE).await,
                Some(StackDriftDetectionStatus::DetectionComplete) => return Ok(()),
                _ => {
                    let why = asked.detection_status_reason().unwrap_or("no reason given");
                    return Err(AwsFailure::local("cloudformation:DetectStackDrift", why));
                }
            }
        }
    };
    tokio::time::timeout(LONGEST, asking).await.map_err(|_| {
        let why =
            format!("not done after {} s; run this again later without --detect-drift", LONGEST.as_secs());
        AwsFailure::local("cloudformation:DetectStackDrift", why)
    })??;
    const CALL: &str = "cloudformation:DescribeStackResourceDrifts";
    let mut drifted = Vec::new();
    let page = async |token| {
        let call = cloudformation
            .describe_stack_resource_drifts()
            .stack_name(stack)
            .stack_resource_drift_status_filters(StackResourceDriftStatus::Modified)
            .stack_resource_drift_status_filters(StackResourceDriftStatus::Deleted);
        let sent = call.set_next_token(token).send().await;
        sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
    };
    each(CALL, page, |page| {
        drifted.extend(page.stack_resource_drifts().iter().map(|one| {
            let status = one.stack_resource_drift_status().map_or("", |status| status.as_str());
            format!("{}: {status}", one.logical_resource_id().unwrap_or_default())
        }));
        Next::token(page.next_token)
    })
    .await?;
    Ok(drifted)
}
