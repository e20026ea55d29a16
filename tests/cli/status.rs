//! `status`: where everything is, and what could not be looked at.

use serde_json::{Value, json};
use test_support::iam;
use test_support::proxy::{Fault, What, When};
use test_support::zip_file::bootstrap_zip;

use crate::bench::{BUCKET, Bench, REGION};

const FUNCTION: &str = "imgdeploy-shop-pictures";

fn status(bench: &Bench) -> Value {
    bench.tool.run(["status", "--bucket", BUCKET, "--output", "json"]).exits(0).json()
}

/// One call of Lambda, answered in JSON.
fn lambda(bench: &Bench, method: &str, path: &str, body: impl Into<bytes::Bytes>) -> Value {
    let target = format!("/2015-03-31/functions/{FUNCTION}/{path}");
    let answer =
        bench.scenario.root.call("lambda", method, &target, &[("content-type", "application/json")], body);
    serde_json::from_str(&answer.ok(&target).text()).unwrap()
}

#[test]
fn an_attached_bucket_on_one_screen() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    bench.proxy.clear();
    let run = bench.tool.run(["status", "--bucket", BUCKET]).exits(0);
    bench.assert_no_writes();
    let id = bench.scenario.distribution_id();
    for said in [
        "shop-pictures (account 000000000000, region eu-west-1): attached",
        &format!("website, behind CloudFront {id}"),
        "/resized/SPEC/KEY",
        "https://",
        ".execute-api.eu-west-1.amazonaws.com/prod",
        "version 1 is live, Active, ",
        "1024 MB",
        "as the stack published it",
        "cloudfront.net, Deployed",
        "policy, website, distribution: as attach left it",
        "CloudFormation: not checked",
        "imgdeploy logs --bucket shop-pictures",
    ] {
        assert!(run.stdout.contains(said), "{said:?} is not there\n{run}");
    }
    assert!(run.stdout.lines().count() < 25, "{run}");
    assert!(!run.stdout.contains("could not look"), "{run}");

    let status = status(&bench);
    assert_eq!(status["version"], 1);
    assert_eq!((&status["command"], &status["outcome"]), (&json!("status"), &json!("shown")));
    assert_eq!((&status["attached"], &status["delivery"]), (&json!("yes"), &json!("website")));
    assert_eq!((&status["drift"]["ours"], &status["drift"]["code"]), (&json!(false), &json!(false)));
    let live = &status["function"]["value"];
    assert_eq!((&live["version"], &live["function"]), (&json!("1"), &json!(FUNCTION)));
    assert_eq!(live["code_sha256"], status["stack"]["value"]["code_sha256"]);
    assert_eq!(status["last_run"], json!({ "state": "known", "value": "done" }));
}

#[test]
fn code_and_documents_that_were_changed_behind_our_back_are_drift_and_no_failure() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    // Other code: a new version, and the alias moved to it.
    let mut zip = std::fs::read(bootstrap_zip()).unwrap();
    // A comment at the end is other code with the same contents: its length stands in the last two bytes.
    let at = zip.len() - 2;
    assert_eq!(&zip[at..], [0, 0], "the zip has a comment already");
    zip[at] = 1;
    zip.push(b'!');
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &zip);
    let _ = lambda(&bench, "PUT", "code", json!({ "ZipFile": encoded }).to_string());
    let version = lambda(&bench, "POST", "versions", "{}")["Version"].as_str().unwrap().to_owned();
    assert_ne!(version, "1");
    let _ = lambda(&bench, "PUT", "aliases/Live", json!({ "FunctionVersion": version }).to_string());
    // Our rules are gone, and somebody added a header to the distribution's comment.
    bench.scenario.delete("website");
    bench.scenario.edit_distribution(|config| config.replacen("<Comment>", "<Comment>ours, ", 1));

    let found = status(&bench);
    let live = &found["function"]["value"];
    assert_eq!(live["version"], version.as_str());
    assert_ne!(live["code_sha256"], found["stack"]["value"]["code_sha256"]);
    assert_eq!((&found["drift"]["code"], &found["drift"]["ours"]), (&json!(true), &json!(true)));
    let findings: Vec<(&str, &str)> = found["drift"]["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["document"].as_str().unwrap(), one["finding"].as_str().unwrap()))
        .collect();
    assert!(findings.contains(&("website", "gone")), "{findings:?}");
    assert!(findings.contains(&("policy", "as_left")), "{findings:?}");
    assert!(findings.contains(&("distribution", "changed_elsewhere")), "{findings:?}");

    let run = bench.tool.run(["status", "--bucket", BUCKET]).exits(0);
    for said in [
        "changed since outside the stack",
        "website: not there any more: `imgdeploy attach` makes it again",
        "distribution: changed by somebody else, imgdeploy's part is in place",
    ] {
        assert!(run.stdout.contains(said), "{said:?} is not there\n{run}");
    }
    // CloudFormation finds out when it is asked to look.
    let run = bench.tool.run(["status", "--bucket", BUCKET, "--detect-drift", "--output", "json"]).exits(0);
    let cloudformation = &run.json()["drift"]["cloudformation"]["value"];
    assert_ne!(cloudformation["drift"], "NOT_CHECKED", "{run}");
    assert!(cloudformation["drift_checked"].is_string(), "{run}");
}

#[test]
fn calls_are_counted_and_priced() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let before = status(&bench);
    assert_ne!(before["cost"]["state"], "unknown", "{before:#}");
    // Lambda's own numbers, as if of two days.
    let data: Vec<Value> = [("Invocations", 1_000_000.0), ("Errors", 3.0), ("Duration", 2e9)]
        .map(|(name, value)| {
            json!({ "MetricName": name, "Value": value, "Dimensions": [{ "Name": "FunctionName", "Value": FUNCTION }] })
        })
        .to_vec();
    let body = json!({ "Namespace": "AWS/Lambda", "MetricData": data }).to_string();
    let headers = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", "GraniteServiceVersion20100801.PutMetricData"),
    ];
    let _ = bench.scenario.root.call("monitoring", "POST", "/", &headers, body).ok("PutMetricData");

    let cost = status(&bench)["cost"].clone();
    assert_eq!(cost["state"], "known", "{cost:#}");
    let cost = &cost["value"];
    assert!(cost["invocations"].as_f64().unwrap() >= 1_000_000.0, "{cost:#}");
    // Two million seconds with 1 GB.
    let per_gb_second = if cost["architecture"] == "arm64" { 0.000_013_333_4 } else { 0.000_016_666_7 };
    let expected = 2e6 * per_gb_second + 0.20;
    let found = cost["usd"].as_f64().unwrap();
    assert!((found - expected).abs() < 0.01, "{found} is not {expected}\n{cost:#}");
    let run = bench.tool.run(["status", "--bucket", BUCKET]).exits(0);
    assert!(run.stdout.contains("public prices of eu-west-1; free tier"), "{run}");
}

#[test]
fn a_look_that_is_denied_is_said_so_and_the_rest_is_shown() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let bench = bench.called_by_user(&iam::all_but("cloudwatch:GetMetricData"));
    let run = bench.tool.run(["status", "--bucket", BUCKET]).exits(0);
    assert!(run.stdout.contains("last 30 days  could not look: cloudwatch:GetMetricData"), "{run}");
    assert!(run.stdout.contains("as the stack published it"), "{run}");
    let found = status(&bench);
    assert_eq!(found["cost"]["state"], "unknown", "{found:#}");

    for (operation, field) in [
        ("lambda:GetAlias", "function"),
        ("lambda:GetFunctionConfiguration", "function"),
        ("cloudformation:DescribeStacks", "stack"),
    ] {
        bench.proxy.fault(Fault::on(operation, What::AccessDenied));
        let found = status(&bench);
        assert_eq!(found[field]["state"], "unknown", "{operation}: {found:#}");
        assert_eq!(found[field]["value"]["operation"], operation, "{found:#}");
        bench.proxy.clear();
    }
}

#[test]
fn the_policy_for_those_who_only_look_is_enough() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let policy = test_support::iam::template("status-policy.json", BUCKET);
    for action in policy
        .split('"')
        .filter(|text| !text.starts_with("aws:"))
        .filter(|text| text.split_once(':').is_some_and(|(_, name)| name.starts_with(char::is_uppercase)))
    {
        let reads = ["Get", "Describe", "List", "Filter", "Detect"].iter().any(|verb| action.contains(verb));
        assert!(reads, "{action} is no look");
    }
    assert!(policy.contains("\"lambda:GetAlias\""));
    // The emulator asks for the permission to list where one alias is read.
    let policy = policy.replace("\"lambda:GetAlias\"", "\"lambda:GetAlias\", \"lambda:ListAliases\"");
    let bench = bench.called_by_user(&policy);
    let run = bench.tool.run(["status", "--bucket", BUCKET]).exits(0);
    assert!(run.stdout.contains(": attached\n") && !run.stdout.contains("could not look"), "{run}");
    let run = bench.tool.run(["logs", "--bucket", BUCKET]).exits(0);
    assert!(run.stdout.contains("  307  "), "{run}");
}

#[test]
fn without_a_stack_it_is_not_attached_and_that_is_no_failure() {
    let bench = Bench::private();
    let run = bench.tool.run(["status", "--bucket", BUCKET]).exits(0);
    assert!(run.stdout.contains(&format!("region {REGION}): not attached\n")), "{run}");
    assert!(run.stdout.contains("imgdeploy attach --bucket shop-pictures"), "{run}");
    let found = status(&bench);
    assert_eq!((&found["attached"], &found["delivery"]), (&json!("no"), &Value::Null));
    assert_eq!((&found["stack"]["state"], &found["function"]["state"]), (&json!("absent"), &json!("absent")));
    bench.assert_no_writes();

    let run = bench.tool.run(["status", "--bucket", "no-such-bucket-xx"]).exits(2);
    assert!(run.stderr.contains("there is no bucket named"), "{run}");
    bench.proxy.fault(Fault::new(When::Always, What::AccessDenied));
    let _ = bench.tool.run(["status", "--bucket", BUCKET]).exits(5);
}
