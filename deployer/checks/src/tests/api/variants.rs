//! Where little or nothing may be found: other chains, policies that are open, what could not be looked at.

use crate::tests::KnownMut;
use imgdeploy_model::document::website::{self, OurRules};

use super::super::region::change::{foreign, in_website, set_variable, unseen};
use super::super::{API, FUNCTION, HOST, REGION, after, headlines, healthy, not_checked};
use super::change::*;
use crate::snapshot::Deployed;
use crate::snapshot::Snapshot;
use imgdeploy_world::Fact;

#[test]
fn resource_policies() {
    let own = format!("arn:aws:execute-api:{REGION}:111122223333:{API}");
    let allow = |resource: &str, more: &str| {
        format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"{resource}"{more}}}"#
        )
    };
    let deny = |condition: &str| {
        format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*","Condition":{condition}}}"#
        )
    };
    let ip = r#","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#;
    let open = [
        allow("execute-api:/*", ""),
        allow("execute-api:/*/*/*", ""),
        allow("execute-api:/prod/GET/*", ""),
        allow("execute-api:/prod/GET/resize/*", ""),
        allow("*", ""),
        allow(&format!("{own}/*"), ""),
        allow(&format!("{own}/prod/GET/resize/*"), ""),
        // A few callers are kept out.
        format!(
            "{},{}",
            allow("execute-api:/*", ""),
            deny(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.9/32"}}"#)
        ),
        format!("{},{}", allow("execute-api:/*", ""), deny(r#"{"Bool":{"aws:SecureTransport":"false"}}"#)),
        // Somebody may do more.
        format!(
            "{},{}",
            allow("execute-api:/*", ""),
            r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"execute-api:*","Resource":"*"}"#
        ),
    ];
    for statements in &open {
        assert_eq!(headlines(|it| policy(it, statements)), NONE, "{statements}");
    }
    let closed = [
        allow("execute-api:/*", ip),
        format!("{},{}", allow("execute-api:/*", ""), deny(r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#)),
        allow("execute-api:/dev/*", ""),
        allow("execute-api:/prod/POST/*", ""),
        allow(&format!("{}/*", own.replace(API, "z9y8x7w6v5")), ""),
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"execute-api:Invoke","Resource":"execute-api:/*"}"#.to_owned(),
    ];
    for statements in &closed {
        assert_eq!(headlines(|it| policy(it, statements)), ["IMG018"], "{statements}");
    }
    for statements in &closed[..2] {
        let diagnosis = after(|it| policy(it, statements));
        let what = &diagnosis.headlines[0].finding.what;
        assert!(what.ends_with("it is open only for aws:SourceIp 203.0.113.0/24"), "{what}");
    }
    // As GetRestApi gives it.
    let escaped = |it: &mut Snapshot| {
        policy(it, &closed[0]);
        let text = api(it).policy.take().unwrap();
        api(it).policy = Some(text.replace('"', "\\\""));
    };
    assert_eq!(headlines(escaped), ["IMG018"]);
    assert_eq!(not_checked("apigateway:GET", |it| api(it).policy = Some("{".to_owned())), ["IMG018"]);
}

#[test]
fn stage_variables_that_are_right() {
    let right = |it: &mut Snapshot| {
        uris(it, FUNCTION, "${stageVariables.fn}");
        stage(it).variables.insert("fn".to_owned(), FUNCTION.to_owned());
    };
    assert_eq!(headlines(right), NONE);
    assert!(after(right).ok.contains(&"IMG021"));
    assert_eq!(
        headlines(|it| {
            right(it);
            foreign(it);
        }),
        NONE
    );
    let alias = |it: &mut Snapshot| {
        uris(it, ":Live", ":${stageVariables.alias}");
        stage(it).variables.insert("alias".to_owned(), "Live".to_owned());
    };
    assert_eq!(headlines(alias), NONE);
    // A function that is not there any more.
    let gone = |it: &mut Snapshot| {
        right(it);
        foreign(it);
        let function = it.function.as_mut().unwrap();
        function.configuration = Fact::Absent;
        function.latest = Fact::Absent;
    };
    assert!(headlines(gone).contains(&"IMG021"));
}

#[test]
fn custom_domains_that_are_right() {
    for (base, stage, start) in [
        ("", "prod", "resize"),
        ("img", "prod", "img/resize"),
        ("img", "", "img/prod/resize"),
        ("", "", "prod/resize"),
    ] {
        assert_eq!(headlines(|it| by_domain(it, base, stage, start)), NONE, "{base:?} {stage:?} {start:?}");
        // There the own host does not matter.
        let closed = |it: &mut Snapshot| {
            foreign(it);
            by_domain(it, base, stage, start);
            api(it).default_endpoint_disabled = true;
        };
        assert_eq!(headlines(closed), NONE);
        assert!(after(closed).ok.contains(&"IMG023"));
    }
    // Behind the domain all is looked at as well.
    let iam = |it: &mut Snapshot| {
        foreign(it);
        by_domain(it, "img", "prod", "img/resize");
        authorization(it, "AWS_IAM", "AWS_IAM");
    };
    assert_eq!(headlines(iam), ["IMG015"]);
    assert_eq!(headlines(|it| by_domain(it, "", "prod", "resizer")), ["IMG011"]);
}

#[test]
fn other_chains_are_fine() {
    let chains: &[fn(&mut Snapshot)] = &[
        foreign,
        |it| it.edge = None,
        |it| classic(it, "/resize", "ANY"),
        |it| classic(it, "/resize", "GET"),
        |it| {
            classic(it, "/resize", "GET");
            stage(it).deployed.as_mut().unwrap().values_mut().for_each(|methods| {
                methods.insert("OPTIONS".to_owned(), Deployed::default());
            });
        },
        |it| classic(it, "/my-function", "ANY"),
        // `/{proxy+}` at the root, and the prefix in the function's code only.
        |it| {
            foreign(it);
            only(it, "/resize", "/{proxy+}");
            methods(it, &["ANY"]);
            set_variable(it, "PREFIX", None);
        },
        // ANY in the place of GET and HEAD, deployed as such.
        |it| methods(it, &["ANY"]),
        // A rule for something else, to the same API.
        |it| {
            let other = format!(
                "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>forms/</KeyPrefixEquals></Condition><Redirect><HostName>{HOST}\
                 </HostName><ReplaceKeyPrefixWith>nowhere/</ReplaceKeyPrefixWith></Redirect></RoutingRule>"
            );
            in_website(it, "<RoutingRules>", &other);
        },
        // The classic scheme of URLs with our function.
        |it| {
            let rules = OurRules {
                hosts: vec![HOST.to_owned()],
                prefix: String::new(),
                replace_prefix: "prod/resize/".to_owned(),
                redirect_code: 307,
                error_codes: vec![404],
            };
            it.bucket.as_mut().unwrap().website = Fact::Known(website::merge(None, &rules).unwrap().document);
            it.stack.known_mut().unwrap().prefix = Some(String::new());
            set_variable(it, "PREFIX", None);
        },
        // The bucket, or the function alone.
        |it| {
            let bucket = it.bucket.take();
            *it = Snapshot { bucket, function: None, apis: Vec::new(), stack: Fact::Absent, ..healthy() };
        },
        |it| {
            foreign(it);
            it.bucket = None;
            it.apis.clear();
            it.edge = None;
        },
    ];
    for (at, change) in chains.iter().enumerate() {
        let diagnosis = after(change);
        let ours: Vec<_> = diagnosis
            .headlines
            .iter()
            .filter(|it| it.code <= "IMG025")
            .map(|it| (it.code, &it.finding.what))
            .collect();
        assert_eq!(ours, [], "chain {at}");
    }
}

#[test]
fn what_could_not_be_looked_at_is_not_checked() {
    let all = [
        "IMG008", "IMG010", "IMG011", "IMG012", "IMG013", "IMG014", "IMG015", "IMG016", "IMG017", "IMG018",
        "IMG019", "IMG020", "IMG021", "IMG022", "IMG024", "IMG025", "IMG030", "IMG031", "IMG032",
    ];
    assert_eq!(
        not_checked("apigateway:GET", |it| it.apis[0].api = Fact::Unknown(unseen("apigateway:GET"))),
        all
    );
    let website = not_checked("s3:GetBucketWebsite", |it| {
        it.bucket.as_mut().unwrap().website = Fact::Unknown(unseen("s3:GetBucketWebsite"));
    });
    assert!(website.contains(&"IMG005") && website.contains(&"IMG010") && website.contains(&"IMG024"));
    assert_eq!(not_checked("apigateway:GET", |it| stage(it).deployed = None), ["IMG019"]);
    let without = after(|it| {
        foreign(it);
        it.bucket.as_mut().unwrap().website = Fact::Absent;
        it.apis.clear();
    });
    for code in ["IMG010", "IMG012", "IMG019", "IMG023", "IMG024", "IMG025"] {
        assert!(without.nothing_to_check.contains(&code), "{code}");
    }
}
