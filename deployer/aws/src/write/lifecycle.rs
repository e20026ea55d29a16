//! The lifecycle of what is in the artifacts bucket.

use aws_sdk_s3::types as s3;

use super::{BucketWrite, unbuildable};
use crate::AwsFailure;
use crate::failure::Answered;

/// Days after which an upload that was never finished goes, with its parts.
const UNFINISHED_DAYS: i32 = 7;
/// Days that a zip stays which was replaced or deleted.
const REPLACED_DAYS: i32 = 30;

impl BucketWrite {
    /// Sets the bucket's lifecycle: unfinished uploads go, and so do versions of zips that are no longer current. Current
    /// zips stay, as the stack may name them; the journal stays with all its versions, and so do records of batches. Tried once.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put_lifecycle(&self) -> Result<(), AwsFailure> {
        let operation = "s3:PutLifecycleConfiguration";
        let under = |prefix: &str| s3::LifecycleRuleFilter::builder().prefix(prefix).build();
        let rule = |id: &str| s3::LifecycleRule::builder().id(id).status(s3::ExpirationStatus::Enabled);
        let abort =
            s3::AbortIncompleteMultipartUpload::builder().days_after_initiation(UNFINISHED_DAYS).build();
        let unfinished =
            rule("imgdeploy-unfinished-uploads").filter(under("")).abort_incomplete_multipart_upload(abort);
        let replaced = s3::NoncurrentVersionExpiration::builder().noncurrent_days(REPLACED_DAYS).build();
        let markers = s3::LifecycleExpiration::builder().expired_object_delete_marker(true).build();
        let old_code = rule("imgdeploy-old-code")
            .filter(under("code/"))
            .noncurrent_version_expiration(replaced)
            .expiration(markers);
        let mut config = s3::BucketLifecycleConfiguration::builder();
        for rule in [unfinished, old_code] {
            config = config.rules(rule.build().map_err(|error| unbuildable(operation, &error))?);
        }
        let config = config.build().map_err(|error| unbuildable(operation, &error))?;
        self.s3
            .put_bucket_lifecycle_configuration()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .lifecycle_configuration(config)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsFailure::from_sdk(operation, &error))
    }
}
