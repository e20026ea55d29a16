//! Memory against time and cost: measured with temporary versions, of which none is left, whatever happens.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::photos;
use test_support::proxy::{Call, Cut, Fault};
use test_support::tool::{Run, Tool};

use crate::bench::{BUCKET, Bench, REGION, tool, words};
use crate::update_code::{FUNCTION, World};

const DESCRIPTION: &str = "thumbnails, ask Ann";

/// A function with a description, 512 MB, the alias Live on version 1, and an original in its bucket.
fn world() -> World {
    let world = World::real();
    let path = format!("/{FUNCTION}/configuration");
    let _ = world.lambda("PUT", &path, &json!({ "Description": DESCRIPTION }));
    world.settle();
    let put = world.root().s3("PUT", "/pictures/pics/fig.png", photos::FIG_PNG.bytes);
    assert!(put.status.is_success(), "{}", put.text());
    world
}

fn arguments(more: &[&str]) -> Vec<String> {
    let mut all = words(&["tune", "--function", FUNCTION, "--yes", "--output", "json"]);
    all.extend(words(more));
    all
}

/// What a run must leave as it was.
fn state(world: &World) -> Value {
    let versions = world.lambda("GET", &format!("/{FUNCTION}/versions"), &Value::Null);
    let versions: Vec<Value> = versions["Versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["Version"], one["MemorySize"], one["Description"], one["CodeSha256"]]))
        .collect();
    json!({ "versions": versions, "live": world.live_version() })
}

fn names(calls: &[Call]) -> Vec<String> {
    calls.iter().map(Call::name).collect()
}

#[test]
fn sizes_are_measured_and_nothing_stays() {
    let world = world();
    let before = state(&world);
    let run = world.tool.run(arguments(&["--dry-run", "--exit-code", "--memory", "256,1024"])).exits(3);
    let plan = &run.json()["plan"];
    assert_eq!(
        (&plan["calls"], &plan["images"][0]["name"]),
        (&json!(2 * 21 + 1), &json!("pics/fig.png")),
        "{run}"
    );
    assert!(world.proxy.writes().is_empty(), "{}", world.proxy.log());

    let run = world
        .tool
        .run(arguments(&["--memory", "1024,256", "--num", "2", "--spec", "48x32", "--chart", "chart.svg"]))
        .exits(0);
    let found = run.json();
    assert_eq!((&found["outcome"], &found["changes"]), (&json!("measured"), &json!(false)));
    let rows = found["result"]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{run}");
    for (row, memory) in rows.iter().zip([256, 1024]) {
        assert_eq!((&row["memory_mb"], &row["runs"]), (&json!(memory), &json!(2)), "{run}");
        assert_eq!((&row["init_ms"], &row["used_mb"]), (&json!(25.0), &json!(61)), "{run}");
        assert!(
            row["billed_ms"].as_f64().unwrap() > 0.0 && row["usd_per_million"].as_f64().unwrap() > 0.2,
            "{run}"
        );
        assert!(row["unsure"].as_str().unwrap().contains("few calls"), "{run}");
    }
    assert!([256, 1024].map(Value::from).contains(&found["result"]["recommended"]["balanced"]), "{run}");
    assert!(run.stderr.contains("the derived image is not measured"), "{run}");
    let chart = std::fs::read_to_string(world.tool.home().join("chart.svg")).unwrap();
    assert!(chart.contains("256 MB") && chart.contains("1024 MB"), "{chart}");
    assert_eq!(state(&world), before);
    assert_eq!(
        names(&world.proxy.writes()),
        [
            "lambda:UpdateFunctionConfiguration",
            "lambda:PublishVersion",
            "lambda:UpdateFunctionConfiguration",
            "lambda:PublishVersion",
            "lambda:UpdateFunctionConfiguration",
            "lambda:DeleteFunction",
            "lambda:DeleteFunction",
        ]
    );
    let objects = world.root().s3("GET", "/pictures?list-type=2", "").text();
    assert_eq!(objects.matches("<Key>").count(), 1, "something was stored: {objects}");

    // A size that the account does not have, and images that can't be made, are rows.
    world.proxy.fault(
        Fault::error(
            "lambda:UpdateFunctionConfiguration",
            400,
            "InvalidParameterValueException",
            "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 3008",
        )
        .times(1),
    );
    let run = world.tool.run(arguments(&["--memory", "512,1024", "--num", "1"])).exits(0);
    let rows = run.json()["result"]["rows"].clone();
    assert!(rows[0]["failed"].as_str().unwrap().contains("less than or equal to 3008"), "{run}");
    assert_eq!((&rows[0]["usd_per_million"], &rows[1]["failed"]), (&Value::Null, &Value::Null), "{run}");
    let _ = world.root().s3("PUT", "/pictures/notes.txt", "no image at all");
    let run = world.tool.run(arguments(&["--memory", "512", "--num", "1", "--image", "notes.txt"])).exits(1);
    assert!(run.stderr.contains("512 MB: it answered 422"), "{run}");
    assert_eq!(state(&world), before);

    let run = world.tool.run(arguments(&["--clean"])).exits(0);
    assert_eq!(
        (&run.json()["outcome"], &run.json()["changes"]),
        (&json!("nothing_to_do"), &json!(false)),
        "{run}"
    );
}

#[test]
fn the_recommended_memory_goes_live_by_the_alias() {
    let world = world();
    let tune = ["tune", "--function", FUNCTION, "--memory", "768", "--num", "1", "--apply"];
    let run = world.tool.run(tune).exits(4);
    assert!(run.stderr.contains("not approved"), "{run}");
    let yes: Vec<&str> = tune.into_iter().chain(["--yes"]).collect();
    let run = world.tool.run(&yes).exits(0);
    assert!(run.stdout.contains("768 MB are live"), "{run}");
    let live = world.lambda("GET", &format!("/{FUNCTION}/configuration?Qualifier=Live"), &Value::Null);
    assert_eq!((&live["MemorySize"], &live["Description"]), (&json!(768), &json!(DESCRIPTION)), "{run}");
    assert_eq!(world.latest()["MemorySize"], 768);
    let before = state(&world);
    let run = world.tool.run(&yes).exits(0);
    assert!(run.stdout.contains("nothing to do"), "{run}");
    assert_eq!(state(&world), before);
}

/// A run that was killed at any write leaves something that `--clean` finds.
fn cut_at_every_write(cut: Cut) {
    let world = world();
    let before = state(&world);
    let tune = arguments(&["--memory", "256,1024", "--num", "1", "--spec", "48x32"]);
    let _ = world.tool.run(&tune).exits(0);
    let writes = world.proxy.writes().len();
    assert_eq!(writes, 7, "{}", world.proxy.log());
    assert_eq!(state(&world), before);
    let impatient = tool(&world.proxy).region(REGION).env("AWS_MAX_ATTEMPTS", "1");
    let mut cleaned = 0;
    for n in 1..=writes {
        world.proxy.clear();
        world.proxy.cut_at_write(n, cut);
        let run = impatient.run(&tune);
        let log = world.proxy.log();
        let at = format!("cut {cut:?} at write {n}\n{run}\n{log}");
        assert!(log.contains("dropped") && run.code != 0, "{at}");
        assert_eq!(world.live_version(), "1", "{at}");
        world.proxy.clear();
        world.settle();
        let left = state(&world);
        // Nobody measures over what is left.
        if left != before {
            let again = world.tool.run(&tune).exits(4);
            assert!(again.stderr.contains("tune --clean"), "{at}\n{again}");
            cleaned += 1;
        }
        let clean = world.tool.run(arguments(&["--clean"]));
        assert_eq!(clean.code, 0, "{at}\n{clean}");
        world.settle();
        assert_eq!(state(&world), before, "{at}\n{clean}");
        world.proxy.clear();
        let _ = world.tool.run(arguments(&["--clean"])).exits(0);
        assert!(world.proxy.writes().is_empty(), "{at}\n{}", world.proxy.log());
    }
    assert!(cleaned >= 5, "only {cleaned} cuts left anything");
}

#[test]
fn cut_before_any_write_is_cleaned_up() {
    cut_at_every_write(Cut::BeforeRequest);
}

#[test]
fn cut_after_any_write_is_cleaned_up() {
    cut_at_every_write(Cut::AfterRequest);
}

#[test]
fn an_answer_that_is_lost_once_is_no_failure() {
    let world = world();
    let before = state(&world);
    for operation in ["UpdateFunctionConfiguration", "PublishVersion", "DeleteFunction"] {
        world.proxy.clear();
        let lost = test_support::proxy::What::DropAfter;
        world.proxy.fault(Fault::on(&format!("lambda:{operation}"), lost).times(1));
        let run = world.tool.run(arguments(&["--memory", "256", "--num", "1"])).exits(0);
        assert!(world.proxy.log().contains("dropped"), "{}", world.proxy.log());
        assert_eq!(run.json()["result"]["rows"][0]["failed"], Value::Null, "{operation}: {run}");
        assert_eq!(state(&world), before, "{operation}: {run}");
    }
}

#[test]
fn ctrl_c_takes_away_what_was_made() {
    let world = world();
    let before = state(&world);
    let running = world.tool.start(arguments(&["--memory", "256,1024", "--num", "1000"]));
    let called = || world.operations().iter().filter(|name| *name == "lambda:Invoke").count() >= 4;
    let begun = Instant::now();
    while !called() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", world.proxy.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_ne!(state(&world), before);
    let run: Run = running.interrupt().exits(6);
    assert!(run.stderr.contains("stopped by Ctrl-C") && run.stderr.contains("taken away"), "{run}");
    assert_eq!(state(&world), before, "{run}");
}

#[test]
fn other_code_is_refused_and_stays_untouched() {
    let world = world();
    let _ = world.update(&world.broken(), &["--skip-check"]).exits(0);
    world.proxy.clear();
    let run = world.tool.run(arguments(&["--memory", "256", "--num", "1"])).exits(4);
    assert!(run.stderr.contains("does not make an image of what a call carries"), "{run}");
    assert!(world.proxy.writes().is_empty(), "{}", world.proxy.log());
    for (more, part) in [
        (&["--memory", "64"][..], "128 to 10240"),
        (&["--memory", "x"], "no number"),
        (&["--num", "0"], "--num"),
        (&["--spec", "300xx"], "--spec"),
        (&["--spec", "300x/filters:format(auto)"], "auto"),
        (&["--image", "nothing.jpg"], "nothing.jpg"),
        (&["--clean", "--apply"], "--apply"),
    ] {
        let run = world.tool.run(arguments(more)).exits(2);
        assert!(run.stderr.contains(part), "{more:?}: {run}");
    }
    assert!(world.proxy.writes().is_empty(), "{}", world.proxy.log());
}

/// The stack's parameter is what is set, so that a later `attach` that is told the same writes nothing.
#[test]
fn a_stacks_memory_is_set_by_the_stack() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let by_root = |tool: &Tool, more: &[&str]| {
        let mut all = words(&["tune", "--bucket", BUCKET, "--memory", "512", "--num", "4", "--yes"]);
        all.extend(words(more));
        tool.run(all)
    };
    let run = by_root(&bench.tool, &["--apply"]).exits(0);
    assert!(run.stdout.contains("512 MB are live"), "{run}");
    assert!(run.stderr.contains("MemorySize"), "{run}");
    let status = bench.tool.run(["status", "--bucket", BUCKET, "--output", "json"]).exits(0).json();
    assert_eq!(status["function"]["value"]["memory_mb"], 512, "{run}\n{status:#}");
    bench.proxy.clear();
    let mut attach = bench.attach_arguments();
    attach.extend(words(&["--memory", "512"]));
    let run = bench.tool.run(attach).exits(0);
    bench.assert_no_writes();
    assert!(run.stdout.contains("nothing to do"), "{run}");

    // What is needed to measure is in the policy for it.
    let bench = bench.called_by_user(&test_support::iam::template("tune-policy.json", BUCKET));
    let run = by_root(&bench.tool, &["--output", "json"]).exits(0);
    assert_eq!(run.json()["plan"]["images"].as_array().unwrap().len(), 4, "{run}");
}
