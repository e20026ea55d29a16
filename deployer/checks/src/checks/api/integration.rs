//! IMG025

use super::commands::{deploy, fix_or, put_integration};
use super::route::get;
use super::uri;
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Skip, Verdict};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

/// What stands behind GET is no Lambda proxy integration.
pub const CHECK: Check = Check {
    code: "IMG025",
    title: "integration is no Lambda proxy",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Viewers get 500 `{\"message\":\"Internal server error\"}`, or the function's answer as JSON text instead of a redirect.",
    story: "The function answers with a status and headers, which API Gateway only takes over with the integration type AWS_PROXY \
            (AG-07, AG-08). With AWS (proxy switched off) viewers get them as JSON in the body. And the integration's own method has to \
            be POST, whatever the viewer's is: Lambda takes no other, and with GET there the call fails.",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
    cure: "make the integration AWS_PROXY with the method POST, and deploy the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let get = get(snapshot)?;
    let (what, value) = match &get.method.integration {
        None => ("has no integration".to_owned(), None),
        Some(it) if it.kind != "AWS_PROXY" => {
            (format!("has the integration type {}, not AWS_PROXY", it.kind), Some(it.kind.as_str()))
        }
        Some(it) if !it.http_method.eq_ignore_ascii_case("POST") => (
            format!("calls the function with {}; Lambda takes only POST", it.http_method),
            Some(it.http_method.as_str()),
        ),
        Some(_) => return Ok(Vec::new()),
    };
    let seen = get.way.seen;
    let (_, methods) = get.way.edited().ok_or(Skip::Nothing)?;
    let uri = uri::of_function(snapshot, seen, methods);
    let finding = Finding::new(
        format!("{} {} {what}", get.name, get.resource),
        format!("{}, integration", get.place()),
        fix_or(snapshot, seen.by_stack, || {
            command!(
                "{} && {}",
                put_integration(seen, get.resource, get.name, &uri),
                deploy(seen, &get.way.stage)
            )
        }),
    );
    let finding = if seen.by_stack { finding.fix(Fix::Methods) } else { finding };
    Ok(vec![match value {
        Some(value) => finding.value(value),
        None => finding,
    }])
}
