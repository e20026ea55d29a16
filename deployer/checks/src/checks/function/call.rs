//! Whether the function's resource policy lets the API call it (AG-05, LA-13).

use imgdeploy_model::command;
use std::collections::BTreeSet;

use imgdeploy_model::chain::api::fitting;
use imgdeploy_model::chain::permission::{Permission, lambda_permission, source_arn};
use imgdeploy_model::region::Partition;
use serde_json::Value;

use super::command::{self, called, named, qualifier};
use crate::check::{EffectOf, Finding, Fix, Skip, need, need_or_absent};
use crate::shared::statement::one_or_list;
use crate::snapshot::{Api, Function, Method, Snapshot};
use imgdeploy_world::Fact;

/// Where one of these is found, what the permission lacks follows from it.
pub(super) const CAUSES: EffectOf = EffectOf::Codes(&[
    "IMG001", "IMG005", "IMG008", "IMG010", "IMG011", "IMG012", "IMG013", "IMG020", "IMG021", "IMG023",
    "IMG024", "IMG052",
]);

/// Who may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// This API may, or it can't be judged.
    Fine,
    /// Nothing lets it.
    Missing {
        /// The sources that the policy names for this API, none of which fits.
        near: Vec<String>,
    },
    /// The policy is for other APIs.
    OtherApi {
        /// Their ids.
        ids: Vec<String>,
    },
    /// The policy of the alias or version lets nobody in, that of the function without one would.
    Unqualified,
}

/// A call that viewers' requests lead to.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) function: &'a Function,
    /// Id of the API.
    pub(super) api: String,
    pub(super) standing: Standing,
    /// The policy of the function without version or alias could not be looked at.
    pub(super) unqualified: Option<Skip>,
    /// `SourceArn` that would let it in.
    grant: String,
}

/// Looks at the policy of what is called.
pub(super) fn call(snapshot: &Snapshot) -> Result<Call<'_>, Skip> {
    let function = snapshot.function()?;
    // IMG052 and IMG033: what does not exist has no policy.
    if function.latest.is_absent() || function.configuration.is_absent() {
        return Err(Skip::Nothing);
    }
    let (seen, api) = snapshot.api()?;
    let account = &need(&snapshot.caller)?.account;
    let partition = Partition::of_region(&seen.region).name();
    let routes = routes(snapshot, api, function)?;
    let arn = |stage: &str, method: &str, path: &str| {
        source_arn(partition, &seen.region, account, &seen.id, stage, method, path)
    };
    let sources: Vec<String> =
        routes.iter().map(|route| arn(&route.stage, &route.method, route.path)).collect();
    let path = routes.first().map_or("/*", |route| route.path);
    let judge = |policy: Option<&String>| {
        let verdicts: Vec<Permission> = sources
            .iter()
            .map(|source| lambda_permission(policy.map(String::as_str), source, account))
            .collect();
        // Several sources only where it is not known which of them is meant: then one that is let in is enough.
        [Permission::Granted, Permission::Unknown].into_iter().find(|verdict| verdicts.contains(verdict))
    };
    let policy = policy(function)?;
    let unqualified = need_or_absent(&function.unqualified_policy);
    let standing = if judge(policy).is_some() {
        Standing::Fine
    } else if qualifier(function).is_some()
        && let Ok(Some(other)) = &unqualified
        && judge(Some(other)) == Some(Permission::Granted)
    {
        Standing::Unqualified
    } else {
        standing(policy, &seen.id)
    };
    let grant = arn("*", "*", path);
    Ok(Call { function, api: seen.id.clone(), standing, unqualified: unqualified.err(), grant })
}

impl Call<'_> {
    /// A finding with the command that lets the API in.
    pub(super) fn finding(&self, snapshot: &Snapshot, what: String) -> Finding {
        let function = self.function;
        let cure = if snapshot.is_ours(function) {
            snapshot.fix_command()
        } else {
            let alias = qualifier(function)
                .map(|qualifier| command!(" --qualifier {qualifier}", qualifier = qualifier))
                .unwrap_or_default();
            command!(
                "aws lambda add-permission {}{alias} --statement-id imgdeploy-{} --action lambda:InvokeFunction \
                 --principal apigateway.amazonaws.com --source-arn {}",
                named(function),
                self.api,
                self.grant,
                alias = alias
            )
        };
        Finding::new(what, command::place(function, "resource policy"), cure).fix(Fix::Permission)
    }

    /// The function as it is called.
    pub(super) fn called(&self) -> String {
        called(self.function)
    }
}

/// The policy that Lambda asks: that of the alias or version that is called, else the function's own.
fn policy(function: &Function) -> Result<Option<&String>, Skip> {
    if qualifier(function).is_some() {
        return need_or_absent(&function.policy);
    }
    match (&function.unqualified_policy, &function.policy) {
        (Fact::Known(policy), _) | (_, Fact::Known(policy)) => Ok(Some(policy)),
        (other, _) => need_or_absent(other),
    }
}

/// What a policy that does not let this API in has instead.
fn standing(policy: Option<&String>, api: &str) -> Standing {
    let sources = policy.map(|policy| gateway_sources(policy)).unwrap_or_default();
    let id = |source: &str| Some(source.split(':').nth(5)?.split('/').next()?.to_owned());
    let near: Vec<String> =
        sources.iter().filter(|source| id(source).as_deref() == Some(api)).cloned().collect();
    let ids: BTreeSet<String> =
        sources.iter().filter_map(|source| id(source)).filter(|id| !id.contains('*')).collect();
    if near.is_empty() && !ids.is_empty() {
        Standing::OtherApi { ids: ids.into_iter().collect() }
    } else {
        Standing::Missing { near }
    }
}

/// Every `SourceArn` for which the policy lets API Gateway call.
fn gateway_sources(policy: &str) -> Vec<String> {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return Vec::new() };
    let mut sources = Vec::new();
    for statement in one_or_list(policy.get("Statement")) {
        let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
        let services = statement.get("Principal").and_then(|principal| principal.get("Service"));
        if !allows
            || !one_or_list(services).iter().any(|name| name.as_str() == Some("apigateway.amazonaws.com"))
        {
            continue;
        }
        let Some(Value::Object(operators)) = statement.get("Condition") else { continue };
        let keys = operators.values().filter_map(Value::as_object).flatten();
        for (_, values) in keys.filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn")) {
            sources.extend(
                one_or_list(Some(values)).iter().filter_map(|value| value.as_str().map(str::to_owned)),
            );
        }
    }
    sources
}

struct Route<'a> {
    stage: String,
    method: String,
    path: &'a str,
}

/// The routes through which viewers' requests may call the function: the one that the first rule leads to, or all of them where that
/// is not known. Empty is [`Skip::Nothing`]: the API does not call this function, which is for other checks to say.
fn routes<'a>(snapshot: &Snapshot, api: &'a Api, function: &Function) -> Result<Vec<Route<'a>>, Skip> {
    let led = match snapshot.api_path() {
        Ok(led) => Some(led),
        Err(Skip::Nothing) => None,
        Err(unseen) => return Err(unseen),
    };
    let with_methods =
        api.resources.iter().filter(|(_, methods)| !methods.is_empty()).map(|(path, _)| path.as_str());
    let one = led.as_ref().and_then(|(_, path)| Some(fitting(with_methods, path)?.0));
    let stages: Vec<String> = match &led {
        Some((stage, _)) if one.is_some() && api.stages.contains_key(stage) => vec![stage.clone()],
        _ if api.stages.is_empty() => vec!["prod".to_owned()],
        _ => api.stages.keys().cloned().collect(),
    };
    let mut routes = Vec::new();
    for (path, methods) in api.resources.iter().filter(|(path, _)| one.is_none_or(|one| one == path.as_str()))
    {
        // Without GET (IMG012, IMG013) the methods that are there tell whether the API as such may call.
        let get = methods.get_key_value("GET").or_else(|| methods.get_key_value("ANY"));
        let asked: Vec<(&String, &Method)> = get.map_or_else(|| methods.iter().collect(), |get| vec![get]);
        for (name, _) in asked.into_iter().filter(|(_, method)| calls(method, function)) {
            let method = if name == "ANY" { "GET" } else { name };
            let of_stage = |stage: &String| Route { stage: stage.clone(), method: method.to_owned(), path };
            routes.extend(stages.iter().map(of_stage));
        }
    }
    if routes.is_empty() { Err(Skip::Nothing) } else { Ok(routes) }
}

/// Whether the method calls the function by its resource policy. With a role of its own API Gateway needs none.
fn calls(method: &Method, function: &Function) -> bool {
    let Some(integration) = &method.integration else { return false };
    let lambda = matches!(integration.kind.as_str(), "AWS_PROXY" | "AWS");
    let name = integration
        .uri
        .split_once(":function:")
        .map(|(_, rest)| rest.split_once([':', '/']).map_or(rest, |(name, _)| name));
    // A stage variable may stand for any name (IMG021).
    let is_it = name.is_none_or(|name| name == function.name || name.contains("${"));
    lambda && is_it && integration.credentials.is_none()
}
