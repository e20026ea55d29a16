//! The stack, through its own engine.

use super::{Cause, Event, Run};
use crate::aws::lambda::{Alias, Function};
use crate::aws::stack::StackWrite;
use crate::function::LIVE;
use crate::stack::{self, DesiredStack, StackError, StackPlan, Stacks};
use imgdeploy_world::Fact;

impl Run<'_> {
    fn stacks(&self) -> StackWrite {
        Stacks::new(self.clients, &self.plan.region).writer(self.permit)
    }

    pub(super) async fn stack(&mut self, desired: &DesiredStack, plan: &StackPlan) -> Result<(), Cause> {
        self.check_claim().await?;
        let function = Function::new(self.clients, &self.plan.region, &desired.name);
        let updates = matches!(plan, StackPlan::Update(_) | StackPlan::ContinueRollbackThenUpdate { .. });
        let live = if updates { function.alias(LIVE).await } else { Fact::Absent };
        let (write, events) = (self.stacks(), &mut self.events);
        let mut show = |event: stack::StackEvent| {
            event.lines().into_iter().for_each(|text| events(Event::Progress { text }));
        };
        let applied = write.apply(desired, plan, &mut show).await;
        // Only a rollback: after an answer that was lost, the alias may be where it belongs.
        if let (Err(StackError::Failed { .. }), Fact::Known(live)) = (&applied, &live) {
            self.keep_live(&function, live).await;
        }
        let outputs = applied?;
        self.record_api_host(&outputs.api_host).await?;
        self.api_host = Some(outputs.api_host);
        if let Some(queue) = outputs.batch_queue_arn {
            self.record_queue(&queue).await?;
            self.queue = Some(queue);
        }
        Ok(())
    }

    /// A rollback of the stack puts the alias where the stack last had it, which may be code that `update-code` has replaced
    /// since (CN-09, unverified): it goes back to where it was.
    async fn keep_live(&mut self, function: &Function, live: &Alias) {
        let Fact::Known(now) = function.alias(LIVE).await else { return };
        if now.version == live.version {
            return;
        }
        let moved = function.writer(self.permit).move_alias(LIVE, &live.version, None, &now.revision).await;
        let text = match moved {
            Ok(_) => format!("the alias {LIVE} is at version {} again", live.version),
            Err(failure) => format!(
                "the alias {LIVE} is at version {}, and could not be put back to {}: {failure}",
                now.version, live.version
            ),
        };
        (self.events)(Event::Progress { text });
    }

    pub(super) async fn delete_stack(&mut self, name: &str) -> Result<(), Cause> {
        self.check_claim().await?;
        let (write, events) = (self.stacks(), &mut self.events);
        let mut show = |event: stack::StackEvent| {
            event.lines().into_iter().for_each(|text| events(Event::Progress { text }));
        };
        write.delete(name, self.clients.stack_role(), &mut show).await.map_err(Cause::from)
    }
}
