//! Bucket policy, public access block, Lambda permission.

use crate::chain::access::{Anonymous, Policy, PublicAccessBlock, Verdict};
use crate::chain::permission::{Permission, lambda_permission, source_arn};
use serde_json::{Value, json};

const KEY: &str = "arn:aws:s3:::photos/resized/300x200/a.jpg";

fn policy(statements: Value) -> Policy {
    Policy::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}

fn reads(statements: Value, caller: &Anonymous) -> Verdict {
    policy(statements).anonymous("s3:GetObject", KEY, caller, PublicAccessBlock::default())
}

fn allowed(statements: Value) -> bool {
    reads(statements, &Anonymous::default()).is_allowed()
}

fn public() -> Value {
    json!({"Sid": "Pub", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/resized/*"})
}

fn with(mut statement: Value, name: &str, value: Value) -> Value {
    statement[name] = value;
    statement
}

#[test]
fn the_usual_public_read_allows_what_it_names_only() {
    assert!(allowed(json!([public()])));
    assert!(allowed(public()), "one statement need not be a list");
    assert!(allowed(with(public(), "Principal", json!({"AWS": ["*"]}))));
    assert!(allowed(with(public(), "Action", json!(["S3:get*"]))), "actions ignore case");
    assert!(!allowed(with(public(), "Resource", json!("arn:aws:s3:::PHOTOS/*"))), "resources do not");
    assert!(!allowed(with(public(), "Principal", json!({"AWS": "arn:aws:iam::1:root"}))));
    assert!(!allowed(with(public(), "Action", json!("s3:PutObject"))));
    assert!(!allowed(with(public(), "Resource", json!("arn:aws:s3:::photos/pics/*"))));
    assert_eq!(
        Policy::default().anonymous("s3:GetObject", KEY, &Anonymous::default(), PublicAccessBlock::default()),
        Verdict::NotAllowed
    );
}

#[test]
fn not_forms_are_read_as_iam_reads_them() {
    let mut but = public();
    but.as_object_mut().unwrap().remove("Action");
    assert!(allowed(with(but.clone(), "NotAction", json!("s3:PutObject"))));
    assert!(!allowed(with(but, "NotAction", json!(["s3:Get*"]))));
    let mut except = public();
    except.as_object_mut().unwrap().remove("Resource");
    assert!(allowed(with(except.clone(), "NotResource", json!("arn:aws:s3:::photos/private/*"))));
    assert!(!allowed(with(except, "NotResource", json!("arn:aws:s3:::photos/resized/*"))));
    let mut nobody = public();
    nobody.as_object_mut().unwrap().remove("Principal");
    assert!(
        !allowed(with(nobody.clone(), "NotPrincipal", json!({"AWS": "arn:aws:iam::1:root"}))),
        "conservative"
    );
    let deny =
        with(with(nobody, "NotPrincipal", json!({"AWS": "arn:aws:iam::1:root"})), "Effect", json!("Deny"));
    assert!(matches!(reads(json!([public(), deny]), &Anonymous::default()), Verdict::Denied(_)));
}

#[test]
fn s3_25_a_deny_without_tls_breaks_the_website_but_not_https() {
    let deny = json!({"Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::photos/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let verdict = reads(json!([public(), deny]), &Anonymous::default());
    let Verdict::Denied(name) = verdict else { panic!("{verdict:?}") };
    assert_eq!(name.to_string(), "TlsOnly");
    assert!(reads(json!([public(), deny]), &Anonymous { secure: true, ..Anonymous::default() }).is_allowed());
}

#[test]
fn referer_and_address_conditions_are_judged() {
    let referer = with(public(), "Condition", json!({"StringLike": {"aws:Referer": "secret*"}}));
    assert!(!allowed(referer.clone()), "no Referer at all");
    let with_secret = Anonymous { referer: Some("secret-1".to_owned()), ..Anonymous::default() };
    assert!(reads(referer, &with_secret).is_allowed());
    let office = with(
        public(),
        "Condition",
        json!({"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "2001:db8::/32"]}}),
    );
    let from = |ip: &str| Anonymous { source_ip: Some(ip.parse().unwrap()), ..Anonymous::default() };
    assert!(reads(office.clone(), &from("198.51.100.7")).is_allowed());
    assert!(reads(office.clone(), &from("2001:db8::1")).is_allowed());
    assert!(!reads(office.clone(), &from("198.51.101.7")).is_allowed());
    assert!(!allowed(office), "an unknown address is not let in");
    let anyone_else =
        with(public(), "Condition", json!({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}));
    assert!(reads(anyone_else, &from("203.0.113.9")).is_allowed());
}

#[test]
fn what_cannot_be_judged_neither_allows_nor_is_ignored() {
    let odd = json!({"StringEquals": {"s3:ExistingObjectTag/public": "yes"}});
    assert_eq!(reads(with(public(), "Condition", odd.clone()), &Anonymous::default()), Verdict::NotAllowed);
    let deny = with(with(with(public(), "Effect", json!("Deny")), "Sid", json!("Odd")), "Condition", odd);
    let verdict = reads(json!([public(), deny]), &Anonymous::default());
    assert!(
        matches!(&verdict, Verdict::MayBeDenied(name) if name.sid.as_deref() == Some("Odd")),
        "{verdict:?}"
    );
    let variable = with(public(), "Resource", json!("arn:aws:s3:::photos/${aws:username}/*"));
    assert_eq!(reads(variable, &Anonymous::default()), Verdict::NotAllowed);
}

#[test]
fn negated_null_and_if_exists_operators() {
    let denied = |condition: Value| {
        let deny = with(with(public(), "Effect", json!("Deny")), "Condition", condition);
        !reads(json!([public(), deny]), &Anonymous::default()).is_allowed()
    };
    assert!(
        denied(json!({"StringNotLike": {"aws:Referer": "https://example.com/*"}})),
        "absent passes a negated operator"
    );
    assert!(denied(json!({"Null": {"aws:PrincipalArn": "true"}})));
    assert!(
        !denied(json!({"Null": {"aws:PrincipalArn": true, "aws:SecureTransport": "true"}})),
        "all keys must hold"
    );
    assert!(denied(json!({"StringEqualsIfExists": {"aws:SourceAccount": "1"}})));
    assert!(!denied(json!({"StringEquals": {"aws:SourceAccount": "1"}})));
}

#[test]
fn s3_22_restrict_public_buckets_leaves_a_public_policy_without_effect() {
    let block = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    let read = |p: Value| {
        policy(p).anonymous(
            "s3:GetObject",
            KEY,
            &Anonymous { source_ip: Some([198, 51, 100, 7].into()), ..Anonymous::default() },
            block,
        )
    };
    assert_eq!(read(public()), Verdict::Restricted);
    // S3-20: the most restrictive level wins.
    assert!(PublicAccessBlock::default().or(block).restrict_public_buckets);
    // S3-23: pinned to an address range is not public; pinned to a Referer is.
    let pinned = with(public(), "Condition", json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}));
    assert!(read(pinned).is_allowed());
    assert!(policy(with(public(), "Condition", json!({"StringEquals": {"aws:Referer": "x"}}))).is_public());
    assert!(
        policy(with(public(), "Condition", json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}))).is_public()
    );
    assert!(
        policy(with(public(), "Condition", json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})))
            .is_public()
    );
    assert!(
        !policy(with(public(), "Condition", json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}})))
            .is_public()
    );
    assert!(!policy(with(public(), "Effect", json!("Deny"))).is_public());
}

#[test]
fn policies_that_cannot_be_read_say_why() {
    for (text, reason) in [
        ("{", "EOF"),
        ("{}", "Statement"),
        (r#"{"Statement":[1]}"#, "object"),
        (r#"{"Statement":{}}"#, "Effect"),
    ] {
        let error = Policy::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn ag_05_the_function_must_allow_this_api_and_method() {
    let grant = |arn: &str| {
        json!({"Statement": [{"Sid": "ApiGet", "Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:eu-west-1:1:function:f",
            "Condition": {"ArnLike": {"AWS:SourceArn": arn}}}]})
        .to_string()
    };
    let source = source_arn("aws", "eu-west-1", "111122223333", "api1", "prod", "GET", "/resize/{key+}");
    assert_eq!(source, "arn:aws:execute-api:eu-west-1:111122223333:api1/prod/GET/resize/*");
    let check = |policy: Option<&str>| lambda_permission(policy, &source, "111122223333");
    let base = "arn:aws:execute-api:eu-west-1:111122223333";
    assert_eq!(check(Some(&grant(&format!("{base}:api1/*/GET/resize/*")))), Permission::Granted);
    assert_eq!(check(Some(&grant(&format!("{base}:api1/*")))), Permission::Granted);
    assert_eq!(
        check(Some(&grant(&format!("{base}:other/*/GET/resize/*")))),
        Permission::Missing,
        "after re-creating the API"
    );
    assert_eq!(check(Some(&grant(&format!("{base}:api1/*/HEAD/resize/*")))), Permission::Missing);
    assert_eq!(
        check(Some(&grant(&format!("{base}:api1/*/GET/resize")))),
        Permission::Missing,
        "the other resource"
    );
    let mut denied: Value = serde_json::from_str(&grant(&format!("{base}:api1/*"))).unwrap();
    let deny = with(with(denied["Statement"][0].clone(), "Effect", json!("Deny")), "Principal", json!("*"));
    denied["Statement"].as_array_mut().unwrap().push(deny);
    assert_eq!(check(Some(&denied.to_string())), Permission::Missing, "a Deny wins");
    assert_eq!(check(None), Permission::Missing);
    assert_eq!(check(Some("oops")), Permission::Unknown);
}
