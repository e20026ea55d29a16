//! IMG010

use super::commands::rewrite_rules;
use super::route::{Way, resource, rule_names, rule_place, ways};
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// The rule's path leaves the stage out.
pub const CHECK: Check = Check {
    code: "IMG010",
    title: "routing rule without the stage",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Requests for a new size are redirected to API Gateway, which answers 403 `{\"message\":\"Forbidden\"}` (or `Missing \
              Authentication Token`) and never calls the function.",
    story: "On an API's own host the first part of the path is the stage (AG-01): `prod/resize`, not `resize`. The console shows \
            resources without their stage, so that it is easily left out of a routing rule's ReplaceKeyPrefixWith. API Gateway then \
            takes `resize` for the name of a stage, which it does not know (AG-03; that text is not confirmed by AWS).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html",
    cure: "put the stage in front of the path in the rule's ReplaceKeyPrefixWith",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let ways = ways(snapshot)?;
    let faulty: Vec<&Way<'_>> = ways.iter().filter(|way| forgotten(way).is_some()).collect();
    let Some((first, stage)) = faulty.first().and_then(|way| Some((way, forgotten(way)?))) else {
        return Ok(Vec::new());
    };
    let rules = || faulty.iter().filter_map(|way| way.rule.as_ref());
    let redirect = first.rule.as_ref().map(|rule| &rule.rule.redirect);
    let start =
        redirect.and_then(|to| to.replace_key_prefix_with.as_deref().or(to.replace_key_with.as_deref()));
    let field = if redirect.is_some_and(|to| to.replace_key_with.is_some()) {
        "ReplaceKeyWith"
    } else {
        "ReplaceKeyPrefixWith"
    };
    let right = format!("{stage}/{}", start.unwrap_or_default());
    let finding = Finding::new(
        format!("{}: the path {} lacks the stage, which is `{stage}`", rule_names(rules()), first.whole),
        format!("{}, {field}", rule_place(snapshot, rules())),
        rewrite_rules(snapshot, &format!("set {field} of {} to `{right}`", rule_names(rules()))),
    )
    .value(start.unwrap_or_default());
    Ok(vec![if snapshot.is_attached() { finding.fix(Fix::Documents) } else { finding }])
}

/// The stage that was left out: with it in front, the path would be that of a resource. Only where the path begins as the resource does,
/// as `/{proxy+}` fits any path.
pub(super) fn forgotten<'a>(way: &Way<'a>) -> Option<&'a str> {
    let by_own_host = way.rule.as_ref().is_some_and(|rule| rule.api.is_some());
    if !by_own_host || way.stage().is_some() {
        return None;
    }
    let literal = |path: &str| !path.trim_start_matches('/').starts_with('{') && path != "/";
    way.api
        .stages
        .iter()
        .filter(|(_, stage)| {
            resource(&way.api.resources, &way.whole).is_some_and(|(path, _)| literal(path))
                || stage
                    .deployed
                    .as_ref()
                    .and_then(|paths| resource(paths, &way.whole))
                    .is_some_and(|(path, _)| literal(path))
        })
        .map(|(name, _)| name.as_str())
        // Most stages of images are called so.
        .max_by_key(|name| *name == "prod")
}
