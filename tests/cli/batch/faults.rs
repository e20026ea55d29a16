//! Whatever breaks off, is delivered twice or is throttled: the same result, nothing twice, nothing lost.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::proxy::{Cut, Fault, Proxy, What, When};

use super::ward::{SPECS, Ward, counts, finished};
use crate::bench::BUCKET;

const PHOTOS: usize = 5;
const IMAGES: u64 = (PHOTOS * SPECS.len()) as u64;

#[test]
fn a_tool_that_was_killed_at_any_call_goes_on_when_started_again() {
    let ward = Ward::new();
    ward.photos("p0", PHOTOS);
    let _ = ward.bench.tool.run(ward.order("p0/")).exits(0);
    let calls = ward.bench.proxy.calls();
    // What follows the first look at the results is the same look again.
    let looks = calls.iter().position(|call| call.name() == "sqs:SendMessageBatch").unwrap() + 3;
    let mut cuts = Vec::new();
    for call in calls.iter().take(looks).chain(calls.last()) {
        cuts.push((call, Cut::BeforeRequest));
        if call.write {
            cuts.push((call, Cut::AfterRequest));
        }
    }
    assert!(cuts.len() > 8, "{}", ward.bench.proxy.log());
    for (number, (call, cut)) in (1..).zip(cuts) {
        let folder = format!("p{number}");
        ward.photos(&folder, PHOTOS);
        ward.bench.proxy.clear();
        ward.bench.proxy.cut_at(call.n, cut);
        let order = ward.order(&format!("{folder}/"));
        let impatient = crate::bench::tool(&ward.bench.proxy).env("AWS_MAX_ATTEMPTS", "1");
        let first = impatient.run(&order);
        let at = format!("cut {cut:?} at call {} ({})\n{first}", call.n, call.name());
        ward.bench.proxy.clear();
        let second = ward.bench.tool.run(&order);
        assert_eq!(second.code, 0, "{at}\n{second}");
        let (done, skipped, failed) = counts(&finished(&second));
        // A job that had ended is not gone on with: a new one finds everything there.
        let fresh = second.stdout.lines().next().unwrap().contains(r#""resumed":false"#);
        assert_eq!((done + skipped, failed), (IMAGES, 0), "{at}\n{second}");
        assert!(fresh || skipped == 0, "{at}\n{second}");
        assert_eq!(ward.images(&folder).len() as u64, IMAGES, "{at}");
    }
}

#[test]
fn a_function_that_was_killed_and_messages_that_come_twice_count_once() {
    let ward = Ward::new();
    ward.photos("k", 30);
    let mut running = ward.bench.tool.start(ward.order("k/"));
    let _ = running.line();
    // Wherever it is with its work: the first that works is ended, three times.
    let mut killed = 0;
    let until = Instant::now() + Duration::from_secs(60);
    while killed < 3 && Instant::now() < until && ward.images("k").len() < 60 {
        for process in bootstraps(&ward) {
            let _ = std::process::Command::new("kill").args(["-9", &process]).status();
            killed += 1;
        }
    }
    // Everything once more, in the middle of it.
    let job = newest(&ward);
    for n in 0..30 {
        let body = json!({ "imgdeploy": { "work": { "job": job, "n": n, "key": format!("k/{n:03}.jpg") } } });
        ward.send("BatchQueue", &body.to_string());
    }
    let run = running.wait();
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(counts(&finished(&run)), (60, 0, 0), "{run}");
    assert_eq!(ward.images("k").len(), 60);
    assert!(killed > 0);
    let status = ward.batch(&["status"]).exits(0).json();
    assert_eq!(counts(&status), (60, 0, 0), "{status}");
}

#[test]
fn throttled_by_s3_at_every_fifth_call_everything_is_made() {
    let ward = Ward::new();
    ward.photos("t", 20);
    // Between the function and the emulator.
    let between = Proxy::start(&ward.bench.aws);
    endpoint_of_function(&ward, &between.url());
    between.fault(Fault::new(When::Nth { service: "s3".to_owned(), every: 5 }, What::Throttle));
    let run = ward.bench.tool.run(ward.order("t/"));
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(counts(&finished(&run)), (40, 0, 0), "{run}");
    assert_eq!(ward.images("t").len(), 40);
    let throttled = between.log().matches("503").count();
    assert!(throttled > 5, "{}", between.log());
}

#[test]
fn messages_that_the_function_died_on_are_listed_as_failed() {
    let ward = Ward::new();
    ward.photos("d", 3);
    ward.mapping(&json!({ "Enabled": false }));
    let mut running = ward.bench.tool.start(ward.order("d/"));
    let _ = running.line();
    // As SQS does with what was handed out five times.
    let until = Instant::now() + Duration::from_secs(60);
    let mut moved = 0;
    while moved < 3 && Instant::now() < until {
        for body in ward.drain("BatchQueue") {
            let n = serde_json::from_str::<Value>(&body).unwrap()["imgdeploy"]["work"]["n"].as_u64().unwrap();
            ward.send(if n == 1 { "BatchDead" } else { "BatchQueue" }, &body);
            moved += 1;
        }
    }
    ward.mapping(&json!({ "Enabled": true }));
    let run = running.wait();
    assert_eq!(run.code, 3, "{run}");
    assert_eq!(counts(&finished(&run)), (4, 0, 2), "{run}");
    let errors = ward.batch(&["errors"]).exits(3).json();
    let found: Vec<&str> =
        errors["errors"].as_array().unwrap().iter().filter_map(|one| one["code"].as_str()).collect();
    assert_eq!(found, ["dead_lettered", "dead_lettered"], "{errors}");
    assert!(ward.drain("BatchDead").is_empty());
}

/// Ids of the function's processes.
fn bootstraps(ward: &Ward) -> Vec<String> {
    let home = ward.bench.aws.home().to_owned();
    let processes =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    processes
        .filter(|id| {
            let program = std::fs::read_link(Path::new("/proc").join(id).join("exe")).unwrap_or_default();
            id.bytes().all(|b| b.is_ascii_digit())
                && program.starts_with(&home)
                && program.ends_with("bootstrap")
        })
        .collect()
}

fn newest(ward: &Ward) -> String {
    ward.batch(&["status"]).exits(0).json()["job"].as_str().unwrap().to_owned()
}

/// Has the function reach AWS through `url`: a version of its own, and the alias on that.
fn endpoint_of_function(ward: &Ward, url: &str) {
    let root = &ward.bench.scenario.root;
    let function = format!("/2015-03-31/functions/imgdeploy-{BUCKET}");
    let json = [("content-type", "application/json")];
    let call = |method: &str, path: &str, body: String| -> Value {
        let answer = root.call("lambda", method, &format!("{function}{path}"), &json, body).ok(path);
        serde_json::from_str(&answer.text()).unwrap_or_default()
    };
    let mut environment = call("GET", "/configuration", String::new())["Environment"].clone();
    environment["Variables"]["AWS_ENDPOINT_URL_S3"] = url.into();
    let _ = call("PUT", "/configuration", json!({ "Environment": environment }).to_string());
    let version = call("POST", "/versions", "{}".to_owned())["Version"].clone();
    let _ = call("PUT", "/aliases/Live", json!({ "FunctionVersion": version }).to_string());
}
