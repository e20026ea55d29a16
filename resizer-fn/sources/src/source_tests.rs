//! What a list of sources takes, and what is no source.

#![allow(clippy::unwrap_used)]
use super::*;

fn takes(list: &str, url: &str) -> bool {
    list.parse::<Sources>().unwrap().read(url).is_ok()
}

#[test]
fn hosts_and_everything_below_a_host() {
    let list = "images.example.com, *.example.org;CDN.Example.net\nbücher.example";
    for url in [
        "https://images.example.com/a.jpg",
        "https://IMAGES.example.COM/a.jpg?x=1#y",
        "https://images.example.com:443/a.jpg",
        "https://a.example.org/",
        "https://a.b.example.org/",
        "https://cdn.example.net/x",
        "https://xn--bcher-kva.example/x",
        "https://b%C3%BCcher.example/x",
        "https:\\\\images.example.com\\a.jpg",
    ] {
        assert!(takes(list, url), "{url}");
    }
    for url in [
        "http://images.example.com/a.jpg",
        "https://images.example.com:8443/a.jpg",
        "https://images.example.com./a.jpg",
        "https://example.com/",
        "https://example.org/",
        "https://.example.org/",
        "https://aexample.org/",
        "https://example.org.evil.test/",
        "https://images.example.com.evil.test/",
        "https://evil.test/images.example.com",
        "https://evil.test\\@images.example.com/",
        "https://images.example.com@evil.test/",
        "https://user@images.example.com/",
        "https://:pw@images.example.com/",
        "ftp://images.example.com/",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//images.example.com/a.jpg",
        "images.example.com/a.jpg",
        "",
    ] {
        assert!(!takes(list, url), "{url}");
    }
    assert!(!takes("", "https://images.example.com/"));
}

#[test]
fn ports_and_plain_http_only_where_named() {
    assert!(takes("http://old.example.com", "http://old.example.com/a"));
    assert!(takes("http://old.example.com", "https://old.example.com/a"));
    assert!(!takes("http://old.example.com", "http://old.example.com:8080/a"));
    assert!(takes("a.example.com:8443", "https://a.example.com:8443/"));
    assert!(!takes("a.example.com:8443", "https://a.example.com/"));
    assert!(takes("a.example.com:443", "https://a.example.com/"));
    assert!(takes("http://[2606:4700::1]:81", "http://[2606:4700:0::1]:81/"));
    assert!(!takes("*.example.com:8443", "https://a.example.com/"));
}

#[test]
fn addresses_in_disguise_are_seen_as_addresses() {
    for url in [
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://１２７.0.0.1/",
    ] {
        let seen = Url::parse(url).unwrap();
        assert_eq!(seen.host_str(), Some("127.0.0.1"), "{url}");
        assert!(!takes("*.example.com", url));
        // In the list or not, the guard on addresses has the last word.
        assert!(takes("http://127.0.0.1", url));
    }
    assert!("*.0.1".parse::<Source>().is_err());
}

#[test]
fn what_can_never_be_reached_is_no_source() {
    for (entry, says) in [
        ("http://169.254.169.254", "cloud metadata"),
        ("169.254.169.254:80", "cloud metadata"),
        ("http://169.254.170.2", "container credentials"),
        ("http://2852039166", "cloud metadata"),
        ("http://0xa9fea9fe", "cloud metadata"),
        ("http://0xa9.254.0251.0376", "cloud metadata"),
        ("http://127.1", "loopback"),
        ("http://127.0.0.1.", "loopback"),
        ("0", "this network"),
        ("10.0.0.1", "private"),
        ("172.16.0.1:8443", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "carrier-grade"),
        ("http://[::1]:8", "loopback"),
        ("[::ffff:169.254.169.254]", "IPv4-mapped"),
        ("[fd00:ec2::254]", "metadata"),
        ("[fe80::1]", "link-local"),
        ("[64:ff9b::a9fe:a9fe]", "NAT64"),
        ("localhost", "of this machine"),
        ("http://LOCALHOST.:8080", "of this machine"),
        ("a.localhost", "of this machine"),
        ("*.ec2.internal", "of this machine"),
        ("metadata.google.internal", "of this machine"),
        ("metadata.google.internal.", "of this machine"),
        ("printer.local", "of this machine"),
        ("metadata", "without a domain"),
        ("metadata.", "without a domain"),
        ("printer.home.arpa", "of this machine"),
        ("nas.home", "of this machine"),
        ("wiki.corp:8443", "of this machine"),
        ("images.test", "below `test` are for tests"),
        ("*.images.test", "below `test` are for tests"),
        ("http://IMAGES.Test.:81", "below `test` are for tests"),
        ("a.invalid", "below `invalid` are for what is to fail"),
        ("a.example", "below `example` are for texts"),
        ("b\u{fc}cher.example", "below `example` are for texts"),
        ("a.b.onion", "below `onion` are for Tor"),
        ("a.alt", "below `alt` are for other systems"),
        ("1.2.0.192.in-addr.arpa", "below `arpa` are for the DNS itself"),
        ("8.b.d.0.1.0.0.2.ip6.arpa", "below `arpa` are for the DNS itself"),
        ("ipv4only.arpa", "below `arpa` are for the DNS itself"),
    ] {
        let error = entry.parse::<Sources>().unwrap().check_reachable().unwrap_err();
        assert!(error.contains(says) && error.contains("never fetched from"), "{entry}: {error}");
    }
    for entry in [
        "1.1.1.1",
        "http://[2606:4700::1]:81",
        "internal.example.com",
        "localhost.example.com",
        "images.example.com",
        "*.example.org",
        "example.net",
        "test.example.com",
        "latest.net",
        "myonion.org",
        "home.arpa.example.com",
    ] {
        assert_eq!(entry.parse::<Sources>().unwrap().check_reachable(), Ok(()), "{entry}");
    }
}

#[test]
fn entries_that_are_no_host() {
    for entry in [
        "*",
        "*.",
        "*.com",
        "*.localhost",
        "a.*.com",
        "https://",
        "https://a/b",
        "a?b",
        "u@a.com",
        "a.com:0",
        "a.com:x",
        "a.com:99999",
        "ftp://a.com",
        "*.127.0.0.1",
        "*.example.com.",
        "a:+80",
    ] {
        assert!(entry.parse::<Source>().is_err(), "{entry}: {:?}", entry.parse::<Source>());
    }
    for entry in ["images.example.com", "*.example.com:8443", "http://old.example.com", "http://[::1]:8"] {
        assert_eq!(entry.parse::<Source>().unwrap().to_string(), entry);
    }
    assert_eq!("https://A.example.com".parse::<Source>().unwrap().to_string(), "a.example.com");
}

#[test]
fn stars_that_mean_too_much_or_nothing_are_told() {
    let says = |entry: &str| entry.parse::<Source>().unwrap_err();
    for entry in ["*", "http://*", "https://*:8443"] {
        let said = says(entry);
        assert!(said.contains(&format!("`{entry}` is every host")), "{said}");
        assert!(said.contains("such as images.example.com, or *.example.com"), "{said}");
    }
    for entry in ["a.*.com", "*a.com", "**.a.com", "images.*", "*.*.a.com"] {
        assert!(says(entry).contains("as in *.example.com"), "{}", says(entry));
    }
    assert!(says("*.com").contains("too wide"));
}

#[test]
fn errors_say_what_is_wrong() {
    let list: Sources = "images.example.com".parse().unwrap();
    let says = |url: &str| list.read(url).unwrap_err().to_string();
    assert!(says("https://evil.test:81/x").contains("https://evil.test:81"));
    assert!(says("gopher://images.example.com/").contains("gopher:"));
    assert!(says("https://u:p@images.example.com/").contains("password"));
    assert!(!says("https://u:geheim@images.example.com/").contains("geheim"));
    assert!(says(&format!("https://images.example.com/{}", "a".repeat(5000))).contains("4096"));
    assert!(says("a.jpg").contains("https://host/path"));
}
