//! The function that is there: configuration, alias, permission.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Cause, Run};
use crate::aws::FailureKind;
use crate::aws::lambda::{Configuration, Function};
use crate::fact::Fact;

/// As long as Lambda's own waiters take (LA-03).
const PATIENCE: Duration = Duration::from_mins(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Run<'_> {
    fn function(&self, name: &str) -> Function {
        Function::new(self.clients, &self.plan.region, name)
    }

    /// A published version never changes, so the change goes into the unpublished state, becomes a version, and then the alias moves.
    pub(super) async fn configuration(
        &mut self,
        name: &str,
        alias: &str,
        environment: &BTreeMap<String, String>,
        timeout: Option<u32>,
        memory: Option<u32>,
    ) -> Result<(), Cause> {
        self.check_claim().await?;
        let function = self.function(name);
        let now = settled(&function, None).await?;
        function.configure(environment, timeout, memory, &now.revision).await?;
        let changed = settled(&function, None).await?;
        let version = function.publish(&changed.code_sha256, &changed.revision).await?.version;
        let _ = settled(&function, Some(&version)).await?;
        self.alias_to(&function, alias, &version).await
    }

    pub(super) async fn alias(
        &mut self,
        name: &str,
        alias: &str,
        before: Option<&str>,
        after: &str,
    ) -> Result<(), Cause> {
        self.check_claim().await?;
        let function = self.function(name);
        let now = match function.alias(alias).await {
            Fact::Known(now) => Some(now.version),
            Fact::Absent => None,
            Fact::Unknown(failure) => return Err(failure.into()),
        };
        if now.as_deref() == Some(after) {
            return Ok(());
        }
        if now.as_deref() != before {
            return Err(Cause::Changed(format!("the alias {alias} of {name}")));
        }
        self.alias_to(&function, alias, after).await
    }

    async fn alias_to(&self, function: &Function, alias: &str, version: &str) -> Result<(), Cause> {
        match function.alias(alias).await {
            Fact::Known(now) => {
                function.move_alias(alias, version, None, &now.revision).await?;
                Ok(())
            }
            Fact::Absent => Ok(function.create_alias(alias, version).await?),
            Fact::Unknown(failure) => Err(failure.into()),
        }
    }

    pub(super) async fn permission(
        &mut self,
        name: &str,
        qualifier: &str,
        statement: &str,
        source_arn: &str,
    ) -> Result<(), Cause> {
        self.check_claim().await?;
        let function = self.function(name);
        match function.permit_api(qualifier, statement, source_arn).await {
            // From an earlier run: replaced, so that statements do not pile up (LA-13).
            Err(failure) if failure.kind == FailureKind::Conflict => {
                function.forbid(qualifier, statement).await?;
                Ok(function.permit_api(qualifier, statement, source_arn).await?)
            }
            done => Ok(done?),
        }
    }
}

/// Waits until no update is under way (LA-02).
async fn settled(function: &Function, qualifier: Option<&str>) -> Result<Configuration, Cause> {
    let begun = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match function.configuration(qualifier).await {
            Fact::Known(now) if now.is_ready() => return Ok(now),
            Fact::Known(now) => {
                if let Some(why) = now.failed() {
                    return Err(Cause::StillRunning(format!("the function's last update failed: {why}")));
                }
            }
            Fact::Absent => return Err(Cause::Changed("the function".to_owned())),
            Fact::Unknown(failure) => return Err(failure.into()),
        }
        if begun.elapsed() > PATIENCE {
            return Err(Cause::StillRunning("the function is still being updated".to_owned()));
        }
        crate::pace::pause(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
