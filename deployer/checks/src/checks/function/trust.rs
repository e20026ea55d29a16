//! IMG038

use imgdeploy_model::chain::identity::{Allowed, trusts};
use imgdeploy_model::command;
use imgdeploy_model::region::Partition;
use serde_json::json;

use super::command::{configure, place};
use super::rights::{log_group, logging, put_policy, reading, writing};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict, need_or_absent};
use crate::snapshot::Snapshot;

const LAMBDA: &str = "lambda.amazonaws.com";

pub const CHECK: Check = Check {
    code: "IMG038",
    title: "Lambda may not use the function's role",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function, Input::Role],
    symptom: "Viewers get 500 or 502. Updates of the function fail with `The role defined for the function cannot be assumed by Lambda.`",
    story: "A role has a trust policy that says who may take it on; for a function that has to be the service `lambda.amazonaws.com` \
            (LA-01). Lambda asks when the function is made or changed and each time it starts an instance, so a role that was \
            changed or deleted later breaks a function that used to work.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    cure: "aws iam update-assume-role-policy with lambda.amazonaws.com as principal; a deleted role has to be made again",
    effect_of: EffectOf::Codes(&["IMG052"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let function = snapshot.function()?;
    if function.latest.is_absent() {
        return Err(Skip::Nothing);
    }
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": LAMBDA }, "Action": "sts:AssumeRole",
    }] });
    let Some(role) = need_or_absent(&function.role)? else {
        let arn = snapshot.configuration()?.role.clone();
        let (path, name) = path_and_name(&arn);
        let mut statements = vec![logging(&log_group(snapshot)?)];
        if let Ok(bucket) = snapshot.bucket() {
            statements.extend(reading(snapshot, bucket));
            statements.push(writing(snapshot, bucket));
        }
        // A role made again is another one to Lambda, even under the same ARN, until the function is told it once more.
        let cure = command!(
            "aws iam create-role --role-name {name} --path {path} --assume-role-policy-document {trust} && {} && {}",
            put_policy(name, "imgdeploy-images", &statements),
            configure(function, command!("--role {arn}", arn = arn)),
            name = name,
            path = path,
            trust = trust.to_string()
        );
        let what = format!("the role {name} does not exist any more");
        return Ok(vec![Finding::new(what, place(function, "role"), cure).value(arn)]);
    };
    let suffix = Partition::of_region(&function.region).dns_suffix();
    let trusted = [LAMBDA.to_owned(), format!("lambda.{suffix}")]
        .iter()
        .any(|service| trusts(&role.trust, service) != Ok(Allowed::No));
    if trusted {
        return Ok(Vec::new());
    }
    let cure = command!(
        "aws iam update-assume-role-policy --role-name {} --policy-document {trust}",
        role.name,
        trust = trust.to_string()
    );
    let what = format!("the trust policy of the role {} does not name {LAMBDA}", role.name);
    let at = place(function, &format!("role {}, trust policy", role.name));
    Ok(vec![Finding::new(what, at, cure).value(role.trust.as_str())])
}

/// `/` or the folders of the ARN, and the name.
fn path_and_name(arn: &str) -> (&str, &str) {
    let rest = arn.split_once(":role").map_or(arn, |(_, rest)| rest);
    match rest.rfind('/') {
        Some(at) => rest.split_at(at + 1),
        None => ("/", rest),
    }
}
