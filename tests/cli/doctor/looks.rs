//! What doctor does when it can't look: no permission, no answer, nonsense for an answer. And several faults at once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::proxy::{Fault, What};
use test_support::tool::Run;

use super::ward::{FUNCTION, Ward};
use crate::bench::{BUCKET, Bench, REGION};

fn codes(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

fn unchecked(report: &Value) -> Vec<&str> {
    report["not_checked"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect()
}

#[test]
fn what_may_not_be_read_is_not_checked_and_never_ok() {
    let ward = Ward::used();
    let proxy = &ward.bench.proxy;
    proxy.fault(Fault::on("s3:GetBucketPolicy", What::AccessDenied));
    proxy.fault(Fault::on("iam:*", What::AccessDenied));
    let run = ward.doctor(&["--output", "json"]).exits(5);
    let report = run.json();
    assert_eq!((&report["outcome"], &report["complete"]), (&json!("incomplete"), &json!(false)), "{run}");
    assert_eq!(codes(&report), [""; 0], "{run}");
    let actions = unchecked(&report);
    assert!(actions.contains(&"s3:GetBucketPolicy"), "{actions:?}");
    assert!(actions.iter().any(|action| action.starts_with("iam:")), "{actions:?}");
    for one in report["not_checked"].as_array().unwrap() {
        for code in one["codes"].as_array().unwrap() {
            assert!(!report["ok"].as_array().unwrap().contains(code), "{code} is ok and not checked");
        }
    }
    let text = ward.doctor(&[]).exits(5);
    assert!(text.stdout.contains("Not checked") && text.stdout.contains("s3:GetBucketPolicy"), "{text}");

    // The findings of the rest are there all the same, and then count more.
    ward.bench.scenario.delete("website");
    let report = ward.doctor(&["--output", "json"]).exits(3).json();
    assert_eq!(codes(&report), ["IMG055"]);
    assert!(unchecked(&report).contains(&"s3:GetBucketPolicy"));
}

#[test]
fn a_read_that_hangs_takes_no_longer_than_the_timeout() {
    let ward = Ward::used();
    ward.bench.proxy.fault(Fault::on("lambda:GetPolicy", What::Hang));
    ward.bench.proxy.fault(Fault::on("cloudfront:GetDistributionConfig", What::Hang));
    let begun = Instant::now();
    let run = ward.doctor(&["--timeout", "6", "--output", "json"]).exits(5);
    let took = begun.elapsed();
    let actions = run.json();
    let actions = unchecked(&actions);
    assert!(actions.contains(&"lambda:GetPolicy"), "{run}");
    assert!(actions.contains(&"cloudfront:GetDistributionConfig"), "{run}");
    // The setting of that name ends at 29 s; this is another one.
    ward.bench.proxy.clear();
    let _ =
        ward.bench.tool.run(["doctor", "--bucket", BUCKET, "--timeout", "300", "--only", "IMG006"]).exits(0);
    // A process has to start and end as well.
    assert!(took < Duration::from_secs(8), "{took:?}");
}

#[test]
fn nonsense_for_an_answer_is_a_report_and_no_panic() {
    let ward = Ward::used();
    for service in ["s3", "cloudfront", "apigateway", "lambda", "iam", "cloudformation", "execute-api", "sts"]
    {
        let mut ways = vec![What::Garbage];
        // How the SDK goes on after these is the same for all.
        if matches!(service, "s3" | "lambda" | "execute-api") {
            ways.extend([What::InternalError, What::DropBefore]);
        }
        for what in ways {
            ward.bench.proxy.clear();
            ward.bench.proxy.fault(Fault::on(&format!("{service}:*"), what.clone()));
            let run = ward.doctor(&["--timeout", "10", "--output", "json"]);
            assert!([1, 2, 3, 5].contains(&run.code), "{service} {what:?}: {run}");
            assert!(!run.stderr.contains("panicked"), "{service} {what:?}: {run}");
            let report = run.json();
            assert_eq!(report["command"], "doctor", "{service} {what:?}: {run}");
            // "Could not look" is neither a finding of the configuration nor a clean bill.
            if report["outcome"] == "clean" {
                panic!("{service} {what:?} is called clean: {run}");
            }
        }
    }
}

#[test]
fn two_faults_have_two_headlines() {
    let ward = Ward::used();
    ward.bench.scenario.edit_distribution(|config| {
        let at = config.rfind("<PathPattern>resized/*</PathPattern>").unwrap();
        format!("{}{}", &config[..at], config[at..].replacen("<DefaultTTL>0<", "<DefaultTTL>86400<", 1))
    });
    ward.configure(&json!({ "Timeout": 3 }));
    let run = ward.doctor(&["--output", "json"]).exits(3);
    let report = run.json();
    let mut found = codes(&report);
    found.sort_unstable();
    assert_eq!(found, ["IMG043", "IMG077"], "{run}");
    // One run mends both.
    let run = ward.doctor(&["--fix", "--yes", "--output", "json"]).exits(0);
    assert_eq!(run.json()["findings"], json!([]), "{run}");
}

#[test]
fn nothing_is_mended_without_approval() {
    let ward = Ward::used();
    ward.configure(&json!({ "Timeout": 3 }));
    ward.bench.proxy.clear();
    let run = ward.doctor(&["--fix"]).exits(4);
    assert!(run.stderr.contains("change the configuration of"), "{run}");
    ward.bench.assert_no_writes();
    let run = ward.doctor(&["--fix", "--dry-run"]).exits(3);
    assert!(run.stdout.contains("timeout 20 s"), "{run}");
    ward.bench.assert_no_writes();
}

#[test]
fn severities_decide_the_exit_code() {
    let ward = Ward::used();
    let elsewhere = |more: &[&str]| -> Run {
        let tool = crate::bench::tool(&ward.bench.proxy).region("us-west-2");
        let mut arguments = vec!["doctor", "--bucket", BUCKET, "--no-requests"];
        arguments.extend(more);
        tool.run(arguments)
    };
    // A profile in another region is worth knowing, and no more.
    let run = elsewhere(&[]).exits(0);
    assert!(run.stdout.contains("IMG006"), "{run}");
    let _ = elsewhere(&["--fail-on", "info"]).exits(3);
    let run = elsewhere(&["--fail-on", "info", "--skip", "img006"]).exits(0);
    assert!(!run.stdout.contains("IMG006"), "{run}");
    let report = elsewhere(&["--only", "IMG006,IMG043", "--output", "json"]).exits(0).json();
    assert_eq!((codes(&report), &report["ok"]), (vec!["IMG006"], &json!(["IMG043"])));
    let run = elsewhere(&["--only", "IMG999"]).exits(2);
    assert!(run.stderr.contains("--list"), "{run}");
}

#[test]
fn a_function_alone_and_a_bucket_nobody_attached() {
    let ward = Ward::used();
    let run = ward.bench.tool.run(["doctor", "--function", FUNCTION, "--output", "json"]).exits(0);
    assert_eq!(run.json()["bucket"], BUCKET, "{run}");
    let run = ward.bench.tool.run(["doctor", "--function", "nobodys", "--output", "json"]).exits(2);
    assert!(run.stderr.contains("no function nobodys in eu-west-1"), "{run}");
    let run = ward.bench.tool.run(["doctor", "--bucket", "nobodys-bucket"]).exits(2);
    assert!(run.stderr.contains("no bucket named nobodys-bucket"), "{run}");

    let mut fresh = Bench::private();
    fresh.tool = fresh.tool.region(REGION);
    let run = fresh.tool.run(["doctor", "--bucket", BUCKET, "--output", "json"]).exits(3);
    assert_eq!(codes(&run.json()), ["IMG055"], "{run}");
    assert!(run.stdout.contains("imgdeploy attach"), "{run}");
    fresh.assert_no_writes();
}

#[test]
fn a_url_is_followed_hop_by_hop() {
    let ward = Ward::used();
    let scenario = &ward.bench.scenario;
    let path = format!("distribution/{}", scenario.distribution_id());
    let seen = scenario.root.cloudfront("GET", &path, &[], "").ok(&path).text();
    let (_, rest) =
        seen.split_once(".cloudfront.net<").map(|(before, _)| before.rsplit_once('>').unwrap()).unwrap();
    // The bucket is found by the distribution's name.
    let url = format!("https://{rest}.cloudfront.net/resized/120x80/pics/a.jpg");
    let run = ward.bench.tool.run(["doctor", &url]).exits(0);
    for said in ["1. 307 CloudFront", "2. 307 the function", "3. 200 CloudFront", "=> ok: image/jpeg"] {
        assert!(run.stdout.contains(said), "{said:?} is not there\n{run}");
    }
    let run = ward.bench.tool.run(["doctor", "https://elsewhere.example.org/a.jpg"]).exits(2);
    assert!(run.stderr.contains("--bucket"), "{run}");
    let run = ward.bench.tool.run(["doctor", "resized/a.jpg"]).exits(2);
    assert!(run.stderr.contains("is not a URL"), "{run}");
}

#[test]
fn the_table_is_listed_and_explained_without_any_account() {
    let tool = test_support::tool::Tool::new(env!("CARGO_BIN_EXE_imgdeploy"));
    let run = tool.run(["doctor", "--list"]).exits(0);
    for code in ["IMG001", "IMG030", "IMG055", "IMG077", "IMG092"] {
        assert!(run.stdout.contains(code), "{run}");
    }
    let run = tool.run(["doctor", "--explain", "img015"]).exits(0);
    for said in ["IMG015", "AWS_IAM", "Missing Authentication Token", "https://docs.aws.amazon.com/"] {
        assert!(run.stdout.contains(said), "{said:?} is not there\n{run}");
    }
    let _ = tool.run(["doctor", "--explain", "IMG999"]).exits(2);
    let all = tool.run(["doctor", "--list", "--output", "json"]).exits(0).json();
    assert_eq!(all["checks"].as_array().unwrap().len(), run_count(&tool));
}

fn run_count(tool: &test_support::tool::Tool) -> usize {
    let text = tool.run(["doctor", "--list"]).stdout;
    text.lines().filter(|line| line.trim_start().starts_with("IMG0")).count()
}

#[test]
fn the_policy_for_those_who_only_look_is_enough() {
    let mut ward = Ward::used();
    let policy = test_support::iam::template("doctor-policy.json", BUCKET);
    for action in policy
        .split('"')
        .filter(|text| !text.starts_with("aws:"))
        .filter(|text| text.split_once(':').is_some_and(|(_, name)| name.starts_with(char::is_uppercase)))
    {
        let verb = action.split(':').nth(1).unwrap();
        let reads = ["Get", "GET", "Describe", "List", "Filter"].iter().any(|start| verb.starts_with(start));
        assert!(reads, "{action} is no look");
    }
    // The emulator asks for the permission to list where one alias is read.
    let policy = policy.replace("\"lambda:GetAlias\"", "\"lambda:GetAlias\", \"lambda:ListAliases\"");
    // And for that to write where reserved concurrency is read.
    let concurrency = "\"lambda:GetFunctionConcurrency\"";
    let policy = policy.replace(concurrency, &format!("{concurrency}, \"lambda:PutFunctionConcurrency\""));
    ward.bench = ward.bench.called_by_user(&policy);
    let run = ward.doctor(&["--output", "json"]).exits(0);
    assert_eq!(run.json()["outcome"], "clean", "{run}");
}

#[test]
fn an_http_api_is_not_taken_for_one_that_is_gone() {
    let ward = Ward::used();
    let api =
        ward.call("apigateway", "POST", "/v2/apis", &json!({ "name": "images", "protocolType": "HTTP" }));
    let id = api["apiId"].as_str().unwrap().to_owned();
    ward.edit_website(|text| text.replace(&ward.api, &id));
    let run = ward.doctor(&["--output", "json"]).exits(5);
    let report = run.json();
    assert_eq!(codes(&report), [""; 0], "{run}");
    assert!(run.stdout.contains("it is an HTTP API"), "{run}");
    let unchecked = report["not_checked"].as_array().unwrap().iter();
    assert!(unchecked.flat_map(|one| one["codes"].as_array().unwrap()).any(|code| code == "IMG024"), "{run}");
}
