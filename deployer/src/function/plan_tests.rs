#![allow(clippy::unwrap_used)]
use super::*;
use crate::aws::FailureKind;
use crate::aws::failure::Answered;
use crate::aws::lambda::{Alias, Configuration};

fn version(number: &str, code: &str) -> Configuration {
    Configuration {
        name: "f".to_owned(),
        version: number.to_owned(),
        code_sha256: code.to_owned(),
        runtime: Some(RUNTIME.to_owned()),
        handler: Some(HANDLER.to_owned()),
        architecture: "arm64".to_owned(),
        is_zip: true,
        ..Configuration::default()
    }
}

fn seen() -> Seen {
    let alias = Alias { name: "Live".to_owned(), version: "1".to_owned(), ..Alias::default() };
    Seen {
        latest: version("$LATEST", "old"),
        alias: Fact::Known(alias.clone()),
        aliases: Fact::Known(vec![alias]),
        versions: Fact::Known(vec![version("1", "old")]),
    }
}

fn wanted() -> Wanted {
    Wanted {
        code_sha256: "new".to_owned(),
        size: 6_000_000,
        architecture: "arm64".to_owned(),
        alias: "Live".to_owned(),
        artifacts: None,
        stage_only: false,
        canary: None,
        keep: None,
        check: true,
    }
}

/// The steps' names.
fn steps(seen: &Seen, wanted: &Wanted) -> Vec<String> {
    let steps = plan(seen, "eu-west-1", wanted).steps;
    steps
        .iter()
        .map(|step| serde_json::to_value(step).unwrap()["step"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_alias_moves_last() {
    assert_eq!(steps(&seen(), &wanted()), ["update_code", "check", "move_alias"]);
    let canary = Canary { percent: 10, time: Duration::from_mins(5) };
    let full = Wanted {
        artifacts: Some(("b".to_owned(), "k".to_owned())),
        canary: Some(canary),
        keep: Some(3),
        ..wanted()
    };
    let expected = ["upload", "update_code", "check", "canary", "move_alias", "prune"];
    assert_eq!(steps(&seen(), &full), expected);
    assert_eq!(steps(&seen(), &Wanted { stage_only: true, ..wanted() }), ["update_code", "check"]);
    assert_eq!(steps(&seen(), &Wanted { check: false, ..wanted() }), ["update_code", "move_alias"]);
}

#[test]
fn a_run_that_was_cut_off_goes_on() {
    let half = Seen { latest: version("$LATEST", "new"), ..seen() };
    assert_eq!(steps(&half, &wanted()), ["publish", "check", "move_alias"]);
    let other = Wanted { architecture: "x86_64".to_owned(), ..wanted() };
    assert_eq!(steps(&half, &other), ["update_code", "check", "move_alias"]);
}

#[test]
fn an_old_runtime_changes_with_the_code() {
    let old = Configuration {
        runtime: Some("nodejs6.10".to_owned()),
        handler: Some("index.handler".to_owned()),
        ..version("$LATEST", "old")
    };
    let old = Seen { latest: old, ..seen() };
    assert_eq!(steps(&old, &wanted()), ["runtime", "update_code", "check", "move_alias"]);
    let text = plan(&old, "eu-west-1", &wanted()).steps[0].to_string();
    assert!(text.contains("nodejs6.10") && text.contains("provided.al2023"), "{text}");
}

#[test]
fn without_an_alias_there_is_a_way_back_and_a_warning() {
    let bare = Seen { alias: Fact::Absent, ..seen() };
    assert_eq!(steps(&bare, &wanted()), ["keep_present", "update_code", "check"]);
    assert!(plan(&bare, "eu-west-1", &wanted()).notes[0].contains("live as soon as it is there"));
    for refused in [
        Wanted { stage_only: true, ..wanted() },
        Wanted { canary: Some(Canary { percent: 1, time: Duration::from_secs(1) }), ..wanted() },
    ] {
        assert_eq!(plan(&bare, "eu-west-1", &refused).refusals.len(), 1);
    }
}

#[test]
fn what_can_not_be_done_is_refused_before_anything() {
    let image = Seen {
        latest: Configuration { is_zip: false, runtime: None, ..version("$LATEST", "old") },
        ..seen()
    };
    assert_eq!(plan(&image, "eu-west-1", &wanted()).refusals.len(), 1);
    let large = Wanted { size: 60_000_000, ..wanted() };
    assert_eq!(plan(&seen(), "eu-west-1", &large).refusals.len(), 1);
    let uploaded = Wanted { artifacts: Some(("b".to_owned(), "k".to_owned())), ..large };
    assert!(plan(&seen(), "eu-west-1", &uploaded).refusals.is_empty());
    let denied =
        AwsFailure::of_code("lambda:GetAlias", Some("AccessDeniedException".to_owned()), String::new(), None);
    assert_eq!(denied.kind, FailureKind::Denied);
    let unseen = Seen { alias: Fact::Unknown(denied), ..seen() };
    assert_eq!(plan(&unseen, "eu-west-1", &wanted()).unseen.len(), 1);
}
