#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;

use serde_json::json;

use super::super::template::tests::inputs;
use super::super::{StackPlan, plan, render};
use super::*;
use crate::settings::value::FromText as _;

fn stack(with_cdn: bool) -> DesiredStack {
    let own = OwnBucket { website_host: "photos.s3-website-eu-west-1.amazonaws.com".to_owned(), with_cdn };
    own.desired(&inputs(), "1")
}

fn body(stack: &DesiredStack) -> Value {
    serde_json::from_str(&stack.template_body).unwrap()
}

fn seen(desired: &DesiredStack) -> StackSeen {
    StackSeen {
        id: "arn:aws:cloudformation:eu-west-1:111122223333:stack/imgdeploy-photos/1".to_owned(),
        status: "CREATE_COMPLETE".to_owned(),
        status_reason: None,
        parameters: desired.parameters.clone(),
        template: Some(desired.template_body.clone()),
        outputs: BTreeMap::new(),
        tags: desired.tags.clone(),
        termination_protection: false,
    }
}

#[test]
fn it_is_the_same_stack_and_more() {
    let plain: Value = serde_yaml::from_str(&render(&inputs())).unwrap();
    let joined = body(&stack(false));
    let ids = |template: &Value, section: &str| -> BTreeSet<String> {
        template[section].as_object().unwrap().keys().cloned().collect()
    };
    let added = |section: &str| -> Vec<String> {
        let (before, after) = (ids(&plain, section), ids(&joined, section));
        // The version's id has a digest over the settings and over the function, whose environment differs.
        let lost: Vec<_> = before.difference(&after).filter(|id| !id.starts_with("Version")).collect();
        assert!(lost.is_empty(), "{lost:?}");
        after.difference(&before).filter(|id| !id.starts_with("Version")).cloned().collect()
    };
    assert_eq!(added("Resources"), ["Distribution", "SiteBucket", "SiteBucketPolicy"]);
    assert_eq!(added("Parameters"), ["WebsiteHost", "WithCdn"]);
    assert_eq!(added("Conditions"), ["Cdn", "Rules302"]);
    assert_eq!(added("Outputs"), ["DistributionId", "SiteUrl"]);
    for (id, resource) in plain["Resources"].as_object().unwrap() {
        if !id.starts_with("Version") && !["Function", "Live"].contains(&id.as_str()) {
            // All text but the version's digest is the same.
            assert_eq!(resource, &joined["Resources"][id], "{id}");
        }
    }
}

#[test]
fn parameters_are_those_of_the_template() {
    for with_cdn in [false, true] {
        let stack = stack(with_cdn);
        let mut given: BTreeSet<&str> = stack.parameters.keys().map(String::as_str).collect();
        given.insert("SecurityKey");
        let template = body(&stack);
        let names: BTreeSet<&str> =
            template["Parameters"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, given);
    }
}

#[test]
fn rendered_text_has_no_placeholder_and_fits() {
    let stack = stack(true);
    assert!(stack.template_body.len() < 51_200, "{} bytes (CN-02)", stack.template_body.len());
    assert!(!stack.template_body.contains("DIGEST"));
    // JSON for us, YAML for those who compare.
    assert!(crate::aws::stack::same_template(&stack.template_body, &stack.template_body));
    let yaml: Value = serde_yaml::from_str(&stack.template_body).unwrap();
    assert_eq!(yaml, body(&stack));
    // What the template tells CloudFormation of the bucket is no longer that it is there already.
    assert!(!stack.template_body.contains("it exists"), "{}", yaml["Parameters"]["Bucket"]);
}

#[test]
fn viewers_are_sent_to_the_distribution_where_there_is_one() {
    let url = &body(&stack(true))["Resources"]["Function"]["Properties"]["Environment"]["Variables"]["URL"];
    assert_eq!(
        url,
        &json!({"Fn::If": ["Cdn", {"Fn::Sub": "https://${Distribution.DomainName}"}, {"Ref": "Url"}]})
    );
    assert_eq!(stack(true).parameters["Url"], UNKNOWN_DOMAIN);
    assert_eq!(stack(false).parameters["Url"], inputs().url);
}

#[test]
fn the_bucket_is_kept_and_nothing_but_derived_images_is_public() {
    let template = body(&stack(true));
    let bucket = &template["Resources"]["SiteBucket"];
    assert_eq!(bucket["DeletionPolicy"], "RetainExceptOnCreate");
    assert_eq!(bucket["UpdateReplacePolicy"], "Retain");
    let block = &bucket["Properties"]["PublicAccessBlockConfiguration"];
    assert_eq!((&block["BlockPublicAcls"], &block["IgnorePublicAcls"]), (&json!(true), &json!(true)));
    let policy = &template["Resources"]["SiteBucketPolicy"]["Properties"]["PolicyDocument"];
    assert_eq!(
        policy["Statement"],
        json!([{
            "Sid": "ImgdeployReadDerived", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Bucket}/${Prefix}*"}
        }])
    );
    assert_eq!(template["Parameters"]["Prefix"]["MinLength"], 1, "else everything would be public");
    assert_eq!(bucket["Properties"]["Tags"], json!([{"Key": TAG_BUCKET_MADE_BY, "Value": UP}]));
}

#[test]
fn no_redirect_is_ever_kept_by_the_distribution() {
    // CF-02, CF-03
    let template = body(&stack(true));
    let config = &template["Resources"]["Distribution"]["Properties"]["DistributionConfig"];
    let mut behaviour = config["CacheBehaviors"][0].clone();
    assert_eq!(behaviour["PathPattern"], json!({"Fn::Sub": "${Prefix}*"}));
    behaviour.as_object_mut().unwrap().shift_remove("PathPattern");
    assert_eq!(behaviour, config["DefaultCacheBehavior"]);
    assert_eq!((&behaviour["MinTTL"], &behaviour["DefaultTTL"]), (&json!(0), &json!(0)));
    assert_eq!(behaviour["ViewerProtocolPolicy"], "redirect-to-https");
    assert_eq!(template["Resources"]["Distribution"]["Condition"], "Cdn");
}

#[test]
fn each_kind_of_stack_is_kept_from_the_other_command() {
    let (own, plain) = (stack(false), inputs().desired("1"));
    assert_eq!(plan(&own, Some(&seen(&own))), StackPlan::Nothing);
    for (wanted, there, says) in [(&plain, &own, "`imgdeploy up`"), (&own, &plain, "`imgdeploy attach`")] {
        match plan(wanted, Some(&seen(there))) {
            StackPlan::Refused { why } => assert!(why.contains(says), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    let with = seen(&stack(true));
    assert!(with.has_bucket() && with.has_cdn() && !seen(&own).has_cdn() && !seen(&plain).has_bucket());
    assert!(matches!(plan(&own, Some(&with)), StackPlan::Update(_)));
}

#[test]
fn a_changed_secret_changes_the_template() {
    let own = OwnBucket { website_host: "h".to_owned(), with_cdn: false };
    let with_key = StackInputs {
        security_key: crate::settings::value::SecurityKey::from_text("0123456789abcdef").ok(),
        ..inputs()
    };
    let texts = [inputs(), with_key].map(|inputs| own.desired(&inputs, "1").template_body);
    assert_ne!(texts[0], texts[1]);
    assert!(!texts[1].contains("0123456789abcdef"));
}

#[test]
fn a_call_is_replaced_and_an_object_joined() {
    let mut base = json!({"a": {"Ref": "x"}, "b": {"c": 1, "d": [1]}, "e": 1});
    lay_over(&mut base, json!({"a": {"Fn::Sub": "y"}, "b": {"d": [2], "f": 3}}));
    assert_eq!(base, json!({"a": {"Fn::Sub": "y"}, "b": {"c": 1, "d": [2], "f": 3}, "e": 1}));
}
