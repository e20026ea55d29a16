#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::document::fixtures::{BUCKET, DISTRIBUTION, any_distribution, our_edge, rewritten};
use crate::document::{DocumentKind, Ours, dropped, guard, same};

pub(super) fn merged(current: &str) -> Merged {
    merge(current, &our_edge()).unwrap()
}

pub(super) fn stripped(current: &str) -> Stripped {
    strip(current, &our_edge()).unwrap()
}

pub(super) fn patterns(text: &str) -> Vec<String> {
    let document = view::parse(text).unwrap();
    Config::new(&document).unwrap().behaviours().into_iter().map(|behaviour| behaviour.pattern).collect()
}

/// A small distribution with these behaviours, given as (pattern, origin), and these further origins.
pub(super) fn small(behaviours: &[(&str, &str)], origins: &str) -> String {
    let count = behaviours.len();
    let behaviours = behaviours.iter().map(|(pattern, origin)| {
        format!("<CacheBehavior><PathPattern>{pattern}</PathPattern><TargetOriginId>{origin}</TargetOriginId></CacheBehavior>")
    });
    let behaviours: String = behaviours.collect();
    let origin_count = 1 + origins.matches("<Origin>").count();
    format!(
        "<DistributionConfig><Origins><Quantity>{origin_count}</Quantity><Items><Origin><Id>o</Id><DomainName>o.example.com</DomainName></Origin>{origins}</Items></Origins><DefaultCacheBehavior><TargetOriginId>o</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy></DefaultCacheBehavior><CacheBehaviors><Quantity>{count}</Quantity><Items>{behaviours}</Items></CacheBehaviors></DistributionConfig>"
    )
}

fn website_origin(id: &str, domain: &str, path: &str, protocol: &str) -> String {
    format!(
        "<Origin><Id>{id}</Id><DomainName>{domain}</DomainName><OriginPath>{path}</OriginPath><CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>{protocol}</OriginProtocolPolicy></CustomOriginConfig></Origin>"
    )
}

#[test]
fn the_fixture_keeps_every_byte() {
    let with = merged(DISTRIBUTION);
    assert_eq!(with.origin, OriginUse::Added);
    assert_eq!(patterns(&with.document), ["/static/*", "resized/*", "*.jpg", "/api/*"]);
    // What was put in, one element per line.
    let lines = |text: &str| text.replace('<', "\n<").lines().map(str::to_owned).collect::<Vec<_>>();
    let diff = |old: &str, new: &str| {
        let (old, new) = (lines(old), lines(new));
        let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        (head, new[head..head + new.len() - old.len()].join("\n"))
    };
    let rest = with
        .document
        .replace("<Quantity>3</Quantity><Items><Origin>", "<Quantity>2</Quantity><Items><Origin>");
    let origins_end = with.document.find("</Items></Origins>").unwrap();
    let own_start = with.document.find("<Origin><Id>imgdeploy").unwrap();
    insta::assert_snapshot!("distribution_origin", lines(&with.document[own_start..origins_end]).join("\n"));
    let rest = format!("{}{}", &rest[..own_start], &rest[origins_end..]);
    let rest = rest.replace(
        "<Quantity>4</Quantity><Items><CacheBehavior>",
        "<Quantity>3</Quantity><Items><CacheBehavior>",
    );
    insta::assert_snapshot!("distribution_behaviour", diff(DISTRIBUTION, &rest).1);
    insta::assert_snapshot!(
        "distribution_notes",
        with.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    );

    let again = merged(&with.document);
    assert_eq!((again.document.as_str(), again.origin), (with.document.as_str(), OriginUse::AlreadyOurs));
    assert_eq!(dropped(DISTRIBUTION, &with.document), Vec::<String>::new());
    assert_eq!(stripped(&with.document), Stripped::Document(DISTRIBUTION.to_owned()));
    assert_eq!(stripped(DISTRIBUTION), Stripped::Unchanged);
}

#[test]
fn an_origin_that_fits_is_reused() {
    let host = &our_edge().website_domain;
    let other_form = &our_edge().website_domain_forms[1];
    for (domain, path, protocol, fits) in [
        (host.as_str(), "", "http-only", true),
        (other_form, "", "http-only", true),
        (host, "/x", "http-only", false),
        (host, "", "match-viewer", false),
        ("other.s3-website-eu-west-1.amazonaws.com", "", "http-only", false),
        ("media.example.com.s3.eu-west-1.amazonaws.com", "", "http-only", false),
    ] {
        let before = small(&[("*", "o")], &website_origin("web", domain, path, protocol));
        let with = merged(&before);
        assert_eq!(
            with.origin,
            if fits { OriginUse::Reused("web".into()) } else { OriginUse::Added },
            "{domain}"
        );
        let said = with
            .notes
            .iter()
            .any(|note| matches!(note, EdgeNote::UnfitWebsiteOrigin { .. } | EdgeNote::RestOrigin { .. }));
        assert_eq!(said, !fits && domain.starts_with(BUCKET), "{:?}", with.notes);
        assert_eq!(merged(&with.document).document, with.document);
        assert_eq!(stripped(&with.document), Stripped::Document(before));
    }
    let s3 = format!("<Origin><Id>s</Id><DomainName>{host}</DomainName><S3OriginConfig/></Origin>");
    assert_eq!(merged(&small(&[], &s3)).origin, OriginUse::Added);
}

#[test]
fn where_the_behaviour_goes() {
    for (foreign, expected) in [
        (&[][..], &["resized/*"][..]),
        (&["a/*", "b/*"], &["a/*", "b/*", "resized/*"]),
        (&["a/*", "*"], &["a/*", "resized/*", "*"]),
        (&["*.png", "a/*"], &["resized/*", "*.png", "a/*"]),
        (&["/re*", "*"], &["resized/*", "/re*", "*"]),
        // Narrower ones ahead keep theirs; one behind a broader one can't be helped.
        (&["resized/keep/*"], &["resized/keep/*", "resized/*"]),
        (&["/resized/a.jpg", "*"], &["/resized/a.jpg", "resized/*", "*"]),
        (&["*", "resized/keep/*"], &["resized/*", "*", "resized/keep/*"]),
        (&["Resized/*"], &["Resized/*", "resized/*"]),
    ] {
        let foreign: Vec<_> = foreign.iter().map(|pattern| (*pattern, "o")).collect();
        let before = small(&foreign, "");
        let with = merged(&before);
        assert_eq!(patterns(&with.document), expected);
        let ahead = expected.first().is_some_and(|first| first.contains("resized/") && *first != "resized/*");
        let behind = expected.last() == Some(&"resized/keep/*");
        assert_eq!(ahead, with.notes.iter().any(|note| matches!(note, EdgeNote::NarrowerAhead { .. })));
        assert_eq!(behind, with.notes.iter().any(|note| matches!(note, EdgeNote::NarrowerBehind { .. })));
    }
}

#[test]
fn a_pattern_that_is_taken() {
    let edge = OurEdge { owned_patterns: Vec::new(), ..our_edge() };
    for pattern in ["resized/*", "/resized/*", "resized/**"] {
        let before = small(&[("a", "o"), (pattern, "o")], "");
        let taken = DistributionError::PatternTaken { pattern: pattern.into(), target_origin: "o".into() };
        assert_eq!(merge(&before, &edge).unwrap_err(), taken);
    }
    // Cut off before the journal knew: our origin's id says that it is ours.
    let with = merged(&small(&[], "")).document;
    assert_eq!(merge(&with, &edge).unwrap().document, with);
    assert_eq!(strip(&with, &edge).unwrap(), Stripped::Document(small(&[], "")));
}

#[test]
fn refusals() {
    let refused = |current: &str| merge(current, &our_edge()).unwrap_err();
    let tenant = DISTRIBUTION.replace(
        "</DistributionConfig>",
        "<ConnectionMode>tenant-only</ConnectionMode></DistributionConfig>",
    );
    assert_eq!(refused(&tenant), DistributionError::MultiTenant);
    assert!(merge(&tenant.replace("tenant-only", "direct"), &our_edge()).is_ok());
    assert!(matches!(refused("<Distribution/>"), DistributionError::Xml(XmlError::Root { .. })));
    assert!(matches!(refused("<DistributionConfig>"), DistributionError::Xml(XmlError::Syntax(_))));
    assert!(matches!(refused("<DistributionConfig/>"), DistributionError::Shape(_)));
    for (from, to) in [
        ("<CacheBehaviors><Quantity>3", "<CacheBehaviors><Quantity>2"),
        ("<CacheBehaviors><Quantity>3", "<CacheBehaviors><Quantity>three"),
        ("<CacheBehaviors><Quantity>3</Quantity>", "<CacheBehaviors>"),
        ("<Origins><Quantity>2", "<Origins><Quantity>02"),
    ] {
        assert!(matches!(refused(&DISTRIBUTION.replace(from, to)), DistributionError::Shape(_)), "{to}");
    }
    let names: Vec<String> = (0..75).map(|at| format!("p{at}/*")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "o")).collect();
    assert_eq!(patterns(&merged(&small(&many[..74], "")).document).len(), 75);
    assert_eq!(refused(&small(&many, "")), DistributionError::TooManyBehaviours { foreign: 75 });
    let origins = |count: usize| -> String {
        (0..count).map(|at| format!("<Origin><Id>x{at}</Id><DomainName>x</DomainName></Origin>")).collect()
    };
    assert!(merge(&small(&[], &origins(98)), &our_edge()).is_ok());
    assert_eq!(refused(&small(&[], &origins(99))), DistributionError::TooManyOrigins { foreign: 100 });
}

#[test]
fn what_is_said_about_the_rest() {
    let signed = DISTRIBUTION
        .replacen("<TrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity>", "<TrustedKeyGroups><Enabled>true</Enabled><Quantity>1</Quantity><Items><KeyGroup>k</KeyGroup></Items>", 1)
        .replace("<Enabled>true</Enabled><ViewerCertificate>", "<Enabled>false</Enabled><ViewerCertificate>");
    let notes = merged(&signed).notes;
    assert!(notes.contains(&EdgeNote::SignedDefault) && notes.contains(&EdgeNote::Disabled));
    let notes = merged(DISTRIBUTION).notes;
    assert!(!notes.contains(&EdgeNote::SignedDefault) && !notes.contains(&EdgeNote::Disabled));
    assert!(notes.contains(&EdgeNote::MaskedErrors { codes: vec!["404".into()] }));
    assert!(
        notes
            .contains(&EdgeNote::Aliases { names: vec!["www.example.com".into(), "cdn.example.com".into()] })
    );
}

#[test]
fn lists_that_cloudfront_gives_empty() {
    for (empty, filled) in [
        (
            "<CacheBehaviors><Quantity>0</Quantity></CacheBehaviors>",
            "<CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior>",
        ),
        (
            "<CacheBehaviors><Quantity>0</Quantity><Items/></CacheBehaviors>",
            "<CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior>",
        ),
        ("<CacheBehaviors/>", "<CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior>"),
        ("", "<CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior>"),
    ] {
        let before = small(&[], "")
            .replace("<CacheBehaviors><Quantity>0</Quantity><Items></Items></CacheBehaviors>", empty);
        let with = merged(&before).document;
        assert!(with.contains(filled), "{with}");
        assert_eq!(stripped(&with), Stripped::Document(before.clone()));
        // Marks in white space are lost when AWS writes it anew; it means the same then.
        let document = with.replace("\t>", ">").replace(" >", ">");
        let Stripped::Document(rest) = stripped(&document) else { panic!("ours was in it") };
        assert!(same(DocumentKind::Distribution, &rest, &before), "{rest}");
    }
}

proptest! {
    #[test]
    fn any_distribution_comes_back_byte_for_byte(before in any_distribution()) {
        let edge = our_edge();
        let with = merge(&before, &edge).unwrap();
        prop_assert_ne!(&with.document, &before);
        let again = merge(&with.document, &edge).unwrap();
        prop_assert_eq!(&again.document, &with.document);
        prop_assert_eq!(dropped(&before, &with.document), Vec::<String>::new());
        prop_assert_eq!(guard(Ours::Distribution(&edge), &before, &with.document), Ok(()));
        prop_assert_eq!(guard(Ours::Distribution(&edge), &with.document, &before), Ok(()));
        prop_assert!(!same(DocumentKind::Distribution, &before, &with.document));
        prop_assert_eq!(strip(&before, &edge).unwrap(), Stripped::Unchanged);

        // Every foreign behaviour that takes more than ours, and some of it, is behind.
        let all = patterns(&with.document);
        let own = all.iter().position(|pattern| pattern == "resized/*").unwrap();
        for broader in ["*", "*.jpg", "re*"] {
            prop_assert!(all.iter().position(|pattern| pattern == broader).is_none_or(|at| at > own));
        }
        prop_assert_eq!(strip(&with.document, &edge).unwrap(), Stripped::Document(before));
    }

    #[test]
    fn written_anew_by_aws_it_is_still_right(before in any_distribution()) {
        let edge = our_edge();
        let with = merge(&before, &edge).unwrap().document;
        let anew = rewritten(&with);
        prop_assert!(same(DocumentKind::Distribution, &anew, &with));
        prop_assert_eq!(&merge(&anew, &edge).unwrap().document, &anew);
        let Stripped::Document(rest) = strip(&anew, &edge).unwrap() else { panic!("ours was in it") };
        prop_assert!(same(DocumentKind::Distribution, &rest, &before), "{}", rest);
    }

    #[test]
    fn no_text_makes_it_panic(text in "<DistributionConfig>(<Origins>|</Origins>|<DefaultCacheBehavior/>|<Items>|</Items>|<Quantity>|0|</Quantity>|<CacheBehaviors/>|<Origins/>| ){0,9}</DistributionConfig>") {
        let _ = merge(&text, &our_edge());
        let _ = strip(&text, &our_edge());
    }
}
