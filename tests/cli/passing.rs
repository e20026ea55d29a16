//! Answers of AWS that pass by themselves: waited for, and never written over what somebody else did meanwhile.

use test_support::proxy::Fault;

use crate::bench::Bench;
use crate::update_code::World;

/// One write at a time goes on a bucket: the next gets this.
pub fn aborted(operation: &str) -> Fault {
    let message = "A conflicting conditional operation is currently in progress against this resource. Please try again.";
    Fault::error(operation, 409, "OperationAborted", message)
}

/// Every write to S3 that `attach` and `detach` make.
const S3_WRITES: [&str; 11] = [
    "s3:CreateBucket",
    "s3:PutPublicAccessBlock",
    "s3:PutBucketEncryption",
    "s3:PutBucketVersioning",
    "s3:PutBucketLifecycleConfiguration",
    "s3:PutBucketPolicy",
    "s3:PutBucketWebsite",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucketWebsite",
    "s3:PutObject",
    "s3:DeleteObject",
];

/// Each of these operations got a 409, and was made again.
fn assert_repeated(bench: &Bench, run: &test_support::tool::Run) -> usize {
    let calls = bench.proxy.calls();
    let struck: Vec<String> =
        calls.iter().filter(|call| call.status == Some(409)).map(|call| call.name()).collect();
    for name in &struck {
        let answers: Vec<_> = calls.iter().filter(|call| call.name() == *name).collect();
        assert!(answers.last().is_some_and(|call| call.status != Some(409)), "{name}\n{run}");
    }
    struck.len()
}

#[test]
fn a_write_to_s3_that_meets_another_is_made_again() {
    for bench in [Bench::used(), Bench::private()] {
        let before = bench.scenario.snapshot();
        S3_WRITES.iter().for_each(|operation| bench.proxy.fault(aborted(operation).times(1)));
        let run = bench.attach().exits(0);
        assert!(assert_repeated(&bench, &run) >= 7, "{run}\n{}", bench.proxy.log());
        bench.proxy.clear();
        S3_WRITES.iter().for_each(|operation| bench.proxy.fault(aborted(operation).times(1)));
        let run = bench.detach().exits(0);
        assert!(assert_repeated(&bench, &run) >= 3, "{run}\n{}", bench.proxy.log());
        let after = bench.scenario.snapshot();
        for document in ["policy", "website"] {
            assert_eq!(before.get(document), after.get(document), "{document}\n{run}");
        }
    }
}

#[test]
fn between_two_tries_the_document_is_read_again() {
    let bench = Bench::used();
    for (operation, document, theirs, mark) in [
        ("s3:PutBucketPolicy", "policy", "PartnerUploads", "PartnersUpload"),
        ("s3:PutBucketWebsite", "website", "archive.example.com", "attic.example.com"),
    ] {
        let scenario = bench.scenario.clone();
        bench.proxy.before(operation, move || {
            let text = scenario.document(document).unwrap();
            scenario.put(document, &text.replacen(theirs, mark, 1));
        });
        bench.proxy.fault(aborted(operation).times(1));
        let run = bench.attach().exits(4);
        assert!(run.stderr.contains("changed by somebody else"), "{run}");
        assert!(bench.scenario.document(document).unwrap().contains(mark), "overwritten\n{run}");
    }
    let run = bench.attach().exits(0);
    assert!(bench.scenario.document("website").unwrap().contains("attic.example.com"), "{run}");
}

#[test]
fn an_invalidation_waits_for_those_of_others() {
    let bench = Bench::used();
    let message = "Processing your request will cause you to exceed the maximum number of in-progress wildcard invalidations.";
    let fault = Fault::error("cloudfront:CreateInvalidation", 400, "TooManyInvalidationsInProgress", message);
    bench.proxy.fault(fault.times(2));
    let run = bench.attach().exits(0);
    let tries =
        bench.proxy.calls().iter().filter(|call| call.name() == "cloudfront:CreateInvalidation").count();
    assert_eq!(tries, 3, "{run}");
}

#[test]
fn a_function_that_is_being_updated_is_waited_for() {
    let world = World::new();
    for operation in ["lambda:UpdateFunctionCode", "lambda:PublishVersion", "lambda:UpdateAlias"] {
        world.proxy.fault(Fault::update_in_progress(operation).times(1));
    }
    let zip = world.variant("new");
    let run = world.update(&zip, &[]).exits(0);
    let refused = world.proxy.calls().iter().filter(|call| call.status == Some(409)).count();
    assert!(refused >= 2, "{run}\n{}", world.proxy.log());
}

/// A console saves the website anew: the same rules, their elements in another order.
#[test]
fn a_website_saved_in_another_order_is_detached() {
    let bench = Bench::used();
    let before = bench.scenario.snapshot();
    let _ = bench.attach().exits(0);
    let saved = reordered(&bench.scenario.document("website").unwrap());
    bench.scenario.put("website", &saved);
    let _ = bench.attach().exits(0);
    let run = bench.detach().exits(0);
    assert_eq!(bench.scenario.snapshot().get("website"), before.get("website"), "{run}");
}

/// `Redirect` before `Condition` in each rule, and no white space.
fn reordered(website: &str) -> String {
    let rules = website.split("<RoutingRule>").enumerate().map(|(at, rule)| {
        let cut =
            rule.find("</Condition>").filter(|_| at > 0).map(|end| rule.split_at(end + "</Condition>".len()));
        match cut.and_then(|(condition, rest)| Some((condition, rest.split_once("</Redirect>")?))) {
            Some((condition, (redirect, rest))) => {
                format!("{}</Redirect>{}{rest}", redirect.trim(), condition.trim())
            }
            None => rule.to_owned(),
        }
    });
    rules.collect::<Vec<_>>().join("<RoutingRule>")
}
