//! The bucket's own documents: public access block, policy, website, notifications.

use std::time::{Duration, Instant};

use imgdeploy_model::document::{self, Ours};

use super::{Cause, Event, Run};
use crate::aws::read::PublicAccessBlock;
use crate::aws::{AwsFailure, FailureKind};
use crate::fact::Fact;

/// How long a switched-off BlockPublicPolicy may take to be believed (S3-21).
const PROPAGATION: Duration = Duration::from_secs(60);

impl Run<'_> {
    pub(super) async fn public_access_block(
        &mut self,
        before: Option<PublicAccessBlock>,
        after: PublicAccessBlock,
    ) -> Result<(), Cause> {
        self.check_claim().await?;
        let now = match self.read.public_access_block().await {
            Fact::Known(block) => Some(block),
            Fact::Absent => None,
            Fact::Unknown(failure) => return Err(failure.into()),
        };
        if now != before {
            return Err(Cause::Changed("the public access block".to_owned()));
        }
        self.write.put_public_access_block(after).await?;
        self.opened = !after.block_public_policy;
        Ok(())
    }

    pub(super) async fn policy(&mut self, before: Option<&str>, after: Option<&str>) -> Result<(), Cause> {
        self.check_claim().await?;
        unchanged(self.read.policy().await, before, "the bucket policy")?;
        guard(Ours::Policy, before, after)?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(250);
        loop {
            match self.write.put_policy(after).await {
                Err(failure)
                    if failure.kind == FailureKind::Denied
                        && self.opened
                        && start.elapsed() < PROPAGATION =>
                {
                    (self.events)(Event::Progress {
                        text: "AWS still refuses public policies; waiting for the change to spread"
                            .to_owned(),
                    });
                    crate::pace::pause(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(8));
                }
                other => return other.map_err(Cause::from),
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
        unchanged(self.read.website().await, before, "the website configuration")?;
        guard(Ours::Website(our_hosts), before, after)?;
        self.write.put_website(after).await.map_err(Cause::from)
    }
}

impl Run<'_> {
    /// S3 looks whether it may send to everything that the configuration names, ours and that of others.
    pub(super) async fn notification(&mut self, before: Option<&str>, after: &str) -> Result<(), Cause> {
        self.check_claim().await?;
        guard(Ours::Notification, before, Some(after))?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(250);
        loop {
            // There is no condition for this write: the last look is right before each try.
            unchanged(self.read.notification().await, before, "the notification configuration")?;
            match self.write.put_notification(after).await {
                // Unverified how long S3 needs to believe the policy of a new queue.
                Err(failure) if is_unbelieved(&failure) && start.elapsed() < PROPAGATION => {
                    (self.events)(Event::Progress {
                        text: "S3 may not send to the queue yet; waiting for its policy to spread".to_owned(),
                    });
                    crate::pace::pause(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(8));
                }
                other => return other.map_err(Cause::from),
            }
        }
    }
}

/// "Unable to validate the following destination configurations".
fn is_unbelieved(failure: &AwsFailure) -> bool {
    failure.code.as_deref() == Some("InvalidArgument")
        && failure.message.contains("destination configuration")
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
