//! IMG049

use super::command::{configure, place};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG049",
    title: "the runtime is out of support",
    hop: Hop::Function,
    severity: Severity::Warning,
    inputs: &[Input::Function],
    symptom: "Images still come. Soon updates fail: Lambda refuses to change functions with an old runtime.",
    story: "AWS ends the support of a runtime on an announced day. From then on it gets no security patches; one or two months later \
            first new functions and then updates of old ones are refused, so that a fix can't be shipped any more (LA-12). Calls \
            go on to work. `provided.al2` ended in the middle of 2026, `provided.al2023` goes on until the middle of 2029.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
    cure: "imgdeploy update-code, or aws lambda update-function-configuration with a newer runtime",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

/// Runtimes whose support has ended, since when, and what comes in their place. As of 2026-11. The days of 2026 are those that
/// AWS had announced [unverified: they have been moved before].
const ENDED: &[(&str, &str, &str)] = &[
    ("provided.al2", "2026-07", "provided.al2023"),
    ("provided", "2024-01", "provided.al2023"),
    ("go1.x", "2024-01", "provided.al2023"),
    ("nodejs20.x", "2026-04", "nodejs22.x"),
    ("nodejs18.x", "2025-09", "nodejs22.x"),
    ("nodejs16.x", "2024-06", "nodejs22.x"),
    ("nodejs14.x", "2023-12", "nodejs22.x"),
    ("nodejs12.x", "2023-03", "nodejs22.x"),
    ("nodejs10.x", "2021-07", "nodejs22.x"),
    ("nodejs8.10", "2020-03", "nodejs22.x"),
    ("nodejs6.10", "2019-08", "nodejs22.x"),
    ("nodejs4.3", "2020-03", "nodejs22.x"),
    ("nodejs4.3-edge", "2020-03", "nodejs22.x"),
    ("nodejs", "2016-10", "nodejs22.x"),
    ("python3.9", "2025-12", "python3.13"),
    ("python3.8", "2024-10", "python3.13"),
    ("python3.7", "2023-12", "python3.13"),
    ("python3.6", "2022-07", "python3.13"),
    ("python2.7", "2021-07", "python3.13"),
    ("java8", "2024-01", "java21"),
    ("dotnet6", "2024-12", "dotnet8"),
    ("dotnet5.0", "2022-05", "dotnet8"),
    ("dotnetcore3.1", "2023-04", "dotnet8"),
    ("dotnetcore2.1", "2022-01", "dotnet8"),
    ("dotnetcore2.0", "2019-05", "dotnet8"),
    ("dotnetcore1.0", "2019-07", "dotnet8"),
    ("ruby3.2", "2026-03", "ruby3.4"),
    ("ruby2.7", "2023-12", "ruby3.4"),
    ("ruby2.5", "2021-07", "ruby3.4"),
];

fn run(snapshot: &Snapshot) -> Verdict {
    let configuration = snapshot.configuration()?;
    let function = snapshot.function()?;
    let runtime = configuration.runtime.as_deref().ok_or(Skip::Nothing)?;
    let Some((_, since, next)) = ENDED.iter().find(|(name, ..)| *name == runtime) else {
        return Ok(Vec::new());
    };
    let cure = if snapshot.is_ours(function) {
        command!("imgdeploy update-code {}", snapshot.flags())
    } else {
        configure(function, command!("--runtime {next}", next = next))
    };
    let what = format!("the support of {runtime} ended in {since}; its successor is {next}");
    Ok(vec![Finding::new(what, place(function, "runtime"), cure).value(runtime)])
}
