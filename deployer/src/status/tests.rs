#![allow(clippy::unwrap_used)]
use super::fixtures::*;
use super::*;
use crate::aws::FailureKind;
use crate::aws::edge::DistributionDocument;
use crate::aws::read::PublicAccessBlock;

/// What is said of each document when this was done to the bucket.
fn findings(change: impl FnOnce(&mut Observed)) -> (Option<bool>, Vec<Finding>) {
    let mut observed = attached_bucket();
    change(&mut observed);
    let drift = status(&well(&observed)).drift;
    (drift.ours, drift.documents.iter().map(|one| one.finding).collect())
}

#[test]
fn every_document_is_compared_with_what_attach_made_of_it() {
    use Finding::{AsLeft, ChangedElsewhere, Gone, OursChanged, Unknown};
    // In this order: policy, website, distribution, public access block.
    assert_eq!(findings(|_| ()), (Some(false), vec![AsLeft; 4]));
    assert_eq!(
        findings(|seen| seen.policy = Fact::Known(POLICY.to_owned())),
        (Some(true), vec![OursChanged, AsLeft, AsLeft, AsLeft])
    );
    assert_eq!(
        findings(|seen| seen.website = Fact::Absent),
        (Some(true), vec![AsLeft, Gone, AsLeft, AsLeft])
    );
    assert_eq!(
        findings(|seen| seen.website = Fact::Known(WEBSITE.to_owned())),
        (Some(true), vec![AsLeft, OursChanged, AsLeft, AsLeft])
    );
    // A foreign statement comes in; ours stays.
    assert_eq!(
        findings(|seen| {
            let Fact::Known(policy) = &seen.policy else { unreachable!() };
            let foreign =
                r#"{"Sid":"New","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"},"#;
            let at = policy.find('[').unwrap() + 1;
            let edited = format!("{}{foreign}{}", &policy[..at], &policy[at..]);
            assert!(serde_json::from_str::<serde_json::Value>(&edited).is_ok(), "{edited}");
            seen.policy = Fact::Known(edited);
        }),
        (Some(false), vec![ChangedElsewhere, AsLeft, AsLeft, AsLeft])
    );
    // AWS writes documents its own way: white space is no change.
    assert_eq!(
        findings(|seen| {
            let Fact::Known(policy) = &seen.policy else { unreachable!() };
            let value: serde_json::Value = serde_json::from_str(policy).unwrap();
            seen.policy = Fact::Known(value.to_string());
        }),
        (Some(false), vec![AsLeft; 4])
    );
    assert_eq!(
        findings(|seen| {
            let edge = seen.edge.as_mut().unwrap();
            let Fact::Known(document) = &edge.document else { unreachable!() };
            let xml =
                document.xml.replacen("<DefaultTTL>0</DefaultTTL>", "<DefaultTTL>86400</DefaultTTL>", 1);
            assert_ne!(xml, document.xml);
            edge.document = Fact::Known(DistributionDocument { xml, etag: "E2".to_owned() });
        }),
        (Some(true), vec![AsLeft, AsLeft, OursChanged, AsLeft])
    );
    assert_eq!(
        findings(|seen| seen.public_access_block = Fact::Known(PublicAccessBlock::PRIVATE)),
        (Some(true), vec![AsLeft, AsLeft, AsLeft, OursChanged])
    );
    // Could not look: neither drift nor none.
    assert_eq!(
        findings(|seen| seen.website = Fact::Unknown(denied("s3:GetBucketWebsite"))),
        (None, vec![AsLeft, Unknown, AsLeft, AsLeft])
    );
    assert_eq!(
        findings(|seen| {
            seen.website = Fact::Unknown(denied("s3:GetBucketWebsite"));
            seen.policy = Fact::Absent;
        }),
        (Some(true), vec![Gone, Unknown, AsLeft, AsLeft])
    );
    // No journal, nothing to compare with.
    assert_eq!(findings(|seen| seen.artifacts.journal = Fact::Absent), (None, Vec::new()));
}

#[test]
fn attached_half_or_not_at_all() {
    let case = |change: fn(&mut Observed)| {
        let mut observed = attached_bucket();
        change(&mut observed);
        status(&well(&observed)).attached
    };
    assert_eq!(case(|_| ()), Attached::Yes);
    assert_eq!(case(|seen| seen.artifacts.journal = Fact::Absent), Attached::Yes);
    assert_eq!(case(|seen| seen.stack = Fact::Absent), Attached::Half);
    assert_eq!(
        case(|seen| seen.stack = Fact::Unknown(denied("cloudformation:DescribeStacks"))),
        Attached::Unknown
    );
    assert_eq!(
        case(|seen| {
            seen.stack = Fact::Absent;
            seen.artifacts.journal = Fact::Unknown(denied("s3:GetObject"));
        }),
        Attached::Unknown
    );
    assert_eq!(
        case(|seen| {
            let Fact::Known(stack) = &mut seen.stack else { unreachable!() };
            stack.tags.insert(stack::TAG_BUCKET.to_owned(), "another-bucket".to_owned());
            seen.artifacts.journal = Fact::Absent;
        }),
        Attached::No,
        "a stack of that name may be somebody else's"
    );
    assert_eq!(status(&well(&not_attached())).attached, Attached::No);
}

#[test]
fn other_code_than_the_stack_published_is_seen() {
    let observed = attached_bucket();
    assert_eq!(status(&well(&observed)).drift.code, Some(false));
    let other = Seen { function: Fact::Known(live("other=")), ..well(&observed) };
    assert_eq!(status(&other).drift.code, Some(true));
    let blind = Seen { function: Fact::Unknown(denied("lambda:GetAlias")), ..well(&observed) };
    assert_eq!(status(&blind).drift.code, None);
}

#[test]
fn cost_is_never_nothing_because_nobody_could_look() {
    let observed = attached_bucket();
    let with =
        |month: Fact<Sums>, function: Fact<Live>| status(&Seen { month, function, ..well(&observed) }).cost;
    assert!(matches!(with(Fact::Absent, Fact::Known(live(HASH))), Fact::Absent));
    let failure = denied("cloudwatch:GetMetricData");
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(matches!(with(Fact::Unknown(failure), Fact::Known(live(HASH))), Fact::Unknown(_)));
    let sums = Fact::Known(Sums { invocations: 1.0, errors: 0.0, duration_ms: 1.0 });
    assert!(matches!(with(sums.clone(), Fact::Unknown(denied("lambda:GetAlias"))), Fact::Unknown(_)));
    assert!(matches!(
        with(sums.clone(), Fact::Known(Live { memory_mb: None, ..live(HASH) })),
        Fact::Unknown(_)
    ));
    assert!(matches!(with(sums, Fact::Known(live(HASH))), Fact::Known(_)));
}

#[test]
fn the_last_change_is_the_newest_that_is_known() {
    let observed = attached_bucket();
    assert_eq!(status(&well(&observed)).last_change.as_deref(), Some("2026-01-31T12:00:05Z"));
    let mut newer = live(HASH);
    newer.modified = Some("2026-02-01T00:00:00.000Z".to_owned());
    let seen = Seen { function: Fact::Known(newer), ..well(&observed) };
    assert_eq!(status(&seen).last_change.as_deref(), Some("2026-02-01T00:00:00.000Z"));
}

#[test]
fn notifications_are_compared_where_attach_made_some() {
    use crate::journal::Edit;
    use imgdeploy_model::document::notification::{self, OurEntries};
    let entries =
        OurEntries { queue: "arn:aws:sqs:eu-west-1:111122223333:q".to_owned(), filters: Vec::new() };
    let after = notification::merge(None, &entries).unwrap().document;
    let theirs = "<TopicConfiguration><Topic>t</Topic><Event>s3:ObjectRemoved:*</Event></TopicConfiguration>";
    let more = after.replace("<QueueConfiguration>", &format!("{theirs}<QueueConfiguration>"));
    for (now, finding) in [
        (Fact::Known(after.clone()), Finding::AsLeft),
        (Fact::Known(more), Finding::ChangedElsewhere),
        (Fact::Known(after.replace(":q<", ":other<")), Finding::OursChanged),
        (Fact::Known(notification::EMPTY.to_owned()), Finding::OursChanged),
        (Fact::Unknown(denied("s3:GetBucketNotification")), Finding::Unknown),
    ] {
        let found = findings(|seen| {
            let Fact::Known((journal, _)) = &mut seen.artifacts.journal else { panic!("it is attached") };
            journal.notification = Some(Edit { before: None, after: after.clone() });
            seen.notification = now.clone();
        });
        assert_eq!(found.1[2], finding, "{now:?}");
    }
}
