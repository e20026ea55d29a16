//! Nothing is found where nothing is wrong, and nothing is written by looking.

use serde_json::{Value, json};
use test_support::scenario::Scenario;

use crate::bench::{BUCKET, Bench, REGION};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// Attaches with more arguments, and looks.
fn looked_at(mut bench: Bench, region: &str, more: &[&str]) -> (Bench, Value) {
    bench.tool = bench.tool.region(region).env("IMGDEPLOY_SECURITY_KEY", "");
    if more.contains(&"--allow-unsafe") {
        bench.tool = bench.tool.env("IMGDEPLOY_SECURITY_KEY", KEY);
    }
    let mut arguments = bench.attach_arguments();
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    let _ = bench.tool.run(&arguments).exits(0);
    bench.proxy.clear();
    let run = bench.tool.run(["doctor", "--bucket", BUCKET, "--output", "json"]).exits(0);
    bench.assert_no_writes();
    let report = run.json();
    assert_eq!((&report["outcome"], &report["findings"]), (&json!("clean"), &json!([])), "{more:?}: {run}");
    (bench, report)
}

/// Each request ended with an image, or with the function's 404 where there is no such original.
fn all_were_served(report: &Value) {
    let requests = report["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 3, "{report:#}");
    // One was made for this, so that reading and writing is tried.
    let fresh: Vec<&Value> = requests.iter().filter(|one| one["fresh"] == true).collect();
    assert_eq!(fresh.len(), 1, "{report:#}");
    assert!(
        fresh[0]["hops"].as_array().unwrap().iter().any(|hop| hop["service"] == "function"),
        "{report:#}"
    );
    for one in requests {
        let last = one["hops"].as_array().unwrap().last().unwrap();
        if one["absent"] == true {
            assert_eq!((&last["status"], &last["service"]), (&json!(404), &json!("function")), "{one:#}");
        } else {
            assert_eq!(one["end"]["end"], "image", "{one:#}");
        }
    }
}

#[test]
fn an_attached_bucket_is_healthy() {
    let (bench, report) = looked_at(Bench::used(), REGION, &[]);
    all_were_served(&report);
    let run = bench.tool.run(["doctor", "--bucket", BUCKET]).exits(0);
    for said in [
        "bucket shop-pictures in eu-west-1, function imgdeploy-shop-pictures, distribution E",
        "a derived PNG",
        "nothing wrong was found; 8",
    ] {
        assert!(run.stdout.contains(said), "{said:?} is not there\n{run}");
    }
    assert!(!run.stdout.contains('\u{1b}'), "colours where nobody sees them: {run}");
}

#[test]
fn so_is_one_without_a_distribution() {
    all_were_served(&looked_at(Bench::private(), REGION, &[]).1);
}

#[test]
fn so_is_one_in_a_region_whose_website_host_has_a_dot() {
    let bench = Bench::with(|aws| Scenario::used_bucket(aws, "eu-central-1", BUCKET));
    all_were_served(&looked_at(bench, "eu-central-1", &[]).1);
}

#[test]
fn so_is_the_classic_scheme_without_a_prefix() {
    all_were_served(&looked_at(Bench::private(), REGION, &["--prefix", ""]).1);
}

#[test]
fn so_is_one_with_another_prefix_sizes_and_presets() {
    let more = ["--prefix", "img/s/", "--allowed-dimensions", "120x80,300x", "--presets", "thumb=120x80"];
    all_were_served(&looked_at(Bench::used(), REGION, &more).1);
}

#[test]
fn so_is_one_with_the_direct_route() {
    all_were_served(&looked_at(Bench::private(), REGION, &["--sources", "images.example.com"]).1);
}

#[test]
fn so_is_one_with_signed_urls_which_are_signed() {
    let (bench, report) = looked_at(Bench::used(), REGION, &["--allow-unsafe"]);
    all_were_served(&report);
    assert!(!report.to_string().contains(KEY), "the key is in the report");
    // Without the key, nothing can be asked, and that is said.
    let tool = crate::bench::tool(&bench.proxy).region(REGION);
    let run = tool.run(["doctor", "--bucket", BUCKET, "--output", "json"]).exits(5);
    let report = run.json();
    assert_eq!(report["outcome"], "incomplete", "{run}");
    assert_eq!(report["not_checked"][0]["action"], "live requests", "{run}");
}
