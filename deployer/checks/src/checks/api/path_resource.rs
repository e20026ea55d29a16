//! IMG011

use super::commands::{attach_again, rewrite_rules};
use super::route::{Way, list, own_path, rule_names, rule_place, ways};
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// No resource of the API fits the rule's path.
pub const CHECK: Check = Check {
    code: "IMG011",
    title: "path is no resource of the API",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Requests for a new size are redirected to API Gateway, which answers 403 `{\"message\":\"Missing Authentication Token\"}`; \
              the function is never called.",
    story: "API Gateway says `Missing Authentication Token` for every path that it has no resource for; it has nothing to do with tokens \
            (AG-02 a). An API that the Lambda console made has one resource named after the function and none at the stage's root, so \
            that `prod/` instead of `prod/my-function` ends here (AG-02 c). A resource `/resize` does not serve `/resize/a.jpg` \
            either: that takes `/resize/{proxy+}`.",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html",
    cure: "let the rule lead to a resource that exists, or make the resource and deploy the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let ways = ways(snapshot)?;
    let with_stage: Vec<&Way<'_>> =
        ways.iter().filter(|way| way.stage().is_some() && !way.repeats_stage()).collect();
    let Some(first) = with_stage.iter().find(|way| !way.fits()) else {
        return if with_stage.is_empty() { Err(crate::check::Skip::Nothing) } else { Ok(Vec::new()) };
    };
    let those: Vec<_> =
        with_stage.iter().filter(|way| !way.fits()).filter_map(|way| way.rule.as_ref()).collect();
    let there = list(&first.api.resources);
    // The rule is as the tool writes it, so the resource has gone; writing the rule again would not bring it back.
    let lost = first.whole == own_path(snapshot) && first.seen.by_stack;
    let (place, cure) = if lost {
        (format!("API {}, resources", first.seen.id), attach_again(snapshot))
    } else {
        let change = format!(
            "let {} lead to one of: {there}, each behind `{}`",
            rule_names(those.iter().copied()),
            first.stage
        );
        let field = match those.first().map(|rule| &rule.rule.redirect) {
            Some(redirect) if redirect.replace_key_with.is_some() => "ReplaceKeyWith",
            _ => "ReplaceKeyPrefixWith",
        };
        (
            format!("{}, {field}", rule_place(snapshot, those.iter().copied())),
            rewrite_rules(snapshot, &change),
        )
    };
    let finding = Finding::new(
        format!("no resource of API {} fits the path {}; it has {there}", first.seen.id, first.path),
        place,
        cure,
    )
    .value(first.whole.as_str());
    Ok(vec![if snapshot.is_attached() && !lost { finding.fix(Fix::Documents) } else { finding }])
}
