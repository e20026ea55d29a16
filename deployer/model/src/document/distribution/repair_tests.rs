//! What happens to our part of a distribution when others changed it, or when our settings did.

#![allow(clippy::unwrap_used)]

use super::tests::{merged, patterns, small, stripped};
use super::*;
use crate::document::fixtures::{DISTRIBUTION, our_edge};
use crate::document::{Ours, guard};

#[test]
fn a_behaviour_gone_wrong_is_repaired_and_said() {
    let good = merged(DISTRIBUTION).document;
    let start = good.find("<CacheBehavior><PathPattern>resized/*").unwrap();
    let end = start + good[start..].find("</CacheBehavior>").unwrap() + "</CacheBehavior>".len();
    let own = &good[start..end];
    let with_own = |changed: String| {
        assert_ne!(changed, own);
        good.replace(own, &changed)
    };
    let jpg = good.find("<CacheBehavior><PathPattern>*.jpg").unwrap();
    let moved = format!(
        "{}{}{own}{}",
        &good[..start],
        &good[jpg..good.find("<CacheBehavior><PathPattern>/api").unwrap()],
        &good[good.find("<CacheBehavior><PathPattern>/api").unwrap()..]
    );
    for (wrong, says) in [
        (with_own(own.replace("<MinTTL>0", "<MinTTL>1")), "MinTTL was \"1\""),
        (with_own(own.replace("<DefaultTTL>0", "<DefaultTTL>86400")), "DefaultTTL was \"86400\""),
        (with_own(own.replace("<DefaultTTL>0</DefaultTTL>", "")), "DefaultTTL was \"\""),
        (
            with_own(own.replace("<ForwardedValues>", "<CachePolicyId>abc</CachePolicyId><ForwardedValues>")),
            "cache policy abc",
        ),
        (with_own(own.replace("<Method>HEAD</Method>", "")), "allowed GET only"),
        (
            with_own(own.replace(
                "<Headers><Quantity>0</Quantity>",
                "<Headers><Quantity>1</Quantity><Items><Name>host</Name></Items>",
            )),
            "forwarded header \"host\"",
        ),
        (with_own(own.replace(&our_edge().origin_id, "app")), "sent to origin \"app\""),
        (with_own(own.replace(&our_edge().origin_id, "gone")), "does not exist"),
        (moved, "\"*.jpg\" stood before it"),
    ] {
        let repaired = merged(&wrong);
        assert_eq!(repaired.document, good, "{says}");
        let said = repaired.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains("written anew") && said.contains(says), "{said}");
        assert_eq!(guard(Ours::Distribution(&our_edge()), &wrong, &repaired.document), Ok(()));
    }
}

#[test]
fn a_behaviour_in_other_words_is_left_alone() {
    let good = merged(DISTRIBUTION).document;
    let start = good.find("<CacheBehavior><PathPattern>resized/*").unwrap();
    let (head, own) = good.split_at(start);
    // As AWS gives it back: other order, more fields, a leading slash.
    let own = own
        .replacen("<PathPattern>resized/*", "<PathPattern>/resized/*", 1)
        .replacen("<Method>GET</Method><Method>HEAD</Method>", "<Method>HEAD</Method><Method>GET</Method>", 2)
        .replacen(
            "<MaxTTL>31536000</MaxTTL>",
            "<New>1</New><MaxTTL>600</MaxTTL><GrpcConfig><Enabled>false</Enabled></GrpcConfig>",
            1,
        );
    let spelled = format!("{head}{own}");
    assert_ne!(spelled, good);
    assert_eq!(merged(&spelled).document, spelled);
    assert_eq!(stripped(&spelled), Stripped::Document(DISTRIBUTION.to_owned()));
}

#[test]
fn our_origin_gone_wrong_is_repaired_and_said() {
    let good = merged(DISTRIBUTION).document;
    let host = &our_edge().website_domain;
    let own = good.find("<Origin><Id>imgdeploy").unwrap();
    let change = |from: &str, to: &str| format!("{}{}", &good[..own], good[own..].replacen(from, to, 1));
    for (wrong, says) in [
        (change(host, "x.example.com"), "is x.example.com"),
        (change("<OriginPath></OriginPath>", "<OriginPath>/p</OriginPath>"), "origin path \"/p\""),
        (change("http-only", "https-only"), "protocol policy \"https-only\""),
        (change("<HTTPPort>80", "<HTTPPort>8080"), "port 8080"),
    ] {
        assert_ne!(wrong, good);
        let repaired = merged(&wrong);
        assert_eq!((repaired.document.as_str(), repaired.origin), (good.as_str(), OriginUse::AlreadyOurs));
        assert!(repaired.notes.iter().any(|note| note.to_string().contains(says)), "{:?}", repaired.notes);
    }
}

#[test]
fn an_earlier_prefix_is_taken_out() {
    let old =
        OurEdge { path_pattern: "thumbs/*".into(), owned_patterns: vec!["thumbs/*".into()], ..our_edge() };
    let with_old = merge(DISTRIBUTION, &old).unwrap().document;
    let both = OurEdge { owned_patterns: vec!["thumbs/*".into()], ..our_edge() };
    let with_new = merge(&with_old, &both).unwrap();
    assert_eq!(with_new.document, merged(DISTRIBUTION).document);
    assert!(with_new.notes.contains(&EdgeNote::BehaviourRemoved { pattern: "thumbs/*".into() }));
    // Sent elsewhere since: somebody else's now.
    let elsewhere = with_old.replace(
        &format!("<PathPattern>thumbs/*</PathPattern><TargetOriginId>{}", old.origin_id),
        "<PathPattern>thumbs/*</PathPattern><TargetOriginId>app",
    );
    let kept = merge(&elsewhere, &both).unwrap();
    assert!(
        kept.notes.contains(&EdgeNote::OwnedElsewhere { pattern: "thumbs/*".into(), target: "app".into() })
    );
    let Stripped::Document(rest) = strip(&kept.document, &both).unwrap() else { panic!("ours was in it") };
    assert!(patterns(&rest).contains(&"thumbs/*".to_owned()));
}

#[test]
fn our_origin_stays_while_others_use_it() {
    let own = our_edge().origin_id;
    let with = merged(&small(&[("a/*", "o")], "")).document;
    let used = with.replace(
        "<PathPattern>a/*</PathPattern><TargetOriginId>o<",
        &format!("<PathPattern>a/*</PathPattern><TargetOriginId>{own}<"),
    );
    let Stripped::Document(rest) = stripped(&used) else { panic!("ours was in it") };
    assert!(rest.contains(&format!("<Id>{own}</Id>")));
    assert_eq!(patterns(&rest), ["a/*"]);
    let group = format!(
        "<OriginGroups><Quantity>1</Quantity><Items><OriginGroup><Id>g</Id><Members><Quantity>1</Quantity><Items><OriginGroupMember><OriginId>{own}</OriginId></OriginGroupMember></Items></Members></OriginGroup></Items></OriginGroups><DefaultCacheBehavior>"
    );
    let grouped = with.replace("<DefaultCacheBehavior>", &group);
    let Stripped::Document(rest) = stripped(&grouped) else { panic!("ours was in it") };
    assert!(rest.contains(&format!("<Id>{own}</Id>")));
}
