//! `detach`: takes out exactly what `attach` put in.
//!
//! A document that nobody changed since is put back as it was before; one that somebody changed keeps their
//! changes and loses our part only.

use super::before::target;
use super::journal::{make_up, stale};
use super::{Action, JournalStep, Plan, Refusal, edge, notification, our_stack, website};
use crate::desired::our_edge;
use crate::journal::Journal;
use crate::observe::Observed;
use crate::plan::action;
use crate::{names, stack};
use imgdeploy_model::document::{Ours, distribution, policy, website as website_document};
use imgdeploy_world::Fact;

/// Plans a detach. `derived`: the keys to delete as well, if that was asked for.
pub fn detach(seen: &Observed, prefix: &str, derived: Vec<String>) -> Plan {
    let mut plan = Plan::new(&seen.bucket, &seen.caller.account, &seen.region).by(&seen.caller);
    if our_stack::is_its_bucket(&mut plan, seen, "imgdeploy down") {
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
    let prefix = journal.map_or(prefix, |journal| journal.prefix.as_str());

    notification::take_out(&mut plan, seen, journal);
    take_website(&mut plan, seen, journal);
    take_distribution(&mut plan, seen, journal, prefix);
    take_policy(&mut plan, seen, journal, prefix);
    restore_public_access(&mut plan, seen, journal);
    if !derived.is_empty() {
        plan.actions.push(Action::DeleteDerived(action::DeleteDerived {
            bucket: seen.bucket.clone(),
            keys: derived,
        }));
    }
    match &seen.stack {
        Fact::Known(stack) if stack.is_ours(&seen.bucket) => plan
            .actions
            .push(Action::DeleteStack(action::DeleteStack { name: stack::stack_name(&seen.bucket) })),
        Fact::Known(_) => plan.note(format!(
            "the stack {} was not made by imgdeploy and stays",
            stack::stack_name(&seen.bucket)
        )),
        Fact::Absent => {}
        Fact::Unknown(why) => plan.unseen.push(why.clone()),
    }
    if let Fact::Known((current, etag)) = &seen.artifacts.journal {
        let current = Box::new(Journal { stale: stale(&plan), ..current.clone() });
        plan.journal = JournalStep::Forget { replaces: etag.clone(), current };
    }
    if !plan.is_empty() {
        plan.note(format!(
            "the artifacts bucket {} stays: other buckets of this account and region may use it",
            seen.artifacts.bucket
        ));
    }
    plan
}

fn take_website(plan: &mut Plan, seen: &Observed, journal: Option<&Journal>) {
    let current = match &seen.website {
        Fact::Known(xml) => xml,
        Fact::Absent => return,
        Fact::Unknown(why) => return plan.unseen.push(why.clone()),
    };
    let recorded = journal.and_then(|journal| journal.website.as_ref());
    let our_hosts = website::our_hosts(seen, journal);
    let stripped = match website_document::strip(current, &our_hosts) {
        Ok(stripped) => stripped,
        Err(error) => return unreadable(plan, "website configuration", &error),
    };
    if let Some(after) = target(Ours::Website(&our_hosts), current, recorded, stripped) {
        plan.actions.push(Action::Website(action::Website {
            bucket: seen.bucket.clone(),
            before: Some(current.clone()),
            after,
            our_hosts,
            unknown_api_host: None,
        }));
    }
}

fn take_distribution(plan: &mut Plan, seen: &Observed, journal: Option<&Journal>, prefix: &str) {
    let Some(edge) = &seen.edge else { return };
    let current = match &edge.document {
        Fact::Known(document) => document,
        Fact::Absent => return plan.note(format!("the distribution {} is gone", edge.id)),
        Fact::Unknown(why) => return plan.unseen.push(why.clone()),
    };
    let recorded =
        journal.and_then(|journal| journal.distribution.as_ref()).filter(|recorded| recorded.id == edge.id);
    let our_patterns = edge::our_patterns(edge, journal, &names::path_pattern(prefix));
    let owned = edge::owned_patterns(edge, journal);
    let ours = our_edge(&seen.bucket, &seen.region, prefix, owned);
    let stripped = match distribution::strip(&current.xml, &ours) {
        Ok(stripped) => stripped,
        Err(error) => return unreadable(plan, "distribution", &error),
    };
    let guarded = our_edge(&seen.bucket, &seen.region, prefix, our_patterns.clone());
    let guarded = Ours::Distribution(&guarded);
    let after = target(guarded, &current.xml, recorded.map(|one| &one.edit), stripped);
    if let Some(Some(after)) = after {
        plan.actions.push(Action::Distribution(action::Distribution {
            id: edge.id.clone(),
            etag: current.etag.clone(),
            before: current.xml.clone(),
            after,
            our_patterns,
        }));
        plan.actions.push(Action::Invalidate(action::Invalidate {
            id: edge.id.clone(),
            path: format!("/{prefix}*"),
        }));
    }
    make_up(plan, journal, &edge.id);
}

fn take_policy(plan: &mut Plan, seen: &Observed, journal: Option<&Journal>, prefix: &str) {
    let current = match &seen.policy {
        Fact::Known(text) => text,
        Fact::Absent => return,
        Fact::Unknown(why) => return plan.unseen.push(why.clone()),
    };
    let recorded = journal.and_then(|journal| journal.policy.as_ref());
    let stripped = match policy::strip(current) {
        Ok(stripped) => stripped,
        Err(error) => return unreadable(plan, "bucket policy", &error),
    };
    let after = target(Ours::Policy, current, recorded, stripped);
    if let Some(after) = after {
        plan.actions.push(Action::Policy(action::Policy {
            bucket: seen.bucket.clone(),
            before: Some(current.clone()),
            after,
        }));
        plan.note(format!(
            "objects under `{prefix}` are readable by everyone no longer, unless another statement says so"
        ));
    }
}

/// The flags go back only if they are as we left them.
fn restore_public_access(plan: &mut Plan, seen: &Observed, journal: Option<&Journal>) {
    let Some(edit) = journal.and_then(|journal| journal.public_access_block.as_ref()) else { return };
    let Some(before) = edit.before else { return };
    match &seen.public_access_block {
        Fact::Known(current) if *current == edit.after => {
            plan.actions.push(Action::PublicAccessBlock(action::PublicAccessBlock {
                bucket: seen.bucket.clone(),
                before: Some(*current),
                after: before,
            }))
        }
        Fact::Known(current) if *current == before => {}
        Fact::Known(_) | Fact::Absent => {
            plan.note("the public access block was changed by somebody else since and stays as it is");
        }
        Fact::Unknown(why) => plan.unseen.push(why.clone()),
    }
}

fn unreadable(plan: &mut Plan, what: &str, error: &dyn std::fmt::Display) {
    plan.refusals.push(Refusal::protect(
        format!("the {what} cannot be read: {error}"),
        "take imgdeploy's part out by hand; the journal in the artifacts bucket has the original",
    ));
}
