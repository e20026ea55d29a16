//! Events in, responses out, over a store in memory.
#![allow(clippy::unwrap_used)]

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use proptest::prelude::*;
use resizer_core::sniff::sniff;
use resizer_fn::direct::fetcher::Fetcher;
use resizer_fn::handler::Handler;
use resizer_fn::record::Record;
use resizer_fn::response::Response;
use resizer_fn::settings::Settings;
use resizer_fn::store::StoreError;
use resizer_fn::store::memory::MemoryStore;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const JPEG: &[u8] = include_bytes!("../core/tests/fixtures/progressive.jpg");
const PNG: &[u8] = include_bytes!("../core/tests/fixtures/interlaced.png");
const WEBP: &[u8] = include_bytes!("../core/tests/fixtures/lossy.webp");
const URL: &str = "https://cdn.example.com";

fn handler(vars: &[(&str, &str)]) -> Arc<Handler<MemoryStore, Fetcher>> {
    let base = [("BUCKET", "b"), ("BUCKET_REGION", "eu-west-1"), ("URL", URL)];
    let settings = Settings::from_vars(|name| {
        let mut all = vars.iter().chain(&base);
        all.find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    });
    let store = MemoryStore::default();
    store.insert("pics/a.jpg", JPEG.to_vec());
    store.insert("a.png", PNG.to_vec());
    store.insert("a.webp", WEBP.to_vec());
    store.insert("cut.jpg", JPEG[..100].to_vec());
    store.insert("page.jpg", b"<html>".to_vec());
    Arc::new(Handler::new(settings.unwrap(), store, Fetcher::new()))
}

/// What API Gateway sends for the path form: the key percent-encoded.
fn by_path(method: &str, key: &str) -> Value {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_');
    json!({
        "httpMethod": method,
        "pathParameters": { "key": utf8_percent_encode(key, KEPT).to_string() },
        "queryStringParameters": null,
    })
}

/// What it sends for the query form: the key decoded.
fn by_query(method: &str, key: &str) -> Value {
    json!({
        "httpMethod": method,
        "pathParameters": null,
        "queryStringParameters": { "key": key },
        "multiValueQueryStringParameters": { "key": [key] },
    })
}

async fn serve(handler: &Arc<Handler<MemoryStore, Fetcher>>, event: Value) -> (Response, Record) {
    handler.serve(event, Duration::from_secs(60)).await
}

async fn get(handler: &Arc<Handler<MemoryStore, Fetcher>>, key: &str) -> Response {
    serve(handler, by_path("GET", key)).await.0
}

/// Status and error code.
fn outcome(response: &Response) -> (u16, String) {
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    (response.status_code, body["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn an_image_is_made_stored_and_pointed_to() {
    let handler = handler(&[]);
    for (key, kind, name) in [
        ("resized/30x20/pics/a.jpg", "image/jpeg", "pics/a.jpg"),
        ("resized/30x/a.png", "image/png", "a.png"),
        ("resized/x20/a.webp", "image/webp", "a.webp"),
    ] {
        let (response, record) = serve(&handler, by_path("GET", key)).await;
        assert_eq!(response.status_code, 307);
        assert_eq!(response.headers["Location"], format!("{URL}/{key}"));
        assert_eq!(response.headers["Cache-Control"], "no-store");
        assert_eq!(response.body, "");

        let stored = handler.store().derived().remove(key).unwrap();
        assert_eq!(stored.content_type, kind);
        assert_eq!(stored.cache_control, "public, max-age=1209600");
        assert_eq!(stored.spec, key.split('/').nth(1).unwrap());
        assert!(stored.source_etag.is_some());
        let limits = resizer_core::Limits::default();
        let again = resizer_core::resize(&stored.bytes, &"300x".parse().unwrap(), &limits).unwrap();
        assert_eq!((again.width, again.height), (300, 200));

        assert_eq!((record.status, record.reason), (307, "ok"));
        assert_eq!(record.key.as_deref(), Some(key));
        assert_eq!(record.spec.as_deref(), Some(stored.spec.as_str()));
        assert_eq!(record.bytes_out, Some(stored.bytes.len()));
        let original = [("pics/a.jpg", JPEG), ("a.png", PNG), ("a.webp", WEBP)];
        let original = original.iter().find(|(n, _)| *n == name).unwrap().1;
        assert_eq!(record.bytes_in, Some(original.len()));
        assert!(record.ms_get.is_some() && record.ms_resize.is_some() && record.ms_put.is_some());
    }
    assert_eq!(handler.store().derived().len(), 3);
}

#[tokio::test]
async fn every_refusal_has_its_status_and_stores_nothing() {
    let handler = handler(&[("ALLOWED_DIMENSIONS", "30x20,20x")]);
    for (key, status, code) in [
        ("resized/30x20/absent.jpg", 404, "original_not_found"),
        ("resized/30x20/page.jpg", 404, "original_not_found"),
        ("resized/30x20/cut.jpg", 422, "truncated"),
        ("resized/31x20/pics/a.jpg", 403, "size_not_allowed"),
        ("resized/30x20", 400, "bad_key"),
        ("resized/030x20/pics/a.jpg", 400, "bad_key"),
        ("resized/30x20/", 400, "bad_key"),
        ("pics/a.jpg", 400, "bad_key"),
        ("resized/30x20/../../../etc/passwd", 400, "bad_key"),
        ("resized/30x20/resized/20x/pics/a.jpg", 400, "bad_key"),
        ("resized/30x20/a\u{0}b", 400, "bad_key"),
    ] {
        for event in [by_path("GET", key), by_query("GET", key)] {
            let (response, record) = serve(&handler, event).await;
            assert_eq!(outcome(&response), (status, code.to_owned()), "{key}");
            assert_eq!(response.headers["Cache-Control"], "public, max-age=5", "{key}");
            assert_eq!(response.headers["Content-Type"], "application/json");
            let body: Value = serde_json::from_str(&response.body).unwrap();
            assert_eq!(body["key"], key);
            assert!(body["message"].as_str().unwrap().len() > 20, "{key}");
            // The log has the truth.
            let reason = if key.ends_with("page.jpg") { "not_an_image" } else { code };
            assert_eq!((record.status, record.reason), (status, reason));
        }
    }
    assert_eq!(handler.store().derived().len(), 0);
}

#[tokio::test]
async fn limits_are_413() {
    for (name, value, code, advice) in [
        ("MAX_BYTES", "100", "too_many_bytes", "raise MAX_BYTES"),
        ("MAX_PIXELS", "6143", "too_many_pixels", "raise MAX_PIXELS"),
        ("MAX_OUTPUT_PIXELS", "599", "output_too_large", "ask for a smaller size"),
    ] {
        let handler = handler(&[(name, value)]);
        let response = get(&handler, "resized/30x20/pics/a.jpg").await;
        assert_eq!(outcome(&response), (413, code.to_owned()));
        assert!(response.body.contains(advice), "{}", response.body);
        assert_eq!(handler.store().derived().len(), 0);
    }
}

#[tokio::test]
async fn originals_cut_anywhere_are_refused_and_store_nothing() {
    let handler = handler(&[]);
    // A JPEG is shown as far as it goes.
    for whole in [PNG, WEBP] {
        for part in 1..=20 {
            let end = whole.len() * part / 21;
            handler.store().insert("cut", whole[..end].to_vec());
            let response = get(&handler, "resized/30x20/cut").await;
            // What is left of the first bytes shows no image.
            let status = if sniff(&whole[..end]).is_some() { 422 } else { 404 };
            assert_eq!(response.status_code, status, "cut at {end} of {}", whole.len());
        }
    }
    assert_eq!(handler.store().derived().len(), 0);
}

#[tokio::test]
async fn head_does_the_same_work_without_a_body() {
    let handler = handler(&[]);
    for key in ["resized/30x20/pics/a.jpg", "resized/30x20/absent.jpg", "nonsense"] {
        let expected = get(&handler, key).await.without_body();
        let (response, _) = serve(&handler, by_path("HEAD", key)).await;
        assert_eq!(response, expected, "{key}");
    }
    assert!(handler.store().derived().contains_key("resized/30x20/pics/a.jpg"));
    // Not even a failure outside the usual has one.
    let (response, _) = serve(&handler, json!({ "httpMethod": "HEAD" })).await;
    assert_eq!((response.status_code, response.body.as_str()), (400, ""));
}

#[tokio::test]
async fn other_methods_are_405() {
    let handler = handler(&[]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "get"] {
        let (response, _) = serve(&handler, by_path(method, "resized/30x20/pics/a.jpg")).await;
        assert_eq!(outcome(&response), (405, "method_not_allowed".to_owned()));
        assert_eq!(response.headers["Allow"], "GET, HEAD");
    }
    assert_eq!(handler.store().derived().len(), 0);
}

#[tokio::test]
async fn failures_of_the_store_are_never_redirects() {
    let denied = |action| StoreError::Denied { action, detail: "arn:aws:sts::1:x".to_owned() };
    let busy = StoreError::Busy { detail: "SlowDown".to_owned() };
    let other = StoreError::Other { action: "write", detail: "NoSuchBucket".to_owned() };
    let key = "resized/30x20/pics/a.jpg";
    for (error, status, code, says) in [
        (denied("read"), 404, "original_not_found", "no image here"),
        (StoreError::Archived, 404, "original_not_found", "no image here"),
        (busy.clone(), 503, "storage_busy", "try again"),
    ] {
        let handler = handler(&[]);
        handler.store().fail_get(error);
        let response = get(&handler, key).await;
        assert_eq!(outcome(&response), (status, code.to_owned()));
        assert!(response.body.contains(says) && !response.body.contains("arn:"));
        assert_eq!(response.headers.contains_key("Retry-After"), status == 503);
    }
    for (error, status, code) in
        [(denied("write"), 500, "access_denied"), (busy, 503, "storage_busy"), (other, 500, "storage_failed")]
    {
        let handler = handler(&[]);
        handler.store().fail_put(error);
        let (response, record) = serve(&handler, by_path("GET", key)).await;
        assert_eq!(outcome(&response), (status, code.to_owned()));
        assert!(!response.headers.contains_key("Location"));
        assert_eq!(record.key.as_deref(), Some(key));
        assert!(record.detail.is_some());
    }
}

#[tokio::test]
async fn the_key_is_known_even_when_time_is_up() {
    let handler = handler(&[]);
    handler.store().stall();
    for budget in [Duration::ZERO, Duration::from_millis(20)] {
        for method in ["GET", "HEAD"] {
            let event = by_path(method, "resized/30x20/pics/a.jpg");
            let (response, record) = handler.serve(event, budget).await;
            assert_eq!(response.status_code, 503);
            assert_eq!(response.body.is_empty(), method == "HEAD");
            assert_eq!(response.headers["Retry-After"], "5");
            assert_eq!(record.reason, "timeout");
            assert_eq!(record.key.as_deref(), Some("resized/30x20/pics/a.jpg"));
        }
    }
    assert_eq!(handler.store().derived().len(), 0);
}

#[tokio::test]
async fn settings_show() {
    let key = "300x200/pics/a.jpg";
    let handler = handler(&[
        ("PREFIX", ""),
        ("REDIRECT_CODE", "301"),
        ("CACHE_CONTROL", "no-cache"),
        ("URL", "http://b.s3-website-eu-west-1.amazonaws.com/"),
        ("QUALITY", "10"),
    ]);
    let response = get(&handler, key).await;
    assert_eq!(response.status_code, 301);
    assert_eq!(
        response.headers["Location"],
        "http://b.s3-website-eu-west-1.amazonaws.com/300x200/pics/a.jpg"
    );
    assert!(!response.headers.contains_key("Cache-Control"));
    let stored = handler.store().derived().remove(key).unwrap();
    assert_eq!(stored.cache_control, "no-cache");
    let default = resizer_core::resize(JPEG, &"300x200".parse().unwrap(), &Default::default());
    assert!(stored.bytes.len() < default.unwrap().bytes.len());
}

#[tokio::test]
async fn a_query_behind_a_missing_original_is_a_hint() {
    let handler = handler(&[]);
    for (original, status) in [("pics/a.jpg", 307), ("absent.jpg", 400)] {
        let mut event = by_path("GET", &format!("resized/30x20/{original}"));
        event["queryStringParameters"] = json!({ "v": "2" });
        let (response, _) = serve(&handler, event).await;
        assert_eq!(response.status_code, status, "{original}");
        assert_eq!(response.body.contains("v=2"), status == 400);
    }
}

#[tokio::test]
async fn presets_are_sizes_by_name() {
    let presets = ("PRESETS", "thumb=30x20;wide=60x");
    let open = handler(&[presets]);
    assert_eq!(get(&open, "resized/thumb/pics/a.jpg").await.status_code, 307);
    let stored = open.store().derived().remove("resized/thumb/pics/a.jpg").unwrap();
    assert_eq!(stored.spec, "30x20");
    assert_eq!(outcome(&get(&open, "resized/thum/pics/a.jpg").await).0, 400);
    assert_eq!(outcome(&get(&open, "resized/wide/absent.jpg").await).0, 404);
    let listed = handler(&[presets, ("ALLOWED_DIMENSIONS", "10x")]);
    let only = handler(&[presets, ("PRESETS_ONLY", "true")]);
    for (key, by_list, by_only) in [("thumb", 307, 307), ("10x", 307, 403), ("30x20", 403, 403)] {
        let key = format!("resized/{key}/pics/a.jpg");
        assert_eq!(get(&listed, &key).await.status_code, by_list, "{key}");
        assert_eq!(get(&only, &key).await.status_code, by_only, "{key}");
    }
}

#[tokio::test]
async fn keys_that_a_query_has_split_are_400() {
    let handler = handler(&[]);
    let event: Value = serde_json::from_str(include_str!("events/rest-query-split.json")).unwrap();
    let (response, _) = serve(&handler, event).await;
    assert_eq!(outcome(&response), (400, "bad_request".to_owned()));
    assert!(response.body.contains("split at a `&`"));
}

/// Parts that make keys awkward somewhere between a browser and S3 (S3-13).
fn awkward_key() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[a-zA-Z0-9._-]{1,8}",
        "\\PC{1,6}",
        prop::sample::select(vec![
            "&", "+", "#", "%", "%20", "%2F", "%252F", ";", " ", "(", ")", "?", "=", "é", "图", "🙂", "\"",
            "'", "\\", "|", "//", "/", "..", ".", "resized/", "30x20/", "~", "@", ":", ",", "$", "*", "!",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 1..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Written = asked for, in both forms, whatever the key; and the redirect leads there.
    #[test]
    fn what_is_written_is_what_was_asked_for(original in awkward_key(), prefix in prop_oneof![Just("resized/"), Just("")]) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let asked = format!("{prefix}3x2/{original}");
        for event in [by_path("GET", &asked), by_query("GET", &asked)] {
            let handler = handler(&[("PREFIX", prefix)]);
            handler.store().insert(&original, PNG.to_vec());
            let (response, _) = runtime.block_on(serve(&handler, event));
            let written: Vec<_> = handler.store().derived().into_keys().collect();
            if response.status_code == 307 {
                prop_assert_eq!(&written, std::slice::from_ref(&asked));
                let path = response.headers["Location"].strip_prefix(URL).unwrap().strip_prefix('/').unwrap();
                prop_assert_eq!(percent_decode_str(path).decode_utf8().unwrap(), asked.as_str());
                // Nothing that a URL parser would take for a query, a fragment or a step up.
                prop_assert!(!path.contains(['?', '#', '\\']) && path.split('/').all(|s| s != ".."));
            } else {
                prop_assert_eq!(response.status_code, 400);
                prop_assert!(written.is_empty());
                let refused = original.starts_with("resized/") && prefix == "resized/"
                    || prefix.is_empty() && original.split_once('/').is_some_and(|(s, _)| s.parse::<resizer_core::Spec>().is_ok())
                    || original.split('/').any(|s| s == "." || s == "..");
                prop_assert!(refused, "{} was refused: {}", asked, response.body);
            }
        }
    }

    /// No event at all gets anything but an answer.
    #[test]
    fn any_event_is_answered(method in "GET|HEAD|POST|\\PC{0,5}", key in "\\PC{0,30}|%[0-9A-F]{2}", place in 0..4) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let event = match place {
            0 => json!({ "httpMethod": method, "pathParameters": { "key": key } }),
            1 => json!({ "httpMethod": method, "queryStringParameters": { "key": key } }),
            2 => json!({ "httpMethod": method, "queryStringParameters": { &key: "" } }),
            _ => json!({ &key: method }),
        };
        let (response, record) = runtime.block_on(serve(&handler(&[]), event));
        prop_assert!((300..=599).contains(&response.status_code));
        prop_assert_eq!(record.status, response.status_code);
    }
}
