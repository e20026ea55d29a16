//! Change sets: made, waited for, executed, and taken away again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, ExecutionStatus, OnStackFailure, Parameter, Tag,
};
use sha2::{Digest, Sha256};

use super::error::StackError;
use super::events::{Cursor, PlannedChange};
use super::plan::DesiredStack;
use super::validation::{self, By};
use super::watch::Pace;
use crate::paging::{Next, Paging};

/// Begins the names of our change sets.
const PREFIX: &str = "imgdeploy-";

/// A change set that was made and can be executed.
pub(super) struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// ARN of its stack.
    pub stack_id: String,
    /// Its name, which is also the token of all calls about it.
    pub name: String,
    /// What it will do.
    pub changes: Vec<PlannedChange>,
}

/// A name that no other run uses: whoever finds it taken is looking at its own lost request, and two runs at once never take
/// each other's change set for their own.
fn unique_name(stack: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map(|d| d.as_nanos()).unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let digest = Sha256::digest(format!("{stack} {nanos} {} {count}", std::process::id()));
    format!("{PREFIX}{}", &hex::encode(digest)[..20])
}

/// Makes a change set and waits until CloudFormation has worked it out. `None` if there is nothing to change (CN-05).
///
/// `tags` are all tags that the stack is to have. Whatever fails, the change set does not stay.
pub(super) async fn create(
    cfn: &Client,
    desired: &DesiredStack,
    stack: &str,
    kind: ChangeSetType,
    tags: &BTreeMap<String, String>,
) -> Result<Option<ChangeSet>, StackError> {
    let name = unique_name(stack);
    let parameters = desired.parameters.iter().chain(desired.secrets.iter());
    let tags = tags.iter();
    let creating = kind == ChangeSetType::Create;
    let call = cfn
        .create_change_set()
        .stack_name(stack)
        .change_set_name(&name)
        .client_token(&name)
        .change_set_type(kind)
        .template_body(&desired.template_body)
        // The one role has no name of its own, so the lesser capability does (CN-01).
        .capabilities(Capability::CapabilityIam)
        .set_role_arn(desired.role.clone())
        .set_on_stack_failure(creating.then_some(OnStackFailure::Delete))
        .set_parameters(Some(
            parameters
                .map(|(k, v)| Parameter::builder().parameter_key(k).parameter_value(v).build())
                .collect(),
        ))
        .set_tags(Some(tags.map(|(k, v)| Tag::builder().key(k).value(v).build()).collect()));
    let id = match call.send().await {
        Ok(answer) => answer.id.unwrap_or_else(|| name.clone()),
        Err(error) => {
            let already = error
                .as_service_error()
                .and_then(|e| e.code())
                .is_some_and(|c| c.starts_with("AlreadyExists"));
            let error = StackError::of("CreateChangeSet", stack, error);
            match already {
                // Our own request came through although its answer was lost, or the stack itself exists already.
                true => describe(cfn, &name, stack).await?.and_then(|d| d.change_set_id).ok_or(error)?,
                false => return Err(refused(error, stack)),
            }
        }
    };
    let made = settle(cfn, &id, stack).await?;
    let stack_id = made.stack_id.clone().unwrap_or_else(|| stack.to_owned());
    if made.status == Some(ChangeSetStatus::CreateComplete) {
        let changes = changes(cfn, &id, stack, made).await?;
        return Ok(Some(ChangeSet { id, stack_id, name, changes }));
    }
    let reason = made.status_reason.unwrap_or_else(|| "no reason given".to_owned());
    if is_empty(&reason) {
        delete(cfn, &id, stack).await?;
        return Ok(None);
    }
    let reason = match validation::reasons(cfn, By::ChangeSet(&id)).await {
        Some(detail) => format!("{reason} {detail}"),
        None => reason,
    };
    delete(cfn, &id, stack).await?;
    Err(StackError::ChangeSet { stack: stack.to_owned(), reason })
}

/// A stack that came into being since it was observed is in someone else's hands.
fn refused(error: StackError, stack: &str) -> StackError {
    match error {
        StackError::Aws { code: Some(code), message, .. }
            if code == "ValidationError" && message.contains("already exists") =>
        {
            StackError::Conflict { stack: stack.to_owned(), what: message }
        }
        other => other,
    }
}

/// Whether a change set failed because it would change nothing. The wording is not documented [unverified].
fn is_empty(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

/// Waits until the change set is made or has failed.
async fn settle(cfn: &Client, id: &str, stack: &str) -> Result<DescribeChangeSetOutput, StackError> {
    let mut pace = Pace::brief();
    loop {
        let mut status = "unknown".to_owned();
        match pace.forgive(describe(cfn, id, stack).await)? {
            Some(Some(made)) => match &made.status {
                Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress) | None => {
                    status = "change set CREATE_IN_PROGRESS".to_owned();
                }
                Some(_) => return Ok(made),
            },
            Some(None) => return Err(taken_away(stack)),
            None => {}
        }
        pace.pause(stack, &status).await?;
    }
}

fn taken_away(stack: &str) -> StackError {
    StackError::Conflict {
        stack: stack.to_owned(),
        what: "our change set was deleted, as happens when another one is executed".to_owned(),
    }
}

/// `None` if there is no such change set. `id` may be a name.
async fn describe(
    cfn: &Client,
    id: &str,
    stack: &str,
) -> Result<Option<DescribeChangeSetOutput>, StackError> {
    match cfn.describe_change_set().change_set_name(id).stack_name(stack).send().await {
        Ok(made) => Ok(Some(made)),
        Err(error) => {
            let error = StackError::of("DescribeChangeSet", stack, error);
            if error.is_absent() { Ok(None) } else { Err(error) }
        }
    }
}

/// All changes, the first page of which is at hand.
async fn changes(
    cfn: &Client,
    id: &str,
    stack: &str,
    first: DescribeChangeSetOutput,
) -> Result<Vec<PlannedChange>, StackError> {
    let mut found = Vec::new();
    let mut paging = Paging::new("cloudformation:DescribeChangeSet");
    let mut page = first;
    loop {
        let list = page.changes.unwrap_or_default();
        found.extend(list.into_iter().filter_map(|c| c.resource_change).map(PlannedChange::of));
        let Some(token) = paging.after(Next::token(page.next_token)).map_err(StackError::List)? else {
            return Ok(found);
        };
        let call = cfn.describe_change_set().change_set_name(id).stack_name(stack).next_token(token);
        page = call.send().await.map_err(|e| StackError::of("DescribeChangeSet", stack, e))?;
    }
}

/// Executes the change set. When it returns without error the operation runs, or ran.
pub(super) async fn execute(cfn: &Client, set: &ChangeSet, events: &Cursor) -> Result<(), StackError> {
    if !events.found {
        return Err(taken_away(&set.stack_id));
    }
    let call = cfn
        .execute_change_set()
        .change_set_name(&set.id)
        .stack_name(&set.stack_id)
        .client_request_token(&set.name);
    let Err(error) = call.send().await else {
        return Ok(());
    };
    // The answer may have been lost and the client's own retry then met the running execution. The change set's name is ours
    // alone, so whatever runs it is us.
    let error = StackError::of("ExecuteChangeSet", &set.stack_id, error);
    let begun = match describe(cfn, &set.id, &set.stack_id).await? {
        Some(made) => matches!(
            made.execution_status,
            Some(
                ExecutionStatus::ExecuteInProgress
                    | ExecutionStatus::ExecuteComplete
                    | ExecutionStatus::ExecuteFailed
            )
        ),
        None => events.clone().read(cfn).await?.iter().any(|read| read.token.as_deref() == Some(&set.name)),
    };
    match begun {
        true => Ok(()),
        false if error.is_absent() => Err(taken_away(&set.stack_id)),
        false => Err(error),
    }
}

/// Deletes a change set; one that is not there is as well.
pub(super) async fn delete(cfn: &Client, id: &str, stack: &str) -> Result<(), StackError> {
    match cfn.delete_change_set().change_set_name(id).stack_name(name_of(stack)).send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            let error = StackError::of("DeleteChangeSet", stack, error);
            if error.is_absent() { Ok(()) } else { Err(error) }
        }
    }
}

/// The name of a stack of which the name or the ARN (`arn:…:stack/NAME/…`) is known. Where change sets are listed and deleted
/// the name is used: permissions can be given by it, and some emulators know nothing else.
fn name_of(stack: &str) -> &str {
    stack.split('/').nth(1).unwrap_or(stack)
}

/// Change sets that were made for a stack and not executed.
#[derive(Default)]
pub(super) struct Leftovers {
    /// ARNs of ours.
    pub ours: Vec<String>,
    /// Names of others'.
    pub foreign: Vec<String>,
}

/// Lists those of the stack with this name or ARN; a stack that is not there has none.
pub(super) async fn leftovers(cfn: &Client, stack: &str) -> Result<Leftovers, StackError> {
    let stack = name_of(stack);
    let mut found = Leftovers::default();
    let mut paging = Paging::new("cloudformation:ListChangeSets");
    let mut token = None;
    loop {
        let page = match cfn.list_change_sets().stack_name(stack).set_next_token(token).send().await {
            Ok(page) => page,
            Err(error) => {
                let error = StackError::of("ListChangeSets", stack, error);
                return if error.is_absent() { Ok(found) } else { Err(error) };
            }
        };
        for set in page.summaries.unwrap_or_default() {
            let name = set.change_set_name.unwrap_or_default();
            let open = set.execution_status != Some(ExecutionStatus::ExecuteComplete);
            match set.change_set_id {
                Some(id) if name.starts_with(PREFIX) && open => found.ours.push(id),
                _ if name.starts_with(PREFIX) => {}
                _ => found.foreign.push(name),
            }
        }
        token = paging.after(Next::token(page.next_token)).map_err(StackError::List)?;
        if token.is_none() {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_never_the_same() {
        let names: std::collections::BTreeSet<String> = (0..1000).map(|_| unique_name("s")).collect();
        assert_eq!(names.len(), 1000);
        for name in names {
            // The API's pattern, at most 128 characters.
            assert!(name.starts_with(PREFIX) && name.len() <= 128);
            assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
        }
    }

    #[test]
    fn both_wordings_of_nothing_to_do() {
        assert!(is_empty("The submitted information didn't contain changes. Submit different information."));
        assert!(is_empty("No updates are to be performed."));
        assert!(!is_empty("Template format error: unsupported structure"));
    }
}
