//! The website endpoint.

use super::fixture::{API_HOST, WEBSITE_HOST, our_rule, rule, website};
use crate::chain::encode::{LocationEncoding, PlusInPath};
use crate::chain::message::{Method, Request};
use crate::chain::website::{AbsentKey, Answer, Object, Options, WebsiteConfig, Why, answer, error_page};

fn get(path: &str) -> Request {
    Request::get(&format!("http://{WEBSITE_HOST}{path}")).unwrap()
}

/// Asks with a bucket that holds these keys.
fn ask_with(config: &WebsiteConfig, path: &str, holds: &[&str], options: Options) -> (Answer, Why) {
    answer(Some(config), "photos", &get(path), &options, |key| {
        if holds.contains(&key) { Object::Present { redirect: None } } else { Object::Absent }
    })
}

fn ask(config: &WebsiteConfig, path: &str, holds: &[&str]) -> (Answer, Why) {
    ask_with(config, path, holds, Options::default())
}

fn location(answer: &Answer) -> &str {
    match answer {
        Answer::Redirect { location, .. } => location,
        other => panic!("not a redirect: {other:?}"),
    }
}

fn status(answer: &Answer) -> u16 {
    match answer {
        Answer::Serve { status, .. } | Answer::Redirect { status, .. } => *status,
        Answer::Refuse(refusal) => refusal.status,
    }
}

#[test]
fn an_object_is_served_and_paths_ending_in_a_slash_get_the_index() {
    let site = website("");
    let serve = |key: &str| (Answer::Serve { status: 200, key: key.to_owned() }, Why::Object);
    assert_eq!(ask(&site, "/a%20b.jpg", &["a b.jpg"]), serve("a b.jpg"));
    assert_eq!(ask(&site, "/", &["index.html"]), serve("index.html"));
    assert_eq!(ask(&site, "/docs/", &["docs/index.html"]), serve("docs/index.html"));
    let folder = Answer::Redirect { status: 302, location: "/docs/".to_owned() };
    assert_eq!(ask(&site, "/docs", &["docs/index.html"]), (folder, Why::Folder));
}

#[test]
fn s3_02_only_get_and_head() {
    let site = website(&our_rule(404));
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let request = get("/resized/1x1/a.jpg").with_method(Method::parse(method));
        let (answer, _) = answer(Some(&site), "photos", &request, &Options::default(), |_| Object::Absent);
        assert_eq!(status(&answer), 405, "{method}");
    }
    let head = get("/a.jpg").with_method(Method::Head);
    let (answer, _) =
        answer(Some(&site), "photos", &head, &Options::default(), |_| Object::Present { redirect: None });
    assert_eq!(status(&answer), 200);
}

#[test]
fn s3_03_errors_are_html() {
    let (answer, why) = ask(&WebsiteConfig::default(), "/a<b.jpg", &[]);
    let Answer::Refuse(refusal) = answer else { panic!("{answer:?}") };
    assert_eq!(why, Why::Error);
    let page = error_page(&refusal);
    let html = String::from_utf8(page.body).unwrap();
    assert!(page.headers.get("Content-Type").unwrap().starts_with("text/html"), "{html}");
    assert!(html.contains("<li>Code: NoSuchKey</li>") && html.contains("<li>Key: a&lt;b.jpg</li>"), "{html}");
}

#[test]
fn s3_04_absent_is_404_or_403_by_switch() {
    let site = website(&our_rule(404));
    let forbidden = Options { absent: AbsentKey::Forbidden403, ..Options::default() };
    assert_eq!(ask(&site, "/resized/1x1/a.jpg", &[]).1, Why::RuleAfter(0));
    // A rule for 404 alone never fires where absent keys are 403.
    let (answer, why) = ask_with(&site, "/resized/1x1/a.jpg", &[], forbidden);
    assert_eq!((status(&answer), why), (403, Why::Error));
    let both = website(&format!("{}{}", our_rule(404), our_rule(403)));
    assert_eq!(ask(&both, "/resized/1x1/a.jpg", &[]).1, Why::RuleAfter(0));
    assert_eq!(ask_with(&both, "/resized/1x1/a.jpg", &[], forbidden).1, Why::RuleAfter(1));
}

#[test]
fn s3_05_a_403_rule_also_redirects_unreadable_objects() {
    let site = website(&our_rule(403));
    let (answer, why) =
        answer(Some(&site), "photos", &get("/resized/1x1/a.jpg"), &Options::default(), |_| {
            Object::Unreadable
        });
    assert_eq!((status(&answer), why), (307, Why::RuleAfter(0)));
}

#[test]
fn s3_07_without_a_configuration_everything_is_404() {
    let (answer, _) =
        answer(None, "photos", &get("/a.jpg"), &Options::default(), |_| Object::Present { redirect: None });
    let Answer::Refuse(refusal) = answer else { panic!("{answer:?}") };
    assert_eq!((refusal.status, refusal.code), (404, "NoSuchWebsiteConfiguration"));
}

#[test]
fn s3_08_redirect_all_comes_before_anything_else() {
    let xml = "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>www.example.com</HostName><Protocol>https</Protocol>\
               </RedirectAllRequestsTo></WebsiteConfiguration>";
    let site = WebsiteConfig::parse(xml).unwrap();
    let (answer, why) = ask(&site, "/a%20b?x=1", &["a b"]);
    assert_eq!(
        answer,
        Answer::Redirect { status: 301, location: "https://www.example.com/a%20b?x=1".to_owned() }
    );
    assert_eq!(why, Why::RedirectAll);
}

#[test]
fn s3_09_both_conditions_must_hold_and_none_matches_everything() {
    let site = website(&our_rule(404));
    let (answer, why) = ask(&site, "/other/a.jpg", &["error.html"]);
    assert_eq!(
        (answer, why),
        (Answer::Serve { status: 404, key: "error.html".to_owned() }, Why::ErrorDocument)
    );
    assert_eq!(ask(&site, "/resized/1x1/a.jpg", &["resized/1x1/a.jpg"]).1, Why::Object);
    let all = website(&rule("", "<HostName>elsewhere.example</HostName>"));
    let (answer, why) = ask(&all, "/any.jpg", &["any.jpg"]);
    assert_eq!((location(&answer), why), ("http://elsewhere.example/any.jpg", Why::RuleBefore(0)));
}

#[test]
fn s3_10_the_first_matching_rule_shadows_the_later_ones() {
    let broad = rule(
        "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
        "<ReplaceKeyWith>sorry.html</ReplaceKeyWith>",
    );
    let shadowed = website(&format!("{broad}{}", our_rule(404)));
    let (answer, why) = ask(&shadowed, "/resized/1x1/a.jpg", &[]);
    assert_eq!(location(&answer), format!("http://{WEBSITE_HOST}/sorry.html"));
    assert_eq!(why, Why::RuleAfter(0));
    let ours_first = website(&format!("{}{broad}", our_rule(404)));
    let (answer, why) = ask(&ours_first, "/resized/1x1/a.jpg", &[]);
    assert!(location(&answer).starts_with(&format!("https://{API_HOST}/prod/resize/resized/1x1/")));
    assert_eq!(why, Why::RuleAfter(0));
    assert_eq!(ask(&ours_first, "/x.jpg", &[]).1, Why::RuleAfter(1));
}

#[test]
fn s3_10_a_prefix_rule_without_error_wins_even_behind_an_error_rule() {
    let early = rule(
        "<KeyPrefixEquals>resized/</KeyPrefixEquals>",
        "<ReplaceKeyPrefixWith>old/</ReplaceKeyPrefixWith>",
    );
    let site = website(&format!("{}{early}", our_rule(404)));
    let (answer, why) = ask(&site, "/resized/1x1/a.jpg", &["resized/1x1/a.jpg"]);
    assert_eq!(
        (location(&answer), why),
        (&*format!("http://{WEBSITE_HOST}/old/1x1/a.jpg"), Why::RuleBefore(1))
    );
}

#[test]
fn s3_11_defaults_are_301_http_and_the_own_host() {
    let site = website(&rule(
        "<KeyPrefixEquals>docs/</KeyPrefixEquals>",
        "<ReplaceKeyWith>doc.html</ReplaceKeyWith>",
    ));
    let (answer, _) = ask(&site, "/docs/x", &[]);
    assert_eq!(answer, Answer::Redirect { status: 301, location: format!("http://{WEBSITE_HOST}/doc.html") });
}

#[test]
fn s3_12_replacement_is_prepended_without_a_prefix_and_replaces_it_with_one() {
    let classic = rule(
        "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
        "<Protocol>https</Protocol><HostName>h</HostName><ReplaceKeyPrefixWith>prod/resize?key=</ReplaceKeyPrefixWith>\
         <HttpRedirectCode>307</HttpRedirectCode>",
    );
    let (answer, _) = ask(&website(&classic), "/300x300/a.jpg", &[]);
    assert_eq!(
        answer,
        Answer::Redirect { status: 307, location: "https://h/prod/resize?key=300x300/a.jpg".to_owned() }
    );
    let cut =
        rule("<KeyPrefixEquals>docs/</KeyPrefixEquals>", "<ReplaceKeyPrefixWith></ReplaceKeyPrefixWith>");
    assert_eq!(location(&ask(&website(&cut), "/docs/a.jpg", &[]).0), format!("http://{WEBSITE_HOST}/a.jpg"));
}

#[test]
fn s3_13_location_encoding_is_a_switch() {
    let site = website(&our_rule(404));
    let key = "resized/1x1/a b&c+d;e=f:g@h,i$j!k*l'm(n)o%p#q?r\u{e9}.jpg";
    let path = format!("/{}", crate::chain::encode::encode_path(key));
    let with = |encoding| {
        let options = Options { encoding, ..Options::default() };
        location(&ask_with(&site, &path, &[], options).0).rsplit_once("1x1/").unwrap().1.to_owned()
    };
    assert_eq!(with(LocationEncoding::ReservedRaw), "a%20b&c+d;e=f:g@h,i$j!k*l'm(n)o%25p%23q?r%C3%A9.jpg");
    assert_eq!(
        with(LocationEncoding::Full),
        "a%20b%26c%2Bd%3Be%3Df%3Ag%40h%2Ci%24j%21k%2Al%27m%28n%29o%25p%23q%3Fr%C3%A9.jpg"
    );
}

#[test]
fn a_raw_plus_is_a_space_by_switch() {
    let site = website("");
    let asked =
        |plus| match ask_with(&site, "/a+b%2Bc", &["a b+c", "a+b+c"], Options { plus, ..Options::default() })
            .0
        {
            Answer::Serve { key, .. } => key,
            other => panic!("{other:?}"),
        };
    assert_eq!(asked(PlusInPath::Space), "a b+c");
    assert_eq!(asked(PlusInPath::Literal), "a+b+c");
}

#[test]
fn s3_15_redirect_metadata_is_a_301() {
    let site = website("");
    let (answer, why) = answer(Some(&site), "photos", &get("/old"), &Options::default(), |_| {
        Object::Present { redirect: Some("/new.html".to_owned()) }
    });
    assert_eq!(
        (answer, why),
        (Answer::Redirect { status: 301, location: "/new.html".to_owned() }, Why::ObjectRedirect)
    );
}

#[test]
fn an_absent_error_document_is_told_in_the_page() {
    let (answer, _) = ask(&website(""), "/gone", &[]);
    let Answer::Refuse(refusal) = answer else { panic!("{answer:?}") };
    let html = String::from_utf8(error_page(&refusal).body).unwrap();
    assert!(html.contains("Custom Error Document") && html.contains("<li>Key: error.html</li>"), "{html}");
}

#[test]
fn a_query_stays_on_the_redirect_unless_switched_off() {
    let site = website(&our_rule(404));
    assert!(location(&ask(&site, "/resized/1x1/a.jpg?v=2", &[]).0).ends_with("/a.jpg?v=2"));
    let options = Options { drop_query: true, ..Options::default() };
    assert!(location(&ask_with(&site, "/resized/1x1/a.jpg?v=2", &[], options).0).ends_with("/a.jpg"));
}

#[test]
fn a_path_that_is_not_utf8_is_400() {
    assert_eq!(status(&ask(&website(""), "/%FF", &[]).0), 400);
}

#[test]
fn documents_that_are_not_a_website_are_refused_with_a_reason() {
    for (xml, reason) in [
        ("", "WebsiteConfiguration"),
        ("<Other/>", "<Other>"),
        ("<WebsiteConfiguration><RedirectAllRequestsTo/></WebsiteConfiguration>", "HostName"),
        (
            "<WebsiteConfiguration><RoutingRules><RoutingRule/></RoutingRules></WebsiteConfiguration>",
            "Redirect",
        ),
    ] {
        let error = WebsiteConfig::parse(xml).unwrap_err().to_string();
        assert!(error.contains(reason), "{xml}: {error}");
    }
    let code = website_code("<HttpRedirectCode>soon</HttpRedirectCode>");
    assert!(WebsiteConfig::parse(&code).unwrap_err().to_string().contains("soon"));
    assert!(WebsiteConfig::parse(&website_code("<HttpRedirectCode>307</HttpRedirectCode>")).is_ok());
}

fn website_code(redirect: &str) -> String {
    super::fixture::website_xml(&rule("", redirect))
}
