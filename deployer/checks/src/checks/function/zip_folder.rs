//! IMG048

use super::zip::findings;
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{CodeProblem, Snapshot};

pub const CHECK: Check = Check {
    code: "IMG048",
    title: "bootstrap is in a folder of the zip",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Code],
    symptom: "Viewers get 502 with `{\"message\":\"Internal server error\"}`; the log says `Couldn't find valid bootstrap(s)` or `no such file or directory`.",
    story: "Lambda looks for `bootstrap` at the root of the zip and nowhere else (LA-10). Who zips the folder and not its content gets \
            `lambda/bootstrap`, which looks right when it is unpacked and fails at the first call (LA-11).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-provided.html",
    cure: "imgdeploy update-code, or zip the file from inside its folder",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |problem, _| match problem {
        CodeProblem::InFolder { path } => {
            Some((format!("the zip has `{path}`, but `bootstrap` has to be at its root"), Some(path.clone())))
        }
        _ => None,
    })
}
