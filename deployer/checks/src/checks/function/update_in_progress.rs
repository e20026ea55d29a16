//! IMG051

use super::command::{named_as_called, place};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG051",
    title: "the function is being changed",
    hop: Hop::Function,
    severity: Severity::Info,
    inputs: &[Input::Function],
    symptom: "What doctor sees may be out of date in a minute; other updates meanwhile fail with `ResourceConflictException`.",
    story: "Lambda takes a while to set a function up or to bring an update in. Until the state is `Active` and the last update is \
            `Successful`, calls get the old code or wait, and a second update is refused with `An update is in progress` (LA-02).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html",
    cure: "wait a minute and run doctor again",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let seen = snapshot.configuration()?;
    let function = snapshot.function()?;
    let named = named_as_called(function);
    let (what, field, value, wait) = if seen.state.as_deref() == Some("Pending") {
        ("is being set up", "State", "Pending", "function-active-v2")
    } else if seen.update_status.as_deref() == Some("InProgress") {
        ("is being updated", "LastUpdateStatus", "InProgress", "function-updated-v2")
    } else {
        return Ok(Vec::new());
    };
    let what = format!("the function {} {what}: try again in a minute", function.name);
    let cure = command!("aws lambda wait {wait} {named}", wait = wait, named = named);
    Ok(vec![Finding::new(what, place(function, field), cure).value(value)])
}
