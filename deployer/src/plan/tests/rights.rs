//! Who may do what afterwards: the artifacts bucket's protection, the role's boundary, CloudFormation's role.

use super::world::{bare, carry_out, desired, site};
use super::{kinds, plan};
use crate::aws::{AwsFailure, FailureKind};
use crate::observe::Observed;
use crate::plan::action;
use crate::plan::{Action, Plan, Protection};
use crate::stack::{DesiredStack, StackPlan};
use imgdeploy_world::Fact;

const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/resizer-boundary";
const ROLE: &str = "arn:aws:iam::111122223333:role/resizer-stack";

fn missing(plan: &Plan) -> Vec<Protection> {
    let of = |action: &Action| match action {
        Action::ArtifactsBucket(action::ArtifactsBucket { missing, .. }) => Some(missing.clone()),
        _ => None,
    };
    plan.actions.iter().find_map(of).unwrap_or_default()
}

fn attached() -> Observed {
    let mut world = bare();
    let first = plan(&world, &[]);
    carry_out(&mut world, &first, usize::MAX);
    world
}

#[test]
fn a_new_artifacts_bucket_wants_tls_and_has_a_lifecycle() {
    let all = missing(&plan(&bare(), &[]));
    assert!(all.contains(&Protection::TlsOnly) && all.contains(&Protection::Lifecycle), "{all:?}");
    // Nobody could get in at an emulator's plain endpoint.
    let plain = missing(&plan(&bare(), &[("endpoint-url", "http://127.0.0.1:4566")]));
    assert!(!plain.contains(&Protection::TlsOnly) && plain.contains(&Protection::Lifecycle), "{plain:?}");
}

#[test]
fn one_that_is_older_gets_both_and_then_nothing_more() {
    let mut world = attached();
    world.artifacts.policy = Fact::Absent;
    world.artifacts.lifecycle = Fact::Absent;
    let change = plan(&world, &[]);
    assert_eq!(kinds(&change), ["artifacts_bucket"]);
    assert_eq!(missing(&change), [Protection::TlsOnly, Protection::Lifecycle]);
    carry_out(&mut world, &change, usize::MAX);
    assert!(plan(&world, &[]).is_empty());
}

#[test]
fn what_others_put_on_it_stays() {
    let mut world = attached();
    world.artifacts.policy = Fact::Known(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned());
    world.artifacts.lifecycle = Fact::Known(vec!["cold-storage".to_owned()]);
    let change = plan(&world, &[]);
    assert!(change.is_empty(), "{:?}", kinds(&change));
    let said = serde_json::to_string(&change.notes).unwrap();
    assert!(said.contains("without TLS") && said.contains("lifecycle rules of its own"), "{said}");
}

#[test]
fn what_could_not_be_read_is_not_written() {
    let mut world = attached();
    let why = AwsFailure { kind: FailureKind::Denied, ..AwsFailure::local("s3:GetBucketPolicy", "no") };
    world.artifacts.policy = Fact::Unknown(why.clone());
    world.artifacts.lifecycle = Fact::Unknown(why);
    let change = plan(&world, &[]);
    assert_eq!((change.unseen.len(), missing(&change)), (2, Vec::new()));
}

fn stack(plan: &Plan) -> (&DesiredStack, &StackPlan) {
    let of = |action: &'_ Action| matches!(action, Action::Stack(_));
    match plan.actions.iter().find(|action| of(action)) {
        Some(Action::Stack(action::Stack { desired, plan })) => (desired, plan),
        _ => panic!("no stack in {:?}", kinds(plan)),
    }
}

#[test]
fn another_boundary_is_a_change_and_another_role_for_the_stack_is_none() {
    let mut world = attached();
    let change = plan(&world, &[("permissions-boundary", BOUNDARY)]);
    let (_, step) = stack(&change);
    let StackPlan::Update(difference) = step else { panic!("{step:?}") };
    let told: Vec<(&str, Option<&str>)> =
        difference.parameters.iter().map(|it| (it.name.as_str(), it.new.as_deref())).collect();
    assert_eq!(told, [("PermissionsBoundary", Some(BOUNDARY))]);
    carry_out(&mut world, &change, usize::MAX);
    assert!(plan(&world, &[("permissions-boundary", BOUNDARY)]).is_empty());
    assert!(plan(&world, &[("permissions-boundary", BOUNDARY), ("stack-role", ROLE)]).is_empty());
    // To be without is a change again.
    assert_eq!(kinds(&plan(&world, &[])), ["stack"]);
}

#[test]
fn the_stack_is_made_with_the_rights_of_the_role_that_was_named() {
    let with_role = plan(&bare(), &[("stack-role", ROLE)]);
    assert_eq!(stack(&with_role).0.role.as_deref(), Some(ROLE));
    assert_eq!(stack(&plan(&bare(), &[])).0.role, None);
    let up = crate::plan::up::up(&desired(&site(&[("stack-role", ROLE)]), &bare()), false, &{
        let mut world = bare();
        world.owned = Fact::Absent;
        world
    });
    assert_eq!(stack(&up).0.role.as_deref(), Some(ROLE));
}
