//! A bucket with queues.

use serde_json::{Value, json};
use test_support::photos::{DANDELION, DOGS_TURNED, FIG_PNG};
use test_support::tool::Run;

use crate::bench::{BUCKET, Bench, words};

/// The sizes that the tests order.
pub const SPECS: [&str; 2] = ["30x20", "fit-in/16x16"];

/// An attached bucket with queues, and what the tests do to it.
pub struct Ward {
    pub bench: Bench,
}

/// `done`, `skipped` and `failed`.
pub type Counts = (u64, u64, u64);

impl Ward {
    pub fn new() -> Self {
        let bench = Bench::private();
        let arguments = [bench.attach_arguments(), words(&["--batch"])].concat();
        let _ = bench.tool.run(&arguments).exits(0);
        Self::over(bench)
    }

    /// The bucket of a bench that was attached with queues.
    pub fn over(bench: Bench) -> Self {
        let ward = Self { bench };
        // The emulator keeps CloudFormation's text of a number, and then fails over it.
        ward.mapping(&json!({ "ScalingConfig": { "MaximumConcurrency": 4 } }));
        // What breaks off is to be handed out again soon.
        let second =
            json!({ "QueueUrl": ward.queue("BatchQueue"), "Attributes": { "VisibilityTimeout": "6" } });
        let _ = ward.sqs("SetQueueAttributes", &second);
        ward.bench.proxy.clear();
        ward
    }

    /// Uploads `count` photographs below `folder`.
    pub fn photos(&self, folder: &str, count: usize) {
        for n in 0..count {
            let photo = if n % 3 == 2 { &DOGS_TURNED } else { &DANDELION };
            self.bench.scenario.put_photo(&format!("{folder}/{n:03}.jpg"), photo);
        }
    }

    /// Uploads one of everything that no image can be made of; the keys, and a missing one, with the reasons.
    pub fn rubbish(&self, folder: &str) -> Vec<(String, &'static str)> {
        let mut broken = FIG_PNG.bytes.to_vec();
        let middle = broken.len() / 2;
        broken[middle..middle + 64].fill(0x55);
        let all: [(&str, &[u8], &str); 4] = [
            ("empty.jpg", b"", "not_an_image"),
            ("text.jpg", b"<!doctype html><title>no image</title>", "not_an_image"),
            ("corrupt.png", &broken, "corrupt"),
            ("header.png", &FIG_PNG.bytes[..40], "truncated"),
        ];
        // A JPEG that ends too early is shown as far as it goes; one that ends in its header is not.
        let mut keys = Vec::new();
        for (name, bytes, reason) in all {
            let key = format!("{folder}/{name}");
            self.bench.scenario.put_object(&key, "image/jpeg", bytes.to_vec());
            keys.push((key, reason));
        }
        keys.push((format!("{folder}/missing.jpg"), "original_not_found"));
        keys
    }

    /// A file with these keys.
    pub fn list(&self, keys: &[String]) -> String {
        let path = self.bench.tool.home().join("keys.txt");
        std::fs::write(&path, keys.join("\n")).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Arguments of a batch over `from`.
    pub fn order(&self, from: &str) -> Vec<String> {
        let mut arguments = words(&["batch", "--bucket", BUCKET, "--from", from, "--output", "json"]);
        for spec in SPECS {
            arguments.extend(words(&["--spec", spec]));
        }
        arguments
    }

    pub fn batch(&self, arguments: &[&str]) -> Run {
        let arguments = [&["batch"], arguments, &["--bucket", BUCKET, "--output", "json"]].concat();
        self.bench.tool.run(arguments)
    }

    /// One call of SQS, past the proxy.
    pub fn sqs(&self, operation: &str, body: &Value) -> Value {
        let target = format!("AmazonSQS.{operation}");
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target.as_str())];
        let answer =
            self.bench.scenario.root.call("sqs", "POST", "/", &headers, body.to_string()).ok(operation);
        serde_json::from_str(&answer.text()).unwrap_or_default()
    }

    /// URL of the queue with that logical id.
    pub fn queue(&self, id: &str) -> String {
        let queues = self.sqs("ListQueues", &json!({}));
        let urls: Vec<&str> =
            queues["QueueUrls"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let found = urls.iter().find(|url| url.contains(id));
        found.unwrap_or_else(|| panic!("no {id} in {urls:?}")).to_string()
    }

    /// Bodies of all messages in a queue, which is empty afterwards.
    pub fn drain(&self, id: &str) -> Vec<String> {
        let url = self.queue(id);
        let mut bodies = Vec::new();
        loop {
            let some = self.sqs("ReceiveMessage", &json!({ "QueueUrl": url, "MaxNumberOfMessages": 10 }));
            let messages = some["Messages"].as_array().cloned().unwrap_or_default();
            if messages.is_empty() {
                return bodies;
            }
            for message in messages {
                bodies.push(message["Body"].as_str().unwrap().to_owned());
                let handle = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
                let _ = self.sqs("DeleteMessage", &handle);
            }
        }
    }

    pub fn send(&self, id: &str, body: &str) {
        let _ = self.sqs("SendMessage", &json!({ "QueueUrl": self.queue(id), "MessageBody": body }));
    }

    /// Changes the mapping from the queue to the function.
    pub fn mapping(&self, change: &Value) {
        let root = &self.bench.scenario.root;
        let target = "/2015-03-31/event-source-mappings/";
        let all: Value =
            serde_json::from_str(&root.call("lambda", "GET", target, &[], "").ok("list").text()).unwrap();
        let id = all["EventSourceMappings"][0]["UUID"].as_str().unwrap();
        let (target, json) = (format!("{target}{id}"), [("content-type", "application/json")]);
        let _ = root.call("lambda", "PUT", &target, &json, change.to_string()).ok("UpdateEventSourceMapping");
    }

    /// The images that are stored of originals below `folder`.
    pub fn images(&self, folder: &str) -> Vec<String> {
        let mut all = Vec::new();
        for spec in SPECS {
            all.extend(self.bench.scenario.keys(&format!("resized/{spec}/{folder}/")));
        }
        all
    }
}

/// The last event of a batch.
#[track_caller]
pub fn finished(run: &Run) -> Value {
    let last: Value = serde_json::from_str(run.stdout.lines().last().unwrap_or_default())
        .unwrap_or_else(|_| panic!("{run}"));
    assert_eq!(last["event"], "finished", "{run}");
    last
}

/// The counts in an event or a status.
pub fn counts(value: &Value) -> Counts {
    let number = |name: &str| value[name].as_u64().unwrap_or_else(|| panic!("{name} in {value}"));
    (number("done"), number("skipped"), number("failed"))
}
