//! Our REST API: its methods, and its deployment.

use super::{CarryOut, Cause, Run};
use crate::aws::api::Gateway;
use crate::plan::action::{ApiDeployment, ApiMethods};

impl Run<'_> {
    fn gateway(&self, api: &str) -> Gateway {
        Gateway::new(self.clients, &self.plan.region, api, self.permit)
    }
}

/// Makes each method open, with the function behind it; one that is as it should be is left alone.
impl CarryOut for ApiMethods {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        run.check_claim().await?;
        let gateway = run.gateway(&self.api);
        let resources = gateway.resources().await?;
        for path in &self.paths {
            let Some((id, present)) = resources.get(path) else {
                return Err(Cause::Changed(format!("the resource {path} of the API {}", self.api)));
            };
            for method in &self.methods {
                let now = present.get(method);
                if now.is_none() {
                    gateway.put_method(id, method).await?;
                } else if now.is_some_and(|now| !now.is_open()) {
                    gateway.open_method(id, method).await?;
                }
                if now.is_none_or(|now| !now.calls(&self.integration)) {
                    gateway.put_integration(id, method, &self.integration).await?;
                }
            }
        }
        Ok(())
    }
}

impl CarryOut for ApiDeployment {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        run.check_claim().await?;
        Ok(run.gateway(&self.api).deploy(&self.stage).await?)
    }
}
