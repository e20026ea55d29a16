//! Carries out a plan for a function's code, step by step, in the order of the plan.

use super::check::{self, CheckFailed};
use super::observe::Seen;
use super::plan::{CodePlan, Step, Wanted};
use super::{HANDLER, RUNTIME, canary, versions};
use crate::aws::lambda::{Function, Unsettled};
use crate::aws::write::BucketWrite;
use crate::aws::{AwsFailure, Clients, FailureKind};
use crate::fact::Fact;

/// Why a step did not succeed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Cause {
    /// AWS said no.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
    /// Lambda could not use the code or the configuration.
    #[error("Lambda could not carry it out: {0}")]
    Failed(String),
    /// Somebody else is at work on the function.
    #[error("somebody else has changed the function meanwhile ({0})")]
    Conflict(String),
    /// The new version is not fit for viewers.
    #[error("{}", .0.what)]
    Check(CheckFailed),
    /// The new version failed viewers.
    #[error("{0}")]
    Canary(String),
    /// The present code can't be kept.
    #[error("the present code can't be fetched, so there would be no way back: {0}")]
    NoWayBack(String),
}

impl From<Unsettled> for Cause {
    fn from(unsettled: Unsettled) -> Self {
        match unsettled {
            Unsettled::Aws(failure) => Self::Aws(failure),
            Unsettled::Failed(why) => Self::Failed(why),
            Unsettled::Gone => Self::Conflict(unsettled.to_string()),
            Unsettled::AtWork => Self::Failed(unsettled.to_string()),
        }
    }
}

/// A run that was stopped.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{step}: {cause}")]
pub struct ApplyFailed {
    /// The step that failed, in words.
    pub step: String,
    /// Why.
    pub cause: Cause,
    /// What was done before it.
    pub done: Vec<String>,
    /// The version that was published, if it came that far.
    pub version: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// The new version.
    pub version: String,
    /// Versions that were deleted.
    pub pruned: Vec<String>,
}

/// Everything that the steps need.
pub struct Run<'a> {
    /// Where the function is called.
    pub clients: &'a Clients,
    /// The function's region.
    pub region: &'a str,
    /// The function.
    pub function: &'a Function,
    /// What the plan was made from.
    pub seen: &'a Seen,
    /// What it was made for.
    pub wanted: &'a Wanted,
    /// The zip.
    pub zip: &'a [u8],
    /// The artifacts bucket, if the zip goes there.
    pub artifacts: Option<BucketWrite>,
    /// Versions that are never deleted.
    pub pinned: Vec<String>,
    /// Whether this is an emulator, which may take a dry run for real.
    pub emulator: bool,
    /// Is told what happens.
    pub say: &'a (dyn Fn(&str) + Sync),
}

/// What changes on the way.
pub(super) struct Progress {
    /// Revision of the unpublished state.
    pub(super) revision: String,
    /// The new version.
    pub(super) version: Option<String>,
    /// The zip that was there before, where there is no alias to go back to it.
    pub(super) old: Option<Vec<u8>>,
    pruned: Vec<String>,
}

impl Run<'_> {
    /// Walks the plan.
    ///
    /// # Errors
    /// [`ApplyFailed`]. Until the alias has moved, viewers notice nothing.
    pub async fn apply(&self, plan: &CodePlan) -> Result<Done, ApplyFailed> {
        let revision = self.seen.latest.revision.clone();
        let mut progress = Progress { revision, version: None, old: None, pruned: Vec::new() };
        let mut done = Vec::new();
        let total = plan.steps.len();
        for (number, step) in plan.steps.iter().enumerate() {
            (self.say)(&format!("[{}/{total}] {step}", number + 1));
            if let Err(cause) = self.step(step, &mut progress).await {
                let version = progress.version;
                return Err(ApplyFailed { step: step.to_string(), cause, done, version });
            }
            done.push(step.to_string());
        }
        Ok(Done { version: progress.version.unwrap_or_default(), pruned: progress.pruned })
    }

    async fn step(&self, step: &Step, progress: &mut Progress) -> Result<(), Cause> {
        match step {
            Step::KeepPresent => self.keep_present(progress).await,
            Step::Upload { key, .. } => self.upload(key).await,
            Step::Runtime { .. } => {
                let changed = self.function.update_runtime(RUNTIME, HANDLER, &progress.revision).await;
                changed.map_err(conflict)?;
                progress.revision = self.settled(None).await?.revision;
                Ok(())
            }
            Step::UpdateCode { .. } => self.update_code(progress).await,
            Step::Publish => self.publish(progress).await,
            Step::Check => self.check(progress).await,
            Step::Canary(canary) => {
                let version = progress.version.clone().unwrap_or_default();
                canary::run(self, *canary, &version).await
            }
            Step::MoveAlias { alias, .. } => self.move_alias(alias, progress).await,
            Step::Prune { keep } => self.prune(*keep, progress).await,
        }
    }

    async fn check(&self, progress: &Progress) -> Result<(), Cause> {
        let (version, timeout) = (progress.version.as_deref(), self.seen.latest.timeout);
        let answer = self.function.invoke(version, check::event(), timeout).await?;
        let Err(failed) = check::verdict(&answer) else { return Ok(()) };
        if let Some(old) = &progress.old {
            self.put_back(old).await?;
            (self.say)("      the present code was put back");
        }
        Err(Cause::Check(failed))
    }

    async fn move_alias(&self, name: &str, progress: &Progress) -> Result<(), Cause> {
        let version = progress.version.as_deref().unwrap_or_default();
        self.point(name, version, None).await.map(drop)
    }

    /// Points the alias somewhere; it is read again when a canary may have changed its revision.
    pub(super) async fn point(
        &self,
        name: &str,
        version: &str,
        share: Option<(&str, f64)>,
    ) -> Result<String, Cause> {
        let revision = match &self.seen.alias {
            Fact::Known(alias) if self.wanted.canary.is_none() => alias.revision.clone(),
            _ => match self.function.alias(name).await {
                Fact::Known(alias) => alias.revision,
                Fact::Absent => return Err(Cause::Conflict(format!("the alias {name} is gone"))),
                Fact::Unknown(failure) => return Err(failure.into()),
            },
        };
        self.function.move_alias(name, version, share, &revision).await.map_err(conflict)
    }

    async fn prune(&self, keep: usize, progress: &mut Progress) -> Result<(), Cause> {
        let (all, aliases) = futures::join!(self.function.versions(), self.function.aliases());
        let (Fact::Known(all), Fact::Known(aliases)) = (all, aliases) else {
            (self.say)("      versions and aliases could not be listed: nothing is deleted");
            return Ok(());
        };
        let mut pinned = self.pinned.clone();
        // The way back stays.
        pinned.extend(self.seen.alias.known().map(|alias| alias.version.clone()));
        for version in versions::superfluous(&all, &aliases, &pinned, keep) {
            self.function.delete_version(&version).await?;
            progress.pruned.push(version);
        }
        Ok(())
    }
}

/// 409 and 412 are somebody else's doing.
pub(crate) fn conflict(failure: AwsFailure) -> Cause {
    match failure.kind {
        FailureKind::Conflict => Cause::Conflict(failure.to_string()),
        _ => Cause::Aws(failure),
    }
}
