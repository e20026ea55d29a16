//! The artifacts bucket and the code in it.

use imgdeploy_model::region::Partition;

use super::{CarryOut, Cause, Event, Run};
use crate::aws::FailureKind;
use crate::aws::again::again;
use crate::aws::read::PublicAccessBlock;
use crate::aws::write::{BucketWrite, Condition};
use crate::plan::action::{ArtifactsBucket, DeleteDerived, Protection, UploadCode};
use crate::plan::artifacts::tls_only;

impl Run<'_> {
    fn artifacts(&self, bucket: &str) -> BucketWrite {
        BucketWrite::new(self.clients, &self.plan.region, bucket, &self.plan.account, self.permit)
    }
}

impl CarryOut for ArtifactsBucket {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        let (bucket, region) = (&self.bucket, &run.plan.region);
        let write = run.artifacts(bucket);
        if self.create {
            write.create().await?;
        }
        let arn = format!("{}s3:::{bucket}", Partition::of_region(region).arn_prefix());
        let policy = tls_only(&[&arn, &format!("{arn}/*")]);
        for protection in &self.missing {
            let protect = async || match protection {
                Protection::PublicAccessBlock => {
                    write.put_public_access_block(PublicAccessBlock::PRIVATE).await
                }
                Protection::Encryption => write.put_encryption().await,
                Protection::Versioning => write.enable_versioning().await,
                Protection::TlsOnly => write.put_policy(Some(&policy)).await,
                Protection::Lifecycle => write.put_lifecycle().await,
            };
            again(protect).await?;
        }
        Ok(())
    }
}

impl CarryOut for UploadCode {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        let Some(artifact) = run.artifact else { return Ok(()) };
        let write = run.artifacts(&self.bucket);
        let body = artifact.bytes.clone();
        match write.put_object(&self.key, "application/zip", body, &Condition::Absent).await {
            Ok(_) => Ok(()),
            // The key is the content's hash: whoever stored it stored the same.
            Err(failure) if failure.kind == FailureKind::Conflict => {
                (run.events)(Event::Progress { text: "it is there already".to_owned() });
                Ok(())
            }
            Err(failure) => Err(failure.into()),
        }
    }
}

impl CarryOut for DeleteDerived {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        let keys = &self.keys;
        let mut deleted = 0;
        for chunk in keys.chunks(1000) {
            run.write.delete_objects(chunk).await?;
            deleted += chunk.len();
            (run.events)(Event::Progress { text: format!("{deleted} of {} deleted", keys.len()) });
        }
        Ok(())
    }
}
