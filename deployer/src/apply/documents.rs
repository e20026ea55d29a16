//! The bucket's own documents: public access block, policy, website.

use std::time::{Duration, Instant};

use imgdeploy_model::document::{self, Ours};

use super::{Cause, Event, Run};
use crate::aws::FailureKind;
use crate::aws::read::PublicAccessBlock;
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
                    tokio::time::sleep(pause).await;
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
