//! Distributions: conditional update, waiting for deployment, invalidation.

use super::documents::{guard, waiting};
use super::{Cause, Event, Run};
use crate::aws::again::again_saying;
use crate::aws::write::DistributionWrite;
use crate::aws::{AwsFailure, FailureKind, edge};
use crate::desired::our_edge;
use crate::random::random_id;
use imgdeploy_model::document::{self, DocumentKind, Ours};
use imgdeploy_world::Fact;
use std::time::{Duration, Instant};

/// CloudFront's own waiter gives up after 35 minutes (CF-15).
const PATIENCE: Duration = Duration::from_secs(35 * 60);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

impl Run<'_> {
    pub(super) async fn distribution(
        &mut self,
        id: &str,
        before: &str,
        after: &str,
        our_patterns: &[String],
    ) -> Result<(), Cause> {
        self.check_claim().await?;
        let now = match edge::distribution_document(self.clients, id).await {
            Fact::Known(document) => document,
            Fact::Absent => return Err(Cause::Changed(format!("the distribution {id}"))),
            Fact::Unknown(failure) => return Err(failure.into()),
        };
        if now.xml != before {
            return Err(Cause::Changed(format!("the distribution {id}")));
        }
        let prefix = our_patterns.last().map_or("", |pattern| pattern.trim_end_matches('*'));
        let ours = our_edge(&self.plan.bucket, &self.plan.region, prefix, our_patterns.to_vec());
        guard(Ours::Distribution(&ours), Some(before), Some(after))?;
        let write = DistributionWrite::new(self.clients, id, self.permit);
        match write.update(&now.etag, after).await {
            Err(failure) if failure.kind == FailureKind::Conflict => {
                self.after_conflict(id, after, failure).await?;
            }
            other => other?,
        }
        self.wait_deployed(id).await
    }

    /// A repeated request conflicts with its own first try, whose answer got lost: then our edit is there.
    async fn after_conflict(&self, id: &str, after: &str, failure: AwsFailure) -> Result<(), Cause> {
        match edge::distribution_document(self.clients, id).await {
            Fact::Known(now) if document::same(DocumentKind::Distribution, &now.xml, after) => Ok(()),
            Fact::Known(_) | Fact::Absent => Err(Cause::Changed(format!("the distribution {id}"))),
            Fact::Unknown(_) => Err(failure.into()),
        }
    }

    /// The routing rules come after this, so that no edge location caches a redirect under the old behaviour.
    async fn wait_deployed(&mut self, id: &str) -> Result<(), Cause> {
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            match edge::distribution_state(self.clients, id).await {
                Fact::Known(state) if state.status == "Deployed" => return Ok(()),
                Fact::Known(state) => self.waiting(&format!("CloudFront: {}", state.status), start),
                Fact::Absent => return Err(Cause::Changed(format!("the distribution {id}"))),
                Fact::Unknown(failure) => return Err(failure.into()),
            }
            if start.elapsed() > PATIENCE {
                return Err(Cause::StillRunning(format!("the distribution {id} is still being deployed")));
            }
            crate::aws::pace::pause(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    pub(super) async fn invalidate(&mut self, id: &str, path: &str) -> Result<(), Cause> {
        let reference = format!("imgdeploy-{}", random_id());
        let write = DistributionWrite::new(self.clients, id, self.permit);
        let paths = [path.to_owned()];
        let create = || write.invalidate(&paths, &reference);
        let invalidation = again_saying(waiting(self.events), create).await?;
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            match edge::invalidation(self.clients, id, &invalidation).await?.status {
                status if status == "Completed" => return Ok(()),
                status => self.waiting(&format!("invalidation: {status}"), start),
            }
            if start.elapsed() > PATIENCE {
                return Err(Cause::StillRunning(format!("the invalidation {invalidation} still goes on")));
            }
            crate::aws::pace::pause(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn waiting(&mut self, what: &str, since: Instant) {
        let seconds = since.elapsed().as_secs();
        (self.events)(Event::Progress { text: format!("{what} ({seconds} s)") });
    }
}
