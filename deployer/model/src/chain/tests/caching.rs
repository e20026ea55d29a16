//! TTLs, cache, invalidation.

use super::fixture::NOW;
use crate::chain::cache::{Cache, Found, Key};
use crate::chain::message::{Headers, Method, Response};
use crate::chain::pattern::invalidates;
use crate::chain::ttl::{Keep, Ttls, error, http_date, success};

const YEAR: u64 = 31_536_000;

fn ttls(min: u64, default: u64) -> Ttls {
    Ttls { min, default, max: YEAR }
}

fn headers(fields: &[(&str, &str)]) -> Headers {
    fields.iter().copied().collect()
}

fn control(value: &str) -> Headers {
    headers(&[("cache-control", value)])
}

#[test]
fn cf_02_an_answer_without_cache_control_stays_for_the_default_ttl() {
    assert_eq!(success(ttls(0, 86_400), &Headers::new(), NOW), Keep::For(86_400));
    assert_eq!(success(ttls(0, 0), &Headers::new(), NOW), Keep::For(0));
    assert_eq!(success(ttls(600, 600), &Headers::new(), NOW), Keep::For(600));
}

#[test]
fn cf_03_min_ttl_keeps_even_no_store() {
    for value in ["no-store", "private", "max-age=3600, no-cache"] {
        assert_eq!(success(ttls(0, 0), &control(value), NOW), Keep::Never, "{value}");
        assert_eq!(success(ttls(1, 86_400), &control(value), NOW), Keep::For(1), "{value}");
    }
}

#[test]
fn max_age_is_held_between_min_and_max_and_s_maxage_wins() {
    assert_eq!(success(ttls(0, 0), &control("public, max-age=1209600"), NOW), Keep::For(1_209_600));
    assert_eq!(success(ttls(60, 60), &control("max-age=5"), NOW), Keep::For(60));
    assert_eq!(success(Ttls { min: 0, default: 0, max: 100 }, &control("max-age=500"), NOW), Keep::For(100));
    assert_eq!(success(ttls(0, 0), &control("max-age=5, S-MaxAge=\"7\""), NOW), Keep::For(7));
    assert_eq!(success(ttls(0, 0), &control("max-age=99999999999999999999999"), NOW), Keep::For(YEAR));
    assert_eq!(success(ttls(0, 9), &control("max-age=soon"), NOW), Keep::For(9));
}

#[test]
fn expires_counts_where_cache_control_says_nothing() {
    let at = http_date("Tue, 15 Nov 1994 12:45:26 GMT").unwrap();
    assert_eq!(at, 784_903_526);
    assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
    assert_eq!(http_date("Thu, 29 Feb 2024 23:59:59 GMT"), Some(1_709_251_199));
    let expires = headers(&[("Expires", "Tue, 15 Nov 1994 12:45:26 GMT")]);
    assert_eq!(success(ttls(0, 86_400), &expires, at - 30), Keep::For(30));
    assert_eq!(success(ttls(0, 86_400), &expires, at + 30), Keep::For(0));
    assert_eq!(success(ttls(0, 86_400), &headers(&[("Expires", "0")]), NOW), Keep::For(0));
    let both = headers(&[("Expires", "0"), ("Cache-Control", "max-age=10")]);
    assert_eq!(success(ttls(0, 0), &both, NOW), Keep::For(10));
}

#[test]
fn cf_10_which_errors_stay_and_how_long() {
    let plain = Headers::new();
    let keep = |status, min, h: &Headers| error(status, min, ttls(0, 0), h, NOW);
    for status in [404, 410, 414, 500, 501, 502, 503, 504] {
        assert_eq!(keep(status, None, &plain), Keep::For(10), "{status}");
        assert_eq!(keep(status, Some(300), &plain), Keep::For(300), "{status}");
        assert_eq!(keep(status, Some(0), &plain), Keep::For(0), "{status}");
        assert_eq!(keep(status, None, &control("max-age=60")), Keep::For(60), "{status}");
        assert_eq!(keep(status, Some(300), &control("max-age=60")), Keep::For(300), "{status}");
    }
    for status in [400, 403, 405, 412, 415] {
        assert_eq!(keep(status, None, &plain), Keep::Never, "{status}");
        assert_eq!(keep(status, None, &control("s-maxage=60")), Keep::For(60), "{status}");
    }
    for status in [401, 416, 429] {
        assert_eq!(keep(status, None, &control("max-age=60")), Keep::Never, "{status}");
    }
    // no-store is heard for some errors only.
    assert_eq!(keep(404, None, &control("no-store")), Keep::Never);
    assert_eq!(keep(500, None, &control("no-store")), Keep::For(10));
}

fn key(path: &str) -> Key {
    Key::new(&Method::Get, path, None, Vec::new())
}

fn response(body: &str) -> Response {
    Response::new(200).with_body("text/plain", body)
}

#[test]
fn an_entry_is_fresh_until_its_time_is_over() {
    let mut cache = Cache::new();
    cache.store(key("/a"), response("a"), false, Keep::For(10), NOW);
    assert!(matches!(cache.find(&key("/a"), NOW + 9), Found::Fresh { age: 9, .. }));
    assert!(matches!(cache.find(&key("/a"), NOW + 10), Found::Stale { .. }));
    assert_eq!(cache.find(&key("/b"), NOW), Found::Nothing);
    // A refresh starts its time anew and takes the 304's headers.
    let refreshed =
        cache.refresh(&key("/a"), &control("max-age=5"), |h| success(ttls(0, 0), h, NOW), NOW + 20).unwrap();
    assert_eq!(refreshed.body, b"a");
    assert!(matches!(cache.find(&key("/a"), NOW + 24), Found::Fresh { age: 4, .. }));
    // Something that must not be kept also drops what was there.
    cache.store(key("/a"), response("b"), false, Keep::Never, NOW + 25);
    assert!(cache.is_empty());
}

#[test]
fn a_head_is_answered_from_a_get_but_not_the_other_way() {
    let mut cache = Cache::new();
    let head = Key::new(&Method::Head, "/a", None, Vec::new());
    cache.store(head.clone(), Response::new(200), false, Keep::For(10), NOW);
    assert_eq!(cache.find(&key("/a"), NOW), Found::Nothing);
    cache.invalidate("/a");
    cache.store(key("/a"), response("a"), false, Keep::For(10), NOW);
    assert!(
        matches!(cache.find(&head, NOW), Found::Fresh { response, .. } if response.body.is_empty() && response.headers.get("Content-Length") == Some("1"))
    );
}

#[test]
fn cf_17_equal_paths_share_an_entry() {
    assert_eq!(key("/a%2db/%c3%a9"), key("/a-b/%C3%A9"));
    assert_eq!(key("/x/../a/./b"), key("/a/b"));
    assert_ne!(key("/a%2Fb"), key("/a/b"));
    assert_ne!(key("/a%2Bb"), key("/a+b"));
    assert_ne!(key("/A"), key("/a"));
}

#[test]
fn cf_16_invalidation_by_path_and_trailing_star() {
    let fill = || {
        let mut cache = Cache::new();
        for path in ["/resized/1/a.jpg", "/resized/2/a.jpg", "/pics/a.jpg"] {
            cache.store(key(path), response(path), false, Keep::For(10), NOW);
        }
        cache.store(
            Key::new(&Method::Get, "/pics/a.jpg", Some("v=2".to_owned()), Vec::new()),
            response("v"),
            false,
            Keep::For(10),
            NOW,
        );
        cache
    };
    let count = |path: &str| fill().invalidate(path);
    assert_eq!(count("/resized/*"), 2);
    assert_eq!(count("resized/*"), 2);
    assert_eq!(count("/pics/a.jpg"), 1, "without its query a path names the entry without one");
    assert_eq!(count("/pics/a.jpg*"), 2);
    assert_eq!(count("/RESIZED/*"), 0);
    assert_eq!(count("/a.jpg*"), 0, "the beginning must be the same");
    assert_eq!(count("/*"), 4);
    assert!(!invalidates("/re*/a.jpg", "/resized/a.jpg"), "a star counts in last place only");
}

#[test]
fn a_full_cache_forgets_the_oldest() {
    let mut cache = Cache::with_limit(2);
    for (at, path) in ["/b", "/a", "/c"].into_iter().enumerate() {
        cache.store(key(path), response("x"), false, Keep::For(100), NOW + at as u64);
    }
    assert_eq!(cache.len(), 2);
    assert_eq!(cache.find(&key("/b"), NOW + 3), Found::Nothing);
    cache.store(key("/big"), response("xxx"), false, Keep::For(100), NOW + 4);
    assert!(cache.is_empty());
}
