//! What a month costs: without any account, and with what a function did.

use serde_json::json;
use test_support::tool::Tool;

use crate::bench::{BUCKET, Bench, words};

const MONTH: [&str; 6] = ["cost", "--images", "1000000", "--size", "2", "--output=json"];

#[test]
fn no_account_is_needed() {
    let nobody =
        Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).without_credentials().endpoint("http://127.0.0.1:9");
    let run = nobody.region("eu-west-1").run(words(&MONTH)).exits(0);
    let found = run.json();
    assert_eq!((&found["command"], &found["duration_from"]), (&json!("cost"), &json!("assumed")));
    assert_eq!(
        (&found["region"], &found["memory_mb"], &found["made"]),
        (&json!("eu-west-1"), &json!(1024), &json!(2e6))
    );
    let items = found["items"].as_array().unwrap();
    let sum: f64 = items.iter().map(|item| item["usd"].as_f64().unwrap()).sum();
    assert!((sum - found["usd"].as_f64().unwrap()).abs() < 1e-9 && sum > 20.0, "{found:#}");

    let nobody = Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).without_credentials().region("mx-central-1");
    let text = nobody
        .run(["cost", "--images", "1000", "--size", "2.5", "--duration", "300", "--memory", "512"])
        .exits(0);
    for said in
        ["300 ms x 512/1024 GB", "no prices of mx-central-1", "not counted: CloudFront", "Lambda, calls"]
    {
        assert!(text.stdout.contains(said), "{said}\n{text}");
    }
    for wrong in [
        &["cost", "--size", "2"][..],
        &["cost", "--images", "0", "--size", "2"],
        &["cost", "--images", "1", "--size", "-1"],
    ] {
        let _ = nobody.run(wrong).exits(2);
    }
}

#[test]
fn a_functions_own_calls_are_what_counts() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let count = |name: &str, value: f64| {
        let metric = json!({ "MetricName": name, "Value": value,
            "Dimensions": [{ "Name": "FunctionName", "Value": format!("imgdeploy-{BUCKET}") }] });
        let body = json!({ "Namespace": "AWS/Lambda", "MetricData": [metric] }).to_string();
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "GraniteServiceVersion20100801.PutMetricData"),
        ];
        let _ = bench.scenario.root.call("monitoring", "POST", "/", &headers, body).ok("PutMetricData");
    };
    count("Invocations", 1_000_000.0);
    count("Duration", 2.5e8);
    bench.proxy.clear();
    let mut asked = words(&MONTH);
    asked.extend(words(&["--bucket", BUCKET]));
    let found = bench.tool.run(&asked).exits(0).json();
    bench.assert_no_writes();
    // The calls of attach itself are a few more.
    let ms = found["duration_ms"].as_f64().unwrap();
    assert!((ms - 250.0).abs() < 1.0 && found["duration_from"]["measured"].is_object(), "{found:#}");
    assert_eq!((&found["region"], &found["unseen"]), (&json!("eu-west-1"), &json!(null)));

    // Of another memory, they say nothing.
    asked.extend(words(&["--memory", "512"]));
    let found = bench.tool.run(&asked).exits(0).json();
    assert_eq!(found["duration_from"], "assumed", "{found:#}");
    assert!(found["unseen"].as_str().unwrap().contains("1024 MB"), "{found:#}");

    let run = bench.tool.run(["cost", "--images", "1", "--size", "1", "--function", "nobody"]).exits(2);
    assert!(run.stderr.contains("there is no function nobody"), "{run}");
}
