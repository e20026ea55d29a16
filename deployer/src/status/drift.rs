//! Whether the documents that `attach` edited are as it left them. Pure.

use imgdeploy_model::document::{
    self, DocumentKind, distribution, notification, policy, website as website_document,
};
use imgdeploy_model::region::Partition;
use serde::Serialize;

use crate::desired::{our_access, our_edge, our_rules};
use crate::journal::Journal;
use crate::observe::Observed;
use crate::plan::{our_hosts, owned_patterns};
use imgdeploy_world::{AwsFailure, Fact};

/// One document and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// `policy`, `website`, `notification`, `distribution` or `public_access_block`.
    pub document: &'static str,
    /// What became of it.
    pub finding: Finding,
    /// Why nobody could look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<AwsFailure>,
}

/// What became of a document since `attach` wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// As `attach` left it.
    AsLeft,
    /// Somebody else changed it; our part is as it should be.
    ChangedElsewhere,
    /// Our part was changed or is gone: `attach` would put it right.
    OursChanged,
    /// The document itself is gone: `attach` would make it again.
    Gone,
    /// It could not be read.
    Unknown,
}

impl Finding {
    /// Whether `attach` would change something.
    pub fn is_drift(self) -> bool {
        matches!(self, Self::OursChanged | Self::Gone)
    }
}

/// Every document that the journal knows, beside what is there now.
pub fn documents(seen: &Observed, journal: &Journal) -> Vec<Document> {
    let mut found = Vec::new();
    let mut add = |document, finding: Result<Finding, AwsFailure>| {
        let (finding, why) = match finding {
            Ok(finding) => (finding, None),
            Err(why) => (Finding::Unknown, Some(why)),
        };
        found.push(Document { document, finding, why });
    };
    if let Some(edit) = &journal.policy {
        let access = our_access(&seen.bucket, &journal.prefix, Partition::of_region(&seen.region));
        let intact = |current: &str| {
            policy::merge(Some(current), &access)
                .is_ok_and(|merged| document::same(DocumentKind::Policy, current, &merged))
        };
        add("policy", compare(DocumentKind::Policy, &seen.policy, &edit.after, intact));
    }
    if let Some(edit) = &journal.website {
        let intact = |current: &str| website_intact(seen, journal, current);
        add("website", compare(DocumentKind::Website, &seen.website, &edit.after, intact));
    }
    if let Some(edit) = &journal.notification {
        let intact = |current: &str| notification_intact(current, &edit.after);
        add("notification", compare(DocumentKind::Notification, &seen.notification, &edit.after, intact));
    }
    if let Some(recorded) = &journal.distribution {
        let edge = seen.edge.as_ref().filter(|edge| edge.id == recorded.id);
        let current = edge.map(|edge| edge.document.clone().map(|document| document.xml));
        let intact = |current: &str| {
            let owned = edge.map(|edge| owned_patterns(edge, Some(journal))).unwrap_or_default();
            let ours = our_edge(&seen.bucket, &seen.region, &journal.prefix, owned);
            distribution::merge(current, &ours)
                .is_ok_and(|merged| document::same(DocumentKind::Distribution, current, &merged.document))
        };
        let finding = match &current {
            Some(current) => compare(DocumentKind::Distribution, current, &recorded.edit.after, intact),
            None => Err(AwsFailure::local(
                "imgdeploy",
                format!("another distribution than {} was looked at", recorded.id),
            )),
        };
        add("distribution", finding);
    }
    if let Some(edit) = &journal.public_access_block {
        let opened = |block: &crate::aws::read::PublicAccessBlock| {
            !block.block_public_policy && !block.restrict_public_buckets
        };
        let finding = match &seen.public_access_block {
            Fact::Known(block) if *block == edit.after => Ok(Finding::AsLeft),
            Fact::Known(block) if opened(block) => Ok(Finding::ChangedElsewhere),
            Fact::Known(_) => Ok(Finding::OursChanged),
            // Without any block nothing is blocked.
            Fact::Absent => Ok(Finding::ChangedElsewhere),
            Fact::Unknown(why) => Err(why.clone()),
        };
        add("public_access_block", finding);
    }
    found
}

fn compare(
    kind: DocumentKind,
    current: &Fact<String>,
    after: &str,
    intact: impl FnOnce(&str) -> bool,
) -> Result<Finding, AwsFailure> {
    match current {
        Fact::Known(current) if document::same(kind, current, after) => Ok(Finding::AsLeft),
        Fact::Known(current) if intact(current) => Ok(Finding::ChangedElsewhere),
        Fact::Known(_) => Ok(Finding::OursChanged),
        Fact::Absent => Ok(Finding::Gone),
        Fact::Unknown(why) => Err(why.clone()),
    }
}

/// Whether our entries are those that were written.
fn notification_intact(current: &str, after: &str) -> bool {
    let Ok(Some(ours)) = notification::ours(after) else { return false };
    notification::merge(Some(current), &ours).is_ok_and(|merged| merged.document == current)
}

/// Whether merging our rules into the website would change nothing.
fn website_intact(seen: &Observed, journal: &Journal, current: &str) -> bool {
    let hosts = our_hosts(seen, Some(journal));
    let Some(host) = hosts.first() else { return false };
    let redirect = seen
        .stack
        .known()
        .and_then(|stack| stack.parameters.get("RedirectCode"))
        .and_then(|code| code.parse().ok())
        .unwrap_or(307);
    website_document::merge(Some(current), &our_rules(&journal.prefix, redirect, host, &hosts))
        .is_ok_and(|merged| document::same(DocumentKind::Website, current, &merged.document))
}
