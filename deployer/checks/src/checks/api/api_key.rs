//! IMG016

use super::commands::{fix_or, set_on_get};
use super::route::get;
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// GET asks for an API key.
pub const CHECK: Check = Check {
    code: "IMG016",
    title: "GET needs an API key",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Every viewer gets 403 `{\"message\":\"Forbidden\"}` for a new size.",
    story: "A method with `apiKeyRequired` takes requests only with a key in the header `x-api-key`, and answers others with \
            `ForbiddenException` (AG-03). A browser that follows a redirect for an image sends no such header. Throttling, for which \
            keys and usage plans are often switched on, is a setting of the stage (AG-14).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-key-with-console.html",
    cure: "switch the key off for the method, and deploy the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let get = get(snapshot)?;
    if !get.settled_api_key() {
        return Ok(Vec::new());
    }
    let ours = get.way.seen.by_stack;
    let finding = Finding::new(
        format!("{} {} asks viewers for an API key", get.name, get.resource),
        format!("{}, apiKeyRequired", get.place()),
        fix_or(snapshot, ours, || set_on_get(&get, "apiKeyRequired", "false")),
    )
    .value("true");
    Ok(vec![if ours { finding.fix(Fix::Methods) } else { finding }])
}
