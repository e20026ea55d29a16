//! Carries an approved plan out, step by step. The only stage that writes.
//!
//! Right before each edit the document is read again: a difference from what was approved ends the run (nothing
//! is ever written on stale data), and so does a journal that another run has claimed since.

mod api;
mod artifacts;
mod bucket;
mod claim;
mod documents;
mod edge;
mod event;
mod function;
mod outcome;
mod stack;

use crate::approval::{Approved, Permit};
use crate::artifact::Artifact;
use crate::aws::Clients;
use crate::aws::read::BucketRead;
use crate::aws::write::BucketWrite;
use crate::journal::Journal;
use crate::plan::action::{Describe, of_any_kind};
use crate::plan::{Action, JournalStep, Plan};

use claim::Claim;
pub use event::Event;
pub use outcome::{ApplyError, Cause};

/// One run over a plan.
struct Run<'a> {
    clients: &'a Clients,
    plan: &'a Plan,
    permit: Permit,
    artifact: Option<&'a Artifact>,
    events: &'a mut (dyn FnMut(Event) + Send),
    /// The bucket that is attached.
    read: BucketRead,
    write: BucketWrite,
    /// Our hold on the journal; `None` before it is taken and when the plan has no use for it.
    claim: Option<Claim>,
    /// The API's host, once the stack has said it.
    api_host: Option<String>,
    /// The ARN of our queue, once the stack has said it.
    queue: Option<String>,
    /// Whether this run has opened the public access block.
    opened: bool,
    /// What has been done so far.
    done: Vec<String>,
}

/// Walks the plan. `artifact`: the code that an upload action stores.
///
/// # Errors
/// The step that failed, why, and what had been done before it.
pub async fn apply(
    clients: &Clients,
    approved: &Approved<'_, Plan>,
    artifact: Option<&Artifact>,
    events: &mut (dyn FnMut(Event) + Send),
) -> Result<Vec<String>, ApplyError> {
    let plan = approved.plan();
    let mut run = Run {
        clients,
        plan,
        permit: approved.permit(),
        artifact,
        events,
        read: BucketRead::new(clients, &plan.region, &plan.bucket, &plan.account),
        write: BucketWrite::new(clients, &plan.region, &plan.bucket, &plan.account, approved.permit()),
        claim: None,
        api_host: None,
        queue: None,
        opened: false,
        done: Vec::new(),
    };
    run.walk().await?;
    Ok(run.done)
}

/// How an action is carried out.
trait CarryOut {
    /// Does it, unless what it is about is not as planned any more.
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause>;
}

impl Run<'_> {
    async fn walk(&mut self) -> Result<(), ApplyError> {
        let plan = self.plan;
        let total = plan.actions.len();
        for (index, action) in plan.actions.iter().enumerate() {
            if self.claim.is_none() && !matches!(action, Action::ArtifactsBucket(_)) {
                self.step("claim the journal", Self::take_claim).await?;
            }
            let title = action.title();
            (self.events)(Event::Step { number: index + 1, total, text: title.clone() });
            let result = of_any_kind!(action, one => one.carry_out(self).await);
            result.map_err(|cause| self.failed(&title, cause))?;
            self.done.push(title);
            (self.events)(Event::Done);
        }
        if self.claim.is_none() {
            self.step("claim the journal", Self::take_claim).await?;
        }
        self.step("close the journal", Self::close_claim).await
    }

    async fn step(
        &mut self,
        title: &str,
        step: impl AsyncFnOnce(&mut Self) -> Result<(), Cause>,
    ) -> Result<(), ApplyError> {
        step(self).await.map_err(|cause| self.failed(title, cause))
    }

    fn failed(&self, title: &str, cause: Cause) -> ApplyError {
        ApplyError { step: title.to_owned(), cause, done: self.done.clone() }
    }

    async fn take_claim(&mut self) -> Result<(), Cause> {
        let (journal, replaces) = match &self.plan.journal {
            JournalStep::Keep => return Ok(()),
            JournalStep::Record { next, replaces } => (next, replaces.as_deref()),
            JournalStep::Forget { current, replaces } => (current, Some(replaces.as_str())),
        };
        let claim = Claim::take(self.clients, self.permit, self.plan, journal, replaces).await?;
        self.claim = Some(claim);
        Ok(())
    }

    async fn close_claim(&mut self) -> Result<(), Cause> {
        let Some(claim) = &mut self.claim else { return Ok(()) };
        match &self.plan.journal {
            JournalStep::Keep => Ok(()),
            JournalStep::Record { .. } => claim.close().await,
            JournalStep::Forget { .. } => claim.forget().await,
        }
    }

    /// Writes the real API host into the journal, before any rule names it.
    async fn record_api_host(&mut self, host: &str) -> Result<(), Cause> {
        let unknown = self.plan.actions.iter().find_map(|action| match action {
            Action::Website(website) => website.unknown_api_host.as_deref(),
            _ => None,
        });
        let (Some(unknown), Some(claim)) = (unknown, &mut self.claim) else { return Ok(()) };
        claim
            .rewrite(|journal: &mut Journal| {
                for known in &mut journal.api_hosts {
                    if known == unknown {
                        host.clone_into(known);
                    }
                }
                if let Some(edit) = &mut journal.website {
                    edit.after = edit.after.replace(unknown, host);
                }
            })
            .await
    }

    /// Writes our queue's real ARN into the journal, before any notification names it.
    async fn record_queue(&mut self, queue: &str) -> Result<(), Cause> {
        let unknown = self.plan.actions.iter().find_map(|action| match action {
            Action::Notification(one) => one.unknown_queue.as_deref(),
            _ => None,
        });
        let (Some(unknown), Some(claim)) = (unknown, &mut self.claim) else { return Ok(()) };
        claim
            .rewrite(|journal: &mut Journal| {
                if let Some(edit) = &mut journal.notification {
                    edit.after = edit.after.replace(unknown, queue);
                }
            })
            .await
    }

    /// The last look at an action before it is sent.
    fn guard(&self, action: &impl Describe) -> Result<(), Cause> {
        action.guard(&self.plan.place()).map_err(Cause::Guard)
    }

    /// No edit without a valid claim.
    async fn check_claim(&self) -> Result<(), Cause> {
        match &self.claim {
            Some(claim) => claim.check().await,
            None => Ok(()),
        }
    }
}
