//! Function, API and stack go where the bucket is, whatever the caller's profile says.

use test_support::scenario::Scenario;

use crate::bench::{BUCKET, Bench};
use crate::state;

#[test]
fn the_function_goes_to_the_buckets_region_and_the_plan_says_so() {
    let bench = Bench::used();
    let run = bench.attach().exits(0);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("eu-west-1") && said.contains("us-east-1"), "{run}");
    assert_eq!(state::stacks(&bench.aws.root("eu-west-1")).len(), 1);
    assert!(state::stacks(&bench.aws.root("us-east-1")).is_empty());
    assert!(state::installed(&bench.scenario).contains("AWS::Lambda::Function"));
}

#[test]
fn a_bucket_in_the_callers_region_needs_no_such_word() {
    let bench = Bench::with(|aws| Scenario::used_bucket(aws, "us-east-1", BUCKET));
    let run = bench.attach().exits(0);
    assert!(!format!("{}{}", run.stdout, run.stderr).contains("your profile in"), "{run}");
    assert_eq!(state::stacks(&bench.aws.root("us-east-1")).len(), 1);
}

#[test]
fn the_website_host_has_a_dot_where_the_region_wants_one() {
    // S3-01. The distribution reaches the bucket at its REST endpoint, where rules never run (S3-03): a website
    // origin is added.
    let bench = Bench::with(|aws| {
        let mut scenario = Scenario::used_bucket(aws, "eu-central-1", BUCKET);
        let host = test_support::scenario::website_host(BUCKET, "eu-central-1");
        let (config, _) = scenario.distribution_config();
        let rest = config.replace(&host, &format!("{BUCKET}.s3.eu-central-1.amazonaws.com"));
        scenario.create_distribution(&rest.replace(&format!("{BUCKET}-1"), "second"));
        scenario
    });
    let before = bench.scenario.snapshot();
    let _ = bench.attach().exits(0);
    let added = before.assert_kept_in(&bench.scenario.snapshot());
    let [origin] = added.origins.as_slice() else { panic!("{:?}", added.origins) };
    let host = format!("<DomainName>{BUCKET}.s3-website.eu-central-1.amazonaws.com</DomainName>");
    assert!(origin.contains(&host), "{origin}");
    assert!(origin.contains("<OriginProtocolPolicy>http-only</OriginProtocolPolicy>"), "CF-01: {origin}");
}
