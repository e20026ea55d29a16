//! The check of new code: an image in the event, its derived image in the answer, nothing stored.
#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use resizer_fn::direct::fetcher::Fetcher;
use resizer_fn::handler::Handler;
use resizer_fn::response::Response;
use resizer_fn::settings::Settings;
use resizer_fn::store::StoreError;
use resizer_fn::store::memory::MemoryStore;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const JPEG: &[u8] = include_bytes!("../core/tests/fixtures/progressive.jpg");

fn handler() -> Arc<Handler<MemoryStore, Fetcher>> {
    // What viewers may ask for does not bind the check.
    let vars = [
        ("BUCKET", "b"),
        ("BUCKET_REGION", "eu-west-1"),
        ("URL", "https://cdn.example.com"),
        ("ALLOWED_DIMENSIONS", "30x20"),
    ];
    let read = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
    Arc::new(Handler::new(Settings::from_vars(read).unwrap(), MemoryStore::default(), Fetcher::new()))
}

fn event(image: &[u8], spec: &str) -> Value {
    json!({ "imgdeploy": { "check": { "image": STANDARD.encode(image), "spec": spec } } })
}

async fn serve(handler: &Arc<Handler<MemoryStore, Fetcher>>, event: Value) -> Response {
    handler.serve(event, Duration::from_secs(60)).await.0
}

fn code(response: &Response) -> String {
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    body["error"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_image_comes_back_and_nothing_is_stored() {
    let handler = handler();
    let response = serve(&handler, event(JPEG, "48x32")).await;
    assert_eq!((response.status_code, response.is_base64_encoded), (200, true));
    assert_eq!(response.headers["Content-Type"], "image/jpeg");
    let bytes = STANDARD.decode(&response.body).unwrap();
    let header = resizer_core::codec::read_header(resizer_core::Format::Jpeg, &bytes).unwrap();
    assert_eq!((header.width, header.height), (48, 32));
    assert!(handler.store().derived().is_empty());
}

#[tokio::test]
async fn a_bucket_out_of_reach_fails_it_and_one_that_is_guarded_does_not() {
    for (error, status) in [
        (StoreError::Busy { detail: "no route".to_owned() }, 503),
        (StoreError::Denied { action: "read", detail: "AccessDenied".to_owned() }, 200),
        (StoreError::NotFound, 200),
    ] {
        let handler = handler();
        handler.store().fail_get(error.clone());
        assert_eq!(serve(&handler, event(JPEG, "48x32")).await.status_code, status, "{error}");
    }
}

#[tokio::test]
async fn nonsense_is_answered() {
    let handler = handler();
    for (event, status, expected) in [
        (event(b"<html>", "48x32"), 422, "not_an_image"),
        (event(JPEG, "48y32"), 400, "bad_check"),
        (json!({ "imgdeploy": { "check": { "image": "%", "spec": "48x32" } } }), 400, "bad_check"),
        (json!({ "imgdeploy": { "check": {} } }), 400, "bad_request"),
        // A viewer's body is text: it can't get there.
        (json!({ "httpMethod": "GET", "body": "{\"imgdeploy\":{\"check\":{}}}" }), 400, "bad_request"),
    ] {
        let response = serve(&handler, event).await;
        assert_eq!((response.status_code, code(&response).as_str()), (status, expected));
    }
}
