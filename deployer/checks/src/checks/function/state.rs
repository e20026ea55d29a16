//! IMG050

use super::command::{named_as_called, place};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::snapshot::{Configuration, Function, Snapshot};
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

pub const CHECK: Check = Check {
    code: "IMG050",
    title: "the function is not ready to run",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function],
    symptom: "Viewers get 500 or 502, at least for the first calls, or the code that was put in last does not run.",
    story: "Lambda keeps a state for each function. `Failed`: it could not be set up, and no call works until that is mended. `Inactive`: \
            it was idle for so long that Lambda gave back what it needs; the next call fails and wakes it. An update that `Failed` \
            leaves the old code and settings running, and its reason is kept with the function (LA-02, LA-03).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html",
    cure: "read the reason, mend it, and update the function again; a function that is Inactive has only to be called twice",
    effect_of: EffectOf::Codes(&["IMG021", "IMG038", "IMG046", "IMG047", "IMG048", "IMG053"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let seen = snapshot.configuration()?;
    let function = snapshot.function()?;
    let named = named_as_called(function);
    let because =
        |reason: &Option<String>| reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let (what, field, value, cure) = match (seen.state.as_deref(), seen.update_status.as_deref()) {
        (Some("Failed"), _) => (
            format!("the function {} could not be set up{}", function.name, because(&seen.state_reason)),
            "State",
            "Failed",
            repair(snapshot, function, &named),
        ),
        (Some("Inactive"), _) => (
            format!("the function {} was idle for long: the next call fails and wakes it", function.name),
            "State",
            "Inactive",
            command!("for n in 1 2; do aws lambda invoke {named} /dev/null; sleep 60; done", named = named),
        ),
        (_, Some("Failed")) => (
            format!(
                "the last update of the function {} failed{}",
                function.name,
                because(&seen.update_reason)
            ),
            "LastUpdateStatus",
            "Failed",
            repair(snapshot, function, &named),
        ),
        _ => return Ok(Vec::new()),
    };
    Ok(vec![Finding::new(what, place(function, field), cure).value(value_with(value, seen))])
}

/// For the tool's own function what sets it up again; else the call that has all reasons.
fn repair(snapshot: &Snapshot, function: &Function, named: &Command) -> Command {
    if snapshot.is_ours(function) {
        return command!("imgdeploy attach {}", snapshot.flags());
    }
    command!(
        "aws lambda get-function-configuration {named} --query \
         '[State,StateReasonCode,StateReason,LastUpdateStatus,LastUpdateStatusReasonCode,LastUpdateStatusReason]'",
        named = named
    )
}

fn value_with(value: &str, seen: &Configuration) -> String {
    if seen.version.is_empty() { value.to_owned() } else { format!("{value} (version {})", seen.version) }
}
