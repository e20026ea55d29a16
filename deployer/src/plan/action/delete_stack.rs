//! Delete the stack.

use serde::Serialize;

use super::{Describe, Need, Place};

/// Delete the stack.
#[derive(Debug, Clone, Serialize)]
pub struct DeleteStack {
    /// Its name.
    pub name: String,
}

impl Describe for DeleteStack {
    fn title(&self) -> String {
        format!("delete the stack {}", self.name)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        let stack = place.arn("cloudformation", &format!("stack/{}/*", self.name));
        vec![Need::new(stack, &["cloudformation:DeleteStack"])]
    }

    fn details(&self) -> Vec<String> {
        vec!["- the function, its role, its logs and its API go with it".to_owned()]
    }
}
