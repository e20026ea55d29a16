//! IMG042

use super::setting::{UrlFault, base_url, url_fault, variable, wrong};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG042",
    title: "the base URL is that of an API",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Stack, Input::Distribution],
    symptom: "The image is made, but the viewer ends at the API with `{\"message\":\"Missing Authentication Token\"}` or `{\"message\":\"Forbidden\"}`.",
    story: "`URL` is where viewers find the finished image: the distribution or the website endpoint. With the API's address in its place \
            the function sends viewers back to API Gateway, which serves no objects (AG-02, AG-03). In the classic AWS sample the two \
            addresses are entered in two places and easily mixed up.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    cure: "imgdeploy doctor --fix, or set URL to the address of the distribution or of the website endpoint",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let (function, url) = variable(snapshot, "URL")?;
    if url_fault(url) != Some(UrlFault::OfApi) {
        return Ok(Vec::new());
    }
    let what = format!("URL is `{url}`, the address of an API, which has no images");
    Ok(vec![wrong(snapshot, function, what, "URL", url, &base_url(snapshot))])
}
