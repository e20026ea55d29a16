//! Each port by itself.

use super::fake::{Fake, Front, WEBSITE_HOST, policy, send};
use crate::dev::{DevConfig, DevError, start};
use imgdeploy_model::chain::access::PublicAccessBlock;
use imgdeploy_model::chain::permission::Permission;
use imgdeploy_model::chain::website::{AbsentKey, Options};
use std::time::Duration;

#[tokio::test]
async fn the_website_port_serves_index_objects_and_html_errors() {
    let front = Front::start(Fake::attached(0, 0)).await;
    let index = front.site("/").await;
    assert_eq!((index.status, index.text().as_str()), (200, "welcome"));
    assert_eq!(index.header("x-imgdeploy-hop"), Some("website; why=object"));
    let missing = front.site("/nothing.html").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("Code: NoSuchKey"), "S3-03: HTML");
    let post = send("POST", &format!("{}/", front.handle.urls.website), &[]).await;
    assert_eq!(post.status, 405);
    let etag = index.header("etag").unwrap();
    let unchanged = send("GET", &format!("{}/", front.handle.urls.website), &[("If-None-Match", etag)]).await;
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
}

#[tokio::test]
async fn s3_04_the_status_of_absent_keys_is_a_switch() {
    let front = Front::start_with(Fake::attached(0, 0), |config| {
        config.website = Options { absent: AbsentKey::Forbidden403, ..Options::default() };
    })
    .await;
    assert_eq!(front.site("/nothing.html").await.status, 403);
    assert_eq!(front.site("/resized/1x1/a.jpg").await.header("x-imgdeploy-rule"), Some("rule 2"));
}

#[tokio::test]
async fn objects_are_read_as_anyone_may_read_them() {
    let front = Front::start(Fake::attached(0, 0)).await;
    let tls = r#",{"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
    front.fake.change(|world| world.policy = Some(policy(tls)));
    let denied = front.site("/index.html").await;
    assert_eq!(
        (denied.status, denied.header("x-imgdeploy-access").unwrap().split(' ').next()),
        (403, Some("TlsOnly"))
    );
    front.fake.change(|world| world.policy = None);
    assert_eq!(front.site("/index.html").await.status, 403);
    // S3-22
    front.fake.change(|world| {
        world.policy = Some(policy(""));
        world.block = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    });
    let restricted = front.site("/index.html").await;
    assert!(restricted.header("x-imgdeploy-access").unwrap().contains("RestrictPublicBuckets"));
    // S3-27
    front.fake.change(|world| {
        world.block = PublicAccessBlock::default();
        world.objects.get_mut("index.html").unwrap().kms = true;
    });
    assert_eq!(front.site("/index.html").await.status, 403);
}

#[tokio::test]
async fn what_changes_at_the_endpoint_takes_effect_at_once_or_after_the_ttl() {
    let front = Front::start(Fake::attached(0, 0)).await;
    front.fake.change(|world| world.website = None);
    let gone = front.site("/").await;
    assert!(gone.status == 404 && gone.text().contains("NoSuchWebsiteConfiguration"));
    let slow =
        Front::start_with(Fake::attached(0, 0), |config| config.config_ttl = Duration::from_secs(3600)).await;
    assert_eq!(slow.site("/").await.status, 200);
    slow.fake.change(|world| world.website = None);
    assert_eq!(slow.site("/").await.status, 200, "still believed");
}

#[tokio::test]
async fn origins_that_are_not_the_bucket_need_a_stand_in() {
    let front = Front::start(Fake::attached(0, 0)).await;
    let foreign = front.cdn("/shop/cart").await;
    assert_eq!(foreign.status, 502);
    assert!(foreign.all("x-imgdeploy-hop")[1].contains("--origin shop=http://127.0.0.1:PORT"));
    // Any server on this machine will do: the other front's website port.
    let base = front.handle.urls.website.clone();
    front.fake.change(|world| world.put("shop/cart", "text/plain", "a cart"));
    let with = Front::start_with(Fake::attached(0, 0), |config| {
        config.origins.insert("shop".to_owned(), base);
    })
    .await;
    let answer = with.cdn("/shop/cart").await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "a cart"));
    assert_eq!(answer.all("x-imgdeploy-hop"), ["cloudfront; behavior=shop/*", "foreign; origin=shop"]);
}

#[tokio::test]
async fn viewers_come_over_https_unless_told_otherwise() {
    let plain = Front::start_with(Fake::attached(0, 0), |config| config.viewer_https = false).await;
    let answer = plain.cdn("/index.html").await;
    assert_eq!((answer.status, answer.header("x-cache")), (301, Some("Redirect from cloudfront")));
    assert_eq!(answer.header("x-imgdeploy-location"), Some("https://cdn.example.com/index.html"));
}

#[tokio::test]
async fn without_a_distribution_the_cdn_port_says_so() {
    let front = Front::start_with(Fake::attached(0, 0), |config| config.distribution = None).await;
    let answer = front.cdn("/").await;
    assert!(answer.status == 404 && answer.text().contains("No distribution"));
    let gone = Front::start(Fake::attached(0, 0)).await;
    gone.fake.change(|world| world.distribution = None);
    assert!(gone.cdn("/").await.text().contains("no distribution E123"));
}

#[tokio::test]
async fn the_api_port_answers_as_api_gateway_does() {
    let front = Front::start(Fake::attached(0, 0)).await;
    // AG-02
    let missing = front.api("/api1234567/prod/other").await;
    assert_eq!(
        (missing.status, missing.header("x-amzn-errortype")),
        (403, Some("MissingAuthenticationTokenException"))
    );
    assert_eq!(missing.text(), r#"{"message":"Missing Authentication Token"}"#);
    // AG-03
    let stage = front.api("/api1234567/dev/resize/x").await;
    assert_eq!((stage.status, stage.header("x-amzn-errortype")), (403, Some("ForbiddenException")));
    assert_eq!(front.api("/other/prod/resize/x").await.status, 404);
    // The real host name works too.
    let url = format!("{}/prod/resize/resized/1x1/a.jpg", front.handle.urls.api);
    let named = send("GET", &url, &[("Host", super::fake::API_HOST)]).await;
    assert_eq!(named.status, 307);
    // AG-05
    front.fake.change(|world| {
        let methods =
            world.apis.get_mut("api1234567").unwrap().stages.get_mut("prod").unwrap().resources.values_mut();
        for method in methods.flat_map(|m| m.values_mut()) {
            method.permission = Permission::Missing;
        }
    });
    let refused = front.api("/api1234567/prod/resize/x").await;
    assert_eq!((refused.status, refused.text().as_str()), (500, r#"{"message":"Internal server error"}"#));
    assert!(refused.header("x-imgdeploy-hop").unwrap().contains("policy"));
}

#[tokio::test]
async fn an_endpoint_that_fails_is_said_to_fail() {
    let front = Front::start(Fake::attached(0, 0)).await;
    front.fake.change(|world| world.broken = Some("s3:GetBucketWebsite failed: no answer".to_owned()));
    for answer in [front.cdn("/").await, front.site("/").await, front.api("/api1234567/prod/x").await] {
        assert_eq!(answer.status, 502);
        assert_eq!(answer.header("x-imgdeploy-error"), Some("s3:GetBucketWebsite failed: no answer"));
    }
    // A document that can't be read is named.
    front.fake.change(|world| {
        world.broken = None;
        world.website = Some("<oops/>".to_owned());
    });
    assert!(front.site("/").await.text().contains("WebsiteConfiguration"));
}

#[tokio::test]
async fn a_taken_port_is_named_and_shutdown_frees_the_ports() {
    let front = Front::start(Fake::attached(0, 0)).await;
    let port: u16 = front.handle.urls.cdn.rsplit(':').next().unwrap().parse().unwrap();
    let mut config = DevConfig::new("photos", "eu-west-1", WEBSITE_HOST);
    config.cdn_port = port;
    let error = start(config.clone(), Fake::default()).await.unwrap_err();
    assert!(matches!(error, DevError::Port { service: "cdn", .. }));
    assert!(
        error.to_string().contains(&port.to_string()) && error.to_string().contains("--cdn-port"),
        "{error}"
    );
    front.handle.shutdown().await;
    start(config, Fake::default()).await.unwrap().shutdown().await;
}
