//! `up` and `down` over an AWS in memory.

use std::collections::BTreeMap;

use crate::plan::action;
use imgdeploy_model::document::{policy, website};

use super::world::{API_HOST, BUCKET, CLOSED, REGION, bare, desired, site};
use super::{carry_out, kinds};
use crate::aws::failure::Answered;
use crate::aws::read::{Contents, Object, PublicAccessBlock};
use crate::aws::{AwsFailure, FailureKind};
use crate::error::{Exit, Failure};
use crate::observe::Observed;
use crate::plan::attach::attach;
use crate::plan::detach::detach;
use crate::plan::down::down;
use crate::plan::up::up;
use crate::plan::{Action, Plan};
use crate::stack::{StackPlan, TAG_BUCKET_MADE_BY, UP};
use imgdeploy_world::Fact;

/// No bucket, no stack.
fn nothing() -> Observed {
    Observed {
        owned: Fact::Absent,
        public_access_block: Fact::Absent,
        objects: Fact::Absent,
        derived: Fact::Absent,
        encryption: Fact::Absent,
        requester_pays: Fact::Absent,
        distributions: None,
        ..bare()
    }
}

fn plan_with(world: &Observed, settings: &[(&'static str, &str)], with_cdn: bool) -> Plan {
    up(&desired(&site(settings), world), with_cdn, world)
}

fn plan(world: &Observed) -> Plan {
    plan_with(world, &[], false)
}

/// Carries a plan out; the stack writes the bucket's documents.
fn carried_out(mut world: Observed, plan: &Plan, steps: usize) -> Observed {
    let by_stack = plan.actions.iter().take(steps).any(|action| {
        matches!(action, Action::Stack(action::Stack { plan: StackPlan::Create | StackPlan::Update(_), .. }))
    });
    carry_out(&mut world, plan, steps);
    if by_stack {
        let wanted = desired(&site(&[]), &world);
        let prefix = world.stack.known().unwrap().parameters["Prefix"].clone();
        let access = crate::desired::our_access(BUCKET, &prefix, wanted.partition);
        let rules = crate::desired::our_rules(&prefix, 307, API_HOST, &[]);
        world.owned = Fact::Known(());
        world.policy = Fact::Known(policy::merge(None, &access).unwrap());
        world.website = Fact::Known(website::merge(None, &rules).unwrap().document);
        world.public_access_block = Fact::Known(PublicAccessBlock {
            block_public_policy: false,
            restrict_public_buckets: false,
            ..CLOSED
        });
        world.tags = Fact::Known(BTreeMap::from([(TAG_BUCKET_MADE_BY.to_owned(), UP.to_owned())]));
        world.objects = Fact::Known(Vec::new());
        world.derived = Fact::Known(Vec::new());
        world.encryption = Fact::Known("AES256".to_owned());
        world.requester_pays = Fact::Known(false);
    }
    let deleted = |action: &Action| matches!(action, Action::DeleteStack(_));
    if plan.actions.iter().take(steps).any(deleted) {
        world.policy = Fact::Absent;
    }
    world
}

/// A world after an `up`.
fn made() -> Observed {
    carried_out(nothing(), &plan(&nothing()), usize::MAX)
}

/// What is in the world's bucket.
fn contents(world: &Observed) -> Fact<Contents> {
    if world.owned == Fact::Absent {
        return Fact::Absent;
    }
    let objects = world.objects.known().map_or(0, Vec::len);
    Fact::Known(Contents { objects: objects.try_into().unwrap(), ..Contents::default() })
}

fn with_objects(mut world: Observed) -> Observed {
    world.objects = Fact::Known(vec![Object { key: "a.jpg".to_owned(), size: 7, owner: None }]);
    world
}

#[track_caller]
fn refused(plan: &Plan, exit: Exit, parts: &[&str]) {
    let failure = Failure::of_plan(plan).unwrap_or_else(|| panic!("not refused: {:?}", kinds(plan)));
    assert_eq!(failure.exit, exit, "{failure}");
    let said = format!("{failure} {}", failure.hints.join(" "));
    for part in parts {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
}

fn notes(plan: &Plan) -> String {
    plan.notes.iter().map(|note| format!("{}\n", note.text)).collect()
}

#[test]
fn from_nothing_one_stack_is_made_and_then_there_is_nothing_to_do() {
    let first = plan(&nothing());
    assert_eq!(Failure::of_plan(&first), None);
    assert_eq!(kinds(&first), ["artifacts_bucket", "upload_code", "stack"]);
    let said = notes(&first);
    assert!(
        said.contains("under `resized/` are readable by everyone") && said.contains("plain HTTP"),
        "{said}"
    );
    assert!(!said.contains("by the model of the chain"), "{said}");
    let second = plan(&made());
    assert!(second.is_empty() && second.refusals.is_empty(), "{:?} {:?}", kinds(&second), second.refusals);
    assert!(!notes(&second).contains("by the model"), "{}", notes(&second));
}

#[test]
fn cut_off_after_any_step_it_goes_on() {
    let first = plan(&nothing());
    for steps in 0..first.actions.len() {
        let world = carried_out(nothing(), &first, steps);
        let world = carried_out(world.clone(), &plan(&world), usize::MAX);
        assert!(plan(&world).is_empty(), "after {steps} steps");
    }
}

#[test]
fn nothing_becomes_public_without_its_flag() {
    let world = nothing();
    let mut wanted = desired(&site(&[]), &world);
    wanted.allow_public = false;
    refused(&up(&wanted, false, &world), Exit::Refused, &["resized/", "--allow-public"]);
    // What is public already needs no flag, another prefix does.
    let world = made();
    assert_eq!(Failure::of_plan(&up(&wanted, false, &world)), None);
    let mut other = desired(&site(&[("prefix", "img/")]), &world);
    other.allow_public = false;
    refused(&up(&other, false, &world), Exit::Refused, &["img/", "--allow-public"]);
}

#[test]
fn settings_that_do_not_go_with_it() {
    let world = nothing();
    refused(&plan_with(&world, &[("prefix", "")], false), Exit::Usage, &["originals"]);
    refused(&plan_with(&world, &[("distribution", "E1")], false), Exit::Usage, &["E1", "--with-cdn"]);
    refused(&plan_with(&world, &[("url", "https://a.example")], true), Exit::Usage, &["--url"]);
    assert_eq!(Failure::of_plan(&plan_with(&world, &[("url", "https://a.example")], false)), None);
    let gov = Observed { region: "us-gov-west-1".to_owned(), ..nothing() };
    refused(&plan_with(&gov, &[], true), Exit::Usage, &["us-gov-west-1"]);
}

#[test]
fn a_bucket_that_was_there_before_is_for_attach() {
    refused(&plan(&bare()), Exit::Refused, &["exists already", "imgdeploy attach --bucket"]);
    // One that `down` kept.
    let tags = Fact::Known(BTreeMap::from([(TAG_BUCKET_MADE_BY.to_owned(), UP.to_owned())]));
    refused(
        &plan(&Observed { tags, ..bare() }),
        Exit::Refused,
        &["left it", "imgdeploy down", "imgdeploy attach"],
    );
    // One that is attached.
    let mut attached = bare();
    let first = attach(&desired(&site(&[]), &attached), &attached);
    carry_out(&mut attached, &first, usize::MAX);
    refused(&plan(&attached), Exit::Refused, &["imgdeploy attach --bucket"]);
    attached.owned = Fact::Absent;
    refused(&plan(&attached), Exit::Refused, &["delete-stack"]);
    // One that could not be looked at.
    let denied =
        AwsFailure::of_code("s3:HeadBucket", Some("AccessDenied".to_owned()), String::new(), Some(403));
    assert_eq!(denied.kind, FailureKind::Denied);
    refused(&plan(&Observed { owned: Fact::Unknown(denied), ..nothing() }), Exit::Denied, &["HeadBucket"]);
}

#[test]
fn its_bucket_is_refused_to_attach_and_detach() {
    let world = made();
    refused(&attach(&desired(&site(&[]), &world), &world), Exit::Refused, &["imgdeploy up"]);
    refused(&detach(&world, "resized/", Vec::new()), Exit::Refused, &["imgdeploy down"]);
    // Once the stack is gone, the bucket is like any other.
    let kept = Observed { stack: Fact::Absent, policy: Fact::Absent, website: Fact::Absent, ..world };
    assert_eq!(Failure::of_plan(&attach(&desired(&site(&[]), &kept), &kept)), None);
}

#[test]
fn a_bucket_deleted_behind_its_back_is_said() {
    let gone = Observed { owned: Fact::Absent, tags: Fact::Absent, ..made() };
    refused(&plan(&gone), Exit::Refused, &["deleted its bucket", "imgdeploy down"]);
    let way_back = down(&gone, &Fact::Absent, false);
    assert_eq!(kinds(&way_back), ["delete_stack"]);
}

#[test]
fn what_was_changed_behind_its_back_is_put_right() {
    let good = made();
    let website = good.website.known().unwrap().replace(">307<", ">301<");
    for (world, kind) in [
        (Observed { website: Fact::Known(website), ..good.clone() }, "website"),
        (Observed { website: Fact::Absent, ..good.clone() }, "website"),
        (Observed { policy: Fact::Absent, ..good.clone() }, "policy"),
        (Observed { public_access_block: Fact::Known(CLOSED), ..good.clone() }, "public_access_block"),
    ] {
        let repair = plan(&world);
        assert_eq!(kinds(&repair), [kind]);
        let world = carried_out(world, &repair, usize::MAX);
        assert!(plan(&world).is_empty(), "{kind}");
    }
    assert_eq!(good.region, REGION);
}

#[test]
fn what_others_put_in_is_not_lost_by_an_update() {
    let good = made();
    let statement =
        r#"{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:PutObjectAcl","Resource":"*"},"#;
    let text = good.policy.known().unwrap();
    let at = text.find('[').unwrap() + 1;
    let policy = Fact::Known(format!("{}{statement}{}", &text[..at], &text[at..]));
    let theirs = "<RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition><Redirect>\
                  <ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>";
    let website = Fact::Known(good.website.known().unwrap().replace("</RoutingRules>", theirs));
    for (world, what) in [
        (Observed { policy, ..good.clone() }, "bucket policy"),
        (Observed { website, ..good.clone() }, "website configuration"),
    ] {
        assert!(plan(&world).is_empty(), "what others add is no reason to write");
        refused(&plan_with(&world, &[("prefix", "img/")], false), Exit::Refused, &[what, "lost"]);
        // An update that leaves these alone.
        let quality = plan_with(&world, &[("quality", "70")], false);
        assert_eq!((Failure::of_plan(&quality), kinds(&quality)), (None, vec!["stack".to_owned()]));
    }
    let moved = plan_with(&good, &[("prefix", "img/")], false);
    assert_eq!((Failure::of_plan(&moved), kinds(&moved)), (None, vec!["stack".to_owned()]));
}

#[test]
fn a_distribution_that_is_there_stays_without_the_flag() {
    let first = plan_with(&nothing(), &[], true);
    assert!(notes(&first).contains("CloudFront distribution is made"), "{}", notes(&first));
    let world = carried_out(nothing(), &first, usize::MAX);
    assert!(plan_with(&world, &[], true).is_empty());
    assert!(plan_with(&world, &[], false).is_empty());
    // And one can be added later.
    assert_eq!(kinds(&plan_with(&made(), &[], true)), ["stack"]);
}

#[test]
fn down_takes_an_empty_bucket_and_keeps_one_with_objects() {
    let empty = made();
    let way_back = down(&empty, &contents(&empty), false);
    assert_eq!(kinds(&way_back), ["website", "delete_stack", "delete_bucket"]);
    assert!(notes(&way_back).contains("readable by everyone no longer"), "{}", notes(&way_back));

    let full = with_objects(made());
    let kept = down(&full, &contents(&full), false);
    assert_eq!(kinds(&kept), ["website", "delete_stack"]);
    assert!(notes(&kept).contains("stays, as it is not empty (1 object"), "{}", notes(&kept));
    let world = carried_out(full.clone(), &kept, usize::MAX);
    assert_eq!((world.owned.clone(), world.website.clone()), (Fact::Known(()), Fact::Absent));
    assert!(down(&world, &contents(&world), false).is_empty());

    let all = down(&full, &contents(&full), true);
    assert_eq!(kinds(&all), ["website", "delete_stack", "empty_bucket", "delete_bucket"]);
    assert!(all.notes.iter().any(|note| note.warning && note.text.contains("for good")), "{}", notes(&all));
}

#[test]
fn down_cut_off_after_any_step_goes_on() {
    let full = with_objects(made());
    let all = down(&full, &contents(&full), true);
    for steps in 0..=all.actions.len() {
        let world = carried_out(full.clone(), &all, steps);
        let world = carried_out(world.clone(), &down(&world, &contents(&world), true), usize::MAX);
        assert_eq!((&world.stack, &world.owned), (&Fact::Absent, &Fact::Absent), "after {steps} steps");
        assert!(down(&world, &contents(&world), true).is_empty(), "after {steps} steps");
        // Whoever thinks better of it half-way, while the stack is there, gets it put right.
        if steps <= 1 {
            let back = carried_out(full.clone(), &all, steps);
            let back = carried_out(back.clone(), &plan(&back), usize::MAX);
            assert!(plan(&back).is_empty() && back.website == full.website, "after {steps} steps");
        }
    }
}

#[test]
fn down_leaves_alone_what_up_did_not_make() {
    refused(
        &down(&bare(), &contents(&bare()), true),
        Exit::Refused,
        &[TAG_BUCKET_MADE_BY, "imgdeploy detach"],
    );
    let mut attached = bare();
    let first = attach(&desired(&site(&[]), &attached), &attached);
    carry_out(&mut attached, &first, usize::MAX);
    refused(&down(&attached, &contents(&attached), true), Exit::Refused, &["imgdeploy detach"]);
    // Its own stack, but the tag is lost: the bucket stays.
    let untagged = Observed { tags: Fact::Absent, ..with_objects(made()) };
    assert_eq!(kinds(&down(&untagged, &contents(&untagged), true)), ["website", "delete_stack"]);
    // Neither of them.
    let none = down(&nothing(), &Fact::Absent, true);
    assert!(none.is_empty() && none.refusals.is_empty() && notes(&none).contains("--region"));
    // Nothing is decided on what could not be seen.
    let denied = || AwsFailure::of_code("s3:x", Some("AccessDenied".to_owned()), String::new(), Some(403));
    for world in [
        Observed { stack: Fact::Unknown(denied()), ..made() },
        Observed { tags: Fact::Unknown(denied()), ..made() },
        Observed { owned: Fact::Unknown(denied()), ..made() },
    ] {
        refused(&down(&world, &contents(&made()), true), Exit::Denied, &["s3:x"]);
    }
    refused(&down(&made(), &Fact::Unknown(denied()), true), Exit::Denied, &["s3:x"]);
}

#[test]
fn rules_of_others_stay_in_a_bucket_that_stays() {
    let mut world = with_objects(made());
    let theirs = "<RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition><Redirect>\
                  <ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>";
    world.website = Fact::Known(world.website.known().unwrap().replace("</RoutingRules>", theirs));
    let way_back = down(&world, &contents(&world), false);
    let world = carried_out(world, &way_back, usize::MAX);
    let left = world.website.known().unwrap();
    assert!(left.contains("old/") && !left.contains(API_HOST), "{left}");
}
