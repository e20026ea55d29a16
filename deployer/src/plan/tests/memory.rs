//! `tune --apply`: the stack's memory, and nothing else.

use super::world::{bare, carry_out};
use super::{Settings, plan};
use crate::aws::AwsFailure;
use crate::aws::failure::Answered;
use crate::observe::{Live, Observed};
use crate::plan::action;
use crate::plan::memory::memory;
use crate::plan::{Action, Plan};
use crate::settings::value::{FromText as _, SecurityKey};
use crate::stack::StackPlan;
use imgdeploy_world::Fact;

const KEY: &str = "0123456789abcdef";

fn live(code_sha256: &str) -> Fact<Live> {
    Fact::Known(Live {
        version: "7".to_owned(),
        code_sha256: code_sha256.to_owned(),
        architecture: "arm64".to_owned(),
        published: vec!["zip".to_owned(), code_sha256.to_owned()],
    })
}

/// A bucket that was attached with these settings.
fn attached(settings: &Settings) -> Observed {
    let mut world = bare();
    let first = plan(&world, settings);
    carry_out(&mut world, &first, usize::MAX);
    world.function = live("zip");
    world
}

/// The parameters that change.
fn changed(plan: &Plan) -> Vec<(String, String)> {
    assert!(plan.refusals.is_empty() && plan.unseen.is_empty(), "{:?} {:?}", plan.refusals, plan.unseen);
    let [Action::Stack(action::Stack { plan: StackPlan::Update(difference), .. })] = plan.actions.as_slice()
    else {
        panic!("{:?}", plan.actions)
    };
    assert!(difference.tags.is_empty(), "{difference:?}");
    let changes = difference.parameters.iter();
    changes.map(|one| (one.name.clone(), one.new.clone().unwrap())).collect()
}

#[test]
fn it_is_what_an_attach_that_is_told_so_would_do() {
    let settings: Settings = vec![("no-distribution", "true"), ("quality", "70"), ("security-key", KEY)];
    let key = SecurityKey::from_text(KEY).unwrap();
    let mut world = attached(&settings);
    let step = memory(&world, Some(&key), 2048);
    assert_eq!(changed(&step), [("MemorySize".to_owned(), "2048".to_owned())]);
    carry_out(&mut world, &step, usize::MAX);
    assert!(memory(&world, Some(&key), 2048).is_empty());
    let mut told = settings.clone();
    told.push(("memory", "2048"));
    assert!(plan(&world, &told).is_empty(), "{:?}", plan(&world, &told).actions);
    // An attach that is not told puts it back: the plan says so.
    assert!(!plan(&world, &settings).is_empty());
    assert!(step.notes.iter().any(|note| note.text.contains("memory: 2048")), "{:?}", step.notes);
}

#[test]
fn without_the_key_of_a_signed_stack_it_is_refused_with_the_command() {
    let world = attached(&vec![("no-distribution", "true"), ("security-key", KEY)]);
    let refused = memory(&world, None, 2048);
    assert_eq!((refused.refusals.len(), refused.actions.len()), (1, 0));
    assert!(refused.refusals[0].hint.contains("imgdeploy attach --bucket"), "{:?}", refused.refusals);
}

/// CN-09.
#[test]
fn live_code_stays_live() {
    let mut world = attached(&vec![("no-distribution", "true")]);
    world.function = live("AQI=");
    world.artifacts.code = Fact::Absent;
    assert_eq!(memory(&world, None, 2048).refusals.len(), 1);
    world.artifacts.code = Fact::Known(());
    let changes = changed(&memory(&world, None, 2048));
    assert!(changes.contains(&("CodeSha256".to_owned(), "AQI=".to_owned())), "{changes:?}");
    assert!(changes.contains(&("CodeKey".to_owned(), "code/0102.zip".to_owned())), "{changes:?}");
}

#[test]
fn what_could_not_be_looked_at_is_not_absent() {
    let world = attached(&vec![("no-distribution", "true")]);
    let denied = || {
        let code = Some("AccessDenied".to_owned());
        AwsFailure::of_code("cloudformation:DescribeStacks", code, String::new(), Some(403))
    };
    let unseen = memory(&Observed { stack: Fact::Unknown(denied()), ..world.clone() }, None, 512);
    assert_eq!((unseen.unseen.len(), unseen.refusals.len()), (1, 0));
    let unseen = memory(&Observed { function: Fact::Unknown(denied()), ..world.clone() }, None, 512);
    assert_eq!((unseen.unseen.len(), unseen.refusals.len()), (1, 0));
    assert_eq!(memory(&Observed { stack: Fact::Absent, ..world }, None, 512).refusals.len(), 1);
}
