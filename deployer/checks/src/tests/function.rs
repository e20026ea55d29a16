//! Checks of the function, its role, its settings and its code.

mod classic;
mod enough;
mod unseen;

pub(crate) use classic::classic;

use std::collections::BTreeMap;

use super::{
    API, BUCKET, FUNCTION, HOST, PREFIX, REGION, after, alias_arn, headlines, permission, role_policy,
};
use crate::check::{Fix, Severity};
use crate::snapshot::{Alias, Code, CodeProblem, Configuration, Function, Snapshot};
use crate::tests::KnownMut;
use imgdeploy_world::Fact;
use serde_json::{Value, json};

fn function(snapshot: &mut Snapshot) -> &mut Function {
    snapshot.function.as_mut().unwrap()
}

/// Changes what is called, and the unpublished state with it.
fn configured(snapshot: &mut Snapshot, change: impl Fn(&mut Configuration)) {
    let function = function(snapshot);
    change(function.configuration.known_mut().unwrap());
    change(function.latest.known_mut().unwrap());
}

fn told(snapshot: &mut Snapshot, name: &str, value: &str) {
    configured(snapshot, |seen| {
        seen.environment.insert(name.to_owned(), value.to_owned());
    });
}

fn granted(snapshot: &mut Snapshot, actions: &[&str]) {
    let role = function(snapshot).role.known_mut().unwrap();
    role.policies = BTreeMap::from([("resize".to_owned(), role_policy(actions))]);
}

/// A Deny of writing images for everybody, but under this condition.
fn denied(snapshot: &mut Snapshot, condition: Value) {
    let bucket = snapshot.bucket.as_mut().unwrap();
    let mut policy: Value = serde_json::from_str(bucket.policy.known().unwrap()).unwrap();
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "Guard", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
        "Resource": format!("arn:aws:s3:::{BUCKET}/*"), "Condition": condition
    }));
    bucket.policy = Fact::Known(policy.to_string());
    snapshot.walks.clear();
}

/// A boundary that lets the role do only this.
fn bounded(snapshot: &mut Snapshot, actions: &[&str]) {
    function(snapshot).role.known_mut().unwrap().boundary = Fact::Known(role_policy(actions));
    snapshot.walks.clear();
}

/// Asked for by many security checks: uploads that do not ask for KMS are refused.
#[test]
fn a_deny_of_uploads_is_named_and_not_guessed_of_functions_of_others() {
    let kms = json!({ "StringNotEquals": { "s3:x-amz-server-side-encryption": "aws:kms" } });
    let found = after(|s| denied(s, kms.clone()));
    let finding = super::only(&found, "IMG098", "unencrypted uploads");
    assert!(finding.what.contains("Guard") && finding.what.contains("s3:PutObject"), "{finding:?}");
    assert!(finding.cure.contains("aws:PrincipalArn") && finding.cure.contains("-Role"), "{finding:?}");
    // An image that was made is the better proof.
    assert_eq!(
        headlines(|s| {
            let walks = s.walks.clone();
            denied(s, kms.clone());
            s.walks = walks;
        }),
        [""; 0]
    );
    let foreign = after(|s| {
        denied(s, kms.clone());
        s.stack = Fact::Absent;
    });
    assert!(foreign.headlines.iter().all(|headline| headline.code != "IMG098"));
    assert!(foreign.not_checked.iter().any(|one| one.codes.contains(&"IMG098")), "{:?}", foreign.not_checked);
    // With S3's own encryption asked for, such a Deny is met.
    let any = json!({ "Null": { "s3:x-amz-server-side-encryption": "true" } });
    assert_eq!(headlines(|s| denied(s, any)), [""; 0]);
    // The role is left out.
    let arn = format!("arn:aws:iam::111122223333:role/{FUNCTION}-Role");
    let others = json!({ "ArnNotEquals": { "aws:PrincipalArn": arn } });
    assert_eq!(headlines(|s| denied(s, others)), [""; 0]);
}

fn problem(snapshot: &mut Snapshot, problem: CodeProblem) {
    function(snapshot).code = Fact::Known(Code { problems: vec![problem] });
}

fn gone(snapshot: &mut Snapshot) {
    let function = function(snapshot);
    function.configuration = Fact::Absent;
    function.latest = Fact::Absent;
    function.alias = Some(Fact::Absent);
    function.versions = Fact::Absent;
    function.policy = Fact::Absent;
    function.role = Fact::Absent;
}

fn alias_deleted(snapshot: &mut Snapshot) {
    let function = function(snapshot);
    function.configuration = Fact::Absent;
    function.alias = Some(Fact::Absent);
    function.policy = Fact::Absent;
}

fn source(api: &str) -> String {
    format!("arn:aws:execute-api:{REGION}:111122223333:{api}/*/*/resize*")
}

fn unqualified_arn() -> String {
    format!("arn:aws:lambda:{REGION}:111122223333:function:{FUNCTION}")
}

type Change = fn(&mut Snapshot);

/// A fault as it shows in an account, its code, and what `--fix` does.
const FAULTS: &[(&str, Option<Fix>, Change)] = &[
    ("IMG030", Some(Fix::Permission), |s| function(s).policy = Fact::Absent),
    ("IMG030", Some(Fix::Permission), |s| {
        function(s).policy =
            Fact::Known(permission(&source(API).replace("/*/*/resize*", "/*/POST/resize"), &alias_arn()));
    }),
    ("IMG030", Some(Fix::Permission), |s| {
        // For any API, but another resource of it.
        let other = source("*").replace("/resize*", "/other");
        function(s).policy = Fact::Known(permission(&other, &alias_arn()));
    }),
    ("IMG031", Some(Fix::Permission), |s| {
        function(s).policy = Fact::Known(permission(&source("old0old0ol"), &alias_arn()))
    }),
    ("IMG032", Some(Fix::Permission), |s| {
        let function = function(s);
        function.policy = Fact::Absent;
        function.unqualified_policy = Fact::Known(permission(&source(API), &unqualified_arn()));
    }),
    ("IMG033", Some(Fix::Alias), alias_deleted),
    ("IMG033", Some(Fix::Alias), |s| {
        let function = function(s);
        function.alias =
            Some(Fact::Known(Alias { name: "Live".to_owned(), version: "7".to_owned(), ..Alias::default() }));
        function.configuration = Fact::Absent;
    }),
    ("IMG033", None, |s| {
        alias_deleted(s);
        function(s).versions = Fact::Known(Vec::new());
    }),
    ("IMG033", None, |s| {
        let function = function(s);
        function.qualifier = Some("7".to_owned());
        function.alias = None;
        function.configuration = Fact::Absent;
        function.policy = Fact::Absent;
    }),
    ("IMG034", None, |s| granted(s, &["s3:GetObject", "s3:ListBucket", "logs:*"])),
    ("IMG035", None, |s| granted(s, &["s3:PutObject", "s3:ListBucket", "logs:*"])),
    ("IMG036", None, |s| granted(s, &["logs:*"])),
    ("IMG036", None, |s| {
        // Objects have ARNs below the bucket's.
        let policy = role_policy(&["s3:GetObject", "s3:PutObject", "logs:*"]);
        let policy =
            policy.replace(&format!("{BUCKET}/*"), BUCKET).replace(&format!("{BUCKET}/{PREFIX}*"), BUCKET);
        function(s).role.known_mut().unwrap().policies = BTreeMap::from([("p".to_owned(), policy)]);
    }),
    ("IMG037", None, |s| granted(s, &["s3:GetObject", "s3:PutObject", "s3:ListBucket"])),
    ("IMG038", None, |s| {
        let role = function(s).role.known_mut().unwrap();
        role.trust = role.trust.replace("lambda.amazonaws.com", "ec2.amazonaws.com");
    }),
    ("IMG038", None, |s| function(s).role = Fact::Absent),
    ("IMG098", None, |s| {
        denied(s, json!({ "StringNotLike": { "aws:Referer": "https://shop.example.com/*" } }))
    }),
    ("IMG098", None, |s| denied(s, json!({ "StringNotEquals": { "aws:PrincipalTag/team": "web" } }))),
    ("IMG098", None, |s| {
        let policy = r#"{"Statement":{"Sid":"NoWrites","Effect":"Deny","Action":"s3:Put*","Resource":"*"}}"#;
        s.walks.clear();
        let role = function(s).role.known_mut().unwrap();
        role.policies.insert("guard".to_owned(), policy.to_owned());
    }),
    ("IMG099", None, |s| bounded(s, &["s3:GetObject", "s3:ListBucket", "logs:*"])),
    ("IMG099", None, |s| bounded(s, &["logs:*"])),
    ("IMG039", Some(Fix::Configuration), |s| told(s, "BUCKET", "another-shop")),
    ("IMG040", Some(Fix::Configuration), |s| told(s, "URL", "https://images.example.com/")),
    ("IMG041", Some(Fix::Configuration), |s| told(s, "URL", "images.example.com")),
    ("IMG041", Some(Fix::Configuration), |s| told(s, "URL", "images.example.com/")),
    ("IMG041", Some(Fix::Configuration), |s| told(s, "URL", "")),
    ("IMG042", Some(Fix::Configuration), |s| told(s, "URL", &format!("https://{HOST}/prod/"))),
    ("IMG042", Some(Fix::Configuration), |s| told(s, "URL", HOST)),
    ("IMG043", Some(Fix::Configuration), |s| configured(s, |seen| seen.timeout = 3)),
    ("IMG044", Some(Fix::Configuration), |s| configured(s, |seen| seen.memory = 128)),
    ("IMG045", None, |s| function(s).reserved_concurrency = Fact::Known(0)),
    ("IMG046", None, |s| problem(s, CodeProblem::OtherArchitecture { built_for: "x86_64".to_owned() })),
    ("IMG047", None, |s| problem(s, CodeProblem::NotExecutable)),
    ("IMG048", None, |s| problem(s, CodeProblem::InFolder { path: "lambda/bootstrap".to_owned() })),
    ("IMG049", None, |s| configured(s, |seen| seen.runtime = Some("provided.al2".to_owned()))),
    ("IMG050", None, |s| configured(s, |seen| seen.state = Some("Failed".to_owned()))),
    ("IMG050", None, |s| configured(s, |seen| seen.state = Some("Inactive".to_owned()))),
    ("IMG050", None, |s| configured(s, |seen| seen.update_status = Some("Failed".to_owned()))),
    ("IMG051", None, |s| configured(s, |seen| seen.update_status = Some("InProgress".to_owned()))),
    ("IMG051", None, |s| configured(s, |seen| seen.state = Some("Pending".to_owned()))),
    ("IMG052", None, gone),
    ("IMG053", None, |s| {
        let (what, logged) = ("`bootstrap` needs glibc 2.39".to_owned(), "GLIBC_2.39 not found".to_owned());
        problem(s, CodeProblem::Other { what, logged });
    }),
];

#[test]
fn each_fault_gives_one_headline() {
    for (at, (code, fix, change)) in FAULTS.iter().enumerate() {
        let diagnosis = after(*change);
        let codes: Vec<&str> = diagnosis.headlines.iter().map(|headline| headline.code).collect();
        assert_eq!(codes, [*code], "fault {at}");
        let finding = &diagnosis.headlines[0].finding;
        assert_eq!(finding.fix, *fix, "fault {at}, {code}");
        assert!(!finding.cure.is_empty() && !finding.place.is_empty(), "{code}");
        let texts = format!("{finding:?}");
        assert!(!texts.contains('!') && !texts.contains('\u{2014}'), "{texts}");
    }
}

#[test]
fn every_check_of_the_function_has_a_fault() {
    let all = (30..=53).chain([98, 99]).map(|number| format!("IMG{number:03}"));
    for code in all {
        assert!(FAULTS.iter().any(|(of, ..)| *of == code), "{code}");
    }
}

/// A function that the tool did not make: what to run is an AWS command, and `--fix` leaves settings alone.
#[test]
fn without_the_stack_the_cure_is_a_command_of_aws() {
    for (code, fix, change) in FAULTS {
        let diagnosis = after(|snapshot| {
            change(snapshot);
            snapshot.stack = Fact::Absent;
        });
        let first = diagnosis.headlines.first().map(|headline| headline.code);
        assert_eq!(first, Some(*code), "{:?}", diagnosis.not_checked);
        let finding = &diagnosis.headlines[0].finding;
        assert!(!finding.cure.contains("doctor --fix"), "{code}: {}", finding.cure);
        let fix = fix.filter(|fix| *fix != Fix::Configuration);
        assert_eq!(finding.fix, fix, "{code}");
        if finding.cure.starts_with("aws lambda") {
            assert!(
                finding.cure.contains(&format!("--function-name {FUNCTION} --region {REGION}")),
                "{}",
                finding.cure
            );
        }
    }
}

#[test]
fn cures_are_ready_to_run() {
    let cure = |change: Change| {
        let diagnosis = after(|snapshot| {
            change(snapshot);
            snapshot.stack = Fact::Absent;
        });
        diagnosis.headlines[0].finding.cure.clone()
    };
    assert_eq!(
        cure(|s| function(s).policy = Fact::Absent),
        format!(
            "aws lambda add-permission --function-name {FUNCTION} --region {REGION} --qualifier Live --statement-id imgdeploy-{API} \
             --action lambda:InvokeFunction --principal apigateway.amazonaws.com \
             --source-arn 'arn:aws:execute-api:{REGION}:111122223333:{API}/*/*/resize/*'"
        )
    );
    assert!(cure(alias_deleted).starts_with("aws lambda create-alias"));
    let write = cure(|s| granted(s, &["s3:GetObject", "logs:*"]));
    assert!(write.contains(&format!(r#""Resource":"arn:aws:s3:::{BUCKET}/{PREFIX}*""#)), "{write}");
    // Variables that hold secrets are not in the snapshot and must survive; an alias has to be moved.
    let slash = cure(|s| told(s, "URL", "https://images.example.com/"));
    assert!(slash.contains(r#".Variables.URL="https://images.example.com"'"#), "{slash}");
    assert!(slash.contains("get-function-configuration") && slash.contains("update-alias"), "{slash}");
    let api = cure(|s| told(s, "URL", &format!("https://{HOST}/prod")));
    assert!(api.contains(r#".Variables.URL="https://"#) && !api.contains("execute-api"), "{api}");
    let role = cure(|s| {
        configured(s, |seen| seen.role = "arn:aws:iam::111122223333:role/service-role/r".to_owned());
        function(s).role = Fact::Absent;
    });
    assert!(role.starts_with("aws iam create-role --role-name r --path /service-role/ "), "{role}");
    assert_eq!(after(gone).headlines[0].finding.cure, format!("imgdeploy attach --bucket {BUCKET}"));
}

#[test]
fn the_new_permission_is_enough() {
    // What `cures_are_ready_to_run` sees granted.
    let granted = format!("arn:aws:execute-api:{REGION}:111122223333:{API}/*/*/resize/*");
    assert_eq!(headlines(|s| function(s).policy = Fact::Known(permission(&granted, &alias_arn()))), [""; 0]);
}

#[test]
fn settings_are_found_together_where_they_are_wrong_together() {
    let codes = headlines(|snapshot| {
        configured(snapshot, |seen| {
            seen.timeout = 3;
            seen.memory = 128;
        });
    });
    assert_eq!(codes, ["IMG043", "IMG044"]);
}

#[test]
fn another_bucket_explains_missing_rights() {
    let diagnosis = after(|snapshot| {
        told(snapshot, "BUCKET", "another-shop");
        granted(snapshot, &["logs:*"]);
    });
    assert_eq!(diagnosis.headlines.len(), 1);
    assert_eq!(diagnosis.headlines[0].code, "IMG039");
    assert_eq!(diagnosis.headlines[0].effects[0].code, "IMG036");
}

#[test]
fn a_bad_zip_explains_a_failed_function() {
    let diagnosis = after(|snapshot| {
        configured(snapshot, |seen| seen.state = Some("Failed".to_owned()));
        problem(snapshot, CodeProblem::NotExecutable);
    });
    assert_eq!(diagnosis.headlines.len(), 1);
    assert_eq!(diagnosis.headlines[0].code, "IMG047");
}

#[test]
fn an_update_under_way_is_no_error() {
    let diagnosis =
        after(|snapshot| configured(snapshot, |seen| seen.update_status = Some("InProgress".to_owned())));
    assert_eq!(diagnosis.worst(), Some(Severity::Info));
}
