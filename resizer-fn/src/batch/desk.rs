//! What serving a batch needs besides the store of images.

use crate::failure::Failure;
use imgdeploy_batch::{Failed, Job, Listed, Note, Page, ResultBody, Sent};
use std::future::Future;

/// Why a call on the desk failed. All of them are worth another try: the message is delivered again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {detail}")]
pub struct DeskError {
    /// What was tried, such as `s3:PutObject`.
    pub call: &'static str,
    /// What was answered.
    pub detail: String,
}

impl DeskError {
    /// A call that nobody could wait for any longer.
    pub(super) fn late(call: &'static str) -> Self {
        Self { call, detail: "there was no answer in time".to_owned() }
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        Self {
            status: 503,
            code: "batch_desk",
            message: "the batch's own records can't be reached; the message is tried again".to_owned(),
            detail: Some(error.to_string()),
            shown: None,
        }
    }
}

/// Jobs, results and queues.
pub trait Desk: Send + Sync + 'static {
    /// A job; none if there is no such one.
    fn job(&self, id: &str) -> impl Future<Output = Result<Option<Job>, DeskError>> + Send;

    /// Stores a result of `job` under `name`.
    fn result(
        &self,
        job: &str,
        name: &str,
        body: &ResultBody,
    ) -> impl Future<Output = Result<(), DeskError>> + Send;

    /// Sends failures to the errors queue.
    fn tell(&self, failed: &[Failed]) -> impl Future<Output = Result<(), DeskError>> + Send;

    /// Sends bodies to the queue that the messages came from.
    fn send(&self, bodies: Vec<String>) -> impl Future<Output = Result<(), DeskError>> + Send;

    /// Lists up to 1,000 keys of the originals' bucket.
    fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> impl Future<Output = Result<Listed, DeskError>> + Send;

    /// Number of the last stored page of `job`.
    fn last_page(&self, job: &str) -> impl Future<Output = Result<Option<u64>, DeskError>> + Send;

    /// A stored page.
    fn page(&self, job: &str, number: u64) -> impl Future<Output = Result<Page, DeskError>> + Send;

    /// Stores a page unless there is one; the one there is.
    fn keep(
        &self,
        job: &str,
        number: u64,
        page: Page,
    ) -> impl Future<Output = Result<Page, DeskError>> + Send;

    /// Notes that everything was sent.
    fn finish(&self, job: &str, sent: Sent) -> impl Future<Output = Result<(), DeskError>> + Send;

    /// What is noted beside a message (SQS's id).
    fn noted(&self, message: &str) -> impl Future<Output = Result<Option<Note>, DeskError>> + Send;

    /// Notes this beside a message.
    fn note(&self, message: &str, note: Note) -> impl Future<Output = Result<(), DeskError>> + Send;

    /// Milliseconds since 1970.
    fn millis(&self) -> u64;
}
