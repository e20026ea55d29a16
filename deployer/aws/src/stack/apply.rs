//! Carries a stack plan out. All changes go by change set, so that they are listed before they are made.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::ChangeSetType;

use super::change_set::{self, ChangeSet};
use super::delete::remove;
use super::error::StackError;
use super::events::{Cursor, Sink, StackEvent};
use super::observe::{describe, observe};
use super::outputs::Outputs;
use super::plan::{DesiredStack, Difference, StackPlan, plan};
use super::status::Standing;
use super::validation::{self, By};
use super::watch::{Ended, Until, watch};

/// See [`StackWrite::apply`](super::StackWrite::apply).
pub(super) async fn apply(
    cfn: &Client,
    desired: &DesiredStack,
    wanted: &StackPlan,
    on_event: Sink<'_>,
) -> Result<Outputs, StackError> {
    if let StackPlan::Refused { why } = wanted {
        return Err(StackError::Refused { stack: desired.name.clone(), why: why.clone() });
    }
    let seen = observe(cfn, &desired.name).await?;
    let now = plan(desired, seen.as_ref());
    if now != *wanted && !now.is_nothing() && !same_creation(&now, wanted) {
        return Err(conflict(desired, &now));
    }
    match &now {
        StackPlan::Nothing => {
            let outputs = seen.map(|s| s.outputs).unwrap_or_default();
            Outputs::from_map(&desired.name, &outputs)
        }
        StackPlan::Create => create(cfn, desired, on_event).await,
        StackPlan::CreateInShell { id } => {
            clear_shell(cfn, id).await?;
            create(cfn, desired, on_event).await
        }
        StackPlan::DeleteThenCreate { id, .. } => {
            remove(cfn, id, desired.role.as_deref(), on_event).await?;
            create(cfn, desired, on_event).await
        }
        StackPlan::Update(difference) => update(cfn, desired, difference, on_event).await,
        StackPlan::ContinueRollbackThenUpdate { status, difference } => {
            unstick(cfn, &difference.id, status, desired.role.as_deref(), on_event).await?;
            update(cfn, desired, difference, on_event).await
        }
        StackPlan::Wait { .. } => Err(conflict(desired, &now)),
        StackPlan::Refused { why } => {
            Err(StackError::Refused { stack: desired.name.clone(), why: why.clone() })
        }
    }
}

/// An absent stack and an empty shell are the same to the user: the second is what a first try leaves behind.
fn same_creation(now: &StackPlan, wanted: &StackPlan) -> bool {
    let creation = |plan: &StackPlan| matches!(plan, StackPlan::Create | StackPlan::CreateInShell { .. });
    creation(now) && creation(wanted)
}

fn conflict(desired: &DesiredStack, now: &StackPlan) -> StackError {
    let what = match now {
        StackPlan::Wait { status } => format!("it is in {status}"),
        StackPlan::Refused { why } => why.clone(),
        _ => "it is no longer as it was when the plan was made".to_owned(),
    };
    StackError::Conflict { stack: desired.name.clone(), what }
}

async fn create(cfn: &Client, desired: &DesiredStack, on_event: Sink<'_>) -> Result<Outputs, StackError> {
    let made = change_set::create(cfn, desired, &desired.name, ChangeSetType::Create, &desired.tags).await;
    let set = match made {
        Ok(Some(set)) => set,
        // A new stack always differs from none.
        Ok(None) => {
            let reason = "CloudFormation finds nothing to create".to_owned();
            return Err(StackError::ChangeSet { stack: desired.name.clone(), reason });
        }
        Err(error @ StackError::ChangeSet { .. }) => {
            drop_shell(cfn, &desired.name, desired.role.as_deref(), on_event).await?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    let ended = run(cfn, &set, Until::OursEndedOrDeleted, on_event).await?;
    finish(cfn, desired, ended, &["CREATE_COMPLETE"], &set.stack_id).await
}

async fn update(
    cfn: &Client,
    desired: &DesiredStack,
    difference: &Difference,
    on_event: Sink<'_>,
) -> Result<Outputs, StackError> {
    let tags: &BTreeMap<String, String> = &difference.all_tags;
    let id = &difference.id;
    let Some(set) = change_set::create(cfn, desired, id, ChangeSetType::Update, tags).await? else {
        // Nothing to change after all (CN-05). No execution will sweep up what earlier runs left, so that is done here.
        for leftover in change_set::leftovers(cfn, id).await?.ours {
            change_set::delete(cfn, &leftover, id).await?;
        }
        let outputs = describe(cfn, id).await?.map(|s| s.outputs).unwrap_or_default();
        return Outputs::from_map(&desired.name, &outputs);
    };
    let ended = run(cfn, &set, Until::OursEnded, on_event).await?;
    finish(cfn, desired, ended, &["UPDATE_COMPLETE"], id).await
}

/// Shows a change set, executes it and waits for the end.
async fn run(cfn: &Client, set: &ChangeSet, until: Until, on_event: Sink<'_>) -> Result<Ended, StackError> {
    on_event(StackEvent::ChangeSet { changes: set.changes.clone() });
    let begun = async {
        let cursor = Cursor::at_end(cfn, &set.stack_id).await?;
        change_set::execute(cfn, set, &cursor).await?;
        Ok(cursor)
    };
    let mut cursor = match begun.await {
        Ok(cursor) => cursor,
        Err(error) => {
            // What was not executed shall not stay. Should it have been, this call does nothing; should it fail as well, the
            // next run sweeps up. The first error is the one to tell.
            let _ = change_set::delete(cfn, &set.id, &set.stack_id).await;
            return Err(error);
        }
    };
    watch(cfn, &set.stack_id, &mut cursor, until, on_event).await
}

/// The outputs if the operation ended well, else the first failure.
async fn finish(
    cfn: &Client,
    desired: &DesiredStack,
    ended: Ended,
    well: &[&str],
    id: &str,
) -> Result<Outputs, StackError> {
    if ended.vanished {
        let what = "another stack has taken its place".to_owned();
        return Err(StackError::Conflict { stack: desired.name.clone(), what });
    }
    match ended.seen {
        Some(seen) if well.contains(&seen.status.as_str()) => Outputs::from_map(&desired.name, &seen.outputs),
        _ => Err(failed(cfn, id, &desired.name, ended.status, ended.failed).await),
    }
}

/// The error for a failed operation, with the details of CloudFormation's own checks where they are what failed.
async fn failed(
    cfn: &Client,
    id: &str,
    stack: &str,
    status: String,
    mut resource: Option<super::FailedResource>,
) -> StackError {
    if let Some(whole) = resource.as_mut().filter(|r| r.resource_type == "AWS::CloudFormation::Stack")
        && let Some(detail) = validation::reasons(cfn, By::Stack(id)).await
    {
        whole.reason = format!("{} {detail}", whole.reason);
    }
    StackError::Failed { stack: stack.to_owned(), status, resource: resource.map(Box::new) }
}

/// Finishes a rollback that got stuck (CN-04). Resources are never skipped: that leaves them as they are, unlike what the stack
/// says of them, which only the user can decide.
async fn unstick(
    cfn: &Client,
    id: &str,
    status: &str,
    role: Option<&str>,
    on_event: Sink<'_>,
) -> Result<(), StackError> {
    let role = role.map(str::to_owned);
    let mut cursor = Cursor::at_end(cfn, id).await?;
    let begun = if Standing::of(status) == Standing::RollbackStuck {
        let call = cfn.continue_update_rollback().stack_name(id).set_role_arn(role).send().await;
        call.map(drop).map_err(|e| StackError::of("ContinueUpdateRollback", id, e))
    } else {
        let call = cfn.rollback_stack().stack_name(id).set_role_arn(role).send().await;
        call.map(drop).map_err(|e| StackError::of("RollbackStack", id, e))
    };
    begun?;
    let ended = watch(cfn, id, &mut cursor, Until::OursEnded, on_event).await?;
    if Standing::of(&ended.status) == Standing::Steady {
        return Ok(());
    }
    Err(failed(cfn, id, id, ended.status, ended.failed).await)
}

/// Takes our unexecuted change sets out of a stack that is nothing else yet.
async fn clear_shell(cfn: &Client, id: &str) -> Result<(), StackError> {
    let found = change_set::leftovers(cfn, id).await?;
    if let Some(name) = found.foreign.first() {
        let why = format!(
            "it only exists as change set {name}, which this tool did not make; execute or delete that first"
        );
        return Err(StackError::Refused { stack: id.to_owned(), why });
    }
    for leftover in found.ours {
        change_set::delete(cfn, &leftover, id).await?;
    }
    Ok(())
}

/// Deletes the shell that a failed change set leaves, unless it has become more than that.
async fn drop_shell(
    cfn: &Client,
    name: &str,
    role: Option<&str>,
    on_event: Sink<'_>,
) -> Result<(), StackError> {
    let Some(seen) = describe(cfn, name).await? else {
        return Ok(());
    };
    let left = change_set::leftovers(cfn, &seen.id).await?;
    if Standing::of(&seen.status) == Standing::Review && left.ours.is_empty() && left.foreign.is_empty() {
        remove(cfn, &seen.id, role, on_event).await?;
    }
    Ok(())
}
