//! A scenario stays as it is by itself, and each kind of loss is noticed.
#![allow(clippy::unwrap_used)]

use test_support::ministack::MiniStack;
use test_support::photos;
use test_support::scenario::Scenario;

fn fails(check: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check))
        .expect_err("the difference was not noticed");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn a_snapshot_equals_itself_and_holds_every_document() {
    let aws = MiniStack::start();
    let scenario = Scenario::used_bucket(&aws, "eu-west-1", "shop-pictures");
    let before = scenario.snapshot();
    before.assert_equal(&scenario.snapshot());
    assert!(before.get("policy").contains("NeverDeleteTheBucket"));
    assert!(
        before.get("policy").contains(r"incoming/\u00fc/*"),
        "spelling is kept: {}",
        before.get("policy")
    );
    assert_eq!(before.get("website").matches("<RoutingRule>").count(), 2);
    assert!(before.get("cors").contains("fonts"));
    assert!(before.get("lifecycle").contains("old-versions"));
    assert!(before.get("tagging").contains("cost-center"));
    assert!(before.get("versioning").contains("Enabled"));
    // A part that the emulator doesn't know is answered with a listing of the bucket.
    for name in ["acl", "encryption", "logging", "notification", "ownershipControls", "publicAccessBlock"] {
        assert!(!before.get(name).contains("ListBucketResult"), "{name}: {}", before.get(name));
    }
    assert!(before.get("objects").contains(&format!("pics/a.jpg {}", photos::DANDELION.bytes.len())));
    let distribution = before.get("distribution");
    assert_eq!(distribution.matches("<Origin>").count(), 2);
    assert_eq!(distribution.matches("<CacheBehavior>").count(), 3);
    assert!(distribution.contains("shop-pictures.s3-website-eu-west-1.amazonaws.com"));
    assert!(distribution.contains("<DefaultTTL>60</DefaultTTL>") && distribution.contains("<CachePolicyId>"));
    let added = before.assert_kept_in(&scenario.snapshot());
    assert!(added.statements.is_empty() && added.rules.is_empty(), "{added:?}");
}

#[test]
fn additions_are_reported_and_losses_panic() {
    let aws = MiniStack::start();
    let scenario = Scenario::used_bucket(&aws, "eu-west-1", "shop-pictures");
    let before = scenario.snapshot();
    let website = scenario.document("website").unwrap();
    let rule = "<RoutingRule><Redirect><HostName>ours</HostName></Redirect></RoutingRule>";
    scenario.put("website", &website.replace("<RoutingRules>", &format!("<RoutingRules>{rule}")));
    scenario.edit_distribution(|xml| {
        let origin = "<Origin><Id>ours</Id></Origin>";
        xml.replacen("</Items></Origins>", &format!("{origin}</Items></Origins>"), 1)
    });
    let added = before.assert_kept_in(&scenario.snapshot());
    assert_eq!(added.rules, [(0, rule.to_owned())]);
    assert_eq!(added.origins.len(), 1);
    let message = fails(|| before.assert_equal(&scenario.snapshot()));
    assert!(message.contains("website") && message.contains("distribution"), "{message}");

    scenario.edit_distribution(|xml| xml.replace("PriceClass_100", "PriceClass_All"));
    assert!(fails(|| drop(before.assert_kept_in(&scenario.snapshot()))).contains("distribution settings"));

    scenario.put("website", &website.replace("archive.example.com", "archive.example.org"));
    assert!(fails(|| drop(before.assert_kept_in(&scenario.snapshot()))).contains("routing rule"));

    scenario.put("website", &website);
    scenario
        .put("tagging", r#"<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet/></Tagging>"#);
    assert!(fails(|| drop(before.assert_kept_in(&scenario.snapshot()))).contains("tagging"));
}

#[test]
fn rewriting_an_object_is_noticed() {
    let aws = MiniStack::start();
    let scenario = Scenario::used_bucket_alone(&aws, "eu-central-1", "shop-pictures");
    let before = scenario.snapshot();
    scenario.put_photo("pics/a.jpg", &photos::DANDELION);
    assert!(fails(|| before.assert_equal(&scenario.snapshot())).contains("objects"));
}

#[test]
fn a_private_bucket_has_all_four_flags_and_no_website() {
    let aws = MiniStack::start();
    let scenario = Scenario::private_bucket(&aws, "eu-central-1", "vault-pictures");
    let snapshot = scenario.snapshot();
    assert_eq!(
        snapshot.get("publicAccessBlock"),
        "BlockPublicAcls=true BlockPublicPolicy=true IgnorePublicAcls=true RestrictPublicBuckets=true"
    );
    assert_eq!(snapshot.get("website"), "NoSuchWebsiteConfiguration");
    assert_eq!(snapshot.get("policy"), "NoSuchBucketPolicy");
    assert_eq!(scenario.keys("pics/"), ["pics/a.jpg", "pics/b.jpg", "pics/fig.png", "pics/turned.jpg"]);
}
