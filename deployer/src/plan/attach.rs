//! `attach`: what has to change so that the bucket's missing derived images are made on demand.
//!
//! The order of the changes is what keeps a live site whole: the stack first (nobody calls it yet), then the
//! permission to read derived objects, then the distribution (so that it never caches a redirect, CF-02), and
//! the routing rules, which switch everything on, last.

use crate::plan::action;
use imgdeploy_model::document::{
    self, DocumentKind as Kind, distribution, policy as policy_document, website as website_document,
};
use imgdeploy_model::region;

use super::function_rights;
use super::journal::{make_up, next_edit, stale};
use super::our_stack::{is_its_bucket, stack_inputs};
use super::predict::{self, Planned};
use super::{
    Action, JournalStep, Plan, Refusal, artifacts, code, edge, notes, notification, policy, public_access,
    website,
};
use crate::aws::read::PublicAccessBlock;
use crate::desired::code::Code;
use crate::desired::{Desired, unknown_api_host};
use crate::journal::{DistributionEdit, Edit, Journal, State};
use crate::observe::Observed;
use crate::stack::{self, DesiredStack, StackPlan};
use imgdeploy_world::Fact;

/// Plans an attach. Applying is allowed only while `refusals` and `unseen` are empty.
pub fn attach(desired: &Desired, seen: &Observed) -> Plan {
    let mut plan =
        Plan::new(desired.site.bucket.as_str(), &desired.account, &desired.region).by(&seen.caller);
    if is_its_bucket(&mut plan, seen, "imgdeploy up") {
        return plan;
    }
    if let Fact::Unknown(why) = &seen.owned {
        plan.unseen.push(why.clone());
    }
    let journal = match &seen.artifacts.journal {
        Fact::Known((journal, _)) => Some(journal),
        Fact::Absent => None,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return plan;
        }
    };
    same_distribution(&mut plan, desired, seen, journal);
    if desired.partition == region::Partition::AwsUsGov && seen.edge.is_some() {
        plan.warn(format!("there is no CloudFront in the partition of {}", desired.region));
    }

    let upload = desired.code.kept.is_none().then_some(&desired.artifact);
    artifacts::plan(&mut plan, desired, &seen.artifacts, upload);
    let keeps_api = plan_stack(&mut plan, desired, seen);
    edit(&mut plan, desired, seen, journal, Stack { keeps_api, whole: true });
    notes::add(&mut plan, desired, seen);
    plan
}

/// The documents alone, for a stack that is there: what `doctor --fix` mends.
pub(super) fn documents(plan: &mut Plan, desired: &Desired, seen: &Observed) {
    let journal = match &seen.artifacts.journal {
        Fact::Known((journal, _)) => Some(journal),
        Fact::Absent => None,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return;
        }
    };
    same_distribution(plan, desired, seen, journal);
    edit(plan, desired, seen, journal, Stack { keeps_api: true, whole: false });
}

/// What is planned around the documents.
#[derive(Clone, Copy)]
struct Stack {
    /// The stack keeps the API (and the queue) that it has.
    keeps_api: bool,
    /// All that is wanted is known, so that what is not wanted goes.
    whole: bool,
}

/// Plans the edits of the bucket's and the distribution's documents, and what the journal will say of them.
fn edit(plan: &mut Plan, desired: &Desired, seen: &Observed, journal: Option<&Journal>, stack: Stack) {
    let keeps_api = stack.keeps_api;
    public_access::plan(plan, desired, seen);
    let policy_after = policy::plan(plan, desired, seen);
    function_rights::plan(plan, desired, seen);
    let edge_after = edge::plan(plan, desired, seen, journal);
    let website_after = website::plan(plan, desired, seen, journal, keeps_api);
    let notification_after = if stack.whole {
        notification::plan(plan, desired, seen, journal, keeps_api)
    } else {
        notification::After::AsRecorded
    };
    invalidate(plan, desired);
    if let Some(edge) = seen.edge.as_ref().filter(|edge| edge.document.known().is_some()) {
        make_up(plan, journal, &edge.id);
    }
    repairs(plan, desired, seen, journal);
    if let (Some(policy), Some(website)) = (&policy_after, &website_after) {
        let host = website::api_host(seen).filter(|_| keeps_api);
        let planned = Planned {
            policy: Some(policy.as_str()),
            website: Some(website.as_str()),
            distribution: edge_after.as_deref(),
            block: block_after(plan, seen),
            api_host: &host.unwrap_or_else(|| unknown_api_host(&desired.region)),
        };
        predict::predict(plan, desired, seen, &planned);
    }

    let mut next = journal
        .cloned()
        .unwrap_or_else(|| Journal::new(desired.site.bucket.as_str(), desired.site.prefix.as_str()));
    next.prefix = desired.site.prefix.to_string();
    next.stale = stale(plan);
    record_host(&mut next, plan, desired, seen);
    record_public_access(&mut next, plan);
    if let Some(after) = policy_after {
        let strip = |text: &str| stripped(policy_document::strip(text).ok(), text);
        let same = |a: &str, b: &str| document::same(Kind::Policy, a, b);
        next.policy = Some(next_edit(
            seen.policy.known().map(String::as_str),
            &after,
            next.policy.as_ref(),
            strip,
            same,
        ));
    }
    if let Some(after) = website_after {
        let hosts = website::our_hosts(seen, journal);
        let strip = |text: &str| stripped(website_document::strip(text, &hosts).ok(), text);
        let same = |a: &str, b: &str| document::same(Kind::Website, a, b);
        next.website = Some(next_edit(
            seen.website.known().map(String::as_str),
            &after,
            next.website.as_ref(),
            strip,
            same,
        ));
    }
    match notification_after {
        notification::After::AsRecorded => {}
        notification::After::Nothing => next.notification = None,
        notification::After::Document(after) => {
            let strip = |text: &str| Some(notification::without_ours(text));
            let same = |a: &str, b: &str| document::same(Kind::Notification, a, b);
            let current = seen.notification.known().map(String::as_str);
            next.notification = Some(next_edit(current, &after, next.notification.as_ref(), strip, same));
        }
    }
    if let (Some(after), Some(edge)) = (edge_after, &seen.edge) {
        let ours = desired.edge(edge::our_patterns(edge, journal, &edge::pattern(desired)));
        let strip = |text: &str| stripped(distribution::strip(text, &ours).ok(), text);
        let same = |a: &str, b: &str| document::same(Kind::Distribution, a, b);
        let current = edge.document.known().map(|document| document.xml.as_str());
        let recorded = next.distribution.as_ref().map(|recorded| &recorded.edit);
        let edit = next_edit(current, &after, recorded, strip, same);
        next.distribution =
            Some(DistributionEdit { id: edge.id.clone(), path_pattern: edge::pattern(desired), edit });
    }
    plan.journal = journal_step(plan, seen, next);
}

/// The public access block as the plan leaves it.
fn block_after(plan: &Plan, seen: &Observed) -> PublicAccessBlock {
    let changed = plan.actions.iter().find_map(|action| match action {
        Action::PublicAccessBlock(action::PublicAccessBlock { after, .. }) => Some(*after),
        _ => None,
    });
    changed.or_else(|| seen.public_access_block.known().copied()).unwrap_or_default()
}

/// A bucket is attached to one distribution at a time: the journal must not forget the first one's edit.
fn same_distribution(plan: &mut Plan, desired: &Desired, seen: &Observed, journal: Option<&Journal>) {
    let Some(recorded) = journal.and_then(|journal| journal.distribution.as_ref()) else { return };
    if seen.edge.as_ref().is_none_or(|edge| edge.id != recorded.id) {
        plan.refusals.push(Refusal::protect(
            format!("{} is attached to the distribution {}", desired.site.bucket, recorded.id),
            format!(
                "leave out `--distribution` and `--no-distribution` to keep it, or run \
                 `imgdeploy detach --bucket {}` first",
                desired.site.bucket
            ),
        ));
    }
}

/// Plans the stack. Whether it keeps the API that it has.
fn plan_stack(plan: &mut Plan, desired: &Desired, seen: &Observed) -> bool {
    let seen_stack = match &seen.stack {
        Fact::Known(stack) => Some(stack),
        Fact::Absent => None,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return false;
        }
    };
    let wanted = desired_stack(desired, &desired.code, &seen.artifacts.bucket);
    let step = stack::plan(&wanted, seen_stack);
    if code::stays(plan, desired, seen, &step, |code| desired_stack(desired, code, &seen.artifacts.bucket)) {
        return true;
    }
    match &step {
        StackPlan::Nothing => return true,
        StackPlan::Refused { why } => {
            plan.refusals
                .push(Refusal::protect(why.clone(), "rename or delete that stack, or use another bucket"));
            return false;
        }
        StackPlan::Wait { status } => {
            plan.refusals.push(Refusal::protect(
                format!("the stack {} is {status}: somebody is working on it right now", wanted.name),
                "run this again when that has ended",
            ));
            return false;
        }
        StackPlan::Create
        | StackPlan::CreateInShell { .. }
        | StackPlan::Update(_)
        | StackPlan::DeleteThenCreate { .. }
        | StackPlan::ContinueRollbackThenUpdate { .. } => {}
    }
    let keeps = matches!(step, StackPlan::Update(_) | StackPlan::ContinueRollbackThenUpdate { .. });
    plan.actions.push(Action::Stack(action::Stack { desired: Box::new(wanted), plan: step }));
    keeps
}

/// The stack with its parameters.
pub fn desired_stack(desired: &Desired, code: &Code, artifacts_bucket: &str) -> DesiredStack {
    let role = desired.site.access.stack_role.as_ref().map(ToString::to_string);
    stack_inputs(desired, code, artifacts_bucket).desired(env!("CARGO_PKG_VERSION")).by(role)
}

/// After a change of distribution or rules, what was cached under our paths is stale (CF-07).
fn invalidate(plan: &mut Plan, desired: &Desired) {
    let Some(id) = plan.actions.iter().find_map(|action| match action {
        Action::Distribution(action::Distribution { id, .. }) => Some(id.clone()),
        _ => None,
    }) else {
        return;
    };
    plan.actions.push(Action::Invalidate(action::Invalidate { id, path: edge::invalidated(desired) }));
}

/// Says where our own part was changed by hand since the last run.
fn repairs(plan: &mut Plan, desired: &Desired, seen: &Observed, journal: Option<&Journal>) {
    let Some(journal) = journal.filter(|journal| journal.state == State::Done) else { return };
    let mut found = Vec::new();
    for action in &plan.actions {
        let (what, kind, before, recorded) = match action {
            Action::Policy(action::Policy { before, .. }) => (
                "our statement in the bucket policy",
                Kind::Policy,
                before.as_deref(),
                journal.policy.as_ref().map(|edit| &edit.after),
            ),
            Action::Website(action::Website { before, .. }) => (
                "our routing rules",
                Kind::Website,
                before.as_deref(),
                journal.website.as_ref().map(|edit| &edit.after),
            ),
            Action::Notification(action::Notification { before, .. }) if desired.on_upload.is_some() => (
                "our part of the notification configuration",
                Kind::Notification,
                before.as_deref(),
                journal.notification.as_ref().map(|edit| &edit.after),
            ),
            Action::Distribution(action::Distribution { before, .. }) => (
                "our behaviour or origin in the distribution",
                Kind::Distribution,
                Some(before.as_str()),
                journal.distribution.as_ref().map(|recorded| &recorded.edit.after),
            ),
            _ => continue,
        };
        let changed =
            recorded.is_some_and(|after| before.is_none_or(|before| !document::same(kind, before, after)));
        if changed {
            found.push(format!(
                "{what} was changed by somebody else since the last run and is put right again"
            ));
        }
    }
    if seen.stack == Fact::Absent {
        found.push("the stack was deleted by somebody else since the last run and is made again".to_owned());
    }
    for text in found {
        plan.warn(text);
    }
}

/// The newest API host goes first; older ones are kept, as rules naming them are ours too.
fn record_host(next: &mut Journal, plan: &Plan, desired: &Desired, seen: &Observed) {
    let unknown = plan
        .actions
        .iter()
        .any(|action| matches!(action, Action::Website(action::Website { unknown_api_host: Some(_), .. })));
    let host = if unknown { Some(unknown_api_host(&desired.region)) } else { website::api_host(seen) };
    if let Some(host) = host {
        next.api_hosts.retain(|known| *known != host);
        next.api_hosts.insert(0, host);
    }
}

fn record_public_access(next: &mut Journal, plan: &Plan) {
    let change = plan.actions.iter().find_map(|action| match action {
        Action::PublicAccessBlock(action::PublicAccessBlock { before, after, .. }) => Some((*before, *after)),
        _ => None,
    });
    let Some((before, after)) = change else { return };
    let first = next
        .public_access_block
        .as_ref()
        .filter(|recorded| before == Some(recorded.after) || before == recorded.before)
        .map_or(before, |recorded| recorded.before);
    next.public_access_block = Some(Edit { before: first, after });
}

fn journal_step(plan: &Plan, seen: &Observed, next: Journal) -> JournalStep {
    match &seen.artifacts.journal {
        Fact::Known((current, etag)) => {
            let closed = current.state == State::Done && current.same_contents(&next);
            if plan.actions.is_empty() && closed {
                JournalStep::Keep
            } else {
                JournalStep::Record { next: Box::new(next), replaces: Some(etag.clone()) }
            }
        }
        Fact::Absent | Fact::Unknown(_) => JournalStep::Record { next: Box::new(next), replaces: None },
    }
}

/// What is left without our part.
fn stripped(result: Option<document::Stripped>, current: &str) -> Option<String> {
    match result {
        Some(document::Stripped::Document(text)) => Some(text),
        Some(document::Stripped::Nothing) => None,
        Some(document::Stripped::Unchanged) | None => Some(current.to_owned()),
    }
}
