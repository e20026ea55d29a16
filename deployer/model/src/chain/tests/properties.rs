//! Laws that hold for any input.

use super::fixture::NOW;
use crate::chain::access::Policy;
use crate::chain::api::parse_query;
use crate::chain::cache::{Cache, Found, Key};
use crate::chain::cloudfront::Distribution;
use crate::chain::encode::{
    LocationEncoding, PlusInPath, decode_key, encode_key, encode_path, normalize_path,
};
use crate::chain::message::{Headers, Method, Response, Url};
use crate::chain::pattern::matches;
use crate::chain::policies::CachePolicy;
use crate::chain::ttl::{self, Keep, Ttls};
use crate::chain::website::WebsiteConfig;
use proptest::prelude::*;

/// The matcher as its definition reads, without any cleverness.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|skip| naive(rest, &text[skip..])),
        ['?', rest @ ..] => !text.is_empty() && naive(rest, &text[1..]),
        [c, rest @ ..] => text.first() == Some(c) && naive(rest, &text[1..]),
    }
}

/// XML-like text that often is well-formed and uses the real element names.
fn xmlish() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "WebsiteConfiguration",
        "RoutingRules",
        "RoutingRule",
        "Condition",
        "Redirect",
        "HttpRedirectCode",
        "HostName",
        "DistributionConfig",
        "DefaultCacheBehavior",
        "CacheBehaviors",
        "Items",
        "CacheBehavior",
        "PathPattern",
        "MinTTL",
        "Origins",
        "Origin",
        "Id",
        "DomainName",
        "ForwardedValues",
        "CustomErrorResponses",
        "CustomErrorResponse",
        "ErrorCode",
        "CachePolicyConfig",
    ]);
    let leaf = prop_oneof![Just(String::new()), "[a-z0-9/*<&;!\\[-]{0,8}", "-?[0-9]{1,25}"];
    let element = (name.clone(), leaf).prop_map(|(n, text)| format!("<{n}>{text}</{n}>"));
    element.prop_recursive(5, 40, 6, move |inner| {
        (name.clone(), prop::collection::vec(inner, 0..6))
            .prop_map(|(n, inside)| format!("<{n}>{}</{n}>", inside.concat()))
    })
}

proptest! {
    #[test]
    fn the_matcher_agrees_with_its_definition(pattern in "[ab*?]{0,8}", text in "[ab/]{0,10}") {
        let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(matches(&pattern, &text), naive(&p, &t));
    }

    #[test]
    fn the_cache_never_gives_anything_older_than_its_ttl(
        steps in prop::collection::vec((0_u8..3, 0_u64..20, 0_u64..15), 1..60)
    ) {
        let mut cache = Cache::with_limit(20);
        let mut now = NOW;
        // What a naive book-keeper knows: key -> (stored at, keep).
        let mut book: std::collections::BTreeMap<u8, (u64, u64)> = Default::default();
        for (name, wait, keep) in steps {
            now += wait;
            let key = Key::new(&Method::Get, &format!("/{name}"), None, Vec::new());
            if let Found::Fresh { age, response, .. } = cache.find(&key, now) {
                let (stored, keep) = book[&name];
                prop_assert_eq!(age, now - stored);
                prop_assert!(age < keep, "{} s old, kept {}", age, keep);
                prop_assert_eq!(response.body, stored.to_string().into_bytes());
            }
            let response = Response::new(200).with_body("text/plain", now.to_string());
            cache.store(key, response, false, Keep::For(keep), now);
            book.insert(name, (now, keep));
        }
    }

    #[test]
    fn nothing_is_kept_longer_than_max_or_shorter_than_min(
        min in 0_u64..100, more in 0_u64..100, most in 0_u64..100, control in "(max-age=[0-9]{1,4}|no-store|s-maxage=[0-9]{1,3}|public|)(, private|)"
    ) {
        let ttls = Ttls { min, default: min + more, max: min + more + most };
        let headers: Headers = [("Cache-Control", control)].into_iter().collect();
        match ttl::success(ttls, &headers, NOW) {
            Keep::Never => prop_assert_eq!(min, 0),
            Keep::For(kept) => prop_assert!((ttls.min..=ttls.max).contains(&kept)),
        }
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in ".{0,200}") {
        let _ = (WebsiteConfig::parse(&text), Distribution::parse(&text), CachePolicy::parse(&text), Policy::parse(&text));
        let _ = (Url::parse(&text), ttl::http_date(&text), normalize_path(&text), parse_query(&text));
    }

    #[test]
    fn no_xml_makes_a_parser_panic(text in xmlish()) {
        let _ = (WebsiteConfig::parse(&text), Distribution::parse(&text), CachePolicy::parse(&text));
    }

    #[test]
    fn a_key_survives_encoding_and_decoding(key in "\\PC{1,30}") {
        prop_assume!(!key.starts_with('/'));
        for plus in [PlusInPath::Space, PlusInPath::Literal] {
            let decoded = decode_key(&format!("/{}", encode_path(&key)), plus);
            prop_assert_eq!(decoded.as_deref(), Some(key.as_str()));
        }
        let raw = encode_key(&key, LocationEncoding::ReservedRaw);
        prop_assert_eq!(decode_key(&raw, PlusInPath::Literal), Some(key));
        prop_assert!(raw.is_ascii() && !raw.contains([' ', '#', '"', '<']));
    }

    #[test]
    fn normalising_twice_changes_nothing(path in "/[a-z%./2fF0-9-]{0,30}") {
        let once = normalize_path(&path);
        prop_assert!(once.starts_with('/'));
        prop_assert_eq!(normalize_path(&once), once.clone());
    }
}
