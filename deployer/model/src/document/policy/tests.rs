#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::document::fixtures::{POLICY, any_policy, our_access};
use crate::document::{DocumentKind, Ours, guard, same};

const OURS: &str = r#"{"Sid":"ImgdeployReadDerived","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::media.example.com/resized/*"}"#;

fn merged(current: &str) -> String {
    merge(Some(current), &our_access()).unwrap()
}

#[test]
fn a_bucket_without_policy_gets_one() {
    let fresh = merge(None, &our_access()).unwrap();
    assert_eq!(fresh, format!(r#"{{"Version":"2012-10-17","Statement":[{OURS}]}}"#));
    assert_eq!(merged(&fresh), fresh);
    assert_eq!(strip(&fresh).unwrap(), Stripped::Nothing);
    let china = OurAccess { partition: Partition::AwsCn, prefix: String::new(), ..our_access() };
    assert!(china.is_whole_bucket() && !our_access().is_whole_bucket());
    assert_eq!(china.resource(), "arn:aws-cn:s3:::media.example.com/*");
}

#[test]
fn the_fixture_keeps_every_byte() {
    let with = merged(POLICY);
    insta::assert_snapshot!("policy_merged", with);
    assert_eq!(merged(&with), with);
    assert_eq!(strip(&with).unwrap(), Stripped::Document(POLICY.to_owned()));
    assert_eq!(strip(POLICY).unwrap(), Stripped::Unchanged);
}

#[test]
fn a_single_statement_is_wrapped_and_unwrapped() {
    let single = "{\"Statement\" : {\"Effect\":\"Deny\"} , \"Id\":1}";
    let with = merged(single);
    assert_eq!(with, format!("{{\"Statement\" : [ {{\"Effect\":\"Deny\"}},{OURS}] , \"Id\":1}}"));
    assert_eq!(merged(&with), with);
    assert_eq!(strip(&with).unwrap(), Stripped::Document(single.to_owned()));
    // Written anew by S3: the list stays, which means the same.
    let rewritten = with.replace("[ {", "[{");
    let list = strip(&rewritten).unwrap();
    assert_eq!(list, Stripped::Document("{\"Statement\" : [{\"Effect\":\"Deny\"}] , \"Id\":1}".to_owned()));
    // A single statement of ours.
    let own = format!("{{\"Statement\":{OURS}}}");
    assert_eq!(merged(&own), own);
    assert_eq!(strip(&own).unwrap(), Stripped::Nothing);
}

#[test]
fn our_statement_in_other_words_is_left_alone() {
    for spelled in [
        OURS.replace("\"*\"", r#"{"AWS":"*"}"#),
        OURS.replace("\"*\"", r#"{ "AWS" : ["*"] }"#),
        OURS.replace("\"s3:GetObject\"", r#"[ "s3:getobject" ]"#),
        OURS.replace(r#""Effect":"Allow","#, "").replace('}', r#","Effect":"Allow"}"#),
    ] {
        let document = format!("{{\"Statement\":[{spelled}, {{\"Sid\":\"x\"}}]}}");
        assert_eq!(merged(&document), document);
        let rest = Stripped::Document("{\"Statement\":[{\"Sid\":\"x\"}]}".to_owned());
        assert_eq!(strip(&document).unwrap(), rest);
    }
}

#[test]
fn our_statement_gone_wrong_is_repaired_in_place() {
    let foreign = r#"{"Sid":"x","Effect":"Deny"}"#;
    for wrong in [
        OURS.replace("resized", "other"),
        OURS.replace("Allow", "Deny"),
        OURS.replace("s3:GetObject", "s3:*"),
        OURS.replace(r#""Action":"s3:GetObject""#, r#""Action":["s3:GetObject","s3:PutObject"]"#),
        OURS.replace('}', r#","Condition":{}}"#),
        OURS.replace("ImgdeployReadDerived", "ImgdeploySomethingElse"),
        OURS.replace(r#""Principal":"*""#, r#""Principal":{"AWS":"*","Service":"x"}"#),
        OURS.replace(r#""Principal""#, r#""NotPrincipal""#),
        r#"{"Sid":"Imgdeploy"}"#.to_owned(),
    ] {
        assert_ne!(wrong, OURS);
        let document = format!("{{\"Statement\":[{wrong} , {foreign}]}}");
        let repaired = merged(&document);
        assert_eq!(repaired, format!("{{\"Statement\":[{OURS} , {foreign}]}}"));
        assert_eq!(guard(Ours::Policy, &document, &repaired), Ok(()));
    }
    // Several of ours become one, and the right one is the one kept.
    let wrong = OURS.replace("resized", "old");
    let document = format!("{{\"Statement\":[{wrong},{foreign},{OURS},{wrong}]}}");
    assert_eq!(merged(&document), format!("{{\"Statement\":[{foreign},{OURS}]}}"));
    let document = format!("{{\"Statement\":[{wrong},{wrong},{foreign}]}}");
    assert_eq!(merged(&document), format!("{{\"Statement\":[{OURS},{foreign}]}}"));
}

#[test]
fn refusals() {
    let refused = |current: &str| merge(Some(current), &our_access()).unwrap_err();
    assert!(matches!(refused("{"), PolicyError::Json(JsonError::Syntax(_))));
    assert!(matches!(refused(""), PolicyError::Json(JsonError::Syntax(_))));
    assert!(matches!(refused("[]"), PolicyError::Shape(_)));
    assert!(matches!(refused("{}"), PolicyError::Shape(_)));
    assert!(matches!(refused(r#"{"Statement":"x"}"#), PolicyError::Shape(_)));
    assert!(matches!(refused(r#"{"Statement":[1]}"#), PolicyError::Shape(_)));
    assert!(matches!(
        refused(r#"{"Statement":[],"Statement":[]}"#),
        PolicyError::Json(JsonError::Duplicate { .. })
    ));
    assert!(matches!(
        refused(r#"{"Statement":[{"Sid":"a","Sid":"b"}]}"#),
        PolicyError::Json(JsonError::Duplicate { .. })
    ));
    for prefix in ["a*/", "a?/", "${aws:username}/"] {
        let access = OurAccess { prefix: prefix.into(), ..our_access() };
        assert!(matches!(merge(None, &access).unwrap_err(), PolicyError::Wildcard { .. }), "{prefix}");
    }
}

#[test]
fn the_limit_counts_bytes() {
    let filled = |bytes: usize| {
        let shell = r#"{"Statement":[{"Sid":""}]}"#;
        shell.replace("\"\"", &format!("\"{}\"", "x".repeat(bytes - shell.len())))
    };
    let room = MAX_BYTES - OURS.len() - 1;
    assert_eq!(merged(&filled(room)).len(), MAX_BYTES);
    assert_eq!(
        merge(Some(&filled(room + 1)), &our_access()),
        Err(PolicyError::TooLarge { bytes: MAX_BYTES + 1 })
    );
}

#[test]
fn denies_that_matter() {
    // (statement, certain), None: it doesn't matter.
    let cases: &[(&str, Option<bool>)] = &[
        (r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}"#, Some(true)),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"S3:getobject","Resource":"arn:aws:s3:::media.example.com/*"}"#,
            Some(true),
        ),
        (
            r#"{"Effect":"Deny","Principal":{"AWS":["*"]},"Action":["s3:PutObject","s3:Get*"],"Resource":["arn:aws:s3:::media.example.com","arn:aws:s3:::media.example.com/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#,
            Some(true),
        ),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::media.example.com/*.jpg"}"#,
            Some(true),
        ),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::media.example.com/resized/secret/*"}"#,
            Some(true),
        ),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::media.example.com/${aws:username}/*"}"#,
            Some(true),
        ),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}"#,
            Some(false),
        ),
        (
            r#"{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::1:root"},"Action":"s3:*","Resource":"*"}"#,
            Some(true),
        ),
        (r#"{"Effect":"Deny","Principal":"*","NotAction":"s3:PutObject","Resource":"*"}"#, Some(true)),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","NotResource":"arn:aws:s3:::media.example.com/public/*"}"#,
            Some(true),
        ),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","NotResource":"arn:aws:s3:::media.example.com/resized/a*"}"#,
            Some(true),
        ),
        (r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}"#, Some(false)),
        (r#"{"Effect":"Deny","Principal":"*","Action":"s3:GetObject"}"#, Some(false)),
        // None of these concerns an anonymous GET of a derived image.
        (r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}"#, None),
        (r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}"#, None),
        (r#"{"Effect":"Deny","Principal":"*","Action":"s3:GetObjectAcl","Resource":"*"}"#, None),
        (r#"{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::1:root"},"Action":"*","Resource":"*"}"#, None),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::media.example.com/private/*"}"#,
            None,
        ),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::media.example.com"}"#,
            None,
        ),
        (r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::other/*"}"#, None),
        (r#"{"Effect":"Deny","NotPrincipal":"*","Action":"*","Resource":"*"}"#, None),
        (r#"{"Effect":"Deny","Principal":"*","NotAction":["s3:get*"],"Resource":"*"}"#, None),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","NotResource":["arn:aws:s3:::media.example.com/re*"]}"#,
            None,
        ),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#,
            None,
        ),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"1"}}}"#,
            None,
        ),
    ];
    for (statement, expected) in cases {
        let policy = format!(r#"{{"Statement":[{{"Sid":"first"}},{statement}]}}"#);
        let hits = denies(&policy, &our_access()).unwrap();
        assert_eq!(hits.first().map(|hit| hit.certain), *expected, "{statement}\n{hits:?}");
        assert!(hits.iter().all(|hit| hit.index == 1 && !hit.why.is_empty()));
    }
    assert_eq!(denies(POLICY, &our_access()).unwrap(), []);
}

#[test]
fn a_deny_says_why() {
    let policy = r#"{"Statement":{"Sid":"Https","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::media.example.com/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}}"#;
    let hits = denies(policy, &our_access()).unwrap();
    assert_eq!(
        hits,
        [DenyHit {
            sid: Some("Https".into()),
            index: 0,
            certain: true,
            why: "denies s3:GetObject on arn:aws:s3:::media.example.com/resized/*: \
              Bool aws:SecureTransport false: the website endpoint speaks plain HTTP only"
                .into(),
        }]
    );
}

#[test]
fn public_writes_are_found() {
    let cases: &[(&str, &[&str])] = &[
        (r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"x"}"#, &["s3:*"]),
        (
            r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["s3:GetObject","s3:putobject"],"Resource":"x"}"#,
            &["s3:putobject"],
        ),
        (
            r#"{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::1:root"},"Action":"s3:Delete*","Resource":"x"}"#,
            &["s3:Delete*"],
        ),
        (
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Condition":{"StringEquals":{"s3:x-amz-acl":"public-read"}}}"#,
            &["s3:PutObject"],
        ),
        (
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#,
            &["s3:PutObject"],
        ),
        (
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Condition":{"StringLike":{"aws:Referer":"x"}}}"#,
            &["s3:PutObject"],
        ),
        (r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}"#, &[]),
        (r#"{"Effect":"Deny","Principal":"*","Action":"s3:*"}"#, &[]),
        (r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"},"Action":"s3:*"}"#, &[]),
        (
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}"#,
            &[],
        ),
        (
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Condition":{"StringEquals":{"aws:SourceVpce":"v"}}}"#,
            &[],
        ),
    ];
    for (statement, expected) in cases {
        let found = public_writes(&format!(r#"{{"Statement":[{statement}]}}"#)).unwrap();
        assert_eq!(
            found.first().map(|hit| hit.actions.clone()).unwrap_or_default(),
            *expected,
            "{statement}"
        );
        assert!(found.iter().all(|hit| hit.conditional == statement.contains("Condition")));
    }
    let spared =
        public_writes(r#"{"Statement":[{"Effect":"Allow","Principal":"*","NotAction":"s3:Put*"}]}"#).unwrap();
    assert!(spared[0].actions.contains(&"s3:DeleteObject".to_owned()));
    assert!(!spared[0].actions.contains(&"s3:PutObject".to_owned()));
}

proptest! {
    #[test]
    fn any_policy_comes_back_byte_for_byte(policy in any_policy()) {
        let with = merge(Some(&policy), &our_access()).unwrap();
        prop_assert_ne!(&with, &policy);
        prop_assert_eq!(&merge(Some(&with), &our_access()).unwrap(), &with);
        prop_assert_eq!(guard(Ours::Policy, &policy, &with), Ok(()));
        prop_assert_eq!(guard(Ours::Policy, &with, &policy), Ok(()));
        prop_assert!(!same(DocumentKind::Policy, &policy, &with));
        prop_assert_eq!(strip(&policy).unwrap(), Stripped::Unchanged);
        prop_assert_eq!(strip(&with).unwrap(), Stripped::Document(policy));
    }

    #[test]
    fn written_anew_by_aws_it_is_still_right(policy in any_policy()) {
        let with = merge(Some(&policy), &our_access()).unwrap();
        let anew = serde_json::from_str::<serde_json::Value>(&with).unwrap().to_string();
        prop_assert!(same(DocumentKind::Policy, &anew, &with));
        prop_assert_eq!(&merge(Some(&anew), &our_access()).unwrap(), &anew);
        let Stripped::Document(rest) = strip(&anew).unwrap() else { panic!("ours was in it") };
        // A single statement may have become a list of one.
        prop_assert_eq!(guard(Ours::Policy, &policy, &rest), Ok(()));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]{}\",:a-cS1 ]{0,40}") {
        let _ = merge(Some(&text), &our_access());
        let _ = strip(&text);
        let _ = denies(&text, &our_access());
    }
}
