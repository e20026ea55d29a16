//! IMG019

use imgdeploy_model::command;
use imgdeploy_model::shell::Command;
use std::collections::BTreeMap;

use super::commands::{deploy, fix_or, set_field};
use super::route::{Way, method, ways};
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Skip, Verdict};
use crate::snapshot::Deployed;
use crate::snapshot::{Method, Snapshot};
use imgdeploy_world::AwsFailure;

/// What the stage serves is not what is edited.
pub const CHECK: Check = Check {
    code: "IMG019",
    title: "deployment is not what is edited",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "API Gateway answers 403 `{\"message\":\"Missing Authentication Token\"}` although the resource looks right and the test in \
              the console works. Where the deployment is the better of the two, all works until somebody deploys.",
    story: "A stage serves a snapshot of the API, made by a deployment; resources and methods that are changed later take effect with the \
            next deployment only (AG-04, AG-02 e). The console's test button and the resource tree show what is edited. After a \
            change by the CLI or by CloudFormation the deployment is easily forgotten (CN-08).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html",
    cure: "deploy the API to the stage",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let ways = ways(snapshot)?;
    let staged: Vec<&Way<'_>> = ways.iter().filter(|way| way.stage().is_some() && way.fits()).collect();
    let Some(way) = staged.iter().find(|way| !differences(way).is_empty()).or(staged.first()) else {
        return Err(Skip::Nothing);
    };
    if way.deployed().is_none() {
        return Err(Skip::Unseen(AwsFailure::local(
            "apigateway:GET",
            format!("what is deployed on stage {} of API {} is not told", way.stage, way.seen.id),
        )));
    }
    let differences = differences(way);
    if differences.is_empty() {
        return Ok(Vec::new());
    }
    // Deploying must not close what is open: then what is edited has to be opened first.
    let edited = edited(way, "GET");
    let opens = edited.as_ref().is_some_and(is_open);
    let ours = way.seen.by_stack;
    let cure = fix_or(snapshot, ours, || match (opens, &edited) {
        (true, _) => deploy(way.seen, &way.stage),
        (false, Some(_)) => open_first(way),
        (false, None) => command!(
            "make GET again as it is deployed before the next deployment of API {} to {}",
            way.seen.id,
            way.stage
        ),
    });
    let resource = way.edited().map(|(path, _)| path).or(way.deployed().flatten().map(|(path, _)| path));
    let finding = Finding::new(
        format!("{} on stage {}: {}", resource.unwrap_or(&way.path), way.stage, differences.join("; ")),
        format!("API {}, stage {}, deployment", way.seen.id, way.stage),
        cure,
    )
    .value(way.stage().map_or("", |stage| stage.deployment.as_str()));
    let fix = if opens { Fix::Redeploy } else { Fix::Methods };
    Ok(vec![if ours { finding.fix(fix) } else { finding }])
}

/// Methods by which viewers come.
const METHODS: [&str; 2] = ["GET", "HEAD"];

fn edited(way: &Way<'_>, name: &str) -> Option<Deployed> {
    let (_, methods) = way.edited()?;
    let (_, it) = method(methods, name)?;
    Some(Deployed { authorization: it.authorization.clone(), api_key_required: it.api_key_required })
}

/// In words; empty where nothing differs or where it is not known.
fn differences(way: &Way<'_>) -> Vec<String> {
    METHODS
        .into_iter()
        .filter_map(|name| {
            let deployed = way.deployed_method(name)?;
            match (edited(way, name), deployed) {
                (Some(_), None) => Some(format!("{name} is there as edited, but not deployed")),
                // A HEAD that goes is a lesser matter, told once it has gone.
                (None, Some(_)) if name == "GET" => Some(format!(
                    "{name} is deployed, but no longer there as edited: the next deployment takes it away"
                )),
                (Some(edited), Some(deployed)) if edited != *deployed => {
                    let warning = if is_open(deployed) { ": the next deployment closes it" } else { "" };
                    Some(format!(
                        "{name} asks for {} as deployed, for {} as edited{warning}",
                        asks(deployed),
                        asks(&edited)
                    ))
                }
                _ => None,
            }
        })
        .collect()
}

fn is_open(method: &Deployed) -> bool {
    method.authorization == "NONE" && !method.api_key_required
}

fn asks(method: &Deployed) -> String {
    match (method.authorization.as_str(), method.api_key_required) {
        ("NONE", false) => "nothing".to_owned(),
        ("NONE", true) => "an API key".to_owned(),
        (kind, false) => kind.to_owned(),
        (kind, true) => format!("{kind} and an API key"),
    }
}

/// Opens what is edited, method by method, and deploys it then.
fn open_first(way: &Way<'_>) -> Command {
    let mut commands = Vec::new();
    if let Some((resource, methods)) = way.edited() {
        let met: BTreeMap<&str, &Method> =
            METHODS.into_iter().filter_map(|name| method(methods, name)).collect();
        for (name, it) in met {
            if it.authorization != "NONE" {
                commands.push(set_field(way.seen, resource, name, "authorizationType", "NONE"));
            }
            if it.api_key_required {
                commands.push(set_field(way.seen, resource, name, "apiKeyRequired", "false"));
            }
        }
    }
    commands.push(deploy(way.seen, &way.stage));
    Command::join(&commands, " && ")
}
