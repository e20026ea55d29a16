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
        ("30x/pics/a.jpg", "30x"),
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
    let (response, record) = serve(&handler, by_path("resize", key)).await;
    assert_eq!((response.status_code, record.reason), (404, "access_denied"));
    let handler = self::handler(&[], nobody());
    handler.store().insert("b.jpg", b"no image".to_vec());
    let (response, record) = serve(&handler, by_path("resize", key)).await;
    assert_eq!((response.status_code, record.reason), (404, "not_an_image"));
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

#[tokio::test]
async fn each_image_is_stored_under_one_key() {
    let handler = handler(&[("ALLOWED_DIMENSIONS", "30x20,40x"), ("REDIRECT_CODE", "301")], nobody());
    for (key, canonical) in [
        ("30x20/center/pics/a.jpg", "30x20/pics/a.jpg"),
        ("30x20/middle/pics/a.jpg", "30x20/pics/a.jpg"),
        ("30x20/center/middle/pics/a.jpg", "30x20/pics/a.jpg"),
        ("0x0:0x0/30x20/pics/a.jpg", "30x20/pics/a.jpg"),
        ("0x0:0x0/30x20/center/middle/pics/a.jpg", "30x20/pics/a.jpg"),
        ("40x0/pics/a.jpg", "40x/pics/a.jpg"),
        ("0x0:0x0/40x0/center/pics/a.jpg", "40x/pics/a.jpg"),
        ("40x0/smart/b.jpg", "40x/smart/b.jpg"),
    ] {
        let (response, _) = serve(&handler, by_path("resize", &format!("resized/{key}"))).await;
        assert_eq!(response.status_code, 307, "{key}: {}", response.body);
        assert_eq!(response.headers["Location"], format!("{}/resized/{canonical}", common::SITE));
        assert_eq!(response.headers["Cache-Control"], "no-store");
        assert!(handler.store().derived().is_empty(), "{key} was stored");
    }
    let made = by_path("resize", "resized/30x20/pics/a.jpg");
    assert_eq!(outcome(&handler, made).await.0, 301);
    assert_eq!(handler.store().derived().len(), 1);
    // Where no image is made, there is no redirect: it would tell that there is such an object.
    handler.store().insert("secret.txt", b"no image".to_vec());
    for key in ["30x20/center/secret.txt", "30x20/center/absent.txt", "40x0/secret.txt", "40x0/absent.txt"] {
        let answer = outcome(&handler, by_path("resize", &format!("resized/{key}"))).await;
        assert_eq!(answer, (404, "original_not_found".to_owned()), "{key}");
    }
}

/// What is under a key is not known where the answers of several keys are the same.
#[tokio::test]
async fn answers_do_not_tell_what_is_no_image() {
    let handler = handler(&[("MAX_BYTES", "1000"), ("SOURCES", "h.example.com")], nobody());
    handler.store().insert("page.html", b"<html>".to_vec());
    handler.store().insert("backup.zip", [b"PK".to_vec(), vec![0; 5000]].concat());
    handler.store().insert("empty", Vec::new());
    let forms: [&dyn Fn(&str) -> Value; 5] = [
        &|key| by_path("resize", &format!("resized/30x20/{key}")),
        &|key| by_path("image", &format!("30x20/{key}")),
        &|key| by_path("resize", &format!("resized/30x20/filters:watermark({key},0,0,0)/a.png")),
        &|key| by_path("resize", &format!("resized/30x0/center/{key}")),
        &|key| {
            let mut event = by_path("resize", &format!("resized/30x20/{key}"));
            event["queryStringParameters"] = serde_json::json!({ "v": "2" });
            event
        },
    ];
    for (form, ask) in forms.iter().enumerate() {
        let answer = async |key: &str| {
            let (mut response, record) = serve(&handler, ask(key)).await;
            response.body = response.body.replace(key, "KEY");
            (response, record.reason)
        };
        let (absent, reason) = answer("absent").await;
        assert!(matches!(absent.status_code, 404 | 400), "{form}: {}", absent.body);
        let of_mark = reason == "watermark";
        assert_eq!(
            (reason, of_mark),
            (if form == 2 { "watermark" } else { "original_not_found" }, form == 2)
        );
        for (key, reason) in
            [("page.html", "not_an_image"), ("empty", "not_an_image"), ("backup.zip", "too_many_bytes")]
        {
            let reason = if of_mark { "watermark" } else { reason };
            assert_eq!(answer(key).await, (absent.clone(), reason), "{form} {key}");
        }
    }
    // Where another way to read the key is refused, that is what everybody is told.
    let listed = self::handler(&[("ALLOWED_DIMENSIONS", "30x20"), ("SOURCES", "h.example.com")], nobody());
    listed.store().insert("smart/page.html", b"<html>".to_vec());
    for route in ["resize", "image"] {
        let prefix = if route == "resize" { "resized/" } else { "" };
        let ask = |key: &str| by_path(route, &format!("{prefix}30x20/smart/{key}"));
        let there = serve(&listed, ask("page.html")).await.0;
        let absent = serve(&listed, ask("what.html")).await.0;
        assert_eq!(there.status_code, 403, "{}", there.body);
        assert_eq!(there.body.replace("page", "what"), absent.body);
    }
    for error in [StoreError::Denied { action: "read", detail: "arn:aws:x".to_owned() }, StoreError::Archived]
    {
        let other = self::handler(&[], nobody());
        let absent = serve(&other, by_path("resize", "resized/30x20/x")).await.0;
        other.store().fail_get(error);
        let (answer, record) = serve(&other, by_path("resize", "resized/30x20/x")).await;
        assert_eq!(answer, absent);
        assert!(matches!(record.reason, "access_denied" | "original_archived") && record.detail.is_some());
    }
}

/// Of an image that is too large the limit is told, not its size.
#[tokio::test]
async fn answers_do_not_tell_sizes() {
    let spec = "resized/30x20/filters:watermark(a.png,0,0,0)/pics/a.jpg";
    for (name, value, exact) in [
        ("MAX_BYTES", "100", JPEG.len().to_string()),
        ("MAX_PIXELS", "6143", "96".to_owned()),
        ("MAX_OUTPUT_PIXELS", "599", "30 x".to_owned()),
    ] {
        let handler = handler(&[(name, value)], nobody());
        let (response, record) = serve(&handler, by_path("resize", spec)).await;
        assert_eq!(response.status_code, 413, "{}", response.body);
        let body: Value = serde_json::from_str(&response.body).unwrap();
        let message = body["message"].as_str().unwrap();
        assert!(message.contains(value) && !message.contains(&exact), "{message}");
        assert!(record.detail.unwrap().contains(&exact), "the log has it");
    }
}

#[tokio::test]
async fn metadata_are_kept_only_where_that_is_set() {
    let key = |kept: &str| by_path("resize", &format!("resized/30x20/filters:keep({kept})/pics/a.jpg"));
    for (keep, allowed) in [
        ("", &["icc", "copyright"][..]),
        ("none", &[]),
        ("exif", &["exif"]),
        ("all-exif", &["exif", "all-exif"]),
    ] {
        let handler = handler(&[("KEEP_METADATA", keep), ("SOURCES", "h.example.com")], nobody());
        for kept in ["icc", "copyright", "exif", "all-exif"] {
            let expected = if allowed.contains(&kept) { 307 } else { 403 };
            let (status, code) = outcome(&handler, key(kept)).await;
            assert_eq!((status, code == "keep_not_allowed"), (expected, expected == 403), "{keep}: {kept}");
            let direct = by_path("image", &format!("30x20/filters:keep({kept})/pics/a.jpg"));
            assert_eq!(outcome(&handler, direct).await.0 == 403, expected == 403, "{keep}: {kept}");
        }
    }
    let handler = handler(&[("PRESETS", "all=30x/filters:keep(all-exif)")], nobody());
    let preset = by_path("resize", "resized/all/pics/a.jpg");
    assert_eq!(outcome(&handler, preset).await, (403, "keep_not_allowed".to_owned()));
}
