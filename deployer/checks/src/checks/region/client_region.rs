//! IMG002

use imgdeploy_model::command;
use imgdeploy_model::region::{OriginHost, parse_origin_host, website_host};
use imgdeploy_model::shell::Command;

use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::snapshot::{Configuration, Snapshot};

/// The function is told another region than the bucket's.
pub const CHECK: Check = Check {
    code: "IMG002",
    title: "function looks for the bucket in another region",
    hop: Hop::Region,
    severity: Severity::Error,
    inputs: &[Input::Bucket, Input::Function],
    symptom: "Requests for a new size hang and end in `{\"message\":\"Endpoint request timed out\"}` (504) or in 502, often without a \
              line in the function's log.",
    story: "The function's S3 client is given its region by an environment variable, since AWS_REGION is reserved (LA-16). S3 answers a \
            request that is signed for the wrong region with 301 or 400, and clients retry or follow it until the function's time is \
            up. The variable is usually left over from a copy of another site's function.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    cure: "set the variable to the bucket's region, then publish if a version or an alias is called",
    // Such a function is often told its own region.
    effect_of: EffectOf::Codes(&["IMG001"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let function = snapshot.function()?;
    let environment = &snapshot.configuration()?.environment;
    // A function for another bucket may well look in another region: that it is for another bucket is IMG039's to say.
    if environment.get("BUCKET").is_some_and(|name| *name != bucket.name) {
        return Ok(Vec::new());
    }
    let attached = snapshot.is_ours(function);
    let Some((name, told)) = told(snapshot.configuration()?, attached) else {
        return Ok(Vec::new());
    };
    if told == bucket.region {
        return Ok(Vec::new());
    }
    let cure = if attached {
        snapshot.fix_command()
    } else {
        let publish = match &function.qualifier {
            Some(qualifier) => {
                command!(", then publish a version and let {qualifier} point at it", qualifier = qualifier)
            }
            None => Command::default(),
        };
        command!(
            "in the Lambda console ({}), function {}, Configuration, Environment variables: set {name} to {}{publish} \
             (aws lambda update-function-configuration --environment would replace all variables at once)",
            function.region,
            function.name,
            bucket.region,
            name = name,
            publish = publish
        )
    };
    let finding = Finding::new(
        format!("{name} says {told}, the bucket {} is in {}", bucket.name, bucket.region),
        format!("function {}, environment variable {name}", function.name),
        cure,
    )
    .value(told);
    Ok(vec![if attached { finding.fix(Fix::Configuration) } else { finding }])
}

/// The variable that names S3's region, and its value. Empty is as good as unset. `S3_REGION` is what other functions call it; other names
/// may be meant for another service and are left alone.
fn told(configuration: &Configuration, ours: bool) -> Option<(&'static str, &str)> {
    let value =
        |name| configuration.environment.get(name).map(|value| value.trim()).filter(|v| !v.is_empty());
    if let Some(own) = value("BUCKET_REGION") {
        return Some(("BUCKET_REGION", own));
    }
    let is_region = |text: &&str| matches!(parse_origin_host(&website_host("bucket", text)), OriginHost::Website { region, .. } if region == *text);
    if ours { None } else { value("S3_REGION").filter(is_region).map(|region| ("S3_REGION", region)) }
}
