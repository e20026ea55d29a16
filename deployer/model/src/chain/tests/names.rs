//! Host names and URLs.

use crate::chain::message::{Request, Url};
use crate::chain::website::is_same_site;

#[test]
fn s3_01_both_forms_of_a_website_host_are_the_same_site() {
    let dash = "photos.s3-website-eu-west-1.amazonaws.com";
    assert!(is_same_site(dash, dash));
    assert!(is_same_site(dash, "photos.s3-website.eu-west-1.amazonaws.com"));
    for other in [
        "photos.s3-website-us-east-1.amazonaws.com",
        "other.s3-website-eu-west-1.amazonaws.com",
        "photos.s3.eu-west-1.amazonaws.com",
        "example.com",
    ] {
        assert!(!is_same_site(dash, other), "{other}");
    }
    assert!(!is_same_site("a.example.com", "b.example.com"), "two hosts that are no website");
}

#[test]
fn urls_are_read_and_joined_as_browsers_do() {
    let base = Url::parse("HTTP://user@Example.com:8080/a/b?q#part").unwrap();
    assert_eq!(base.to_string(), "http://example.com:8080/a/b?q");
    let joined = |location: &str| base.join(location).map(|url| url.to_string());
    assert_eq!(joined("https://other/x#y").as_deref(), Some("https://other/x"));
    assert_eq!(joined("//other/x").as_deref(), Some("http://other/x"));
    assert_eq!(joined("/x?u=http://z").as_deref(), Some("http://example.com:8080/x?u=http://z"));
    assert_eq!(joined("?z").as_deref(), Some("http://example.com:8080/a/b?z"));
    assert_eq!(joined("c").as_deref(), Some("http://example.com:8080/a/c"));
    assert_eq!(joined("ftp://other/"), None);
    for bad in ["", "example.com", "http://", "http:///x", "http://h:port/"] {
        assert_eq!(Url::parse(bad), None, "{bad}");
    }
    assert_eq!(Request::get("https://h?x=1").unwrap().url(), "https://h/?x=1");
}
