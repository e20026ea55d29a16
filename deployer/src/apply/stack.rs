//! The stack, through its own engine.

use super::{Cause, Event, Run};
use crate::stack::{self, DesiredStack, StackPlan};

impl Run<'_> {
    pub(super) async fn stack(&mut self, desired: &DesiredStack, plan: &StackPlan) -> Result<(), Cause> {
        self.check_claim().await?;
        let cloudformation = self.clients.cloudformation(&self.plan.region);
        let events = &mut self.events;
        let mut show = |event: stack::StackEvent| events(Event::Progress { text: event.to_string() });
        let outputs = stack::apply(&cloudformation, desired, plan, &mut show).await?;
        self.record_api_host(&outputs.api_host).await?;
        self.api_host = Some(outputs.api_host);
        Ok(())
    }

    pub(super) async fn delete_stack(&mut self, name: &str) -> Result<(), Cause> {
        self.check_claim().await?;
        let cloudformation = self.clients.cloudformation(&self.plan.region);
        let events = &mut self.events;
        let mut show = |event: stack::StackEvent| events(Event::Progress { text: event.to_string() });
        stack::delete(&cloudformation, name, &mut show).await.map_err(Cause::from)
    }
}
