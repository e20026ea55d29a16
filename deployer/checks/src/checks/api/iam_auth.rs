//! IMG015

use super::commands::{fix_or, set_on_get};
use super::route::get;
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// GET asks for a signature.
pub const CHECK: Check = Check {
    code: "IMG015",
    title: "GET needs an AWS signature",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Every viewer gets 403 `{\"message\":\"Missing Authentication Token\"}` for a new size, while the test in the console works.",
    story: "With the authorization AWS_IAM, API Gateway takes requests only with a signature made with AWS keys (AG-02 d). Browsers \
            have none to make. The console's test button signs by itself, so that all looks well there.",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html",
    cure: "set the method's authorization to NONE, and deploy the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let get = get(snapshot)?;
    if get.settled_authorization() != Some("AWS_IAM") {
        return Ok(Vec::new());
    }
    let ours = get.way.seen.by_stack;
    let finding = Finding::new(
        format!("{} {} asks viewers for an AWS signature (AWS_IAM)", get.name, get.resource),
        format!("{}, authorizationType", get.place()),
        fix_or(snapshot, ours, || set_on_get(&get, "authorizationType", "NONE")),
    )
    .value("AWS_IAM");
    Ok(vec![if ours { finding.fix(Fix::Methods) } else { finding }])
}
