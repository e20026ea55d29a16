//! IMG023

use super::commands::rewrite_by_hand;
use super::route::{Way, image_rules, mapped, rule_place};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::snapshot::derive::ImageRule;
use crate::snapshot::{Api, Domain, Snapshot};
use imgdeploy_model::shell::Command;

/// The rule's path does not fit the custom domain name's mappings.
pub const CHECK: Check = Check {
    code: "IMG023",
    title: "path does not fit the custom domain",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Requests for a new size end with 403 `{\"message\":\"Forbidden\"}` or `{\"message\":\"Missing Authentication Token\"}` at \
              the custom domain name.",
    story: "Under a custom domain name the first part of the path is the base path of a mapping, and the mapping says which API and stage \
            it stands for. The stage is then not part of the path any more: `images.example.com/prod/resize` with a mapping to the \
            stage `prod` asks for a resource `/prod/resize` (AG-02 f). A base path that no mapping has is forbidden (AG-03).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html",
    cure: "let the rule's path begin with the mapping's base path, and leave the stage out if the mapping names it",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let by_domain: Vec<(ImageRule, String)> =
        image_rules(snapshot)?.into_iter().filter(|(rule, _)| rule.api.is_none()).collect();
    if by_domain.is_empty() {
        return Err(Skip::Nothing);
    }
    let faulty: Vec<(&ImageRule, String)> = by_domain
        .iter()
        .filter_map(|(rule, key)| {
            let (whole, _) = rule.target(key);
            fault(snapshot, rule, &whole).map(|what| (rule, what))
        })
        .collect();
    let Some((first, what)) = faulty.first() else {
        return Ok(Vec::new());
    };
    let start = first.rule.redirect.replace_key_prefix_with.as_deref().or(first
        .rule
        .redirect
        .replace_key_with
        .as_deref());
    Ok(vec![
        Finding::new(
            what.as_str(),
            format!("{}, ReplaceKeyPrefixWith", rule_place(snapshot, faulty.iter().map(|(rule, _)| *rule))),
            cure(snapshot, first),
        )
        .value(start.unwrap_or_default()),
    ])
}

fn fault(snapshot: &Snapshot, rule: &ImageRule, whole: &str) -> Option<String> {
    let mut apis = snapshot.apis.iter().filter_map(|seen| Some((seen, seen.api.known()?)));
    let (seen, api) = apis.find(|(_, api)| mappings(api, &rule.host).next().is_some())?;
    let Some((stage, path)) = mapped(api, &rule.host, whole) else {
        let bases: Vec<String> =
            mappings(api, &rule.host).map(|mapping| format!("`{}`", mapping.base_path)).collect();
        return Some(format!(
            "{whole} does not begin with a base path of {} that leads to API {}; it has {}",
            rule.host,
            seen.id,
            bases.join(", ")
        ));
    };
    let way = Way { seen, api, rule: Some(rule.clone()), whole: whole.to_owned(), stage, path };
    way.repeats_stage().then(|| {
        format!(
            "{} leads to the stage {} by itself, and the path {whole} names a stage again",
            rule.host, way.stage
        )
    })
}

fn mappings<'a>(api: &'a Api, host: &'a str) -> impl Iterator<Item = &'a Domain> {
    api.domains.iter().filter(move |mapping| mapping.name == host)
}

/// The tool writes no rules for a custom domain name, so that this is to be done by hand in any case.
fn cure(snapshot: &Snapshot, rule: &ImageRule) -> Command {
    let bases: Vec<String> = snapshot
        .apis
        .iter()
        .filter_map(|seen| seen.api.known())
        .flat_map(|api| mappings(api, &rule.host))
        .map(|mapping| {
            let base = mapping.base_path.trim_matches('/');
            match (base.is_empty(), mapping.stage.is_empty()) {
                (true, true) => "the stage".to_owned(),
                (true, false) => "the resource, without stage".to_owned(),
                (false, true) => format!("`{base}/` and the stage"),
                (false, false) => format!("`{base}/` and the resource, without stage"),
            }
        })
        .collect();
    rewrite_by_hand(snapshot, &format!("let ReplaceKeyPrefixWith begin with {}", bases.join(" or with ")))
}
