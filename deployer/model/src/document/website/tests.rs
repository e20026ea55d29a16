#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::document::Stripped;
use crate::document::fixtures::{HOST, WEBSITE, any_website, our_rules, rewritten};
use crate::document::{DocumentKind, Ours, guard, same};

fn merged(current: &str) -> Merged {
    merge(Some(current), &our_rules()).unwrap()
}

fn stripped(current: &str) -> Stripped {
    strip(current, &our_rules().hosts).unwrap()
}

/// Our rules as they are written into a document without white space.
fn compact(prefix: &str) -> String {
    let rules = our_rules().elements().unwrap();
    let plain: String = rules.iter().map(ToString::to_string).collect();
    let marked = plain.replace("</", "\u{1}").replace('<', &format!("<{prefix}"));
    marked.replace('\u{1}', &format!("</{prefix}"))
}

#[test]
fn a_bucket_without_website_gets_one() {
    let fresh = merge(None, &our_rules()).unwrap();
    insta::assert_snapshot!("website_fresh", fresh.document);
    assert_eq!(merged(&fresh.document).document, fresh.document);
    let Stripped::Document(rest) = stripped(&fresh.document) else { panic!("our rules were in it") };
    assert!(is_bare(&rest).unwrap());
    assert!(!is_bare(&fresh.document).unwrap() && !is_bare(WEBSITE).unwrap());
}

#[test]
fn the_fixture_keeps_every_byte() {
    let with = merged(WEBSITE);
    insta::assert_snapshot!("website_merged", with.document);
    // The foreign 404 rule has no prefix, so it fits derived images as well.
    let notes: Vec<String> = with.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "our rules come before this one, which also fits derived images: rule 2: * on 404 -> https://old.example.com/… (302)"
        ]
    );
    let again = merged(&with.document);
    assert_eq!(again, Merged { document: with.document.clone(), notes: Vec::new() });
    assert_eq!(stripped(&with.document), Stripped::Document(WEBSITE.to_owned()));
    assert_eq!(stripped(WEBSITE), Stripped::Unchanged);
}

#[test]
fn where_the_rules_go() {
    let index = "<IndexDocument><Suffix>i</Suffix></IndexDocument>";
    let ours = compact("");
    for (before, after) in [
        (format!("<W>{index}</W>"), format!("<W>{index}<RoutingRules>{ours}</RoutingRules></W>")),
        (
            format!("<W>{index}<RoutingRules/></W>"),
            format!("<W>{index}<RoutingRules>{ours}</RoutingRules\t></W>"),
        ),
        (
            format!("<W>{index}<RoutingRules><RoutingRule/></RoutingRules></W>"),
            format!("<W>{index}<RoutingRules>{ours}<RoutingRule/></RoutingRules></W>"),
        ),
    ] {
        let named = |text: &str| {
            text.replace("<W>", "<WebsiteConfiguration>").replace("</W>", "</WebsiteConfiguration>")
        };
        assert_eq!(merged(&named(&before)).document, named(&after));
    }
    let prefixed = "<s:WebsiteConfiguration xmlns:s='u'><s:IndexDocument/></s:WebsiteConfiguration>";
    assert!(
        merged(prefixed).document.contains(&format!("<s:RoutingRules>{}</s:RoutingRules>", compact("s:")))
    );
}

#[test]
fn a_missing_index_document_is_named_and_said() {
    let bare =
        "<WebsiteConfiguration>\n  <ErrorDocument><Key>e</Key></ErrorDocument>\n</WebsiteConfiguration>";
    let with = merged(bare);
    assert!(with.document.contains("<Suffix>index.html</Suffix>"));
    assert_eq!(with.notes, [WebsiteNote::IndexDocumentAdded]);
    assert_eq!(stripped(&with.document), Stripped::Document(bare.to_owned()));
    // Somebody added a rule since: it needs the index document (S3-07).
    let more =
        with.document.replace("</RoutingRules>", "<RoutingRule><Redirect/></RoutingRule></RoutingRules>");
    let Stripped::Document(rest) = stripped(&more) else { panic!("our rules were in it") };
    assert!(rest.contains("<Suffix>index.html</Suffix>"));
}

#[test]
fn rules_gone_wrong_are_repaired_and_said() {
    let good = merged(WEBSITE).document;
    let foreign = "<RoutingRule><Redirect><HostName>f.example.com</HostName></Redirect></RoutingRule>";
    let second = good.match_indices("<RoutingRule>").nth(1).unwrap().0;
    let third = good.match_indices("<RoutingRule>").nth(2).unwrap().0;
    for (wrong, says) in [
        (good.replace("<HttpRedirectCode>307", "<HttpRedirectCode>301"), "HttpRedirectCode \"301\""),
        (good.replacen("<Protocol>https", "<Protocol>http", 1), "Protocol \"http\""),
        (
            good.replacen("<KeyPrefixEquals>resized/", "<KeyPrefixEquals>resized", 1),
            "KeyPrefixEquals \"resized\"",
        ),
        (good.replace("prod/resize/resized/", "prod/resize/"), "ReplaceKeyPrefixWith"),
        (good.replacen(HOST, &our_rules().hosts[1], 1), "redirected to old0000000"),
        (good.replacen(">404<", ">405<", 1), "HttpErrorCodeReturnedEquals \"405\""),
        (format!("{}{}", &good[..second], &good[third..]), "there were 1 of them"),
        (format!("{}{foreign}{}", &good[..second], &good[second..]), "another rule stood before"),
        (format!("{}{}{}", &good[..third], &good[second..third], &good[third..]), "there were 3"),
    ] {
        assert_ne!(wrong, good);
        let repaired = merged(&wrong);
        let said = repaired.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains(says), "{said}");
        assert_eq!(guard(Ours::Website(&our_rules().hosts), &wrong, &repaired.document), Ok(()));
        assert_eq!(merged(&repaired.document).document, repaired.document);
        let rest = repaired.document.replace(foreign, "");
        assert!(same(DocumentKind::Website, &rest, &good), "{rest}");
    }
}

#[test]
fn rules_in_other_words_are_left_alone() {
    let good = merged(WEBSITE).document;
    let spelled = good
        .replace(
            &format!("<HostName>{HOST}</HostName>"),
            &format!("<HostName>{}</HostName><!--api--><New/>", HOST.to_uppercase()),
        )
        .replacen("<Protocol>https</Protocol>", "<Protocol>\n https\n</Protocol>", 1);
    assert_ne!(spelled, good);
    assert_eq!(merged(&spelled).document, spelled);
}

#[test]
fn values_are_escaped() {
    let rules =
        OurRules { prefix: "a&<b/".into(), replace_prefix: "prod/resize?key=a&<b/".into(), ..our_rules() };
    let with = merge(Some(WEBSITE), &rules).unwrap().document;
    assert!(with.contains("<KeyPrefixEquals>a&amp;&lt;b/</KeyPrefixEquals>"));
    assert_eq!(merge(Some(&with), &rules).unwrap().document, with);
}

#[test]
fn the_whole_site_needs_no_prefix() {
    let rules = OurRules { prefix: String::new(), error_codes: Vec::new(), ..our_rules() };
    let with = merge(Some(WEBSITE), &rules).unwrap().document;
    assert!(!with.contains("<Condition></Condition>"));
    assert_eq!(merge(Some(&with), &rules).unwrap().document, with);
    assert_eq!(stripped(&with), Stripped::Document(WEBSITE.to_owned()));
}

#[test]
fn refusals() {
    let refused = |current: &str| merge(Some(current), &our_rules()).unwrap_err();
    let all = "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>x.example.com</HostName></RedirectAllRequestsTo></WebsiteConfiguration>";
    assert_eq!(refused(all), WebsiteError::RedirectsAll { host: "x.example.com".into() });
    assert!(matches!(refused("<a"), WebsiteError::Xml(XmlError::Syntax(_))));
    assert!(matches!(refused("<CORSConfiguration/>"), WebsiteError::Xml(XmlError::Root { .. })));
    let nobody = OurRules { hosts: Vec::new(), ..our_rules() };
    assert_eq!(merge(None, &nobody), Err(WebsiteError::NoHost));
    assert_eq!(merge(Some(WEBSITE), &nobody), Err(WebsiteError::NoHost));

    let with_rules = |count: usize| {
        let rules =
            "<RoutingRule><Redirect><Protocol>https</Protocol></Redirect></RoutingRule>".repeat(count);
        format!(
            "<WebsiteConfiguration><IndexDocument/><RoutingRules>{rules}</RoutingRules></WebsiteConfiguration>"
        )
    };
    let full = merged(&with_rules(48)).document;
    assert_eq!(rules(&full, &our_rules().hosts).unwrap().len(), MAX_RULES);
    assert_eq!(merged(&full).document, full);
    assert_eq!(refused(&with_rules(49)), WebsiteError::TooManyRules { foreign: 49, ours: 2 });

    let long = WEBSITE.replace("kept", &"k".repeat(MAX_BYTES));
    assert!(matches!(refused(&long), WebsiteError::TooLarge { .. }));
}

#[test]
fn rules_that_stand_in_the_way() {
    let rule = |prefix: &str, code: &str| {
        let code = if code.is_empty() {
            String::new()
        } else {
            format!("<HttpErrorCodeReturnedEquals>{code}</HttpErrorCodeReturnedEquals>")
        };
        format!(
            "<RoutingRule><Condition><KeyPrefixEquals>{prefix}</KeyPrefixEquals>{code}</Condition><Redirect><HostName>f</HostName></Redirect></RoutingRule>"
        )
    };
    for (prefix, code, in_the_way) in [
        ("", "", true),
        ("", "404", true),
        ("", "500", false),
        ("res", "", true),
        ("resized/", "403", true),
        ("resized/300x200/", "", true),
        ("docs/", "404", false),
        ("resizedX", "", false),
    ] {
        let list = format!(
            "<WebsiteConfiguration><RoutingRules>{}</RoutingRules></WebsiteConfiguration>",
            rule(prefix, code)
        );
        assert_eq!(!shadowed_by(&list, &our_rules()).unwrap().is_empty(), in_the_way, "{prefix} {code}");
        let with = merged(&list).document;
        assert_eq!(shadowed_by(&with, &our_rules()).unwrap(), [], "ours come first");
    }
    let all = rules(&merged(WEBSITE).document, &our_rules().hosts).unwrap();
    assert_eq!(all.iter().map(|rule| rule.ours).collect::<Vec<_>>(), [true, true, false, false]);
    assert_eq!(
        all[0].to_string(),
        format!("rule 1: resized/* on 404 -> https://{HOST}/prod/resize/resized/… (307)")
    );
}

proptest! {
    #[test]
    fn any_website_comes_back_byte_for_byte(website in any_website()) {
        let with = merge(Some(&website), &our_rules()).unwrap().document;
        prop_assert_ne!(&with, &website);
        prop_assert_eq!(&merge(Some(&with), &our_rules()).unwrap().document, &with);
        let hosts = our_rules().hosts;
        prop_assert_eq!(guard(Ours::Website(&hosts), &website, &with), Ok(()));
        prop_assert_eq!(guard(Ours::Website(&hosts), &with, &website), Ok(()));
        prop_assert!(!same(DocumentKind::Website, &website, &with));
        prop_assert_eq!(strip(&website, &hosts).unwrap(), Stripped::Unchanged);
        prop_assert_eq!(strip(&with, &hosts).unwrap(), Stripped::Document(website));
    }

    #[test]
    fn written_anew_by_aws_it_is_still_right(website in any_website()) {
        let with = merge(Some(&website), &our_rules()).unwrap();
        let anew = rewritten(&with.document);
        prop_assert!(same(DocumentKind::Website, &anew, &with.document));
        prop_assert_eq!(&merge(Some(&anew), &our_rules()).unwrap().document, &anew);
        let Stripped::Document(rest) = strip(&anew, &our_rules().hosts).unwrap() else { panic!("our rules were in it") };
        if with.notes.contains(&WebsiteNote::IndexDocumentAdded) {
            prop_assert!(rest.contains("index.html"));
        } else {
            prop_assert!(same(DocumentKind::Website, &rest, &website), "{}", rest);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(<WebsiteConfiguration>)?[<>/ a-cR\"'&;]{0,30}(</WebsiteConfiguration>)?") {
        let _ = merge(Some(&text), &our_rules());
        let _ = strip(&text, &our_rules().hosts);
    }
}
