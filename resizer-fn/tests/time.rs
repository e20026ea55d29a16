//! One image at a time, and nothing that there is no time or room for.
#![allow(clippy::unwrap_used)]

mod common;

use common::{JPEG, PNG, TestHandler, Upstream, by_path, handler};
use resizer_fn::response::Response;
use serde_json::Value;
use std::time::Duration;

async fn within(handler: &TestHandler, key: &str, time: Duration) -> (Response, String) {
    let (response, record) = handler.serve(by_path("resize", key), time).await;
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    assert_eq!(record.status, response.status_code);
    (response, body["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn whoever_waits_for_the_turn_gives_up_when_the_time_is_up() {
    let handler = handler(&[], Upstream::image(JPEG));
    // The first holds the turn, as its original never comes.
    handler.store().stall();
    let (first, second) = tokio::join!(
        within(&handler, "resized/30x20/pics/a.jpg", Duration::from_millis(300)),
        within(&handler, "resized/20x/pics/a.jpg", Duration::from_millis(100)),
    );
    assert_eq!((first.0.status_code, first.1.as_str()), (503, "timeout"));
    assert_eq!((second.0.status_code, second.1.as_str()), (503, "busy"));
    assert_eq!(second.0.headers["Retry-After"], "5");
}

/// However many ways there are to read a key.
#[tokio::test]
async fn each_original_is_asked_for_once_and_in_turn() {
    let handler = handler(&[], Upstream::image(JPEG));
    let long = Duration::from_secs(60);
    let read = ["smart/top/left/gone.jpg", "top/left/gone.jpg", "left/gone.jpg", "gone.jpg"];
    let key = "resized/40x0/smart/top/left/gone.jpg";
    let (response, code) = within(&handler, key, long).await;
    assert_eq!((response.status_code, code.as_str()), (404, "original_not_found"));
    let mut asked = handler.store().asked();
    asked.sort();
    let once: std::collections::BTreeSet<&String> = asked.iter().collect();
    assert_eq!(once.len(), asked.len(), "{asked:?}");
    assert!(asked.len() > 1 && asked.iter().all(|one| read.contains(&one.as_str())), "{asked:?}");

    // Nothing is read while another has the turn, also where the answer would be a redirect.
    handler.store().stall();
    let (first, second) = tokio::join!(
        within(&handler, "resized/30x20/pics/a.jpg", Duration::from_millis(300)),
        within(&handler, "resized/40x0/pics/a.jpg", Duration::from_millis(100)),
    );
    assert_eq!((first.1.as_str(), second.1.as_str()), ("timeout", "busy"));
    assert_eq!(handler.store().asked(), ["pics/a.jpg"]);
}

#[tokio::test]
async fn the_turn_comes_back_after_every_end() {
    let handler = handler(&[], Upstream::image(JPEG));
    let long = Duration::from_secs(60);
    for (key, status) in [
        ("resized/30x20/pics/a.jpg", 307),
        ("resized/30x20/absent.jpg", 404),
        ("resized/9999x9999/pics/a.jpg", 413),
        ("resized/30x20/pics/a.jpg", 307),
    ] {
        assert_eq!(within(&handler, key, long).await.0.status_code, status, "{key}");
    }
    assert_eq!(within(&handler, "resized/30x20/pics/a.jpg", Duration::ZERO).await.0.status_code, 503);
    assert_eq!(within(&handler, "resized/30x20/pics/a.jpg", long).await.0.status_code, 307);
}

/// 80 MB of memory are 16 for images.
#[tokio::test]
async fn files_that_there_is_no_room_for_are_not_fetched() {
    let small = [("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "80"), ("MAX_BYTES", "50000000")];
    let handler = handler(&small, Upstream::image(JPEG));
    let store = handler.store();
    let long = |length: usize| [PNG, &vec![0; length]].concat();
    store.insert("large.png", long(17 << 20));
    for number in 0..4 {
        store.insert(&format!("mark-{number}.png"), long(5 << 20));
    }
    let key = "resized/30x20/large.png";
    let (response, code) = within(&handler, key, Duration::from_secs(60)).await;
    assert_eq!((response.status_code, code.as_str()), (413, "too_much_memory"));
    // Each of the marks would fit, but not all.
    let marks: Vec<String> = (0..4).map(|number| format!("watermark(mark-{number}.png,0,0,0)")).collect();
    let key = format!("resized/30x20/filters:{}/a.png", marks.join(":"));
    let (response, code) = within(&handler, &key, Duration::from_secs(60)).await;
    assert_eq!((response.status_code, code.as_str()), (413, "too_much_memory"));
    assert!(response.body.contains("--memory"), "{}", response.body);
}
