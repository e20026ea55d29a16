//! Let our API call the function (LA-13).

use serde::Serialize;

use super::{Describe, Need, Place};

/// Let our API call the function (LA-13).
#[derive(Debug, Clone, Serialize)]
pub struct InvokePermission {
    /// Name of the function.
    pub function: String,
    /// The alias that the API calls.
    pub qualifier: String,
    /// Id of the statement; one of that name is replaced.
    pub statement: String,
    /// Which methods of which API.
    pub source_arn: String,
}

impl Describe for InvokePermission {
    fn title(&self) -> String {
        format!("let the API call {} ({})", self.function, self.statement)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        vec![Need::new(place.function(&self.function), &["lambda:AddPermission", "lambda:RemovePermission"])]
    }

    fn details(&self) -> Vec<String> {
        vec![format!("+ calls from {}", self.source_arn)]
    }
}
