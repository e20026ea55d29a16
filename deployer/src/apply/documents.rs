//! The bucket's own documents: public access block, policy, website, notifications.
//!
//! S3 has no condition for these writes: the last look is right before each try.

use super::{Cause, Event, Run};
use crate::aws::AwsFailure;
use crate::aws::again::again_saying;
use crate::aws::read::PublicAccessBlock;
use imgdeploy_model::document::{self, Ours};
use imgdeploy_world::Fact;
use std::time::{Duration, Instant};

/// How long a switched-off BlockPublicPolicy may take to be believed (S3-21).
const PROPAGATION: Duration = Duration::from_secs(60);

impl Run<'_> {
    pub(super) async fn public_access_block(
        &mut self,
        before: Option<PublicAccessBlock>,
        after: PublicAccessBlock,
    ) -> Result<(), Cause> {
        self.check_claim().await?;
        let (read, write) = (&self.read, &self.write);
        let replace = async || {
            let now = match read.public_access_block().await {
                Fact::Known(block) => Some(block),
                Fact::Absent => None,
                Fact::Unknown(failure) => return Err(failure.into()),
            };
            if now != before {
                return Err(Cause::Changed("the public access block".to_owned()));
            }
            write.put_public_access_block(after).await.map_err(Cause::from)
        };
        again_saying(waiting(self.events), replace).await?;
        self.opened = !after.block_public_policy;
        Ok(())
    }

    pub(super) async fn policy(&mut self, before: Option<&str>, after: Option<&str>) -> Result<(), Cause> {
        self.check_claim().await?;
        guard(Ours::Policy, before, after)?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(250);
        loop {
            let (read, write) = (&self.read, &self.write);
            let replace = async || {
                unchanged(read.policy().await, before, "the bucket policy")?;
                write.put_policy(after).await.map_err(Cause::from)
            };
            match again_saying(waiting(self.events), replace).await {
                // Refused for what this run has just allowed: no answer says that this will pass.
                Err(cause) if cause.is_denied() && self.opened && start.elapsed() < PROPAGATION => {
                    (self.events)(Event::Progress {
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

    pub(super) async fn website(
        &mut self,
        before: Option<&str>,
        after: Option<&str>,
        our_hosts: &[String],
    ) -> Result<(), Cause> {
        self.check_claim().await?;
        guard(Ours::Website(our_hosts), before, after)?;
        let (read, write) = (&self.read, &self.write);
        let replace = async || {
            unchanged(read.website().await, before, "the website configuration")?;
            write.put_website(after).await.map_err(Cause::from)
        };
        again_saying(waiting(self.events), replace).await
    }

    /// S3 looks whether it may send to everything that the configuration names, ours and that of others.
    pub(super) async fn notification(&mut self, before: Option<&str>, after: &str) -> Result<(), Cause> {
        self.check_claim().await?;
        guard(Ours::Notification, before, Some(after))?;
        let (read, write) = (&self.read, &self.write);
        let replace = async || {
            unchanged(read.notification().await, before, "the notification configuration")?;
            write.put_notification(after).await.map_err(Cause::from)
        };
        again_saying(waiting(self.events), replace).await
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

/// The last look before sending: nothing foreign may differ.
pub(super) fn guard(ours: Ours<'_>, before: Option<&str>, after: Option<&str>) -> Result<(), Cause> {
    match (before, after) {
        (Some(before), Some(after)) => document::guard(ours, before, after).map_err(Cause::Guard),
        _ => Ok(()),
    }
}
