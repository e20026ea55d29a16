//! The bucket's own documents: public access block, policy, website, notifications.
//!
//! S3 has no condition for these writes: the last look is right before each try.

use super::{CarryOut, Cause, Event, Run};
use crate::aws::AwsFailure;
use crate::aws::again::again_saying;
use crate::plan::action::{Notification, Policy, PublicAccessBlock, Website};
use imgdeploy_world::Fact;
use std::time::{Duration, Instant};

/// How long a switched-off BlockPublicPolicy may take to be believed (S3-21).
const PROPAGATION: Duration = Duration::from_secs(60);

impl CarryOut for PublicAccessBlock {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        run.check_claim().await?;
        let (read, write) = (&run.read, &run.write);
        let replace = async || {
            let now = match read.public_access_block().await {
                Fact::Known(block) => Some(block),
                Fact::Absent => None,
                Fact::Unknown(failure) => return Err(failure.into()),
            };
            if now != self.before {
                return Err(Cause::Changed("the public access block".to_owned()));
            }
            write.put_public_access_block(self.after).await.map_err(Cause::from)
        };
        again_saying(waiting(run.events), replace).await?;
        run.opened = !self.after.block_public_policy;
        Ok(())
    }
}

impl CarryOut for Policy {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        run.check_claim().await?;
        run.guard(self)?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(250);
        loop {
            let (read, write) = (&run.read, &run.write);
            let replace = async || {
                unchanged(read.policy().await, self.before.as_deref(), "the bucket policy")?;
                write.put_policy(self.after.as_deref()).await.map_err(Cause::from)
            };
            match again_saying(waiting(run.events), replace).await {
                // Refused for what this run has just allowed: no answer says that this will pass.
                Err(cause) if cause.is_denied() && run.opened && start.elapsed() < PROPAGATION => {
                    (run.events)(Event::Progress {
                        text: "AWS still refuses public policies; waiting for the change to spread"
                            .to_owned(),
                    });
                    crate::aws::pace::pause(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(8));
                }
                other => return other,
            }
        }
    }
}

impl CarryOut for Website {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        let known = self.known(run.api_host.as_deref()).ok_or(Cause::NoApiHost)?;
        run.check_claim().await?;
        run.guard(&known)?;
        let (read, write) = (&run.read, &run.write);
        let replace = async || {
            unchanged(read.website().await, known.before.as_deref(), "the website configuration")?;
            write.put_website(known.after.as_deref()).await.map_err(Cause::from)
        };
        again_saying(waiting(run.events), replace).await
    }
}

/// S3 looks whether it may send to everything that the configuration names, ours and that of others.
impl CarryOut for Notification {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        let known = self.known(run.queue.as_deref()).ok_or(Cause::NoQueue)?;
        run.check_claim().await?;
        run.guard(&known)?;
        let (read, write) = (&run.read, &run.write);
        let replace = async || {
            unchanged(read.notification().await, known.before.as_deref(), "the notification configuration")?;
            write.put_notification(&known.after).await.map_err(Cause::from)
        };
        again_saying(waiting(run.events), replace).await
    }
}

/// Says that AWS is waited for.
pub(super) fn waiting(events: &mut dyn FnMut(Event)) -> impl FnMut(&AwsFailure) {
    |failure| {
        let why = failure.code.as_deref().unwrap_or("busy");
        (events)(Event::Progress { text: format!("AWS cannot take this yet ({why}): trying again") });
    }
}

/// The document must still be, byte for byte, what the plan was made from.
fn unchanged(now: Fact<String>, before: Option<&str>, what: &str) -> Result<(), Cause> {
    let now = match now {
        Fact::Known(text) => Some(text),
        Fact::Absent => None,
        Fact::Unknown(failure) => return Err(failure.into()),
    };
    if now.as_deref() == before { Ok(()) } else { Err(Cause::Changed(what.to_owned())) }
}
