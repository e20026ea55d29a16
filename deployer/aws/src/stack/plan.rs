//! Compares the stack that is wanted with the stack that is there. Pure: no call, no clock.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::observe::StackSeen;
use super::secrets::Secrets;
use super::status::Standing;

/// Tag that says whose stack it is: the bucket's name. A stack without it is not ours.
pub const TAG_BUCKET: &str = "imgdeploy:bucket";
/// Tag with the version of the tool that last changed the stack. On its own it is no reason for a change.
pub const TAG_VERSION: &str = "imgdeploy:version";

/// The stack that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredStack {
    /// The stack's name, from [`super::stack_name`].
    pub name: String,
    /// The template, rendered.
    pub template_body: String,
    /// A value for every parameter of the template but its secrets.
    pub parameters: BTreeMap<String, String>,
    /// Values of the parameters that nobody is to see. They are compared by the template, whose digest has them.
    #[serde(skip)]
    pub secrets: Secrets,
    /// Our tags: [`TAG_BUCKET`], [`TAG_VERSION`] and what the user gave. Tags that others put on the stack are kept.
    pub tags: BTreeMap<String, String>,
    /// ARN of the role with whose rights CloudFormation works. `None`: the role that the stack was last worked on with, else
    /// the caller's rights. It is no part of what the stack is, so another role alone is no change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

impl DesiredStack {
    /// The same stack, made with the rights of the role with this ARN.
    #[must_use]
    pub fn by(self, role: Option<String>) -> Self {
        Self { role, ..self }
    }
}

/// A value that differs; `None` is "not there".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterChange {
    /// Parameter or tag.
    pub name: String,
    /// Value now.
    pub old: Option<String>,
    /// Value wanted.
    pub new: Option<String>,
}

/// What differs between a stack that can be updated and the wanted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The stack's ARN.
    pub id: String,
    /// Parameters that differ, by name.
    pub parameters: Vec<ParameterChange>,
    /// Whether the template differs in more than comments and layout.
    pub template_changed: bool,
    /// Tags of ours that differ, by name.
    pub tags: Vec<ParameterChange>,
    /// All tags to send: ours and those of others, which an update without them would take away.
    pub all_tags: BTreeMap<String, String>,
}

/// What is to be done with the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum StackPlan {
    /// The stack is as wanted.
    Nothing,
    /// There is no stack.
    Create,
    /// There is the shell of a stack whose change set was never executed (`REVIEW_IN_PROGRESS`, CN-03). A new change set is made
    /// in it; deleting it first could hit a stack that another run is creating from it at this moment.
    CreateInShell {
        /// The shell's ARN.
        id: String,
    },
    /// The stack is there and differs.
    Update(Difference),
    /// The stack can't be updated any more and holds nothing that works (CN-03).
    DeleteThenCreate {
        /// ARN of the stack to delete: by name, a stack made meanwhile by another run could be hit.
        id: String,
        /// Why, for the user.
        why: String,
    },
    /// A rollback got stuck (CN-04), or a failed update was not rolled back: that is finished first.
    ContinueRollbackThenUpdate {
        /// The status it is stuck in.
        status: String,
        /// What differs. Seen from the stuck state, hence only a preview of the update.
        difference: Difference,
    },
    /// An operation is under way: wait with [`super::wait_stable`], then observe and plan again.
    Wait {
        /// CloudFormation's status.
        status: String,
    },
    /// Nothing may be done.
    Refused {
        /// Why, for the user.
        why: String,
    },
}

impl StackPlan {
    /// Whether the stack is as wanted.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}

/// What to do so that the stack is as `desired`.
pub fn plan(desired: &DesiredStack, seen: Option<&StackSeen>) -> StackPlan {
    let Some(seen) = seen else {
        return StackPlan::Create;
    };
    let standing = Standing::of(&seen.status);
    if standing == Standing::Gone {
        return StackPlan::Create;
    }
    if let Some(why) = foreign(desired, seen, standing) {
        return StackPlan::Refused { why };
    }
    match standing {
        Standing::Gone => StackPlan::Create,
        Standing::Review => StackPlan::CreateInShell { id: seen.id.clone() },
        Standing::Moving => StackPlan::Wait { status: seen.status.clone() },
        Standing::Dead if seen.termination_protection => StackPlan::Refused {
            why: format!(
                "it is in {}, from which it can only be deleted, and is protected against deletion",
                seen.status
            ),
        },
        Standing::Dead => StackPlan::DeleteThenCreate { id: seen.id.clone(), why: why_dead(seen) },
        Standing::RollbackStuck | Standing::UpdateFailed => StackPlan::ContinueRollbackThenUpdate {
            status: seen.status.clone(),
            difference: difference(desired, seen),
        },
        Standing::Steady => {
            let difference = difference(desired, seen);
            if difference.is_empty() { StackPlan::Nothing } else { StackPlan::Update(difference) }
        }
        Standing::Unknown => {
            StackPlan::Refused { why: format!("this tool does not know its status {}", seen.status) }
        }
    }
}

/// Why the stack is not ours, if it is not.
fn foreign(desired: &DesiredStack, seen: &StackSeen, standing: Standing) -> Option<String> {
    // The shell of a stack may show no tags yet [unverified]. It holds nothing, and the change sets in it are looked at before
    // one is added.
    if standing == Standing::Review && seen.tags.is_empty() {
        return None;
    }
    let ours = desired.tags.get(TAG_BUCKET);
    match seen.tags.get(TAG_BUCKET) {
        // Under the other's template the bucket would go from the stack, or be made a second time.
        Some(bucket) if Some(bucket) == ours => match (seen.has_bucket(), desired.has_bucket()) {
            (true, false) => Some("it was made by `imgdeploy up` and has the bucket in it".to_owned()),
            (false, true) => Some("it was made by `imgdeploy attach`, without the bucket in it".to_owned()),
            (true, true) | (false, false) => None,
        },
        Some(bucket) => Some(format!("it belongs to bucket {bucket} (tag {TAG_BUCKET})")),
        None => {
            Some(format!("it has no tag {TAG_BUCKET}, so it was not made by this tool; rename or remove it"))
        }
    }
}

fn why_dead(seen: &StackSeen) -> String {
    let what = match seen.status.as_str() {
        "DELETE_FAILED" => "its deletion failed half-way",
        _ => "its creation failed",
    };
    match &seen.status_reason {
        Some(reason) => format!("{what} ({}: {reason}); such a stack can only be deleted", seen.status),
        None => format!("{what} ({}); such a stack can only be deleted", seen.status),
    }
}

fn difference(desired: &DesiredStack, seen: &StackSeen) -> Difference {
    let mut all_tags = seen.tags.clone();
    all_tags.extend(desired.tags.clone());
    // CloudFormation shows `****` for them.
    let mut shown = seen.parameters.clone();
    shown.retain(|name, _| !desired.secrets.has(name));
    Difference {
        id: seen.id.clone(),
        parameters: changes(&desired.parameters, &shown, true),
        template_changed: !seen
            .template
            .as_deref()
            .is_some_and(|template| same_template(template, &desired.template_body)),
        tags: changes(&desired.tags, &seen.tags, false),
        all_tags,
    }
}

impl Difference {
    /// Whether there is nothing to deploy; another tool version alone is nothing.
    fn is_empty(&self) -> bool {
        self.parameters.is_empty()
            && !self.template_changed
            && self.tags.iter().all(|tag| tag.name == TAG_VERSION)
    }
}

fn changes(
    new: &BTreeMap<String, String>,
    old: &BTreeMap<String, String>,
    with_removed: bool,
) -> Vec<ParameterChange> {
    let names: BTreeSet<&String> =
        if with_removed { new.keys().chain(old.keys()).collect() } else { new.keys().collect() };
    names
        .into_iter()
        .filter(|name| new.get(*name) != old.get(*name))
        .map(|name| ParameterChange {
            name: name.clone(),
            old: old.get(name).cloned(),
            new: new.get(name).cloned(),
        })
        .collect()
}

/// Whether two templates say the same: equal texts, or equal once parsed (layout, comments and JSON against YAML don't count).
/// A template that doesn't parse equals only itself.
pub fn same_template(a: &str, b: &str) -> bool {
    let parse = |text: &str| serde_yaml::from_str::<serde_yaml::Value>(text);
    a == b || matches!((parse(a), parse(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
