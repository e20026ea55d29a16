//! The first tier, run by the function: listing and sending for a tool that has gone.

use super::{Batch, Desk, DeskError, Ended};
use crate::direct::fetch::Fetch;
use crate::key::Scheme;
use crate::store::Store;
use imgdeploy_batch::{Fed, Feed, Job, Listed, Message, Page, Sent, feed};
use std::time::Duration;
use tokio::time::Instant;

/// Time that a page may take, generously.
const PAGE_TIME: Duration = Duration::from_secs(4);

struct ByDesk<'a, D> {
    desk: &'a D,
    job: &'a Job,
    scheme: &'a Scheme,
}

impl<D: Desk> Feed for ByDesk<'_, D> {
    type Error = DeskError;

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, DeskError> {
        let mut listed = self.desk.list(prefix, after).await?;
        listed.keys.retain(|key| self.scheme.is_original(key));
        Ok(listed)
    }

    async fn last_page(&self) -> Result<Option<u64>, DeskError> {
        self.desk.last_page(&self.job.id).await
    }

    async fn page(&self, number: u64) -> Result<Page, DeskError> {
        self.desk.page(&self.job.id, number).await
    }

    async fn keep(&self, number: u64, page: Page) -> Result<Page, DeskError> {
        self.desk.keep(&self.job.id, number, page).await
    }

    async fn send(&self, bodies: Vec<String>) -> Result<(), DeskError> {
        self.desk.send(bodies).await
    }

    async fn finish(&self, sent: Sent) -> Result<(), DeskError> {
        self.desk.finish(&self.job.id, sent).await
    }
}

impl<S: Store, F: Fetch, D: Desk> Batch<S, F, D> {
    /// Feeds while there is time, then leaves a message to go on by.
    pub(super) async fn first_tier(&self, job: &Job, from: Option<u64>, until: Instant) -> Ended {
        let by_desk = ByDesk { desk: &self.desk, job, scheme: &self.handler.settings.scheme };
        let fed = feed(&by_desk, job, from, |_| Instant::now() + PAGE_TIME < until).await;
        let at = match fed {
            Ok(Fed::All(_)) => return Ended::Uncounted(Vec::new()),
            Ok(Fed::Stopped(at)) => at,
            Err(error) => return Ended::Again(error.into()),
        };
        let next = Message::Feed { job: job.id.clone(), from: Some(at.pages) };
        match self.desk.send(vec![next.body()]).await {
            Ok(()) => Ended::Uncounted(Vec::new()),
            Err(error) => Ended::Again(error.into()),
        }
    }
}
