//! The first tier, run by the tool.

use imgdeploy_batch::{Feed, Job, Listed, Page, Sent};

use super::place::Place;
use crate::aws::AwsFailure;

/// Most keys that the tool sends itself; more are left to the function, so that a laptop can close.
pub const OWN_KEYS: u64 = 100_000;

/// Listing, storing and sending for one job.
#[derive(Debug, Clone, Copy)]
pub struct FirstTier<'a> {
    place: &'a Place,
    job: &'a Job,
}

impl<'a> FirstTier<'a> {
    /// For `job` at `place`.
    pub const fn new(place: &'a Place, job: &'a Job) -> Self {
        Self { place, job }
    }
}

impl Feed for FirstTier<'_> {
    type Error = AwsFailure;

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, AwsFailure> {
        let mut listed = self.place.records.originals(prefix, after).await?;
        listed.keys.retain(|key| self.place.scheme.is_original(key));
        Ok(listed)
    }

    async fn last_page(&self) -> Result<Option<u64>, AwsFailure> {
        self.place.records.last_page(&self.job.id).await
    }

    async fn page(&self, number: u64) -> Result<Page, AwsFailure> {
        self.place.records.page(&self.job.id, number).await
    }

    async fn keep(&self, number: u64, page: Page) -> Result<Page, AwsFailure> {
        self.place.records.keep(&self.job.id, number, page).await
    }

    async fn send(&self, bodies: Vec<String>) -> Result<(), AwsFailure> {
        self.place.orders().send(bodies).await
    }

    async fn finish(&self, sent: Sent) -> Result<(), AwsFailure> {
        self.place.records.finish(&self.job.id, sent).await
    }
}
