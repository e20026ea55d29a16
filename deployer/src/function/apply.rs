//! Carries out a plan for a function's code, step by step, in the order of the plan.

use super::plan::Step;
use super::run::Progress;
pub use super::run::{ApplyFailed, Cause, Done, Run};
use super::{HANDLER, RUNTIME, canary, check, versions};
use crate::aws::{AwsFailure, FailureKind};
use imgdeploy_world::Fact;

impl Run<'_> {
    /// Walks the plan.
    ///
    /// # Errors
    /// [`ApplyFailed`]. Until the alias has moved, viewers notice nothing.
    pub async fn apply(&self) -> Result<Done, ApplyFailed> {
        let plan = self.plan;
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
                let changed = self.write().update_runtime(RUNTIME, HANDLER, &progress.revision).await;
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
        let answer = self.write().invoke(version, check::event(), timeout).await?;
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
        self.write().move_alias(name, version, share, &revision).await.map_err(conflict)
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
            self.write().delete_version(&version).await?;
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
