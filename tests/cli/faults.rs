//! Throttling, errors and stale answers: finished, or refused cleanly.

use test_support::proxy::{Fault, What, When};

use crate::bench::{BUCKET, Bench};
use crate::state;

/// What an undisturbed attach leaves behind, and which operations it takes.
fn undisturbed() -> (Bench, String, Vec<String>) {
    let bench = Bench::used().with_stand_in();
    let _ = bench.attach().exits(0);
    let installed = state::installed(&bench.scenario);
    let operations = bench.operations().iter().map(|call| call.name()).collect();
    (bench, installed, operations)
}

/// The same bucket as new, on the same emulator.
fn as_new(bench: &mut Bench) {
    bench.aws.reset();
    bench.proxy.clear();
    bench.scenario = test_support::scenario::Scenario::used_bucket(&bench.aws, crate::bench::REGION, BUCKET);
}

#[test]
fn every_operation_may_be_throttled_or_fail_once() {
    let (mut bench, installed, _) = undisturbed();
    for what in [What::Throttle, What::InternalError] {
        as_new(&mut bench);
        let before = bench.scenario.snapshot();
        bench.proxy.fault(Fault::new(When::FirstOfEachOperation, what.clone()));
        let run = bench.attach().exits(0);
        let faults = bench
            .proxy
            .calls()
            .iter()
            .filter(|call| call.status.is_some_and(|s| s == 429 || s >= 500))
            .count();
        assert!(faults > 5, "{what:?} struck {faults} times only\n{run}");
        let _ = before.assert_kept_in(&bench.scenario.snapshot());
        state::assert_same(&state::installed(&bench.scenario), &installed, format_args!("{what:?}"));
    }
}

#[test]
fn an_answer_that_is_lost_once_is_asked_for_again() {
    let (mut bench, installed, _) = undisturbed();
    as_new(&mut bench);
    bench.proxy.fault(Fault::new(When::FirstOfEachOperation, What::DropAfter));
    let mut run = bench.attach();
    // Where the repeated call meets the work of its own first try, it may take that for somebody else's and stop
    // (4), or stop half-way (6), saying so; then running it again goes on.
    let mut runs = 1;
    while matches!(run.code, 4 | 6) && runs < 5 {
        run = bench.attach();
        runs += 1;
    }
    let run = run.exits(0);
    state::assert_same(
        &state::installed(&bench.scenario),
        &installed,
        format_args!("after {runs} runs\n{run}"),
    );
}

#[test]
fn each_write_denied_stops_cleanly_and_goes_on_later() {
    let (mut bench, installed, operations) = undisturbed();
    let writes: Vec<String> =
        bench.operations().into_iter().filter(|call| call.write).map(|call| call.name()).collect();
    assert!(writes.len() >= 5 && operations.len() > writes.len(), "{writes:?}");
    for operation in writes {
        as_new(&mut bench);
        let before = bench.scenario.snapshot();
        bench.proxy.fault(Fault::on(&operation, What::AccessDenied));
        let run = bench.attach();
        assert!(matches!(run.code, 5 | 6), "{operation}\n{run}");
        let _ = before.assert_kept_in(&bench.scenario.snapshot());
        bench.proxy.clear();
        let run = bench.attach().exits(0);
        state::assert_same(
            &state::installed(&bench.scenario),
            &installed,
            format_args!("{operation}\n{run}"),
        );
    }
}

#[test]
fn function_and_role_are_left_to_cloudformation() {
    // LA-01 (role not assumable yet) and LA-02 (update in progress) are answers to direct calls, which CloudFormation
    // makes and repeats for us: nothing of the kind may leave the tool itself.
    let (bench, _, _) = undisturbed();
    let direct: Vec<_> = bench
        .proxy
        .writes()
        .into_iter()
        .filter(|call| matches!(call.service.as_str(), "lambda" | "iam" | "apigateway" | "logs"))
        .collect();
    assert!(direct.is_empty(), "{direct:?}");
}

#[test]
fn a_stale_etag_is_read_again_or_refused() {
    let (mut bench, installed, _) = undisturbed();
    as_new(&mut bench);
    let before = bench.scenario.snapshot();
    bench.proxy.fault(Fault::stale_etag().times(1));
    let run = bench.attach();
    assert!(matches!(run.code, 0 | 4), "{run}");
    assert!(bench.proxy.calls().iter().any(|call| call.status == Some(412)), "the fault did not strike");
    let _ = before.assert_kept_in(&bench.scenario.snapshot());
    let _ = bench.attach().exits(0);
    state::assert_same(&state::installed(&bench.scenario), &installed, "");
}

#[test]
fn a_document_changed_behind_our_back_is_not_overwritten() {
    // The change comes between our last look and our write: for documents without ETag the last moment at which
    // anyone can notice is the read right before the write.
    let (mut bench, _, _) = undisturbed();
    for (read, what) in [
        ("s3:GetBucketPolicy", "policy"),
        ("s3:GetBucketWebsite", "website"),
        ("cloudfront:GetDistributionConfig", "distribution"),
    ] {
        as_new(&mut bench);
        // The first read makes the plan; the change waits for the one before the write.
        let scenario = bench.scenario.clone();
        let change = move || match what {
            "policy" => {
                let policy = scenario.document("policy").unwrap();
                scenario.put("policy", &policy.replacen("PartnerUploads", "PartnersUpload", 1));
            }
            "website" => {
                let website = scenario.document("website").unwrap();
                scenario.put("website", &website.replace("archive.example.com", "attic.example.com"));
            }
            _ => scenario.edit_distribution(|xml| xml.replace("PriceClass_100", "PriceClass_200")),
        };
        bench.proxy.before("cloudformation:CreateChangeSet", change);
        let run = bench.attach().exits(4);
        assert!(run.stderr.contains("changed by somebody else"), "{what}\n{run}");
        assert!(
            bench.proxy.calls().iter().filter(|call| call.name() == read).count() >= 2,
            "{}",
            bench.proxy.log()
        );
        let now = bench.scenario.snapshot();
        let mark = match what {
            "policy" => "PartnersUpload",
            "website" => "attic.example.com",
            _ => "PriceClass_200",
        };
        assert!(now.get(what).contains(mark), "the change was overwritten: {}", now.get(what));
        let _ = bench.attach().exits(0);
        assert!(bench.scenario.snapshot().get(what).contains(mark));
    }
}

#[test]
fn a_distribution_changed_at_the_last_moment_is_not_overwritten() {
    // CF-13: here If-Match protects even after our last read.
    let bench = Bench::used().with_stand_in();
    let scenario = bench.scenario.clone();
    bench.proxy.before("cloudfront:UpdateDistribution", move || {
        scenario.edit_distribution(|xml| xml.replace("PriceClass_100", "PriceClass_200"));
    });
    let run = bench.attach();
    assert!(matches!(run.code, 0 | 4), "{run}");
    assert!(bench.scenario.distribution_config().0.contains("PriceClass_200"), "overwritten\n{run}");
    let _ = bench.attach().exits(0);
    assert!(bench.scenario.distribution_config().0.contains("PriceClass_200"));
}

/// Whether a distribution has forgotten what it had can't be seen in the account: the journal knows.
#[test]
fn an_invalidation_that_was_not_made_is_made_up_for() {
    const CALL: &str = "cloudfront:CreateInvalidation";
    let made = |bench: &Bench| bench.proxy.calls().iter().filter(|call| call.name() == CALL).count();
    let bench = Bench::used().with_stand_in();
    bench.proxy.fault(Fault::error(CALL, 403, "AccessDenied", "not authorized"));
    let run = bench.attach();
    assert_ne!(run.code, 0, "{run}");
    // Not allowed still: that is no end, however often it is tried.
    assert_ne!(bench.attach().code, 0);
    bench.proxy.clear();
    let run = bench.attach().exits(0);
    assert_eq!(made(&bench), 1, "{run}");
    bench.proxy.clear();
    let run = bench.attach().exits(0);
    assert_eq!(made(&bench), 0, "{run}");
    bench.assert_no_writes();

    bench.proxy.fault(Fault::error(CALL, 403, "AccessDenied", "not authorized"));
    let run = bench.tool.run(["detach", "--bucket", BUCKET, "--yes"]);
    assert_ne!(run.code, 0, "{run}");
    bench.proxy.clear();
    let run = bench.tool.run(["detach", "--bucket", BUCKET, "--yes"]).exits(0);
    assert_eq!(made(&bench), 1, "{run}");
}
