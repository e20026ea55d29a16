#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::document::fixtures::{NOTIFICATION, end_tag_space, in_namespace, rewritten, space, spaced};
use crate::document::{DocumentKind, Ours, guard, same};

const QUEUE: &str = "arn:aws:sqs:eu-west-1:000000000000:imgdeploy-shop-batch";

fn filter(prefix: &str, suffix: &str) -> Filter {
    Filter { prefix: prefix.to_owned(), suffix: suffix.to_owned() }
}

fn ours(filters: &[(&str, &str)]) -> OurEntries {
    let filters = filters.iter().map(|(prefix, suffix)| filter(prefix, suffix)).collect();
    OurEntries { queue: QUEUE.to_owned(), filters }
}

fn pictures() -> OurEntries {
    ours(&[("pics/", ".jpg"), ("pics/", ".png")])
}

fn merged(current: &str) -> Merged {
    merge(Some(current), &pictures()).unwrap()
}

fn entry(kind: &str, event: &str, rules: &[(&str, &str)]) -> String {
    let rules: String = rules
        .iter()
        .map(|(name, value)| format!("<FilterRule><Name>{name}</Name><Value>{value}</Value></FilterRule>"))
        .collect();
    let filter =
        if rules.is_empty() { String::new() } else { format!("<Filter><S3Key>{rules}</S3Key></Filter>") };
    let target = kind.trim_end_matches("Configuration");
    format!("<{kind}><Id>theirs</Id><{target}>arn:x</{target}><Event>{event}</Event>{filter}</{kind}>")
}

fn document(entries: &str) -> String {
    format!("<NotificationConfiguration>{entries}</NotificationConfiguration>")
}

#[test]
fn a_bucket_that_notifies_nobody() {
    let one = merge(None, &ours(&[])).unwrap();
    assert_eq!(
        one.document,
        format!(
            "<NotificationConfiguration xmlns=\"{NAMESPACE}\"><QueueConfiguration><Id>imgdeploy-on-upload</Id>\
             <Queue>{QUEUE}</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration >"
        )
    );
    assert_eq!(one.repaired, None);
    assert_eq!(merge(Some(&one.document), &ours(&[])).unwrap(), one);
    // As S3 hands out one that was never set.
    for empty in [
        format!("<NotificationConfiguration xmlns=\"{NAMESPACE}\"/>"),
        "<?xml version=\"1.0\"?>\n<NotificationConfiguration></NotificationConfiguration>".to_owned(),
        "<NotificationConfiguration>\n</NotificationConfiguration>\n".to_owned(),
    ] {
        let with = merged(&empty).document;
        assert_eq!(strip(&with).unwrap(), Stripped::Document(empty.clone()), "{with}");
        assert_eq!(strip(&empty).unwrap(), Stripped::Unchanged);
        assert_eq!(guard(Ours::Notification, &empty, &with), Ok(()), "{with}");
    }
}

#[test]
fn the_fixture_keeps_every_byte() {
    let with = merged(NOTIFICATION);
    insta::assert_snapshot!("notification_merged", with.document);
    assert_eq!(merged(&with.document).document, with.document);
    assert_eq!(strip(&with.document).unwrap(), Stripped::Document(NOTIFICATION.to_owned()));
    // Its queue has an id that only begins like ours.
    assert_eq!(strip(NOTIFICATION).unwrap(), Stripped::Unchanged);
    assert_eq!((super::ours(&with.document), super::ours(NOTIFICATION)), (Ok(Some(pictures())), Ok(None)));
}

#[test]
fn entries_gone_wrong_are_repaired_and_said() {
    let good = merged(NOTIFICATION).document;
    for (wrong, says) in [
        (good.replacen(QUEUE, "arn:aws:sqs:eu-west-1:000000000000:other", 1), "for the queue"),
        (
            good.replacen(
                &format!("{QUEUE}</Queue>\n    <Event>{EVENT}"),
                &format!("{QUEUE}</Queue>\n    <Event>s3:ObjectCreated:Put"),
                1,
            ),
            "for the events",
        ),
        (good.replacen("<Value>.png", "<Value>.gif", 1), "another filter: pics/*.gif"),
        (
            good.replacen("<Id>imgdeploy-on-upload-2", "<Id>imgdeploy-on-upload-3", 1),
            "imgdeploy-on-upload-2 was missing",
        ),
        (good.replacen("<Id>imgdeploy-on-upload-2", "<Id>imgdeploy-on-upload-x", 1), "there were 1 of them"),
    ] {
        assert_ne!(wrong, good, "{says}");
        match merge(Some(&wrong), &pictures()) {
            Ok(repaired) => {
                assert!(repaired.repaired.as_deref().is_some_and(|said| said.contains(says)), "{repaired:?}");
                assert_eq!(repaired.document, good, "{says}");
                assert_eq!(guard(Ours::Notification, &wrong, &repaired.document), Ok(()));
            }
            // What is not ours any more is in the way.
            Err(NotificationError::Overlaps(found)) => {
                assert_eq!((found.len(), says), (1, "there were 1 of them"))
            }
            Err(error) => panic!("{says}: {error}"),
        }
    }
}

#[test]
fn entries_as_s3_writes_them_are_left_alone() {
    let good = merged(NOTIFICATION).document;
    let spelled = good
        .replace("<Name>prefix</Name>", "<Name>Prefix</Name>")
        .replace("<Name>suffix</Name>", "<Name> Suffix</Name>")
        .replace(EVENT, "\n s3:ObjectCreated:* ");
    assert_ne!(spelled, good);
    assert_eq!(merged(&spelled).document, spelled);
    // In another order.
    let (first, second) =
        (good.find("<Id>imgdeploy-on-upload<").unwrap(), good.find("<Id>imgdeploy-on-upload-2<").unwrap());
    assert!(first < second);
    let swapped = good
        .replace("<Id>imgdeploy-on-upload<", "<Id>*<")
        .replace("<Id>imgdeploy-on-upload-2<", "<Id>imgdeploy-on-upload<")
        .replace("<Id>*<", "<Id>imgdeploy-on-upload-2<")
        .replace(".jpg<", ".*<")
        .replace(".png<", ".jpg<")
        .replace(".*<", ".png<");
    assert_eq!(merged(&swapped).document, swapped);
}

#[test]
fn keys_are_written_as_filters_want_them() {
    let entries = ours(&[("my pics/ä+&<*", "~1.jpg")]);
    let with = merge(None, &entries).unwrap().document;
    assert!(with.contains("<Value>my+pics/%C3%A4%2B%26%3C%2A</Value>"), "{with}");
    assert!(with.contains("<Value>%7E1.jpg</Value>"), "{with}");
    assert_eq!(merge(Some(&with), &entries).unwrap().document, with);
}

/// The rules of "Configuring event notifications using object key name filtering".
#[test]
fn what_s3_would_refuse_is_refused() {
    const CREATED: &str = "s3:ObjectCreated:*";
    for (kind, event, rules, refused) in [
        ("QueueConfiguration", CREATED, &[][..], true),
        ("TopicConfiguration", "s3:ObjectCreated:Put", &[], true),
        ("CloudFunctionConfiguration", "s3:ObjectCreated:CompleteMultipartUpload", &[], true),
        ("CloudFunctionConfiguration", "s3:*", &[], true),
        ("FutureConfiguration", CREATED, &[], true),
        // Another event.
        ("QueueConfiguration", "s3:ObjectRemoved:*", &[], false),
        ("QueueConfiguration", "s3:ObjectTagging:Put", &[], false),
        ("QueueConfiguration", "s3:ObjectCreatedElsewhere", &[], false),
        // Prefixes: one begins with the other.
        ("QueueConfiguration", CREATED, &[("prefix", "pics/2026/")], true),
        ("QueueConfiguration", CREATED, &[("Prefix", "pi")], true),
        ("QueueConfiguration", CREATED, &[("prefix", "")], true),
        ("QueueConfiguration", CREATED, &[("prefix", "docs/")], false),
        ("QueueConfiguration", CREATED, &[("prefix", "pics%2F")], true),
        // Suffixes: one ends with the other.
        ("QueueConfiguration", CREATED, &[("suffix", "jpg")], true),
        ("QueueConfiguration", CREATED, &[("suffix", "a.jpg")], true),
        ("QueueConfiguration", CREATED, &[("suffix", ".JPG")], false),
        ("QueueConfiguration", CREATED, &[("suffix", ".gif")], false),
        // Both have to.
        ("QueueConfiguration", CREATED, &[("prefix", "pics/"), ("suffix", ".gif")], false),
        ("QueueConfiguration", CREATED, &[("prefix", "docs/"), ("suffix", ".jpg")], false),
        ("QueueConfiguration", CREATED, &[("prefix", "pics/x"), ("suffix", "x.png")], true),
        // Nobody knows what this fits.
        ("QueueConfiguration", CREATED, &[("infix", "docs/")], true),
    ] {
        let current = document(&entry(kind, event, rules));
        let result = merge(Some(&current), &pictures());
        assert_eq!(result.is_err(), refused, "{current}");
        if let Err(error) = result {
            assert!(matches!(error, NotificationError::Overlaps(_)), "{error:?}");
            let said = error.to_string();
            assert!(said.contains(event) && said.contains("(Id theirs)"), "{said}");
        }
    }
    let bridge = document("<EventBridgeConfiguration></EventBridgeConfiguration>");
    assert!(merge(Some(&bridge), &ours(&[])).is_ok());
    let all = document(&entry("QueueConfiguration", CREATED, &[("prefix", "docs/")]));
    let Err(NotificationError::Overlaps(found)) = merge(Some(&all), &ours(&[])) else {
        panic!("all keys are ours")
    };
    assert_eq!(found[0].to_string(), "arn:x (Id theirs) gets s3:ObjectCreated:* for docs/*, ours is for *");
}

#[test]
fn other_refusals() {
    let refused = |current: &str, entries: &OurEntries| merge(Some(current), entries).unwrap_err();
    let twice = ours(&[("pics/", ""), ("pics/a/", ".jpg")]);
    assert_eq!(
        refused(NOTIFICATION, &twice),
        NotificationError::OwnOverlap { first: filter("pics/", ""), second: filter("pics/a/", ".jpg") }
    );
    for garbage in ["", "<a", "{}", "<!DOCTYPE x><NotificationConfiguration/>"] {
        assert!(
            matches!(refused(garbage, &pictures()), NotificationError::Xml(XmlError::Syntax(_))),
            "{garbage}"
        );
    }
    let root = refused("<WebsiteConfiguration/>", &pictures());
    assert!(matches!(root, NotificationError::Xml(XmlError::Root { .. })));
    assert!(strip("<a").is_err());
    let full = document(&entry("QueueConfiguration", "s3:ObjectRemoved:*", &[]).repeat(98));
    let with = merged(&full).document;
    assert_eq!(merged(&with).document, with);
    let full = document(&entry("QueueConfiguration", "s3:ObjectRemoved:*", &[]).repeat(99));
    assert_eq!(refused(&full, &pictures()), NotificationError::TooMany { foreign: 99, ours: 2 });
}

#[test]
fn only_our_ids_are_ours() {
    for (id, ours) in [
        ("imgdeploy-on-upload", true),
        ("imgdeploy-on-upload-2", true),
        ("imgdeploy-on-upload-", false),
        ("imgdeploy-on-upload2", false),
        ("imgdeploy-on-upload-2x", false),
        ("imgdeploy", false),
        ("", false),
    ] {
        assert_eq!(is_our_id(id), ours, "{id}");
    }
}

fn foreign_entry() -> impl Strategy<Value = String> {
    (space(), 0..6usize, end_tag_space()).prop_map(|(s, shape, end)| match shape {
        0 => format!("<TopicConfiguration>{s}<Topic>t</Topic>{s}<Event>s3:ObjectRemoved:*</Event></TopicConfiguration{end}>"),
        1 => format!("<QueueConfiguration{end}><Id>a&amp;b</Id>{s}<Queue>q</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>Suffix</Name><Value>.txt</Value></FilterRule></S3Key></Filter></QueueConfiguration>"),
        2 => format!("<CloudFunctionConfiguration a='>'><!-- <x> -->{s}<CloudFunction>f</CloudFunction></CloudFunctionConfiguration>"),
        3 => format!("<EventBridgeConfiguration{end}/>"),
        4 => format!("<QueueConfiguration>{s}<Id><![CDATA[</Id>imgdeploy-on-upload]]></Id></QueueConfiguration>"),
        _ => format!("<FutureConfiguration><Event>s3:Other</Event>{s}</FutureConfiguration{end}>"),
    })
}

/// A configuration without entries of ours.
fn any_notification() -> impl Strategy<Value = String> {
    let entries = proptest::collection::vec(foreign_entry(), 0..5);
    let spaces = proptest::collection::vec(space(), 6);
    (entries, spaces, 0..3usize, any::<[bool; 2]>(), end_tag_space()).prop_map(
        |(entries, s, style, [closed, declaration], end)| {
            let root = if entries.is_empty() && closed {
                "<NotificationConfiguration />".to_owned()
            } else {
                let body = spaced(&entries, &s);
                format!("<NotificationConfiguration>{body}{}</NotificationConfiguration{end}>", s[4])
            };
            let declaration = if declaration { "<?xml version='1.0'?>\n<!--top-->" } else { "" };
            // In a text of its own, `</` is no tag.
            let style = if root.contains("CDATA") && style == 2 { 1 } else { style };
            format!("{declaration}{}{}", in_namespace(&root, ROOT, NAMESPACE, style), s[5])
        },
    )
}

proptest! {
    #[test]
    fn any_configuration_comes_back_byte_for_byte(current in any_notification()) {
        let with = merge(Some(&current), &pictures()).unwrap().document;
        prop_assert_ne!(&with, &current);
        prop_assert_eq!(&merged(&with).document, &with);
        prop_assert_eq!(guard(Ours::Notification, &current, &with), Ok(()));
        prop_assert_eq!(guard(Ours::Notification, &with, &current), Ok(()));
        prop_assert!(!same(DocumentKind::Notification, &current, &with));
        prop_assert_eq!(strip(&current).unwrap(), Stripped::Unchanged);
        prop_assert_eq!(strip(&with).unwrap(), Stripped::Document(current));
    }

    #[test]
    fn written_anew_by_aws_it_is_still_right(current in any_notification()) {
        let with = merged(&current).document;
        let anew = rewritten(&with);
        prop_assert!(same(DocumentKind::Notification, &anew, &with));
        prop_assert_eq!(&merged(&anew).document, &anew);
        let Stripped::Document(rest) = strip(&anew).unwrap() else { panic!("our entries were in it") };
        prop_assert!(same(DocumentKind::Notification, &rest, &current), "{}", rest);
    }

    #[test]
    fn other_entries_of_ours_take_the_place_of_the_old(current in any_notification()) {
        let old = merge(Some(&current), &ours(&[("a/", ".gif"), ("b/", ".gif"), ("c/", ".gif")])).unwrap().document;
        let new = merge(Some(&old), &pictures()).unwrap();
        prop_assert!(new.repaired.is_some());
        prop_assert_eq!(&new.document, &merged(&current).document);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(<NotificationConfiguration>)?[<>/ a-cQ\"'&;]{0,30}(</NotificationConfiguration>)?") {
        let _ = merge(Some(&text), &pictures());
        let _ = strip(&text);
    }

    #[test]
    fn overlapping_is_mutual_and_by_text(a in "[ab]{0,3}", b in "[ab]{0,3}", c in "[ab]{0,3}", d in "[ab]{0,3}", key in "[ab]{0,8}") {
        let (one, other) = (filter(&a, &b), filter(&c, &d));
        prop_assert_eq!(one.overlaps(&other), other.overlaps(&one));
        prop_assert!(one.overlaps(&one));
        // A key that fits both, long enough for beginning and end, is only there where they overlap.
        let fits = |filter: &Filter| key.starts_with(&filter.prefix) && key.ends_with(&filter.suffix);
        prop_assert!(!(fits(&one) && fits(&other)) || one.overlaps(&other));
    }
}
