#![allow(clippy::unwrap_used)]

use super::*;
use crate::document::fixtures::{
    DISTRIBUTION, NOTIFICATION, POLICY, WEBSITE, our_access, our_edge, our_rules, rewritten,
};
use crate::document::{distribution, notification, policy, website};

/// Every way to lose one element, one attribute, or to change one text, of a document: what must not go unseen.
fn harmed(text: &str, spare: impl Fn(roxmltree::Node<'_, '_>) -> bool) -> Vec<(String, String)> {
    let document = roxmltree::Document::parse(text).unwrap();
    let mut all = Vec::new();
    for node in document.root_element().descendants().skip(1) {
        let range = node.range();
        let cut = |with: &str| format!("{}{with}{}", &text[..range.start], &text[range.end..]);
        let concerned = node.ancestors().filter(|node| node.is_element()).any(&spare);
        if concerned || (node.is_text() && text[range.clone()].trim().is_empty()) || node.is_comment() {
            continue;
        }
        all.push((format!("without {}", &text[range.clone()]), cut("")));
        if node.is_text() {
            all.push((format!("other than {}", &text[range.clone()]), cut("otherwise")));
        } else {
            all.push((format!("twice {}", &text[range.clone()]), cut(&text[range.clone()].repeat(2))));
            for attribute in node.attributes() {
                let at = attribute.range();
                all.push((
                    format!("without {}", &text[at.clone()]),
                    format!("{}{}", &text[..at.start], &text[at.end..]),
                ));
            }
        }
    }
    all
}

#[test]
fn no_harm_to_a_distribution_goes_unseen() {
    let edge = our_edge();
    let with = distribution::merge(DISTRIBUTION, &edge).unwrap().document;
    let ours = Ours::Distribution(&edge);
    assert_eq!(guard(ours, DISTRIBUTION, &with), Ok(()));
    let is_ours = |node: roxmltree::Node<'_, '_>| {
        xml::value_at(node, &["Id"]).as_deref() == Some(&edge.origin_id)
            || xml::value_at(node, &["PathPattern"]).as_deref() == Some("resized/*")
    };
    let all = harmed(&with, is_ours);
    assert!(all.len() > 300, "{}", all.len());
    for (what, document) in all {
        assert!(guard(ours, DISTRIBUTION, &document).is_err(), "{what}");
        if !what.starts_with("twice") {
            assert_ne!(dropped(DISTRIBUTION, &document), Vec::<String>::new(), "{what}");
        }
    }
}

#[test]
fn no_harm_to_a_website_goes_unseen() {
    let rules = our_rules();
    let with = website::merge(Some(WEBSITE), &rules).unwrap().document;
    let ours = Ours::Website(&rules.hosts);
    assert_eq!(guard(ours, WEBSITE, &with), Ok(()));
    let is_ours = |node: roxmltree::Node<'_, '_>| {
        let host = xml::value_at(node, &["Redirect", "HostName"]);
        host.is_some_and(|host| rules.hosts.contains(&host))
    };
    let all = harmed(&with, is_ours);
    assert!(all.len() > 25, "{}", all.len());
    for (what, document) in all {
        assert!(guard(ours, WEBSITE, &document).is_err(), "{what}");
    }
}

#[test]
fn no_harm_to_notifications_goes_unseen() {
    let filter = notification::Filter { prefix: "pics/".into(), suffix: ".jpg".into() };
    let entries =
        notification::OurEntries { queue: "arn:aws:sqs:eu-west-1:1:q".into(), filters: vec![filter] };
    let with = notification::merge(Some(NOTIFICATION), &entries).unwrap().document;
    assert_eq!(guard(Ours::Notification, NOTIFICATION, &with), Ok(()));
    let is_ours =
        |node: roxmltree::Node<'_, '_>| xml::value_at(node, &["Id"]).as_deref() == Some(notification::ID);
    let all = harmed(&with, is_ours);
    assert!(all.len() > 40, "{}", all.len());
    for (what, document) in all {
        assert!(guard(Ours::Notification, NOTIFICATION, &document).is_err(), "{what}");
    }
    // An entry of another kind with our id is not ours.
    let topic =
        "<TopicConfiguration><Id>imgdeploy-on-upload</Id></TopicConfiguration></NotificationConfiguration>";
    let more = with.replace("</NotificationConfiguration>", topic);
    assert!(guard(Ours::Notification, NOTIFICATION, &more).is_err());
}

#[test]
fn no_harm_to_a_policy_goes_unseen() {
    let with = policy::merge(Some(POLICY), &our_access()).unwrap();
    assert_eq!(guard(Ours::Policy, POLICY, &with), Ok(()));
    // Every letter or digit of the document but those of our statement.
    let ours = with.find("\"ImgdeployReadDerived\"").unwrap();
    let mut seen = 0;
    for (at, char) in with[..ours - 20].char_indices().filter(|(_, char)| char.is_ascii_alphanumeric()) {
        let changed = format!("{}{}{}", &with[..at], if char == '7' { '8' } else { '7' }, &with[at + 1..]);
        // A change in the escape \u0020 may keep the text from being read; that is an error as well.
        assert!(guard(Ours::Policy, POLICY, &changed).is_err(), "{changed}");
        seen += 1;
    }
    assert!(seen > 400, "{seen}");
}

#[test]
fn changes_are_named() {
    let edge = our_edge();
    let after = DISTRIBUTION
        .replace("<Level>007</Level>", "<Level>7</Level>")
        .replace("<MinTTL>60</MinTTL>", "")
        .replace("<Quantity>1</Quantity><Items><Thing", "<Quantity>2</Quantity><Items><Thing");
    assert_eq!(
        guard(Ours::Distribution(&edge), DISTRIBUTION, &after).unwrap_err(),
        [
            "DistributionConfig/CacheBehaviors/Items/CacheBehavior[/static/*]/MinTTL is missing",
            "DistributionConfig/CacheBehaviors/Items/CacheBehavior[/api/*]/FutureBehaviorField/Level changed from \"007\" to \"7\"",
            "DistributionConfig/FutureFeature/Quantity changed from \"1\" to \"2\"",
        ]
    );
    let swapped = POLICY.replace("PublicSite", "X").replace("DenyUnencryptedUploads", "PublicSite");
    let found = guard(Ours::Policy, POLICY, &swapped).unwrap_err();
    assert_eq!(found[0], "statement PublicSite is missing, changed or moved");
    let more = POLICY.replace("\"Statement\": [", "\"Statement\": [{\"Sid\":\"y\"},");
    assert!(
        guard(Ours::Policy, POLICY, &more)
            .unwrap_err()
            .contains(&"statement Ingest Partner was added".to_owned())
    );
}

#[test]
fn a_counter_that_does_not_fit_is_seen() {
    let edge = our_edge();
    let with = distribution::merge(DISTRIBUTION, &edge).unwrap().document;
    let wrong = with.replace("<CacheBehaviors><Quantity>4", "<CacheBehaviors><Quantity>3");
    assert_ne!(wrong, with);
    assert!(guard(Ours::Distribution(&edge), DISTRIBUTION, &wrong).is_err());
    assert_eq!(dropped(DISTRIBUTION, &wrong), ["CacheBehaviors/Quantity says \"3\", but there are 4"]);
}

#[test]
fn the_same_document_written_otherwise() {
    let respelled = DISTRIBUTION
        .replace("<Origins>", "\n  <Origins>\n")
        .replace("?>\n", "?>")
        .replace(" xmlns=", "\n xmlns=");
    assert!(same(DocumentKind::Distribution, DISTRIBUTION, &respelled));
    assert!(!same(DocumentKind::Distribution, DISTRIBUTION, &DISTRIBUTION.replace("007", "7")));
    assert!(same(
        DocumentKind::Website,
        WEBSITE,
        &WEBSITE.replace("    ", "").replace("<!-- moved in 2019 -->", "")
    ));
    let compact = serde_json::from_str::<serde_json::Value>(POLICY).unwrap().to_string();
    assert!(same(DocumentKind::Policy, POLICY, &compact));
    assert!(!same(DocumentKind::Policy, POLICY, &compact.replace("site/", "")));
    assert!(same(DocumentKind::Policy, "{", "{") && !same(DocumentKind::Policy, "{", "["));
    assert_eq!(Ours::Policy.kind(), DocumentKind::Policy);
}

/// Whoever saves a document anew, as consoles do, may write its elements in another order.
#[test]
fn the_order_of_what_has_none_is_no_harm() {
    let edge = our_edge();
    let with = distribution::merge(DISTRIBUTION, &edge).unwrap().document;
    let rules = our_rules();
    let site = website::merge(Some(WEBSITE), &rules).unwrap().document;
    let filter = notification::Filter { prefix: "pics/".into(), suffix: ".jpg".into() };
    let entries =
        notification::OurEntries { queue: "arn:aws:sqs:eu-west-1:1:q".into(), filters: vec![filter] };
    let told = notification::merge(Some(NOTIFICATION), &entries).unwrap().document;
    for (ours, before, with) in [
        (Ours::Website(&rules.hosts), WEBSITE, &site),
        (Ours::Distribution(&edge), DISTRIBUTION, &with),
        (Ours::Notification, NOTIFICATION, &told),
    ] {
        let saved = rewritten(with);
        assert!(same(ours.kind(), &saved, with));
        assert_eq!(guard(ours, &saved, before), Ok(()), "{saved}");
    }
    // Of lists, too, where AWS sorts them.
    let methods = DISTRIBUTION.replacen(
        "<Method>HEAD</Method><Method>GET</Method>",
        "<Method>GET</Method><Method>HEAD</Method>",
        1,
    );
    assert_ne!(methods, DISTRIBUTION);
    assert!(same(DocumentKind::Distribution, &methods, DISTRIBUTION));
    assert_eq!(guard(Ours::Distribution(&edge), DISTRIBUTION, &methods), Ok(()));
    assert_eq!(dropped(DISTRIBUTION, &methods), Vec::<String>::new());
}
