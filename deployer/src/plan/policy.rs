//! Our statement in the bucket policy.

use crate::plan::action;
use imgdeploy_model::document::policy::{self, PolicyError};

use super::{Action, Plan, Refusal};
use crate::desired::Desired;
use crate::observe::Observed;
use imgdeploy_world::Fact;

/// Plans the policy. Returns the document as it will be, for the journal.
pub fn plan(plan: &mut Plan, desired: &Desired, seen: &Observed) -> Option<String> {
    let current = match &seen.policy {
        Fact::Known(text) => Some(text.as_str()),
        Fact::Absent => None,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return None;
        }
    };
    let access = desired.access();
    if let Some(text) = current {
        for hit in policy::denies(text, &access).unwrap_or_default() {
            if !hit.certain {
                plan.warn(format!(
                    "the bucket policy's statement {} may deny what viewers need: {}",
                    name(hit.sid.as_deref(), hit.index),
                    hit.why
                ));
                continue;
            }
            plan.refusals.push(Refusal::protect(
                format!(
                    "the bucket policy's statement {} denies what viewers need: {}",
                    name(hit.sid.as_deref(), hit.index),
                    hit.why
                ),
                "except the derived prefix from that statement, or remove it; imgdeploy does not touch it",
            ));
        }
        for hit in policy::public_writes(text).unwrap_or_default() {
            plan.warn(format!(
                "the bucket policy's statement {} lets everyone do {}{}: anybody may overwrite or delete images; \
                 imgdeploy leaves it alone, you should not",
                name(hit.sid.as_deref(), hit.index),
                hit.actions.join(", "),
                if hit.conditional { " under conditions" } else { "" },
            ));
        }
    }
    match policy::merge(current, &access) {
        Ok(after) => {
            if current != Some(after.as_str()) {
                plan.actions.push(Action::Policy(action::Policy {
                    bucket: desired.site.bucket.to_string(),
                    before: current.map(ToOwned::to_owned),
                    after: Some(after.clone()),
                }));
            }
            Some(after)
        }
        Err(error) => {
            plan.refusals.push(refusal(&error));
            None
        }
    }
}

/// How to call a statement: by its `Sid`, or its position from 0.
fn name(sid: Option<&str>, index: usize) -> String {
    sid.map_or_else(|| format!("number {}", index + 1), |sid| format!("`{sid}`"))
}

fn refusal(error: &PolicyError) -> Refusal {
    Refusal::protect(
        format!("the bucket policy cannot be extended: {error}"),
        "shorten or mend the policy (`aws s3api get-bucket-policy --bucket BUCKET` shows it), then run this again",
    )
}
