//! Make methods of our API open, with the function behind them (AG-08).

use serde::Serialize;

use super::{Describe, Need, Place};

/// Make methods of our API open, with the function behind them (AG-08).
#[derive(Debug, Clone, Serialize)]
pub struct ApiMethods {
    /// Id of the API.
    pub api: String,
    /// URI of the integration.
    pub integration: String,
    /// Paths of the resources.
    pub paths: Vec<String>,
    /// Names of the methods.
    pub methods: Vec<String>,
}

impl Describe for ApiMethods {
    fn title(&self) -> String {
        format!("open the methods of the API {}", self.api)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        let resources = place.rest_apis(&format!("/{}/resources/*", self.api));
        vec![Need::new(resources, &["apigateway:PUT", "apigateway:PATCH"])]
    }

    fn details(&self) -> Vec<String> {
        let methods = self.methods.join(" and ");
        self.paths.iter().map(|path| format!("+ {methods} {path}: open, with the function behind")).collect()
    }
}
