//! `doctor --fix`: what has to change so that what was found is gone. The documents are mended as `attach` would write them; of the API
//! and the function only what is the tool's own, and only what the findings are about.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::action;
use imgdeploy_checks::snapshot::derive::ImageRule;
use imgdeploy_checks::snapshot::{Configuration, Function};
use imgdeploy_checks::{Fix, Snapshot};
use imgdeploy_model::region::{OriginHost, Partition, parse_origin_host};

use super::{Action, Plan, Refusal, attach, edge, our_stack};
use crate::desired::{Desired, STAGE};
use crate::function::LIVE;
use crate::names;
use crate::observe::Observed;
use imgdeploy_world::Fact;

/// Seconds and MB where the stack was told as little as what is too little.
const TIMEOUT_S: u32 = 20;
const MEMORY_MB: u32 = 1024;
/// A function with so little is mended (LA-07, LA-09).
const LITTLE_S: u32 = 3;
const LITTLE_MB: u32 = 128;

/// The methods that our API has.
const PATHS: [&str; 2] = ["/resize", "/resize/{key+}"];
const METHODS: [&str; 2] = ["GET", "HEAD"];

/// Plans what `fixes` ask for. Empty where nothing of it can be done here.
pub fn mend(desired: &Desired, seen: &Observed, snapshot: &Snapshot, fixes: &BTreeSet<Fix>) -> Plan {
    let mut plan =
        Plan::new(desired.site.bucket.as_str(), &desired.account, &desired.region).by(&seen.caller);
    if seen.stack.known().is_none() {
        plan.refusals.push(Refusal::usage(
            format!(
                "imgdeploy is not attached to {}, so there is nothing of its own to mend",
                desired.site.bucket
            ),
            format!(
                "`imgdeploy attach --bucket {} --dry-run` shows what it would set up",
                desired.site.bucket
            ),
        ));
        return plan;
    }
    if fixes.contains(&Fix::Documents) && our_stack::is_its_bucket(&mut plan, seen, "imgdeploy up") {
        return plan;
    }
    if fixes.contains(&Fix::Configuration)
        && let Some(action) = configuration(desired, seen, snapshot)
    {
        plan.actions.push(action);
    }
    if fixes.contains(&Fix::Alias)
        && let Some(action) = alias(snapshot)
    {
        plan.actions.push(action);
    }
    if fixes.contains(&Fix::Permission) {
        plan.actions.extend(permission(desired, snapshot));
    }
    if let Some(api) = own_api(snapshot) {
        if fixes.contains(&Fix::Methods) {
            plan.actions.push(Action::ApiMethods(action::ApiMethods {
                api: api.to_owned(),
                integration: integration(desired, snapshot),
                paths: PATHS.map(str::to_owned).to_vec(),
                methods: METHODS.map(str::to_owned).to_vec(),
            }));
        }
        if fixes.contains(&Fix::Methods) || fixes.contains(&Fix::Redeploy) {
            plan.actions.push(Action::ApiDeployment(action::ApiDeployment {
                api: api.to_owned(),
                stage: STAGE.to_owned(),
            }));
        }
    }
    if fixes.contains(&Fix::Documents) {
        let hosts = dead_hosts(desired, snapshot);
        attach::documents(&mut plan, desired, &knowing(seen, &hosts));
    }
    let invalidates = plan.actions.iter().any(|action| matches!(action, Action::Invalidate(_)));
    if fixes.contains(&Fix::Invalidate)
        && !invalidates
        && let Some(edge) = &seen.edge
    {
        plan.actions.push(Action::Invalidate(action::Invalidate {
            id: edge.id.clone(),
            path: edge::invalidated(desired),
        }));
    }
    plan
}

/// Hosts of rules that have the very form of ours, for APIs that AWS says are not there: nobody can miss those rules.
fn dead_hosts(desired: &Desired, snapshot: &Snapshot) -> Vec<String> {
    let ours = names::replace_prefix(STAGE, desired.site.prefix.as_str());
    let prefix = Some(desired.site.prefix.as_str()).filter(|prefix| !prefix.is_empty());
    let rules = snapshot.image_rules().unwrap_or_default().into_iter();
    let dead = |rule: &ImageRule| {
        rule.rule.condition.key_prefix.as_deref() == prefix
            && rule.rule.redirect.replace_key_prefix_with.as_deref() == Some(ours.as_str())
            && rule.api.as_ref().is_some_and(|(id, region)| {
                snapshot.apis.iter().any(|seen| {
                    seen.id == *id && seen.region == *region && !seen.by_stack && seen.api.is_absent()
                })
            })
    };
    rules.filter(dead).map(|rule| rule.host).collect()
}

/// The same, with a journal that knows these hosts as ours too.
fn knowing(seen: &Observed, hosts: &[String]) -> Observed {
    let mut seen = seen.clone();
    if let Fact::Known((journal, _)) = &mut seen.artifacts.journal {
        for host in hosts {
            if !journal.api_hosts.contains(host) {
                journal.api_hosts.push(host.clone());
            }
        }
    }
    seen
}

/// Our own API, if it is there.
fn own_api(snapshot: &Snapshot) -> Option<&str> {
    let own = snapshot.apis.iter().find(|seen| seen.by_stack)?;
    own.api.known().map(|_| own.id.as_str())
}

/// Our function: only that one is changed.
fn own_function(snapshot: &Snapshot) -> Option<&Function> {
    let stack = snapshot.stack.known()?;
    snapshot.function.as_ref().filter(|function| function.name == stack.name)
}

fn integration(desired: &Desired, snapshot: &Snapshot) -> String {
    let name = snapshot.stack.known().map(|stack| stack.name.clone()).unwrap_or_default();
    let (partition, region, account) =
        (Partition::of_region(&desired.region), &desired.region, &desired.account);
    format!(
        "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/\
         arn:{partition}:lambda:{region}:{account}:function:{name}:{LIVE}/invocations"
    )
}

/// One statement for each method, as the template has them (LA-13).
fn permission(desired: &Desired, snapshot: &Snapshot) -> Vec<Action> {
    let Some(function) = own_function(snapshot) else { return Vec::new() };
    let host = snapshot.stack.known().and_then(|stack| stack.api_host.as_deref()).map(parse_origin_host);
    let Some(OriginHost::ExecuteApi { api, region }) = host else { return Vec::new() };
    let (partition, account) = (Partition::of_region(&region), &desired.account);
    METHODS
        .iter()
        .map(|method| {
            Action::InvokePermission(action::InvokePermission {
                function: function.name.clone(),
                qualifier: LIVE.to_owned(),
                statement: format!("ImgdeployDoctor{method}"),
                source_arn: format!(
                    "arn:{partition}:execute-api:{region}:{account}:{api}/*/{method}/resize*"
                ),
            })
        })
        .collect()
}

/// The newest version that is there.
fn alias(snapshot: &Snapshot) -> Option<Action> {
    let function = own_function(snapshot)?;
    let newest = function.versions.known()?.iter().filter_map(|version| version.parse::<u64>().ok()).max()?;
    let before = function.alias.as_ref().and_then(|alias| alias.known()).map(|alias| alias.version.clone());
    let after = newest.to_string();
    (before.as_ref() != Some(&after)).then(|| {
        Action::FunctionAlias(action::FunctionAlias {
            function: function.name.clone(),
            alias: LIVE.to_owned(),
            before,
            after,
        })
    })
}

/// What differs from what the stack was told, as far as the checks look at it.
fn configuration(desired: &Desired, seen: &Observed, snapshot: &Snapshot) -> Option<Action> {
    let function = own_function(snapshot)?;
    let now: &Configuration = function.configuration.known()?;
    let parameters = &seen.stack.known()?.parameters;
    let number = |name: &str| parameters.get(name).and_then(|text| text.parse::<u32>().ok());
    let wanted: BTreeMap<&str, String> = [
        ("BUCKET", desired.site.bucket.to_string()),
        ("BUCKET_REGION", desired.region.clone()),
        ("PREFIX", parameters.get("Prefix").cloned().unwrap_or_default()),
        ("URL", desired.url.clone()),
    ]
    .into();
    let environment = wanted
        .into_iter()
        .filter(|(name, value)| now.environment.get(*name) != Some(value))
        .map(|(name, value)| (name.to_owned(), value))
        .collect::<BTreeMap<String, String>>();
    let timeout = (now.timeout <= LITTLE_S)
        .then(|| number("Timeout").filter(|seconds| *seconds > LITTLE_S).unwrap_or(TIMEOUT_S));
    let memory = (now.memory <= LITTLE_MB)
        .then(|| number("MemorySize").filter(|mb| *mb > LITTLE_MB).unwrap_or(MEMORY_MB));
    if environment.is_empty() && timeout.is_none() && memory.is_none() {
        return None;
    }
    let before = environment
        .keys()
        .filter_map(|name| Some((name.clone(), now.environment.get(name)?.clone())))
        .collect();
    Some(Action::FunctionConfiguration(action::FunctionConfiguration {
        function: function.name.clone(),
        alias: LIVE.to_owned(),
        before,
        environment,
        timeout,
        memory,
    }))
}
