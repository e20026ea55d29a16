//! Taking a bucket's contents away, and the bucket itself.

use aws_sdk_s3::types as s3;

use super::{BucketWrite, none_refused};
use crate::again::again;
use crate::failure::Answered;
use crate::read::{Upload, Version};
use crate::{AwsFailure, FailureKind};

impl BucketWrite {
    /// Deletes up to 1,000 versions or delete markers for good.
    ///
    /// # Errors
    /// The failed call, or the first version that S3 would not delete.
    pub async fn delete_versions(&self, versions: &[Version]) -> Result<(), AwsFailure> {
        let operation = "s3:DeleteObjectVersion";
        let identified = versions
            .iter()
            .map(|version| s3::ObjectIdentifier::builder().key(&version.key).version_id(&version.id));
        none_refused(self.delete_identified(operation, identified).await?)
    }

    /// Aborts an upload in parts. One that has ended meanwhile is fine.
    ///
    /// # Errors
    /// The failed call.
    pub async fn abort_upload(&self, upload: &Upload) -> Result<(), AwsFailure> {
        let call = self.s3.abort_multipart_upload().bucket(&self.bucket).key(&upload.key);
        let call = call.upload_id(&upload.id).expected_bucket_owner(&self.owner);
        let abort = async || {
            let sent = call.clone().send().await;
            sent.map_err(|error| AwsFailure::from_sdk("s3:AbortMultipartUpload", &error))
        };
        match again(abort).await {
            Err(failure) if failure.kind != FailureKind::Missing => Err(failure),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Deletes the bucket, which S3 does only while nothing is in it. One that is gone is fine. Tried once.
    ///
    /// # Errors
    /// `Conflict` when something is in it.
    pub async fn delete_bucket(&self) -> Result<(), AwsFailure> {
        let sent = self
            .s3
            .delete_bucket()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:DeleteBucket", &error));
        match sent {
            Err(failure) if failure.kind != FailureKind::Missing => Err(failure),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}
