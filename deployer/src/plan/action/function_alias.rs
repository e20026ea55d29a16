//! Point the alias at another version.

use serde::Serialize;

use super::{Describe, Need, Place};

/// Point the alias at another version.
#[derive(Debug, Clone, Serialize)]
pub struct FunctionAlias {
    /// Name of the function.
    pub function: String,
    /// The alias.
    pub alias: String,
    /// Version that it points to; `null`: there is no such alias.
    pub before: Option<String>,
    /// Version that it will point to.
    pub after: String,
}

impl Describe for FunctionAlias {
    fn title(&self) -> String {
        format!("point the alias {} of {} at version {}", self.alias, self.function, self.after)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        let action = if self.before.is_some() { "lambda:UpdateAlias" } else { "lambda:CreateAlias" };
        vec![Need::new(place.function(&self.function), &[action])]
    }

    fn details(&self) -> Vec<String> {
        let before = self.before.iter().map(|before| format!("- version {before}"));
        before.chain([format!("+ version {}", self.after)]).collect()
    }
}
