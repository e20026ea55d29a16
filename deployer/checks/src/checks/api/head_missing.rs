//! IMG014

use super::commands::{deploy, fix_or, method_options, put_integration};
use super::route::{get, names};
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

/// The resource has GET but no HEAD.
pub const CHECK: Check = Check {
    code: "IMG014",
    title: "no HEAD on the resource",
    hop: Hop::Api,
    severity: Severity::Warning,
    inputs: &[Input::Website, Input::Api],
    symptom: "Browsers get their images. Whoever asks with HEAD first (link checkers, previews in chats, `curl -I`) gets 403 \
              `{\"message\":\"Missing Authentication Token\"}`.",
    story: "HEAD is a method of its own for API Gateway; GET does not stand in for it (AG-02 b). The website redirects HEAD like GET, so \
            that HEAD requests for sizes that are not there yet end at the API. ANY covers both.",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings.html",
    cure: "make a HEAD method with the same integration as GET, and deploy the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let get = get(snapshot)?;
    let (_, methods) = get.way.edited().ok_or(crate::check::Skip::Nothing)?;
    let deployed = |name| get.way.deployed_method(name).is_none_or(|deployed| deployed.is_some());
    let has_head = super::route::method(methods, "HEAD").is_some()
        || get.way.deployed_method("HEAD").flatten().is_some();
    if has_head || !deployed("GET") {
        return Ok(Vec::new());
    }
    // AWS's own sample, with the key in the query, was published with GET alone: who runs it so runs it as it is meant.
    let by_query = get.way.rule.as_ref().is_some_and(|rule| rule.target("").1.is_some());
    let ours = get.way.seen.by_stack;
    if by_query && !ours {
        return Ok(Vec::new());
    }
    let seen = get.way.seen;
    let uri = get.method.integration.as_ref().map_or("URI", |integration| integration.uri.as_str());
    let finding = Finding::new(
        format!("{} has {}, but no HEAD", get.resource, names(methods)),
        format!("API {}, resource {}, methods", seen.id, get.resource),
        fix_or(snapshot, ours, || {
            command!(
                "aws apigateway put-method {} --authorization-type NONE && {} && {}",
                method_options(seen, get.resource, "HEAD"),
                put_integration(seen, get.resource, "HEAD", uri),
                deploy(seen, &get.way.stage)
            )
        }),
    )
    .value(names(methods));
    Ok(vec![if ours { finding.fix(Fix::Methods) } else { finding }])
}
