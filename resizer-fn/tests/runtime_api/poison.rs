//! Messages on which the real function breaks off: by a kill, for lack of memory, for lack of time.

use super::cloud::Cloud;
use super::function::Function;
use super::{JPEG, VARS};
use imgdeploy_batch::{Job, Message, Source, WorkItem};
use serde_json::{Value, json};
use std::time::Duration;

/// More deliveries than any of these takes.
const ENOUGH: u32 = 26;
/// How often it is looked whether the function has died instead of answering.
const LOOK: Duration = Duration::from_millis(50);

const BATCH: &[(&str, &str)] = &[
    ("BATCH_BUCKET", "artifacts"),
    ("BATCH_QUEUE_URL", "http://127.0.0.1/queue"),
    ("BATCH_ERRORS_URL", "http://127.0.0.1/errors"),
    ("ALLOWED_DIMENSIONS", ""),
    ("ON_UPLOAD", "30x20"),
];

struct Queue {
    cloud: Cloud,
    spec: &'static str,
    bodies: Vec<(String, String)>,
}

/// What came of it all.
#[derive(Debug, Default)]
struct Seen {
    deliveries: u32,
    deaths: u32,
}

impl Queue {
    async fn of(spec: &'static str, keys: &[&str]) -> Self {
        let cloud = Cloud::start().await;
        let job = Job {
            id: "j1".to_owned(),
            bucket: "photos".to_owned(),
            source: Source::Prefix(String::new()),
            specs: vec![spec.to_owned()],
            force: false,
            created: 0,
            cancelled: false,
            handed_over: false,
        };
        cloud.put("artifacts/batch/photos/j1/job.json", 200, &serde_json::to_vec(&job).unwrap());
        let body = |(n, key): (u64, &&str)| {
            let work = WorkItem { job: "j1".to_owned(), n, key: (*key).to_owned() };
            (format!("m{n}"), Message::Work(work).body())
        };
        let bodies = (0..).zip(keys).map(body).collect();
        keys.iter().for_each(|key| cloud.put(key, 200, JPEG));
        Self { cloud, spec, bodies }
    }

    /// Delivers what is in the queue until nothing is; `start` starts a function whenever there is none.
    async fn drain(&mut self, start: impl Fn(&Cloud) -> Function) -> Seen {
        let mut seen = Seen::default();
        let mut function: Option<Function> = None;
        while !self.bodies.is_empty() {
            seen.deliveries += 1;
            assert!(seen.deliveries < ENOUGH, "{seen:?}");
            let mut running = function.take().unwrap_or_else(|| start(&self.cloud));
            let died = async {
                while !running.has_ended() {
                    tokio::time::sleep(LOOK).await;
                }
            };
            let event = event(&self.bodies, seen.deliveries);
            tokio::select! {
                answer = self.cloud.invoke(event) => {
                    let failures = answer["batchItemFailures"].as_array().unwrap().clone();
                    self.bodies.retain(|(id, _)| failures.iter().any(|one| one["itemIdentifier"] == **id));
                    function = Some(running);
                }
                () = died => seen.deaths += 1,
            }
        }
        seen
    }

    fn is_made(&self, key: &str) -> bool {
        self.cloud.written(&format!("resized/{}/{key}", self.spec)).is_some()
    }

    /// Key and code of what was told as failed.
    fn told(&self) -> Vec<(String, String)> {
        let told = self.cloud.sent().into_iter().map(|body| serde_json::from_str::<Value>(&body).unwrap());
        let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
        told.map(|one| (text(&one, "key"), text(&one, "code"))).collect()
    }
}

fn event(bodies: &[(String, String)], receives: u32) -> Value {
    let records = bodies.iter().map(|(id, body)| {
        let attributes = json!({ "ApproximateReceiveCount": receives.to_string() });
        json!({
            "messageId": id, "receiptHandle": "r", "body": body, "eventSource": "aws:sqs", "attributes": attributes,
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

fn vars() -> Vec<(&'static str, &'static str)> {
    [VARS, BATCH].concat()
}

fn failed(keys: &[&str], code: &str) -> Vec<(String, String)> {
    keys.iter().map(|key| ((*key).to_owned(), code.to_owned())).collect()
}

#[tokio::test]
async fn whoever_kills_the_function_is_listed_and_the_others_are_made() {
    let keys =
        ["a.jpg", "b.jpg", "bad.jpg", "c.jpg", "worse.jpg", "d.jpg", "e.jpg", "f.jpg", "g.jpg", "h.jpg"];
    let bad = ["bad.jpg", "worse.jpg"];
    let mut queue = Queue::of("30x20", &keys).await;
    let seen = queue
        .drain(|cloud| {
            let function = Function::start(cloud, &vars());
            bad.iter().for_each(|key| cloud.kill_at(key, function.process()));
            function
        })
        .await;
    // Once together, and each twice alone.
    assert_eq!(seen.deaths, 5, "{seen:?}");
    for key in keys {
        assert_eq!(queue.is_made(key), !bad.contains(&key), "{key}");
    }
    assert_eq!(queue.told(), failed(&bad, "broke_off"));
}

#[tokio::test]
async fn ten_that_kill_are_ten_that_are_listed() {
    let keys = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let mut queue = Queue::of("30x20", &keys).await;
    let seen = queue
        .drain(|cloud| {
            let function = Function::start(cloud, &vars());
            keys.iter().for_each(|key| cloud.kill_at(key, function.process()));
            function
        })
        .await;
    assert_eq!(seen.deaths, 21, "{seen:?}");
    assert!(seen.deliveries < imgdeploy_batch::MAX_RECEIVES);
    assert_eq!(queue.told(), failed(&keys, "broke_off"));
}

#[tokio::test]
async fn an_upload_that_kills_is_told_and_not_tried_again() {
    let mut queue = Queue::of("30x20", &["good.jpg", "bad.jpg"]).await;
    for ((_, body), key) in queue.bodies.iter_mut().zip(["good.jpg", "bad.jpg"]) {
        let record = json!({ "eventName": "ObjectCreated:Put", "s3": { "object": { "key": key } } });
        *body = json!({ "Records": [record] }).to_string();
    }
    let seen = queue
        .drain(|cloud| {
            let function = Function::start(cloud, &vars());
            cloud.kill_at("bad.jpg", function.process());
            function
        })
        .await;
    assert_eq!(seen.deaths, 3, "{seen:?}");
    assert!(queue.is_made("good.jpg"));
    assert_eq!(queue.told(), failed(&["bad.jpg"], "broke_off"));
}

/// A plain picture that takes more memory than the function really has, and less than it was told that it has: borders are
/// looked for in the whole of it.
#[tokio::test]
async fn out_of_memory_is_a_death_like_others() {
    let mut queue = Queue::of("trim/3000x3000", &["good.jpg", "large.png", "fine.jpg"]).await;
    queue.cloud.put("large.png", 200, &plain_png(7000));
    let program = env!("CARGO_BIN_EXE_bootstrap");
    let seen = queue.drain(|cloud| Function::start_within(420 << 10, program, cloud, &vars())).await;
    assert_eq!(seen.deaths, 3, "{seen:?}");
    assert!(queue.is_made("good.jpg") && queue.is_made("fine.jpg"));
    assert_eq!(queue.told(), failed(&["large.png"], "broke_off"));
}

#[tokio::test]
async fn what_never_ends_is_given_up_and_the_others_are_made() {
    let keys = ["slow-1", "slow-2", "slow-3", "slow-4", "good.jpg", "fine.jpg"];
    let slow = &keys[..4];
    let mut queue = Queue::of("30x20", &keys).await;
    // The body never comes: more at a time than are worked on, so that the first delivery has no time for others.
    slow.iter().for_each(|key| queue.cloud.put_length(key, 1000));
    queue.cloud.give_ms(1_500);
    let seen = queue.drain(|cloud| Function::start(cloud, &vars())).await;
    assert_eq!(seen.deaths, 0);
    assert!(queue.is_made("good.jpg") && queue.is_made("fine.jpg"));
    assert_eq!(queue.told(), failed(slow, "timeout"));
}

fn plain_png(side: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row = vec![0x7f; side as usize * 4];
    (0..side).for_each(|_| std::io::Write::write_all(&mut stream, &row).unwrap());
    stream.finish().unwrap();
    drop(writer);
    file
}
