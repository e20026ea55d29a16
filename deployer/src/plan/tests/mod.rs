//! Laws that every plan keeps, over an AWS in memory.

#![allow(clippy::unwrap_used)]

mod memory;
mod notification;
mod own_bucket;
mod refusals;
mod resaved;
mod rights;
mod world;

use super::attach::attach;
use super::detach::detach;
use super::{Action, Plan};
use crate::journal::State;
use crate::observe::Observed;
use imgdeploy_world::Fact;
use world::{BUCKET, DISTRIBUTION, POLICY, bare, carry_out, desired, documents, site, used};

/// Settings by name and text.
type Settings = Vec<(&'static str, &'static str)>;

/// The worlds that the laws are tried on, with settings that fit.
fn worlds() -> Vec<(&'static str, Observed, Settings)> {
    let with_distribution = vec![("distribution", DISTRIBUTION)];
    let no_block = Observed { public_access_block: Fact::Absent, ..used() };
    vec![
        ("bare", bare(), vec![]),
        ("used", used(), with_distribution.clone()),
        ("used, without a public access block", no_block, with_distribution.clone()),
        ("used, no distribution", Observed { edge: None, ..used() }, vec![("no-distribution", "true")]),
        ("website only", Observed { policy: Fact::Absent, ..used() }, with_distribution),
    ]
}

fn plan(world: &Observed, settings: &[(&'static str, &str)]) -> Plan {
    attach(&desired(&site(settings), world), world)
}

fn kinds(plan: &Plan) -> Vec<String> {
    plan.actions
        .iter()
        .map(|action| serde_json::to_value(action).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_switched_on_last_is_what_sends_viewers_there() {
    let world = used();
    assert_eq!(
        kinds(&plan(&world, &[("distribution", DISTRIBUTION)])),
        [
            "artifacts_bucket",
            "upload_code",
            "stack",
            "public_access_block",
            "policy",
            "distribution",
            "website",
            "invalidate"
        ]
    );
}

#[test]
fn after_an_attach_there_is_nothing_to_do() {
    for (name, mut world, settings) in worlds() {
        let first = plan(&world, &settings);
        carry_out(&mut world, &first, usize::MAX);
        let second = plan(&world, &settings);
        assert!(second.is_empty(), "{name}: {:?}", kinds(&second));
    }
}

#[test]
fn cut_off_after_any_step_the_next_run_ends_in_the_same_state() {
    for (name, start, settings) in worlds() {
        let mut whole = start.clone();
        let first = plan(&whole, &settings);
        carry_out(&mut whole, &first, usize::MAX);
        for steps in 0..first.actions.len() {
            let mut world = start.clone();
            carry_out(&mut world, &first, steps);
            let again = plan(&world, &settings);
            carry_out(&mut world, &again, usize::MAX);
            assert_eq!(documents(&world), documents(&whole), "{name} after {steps} steps");
            assert!(plan(&world, &settings).is_empty(), "{name} after {steps} steps");
            let journals = [&world, &whole].map(|world| world.artifacts.journal.known().unwrap().0.clone());
            assert!(journals[0].same_contents(&journals[1]), "{name} after {steps} steps");
            assert_eq!(journals[0].state, State::Done);
        }
    }
}

#[test]
fn detach_puts_every_document_back_byte_for_byte_even_cut_off() {
    for (name, start, settings) in worlds() {
        let mut attached = start.clone();
        let first = plan(&attached, &settings);
        carry_out(&mut attached, &first, usize::MAX);
        let way_back = detach(&attached, "resized/", Vec::new());
        for steps in 0..=way_back.actions.len() {
            let mut world = attached.clone();
            carry_out(&mut world, &way_back, steps);
            let rest = detach(&world, "resized/", Vec::new());
            carry_out(&mut world, &rest, usize::MAX);
            assert_eq!(documents(&world), documents(&start), "{name} after {steps} steps");
            assert_eq!(world.stack, Fact::Absent, "{name}");
            assert!(detach(&world, "resized/", Vec::new()).is_empty(), "{name} after {steps} steps");
        }
    }
}

#[test]
fn what_was_half_attached_is_detached_as_well() {
    for (name, start, settings) in worlds() {
        let first = plan(&start, &settings);
        for steps in 0..first.actions.len() {
            let mut world = start.clone();
            carry_out(&mut world, &first, steps);
            let back = detach(&world, "resized/", Vec::new());
            carry_out(&mut world, &back, usize::MAX);
            assert_eq!(documents(&world), documents(&start), "{name} after {steps} steps");
        }
    }
}

#[test]
fn without_a_journal_ours_is_still_taken_out_and_theirs_kept() {
    let start = used();
    let settings = [("distribution", DISTRIBUTION)];
    let mut world = start.clone();
    let first = plan(&world, &settings);
    carry_out(&mut world, &first, usize::MAX);
    world.artifacts.journal = Fact::Absent;
    let back = detach(&world, "resized/", Vec::new());
    assert!(!back.actions.iter().any(|action| matches!(action, Action::PublicAccessBlock(_))));
    carry_out(&mut world, &back, usize::MAX);
    world.public_access_block = start.public_access_block.clone();
    assert_eq!(documents(&world), documents(&start));
}

#[test]
fn changes_of_others_outlive_attach_and_detach() {
    let settings = [("distribution", DISTRIBUTION)];
    let mut world = used();
    let first = plan(&world, &settings);
    carry_out(&mut world, &first, usize::MAX);
    let theirs = |text: &str| text.replace("PublicSite", "Site2");
    world.policy = Fact::Known(theirs(world.policy.known().unwrap()));
    assert!(plan(&world, &settings).is_empty(), "a change of others is no reason to write");
    let back = detach(&world, "resized/", Vec::new());
    carry_out(&mut world, &back, usize::MAX);
    assert_eq!(world.policy, Fact::Known(theirs(POLICY)));
}

#[test]
fn our_part_changed_by_hand_is_put_right_and_that_is_said() {
    let settings = [("distribution", DISTRIBUTION)];
    let mut world = used();
    let first = plan(&world, &settings);
    carry_out(&mut world, &first, usize::MAX);
    let good = documents(&world);
    world.website = Fact::Known(world.website.known().unwrap().replace(">307<", ">301<"));
    let repair = plan(&world, &settings);
    assert_eq!(kinds(&repair), ["website"]);
    assert!(
        repair.notes.iter().any(|note| note.text.contains("changed by somebody else")),
        "{:?}",
        repair.notes
    );
    carry_out(&mut world, &repair, usize::MAX);
    assert_eq!(documents(&world), good);
}

#[test]
fn a_new_api_gets_new_rules_and_the_old_ones_go() {
    let settings = [("no-distribution", "true")];
    let mut world = Observed { edge: None, ..used() };
    let first = plan(&world, &settings);
    carry_out(&mut world, &first, usize::MAX);
    let old = "zzzzzzzzzz.execute-api.eu-west-1.amazonaws.com";
    world.website = Fact::Known(world.website.known().unwrap().replace(world::API_HOST, old));
    let Fact::Known((journal, _)) = &mut world.artifacts.journal else { panic!() };
    journal.api_hosts = vec![old.to_owned()];
    let renewed = plan(&world, &settings);
    carry_out(&mut world, &renewed, usize::MAX);
    let website = world.website.known().unwrap();
    assert!(!website.contains(old) && website.contains(world::API_HOST), "{website}");
    let back = detach(&world, "resized/", Vec::new());
    carry_out(&mut world, &back, usize::MAX);
    assert_eq!(world.website, used().website);
}

#[test]
fn another_prefix_moves_our_part_and_leaves_nothing_behind() {
    let start = used();
    let mut world = start.clone();
    let first = plan(&world, &[("distribution", DISTRIBUTION)]);
    carry_out(&mut world, &first, usize::MAX);
    let settings = [("distribution", DISTRIBUTION), ("prefix", "img/")];
    let second = plan(&world, &settings);
    carry_out(&mut world, &second, usize::MAX);
    assert!(plan(&world, &settings).is_empty());
    for document in documents(&world) {
        assert!(!document.contains("resized/"), "{document}");
    }
    let back = detach(&world, "resized/", Vec::new());
    carry_out(&mut world, &back, usize::MAX);
    assert_eq!(documents(&world), documents(&start));
}

#[test]
fn the_function_redirects_to_where_viewers_are() {
    let url = |settings: &[(&'static str, &str)], world: &Observed| desired(&site(settings), world).url;
    let cdn = [("distribution", DISTRIBUTION)];
    assert_eq!(
        url(&cdn, &used()),
        "https://www.example.com",
        "CF-19: the alias, not the distribution's own domain"
    );
    assert_eq!(url(&[], &bare()), format!("http://{}", world::website_host()), "S3-02: HTTP only");
    assert_eq!(url(&[("url", "https://img.example.org/")], &bare()), "https://img.example.org");
    assert_eq!(site(&[]).bucket.as_str(), BUCKET);
}

/// What the model of the chain predicts for a plan.
fn predictions(plan: &Plan) -> Vec<&str> {
    let texts = plan.notes.iter().map(|note| note.text.as_str());
    texts.filter(|text| text.contains("by the model of the chain")).collect()
}

#[test]
fn what_is_planned_would_serve_images() {
    for (name, world, settings) in worlds() {
        assert_eq!(predictions(&plan(&world, &settings)), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn a_url_that_leads_elsewhere_is_predicted_to_fail() {
    let settings = [("no-distribution", "true"), ("url", "https://elsewhere.example.net")];
    let world = Observed { edge: None, ..used() };
    let plan = plan(&world, &settings);
    assert!(!predictions(&plan).is_empty(), "{:?}", plan.notes);
}
