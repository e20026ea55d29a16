//! What could not be looked at, or is not there.

use super::{alias_deleted, function, granted};
use crate::snapshot::Snapshot;
use crate::tests::after;
use imgdeploy_world::{AwsFailure, Fact};

#[test]
fn what_could_not_be_looked_at_is_not_checked() {
    let unseen = |action: &str| crate::tests::denied(action, "AccessDenied");
    type Hide = fn(&mut Snapshot, AwsFailure);
    let cases: [(&str, &[&str], Hide); 10] = [
        ("lambda:GetPolicy", &["IMG030", "IMG031", "IMG032"], |s, why| {
            function(s).policy = Fact::Unknown(why)
        }),
        ("apigateway:GET", &["IMG030", "IMG031", "IMG032"], |s, why| s.apis[0].api = Fact::Unknown(why)),
        ("lambda:GetAlias", &["IMG033"], |s, why| function(s).alias = Some(Fact::Unknown(why))),
        ("iam:GetRolePolicy", &["IMG034", "IMG035", "IMG036", "IMG037", "IMG038"], |s, why| {
            function(s).role = Fact::Unknown(why);
        }),
        ("lambda:GetFunctionConfiguration", &["IMG039", "IMG043", "IMG049", "IMG050", "IMG051"], |s, why| {
            function(s).configuration = Fact::Unknown(why);
        }),
        ("lambda:GetFunctionConcurrency", &["IMG045"], |s, why| {
            function(s).reserved_concurrency = Fact::Unknown(why)
        }),
        ("lambda:GetFunction", &["IMG046", "IMG047", "IMG048", "IMG053"], |s, why| {
            function(s).code = Fact::Unknown(why)
        }),
        ("lambda:GetFunction", &["IMG052"], |s, why| function(s).latest = Fact::Unknown(why)),
        // Whether the bucket's policy lets the role read is not known.
        ("s3:GetBucketPolicy", &["IMG034", "IMG035", "IMG036"], |s, why| {
            granted(s, &["s3:PutObject", "logs:*"]);
            s.bucket.as_mut().unwrap().policy = Fact::Unknown(why);
        }),
        ("lambda:GetFunctionConfiguration", &["IMG033"], |s, why| {
            alias_deleted(s);
            function(s).latest = Fact::Unknown(why);
        }),
    ];
    for (action, codes, hide) in cases {
        let diagnosis = after(|snapshot| hide(snapshot, unseen(action)));
        let row = diagnosis.not_checked.iter().find(|row| row.unseen.action == action);
        let row = row.unwrap_or_else(|| panic!("{action} is not among {:?}", diagnosis.not_checked));
        for code in codes {
            assert!(row.codes.contains(code), "{action}: {code} is not among {:?}", row.codes);
            assert!(!diagnosis.ok.contains(code), "{code}");
            assert!(diagnosis.headlines.iter().all(|headline| headline.code != *code), "{code}");
        }
    }
}

/// The fault is certain, only whether it is IMG032 is not.
#[test]
fn a_missing_permission_is_found_without_the_other_policy() {
    let diagnosis = after(|snapshot| {
        let function = function(snapshot);
        function.policy = Fact::Absent;
        function.unqualified_policy = Fact::Unknown(crate::tests::denied("lambda:GetPolicy", "denied"));
    });
    assert_eq!(diagnosis.headlines.iter().map(|headline| headline.code).collect::<Vec<_>>(), ["IMG030"]);
    assert_eq!(diagnosis.not_checked[0].codes, ["IMG008", "IMG032"]);
}

#[test]
fn without_a_function_there_is_nothing_to_check() {
    let diagnosis = after(|snapshot| snapshot.function = None);
    for number in 30..=53 {
        let code = format!("IMG{number:03}");
        assert!(diagnosis.nothing_to_check.iter().any(|nothing| **nothing == code), "{code}");
    }
}
