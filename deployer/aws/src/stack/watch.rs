//! Waits for stack operations, without fixed intervals.

use std::time::{Duration, Instant};

use aws_sdk_cloudformation::Client;

use super::error::{FailedResource, StackError};
use super::events::{Cursor, Sink, StackEvent, failure};
use super::observe::{StackSeen, describe};
use super::status::Standing;

/// Longest wait for one operation. CloudFormation's own limit for a resource of this template is far below.
const LIMIT: Duration = Duration::from_secs(45 * 60);
/// Polls in a row that may fail in a passing way, on top of the client's own retries.
const PATIENCE: u32 = 5;
/// Polls for which a failed creation is given time to turn into the deletion that was ordered with it.
const GRACE: u32 = 4;

/// Growing pauses: short operations are noticed at once, long ones cost few calls (AG-13 counts them all).
pub(super) struct Pace {
    next: Duration,
    longest: Duration,
    started: Instant,
    failures: u32,
}

impl Pace {
    /// For change sets, which take about a second or two.
    pub(super) fn brief() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(2))
    }

    /// For stack operations, which take up to minutes.
    pub(super) fn long() -> Self {
        Self::new(Duration::from_millis(150), Duration::from_secs(4))
    }

    fn new(first: Duration, longest: Duration) -> Self {
        Self { next: first, longest, started: Instant::now(), failures: 0 }
    }

    /// Pauses; an error when the stack was waited for long enough.
    pub(super) async fn pause(&mut self, stack: &str, status: &str) -> Result<(), StackError> {
        if self.started.elapsed() > LIMIT {
            return Err(StackError::StillRunning {
                stack: stack.to_owned(),
                status: status.to_owned(),
                minutes: self.started.elapsed().as_secs() / 60,
            });
        }
        crate::pace::pause(self.next).await;
        self.next = self.next.mul_f32(1.4).min(self.longest);
        Ok(())
    }

    /// Lets a passing failure of a poll pass, a few times in a row.
    pub(super) fn forgive<T>(&mut self, result: Result<T, StackError>) -> Result<Option<T>, StackError> {
        match result {
            Ok(value) => {
                self.failures = 0;
                Ok(Some(value))
            }
            Err(error) if error.is_passing() && self.failures < PATIENCE => {
                self.failures += 1;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// How an operation ended.
pub(super) struct Ended {
    /// The stack's last status; `DELETE_COMPLETE` if it is gone.
    pub status: String,
    /// The stack as described at the end; `None` if it is gone.
    pub seen: Option<StackSeen>,
    /// CloudFormation knows no stack with this ARN, which it does for months after a deletion: someone put another in its place.
    pub vanished: bool,
    /// The first resource that failed.
    pub failed: Option<FailedResource>,
}

/// What to wait for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// An operation that we started ended: the stack's own events must say so too, since DescribeStacks may still show the
    /// status from before.
    OursEnded,
    /// The same for a creation that deletes the stack when it fails (CN-03).
    OursEndedOrDeleted,
    /// No operation is under way.
    Settled,
}

/// Polls the stack `id` until the operation is over, telling each event once.
pub(super) async fn watch(
    cfn: &Client,
    id: &str,
    cursor: &mut Cursor,
    until: Until,
    on_event: Sink<'_>,
) -> Result<Ended, StackError> {
    let mut pace = Pace::long();
    let mut failed = None;
    let mut last_own: Option<(String, Option<String>)> = None;
    let mut dead_polls = 0;
    loop {
        // The status first: an operation that ended between the two reads has its last events in the second.
        let seen = pace.forgive(describe(cfn, id).await)?;
        let fresh = pace.forgive(cursor.read(cfn).await)?;
        for read in fresh.iter().flatten() {
            if failed.is_none() {
                failed = failure(&read.event);
            }
            if let StackEvent::Stack { status, reason } = &read.event {
                last_own = Some((status.clone(), reason.clone()));
                if failed.is_none() && status.ends_with("_FAILED") {
                    failed = whole_stack(id, status, reason.as_deref());
                }
            }
            on_event(read.event.clone());
        }
        let mut status = "unknown".to_owned();
        if let (Some(seen), Some(_)) = (seen, fresh) {
            status = seen.as_ref().map_or("DELETE_COMPLETE", |s| s.status.as_str()).to_owned();
            let standing = Standing::of(&status);
            let confirmed = until == Until::Settled
                || standing == Standing::Gone
                || last_own.as_ref().is_some_and(|(own, _)| *own == status);
            dead_polls += u32::from(standing == Standing::Dead);
            let dying = until == Until::OursEndedOrDeleted
                && standing == Standing::Dead
                && status != "DELETE_FAILED"
                && dead_polls < GRACE;
            if standing.settled() && confirmed && !dying {
                let vanished = seen.is_none();
                let seen = seen.filter(|_| standing != Standing::Gone);
                return Ok(Ended { status, seen, vanished, failed });
            }
        }
        pace.pause(id, &status).await?;
    }
}

/// A failure of the stack as a whole, such as one of CloudFormation's checks before it begins.
fn whole_stack(id: &str, status: &str, reason: Option<&str>) -> Option<FailedResource> {
    Some(FailedResource {
        logical: id.split('/').nth(1).unwrap_or(id).to_owned(),
        resource_type: "AWS::CloudFormation::Stack".to_owned(),
        status: status.to_owned(),
        reason: reason?.to_owned(),
    })
}
