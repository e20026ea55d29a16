//! The classic way to break a site: CloudFront keeps the redirect, and the browser goes in circles.

use http::Method;
use test_support::http_client::Answer;
use test_support::jpeg;

use crate::bench::Bench;
use crate::served::{MOST_REDIRECTS, Served, told};

const ASKED: &str = "resized/300x200/pics/b.jpg";

/// Gives our behaviour, and no other, the TTLs that the console offers.
fn with_console_ttls(config: &str) -> String {
    let (before, ours) = config.split_at(config.find("<PathPattern>resized/*</PathPattern>").unwrap());
    let (ours, after) = ours.split_at(ours.find("</CacheBehavior>").unwrap());
    let edited = ours.replacen("<DefaultTTL>0</DefaultTTL>", "<DefaultTTL>86400</DefaultTTL>", 1).replacen(
        "<MinTTL>0</MinTTL>",
        "<MinTTL>1</MinTTL>",
        1,
    );
    assert!(edited.contains("<MinTTL>1</MinTTL>") && edited.contains("<DefaultTTL>86400</DefaultTTL>"));
    format!("{before}{edited}{after}")
}

fn last(way: &[Answer]) -> &Answer {
    &way[way.len() - 1]
}

#[test]
fn cf_02_and_cf_03_a_kept_redirect_is_a_loop_until_attach_repairs_it() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let attached = bench.scenario.distribution_config().0;
    let dev = Served::start(&bench);
    bench.scenario.edit_distribution(with_console_ttls);

    let way = dev.browse(&Method::GET, ASKED);
    assert_eq!(way.len(), MOST_REDIRECTS + 1, "no loop{}", told(&way));
    // The first lap made the image; from then on it is the redirect in the cache that keeps it away (CF-03).
    assert!(bench.scenario.keys("resized/").contains(&ASKED.to_owned()));
    let third = &way[2];
    assert_eq!(third.header("x-cache"), Some("Hit from cloudfront"), "{}", told(&way));
    assert!(third.header("age").is_some(), "{}", told(&way));

    // It is seen and said before anything is written, and a dry run leaves the loop alone.
    bench.proxy.clear();
    let mut dry = bench.attach_without("--yes");
    dry.extend(["--dry-run".to_owned(), "--exit-code".to_owned()]);
    let shown = bench.tool.run(&dry).exits(3);
    assert!(shown.stdout.contains("our behaviour is written anew"), "{shown}");
    assert!(shown.stdout.contains("TTL"), "{shown}");
    bench.assert_no_writes();
    assert_eq!(dev.browse(&Method::GET, ASKED).len(), MOST_REDIRECTS + 1);

    let repaired = bench.attach().exits(0);
    assert!(repaired.stderr.contains("our behaviour is written anew"), "{repaired}");
    let writes: Vec<String> = bench.proxy.writes().iter().map(|call| call.operation.clone()).collect();
    // CF-07: without the invalidation the redirect would stay for a day.
    assert!(writes.iter().any(|name| name == "UpdateDistribution"), "{writes:?}");
    assert!(writes.iter().any(|name| name == "CreateInvalidation"), "{writes:?}");
    assert!(!writes.iter().any(|name| name == "PutBucketWebsite" || name == "PutBucketPolicy"), "{writes:?}");
    assert_eq!(bench.scenario.distribution_config().0, attached, "not what attach had made");

    let way = dev.browse(&Method::GET, ASKED);
    assert_eq!(last(&way).status, 200, "{}", told(&way));
    assert_eq!(jpeg::dimensions(&last(&way).body), Ok((300, 200)));
    let again = dev.browse(&Method::GET, ASKED);
    assert_eq!(again.len(), 1, "{}", told(&again));
    assert_eq!(again[0].header("x-cache"), Some("Hit from cloudfront"));
    assert!(again[0].header("age").unwrap().parse::<u64>().is_ok());

    bench.proxy.clear();
    let nothing = bench.attach().exits(0);
    assert!(nothing.stdout.contains("nothing to do"), "{nothing}");
    bench.assert_no_writes();
}

#[test]
fn cf_07_right_ttls_alone_do_not_end_the_loop() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let attached = bench.scenario.distribution_config().0;
    let dev = Served::start(&bench);
    bench.scenario.edit_distribution(with_console_ttls);
    assert_eq!(dev.browse(&Method::GET, ASKED).len(), MOST_REDIRECTS + 1);
    // Whoever mends the TTLs by hand still has the redirect in the cache; other images are well again.
    bench.scenario.edit_distribution(|_| attached.clone());
    assert_eq!(dev.browse(&Method::GET, ASKED).len(), MOST_REDIRECTS + 1);
    let other = dev.browse(&Method::GET, "resized/30x20/pics/b.jpg");
    assert_eq!(last(&other).status, 200, "{}", told(&other));
}
