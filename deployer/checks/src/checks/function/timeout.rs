//! IMG043

use super::command::{configure, of_configuration};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// Lambda's default, in seconds (LA-07).
const TOO_SHORT: u32 = 3;

pub const CHECK: Check = Check {
    code: "IMG043",
    title: "the function has too little time",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function],
    symptom: "Small images come, photographs give 502 or 504; the function's log says `Task timed out after 3.00 seconds`.",
    story: "A new function has 3 seconds for each call (LA-07). Starting it, fetching a photograph of some megabytes, decoding it and \
            storing the result takes longer, the more so with little memory, which means little processor (LA-09). Lambda then ends \
            it in the middle, and viewers get an error (AG-06). API Gateway itself waits up to 29 seconds (AG-09).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
    cure: "imgdeploy doctor --fix, or aws lambda update-function-configuration --timeout 20",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let timeout = snapshot.configuration()?.timeout;
    let function = snapshot.function()?;
    // 0 is not a value that Lambda takes: nothing is known then.
    if timeout == 0 || timeout > TOO_SHORT {
        return Ok(Vec::new());
    }
    let what = format!("the function {} has {timeout} s for one image", function.name);
    let cure = configure(function, "--timeout 20");
    Ok(vec![of_configuration(snapshot, function, what, "timeout", cure).value(format!("{timeout} s"))])
}
