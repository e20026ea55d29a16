//! The function that is there: configuration, alias, permission.

use super::{Cause, Run};
use crate::aws::FailureKind;
use crate::aws::lambda::Function;
use imgdeploy_world::Fact;
use std::collections::BTreeMap;

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
        let now = function.settled(None).await?;
        function.writer(self.permit).configure(environment, timeout, memory, &now.revision).await?;
        let changed = function.settled(None).await?;
        let version =
            function.writer(self.permit).publish(&changed.code_sha256, &changed.revision).await?.version;
        let _ = function.settled(Some(&version)).await?;
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
                function.writer(self.permit).move_alias(alias, version, None, &now.revision).await?;
                Ok(())
            }
            Fact::Absent => Ok(function.writer(self.permit).create_alias(alias, version).await?),
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
        match function.writer(self.permit).permit_api(qualifier, statement, source_arn).await {
            // From an earlier run: replaced, so that statements do not pile up (LA-13).
            Err(failure) if failure.kind == FailureKind::Conflict => {
                function.writer(self.permit).forbid(qualifier, statement).await?;
                Ok(function.writer(self.permit).permit_api(qualifier, statement, source_arn).await?)
            }
            done => Ok(done?),
        }
    }
}
