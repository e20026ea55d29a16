//! The artifacts bucket and the code in it.

use imgdeploy_model::region::Partition;

use super::{Cause, Event, Run};
use crate::aws::FailureKind;
use crate::aws::again::again;
use crate::aws::read::PublicAccessBlock;
use crate::aws::write::{BucketWrite, Condition};
use crate::plan::Protection;
use crate::plan::artifacts::tls_only;

impl Run<'_> {
    fn artifacts(&self, bucket: &str) -> BucketWrite {
        BucketWrite::new(self.clients, &self.plan.region, bucket, &self.plan.account, self.permit)
    }

    pub(super) async fn artifacts_bucket(
        &mut self,
        bucket: &str,
        create: bool,
        missing: &[Protection],
    ) -> Result<(), Cause> {
        let write = self.artifacts(bucket);
        if create {
            write.create().await?;
        }
        let arn = format!("{}s3:::{bucket}", Partition::of_region(&self.plan.region).arn_prefix());
        let policy = tls_only(&[&arn, &format!("{arn}/*")]);
        for protection in missing {
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

    pub(super) async fn upload_code(&mut self, bucket: &str, key: &str) -> Result<(), Cause> {
        let Some(artifact) = self.artifact else { return Ok(()) };
        let write = self.artifacts(bucket);
        let body = artifact.bytes.clone();
        match write.put_object(key, "application/zip", body, &Condition::Absent).await {
            Ok(_) => Ok(()),
            // The key is the content's hash: whoever stored it stored the same.
            Err(failure) if failure.kind == FailureKind::Conflict => {
                (self.events)(Event::Progress { text: "it is there already".to_owned() });
                Ok(())
            }
            Err(failure) => Err(failure.into()),
        }
    }

    pub(super) async fn delete_derived(&mut self, keys: &[String]) -> Result<(), Cause> {
        let mut deleted = 0;
        for chunk in keys.chunks(1000) {
            self.write.delete_objects(chunk).await?;
            deleted += chunk.len();
            (self.events)(Event::Progress { text: format!("{deleted} of {} deleted", keys.len()) });
        }
        Ok(())
    }
}
