//! IMG047

use super::zip::findings;
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{CodeProblem, Snapshot};

pub const CHECK: Check = Check {
    code: "IMG047",
    title: "bootstrap is not executable",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Code],
    symptom: "Viewers get 502 with `{\"message\":\"Internal server error\"}`; the log says `permission denied` and `Runtime.InvalidEntrypoint`.",
    story: "Lambda starts the file `bootstrap` and needs it to be executable by everyone: mode 0755 (LA-10). Zips made on Windows, or by \
            tools that drop the mode, lose it. Lambda takes the zip without a word and fails at the first call (LA-11).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-provided.html",
    cure: "imgdeploy update-code, or chmod 755 bootstrap before it is zipped",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |problem, _| match problem {
        CodeProblem::NotExecutable => Some(("`bootstrap` in the zip is not executable".to_owned(), None)),
        _ => None,
    })
}
