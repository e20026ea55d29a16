//! The proxy counts, cuts, injects and is strict, each shown with requests that MiniStack alone would take.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use test_support::aws::Aws;
use test_support::http_client::{self, Answer};
use test_support::iam;
use test_support::ministack::{MiniStack, root_credentials};
use test_support::proxy::{Cut, Fault, Proxy, What, When};
use test_support::scenario::{Scenario, create_bucket};

const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b-ucket/*"}]}"#;

fn through(proxy: &Proxy) -> Aws {
    Aws::new(&proxy.url(), "eu-west-1", root_credentials())
}

fn started() -> (MiniStack, Proxy, Aws) {
    let aws = MiniStack::start();
    create_bucket(&aws.root("eu-west-1"), "b-ucket");
    let proxy = Proxy::start(&aws);
    let caller = through(&proxy);
    (aws, proxy, caller)
}

/// Sends a request that may be dropped.
fn attempt(proxy: &Proxy, method: &str, path: &str) -> anyhow::Result<Answer> {
    // Root's signature is not checked: only whether the request arrives matters.
    let request = http::Request::builder()
        .method(method)
        .uri(format!("{}{path}", proxy.url()))
        .header("authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=00")
        .body(bytes::Bytes::new())?;
    http_client::send(request)
}

#[test]
fn calls_are_counted_and_named() {
    let (_aws, proxy, caller) = started();
    let _ = caller.s3("GET", "/b-ucket?policy", "");
    let _ = caller.s3("PUT", "/b-ucket/a%20b.txt", "hello");
    let _ = caller.query("sts", "GetCallerIdentity", "2011-06-15", &[]);
    let seen: Vec<_> =
        proxy.calls().iter().map(|call| (call.n, call.name(), call.status, call.write)).collect();
    assert_eq!(
        seen,
        [
            (1, "s3:GetBucketPolicy".to_owned(), Some(404), false),
            (2, "s3:PutObject".to_owned(), Some(200), true),
            (3, "sts:GetCallerIdentity".to_owned(), Some(200), false),
        ]
    );
    assert_eq!(proxy.writes().len(), 1);
    assert_eq!(proxy.writes()[0].path, "/b-ucket/a%20b.txt");
    proxy.clear();
    assert_eq!(proxy.calls(), []);
}

#[test]
fn a_users_signature_survives_the_proxy() {
    let (aws, proxy, _) = started();
    let user = iam::user(&aws.root("eu-west-1"), "admin", iam::ADMIN);
    let answer =
        through(&proxy).with_credentials(user).s3("PUT", "/b-ucket/%C3%A4%20%2B.txt?x-id=PutObject", "x");
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn a_cut_before_the_request_keeps_it_from_the_endpoint() {
    let (aws, proxy, _) = started();
    proxy.cut_at(2, Cut::BeforeRequest);
    assert!(attempt(&proxy, "HEAD", "/b-ucket").is_ok());
    assert!(attempt(&proxy, "DELETE", "/b-ucket").is_err());
    assert!(attempt(&proxy, "HEAD", "/b-ucket").is_err(), "and ever after");
    assert_eq!(aws.root("eu-west-1").s3("HEAD", "/b-ucket", "").status, 200);
    let statuses: Vec<_> = proxy.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [Some(200), None, None]);
}

#[test]
fn a_cut_after_the_request_loses_only_the_answer() {
    let (aws, proxy, _) = started();
    proxy.cut_at(1, Cut::AfterRequest);
    assert!(attempt(&proxy, "DELETE", "/b-ucket").is_err());
    assert!(attempt(&proxy, "HEAD", "/b-ucket").is_err());
    assert_eq!(aws.root("eu-west-1").s3("HEAD", "/b-ucket", "").status, 404);
    proxy.clear();
    assert_eq!(attempt(&proxy, "HEAD", "/b-ucket").unwrap().status, 404);
}

#[test]
fn faults_speak_the_services_own_language() {
    let (_aws, proxy, caller) = started();
    proxy.fault(Fault::new(When::FirstOfEachOperation, What::Throttle));
    let slow = caller.s3("GET", "/b-ucket?policy", "");
    assert_eq!(slow.status, 503);
    assert!(slow.text().contains("<Code>SlowDown</Code>"), "{}", slow.text());
    assert_eq!(caller.s3("GET", "/b-ucket?policy", "").status, 404, "only the first");

    let busy = caller.call("lambda", "GET", "/2015-03-31/functions", &[], "");
    assert_eq!(busy.status, 429);
    assert_eq!(busy.header("x-amzn-errortype"), Some("TooManyRequestsException"));
    assert_eq!(busy.header("retry-after"), Some("1"));
    assert!(busy.text().contains(r#""retryAfterSeconds":"1""#), "{}", busy.text());

    let rate = caller.query("cloudformation", "DescribeStacks", "2010-05-15", &[]);
    assert_eq!(rate.status, 400);
    assert!(rate.text().contains("<Code>Throttling</Code>"), "{}", rate.text());

    proxy.clear();
    proxy.fault(Fault::new(When::Call(2), What::InternalError));
    assert_eq!(caller.s3("GET", "/b-ucket?policy", "").status, 404);
    assert_eq!(caller.s3("GET", "/b-ucket?policy", "").status, 500);
    assert_eq!(caller.s3("GET", "/b-ucket?policy", "").status, 404);
}

#[test]
fn an_operation_fails_as_often_as_it_is_told_to() {
    let (_aws, proxy, caller) = started();
    proxy.fault(Fault::update_in_progress("lambda:GetFunction").times(2));
    proxy.fault(Fault::on("s3:*", What::AccessDenied));
    let statuses: Vec<_> = (0..3)
        .map(|_| caller.call("lambda", "GET", "/2015-03-31/functions/f", &[], "").status.as_u16())
        .collect();
    assert_eq!(statuses, [409, 409, 404]);
    assert_eq!(caller.s3("HEAD", "/b-ucket", "").status, 403);
    assert_eq!(caller.s3("GET", "/", "").status, 403);
    assert_eq!(caller.query("sts", "GetCallerIdentity", "2011-06-15", &[]).status, 200);
}

#[test]
fn a_hook_runs_once_just_before_its_operation() {
    let (aws, proxy, caller) = started();
    let root = aws.root("eu-west-1");
    let ran = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&ran);
    proxy.before("s3:GetBucketTagging", move || {
        *counter.lock().unwrap() += 1;
        let tags = r#"<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>k</Key><Value>faster</Value></Tag></TagSet></Tagging>"#;
        let _ = root.s3("PUT", "/b-ucket?tagging", tags).ok("tagging");
    });
    assert_eq!(caller.s3("HEAD", "/b-ucket", "").status, 200);
    assert_eq!(*ran.lock().unwrap(), 0);
    assert!(caller.s3("GET", "/b-ucket?tagging", "").text().contains("faster"));
    let _ = caller.s3("GET", "/b-ucket?tagging", "");
    assert_eq!(*ran.lock().unwrap(), 1);
}

#[test]
fn a_delay_is_kept_for_each_call_and_calls_run_side_by_side() {
    let (_aws, proxy, caller) = started();
    let _ = caller.s3("HEAD", "/b-ucket", "");
    proxy.delay(Duration::from_millis(300));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| caller.s3("HEAD", "/b-ucket", ""));
        }
    });
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(300), "{took:?}");
    assert!(took < Duration::from_millis(1200), "one after the other: {took:?}");
}

#[test]
fn a_public_policy_needs_the_flags_off() {
    let (_aws, _proxy, caller) = started();
    // S3-20: new buckets have them on. S3-21.
    let blocked = caller.s3("PUT", "/b-ucket?policy", PUBLIC);
    assert_eq!(blocked.status, 403, "{}", blocked.text());
    let _ = caller.s3("DELETE", "/b-ucket?publicAccessBlock", "").ok("publicAccessBlock");
    assert!(caller.s3("PUT", "/b-ucket?policy", PUBLIC).status.is_success());
}

#[test]
fn strictness_refuses_what_ministack_takes_and_can_be_turned_off() {
    let (_aws, proxy, caller) = started();
    let website = r#"<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><RoutingRules/></WebsiteConfiguration>"#;
    let refused = caller.s3("PUT", "/b-ucket?website", website);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("<Code>InvalidArgument</Code>"), "{}", refused.text());
    assert_eq!(caller.s3("GET", "/b-ucket?website", "").status, 404, "nothing was written");
    proxy.strict(false);
    assert_eq!(caller.s3("PUT", "/b-ucket?website", website).status, 200);
}

#[test]
fn the_expected_owner_is_checked() {
    let (aws, proxy, caller) = started();
    let head = |account: &str| {
        caller.call("s3", "HEAD", "/b-ucket", &[("x-amz-expected-bucket-owner", account)], "")
    };
    assert_eq!(head("000000000000").status, 200);
    assert_eq!(head("111111111111").status, 403);
    let missing = caller.call("s3", "HEAD", "/n-one", &[("x-amz-expected-bucket-owner", "111111111111")], "");
    assert_eq!(missing.status, 404);

    // S3-25: another account may be allowed everything, but never the policy.
    let _ = aws.root("eu-west-1").s3("DELETE", "/b-ucket?publicAccessBlock", "").ok("publicAccessBlock");
    let share = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"s3:*","Resource":["arn:aws:s3:::b-ucket","arn:aws:s3:::b-ucket/*"]}]}"#;
    let _ = caller.s3("PUT", "/b-ucket?policy", share).ok("policy");
    let other = aws.other_account("eu-west-1", "111111111111").credentials().clone();
    let other = through(&proxy).with_credentials(other);
    assert_eq!(other.s3("HEAD", "/b-ucket", "").status, 200);
    assert_eq!(other.s3("PUT", "/b-ucket?policy", share).status, 405);
}

#[test]
fn distributions_are_updated_with_etag_and_right_quantities_only() {
    let aws = MiniStack::start();
    let scenario = Scenario::used_bucket(&aws, "eu-west-1", "b-ucket");
    let proxy = Proxy::start(&aws);
    let caller = through(&proxy);
    let (config, etag) = scenario.distribution_config();
    let path = format!("distribution/{}/config", scenario.distribution_id());
    let put = |etag: Option<&str>, config: &str| {
        let headers: Vec<_> = etag.map(|etag| ("if-match", etag)).into_iter().collect();
        caller.cloudfront("PUT", &path, &headers, config.to_owned())
    };
    assert_eq!(put(None, &config).status, 400);
    assert_eq!(put(Some("stale"), &config).status, 412);
    let wrong = config.replacen("<Quantity>3</Quantity>", "<Quantity>2</Quantity>", 1);
    let refused = put(Some(&etag), &wrong);
    assert!(refused.text().contains("InconsistentQuantities"), "{}", refused.text());
    let reference = config.replace("<CallerReference>b-ucket-1<", "<CallerReference>another<");
    assert_eq!(put(Some(&etag), &reference).status, 400, "CallerReference is constant");
    assert_eq!(put(Some(&etag), &config).status, 200);
}
