//! IMG044

use super::command::{configure, of_configuration};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// Lambda's default, in MB (LA-07).
const TOO_LITTLE: u32 = 128;

pub const CHECK: Check = Check {
    code: "IMG044",
    title: "the function has too little memory",
    hop: Hop::Function,
    severity: Severity::Warning,
    inputs: &[Input::Function],
    symptom: "Images come slowly, and large photographs give 502: the function's log says `Runtime.OutOfMemory` or `signal: killed`.",
    story: "A new function has 128 MB (LA-07). A photograph of 24 megapixels takes about 100 MB once it is decoded. Memory also buys \
            processor: 1,769 MB are one whole processor, 128 MB a fourteenth of one (LA-09), so that more memory is often no dearer, \
            as the function is done sooner.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html",
    cure: "imgdeploy doctor --fix, or aws lambda update-function-configuration --memory-size 1024",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let memory = snapshot.configuration()?.memory;
    let function = snapshot.function()?;
    if memory == 0 || memory > TOO_LITTLE {
        return Ok(Vec::new());
    }
    let what = format!("the function {} has {memory} MB of memory", function.name);
    let cure = configure(function, "--memory-size 1024");
    Ok(vec![of_configuration(snapshot, function, what, "memory", cure).value(format!("{memory} MB"))])
}
