//! An attached bucket, and cases for the report.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::*;
use crate::aws::AwsFailure;
use crate::aws::edge::{DistributionDocument, DistributionState as EdgeState};
use crate::aws::failure::Answered;
use crate::aws::read::{Caller, PublicAccessBlock};
use crate::journal::{DistributionEdit, Edit};
use crate::observe::{Artifacts, Edge};
use imgdeploy_model::document::{distribution, policy, website};
use imgdeploy_model::region::Partition;

use crate::desired::{our_access, our_edge, our_rules};

pub(super) const BUCKET: &str = "media.example.com";
pub(super) const REGION: &str = "eu-west-1";
pub(super) const HOST: &str = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";
pub(super) const POLICY: &str = include_str!("../../model/tests/fixtures/policy.json");
pub(super) const WEBSITE: &str = include_str!("../../model/tests/fixtures/website.xml");
pub(super) const CONFIG: &str = include_str!("../../model/tests/fixtures/distribution.xml");
pub(super) const HASH: &str = "E690jbaNfa/aIEY+RuRPd7/U9idhgi5TNerRis5G9aI=";

pub(super) fn denied(operation: &str) -> AwsFailure {
    let message = "User: arn:aws:iam::111122223333:user/ann is not authorized".to_owned();
    AwsFailure::of_code(operation, Some("AccessDeniedException".to_owned()), message, Some(400))
}

/// An attached bucket, as `attach` leaves it.
pub(super) fn attached_bucket() -> Observed {
    let policy = policy::merge(Some(POLICY), &our_access(BUCKET, "resized/", Partition::Aws)).unwrap();
    let website = website::merge(Some(WEBSITE), &our_rules("resized/", 307, HOST, &[])).unwrap().document;
    let config =
        distribution::merge(CONFIG, &our_edge(BUCKET, REGION, "resized/", Vec::new())).unwrap().document;
    let opened = PublicAccessBlock {
        block_public_policy: false,
        restrict_public_buckets: false,
        ..PublicAccessBlock::PRIVATE
    };
    let mut journal = Journal::new(BUCKET, "resized/");
    journal.state = State::Done;
    journal.api_hosts = vec![HOST.to_owned()];
    journal.policy = Some(Edit { before: Some(POLICY.to_owned()), after: policy.clone() });
    journal.website = Some(Edit { before: Some(WEBSITE.to_owned()), after: website.clone() });
    journal.public_access_block = Some(Edit { before: Some(PublicAccessBlock::PRIVATE), after: opened });
    journal.distribution = Some(DistributionEdit {
        id: "E2EXAMPLE".to_owned(),
        path_pattern: "resized/*".to_owned(),
        edit: Edit { before: Some(CONFIG.to_owned()), after: config.clone() },
    });
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    Observed {
        caller: Caller {
            account: "111122223333".to_owned(),
            arn: "arn:aws:iam::111122223333:user/ann".to_owned(),
            partition: "aws".to_owned(),
            by: "profile shop".to_owned(),
        },
        home_region: "us-east-1".to_owned(),
        bucket: BUCKET.to_owned(),
        region: REGION.to_owned(),
        owned: Fact::Known(()),
        policy: Fact::Known(policy),
        public_access_block: Fact::Known(opened),
        account_public_access_block: Fact::Absent,
        website: Fact::Known(website),
        notification: Fact::Absent,
        tags: Fact::Absent,
        requester_pays: Fact::Known(false),
        encryption: Fact::Absent,
        objects: Fact::Known(Vec::new()),
        derived: Fact::Known(Vec::new()),
        taken: Fact::Absent,
        artifacts: Artifacts {
            bucket: "imgdeploy-111122223333-eu-west-1".to_owned(),
            owned: Fact::Known(()),
            public_access_block: Fact::Absent,
            encryption: Fact::Absent,
            versioned: Fact::Known(true),
            policy: Fact::Absent,
            lifecycle: Fact::Absent,
            journal: Fact::Known((journal, "\"e\"".to_owned())),
            code: Fact::Absent,
            live_code: Fact::Absent,
        },
        function: Fact::Absent,
        stack: Fact::Known(StackSeen {
            id: "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1".to_owned(),
            status: "UPDATE_COMPLETE".to_owned(),
            status_reason: None,
            parameters: map(&[("Url", "https://cdn.example.com"), ("RedirectCode", "307")]),
            template: None,
            outputs: map(&[
                ("ApiHost", HOST),
                ("StageName", "prod"),
                ("FunctionVersion", "3"),
                ("CodeSha256", HASH),
                ("LogGroupName", "/aws/lambda/imgdeploy-media"),
            ]),
            tags: map(&[(stack::TAG_BUCKET, BUCKET), (stack::TAG_VERSION, "0.1.0")]),
            termination_protection: false,
        }),
        edge: Some(Edge {
            id: "E2EXAMPLE".to_owned(),
            document: Fact::Known(DistributionDocument { xml: config, etag: "E1".to_owned() }),
            state: Fact::Known(EdgeState {
                arn: "arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE".to_owned(),
                domain: "d42m180kn835mi.cloudfront.net".to_owned(),
                status: "Deployed".to_owned(),
            }),
            tags: Fact::Absent,
        }),
        distributions: None,
    }
}

pub(super) fn live(code_sha256: &str) -> Live {
    Live {
        function: "imgdeploy-media".to_owned(),
        version: "3".to_owned(),
        also: Vec::new(),
        code_sha256: Some(code_sha256.to_owned()),
        modified: Some("2026-01-31T12:00:00.000Z".to_owned()),
        architecture: Some("arm64".to_owned()),
        state: Some("Active".to_owned()),
        runtime: Some("provided.al2023".to_owned()),
        memory_mb: Some(1024),
        timeout_s: Some(20),
    }
}

pub(super) fn times(drift: &str, drifted: &[&str]) -> StackTimes {
    StackTimes {
        created: Some("2026-01-30T12:00:00Z".to_owned()),
        updated: Some("2026-01-31T12:00:05Z".to_owned()),
        drift: Some(drift.to_owned()),
        drift_checked: (drift != "NOT_CHECKED").then(|| "2026-02-01T00:00:00Z".to_owned()),
        drifted: drifted.iter().map(|one| (*one).to_owned()).collect(),
    }
}

pub(super) fn well(observed: &Observed) -> Seen<'_> {
    let month = Sums { invocations: 1_234.0, errors: 2.0, duration_ms: 456_789.0 };
    Seen {
        observed,
        function: Fact::Known(live(HASH)),
        times: Fact::Known(times("NOT_CHECKED", &[])),
        month: Fact::Known(month),
    }
}

pub(super) fn not_attached() -> Observed {
    let mut observed = attached_bucket();
    observed.stack = Fact::Absent;
    observed.artifacts.journal = Fact::Absent;
    observed.edge = None;
    observed
}

/// Cases for the report, by name.
pub(crate) fn fixtures() -> Vec<(&'static str, Status)> {
    let observed = attached_bucket();
    let attached = status(&well(&observed));

    let mut changed = attached_bucket();
    changed.policy = Fact::Known(POLICY.to_owned());
    changed.website = Fact::Absent;
    changed.edge.as_mut().unwrap().state = Fact::Known(EdgeState {
        arn: String::new(),
        domain: "d42m180kn835mi.cloudfront.net".to_owned(),
        status: "InProgress".to_owned(),
    });
    let mut journal = changed.artifacts.journal.known().unwrap().0.clone();
    journal.state = State::Running;
    changed.artifacts.journal = Fact::Known((journal, String::new()));
    let drifted = status(&Seen {
        function: Fact::Known(Live { also: vec!["4".to_owned()], ..live("another=") }),
        times: Fact::Known(times("DRIFTED", &["Function: MODIFIED", "Stage: DELETED"])),
        month: Fact::Absent,
        observed: &changed,
    });

    let mut blind = attached_bucket();
    blind.stack = Fact::Unknown(denied("cloudformation:DescribeStacks"));
    blind.policy = Fact::Unknown(denied("s3:GetBucketPolicy"));
    let denied = status(&Seen {
        function: Fact::Unknown(denied("lambda:GetAlias")),
        times: Fact::Unknown(denied("cloudformation:DescribeStacks")),
        month: Fact::Unknown(denied("cloudwatch:GetMetricData")),
        observed: &blind,
    });

    let bare = not_attached();
    let nothing =
        status(&Seen { function: Fact::Absent, times: Fact::Absent, month: Fact::Absent, observed: &bare });
    vec![("attached", attached), ("drifted", drifted), ("denied", denied), ("not_attached", nothing)]
}
