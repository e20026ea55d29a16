#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use imgdeploy_batch::stamped;
use resizer_core::Spec;

fn scheme(prefix: &str) -> Scheme {
    Scheme::of_lists(prefix, ["thumb=30x20;wide=300x"])
}

fn keys(keys: &[&str]) -> Target {
    Target::Keys(keys.iter().map(|key| (*key).to_owned()).collect())
}

fn under(prefix: &str) -> Target {
    Target::Prefix(prefix.to_owned())
}

fn made(spec: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(META_SPEC.to_owned(), spec.to_owned())])
}

fn purged(prefix: &str, key: &str, metadata: &BTreeMap<String, String>, target: &Target) -> bool {
    let scheme = scheme(prefix);
    let verdict = super::verdict(&scheme, key, metadata, target);
    let purged = matches!(verdict, Verdict::Purge { .. });
    // Whatever is purged is looked at in the first place.
    assert!(!purged || is_candidate(&scheme, key, target), "{key}");
    if let Verdict::Purge { head } = verdict {
        assert!(target.wants(&key[head..]), "{key}: {head}");
    }
    purged
}

const SIGNATURE: &str = "6SUOzOlrBMV5lOr90SbsCMFJ3q0=";

#[test]
fn every_form_of_a_derived_key_is_found() {
    for (key, stored) in [
        ("300x200/pics/a.jpg", "300x200"),
        ("300x0/pics/a.jpg", "300x"),
        ("fit-in/300x200/smart/filters:format(webp)/pics/a.jpg", "fit-in/300x200/smart/filters:format(webp)"),
        ("filters:watermark(b/c.png,0,0,0)/pics/a.jpg", "filters:watermark(b/c.png,0,0,0)"),
        ("filters:fill(red)/300x/pics/a.jpg", "filters:fill(ff0000)"),
        ("smart/pics/a.jpg", "smart"),
        ("unsafe/300x200/pics/a.jpg", "300x200"),
        (&format!("{SIGNATURE}/trim/300x200/pics/a.jpg"), "trim/300x200"),
        ("thumb/pics/a.jpg", "30x20"),
        // The preset stood for something else when the image was made.
        ("thumb/pics/a.jpg", "60x40/smart"),
        ("unsafe/thumb/pics/a.jpg", "30x20"),
        ("300x200/filters:watermark(ä.png,0,0,0)/pics/a.jpg", "300x200/filters:watermark(%C3%A4.png,0,0,0)"),
    ] {
        let full = format!("resized/{key}");
        // Of `filters:…/300x/a.jpg`, filters come last: the original is `300x/…`.
        let original = if key.contains(")/300x") { "300x/pics/a.jpg" } else { "pics/a.jpg" };
        assert!(purged("resized/", &full, &made(stored), &keys(&[original])), "{full}");
        assert!(purged("resized/", &full, &made(stored), &under(&original[..4])), "{full}");
        assert!(!purged("resized/", &full, &BTreeMap::new(), &keys(&[original])), "{full}");
        assert!(
            !purged("resized/", &full, &made("1x1"), &keys(&[original])) || key.contains("thumb"),
            "{full}"
        );
        assert!(!purged("resized/", &full, &made(stored), &keys(&["a.jpg"])), "{full}");
    }
}

#[test]
fn the_metadata_says_which_of_two_originals_it_is() {
    let key = "resized/300x200/smart/a.jpg";
    for (stored, original, other) in
        [("300x200/smart", "a.jpg", "smart/a.jpg"), ("300x200", "smart/a.jpg", "a.jpg")]
    {
        assert!(purged("resized/", key, &made(stored), &keys(&[original])), "{stored}");
        let verdict = super::verdict(&scheme("resized/"), key, &made(stored), &keys(&[other]));
        assert_eq!(verdict, Verdict::Other, "{stored}");
    }
    // What changes nothing is not in the metadata: the image goes with either.
    for original in ["a.jpg", "center/a.jpg"] {
        assert!(purged("resized/", "resized/300x200/center/a.jpg", &made("300x200"), &keys(&[original])));
    }
}

#[test]
fn what_the_function_did_not_make_is_left_alone() {
    let why = |prefix: &str, key: &str, metadata: &BTreeMap<String, String>, original: &str| match verdict(
        &scheme(prefix),
        key,
        metadata,
        &keys(&[original]),
    ) {
        Verdict::Leave(why) => Some(why),
        _ => None,
    };
    // Uploaded by hand, with and without a prefix.
    assert_eq!(why("resized/", "resized/300x200/a.jpg", &BTreeMap::new(), "a.jpg"), Some(Why::NotMade));
    assert_eq!(why("", "300x200/a.jpg", &BTreeMap::new(), "a.jpg"), Some(Why::NotMade));
    // A copy of an image, with its metadata.
    assert_eq!(why("resized/", "resized/600x400/a.jpg", &made("300x200"), "a.jpg"), Some(Why::Copied));
    let gone = Why::NoPreset("backup".to_owned());
    assert_eq!(why("resized/", "resized/backup/a.jpg", &made("300x200"), "a.jpg"), Some(gone));
    assert_eq!(why("resized/", "resized/backup/a.jpg", &made("what"), "a.jpg"), Some(Why::Copied));
    // No part of a key is a spec: not even looked at.
    for (prefix, key) in [
        ("resized/", "resized/Old Images/a.jpg"),
        ("resized/", "resized/a.jpg"),
        ("resized/", "pics/300x200/a.jpg"),
        ("resized/", "a.jpg"),
        ("resized/", "resized/300x200/b/a.jpg"),
        ("resized/", "resized/300x200/ba.jpg"),
        ("", "pics/a.jpg"),
        ("", "top/a.jpg"),
        ("", "a.jpg"),
        ("", "pics/300x200/a.jpg"),
    ] {
        assert!(!is_candidate(&scheme(prefix), key, &keys(&["a.jpg"])), "{key}");
        assert!(!purged(prefix, key, &made("300x200"), &keys(&["a.jpg"])), "{key}");
    }
}

#[test]
fn images_are_no_originals() {
    for (prefix, key) in [
        ("resized/", "resized/300x200/a.jpg"),
        ("resized/", "resized/x"),
        ("", "300x200/a.jpg"),
        ("", "thumb/a.jpg"),
        ("", "unsafe/smart/a.jpg"),
        ("", "direct/a.jpg"),
    ] {
        assert!(scheme(prefix).is_derived(key), "{key}");
    }
    for (prefix, key) in
        [("resized/", "300x200/a.jpg"), ("", "top/a.jpg"), ("", "pics/300x200/a.jpg"), ("", "300x200")]
    {
        assert!(!scheme(prefix).is_derived(key), "{key}");
    }
    assert!(!purged("", "30x/300x200/a.jpg", &made("30x"), &keys(&["300x200/a.jpg"])));
}

/// The same vectors as where the function writes it.
#[test]
fn metadata_is_short_ascii() {
    let text = |spec: &str| stamped(&spec.parse::<Spec>().unwrap().to_string());
    assert_eq!(text("fit-in/300x200"), "fit-in/300x200");
    assert_eq!(text("filters:watermark(ä,0,0,0)"), "filters:watermark(%C3%A4,0,0,0)");
    let long = text(&format!("filters:watermark({0},0,0,0):watermark({0},0,0,0)", "x".repeat(900)));
    assert_eq!(long.len(), 1500);
    assert!(is_spec(&long) && is_spec("filters:watermark(%28,0,0,0)") && !is_spec("") && !is_spec("a.jpg"));
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("resized".to_owned()),
        Just("300x200".to_owned()),
        Just("x20".to_owned()),
        Just("smart".to_owned()),
        Just("center".to_owned()),
        Just("unsafe".to_owned()),
        Just(SIGNATURE.to_owned()),
        Just("thumb".to_owned()),
        Just("backup".to_owned()),
        Just("fit-in".to_owned()),
        Just("filters:format(webp)".to_owned()),
        Just("x".to_owned()),
        Just("a.jpg".to_owned()),
        "[a-z.é ]{0,6}",
    ]
}

fn any_key() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 1..6).prop_map(|segments| segments.join("/"))
}

fn any_spec() -> impl Strategy<Value = Spec> {
    let sized = (1u32..2000, 1u32..2000).prop_map(|(w, h)| Spec::cover(w, h));
    let written = prop::sample::select(vec![
        "fit-in/300x200/smart",
        "trim/x20/left/top",
        "filters:format(webp):quality(70)",
        "10x20:300x400/200x",
        "smart",
        "-30x20",
        "30x/filters:watermark(a/b.png,0,0,0)",
    ]);
    prop_oneof![sized, written.prop_map(|text| text.parse().unwrap())]
}

proptest! {
    #[test]
    fn an_object_without_our_metadata_is_never_touched(
        prefix in prop_oneof![Just("resized/"), Just("")],
        key in any_key(),
        original in any_key(),
    ) {
        for target in [keys(&[&original]), under(&original), under("")] {
            let verdict = super::verdict(&scheme(prefix), &key, &BTreeMap::new(), &target);
            prop_assert_eq!(verdict, Verdict::Leave(Why::NotMade));
        }
    }

    #[test]
    fn only_what_ends_with_the_purged_key_is_touched(
        prefix in prop_oneof![Just("resized/"), Just("")],
        key in any_key(),
        original in any_key(),
        stored in prop_oneof![Just("300x200".to_owned()), Just("300x200/smart".to_owned()), any_spec().prop_map(|spec| spec.to_string())],
    ) {
        if purged(prefix, &key, &made(&stored), &keys(&[&original])) {
            let end = format!("/{original}");
            let head = key.strip_suffix(&end);
            prop_assert!(head.is_some_and(|head| head.starts_with(prefix.trim_end_matches('/'))), "{} {}", key, original);
        }
    }

    #[test]
    fn what_the_function_stores_is_found_and_nothing_else_of_it(
        spec in any_spec(),
        mark in prop_oneof![Just(String::new()), Just("unsafe/".to_owned()), Just(format!("{SIGNATURE}/"))],
        original in "[a-z.é(){}%+ ]{1,8}(/[a-z0-9.]{1,6}){0,2}",
        other in any_key(),
    ) {
        let key = format!("resized/{mark}{spec}/{original}");
        let metadata = made(&stamped(&spec.to_string()));
        prop_assert!(purged("resized/", &key, &metadata, &keys(&[&original])), "{}", key);
        prop_assert!(purged("resized/", &key, &metadata, &under("")));
        let first = key.strip_prefix("resized/").unwrap().split('/').next().unwrap();
        prop_assert!(scheme("resized/").may_hold(first));
        // No other original has it, unless parts that say nothing stand between.
        if other != original && purged("resized/", &key, &metadata, &keys(&[&other])) {
            prop_assert!(original.ends_with(&other) || other.ends_with(&original), "{} {}", key, other);
            let parts = ["center", "middle", "0x0"];
            prop_assert!(parts.iter().any(|part| key.contains(part)), "{} {}", key, other);
        }
        let unsized_spec = !spec.has_size() && mark.is_empty();
        let classic = format!("{mark}{spec}/{original}");
        if !scheme("").is_derived(&original) {
            prop_assert_eq!(purged("", &classic, &metadata, &keys(&[&original])), !unsized_spec, "{}", classic);
        }
    }
}

#[test]
fn what_was_made_is_known_by_what_is_stored_beside_it() {
    let scheme = Scheme { prefix: "resized/".to_owned(), ..Scheme::default() };
    let with = |spec: &str| BTreeMap::from([(META_SPEC.to_owned(), spec.to_owned())]);
    assert!(scheme.has_made("resized/300x200/a.jpg", &with("300x200")));
    assert!(scheme.has_made("resized/gone/a.jpg", &with("300x200")), "of a preset that is no more");
    assert!(!scheme.has_made("resized/300x200/a.jpg", &BTreeMap::new()));
    assert!(!scheme.has_made("resized/300x200/a.jpg", &with("30x20")), "a copy of another image");
    assert!(!scheme.has_made("pics/a.jpg", &with("300x200")));
}
