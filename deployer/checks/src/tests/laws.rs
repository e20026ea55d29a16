//! What holds for the table and for every diagnosis.

use std::collections::BTreeSet;

use super::{after, healthy};
use crate::check::EffectOf;
use crate::diagnosis::{Selection, diagnose};
use crate::table::CHECKS;

#[test]
fn codes_are_unique_in_order_and_explained() {
    let codes: Vec<&str> = CHECKS.iter().map(|check| check.code).collect();
    let mut sorted: Vec<&str> = codes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    sorted.sort_unstable();
    assert_eq!(codes, sorted);
    for check in CHECKS {
        assert!(
            check.code.len() == 6 && check.code.starts_with("IMG0"),
            "{} is not of the form IMG0xx",
            check.code
        );
        assert!(check.story.len() > 80, "{}: the story is too short", check.code);
        assert!(check.page.starts_with("https://docs.aws.amazon.com/"), "{}: {}", check.code, check.page);
        assert!(!check.inputs.is_empty() && !check.cure.is_empty(), "{}", check.code);
        assert!(!check.title.ends_with('.') && check.title.len() < 70, "{}: {}", check.code, check.title);
        if let EffectOf::Codes(causes) | EffectOf::AnyErrorOr(causes) = check.effect_of {
            for cause in causes {
                assert!(codes.contains(cause), "{} names {cause}, which does not exist", check.code);
            }
        }
    }
}

/// Otherwise two findings could be each other's effect, and both would vanish.
#[test]
fn effects_have_no_circles() {
    let causes = |code: &str| match CHECKS.iter().find(|check| check.code == code).unwrap().effect_of {
        EffectOf::Codes(causes) | EffectOf::AnyErrorOr(causes) => causes.to_vec(),
        EffectOf::AnyError => Vec::new(),
    };
    for check in CHECKS {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut next = causes(check.code);
        while let Some(code) = next.pop() {
            assert_ne!(code, check.code, "{} is its own effect", check.code);
            if reached.insert(code) {
                next.extend(causes(code));
            }
        }
    }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let diagnosis = diagnose(&healthy(), &Selection::default());
    assert_eq!(diagnosis.headlines, []);
    assert_eq!(diagnosis.not_checked, []);
}

#[test]
fn a_selection_leaves_the_rest_out() {
    let selection = Selection { only: vec!["img006".to_owned()], skip: Vec::new() };
    let diagnosis = diagnose(&healthy(), &selection);
    assert_eq!(diagnosis.ok, ["IMG006"]);
    let selection = Selection { only: Vec::new(), skip: vec!["IMG006".to_owned()] };
    let mut snapshot = healthy();
    snapshot.home_region = Some("us-west-2".to_owned());
    assert_eq!(diagnose(&snapshot, &selection).headlines, []);
    assert_eq!(after(|snapshot| snapshot.home_region = Some("us-west-2".to_owned())).headlines.len(), 1);
}
