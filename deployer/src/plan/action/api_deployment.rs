//! Deploy our API as it is (AG-04).

use serde::Serialize;

use super::{Describe, Need, Place};

/// Deploy our API as it is (AG-04).
#[derive(Debug, Clone, Serialize)]
pub struct ApiDeployment {
    /// Id of the API.
    pub api: String,
    /// Name of the stage.
    pub stage: String,
}

impl Describe for ApiDeployment {
    fn title(&self) -> String {
        format!("deploy the API {} to {}", self.api, self.stage)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        vec![Need::new(place.rest_apis(&format!("/{}/deployments", self.api)), &["apigateway:POST"])]
    }
}
