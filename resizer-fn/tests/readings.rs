//! Specs in keys: which reading is taken, what is refused, and what else is read from the bucket.
#![allow(clippy::unwrap_used)]

mod common;

use common::{JPEG, Upstream, by_path, handler, outcome, serve};
use resizer_fn::store::StoreError;
use serde_json::Value;

fn nobody() -> Upstream {
    Upstream::image(JPEG)
}

#[tokio::test]
async fn the_longest_spec_with_an_original_is_taken() {
    let handler = handler(&[("SOURCES", "h.example.com")], nobody());
    for (key, spec) in [
        ("30x20/smart/pics/a.jpg", "30x20/smart"),
        // There is no `b.jpg`, but a `smart/b.jpg`.
        ("30x20/smart/b.jpg", "30x20"),
        ("fit-in/30x20/pics/a.jpg", "fit-in/30x20"),
        ("30x0/pics/a.jpg", "30x0"),
        ("30x20/filters:quality(50):grayscale()/pics/a.jpg", "30x20/filters:quality(50):grayscale()"),
    ] {
        let stored = format!("resized/{key}");
        let (response, record) = serve(&handler, by_path("resize", &stored)).await;
        assert_eq!(response.status_code, 307, "{key}: {}", response.body);
        assert_eq!(record.spec.as_deref(), Some(spec), "{key}");
        assert!(handler.store().derived().contains_key(&stored), "stored where it was asked for");
        let (response, record) = serve(&handler, by_path("image", key)).await;
        assert_eq!((response.status_code, record.spec.as_deref()), (200, Some(spec)), "{key}");
    }
}

#[tokio::test]
async fn only_an_absent_original_leads_to_the_next_reading() {
    let handler = handler(&[], nobody());
    let key = "resized/30x20/smart/b.jpg";
    handler.store().fail_get(StoreError::Denied { action: "read", detail: String::new() });
    assert_eq!(outcome(&handler, by_path("resize", key)).await, (500, "access_denied".to_owned()));
    let handler = self::handler(&[], nobody());
    handler.store().insert("b.jpg", b"no image".to_vec());
    assert_eq!(outcome(&handler, by_path("resize", key)).await, (422, "not_an_image".to_owned()));
    let absent = by_path("resize", "resized/30x20/smart/absent.jpg");
    assert_eq!(outcome(&handler, absent).await, (404, "original_not_found".to_owned()));
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place() {
    let handler = handler(&[], nobody());
    for (key, says) in [
        ("30x20/filters:qality(80)/pics/a.jpg", &["qality", "quality"][..]),
        ("30x20/filters:quality(300)/pics/a.jpg", &["300", "at 22"]),
        ("fit-on/30x20/pics/a.jpg", &["fit-on", "fit-in"]),
        ("0300x20/pics/a.jpg", &["0300"]),
    ] {
        let (response, _) = serve(&handler, by_path("resize", &format!("resized/{key}"))).await;
        assert_eq!(response.status_code, 400, "{key}");
        for text in says {
            assert!(response.body.contains(text), "{key}: {} has no {text}", response.body);
        }
    }
    let auto = by_path("resize", "resized/30x20/filters:format(auto)/pics/a.jpg");
    assert_eq!(outcome(&handler, auto).await, (400, "auto_format".to_owned()));
    assert!(handler.store().derived().is_empty());
}

#[tokio::test]
async fn the_list_of_sizes_keeps_its_meaning() {
    let vars = [("ALLOWED_DIMENSIONS", "30x20,40x"), ("PRESETS", "grey=30x20/filters:grayscale()")];
    let handler = handler(&vars, nobody());
    for (key, status) in [
        ("30x20/pics/a.jpg", 307),
        ("40x0/pics/a.jpg", 307),
        ("grey/pics/a.jpg", 307),
        // More than a size: refused, unless that is the folder of an original.
        ("30x20/smart/pics/a.jpg", 403),
        ("30x20/smart/b.jpg", 307),
        ("30x20/filters:grayscale()/pics/a.jpg", 403),
        ("30x20/absent.jpg", 404),
        ("fit-in/30x20/pics/a.jpg", 403),
        ("-30x20/pics/a.jpg", 403),
        ("1x1:9x9/30x20/pics/a.jpg", 403),
        ("50x/pics/a.jpg", 403),
        ("smart/pics/a.jpg", 403),
    ] {
        let (found, _) = outcome(&handler, by_path("resize", &format!("resized/{key}"))).await;
        assert_eq!(found, status, "{key}");
    }
}

#[tokio::test]
async fn without_a_prefix_folders_keep_their_names() {
    let handler = handler(&[("PREFIX", "")], nobody());
    handler.store().insert("top/a.jpg", JPEG.to_vec());
    handler.store().insert("30x20/smart/a.jpg", JPEG.to_vec());
    for (key, status) in [
        ("30x20/pics/a.jpg", 307),
        ("30x20/top/a.jpg", 307),
        ("30x20/top/pics/a.jpg", 307),
        // Without a size it is a folder, not a spec.
        ("top/a.jpg", 400),
        ("trim/pics/a.jpg", 400),
        // Derived ones are no originals.
        ("40x/30x20/smart/a.jpg", 400),
    ] {
        let (found, code) = outcome(&handler, by_path("resize", key)).await;
        assert_eq!(found, status, "{key} {code}");
    }
}

#[tokio::test]
async fn watermarks_come_from_the_bucket() {
    let handler = handler(&[], nobody());
    let ask = async |key: &str| {
        let key = format!("resized/60x40/filters:watermark({key},0,0,50)/pics/a.jpg");
        let (response, _) = serve(&handler, by_path("resize", &key)).await;
        let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
        (response.status_code, body["error"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(ask("a.png").await.0, 307);
    assert_eq!(ask("logo.png").await, (404, "watermark".to_owned()));
    assert_eq!(ask("resized/30x/a.png").await, (400, "watermark".to_owned()));
    let many = ["a", "b", "c", "d", "e"].map(|key| format!("watermark({key},0,0,0)")).join(":");
    let key = format!("resized/60x40/filters:{many}/pics/a.jpg");
    assert_eq!(outcome(&handler, by_path("resize", &key)).await, (400, "watermark".to_owned()));
}
