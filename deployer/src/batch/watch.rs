//! Counts results until something is known of every image.

use std::time::{Duration, Instant};

use futures::{StreamExt as _, stream};
use imgdeploy_batch::{Counts, Failed, Job, Message, Sent, Tally, WorkItem};

use super::place::Place;
use super::progress::{Progress, Speed};
use crate::aws::AwsFailure;

/// Clocks of the function's instances may differ, and a result may be listed later than a newer one: so much is read again.
const OVERLAP: u64 = 120_000;
/// Results that are read at the same time.
const READS: usize = 16;
/// Time without news after which messages may have got lost, if no queue has any.
pub const IDLE: Duration = Duration::from_secs(60);

/// Time without news after which it is said what keeps the batch.
pub const QUIET: Duration = Duration::from_secs(30);

/// A job and what is known of it.
#[derive(Debug)]
pub struct Watch<'a> {
    place: &'a Place,
    job: Job,
    tally: Tally,
    sent: Option<Sent>,
    begun: Instant,
    speed: Speed,
    news: Instant,
    told: Duration,
}

impl<'a> Watch<'a> {
    /// For `job`, of which nothing is known yet.
    pub fn new(place: &'a Place, job: Job) -> Self {
        let tally = Tally::new(job.specs.len());
        let now = Instant::now();
        Self {
            place,
            job,
            tally,
            sent: None,
            begun: now,
            speed: Speed::default(),
            news: now,
            told: Duration::ZERO,
        }
    }

    /// The job.
    pub const fn job(&self) -> &Job {
        &self.job
    }

    /// Takes in what is new.
    ///
    /// # Errors
    /// The failed call.
    pub async fn look(&mut self) -> Result<Progress, AwsFailure> {
        let after = self.tally.newest().saturating_sub(OVERLAP);
        self.look_after(after).await
    }

    async fn look_after(&mut self, after: u64) -> Result<Progress, AwsFailure> {
        let before = self.tally.counts();
        if self.sent.is_none() {
            self.sent = self.place.records.sent(&self.job.id).await?;
        }
        let mut keys = self.place.records.results(&self.job.id, after);
        while let Some(page) = keys.next().await? {
            for key in page {
                self.tally.add_key(&key);
            }
        }
        let counts = self.tally.counts();
        if counts != before {
            self.news = Instant::now();
            self.told = Duration::ZERO;
        }
        let speed = self.speed.of(self.begun.elapsed(), counts.total());
        Ok(Progress::new(self.sent, self.job.specs.len(), counts, speed))
    }

    /// Whether something is known of every image.
    pub fn is_complete(&self) -> bool {
        self.sent.is_some_and(|sent| self.tally.is_complete(sent.items))
    }

    /// Whether it is time to say that there was no news: after [`QUIET`], then each time after twice as long.
    pub fn is_quiet(&mut self, quiet: Duration) -> bool {
        let due = if self.told.is_zero() { quiet } else { self.told * 2 };
        let elapsed = self.news.elapsed();
        if self.is_sent() && elapsed >= due {
            self.told = elapsed.max(quiet);
            return true;
        }
        false
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// Whether everything was sent.
    pub fn is_sent(&self) -> bool {
        self.sent.is_some()
    }

    /// Sends again what nothing is known of, if there was no news for a while and no queue has a message: then it was
    /// lost, by whoever emptied the queue, or after fourteen days in it. How many originals that were.
    ///
    /// # Errors
    /// The failed call.
    pub async fn resend_lost(&mut self, idle: Duration) -> Result<u64, AwsFailure> {
        let Some(sent) = self.sent.filter(|_| self.news.elapsed() >= idle) else { return Ok(0) };
        if self.place.queue.depth().await? + self.place.dead.depth().await? > 0 {
            return Ok(0);
        }
        self.look_after(0).await?;
        let mut lost = 0;
        for number in 0..sent.pages {
            let page = self.place.records.page(&self.job.id, number).await?;
            let unknown = page.items().filter(|(n, _)| !self.tally.knows(*n));
            let bodies: Vec<String> = unknown
                .map(|(n, key)| {
                    Message::Work(WorkItem { job: self.job.id.clone(), n, key: key.to_owned() }).body()
                })
                .collect();
            lost += bodies.len() as u64;
            self.place.orders().send(bodies).await?;
        }
        self.news = Instant::now();
        Ok(lost)
    }
}

/// What failed and was not made later, in the order of the originals, each image once.
///
/// # Errors
/// The failed call.
pub async fn failures(place: &Place, job: &Job) -> Result<(Counts, Vec<Failed>), AwsFailure> {
    let mut tally = Tally::new(job.specs.len());
    let mut with_failures = Vec::new();
    let mut keys = place.records.results(&job.id, 0);
    while let Some(page) = keys.next().await? {
        for key in page {
            let items = tally.add_key(&key).unwrap_or_default();
            if items.iter().any(imgdeploy_batch::ItemOutcome::has_failed) {
                with_failures.push(key);
            }
        }
    }
    let mut found = std::collections::BTreeMap::new();
    let bodies = stream::iter(with_failures).map(|key| async move { place.records.result(&key).await });
    let mut bodies = bodies.buffer_unordered(READS);
    while let Some(body) = bodies.next().await {
        for one in body?.failed {
            let spec = job.specs.iter().position(|spec| *spec == one.spec).unwrap_or(usize::MAX);
            found.insert((one.n, spec), one);
        }
    }
    found.retain(|(n, spec), _| tally.failed(*n, *spec));
    Ok((tally.counts(), found.into_values().collect()))
}
