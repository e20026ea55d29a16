//! What a plan refuses, and with which kind of exit.

use std::collections::BTreeMap;

use super::world::{BUCKET, CONFIG, DISTRIBUTION, REGION, bare, desired, site, used};
use crate::aws::edge::DistributionSummary;
use crate::aws::failure::Answered;
use crate::aws::read::{Object, PublicAccessBlock};
use crate::aws::{AwsFailure, FailureKind};
use crate::error::{Exit, Failure};
use crate::observe::{Observed, Taken};
use crate::plan::Plan;
use crate::plan::attach::attach;
use crate::stack::{StackSeen, stack_name};
use imgdeploy_world::Fact;

fn plan(world: &Observed, settings: &[(&'static str, &str)]) -> Plan {
    attach(&desired(&site(settings), world), world)
}

#[track_caller]
fn refused(world: &Observed, settings: &[(&'static str, &str)], exit: Exit, parts: &[&str]) {
    let failure = Failure::of_plan(&plan(world, settings)).unwrap();
    assert_eq!(failure.exit, exit, "{failure}");
    for part in parts {
        assert!(failure.message.contains(part), "{part} is not in: {failure}");
    }
    assert!(!failure.hints.is_empty());
}

fn denied(operation: &str) -> AwsFailure {
    AwsFailure::of_code(operation, Some("AccessDenied".to_owned()), String::new(), Some(403))
}

#[test]
fn nothing_becomes_public_without_its_flag() {
    let world = bare();
    let mut wanted = desired(&site(&[]), &world);
    wanted.allow_public = false;
    let failure = Failure::of_plan(&attach(&wanted, &world)).unwrap();
    assert_eq!(failure.exit, Exit::Refused);
    assert!(failure.hints[0].contains("--allow-public"), "{:?}", failure.hints);
}

#[test]
fn a_prefix_that_is_public_already_needs_no_flag() {
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{BUCKET}/*"}}]}}"#
    );
    let world = Observed { policy: Fact::Known(policy), public_access_block: Fact::Absent, ..bare() };
    let mut wanted = desired(&site(&[]), &world);
    wanted.allow_public = false;
    assert_eq!(Failure::of_plan(&attach(&wanted, &world)), None);
}

#[test]
fn only_the_two_flags_that_must_go_are_touched() {
    let plan = plan(&bare(), &[]);
    let text = serde_json::to_value(&plan.actions).unwrap().to_string();
    assert!(text.contains(r#""after":{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":false,"RestrictPublicBuckets":false}"#), "{text}");
}

#[test]
fn the_accounts_block_is_explained_and_never_changed() {
    let block = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    let world = Observed { account_public_access_block: Fact::Known(block), ..bare() };
    refused(&world, &[], Exit::Refused, &["RestrictPublicBuckets", "account"]);
    let acls_only = PublicAccessBlock { block_public_acls: true, ..PublicAccessBlock::default() };
    let world = Observed { account_public_access_block: Fact::Known(acls_only), ..bare() };
    assert_eq!(Failure::of_plan(&plan(&world, &[])), None);
}

#[test]
fn an_unreadable_account_block_is_a_warning_not_an_all_clear() {
    let world = Observed {
        account_public_access_block: Fact::Unknown(denied("s3:GetAccountPublicAccessBlock")),
        ..bare()
    };
    let plan = plan(&world, &[]);
    assert_eq!(Failure::of_plan(&plan), None);
    assert!(plan.notes.iter().any(|note| note.warning && note.text.contains("could not be read")));
}

#[test]
fn a_deny_in_the_way_is_named() {
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::{BUCKET}/*","Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}]}}"#
    );
    let world = Observed { policy: Fact::Known(policy), ..bare() };
    refused(&world, &[], Exit::Refused, &["`TlsOnly`"]);
}

#[test]
fn reads_that_matter_and_were_denied_end_with_5() {
    let failed = || denied("s3:GetBucketPolicy");
    for world in [
        Observed { policy: Fact::Unknown(failed()), ..bare() },
        Observed { website: Fact::Unknown(failed()), ..bare() },
        Observed { public_access_block: Fact::Unknown(failed()), ..bare() },
        Observed { stack: Fact::Unknown(failed()), ..bare() },
        Observed { owned: Fact::Unknown(failed()), ..bare() },
    ] {
        refused(&world, &[], Exit::Denied, &["AccessDenied"]);
    }
    let mut odd = failed();
    odd.kind = FailureKind::Other;
    let world = Observed { policy: Fact::Unknown(odd), ..bare() };
    refused(&world, &[], Exit::Unexpected, &["AccessDenied"]);
}

#[test]
fn a_distribution_in_front_is_offered_never_assumed() {
    let found = DistributionSummary {
        id: "E9FOUND".to_owned(),
        domain: "d9.cloudfront.net".to_owned(),
        aliases: vec!["img.example.com".to_owned()],
        origins: vec![format!("{BUCKET}.s3-website-{REGION}.amazonaws.com")],
    };
    let other =
        DistributionSummary { id: "E8OTHER".to_owned(), origins: vec!["x.org".to_owned()], ..found.clone() };
    let world = Observed { distributions: Some(Fact::Known(vec![other, found])), ..bare() };
    let failure = Failure::of_plan(&plan(&world, &[])).unwrap();
    assert_eq!(failure.exit, Exit::Refused);
    assert!(failure.message.contains("E9FOUND") && !failure.message.contains("E8OTHER"), "{failure}");
    assert!(failure.hints[0].contains("--distribution E9FOUND"), "{:?}", failure.hints);
}

#[test]
fn a_distribution_that_serves_something_else_must_be_vouched_for() {
    let mut world = used();
    let Some(edge) = &mut world.edge else { panic!() };
    let Fact::Known(document) = &mut edge.document else { panic!() };
    document.xml = CONFIG.replace("s3-website", "elsewhere").replace(".s3.", ".elsewhere.");
    let settings = [("distribution", DISTRIBUTION)];
    refused(&world, &settings, Exit::Refused, &["wrong one"]);
    let vouched = [settings[0], ("url", "https://d111111abcdef8.cloudfront.net")];
    assert_eq!(Failure::of_plan(&plan(&world, &vouched)), None);
}

#[test]
fn a_distribution_that_does_not_exist_is_a_usage_error() {
    let mut world = used();
    if let Some(edge) = &mut world.edge {
        edge.document = Fact::Absent;
    }
    refused(&world, &[("distribution", DISTRIBUTION)], Exit::Usage, &[DISTRIBUTION]);
}

#[test]
fn originals_under_the_derived_prefix_are_not_published() {
    let object = |key: &str| Object { key: key.to_owned(), size: 1, owner: None };
    let world = Observed { derived: Fact::Known(vec![object("resized/secret.pdf")]), ..bare() };
    refused(&world, &[], Exit::Refused, &["resized/secret.pdf"]);
    let world = Observed {
        derived: Fact::Known(vec![object("resized/300x200/a.jpg"), object("resized/")]),
        ..bare()
    };
    assert_eq!(Failure::of_plan(&plan(&world, &[])), None);
}

#[test]
fn what_stands_where_derived_images_go_is_said_before_anything_is_written() {
    let taken = Taken { keys: vec!["resized/300x200/a.jpg".to_owned()], looked_at: 1, more: false };
    let known = Observed { taken: Fact::Known(taken), ..bare() };
    let denied =
        AwsFailure::of_code("s3:ListBucket", Some("AccessDenied".to_owned()), String::new(), Some(403));
    let unknown = Observed { taken: Fact::Unknown(denied), ..bare() };
    for (world, part) in [(known, "1 object under `resized/`"), (unknown, "is not known")] {
        let plan = plan(&world, &[]);
        // It is no reason to stop.
        assert_eq!(Failure::of_plan(&plan), None);
        assert!(plan.notes.iter().any(|note| note.warning && note.text.contains(part)), "{:?}", plan.notes);
    }
}

#[test]
fn a_requester_pays_bucket_is_refused() {
    refused(
        &Observed { requester_pays: Fact::Known(true), ..bare() },
        &[],
        Exit::Refused,
        &["Requester Pays"],
    );
}

#[test]
fn a_foreign_stack_of_our_name_is_left_alone() {
    let stack = StackSeen {
        id: "arn:aws:cloudformation:eu-west-1:111122223333:stack/x/1".to_owned(),
        status: "CREATE_COMPLETE".to_owned(),
        status_reason: None,
        parameters: BTreeMap::new(),
        template: None,
        outputs: BTreeMap::new(),
        tags: BTreeMap::new(),
        termination_protection: false,
    };
    refused(&Observed { stack: Fact::Known(stack), ..bare() }, &[], Exit::Refused, &["imgdeploy:bucket"]);
}

#[test]
fn who_else_deploys_this_is_said() {
    let tags = |key: &str, value: &str| Fact::Known(BTreeMap::from([(key.to_owned(), value.to_owned())]));
    for (world, part) in [
        (
            Observed { tags: tags("aws:cloudformation:stack-name", "shop"), ..bare() },
            "CloudFormation stack shop",
        ),
        (Observed { tags: tags("ManagedBy", "Terraform"), ..bare() }, "Terraform"),
    ] {
        let plan = plan(&world, &[]);
        assert!(plan.notes.iter().any(|note| note.warning && note.text.contains(part)), "{:?}", plan.notes);
    }
}

#[test]
fn another_region_than_the_profiles_is_said() {
    let world = Observed { home_region: "us-east-1".to_owned(), ..bare() };
    let plan = plan(&world, &[]);
    let said = |note: &crate::plan::Note| note.text.contains("eu-west-1") && note.text.contains("us-east-1");
    assert!(plan.notes.iter().any(said), "{:?}", plan.notes);
}

/// A policy with this Deny for everybody.
fn with_deny(action: &str, condition: &str) -> Observed {
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Guard","Effect":"Deny","Principal":"*","Action":"{action}","Resource":"arn:aws:s3:::{BUCKET}/*","Condition":{condition}}}]}}"#
    );
    Observed { policy: Fact::Known(policy), ..bare() }
}

#[test]
fn a_deny_that_hits_the_function_is_named_before_anything_is_written() {
    let role = format!("arn:aws:iam::111122223333:role/{}-*", stack_name(BUCKET));
    for (action, condition) in [
        ("s3:PutObject", r#"{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}"#),
        ("s3:PutObject", r#"{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}"#),
        (
            "s3:GetObject",
            r#"{"StringNotLike":{"aws:Referer":"https://example.com/*"},"StringNotEquals":{"aws:PrincipalType":"Anonymous"}}"#,
        ),
    ] {
        let world = with_deny(action, condition);
        refused(&world, &[], Exit::Refused, &["`Guard` denies the function", action]);
        let failure = Failure::of_plan(&plan(&world, &[])).unwrap();
        assert!(failure.hints.iter().any(|hint| hint.contains(&role)), "{failure}");
    }
    // What leaves the role out, or does not hold, is no reason to stop.
    for condition in [
        r#"{"Null":{"s3:x-amz-server-side-encryption":"true"}}"#.to_owned(),
        format!(r#"{{"ArnNotLike":{{"aws:PrincipalArn":"{role}"}}}}"#),
        format!(r#"{{"ArnNotEquals":{{"aws:PrincipalArn":"{}"}}}}"#, role.replace('*', "Role-1A2B3C")),
        r#"{"Bool":{"aws:SecureTransport":"false"}}"#.to_owned(),
        r#"{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#.to_owned(),
    ] {
        let plan = plan(&with_deny("s3:PutObject", &condition), &[]);
        assert_eq!(Failure::of_plan(&plan), None, "{condition}");
        assert!(!plan.notes.iter().any(|note| note.text.contains("keep the function")), "{condition}");
    }
    // What can't be told is said.
    let plan = plan(&with_deny("s3:PutObject", r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}"#), &[]);
    assert_eq!(Failure::of_plan(&plan), None);
    assert!(
        plan.notes.iter().any(|note| note.warning && note.text.contains("`Guard` may keep the function"))
    );
}
