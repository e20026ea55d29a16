//! Checks of the live requests and of the function's log.

use super::function::classic;
use super::{HOST, after, headlines, healthy};
use crate::diagnosis::{Diagnosis, Selection, diagnose};
use crate::snapshot::{End, Hop, LogLine, Service, Snapshot, Walk};
use crate::tests::KnownMut;
use imgdeploy_world::Fact;

fn hop(service: Service, status: u16, headers: &[(&str, &str)], body: &str) -> Hop {
    Hop {
        url: format!("https://{HOST}/prod/resize/resized/300x200/pictures/b.png"),
        service,
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        millis: 12,
        by: None,
        body: body.to_owned(),
    }
}

/// The walk comes to the API, or whoever it is, and ends there.
fn ends_with(snapshot: &mut Snapshot, last: Hop) {
    let walk = &mut snapshot.walks[0];
    walk.hops.truncate(1);
    walk.hops.push(last);
    walk.end = End::Answer;
}

fn line(text: &str, cause: Option<&str>) -> LogLine {
    LogLine { text: text.to_owned(), cause: cause.map(str::to_owned), next: Some("do this next") }
}

/// The only headline: its code and what it says.
fn only(diagnosis: &Diagnosis) -> (&'static str, String) {
    let codes: Vec<&str> = diagnosis.headlines.iter().map(|headline| headline.code).collect();
    assert_eq!(codes.len(), 1, "{codes:?}");
    (codes[0], diagnosis.headlines[0].finding.what.clone())
}

#[test]
fn each_answer_has_its_cause() {
    const TOKEN: &str = r#"{"message":"Missing Authentication Token"}"#;
    const INTERNAL: &str = r#"{"message":"Internal server error"}"#;
    const XML: &str = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>";
    let html = |code: &str| format!("<html><body><ul><li>Code: {code}</li></ul></body></html>");
    let kind = |name| [("x-amzn-errortype", name)];
    let api = Service::ApiGateway;
    let cases = [
        (
            hop(api, 403, &kind("MissingAuthenticationTokenException"), TOKEN),
            "`Missing Authentication Token`",
        ),
        // Some endpoints put an address behind the name, and HEAD has no body.
        (
            hop(api, 403, &kind("MissingAuthenticationTokenException:http://internal.amazon.com/"), ""),
            "`Missing Authentication Token`",
        ),
        (hop(api, 403, &[], TOKEN), "`Missing Authentication Token`"),
        (hop(api, 403, &kind("ForbiddenException"), r#"{"message":"Forbidden"}"#), "an API key is missing"),
        (
            hop(api, 403, &kind("AccessDeniedException"), r#"{"Message":"User: anonymous"}"#),
            "resource policy",
        ),
        (hop(api, 401, &[], r#"{"message":"Unauthorized"}"#), "authorizer"),
        (hop(api, 404, &[], r#"{"message":"Not Found"}"#), "the chain needs a REST API"),
        (hop(api, 429, &[], r#"{"message":"Too Many Requests"}"#), "more requests than the throttle"),
        (hop(api, 500, &[], INTERNAL), "may not call the function"),
        (hop(api, 502, &[], INTERNAL), "did not start, failed"),
        (hop(api, 504, &[], r#"{"message":"Endpoint request timed out"}"#), "longer than API Gateway waits"),
        (
            hop(Service::Function, 404, &[], r#"{"error":"original_not_found"}"#),
            "`original_not_found`: it does not find",
        ),
        (hop(Service::Function, 422, &[], r#"{"error":"truncated"}"#), "can't be read as an image"),
        (hop(Service::Function, 400, &[], r#"{"error":"bad_key"}"#), "does not understand the address"),
        (hop(Service::Function, 500, &[], r#"{"error":"access_denied"}"#), "access_denied"),
        (hop(Service::Website, 404, &[], &html("NoSuchKey")), "no routing rule for 404"),
        (hop(Service::Website, 403, &[], &html("AccessDenied")), "S3 hides that"),
        (hop(Service::Website, 404, &[("x-amz-error-code", "NoSuchBucket")], ""), "no bucket of this name"),
        (hop(Service::Website, 404, &[], &html("NoSuchWebsiteConfiguration")), "no website configuration"),
        (
            hop(Service::S3Rest, 403, &[], "<Error><Code>AccessDenied</Code></Error>"),
            "this is the REST endpoint",
        ),
        (hop(Service::CloudFront, 404, &[("content-type", "application/xml")], XML), "`NoSuchKey` in XML"),
        (
            hop(Service::CloudFront, 404, &[("server", "AmazonS3")], &html("NoSuchKey")),
            "no routing rule for 404",
        ),
        (hop(Service::CloudFront, 403, &[], "The request could not be satisfied"), "web ACL"),
        (
            hop(Service::CloudFront, 504, &[], "The request could not be satisfied"),
            "no answer from the origin",
        ),
        (hop(Service::Other, 404, &[], ""), "no part of the chain"),
    ];
    for (last, says) in cases {
        let (name, status) = (last.service.title(), last.status.to_string());
        let diagnosis = after(|snapshot| ends_with(snapshot, last));
        let (code, what) = only(&diagnosis);
        assert_eq!(code, "IMG094");
        assert!(what.contains(says) && what.contains(&status) && what.contains(name), "{what}");
    }
}

#[test]
fn circles() {
    let kept = after(|snapshot| {
        let walk = &mut snapshot.walks[0];
        walk.hops.truncate(1);
        walk.hops[0].headers.insert("x-cache".to_owned(), "Hit from cloudfront".to_owned());
        walk.end = End::Loop { url: walk.url.clone() };
    });
    // What is in the cache is the cause, the circle its effect.
    assert_eq!(only(&kept).0, "IMG080");
    let effect = &kept.headlines[0].effects[0];
    assert!(
        effect.code == "IMG092" && effect.finding.what.contains("a redirect that it has kept"),
        "{}",
        effect.finding.what
    );
    let (code, what) = only(&after(|snapshot| {
        let walk = &mut snapshot.walks[0];
        walk.hops.truncate(2);
        walk.end = End::Loop { url: walk.url.clone() };
    }));
    assert!(code == "IMG092" && what.contains("stores it under another key"), "{what}");
    let (code, what) = only(&after(|snapshot| {
        let walk = &mut snapshot.walks[0];
        walk.hops.truncate(1);
        walk.end = End::Loop { url: walk.url.clone() };
    }));
    assert!(code == "IMG092" && what.contains("a routing rule leads back"), "{what}");
}

#[test]
fn ways_out_of_the_chain() {
    let cut = |snapshot: &mut Snapshot, end: End| {
        snapshot.walks[0].hops.truncate(1);
        snapshot.walks[0].end = end;
    };
    let no_answer = |url: &str, unresolved| End::NoAnswer {
        url: url.to_owned(),
        why: "connection refused".to_owned(),
        unresolved,
    };
    let (code, what) =
        only(&after(|s| cut(s, End::Elsewhere { location: "https://elsewhere.example/a".to_owned() })));
    assert!(
        code == "IMG093" && what.contains("elsewhere.example") && what.contains("CloudFront sends"),
        "{what}"
    );
    let (code, what) = only(&after(|s| cut(s, End::Elsewhere { location: "ht tp".to_owned() })));
    assert!(code == "IMG093" && what.contains("no address"), "{what}");
    let (code, what) = only(&after(|s| cut(s, no_answer("https://gone.example/a", true))));
    assert!(code == "IMG093" && what.contains("does not resolve"), "{what}");
    let (code, what) = only(&after(|s| cut(s, no_answer("https://images.example.com/a", false))));
    assert!(code == "IMG097" && what.contains("connection refused"), "{what}");
    let website = "https://shop-pictures.s3-website-eu-west-1.amazonaws.com/a";
    let (code, what) = only(&after(|s| cut(s, no_answer(website, false))));
    assert!(code == "IMG097" && what.contains("have no HTTPS"), "{what}");
    // Before anything answered.
    let (code, _) = only(&after(|s| {
        s.walks[0].hops.clear();
        s.walks[0].end = no_answer("https://gone.example/a", true);
    }));
    assert_eq!(code, "IMG093");
}

#[test]
fn answers_without_an_image() {
    let html = [("content-type", "text/html")];
    for (last, says) in [
        (hop(Service::CloudFront, 200, &html, "<html>"), "text/html"),
        (hop(Service::Function, 200, &[("content-type", "image/jpeg")], "/9j/4AAQ"), "binaryMediaTypes"),
        (hop(Service::Function, 307, &[], ""), "leads nowhere"),
        (hop(Service::Website, 200, &[], ""), "no content type"),
    ] {
        let (code, what) = only(&after(|snapshot| ends_with(snapshot, last)));
        assert!(code == "IMG096" && what.contains(says), "{what}");
    }
    for (kind, bytes) in [("binary/octet-stream", 4_321), ("image/png", 0)] {
        let end = End::Image { content_type: kind.to_owned(), bytes };
        assert_eq!(headlines(|snapshot| snapshot.walks[0].end = end), ["IMG096"], "{kind}");
    }
}

#[test]
fn the_log_explains_the_answer() {
    let cause = "the code was built for another processor than the function's";
    let diagnosis = after(|snapshot| {
        ends_with(snapshot, hop(Service::ApiGateway, 502, &[], r#"{"message":"Internal server error"}"#));
        let text = "fork/exec /var/task/bootstrap: exec format error";
        snapshot.log =
            Fact::Known(vec![line(text, Some(cause)), line(text, Some(cause)), line("other", None)]);
    });
    let codes: Vec<&str> = diagnosis.headlines.iter().map(|headline| headline.code).collect();
    assert_eq!(codes, ["IMG095", "IMG095"]);
    let first = &diagnosis.headlines[0];
    assert!(
        first.finding.what.contains(cause) && first.finding.what.contains("2 times"),
        "{}",
        first.finding.what
    );
    assert_eq!(first.finding.cure, "do this next");
    assert_eq!(first.effects[0].code, "IMG094");
}

/// Other viewers' failures of the same minute.
#[test]
fn a_failure_is_told_also_where_the_own_requests_went_well() {
    let log = || Fact::Known(vec![line("Task timed out after 20.02 seconds", None)]);
    assert_eq!(headlines(|snapshot| snapshot.log = log()), ["IMG095"]);
    assert_eq!(
        headlines(|snapshot| {
            absent(snapshot, hop(Service::Function, 404, &[], ""));
            snapshot.log = log();
        }),
        ["IMG095"]
    );
}

#[test]
fn an_error_of_the_configuration_explains_all_of_it() {
    let diagnosis = after(|snapshot| {
        snapshot.function.as_mut().unwrap().reserved_concurrency = Fact::Known(0);
        ends_with(snapshot, hop(Service::ApiGateway, 500, &[], r#"{"message":"Internal server error"}"#));
        snapshot.log = Fact::Known(vec![line("failed", None)]);
        let mut second = healthy().walks.remove(0);
        second.end = End::Loop { url: second.url.clone() };
        snapshot.walks.push(second);
    });
    let (code, _) = only(&diagnosis);
    assert_eq!(code, "IMG045");
    let effects: Vec<&str> = diagnosis.headlines[0].effects.iter().map(|effect| effect.code).collect();
    assert_eq!(effects, ["IMG092", "IMG094", "IMG095"]);
    // A mere warning does not.
    let codes = headlines(|snapshot| {
        let function = snapshot.function.as_mut().unwrap();
        function.configuration.known_mut().unwrap().memory = 128;
        ends_with(snapshot, hop(Service::ApiGateway, 502, &[], ""));
    });
    assert_eq!(codes, ["IMG094", "IMG044"]);
}

#[test]
fn walks_with_the_same_end_are_one_fault() {
    let last = || hop(Service::ApiGateway, 500, &[], r#"{"message":"Internal server error"}"#);
    let diagnosis = after(|snapshot| {
        ends_with(snapshot, last());
        let walk = snapshot.walks[0].clone();
        for name in ["b", "c", "d", "e"] {
            let url = format!("https://images.example.com/resized/300x200/{name}.jpg");
            snapshot.walks.push(Walk { url, ..walk.clone() });
        }
    });
    let (code, what) = only(&diagnosis);
    assert_eq!(code, "IMG094");
    assert!(what.contains("/b.jpg") && what.contains("/c.jpg") && what.ends_with(" and 2 more)"), "{what}");
    assert!(!what.contains("/d.jpg"), "{what}");
    // Another status is another fault.
    let diagnosis = after(|snapshot| {
        ends_with(snapshot, last());
        let mut walk = snapshot.walks[0].clone();
        walk.hops[1].status = 504;
        snapshot.walks.push(walk);
    });
    assert_eq!(diagnosis.headlines.len(), 2);
}

fn absent(snapshot: &mut Snapshot, last: Hop) {
    let mut walk = snapshot.walks[0].clone();
    walk.absent = true;
    "an image that does not exist".clone_into(&mut walk.asked_for);
    walk.hops.truncate(1);
    walk.hops.push(last);
    walk.end = End::Answer;
    snapshot.walks.push(walk);
}

#[test]
fn an_absent_original_ends_with_the_functions_404() {
    let not_found = r#"{"error":"original_not_found"}"#;
    assert_eq!(headlines(|s| absent(s, hop(Service::Function, 404, &[], not_found))), [""; 0]);
    for service in [Service::Website, Service::CloudFront, Service::ApiGateway] {
        assert_eq!(headlines(|s| absent(s, hop(service, 404, &[], ""))), ["IMG094"], "{service:?}");
    }
    // For one that exists it is wrong.
    assert_eq!(headlines(|s| ends_with(s, hop(Service::Function, 404, &[], not_found))), ["IMG094"]);
    // The tool's own function does not fail there.
    assert_eq!(headlines(|s| absent(s, hop(Service::ApiGateway, 502, &[], ""))), ["IMG094"]);
}

/// The classic sample throws where an original is missing.
#[test]
fn a_function_of_another_make_may_fail_where_nothing_is() {
    let codes = |snapshot: &Snapshot| -> Vec<&str> {
        let headlines = diagnose(snapshot, &Selection::default()).headlines;
        headlines.iter().map(|headline| headline.code).collect()
    };
    let mut snapshot = classic();
    absent(&mut snapshot, hop(Service::ApiGateway, 502, &[], r#"{"message":"Internal server error"}"#));
    snapshot.log = Fact::Known(vec![line("NoSuchKey: The specified key does not exist.", None)]);
    assert_eq!(codes(&snapshot), [""; 0]);
    // Where it makes no image at all, it is broken.
    ends_with(&mut snapshot, hop(Service::ApiGateway, 502, &[], r#"{"message":"Internal server error"}"#));
    assert_eq!(codes(&snapshot), ["IMG095"]);
    snapshot.log = Fact::Absent;
    assert_eq!(codes(&snapshot), ["IMG094"]);
    snapshot.walks.remove(0);
    assert_eq!(codes(&snapshot), ["IMG094"]);
}

#[test]
fn an_image_where_none_can_be_is_another_one() {
    // Every address shows one image, also that of an original that is not there.
    let (code, what) = only(&after(|s| s.walks[0].absent = true));
    assert!(code == "IMG090" && what.contains("does not exist"), "{what}");
    let without = |s: &mut Snapshot| s.walks[0].hops.retain(|hop| hop.service != Service::Function);
    let (code, what) = only(&after(without));
    assert!(code == "IMG090" && what.contains("the function was not asked"), "{what}");
    // What was made before comes without it, and some functions answer with the image itself.
    let made = |s: &mut Snapshot| {
        without(s);
        s.walks[0].fresh = false;
    };
    assert_eq!(headlines(made), [""; 0]);
    assert_eq!(
        headlines(|s| {
            without(s);
            s.walks[0].hops.push(hop(Service::ApiGateway, 200, &[("content-type", "image/png")], ""));
        }),
        [""; 0]
    );
}

#[test]
fn what_was_not_asked_is_not_judged() {
    let codes = ["IMG090", "IMG092", "IMG093", "IMG094", "IMG096", "IMG097"];
    let diagnosis = after(|snapshot| snapshot.walks.clear());
    for code in codes {
        assert!(diagnosis.nothing_to_check.contains(&code), "{code}");
    }
    let unseen = crate::tests::denied("logs:FilterLogEvents", "denied");
    let diagnosis = after(|snapshot| snapshot.log = Fact::Unknown(unseen));
    assert_eq!(diagnosis.not_checked.len(), 1);
    assert_eq!(diagnosis.not_checked[0].unseen.action, "logs:FilterLogEvents");
    assert_eq!(diagnosis.not_checked[0].codes, ["IMG095"]);
    let diagnosis = after(|snapshot| snapshot.log = Fact::Absent);
    assert!(diagnosis.nothing_to_check.contains(&"IMG095"));
}
