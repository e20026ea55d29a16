//! The stack, through its own engine.

use super::{CarryOut, Cause, Event, Run};
use crate::aws::lambda::{Alias, Function};
use crate::aws::stack::StackWrite;
use crate::function::LIVE;
use crate::plan::action;
use crate::stack::{self, StackError, StackPlan, Stacks};
use imgdeploy_world::Fact;

impl Run<'_> {
    fn stacks(&self) -> StackWrite {
        Stacks::new(self.clients, &self.plan.region).writer(self.permit)
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
}

impl CarryOut for action::Stack {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        let Self { desired, plan } = self;
        run.check_claim().await?;
        let function = Function::new(run.clients, &run.plan.region, &desired.name);
        let updates = matches!(plan, StackPlan::Update(_) | StackPlan::ContinueRollbackThenUpdate { .. });
        let live = if updates { function.alias(LIVE).await } else { Fact::Absent };
        let (write, events) = (run.stacks(), &mut run.events);
        let mut show = |event: stack::StackEvent| {
            event.lines().into_iter().for_each(|text| events(Event::Progress { text }));
        };
        let applied = write.apply(desired, plan, &mut show).await;
        // Only a rollback: after an answer that was lost, the alias may be where it belongs.
        if let (Err(StackError::Failed { .. }), Fact::Known(live)) = (&applied, &live) {
            run.keep_live(&function, live).await;
        }
        let outputs = applied?;
        run.record_api_host(&outputs.api_host).await?;
        run.api_host = Some(outputs.api_host);
        if let Some(queue) = outputs.batch_queue_arn {
            run.record_queue(&queue).await?;
            run.queue = Some(queue);
        }
        Ok(())
    }
}

impl CarryOut for action::DeleteStack {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        run.check_claim().await?;
        let (write, events) = (run.stacks(), &mut run.events);
        let mut show = |event: stack::StackEvent| {
            event.lines().into_iter().for_each(|text| events(Event::Progress { text }));
        };
        write.delete(&self.name, run.clients.stack_role(), &mut show).await.map_err(Cause::from)
    }
}
