//! The notification configuration: as the other documents, but only where it is wanted.

use imgdeploy_model::document::notification::{self, Filter};

use super::world::{DISTRIBUTION, NOTIFICATION, QUEUE, bare, carry_out, desired, documents, site, used};
use super::{attach, detach, kinds};
use crate::aws::failure::Answered;
use crate::desired::OnUpload;
use crate::observe::Observed;
use crate::plan::{Action, JournalStep, Plan};
use imgdeploy_world::Fact;

fn pictures() -> Option<OnUpload> {
    let filter = |suffix: &str| Filter { prefix: "pics/".to_owned(), suffix: suffix.to_owned() };
    Some(OnUpload { filters: vec![filter(".jpg"), filter(".png")] })
}

fn plan(world: &Observed, on_upload: Option<OnUpload>) -> Plan {
    let settings =
        if world.edge.is_some() { ("distribution", DISTRIBUTION) } else { ("no-distribution", "true") };
    let mut wanted = desired(&site(&[settings]), world);
    wanted.on_upload = on_upload;
    attach(&wanted, world)
}

fn worlds() -> Vec<(&'static str, Observed)> {
    vec![
        ("bare", bare()),
        ("used", used()),
        ("without a configuration", Observed { notification: Fact::Absent, ..used() }),
    ]
}

#[test]
fn it_comes_after_the_queue_and_is_there_to_stay() {
    for (name, mut world) in worlds() {
        let first = plan(&world, pictures());
        let order = kinds(&first);
        let at = |kind: &str| order.iter().position(|one| one == kind).unwrap();
        assert!(at("stack") < at("notification"), "{name}: {order:?}");
        carry_out(&mut world, &first, usize::MAX);
        let text = world.notification.known().unwrap();
        assert!(text.contains(&format!("<Queue>{QUEUE}</Queue>")), "{name}: {text}");
        assert!(plan(&world, pictures()).is_empty(), "{name}");
        let (journal, _) = world.artifacts.journal.known().unwrap();
        assert_eq!(&journal.notification.as_ref().unwrap().after, text);
    }
}

#[test]
fn where_it_is_not_wanted_it_is_not_even_looked_at() {
    let denied = crate::aws::AwsFailure::of_code(
        "s3:GetBucketNotification",
        Some("AccessDenied".to_owned()),
        String::new(),
        Some(403),
    );
    let world = Observed { notification: Fact::Unknown(denied), ..used() };
    let without = plan(&world, None);
    assert!(without.unseen.is_empty() && !kinds(&without).contains(&"notification".to_owned()));
    assert_eq!(plan(&world, pictures()).unseen.len(), 1);
}

#[test]
fn cut_off_anywhere_it_is_finished_and_taken_out_byte_for_byte() {
    for (name, start) in worlds() {
        let mut whole = start.clone();
        let first = plan(&whole, pictures());
        carry_out(&mut whole, &first, usize::MAX);
        for steps in 0..=first.actions.len() {
            let mut world = start.clone();
            carry_out(&mut world, &first, steps);
            let mut back = world.clone();
            let again = plan(&world, pictures());
            carry_out(&mut world, &again, usize::MAX);
            assert_eq!(documents(&world), documents(&whole), "{name} after {steps} steps");
            assert!(plan(&world, pictures()).is_empty(), "{name} after {steps} steps");
            let out = detach(&back, "resized/", Vec::new());
            carry_out(&mut back, &out, usize::MAX);
            if start.notification == Fact::Absent {
                // S3 knows no absent one.
                let empty = Fact::Known(notification::EMPTY.to_owned());
                assert!([&Fact::Absent, &empty].contains(&&back.notification), "{name} after {steps} steps");
                back.notification = Fact::Absent;
            }
            assert_eq!(documents(&back), documents(&start), "{name} after {steps} steps");
        }
    }
}

#[test]
fn switched_off_again_only_ours_goes() {
    let mut world = used();
    let first = plan(&world, pictures());
    carry_out(&mut world, &first, usize::MAX);
    // Somebody added one of their own since.
    let Fact::Known(text) = &mut world.notification else { panic!("it is there") };
    let theirs = "<QueueConfiguration><Id>new</Id><Queue>q</Queue><Event>s3:ObjectRemoved:*</Event></QueueConfiguration>";
    *text = text.replace("</NotificationConfiguration>", &format!("{theirs}</NotificationConfiguration>"));
    let off = plan(&world, None);
    assert_eq!(kinds(&off), ["notification"]);
    carry_out(&mut world, &off, usize::MAX);
    let expected = NOTIFICATION
        .replace("</NotificationConfiguration>", &format!("{theirs}</NotificationConfiguration>"));
    assert_eq!(world.notification, Fact::Known(expected));
    assert!(plan(&world, None).is_empty());
    assert_eq!(world.artifacts.journal.known().unwrap().0.notification, None);
}

#[test]
fn what_was_changed_by_hand_is_put_right_and_said() {
    let mut world = used();
    let first = plan(&world, pictures());
    carry_out(&mut world, &first, usize::MAX);
    let good = world.notification.clone();
    let Fact::Known(text) = &mut world.notification else { panic!("it is there") };
    *text = text.replace("<Value>.png</Value>", "<Value>.gif</Value>");
    let repair = plan(&world, pictures());
    assert_eq!(kinds(&repair), ["notification"]);
    let notes: String = repair.notes.iter().map(|note| format!("{}\n", note.text)).collect();
    assert!(
        notes.contains("our part of the notification configuration was changed by somebody else"),
        "{notes}"
    );
    carry_out(&mut world, &repair, usize::MAX);
    assert_eq!(world.notification, good);
}

#[test]
fn what_s3_would_refuse_is_refused_before_anything_is_written() {
    let theirs = NOTIFICATION.replace("<Value>logs/</Value>", "<Value>pics/</Value>");
    let world = Observed { notification: Fact::Known(theirs), ..used() };
    let refused = plan(&world, pictures());
    assert_eq!(refused.refusals.len(), 1);
    let text = &refused.refusals[0].text;
    assert!(
        text.contains("arn:aws:sns:eu-west-1:111122223333:logs (Id logs) gets s3:ObjectCreated:*"),
        "{text}"
    );
    assert!(!refused.actions.iter().any(|action| matches!(action, Action::Notification(_))));
    assert_ne!(refused.journal, JournalStep::Keep);
}
