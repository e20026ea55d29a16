//! Which keys are read as what, and properties over all of them.

#![allow(clippy::unwrap_used)]
use super::*;
use crate::signature::SecurityKey;
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use resizer_core::spec::Presets;

const PREFIX: &str = "resized/";

fn scheme(prefix: &str) -> Scheme {
    let presets = Presets::parse("thumb=30x20;wide=300x").unwrap();
    Scheme { prefix: prefix.to_owned(), presets }
}

/// The only reading.
fn parse<'a>(prefix: &str, key: &'a str) -> Result<Reading<'a>, KeyError> {
    let mut asked = scheme(prefix).parse(key)?;
    assert_eq!(asked.readings.len(), 1, "{key}");
    Ok(asked.readings.remove(0))
}

#[test]
fn takes_a_key_apart() {
    let key = parse(PREFIX, "resized/300x200/pics/a.jpg").unwrap();
    assert_eq!((key.original, key.text, key.preset), ("pics/a.jpg", "300x200", false));
    assert_eq!(key.spec, Spec::cover(300, 200));
    // Odd but valid keys: empty segments, no extension, a size as a folder.
    for original in ["/a", "a//b", "a", "300x200/a.jpg", "...", "a/..b/c.", "x", "a/"] {
        let asked = format!("resized/x20/{original}");
        assert_eq!(parse(PREFIX, &asked).unwrap().original, original);
    }
}

#[test]
fn the_classic_scheme_has_no_prefix() {
    assert_eq!(parse("", "300x/a.jpg").unwrap().original, "a.jpg");
    let signed = format!("{}=/300x/a.jpg", "a".repeat(27));
    for derived in ["x200/a.jpg", "thumb/a.jpg", "unsafe/3x/a.jpg", "direct/a.jpg", &signed] {
        let asked = format!("300x/{derived}");
        assert_eq!(parse("", &asked), Err(KeyError::Derived(derived.to_owned())));
        // With a prefix these are folders like any other.
        assert_eq!(parse(PREFIX, &format!("resized/{asked}")).unwrap().original, derived);
    }
    for original in ["x200", "unsafe/a.jpg", "pics/thumb/a.jpg"] {
        assert_eq!(parse("", &format!("300x/{original}")).unwrap().original, original);
    }
}

#[test]
fn presets_and_marks_come_before_specs() {
    let key = parse(PREFIX, "resized/thumb/a/b.jpg").unwrap();
    assert_eq!((key.text, key.original, key.preset), ("thumb", "a/b.jpg", true));
    assert_eq!(key.spec, Spec::cover(30, 20));
    let signature = format!("{}=", "a".repeat(27));
    for (mark, text) in [(Mark::Unsafe, "unsafe"), (Mark::Signature(&signature), &signature)] {
        for (spec, original) in [("thumb", "a.jpg"), ("300x", "thumb/a.jpg")] {
            let key = format!("resized/{text}/{spec}/{original}");
            let asked = scheme(PREFIX).parse(&key).unwrap();
            assert_eq!((asked.mark, asked.readings[0].original), (mark, original));
            assert_eq!(asked.path, format!("{spec}/{original}"));
        }
    }
    assert_eq!(parse(PREFIX, "resized/thumb"), Err(KeyError::NoSize(PREFIX.to_owned())));
    assert_eq!(parse(PREFIX, "resized/unsafe/thumb"), Err(KeyError::NoSize(PREFIX.to_owned())));
    assert!(matches!(parse(PREFIX, "resized/unsafe/unsafe/300x/a"), Err(KeyError::Size(_))));
}

#[test]
fn paths_have_no_prefix_but_originals_may_not_have_it_either() {
    let path = |path| scheme(PREFIX).parse_path(path).map(|asked| asked.readings[0].original);
    assert_eq!(path("300x/a.jpg"), Ok("a.jpg"));
    assert_eq!(path("thumb/a.jpg"), Ok("a.jpg"));
    assert_eq!(path("300x/resized/x/a.jpg"), Err(KeyError::Derived("resized/x/a.jpg".to_owned())));
    assert_eq!(path("300x/../a.jpg"), Err(KeyError::Dots));
}

#[test]
fn signatures_may_be_of_the_key_encoded_or_not() {
    let asked = scheme(PREFIX).parse("resized/300x/pics/ä b.jpg").unwrap();
    let texts: Vec<String> = asked.signed_texts(None).collect();
    assert_eq!(texts, ["300x/pics/ä b.jpg", "300x/pics/%C3%A4%20b.jpg"]);
    let arrived = Some("resized/300x/pics/%c3%a4 b.jpg");
    assert_eq!(asked.signed_texts(arrived).nth(1).as_deref(), Some("300x/pics/%c3%a4 b.jpg"));
    // A `%` in the key itself: as it is, the text is that of another key.
    let percent = scheme(PREFIX).parse("resized/300x/a%20b.jpg").unwrap();
    assert_eq!(percent.signed_texts(None).collect::<Vec<_>>(), ["300x/a%2520b.jpg"]);
    let arrived = Some("resized/300x/a%2520b.jpg");
    assert!(percent.signed_texts(arrived).all(|text| text == "300x/a%2520b.jpg"));
    let no_escape = scheme(PREFIX).parse("resized/300x/100%.jpg").unwrap();
    assert_eq!(no_escape.signed_texts(None).next().as_deref(), Some("300x/100%.jpg"));
}

/// The canonical key of the first reading whose original is not among `absent`.
fn canonical(scheme: &Scheme, gate: &Gate, key: &str, absent: &[&str]) -> Option<String> {
    let asked = scheme.parse(key).unwrap();
    let is_absent = |reading: &Reading<'_>| absent.contains(&reading.original);
    let reading = asked.readings.iter().find(|reading| !is_absent(reading))?;
    scheme.canonical_key(gate, &asked, reading, is_absent)
}

#[test]
fn each_image_has_one_key() {
    let open = Gate::default();
    for (key, to) in [
        ("300x200/a.jpg", None),
        ("300x200/center/a.jpg", Some("300x200/a.jpg")),
        ("300x200/center/middle/a.jpg", Some("300x200/a.jpg")),
        ("0x0:0x0/300x200/a.jpg", Some("300x200/a.jpg")),
        ("800x0/a.jpg", Some("800x/a.jpg")),
        ("0x600/a.jpg", Some("x600/a.jpg")),
        ("thumb/a.jpg", None),
        ("unsafe/thumb/a.jpg", Some("thumb/a.jpg")),
        ("unsafe/800x0/a.jpg", Some("800x/a.jpg")),
        ("300x/filters:fill(red)/a.jpg", Some("300x/filters:fill(ff0000)/a.jpg")),
        // There, `a.jpg` would be cut off at the right.
        ("300x200/center/left/a.jpg", None),
    ] {
        let found = canonical(&scheme(PREFIX), &open, &format!("{PREFIX}{key}"), &[]);
        assert_eq!(found, to.map(|to| format!("{PREFIX}{to}")), "{key}");
        assert_eq!(canonical(&scheme(""), &open, key, &[]).as_deref(), to, "{key}");
    }
    let left = canonical(&scheme(""), &open, "300x200/center/left/a.jpg", &["a.jpg"]);
    assert_eq!(left.as_deref(), Some("300x200/left/a.jpg"));
    // A folder of that name.
    assert_eq!(canonical(&scheme(""), &open, "300x200/center/a.jpg", &["a.jpg"]), None);
    let signed = Gate { key: SecurityKey::new("k"), allow_unsafe: true };
    let lax = canonical(&scheme(PREFIX), &signed, "resized/unsafe/800x0/a.jpg", &[]);
    assert_eq!(lax.as_deref(), Some("resized/unsafe/800x/a.jpg"));
    let signature = format!("resized/{}=/800x0/a.jpg", "a".repeat(27));
    assert_eq!(canonical(&scheme(PREFIX), &signed, &signature, &[]), None);
    // Longer than S3 takes.
    let long = format!("resized/300x/filters:fill(red)/{}", "a".repeat(992));
    assert_eq!(canonical(&scheme(PREFIX), &open, &long, &[]), None);
}

#[test]
fn what_is_signed_here_is_taken_here() {
    let gate = Gate { key: SecurityKey::new("k"), allow_unsafe: false };
    for original in ["a.jpg", "a b.jpg", "a%20b.jpg", "100%.jpg", "%2525", "ä%c3%a4"] {
        let key = scheme(PREFIX).derived_key(&gate, "300x", original);
        let scheme = scheme(PREFIX);
        let asked = scheme.parse(&key).unwrap();
        assert_eq!(gate.pass(asked.mark, asked.signed_texts(None)), Ok(true), "{original}");
    }
}

#[test]
fn refuses_what_is_no_derived_key() {
    use KeyError::*;
    let prefix = || PREFIX.to_owned();
    let no_spec = |token: &str| SpecError {
        at: 0,
        token: token.to_owned(),
        kind: SpecErrorKind::NotASpec { nearest: None },
    };
    for (key, error) in [
        ("", Prefix(prefix())),
        ("pics/a.jpg", Prefix(prefix())),
        ("/resized/300x200/a.jpg", Prefix(prefix())),
        ("Resized/300x200/a.jpg", Prefix(prefix())),
        ("resized/", NoSize(prefix())),
        ("resized/300x200", NoSize(prefix())),
        ("resized/a.jpg", NoSize(prefix())),
        ("resized//a.jpg", Size(no_spec(""))),
        ("resized/pics/a.jpg", Size(no_spec("pics"))),
        ("resized/300x200/", NoOriginal),
        ("resized/300x200/resized/a.jpg", Derived("resized/a.jpg".to_owned())),
        ("resized/300x200/../../index.html", Dots),
        ("resized/300x200/..", Dots),
        ("resized/./300x200/a", Dots),
        ("resized/300x200/a\nb", Control(10)),
        ("resized/300x200/a\u{7f}b", Control(127)),
        ("resized/300x200/a\u{85}b", Control(133)),
    ] {
        assert_eq!(parse(PREFIX, key), Err(error), "{key}");
    }
    assert!(matches!(parse(PREFIX, "resized/0300x200/a"), Err(Size(_))));
}

#[test]
fn length_is_counted_in_bytes() {
    let key = |n: usize| format!("resized/1x/{}", "é".repeat(n));
    assert_eq!(key(506).len(), 1023);
    assert!(parse(PREFIX, &key(506)).is_ok());
    assert_eq!(parse(PREFIX, &key(507)), Err(KeyError::TooLong(1025)));
}

#[test]
fn locations_are_encoded() {
    assert_eq!(
        location("https://cdn.example.com", "resized/1x/a b&c+d#e%f(g)é;?/h-i._~"),
        "https://cdn.example.com/resized/1x/a%20b%26c%2Bd%23e%25f%28g%29%C3%A9%3B%3F/h-i._~"
    );
}

/// Paths that differ in what is encoded how often, and in slashes.
fn signable() -> impl Strategy<Value = String> {
    let spec = prop::sample::select(vec![
        "300x",
        "300x0",
        "thumb",
        "300x/smart",
        "300x/filters:watermark(a%2528b,0,0,0)",
        "300x/filters:watermark(a%28b,0,0,0)",
        "3x/filters:watermark(x:/y,0,0,0)",
        "3x/filters:watermark(x://y,0,0,0)",
    ]);
    let piece = prop::sample::select(vec![
        "a", "%", "%20", "%2520", " ", "/", "%2F", "https:/", "https://", "http:/h", "smart", "=", "&", "é",
        "%c3%a9",
    ]);
    (spec, prop::collection::vec(piece, 1..5)).prop_map(|(spec, rest)| format!("{spec}/{}", rest.concat()))
}

proptest! {
    #[test]
    fn what_is_accepted_is_what_was_asked_for(
        prefix in prop_oneof![Just(""), Just("resized/"), Just("a/b/")],
        key in prop_oneof!["\\PC{0,40}", "(resized/|a/b/)?(unsafe/)?[0-9]{0,3}x[0-9]{0,3}/\\PC{0,20}"],
    ) {
        let scheme = scheme(prefix);
        if let Ok(asked) = scheme.parse(&key) {
            prop_assert!(!asked.readings.is_empty());
            let mark = if asked.mark == Mark::Unsafe { "unsafe/" } else { "" };
            for Reading { text, original, .. } in asked.readings {
                prop_assert_eq!(format!("{prefix}{mark}{text}/{original}"), key.clone());
                prop_assert!(!scheme.is_derived(original));
            }
        }
    }

    /// A canonical key is its own, is read as the same image, and differs from what was asked for.
    #[test]
    fn redirects_to_canonical_keys_end(
        prefix in prop_oneof![Just(""), Just("resized/")],
        mark in prop_oneof![Just(""), Just("unsafe/")],
        parts in prop::sample::subsequence(vec![
            "trim:0", "0x0:0x0", "1x1:5x5", "fit-in", "30x0", "left", "center", "top", "middle", "smart",
            "filters:fill(red):dpr(1.0)",
        ], 1..6),
        folders in prop::sample::subsequence(vec!["left", "center", "middle", "smart", "30x20", "pics"], 0..4),
        absent in prop::sample::subsequence(vec![0, 1, 2, 3, 4], 0..4),
        key in prop::option::of(Just("k")),
    ) {
        let scheme = scheme(prefix);
        let gate = Gate { key: key.and_then(SecurityKey::new), allow_unsafe: true };
        let original = folders.iter().chain(&["a.jpg"]).copied().collect::<Vec<_>>().join("/");
        let asked = format!("{prefix}{mark}{}/{original}", parts.join("/"));
        if let Ok(parsed) = scheme.parse(&asked) {
            let absent: Vec<&str> =
                absent.iter().filter_map(|n| parsed.readings.get(*n).map(|r| r.original)).collect();
            if let Some(there) = canonical(&scheme, &gate, &asked, &absent) {
                prop_assert_ne!(&there, &asked);
                let read = |key: &str| {
                    let parsed = scheme.parse(key).unwrap();
                    let first = parsed.readings.iter().find(|r| !absent.contains(&r.original)).unwrap();
                    (first.spec.clone(), first.original.to_owned())
                };
                prop_assert_eq!(read(&there), read(&asked));
                prop_assert_eq!(canonical(&scheme, &gate, &there, &absent), None, "{}", there);
            }
        }
    }

    /// Whatever the way it came, no text is of two paths, nor of a query.
    #[test]
    fn each_signed_text_is_of_one_path(
        one in signable(), other in signable(), arrived in signable(), mark in "(unsafe/|thumb/)?",
    ) {
        let scheme = scheme(PREFIX);
        let paths = [&one, &other].map(|path| scheme.parse_path(path));
        if let [Ok(first), Ok(second)] = &paths {
            let arrived = format!("{mark}{arrived}");
            let texts = |asked: &Asked<'_>| -> Vec<String> {
                let all = asked.signed_texts(Some(&arrived)).chain(asked.signed_texts(None));
                all.chain(asked.signed_url_texts()).collect()
            };
            // What is asked for, as far as it can be told apart: URLs by their one way to be written.
            let meant = |asked: &Asked<'_>| -> Vec<(String, String)> {
                let read = |r: &Reading<'_>| (r.text.to_owned(), r.url().unwrap_or(r.original.to_owned()));
                asked.readings.iter().map(read).collect()
            };
            if meant(first) != meant(second) {
                let second = texts(second);
                prop_assert!(texts(first).iter().all(|text| !second.contains(text)), "{one} {other}");
            }
            prop_assert!(texts(first).iter().all(|text| text.contains('/')));
        }
    }

    #[test]
    fn what_is_put_together_is_taken_apart(w in 1u32..=10_000, original in "[^/\\pC]\\PC{0,30}") {
        let spec = Spec::width(w);
        if let Ok(parsed) = parse(PREFIX, &format!("{PREFIX}{spec}/{original}")) {
            prop_assert_eq!(parsed.spec, spec);
            prop_assert_eq!(parsed.original, original);
        } else {
            // Only these are refused of what is built with a fine spec.
            prop_assert!(original.starts_with(PREFIX) || original.split('/').any(|s| s == "." || s == ".."));
        }
    }

    #[test]
    fn locations_decode_to_the_key_and_are_plain(key in "\\PC{1,40}") {
        let location = location("https://h", &key);
        let path = location.strip_prefix("https://h/").unwrap();
        prop_assert!(path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)));
        prop_assert_eq!(percent_decode_str(path).decode_utf8().unwrap(), key);
    }
}
