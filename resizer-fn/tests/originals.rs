//! The law that no object is ever changed that the function did not make, whoever asks for what.
#![allow(clippy::unwrap_used)]

mod common;

use common::{JPEG, PNG, TestHandler, Upstream, by_path, handler, outcome};
use imgdeploy_batch::{Job, Message, Source, WorkItem};
use proptest::prelude::*;
use resizer_fn::batch::{Batch, MemoryDesk, delivered};
use resizer_fn::store::{Derived, Found, Put, Store, StoreError, keep};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const TAKEN: (u16, &str) = (409, "key_taken");

fn made(bytes: &'static [u8], spec: &str) -> Derived {
    Derived {
        bytes: bytes.into(),
        content_type: "image/jpeg",
        cache_control: String::new(),
        source_etag: Some("e".to_owned()),
        spec: spec.to_owned(),
        job: None,
    }
}

async fn asked(handler: &TestHandler, key: &str) -> (u16, String) {
    outcome(handler, by_path("resize", key)).await
}

fn is(found: &(u16, String), wanted: (u16, &str)) -> bool {
    (found.0, found.1.as_str()) == wanted
}

#[tokio::test]
async fn an_original_that_lies_where_an_image_would_be_stays() {
    for prefix in ["", "resized/"] {
        let handler = handler(&[("PREFIX", prefix)], Upstream::image(JPEG));
        let key = format!("{prefix}30x20/pics/a.jpg");
        handler.store().insert(&key, PNG.to_vec());
        let found = asked(&handler, &key).await;
        assert!(is(&found, TAKEN), "{found:?}");
        assert_eq!(handler.store().contents()[&key], PNG);
        // Another size of it has its place.
        assert_eq!(asked(&handler, &format!("{prefix}20x/pics/a.jpg")).await.0, 307);
    }
}

#[tokio::test]
async fn what_the_function_made_it_makes_anew() {
    let handler = handler(&[], Upstream::image(JPEG));
    let key = "resized/30x20/pics/a.jpg";
    for sealed in [true, false] {
        assert_eq!(asked(&handler, key).await.0, 307);
        if !sealed {
            handler.store().unseal(key);
        }
        // A new original: the old image gives way.
        handler.store().insert("pics/a.jpg", [JPEG, &[0]].concat());
        let before = handler.store().derived()[key].source_etag.clone();
        assert_eq!(asked(&handler, key).await.0, 307);
        let after = handler.store().derived()[key].source_etag.clone();
        assert!(!sealed || before != after);
    }
}

#[tokio::test]
async fn an_image_that_somebody_replaced_or_moved_is_theirs() {
    let handler = handler(&[], Upstream::image(JPEG));
    let store = handler.store();
    let key = "resized/30x20/pics/a.jpg";
    assert_eq!(asked(&handler, key).await.0, 307);
    // Put by hand, so that the metadata are gone.
    store.insert(key, PNG.to_vec());
    assert!(is(&asked(&handler, key).await, TAKEN));
    // Made anew once it is out of the way, then edited with its metadata kept.
    let (other, third) = ("resized/20x/pics/a.jpg", "resized/10x/pics/a.jpg");
    assert_eq!(asked(&handler, other).await.0, 307);
    store.edit(other, PNG.to_vec());
    assert!(is(&asked(&handler, other).await, TAKEN));
    // One of ours, copied to another name.
    assert_eq!(asked(&handler, "resized/x20/pics/a.jpg").await.0, 307);
    store.copy("resized/x20/pics/a.jpg", third);
    let copied = store.contents()[third].clone();
    assert!(is(&asked(&handler, third).await, TAKEN));
    let contents = store.contents();
    assert_eq!((&contents[key], &contents[other], &contents[third]), (&PNG.to_vec(), &PNG.to_vec(), &copied));
}

#[tokio::test]
async fn two_that_make_the_same_image_are_both_done() {
    let handler = handler(&[], Upstream::image(JPEG));
    let store = handler.store();
    let (key, image) = ("resized/30x/a", made(b"1", "30x"));
    for found in [Found::Unknown, Found::Absent] {
        store.meanwhile(key, made(b"2", "30x"));
        keep(store, key, &image, found).await.unwrap();
    }
    let stale = Found::Ours(store.stamp(key).await.unwrap().unwrap().etag);
    // Ours, but of another original: that one was not made by somebody who did the same.
    store.meanwhile(key, Derived { source_etag: None, ..made(b"3", "30x") });
    keep(store, key, &image, stale).await.unwrap();
    assert_eq!(store.contents()[key], b"1");
    // Nothing there any more of what was seen there.
    keep(store, "resized/30x/b", &image, Found::Ours("gone".to_owned())).await.unwrap();
    store.conflict(3);
    keep(store, key, &image, Found::Unknown).await.unwrap();
    store.conflict(u32::MAX);
    let busy = keep(store, key, &image, Found::Unknown).await;
    assert!(matches!(busy, Err(StoreError::Busy { .. })));
}

#[tokio::test]
async fn conditions_hold_as_on_s3() {
    use resizer_fn::store::Only::{IfAbsent, IfMatch};
    let handler = handler(&[], Upstream::image(JPEG));
    let (store, image) = (handler.store(), made(b"1", "30x"));
    let etag = || async { IfMatch(store.stamp("k").await.unwrap().unwrap().etag) };
    assert_eq!(store.put("k", &image, &IfMatch("x".to_owned())).await, Ok(Put::Unmet));
    assert_eq!(store.put("k", &image, &IfAbsent).await, Ok(Put::Stored));
    assert_eq!(store.put("k", &image, &IfAbsent).await, Ok(Put::Unmet));
    let first = etag().await;
    assert_eq!(store.put("k", &made(b"2", "30x"), &first).await, Ok(Put::Stored));
    assert_eq!(store.put("k", &image, &first).await, Ok(Put::Unmet));
    assert_eq!(store.put("k", &image, &etag().await).await, Ok(Put::Stored));
}

fn job(id: &str, specs: &[&str], force: bool) -> Job {
    Job {
        id: id.to_owned(),
        bucket: "b".to_owned(),
        source: Source::Prefix(String::new()),
        specs: specs.iter().map(|spec| (*spec).to_owned()).collect(),
        force,
        created: 0,
        cancelled: false,
        handed_over: false,
    }
}

fn messages(bodies: &[String]) -> Value {
    let records = bodies.iter().enumerate().map(|(n, body)| {
        let attributes = json!({ "ApproximateReceiveCount": "1" });
        json!({
            "messageId": format!("m{n}"), "receiptHandle": "r", "body": body, "eventSource": "aws:sqs",
            "attributes": attributes,
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

fn upload(key: &str) -> String {
    json!({ "Records": [{ "eventName": "ObjectCreated:Put", "s3": { "object": { "key": key } } }] })
        .to_string()
}

type TestBatch = Arc<Batch<resizer_fn::store::memory::MemoryStore, Upstream, MemoryDesk>>;

fn batch(handler: &TestHandler, specs: &[&str]) -> TestBatch {
    let desk = MemoryDesk::default();
    for force in [false, true] {
        let job = job(if force { "forced" } else { "j1" }, specs, force);
        desk.jobs.lock().unwrap().insert(job.id.clone(), job);
    }
    let on_upload = specs.iter().map(|spec| (*spec).to_owned()).collect();
    Arc::new(Batch::new(Arc::clone(handler), desk, on_upload))
}

async fn deliver(batch: &TestBatch, bodies: &[String]) {
    batch.serve(&delivered(&messages(bodies)).unwrap(), Duration::from_secs(60), "r1").await;
}

fn work(job: &str, key: &str) -> String {
    Message::Work(WorkItem { job: job.to_owned(), n: 0, key: key.to_owned() }).body()
}

#[tokio::test]
async fn no_batch_changes_what_it_did_not_make() {
    for body in [work("j1", "pics/a.jpg"), work("forced", "pics/a.jpg"), upload("pics/a.jpg")] {
        let handler = handler(&[("PREFIX", "")], Upstream::image(JPEG));
        handler.store().insert("30x20/pics/a.jpg", PNG.to_vec());
        let batch = batch(&handler, &["30x20", "10x"]);
        deliver(&batch, std::slice::from_ref(&body)).await;
        assert_eq!(handler.store().contents()["30x20/pics/a.jpg"], PNG);
        let told = batch.desk().told.lock().unwrap().clone();
        let told: Vec<_> = told.iter().map(|one| (one.spec.as_str(), one.code.as_str())).collect();
        assert_eq!(told, [("30x20", "key_taken")], "{body}");
        assert!(handler.store().derived().contains_key("10x/pics/a.jpg"));
    }
}

/// What keys are made of: names, and whatever stands in derived keys.
fn any_key() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        4 => Just("a.png"),
        3 => Just("30x20"),
        2 => Just("x8"),
        1 => Just("pics"),
        1 => Just("resized"),
        1 => Just("unsafe"),
        1 => Just("smart"),
        1 => Just("direct"),
        1 => Just("thumb"),
    ];
    prop::collection::vec(segment, 1..4).prop_map(|segments| segments.join("/"))
}

#[derive(Clone, Debug)]
enum Step {
    Live(String),
    Direct(String),
    Batch(String, bool),
    Upload(String),
    ByHand(String),
    Edit(String),
    Copy(String, String),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any_key().prop_map(Step::Live),
        1 => any_key().prop_map(Step::Direct),
        2 => (any_key(), any::<bool>()).prop_map(|(key, force)| Step::Batch(key, force)),
        1 => any_key().prop_map(Step::Upload),
        2 => any_key().prop_map(Step::ByHand),
        1 => any_key().prop_map(Step::Edit),
        1 => (any_key(), any_key()).prop_map(|(from, to)| Step::Copy(from, to)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_object_of_others_keeps_its_bytes(
        prefix in prop_oneof![3 => Just(""), 1 => Just("resized/"), 1 => Just("30x20/")],
        world in prop::collection::btree_set(any_key(), 1..8),
        steps in prop::collection::vec(any_step(), 1..10),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let vars = [
                ("PREFIX", prefix), ("PRESETS", "thumb=12x"), ("ALLOW_UNSAFE", "true"), ("SOURCES", "images.example.com"),
            ];
            let handler = handler(&vars, Upstream::image(PNG));
            let batch = batch(&handler, &["30x20", "x8", "thumb"]);
            let store = handler.store();
            // Each of its own: so many bytes behind the image that it is told from all others.
            let mut own = 0;
            let mut by_hand = || { own += 1; [PNG, &vec![0; own]].concat() };
            world.iter().for_each(|key| store.insert(key, by_hand()));
            let mut others = store.contents();
            for step in &steps {
                match step {
                    Step::Live(key) => {
                        outcome(&handler, by_path("resize", &format!("{prefix}{key}"))).await;
                    }
                    Step::Direct(key) => drop(outcome(&handler, by_path("image", key)).await),
                    Step::Batch(key, force) => {
                        deliver(&batch, &[work(if *force { "forced" } else { "j1" }, key)]).await;
                    }
                    Step::Upload(key) => deliver(&batch, &[upload(key)]).await,
                    Step::ByHand(key) => store.insert(key, by_hand()),
                    Step::Edit(key) => store.edit(key, by_hand()),
                    Step::Copy(from, to) => store.copy(from, to),
                }
                if let Step::ByHand(key) | Step::Edit(key) | Step::Copy(_, key) = step
                    && let Some(bytes) = store.contents().remove(key)
                {
                    // An image of ours that was copied back to its place is ours again.
                    if store.stamp(key).await.unwrap().is_some_and(|stamp| stamp.is_ours(key)) {
                        others.remove(key);
                    } else {
                        others.insert(key.clone(), bytes);
                    }
                }
                let now = store.contents();
                for (key, bytes) in &others {
                    assert_eq!(now.get(key), Some(bytes), "{key} after {step:?}");
                }
            }
        });
    }
}
