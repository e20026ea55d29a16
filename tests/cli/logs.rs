//! `logs`: what the function said, one line a request, from the log that Lambda writes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

use http::Method;
use serde_json::{Value, json};
use test_support::aws::Aws;
use test_support::proxy::{Fault, What};
use test_support::scenario::Scenario;
use test_support::tool::Tool;

use crate::bench::{BUCKET, Bench, REGION};
use crate::served::{Served, told};

const ID: &str = "55fac1c7-b7a1-4af5-96f4-c3e79d8a2b20";
const STREAM: &str = "2026/01/31/[3]0a1b";

/// One call of CloudWatch Logs.
fn logs(aws: &Aws, operation: &str, body: &Value) {
    let target = format!("Logs_20140328.{operation}");
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
    let _ = aws.call("logs", "POST", "/", &headers, body.to_string()).ok(operation);
}

/// The log group of a function that is not there.
fn group(scenario: &Scenario, function: &str) -> String {
    let group = format!("/aws/lambda/{function}");
    logs(&scenario.root, "CreateLogGroup", &json!({ "logGroupName": group }));
    let stream = json!({ "logGroupName": group, "logStreamName": STREAM });
    logs(&scenario.root, "CreateLogStream", &stream);
    group
}

/// Logs these lines now.
fn write(scenario: &Scenario, group: &str, lines: &[String]) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let events: Vec<Value> = lines
        .iter()
        .map(|line| json!({ "timestamp": u64::try_from(now).unwrap(), "message": line }))
        .collect();
    let body = json!({ "logGroupName": group, "logStreamName": STREAM, "logEvents": events });
    logs(&scenario.root, "PutLogEvents", &body);
}

/// What Lambda and the function log of one request.
fn request(id: &str, own: &str, more: &str) -> Vec<String> {
    vec![
        format!("START RequestId: {id} Version: 3\n"),
        own.to_owned(),
        format!("END RequestId: {id}\n"),
        format!(
            "REPORT RequestId: {id}\tDuration: 12.10 ms\tBilled Duration: 13 ms\tMemory Size: 1024 MB\tMax Memory Used: 40 MB\t{more}\n"
        ),
    ]
}

fn record(id: &str, key: &str) -> String {
    json!({ "request_id": id, "key": key, "spec": "30x20", "status": 307, "reason": "ok" }).to_string()
}

#[test]
fn an_image_that_was_resized_is_one_line() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let served = Served::start(&bench);
    let key = "resized/30x20/pics/a.jpg";
    let way = served.browse(&Method::GET, key);
    assert_eq!(way.last().unwrap().status, 200, "{}", told(&way));
    let absent = served.browse(&Method::GET, "resized/30x20/pics/none.jpg");
    assert_eq!(absent.last().unwrap().status, 404, "{}", told(&absent));

    bench.proxy.clear();
    let run = bench.tool.run(["logs", "--bucket", BUCKET]).exits(0);
    bench.assert_no_writes();
    let of = |key: &str| run.stdout.lines().filter(|line| line.contains(key)).collect::<Vec<_>>();
    let [made] = of(key)[..] else { panic!("one line is expected\n{run}") };
    assert!(made.contains("  307  ") && made.contains(" -> ") && made.contains(" of 1024 MB"), "{made}");
    let [refused] = of("none.jpg")[..] else { panic!("one line is expected\n{run}") };
    assert!(refused.contains("  404  original_not_found  "), "{refused}");
    // Nothing but requests was logged: the image of attach's own check, and these two.
    assert!(run.stdout.lines().all(|line| line.contains("  307  ") || line.contains("  404  ")), "{run}");
    assert_eq!(run.stdout.lines().count(), 3, "{run}");

    let run = bench.tool.run(["logs", "--bucket", BUCKET, "--output", "json"]).exits(0);
    let objects: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let made = objects.iter().find(|object| object["key"] == key).unwrap_or_else(|| panic!("{run}"));
    assert_eq!(
        (&made["version"], &made["kind"], &made["status"]),
        (&json!(1), &json!("request"), &json!(307))
    );
    assert_eq!(
        (&made["reason"], &made["complete"], &made["error"]),
        (&json!("ok"), &json!(true), &Value::Null)
    );
    for number in ["bytes_in", "bytes_out", "ms_resize", "duration_ms", "billed_ms", "memory_mb"] {
        assert!(made[number].as_f64().is_some_and(|number| number > 0.0), "{number}: {made:#}");
    }

    let run = bench.tool.run(["logs", "--bucket", BUCKET, "--raw"]).exits(0);
    assert_eq!(run.stdout.lines().filter(|line| line.starts_with("START RequestId: ")).count(), 3, "{run}");
    assert!(run.stdout.contains(&format!("\"key\":\"{key}\"")), "{run}");
    // Now is not ten minutes ago.
    let run = bench.tool.run(["logs", "--bucket", BUCKET, "--since", "0s"]).exits(0);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("nothing was logged"), "{run}");
}

#[test]
fn failures_of_the_platform_come_with_cause_and_next_step() {
    let bench = Bench::private();
    let group = group(&bench.scenario, "other");
    let broken = format!(
        "RequestId: {ID} Error: fork/exec /var/task/bootstrap: exec format error\nRuntime.InvalidEntrypoint\n"
    );
    let mut lines = vec![
        "INIT_REPORT Init Duration: 0.79 ms\tPhase: init\tStatus: error\tError Type: Runtime.InvalidEntrypoint\n".to_owned(),
    ];
    lines.extend(request(ID, &broken, "Status: error\tError Type: Runtime.InvalidEntrypoint"));
    let second = ID.replace("55fac", "66fac");
    lines.extend(request(&second, &broken.replace(ID, &second), ""));
    lines.push("a line of its own\n".to_owned());
    lines.push(format!("START RequestId: {} Version: 3\n", ID.replace("55fac", "77fac")));
    write(&bench.scenario, &group, &lines);

    let arguments = ["logs", "--function", "other", "--region", REGION];
    let run = bench.tool.run(arguments).exits(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{run}");
    for line in &lines[..2] {
        for said in ["ERROR Runtime.InvalidEntrypoint", "exec format error", "another processor"] {
            assert!(line.contains(said), "{said:?} is not in {line:?}");
        }
    }
    assert!(lines[0].contains("cold start"), "{run}");
    assert!(run.stdout.contains("  a line of its own\n"), "{run}");
    assert!(run.stdout.contains("not finished"), "what has not ended is shown too\n{run}");
    assert_eq!(run.stderr.matches("hint: ").count(), 1, "each advice is given once\n{run}");
    assert!(run.stderr.contains("--arch"), "{run}");
}

#[test]
fn following_shows_each_request_once_survives_throttling_and_ends_with_ctrl_c() {
    let bench = Bench::private();
    let group = group(&bench.scenario, "other");
    write(&bench.scenario, &group, &request(ID, &record(ID, "resized/30x20/first.jpg"), ""));
    let arguments = ["logs", "-f", "--function", "other", "--region", REGION];
    let mut running = bench.tool.start(arguments);
    assert!(running.line().contains("first.jpg"));

    // More often than the SDK itself tries again.
    bench.proxy.fault(Fault::on("logs:FilterLogEvents", What::Throttle).times(6));
    let second = ID.replace("55fac", "66fac");
    write(&bench.scenario, &group, &request(&second, &record(&second, "resized/30x20/second.jpg"), ""));
    assert!(running.line().contains("second.jpg"));
    let third = ID.replace("55fac", "77fac");
    let lines = request(&third, &record(&third, "resized/30x20/third.jpg"), "");
    write(&bench.scenario, &group, &lines[..2]);
    write(&bench.scenario, &group, &lines[2..]);
    assert!(running.line().contains("third.jpg"));

    let run = running.interrupt().exits(0);
    assert_eq!(run.stdout.lines().count(), 3, "{run}");
    assert!(run.stderr.contains("going on as soon as AWS answers"), "{run}");
    bench.assert_no_writes();
}

/// A CloudWatch Logs that answers in pages, which the emulator never does: one, an empty one, and the rest.
fn in_pages(lines: &[String]) -> String {
    let events = |range: std::ops::Range<usize>| -> Vec<Value> {
        let event = |at: usize| json!({ "eventId": at.to_string(), "timestamp": 1_000 + at, "logStreamName": STREAM, "message": lines[at] });
        range.map(event).collect()
    };
    let pages = [
        json!({ "events": events(0..2), "nextToken": "one" }),
        json!({ "events": [], "nextToken": "two" }),
        json!({ "events": events(2..lines.len()) }),
    ];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = BufReader::new(connection.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") && connection.read_line(&mut head).unwrap_or_default() > 0 {
                let line = head.lines().last().unwrap_or_default().to_ascii_lowercase();
                length = line
                    .strip_prefix("content-length:")
                    .map_or(length, |value| value.trim().parse().unwrap());
            }
            let mut body = vec![0; length];
            connection.read_exact(&mut body).unwrap();
            let asked = serde_json::from_slice::<Value>(&body).unwrap_or_default();
            let (status, answer) = if head.contains("Logs_20140328.FilterLogEvents") {
                let page = match asked["nextToken"].as_str() {
                    None => 0,
                    Some("one") => 1,
                    Some(_) => 2,
                };
                ("200 OK", pages[page].to_string())
            } else {
                ("404 Not Found", "{}".to_owned())
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
                answer.len()
            );
            connection.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

#[test]
fn all_pages_are_read_and_a_request_may_lie_on_two() {
    let url = in_pages(&request(ID, &record(ID, "resized/30x20/a.jpg"), ""));
    let tool = Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).endpoint(&url);
    let run = tool.run(["logs", "--function", "other", "--since", "1970-01-01T00:00:00Z"]).exits(0);
    let [line] = run.stdout.lines().collect::<Vec<_>>()[..] else { panic!("one line is expected\n{run}") };
    assert!(line.starts_with("1970-01-01T00:00:01.000Z  307  ") && line.ends_with("40 of 1024 MB"), "{line}");
}

#[test]
fn what_is_not_there_or_not_allowed_is_said() {
    let bench = Bench::private();
    let ends = |arguments: &[&str], code: i32, said: &str| {
        let run = bench.tool.run(arguments).exits(code);
        assert!(run.stderr.contains(said), "{said:?} is not in the message\n{run}");
    };
    ends(&["logs", "--bucket", BUCKET], 2, "not attached");
    ends(&["logs", "--bucket", "no-such-bucket-xx"], 2, "no bucket named");
    ends(&["logs", "--function", "nobody", "--region", REGION], 2, "no log group /aws/lambda/nobody");
    ends(&["logs", "--function", "arn:aws:lambda:x"], 2, "a function's name");
    ends(&["logs", "--bucket", BUCKET, "--since", "yesterday"], 2, "30s, 10m");
    let _ = group(&bench.scenario, "other");
    ends(
        &["logs", "--function", "other", "--region", REGION, "--since", "2999-01-01T00:00:00Z"],
        2,
        "in the future",
    );
    bench.proxy.fault(Fault::on("logs:FilterLogEvents", What::AccessDenied));
    ends(&["logs", "--function", "other", "--region", REGION], 5, "`logs:FilterLogEvents`");
    ends(&["logs", "-f", "--function", "other", "--region", REGION], 5, "`logs:FilterLogEvents`");
}
