//! IMG018

use imgdeploy_model::chain::access::{Anonymous, Policy, PublicAccessBlock, Verdict as Answer};
use imgdeploy_model::chain::permission::source_arn;
use imgdeploy_model::command;
use imgdeploy_model::shell::Remark;
use serde_json::Value;

use super::commands::deploy;
use super::route::{Get, get};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::shared::statement::one_or_list;
use crate::snapshot::Snapshot;
use imgdeploy_world::AwsFailure;

/// The API's resource policy keeps viewers out.
pub const CHECK: Check = Check {
    code: "IMG018",
    title: "API's resource policy denies viewers",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Viewers get 403 `{\"Message\":\"User: anonymous is not authorized to perform: execute-api:Invoke on resource: ...\"}` for \
              a new size; from an office network it may work.",
    story: "An API with a resource policy serves only callers that the policy allows (AG-03, AccessDeniedException). Viewers are anonymous: \
            there must be an Allow for everyone on this stage, method and path, and no Deny. Policies that name IP ranges, or that \
            were copied with another API's id, leave viewers out. A changed policy counts from the next deployment on (AG-15).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html",
    cure: "let everyone invoke the path in the API's resource policy, or take the policy away, and deploy the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let get = get(snapshot)?;
    let Some(text) = get.way.api.policy.as_deref().filter(|text| !text.trim().is_empty()) else {
        return Ok(Vec::new());
    };
    let unreadable = |why: String| Skip::Unseen(AwsFailure::local("apigateway:GET", why));
    let mut document: Value =
        // GetRestApi gives the document with its quotes escaped.
        serde_json::from_str(text)
            .or_else(|_| serde_json::from_str(&text.replace("\\\"", "\"").replace("\\/", "/")))
            .map_err(|error| unreadable(format!("the API's resource policy can't be read: {error}")))?;
    let account = snapshot
        .caller
        .known()
        .map(|caller| caller.account.as_str())
        .or(snapshot.function.as_ref().and_then(|function| function.account.as_deref()))
        .unwrap_or("000000000000");
    let root = arn(snapshot, &get, account, "");
    expand(&mut document, root.trim_end_matches('/'));
    let policy = Policy::parse(&document.to_string()).map_err(|error| unreadable(error.to_string()))?;
    let caller = Anonymous { secure: true, ..Anonymous::default() };
    let ask = |arn: &str| policy.anonymous("execute-api:Invoke", arn, &caller, PublicAccessBlock::default());
    let path = ask(&arn(snapshot, &get, account, &get.way.path));
    // Some write a policy for the resource, `resize/*`, and not for the paths that it serves.
    let answer =
        if path.is_allowed() { path } else { better(path, ask(&arn(snapshot, &get, account, get.resource))) };
    let admitted = admitted(&document);
    let only = match admitted.as_slice() {
        [] => String::new(),
        some => format!("; it is open only for {}", some.join(" or ")),
    };
    let (why, change) = match answer {
        Answer::Allowed(_) | Answer::Restricted => return Ok(Vec::new()),
        // A list of callers to keep out is no fault.
        Answer::MayBeDenied(name) if !is_list_of_the_admitted(&document, name.at) => return Ok(Vec::new()),
        Answer::Denied(name) => (format!("{name} denies it"), format!("take {name} out and ")),
        Answer::MayBeDenied(name) => (format!("{name} denies it{only}"), format!("take {name} out and ")),
        Answer::NotAllowed => (format!("nothing allows it to everyone{only}"), String::new()),
    };
    let seen = get.way.seen;
    Ok(vec![
        Finding::new(
            format!("the API's resource policy does not let viewers call GET {}: {why}", get.resource),
            format!("API {}, resource policy", seen.id),
            command!("in the API Gateway console ({}), API {}, Resource policy: {change}allow Principal * the Action execute-api:Invoke on \
                 execute-api:/{}/GET/* without a condition; then {}",
                seen.region,
                seen.id,
                get.way.stage,
                deploy(seen, &get.way.stage), change = Remark(&change)),
        )
        .value(text),
    ])
}

fn better(one: Answer, other: Answer) -> Answer {
    if other.is_allowed() { other } else { one }
}

fn arn(snapshot: &Snapshot, get: &Get<'_>, account: &str, path: &str) -> String {
    let seen = get.way.seen;
    if path.is_empty() {
        return format!(
            "{}execute-api:{}:{account}:{}/",
            snapshot.partition().arn_prefix(),
            seen.region,
            seen.id
        );
    }
    source_arn(snapshot.partition().name(), &seen.region, account, &seen.id, &get.way.stage, "GET", path)
}

/// `execute-api:/stage/GET/path` stands for the full ARN of this API.
fn expand(value: &mut Value, root: &str) {
    match value {
        Value::String(text) => {
            if let Some(rest) = text.strip_prefix("execute-api:/") {
                *text = format!("{root}/{rest}");
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| expand(value, root)),
        Value::Object(fields) => fields.values_mut().for_each(|value| expand(value, root)),
        _ => {}
    }
}

/// For whom the policy is open, by the conditions of an Allow, or of a Deny for all others: `aws:SourceIp 203.0.113.0/24`.
fn admitted(document: &Value) -> Vec<String> {
    one_or_list(document.get("Statement"))
        .iter()
        .filter(|it| it.get("Effect").and_then(Value::as_str) == Some("Allow") || denies_the_rest(it))
        .filter_map(|statement| statement.get("Condition")?.as_object())
        .flat_map(|operators| operators.values().filter_map(Value::as_object).flatten())
        .map(|(key, values)| match values {
            Value::Array(list) => {
                let list: Vec<String> = list.iter().map(plain).collect();
                format!("{key} {}", list.join(", "))
            }
            one => format!("{key} {}", plain(one)),
        })
        .collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_list_of_the_admitted(document: &Value, at: usize) -> bool {
    one_or_list(document.get("Statement")).get(at).is_some_and(denies_the_rest)
}

/// A Deny with `NotIpAddress`, `StringNotEquals` and the like: for all but those listed.
fn denies_the_rest(statement: &Value) -> bool {
    statement
        .get("Condition")
        .and_then(Value::as_object)
        .is_some_and(|operators| operators.keys().any(|operator| operator.contains("Not")))
}
