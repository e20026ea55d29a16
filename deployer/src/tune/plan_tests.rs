#![allow(clippy::unwrap_used)]
use super::*;
use crate::aws::failure::Answered;
use crate::aws::lambda::{Alias, Configuration};

fn version(number: &str, code: &str) -> Configuration {
    Configuration {
        name: "f".to_owned(),
        version: number.to_owned(),
        code_sha256: code.to_owned(),
        runtime: Some("provided.al2023".to_owned()),
        architecture: "arm64".to_owned(),
        memory: 1024,
        timeout: 20,
        ..Configuration::default()
    }
}

fn seen() -> Seen {
    let alias = Alias { name: "Live".to_owned(), version: "1".to_owned(), ..Alias::default() };
    Seen {
        latest: version("$LATEST", "a"),
        alias: Fact::Known(alias.clone()),
        aliases: Fact::Known(vec![alias]),
        versions: Fact::Known(vec![version("1", "a")]),
    }
}

fn wanted() -> Wanted {
    Wanted {
        sizes: vec![512, 1024],
        calls: 20,
        spec: "300x".to_owned(),
        images: vec![Image { name: "a.jpg".to_owned(), bytes: 10 }],
        about_images: None,
        ours: false,
        apply: None,
    }
}

#[test]
fn sizes_are_read() {
    let read = |text: &str| text.parse::<Sizes>().map(|sizes| sizes.0);
    assert_eq!(read("512"), Ok(vec![512]));
    assert_eq!(read("1024, 256,512,256"), Ok(vec![256, 512, 1024]));
    for wrong in ["", ",", "x", "127", "10241", "512,", "512 MB", "-1"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_plan_says_what_it_costs_at_most() {
    let plan = plan(&seen(), "us-east-1", &wanted());
    assert!(plan.refusals.is_empty() && plan.unseen.is_empty(), "{plan:?}");
    assert_eq!(plan.calls, 2 * 21 + 1);
    // 21 calls of 20 s with half a GB, and with one, and 42 requests.
    let expected = 21.0 * 20.0 * 1.5 * 0.000_013_333_4 + 42.0 * 0.2 / 1e6;
    assert!((plan.usd_at_most - expected).abs() < 1e-12, "{}", plan.usd_at_most);
    assert_eq!((plan.live.as_str(), plan.memory_mb, plan.steps().len()), ("1", 1024, 3));
}

#[test]
fn what_would_harm_is_refused() {
    let marked = |version: Configuration| Configuration {
        description: Mark { memory: 512, description: String::new() }.text(),
        ..version
    };
    let node = Configuration { runtime: Some("nodejs6.10".to_owned()), ..version("$LATEST", "a") };
    let wordy = Configuration { description: "x".repeat(250), ..version("$LATEST", "a") };
    for (seen, part) in [
        (Seen { latest: node, ..seen() }, "nodejs6.10"),
        (Seen { latest: wordy, ..seen() }, "no room"),
        (Seen { latest: marked(version("$LATEST", "a")), ..seen() }, "cut off"),
        (
            Seen { versions: Fact::Known(vec![version("1", "a"), marked(version("2", "a"))]), ..seen() },
            "cut off",
        ),
        (Seen { alias: Fact::Absent, ..seen() }, "no alias"),
    ] {
        let plan = plan(&seen, "us-east-1", &wanted());
        assert_eq!(plan.refusals.len(), 1, "{part}: {:?}", plan.refusals);
        assert!(plan.refusals[0].0.contains(part), "{part}: {:?}", plan.refusals);
    }
}

#[test]
fn what_could_not_be_looked_at_is_not_absent() {
    let denied = AwsFailure::of_code(
        "lambda:ListAliases",
        Some("AccessDeniedException".to_owned()),
        String::new(),
        None,
    );
    let plan = plan(&Seen { aliases: Fact::Unknown(denied), ..seen() }, "us-east-1", &wanted());
    assert_eq!((plan.unseen.len(), plan.refusals.len()), (1, 0));
}

#[test]
fn unpublished_code_does_not_go_live_unseen() {
    let other = Seen { latest: version("$LATEST", "b"), ..seen() };
    assert!(plan(&other, "us-east-1", &wanted()).refusals.is_empty());
    let apply = Wanted { apply: Some(Strategy::Cost), ..wanted() };
    assert_eq!(plan(&other, "us-east-1", &apply).refusals.len(), 1);
    // A stack publishes the code that is live.
    assert!(plan(&other, "us-east-1", &Wanted { ours: true, ..apply }).refusals.is_empty());
}

#[test]
fn a_region_without_prices_is_noted() {
    let notes = plan(&seen(), "mx-central-1", &wanted()).notes.join("\n");
    assert!(notes.contains("us-east-1") && notes.contains(SCOPE), "{notes}");
}
