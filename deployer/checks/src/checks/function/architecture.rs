//! IMG046

use super::zip::findings;
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{CodeProblem, Snapshot};

pub const CHECK: Check = Check {
    code: "IMG046",
    title: "the code is for another processor",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Code],
    symptom: "Viewers get 502 with `{\"message\":\"Internal server error\"}`; the log says `exec format error` and `Runtime.InvalidEntrypoint`, \
              or `invalid ELF header` for a Node module.",
    story: "A function runs on arm64 or on x86_64, and its program has to be built for that one. `aws lambda update-function-code` \
            without `--architectures` means x86_64, whatever was there before (LA-04), and a laptop builds for its own processor. \
            Lambda takes the zip and fails at the first call (LA-11).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html",
    cure: "imgdeploy update-code, which sends code and processor together",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |problem, _| match problem {
        CodeProblem::OtherArchitecture { built_for } => {
            let runs_on =
                snapshot.configuration().map_or("another processor", |seen| seen.architecture.as_str());
            Some((
                format!("the code is built for {built_for}, the function runs on {runs_on}"),
                Some(built_for.clone()),
            ))
        }
        _ => None,
    })
}
