//! Rights that are enough, however they come about.

use std::collections::BTreeMap;

use serde_json::json;

use super::{configured, function, granted, source};
use crate::snapshot::{Object, Snapshot};
use crate::tests::KnownMut;
use crate::tests::{API, BUCKET, FUNCTION, PREFIX, REGION, alias_arn, headlines, permission};
use imgdeploy_world::Fact;

/// Each right can come from elsewhere, or be narrower than the tool's own, and still be enough.
#[test]
fn rights_that_are_enough() {
    let bucket_policy = |snapshot: &mut Snapshot, statement: serde_json::Value| {
        let bucket = snapshot.bucket.as_mut().unwrap();
        let mut policy: serde_json::Value = serde_json::from_str(bucket.policy.known().unwrap()).unwrap();
        policy["Statement"].as_array_mut().unwrap().push(statement);
        bucket.policy = Fact::Known(policy.to_string());
    };
    let role = |snapshot: &mut Snapshot, statements: serde_json::Value| {
        let logs = json!({ "Effect": "Allow", "Action": "logs:*", "Resource": "*" });
        let document = json!({ "Version": "2012-10-17", "Statement": [statements, logs] }).to_string();
        function(snapshot).role.known_mut().unwrap().policies = BTreeMap::from([("p".to_owned(), document)]);
    };
    let all = format!("arn:aws:s3:::{BUCKET}/*");
    // A public bucket lets the role read (IA-02).
    assert_eq!(
        headlines(|s| {
            granted(s, &["s3:PutObject", "logs:*"]);
            let public =
                json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": all });
            bucket_policy(s, public);
        }),
        [""; 0]
    );
    // A bucket policy that names the role.
    assert_eq!(
        headlines(|s| {
            granted(s, &["logs:*"]);
            let named = json!({ "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::111122223333:role/{FUNCTION}-Role") },
                "Action": ["s3:GetObject", "s3:PutObject"], "Resource": all });
            bucket_policy(s, named);
        }),
        [""; 0]
    );
    // Of somebody else's grant the role has nothing.
    assert_eq!(
        headlines(|s| {
            granted(s, &["logs:*"]);
            let other = json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/other" },
                "Action": ["s3:GetObject", "s3:PutObject"], "Resource": all });
            bucket_policy(s, other);
        }),
        ["IMG036"]
    );
    for resource in [all.as_str(), "*"] {
        assert_eq!(
            headlines(|s| role(
                s,
                json!({ "Effect": "Allow", "Action": "s3:*Object", "Resource": resource })
            )),
            [""; 0]
        );
    }
    // Originals only in a folder.
    assert_eq!(
        headlines(|s| {
            let (read, write) =
                (format!("arn:aws:s3:::{BUCKET}/pictures/*"), format!("arn:aws:s3:::{BUCKET}/{PREFIX}*"));
            role(
                s,
                json!({ "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": [read, write] }),
            );
        }),
        [""; 0]
    );
    // A condition that can't be judged from outside is no finding.
    assert_eq!(
        headlines(|s| {
            // In a network it may have such an endpoint.
            configured(s, |seen| seen.vpc = Some("vpc-1".to_owned()));
            role(
                s,
                json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*",
                "Condition": { "StringEquals": { "aws:SourceVpce": "vpce-1" } } }),
            );
        }),
        [""; 0]
    );
    // Reading may be by ACL where ACLs count.
    assert_eq!(
        headlines(|s| {
            granted(s, &["s3:PutObject", "logs:*"]);
            let bucket = s.bucket.as_mut().unwrap();
            bucket.ownership = Fact::Absent;
            bucket.block = Fact::Absent;
        }),
        [""; 0]
    );
}

#[test]
fn permissions_that_are_enough() {
    for source in [
        format!("arn:aws:execute-api:{REGION}:111122223333:{API}/*/*/*"),
        format!("arn:aws:execute-api:{REGION}:111122223333:{API}/prod/GET/resize/*"),
        format!("arn:aws:execute-api:{REGION}:111122223333:*/*/*/*"),
        "*".to_owned(),
    ] {
        assert_eq!(
            headlines(|s| function(s).policy = Fact::Known(permission(&source, &alias_arn()))),
            [""; 0],
            "{source}"
        );
    }
    // Besides one for an API that is gone.
    let codes = headlines(|s| {
        let mut policy: serde_json::Value =
            serde_json::from_str(&permission(&source(API), &alias_arn())).unwrap();
        let old: serde_json::Value =
            serde_json::from_str(&permission(&source("old0old0ol"), &alias_arn())).unwrap();
        policy["Statement"].as_array_mut().unwrap().insert(0, old["Statement"][0].clone());
        function(s).policy = Fact::Known(policy.to_string());
    });
    assert_eq!(codes, [""; 0]);
    // With a role of its own, API Gateway needs no resource policy.
    let codes = headlines(|s| {
        function(s).policy = Fact::Absent;
        let api = s.apis[0].api.known_mut().unwrap();
        for method in api.resources.values_mut().flat_map(BTreeMap::values_mut) {
            method.integration.as_mut().unwrap().credentials =
                Some("arn:aws:iam::111122223333:role/gateway".to_owned());
        }
    });
    assert_eq!(codes, [""; 0]);
    // `$LATEST` is the function without qualifier.
    let codes = headlines(|s| {
        let function = function(s);
        function.qualifier = Some("$LATEST".to_owned());
        function.alias = None;
        function.configuration = function.latest.clone();
        function.unqualified_policy = std::mem::replace(&mut function.policy, Fact::Absent);
        for method in s.apis[0].api.known_mut().unwrap().resources.values_mut().flat_map(BTreeMap::values_mut)
        {
            let integration = method.integration.as_mut().unwrap();
            integration.uri = integration.uri.replace(":Live/", ":$LATEST/");
        }
    });
    assert_eq!(codes, [""; 0]);
}

#[test]
fn many_objects_do_not_make_it_slow_or_blind() {
    let codes = headlines(|snapshot| {
        let object = |number: u32| Object { key: format!("pictures/{number}.jpg"), size: 1, owner: None };
        snapshot.bucket.as_mut().unwrap().objects = Fact::Known((0..1000).map(object).collect());
        granted(snapshot, &["s3:PutObject", "s3:ListBucket", "logs:*"]);
    });
    assert_eq!(codes, ["IMG035"]);
}
