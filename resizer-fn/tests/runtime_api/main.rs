//! The real `bootstrap` between a Lambda Runtime API and an S3 that are played here on 127.0.0.1.
#![allow(clippy::unwrap_used)]

mod cloud;
mod function;
mod poison;

use cloud::{Cloud, Stored};
use function::Function;
use serde_json::{Value, json};

const JPEG: &[u8] = include_bytes!("../../core/tests/fixtures/progressive.jpg");

const VARS: &[(&str, &str)] = &[
    ("BUCKET", "photos"),
    ("BUCKET_REGION", "eu-west-1"),
    ("BUCKET_OWNER", "123456789012"),
    ("URL", "https://cdn.example.com"),
    ("ALLOWED_DIMENSIONS", "30x20 x20"),
];

fn event(method: &str, key: &str) -> Value {
    json!({ "httpMethod": method, "pathParameters": { "key": key }, "queryStringParameters": null })
}

#[tokio::test]
async fn a_request_through_the_whole_function() {
    let cloud = Cloud::start().await;
    cloud.put("pics/Größe & Maß (1)+2.JPG", 200, JPEG);
    let function = Function::start(&cloud, VARS);

    // The stored event of the path form, asking for an allowed size.
    let text = include_str!("../events/rest-path.json").replace("300x200", "30x20");
    let answer = cloud.invoke(serde_json::from_str(&text).unwrap()).await;
    let encoded = "resized/30x20/pics/Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F%20%281%29%2B2.JPG";
    assert_eq!(
        answer,
        json!({
            "statusCode": 307,
            "headers": {
                "Location": format!("https://cdn.example.com/{encoded}"),
                "Cache-Control": "no-store",
            },
            "body": "",
            "isBase64Encoded": false,
        })
    );

    let Stored { key, headers, body } = cloud.stored().pop().unwrap();
    assert_eq!(key, "resized/30x20/pics/Größe & Maß (1)+2.JPG");
    let header = |name: &str| headers.get(name).map(|v| v.to_str().unwrap());
    assert_eq!(header("content-type"), Some("image/jpeg"));
    assert_eq!(header("cache-control"), Some("public, max-age=1209600"));
    assert_eq!(header("x-amz-meta-imgdeploy-source-etag"), Some("the-etag"));
    assert_eq!(header("x-amz-meta-imgdeploy-spec"), Some("30x20"));
    assert_eq!(header("x-amz-expected-bucket-owner"), Some("123456789012"));
    assert_eq!(header("x-amz-acl"), None);
    assert_eq!(header("x-amz-server-side-encryption"), Some("AES256"));
    // Signed for the bucket's region, not the function's (LA-16).
    assert!(header("authorization").unwrap().contains("/eu-west-1/s3/aws4_request"));
    let limits = resizer_core::Limits::default();
    let again = resizer_core::resize(&body, &"x20".parse().unwrap(), &limits).unwrap();
    assert_eq!((again.width, again.height), (30, 20));

    let log = function.log();
    assert_eq!(log["key"], key);
    assert_eq!(log["spec"], "30x20");
    assert_eq!(log["status"], 307);
    assert_eq!(log["reason"], "ok");
    assert_eq!(log["request_id"], "request-1");
    assert_eq!((&log["bytes_in"], &log["bytes_out"]), (&json!(JPEG.len()), &json!(body.len())));
    for name in ["ms_get", "ms_resize", "ms_put"] {
        assert!(log[name].as_f64().unwrap() >= 0.0);
    }
}

#[tokio::test]
async fn refusals_of_s3_become_answers() {
    let cloud = Cloud::start().await;
    let error = |code: &str| format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
    cloud.put("denied", 403, error("AccessDenied").as_bytes());
    cloud.put("cold", 403, error("InvalidObjectState").as_bytes());
    cloud.put("elsewhere", 301, error("PermanentRedirect").as_bytes());
    cloud.put("busy", 503, error("SlowDown").as_bytes());
    // Its size alone has to be enough: no byte of it ever comes.
    cloud.put_length("huge", (32 << 20) + 1);
    cloud.put("cut", 200, &JPEG[..100]);
    cloud.put("a.jpg", 200, JPEG);
    let function = Function::start(&cloud, VARS);
    cloud.put("page", 200, b"<html>");
    cloud.put("locked", 400, error("KMS.DisabledException").as_bytes());
    for (key, status, reason) in [
        ("absent", 404, "original_not_found"),
        ("denied", 404, "access_denied"),
        ("locked", 404, "access_denied"),
        ("cold", 404, "original_archived"),
        ("page", 404, "not_an_image"),
        ("elsewhere", 500, "storage_failed"),
        ("busy", 503, "storage_busy"),
        ("huge", 413, "too_many_bytes"),
        ("cut", 422, "truncated"),
    ] {
        let code = if status == 404 { "original_not_found" } else { reason };
        let answer = cloud.invoke(event("GET", &format!("resized/30x20/{key}"))).await;
        assert_eq!(answer["statusCode"], status, "{key}: {answer}");
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["error"], code, "{key}");
        assert_eq!(function.log()["reason"], reason);
    }
    // Only what may pass is tried again.
    assert_eq!(cloud.asked_for("busy"), 3);
    assert_eq!(cloud.asked_for("denied"), 1);
    // Refused without asking S3, and HEAD answered without a body.
    for (method, key, status) in [
        ("GET", "resized/31x20/a.jpg", 403),
        ("HEAD", "resized/a.jpg", 400),
        ("PUT", "resized/30x20/a.jpg", 405),
    ] {
        let answer = cloud.invoke(event(method, key)).await;
        assert_eq!(answer["statusCode"], status);
        assert_eq!(answer["body"] == "", method == "HEAD");
    }
    assert_eq!(cloud.asked_for("a.jpg"), 0);
    assert_eq!(cloud.stored().len(), 0);

    // S3 takes the read but not the write: no redirect, which would lead back here.
    cloud.refuse_writes(403, &error("AccessDenied"));
    let answer = cloud.invoke(event("GET", "resized/30x20/a.jpg")).await;
    assert_eq!(answer["statusCode"], 500);
    assert!(answer["body"].as_str().unwrap().contains("may not write"));
    assert_eq!(answer["headers"]["Location"], Value::Null);
    assert_eq!(cloud.crashes(), 0);
}

/// The whole function, with nothing swapped for a test: what is on this machine stays out of reach.
#[tokio::test]
async fn the_direct_route_reaches_the_bucket_but_nothing_local() {
    let cloud = Cloud::start().await;
    cloud.put("a.jpg", 200, JPEG);
    let port = cloud.address.port();
    let vars = [VARS, &[("SOURCES", "images.example.com")]].concat();
    let function = Function::start(&cloud, &vars);
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1"] {
        let url = format!("http://{host}:{port}/photos/a.jpg");
        let query = json!({ "url": url, "width": "30", "height": "20" });
        let event = json!({ "resource": "/image", "httpMethod": "GET", "queryStringParameters": query });
        let answer = cloud.invoke(event).await;
        assert_eq!(answer["statusCode"], 403, "{host}: {answer}");
        assert_eq!(function.log()["reason"], "source_not_allowed");
    }
    assert_eq!(cloud.asked_for("a.jpg"), 0);

    let mut by_path = event("GET", "30x20/a.jpg");
    by_path["resource"] = json!("/image/{key+}");
    let answer = cloud.invoke(by_path).await;
    assert_eq!((&answer["statusCode"], &answer["isBase64Encoded"]), (&json!(200), &json!(true)));
    assert_eq!(answer["headers"]["Content-Type"], "image/jpeg");
    assert!(answer["body"].as_str().unwrap().starts_with("/9j/"), "a JPEG in base64");
    assert_eq!((cloud.asked_for("a.jpg"), cloud.stored().len()), (1, 0));
}

#[tokio::test]
async fn wrong_settings_are_answered_not_crashed_on() {
    let cloud = Cloud::start().await;
    let vars: Vec<_> = VARS.iter().filter(|(name, _)| *name != "URL").copied().collect();
    let function = Function::start(&cloud, &vars);
    for method in ["GET", "HEAD"] {
        let answer = cloud.invoke(event(method, "resized/30x20/a.jpg")).await;
        assert_eq!(answer["statusCode"], 500);
        // What it is, is for the log: settings are nobody's business.
        assert_eq!(
            answer["body"].as_str().unwrap().contains("is not set up; the function's log"),
            method == "GET"
        );
        assert!(!answer["body"].as_str().unwrap().contains("URL"));
        let log = function.log();
        assert_eq!(log["reason"], "misconfigured");
        assert!(log["detail"].as_str().unwrap().contains("URL is not set"));
    }
    assert_eq!(cloud.crashes(), 0);
}

#[tokio::test]
async fn time_that_is_up_is_answered() {
    let cloud = Cloud::start().await;
    cloud.put("a.jpg", 200, JPEG);
    let function = Function::start(&cloud, VARS);
    cloud.give_ms(0);
    let answer = cloud.invoke(event("GET", "resized/30x20/a.jpg")).await;
    assert_eq!(answer["statusCode"], 503);
    assert_eq!(function.log()["reason"], "timeout");
    // And the function goes on.
    cloud.give_ms(30_000);
    let answer = cloud.invoke(event("GET", "resized/30x20/a.jpg")).await;
    assert_eq!(answer["statusCode"], 307);
}
