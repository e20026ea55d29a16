//! What `status` looks at beside the bucket and its stack: the live code, CloudFormation's drift, metrics.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudformation::types::{StackDriftDetectionStatus, StackResourceDriftStatus};
use serde::Serialize;

use crate::aws::lambda::{Alias, Configuration, Function};
use crate::aws::metrics::{self, Sums};
use crate::aws::paging::{Next, each};
use crate::aws::{AwsFailure, Clients, FailureKind};
use crate::fact::Fact;
use crate::function::LIVE;

/// Days that cost is about.
pub const DAYS: u32 = 30;

/// Between two questions whether drift detection is done.
const PAUSE: Duration = Duration::from_secs(2);
/// Drift detection that takes longer is left alone: AWS says "several minutes" for large stacks, and ours is small.
const LONGEST: Duration = Duration::from_secs(300);

/// The code that answers now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Live {
    /// The function's name.
    pub function: String,
    /// Number of the version that the alias points to.
    pub version: String,
    /// Other versions that get a share of the calls.
    pub also: Vec<String>,
    /// Base64 SHA-256 of its zip (LA-05).
    pub code_sha256: Option<String>,
    /// When the version was made, RFC 3339.
    pub modified: Option<String>,
    /// `arm64` or `x86_64`.
    pub architecture: Option<String>,
    /// `Active` where it can be called.
    pub state: Option<String>,
    /// Such as `provided.al2023`.
    pub runtime: Option<String>,
    /// In MB.
    pub memory_mb: Option<u32>,
    /// Seconds until Lambda ends a call.
    pub timeout_s: Option<u32>,
}

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

/// The live version of `function`: the alias, and the version that it points to.
pub async fn live(clients: &Clients, region: &str, function: &str) -> Fact<Live> {
    let lambda = Function::new(clients, region, function);
    let alias = match lambda.alias(LIVE).await {
        Fact::Known(alias) => alias,
        Fact::Absent => return Fact::Absent,
        Fact::Unknown(why) => return Fact::Unknown(why),
    };
    lambda.configuration(Some(&alias.version)).await.map(|seen| live_of(function, alias, seen))
}

fn live_of(function: &str, alias: Alias, seen: Configuration) -> Live {
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    let number = |number: u32| Some(number).filter(|number| *number > 0);
    Live {
        function: function.to_owned(),
        version: alias.version,
        also: alias.weights.into_keys().collect(),
        architecture: text(seen.architecture),
        state: seen.state,
        runtime: seen.runtime,
        memory_mb: number(seen.memory),
        timeout_s: number(seen.timeout),
        code_sha256: text(seen.code_sha256),
        // Lambda writes the offset without a colon, which RFC 3339 does not know.
        modified: text(seen.last_modified).map(|at| at.replace("+0000", "Z")),
    }
}

/// Times and the last known drift of a stack: DescribeStacks, which starts nothing.
pub async fn stack_times(clients: &Clients, region: &str, stack: &str) -> Fact<StackTimes> {
    let seen = clients.cloudformation(region).describe_stacks().stack_name(stack).send().await;
    let seen = match seen.map_err(|error| AwsFailure::from_sdk("cloudformation:DescribeStacks", &error)) {
        Ok(seen) => seen,
        // CN: CloudFormation has no code of its own for it.
        Err(failure) if failure.message.contains("does not exist") => return Fact::Absent,
        Err(failure) => return Fact::Unknown(failure),
    };
    let Some(found) = seen.stacks().first() else { return Fact::Absent };
    let drift = found.drift_information();
    let text = |time: Option<&aws_smithy_types::DateTime>| {
        time.and_then(|time| time.fmt(aws_smithy_types::date_time::Format::DateTime).ok())
    };
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
pub async fn detect_drift(clients: &Clients, region: &str, stack: &str) -> Result<Vec<String>, AwsFailure> {
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

/// What the function did in the last [`DAYS`] days; absent: CloudWatch has no data points.
pub async fn month(clients: &Clients, region: &str, function: &str) -> Fact<Sums> {
    let span = Duration::from_secs(u64::from(DAYS) * 86_400);
    match metrics::sums(clients, region, function, SystemTime::now(), span).await {
        Ok(Some(sums)) => Fact::Known(sums),
        Ok(None) => Fact::Absent,
        Err(failure) if failure.kind == FailureKind::Missing => Fact::Absent,
        Err(failure) => Fact::Unknown(failure),
    }
}
