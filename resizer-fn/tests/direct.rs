//! The direct route: events in, images out, over a store and an upstream in memory.
#![allow(clippy::unwrap_used)]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{JPEG, PNG, Upstream, as_written, by_path, by_query, handler, outcome, serve};
use resizer_core::{Format, Limits, sniff};
use resizer_fn::direct::caching::Freshness;
use resizer_fn::direct::fetch::{FetchError, Fetched};
use resizer_fn::direct::source::UrlError;
use resizer_fn::response::Response;
use serde_json::{Value, json};

const SOURCES: (&str, &str) = ("SOURCES", "images.example.com, *.example.org");
const URL: (&str, &str) = ("url", "https://images.example.com/a.jpg?w=1");

/// The image in an answer: its format and size.
fn image(response: &Response) -> (Format, u32, u32) {
    assert_eq!(response.status_code, 200, "{}", response.body);
    assert!(response.is_base64_encoded);
    let bytes = STANDARD.decode(&response.body).unwrap();
    let format = sniff::sniff(&bytes).unwrap();
    assert_eq!(response.headers["Content-Type"], format.content_type());
    // As large as it is.
    let header = resizer_core::codec::read_header(format, &bytes).unwrap();
    assert!(Limits::default().check_source(header.width, header.height).is_ok());
    (format, header.width, header.height)
}

#[tokio::test]
async fn an_image_from_elsewhere_comes_back_resized() {
    let handler = handler(&[SOURCES], Upstream::image(JPEG));
    let (response, record) = serve(&handler, by_query(&[URL, ("width", "30"), ("height", "20")])).await;
    assert_eq!(image(&response), (Format::Jpeg, 30, 20));
    assert_eq!(response.headers["Cache-Control"], "public, max-age=1209600");
    assert_eq!(response.headers["X-Content-Type-Options"], "nosniff");
    assert_eq!(response.headers["Content-Disposition"], "inline");
    assert!(!response.headers.contains_key("Vary"));
    assert_eq!(*handler.fetch().asked.lock().unwrap(), [URL.1]);
    assert_eq!((record.status, record.reason), (200, "ok"));
    // The query may hold a secret: it is not logged.
    assert_eq!(record.key.as_deref(), Some("https://images.example.com/a.jpg"));
    assert_eq!(record.bytes_in, Some(JPEG.len()));
    assert!(record.ms_get.is_some() && record.ms_put.is_none());
    assert!(handler.store().derived().is_empty());
}

#[tokio::test]
async fn the_path_form_takes_keys_and_urls() {
    let handler = handler(&[SOURCES], Upstream::image(PNG));
    let (response, record) = serve(&handler, by_path("image", "30x20/pics/a.jpg")).await;
    assert_eq!(image(&response), (Format::Jpeg, 30, 20));
    assert_eq!((record.key.as_deref(), record.spec.as_deref()), (Some("30x20/pics/a.jpg"), Some("30x20")));
    for (written, fetched) in [
        ("30x20/https://images.example.com/a/b.png", "https://images.example.com/a/b.png"),
        // A slash was lost on the way.
        ("30x20/https:/images.example.com/a/b.png", "https://images.example.com/a/b.png"),
        ("30x20/https%3A%2F%2Fx.example.org%2Fa%2520b.png%3Fw%3D1", "https://x.example.org/a%20b.png?w=1"),
    ] {
        let (response, _) = serve(&handler, as_written("image", written)).await;
        assert_eq!(image(&response), (Format::Png, 30, 20), "{written}");
        assert_eq!(handler.fetch().asked.lock().unwrap().pop().as_deref(), Some(fetched));
    }
    assert!(handler.store().derived().is_empty());
}

#[tokio::test]
async fn refusals_have_their_reason_and_fetch_nothing() {
    let handler = handler(&[SOURCES, ("ALLOWED_DIMENSIONS", "30x20")], Upstream::image(JPEG));
    let asked = |url: &'static str| by_query(&[("url", url), ("width", "30"), ("height", "20")]);
    let mut cut = by_path("image", "30x20/https://images.example.com/a");
    cut["queryStringParameters"] = json!({ "w": "1" });
    for (event, status, code) in [
        (asked("https://evil.test/a.jpg"), 403, "source_not_allowed"),
        (asked("http://images.example.com/a.jpg"), 403, "source_not_allowed"),
        (asked("https://images.example.com@evil.test/"), 400, "bad_url"),
        (asked("http://169.254.169.254/latest/meta-data/"), 403, "source_not_allowed"),
        (asked("file:///etc/passwd"), 400, "bad_url"),
        (asked("a.jpg"), 400, "bad_url"),
        (by_query(&[]), 400, "bad_request"),
        (by_query(&[("width", "30")]), 400, "bad_request"),
        (by_query(&[URL, ("width", "3O")]), 400, "bad_request"),
        (by_query(&[URL, ("w", "30")]), 400, "bad_request"),
        (by_query(&[URL, ("width", "31")]), 403, "size_not_allowed"),
        (by_query(&[URL]), 403, "size_not_allowed"),
        (by_path("image", "31x20/pics/a.jpg"), 403, "size_not_allowed"),
        (by_path("image", "30x20/absent.jpg"), 404, "original_not_found"),
        (by_path("image", "30x20/resized/30x20/pics/a.jpg"), 400, "bad_key"),
        (by_path("image", "pics/a.jpg"), 400, "bad_key"),
        (by_path("image", "30x20/https://evil.test/a.jpg"), 403, "source_not_allowed"),
        (cut, 400, "bad_request"),
    ] {
        let (response, record) = serve(&handler, event.clone()).await;
        let body: Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!((response.status_code, body["error"].as_str().unwrap()), (status, code), "{event}");
        assert!(!response.is_base64_encoded);
        assert_eq!(response.headers["Cache-Control"], "public, max-age=5");
        assert_eq!((record.status, record.reason), (status, code));
    }
    assert!(handler.fetch().asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_upstreams_do_wrong_has_its_status() {
    let host = || "images.example.com".to_owned();
    for (error, status, code) in [
        (FetchError::NotFound { host: host(), status: 404 }, 404, "original_not_found"),
        (FetchError::Status { host: host(), status: 500 }, 502, "upstream_status"),
        (FetchError::Redirect { host: host(), problem: "more than three times" }, 502, "upstream_redirect"),
        (FetchError::Timeout { host: host() }, 504, "upstream_timeout"),
        (FetchError::TooLarge { bytes: 9, limit: 8 }, 413, "too_many_bytes"),
        (FetchError::Resolve { host: host(), detail: "10.1.2.3".into() }, 502, "upstream_not_found"),
        (FetchError::Connection { host: host(), detail: "10.1.2.3".into() }, 502, "upstream_unreachable"),
        (FetchError::Address { host: host(), detail: "10.1.2.3".into() }, 403, "address_not_allowed"),
        (FetchError::Encoded { host: host(), encoding: "br".into() }, 502, "upstream_encoding"),
    ] {
        let handler = handler(&[SOURCES], Upstream::new(Err(error)));
        let (response, record) = serve(&handler, by_query(&[URL, ("width", "30")])).await;
        let body: Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!((response.status_code, body["error"].as_str().unwrap()), (status, code));
        // What the network looks like inside is for the log.
        assert!(!response.body.contains("10.1.2.3"), "{}", response.body);
        let inside = matches!(code, "upstream_not_found" | "upstream_unreachable" | "address_not_allowed");
        assert_eq!(record.detail.unwrap().contains("10.1.2.3"), inside);
    }
    // The type is that of the bytes, whatever the upstream or the name says.
    let page = handler(&[SOURCES], Upstream::image(b"<html><script>alert(1)</script>"));
    let answer = outcome(&page, by_query(&[URL, ("width", "30")])).await;
    assert_eq!(answer, (404, "original_not_found".to_owned()));
    // What a source says to this function, it might not say to everyone.
    for (error, status, secret) in [
        (FetchError::Status { host: host(), status: 403 }, 404, "403"),
        (FetchError::Status { host: host(), status: 503 }, 502, "503"),
        (FetchError::Url(UrlError::Host("https://inside.example.com".to_owned())), 502, "inside"),
        (FetchError::TooLarge { bytes: 123_456, limit: 8 }, 413, "123456"),
    ] {
        let handler = handler(&[SOURCES], Upstream::new(Err(error)));
        let (response, record) = serve(&handler, by_query(&[URL, ("width", "30")])).await;
        assert_eq!(response.status_code, status, "{}", response.body);
        assert!(!response.body.contains(secret), "{}", response.body);
        assert!(record.detail.unwrap().contains(secret));
    }
}

#[tokio::test]
async fn the_upstreams_time_is_respected_downward() {
    for (seconds, unshared, header) in [
        (Some(60), false, "public, max-age=60"),
        (Some(99_999_999), false, "public, max-age=1209600"),
        (None, true, "no-store"),
    ] {
        let freshness = Freshness { unshared, seconds };
        let handler = handler(&[SOURCES], Upstream::new(Ok(Fetched { bytes: PNG.to_vec(), freshness })));
        let (response, _) = serve(&handler, by_query(&[URL, ("width", "30")])).await;
        assert_eq!(response.headers["Cache-Control"], header);
    }
}

#[tokio::test]
async fn what_the_viewer_has_is_not_sent_again() {
    let handler = handler(&[SOURCES], Upstream::image(PNG));
    let (first, _) = serve(&handler, by_query(&[URL, ("width", "30")])).await;
    let mut event = by_query(&[URL, ("width", "30")]);
    event["headers"] = json!({ "if-none-match": first.headers["ETag"] });
    let (second, record) = serve(&handler, event.clone()).await;
    assert_eq!((second.status_code, second.body.as_str(), record.status), (304, "", 304));
    assert_eq!(second.headers["ETag"], first.headers["ETag"]);
    event["queryStringParameters"]["width"] = json!("31");
    assert_eq!(serve(&handler, event).await.0.status_code, 200);
    let mut head = by_query(&[URL, ("width", "30")]);
    head["httpMethod"] = json!("HEAD");
    let (head, _) = serve(&handler, head).await;
    assert_eq!((head.status_code, head.body.as_str(), head.is_base64_encoded), (200, "", false));
    assert_eq!(head.headers, first.headers);
}

#[tokio::test]
async fn automatic_formats_vary() {
    let handler = handler(&[SOURCES], Upstream::image(JPEG));
    let mut event = by_query(&[URL, ("width", "30"), ("format", "auto")]);
    let (response, _) = serve(&handler, event.clone()).await;
    assert_eq!((image(&response).0, response.headers["Vary"].as_str()), (Format::Jpeg, "Accept"));
    event["headers"] = json!({ "Accept": "image/webp,*/*" });
    let (response, _) = serve(&handler, event).await;
    assert_eq!(response.headers["Vary"], "Accept");
}

#[tokio::test]
async fn what_is_too_large_for_an_answer_is_stored_or_413() {
    // Noise does not compress: 1400 x 1400 pixels of it are more than 4.7 MB as PNG.
    let noise = noise_png(1400);
    let event = || by_query(&[URL, ("width", "1400")]);
    let with_bucket = handler(&[SOURCES], Upstream::image(&noise));
    let (response, _) = serve(&with_bucket, event()).await;
    assert_eq!(response.status_code, 307, "{}", response.body.len());
    assert_eq!(response.headers["Cache-Control"], "no-store");
    let stored = with_bucket.store().derived();
    let (key, derived) = stored.iter().next().unwrap();
    assert!(key.starts_with("resized/direct/") && key.ends_with(".png"), "{key}");
    assert_eq!(response.headers["Location"], format!("{}/{key}", common::SITE));
    assert_eq!(derived.content_type, "image/png");
    let without = handler(&[SOURCES, ("BUCKET", ""), ("URL", "")], Upstream::image(&noise));
    assert_eq!(outcome(&without, event()).await, (413, "answer_too_large".to_owned()));
}

#[tokio::test]
async fn without_a_bucket_there_are_only_urls() {
    let handler = handler(&[SOURCES, ("BUCKET", ""), ("URL", "")], Upstream::image(PNG));
    assert_eq!(outcome(&handler, by_query(&[URL, ("width", "30")])).await.0, 200);
    for route in [("image", "30x/pics/a.jpg"), ("resize", "resized/30x/pics/a.jpg")] {
        assert_eq!(outcome(&handler, by_path(route.0, route.1)).await, (404, "no_bucket".to_owned()));
    }
}

#[tokio::test]
async fn without_sources_the_route_is_off() {
    let handler = handler(&[], Upstream::image(PNG));
    for event in [by_query(&[URL, ("width", "30")]), by_path("image", "30x/pics/a.jpg")] {
        assert_eq!(outcome(&handler, event).await, (404, "direct_off".to_owned()));
    }
    assert!(handler.fetch().asked.lock().unwrap().is_empty());
}

/// A PNG of noise.
fn noise_png(side: u32) -> Vec<u8> {
    let mut state = 1u32;
    let pixels: Vec<u8> = (0..side * side * 3)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        })
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}
