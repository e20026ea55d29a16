//! The REST API: each fault.

mod change;
mod variants;

use std::collections::BTreeMap;

use super::region::change::{fix, foreign, in_website};
use super::{API, BUCKET, FUNCTION, REGION, after, headlines};
use crate::check::Fix;
use crate::snapshot::{ApiSeen, Snapshot};
use crate::tests::KnownMut;
use change::*;
use imgdeploy_world::Fact;

#[test]
fn each_fault_has_its_own_headline() {
    type Fault = (&'static str, Option<Fix>, fn(&mut Snapshot));
    let faults: &[Fault] = &[
        ("IMG010", Some(Fix::Documents), |it| in_website(it, "prod/resize/", "resize/")),
        ("IMG010", None, |it| {
            classic(it, "/resize", "GET");
            rule(it, "resize?key=");
        }),
        ("IMG011", Some(Fix::Documents), |it| in_website(it, "prod/resize/", "prod/resizer/")),
        ("IMG011", Some(Fix::Documents), |it| in_website(it, "prod/resize/", "prod/prod/resize/")),
        // The stage's root (AG-02 c), and a resource without its greedy child.
        ("IMG011", None, |it| {
            classic(it, "/my-function", "ANY");
            rule(it, "prod/?key=");
        }),
        ("IMG011", None, |it| {
            classic(it, "/resize", "ANY");
            rule(it, "prod/resize/");
        }),
        // The tool's own rule is right and the resource was deleted: rules written anew would change nothing.
        ("IMG011", None, |it| only(it, "/resize", "/resize")),
        ("IMG012", Some(Fix::Methods), |it| methods(it, &["PUT", "HEAD"])),
        ("IMG012", None, |it| classic(it, "/resize", "OPTIONS")),
        ("IMG013", Some(Fix::Methods), |it| methods(it, &["POST"])),
        ("IMG013", Some(Fix::Methods), |it| methods(it, &["POST", "OPTIONS"])),
        ("IMG013", None, |it| classic(it, "/resize", "POST")),
        ("IMG014", Some(Fix::Methods), |it| methods(it, &["GET"])),
        ("IMG014", None, |it| {
            methods(it, &["GET", "OPTIONS"]);
            foreign(it);
        }),
        ("IMG015", Some(Fix::Methods), |it| authorization(it, "AWS_IAM", "AWS_IAM")),
        ("IMG015", Some(Fix::Methods), |it| {
            authorization(it, "AWS_IAM", "NONE");
            stage(it).deployed = None;
        }),
        ("IMG015", None, |it| {
            classic(it, "/resize", "ANY");
            authorization(it, "AWS_IAM", "AWS_IAM");
        }),
        ("IMG016", Some(Fix::Methods), |it| keys(it, true, true)),
        ("IMG017", Some(Fix::Methods), |it| authorization(it, "CUSTOM", "CUSTOM")),
        ("IMG017", None, |it| {
            foreign(it);
            authorization(it, "COGNITO_USER_POOLS", "COGNITO_USER_POOLS");
        }),
        ("IMG018", None, |it| {
            policy(
                it,
                r#"{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}"#,
            )
        }),
        ("IMG019", Some(Fix::Redeploy), |it| *deployed(it) = BTreeMap::new()),
        ("IMG019", Some(Fix::Redeploy), |it| {
            deployed(it).remove("/resize/{key+}");
        }),
        ("IMG019", Some(Fix::Redeploy), |it| edit_deployed(it, |methods| drop(methods.remove("GET")))),
        ("IMG019", Some(Fix::Redeploy), |it| edit_deployed(it, |methods| drop(methods.remove("HEAD")))),
        ("IMG019", Some(Fix::Redeploy), |it| authorization(it, "NONE", "AWS_IAM")),
        ("IMG019", Some(Fix::Redeploy), |it| keys(it, false, true)),
        // It works until somebody deploys; to deploy would break it.
        ("IMG019", Some(Fix::Methods), |it| authorization(it, "AWS_IAM", "NONE")),
        ("IMG019", Some(Fix::Methods), |it| keys(it, true, false)),
        ("IMG019", Some(Fix::Methods), |it| edit(it, |methods| drop(methods.remove("GET")))),
        ("IMG019", None, |it| {
            foreign(it);
            authorization(it, "NONE", "AWS_IAM");
        }),
        ("IMG020", None, |it| api(it).stages.clear()),
        ("IMG020", None, |it| {
            let old = api(it).stages.remove("prod").unwrap();
            api(it).stages.insert("dev".to_owned(), old);
        }),
        ("IMG020", Some(Fix::Documents), |it| in_website(it, "prod/resize/", "live/resize/")),
        // A resource that fits any path proves nothing about a stage left out.
        ("IMG020", None, |it| {
            classic(it, "/resize", "ANY");
            only(it, "/resize", "/{proxy+}");
            rule(it, "old/resize?key=");
        }),
        ("IMG021", None, |it| uris(it, FUNCTION, "${stageVariables.fn}")),
        ("IMG021", None, |it| {
            uris(it, FUNCTION, "${stageVariables.fn}");
            stage(it).variables.insert("fn".to_owned(), "old-resizer".to_owned());
            it.function.as_mut().unwrap().name = "old-resizer".to_owned();
        }),
        ("IMG022", None, |it| api(it).default_endpoint_disabled = true),
        ("IMG023", None, |it| by_domain(it, "img", "prod", "prod/resize")),
        ("IMG023", None, |it| by_domain(it, "", "prod", "prod/resize")),
        ("IMG023", None, |it| by_domain(it, "img", "prod", "img/prod/resize")),
        ("IMG025", Some(Fix::Methods), |it| {
            edit(it, |methods| {
                methods.values_mut().for_each(|m| m.integration.as_mut().unwrap().kind = "AWS".to_owned())
            });
        }),
        ("IMG025", None, |it| {
            foreign(it);
            edit(it, |methods| {
                methods
                    .values_mut()
                    .for_each(|m| m.integration.as_mut().unwrap().http_method = "GET".to_owned())
            });
        }),
        ("IMG025", Some(Fix::Methods), |it| {
            edit(it, |methods| methods.values_mut().for_each(|m| m.integration = None))
        }),
    ];
    for (at, (code, mended, change)) in faults.iter().enumerate() {
        assert_eq!(headlines(change), [*code], "fault {at}");
        assert_eq!(fix(change), *mended, "fault {at}, {code}");
        let cure = after(change).headlines[0].finding.cure.clone();
        assert_eq!(cure.contains("doctor --fix"), mended.is_some(), "fault {at}, {code}: {cure}");
    }
}

#[test]
fn an_api_that_is_gone() {
    let old = "z9y8x7w6v5";
    let rules_lead_to_old = |it: &mut Snapshot| {
        in_website(it, API, old);
        it.apis[0].by_rule = false;
        it.apis.push(ApiSeen {
            id: old.to_owned(),
            region: REGION.to_owned(),
            by_rule: true,
            by_stack: false,
            api: Fact::Absent,
        });
    };
    assert_eq!(headlines(rules_lead_to_old), ["IMG024"]);
    assert_eq!(fix(rules_lead_to_old), Some(Fix::Documents));
    // The stack's own: rules written anew would lead to the same.
    let gone = |it: &mut Snapshot| it.apis[0].api = Fact::Absent;
    assert_eq!(headlines(gone), ["IMG024"]);
    assert_eq!(fix(gone), None);
    assert!(after(gone).headlines[0].finding.cure.contains("imgdeploy detach"));
    let by_hand = |it: &mut Snapshot| {
        foreign(it);
        it.apis[0].api = Fact::Absent;
    };
    assert_eq!(headlines(by_hand), ["IMG024"]);
    // One rule of two.
    let one = |it: &mut Snapshot| {
        let website = it.bucket.as_mut().unwrap().website.known_mut().unwrap();
        *website = website.replacen(API, old, 1);
        it.apis.push(ApiSeen {
            id: old.to_owned(),
            region: REGION.to_owned(),
            by_rule: true,
            by_stack: false,
            api: Fact::Absent,
        });
    };
    assert_eq!(headlines(one), ["IMG024"]);
    assert!(after(one).headlines[0].finding.what.starts_with("routing rule 1 leads to z9y8x7w6v5."));
}

#[test]
fn findings_name_what_is_there() {
    let diagnosis = after(|it| in_website(it, "prod/resize/", "resize/"));
    let finding = &diagnosis.headlines[0].finding;
    assert!(
        finding.what.contains("routing rules 1 and 2") && finding.what.contains("`prod`"),
        "{}",
        finding.what
    );
    assert_eq!(finding.value.as_deref(), Some("resize/resized/"));
    assert_eq!(finding.cure, format!("imgdeploy doctor --fix --bucket {BUCKET}"));
    let by_hand = after(|it| {
        classic(it, "/resize", "GET");
        rule(it, "resize?key=");
    });
    assert!(by_hand.headlines[0].finding.cure.contains("`prod/resize?key=`"));
    let resources = after(|it| in_website(it, "prod/resize/", "prod/resizer/"));
    assert!(resources.headlines[0].finding.what.contains("/resize/{key+} (GET, HEAD)"));
    let open = after(|it| {
        classic(it, "/resize", "ANY");
        authorization(it, "AWS_IAM", "AWS_IAM");
    });
    let cure = &open.headlines[0].finding.cure;
    assert!(
        cure.contains("--http-method ANY") && cure.contains("path=/authorizationType,value=NONE"),
        "{cure}"
    );
    assert!(cure.ends_with(&format!("--rest-api-id {API} --stage-name prod --region {REGION}")), "{cure}");
}

/// Each two may go wrong at once; then both are told.
#[test]
fn two_faults_are_two_headlines() {
    let both = |it: &mut Snapshot| {
        authorization(it, "AWS_IAM", "AWS_IAM");
        keys(it, true, true);
    };
    assert_eq!(headlines(both), ["IMG015", "IMG016"]);
}
