//! Messages of the queue: many originals, each made into all its sizes at once.
//!
//! A message leaves the queue only when its result is stored (partial batch responses), so whatever dies meanwhile is
//! delivered again; what is stored already is then found by its metadata and counts as done by the job that made it.
//!
//! What comes for a second time may be what broke the function off, and took the others of its delivery with it: see
//! [`suspect`].

pub mod aws;
mod body;
mod delivery;
mod desk;
mod item;
mod make;
mod memory;
mod sqs;
mod suspect;
mod target;
mod tier;
mod uploaded;
mod words;

pub use delivery::{BatchResponse, Delivered, ItemFailure, delivered};
pub use desk::{Desk, DeskError};
pub use memory::MemoryDesk;
pub use sqs::Sqs;
pub use words::{BatchSettings, batch_settings};

use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::handler::Handler;
use crate::record::Record;
use crate::store::Store;
use crate::turn::Time;
use imgdeploy_batch::{Failed, ItemOutcome, Job, Message, Note, Received, ResultBody, WorkItem, result_name};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What is kept of the time for storing results.
const RESERVE: Duration = Duration::from_secs(2);
/// What an item that ran out of time has for saying so.
const GRACE: Duration = Duration::from_millis(200);

/// What is kept of the time for storing results: less by a function with little time.
fn reserve(time: Time) -> Duration {
    RESERVE.min(time.whole / 3)
}

/// When nothing is waited for any more, so that the function gives an answer: without one all messages come again, as if it
/// had broken off.
fn end(time: Time) -> Instant {
    time.until + GRACE.max(reserve(time) / 4 * 3)
}
/// How long a job that was read is taken for granted. A cancelled job goes on for that long at most.
const JOB_AGE: Duration = Duration::from_secs(5);
/// Deliveries after which a failure that might pass is taken for final.
const TRIES: u32 = 5;
/// Originals that are fetched or stored at the same time; one is decoded at a time, which is what there is memory for.
const AT_ONCE: usize = 3;

/// How a message is tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Attempt {
    /// How often SQS has handed it out.
    receives: u32,
    /// Whether it has all the time of the event to itself.
    alone: bool,
    /// Whether the function broke off while it worked on this alone: it is not tried again.
    broke_off: bool,
}

impl Attempt {
    /// Whether a failure that another try might mend is final.
    fn is_final(&self, failure: &Failure) -> bool {
        match failure.code {
            // It was not tried.
            "busy" => self.receives >= imgdeploy_batch::MAX_RECEIVES,
            // More time than all there is won't come.
            "timeout" => self.alone || self.receives >= imgdeploy_batch::MAX_RECEIVES,
            _ => self.receives >= TRIES,
        }
    }
}

/// Serves events of the queue.
#[derive(Debug)]
pub struct Batch<S, F, D> {
    handler: Arc<Handler<S, F>>,
    desk: D,
    on_upload: Vec<String>,
    jobs: tokio::sync::Mutex<BTreeMap<String, (Instant, Job)>>,
    /// Messages beside which this process could not note how work on them ended, by their ids.
    unclosed: Mutex<BTreeMap<String, Note>>,
}

/// What became of one message.
#[derive(Debug)]
enum Ended {
    /// It has its result.
    Item { job: String, outcome: ItemOutcome, failed: Vec<Failed> },
    /// There is nothing to count; what failed still has to be told.
    Uncounted(Vec<Failed>),
    /// It is to be delivered again.
    Again(Failure),
}

impl<S: Store, F: Fetch, D: Desk> Batch<S, F, D> {
    /// Over a handler, whose store and settings hold.
    pub fn new(handler: Arc<Handler<S, F>>, desk: D, on_upload: Vec<String>) -> Self {
        Self { handler, desk, on_upload, jobs: tokio::sync::Mutex::default(), unclosed: Mutex::default() }
    }

    /// The desk it works at.
    pub const fn desk(&self) -> &D {
        &self.desk
    }

    /// Serves the messages of one event within `budget`; `request` is Lambda's id of it. One record for each message.
    pub async fn serve(
        self: &Arc<Self>,
        messages: &[Delivered],
        budget: Duration,
        request: &str,
    ) -> (BatchResponse, Vec<Record>) {
        // The same as `reserve` says of what is left.
        let time = Time::of(budget.saturating_sub(RESERVE.min(budget / 4)));
        let (suspects, fresh): (Vec<_>, Vec<_>) =
            messages.iter().enumerate().partition(|(_, message)| suspect::is_suspect(message));
        // What ended there has its result already: it must not be lost with the next.
        let mut suspects = self.one_by_one(suspects, time, request).await;
        let mut ended = self.work(fresh, time, request).await;
        let mut response = BatchResponse::default();
        let stored = match tokio::time::timeout_at(end(time), self.store(&ended, request)).await {
            Ok(stored) => stored,
            Err(_) => Err(DeskError::late("result")),
        };
        let mut records = Vec::new();
        for (place, message) in messages.iter().enumerate() {
            let how = match (suspects.remove(&place), ended.remove(&place), &stored) {
                (Some(how), ..) | (None, Some(how @ Ended::Again(_)), _) => how,
                (None, Some(_), Err(error)) => Ended::Again(error.clone().into()),
                (None, Some(how), Ok(())) => how,
                (None, None, _) => Ended::Again(Failure::timeout()),
            };
            if matches!(how, Ended::Again(_)) {
                response.batch_item_failures.push(ItemFailure { item_identifier: message.id.clone() });
            }
            records.push(Record { request_id: request.to_owned(), ..record(&message.received, &how) });
        }
        (response, records)
    }

    /// What became of the messages, by their places; those that are missing were not finished in time.
    async fn work(
        self: &Arc<Self>,
        messages: Vec<(usize, &Delivered)>,
        time: Time,
        request: &str,
    ) -> BTreeMap<usize, Ended> {
        let mut ended = BTreeMap::new();
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        let mut running = JoinSet::new();
        for (place, message) in messages {
            let (this, at_once, request) = (Arc::clone(self), Arc::clone(&at_once), request.to_owned());
            let message = message.clone();
            running.spawn(async move {
                let _turn = at_once.acquire_owned().await;
                let attempt = Attempt { receives: message.receives, ..Attempt::default() };
                (place, this.one(&message, attempt, time, &request).await)
            });
        }
        // Items watch the time themselves: what is still running after this is stuck.
        let until = time.until + GRACE;
        loop {
            match tokio::time::timeout_at(until, running.join_next()).await {
                Ok(Some(Ok((place, how)))) => drop(ended.insert(place, how)),
                // A panic: the message is delivered again, and dead-lettered in the end.
                Ok(Some(Err(_))) => {}
                Ok(None) => return ended,
                Err(_) => {
                    running.abort_all();
                    return ended;
                }
            }
        }
    }

    async fn one(&self, message: &Delivered, attempt: Attempt, time: Time, request: &str) -> Ended {
        match &message.received {
            Received::Ours(Message::Work(item)) => match self.job(&item.job).await {
                Ok(Some(job)) => self.work_item(&job, item, attempt, time, request).await,
                Ok(None) => Ended::Uncounted(vec![lost(item, request)]),
                Err(error) => Ended::Again(error.into()),
            },
            Received::Ours(Message::Feed { job, from }) => match self.job(job).await {
                Ok(Some(job)) => self.first_tier(&job, *from, time.until).await,
                Ok(None) => Ended::Uncounted(Vec::new()),
                Err(error) => Ended::Again(error.into()),
            },
            Received::Uploaded(keys) => self.uploaded(keys, attempt, time, request).await,
            Received::Test => Ended::Uncounted(Vec::new()),
            Received::Unknown => Ended::Uncounted(vec![Failed {
                job: String::new(),
                n: 0,
                key: String::new(),
                spec: String::new(),
                code: "unknown_message".to_owned(),
                reason: "the queue is the resizer's own; send nothing else to it".to_owned(),
                request_id: request.to_owned(),
            }]),
        }
    }

    /// The job, as it was at most [`JOB_AGE`] ago.
    async fn job(&self, id: &str) -> Result<Option<Job>, DeskError> {
        let mut jobs = self.jobs.lock().await;
        jobs.retain(|_, (read, _)| read.elapsed() < JOB_AGE);
        if let Some((_, job)) = jobs.get(id) {
            return Ok(Some(job.clone()));
        }
        let job = self.desk.job(id).await?;
        if let Some(job) = &job {
            jobs.insert(id.to_owned(), (Instant::now(), job.clone()));
        }
        Ok(job)
    }

    /// Tells what failed, and stores the results, one object for each job.
    async fn store(&self, ended: &BTreeMap<usize, Ended>, request: &str) -> Result<(), DeskError> {
        let mut failures = Vec::new();
        let mut results: BTreeMap<&str, (Vec<ItemOutcome>, ResultBody)> = BTreeMap::new();
        for how in ended.values() {
            match how {
                Ended::Item { job, outcome, failed } => {
                    let (items, body) = results.entry(job).or_default();
                    items.push(outcome.clone());
                    body.failed.extend(failed.iter().cloned());
                    failures.extend(failed.iter().cloned());
                }
                Ended::Uncounted(failed) => failures.extend(failed.iter().cloned()),
                Ended::Again(_) => {}
            }
        }
        if !failures.is_empty() {
            self.desk.tell(&failures).await?;
        }
        for (job, (items, body)) in results {
            let name = result_name(self.desk.millis(), request, &items);
            self.desk.result(job, &name, &body).await?;
        }
        Ok(())
    }
}

fn lost(item: &WorkItem, request: &str) -> Failed {
    Failed {
        job: item.job.clone(),
        n: item.n,
        key: item.key.clone(),
        spec: String::new(),
        code: "unknown_job".to_owned(),
        reason: "the job's record is gone from the artifacts bucket; begin the batch again".to_owned(),
        request_id: request.to_owned(),
    }
}

/// The log line of a message.
fn record(received: &Received, how: &Ended) -> Record {
    let mut record = Record { status: 200, reason: "ok", ..Record::default() };
    match received {
        Received::Ours(Message::Work(item)) => {
            record.job = Some(item.job.clone());
            record.key = Some(item.key.clone());
        }
        Received::Ours(Message::Feed { job, .. }) => record.job = Some(job.clone()),
        Received::Uploaded(keys) => record.key = keys.first().cloned(),
        Received::Test | Received::Unknown => {}
    }
    let failed = match how {
        Ended::Again(failure) => {
            record.status = failure.status;
            record.reason = failure.code;
            record.detail = Some(failure.detail.clone().unwrap_or_else(|| failure.message.clone()));
            return record;
        }
        Ended::Item { failed, .. } | Ended::Uncounted(failed) => failed,
    };
    if let Some(first) = failed.first() {
        record.status = 422;
        record.reason = "batch_failed";
        record.spec = Some(first.spec.clone()).filter(|spec| !spec.is_empty());
        record.detail = Some(format!("{}: {}", first.code, first.reason));
    }
    record
}
