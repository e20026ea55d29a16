//! A handler over a store in memory and an upstream in memory, and events for it.
#![allow(clippy::unwrap_used, dead_code)]

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use resizer_fn::direct::caching::Freshness;
use resizer_fn::direct::fetch::{Fetch, FetchError, FetchLimits, Fetched};
use resizer_fn::direct::source::Sources;
use resizer_fn::handler::Handler;
use resizer_fn::record::Record;
use resizer_fn::response::Response;
use resizer_fn::settings::Settings;
use resizer_fn::store::memory::MemoryStore;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::Url;

pub(crate) const JPEG: &[u8] = include_bytes!("../../core/tests/fixtures/progressive.jpg");
pub(crate) const PNG: &[u8] = include_bytes!("../../core/tests/fixtures/interlaced.png");
pub(crate) const SITE: &str = "https://cdn.example.com";

/// Answers each fetch the same, and remembers what was asked for.
pub(crate) struct Upstream {
    answer: Result<Fetched, FetchError>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Upstream {
    pub(crate) fn new(answer: Result<Fetched, FetchError>) -> Self {
        Self { answer, asked: Mutex::default() }
    }

    pub(crate) fn image(bytes: &[u8]) -> Self {
        Self::new(Ok(Fetched { bytes: bytes.to_vec(), freshness: Freshness::default() }))
    }
}

impl Fetch for Upstream {
    async fn fetch(&self, url: Url, _: &Sources, _: FetchLimits) -> Result<Fetched, FetchError> {
        self.asked.lock().unwrap().push(url.to_string());
        self.answer.clone()
    }
}

pub(crate) type TestHandler = Arc<Handler<MemoryStore, Upstream>>;

/// With `pics/a.jpg` and the like in its bucket. An empty value takes a variable away.
pub(crate) fn handler(vars: &[(&str, &str)], upstream: Upstream) -> TestHandler {
    let base = [("BUCKET", "b"), ("BUCKET_REGION", "eu-west-1"), ("URL", SITE)];
    let settings = Settings::from_vars(|name| {
        let mut all = vars.iter().chain(&base);
        all.find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    });
    let store = MemoryStore::default();
    for key in ["pics/a.jpg", "pics/a b ä+c&d(1).jpg", "smart/b.jpg"] {
        store.insert(key, JPEG.to_vec());
    }
    store.insert("a.png", PNG.to_vec());
    Arc::new(Handler::new(settings.unwrap(), store, upstream))
}

/// An event of `/resize/{key+}` or `/image/{key+}`, the key encoded as most clients do.
pub(crate) fn by_path(route: &str, key: &str) -> Value {
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'=');
    as_written(route, &utf8_percent_encode(key, KEPT).to_string())
}

/// The same with the key encoded already.
pub(crate) fn as_written(route: &str, key: &str) -> Value {
    json!({
        "resource": format!("/{route}/{{key+}}"),
        "httpMethod": "GET",
        "pathParameters": { "key": key },
        "queryStringParameters": null,
    })
}

/// An event of `/image?…`.
pub(crate) fn by_query(pairs: &[(&str, &str)]) -> Value {
    let query: serde_json::Map<String, Value> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({ "resource": "/image", "httpMethod": "GET", "queryStringParameters": query })
}

pub(crate) async fn serve(handler: &TestHandler, event: Value) -> (Response, Record) {
    handler.serve(event, Duration::from_secs(60)).await
}

/// Status and error code.
pub(crate) async fn outcome(handler: &TestHandler, event: Value) -> (u16, String) {
    let (response, _) = serve(handler, event).await;
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    (response.status_code, body["error"].as_str().unwrap_or_default().to_owned())
}
