//! Distributions: conditional update, waiting for deployment, invalidation.

use super::documents::waiting;
use super::{CarryOut, Cause, Event, Run};
use crate::aws::again::again_saying;
use crate::aws::write::DistributionWrite;
use crate::aws::{AwsFailure, FailureKind, edge};
use crate::plan::action::{Distribution, Invalidate};
use crate::random::random_id;
use imgdeploy_model::document::{self, DocumentKind};
use imgdeploy_world::Fact;
use std::time::{Duration, Instant};

/// CloudFront's own waiter gives up after 35 minutes (CF-15).
const PATIENCE: Duration = Duration::from_secs(35 * 60);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

impl CarryOut for Distribution {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        let id = &self.id;
        run.check_claim().await?;
        let now = match edge::distribution_document(run.clients, id).await {
            Fact::Known(document) => document,
            Fact::Absent => return Err(Cause::Changed(format!("the distribution {id}"))),
            Fact::Unknown(failure) => return Err(failure.into()),
        };
        if now.xml != self.before {
            return Err(Cause::Changed(format!("the distribution {id}")));
        }
        run.guard(self)?;
        let write = DistributionWrite::new(run.clients, id, run.permit);
        match write.update(&now.etag, &self.after).await {
            Err(failure) if failure.kind == FailureKind::Conflict => {
                run.after_conflict(id, &self.after, failure).await?;
            }
            other => other?,
        }
        run.wait_deployed(id).await
    }
}

impl CarryOut for Invalidate {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        let id = &self.id;
        let reference = format!("imgdeploy-{}", random_id());
        let write = DistributionWrite::new(run.clients, id, run.permit);
        let paths = [self.path.clone()];
        let create = || write.invalidate(&paths, &reference);
        let invalidation = again_saying(waiting(run.events), create).await?;
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            match edge::invalidation(run.clients, id, &invalidation).await?.status {
                status if status == "Completed" => return Ok(()),
                status => run.waiting(&format!("invalidation: {status}"), start),
            }
            if start.elapsed() > PATIENCE {
                return Err(Cause::StillRunning(format!("the invalidation {invalidation} still goes on")));
            }
            crate::aws::pace::pause(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl Run<'_> {
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

    fn waiting(&mut self, what: &str, since: Instant) {
        let seconds = since.elapsed().as_secs();
        (self.events)(Event::Progress { text: format!("{what} ({seconds} s)") });
    }
}
