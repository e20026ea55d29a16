//! What CloudFormation is asked through: reads and writes, as types of their own.

use aws_sdk_cloudformation::Client;

use super::error::StackError;
use super::events::Sink;
use super::observe::StackSeen;
use super::outputs::Outputs;
use super::plan::{DesiredStack, StackPlan};
use super::{apply, delete, observe};
use crate::Clients;
use crate::approval::Permit;

/// Reads on the stacks of a region.
#[derive(Debug, Clone)]
pub struct Stacks(Client);

/// Writes on them.
#[derive(Debug, Clone)]
pub struct StackWrite(Client);

impl From<Client> for Stacks {
    fn from(client: Client) -> Self {
        Self(client)
    }
}

impl Stacks {
    /// Those in `region`.
    pub fn new(clients: &Clients, region: &str) -> Self {
        Self(clients.cloudformation(region))
    }

    /// The same stacks, for changing them.
    pub fn writer(&self, _: Permit) -> StackWrite {
        StackWrite(self.0.clone())
    }

    /// Reads the stack called `name` (or with that ARN); `None` if there is none. DescribeStacks and GetTemplate run at once.
    ///
    /// # Errors
    /// [`StackError::Aws`] when either read fails. A stack that could not be read is never taken for an absent one.
    pub async fn observe(&self, name: &str) -> Result<Option<StackSeen>, StackError> {
        observe::observe(&self.0, name).await
    }

    /// Waits until no operation on the stack is under way, telling what happens meanwhile. Returns the status that it came to
    /// rest in, `None` if there is no stack. Observe and plan again afterwards.
    ///
    /// # Errors
    /// [`StackError::Aws`] if the stack can't be read, [`StackError::StillRunning`] if it takes too long.
    pub async fn wait_stable(&self, name: &str, on_event: Sink<'_>) -> Result<Option<String>, StackError> {
        delete::wait_stable(&self.0, name, on_event).await
    }
}

impl StackWrite {
    /// Makes the stack as `desired`, by the plan that was made (and shown, and approved) for it. `on_event` is told each change
    /// before it begins and each event as it happens.
    ///
    /// The stack is read again first. If somebody changed it so that another plan would be needed, nothing is done; if it is as
    /// wanted by now, that is success. Cut off at any call and run again from [`Stacks::observe`], it goes on: what was begun is
    /// waited for, what was only prepared is taken away.
    ///
    /// # Errors
    /// [`StackError::Conflict`] if the stack is in somebody else's hands; [`StackError::Failed`] with the first failed resource
    /// when an operation failed, after CloudFormation's rollback; [`StackError::Refused`] for a plan that says so.
    pub async fn apply(
        &self,
        desired: &DesiredStack,
        plan: &StackPlan,
        on_event: Sink<'_>,
    ) -> Result<Outputs, StackError> {
        apply::apply(&self.0, desired, plan, on_event).await
    }

    /// Deletes the stack called `name`, with everything in it, and waits until it is gone. No stack is as well. CloudFormation
    /// works with the rights of `role`, by ARN; without one, as it did last.
    ///
    /// # Errors
    /// [`StackError::Refused`] if the stack is not ours; [`StackError::Protected`] if it is protected against deletion;
    /// [`StackError::Conflict`] if it is being changed; [`StackError::Failed`] with the first resource that could not be deleted.
    pub async fn delete(&self, name: &str, role: Option<&str>, on_event: Sink<'_>) -> Result<(), StackError> {
        delete::delete(&self.0, name, role, on_event).await
    }
}
