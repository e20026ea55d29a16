//! IMG012

use super::commands::{fix_or, put_get};
use super::route::{Way, method, names, ways};
use super::uri;
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Skip, Verdict};
use crate::snapshot::{Method, Snapshot};
use std::collections::BTreeMap;

/// The resource has no GET.
pub const CHECK: Check = Check {
    code: "IMG012",
    title: "no GET on the resource",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Requests for a new size end at API Gateway with 403 `{\"message\":\"Missing Authentication Token\"}`, although the \
              resource is there.",
    story: "A method that a resource does not have gets the same answer as a path that does not exist (AG-02 b). Browsers ask for images \
            with GET, and a redirect with 307 keeps the method, so that GET, or ANY in its place, has to be there and deployed (AG-04).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings.html",
    cure: "make a GET method with the function behind it, and deploy the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    without_get(
        snapshot,
        |methods| !is_only_post(methods),
        |resource, methods| {
            let there =
                if methods.is_empty() { "no method".to_owned() } else { format!("only {}", names(methods)) };
            format!("{resource} has {there}; viewers need GET")
        },
    )
}

/// POST alone, or with the OPTIONS that the console adds for CORS.
pub(super) fn is_only_post(methods: &BTreeMap<String, Method>) -> bool {
    let mut those = methods.keys().filter(|name| *name != "OPTIONS");
    those.next().is_some_and(|name| name == "POST") && those.next().is_none()
}

/// A finding for the resource that viewers are sent to, if it has no GET, neither edited nor deployed, and `which` holds for its methods.
pub(super) fn without_get(
    snapshot: &Snapshot,
    which: impl Fn(&BTreeMap<String, Method>) -> bool,
    what: impl Fn(&str, &BTreeMap<String, Method>) -> String,
) -> Verdict {
    let ways = ways(snapshot)?;
    let mut met: Vec<(&Way<'_>, &str, &BTreeMap<String, Method>)> = ways
        .iter()
        .filter(|way| way.stage().is_some())
        .filter_map(|way| way.edited().map(|(resource, methods)| (way, resource, methods)))
        .collect();
    if met.is_empty() {
        return Err(Skip::Nothing);
    }
    // A GET in one of the two places only is a stale deployment's matter.
    met.retain(|(way, _, methods)| {
        method(methods, "GET").is_none() && way.deployed_method("GET").flatten().is_none() && which(methods)
    });
    let Some((way, resource, methods)) = met.first() else {
        return Ok(Vec::new());
    };
    let ours = way.seen.by_stack;
    let uri = uri::of_function(snapshot, way.seen, methods);
    let finding = Finding::new(
        what(resource, methods),
        format!("API {}, resource {resource}, methods", way.seen.id),
        fix_or(snapshot, ours, || put_get(way, resource, &uri)),
    )
    .value(names(methods));
    Ok(vec![if ours { finding.fix(Fix::Methods) } else { finding }])
}
