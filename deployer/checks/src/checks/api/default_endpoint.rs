//! IMG022

use super::commands::deploy;
use super::route::{Way, rule_names, ways};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

/// The rule leads to the API's own host, which is switched off.
pub const CHECK: Check = Check {
    code: "IMG022",
    title: "API's default endpoint is disabled",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Requests for a new size are redirected to the API's `execute-api` host, which answers 403 `{\"message\":\"Forbidden\"}`.",
    story: "An API can be closed on its own host, so that it answers only under a custom domain name (`disableExecuteApiEndpoint`). \
            The routing rule leads to the closed host (AG-03). The switch takes effect when a stage is deployed or changed next, so \
            that it may have been turned long before images stopped.",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html",
    cure: "switch the default endpoint on again and deploy, or let the rule lead to the custom domain name",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let ways = ways(snapshot)?;
    let those: Vec<&Way<'_>> =
        ways.iter().filter(|way| way.rule.as_ref().is_some_and(|rule| rule.api.is_some())).collect();
    let Some(first) = those.first().filter(|way| way.api.default_endpoint_disabled) else {
        return Ok(Vec::new());
    };
    let rules = rule_names(those.iter().filter_map(|way| way.rule.as_ref()));
    let lead = if those.len() == 1 { "leads" } else { "lead" };
    let host = first.rule.as_ref().map_or("", |rule| rule.host.as_str());
    let (seen, mut domains) = (first.seen, first.api.domains.iter().map(|domain| domain.name.as_str()));
    let instead = match domains.next() {
        Some(domain) => {
            command!(
                " (or set HostName of the rules to {domain}, and the path to fit its base path)",
                domain = domain
            )
        }
        None => Command::default(),
    };
    Ok(vec![
        Finding::new(
            format!("{rules} {lead} to {host}, which is switched off for API {}", seen.id),
            format!("API {}, disableExecuteApiEndpoint", seen.id),
            command!(
                "aws apigateway update-rest-api --rest-api-id {} --region {} --patch-operations \
                 op=replace,path=/disableExecuteApiEndpoint,value=false && {}{instead}",
                seen.id,
                seen.region,
                deploy(seen, &first.stage),
                instead = instead
            ),
        )
        .value("true"),
    ])
}
