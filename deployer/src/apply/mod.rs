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

impl Run<'_> {
    async fn walk(&mut self) -> Result<(), ApplyError> {
        let plan = self.plan;
        let total = plan.actions.len();
        for (index, action) in plan.actions.iter().enumerate() {
            if self.claim.is_none() && !matches!(action, Action::ArtifactsBucket { .. }) {
                self.step("claim the journal", Self::take_claim).await?;
            }
            let title = title(action);
            (self.events)(Event::Step { number: index + 1, total, text: title.clone() });
            let result = self.carry_out(action).await;
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

    async fn carry_out(&mut self, action: &Action) -> Result<(), Cause> {
        match action {
            Action::ArtifactsBucket { bucket, create, missing } => {
                self.artifacts_bucket(bucket, *create, missing).await
            }
            Action::UploadCode { bucket, key, .. } => self.upload_code(bucket, key).await,
            Action::Stack { desired, plan } => self.stack(desired, plan).await,
            Action::DeleteStack { name } => self.delete_stack(name).await,
            Action::PublicAccessBlock { before, after, .. } => {
                self.public_access_block(*before, *after).await
            }
            Action::Policy { before, after, .. } => self.policy(before.as_deref(), after.as_deref()).await,
            Action::Website { before, after, our_hosts, unknown_api_host, .. } => {
                let unknown = unknown_api_host.as_deref();
                let after = self.with_api_host(after.as_deref(), unknown)?;
                let mut hosts = our_hosts.clone();
                hosts.extend(self.api_host.clone());
                self.website(before.as_deref(), after.as_deref(), &hosts).await
            }
            Action::Notification { before, after, unknown_queue, .. } => {
                let after = self.with_queue(after, unknown_queue.as_deref())?;
                self.notification(before.as_deref(), &after).await
            }
            Action::Distribution { id, before, after, our_patterns, .. } => {
                self.distribution(id, before, after, our_patterns).await
            }
            Action::Invalidate { id, path } => self.invalidate(id, path).await,
            Action::FunctionConfiguration { function, alias, environment, timeout, memory, .. } => {
                self.configuration(function, alias, environment, *timeout, *memory).await
            }
            Action::FunctionAlias { function, alias, before, after } => {
                self.alias(function, alias, before.as_deref(), after).await
            }
            Action::InvokePermission { function, qualifier, statement, source_arn } => {
                self.permission(function, qualifier, statement, source_arn).await
            }
            Action::ApiMethods { api, integration, paths, methods } => {
                self.methods(api, integration, paths, methods).await
            }
            Action::ApiDeployment { api, stage } => self.deployment(api, stage).await,
            Action::DeleteDerived { keys, .. } => self.delete_derived(keys).await,
            Action::EmptyBucket { .. } => self.empty_bucket().await,
            Action::DeleteBucket { .. } => self.delete_bucket().await,
        }
    }

    /// The document with the API's real host in it.
    fn with_api_host(&self, after: Option<&str>, unknown: Option<&str>) -> Result<Option<String>, Cause> {
        match (after, unknown) {
            (Some(text), Some(unknown)) => {
                let host = self.api_host.as_deref().ok_or(Cause::NoApiHost)?;
                Ok(Some(text.replace(unknown, host)))
            }
            (text, _) => Ok(text.map(ToOwned::to_owned)),
        }
    }

    /// The document with our queue's real ARN in it.
    fn with_queue(&self, after: &str, unknown: Option<&str>) -> Result<String, Cause> {
        let Some(unknown) = unknown else { return Ok(after.to_owned()) };
        let queue = self.queue.as_deref().ok_or(Cause::NoQueue)?;
        Ok(after.replace(unknown, queue))
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
            Action::Website { unknown_api_host, .. } => unknown_api_host.as_deref(),
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
            Action::Notification { unknown_queue, .. } => unknown_queue.as_deref(),
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

    /// No edit without a valid claim.
    async fn check_claim(&self) -> Result<(), Cause> {
        match &self.claim {
            Some(claim) => claim.check().await,
            None => Ok(()),
        }
    }
}

/// What an action does, in a few words.
pub fn title(action: &Action) -> String {
    match action {
        Action::ArtifactsBucket { bucket, create: true, .. } => {
            format!("create the artifacts bucket {bucket}")
        }
        Action::ArtifactsBucket { bucket, .. } => format!("protect the artifacts bucket {bucket}"),
        Action::UploadCode { key, .. } => format!("upload the function's code as {key}"),
        Action::Stack { desired, .. } => format!("bring up the stack {}", desired.name),
        Action::PublicAccessBlock { bucket, .. } => format!("change the public access block of {bucket}"),
        Action::Policy { bucket, after: None, .. } => format!("remove the policy of {bucket}"),
        Action::Policy { bucket, .. } => format!("change the policy of {bucket}"),
        Action::Website { bucket, after: None, .. } => format!("switch the website of {bucket} off"),
        Action::Website { bucket, before: None, .. } => format!("switch the website of {bucket} on"),
        Action::Website { bucket, .. } => format!("change the website of {bucket}"),
        Action::Notification { bucket, .. } => format!("change the notifications of {bucket}"),
        Action::Distribution { id, .. } => format!("change the distribution {id}"),
        Action::Invalidate { id, path } => format!("invalidate {path} in the distribution {id}"),
        Action::FunctionConfiguration { function, .. } => format!("change the configuration of {function}"),
        Action::FunctionAlias { function, alias, after, .. } => {
            format!("point the alias {alias} of {function} at version {after}")
        }
        Action::InvokePermission { function, statement, .. } => {
            format!("let the API call {function} ({statement})")
        }
        Action::ApiMethods { api, .. } => format!("open the methods of the API {api}"),
        Action::ApiDeployment { api, stage } => format!("deploy the API {api} to {stage}"),
        Action::DeleteDerived { bucket, keys } => {
            format!("delete {} derived images from {bucket}", keys.len())
        }
        Action::DeleteStack { name } => format!("delete the stack {name}"),
        Action::EmptyBucket { bucket, .. } => format!("delete everything in the bucket {bucket}"),
        Action::DeleteBucket { bucket } => format!("delete the bucket {bucket}"),
    }
}
