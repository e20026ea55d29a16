//! Change the function's configuration, publish it as a version, and point the alias there.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Describe, Need, Place};

/// Change the function's configuration, publish it as a version, and point the alias there.
#[derive(Debug, Clone, Serialize)]
pub struct FunctionConfiguration {
    /// Name of the function.
    pub function: String,
    /// The alias that the API calls.
    pub alias: String,
    /// The variables' present values; one that is not there is left out.
    pub before: BTreeMap<String, String>,
    /// Variables to set; all others stay.
    pub environment: BTreeMap<String, String>,
    /// Seconds; `null`: as it is.
    pub timeout: Option<u32>,
    /// MB; `null`: as it is.
    pub memory: Option<u32>,
}

impl Describe for FunctionConfiguration {
    fn title(&self) -> String {
        format!("change the configuration of {}", self.function)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        let actions = ["lambda:UpdateFunctionConfiguration", "lambda:PublishVersion", "lambda:UpdateAlias"];
        vec![Need::new(place.function(&self.function), &actions)]
    }

    fn details(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, value) in &self.environment {
            lines.extend(self.before.get(name).map(|before| format!("- {name}={before}")));
            lines.push(format!("+ {name}={value}"));
        }
        lines.extend(self.timeout.map(|seconds| format!("+ timeout {seconds} s")));
        lines.extend(self.memory.map(|mb| format!("+ memory {mb} MB")));
        lines
    }
}
