//! IMG021

use imgdeploy_model::command;
use std::collections::BTreeMap;

use super::route::{Get, get};
use super::uri::{function_name, resolve, variables};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::snapshot::derive;
use crate::snapshot::{Snapshot, Stage};

/// A stage variable in the integration is missing, or names an old function.
pub const CHECK: Check = Check {
    code: "IMG021",
    title: "stage variable names an old function",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api, Input::Stack, Input::Function],
    symptom: "Viewers get 500 `{\"message\":\"Internal server error\"}` for a new size, or images made by a function that was replaced.",
    story: "An integration's URI may hold `${stageVariables.name}`; each stage puts its own value in when a request comes. A variable that \
            is missing on this stage, or that still names the function of before, shows only then: neither the console nor a \
            deployment checks it. The permission to call the function has to be given by hand for each value too (AG-05).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/stage-variables.html",
    cure: "set the stage variable to the function's name; that needs no deployment",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let get = get(snapshot)?;
    let uri = get.method.integration.as_ref().map_or("", |integration| integration.uri.as_str());
    let names = variables(uri);
    let Some(stage) = get.way.stage().filter(|_| !names.is_empty()) else {
        return Err(Skip::Nothing);
    };
    let missing = names.iter().copied().find(|name| stage.variables.get(*name).is_none_or(String::is_empty));
    if let Some(name) = missing {
        let what =
            format!("stage {} has no variable `{name}`, which the integration's URI needs", get.way.stage);
        return Ok(vec![finding(snapshot, &get, name, stage, what)]);
    }
    let resolved = resolve(uri, &stage.variables);
    let Some(called) = function_name(&resolved) else {
        return Ok(Vec::new());
    };
    // The function that is meant: the stack's, or the one that was looked at.
    let stack = snapshot.stack.known().filter(|_| get.way.seen.by_stack).map(|stack| stack.name.as_str());
    let known = snapshot.function.as_ref().map(|function| function.name.as_str());
    let other = stack.into_iter().chain(known).find(|name| *name != called);
    // Which of several variables is wrong can't be told; the last holds the function's name or its alias.
    let part_of_name = |name: &&&str| {
        stage.variables.get(**name).is_some_and(|value| value.contains(called) || called.contains(value))
    };
    let name = names.iter().find(part_of_name).or(names.last()).copied().unwrap_or_default();
    let what = match (other, &snapshot.function) {
        (Some(other), _) => format!("stage variable `{name}` lets the API call {called}, and not {other}"),
        (None, Some(function)) => {
            if derive::is_there(function)? {
                return Ok(Vec::new());
            }
            format!("stage variable `{name}` lets the API call {called}, which does not exist")
        }
        (None, None) => return Ok(Vec::new()),
    };
    Ok(vec![finding(snapshot, &get, name, stage, what)])
}

fn finding(snapshot: &Snapshot, get: &Get<'_>, name: &str, stage: &Stage, what: String) -> Finding {
    let seen = get.way.seen;
    let stack = snapshot.stack.known().filter(|_| seen.by_stack).map(|stack| stack.name.as_str());
    let function = stack.or(known_to_exist(snapshot)).unwrap_or("FUNCTION");
    let finding = Finding::new(
        what,
        format!("API {}, stage {}, variable {name}", seen.id, get.way.stage),
        command!(
            "aws apigateway update-stage --rest-api-id {} --stage-name {} --region {} --patch-operations \
             op=replace,path=/variables/{name},value={function}",
            seen.id,
            get.way.stage,
            seen.region,
            name = name,
            function = function
        ),
    );
    match value(&stage.variables, name) {
        Some(value) => finding.value(value),
        None => finding,
    }
}

fn known_to_exist(snapshot: &Snapshot) -> Option<&str> {
    let function = snapshot.function.as_ref()?;
    (function.configuration.known().is_some() || function.latest.known().is_some())
        .then_some(function.name.as_str())
}

fn value<'v>(variables: &'v BTreeMap<String, String>, name: &str) -> Option<&'v str> {
    variables.get(name).map(String::as_str)
}
