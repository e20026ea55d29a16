//! One versioned JSON object per command, on standard output. `docs/json-output.md` describes it.

use serde::Serialize;
use serde_json::{Value, json};

use super::Outcome;
use crate::error::Failure;
use crate::plan::Plan;
use crate::probe::ProbeReport;

/// Version of the object: raised when a field changes its meaning or goes.
pub const DOCUMENT_VERSION: u32 = 1;

/// The fields of `more` behind those of `head`.
pub(super) fn joined(mut head: Value, more: &impl Serialize) -> Value {
    // Plain texts and numbers always serialise.
    if let (Some(all), Ok(Value::Object(fields))) = (head.as_object_mut(), serde_json::to_value(more)) {
        all.extend(fields);
    }
    head
}

pub(super) fn finished(command: &str, plan: &Plan, outcome: Outcome, probe: Option<&ProbeReport>) -> String {
    line(&json!({
        "version": DOCUMENT_VERSION,
        "command": command,
        "outcome": outcome,
        "changes": !plan.is_empty(),
        "plan": plan,
        "probe": probe,
        "error": null,
    }))
}

pub(super) fn failed(command: &str, failure: &Failure, plan: Option<&Plan>) -> String {
    line(&json!({
        "version": DOCUMENT_VERSION,
        "command": command,
        "outcome": "failed",
        "changes": plan.map(|plan| !plan.is_empty()),
        "plan": plan,
        "probe": null,
        "error": {
            "exit_code": failure.exit as u8,
            "message": failure.message,
            "hints": failure.hints,
        },
    }))
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}
