//! Events of the queue in, images and results out, over a store and a desk in memory.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "batch/suspects.rs"]
mod suspects;

use common::{JPEG, TestHandler, Upstream, handler};
use imgdeploy_batch::{Counts, Job, Message, Page, Sent, Source, Tally, WorkItem};
use resizer_fn::batch::{Batch, BatchResponse, MemoryDesk, delivered};
use resizer_fn::record::Record;
use resizer_fn::store::StoreError;
use resizer_fn::store::memory::MemoryStore;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

type TestBatch = Arc<Batch<MemoryStore, Upstream, MemoryDesk>>;

fn job(specs: &[&str]) -> Job {
    Job {
        id: "j1".to_owned(),
        bucket: "b".to_owned(),
        source: Source::Prefix(String::new()),
        specs: specs.iter().map(|spec| (*spec).to_owned()).collect(),
        force: false,
        created: 0,
        cancelled: false,
        handed_over: false,
    }
}

struct Bench {
    handler: TestHandler,
    batch: TestBatch,
    specs: usize,
}

fn bench_with(vars: &[(&str, &str)], job: Job) -> Bench {
    let handler = handler(vars, Upstream::image(JPEG));
    let store = handler.store();
    store.insert("cut.jpg", JPEG[..100].to_vec());
    store.insert("page.jpg", b"<html>".to_vec());
    store.insert("empty.jpg", Vec::new());
    store.insert("big.jpg", [JPEG, &[0; 1 << 20]].concat());
    let desk = MemoryDesk::default();
    let specs = job.specs.len();
    desk.jobs.lock().unwrap().insert(job.id.clone(), job);
    let on_upload = vec!["30x20".to_owned(), "10x".to_owned()];
    let batch = Arc::new(Batch::new(Arc::clone(&handler), desk, on_upload));
    Bench { handler, batch, specs }
}

fn bench(specs: &[&str]) -> Bench {
    bench_with(&[("MAX_BYTES", "1000000")], job(specs))
}

fn work(n: u64, key: &str) -> String {
    Message::Work(WorkItem { job: "j1".to_owned(), n, key: key.to_owned() }).body()
}

fn event(bodies: &[String], receives: u32) -> Value {
    let records: Vec<Value> = (0..)
        .zip(bodies)
        .map(|(n, body)| {
            json!({
                "messageId": format!("m{n}"),
                "receiptHandle": "handle",
                "body": body,
                "attributes": { "ApproximateReceiveCount": receives.to_string(), "SentTimestamp": "1" },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:q",
                "awsRegion": "eu-west-1",
            })
        })
        .collect();
    json!({ "Records": records })
}

impl Bench {
    async fn deliver(&self, bodies: &[String], receives: u32) -> (BatchResponse, Vec<Record>) {
        self.batch.serve(&delivered(&event(bodies, receives)).unwrap(), Duration::from_secs(60), "r1").await
    }

    fn counts(&self) -> Counts {
        let mut tally = Tally::new(self.specs);
        for (_, name, _) in self.batch.desk().results.lock().unwrap().iter() {
            assert!(tally.add_key(&format!("results/{name}")).is_some(), "{name}");
        }
        tally.counts()
    }

    fn told(&self) -> Vec<(String, String, String)> {
        let told = self.batch.desk().told.lock().unwrap();
        told.iter().map(|one| (one.key.clone(), one.spec.clone(), one.code.clone())).collect()
    }

    fn stored(&self) -> Vec<String> {
        self.handler.store().derived().into_keys().collect()
    }
}

fn again(response: &BatchResponse) -> Vec<&str> {
    response.batch_item_failures.iter().map(|one| one.item_identifier.as_str()).collect()
}

fn counts(done: u64, skipped: u64, failed: u64) -> Counts {
    Counts { done, skipped, failed }
}

#[test]
fn only_sqs_events_are_batches() {
    assert!(delivered(&event(&[work(0, "a")], 1)).is_some());
    for other in [
        json!({}),
        json!({ "Records": [] }),
        json!({ "Records": [{ "eventSource": "aws:s3", "s3": {} }] }),
        json!({ "httpMethod": "GET", "pathParameters": { "key": "a" } }),
        json!(null),
    ] {
        assert!(delivered(&other).is_none(), "{other}");
    }
}

#[tokio::test]
async fn every_size_is_stored_where_viewers_ask_for_it() {
    let bench = bench(&["30x20", "fit-in/16x16"]);
    let bodies = [work(0, "pics/a.jpg"), work(1, "a.png")];
    let (response, records) = bench.deliver(&bodies, 1).await;
    assert_eq!(again(&response), [""; 0]);
    assert_eq!(serde_json::to_string(&response).unwrap(), r#"{"batchItemFailures":[]}"#);
    assert_eq!(
        bench.stored(),
        [
            "resized/30x20/a.png",
            "resized/30x20/pics/a.jpg",
            "resized/fit-in/16x16/a.png",
            "resized/fit-in/16x16/pics/a.jpg"
        ]
    );
    assert_eq!(bench.counts(), counts(4, 0, 0));
    assert!(records.iter().all(|record| record.reason == "ok" && record.job.as_deref() == Some("j1")));

    // The very images that a viewer would have been given.
    let batch = bench.handler.store().derived();
    let viewer = handler(&[], Upstream::image(JPEG));
    for key in batch.keys() {
        let (answer, _) = common::serve(&viewer, common::by_path("resize", key)).await;
        assert_eq!(answer.status_code, 307, "{key}");
    }
    for (key, made) in viewer.store().derived() {
        let ours = &batch[&key];
        assert_eq!((made.content_type, &made.spec), (ours.content_type, &ours.spec), "{key}");
        assert_eq!(made.source_etag, ours.source_etag, "{key}");
    }
}

#[tokio::test]
async fn where_urls_are_signed_so_are_the_keys() {
    let bench = bench_with(&[("SECURITY_KEY", "0123456789abcdef")], job(&["30x20"]));
    bench.deliver(&[work(0, "pics/a.jpg")], 1).await;
    let stored = bench.stored();
    let (answer, _) = common::serve(&bench.handler, common::by_path("resize", &stored[0])).await;
    assert_eq!((stored.len(), answer.status_code), (1, 307), "{stored:?}");
}

#[tokio::test]
async fn a_message_that_comes_twice_counts_once() {
    let bench = bench(&["30x20", "10x"]);
    bench.deliver(&[work(0, "pics/a.jpg")], 1).await;
    let first = bench.handler.store().derived();
    // As after a death between storing and the result.
    bench.batch.desk().results.lock().unwrap().clear();
    bench.deliver(&[work(0, "pics/a.jpg")], 2).await;
    assert_eq!(bench.counts(), counts(2, 0, 0), "made by this job, and counted as that");
    assert_eq!(bench.handler.store().derived(), first);
}

#[tokio::test]
async fn what_is_up_to_date_is_skipped_unless_forced() {
    let bench = bench(&["30x20", "10x"]);
    common::serve(&bench.handler, common::by_path("resize", "resized/30x20/pics/a.jpg")).await;
    bench.deliver(&[work(0, "pics/a.jpg")], 1).await;
    assert_eq!(bench.counts(), counts(1, 1, 0));

    let again = Job { id: "j2".to_owned(), ..job(&["30x20", "10x"]) };
    let forced = Job { id: "j3".to_owned(), force: true, ..again.clone() };
    for (id, job, wanted) in [("j2", again, counts(0, 2, 0)), ("j3", forced, counts(2, 0, 0))] {
        bench.batch.desk().jobs.lock().unwrap().insert(id.to_owned(), job);
        bench.batch.desk().results.lock().unwrap().clear();
        let body = Message::Work(WorkItem { job: id.to_owned(), n: 0, key: "pics/a.jpg".to_owned() }).body();
        bench.deliver(&[body], 1).await;
        assert_eq!(bench.counts(), wanted, "{id}");
    }

    // Another original under the same key.
    bench.handler.store().insert("pics/a.jpg", [JPEG, b" "].concat());
    bench.batch.desk().results.lock().unwrap().clear();
    bench.deliver(&[work(0, "pics/a.jpg")], 1).await;
    assert_eq!(bench.counts(), counts(2, 0, 0));
}

#[tokio::test]
async fn what_no_retry_can_mend_is_told_and_not_delivered_again() {
    let bench = bench(&["30x20", "10x"]);
    let keys = ["gone.jpg", "cut.jpg", "page.jpg", "empty.jpg", "big.jpg", "resized/10x/a.jpg"];
    let bodies: Vec<String> = (0..).zip(keys).map(|(n, key)| work(n, key)).collect();
    let (response, records) = bench.deliver(&bodies, 1).await;
    assert_eq!(again(&response), [""; 0]);
    assert_eq!(bench.counts(), counts(0, 0, 12));
    let codes =
        ["original_not_found", "truncated", "not_an_image", "not_an_image", "too_many_bytes", "bad_key"];
    let mut told = bench.told();
    told.sort();
    let mut wanted: Vec<(String, String, String)> = keys
        .iter()
        .zip(codes)
        .flat_map(|(key, code)| {
            ["30x20", "10x"].map(|spec| ((*key).to_owned(), spec.to_owned(), code.to_owned()))
        })
        .collect();
    wanted.sort();
    assert_eq!(told, wanted);
    let bodies = bench.batch.desk().results.lock().unwrap().clone();
    assert_eq!(bodies.iter().map(|(_, _, body)| body.failed.len()).sum::<usize>(), 12);
    assert!(bodies.iter().all(|(_, _, body)| body.failed.iter().all(|one| one.request_id == "r1")));
    assert!(records.iter().all(|record| record.reason == "batch_failed"));
}

#[tokio::test]
async fn one_size_that_cannot_be_made_does_not_hold_up_the_others() {
    let bench = bench(&["30x20", "9999x9999", "nonsense"]);
    bench.deliver(&[work(0, "pics/a.jpg")], 1).await;
    assert_eq!(bench.counts(), counts(1, 0, 2));
    assert_eq!(bench.stored(), ["resized/30x20/pics/a.jpg"]);
}

#[tokio::test]
async fn what_passes_is_tried_again_and_said_at_the_last() {
    let busy = || StoreError::Busy { detail: "SlowDown".to_owned() };
    let bench = bench(&["30x20"]);
    bench.handler.store().fail_put(busy());
    let (response, _) = bench.deliver(&[work(0, "pics/a.jpg"), work(1, "gone.jpg")], 4).await;
    assert_eq!(again(&response), ["m0"]);
    assert_eq!(bench.counts(), counts(0, 0, 1));
    let (response, _) = bench.deliver(&[work(0, "pics/a.jpg")], 5).await;
    assert_eq!(again(&response), [""; 0]);
    assert_eq!(bench.told().last().unwrap().2, "storage_busy");
    assert_eq!(bench.counts(), counts(0, 0, 2));
}

#[tokio::test]
async fn a_message_stays_until_its_result_is_stored() {
    for call in ["job", "tell", "result"] {
        let bench = bench(&["30x20"]);
        bench.batch.desk().fail.lock().unwrap().push(call);
        let (response, _) = bench.deliver(&[work(0, "pics/a.jpg"), work(1, "gone.jpg")], 1).await;
        // What a job can't be read for fails one by one; results are stored together.
        let wanted: &[&str] = if call == "job" { &["m0"] } else { &["m0", "m1"] };
        assert_eq!(again(&response), wanted, "{call}");
        bench.deliver(&[work(0, "pics/a.jpg"), work(1, "gone.jpg")], 2).await;
        assert_eq!(bench.counts(), counts(1, 0, 1), "{call}");
    }
}

#[tokio::test]
async fn out_of_time_is_another_try() {
    let bench = bench(&["30x20"]);
    bench.handler.store().stall();
    let event = event(&[work(0, "pics/a.jpg")], 1);
    let (response, _) =
        bench.batch.serve(&delivered(&event).unwrap(), Duration::from_millis(2_050), "r1").await;
    assert_eq!(again(&response), ["m0"]);
    assert_eq!(bench.counts().total(), 0);
}

#[tokio::test]
async fn a_cancelled_job_makes_nothing_more() {
    let bench = bench_with(&[], Job { cancelled: true, ..job(&["30x20"]) });
    bench.deliver(&[work(0, "pics/a.jpg")], 1).await;
    assert!(bench.stored().is_empty());
    assert_eq!(bench.told(), [("pics/a.jpg".to_owned(), "30x20".to_owned(), "cancelled".to_owned())]);
    assert_eq!(bench.counts(), counts(0, 0, 1));
}

#[tokio::test]
async fn strangers_in_the_queue_are_told() {
    let bench = bench(&["30x20"]);
    let other = Message::Work(WorkItem { job: "j9".to_owned(), n: 3, key: "pics/a.jpg".to_owned() }).body();
    let (response, _) = bench.deliver(&["hello".to_owned(), other], 1).await;
    assert_eq!(again(&response), [""; 0]);
    let codes: Vec<String> = bench.told().into_iter().map(|(_, _, code)| code).collect();
    assert_eq!(codes, ["unknown_message", "unknown_job"]);
    assert_eq!(bench.counts().total(), 0);
}

#[tokio::test]
async fn uploads_get_their_sizes_and_derived_images_none() {
    let bench = bench(&["30x20"]);
    let upload = |key: &str| {
        json!({ "Records": [{ "eventName": "ObjectCreated:Put", "s3": { "object": { "key": key } } }] })
            .to_string()
    };
    let bodies = [
        upload("pics/a.jpg"),
        upload("resized/30x20/pics/a.jpg"),
        upload("page.jpg"),
        upload("cut.jpg"),
        upload("new/"),
    ];
    let (response, _) = bench.deliver(&bodies, 1).await;
    assert_eq!(again(&response), [""; 0]);
    assert_eq!(bench.stored(), ["resized/10x/pics/a.jpg", "resized/30x20/pics/a.jpg"]);
    assert!(
        bench.told().iter().all(|(key, _, code)| key == "cut.jpg" && code == "truncated"),
        "{:?}",
        bench.told()
    );
    assert!(bench.batch.desk().results.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_first_tier_leaves_a_message_to_go_on_by() {
    let bench = bench(&["30x20"]);
    let keys = ["a.jpg", "b.jpg", "dir/", "resized/30x20/a.jpg", "z.jpg"].map(str::to_owned);
    *bench.batch.desk().keys.lock().unwrap() = keys.to_vec();
    let begin = Message::Feed { job: "j1".to_owned(), from: None }.body();
    // Time for one page only: what is left is asked for by a message.
    let short = Duration::from_secs(3);
    let mut bodies = vec![begin];
    let mut rounds = 0;
    while bench.batch.desk().finished.lock().unwrap().is_none() {
        rounds += 1;
        assert!(rounds < 10);
        let (response, _) = bench.batch.serve(&delivered(&event(&bodies, 1)).unwrap(), short, "r1").await;
        assert_eq!(again(&response), [""; 0]);
        bodies = bench.batch.desk().sent.lock().unwrap().last().cloned().into_iter().collect();
    }
    assert_eq!(*bench.batch.desk().finished.lock().unwrap(), Some(Sent { pages: 2, items: 3 }));
    let sent = bench.batch.desk().sent.lock().unwrap().clone();
    let work: Vec<&String> = sent.iter().filter(|body| body.contains("work")).collect();
    assert_eq!(work, [&work_of(0, "a.jpg"), &work_of(1, "b.jpg"), &work_of(2, "z.jpg")]);
    let page: Page = bench.batch.desk().pages.lock().unwrap()[&0].clone();
    assert_eq!((page.first, page.keys), (0, vec!["a.jpg".to_owned(), "b.jpg".to_owned()]));
}

fn work_of(n: u64, key: &str) -> String {
    work(n, key)
}
