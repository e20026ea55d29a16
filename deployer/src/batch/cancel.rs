//! The end of a batch before it has made all of its images.

use imgdeploy_batch::Job;

use super::records::Records;
use crate::approval::{Approved, Proposal};
use crate::aws::AwsFailure;

/// A job that is to make nothing more.
#[derive(Debug, Clone, PartialEq)]
pub struct Cancellation {
    /// As it is.
    pub job: Job,
}

impl Proposal for Cancellation {
    fn is_refused(&self) -> bool {
        false
    }
}

/// Writes that down: whoever works on the job reads it.
///
/// # Errors
/// The failed call.
pub async fn cancel(records: &Records, wanted: &Approved<'_, Cancellation>) -> Result<Job, AwsFailure> {
    let cancelled = Job { cancelled: true, ..wanted.job.clone() };
    records.put_job(&cancelled).await?;
    Ok(cancelled)
}
