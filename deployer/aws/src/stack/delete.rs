//! Takes a stack away, and waits for operations of others.

use aws_sdk_cloudformation::Client;

use super::change_set;
use super::error::StackError;
use super::events::{Cursor, Sink};
use super::names::stack_name;
use super::observe::{StackSeen, describe};
use super::plan::TAG_BUCKET;
use super::status::Standing;
use super::watch::{Until, watch};

/// See [`StackWrite::delete`](super::StackWrite::delete).
pub(super) async fn delete(
    cfn: &Client,
    name: &str,
    role: Option<&str>,
    on_event: Sink<'_>,
) -> Result<(), StackError> {
    let Some(seen) = describe(cfn, name).await? else {
        return Ok(());
    };
    let refused = |why: String| Err(StackError::Refused { stack: name.to_owned(), why });
    let standing = Standing::of(&seen.status);
    match seen.tags.get(TAG_BUCKET) {
        Some(bucket) if stack_name(bucket) == own_name(&seen) => {}
        // The shell of a stack may show no tags yet [unverified]: its change sets tell.
        None if standing == Standing::Review && seen.tags.is_empty() => {
            if let Some(foreign) = change_set::leftovers(cfn, &seen.id).await?.foreign.first() {
                return refused(format!(
                    "it only exists as change set {foreign}, which this tool did not make"
                ));
            }
        }
        _ => {
            return refused(format!("its tag {TAG_BUCKET} does not say that it was made by this tool"));
        }
    }
    if seen.termination_protection {
        return Err(StackError::Protected { stack: name.to_owned() });
    }
    if standing == Standing::Moving && seen.status != "DELETE_IN_PROGRESS" {
        // CloudFormation would break off a creation for a deletion; whoever creates it should not find it gone.
        let what = format!("it is in {}", seen.status);
        return Err(StackError::Conflict { stack: name.to_owned(), what });
    }
    remove(cfn, &seen.id, role, on_event).await
}

/// The name in the stack's ARN, `arn:…:stack/NAME/…`.
fn own_name(seen: &StackSeen) -> &str {
    seen.id.split('/').nth(1).unwrap_or_default()
}

/// Deletes the stack with this ARN, without asking whose it is, and waits. By ARN a stack of the same name that was made
/// meanwhile is out of reach.
pub(super) async fn remove(
    cfn: &Client,
    id: &str,
    role: Option<&str>,
    on_event: Sink<'_>,
) -> Result<(), StackError> {
    let mut cursor = Cursor::at_end(cfn, id).await?;
    cfn.delete_stack()
        .stack_name(id)
        .set_role_arn(role.map(str::to_owned))
        .send()
        .await
        .map_err(|error| StackError::of("DeleteStack", id, error))?;
    let ended = watch(cfn, id, &mut cursor, Until::OursEnded, on_event).await?;
    if Standing::of(&ended.status) == Standing::Gone {
        return Ok(());
    }
    Err(StackError::Failed {
        stack: id.to_owned(),
        status: ended.status,
        resource: ended.failed.map(Box::new),
    })
}

/// See [`Stacks::wait_stable`](super::Stacks::wait_stable).
pub(super) async fn wait_stable(
    cfn: &Client,
    name: &str,
    on_event: Sink<'_>,
) -> Result<Option<String>, StackError> {
    let Some(seen) = describe(cfn, name).await? else {
        return Ok(None);
    };
    if Standing::of(&seen.status).settled() {
        return Ok(Some(seen.status));
    }
    let mut cursor = Cursor::at_end(cfn, &seen.id).await?;
    let ended = watch(cfn, &seen.id, &mut cursor, Until::Settled, on_event).await?;
    Ok(ended.seen.map(|s| s.status))
}
