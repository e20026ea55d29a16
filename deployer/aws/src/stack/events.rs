//! What happens to a stack while it is worked on, for whoever shows it.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{ResourceChange, StackEvent as SdkEvent};
use serde::{Deserialize, Serialize};

use super::error::{FailedResource, StackError};
use crate::paging::{Next, Paging};

/// One line of a change set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChange {
    /// `Add`, `Modify`, `Remove`, …
    pub action: String,
    /// Logical id in the template.
    pub logical: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// For `Modify`: `True`, `False` or `Conditional` — whether the resource is replaced by a new one.
    pub replacement: Option<String>,
    /// Name or id of the resource that is there.
    pub physical: Option<String>,
}

impl PlannedChange {
    pub(super) fn of(change: ResourceChange) -> Self {
        let text = |value: Option<String>| value.filter(|v| !v.is_empty());
        Self {
            action: change.action.map(|a| a.as_str().to_owned()).unwrap_or_default(),
            logical: change.logical_resource_id.unwrap_or_default(),
            resource_type: change.resource_type.unwrap_or_default(),
            replacement: text(change.replacement.map(|r| r.as_str().to_owned())),
            physical: text(change.physical_resource_id),
        }
    }
}

/// Something that happened to the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum StackEvent {
    /// What is about to be done, resource by resource; nothing was changed yet.
    ChangeSet {
        /// The changes, as CloudFormation lists them.
        changes: Vec<PlannedChange>,
    },
    /// A resource changed its status.
    Resource {
        /// Logical id in the template.
        logical: String,
        /// CloudFormation type.
        resource_type: String,
        /// Such as `CREATE_COMPLETE`.
        status: String,
        /// Why, if said.
        reason: Option<String>,
    },
    /// The stack itself changed its status.
    Stack {
        /// Such as `UPDATE_IN_PROGRESS`.
        status: String,
        /// Why, if said.
        reason: Option<String>,
    },
}

/// Where [`StackEvent`]s go.
pub(super) type Sink<'a> = &'a mut (dyn FnMut(StackEvent) + Send);

/// Reads the events of one stack, each once, oldest first.
#[derive(Clone)]
pub(super) struct Cursor {
    /// The stack's ARN: events of a deleted stack can be read by id only.
    id: String,
    /// The newest event that was read.
    mark: Option<String>,
    /// Whether CloudFormation knew the stack when the cursor was made.
    pub found: bool,
}

/// An event as read, before it is told.
pub(super) struct Read {
    pub event: StackEvent,
    /// The token of the call that caused it.
    pub token: Option<String>,
}

impl Cursor {
    /// A cursor behind all events that there are.
    pub(super) async fn at_end(cfn: &Client, id: &str) -> Result<Self, StackError> {
        let first = page(cfn, id, None).await?;
        let found = first.is_some();
        let newest = first.and_then(|(events, _)| events.into_iter().next());
        Ok(Self { id: id.to_owned(), mark: newest.and_then(|e| e.event_id), found })
    }

    /// The events since the last call, oldest first.
    pub(super) async fn read(&mut self, cfn: &Client) -> Result<Vec<Read>, StackError> {
        let mut fresh: Vec<SdkEvent> = Vec::new();
        let mut paging = Paging::new("cloudformation:DescribeStackEvents");
        let mut token = None;
        'pages: loop {
            let Some((events, next)) = page(cfn, &self.id, token).await? else { break };
            for event in events {
                if event.event_id.is_some() && event.event_id == self.mark {
                    break 'pages;
                }
                fresh.push(event);
            }
            token = paging.after(Next::token(next)).map_err(StackError::List)?;
            if token.is_none() {
                break;
            }
        }
        if let Some(newest) = fresh.first().and_then(|e| e.event_id.clone()) {
            self.mark = Some(newest);
        }
        Ok(fresh.into_iter().rev().map(|event| self.told(event)).collect())
    }

    fn told(&self, event: SdkEvent) -> Read {
        let status = event.resource_status.map(|s| s.as_str().to_owned()).unwrap_or_default();
        let reason = event.resource_status_reason.filter(|r| !r.is_empty());
        let of_stack = event.physical_resource_id.as_deref() == Some(self.id.as_str());
        Read {
            token: event.client_request_token,
            event: if of_stack {
                StackEvent::Stack { status, reason }
            } else {
                StackEvent::Resource {
                    logical: event.logical_resource_id.unwrap_or_default(),
                    resource_type: event.resource_type.unwrap_or_default(),
                    status,
                    reason,
                }
            },
        }
    }
}

/// One page of events, newest first; `None` for a stack of which nothing is known.
async fn page(
    cfn: &Client,
    id: &str,
    token: Option<String>,
) -> Result<Option<(Vec<SdkEvent>, Option<String>)>, StackError> {
    let call = cfn.describe_stack_events().stack_name(id).set_next_token(token);
    match call.send().await {
        Ok(answer) => Ok(Some((answer.stack_events.unwrap_or_default(), answer.next_token))),
        Err(error) => match StackError::of("DescribeStackEvents", id, error) {
            absent if absent.is_absent() => Ok(None),
            other => Err(other),
        },
    }
}

/// The failure in an event, if it is one that has a cause of its own: what CloudFormation stopped because something else failed
/// is none.
pub(super) fn failure(event: &StackEvent) -> Option<FailedResource> {
    let StackEvent::Resource { logical, resource_type, status, reason } = event else {
        return None;
    };
    let cancelled = reason
        .as_deref()
        .is_some_and(|r| r.starts_with("Resource") && r.trim_end_matches('.').ends_with("cancelled"));
    (status.ends_with("_FAILED") && !cancelled).then(|| FailedResource {
        logical: logical.clone(),
        resource_type: resource_type.clone(),
        status: status.clone(),
        reason: reason.clone().unwrap_or_else(|| "no reason given".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(status: &str, reason: &str) -> StackEvent {
        StackEvent::Resource {
            logical: "Function".to_owned(),
            resource_type: "AWS::Lambda::Function".to_owned(),
            status: status.to_owned(),
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
        }
    }

    #[test]
    fn what_was_only_cancelled_is_no_cause() {
        assert!(failure(&event("CREATE_FAILED", "Resource creation cancelled")).is_none());
        assert!(failure(&event("UPDATE_FAILED", "Resource update cancelled")).is_none());
        assert!(failure(&event("CREATE_COMPLETE", "")).is_none());
        let cause = failure(&event(
            "CREATE_FAILED",
            "The role defined for the function cannot be assumed by Lambda.",
        ));
        assert!(cause.is_some_and(|f| f.reason.contains("cannot be assumed")));
        assert!(failure(&event("DELETE_FAILED", "")).is_some_and(|f| f.reason == "no reason given"));
    }
}
