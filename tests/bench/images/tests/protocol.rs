//! The worker as a process: jobs in, answers out.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// The answers to `jobs`, one each.
fn answers(jobs: &[String]) -> Vec<Value> {
    let mut worker = Command::new(env!("CARGO_BIN_EXE_worker"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    worker.stdin.take().unwrap().write_all((jobs.join("\n") + "\n").as_bytes()).unwrap();
    let output = worker.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

const PHOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../photos/mountain.jpg");

#[test]
fn outputs_are_made_measured_and_written_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.jpg");
    let job = json!({"input": PHOTO, "specs": ["60x", "30x"], "out": [out, null]});
    let answers = answers(&[job.to_string()]);

    let [answer] = answers.as_slice() else { panic!("one answer: {answers:?}") };
    assert_eq!(answer["error"], Value::Null);
    assert!(answer["cpu_us"].as_u64().unwrap() > 0);
    let written = std::fs::read(&out).unwrap();
    assert!(written.starts_with(&[0xff, 0xd8]));
    assert_eq!(answer["bytes"][0], written.len());
    assert!(answer["bytes"][1].as_u64().unwrap() < answer["bytes"][0].as_u64().unwrap());
}

#[test]
fn failures_are_answers_and_the_worker_goes_on() {
    let answers = answers(&[
        "no job".to_owned(),
        json!({"input": "/nowhere/at/all.jpg", "specs": ["30x"]}).to_string(),
        json!({"input": PHOTO, "specs": ["not a spec"]}).to_string(),
        "{}".to_owned(),
    ]);
    let error = |at: usize| answers[at]["error"].as_str().unwrap_or_default().to_owned();
    assert_eq!(answers.len(), 4);
    assert!(error(0).contains("the job cannot be read"), "{}", error(0));
    assert!(error(1).contains("/nowhere/at/all.jpg"), "{}", error(1));
    assert!(error(2).contains("not a spec"), "{}", error(2));
    assert_eq!(error(3), "");
}

#[cfg(target_os = "linux")]
#[test]
fn an_idle_process_tells_its_memory() {
    let answers = answers(&["{}".to_owned()]);
    assert!(answers[0]["peak_rss_kb"].as_u64().unwrap() > 100);
}
