//! IMG017

use super::commands::{fix_or, set_on_get};
use super::route::get;
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// An authorizer stands before GET.
pub const CHECK: Check = Check {
    code: "IMG017",
    title: "GET has an authorizer",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Every viewer gets 401 `{\"message\":\"Unauthorized\"}` or 403 for a new size; the function is never called.",
    story: "An authorizer (a Lambda function or a Cognito user pool) looks at a token in the request before the function is called; \
            without one API Gateway answers 401, and 403 where the authorizer refuses (AG-03). A browser that follows a redirect for an \
            image brings no token along.",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
    cure: "set the method's authorization to NONE, and deploy the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let get = get(snapshot)?;
    let kind = match get.settled_authorization() {
        Some(kind @ "CUSTOM") => (kind, "a Lambda authorizer"),
        Some(kind @ "COGNITO_USER_POOLS") => (kind, "a Cognito authorizer"),
        _ => return Ok(Vec::new()),
    };
    let ours = get.way.seen.by_stack;
    let finding = Finding::new(
        format!("{} before {} {} asks viewers for a token", kind.1, get.name, get.resource),
        format!("{}, authorizationType", get.place()),
        fix_or(snapshot, ours, || set_on_get(&get, "authorizationType", "NONE")),
    )
    .value(kind.0);
    Ok(vec![if ours { finding.fix(Fix::Methods) } else { finding }])
}
