//! IMG052

use super::command::named;
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict, need_or_absent};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG052",
    title: "the function does not exist",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function],
    symptom: "Viewers get 500 with `{\"message\":\"Internal server error\"}`, and no log shows their requests.",
    story: "The API calls a function by name, and nothing keeps that name from being deleted: the API still answers, but with the same \
            500 as for a missing permission (AG-05). Functions are per region, so one of the same name in another region does not \
            help (LA-16).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html",
    cure: "imgdeploy attach makes the function; or make it again under the same name and let the API call it",
    effect_of: EffectOf::Codes(&["IMG008", "IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let function = snapshot.function()?;
    if need_or_absent(&function.latest)?.is_some() {
        return Ok(Vec::new());
    }
    let (name, region) = (&function.name, &function.region);
    let cure = match &snapshot.bucket {
        Some(bucket) => command!("imgdeploy attach --bucket {}", bucket.name),
        None => command!(
            "aws lambda list-functions --region {region} --query 'Functions[].FunctionName'",
            region = region
        ),
    };
    let what = format!("there is no function {name} in {region}");
    let at = format!("`aws lambda get-function {}`", named(function));
    Ok(vec![Finding::new(what, at, cure).value(name.as_str())])
}
