//! An AWS in memory, as far as plans see it: a snapshot that a plan's actions change.

use std::collections::BTreeMap;

use crate::plan::action;
use imgdeploy_model::document::{self, Ours, notification};
use imgdeploy_model::region;

use crate::artifact::Artifact;
use crate::aws::edge::{DistributionDocument, DistributionState};
use crate::aws::read::{Caller, Object, PublicAccessBlock};
use crate::desired::{Desired, our_edge};
use crate::journal::{Journal, State};
use crate::observe::{Artifacts, Edge, Observed, Taken};
use crate::plan::{Action, JournalStep, Plan};
use crate::settings::value::Arch;
use crate::settings::{Given, GivenValue, Origin, Site, resolve};
use crate::stack::{self, StackSeen};
use imgdeploy_world::Fact;

pub(super) const BUCKET: &str = "media.example.com";
pub(super) const REGION: &str = "eu-west-1";
pub(super) const DISTRIBUTION: &str = "E2EXAMPLE";
pub(super) const API_HOST: &str = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";
pub(super) const POLICY: &str = include_str!("../../../model/tests/fixtures/policy.json");
pub(super) const WEBSITE: &str = include_str!("../../../model/tests/fixtures/website.xml");
pub(super) const NOTIFICATION: &str = include_str!("../../../model/tests/fixtures/notification.xml");
pub(super) const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:imgdeploy-media-example-com-batch";
pub(super) const CONFIG: &str = include_str!("../../../model/tests/fixtures/distribution.xml");

/// All four flags on: a bucket as AWS makes them today.
pub(super) const CLOSED: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: true,
    restrict_public_buckets: true,
};

/// Settings by name and text.
pub(super) fn site(values: &[(&'static str, &str)]) -> Site {
    let mut given = Given::default();
    for (name, text) in [("bucket", BUCKET)].iter().chain(values) {
        given.values.insert(name, GivenValue { text: (*text).to_owned(), origin: Origin::Flag });
    }
    resolve(&given, None).unwrap()
}

pub(super) fn desired(site: &Site, seen: &Observed) -> Desired {
    let artifact = Artifact {
        arch: Arch::Arm64,
        sha256: "0".repeat(64),
        code_sha256: "zip".to_owned(),
        size: 3,
        bytes: b"zip".to_vec(),
        source: crate::artifact::Source::Built,
    };
    Desired::new(site, true, artifact, seen)
}

/// A bucket in use, with a policy, a website and a distribution.
pub(super) fn used() -> Observed {
    let edge = Edge {
        id: DISTRIBUTION.to_owned(),
        document: Fact::Known(DistributionDocument { xml: CONFIG.to_owned(), etag: "E1".to_owned() }),
        state: Fact::Known(DistributionState {
            arn: "arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE".to_owned(),
            domain: "d111111abcdef8.cloudfront.net".to_owned(),
            status: "Deployed".to_owned(),
        }),
        tags: Fact::Known(BTreeMap::new()),
    };
    Observed {
        policy: Fact::Known(POLICY.to_owned()),
        website: Fact::Known(WEBSITE.to_owned()),
        notification: Fact::Known(NOTIFICATION.to_owned()),
        edge: Some(edge),
        ..bare()
    }
}

/// A bucket with nothing but pictures.
pub(super) fn bare() -> Observed {
    Observed {
        caller: Caller {
            account: "111122223333".to_owned(),
            arn: "arn:aws:iam::111122223333:user/ann".to_owned(),
            partition: "aws".to_owned(),
            by: "profile shop".to_owned(),
        },
        home_region: REGION.to_owned(),
        bucket: BUCKET.to_owned(),
        region: REGION.to_owned(),
        owned: Fact::Known(()),
        policy: Fact::Absent,
        public_access_block: Fact::Known(CLOSED),
        account_public_access_block: Fact::Absent,
        website: Fact::Absent,
        notification: Fact::Known(notification::EMPTY.to_owned()),
        tags: Fact::Absent,
        requester_pays: Fact::Known(false),
        encryption: Fact::Known("AES256".to_owned()),
        objects: Fact::Known(vec![Object { key: "pics/a.jpg".to_owned(), size: 7, owner: None }]),
        derived: Fact::Known(Vec::new()),
        taken: Fact::Known(Taken::default()),
        artifacts: Artifacts {
            bucket: "imgdeploy-111122223333-eu-west-1".to_owned(),
            owned: Fact::Absent,
            public_access_block: Fact::Absent,
            encryption: Fact::Absent,
            versioned: Fact::Absent,
            policy: Fact::Absent,
            lifecycle: Fact::Absent,
            journal: Fact::Absent,
            code: Fact::Absent,
            live_code: Fact::Absent,
        },
        stack: Fact::Absent,
        function: Fact::Absent,
        edge: None,
        distributions: Some(Fact::Known(Vec::new())),
    }
}

/// Carries out the first `steps` actions of a plan as `apply` does, and closes the journal if all were done.
pub(super) fn carry_out(world: &mut Observed, plan: &Plan, steps: usize) {
    assert!(plan.refusals.is_empty() && plan.unseen.is_empty(), "{:?} {:?}", plan.refusals, plan.unseen);
    if plan.is_empty() {
        return;
    }
    for (at, action) in plan.actions.iter().take(steps).enumerate() {
        if at == 0 && !matches!(action, Action::ArtifactsBucket(_)) {
            claim(world, plan);
        }
        change(world, action);
        if matches!(action, Action::ArtifactsBucket(_)) {
            claim(world, plan);
        }
        if matches!(action, Action::Stack(_)) && plan.journal != JournalStep::Keep {
            name_host(world);
        }
    }
    if steps >= plan.actions.len() {
        match &plan.journal {
            JournalStep::Keep => {}
            JournalStep::Record { .. } => journal(world, Journal::close),
            JournalStep::Forget { .. } => world.artifacts.journal = Fact::Absent,
        }
    }
}

fn claim(world: &mut Observed, plan: &Plan) {
    let next = match &plan.journal {
        JournalStep::Keep => return,
        JournalStep::Record { next, .. } => next.as_ref().clone(),
        JournalStep::Forget { current, .. } => current.as_ref().clone(),
    };
    let text = Journal { state: State::Running, ..next }.text();
    world.artifacts.journal = Fact::Known((Journal::parse(&text, BUCKET).unwrap(), "J".to_owned()));
    if matches!(world.stack, Fact::Known(_)) {
        name_host(world);
    }
}

fn journal(world: &mut Observed, edit: impl FnOnce(&mut Journal)) {
    let Fact::Known((journal, _)) = &mut world.artifacts.journal else { panic!("no journal") };
    edit(journal);
}

/// The stack has said its API's host.
fn name_host(world: &mut Observed) {
    let unknown = crate::desired::unknown_api_host(REGION);
    journal(world, |journal| {
        for host in &mut journal.api_hosts {
            *host = host.replace(&unknown, API_HOST);
        }
        if let Some(edit) = &mut journal.website {
            edit.after = edit.after.replace(&unknown, API_HOST);
        }
        if let Some(edit) = &mut journal.notification {
            edit.after = edit.after.replace(&crate::desired::unknown_queue(REGION, "111122223333"), QUEUE);
        }
    });
}

fn change(world: &mut Observed, action: &Action) {
    match action {
        Action::ArtifactsBucket(_) => {
            world.artifacts.owned = Fact::Known(());
            world.artifacts.public_access_block = Fact::Known(CLOSED);
            world.artifacts.encryption = Fact::Known("AES256".to_owned());
            world.artifacts.versioned = Fact::Known(true);
            let arns = ["arn:aws:s3:::a", "arn:aws:s3:::a/*"];
            world.artifacts.policy = Fact::Known(crate::plan::artifacts::tls_only(&arns));
            world.artifacts.lifecycle = Fact::Known(vec!["imgdeploy-old-code".to_owned()]);
        }
        Action::UploadCode(_) => world.artifacts.code = Fact::Known(()),
        Action::Stack(action::Stack { desired, .. }) => {
            world.stack = Fact::Known(StackSeen {
                id: format!("arn:aws:cloudformation:{REGION}:111122223333:stack/{}/1", desired.name),
                status: "CREATE_COMPLETE".to_owned(),
                status_reason: None,
                parameters: desired.parameters.clone(),
                template: Some(desired.template_body.clone()),
                outputs: BTreeMap::from([
                    ("ApiHost".to_owned(), API_HOST.to_owned()),
                    (crate::aws::stack::OUTPUT_QUEUE.to_owned(), QUEUE.to_owned()),
                ]),
                tags: desired.tags.clone(),
                termination_protection: false,
            });
        }
        Action::PublicAccessBlock(action::PublicAccessBlock { before, after, .. }) => {
            assert_eq!(world.public_access_block.known(), before.as_ref());
            world.public_access_block = Fact::Known(*after);
        }
        Action::Policy(action::Policy { before, after, .. }) => {
            assert_eq!(world.policy.known(), before.as_ref());
            guard(Ours::Policy, before.as_deref(), after.as_deref());
            world.policy = after.clone().map_or(Fact::Absent, Fact::Known);
        }
        Action::Website(action::Website { before, after, our_hosts, unknown_api_host, .. }) => {
            guard(Ours::Website(our_hosts), before.as_deref(), after.as_deref());
            assert_eq!(world.website.known(), before.as_ref());
            let after = match (after, unknown_api_host) {
                (Some(text), Some(unknown)) => Some(text.replace(unknown, API_HOST)),
                (text, _) => text.clone(),
            };
            world.website = after.map_or(Fact::Absent, Fact::Known);
        }
        Action::Notification(action::Notification { before, after, unknown_queue, .. }) => {
            guard(Ours::Notification, before.as_deref(), Some(after));
            assert_eq!(world.notification.known(), before.as_ref());
            let after = unknown_queue.as_ref().map_or_else(|| after.clone(), |unknown| after.replace(unknown, QUEUE));
            world.notification = Fact::Known(after);
        }
        Action::Distribution(action::Distribution { before, after, our_patterns, .. }) => {
            let prefix = our_patterns.last().unwrap().trim_end_matches('*');
            let ours = our_edge(BUCKET, REGION, prefix, our_patterns.clone());
            guard(Ours::Distribution(&ours), Some(before), Some(after));
            let Some(edge) = &mut world.edge else { panic!("no distribution") };
            let Fact::Known(document) = &mut edge.document else { panic!("no document") };
            assert_eq!(&document.xml, before);
            document.xml.clone_from(after);
        }
        Action::Invalidate(_)
        | Action::DeleteDerived(_)
        // This world has no API and no function but its live version.
        | Action::FunctionConfiguration(_)
        | Action::FunctionAlias(_)
        | Action::InvokePermission(_)
        | Action::ApiMethods(_)
        | Action::ApiDeployment(_) => {}
        Action::DeleteStack(action::DeleteStack { name }) => {
            assert_eq!(*name, stack::stack_name(BUCKET));
            world.stack = Fact::Absent;
        }
        Action::EmptyBucket(_) => {
            world.objects = Fact::Known(Vec::new());
            world.derived = Fact::Known(Vec::new());
        }
        Action::DeleteBucket(_) => {
            assert!(world.objects.known().is_none_or(Vec::is_empty), "S3 deletes empty buckets only");
            world.owned = Fact::Absent;
        }
    }
}

/// As `apply` does right before it sends a document.
fn guard(ours: Ours<'_>, before: Option<&str>, after: Option<&str>) {
    if let (Some(before), Some(after)) = (before, after) {
        assert_eq!(document::guard(ours, before, after), Ok(()));
    }
}

/// The documents that belong to the user.
pub(super) fn documents(world: &Observed) -> Vec<String> {
    vec![
        format!("{:?}", world.policy),
        format!("{:?}", world.website),
        format!("{:?}", world.notification),
        format!("{:?}", world.public_access_block),
        format!("{:?}", world.edge.as_ref().map(|edge| &edge.document)),
    ]
}

/// The website host of the bucket.
pub(super) fn website_host() -> String {
    region::website_host(BUCKET, REGION)
}
