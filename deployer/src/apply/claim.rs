//! Our hold on a bucket's journal: a conditional write that only one of two runs can win.
//!
//! A run that was cut off leaves its claim behind; the next run replaces it at once, and if the first is alive
//! after all, it notices before its next edit and stops. The newest run wins.

use super::Cause;
use crate::approval::Permit;
use crate::aws::read::BucketRead;
use crate::aws::write::{BucketWrite, Condition};
use crate::aws::{AwsFailure, Clients, FailureKind};
use crate::journal::{Journal, State};
use crate::names;
use crate::plan::Plan;
use crate::random::random_id;
use imgdeploy_world::Fact;

/// The journal as we wrote it last.
pub(super) struct Claim {
    read: BucketRead,
    write: BucketWrite,
    key: String,
    journal: Journal,
    etag: String,
}

impl Claim {
    /// Writes `journal` as running, unless somebody else wrote it since it was read.
    pub(super) async fn take(
        clients: &Clients,
        permit: Permit,
        plan: &Plan,
        journal: &Journal,
        replaces: Option<&str>,
    ) -> Result<Self, Cause> {
        let bucket = names::artifacts_bucket(&plan.account, &plan.region);
        let mut journal = journal.clone();
        journal.run = random_id();
        env!("CARGO_PKG_VERSION").clone_into(&mut journal.tool);
        journal.state = State::Running;
        let mut claim = Self {
            read: BucketRead::new(clients, &plan.region, &bucket, &plan.account),
            write: BucketWrite::new(clients, &plan.region, &bucket, &plan.account, permit),
            key: names::journal_key(&plan.bucket),
            journal,
            etag: String::new(),
        };
        let condition = replaces.map_or(Condition::Absent, |etag| Condition::Unchanged(etag.to_owned()));
        claim.store(condition).await?;
        Ok(claim)
    }

    async fn store(&mut self, condition: Condition) -> Result<(), Cause> {
        let body = self.journal.text().into_bytes();
        match self.write.put_object(&self.key, "application/json", body, &condition).await {
            Ok(etag) => {
                self.etag = etag;
                Ok(())
            }
            Err(failure) if failure.kind == FailureKind::Conflict => self.after_conflict(failure).await,
            // `If-Match` on an object that is gone is 404.
            Err(failure) if failure.kind == FailureKind::Missing => Err(Cause::Claimed),
            Err(failure) => Err(failure.into()),
        }
    }

    /// A repeated request conflicts with its own first try, whose answer got lost: then the journal is ours.
    async fn after_conflict(&mut self, failure: AwsFailure) -> Result<(), Cause> {
        match self.read.text(&self.key).await {
            Fact::Known((text, etag)) if text == self.journal.text() => {
                self.etag = etag;
                Ok(())
            }
            Fact::Known(_) | Fact::Absent => Err(Cause::Claimed),
            Fact::Unknown(_) => Err(failure.into()),
        }
    }

    /// Changes the journal while holding it.
    pub(super) async fn rewrite(&mut self, change: impl FnOnce(&mut Journal)) -> Result<(), Cause> {
        change(&mut self.journal);
        let condition = Condition::Unchanged(self.etag.clone());
        self.store(condition).await
    }

    /// Whether it is still ours.
    pub(super) async fn check(&self) -> Result<(), Cause> {
        match self.read.text(&self.key).await {
            Fact::Known((_, etag)) if etag == self.etag => Ok(()),
            Fact::Known(_) | Fact::Absent => Err(Cause::Claimed),
            Fact::Unknown(failure) => Err(failure.into()),
        }
    }

    /// Everything is done.
    pub(super) async fn close(&mut self) -> Result<(), Cause> {
        self.rewrite(Journal::close).await
    }

    /// Everything is undone: the journal goes.
    pub(super) async fn forget(&mut self) -> Result<(), Cause> {
        self.check().await?;
        self.write.delete_object(&self.key).await.map_err(Cause::from)
    }
}
