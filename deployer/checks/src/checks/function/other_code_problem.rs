//! IMG053

use super::zip::findings;
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{CodeProblem, Snapshot};

pub const CHECK: Check = Check {
    code: "IMG053",
    title: "the function's code does not start",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Code],
    symptom: "Viewers get 502 with `{\"message\":\"Internal server error\"}`, and the function's log says why it could not be started.",
    story: "The zip was fetched and looked into: it has something that Lambda takes at upload and stumbles over at the first call, such \
            as a missing `bootstrap`, or a program for a newer C library than that of Amazon Linux 2023 (LA-10, LA-11). API Gateway \
            shows a function that does not start as 502 (AG-06).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-provided.html",
    cure: "imgdeploy update-code",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |problem, _| match problem {
        CodeProblem::Other { what, logged } => {
            let value = (!logged.is_empty()).then(|| format!("Lambda logs `{logged}`"));
            Some((what.clone(), value))
        }
        _ => None,
    })
}
