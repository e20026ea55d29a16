//! Our entries in the notification configuration: the bucket tells our queue of new originals.

use crate::plan::action;
use imgdeploy_model::document::notification::{self, NotificationError, OurEntries};
use imgdeploy_model::document::{Ours, Stripped};

use super::before::target;
use super::{Action, Plan, Refusal};
use crate::aws::stack::OUTPUT_QUEUE;
use crate::desired::{Desired, unknown_queue};
use crate::journal::Journal;
use crate::observe::Observed;
use imgdeploy_world::Fact;

/// What the journal will say of the configuration.
pub(super) enum After {
    /// What it says now.
    AsRecorded,
    /// That it is this, with our entries.
    Document(String),
    /// Nothing: our entries are out again.
    Nothing,
}

/// Plans the entries, or takes them out again if they are not wanted any more. Where they were never wanted, the configuration is
/// not even looked at. `keeps_stack`: the queue stays the one that the stack says.
pub(super) fn plan(
    plan: &mut Plan,
    desired: &Desired,
    seen: &Observed,
    journal: Option<&Journal>,
    keeps_stack: bool,
) -> After {
    let Some(wanted) = &desired.on_upload else {
        return match take_out(plan, seen, journal) {
            true => After::Nothing,
            false => After::AsRecorded,
        };
    };
    let current = match &seen.notification {
        Fact::Known(xml) => Some(xml.as_str()),
        Fact::Absent => None,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return After::AsRecorded;
        }
    };
    let outputs = seen.stack.known().map(|stack| &stack.outputs);
    let known = outputs.and_then(|outputs| outputs.get(OUTPUT_QUEUE)).filter(|_| keeps_stack);
    let queue = known.cloned().unwrap_or_else(|| unknown_queue(&desired.region, &desired.account));
    let entries = OurEntries { queue: queue.clone(), filters: wanted.filters.clone() };
    match notification::merge(current, &entries) {
        Ok(merged) => {
            if let Some(repaired) = merged.repaired {
                plan.note(format!("our notifications are written anew: {repaired}"));
            }
            if current != Some(merged.document.as_str()) {
                plan.actions.push(Action::Notification(action::Notification {
                    bucket: desired.site.bucket.to_string(),
                    before: current.map(ToOwned::to_owned),
                    after: merged.document.clone(),
                    unknown_queue: known.is_none().then_some(queue),
                }));
            }
            After::Document(merged.document)
        }
        Err(error) => {
            let hint = match &error {
                NotificationError::Overlaps(_) | NotificationError::OwnOverlap { .. } => {
                    "choose other prefixes or suffixes; imgdeploy does not touch the notifications of others"
                }
                NotificationError::Xml(_) | NotificationError::TooMany { .. } => {
                    "`aws s3api get-bucket-notification-configuration --bucket BUCKET` shows it"
                }
            };
            let text = format!("the notification configuration cannot be extended: {error}");
            plan.refusals.push(Refusal::protect(text, hint));
            After::AsRecorded
        }
    }
}

/// Takes our entries out. Without an entry in the journal there are none. Whether the journal had one.
pub(super) fn take_out(plan: &mut Plan, seen: &Observed, journal: Option<&Journal>) -> bool {
    let Some(recorded) = journal.and_then(|journal| journal.notification.as_ref()) else { return false };
    let current = match &seen.notification {
        Fact::Known(xml) => xml,
        Fact::Absent => return true,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return true;
        }
    };
    let stripped = match notification::strip(current) {
        Ok(stripped) => stripped,
        Err(error) => {
            plan.refusals.push(Refusal::protect(
                format!("the notification configuration cannot be read: {error}"),
                "take imgdeploy's part out by hand; the journal in the artifacts bucket has the original",
            ));
            return true;
        }
    };
    if let Some(after) = target(Ours::Notification, current, Some(recorded), stripped) {
        plan.actions.push(Action::Notification(action::Notification {
            bucket: seen.bucket.clone(),
            before: Some(current.clone()),
            after: after.unwrap_or_else(|| notification::EMPTY.to_owned()),
            unknown_queue: None,
        }));
    }
    true
}

/// A configuration without our entries, for the journal.
pub(super) fn without_ours(text: &str) -> String {
    match notification::strip(text) {
        Ok(Stripped::Document(rest)) => rest,
        Ok(Stripped::Unchanged) | Err(_) => text.to_owned(),
        Ok(Stripped::Nothing) => notification::EMPTY.to_owned(),
    }
}
