//! Our REST API: its methods, and its deployment.

use super::{Cause, Run};
use crate::aws::api::Gateway;

impl Run<'_> {
    /// Makes each method open, with the function behind it; one that is as it should be is left alone.
    pub(super) async fn methods(
        &mut self,
        api: &str,
        integration: &str,
        paths: &[String],
        methods: &[String],
    ) -> Result<(), Cause> {
        self.check_claim().await?;
        let gateway = Gateway::new(self.clients, &self.plan.region, api, self.permit);
        let resources = gateway.resources().await?;
        for path in paths {
            let Some((id, present)) = resources.get(path) else {
                return Err(Cause::Changed(format!("the resource {path} of the API {api}")));
            };
            for method in methods {
                let now = present.get(method);
                if now.is_none() {
                    gateway.put_method(id, method).await?;
                } else if now.is_some_and(|now| !now.is_open()) {
                    gateway.open_method(id, method).await?;
                }
                if now.is_none_or(|now| !now.calls(integration)) {
                    gateway.put_integration(id, method, integration).await?;
                }
            }
        }
        Ok(())
    }

    pub(super) async fn deployment(&mut self, api: &str, stage: &str) -> Result<(), Cause> {
        self.check_claim().await?;
        Ok(Gateway::new(self.clients, &self.plan.region, api, self.permit).deploy(stage).await?)
    }
}
