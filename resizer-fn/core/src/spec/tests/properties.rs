//! What holds for any spec and any text.

use super::any;
use crate::spec::*;
use proptest::prelude::*;

/// Texts that are nearly a path: tokens of the grammar and other things in any order.
fn near() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        4 => proptest::sample::select(vec![
            "trim", "trim:", "fit-in", "full-fit-in", "adaptive-fit-in", "smart", "left", "top", "center", "orig",
            "filters:", "blur(", "watermark(", "fill(", "focal(", "round_corner(", "keep(", "still()", "red", "a%28",
            "%", "-", "x", ":", "/", "/", "/", ",", ")", "|", "0", "300x200", "-0x", "0.5", "1x1:2x2", "é", " ", "p",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,3}",
        1 => "[0-9x:.-]{1,8}",
    ];
    proptest::collection::vec(token, 0..16).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_shown_parses_to_the_same(spec in any::spec()) {
        let text = spec.to_string();
        prop_assert_eq!(Spec::parse_canonical(&text), Ok(spec), "{}", text);
    }

    /// Any text, any path: no panic, and what is read is consistent.
    #[test]
    fn reading_is_consistent(path in prop_oneof![near(), "\\PC{0,60}", ".{0,60}"]) {
        match Spec::parse(&path) {
            Ok(spec) => prop_assert_eq!(Spec::parse(&spec.to_string()), Ok(spec)),
            Err(error) => {
                prop_assert!(error.at <= path.len() && path.is_char_boundary(error.at), "{error:?}");
                prop_assert!(path[error.at..].starts_with(error.token.trim_end_matches('…')), "{error:?}");
                prop_assert!(error.to_string().len() < 2000);
            }
        }
        if let Ok(readings) = readings(&path) {
            prop_assert!((1..=8).contains(&readings.len()));
            prop_assert!(readings.is_sorted_by(|a, b| a.text.len() > b.text.len()));
            for Reading { spec, text, key } in readings {
                prop_assert_eq!(format!("{text}/{key}"), path.as_str());
                prop_assert_eq!(Spec::parse(text), Ok(spec));
                prop_assert!(!key.is_empty());
            }
        }
        let _ = Presets::parse(&path);
        let _ = from_query(path.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))));
    }

    #[test]
    fn specs_and_keys_are_found_again(spec in any::spec(), key in "[^/\\pC]\\PC{0,20}") {
        let text = spec.to_string();
        let path = format!("{text}/{key}");
        // A key may look like one more part, which may even be wrong.
        if let Ok(readings) = readings(&path) {
            prop_assert!(readings.iter().any(|r| r.text == text && r.key == key && r.spec == spec));
        }
    }
}

/// Work that grows with the square of the length would take minutes here.
#[test]
fn long_texts_are_no_trouble() {
    for unit in ["x", "0", "/", ":", "(", ")", ",", "filters:", "still():", "trim/", "1x1:", "%25", "é"] {
        let long = unit.repeat(200_000 / unit.len());
        for path in [
            long.clone(),
            format!("filters:{long}"),
            format!("filters:watermark({long}"),
            format!("300x/{long}"),
        ] {
            let _ = readings(&path);
            let _ = Spec::parse(&path);
            let _ = Presets::parse(&path);
        }
    }
}
