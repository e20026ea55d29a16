//! What others put on bucket and distribution stays, byte for byte; what we put there is what was promised; and
//! detach leaves no trace.

use serde_json::Value;
use test_support::iam;
use test_support::snapshot::Additions;

use crate::bench::{BUCKET, Bench, REGION};
use crate::state;

/// The text between `<tag>` and `</tag>`.
fn field<'a>(xml: &'a str, tag: &str) -> &'a str {
    let rest = xml.split_once(&format!("<{tag}>")).map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split_once(&format!("</{tag}>"))).map_or("", |(text, _)| text)
}

/// Read access to derived objects, and nothing else.
fn assert_statements(added: &Additions) {
    assert!(!added.statements.is_empty(), "nobody may read the derived objects");
    for statement in &added.statements {
        let statement: Value = serde_json::from_str(statement).unwrap();
        assert!(statement["Sid"].as_str().unwrap().starts_with("Imgdeploy"), "{statement}");
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        let actions = match &statement["Action"] {
            Value::Array(all) => all.clone(),
            one => vec![one.clone()],
        };
        assert_eq!(actions, ["s3:GetObject"], "{statement}");
        let resources = match &statement["Resource"] {
            Value::Array(all) => all.clone(),
            one => vec![one.clone()],
        };
        assert_eq!(resources, [format!("arn:aws:s3:::{BUCKET}/resized/*")], "{statement}");
    }
}

/// One rule for 404 and one for 403 (S3-04), first in the list (S3-10), to the API in the bucket's region.
fn assert_rules(added: &Additions) {
    let places: Vec<usize> = added.rules.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, [0, 1]);
    let mut codes = Vec::new();
    for (_, rule) in &added.rules {
        assert_eq!(field(rule, "KeyPrefixEquals"), "resized/", "{rule}");
        assert_eq!(field(rule, "ReplaceKeyPrefixWith"), "prod/resize/resized/", "{rule}");
        assert_eq!(field(rule, "HttpRedirectCode"), "307", "{rule}");
        assert_eq!(field(rule, "Protocol"), "https", "{rule}");
        let host = field(rule, "HostName");
        assert!(host.ends_with(&format!(".execute-api.{REGION}.amazonaws.com")), "{rule}");
        codes.push(field(rule, "HttpErrorCodeReturnedEquals"));
    }
    codes.sort_unstable();
    assert_eq!(codes, ["403", "404"]);
}

/// One behaviour, before any that is broader (CF-11), which caches no redirect (CF-03).
fn assert_behaviour(added: &Additions, distribution: &str) {
    let [(place, behaviour)] = added.behaviours.as_slice() else { panic!("{:?}", added.behaviours) };
    let patterns: Vec<&str> = distribution
        .match_indices("<PathPattern>")
        .map(|(at, _)| field(&distribution[at..], "PathPattern"))
        .collect();
    let broader = patterns.iter().position(|pattern| *pattern == "*.jpg").unwrap();
    assert!(*place < broader, "{patterns:?}");
    assert_eq!(field(behaviour, "PathPattern").trim_start_matches('/'), "resized/*");
    assert_eq!(field(behaviour, "MinTTL"), "0", "{behaviour}");
    assert_eq!(field(behaviour, "DefaultTTL"), "0", "{behaviour}");
    assert_ne!(field(behaviour, "MaxTTL"), "0", "{behaviour}");
}

#[test]
fn attach_keeps_every_foreign_byte_and_detach_restores_every_document() {
    let bench = Bench::used().called_by_user(iam::ADMIN);
    let before = bench.scenario.snapshot();

    let _ = bench.attach().exits(0);
    let attached = bench.scenario.snapshot();
    let added = before.assert_kept_in(&attached);
    assert_statements(&added);
    assert_rules(&added);
    assert_behaviour(&added, attached.get("distribution"));
    assert!(added.origins.is_empty(), "the website origin was there already: {:?}", added.origins);
    assert_eq!(
        before.get("publicAccessBlock"),
        attached.get("publicAccessBlock"),
        "nothing stood in the way"
    );
    assert_eq!(state::stacks(&bench.scenario.root).len(), 1);

    let _ = bench.detach().exits(0);
    let after = bench.scenario.snapshot();
    before.clone().without("objects").assert_equal(&after.without("objects"));
    assert_eq!(bench.scenario.keys("pics/").len(), 4, "originals stay");
    assert!(state::stacks(&bench.scenario.root).is_empty(), "the stack goes");
}

#[test]
fn a_private_bucket_is_opened_as_far_as_needed_and_closed_again() {
    let bench = Bench::private().called_by_user(iam::ADMIN);
    let before = bench.scenario.snapshot();

    let _ = bench.attach().exits(0);
    let attached = bench.scenario.snapshot();
    assert_eq!(
        attached.get("publicAccessBlock"),
        "BlockPublicAcls=true BlockPublicPolicy=false IgnorePublicAcls=true RestrictPublicBuckets=false"
    );
    let added = before.assert_kept_in(&attached);
    assert_statements(&added);
    assert_rules(&added);
    assert_ne!(field(attached.get("website"), "Suffix"), "", "S3-07: rules need an index document");

    let _ = bench.detach().exits(0);
    let after = bench.scenario.snapshot();
    before.without("objects").assert_equal(&after.without("objects"));
}

#[test]
fn detach_leaves_alone_what_others_changed_meanwhile() {
    let bench = Bench::used();
    let before = bench.scenario.snapshot();
    let _ = bench.attach().exits(0);

    let website = bench.scenario.document("website").unwrap();
    bench.scenario.put("website", &website.replace("archive.example.com", "attic.example.com"));
    bench.scenario.edit_distribution(|xml| xml.replace("PriceClass_100", "PriceClass_200"));

    let _ = bench.detach().exits(0);
    let after = bench.scenario.snapshot();
    let website = before.get("website").replace("archive.example.com", "attic.example.com");
    assert_eq!(after.get("website"), website);
    let distribution = before.get("distribution").replace("PriceClass_100", "PriceClass_200");
    assert_eq!(after.get("distribution"), distribution);
    assert_eq!(after.get("policy"), before.get("policy"));
}

#[test]
fn detach_deletes_derived_images_only_when_told_to_and_only_those() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    // The probe at the end of attach made one.
    assert_eq!(bench.scenario.keys("resized/").len(), 1);
    // It looks derived, but nothing in its metadata says so.
    let foreign = "resized/300x200/pics/by-hand.jpg";
    bench.scenario.put_photo(foreign, &test_support::photos::DANDELION);
    bench.proxy.clear();
    let run = bench.tool.run(["detach", "--bucket", BUCKET, "--delete-derived", "--yes"]).exits(0);
    assert_eq!(bench.scenario.keys("resized/"), [foreign], "{run}");
    assert_eq!(bench.scenario.keys("pics/").len(), 4);
}
