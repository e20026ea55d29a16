//! What can't be done ends with its own exit code, says why, and writes nothing.

use test_support::iam;
use test_support::ministack::MiniStack;
use test_support::proxy::{Fault, What, When};
use test_support::scenario::{Scenario, create_bucket};
use test_support::tool::Run;

use crate::bench::{BUCKET, Bench, REGION, words};

/// The exit code, each of the words in the message, and no write.
#[track_caller]
fn assert_refused(bench: &Bench, run: Run, code: i32, said: &[&str]) {
    let run = run.exits(code);
    for word in said {
        assert!(run.stderr.contains(word), "{word:?} is not in the message\n{run}");
    }
    bench.assert_no_writes();
}

fn replaced(bench: &Bench, flag: &str, value: &str) -> Vec<String> {
    let mut arguments = bench.attach_arguments();
    let at = arguments.iter().position(|argument| argument == flag).unwrap();
    value.clone_into(&mut arguments[at + 1]);
    arguments
}

#[test]
fn what_stands_where_derived_images_go_is_counted_before_anything_is_written() {
    let bench = Bench::used().with_stand_in();
    for key in ["resized/300x200/by-hand.jpg", "300x200/banner.jpg", "banner.jpg"] {
        bench.scenario.put_object(key, "image/jpeg", "mine");
    }
    for (prefix, said) in [
        (
            "resized/",
            "1 object under `resized/` with keys of derived images was not made by imgdeploy: `resized/300x200/by-hand.jpg`",
        ),
        ("", "`300x200/banner.jpg`"),
    ] {
        let mut arguments = bench.attach_arguments();
        arguments.extend(["--prefix", prefix, "--dry-run"].map(str::to_owned));
        let run = bench.tool.run(arguments).exits(0);
        assert!(run.stdout.contains(said), "{said}\n{run}");
        assert!(run.stdout.contains("never writes over it") && run.stdout.contains("409"), "{run}");
        bench.assert_no_writes();
    }
}

#[test]
fn a_policy_that_would_grow_over_20_kb() {
    let bench = Bench::used().with_stand_in();
    let policy = bench.scenario.document("policy").unwrap();
    // S3-25. Alone it fits; with a statement of ours it doesn't.
    let filler = |length: usize| {
        let resource = format!("arn:aws:s3:::{BUCKET}/never/{}", "x".repeat(length));
        let statement = format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"{resource}"}},"#
        );
        policy.replacen("{\"Sid\":\"SitePages\"", &format!("{statement}{{\"Sid\":\"SitePages\""), 1)
    };
    let long = filler(20 * 1024 - 50 - filler(0).len());
    assert_eq!(long.len(), 20 * 1024 - 50);
    bench.scenario.put("policy", &long);
    assert_refused(&bench, bench.attach(), 4, &["policy", "20"]);
}

#[test]
fn a_deny_that_would_stand_in_the_way_is_named() {
    let bench = Bench::used().with_stand_in();
    let policy = bench.scenario.document("policy").unwrap();
    let deny = r#"{"Sid":"OnlyEncrypted","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::shop-pictures","arn:aws:s3:::shop-pictures/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},"#;
    bench.scenario.put(
        "policy",
        &policy.replacen("{\"Sid\":\"SitePages\"", &format!("{deny}{{\"Sid\":\"SitePages\""), 1),
    );
    assert_refused(&bench, bench.attach(), 4, &["OnlyEncrypted"]);
}

#[test]
fn a_website_that_redirects_everything() {
    let bench = Bench::used().with_stand_in();
    bench.scenario.put("website", r#"<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><RedirectAllRequestsTo><HostName>www.example.com</HostName></RedirectAllRequestsTo></WebsiteConfiguration>"#);
    // S3-08
    assert_refused(&bench, bench.attach(), 4, &["redirects all requests", "www.example.com"]);
}

#[test]
fn a_website_with_fifty_rules() {
    let bench = Bench::used().with_stand_in();
    let rule = |n: usize| {
        format!(
            "<RoutingRule><Condition><KeyPrefixEquals>old{n}/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule>"
        )
    };
    let rules: String = (0..50).map(rule).collect();
    bench.scenario.put("website", &format!(r#"<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IndexDocument><Suffix>i.html</Suffix></IndexDocument><RoutingRules>{rules}</RoutingRules></WebsiteConfiguration>"#));
    // S3-06
    assert_refused(&bench, bench.attach(), 4, &["50"]);
}

#[test]
fn a_bucket_of_another_account() {
    let bench = Bench::with(|aws| {
        let scenario = Scenario::used_bucket(aws, REGION, BUCKET);
        create_bucket(&aws.other_account(REGION, "111111111111"), "theirs");
        scenario
    });
    let run = bench.tool.run(replaced(&bench, "--bucket", "theirs"));
    assert_refused(&bench, run, 5, &["theirs"]);
}

/// S3 says 403 for both, so that what is wrong is told by the list of buckets, or not at all.
#[test]
fn a_bucket_of_ones_own_without_rights_to_it() {
    for (listing, said, not_said) in [
        (
            r#","s3:ListAllMyBuckets""#,
            "may not look at the bucket shop-pictures of its own account",
            "another account",
        ),
        ("", "either rights are missing, or it belongs to another account", "does not belong"),
    ] {
        let bench = Bench::used().with_stand_in();
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["sts:*","cloudformation:*","cloudfront:*","lambda:*"{listing}],"Resource":"*"}}]}}"#
        );
        let bench = bench.called_by_user(&policy);
        let run = bench.attach().exits(5);
        assert!(run.stderr.contains(said) && !run.stderr.contains(not_said), "{run}");
        assert!(run.stderr.contains("s3:ListBucket"), "{run}");
        bench.assert_no_writes();
    }
}

#[test]
fn a_bucket_of_another_account_that_lets_us_do_everything() {
    let bench = Bench::with(|aws| {
        let scenario = Scenario::used_bucket(aws, REGION, BUCKET);
        let owner = aws.other_account(REGION, "111111111111");
        create_bucket(&owner, "theirs");
        let share = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"s3:*","Resource":["arn:aws:s3:::theirs","arn:aws:s3:::theirs/*"]}]}"#;
        let _ = owner.s3("PUT", "/theirs?policy", share).ok("policy");
        scenario
    });
    let run = bench.tool.run(replaced(&bench, "--bucket", "theirs"));
    assert_refused(&bench, run, 5, &["theirs"]);
}

#[test]
fn a_bucket_that_does_not_exist() {
    let bench = Bench::used().with_stand_in();
    let run = bench.tool.run(replaced(&bench, "--bucket", "no-such-bucket-here"));
    assert_refused(&bench, run, 2, &["no-such-bucket-here"]);
}

#[test]
fn a_distribution_that_does_not_exist() {
    let bench = Bench::used().with_stand_in();
    let run = bench.tool.run(replaced(&bench, "--distribution", "E0000000000000"));
    assert_refused(&bench, run, 2, &["E0000000000000"]);
}

#[test]
fn no_credentials() {
    let bench = Bench::used().with_stand_in();
    let arguments = bench.attach_arguments();
    let bench = Bench { tool: crate::bench::tool(&bench.proxy).without_credentials(), ..bench };
    let run = bench.tool.run(arguments);
    assert_refused(&bench, run, 5, &["credentials"]);
}

#[test]
fn an_expired_token() {
    let bench = Bench::used().with_stand_in();
    bench.proxy.fault(Fault::new(When::Always, What::ExpiredToken));
    assert_refused(&bench, bench.attach(), 5, &["expired"]);
}

#[test]
fn no_permission_to_look_at_something_that_matters() {
    for action in ["s3:GetBucketPolicy", "s3:GetBucketWebsite", "cloudfront:GetDistributionConfig"] {
        let bench = Bench::used().with_stand_in().called_by_user(&iam::all_but(action));
        assert_refused(&bench, bench.attach(), 5, &[action.split_once(':').unwrap().1]);
    }
}

#[test]
fn no_permission_for_one_write_stops_there_and_goes_on_later() {
    let bench = Bench::used().with_stand_in().called_by_user(&iam::all_but("s3:PutBucketWebsite"));
    let before = bench.scenario.snapshot();
    let run = bench.attach();
    assert!(matches!(run.code, 5 | 6), "{run}");
    assert!(run.stderr.contains("PutBucketWebsite"), "{run}");
    let _ = before.assert_kept_in(&bench.scenario.snapshot());
    let arguments = bench.attach_arguments();
    let bench = Bench { tool: crate::bench::tool(&bench.proxy), ..bench };
    let _ = bench.tool.run(arguments).exits(0);
    let added = before.assert_kept_in(&bench.scenario.snapshot());
    assert_eq!(added.rules.len(), 2);
}

#[test]
fn a_zip_for_another_processor() {
    let bench = Bench::used().with_stand_in();
    let other = if test_support::zip_file::host_arch() == "arm64" { "x86_64" } else { "arm64" };
    let run = bench.tool.run(replaced(&bench, "--arch", other));
    assert_refused(&bench, run, 2, &[other]);
}

#[test]
fn a_zip_that_is_none() {
    let bench = Bench::used().with_stand_in();
    let path = bench.tool.home().join("code.zip");
    std::fs::write(&path, "no zip").unwrap();
    let run = bench.tool.run(replaced(&bench, "--zip", path.to_str().unwrap()));
    assert_refused(&bench, run, 2, &["code.zip"]);
}

#[test]
fn an_endpoint_where_nobody_answers() {
    let bench = Bench::used().with_stand_in();
    let arguments = bench.attach_arguments();
    let closed = {
        let aws = MiniStack::start();
        aws.url()
    };
    let tool = crate::bench::tool(&bench.proxy).endpoint(&closed).env("AWS_MAX_ATTEMPTS", "1");
    let run = tool.run(arguments).exits(1);
    assert!(run.stderr.contains(&closed) || run.stderr.contains("endpoint"), "{run}");
}

#[test]
fn a_bucket_must_be_named() {
    let bench = Bench::used().with_stand_in();
    let run = bench.tool.run(words(&["attach", "--yes"]));
    assert_refused(&bench, run, 2, &["--bucket"]);
}
