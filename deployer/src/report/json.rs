//! One versioned JSON object per command, on standard output. `docs/json-output.md` describes it.

use std::io;

use imgdeploy_model::terminal::is_plain;
use serde::Serialize;
use serde_json::ser::Formatter;
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

pub(super) fn finished(command: &str, plan: &Plan, outcome: Outcome, probe: Option<&ProbeReport>) -> Value {
    json!({
        "version": DOCUMENT_VERSION,
        "command": command,
        "outcome": outcome,
        "changes": !plan.is_empty(),
        "plan": plan,
        "probe": probe,
        "error": null,
    })
}

pub(super) fn failed(command: &str, failure: &Failure, plan: Option<&Plan>) -> Value {
    json!({
        "version": DOCUMENT_VERSION,
        "command": command,
        "outcome": "failed",
        "changes": plan.map(|plan| !plan.is_empty()),
        "plan": plan,
        "probe": null,
        "error": {
            "exit_code": failure.exit as u8,
            "message": failure.message.to_string(),
            "hints": failure.hints,
        },
    })
}

/// One line of JSON. Texts are exact; what would act on a terminal stands there as `\uXXXX`, which JSON demands for a part of it only.
pub(super) fn line(value: &Value) -> String {
    let mut out = Vec::new();
    // Plain texts and numbers always serialise.
    let _ = value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Plain));
    out.push(b'\n');
    String::from_utf8_lossy(&out).into_owned()
}

struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for one in fragment.chars() {
            let mut units = [0; 2];
            if is_plain(one) {
                out.write_all(one.encode_utf8(&mut [0; 4]).as_bytes())?;
            } else {
                one.encode_utf16(&mut units).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_are_exact_and_do_nothing_to_a_terminal() {
        let object = json!({ "a\u{7f}": "\u{1b}[2K\r\n\u{9b}\u{202e}\u{2028}\u{e0041}\u{1f600} \u{e9}\"\\" });
        let line = line(&object);
        assert_eq!(
            line,
            "{\"a\\u007f\":\"\\u001b[2K\\r\\n\\u009b\\u202e\\u2028\\udb40\\udc41\u{1f600} \u{e9}\\\"\\\\\"}\n"
        );
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), object);
    }
}
