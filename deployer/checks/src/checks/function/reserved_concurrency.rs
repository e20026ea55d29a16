//! IMG045

use super::command::{named, place};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict, need_or_absent};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG045",
    title: "the function is switched off",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function],
    symptom: "Viewers get 500 with `{\"message\":\"Internal server error\"}`, and the function's log stays empty.",
    story: "A reserved concurrency of 0 is Lambda's off switch: every call is throttled, and API Gateway shows a throttled call as 500 \
            (LA-08, AG-06). The console's button `Throttle` sets it. It is often done on purpose, to stop a bill from growing, so \
            imgdeploy does not take it back by itself.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
    cure: "aws lambda delete-function-concurrency, once it is clear why somebody switched it off",
    effect_of: EffectOf::Codes(&["IMG052"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let function = snapshot.function()?;
    if need_or_absent(&function.reserved_concurrency)? != Some(&0) {
        return Ok(Vec::new());
    }
    let what = format!("the function {} may run 0 times at once", function.name);
    let cure = command!("aws lambda delete-function-concurrency {}", named(function));
    Ok(vec![Finding::new(what, place(function, "reserved concurrency"), cure).value("0")])
}
