//! The function that is there: configuration, alias, permission.

use super::{CarryOut, Cause, Run};
use crate::aws::FailureKind;
use crate::aws::lambda::{Function, FunctionWrite};
use crate::plan::action::{FunctionAlias, FunctionConfiguration, InvokePermission};
use imgdeploy_world::Fact;

impl Run<'_> {
    /// For looking at it, and for changing it.
    fn function(&self, name: &str) -> (Function, FunctionWrite) {
        let function = Function::new(self.clients, &self.plan.region, name);
        let write = function.writer(self.permit);
        (function, write)
    }
}

/// A published version never changes, so the change goes into the unpublished state, becomes a version, and then the alias moves.
impl CarryOut for FunctionConfiguration {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        run.check_claim().await?;
        let (function, write) = run.function(&self.function);
        let now = function.settled(None).await?;
        write.configure(&self.environment, self.timeout, self.memory, &now.revision).await?;
        let changed = function.settled(None).await?;
        let version = write.publish(&changed.code_sha256, &changed.revision).await?.version;
        let _ = function.settled(Some(&version)).await?;
        alias_to((&function, &write), &self.alias, &version).await
    }
}

impl CarryOut for FunctionAlias {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        run.check_claim().await?;
        let (function, write) = run.function(&self.function);
        let now = match function.alias(&self.alias).await {
            Fact::Known(now) => Some(now.version),
            Fact::Absent => None,
            Fact::Unknown(failure) => return Err(failure.into()),
        };
        if now.as_ref() == Some(&self.after) {
            return Ok(());
        }
        if now != self.before {
            return Err(Cause::Changed(format!("the alias {} of {}", self.alias, self.function)));
        }
        alias_to((&function, &write), &self.alias, &self.after).await
    }
}

async fn alias_to(
    (function, write): (&Function, &FunctionWrite),
    alias: &str,
    version: &str,
) -> Result<(), Cause> {
    match function.alias(alias).await {
        Fact::Known(now) => {
            write.move_alias(alias, version, None, &now.revision).await?;
            Ok(())
        }
        Fact::Absent => Ok(write.create_alias(alias, version).await?),
        Fact::Unknown(failure) => Err(failure.into()),
    }
}

impl CarryOut for InvokePermission {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        run.check_claim().await?;
        let (_, write) = run.function(&self.function);
        let Self { qualifier, statement, source_arn, .. } = self;
        match write.permit_api(qualifier, statement, source_arn).await {
            // From an earlier run: replaced, so that statements do not pile up (LA-13).
            Err(failure) if failure.kind == FailureKind::Conflict => {
                write.forbid(qualifier, statement).await?;
                Ok(write.permit_api(qualifier, statement, source_arn).await?)
            }
            done => Ok(done?),
        }
    }
}
