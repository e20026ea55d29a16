//! IMG020

use super::commands::{deploy, rewrite_rules};
use super::path_stage::forgotten;
use super::route::{Way, own_path, rule_names, rule_place, ways};
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// The API has no such stage.
pub const CHECK: Check = Check {
    code: "IMG020",
    title: "stage does not exist",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Requests for a new size are redirected to API Gateway, which answers 403 `{\"message\":\"Forbidden\"}`; the function is \
              never called and logs nothing.",
    story: "The first part of the path on an API's own host is the stage (AG-01). A stage that was deleted, renamed or never made \
            answers as if access were forbidden (AG-03; AWS does not document that text for this case). Resources and methods are all \
            still there, only nothing serves them: a stage exists by a deployment (AG-04).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html",
    cure: "deploy the API to a stage of that name, or name an existing stage in the rule",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let ways = ways(snapshot)?;
    let faulty: Vec<&Way<'_>> =
        ways.iter().filter(|way| way.stage().is_none() && forgotten(way).is_none()).collect();
    let Some(first) = faulty.first() else {
        return Ok(Vec::new());
    };
    let those: Vec<_> = faulty.iter().filter_map(|way| way.rule.as_ref()).collect();
    let stages: Vec<&str> = first.api.stages.keys().map(String::as_str).collect();
    let there =
        if stages.is_empty() { "it has none".to_owned() } else { format!("it has {}", stages.join(", ")) };
    let leads = match those.as_slice() {
        [] => String::new(),
        rules => format!(
            ", to which {} lead{}",
            rule_names(rules.iter().copied()),
            if rules.len() == 1 { "s" } else { "" }
        ),
    };
    // The tool's stage is there and somebody's rule does not name it: the rule is at fault.
    let by_rule = snapshot.is_attached()
        && first.seen.by_stack
        && stages.contains(&"prod")
        && first.whole != own_path(snapshot);
    let place = if by_rule {
        rule_place(snapshot, those.iter().copied())
    } else {
        format!("API {}, stages", first.seen.id)
    };
    let cure = if by_rule { rewrite_rules(snapshot, "") } else { deploy(first.seen, &first.stage) };
    let finding = Finding::new(
        format!("API {} has no stage `{}`{leads}; {there}", first.seen.id, first.stage),
        place,
        cure,
    );
    Ok(vec![if by_rule {
        finding.value(first.whole.as_str()).fix(Fix::Documents)
    } else if stages.is_empty() {
        finding
    } else {
        finding.value(stages.join(", "))
    }])
}
