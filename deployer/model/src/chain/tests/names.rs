//! Host names and URLs.

use crate::chain::hosts::{execute_api, rest_bucket, website};
use crate::chain::message::{Request, Url};

fn pair(a: &str, b: &str) -> Option<(String, String)> {
    Some((a.to_owned(), b.to_owned()))
}

#[test]
fn s3_01_website_hosts_in_both_forms() {
    assert_eq!(website("photos.s3-website-eu-west-1.amazonaws.com"), pair("photos", "eu-west-1"));
    assert_eq!(website("Photos.s3-website.eu-central-1.amazonaws.com"), pair("photos", "eu-central-1"));
    assert_eq!(
        website("www.example.com.s3-website.cn-north-1.amazonaws.com.cn"),
        pair("www.example.com", "cn-north-1")
    );
    // A bucket may be called like a website host.
    let odd = "a.s3-website-b-1.s3-website-us-east-1.amazonaws.com";
    assert_eq!(website(odd), pair("a.s3-website-b-1", "us-east-1"));
    for other in [
        "photos.s3.eu-west-1.amazonaws.com",
        "s3-website-eu-west-1.amazonaws.com",
        "photos.s3-website-eu-west-1.example.com",
        "",
    ] {
        assert_eq!(website(other), None, "{other}");
    }
}

#[test]
fn s3_03_rest_hosts() {
    for host in [
        "photos.s3.amazonaws.com",
        "photos.s3.eu-west-1.amazonaws.com",
        "photos.s3-eu-west-1.amazonaws.com",
        "photos.s3.dualstack.eu-west-1.amazonaws.com",
    ] {
        assert_eq!(rest_bucket(host).as_deref(), Some("photos"), "{host}");
    }
    assert_eq!(rest_bucket("a.b.s3.eu-west-1.amazonaws.com").as_deref(), Some("a.b"));
    for other in [
        "photos.s3-website-eu-west-1.amazonaws.com",
        "photos.s3-website.eu-central-1.amazonaws.com",
        "s3.amazonaws.com",
        "example.com",
    ] {
        assert_eq!(rest_bucket(other), None, "{other}");
    }
}

#[test]
fn ag_01_api_hosts() {
    assert_eq!(execute_api("abc123.execute-api.eu-west-1.amazonaws.com"), pair("abc123", "eu-west-1"));
    assert_eq!(execute_api("abc123.execute-api.cn-north-1.amazonaws.com.cn"), pair("abc123", "cn-north-1"));
    for other in [
        "execute-api.eu-west-1.amazonaws.com",
        "a.b.execute-api.eu-west-1.amazonaws.com",
        "abc.execute-api.eu-west-1.example.com",
    ] {
        assert_eq!(execute_api(other), None, "{other}");
    }
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
