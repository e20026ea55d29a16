//! IMG040

use super::setting::{UrlFault, url_fault, variable, wrong};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG040",
    title: "the base URL ends with a slash",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function],
    symptom: "With most functions: `ERR_TOO_MANY_REDIRECTS`, with `//` in the middle of the address.",
    story: "The function redirects to the base URL, a slash and the key. With a slash at the end of `URL` that makes `//`, and S3 takes \
            the second slash as the beginning of another key, which does not exist: the routing rule sends the viewer to the function \
            again (CF-09). The function of imgdeploy drops the slash, the classic AWS sample does not.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    cure: "imgdeploy doctor --fix, or set URL without the slash at its end",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let (function, url) = variable(snapshot, "URL")?;
    if url_fault(url) != Some(UrlFault::Slash) {
        return Ok(Vec::new());
    }
    let effect = if snapshot.is_ours(function) {
        "imgdeploy's own function drops the slash, any other puts two into each redirect"
    } else {
        "each redirect then has two slashes in it and leads to a key that does not exist"
    };
    let what = format!("URL ends with a slash: {effect}");
    Ok(vec![wrong(snapshot, function, what, "URL", url, url.trim_end_matches('/'))])
}
