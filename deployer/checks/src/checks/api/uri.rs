//! What an integration's URI says (AG-08).

use std::collections::BTreeMap;

use crate::snapshot::{ApiSeen, Function, Method, Snapshot};

/// Names of the stage variables in a URI, in order.
pub(super) fn variables(uri: &str) -> Vec<&str> {
    uri.split("${stageVariables.")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// The URI with the stage's values put in; a variable without a value stays as it is.
pub(super) fn resolve(uri: &str, values: &BTreeMap<String, String>) -> String {
    values
        .iter()
        .fold(uri.to_owned(), |uri, (name, value)| uri.replace(&format!("${{stageVariables.{name}}}"), value))
}

/// The name, without version or alias, of the function that a URI calls.
pub(super) fn function_name(uri: &str) -> Option<&str> {
    let (_, arn) = uri.split_once("/functions/")?;
    let arn = arn.split('/').next()?;
    let (_, name) = arn.split_once(":function:")?;
    name.split(':').next().filter(|name| !name.is_empty())
}

/// A URI that calls the chain's function: one that another method has, else one made of what is known.
pub(super) fn of_function(snapshot: &Snapshot, seen: &ApiSeen, methods: &BTreeMap<String, Method>) -> String {
    let there = methods
        .values()
        .filter_map(|method| method.integration.as_ref())
        .map(|integration| integration.uri.as_str())
        .find(|uri| function_name(uri).is_some());
    match (there, &snapshot.function) {
        (Some(uri), _) => uri.to_owned(),
        (None, Some(function)) => made(snapshot, seen, function),
        (None, None) => "URI".to_owned(),
    }
}

fn made(snapshot: &Snapshot, seen: &ApiSeen, function: &Function) -> String {
    let partition = snapshot.partition();
    let account =
        function.account.as_deref().or(snapshot.caller.known().map(|caller| caller.account.as_str()));
    let qualifier = function.qualifier.as_ref().map(|qualifier| format!(":{qualifier}")).unwrap_or_default();
    format!(
        "arn:{partition}:apigateway:{}:lambda:path/2015-03-31/functions/arn:{partition}:lambda:{}:{}:function:{}{qualifier}/invocations",
        seen.region,
        function.region,
        account.unwrap_or("ACCOUNT"),
        function.name,
    )
}
